"""The way to a service: where the key goes, and how an image is got from a URL."""

import io
import logging
import ssl
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
import trustme
from rich.console import Console
from rich.traceback import Traceback

from tests.fake_service import DROPPED, FakeService, Step, reply
from tui import __version__
from tui.dialects import (
    DIALECTS,
    KeyRefused,
    Pending,
    Refused,
    ServiceError,
    Throttled,
    Transient,
    Unreachable,
    Upload,
    fetch,
    open_client,
)
from tui.dialects.client import KEY_HEADER, USER_AGENT, is_loopback, key_of, trusting

KEY = "0123456789abcdef0123456789abcdef"
READ = DIALECTS["read-3.2"]({})
IMAGE = Upload(content=b"an image")


def echo(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"key": request.headers.get(KEY_HEADER)})


async def key_sent(endpoint: str, url: str, key: str = KEY) -> str | None:
    async with open_client(endpoint, key, httpx.MockTransport(echo)) as http:
        answer: dict[str, str | None] = (await http.get(url)).json()
    return answer["key"]


# -- the key


@pytest.mark.parametrize("url", ["/op", "https://vision.test/op", "HTTPS://Vision.Test:443/op"])
async def test_the_key_goes_to_its_own_endpoint(url: str) -> None:
    assert await key_sent("https://vision.test", url) == KEY


@pytest.mark.parametrize(
    "url",
    ["http://vision.test/op", "https://vision.test:444/op", "https://vision.test.evil.test/op", "https://evil.test/op"],
)
async def test_the_key_goes_nowhere_else(url: str) -> None:
    assert await key_sent("https://vision.test", url) is None


async def test_without_a_key_no_key_header_is_sent() -> None:
    assert await key_sent("http://container.test:5000", "/op", key="") is None


async def test_a_redirection_takes_no_key_along() -> None:
    def elsewhere(request: httpx.Request) -> httpx.Response:
        if request.url.host == "evil.test":
            pytest.fail("it went there")
        return httpx.Response(307, headers={"Location": "https://evil.test/"})

    async with open_client("https://vision.test", KEY, httpx.MockTransport(elsewhere)) as http:
        response = await http.post("/op", content=b"image")
    assert (response.status_code, response.next_request) == (307, None)


@pytest.mark.parametrize("endpoint", ["http://vision.test", "http://192.168.1.5:5000", "http://localhost.test"])
def test_a_key_does_not_travel_in_plain_text(endpoint: str) -> None:
    with pytest.raises(KeyRefused, match="over plain http") as caught:
        open_client(endpoint, KEY)
    assert KEY not in caught.value.sentence


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:5000", "http://[::1]:5000", "http://localhost:5000", "local:"])
async def test_a_key_may_stay_on_this_machine(endpoint: str) -> None:
    await open_client(endpoint, KEY).aclose()


@pytest.mark.parametrize("key", ["clé", "key\r\nHost: evil", "key\x00"])
def test_a_key_that_is_none_is_not_repeated(key: str) -> None:
    with pytest.raises(KeyRefused, match="Copy it again") as caught:
        open_client("https://vision.test", key)
    assert key not in "".join(traceback.format_exception(caught.value))


def test_an_endpoint_that_is_none_is_a_sentence() -> None:
    with pytest.raises(Refused, match="is no address"):
        open_client("https://vision.test:port", KEY)


def test_no_record_of_the_client_shows_the_key() -> None:
    http = open_client("http://127.0.0.1", KEY)
    assert KEY not in repr(http) + repr(http.auth) + repr(http.headers) + repr(key_of(http))
    assert key_of(http).reveal() == KEY


async def test_a_request_that_has_been_answered_no_longer_holds_the_key() -> None:
    async with open_client("https://vision.test", KEY, httpx.MockTransport(echo)) as http:
        response = await http.get("/op")
    assert response.json() == {"key": KEY}
    assert KEY not in repr(response.request.headers)


# -- crashes, whose screen shows the values of every frame


def crash_screen(error: BaseException) -> str:
    """Return what the terminal program prints when it crashes, and nothing cut short."""
    shown = io.StringIO()
    crash = Traceback.from_exception(
        type(error), error, error.__traceback__, show_locals=True, locals_max_string=10_000, locals_max_length=1000
    )
    Console(file=shown, width=200).print(crash)
    return shown.getvalue()


