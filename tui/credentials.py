"""Where a profile's key comes from: the environment, a file, the system's keyring, or Microsoft Entra ID in its place.

It goes to the profile's endpoint, and into no record, message or file. A keyring may ask the person for a password:
keys are got before a screen opens.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import stat
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from tui.aside import aside
from tui.key import Key, without_frames
from tui.model import Trouble, printable
from tui.settings import APP_NAME, Service

LARGEST_KEY_FILE = 4096
"""Bytes of a file that holds a key and nothing else."""
TOKEN_SECONDS = 60.0
"""How long Microsoft Entra ID may take; asking all the places where one may have signed in takes a while."""
RENEWED_BEFORE = 300.0
"""Seconds before a token's end from which on a new one is asked for."""
ASKED_AGAIN_AFTER = 30.0
"""Seconds after which one is asked for again that was not given, or given for a short time only."""
LONGEST_REASON = 200
"""How many characters of a library's words are shown."""


class NoKey(Trouble):
    """There is no key where the profile says it is, or it cannot be used; its text says where, and what to do."""


def pass_of(service: Service) -> Key | EntraTokens:
    """Return what calls of a profile carry: a key, an empty one where none is named, or tokens. Raises NoKey."""
    return entra_of(service) if service.entra else key_of(service)


def key_of(service: Service, environment: Mapping[str, str] | None = None) -> Key:
    """Return a profile's key, an empty one where it names none. Raises NoKey where there is none at the place named."""
    if service.key_variable:
        return _from_environment(service, environment)
    if service.key_file:
        return _from_file(service, Path(service.key_file))
    return _from_keyring(service.name) if service.keyring else Key()


def _from_environment(service: Service, environment: Mapping[str, str] | None) -> Key:
    key = Key((os.environ if environment is None else environment).get(service.key_variable, "").strip())
    if not key:
        raise NoKey(
            f"The key of the service {service.name} is looked for in the environment variable {service.key_variable}, "
            f"which is empty. Put the key there."
        )
    return key


# -- a file -----------------------------------------------------------------------------------------------------------


def _from_file(service: Service, path: Path) -> Key:
    """Return the key that a file holds; raises NoKey unless nobody but its owner can read it."""
    with suppress(RuntimeError):  # there is no such user: the name is one like any other
        path = path.expanduser()
    name = printable(str(path))
    try:
        key = _only_line(path, name)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name is none"
        raise NoKey(
            f"The key of the service {service.name} is looked for in the file {name}, which cannot be read: {reason}. "
            f"Put the key there, as its only line."
        ) from None
    if not key:
        raise NoKey(f"{name} must hold the key of the service {service.name} as its only line, and does not.")
    return key


def _only_line(path: Path, name: str) -> Key:
    """Return what a file's only line holds, an empty key where it has none or several. Raises OSError or NoKey."""
    # Opened first and looked at then, so that it is the same file; and without waiting for who would fill a pipe.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with os.fdopen(number, "rb") as file:
        _refuse_unless_private(os.fstat(number), name)
        return _line_in(file.read(LARGEST_KEY_FILE + 1))


def _line_in(content: bytes) -> Key:
    if len(content) > LARGEST_KEY_FILE or len(content.split()) != 1:
        return Key()
    return Key(content.decode("utf-8", "replace").strip().removeprefix("\ufeff"))


