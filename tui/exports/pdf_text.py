"""Text under a picture: where each word stands on the page, and how a PDF is told of it without showing it.

Each word is set as wide as its box and along its line, in a font without ink (tui.exports.glyphless), and a blank after
it as wide as the gap. Readers put lines together from where characters stand and turn what runs to the left round again
themselves, so characters are set in the order they stand on paper. Which character a glyph stands for is the font's
own table of this document, so that a long s stays one, and what a person sees as one character is copied as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from tui.arrangement.characters import runs_leftwards
from tui.exports.characters import cleaned
from tui.exports.document import ExportedLine, ExportedPage
from tui.exports.glyphless import ADVANCE, ASCENT, DESCENT, EM
from tui.exports.places import line_polygon
from tui.exports.visual_order import clusters, seen, words_from_the_left
from tui.model import Point, Polygon, Word

FONT: Final = "/F0"
"""What the font is called on every page."""
MOST_GLYPHS: Final = 0xFFFF - 1
"""How many characters one font can stand for, by two bytes each; the first number is left out."""
_NARROWEST: Final = 1.0
"""Pixels that a word or a gap is wide at least."""
_BLANK: Final = 0.25
"""A blank is at least so wide, in heights: readers put words together that stand closer."""
_CURVED: Final = 0.3
"""A word that lies no farther off its line's axis than this, in heights, stands on the line."""
_WHEEL: Final = 15.0
"""Degrees by which a long word must lie otherwise than its line to be set along itself."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a word stands, in pixels of the page."""

    text: tuple[str, ...]
    """Its characters as they stand from the left."""
    start: Point
    """Where its baseline begins, at its left."""
    along: Point
    """The direction of its text, of length 1."""
    width: float
    gap: float
    """How wide the blank after it is; 0 where there is none."""
    size: float
    """Of the font, in pixels."""


