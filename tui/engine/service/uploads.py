"""The document in a request's body: its bytes, a part of a form, base64 or a URL in JSON."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from tui.engine.operations import Arrival, Operations
from tui.engine.service.limits import MEGABYTE
from tui.engine.service.refusals import Declined, Fault, TurnedAway, throttled
from tui.engine.service.terms import DownloadFailed, Fetch, UrlRefused

OCTETS = "application/octet-stream"
LARGEST_JSON = 64 * 1024
"""Bytes of a body that names a URL."""
LARGEST_BASE64 = 128 * MEGABYTE
"""Bytes of a body that holds a document in base64."""
LONGEST_SILENCE = 60.0
"""Seconds in which some of a body must come."""
READ_ON = 64 * MEGABYTE
"""How many bytes too many are read, so that the sender is there to hear that they were."""


@dataclass(frozen=True, slots=True)
class Forms:
    """In which forms a service takes documents."""

    media_types: tuple[str, ...] = (OCTETS,)
    """What the bytes themselves are sent as; `image/*` stands for all that begin so."""
    url: str = "url"
    """What JSON calls the URL of a document."""
    base64: str = ""
    """What JSON calls a document in base64; empty where that is not taken."""
    multipart: bool = False
    """Whether a form's first file is taken."""

    def takes(self, kind: str) -> bool:
        """Whether bytes of this media type are taken."""
        return kind in self.media_types or ("image/*" in self.media_types and kind.startswith("image/"))


@dataclass(frozen=True, slots=True)
class Uploads:
    """Takes documents out of requests."""

    title: str
    """What the API is called."""
    forms: Forms
    most_bytes: int
    fetch: Fetch
    operations: Operations
    """They know how much is in memory already."""

    async def document(self, request: Request, arrival: Arrival) -> bytes:
        """Return the bytes of a document; raises Declined or TurnedAway."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "application/json":
            return await self._in_json(request, arrival)
        if kind == "multipart/form-data" and self.forms.multipart:
            return await self._in_a_form(request, arrival)
        if self.forms.takes(kind):
            return _not_empty(await self._body(request, arrival, self.most_bytes))
        kinds = " or ".join(self.forms.media_types)
        raise Declined(Fault.MEDIA_TYPE, f"The body must be the bytes of an image, with the Content-Type {kinds}.")

    async def _in_json(self, request: Request, arrival: Arrival) -> bytes:
        most = LARGEST_BASE64 if self.forms.base64 else LARGEST_JSON
        sources = self._sources(await asyncio.to_thread(_record, await self._body(request, arrival, most)))
        if self.forms.url in sources:
            return await self._fetched(sources[self.forms.url], arrival)
        content = await asyncio.to_thread(_decoded, sources[self.forms.base64])
        if len(content) > self.most_bytes:
            raise _too_many(self.most_bytes)
        return _not_empty(content)

    def _sources(self, record: Mapping[str, Any]) -> dict[str, str]:
        """Return the one thing that JSON must name."""
        names = [name for name in (self.forms.url, self.forms.base64) if name]
        sources = {name: record[name] for name in names if isinstance(record.get(name), str) and record[name]}
        if len(sources) != 1:
            wanted = " or ".join(f'{{"{name}": "..."}}' for name in names)
            exactly = ", exactly one of them" if len(names) > 1 else ""
            raise Declined(Fault.BODY, f"The body must be the bytes of an image, or {wanted}{exactly}.")
        return sources

    async def _fetched(self, url: str, arrival: Arrival) -> bytes:
        def grown(size: int) -> None:
            arrival.size = size
            self._require_room(arrival)

        try:
            return _not_empty(await self.fetch(url, self.most_bytes, grown))
        except UrlRefused as error:
            raise Declined(Fault.URL, str(error)) from error
        except DownloadFailed as error:
            raise Declined(Fault.DOWNLOAD, str(error)) from error

    async def _in_a_form(self, request: Request, arrival: Arrival) -> bytes:
        from starlette.datastructures import UploadFile
        from starlette.formparsers import MultiPartException, MultiPartParser

        body = await self._body(request, arrival, self.most_bytes + LARGEST_JSON)
        try:
            form = await MultiPartParser(request.headers, _whole(body), max_files=1, max_fields=8).parse()
        except (MultiPartException, KeyError, ValueError) as error:
            raise Declined(Fault.BODY, "The form cannot be read. Send one file in it, as a browser would.") from error
        files = [part for part in form.values() if isinstance(part, UploadFile)]
        if not files:
            raise Declined(Fault.BODY, "The form holds no file. Send the image as a file in it.")
        content = await files[0].read()
        await form.close()
        if len(content) > self.most_bytes:
            raise _too_many(self.most_bytes)
        return _not_empty(content)

    async def _body(self, request: Request, arrival: Arrival, most: int) -> bytes:
        """Read a body, also a chunked one, as far as it may go."""
        said = request.headers.get("content-length", "")
        if said.isdecimal() and int(said[:20]) > most + READ_ON:
            raise _too_many(most)
        body, size = bytearray(), 0
        async for chunk in _without_long_silence(request):
            size += len(chunk)
            if size > most + READ_ON:
                break
            if size > most:
                body.clear()
                arrival.size = 0
            else:
                body += chunk
                arrival.size = len(body)
                self._require_room(arrival)
        if size > most:
            raise _too_many(most)
        return bytes(body)

    def _require_room(self, arrival: Arrival) -> None:
        if not self.operations.has_room_for(arrival):
            raise throttled(self.title)


async def _without_long_silence(request: Request) -> AsyncGenerator[bytes, None]:
    chunks = request.stream()
    while True:
        try:
            async with asyncio.timeout(LONGEST_SILENCE):
                chunk = await anext(chunks)
        except StopAsyncIteration:
            return
        except TimeoutError as error:
            raise TurnedAway(408, "The body did not come in time. Send it again.") from error
        yield chunk


async def _whole(body: bytes) -> AsyncGenerator[bytes, None]:
    yield body


def _record(body: bytes) -> Mapping[str, Any]:
    try:
        record = json.loads(body)
    except (ValueError, RecursionError):
        record = None
    return record if isinstance(record, dict) else {}


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Declined(Fault.BODY, "The document in the body is not valid base64.") from error


def _not_empty(content: bytes) -> bytes:
    if not content:
        raise Declined(Fault.EMPTY, "The body is empty. Send the bytes of an image.")
    return content


def _too_many(most: int) -> Declined:
    return Declined(Fault.BYTES, f"The image has more than {most:,} bytes. Send a smaller one.")
