"""What the carried engine is asked beside whole documents: one box, one line again with care, what else a word may be.

No service has such a call; it is the carried engine's own (`POST /handread/box`), in this program and behind
`handread serve`. It is answered between two lines of whatever the engine is reading, in a few tenths of a second.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from tui.dialects.call import Counter, posted, whole
from tui.dialects.lines import OUR_KEY, line_from, number_of, records_of, share_of, text_of
from tui.dialects.protocol import NotUnderstood, ServiceError, Upload
from tui.model import Line, Polygon

PATH = "/handread/box"
MOST_WAYS = 32
PATIENCE = 120.0
"""Seconds of silence after which no answer is expected: the engine may have to be started first."""


@dataclass(frozen=True, slots=True)
class BoxRead:
    """What is written in one box."""

    line: Line
    """With no text where nothing is to be read. Its words have their own alternatives."""
    alternatives: tuple[tuple[str, float], ...] = ()
    """The ways to read the whole box with their shares (0..1), the likeliest first; the line's text is among them."""
    language: str = ""
    """The code of the language that it was read with, or `literal`."""


@dataclass(frozen=True, slots=True)
class Place:
    """A box on a page."""

    page: int
    polygon: Polygon
    """Clockwise from the text's own top left, in pixels of the page as it is reviewed."""
    size: tuple[float, float] = (0.0, 0.0)
    """How wide and high that page is; 0 where it has as many pixels as the picture itself, turned upright."""


async def alternatives_in(
    http: httpx.AsyncClient, picture: Path | bytes, place: Place, *, language: str = "", careful: bool = False
) -> BoxRead:
    """Return what is written in one box of a page, and what else it may say.

    `picture` is the document's file or its bytes. Without a language it is that which the engine read a page in last;
    `language_in` tells it of a page's own answer. With `careful` the box is looked at three times, each time slanted
    otherwise. Raises ServiceError with a sentence.
    """
    content = await _content(picture) if isinstance(picture, Path) else picture
    counter = Counter(PATH, _query(place, language, careful=careful), patience=PATIENCE, successor=_TOO_OLD)
    async with posted(http, counter, Upload(content)) as response:
        body = await whole(response)
    return _read(body, place.polygon)


async def read_again(
    http: httpx.AsyncClient, picture: Path, places: Iterable[Place], *, language: str = ""
) -> AsyncIterator[tuple[Place, BoxRead]]:
    """Read lines once more with care, one after the other, and yield each as soon as it has been read.

    Between two of them the engine goes on with whatever else it is reading. Raises ServiceError.
    """
    content = await _content(picture)
    for place in places:
        yield place, await alternatives_in(http, content, place, language=language, careful=True)


def language_in(answer: bytes, page: int) -> str:
    """Return the language in which a page of a raw answer was read, as the carried engine notes it; empty if not."""
    try:
        result = json.loads(answer)["analyzeResult"]["readResults"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    for place, record in enumerate(records_of(result), 1):
        ours = record.get(OUR_KEY)
        if (number_of(record.get("page")) or place) == page and isinstance(ours, Mapping):
            return text_of(ours.get("language"))
    return ""


_TOO_OLD = "Only the engine carried along, and `handread serve` since it has been able to, read single boxes."


async def _content(picture: Path) -> bytes:
    try:
        return await asyncio.to_thread(picture.read_bytes)
    except OSError as error:
        raise ServiceError(
            f"{picture} cannot be read: {error.strerror or type(error).__name__}. Put it back.", "unreadable"
        ) from error


def _query(place: Place, language: str, *, careful: bool) -> dict[str, str]:
    query = {"page": str(place.page), "polygon": ",".join(f"{number:.2f}" for number in place.polygon.numbers)}
    if min(place.size) > 0:
        query |= {"width": f"{place.size[0]:.2f}", "height": f"{place.size[1]:.2f}"}
    return {**query, **({"language": language} if language else {}), **({"careful": "true"} if careful else {})}


def _read(body: bytes, polygon: Polygon) -> BoxRead:
    try:
        record = json.loads(body)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, Mapping):
        raise NotUnderstood("The engine's answer about a box is no JSON object.", "not-understood")
    ours = record.get(OUR_KEY)
    ours = ours if isinstance(ours, Mapping) else {}
    listed = ours.get("alternatives")
    pairs = [pair for pair in (listed if isinstance(listed, list) else [])[:MOST_WAYS] if isinstance(pair, list)]
    ways = [(text_of(pair[0]), share_of(pair[1])) for pair in pairs if len(pair) == 2]
    line = line_from(record)
    return BoxRead(
        line if line.polygon else Line(line.text, polygon, line.words),
        tuple((text, share) for text, share in ways if text and share is not None),
        text_of(ours.get("language")),
    )
