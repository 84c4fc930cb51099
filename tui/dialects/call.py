"""One call of a service: an image goes out in pieces, and what comes back is an answer to read or one of our errors."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn

import httpx

from tui.dialects.client import TIMEOUT, beginning_of, has_token, key_of
from tui.dialects.faults import fault_of, faults_of_the_way, words_in
from tui.dialects.protocol import CutOff, NotUnderstood, Retired, Transient, Upload

_GAVE_UP = frozenset({502, 504})
"""What a gateway says that has handed a call on and heard nothing: the service behind it may have carried it out."""
LARGEST_ANSWER = 64 * 2**20
"""Bytes of an answer that are read."""
LONGEST_ANSWER = 300.0
"""Seconds within which an answer must have come."""
PIECE = 2**18
"""Bytes that are sent at a time, so that a slow line is slow and not broken."""


_DOUBLED = re.compile(r"/(vision|computervision|formrecognizer|documentintelligence)/?\1/", re.IGNORECASE)
_DOUBLED_HINT = "The path came there doubled: check what a proxy on the way adds to it. "


@dataclass(frozen=True, slots=True)
class Counter:
    """Where a service takes images, and in which form."""

    path: str
    """Where images are posted to."""
    query: Mapping[str, str] = field(default_factory=dict)
    """The parameters of the submission."""
    url_key: str = "url"
    """What the body that names an image's URL calls it."""
    media_types: Mapping[bytes, str] = field(default_factory=dict)
    """What files are sent as, by their first bytes; all others, and where it is empty all, are octet streams."""
    patience: float = 60.0
    """Seconds of silence after which no answer is expected any more."""
    successor: str = ""
    """What to do when the service no longer knows the path."""

    def media_type(self, content: bytes) -> str:
        """Return what a file is sent as."""
        kinds = (kind for start, kind in self.media_types.items() if content.startswith(start))
        return next(kinds, "application/octet-stream")


@asynccontextmanager
async def posted(http: httpx.AsyncClient, counter: Counter, upload: Upload) -> AsyncIterator[httpx.Response]:
    """Post an image, and hand over the response of a service that took it; raises ServiceError."""
    body = _Body(upload, counter)
    url = http.base_url.copy_with(raw_path=http.base_url.raw_path.rstrip(b"/") + counter.path.encode())
    try:
        request: dict[str, Any] = {"params": counter.query, "headers": body.headers, "content": body}
        async with call(http, "POST", url, timeout=_timeout(counter), **request) as response:
            if not response.is_success:
                await _raise_refusal(http, response, counter, was_sent=body.was_sent)
            yield response
    except CutOff as error:
        if not body.was_sent:
            raise Transient(error.sentence, error.code) from error
        raise


def _timeout(counter: Counter) -> httpx.Timeout:
    return httpx.Timeout(None, connect=TIMEOUT.connect, read=counter.patience, write=TIMEOUT.write)


@asynccontextmanager
async def call(http: httpx.AsyncClient, method: str, url: httpx.URL, **request: Any) -> AsyncIterator[httpx.Response]:
    """Call a service; whatever goes wrong on the way is a ServiceError."""
    with faults_of_the_way(url.host, names_authorities=True):
        async with asyncio.timeout(LONGEST_ANSWER if method == "GET" else None):
            async with http.stream(method, url, **request) as response:
                yield response


async def whole(response: httpx.Response) -> bytes:
    """Return every byte of an answer; raises NotUnderstood when there are too many."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise NotUnderstood(
                f"The answer of {response.url.host} is larger than {LARGEST_ANSWER // 2**20} MB, and was not read."
            )
    return bytes(body)


class _Body(httpx.AsyncByteStream):
    """What is posted, in pieces; it knows whether all of it has left, for without that nothing was taken."""

    def __init__(self, upload: Upload, counter: Counter) -> None:
        content = upload.content
        self._bytes = json.dumps({counter.url_key: upload.url}).encode() if content is None else content
        self.headers = {
            "Content-Type": "application/json" if content is None else counter.media_type(content),
            "Content-Length": str(len(self._bytes)),
        }
        self.was_sent = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        view = memoryview(self._bytes)
        for start in range(0, len(view), PIECE):
            yield bytes(view[start : start + PIECE])
        self.was_sent = True


async def _raise_refusal(
    http: httpx.AsyncClient, response: httpx.Response, counter: Counter, *, was_sent: bool
) -> NoReturn:
    words = words_in(await beginning_of(response), key_of(http))
    if response.status_code in {404, 410}:
        lacks = "has retired" if response.status_code == 410 else "does not know"
        raise Retired(
            f"{response.url.host} {lacks} {response.url.path} ({response.status_code}{words.quoted}). "
            f"{_DOUBLED_HINT if _DOUBLED.search(words.text) else ''}{counter.successor}".rstrip(),
            words.code or str(response.status_code),
        )
    fault = fault_of(response, words, key_of(http), token=has_token(http))
    if response.status_code in _GAVE_UP and was_sent:
        raise CutOff(fault.sentence, fault.code)
    raise fault
