"""The certificate that an endpoint shows: who vouches for it, for how long yet, and why it may not be trusted."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import httpx

from tui.aside import aside
from tui.dialects import Refused, ServiceError, trusting
from tui.dialects.faults import clean, faults_of_the_way
from tui.doctor.check import Check, ok, unknown, wrong
from tui.settings import Service, is_loopback

TLS_SECONDS = 4.0
"""How long the certificate may take to be shown."""
GRACE = 1.0
"""What a thread is given beyond the limits of what it calls."""
NEAR_ITS_END = 14.0
"""Days before a certificate's end from which on that is worth a look."""

_DAY = 86_400.0

Peer = tuple[str, int]
"""A host and a port."""


class Step(NamedTuple):
    """What one step found."""

    check: Check
    leads_on: bool


def in_plain_text(service: Service, host: str) -> Step:
    """Say what it means that an endpoint shows no certificate at all."""
    if is_loopback(host):
        return Step(ok("certificate", "None is needed: plain http, which stays on this machine."), True)
    if service.key_variable or service.key_file or service.keyring or service.entra:
        says = f"The key is not sent to {host} over plain http, where others could read it. Use https, or no key."
        return Step(wrong("certificate", says), False)
    says = f"There is none: images go to {host} over plain http, where others on the way can see them."
    return Step(unknown("certificate", says), True)


async def shown_by(service: Service, peer: Peer, connection: socket.socket, now: Callable[[], float]) -> Step:
    """Have an endpoint show its certificate on a connection, which stays open."""
    host, port = peer
    began = time.monotonic()
    try:
        context = trusting(service.certificates)
        shown = await aside(lambda: _certificate(connection, context, host), TLS_SECONDS + GRACE)
    except Refused as error:
        return Step(wrong("certificate", error.sentence), False)
    except ssl.SSLCertVerificationError as error:
        return Step(wrong("certificate", said_by_a_run(host, error)), False)
    except ssl.SSLError as error:
        says = (
            f"{host} does not speak TLS on port {port} ({clean(error.reason or str(error))}). Check the port; the "
            f"endpoint of a container mostly begins with http://."
        )
        return Step(wrong("certificate", says), False)
    except TimeoutError:
        says = f"{host} has shown none in {TLS_SECONDS:.0f} seconds. Check what lies on the way, such as a firewall."
        return Step(wrong("certificate", says), False)
    except OSError as error:
        return Step(wrong("certificate", said_by_a_run(host, error)), False)
    return Step(judged(shown, now(), ms_since(began)), True)


def _certificate(connection: socket.socket, context: ssl.SSLContext, host: str) -> dict[str, Any]:
    connection.settimeout(TLS_SECONDS)
    # A copy of the connection, so that whoever opened it closes it.
    with context.wrap_socket(connection.dup(), server_hostname=host) as secured:
        return dict(secured.getpeercert() or {})


def judged(certificate: dict[str, Any], now: float, ms: str) -> Check:
    """Say who vouches for an endpoint, and for how long yet; the certificate is one that Python's ssl has read."""
    until = certificate.get("notAfter")
    days = (ssl.cert_time_to_seconds(until) - now) / _DAY if isinstance(until, str) else 0.0
    says = f"{issuer_of(certificate)} vouches for it, for {days:.0f} days yet ({ms})."
    if days < NEAR_ITS_END:
        return unknown("certificate", f"{says} Ask whoever runs it to renew it.")
    return ok("certificate", says)


def issuer_of(certificate: dict[str, Any]) -> str:
    """Return who made a certificate out."""
    names = {key: value for part in certificate.get("issuer", ()) for key, value in part}
    found = names.get("organizationName") or names.get("commonName") or "An authority without a name"
    return clean(str(found))


def said_by_a_run(host: str, error: OSError) -> str:
    """Return the sentence with which a run would fail of the same."""
    reason = "no answer in time" if isinstance(error, TimeoutError) else str(error)
    try:
        with faults_of_the_way(host, names_authorities=True):
            raise httpx.ConnectError(reason) from error
    except ServiceError as fault:
        return fault.sentence


def ms_since(began: float) -> str:
    """Return how long something took, in words."""
    return f"{1000 * (time.monotonic() - began):.0f} ms"