class Glyphs:
    """The numbers of a font's glyphs, given to characters as they come."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def codes(self, characters: Sequence[str]) -> str:
        """Return characters as a PDF's string of two bytes each, in hexadecimal."""
        return "".join(f"{self._numbers.setdefault(one, len(self._numbers) + 1):04x}" for one in characters)

    def to_unicode(self) -> bytes:
        """Return the table that says which characters the glyphs stand for (ISO 32000-1, 9.10.3)."""
        pairs = [f"<{number:04x}> <{one.encode('utf-16-be').hex()}>" for one, number in self._numbers.items()]
        blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
        maps = "".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n" for block in blocks)
        return (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
            f"{maps}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        ).encode()


def text_layer(page: ExportedPage, glyphs: Glyphs, points: tuple[float, float], *, nfc: bool = True) -> bytes:
    """Return what draws a page's text unseen; `points` is how many a pixel has, across and down."""
    rows = ["BT", "3 Tr"]
    texts = page.texts
    for place, line in enumerate(texts):
        polygon = line_polygon(line) or _row_of_page(page, place, len(texts))
        for word in _places(line, polygon, nfc=nfc):
            rows += _drawn(word, glyphs, points, page.height)
    return "\n".join([*rows, "ET", ""]).encode()


def _row_of_page(page: ExportedPage, place: int, of: int) -> Polygon:
    """Return where a line is put of which nobody knows where it is: among the others in its order."""
    row = page.height / of
    return Polygon.from_bounds(0.1 * page.width, (place + 0.2) * row, 0.9 * page.width, (place + 0.8) * row)


def _drawn(word: _Place, glyphs: Glyphs, points: tuple[float, float], height: int) -> list[str]:
    across, down = points
    cosine, sine = word.along
    x, y = word.start[0] * across, (height - word.start[1]) * down
    matrix = (cosine, -sine, sine, cosine, x, y)
    size = word.size * down
    unit = size * ADVANCE / EM
    wide = 100 * word.width * across / (unit * len(word.text))
    rows = [
        f"{' '.join(map(_number, matrix))} Tm",
        f"{FONT} {_number(size)} Tf {_number(wide)} Tz <{glyphs.codes(word.text)}> Tj",
    ]
    if word.gap:
        rows.append(f"{_number(100 * word.gap * across / unit)} Tz <{glyphs.codes((' ',))}> Tj")
    return rows


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") if abs(value) >= 0.0005 else "0"


# -- where words stand ----------------------------------------------------------------------------------------------


def _places(line: ExportedLine, polygon: Polygon, *, nfc: bool) -> list[_Place]:
    """Return the words of a line as they stand from left to right."""
    text = cleaned(line.text, nfc=nfc)[0]
    leftwards = runs_leftwards(text)
    axis = _Axis(polygon)
    words, blanks = _words(line, text, axis, leftwards=leftwards, nfc=nfc)
    if not words:
        return []
    size = median(axis.height(box) for _, box in words)
    stretches = [axis.stretch(box) for _, box in words]
    order = sorted(range(len(words)), key=lambda number: stretches[number])
    ends = [_end(stretches, here, there, blanks, size) for here, there in pairwise(order)]
    placed = []
    for place, number in enumerate(order):
        box, (first, last) = words[number][1], stretches[number]
        end, gap = ends[place] if place < len(ends) else (last, 0.0)
        start, along = axis.setting(box, first, size)
        placed.append(
            _Place(
                text=seen(words[number][0], leftwards=leftwards),
                start=start,
                along=along,
                width=max(_NARROWEST, end - first),
                gap=gap,
                size=size,
            )
        )
    return placed


def _end(
    stretches: Sequence[tuple[float, float]], here: int, there: int, blanks: Sequence[bool], size: float
) -> tuple[float, float]:
    """Return where a word is made to end before the next on the paper, and how wide the blank between them is."""
    (first, last), start = stretches[here], stretches[there][0]
    touches = abs(here - there) == 1 and not blanks[max(here, there)]
    if touches:
        return start, 0.0
    # Boxes touch where letters do, and where a word was put in; the blank must be there all the same.
    end = min(last, max(start - _BLANK * size, (first + start) / 2))
    return end, max(_NARROWEST, start - end)


def _words(
    line: ExportedLine, text: str, axis: _Axis, *, leftwards: bool, nfc: bool
) -> tuple[list[tuple[str, Polygon]], list[bool]]:
    """Return the words of a line with a box each, and whether a blank stands before each of them."""
    given = [(cleaned(word.text, nfc=nfc)[0], word) for word in line.words]
    if given and all(_has_box(word) and said.strip() for said, word in given):
        return [(said, word.polygon) for said, word in given if word.polygon], list(line.blanks)
    said = text.split()
    return list(zip(said, axis.spread(said, leftwards=leftwards), strict=True)), [True] * len(said)


def _has_box(word: Word) -> bool:
    return word.polygon is not None and all(map(math.isfinite, word.polygon.numbers))


class _Axis:
    """The direction of a line's text and its middle, along which its words are reckoned."""

    def __init__(self, polygon: Polygon) -> None:
        self._polygon = polygon
        self.along = _direction(polygon) or (1.0, 0.0)
        self._middle = self._across(_centre(polygon))

    def stretch(self, box: Polygon) -> tuple[float, float]:
        """Return where a word begins and ends along the line."""
        alongs = [x * self.along[0] + y * self.along[1] for x, y in box.corners]
        return min(alongs), max(alongs)

    def height(self, box: Polygon) -> float:
        """Return how high a word is across the line, at least a pixel."""
        acrosses = [self._across(corner) for corner in box.corners]
        return max(_NARROWEST, max(acrosses) - min(acrosses))

    def setting(self, box: Polygon, first: float, size: float) -> tuple[Point, Point]:
        """Return where a word's baseline begins, and its direction."""
        own = _direction(box)
        if own and box.width > 2 * box.height and _degrees_between(own, self.along) > _WHEEL:
            return _lowered(_middle_of_left_edge(box), own, size), own
        middle = self._across(_centre(box))
        if abs(middle - self._middle) <= _CURVED * size:
            middle = self._middle
        return _lowered(self._point(first, middle), self.along, size), self.along

    def spread(self, said: Sequence[str], *, leftwards: bool) -> list[Polygon]:
        """Return a box for each word of a line whose words have none: as wide as it is long, one after the other."""
        lengths = [len(clusters(word)) for word in said]
        whole = sum(lengths) + max(0, len(said) - 1)
        first, last = self.stretch(self._polygon)
        unit = (last - first) / max(1, whole)
        half = self.height(self._polygon) / 2
        boxes: dict[int, Polygon] = {}
        for number in words_from_the_left(said, leftwards=leftwards):
            end = first + lengths[number] * unit
            a, b = self._point(first, self._middle - half), self._point(end, self._middle - half)
            c, d = self._point(end, self._middle + half), self._point(first, self._middle + half)
            boxes[number] = Polygon((a, b, c, d))
            first = end + unit
        return [boxes[number] for number in range(len(said))]

    def _across(self, point: Point) -> float:
        return point[1] * self.along[0] - point[0] * self.along[1]

    def _point(self, along: float, across: float) -> Point:
        cosine, sine = self.along
        return along * cosine - across * sine, along * sine + across * cosine


def _lowered(point: Point, along: Point, size: float) -> Point:
    """Return where the baseline lies under a point in the middle of the letters."""
    below = size * ((ASCENT + DESCENT) / 2) / EM
    return point[0] - along[1] * below, point[1] + along[0] * below


def _direction(polygon: Polygon) -> Point | None:
    """Return the direction of a box's text; None where its corners are mirrored or all in one place."""
    a, b, c, d = polygon.corners
    x, y = b[0] - a[0] + c[0] - d[0], b[1] - a[1] + c[1] - d[1]
    length = math.hypot(x, y)
    is_clockwise = (c[0] - a[0]) * (d[1] - b[1]) > (c[1] - a[1]) * (d[0] - b[0])
    return (x / length, y / length) if is_clockwise and length else None


def _degrees_between(one: Point, other: Point) -> float:
    cosine = one[0] * other[0] + one[1] * other[1]
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))


def _centre(polygon: Polygon) -> Point:
    xs, ys = zip(*polygon.corners, strict=True)
    return sum(xs) / 4, sum(ys) / 4


def _middle_of_left_edge(polygon: Polygon) -> Point:
    a, _, _, d = polygon.corners
    return (a[0] + d[0]) / 2, (a[1] + d[1]) / 2
