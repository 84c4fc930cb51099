"""What the asynchronous services share: an image is taken with 202, and its operation asked after until it ends.

POST answers 202 with `Operation-Location`, the URL to poll; GET answers 200 with a JSON object, in which `status`
alone decides (its casing and spacing differ between versions), and may say in `Retry-After` when to come back. A
dialect built on this names its path, its parameters and how its answer is read.
Protocol: Azure/azure-rest-api-specs, ComputerVision and DocumentIntelligence.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import unquote

import httpx

from tui.dialects.call import Counter, call, posted, whole
from tui.dialects.client import beginning_of, has_token, key_of, origin, rebuilds_location
from tui.dialects.faults import Words, clean, fault_of, wait_asked, words_in, words_of
from tui.dialects.protocol import (
    Answer,
    Elsewhere,
    NotUnderstood,
    OperationFailed,
    OperationGone,
    Pending,
    Transient,
    Upload,
)
from tui.key import Key
from tui.model import Page

LONGEST_DRAIN = 1.0
"""Seconds for what a service may still say after it has named an operation."""
LARGE = 2**18
"""Bytes from which JSON is read in another thread."""
ENDED_BADLY = frozenset({"failed", "canceled", "cancelled", "skipped"})
NO_REASON = "The service could not read this image and gave no reason."

_PROGRESS = re.compile(r"(\d{1,6})/(\d{1,6}) (\d{1,6})/(\d{1,6})")


@dataclass(frozen=True, slots=True)
class OperationDialect:
    """A dialect of the asynchronous kind."""

    name: str
    counter: Counter
    """Where images are posted to."""
    pages: Callable[[Mapping[str, Any]], tuple[Page, ...]]
    """Reads a final answer; raises NotUnderstood."""
    kept_hours: int = 48
    """How long the service keeps a result."""

    async def submit(self, http: httpx.AsyncClient, upload: Upload) -> Pending | Answer:
        """Send an image; returns as soon as the service has named the operation."""
        async with posted(http, self.counter, upload) as response:
            pending = Pending(_location(http, response), after=wait_asked(response.headers) or 0.0)
            with suppress(TimeoutError):  # the operation must be written down soon, for by now it may have a price
                async with asyncio.timeout(LONGEST_DRAIN):
                    await beginning_of(response)  # a connection read to its end is used again
            return pending

    async def poll(self, http: httpx.AsyncClient, pending: Pending) -> Pending | Answer:
        """Ask after the operation once; what it cannot have become is a fault that passes."""
        url, key = _own(http, http.base_url, pending.operation), key_of(http)
        async with call(http, "GET", url) as response:
            if not response.is_success:
                await _raise_fault(http, response, self.kept_hours)
            body = await whole(response)
        return await state_in(body, response.headers, pending.operation, url.host, key)

    def parse(self, answer: Mapping[str, Any]) -> tuple[Page, ...]:
        """Return the pages of a final answer, in the answer's own units; raises NotUnderstood."""
        return self.pages(answer)


def _location(http: httpx.AsyncClient, response: httpx.Response) -> str:
    location = response.headers.get("Operation-Location", "").strip()
    if not location:
        raise NotUnderstood(
            f"{response.url.host} took the image ({response.status_code}) but named no operation to ask after. "
            f"Check that the endpoint is the service itself.",
            "no-operation",
        )
    url = _own(http, response.url, location)
    if key_of(http).struck_from(str(url)) != str(url):
        raise NotUnderstood(
            f"{url.host} named an operation by the key itself, so it is neither kept nor asked after.", "key-in-url"
        )
    return str(url)


