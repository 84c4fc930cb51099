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
import tempfile
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO

import httpx

from tui import __version__
from tui.dialects.faults import clean, fault_of, faults_of_the_way, words_in
from tui.dialects.protocol import KeyRefused, Refused, ServiceError

KEY_HEADER = "Ocp-Apim-Subscription-Key"
LOCAL_ENDPOINT = "local:"
LOCAL_URL = "http://local.handread"
"""What the carried engine is called in URLs; no name server is ever asked for it."""
TIMEOUT = httpx.Timeout(None, connect=10.0, read=60.0, write=120.0)
USER_AGENT = f"handread/{__version__}"
LARGEST_IMAGE = 100 * 2**20
"""Bytes of an image that is fetched from a URL."""


class OwnKey(httpx.Auth):
    """Adds the key to the requests that go to the endpoint's own scheme, host and port."""

    def __init__(self, key: str, endpoint: httpx.URL) -> None:
        self.key = key
        self._origin = origin(endpoint)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the header where it may go."""
        if self.key and origin(request.url) == self._origin:
            request.headers[KEY_HEADER] = self.key
        yield request


def origin(url: httpx.URL) -> tuple[str, str, int]:
    """Return the scheme, host and port that make an address the same place or another."""
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme, 0)


def key_of(http: httpx.AsyncClient) -> str:
    """Return the key a client carries, so that it can be struck out wherever it turns up."""
    return http.auth.key if isinstance(http.auth, OwnKey) else ""


def open_client(endpoint: str, key: str, transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Return a client for an endpoint; for `local:` the transport leads to the engine.

    Raises Refused when the endpoint is no address, and KeyRefused when the key must not or cannot be sent there.
    """
    try:
        url = httpx.URL(LOCAL_URL if endpoint == LOCAL_ENDPOINT else endpoint)
    except httpx.InvalidURL as error:
        raise Refused("The endpoint is no address. It looks like https://NAME.cognitiveservices.azure.com.") from error
    if key:
        _check_key(key, url)
    return httpx.AsyncClient(
        base_url=url,
        auth=OwnKey(key, url),
        timeout=TIMEOUT,
        headers={"User-Agent": USER_AGENT},
        follow_redirects=False,
        trust_env=transport is None and url.scheme == "https",
        verify=certificates() if url.scheme == "https" else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        transport=transport,
    )


@cache
def certificates() -> ssl.SSLContext:
    """Return whom to trust; loading it takes long enough to do it once, and where it is not needed not at all."""
    return httpx.create_ssl_context()


def _check_key(key: str, url: httpx.URL) -> None:
    if not (key.isascii() and key.isprintable()):
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
    trusted = await asyncio.to_thread(certificates)
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
