"""Where the server listens: on this machine alone, or wider, for which a key is required."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from tui.model import printable
from tui.serving.trouble import ServingError

BACKLOG = 128
WITHOUT_KEY = "Set one in the environment variable HANDREAD_SERVE_KEY or with --key-file, or listen at 127.0.0.1."


@dataclass(frozen=True, slots=True)
class Place:
    """A resolved address to listen at."""

    family: socket.AddressFamily
    address: str
    port: int

    @property
    def is_wider(self) -> bool:
        """Whether other machines can reach it."""
        return not ipaddress.ip_address(_without_zone(self.address)).is_loopback

    @property
    def is_everywhere(self) -> bool:
        """Whether it stands for every address of this machine."""
        return ipaddress.ip_address(_without_zone(self.address)).is_unspecified


def place_of(host: str, port: int) -> Place:
    """Resolve what was asked for, with IPv4 first where a name has both; raises ServingError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ServingError(f"{printable(host)} is no address of this machine. Name one such as 127.0.0.1.") from error
    family, _, _, _, address = min(found, key=lambda one: one[0] != socket.AF_INET)
    return Place(family, str(address[0]), port)


def listen(place: Place) -> socket.socket:
    """Return a socket on which clients are waiting from now on; raises ServingError."""
    opened = socket.socket(place.family, socket.SOCK_STREAM)
    try:
        if sys.platform == "win32":
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((place.address, place.port))
        opened.listen(BACKLOG)
    except OSError as error:
        opened.close()
        raise ServingError(_why_not(place, error)) from error
    opened.setblocking(False)
    return opened


def url_of(place: Place, listening: socket.socket) -> str:
    """Return the URL under which a client on this machine reaches a socket."""
    port = listening.getsockname()[1]
    if place.is_everywhere:
        return f"http://127.0.0.1:{port}" if place.family == socket.AF_INET else f"http://[::1]:{port}"
    return f"http://{place.address}:{port}" if ":" not in place.address else f"http://[{place.address}]:{port}"


def public_url_from(text: str) -> str:
    """Return what clients call the server, without a slash at its end; raises ServingError."""
    try:
        parts = urlsplit(text)
        is_url = parts.scheme in {"http", "https"} and bool(parts.hostname) and text.isascii() and text.isprintable()
    except ValueError:
        is_url = False
    if text and (not is_url or " " in text or parts.query or parts.fragment or parts.username is not None):
        raise ServingError(
            f"{printable(text)!r} is no URL that clients could call. It looks like https://ocr.example.org"
        )
    return text.rstrip("/")


def own_names(public_url: str) -> Callable[[str], bool]:
    """Return what tells whether a host is a name of this machine: its own for itself, or the public one."""
    public = urlsplit(public_url).hostname
    return lambda host: host == public or is_own_name(host)


def is_own_name(host: str) -> bool:
    """Whether a host, as a client called it, is a name that this machine alone has for itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _why_not(place: Place, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {place.port} is taken by another program. Choose another with --port, or 0 for any that is free."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{place.address} is no address of this machine. Name one of its own with --host, such as 127.0.0.1."
    if error.errno == errno.EACCES:
        return f"Port {place.port} may not be used by you. Choose one above 1023 with --port."
    return f"The server cannot listen at {place.address}, port {place.port}: {error.strerror or error}."


def _without_zone(address: str) -> str:
    return address.partition("%")[0]
