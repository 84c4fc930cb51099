"""Images named by a URL: fetched from the hosts that were allowed, and from no place that such a name may hide.

A name is resolved once, every address is looked at, and the connection goes to the very address that was looked at, so
that a name server cannot change its mind in between. Each redirection is a new URL with the same conditions. No key, no
cookie and no proxy has a part in it.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import httpx

from tui import __version__
from tui.engine.service import DownloadFailed, UrlRefused
from tui.model import printable
from tui.serving.trouble import ServingError

ANY_PUBLIC = "*"
SECONDS = 60.0
"""Within which an image must have come."""
CONNECT_SECONDS = 10.0
MOST_REDIRECTIONS = 5
HEADERS = {"Accept-Encoding": "identity", "User-Agent": f"handread/{__version__}"}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
NOT_PUBLIC = tuple(map(ipaddress.ip_network, ("168.63.129.16/32", "192.0.0.0/24", "192.88.99.0/24", "fec0::/10")))
"""What Python counts as public and is not: Azure's channel to its own machines, protocols' own, and site-local ones."""
_HOST = re.compile(r"[a-z0-9._:-]{1,253}", re.ASCII)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Grown = Callable[[int], None]
"""Is told how many bytes of an image have come."""
Resolve = Callable[[str, int], Awaitable[list[str]]]
"""Gives the addresses of a host; raises OSError."""


async def resolved(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of a host; raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches from allowed hosts; call it with a URL and the most bytes."""

    allowed: frozenset[str]
    """Names of hosts in lower case; `*` for any whose addresses are public."""
    resolve: Resolve = resolved
    seconds: float = SECONDS
    trusted: ssl.SSLContext | bool = True
    """Whose certificates count; True for those that everybody trusts."""

    @classmethod
    def for_hosts(cls, hosts: Iterable[str]) -> Fetcher:
        """Return one for hosts as a person names them; raises ServingError for what is none."""
        return cls(frozenset(map(_host_from, hosts)))

    async def __call__(self, url: str, most_bytes: int, grown: Grown = lambda _: None) -> bytes:
        """Return the image at a URL; raises UrlRefused or DownloadFailed, or what `grown` does.

        `grown` is told how many bytes have come, each time that some have.
        """
        try:
            async with asyncio.timeout(self.seconds):
                return await self._followed(url, most_bytes, grown)
        except TimeoutError as error:
            raise DownloadFailed(f"The image did not come within {self.seconds:.0f} seconds.") from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError, ExceptionGroup) as error:
            raise DownloadFailed(f"Failed to download the image from its URL ({type(error).__name__}).") from error

    async def _followed(self, url: str, most_bytes: int, grown: Grown) -> bytes:
        place = _parsed(url)
        for _ in range(MOST_REDIRECTIONS + 1):
            address = await self._address(place)
            found = await self._get(place, address, most_bytes, grown)
            if isinstance(found, bytes):
                return found
            place = found
        raise DownloadFailed(f"The URL leads to another one more than {MOST_REDIRECTIONS} times.")

    async def _address(self, url: httpx.URL) -> str:
        """Return the address to connect to; raises UrlRefused where it, or any other of the host, may not be called."""
        host = _name_of(url)
        is_named = host in self.allowed
        if not is_named and ANY_PUBLIC not in self.allowed:
            raise UrlRefused(_not_allowed(host))
        try:
            addresses = await self.resolve(host, _port_of(url))
        except (OSError, UnicodeError) as error:  # the latter where a part of the name is too long
            raise DownloadFailed(f"The host {printable(host)} is not known.") from error
        if not addresses:
            raise DownloadFailed(f"The host {printable(host)} has no address.")
        if not is_named and not all(is_public(address) for address in addresses):
            raise UrlRefused(f"{_not_allowed(host)} Its address is not public, so that * does not stand for it.")
        return addresses[0]

    async def _get(self, url: httpx.URL, address: str, most_bytes: int, grown: Grown) -> bytes | httpx.URL:
        """Return what an address has for a URL, or the URL that it names in its stead."""
        host = _name_of(url)
        headers = {**HEADERS, "Host": url.netloc.decode("ascii")}
        timeout = httpx.Timeout(SECONDS, connect=CONNECT_SECONDS)
        verify = self.trusted if url.scheme == "https" else False  # loading certificates takes a while
        async with (
            httpx.AsyncClient(timeout=timeout, trust_env=False, follow_redirects=False, verify=verify) as http,
            http.stream(
                "GET", url.copy_with(host=address), headers=headers, extensions={"sni_hostname": host}
            ) as response,
        ):
            if response.has_redirect_location:
                return _parsed(str(url.join(response.headers["Location"])))
            if not response.is_success:
                raise DownloadFailed(
                    f"Failed to download the image from its URL: {host} answers {response.status_code}."
                )
            return await _body(response, most_bytes, grown)


def is_public(text: str) -> bool:
    """Whether an address is one of the public network, also what lies inside one that carries another."""
    try:
        address: Address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or _of_nat64(address)
        if inner is not None:
            return is_public(str(inner))
    if any(address in network for network in NOT_PUBLIC if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _of_nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None


def _not_allowed(host: str) -> str:
    name = printable(host[:100])
    return f"Images are not fetched from {name}. Whoever runs this server can allow it with: --allow-url {name}"


def _parsed(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
        is_port = parsed.port is None or 0 < parsed.port < 2**16
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise UrlRefused("Image URL is badly formatted.") from error
    if not is_port:
        raise UrlRefused("Image URL is badly formatted: there is no such port.")
    if parsed.scheme not in {"http", "https"} or not parsed.host or parsed.userinfo:
        raise UrlRefused("Image URL is badly formatted: it begins with http:// or https:// and holds no password.")
    return parsed


def _name_of(url: httpx.URL) -> str:
    """Return a URL's host as name servers know it: lower case, and other letters in Punycode."""
    return url.raw_host.decode("ascii").lower()


def _host_from(text: str) -> str:
    """Return a host that a person named; raises ServingError."""
    if text == ANY_PUBLIC:
        return text
    bare = text.strip("[]")
    try:
        url = httpx.URL(f"http://[{bare}]/" if ":" in bare else f"http://{bare}/")
    except httpx.InvalidURL:
        url = httpx.URL("http://nothing/nowhere")
    is_bare = url.path == "/" and not (url.port or url.userinfo or url.query)
    if not (is_bare and _HOST.fullmatch(_name_of(url))):
        raise ServingError(
            f"--allow-url {printable(text)!r} names no host. It looks like scans.example.org, or * for any public one."
        )
    return _name_of(url)


def _port_of(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


async def _body(response: httpx.Response, most_bytes: int, grown: Grown) -> bytes:
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise DownloadFailed("The image comes compressed in a way that was not asked for.")
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) > most_bytes:
            raise DownloadFailed(f"The image has more than {most_bytes:,} bytes. Send a smaller one.")
        grown(len(body))
    return bytes(body)
