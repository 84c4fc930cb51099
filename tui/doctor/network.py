"""The way to an endpoint, step by step: its addresses, a proxy, the connection (and its certificate, elsewhere)."""

from __future__ import annotations

import ipaddress
import socket
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from tui.aside import aside
from tui.doctor.certificate import GRACE, Peer, Step, in_plain_text, ms_since, said_by_a_run, shown_by
from tui.doctor.check import Check, ok, unknown, wrong
from tui.settings import Service

NAME_SECONDS = 4.0
"""How long a name server may take."""
CONNECT_SECONDS = 2.0
"""How long one address may take to let us in."""
TRIED = 2
"""How many of a name's addresses are tried."""
SHOWN = 3
"""How many addresses are shown."""

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Way:
    """What was found on the way to an endpoint."""

    checks: tuple[Check, ...]
    is_open: bool
    """Whether a call is worth trying."""


def peer_of(endpoint: str) -> Peer:
    """Return the host and the port of an endpoint; raises ValueError for a port that is none."""
    parts = urlsplit(endpoint)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def called_at(base: httpx.URL, path: str) -> httpx.URL:
    """Return where a path is called, behind the path of a gateway, where the endpoint has one."""
    return base.copy_with(raw_path=base.raw_path.rstrip(b"/") + path.encode())


async def way_to(service: Service, now: Callable[[], float]) -> Way:
    """Go the way to a profile's endpoint as far as it leads. Sends nothing but what a connection needs."""
    host, port = peer_of(service.endpoint)
    proxy = proxy_for(service.endpoint)
    if proxy:
        return await _by_proxy(host, proxy)
    addresses, named = await _addresses(host, port)
    if not named.leads_on:
        return Way((named.check,), False)
    return await _direct(service, (host, port), addresses, named.check, now)


async def _direct(
    service: Service, peer: Peer, addresses: Sequence[str], named: Check, now: Callable[[], float]
) -> Way:
    connection, reached = await _connected(peer, addresses)
    if connection is None:
        return Way((named, reached), False)
    with closing(connection):
        if service.endpoint.startswith("http:"):
            secured = in_plain_text(service, peer[0])
        else:
            secured = await shown_by(service, peer, connection, now)
    return Way((named, reached, secured.check), secured.leads_on)


# -- names ------------------------------------------------------------------------------------------------------------


async def _addresses(host: str, port: int) -> tuple[Sequence[str], Step]:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return await _asked_for(host, port)
    return [host], Step(ok("address", f"{host} is an address already."), True)


async def _asked_for(host: str, port: int) -> tuple[Sequence[str], Step]:
    began = time.monotonic()
    try:
        found = await aside(lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), NAME_SECONDS)
    except (OSError, UnicodeError) as error:
        return [], Step(wrong("address", _unknown_name(host, error)), False)
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    more = f" and {len(addresses) - SHOWN} more" if len(addresses) > SHOWN else ""
    says = f"{host} is {', '.join(addresses[:SHOWN])}{more} ({ms_since(began)})."
    return addresses, Step(ok("address", says), True)


def _unknown_name(host: str, error: OSError | UnicodeError) -> str:
    if isinstance(error, TimeoutError):
        return f"No name server has told where {host} is within {NAME_SECONDS:.0f} seconds. Check the network."
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return f"No name server can be asked where {host} is. Check the network."
    return f"Nobody knows a machine named {host}. Check the endpoint's spelling, and the network."


# -- the connection ---------------------------------------------------------------------------------------------------


async def _connected(peer: Peer, addresses: Sequence[str]) -> tuple[socket.socket | None, Check]:
    """Return a connection to the first of the addresses that lets us in, and what to say of it."""
    host, port = peer
    error: OSError = TimeoutError()
    for address in addresses[:TRIED]:
        began = time.monotonic()
        try:
            connection = await _connection(address, port)
        except OSError as raised:
            error = raised
        else:
            return connection, ok("connection", f"{address} answers on port {port} ({ms_since(began)}).")
    return None, wrong("connection", said_by_a_run(host, error))


async def _connection(address: str, port: int) -> socket.socket:
    return await aside(
        lambda: socket.create_connection((address, port), timeout=CONNECT_SECONDS), CONNECT_SECONDS + GRACE
    )


# -- a proxy ----------------------------------------------------------------------------------------------------------


def proxy_for(endpoint: str) -> str:
    """Return the proxy that the environment names for an endpoint; empty for none. Plain http goes by none."""
    if not endpoint.startswith("https:"):
        return ""
    proxies = urllib.request.getproxies()
    proxy = proxies.get("https") or proxies.get("all") or ""
    return "" if not proxy or urllib.request.proxy_bypass(urlsplit(endpoint).hostname or "") else proxy


async def _by_proxy(host: str, proxy: str) -> Way:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
        name, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 1080)
    except ValueError:
        name, port = "", 0
    if not name:
        return Way((wrong("proxy", "The environment (HTTPS_PROXY) names one that is none. Correct it."),), False)
    addresses, named = await _addresses(name, port)
    if not named.leads_on:
        return Way((wrong("proxy", f"It is named in the environment (HTTPS_PROXY). {named.check.says}"),), False)
    connection, reached = await _connected((name, port), addresses)
    if connection is None:
        return Way((wrong("proxy", f"It is named in the environment (HTTPS_PROXY). {reached.says}"),), False)
    connection.close()
    says = (
        f"{name}:{port} answers, which the environment (HTTPS_PROXY) names for {host}. NO_PROXY={host} goes round it."
    )
    behind = "It is shown behind the proxy, where only the call itself sees it; whether it is trusted stands below."
    return Way((ok("proxy", says), unknown("certificate", behind)), True)
