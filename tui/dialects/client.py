"""The way to a service: one HTTP client that takes the key to the configured host, and to no other.

It follows no redirection, gives the key to no plain-text connection but one that stays on this machine, and lets the
environment's proxies see no connection in plain text. Images named by a URL are fetched here too, by a client that
has no key at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import os
import ssl
import stat
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO, Protocol

import httpx

from tui import __version__
from tui.dialects.faults import clean, fault_of, faults_of_the_way, words_in
from tui.dialects.protocol import KeyRefused, Refused, ServiceError, Unreachable
from tui.key import Key
from tui.model import Trouble

KEY_HEADER = "Ocp-Apim-Subscription-Key"
TOKEN_HEADER = "Authorization"  # noqa: S105 (where a token goes, and none itself)
LOCAL_ENDPOINT = "local:"
LOCAL_URL = "http://local.handread"
"""What the carried engine is called in URLs; no name server is ever asked for it."""
TIMEOUT = httpx.Timeout(None, connect=10.0, read=60.0, write=120.0)
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=100, keepalive_expiry=5.0)
"""As many connections are kept as may be open: httpx else closes what it has just used where there are more than 20."""
USER_AGENT = f"handread/{__version__}"
LARGEST_IMAGE = 100 * 2**20
"""Bytes of an image that is fetched from a URL."""
LARGEST_CERTIFICATES = 2**22
"""Bytes of a file of authorities."""


class Tokens(Protocol):
    """What gives tokens out in place of a key."""

    @property
    def last(self) -> Key:
        """The token given out last, empty before the first."""
        ...

    async def fresh(self) -> Key:
        """Return a token that holds for a while. Raises Trouble, or TimeoutError where none came in time."""
        ...


class OwnKey(httpx.Auth):
    """Adds the key to the requests that go to the endpoint's own scheme, host and port, while they are under way."""

    def __init__(self, key: Key, endpoint: httpx.URL) -> None:
        self.key = key
        self._origin = origin(endpoint)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header where it may go."""
        if self.key and origin(request.url) == self._origin:
            request.headers[KEY_HEADER] = self.key.reveal()
        try:
            response = yield request
            response.next_request = None  # where a redirection would lead, with a copy of the header
        finally:
            request.headers.pop(KEY_HEADER, None)


class OwnToken(httpx.Auth):
    """Does the same with a token of Microsoft Entra ID."""

    def __init__(self, tokens: Tokens, endpoint: httpx.URL) -> None:
        self._tokens = tokens
        self._origin = origin(endpoint)

    @property
    def key(self) -> Key:
        """The token that was sent last."""
        return self._tokens.last

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Add the header where it may go; raises KeyRefused or Unreachable where there is no token."""
        if origin(request.url) == self._origin:
            token = await self._fresh()
            request.headers[TOKEN_HEADER] = "Bearer " + token.reveal()
        try:
            response = yield request
            response.next_request = None  # where a redirection would lead, with a copy of the header
        finally:
            request.headers.pop(TOKEN_HEADER, None)

    async def _fresh(self) -> Key:
        try:
            return await self._tokens.fresh()
        except Trouble as error:
            raise KeyRefused(str(error), "token") from None
        except TimeoutError:
            raise Unreachable("Microsoft Entra ID gave no token in time. Check the network.", "token") from None


class ServiceClient(httpx.AsyncClient):
    """A client of one endpoint, which knows what is true of it beyond its address."""

    rebuilds_location = False
    """Whether operations are asked after at the endpoint, wherever the service says they are."""


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Return the scheme, host and port that make an address the same place or another."""
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme, 0)


def key_of(http: httpx.AsyncClient) -> Key:
    """Return the key a client carries, or its last token, so that it can be struck out wherever it turns up."""
    return http.auth.key if isinstance(http.auth, OwnKey | OwnToken) else Key()


def has_token(http: httpx.AsyncClient) -> bool:
    """Whether a client carries tokens in place of a key."""
    return isinstance(http.auth, OwnToken)


def rebuilds_location(http: httpx.AsyncClient) -> bool:
    """Whether a client's operations are asked after at its endpoint, wherever the service says they are."""
    return isinstance(http, ServiceClient) and http.rebuilds_location


def open_client(
    endpoint: str,
    key: Key | Tokens | str = "",
    transport: httpx.AsyncBaseTransport | None = None,
    *,
    authorities: str = "",
    rebuild_location: bool = False,
) -> ServiceClient:
    """Return a client for an endpoint; for `local:` the transport leads to the engine.

    `authorities` names a file of certificates that are trusted beside the usual ones (see trusting); with
    `rebuild_location` operations are asked after at the endpoint, wherever the service says they are. Raises Refused
    when the endpoint is no address or that file is none, and KeyRefused when the key must not or cannot be sent there.
    """
    key = Key(key) if isinstance(key, str) else key
    try:
        url = httpx.URL(LOCAL_URL if endpoint == LOCAL_ENDPOINT else endpoint)
    except httpx.InvalidURL as error:
        raise Refused("The endpoint is no address. It looks like https://NAME.cognitiveservices.azure.com.") from error
    _check_key(key, url)
    http = ServiceClient(
        base_url=url,
        auth=OwnKey(key, url) if isinstance(key, Key) else OwnToken(key, url),
        timeout=TIMEOUT,
        limits=LIMITS,
        headers={"User-Agent": USER_AGENT},
        follow_redirects=False,
        trust_env=transport is None and url.scheme == "https",
        verify=trusting(authorities) if url.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        transport=transport,
    )
    http.rebuilds_location = rebuild_location
    return http