def _own(http: httpx.AsyncClient, base: httpx.URL, location: str) -> httpx.URL:
    """Return the URL of an operation, at the endpoint; raises NotUnderstood for one elsewhere, for the key goes there.

    Where the profile says so, what the service calls its own place does not matter: it may see a proxy as itself.
    """
    endpoint = http.base_url
    try:
        url = base.join(location)
        if rebuilds_location(http):
            return endpoint.copy_with(raw_path=_restored(url.raw_path, base.raw_path))
        if origin(url) == origin(endpoint):
            return endpoint.copy_with(raw_path=url.raw_path)
    except (httpx.InvalidURL, ValueError):
        raise NotUnderstood(f"{endpoint.host} named an operation whose address cannot be read.", "foreign") from None
    there = clean(key_of(http).struck_from(f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}"))
    here = f"{endpoint.scheme}://{endpoint.netloc.decode('ascii', 'replace')}"
    raise Elsewhere(
        f"The operation is kept at {there}, but the key goes to {here} alone. If both are the same service, say so in "
        f"the profile: rebuild_location = true",
        key_of(http).struck_from(str(url.copy_with(raw_path=_restored(url.raw_path, base.raw_path)))),
    )


def _restored(path: bytes, posted: bytes) -> bytes:
    """Return an operation's path with the first folder of the path that was posted to, where it was lost.

    The Read container loses `/vision` (and its port) when its host's name has that word in it.
    """
    _, first, *rest = posted.split(b"/")
    return b"/" + first + path if rest and path.startswith(b"/" + rest[0] + b"/") else path


async def _raise_fault(http: httpx.AsyncClient, response: httpx.Response, kept_hours: int) -> NoReturn:
    words = words_in(await beginning_of(response), key_of(http))
    if response.status_code in {404, 410}:
        raise OperationGone(
            f"{response.url.host} no longer knows the operation ({response.status_code}{words.quoted}): it keeps a "
            f"result for {kept_hours} hours.",
            words.code or str(response.status_code),
        )
    raise fault_of(response, words, key_of(http), token=has_token(http))


async def state_in(body: bytes, headers: httpx.Headers, operation: str, host: str, key: Key) -> Pending | Answer:
    """Return how an operation stands by a body with its status; raises ServiceError where it has ended badly."""
    read = (body, host, key)
    record = _record(*read) if len(body) < LARGE else await asyncio.to_thread(_record, *read)
    return _state(record, body, headers, operation, key)


def _record(body: bytes, host: str, key: Key) -> Mapping[str, Any]:
    """Return the object that a poll's body holds; anything else comes from something on the way, and passes."""
    try:
        record = json.loads(body)
    except (ValueError, RecursionError):
        record = None
    if isinstance(record, Mapping):
        return record
    said = words_in(body, key).quoted if body.strip() else ": nothing at all"
    raise Transient(f"{host} answered with something that is no status{said}.", "nonsense")


def _state(
    record: Mapping[str, Any], body: bytes, headers: httpx.Headers, operation: str, key: Key
) -> Pending | Answer:
    said = record.get("status")
    if not isinstance(said, str):
        words = words_of(record, key)
        raise Transient(f"The service's answer holds no status{words.quoted}.", words.code or "nonsense")
    status = "".join(said.split()).lower()
    if status == "succeeded":
        return Answer(key.struck_from_answer(body), _remarks(record, key).text)
    if status in ENDED_BADLY:
        raise _failure(words_of(record, key), headers, key)
    return Pending(operation, _progress(headers) or clean(key.struck_from(said), 40), wait_asked(headers) or 0.0)


def _remarks(record: Mapping[str, Any], key: Key) -> Words:
    """Return what the service remarks on an answer that it stands by, as Document Intelligence does in `warnings`."""
    result = record.get("analyzeResult")
    return words_of({"details": result.get("warnings")}, key) if isinstance(result, Mapping) else Words()


def _failure(words: Words, headers: httpx.Headers, key: Key) -> OperationFailed:
    reason = words.text or clean(key.struck_from(unquote(headers.get("Handread-Reason", ""), errors="replace")))
    return OperationFailed(reason or NO_REASON, words.code or "failed")


def _progress(headers: httpx.Headers) -> str:
    """Return how far the carried engine is, from its header `Handread-Progress: page/pages line/lines`."""
    found = _PROGRESS.fullmatch(headers.get("Handread-Progress", "").strip())
    if not found:
        return ""
    page, pages, line, lines = map(int, found.groups())
    where = f"page {page} of {pages}" if pages > 1 else "running"
    return f"{where}, line {line} of {lines}" if lines else f"{where}, finding the lines"
