"""A call that costs nothing: whether the service takes the key, and whether it knows the dialect.

An operation is asked after that there has never been. A service that answers that it knows no such operation has taken
the key and knows the path; what does not know the path at all is the gateway before it. Where the answer could be of
either, and where a dialect has no operations, an empty body is posted: a service that takes the key and knows the path
refuses it with 400, and nothing is read or charged.
Sources: Document Intelligence, how-to-guides/resolve-errors, for NotFound and OperationNotFound; for the gateway's
{"error": {"code": "404", "message": "Resource not found"}} many reports of wrong paths, such as
MicrosoftDocs/azure-docs#46445. What Computer Vision says of an unknown operation is written down nowhere; hence the
second call.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from uuid import UUID

import httpx

from tui.credentials import EntraTokens
from tui.dialects import KeyRefused, ServiceError, Throttled, open_client
from tui.dialects.call import Counter, call
from tui.dialects.client import beginning_of, has_token, key_of
from tui.dialects.faults import Words, fault_of, words_in
from tui.doctor.check import Check, ok, unknown, wrong
from tui.doctor.network import called_at
from tui.key import Key
from tui.runner.rates import names_the_free_tier
from tui.settings import Service

CALL_SECONDS = 8.0
"""How long the calls may take together."""
NO_OPERATION = UUID(int=0)
"""The name of an operation that there has never been."""
NOTHING = {"Content-Type": "application/octet-stream", "Content-Length": "0"}
"""The headers of an empty body."""

_OPERATIONS = (
    ("/recognizeText", "/textOperations"),
    ("/read/core/asyncBatchAnalyze", "/read/operations"),
    ("/prebuilt-read:analyze", "/prebuilt-read/analyzeResults"),
    ("/analyze", "/analyzeResults"),
)
"""Where operations are kept, by what the path that images are posted to ends in."""
_VERSION = re.compile(r"api-?\s?version", re.IGNORECASE)
_REFUSES_A_BODY = frozenset({400, 411, 413, 415, 422})


@dataclass(frozen=True, slots=True)
class Heard:
    """What came back."""

    host: str
    path: str
    status: int
    words: Words
    fault: ServiceError
    """What a run would make of it."""
    ms: float
    """How long it took, in milliseconds."""
    is_posted: bool = False
    """Whether it answers an empty body, and not the question after an operation."""

    @property
    def said(self) -> str:
        """The status and the service's words, in brackets."""
        return f"({self.status}{self.words.quoted})"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from it."""

    key: Check
    dialect: Check
    tier: str = ""
    """The tier that the service has named; empty where it has not."""


def operation_path(path: str) -> str:
    """Return where the operation is asked after that there has never been, by the path that images are posted to.

    Empty where the service keeps no operations.
    """
    for end, folder in _OPERATIONS:
        if path.endswith(end):
            return f"{path.removesuffix(end)}{folder}/{NO_OPERATION}"
    return ""


async def verdict_of(service: Service, counter: Counter, key: Key | EntraTokens) -> Verdict:
    """Call a profile's service without an image, and say what that tells."""
    try:
        async with asyncio.timeout(CALL_SECONDS), _client(service, key) as http:
            heard = await _heard(http, counter)
    except KeyRefused as error:
        return _both(wrong("key taken", error.sentence), unknown("dialect", "Not asked without a key."))
    except ServiceError as error:
        return _both(wrong("key taken", error.sentence), unknown("dialect", "Not known, for nothing has answered."))
    except TimeoutError:
        says = f"{service.endpoint} has not answered in {CALL_SECONDS:.0f} seconds. Check the network, and ask again."
        return _both(wrong("key taken", says), unknown("dialect", "Not known, for nothing has answered."))
    return judged(heard, counter, has_key=bool(key))


def _client(service: Service, key: Key | EntraTokens) -> httpx.AsyncClient:
    return open_client(service.endpoint, key, authorities=service.certificates)


def _both(key: Check, dialect: Check) -> Verdict:
    return Verdict(key, dialect)


