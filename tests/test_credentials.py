"""Where keys come from, what is said where there is none, and that nothing shows them."""

import asyncio
import io
import os
import pickle
import ssl
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import keyring.backend
import keyring.errors
import pytest
import trustme
from rich.console import Console
from rich.traceback import Traceback

from tests.fake_service import FakeService, Step, reply, submission
from tests.test_program import READ, handread, home
from tests.view.conftest import draw_page
from tui import credentials
from tui.credentials import EntraTokens, NoKey, entra_of, key_of, pass_of
from tui.dialects import KeyRefused, ServiceError, Unreachable, open_client
from tui.dialects.client import TOKEN_HEADER
from tui.key import Key, without_frames
from tui.settings import Service

__all__ = ["home"]

SECRET = "0123456789abcdef0123456789abcdef"
RESOURCE = "https://archive.cognitiveservices.azure.com"


def service(**where: object) -> Service:
    return Service("archive", "read-3.2", RESOURCE, **where)  # type: ignore[arg-type]


def complaint(profile: Service) -> str:
    with pytest.raises(NoKey) as caught:
        pass_of(profile)
    return str(caught.value)


def crash_screen(error: BaseException) -> str:
    """Return what the terminal program prints when it crashes: a traceback with the values of every frame."""
    shown = io.StringIO()
    traceback = Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True, width=200)
    Console(file=shown, width=200).print(traceback)
    return shown.getvalue()


# -- a key


def test_no_record_of_a_key_shows_it() -> None:
    key = Key(SECRET)
    assert SECRET not in f"{key} {key!r} {[key]}"
    assert not hasattr(key, "__dict__")
    with pytest.raises(TypeError, match="not stored"):
        pickle.dumps(key)


def test_only_what_is_a_key_looks_like_one() -> None:
    assert Key(SECRET).looks_like_one
    assert Key("aB3" * 28).looks_like_one
    assert not Key("4b2714d2-3d2e-4b96-ad95-677f764e7b39").looks_like_one
    assert not Key("").looks_like_one


def test_frames_of_a_library_are_cut_off_and_their_place_is_noted() -> None:
    import httpx

    def fail() -> None:
        try:
            httpx.Headers({"a": 1})  # type: ignore[arg-type]
        except TypeError as error:
            raise ExceptionGroup("several", [error, ValueError("another")]) from error

    with pytest.raises(ExceptionGroup) as caught:
        fail()
    without_frames(caught.value)
    (inner, _) = caught.value.exceptions
    assert inner.__traceback__ is not None
    assert inner.__traceback__.tb_next is None
    assert "They ended in httpx._models, line" in inner.__notes__[0]
    assert not hasattr(caught.value, "__notes__")


# -- the environment


def test_a_profile_without_a_place_has_no_key() -> None:
    assert not key_of(service())


def test_an_empty_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_KEY", " ")
    assert "the environment variable ARCHIVE_KEY, which is empty" in complaint(service(key_variable="ARCHIVE_KEY"))
    monkeypatch.setenv("ARCHIVE_KEY", f"{SECRET}\n")
    assert key_of(service(key_variable="ARCHIVE_KEY")).reveal() == SECRET


# -- a file


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "archive key"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    return file


@pytest.mark.parametrize("content", [f"{SECRET}\n", SECRET, f"  {SECRET}\r\n\n", f"\ufeff{SECRET}"])
def test_a_file_holds_the_key_as_its_only_line(key_file: Path, content: str) -> None:
    key_file.write_text(content, encoding="utf-8", newline="")
    assert key_of(service(key_file=str(key_file))).reveal() == SECRET