def _refuse_unless_private(found: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NoKey(f"{name} is no file that could hold a key. Name one that holds it as its only line.")
    if not hasattr(os, "geteuid"):
        return  # there, who may read a file is not told by its mode
    if found.st_uid not in {os.geteuid(), 0}:
        raise NoKey(f"{name} belongs to another user, who can read the key in it. Copy it, and name your own file.")
    if found.st_mode & 0o077:
        raise NoKey(f"{name} can be read by others, or changed. Run: chmod 600 {shlex.quote(name)}")


# -- the system's keyring ---------------------------------------------------------------------------------------------


@cache  # so that the person is asked for a password once
def _from_keyring(name: str) -> Key:
    """Return the key that the keyring holds for a profile; raises NoKey."""
    command = f"keyring set {APP_NAME} {shlex.quote(printable(name))}"
    if not _is_there("keyring"):
        raise NoKey(
            f"The key of the service {name} is looked for in the system's keyring, for which a part is missing. "
            f"Run: pip install '{APP_NAME}[keyring]'"
        )
    import keyring

    try:
        key = Key((keyring.get_password(APP_NAME, name) or "").strip())
    except Exception as error:  # noqa: BLE001 (a keyring's backend raises what the library below it does)
        without_frames(error)
        raise NoKey(
            f"The key of the service {name} is looked for in the system's keyring, which cannot be read "
            f"({_reason(error)}). Unlock it, or name a key_file or key_variable in its place."
        ) from None
    if not key:
        raise NoKey(
            f"The key of the service {name} is looked for in the system's keyring, which holds none for it. "
            f"Run: {command}"
        )
    return key


def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package it would lie in
        return False


def _reason(error: Exception) -> str:
    """Return the first sentence of what a library says."""
    lines = [" ".join(line.split()) for line in str(error).splitlines()]
    line = printable(next(filter(None, lines), "").partition(". ")[0]).rstrip(".")
    return (line if len(line) <= LONGEST_REASON else f"{line[: LONGEST_REASON - 1]}…") or type(error).__name__


# -- Microsoft Entra ID -----------------------------------------------------------------------------------------------


class Cloud(NamedTuple):
    """One of the clouds that Microsoft runs apart from each other."""

    domain: str
    """What the endpoints of its resources end in."""
    regional: str
    """What those end in that all the resources of a region share."""
    authority: str
    """Who gives out its tokens; empty for whom the library asks anyway."""

    @property
    def scope(self) -> str:
        """What its tokens are for."""
        return f"https://{self.domain}/.default"


CLOUDS = (
    Cloud("cognitiveservices.azure.com", "api.cognitive.microsoft.com", ""),
    Cloud("cognitiveservices.azure.us", "api.cognitive.microsoft.us", "login.microsoftonline.us"),
    Cloud("cognitiveservices.azure.cn", "api.cognitive.azure.cn", "login.chinacloudapi.cn"),
)


class AccessToken(Protocol):
    """What the library calls a token."""

    @property
    def token(self) -> str:
        """Its text."""
        ...

    @property
    def expires_on(self) -> int:
        """When it ends, in seconds since 1970."""
        ...


class Credential(Protocol):
    """What gets tokens; the library's credentials are like this."""

    def get_token(self, *scopes: str) -> AccessToken:
        """Return a token for a scope; may ask other machines and programs, and take its time."""
        ...


OpenCredential = Callable[[], AbstractContextManager[Credential]]


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and when it ends."""

    key: Key
    expires: float
    """In seconds since 1970."""


class EntraTokens:
    """Gets tokens for a profile, in a thread of its own, and a new one before the last one ends."""

    def __init__(
        self, name: str, scope: str, open_credential: OpenCredential, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._name = name
        self._scope = scope
        self._open = open_credential
        self._clock = clock
        self._token = Token(Key(), 0.0)
        self._due = 0.0
        self._turn = asyncio.Lock()

    @property
    def last(self) -> Key:
        """The token that was given out last, so that it can be struck out wherever it turns up."""
        return self._token.key

    async def fresh(self) -> Key:
        """Return a token that holds for a while. Raises NoKey, or TimeoutError where none came in time."""
        async with self._turn:
            if self._has_ended or self._due <= self._clock():
                await self._renew()
            return self._token.key

    @property
    def _has_ended(self) -> bool:
        return self._token.expires <= self._clock()

    async def _renew(self) -> None:
        try:
            self._token = await aside(self._ask, TOKEN_SECONDS)
        except (NoKey, TimeoutError):
            if self._has_ended:
                raise  # until then the old one does
        self._due = max(self._token.expires - RENEWED_BEFORE, self._clock() + ASKED_AGAIN_AFTER)

    def _ask(self) -> Token:
        try:
            with self._open() as credential:
                return _token_of(credential.get_token(self._scope))
        except Exception as error:  # noqa: BLE001 (whatever the library and those below it raise)
            without_frames(error)
            raise NoKey(
                f"Microsoft Entra ID gives no token for the service {self._name} ({_told(error)}). Sign in with "
                f"`az login`, or set AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET."
            ) from None


def _token_of(given: AccessToken) -> Token:
    return Token(Key(given.token), float(given.expires_on))


_OF_ENTRA = re.compile(r"AADSTS\d+: [^\r\n]*")


def _told(error: Exception) -> str:
    """Return what Entra ID itself said, where it did; else how the library begins."""
    found = _OF_ENTRA.search(str(error))
    return _reason(Exception(found[0]) if found else error)


def entra_of(service: Service) -> EntraTokens:
    """Return what gets a profile's tokens. Raises NoKey where its endpoint takes none, or a part is missing."""
    cloud = _cloud_of(service)
    if not _is_there("azure.identity"):
        raise NoKey(
            f"The service {service.name} wants tokens of Microsoft Entra ID, for which a part is missing. "
            f"Run: pip install '{APP_NAME}[entra]'"
        )
    return EntraTokens(service.name, cloud.scope, lambda: _default_credential(cloud.authority))


def _cloud_of(service: Service) -> Cloud:
    parts = urlsplit(service.endpoint)
    host = (parts.hostname or "").lower()
    for cloud in CLOUDS:
        if host.endswith("." + cloud.regional):
            raise NoKey(
                f"The endpoint of the service {service.name} is that of a region, which takes keys only. With entra "
                f"it must be the resource's own: https://NAME.{cloud.domain}"
            )
        if parts.scheme == "https" and host.endswith("." + cloud.domain):
            return cloud
    raise NoKey(
        f"Tokens of Microsoft Entra ID are sent to Microsoft's own endpoints alone, such as "
        f"https://NAME.{CLOUDS[0].domain}, and not to {printable(host)}. Correct the endpoint of the service "
        f"{service.name}, or use a key."
    )


def _default_credential(authority: str) -> AbstractContextManager[Credential]:
    """Return the library's own search through all the places where one may have signed in."""
    from azure.identity import DefaultAzureCredential

    more: dict[str, Any] = {"authority": authority} if authority else {}
    return DefaultAzureCredential(**more)