async def _heard(http: httpx.AsyncClient, counter: Counter) -> Heard:
    """Ask after the operation, and post nothing at all where that tells too little."""
    operation = operation_path(counter.path)
    if not operation:
        return await _answer(http, "POST", counter.path, dict(counter.query))
    version = {name: value for name, value in counter.query.items() if name == "api-version"}
    heard = await _answer(http, "GET", operation, version)
    return await _answer(http, "POST", counter.path, dict(counter.query)) if _may_be_the_gateway(heard) else heard


async def _answer(http: httpx.AsyncClient, method: str, path: str, query: dict[str, str]) -> Heard:
    began = time.monotonic()
    more = {"content": b"", "headers": NOTHING} if method == "POST" else {}
    url = called_at(http.base_url, path)
    async with call(http, method, url, params=query, **more) as response:
        words = words_in(await beginning_of(response), key_of(http))
        fault = fault_of(response, words, key_of(http), token=has_token(http))
        ms = 1000 * (time.monotonic() - began)
        return Heard(url.host, url.path, response.status_code, words, fault, ms, is_posted=method == "POST")


def _may_be_the_gateway(heard: Heard) -> bool:
    """Whether it is not the service itself that says, by a code of its own, that it knows no such operation."""
    return heard.status == 410 or (heard.status == 404 and (not heard.words.code or heard.words.code.isdecimal()))


def judged(heard: Heard, counter: Counter, *, has_key: bool) -> Verdict:
    """Return what an answer tells, and say where it does not."""
    if isinstance(heard.fault, Throttled):
        return _throttled(heard)
    if isinstance(heard.fault, KeyRefused):
        return _both(wrong("key taken", heard.fault.sentence), unknown("dialect", "To be seen once the key is taken."))
    return _by_path(heard, counter, _taken(heard, has_key=has_key))


def _by_path(heard: Heard, counter: Counter, taken: Check) -> Verdict:
    """Return what an answer tells that does not complain of the key."""
    if heard.status in {404, 410} and (heard.is_posted or _may_be_the_gateway(heard)):
        says = f"{heard.host} does not know {heard.path} {heard.said}. {counter.successor}".rstrip()
        return _both(unknown("key taken", "Not told: what knows no path asks for no key."), wrong("dialect", says))
    if _VERSION.search(f"{heard.words.code} {heard.words.text}"):
        says = f"{heard.host} does not take this version {heard.said}. {counter.successor}".rstrip()
        return _both(taken, wrong("dialect", says))
    if _is_of_the_service(heard):
        return _both(taken, ok("dialect", f"{heard.host} knows {heard.path.removesuffix(f'/{NO_OPERATION}')}."))
    return _nothing_told(heard)


def _is_of_the_service(heard: Heard) -> bool:
    """Whether an answer is one that only who knows the path and has taken the key gives."""
    if not heard.words.code:
        return False
    return heard.status in _REFUSES_A_BODY if heard.is_posted else heard.status in {400, 404}


def _taken(heard: Heard, *, has_key: bool) -> Check:
    if has_key:
        return ok("key taken", f"{heard.host} takes it ({heard.ms:.0f} ms).")
    return ok("key taken", f"{heard.host} answers without one ({heard.ms:.0f} ms).")


def _throttled(heard: Heard) -> Verdict:
    assert isinstance(heard.fault, Throttled)
    tier = "F0" if names_the_free_tier(heard.words.text) else ""
    says = f"Not told yet: {heard.fault.sentence.rstrip('.')}. Ask again in {heard.fault.after:.0f} seconds."
    return Verdict(unknown("key taken", says), unknown("dialect", "Not told yet."), tier)


def _nothing_told(heard: Heard) -> Verdict:
    if 300 <= heard.status < 400:
        return _both(unknown("key taken", "Not told."), wrong("dialect", heard.fault.sentence))
    if heard.status >= 500 or heard.status == 408:
        says = f"Not told: {heard.fault.sentence} Ask again later."
    else:
        says = f"Not told: {heard.host} answers {heard.said}, as no such service does. Check the endpoint."
    return _both(unknown("key taken", says), unknown("dialect", "Not told."))