def test_the_file_may_lie_at_home_and_be_a_link(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(key_file.parent))
    (key_file.parent / "link").symlink_to(key_file)
    assert key_of(service(key_file="~/link")).reveal() == SECRET


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o666])
def test_a_file_that_others_can_read_is_refused_with_its_cure(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    words = complaint(service(key_file=str(key_file)))
    assert words.endswith(f"Run: chmod 600 '{key_file}'")
    assert SECRET not in words


def test_a_link_is_as_private_as_what_it_leads_to(key_file: Path) -> None:
    key_file.chmod(0o644)
    (key_file.parent / "link").symlink_to(key_file)
    assert "can be read by others" in complaint(service(key_file=str(key_file.parent / "link")))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to another user")
def test_a_file_of_another_user_is_refused(key_file: Path) -> None:
    os.chown(key_file, 12345, -1)
    assert "belongs to another user" in complaint(service(key_file=str(key_file)))


@pytest.mark.parametrize(
    "content", [b"", b"\n", f"{SECRET}\n{SECRET}\n".encode(), f"KEY {SECRET}".encode(), b"x" * 5000]
)
def test_a_file_that_holds_more_or_less_than_a_key_is_refused(key_file: Path, content: bytes) -> None:
    key_file.write_bytes(content)
    words = complaint(service(key_file=str(key_file)))
    assert "as its only line, and does not" in words
    assert SECRET not in words


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "is no file that could hold a key" in complaint(service(key_file=str(tmp_path / "pipe")))
    assert "Is a directory" in complaint(service(key_file=str(tmp_path)))
    assert "No such file" in complaint(service(key_file=str(tmp_path / "none")))
    assert "its name is none" in complaint(service(key_file="a\x00b"))
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


# -- the keyring


class Drawer(keyring.backend.KeyringBackend):
    """A keyring in memory, which can be locked."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.content: dict[tuple[str, str], str] = {}
        self.broken: Exception | None = None
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        self.asked += 1
        if self.broken:
            raise self.broken
        return self.content.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.content[service, username] = password


@pytest.fixture
def drawer() -> Iterator[Drawer]:
    before, drawer = keyring.get_keyring(), Drawer()
    keyring.set_keyring(drawer)
    credentials._from_keyring.cache_clear()
    yield drawer
    keyring.set_keyring(before)
    credentials._from_keyring.cache_clear()


def test_the_keyring_holds_the_key_under_the_profiles_name(drawer: Drawer) -> None:
    keyring.set_password("handread", "archive", SECRET)
    assert key_of(service(keyring=True)).reveal() == SECRET
    assert key_of(service(keyring=True)).reveal() == SECRET
    assert drawer.asked == 1


@pytest.mark.usefixtures("drawer")
def test_an_empty_keyring_says_how_to_fill_it() -> None:
    assert complaint(service(keyring=True)).endswith("which holds none for it. Run: keyring set handread archive")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (keyring.errors.InitError("No backend was found. Install one; see the manual."), "(No backend was found)"),
        (keyring.errors.KeyringLocked("Failed to unlock\nthe collection!"), "(Failed to unlock)"),
        (keyring.errors.NoKeyringError(), "(NoKeyringError)"),
        (RuntimeError("D-Bus is\x1b[2J away."), "(D-Bus is␛[2J away)"),
    ],
)
def test_a_keyring_that_fails_is_a_sentence(drawer: Drawer, error: Exception, words: str) -> None:
    drawer.broken = error
    said = complaint(service(keyring=True))
    assert f"which cannot be read {words}. Unlock it, or name a key_file" in said


@pytest.mark.parametrize(
    ("profile", "module", "extra"),
    [(service(keyring=True), "keyring", "keyring"), (service(entra=True), "azure.identity", "entra")],
)
def test_a_part_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, profile: Service, module: str, extra: str
) -> None:
    credentials._from_keyring.cache_clear()

    def find_spec(name: str) -> None:
        assert name == module
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(credentials, "find_spec", find_spec)
    assert complaint(profile).endswith(f"Run: pip install 'handread[{extra}]'")


# -- Microsoft Entra ID


@dataclass
class Given:
    """What the library calls an AccessToken."""

    token: str
    expires_on: int


@dataclass
class Office:
    """Gives out tokens that hold for an hour, by a clock that is put forward by hand."""

    now: float = 1_000_000.0
    given: list[str] = field(default_factory=list)
    asked: int = 0
    refuses: Exception | None = None
    threads: set[str] = field(default_factory=set)
    pause: threading.Event | None = None

    def get_token(self, *scopes: str) -> Given:
        assert scopes == ("https://cognitiveservices.azure.com/.default",)
        self.threads.add(threading.current_thread().name)
        self.asked += 1
        if self.pause:
            self.pause.wait(20)
        if self.refuses:
            secret = f"client secret {SECRET}"
            raise self.refuses from ValueError(secret[:13])
        self.given.append(f"token-number-{len(self.given)}-{SECRET}")
        return Given(self.given[-1], int(self.now) + 3600)

    def tokens(self) -> EntraTokens:
        scope = "https://cognitiveservices.azure.com/.default"
        return EntraTokens("archive", scope, lambda: nullcontext(self), clock=lambda: self.now)


async def test_a_token_serves_until_shortly_before_its_end() -> None:
    office = Office()
    tokens = office.tokens()
    first = [(await tokens.fresh()).reveal() for _ in range(3)]
    office.now += 3600 - 301
    assert (await tokens.fresh()).reveal() == first[0]
    office.now += 2
    assert (await tokens.fresh()).reveal() == office.given[1]
    assert len(office.given) == 2
    assert office.threads == {"handread-aside"}


async def test_many_calls_at_once_ask_for_one_token() -> None:
    office = Office()
    tokens = office.tokens()
    assert len({(await one).reveal() for one in [asyncio.ensure_future(tokens.fresh()) for _ in range(20)]}) == 1
    assert len(office.given) == 1


async def test_a_token_that_still_holds_is_used_when_no_new_one_is_given() -> None:
    office = Office()
    tokens = office.tokens()
    first = await tokens.fresh()
    office.now, office.refuses = office.now + 3500, RuntimeError("away")
    assert await tokens.fresh() is first
    assert await tokens.fresh() is first
    assert office.asked == 2
    office.now += 31
    assert await tokens.fresh() is first
    assert office.asked == 3
    office.now += 200
    with pytest.raises(NoKey, match="gives no token"):
        await tokens.fresh()


async def test_who_never_answers_is_waited_for_in_vain_and_not_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "TOKEN_SECONDS", 0.05)
    office = Office(pause=threading.Event())
    async with open_client("http://127.0.0.1:1", office.tokens()) as http:
        with pytest.raises(Unreachable, match="gave no token in time"):
            await http.get("/")
    assert office.pause
    office.pause.set()
    for thread in threading.enumerate():
        if thread.name == "entra":
            assert thread.daemon
            thread.join()


async def test_a_refusal_of_entra_is_one_sentence_without_what_the_library_held() -> None:
    from azure.core.exceptions import ClientAuthenticationError

    words = (
        "DefaultAzureCredential failed.\nAttempted:\n\tEnvironmentCredential: AADSTS7000215: Invalid client secret.\r\n"
    )
    office = Office(refuses=ClientAuthenticationError(message=words))
    async with open_client("http://127.0.0.1:1", office.tokens()) as http:
        with pytest.raises(KeyRefused) as caught:
            await http.get("/")
    assert caught.value.sentence == (
        "Microsoft Entra ID gives no token for the service archive (AADSTS7000215: Invalid client secret). Sign in "
        "with `az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET."
    )
    assert SECRET not in crash_screen(caught.value)


async def test_the_token_goes_to_its_own_endpoint_and_nowhere_else() -> None:
    office = Office()
    with FakeService(files={"/op": reply(b"")}) as own, FakeService(files={"/op": reply(b"")}) as other:
        async with open_client(own.url, office.tokens()) as http:
            here = await http.get("/op")
            there = await http.get(f"{other.url}/op")
        assert own.requests[0].headers["authorization"] == f"Bearer {office.given[0]}"
        assert own.requests[0].key is None
        assert "authorization" not in other.requests[0].headers
    assert not {TOKEN_HEADER.lower()} & {*here.request.headers, *there.request.headers}


def test_a_token_does_not_travel_in_plain_text() -> None:
    with pytest.raises(KeyRefused, match="over plain http"):
        open_client("http://archive.test", Office().tokens())


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        (
            "https://westeurope.api.cognitive.microsoft.com",
            "takes keys only. With entra it must be the resource's own: https://NAME.cognitiveservices.azure.com",
        ),
        ("https://chinaeast2.api.cognitive.azure.cn", "https://NAME.cognitiveservices.azure.cn"),
        ("https://virginia.api.cognitive.microsoft.us", "https://NAME.cognitiveservices.azure.us"),
        ("https://cognitiveservices.azure.com.evil.test", "and not to cognitiveservices.azure.com.evil.test"),
        ("http://archive.cognitiveservices.azure.com", "Microsoft's own endpoints alone"),
        ("http://127.0.0.1:5000", "Microsoft's own endpoints alone"),
    ],
)
def test_an_endpoint_that_takes_no_tokens_is_refused(endpoint: str, words: str) -> None:
    assert words in complaint(Service("archive", "read-3.2", endpoint, entra=True))


@pytest.mark.parametrize("domain", ["com", "us", "cn"])
def test_each_cloud_has_tokens_of_its_own(domain: str) -> None:
    tokens = entra_of(Service("archive", "read-3.2", f"https://Archive.cognitiveservices.azure.{domain}", entra=True))
    assert tokens._scope == f"https://cognitiveservices.azure.{domain}/.default"


@contextmanager
def signed_in_by(office: FakeService, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Be a machine whose identity is managed, as in Azure's app services."""
    for name in tuple(os.environ):
        if name.startswith(("AZURE_", "IDENTITY_", "MSI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{office.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")
    yield


def managed(**more: object) -> Step:
    return reply({"token_type": "Bearer", "resource": "https://cognitiveservices.azure.com", **more})


async def test_the_real_library_gets_a_token_of_a_managed_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    step = managed(access_token=f"jwt.{SECRET}", expires_on=str(int(time.time()) + 7200))
    with FakeService(files={"/msi/token": step}) as office, signed_in_by(office, monkeypatch):
        token = await entra_of(service(entra=True)).fresh()
        assert token.reveal() == f"jwt.{SECRET}"
        (asked,) = office.requests
        assert asked.query["resource"] == "https://cognitiveservices.azure.com"
        assert asked.headers["x-identity-header"] == "header"


async def test_a_refusal_by_the_real_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    step = reply({"error": "invalid_client", "error_description": "No identity."}, 400)
    with (
        FakeService(files={"/msi/token": step}) as office,
        signed_in_by(office, monkeypatch),
        pytest.raises(NoKey) as caught,
    ):
        await entra_of(service(entra=True)).fresh()
    assert str(caught.value).startswith("Microsoft Entra ID gives no token for the service archive (")
    assert "\n" not in str(caught.value)
    assert not isinstance(caught.value, ServiceError)


# -- the whole program


def set_up(home: dict[str, str], endpoint: str, *more: str) -> None:
    folder = Path(home["XDG_CONFIG_HOME"]) / "handread"
    folder.mkdir(parents=True, exist_ok=True)
    lines = (
        'service = "archive"',
        "[services.archive]",
        'dialect = "read-3.2"',
        f'endpoint = "{endpoint}"',
        "first_poll = 0.1",
        "tries = 1",
        *more,
    )
    (folder / "config.toml").write_text("\n".join(lines))


def test_a_container_behind_a_proxy_of_the_house_is_read_from(home: dict[str, str], key_file: Path) -> None:
    """It has a certificate of the house's own authority, and sees itself where nobody else does."""
    draw_page(key_file.parent / "a.png")
    authority, folder = trustme.CA(), Path(home["HOME"])
    authority.cert_pem.write_to_path(folder / "house.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    accept = reply(status=202, Operation_Location="http://vision-host/v3.2/read/analyzeResults/00000001")
    with FakeService([submission(READ, accept=accept)], key=SECRET) as container:
        container._server.socket = context.wrap_socket(container._server.socket, server_side=True)
        endpoint = container.url.replace("http:", "https:")
        trust, rebuild = f'certificates = "{folder / "house.pem"}"', "rebuild_location = true"
        source = f'key_file = "{key_file}"'
        set_up(home, endpoint, source)
        untrusted = handread(home, "run", str(key_file.parent / "a.png"))
        set_up(home, endpoint, source, trust)
        elsewhere = handread(home, "run", "--retry", str(key_file.parent / "a.png"))
        set_up(home, endpoint, source, trust, rebuild)
        read = handread(home, "run", "--retry", str(key_file.parent / "a.png"))
    assert "certificate that is not trusted here" in untrusted.stderr
    assert "rebuild_location = true" in elsewhere.stderr
    assert read.stdout == "jumps over\n"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('key_variable = "NOWHERE"', "the environment variable NOWHERE, which is empty. Put the key there. Or review"),
        ('key_file = "/nowhere"', "the file /nowhere, which cannot be read: No such file or directory."),
        ("entra = true", "Tokens of Microsoft Entra ID are sent to Microsoft's own endpoints alone"),
        ('certificates = "/nowhere"', "The certificates in /nowhere cannot be read: No such file or directory."),
        ('key_variable = "A"\nkey_file = "B"', "services.archive has both key_variable and key_file. Keep one"),
    ],
)
def test_what_is_missing_is_said_before_anything_runs(
    home: dict[str, str], tmp_path: Path, more: str, words: str
) -> None:
    draw_page(tmp_path / "a.png")
    set_up(home, "http://127.0.0.1:9", more)
    done = handread(home, "run", str(tmp_path / "a.png"))
    assert done.returncode == 2
    assert done.stderr.startswith("handread: ")
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
