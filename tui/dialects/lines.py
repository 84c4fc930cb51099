"""Lines and words as Computer Vision and its kin write them: text, boundingBox, words, confidence, appearance.

Image Analysis writes its boxes as `boundingPolygon`, a list of points; otherwise it is the same.

The reading is tolerant, because no two versions of the services agree: whatever is missing, null or of another kind
is left out, and nothing here raises.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.model import Line, Page, Polygon, Word

OUR_KEY = "x-handread"
"""Under this key the carried engine says what the services' protocols have no place for."""
MOST_ALTERNATIVES = 32
LARGEST_PAGE_NUMBER = 1_000_000
LARGEST_COORDINATE = 1e9
"""Beyond it a number is no place on a page, in whatever unit, and a multiple of it might be no number at all."""
SMALLEST_SIZE = 1e-3
"""Below it a number is no width or height of a page."""


def pages_from(results: object) -> tuple[Page, ...]:
    """Return the pages of a `readResults`."""
    return tuple(page_from(record, number) for number, record in numbered(results, "page"))


def numbered(results: object, key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Return the records of pages, with the numbers the service gave them if those tell them apart, else counted."""
    records = tuple(records_of(results))
    said = [_page_number(record.get(key)) for record in records]
    distinct = None not in said and len(set(said)) == len(said)
    for place, (record, number) in enumerate(zip(records, said, strict=True), 1):
        yield (number if distinct and number else place), record


def page_from(record: Mapping[str, Any], number: int) -> Page:
    """Return one page, in the answer's own units; v2's clockwiseOrientation is v3's angle in another range."""
    angle = number_of(record.get("angle"))
    if angle is None:
        angle = number_of(record.get("clockwiseOrientation"))
    return Page(
        number=number,
        width=size_of(record.get("width")),
        height=size_of(record.get("height")),
        angle=half_turn(angle or 0.0),
        lines=lines_from(record.get("lines")),
    )


def lines_from(value: object) -> tuple[Line, ...]:
    """Return the lines that have a text or at least a place, in the service's order."""
    lines = (line_from(record) for record in records_of(value))
    return tuple(line for line in lines if line.text or line.polygon)


def line_from(record: Mapping[str, Any]) -> Line:
    """Return one line, in the answer's own units; without a text or a place where it has none."""
    words = tuple(_words(record.get("words")))
    return Line(
        text=text_of(record.get("text")) or " ".join(word.text for word in words),
        polygon=_place(record) or around(words),
        words=words,
        handwritten=_handwritten(record.get("appearance")),
    )


def _words(value: object) -> Iterator[Word]:
    for record in records_of(value):
        text = text_of(record.get("text"))
        if text:
            confidence = record.get("confidence")
            low = isinstance(confidence, str) and confidence.lower() == "low"
            yield Word(text, _place(record), share_of(confidence), low, _alternatives(record.get(OUR_KEY), text))


def _alternatives(ours: object, text: str) -> tuple[str, ...]:
    """Return what else a word may be, of what the carried engine says beside it: [[text, share], ...]."""
    listed = ours.get("alternatives") if isinstance(ours, Mapping) else None
    if not isinstance(listed, list):
        return ()
    others = (text_of(pair[0]) for pair in listed[:MOST_ALTERNATIVES] if isinstance(pair, list) and pair)
    return tuple(dict.fromkeys(other for other in others if other and other != text))


def _place(record: Mapping[str, Any]) -> Polygon | None:
    return polygon_of(record.get("boundingBox")) or polygon_of(_flat(record.get("boundingPolygon")))


def _flat(points: object) -> list[Any]:
    """Return the numbers of a list of points: x1, y1, x2, ..."""
    return [number for point in records_of(points) for number in (point.get("x"), point.get("y"))]


def around(words: Sequence[Word]) -> Polygon | None:
    """Return the place of a line that has none of its own: from its first word to its last."""
    placed = [word.polygon for word in words if word.polygon]
    if not placed:
        return None
    first, last = placed[0].corners, placed[-1].corners
    return Polygon((first[0], last[1], last[2], first[3]))


def _handwritten(appearance: object) -> bool | None:
    style = appearance.get("style") if isinstance(appearance, Mapping) else None
    name = style.get("name") if isinstance(style, Mapping) else None
    if not isinstance(name, str):
        return None
    return {"handwriting": True, "other": False}.get(name.lower())


def _page_number(value: object) -> int | None:
    number = number_of(value)
    if number is None or number != int(number) or not 1 <= number <= LARGEST_PAGE_NUMBER:
        return None
    return int(number)


def share_of(value: object) -> float | None:
    """Return what should be a confidence from 0 to 1."""
    number = number_of(value)
    return number if number is not None and 0 <= number <= 1 else None


def half_turn(degrees: float) -> float:
    """Return an angle within -180 to 180."""
    if -180 <= degrees <= 180:
        return degrees
    turned = degrees % 360
    return turned - 360 if turned > 180 else turned


def records_of(value: object) -> Iterator[Mapping[str, Any]]:
    """Return the objects in what should be a list of them."""
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, Mapping))


def text_of(value: object) -> str:
    """Return what should be a text, without the halves of characters that JSON lets through."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def number_of(value: object) -> float | None:
    """Return what should be a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def size_of(value: object) -> float:
    """Return what should be a page's width or height; 0 where it is none."""
    number = number_of(value)
    return number if number is not None and SMALLEST_SIZE <= number <= LARGEST_COORDINATE else 0.0


def polygon_of(value: object) -> Polygon | None:
    """Return what should be a list of 8 numbers as a polygon."""
    if not isinstance(value, list) or len(value) != 8:
        return None
    numbers = [number for number in map(number_of, value) if number is not None and abs(number) <= LARGEST_COORDINATE]
    return Polygon.from_numbers(numbers) if len(numbers) == 8 else None