class Crashing(httpx.AsyncBaseTransport):
    """Fails while it holds the key as text, as the libraries below do when they write it to the network."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        sending = b"POST / HTTP/1.1\r\n" + b"\r\n".join(b"%s: %s" % header for header in request.headers.raw)
        assert KEY.encode() in sending
        raise self.error


@pytest.mark.parametrize(
    ("raised", "becomes"),
    [
        (RuntimeError("a bug"), RuntimeError),
        (httpx.ConnectError("no"), Unreachable),
        (httpx.ReadError("no"), Transient),
        (httpx.LocalProtocolError("no"), Refused),
        (ExceptionGroup("several", [OverflowError("no")]), Refused),
    ],
)
async def test_a_crash_while_sending_shows_no_key(raised: Exception, becomes: type[Exception]) -> None:
    async with open_client("https://vision.test", KEY, Crashing(raised)) as http:
        with pytest.raises(Exception, match=r".") as caught:
            await READ.submit(http, IMAGE)
    assert type(caught.value) is becomes
    screen = crash_screen(caught.value)
    assert "test_a_crash_while_sending_shows_no_key" in screen
    assert KEY not in screen
    if becomes is RuntimeError:
        assert "They ended in tests.dialects.test_client, line" in screen


@pytest.mark.parametrize("broken", ["h11._connection.Connection.send", "anyio._backends._asyncio.SocketStream.send"])
async def test_a_bug_below_httpx_shows_no_key_either(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    held: list[bool] = []

    async def crash(_: object, item: bytes) -> None:
        held.append(KEY.encode() in item)
        raise RuntimeError("a bug")

    def crash_at_once(_: object, event: Any) -> None:
        held.append(KEY in repr(event))
        raise RuntimeError("a bug")

    monkeypatch.setattr(broken, crash if "anyio" in broken else crash_at_once)
    with FakeService() as service:
        async with open_client(service.url, KEY) as http:
            with pytest.raises(RuntimeError, match="a bug") as caught:
                await READ.submit(http, IMAGE)
    assert held[0]  # so that there was something to show
    assert KEY not in crash_screen(caught.value)
    assert KEY not in "".join(traceback.format_exception(caught.value))


async def test_a_crash_while_an_answer_is_read_shows_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_: object) -> None:
        raise RuntimeError("a bug")

    with FakeService(key=KEY) as service:
        async with open_client(service.url, KEY) as http:
            pending = await READ.submit(http, IMAGE)
            assert isinstance(pending, Pending)
            monkeypatch.setattr("h11._connection.Connection.next_event", crash)
            with pytest.raises(RuntimeError, match="a bug") as caught:
                await READ.poll(http, pending)
    assert KEY not in crash_screen(caught.value)


async def test_the_crash_screen_would_show_a_key_that_is_text() -> None:
    """What the tests above rest on: shown values are not cut short, and httpx's frames are seen where nobody cuts."""
    async with httpx.AsyncClient(transport=Crashing(RuntimeError("a bug")), headers={KEY_HEADER: KEY}) as http:
        with pytest.raises(RuntimeError) as caught:
            await http.get("https://vision.test")
    assert KEY in crash_screen(caught.value)


async def test_the_logs_of_the_libraries_hold_no_key(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), FakeService(key=KEY) as service:
        async with open_client(service.url, KEY) as http:
            await READ.submit(http, IMAGE)
    assert any(record.name.startswith("httpcore") for record in caplog.records)
    assert KEY not in caplog.text


# -- whom to trust


class Hello(BaseHTTPRequestHandler):
    """Greets whoever comes."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.seen.append(self.headers.get(KEY_HEADER, ""))
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Quiet(HTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Say nothing: a client that hangs up is part of the play."""

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        connection.settimeout(5)
        return connection, address


@contextmanager
def secure_server(vouched_by: trustme.CA, name: str = "127.0.0.1") -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    vouched_by.issue_cert(name).configure_cert(context)
    Hello.seen.clear()
    with Quiet(("127.0.0.1", 0), Hello) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"https://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def authority_file(authority: trustme.CA, tmp_path: Path) -> str:
    file = tmp_path / "authority.pem"
    file.write_bytes("Ours, since März.\n".encode() + authority.cert_pem.bytes())
    return str(file)


async def test_an_authority_of_ones_own_is_trusted_when_it_is_named(authority: trustme.CA, authority_file: str) -> None:
    with secure_server(authority) as url:
        async with open_client(url, KEY, authorities=authority_file) as http:
            assert (await http.get("/")).text == "hello"
    assert Hello.seen == [KEY]


def test_those_who_are_trusted_anyway_still_are(authority_file: str) -> None:
    usual, more = (trusting(file).cert_store_stats()["x509_ca"] for file in ("", authority_file))
    assert more > usual > 100


async def test_without_it_nothing_is_sent_and_the_setting_is_named(authority: trustme.CA) -> None:
    with secure_server(authority) as url:
        async with open_client(url, KEY) as http:
            with pytest.raises(Unreachable) as caught:
                await READ.submit(http, IMAGE)
    assert "shows a certificate that is not trusted here" in caught.value.sentence
    assert caught.value.sentence.endswith("name its file in the profile: certificates = 'FILE.pem'")
    assert caught.value.code == "certificate"
    assert Hello.seen == []


async def test_a_certificate_for_another_host_is_not_cured_by_trust(authority: trustme.CA, authority_file: str) -> None:
    with secure_server(authority, "vision.test") as url:
        async with open_client(url, KEY, authorities=authority_file) as http:
            with pytest.raises(Unreachable, match="Check the endpoint's name") as caught:
                await READ.submit(http, IMAGE)
    assert "certificates =" not in caught.value.sentence


async def test_an_image_from_an_untrusted_place_is_not_fetched(authority: trustme.CA, tmp_path: Path) -> None:
    with secure_server(authority) as url, pytest.raises(Unreachable, match="is not trusted here") as caught:
        await fetch(f"{url}/scan.png", tmp_path / "scan.img")
    assert "certificates =" not in caught.value.sentence


