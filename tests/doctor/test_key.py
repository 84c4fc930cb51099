"""What is said of a key: where it is, and never what it is."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import keyring.backend
import pytest

from tui import credentials
from tui.credentials import EntraTokens
from tui.doctor import key
from tui.doctor.check import Found
from tui.doctor.key import carried_by
from tui.key import Key
from tui.settings import Service

SECRET = "0123456789abcdef0123456789abcdef"
RESOURCE = "https://archive.cognitiveservices.azure.com"


def service(endpoint: str = RESOURCE, **where: object) -> Service:
    return Service("archive", "read-3.2", endpoint, **where)  # type: ignore[arg-type]


async def test_a_key_in_the_environment_is_found_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_KEY", SECRET)
    carried = await carried_by(service(key_variable="ARCHIVE_KEY"))
    assert carried.check.state is Found.OK
    assert carried.check.says == "There is one in the environment variable ARCHIVE_KEY, and it looks like one."
    assert isinstance(carried.key, Key)
    assert SECRET not in repr(carried)


async def test_a_variable_that_is_empty_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_KEY", " ")
    carried = await carried_by(service(key_variable="ARCHIVE_KEY"))
    assert (carried.check.state, carried.key) == (Found.WRONG, None)
    assert "ARCHIVE_KEY, which is empty" in carried.check.says


async def test_a_key_of_another_length_is_worth_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_KEY", SECRET[:-1])
    carried = await carried_by(service(key_variable="ARCHIVE_KEY"))
    assert carried.check.state is Found.UNKNOWN
    assert "of 31 characters" in carried.check.says


async def test_a_key_that_no_header_can_hold_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCHIVE_KEY", "k\u00e9y")
    carried = await carried_by(service(key_variable="ARCHIVE_KEY"))
    assert carried.check.state is Found.WRONG
    assert "k\u00e9y" not in carried.check.says


async def test_a_file_that_others_may_read_is_refused_as_a_run_does(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET)
    (tmp_path / "key").chmod(0o644)
    carried = await carried_by(service(key_file=str(tmp_path / "key")))
    assert carried.check.state is Found.WRONG
    assert "chmod 600" in carried.check.says


async def test_microsofts_own_endpoints_ask_for_a_key() -> None:
    carried = await carried_by(service())
    assert carried.check.state is Found.WRONG
    assert "archive.cognitiveservices.azure.com asks for one" in carried.check.says
    assert (await carried_by(service("http://127.0.0.1:5000"))).check.state is Found.OK


class Hesitant(keyring.backend.KeyringBackend):
    """A keyring that waits for a password nobody gives."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:  # noqa: ARG002 (keyring's own shape)
        time.sleep(0.5)
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.fixture
def _hesitant() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(Hesitant())  # type: ignore[no-untyped-call]
    credentials._from_keyring.cache_clear()
    yield
    keyring.set_keyring(before)
    credentials._from_keyring.cache_clear()


@pytest.mark.usefixtures("_hesitant")
async def test_a_keyring_that_waits_for_a_password_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key, "KEY_SECONDS", 0.05)
    carried = await carried_by(service(keyring=True))
    assert (carried.check.state, carried.key) == (Found.UNKNOWN, None)
    assert carried.check.says.startswith("The system's keyring has not answered")
    for thread in (one for one in threading.enumerate() if one.name == "doctor"):
        thread.join()  # before the keyring is put back


async def test_a_region_gives_no_tokens() -> None:
    carried = await carried_by(service("https://westeurope.api.cognitive.microsoft.com", entra=True))
    assert (carried.check.state, carried.key) == (Found.WRONG, None)
    assert "takes keys only" in carried.check.says


@dataclass(frozen=True)
class Given:
    token: str = SECRET
    expires_on: int = field(default_factory=lambda: int(time.time()) + 3600)


@dataclass(frozen=True)
class Issuer:
    """Hands tokens out after a while, or never."""

    seconds: float = 0.0
    error: str = ""

    def get_token(self, *_: str) -> Given:
        time.sleep(self.seconds)
        if self.error:
            raise RuntimeError(self.error)
        return Given()


async def with_token(issuer: Issuer) -> key.Carried:
    return await key._with_token(service(entra=True), EntraTokens("archive", "scope", lambda: nullcontext(issuer)))


async def test_a_token_is_got_and_not_shown() -> None:
    carried = await with_token(Issuer())
    assert carried.check.state is Found.OK
    assert SECRET not in json.dumps(carried.check.says)
    assert isinstance(carried.key, EntraTokens)


async def test_without_a_token_the_way_to_one_is_named() -> None:
    carried = await with_token(Issuer(error="AADSTS700016: Application not found."))
    assert (carried.check.state, carried.key) == (Found.WRONG, None)
    assert "az login" in carried.check.says


async def test_a_token_that_takes_its_time_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key, "TOKEN_SECONDS", 0.05)
    carried = await with_token(Issuer(seconds=0.2))
    assert (carried.check.state, carried.key) == (Found.UNKNOWN, None)