@cache
def trusting(authorities: str = "") -> ssl.SSLContext:
    """Return whom to trust: whom this system does, and the authorities in a PEM file if one is named. Raises Refused.

    Loading them takes long enough to do it once, and where it is not needed not at all.
    """
    context = httpx.create_ssl_context()
    if authorities:
        context.load_default_certs()
        _trust_too(context, authorities)
    return context


def _trust_too(context: ssl.SSLContext, authorities: str) -> None:
    path = Path(authorities)
    with contextlib.suppress(RuntimeError):  # there is no such user: the name is one like any other
        path = path.expanduser()
    name = clean(str(path))
    try:
        context.load_verify_locations(cadata=_text_of(path))
    except ssl.SSLError:
        raise Refused(
            f"{name} holds no certificate that can be read. It must be a PEM file, which begins with "
            f"-----BEGIN CERTIFICATE-----.",
            "certificates",
        ) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name is none"
        raise Refused(
            f"The certificates in {name} cannot be read: {reason}. Correct `certificates` in the profile.",
            "certificates",
        ) from error


def _text_of(path: Path) -> str:
    """Return a file's text, cut off where it is too large; a folder or a pipe has none. Raises OSError."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(0, "it is no file")
    with path.open("rb") as file:
        # Beside the certificates there may be remarks in any encoding, which are not read.
        return file.read(LARGEST_CERTIFICATES).decode("ascii", "ignore") or "nothing"


def _check_key(key: Key | Tokens, url: httpx.URL) -> None:
    if isinstance(key, Key) and not key:
        return
    if isinstance(key, Key) and not key.can_be_sent:
        raise KeyRefused("The key holds characters that no key has. Copy it again.", "key")
    if url.scheme != "https" and not is_loopback(url.host) and url.host != httpx.URL(LOCAL_URL).host:
        raise KeyRefused(
            f"The key is not sent to {url.host} over plain http, where others could read it. Use https, or no key.",
            "key",
        )


def is_loopback(host: str) -> bool:
    """Whether an address never leaves this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


async def fetch(url: str, into: Path, *, limit_bytes: int = LARGEST_IMAGE, seconds: float = 60.0) -> None:
    """Get an image without any key, and put it whole or not at all into a file.

    Raises ServiceError: Refused where trying again is no use, Throttled or Transient where it is.
    """
    host = clean(_host(url)) or "This address"
    trusted = await asyncio.to_thread(trusting)
    with faults_of_the_way(host):
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(
                timeout=TIMEOUT, max_redirects=5, headers={"User-Agent": USER_AGENT}, verify=trusted
            ) as http,
            http.stream("GET", url, follow_redirects=True) as response,
        ):
            await _check_image(response, limit_bytes)
            await _save(response, into, limit_bytes)


def _host(url: str) -> str:
    try:
        return httpx.URL(url).host
    except httpx.InvalidURL:
        return ""


async def _check_image(response: httpx.Response, limit_bytes: int) -> None:
    if response.is_success:
        size = response.headers.get("Content-Length", "")
        if size.isdecimal() and int(size) > limit_bytes:
            raise _too_large(response, limit_bytes)
        return
    words = words_in(await beginning_of(response))
    if response.status_code in {401, 403}:
        raise Refused(f"{response.url.host} does not hand this image out ({response.status_code}{words.quoted}).")
    raise fault_of(response, words)


async def beginning_of(response: httpx.Response, length: int = 65_536) -> bytes:
    """Return what there is of a body, up to a length; a body that breaks off is no reason to fail once more."""
    body = b""
    with contextlib.suppress(httpx.HTTPError):
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) >= length:
                break
    return body[:length]


async def _save(response: httpx.Response, into: Path, limit_bytes: int) -> None:
    try:
        async with _whole_or_nothing(into) as file:
            size = 0
            async for piece in response.aiter_bytes(2**18):
                size += len(piece)
                if size > limit_bytes:
                    raise _too_large(response, limit_bytes)
                await asyncio.to_thread(file.write, piece)
    except OSError as error:
        if isinstance(error, TimeoutError):
            raise
        reason = error.strerror or type(error).__name__
        raise ServiceError(
            f"The image from {response.url.host} cannot be kept in {clean(str(into.parent))}: {reason}.", "disk"
        ) from error


@asynccontextmanager
async def _whole_or_nothing(into: Path) -> AsyncIterator[BinaryIO]:
    """Open a file beside `into` for writing, and give it that name when all went well."""
    file, name = await asyncio.to_thread(_beside, into)
    try:
        yield file
        await asyncio.to_thread(_finish, file, name, into)
    except BaseException:
        _drop(file, name)
        raise


def _beside(into: Path) -> tuple[BinaryIO, Path]:
    into.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=into.parent)
    return os.fdopen(number, "wb"), Path(name)


def _finish(file: BinaryIO, name: Path, into: Path) -> None:
    file.close()
    name.replace(into)


def _drop(file: BinaryIO, name: Path) -> None:
    with contextlib.suppress(OSError):  # closing writes what is left, and fails as the writing did
        file.close()
    name.unlink(missing_ok=True)


def _too_large(response: httpx.Response, limit_bytes: int) -> Refused:
    return Refused(f"The image at {response.url.host} is larger than {limit_bytes / 2**20:.0f} MB.", "too-large")
