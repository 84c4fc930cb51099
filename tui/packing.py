"""How answers and pages are kept in the queue file: in few bytes, for a hundred thousand images add up.

An answer is kept byte by byte as it came, deflated. Pages are kept as JSON without their boxes, and the boxes beside
them as whole numbers: eight columns, each holding how far a corner is from where it was to be expected after the box
before, which are small numbers that come again and again. With bzip2 that takes half of what the plain JSON took with
zlib, on pages of handwriting (6.8 kB became 3.3 for 30 lines of eight words).

Coordinates are kept to a hundredth of a pixel. Files written by earlier versions, in JSON with zlib, are read too.
"""

from __future__ import annotations

import bz2
import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from tui.model import Page, page_from_data, page_to_data

FINENESS = (1, 10, 100)
"""Parts of a pixel; coordinates are kept in the first that loses nothing, else in the last."""
Column = list[int]


def packed_answer(answer: bytes) -> bytes:
    """Return a service's answer in few bytes."""
    return bz2.compress(answer)


def answer_from(packed: bytes) -> bytes:
    """Return an answer byte by byte as it came; raises ValueError where the bytes are damaged."""
    return _unpacked(packed)


def packed_pages(pages: Sequence[Page]) -> bytes:
    """Return pages in few bytes."""
    data = [_without_boxes(page) for page in pages]
    return bz2.compress(json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass"))


def pages_from(packed: bytes) -> tuple[Page, ...]:
    """Return the pages that were packed; raises ValueError, LookupError or TypeError where the bytes are damaged."""
    data = json.loads(_unpacked(packed).decode("utf-8", "surrogatepass"))
    return tuple(page_from_data(_with_boxes(page) if "boxes" in page else page) for page in data)


def _unpacked(packed: bytes) -> bytes:
    try:
        return bz2.decompress(packed) if packed.startswith(b"BZh") else zlib.decompress(packed)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError("these bytes are damaged") from error


# -- boxes as columns -------------------------------------------------------------------------------------------------


def _without_boxes(page: Page) -> dict[str, Any]:
    """Return a page as JSON values; where a box stood it says whether there is one."""
    data = page_to_data(page)
    boxes = []
    for record, place in _places(data):
        if record[place] is not None:
            boxes.append(record[place])
        record[place] = record[place] is not None
    parts = next((parts for parts in FINENESS if _is_exact(boxes, parts)), FINENESS[-1])
    return {**data, "parts": parts, "boxes": _columns([[round(number * parts) for number in box] for box in boxes])}


def _with_boxes(data: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON values of a page with its boxes where they were."""
    boxes, parts = _rows(data["boxes"]), data["parts"]
    for record, place in _places(data):
        record[place] = [number / parts for number in next(boxes)] if record[place] else None
    return data


def _places(data: dict[str, Any]) -> Iterator[tuple[Any, str | int]]:
    """Yield where the boxes of a page's lines and words are, each as a record and the key in it."""
    for line in data["lines"]:
        yield line, "polygon"
        for word in line["words"]:
            yield word, 1


def _is_exact(boxes: Sequence[Sequence[float]], parts: int) -> bool:
    return all(round(number * parts) / parts == number for box in boxes for number in box)


def _columns(boxes: Sequence[Sequence[int]]) -> list[Column]:
    """Return for each of the eight numbers of a box how far it is from what the box before lets expect.

    A box begins where the one before ended, on the same height, and is as high; its corners lie square.
    """
    columns: list[Column] = [[] for _ in range(8)]
    right = top = height = 0
    for ax, ay, bx, by, cx, cy, dx, dy in boxes:
        differences = (ax - right, ay - top, bx - ax, by - ay, cx - bx, cy - by - height, dx - ax, dy - cy)
        for column, difference in zip(columns, differences, strict=True):
            column.append(difference)
        right, top, height = bx, ay, cy - by
    return columns


def _rows(columns: Sequence[Column]) -> Iterator[tuple[int, ...]]:
    """Yield the boxes that were put into columns."""
    right = top = height = 0
    for to_ax, to_ay, to_bx, to_by, to_cx, to_height, to_dx, to_dy in zip(*columns, strict=True):
        ax, ay = right + to_ax, top + to_ay
        bx, by = ax + to_bx, ay + to_by
        height += to_height
        cx, cy = bx + to_cx, by + height
        yield ax, ay, bx, by, cx, cy, ax + to_dx, cy + to_dy
        right, top = bx, ay