@pytest.mark.parametrize("content", ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_file_without_certificates_is_a_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.pem").write_text(content)
    with pytest.raises(Refused, match=r"a\.pem holds no certificate that can be read"):
        open_client("https://vision.test", KEY, authorities=str(tmp_path / "a.pem"))


def test_a_key_is_no_certificate(authority: trustme.CA, tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_bytes(authority.private_key_pem.bytes())
    with pytest.raises(Refused, match="holds no certificate"):
        open_client("https://vision.test", KEY, authorities=str(tmp_path / "a.pem"))


@pytest.mark.parametrize(("name", "reason"), [("none.pem", "No such file"), ("", "it is no file"), ("\0", "none")])
def test_a_file_of_certificates_that_cannot_be_read_is_a_sentence(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(Refused, match=rf"cannot be read: .*{reason}.*Correct `certificates`"):
        open_client("https://vision.test", KEY, authorities=f"{tmp_path}/{name}")


async def test_the_carried_engine_has_an_address_of_its_own() -> None:
    def engine(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"url": str(request.url), "agent": request.headers["User-Agent"]})

    async with open_client("local:", "", httpx.MockTransport(engine)) as http:
        assert (await http.get("/vision")).json() == {"url": "http://local.handread/vision", "agent": USER_AGENT}
    assert __version__ in USER_AGENT


async def test_a_proxy_of_the_environment_sees_no_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with FakeService(files={"/op": reply(b"here")}) as service:
        async with open_client(service.url, KEY) as http:
            assert (await http.get("/op")).content == b"here"


@pytest.mark.parametrize(("host", "loopback"), [("127.8.9.1", True), ("::1", True), ("10.0.0.1", False), ("a", False)])
def test_what_never_leaves_this_machine(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


# -- images from URLs


async def fetched(into: Path, *steps: Step, limit_bytes: int = 1000, seconds: float = 60) -> bytes:
    with FakeService(files={"/scan.png": steps}) as service:
        await fetch(f"{service.url}/scan.png", into / "cache" / "scan.img", limit_bytes=limit_bytes, seconds=seconds)
        assert service.requests[0].key is None
    return content_of(into / "cache" / "scan.img")


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def files_in(folder: Path) -> list[str]:
    return [file.name for file in folder.rglob("*") if file.is_file()]


async def test_an_image_is_fetched_whole(tmp_path: Path) -> None:
    assert await fetched(tmp_path, reply(b"picture")) == b"picture"
    assert files_in(tmp_path) == ["scan.img"]


async def test_a_few_redirections_are_followed(tmp_path: Path) -> None:
    assert await fetched(tmp_path, reply(status=302, Location="/scan.png"), reply(b"picture")) == b"picture"


@pytest.mark.parametrize(
    ("step", "error", "words"),
    [
        (reply(status=404), Refused, r"refused it \(404\)"),
        (reply(status=401), Refused, "does not hand this image out"),
        (reply(status=302, Location="/scan.png"), Refused, "TooManyRedirects"),
        (reply(status=302, Location="ftp://elsewhere/"), Refused, "UnsupportedProtocol"),
        (reply(status=302, Location="file:///etc/passwd"), Refused, "UnsupportedProtocol"),
        (reply(b"x" * 1001), Refused, "larger than"),
        (reply(b"x" * 1001, Content_Length=None, Connection="close"), Refused, "larger than"),
        (reply(status=503), Transient, "in trouble"),
        (reply(status=429), Throttled, "too many calls"),
        (Step(200, b"picture", fault="truncate"), Transient, "broke off"),
        (DROPPED, Transient, "broke off"),
    ],
)
async def test_what_goes_wrong_is_our_error_and_leaves_nothing(
    tmp_path: Path, step: Step, error: type[ServiceError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        await fetched(tmp_path, step)
    assert not isinstance(caught.value, KeyRefused)
    assert files_in(tmp_path) == []


async def test_a_slow_image_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(Transient, match="no answer in time"):
        await fetched(tmp_path, Step(200, b"picture", delay=30), seconds=0.1)
    assert files_in(tmp_path) == []


async def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with FakeService() as service:
        url = service.url
    with pytest.raises(Unreachable, match="cannot be reached"):
        await fetch(f"{url}/scan.png", tmp_path / "scan.img")


async def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    def a_file_in_the_way(path: Path) -> None:
        path.write_bytes(b"")

    a_file_in_the_way(tmp_path / "cache")
    with pytest.raises(ServiceError, match="cannot be kept in"):
        await fetched(tmp_path, reply(b"picture"))


@pytest.mark.parametrize("url", ["http://", "http://[", "https://user:secret@127.0.0.1:1/x", "nonsense"])
async def test_an_address_that_leads_nowhere_is_our_error_without_secrets(tmp_path: Path, url: str) -> None:
    with pytest.raises(ServiceError) as caught:
        await fetch(url, tmp_path / "scan.img")
    assert "secret" not in caught.value.sentence
