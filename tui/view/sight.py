"""Which part of a page a map shows, and in which of its cells a box lies. All of it is plain reckoning."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from tui.model import Point, Polygon
from tui.pictures.folding import CELL_ASPECT
from tui.view.looks import ITS_WIDTH, THE_BOX, THE_PAGE

_FARTHEST: Final = 1e7
"""Coordinates beyond this many pixels are taken for it."""
_THIRD: Final = 0.3
"""A cell of which a box covers less than this is left to the neighbouring line."""
_ROUND_A_BOX: Final = 1.1
"""How much more than a box is shown when it is looked at."""
_NOTABLY: Final = 1.05
"""A zoom that enlarges less is passed over."""
_MOST_DOUBLINGS: Final = 24
_LEANING: Final = 0.5
_HAIR: Final = 1e-6
"""Reckoning with fractions may end by so much beside the whole number that is meant."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The cells of a map that a box covers, row by row; a slanting box has slanting edges."""

    top: int
    """The first row, which may lie above the map."""
    stretches: tuple[tuple[int, int], ...]
    """For each row from there on the first column and the one behind the last; both may lie beside the map."""

    @property
    def rows(self) -> range:
        """Its rows, whether they are on the map or not."""
        return range(self.top, self.top + len(self.stretches))

    @property
    def middle(self) -> int:
        """The row in its middle, the upper one of two."""
        return self.top + (len(self.stretches) - 1) // 2

    @property
    def left(self) -> int:
        """Its first column."""
        return min((start for start, _ in self.stretches), default=0)

    @property
    def right(self) -> int:
        """The column behind its last."""
        return max((end for _, end in self.stretches), default=0)

    def stretch(self, row: int) -> tuple[int, int]:
        """Return the columns it covers in a row; an empty stretch where it covers none."""
        place = row - self.top
        return self.stretches[place] if 0 <= place < len(self.stretches) else (0, 0)

    def holds(self, column: int, row: int) -> bool:
        """Whether it covers a cell."""
        start, end = self.stretch(row)
        return start <= column < end

    def has_edge_at(self, column: int, row: int) -> bool:
        """Whether a cell lies on its edge; one of two rows is all edge."""
        beside = ((column - 1, row), (column + 1, row), (column, row - 1), (column, row + 1))
        return self.holds(column, row) and not all(self.holds(*cell) for cell in beside)


NOWHERE: Final = Shape(0, ())
"""The shape of no box."""


@dataclass(frozen=True, slots=True)
class Sight:
    """A part of a page, and the cells it is drawn in."""

    page: tuple[int, int]
    """Width and height of the page, in pixels."""
    columns: int
    rows: int
    left: float
    """Where the part begins, in pixels of the page."""
    top: float
    width: float
    height: float

    @property
    def is_whole_width(self) -> bool:
        """Whether nothing is beside it."""
        return self.width >= self.page[0]

    @property
    def is_whole_height(self) -> bool:
        """Whether nothing is above or below it."""
        return self.height >= self.page[1]

    def at(self, left: float, top: float) -> Sight:
        """Return the part of the same size that begins there, or as near as the page's edges allow."""
        return replace(
            self,
            left=min(max(0.0, left), max(0.0, self.page[0] - self.width)),
            top=min(max(0.0, top), max(0.0, self.page[1] - self.height)),
        )

    def moved(self, across: float, down: float) -> Sight:
        """Return the part that lies so many of its widths and heights further."""
        return self.at(self.left + across * self.width, self.top + down * self.height)

    def holding(self, polygon: Polygon) -> Sight:
        """Return itself where a box is in it, else a part of the same size that has the box in its upper half.

        What is below is in sight then, so that most steps from line to line move nothing.
        """
        left, top, right, bottom = _bounds(polygon)
        across, down = self.left, self.top
        if not (self.left <= left and right <= self.left + self.width):
            across = left - max(0.0, self.width - (right - left)) / 2
        if not (self.top <= top and bottom <= self.top + self.height):
            down = top - max(0.0, self.height - (bottom - top)) / 3
        return self.at(across, down)

    def shape(self, polygon: Polygon) -> Shape:
        """Return the cells that a box covers: one at least, where it lies in sight; beyond the page, at its edge."""
        corners = [self._cell(corner) for corner in polygon.corners]
        right, bottom = (math.ceil(edge - _HAIR) for edge in self._cell(self.page))
        ys = [y for _, y in corners]
        first, end = _covered(min(ys), max(ys), bottom)
        first, end = max(first, -1), min(end, self.rows + 1)
        if first >= end:
            return NOWHERE
        if _is_level(corners):
            xs = [x for x, _ in corners]
            return Shape(first, (_covered(min(xs), max(xs), right),) * (end - first))
        return Shape(first, tuple(_stretch(corners, row, right) for row in range(first, end)))

    def _cell(self, point: Point) -> Point:
        """Return where a point lies, or the nearest on the page, in cells from the top left."""
        x, y = point
        if not (0.0 <= x <= self.page[0] and 0.0 <= y <= self.page[1]):
            x, y = min(max(0.0, _tamed(x)), self.page[0]), min(max(0.0, _tamed(y)), self.page[1])
        return (x - self.left) / self.width * self.columns, (y - self.top) / self.height * self.rows

    def point(self, column: int, row: int) -> Point:
        """Return the point of the page in the middle of a cell."""
        return (
            self.left + (column + 0.5) / self.columns * self.width,
            self.top + (row + 0.5) / self.rows * self.height,
        )


def sight(
    page: tuple[int, int], room: tuple[int, int], zoom: int, *, parts: int = 2, box: Polygon | None = None
) -> Sight:
    """Return what a zoom shows of a page in so many columns and rows of cells, with a box in sight.

    A cell has so many `parts` from left to right; pixel by pixel, each of them shows one pixel.
    """
    page, room = (max(1, page[0]), max(1, page[1])), (max(1, room[0]), max(1, room[1]))
    scale = _scale(page, room, zoom, parts, box)
    columns, rows = _cells(page[0] * scale, room[0]), _cells(page[1] * scale / CELL_ASPECT, room[1])
    whole = scale <= _fitting(page, room)
    seen = Sight(
        page,
        columns,
        rows,
        0.0,
        0.0,
        page[0] if whole else min(page[0], columns / scale),
        page[1] if whole else min(page[1], rows * CELL_ASPECT / scale),
    )
    return seen.holding(box) if box is not None else seen


def nearer(page: tuple[int, int], room: tuple[int, int], zoom: int, *, parts: int, box: Polygon | None) -> int | None:
    """Return the next zoom that shows a page larger; None where pixels are shown already."""
    scale = _scale(page, room, zoom, parts, box)
    stops = range(ITS_WIDTH, _MOST_DOUBLINGS)
    return next((stop for stop in stops if _scale(page, room, stop, parts, box) > scale * _NOTABLY), None)


def nearest(page: tuple[int, int], room: tuple[int, int], *, parts: int) -> int:
    """Return the zoom that shows a page pixel by pixel, or its whole width where that is larger than its pixels."""
    zoom = ITS_WIDTH
    while (larger := nearer(page, room, zoom, parts=parts, box=None)) is not None:
        zoom = larger
    return zoom


def farther(page: tuple[int, int], room: tuple[int, int], zoom: int, *, parts: int, box: Polygon | None) -> int | None:
    """Return the next zoom that shows more of a page; None where all of it is shown already."""
    scale = _scale(page, room, zoom, parts, box)
    stops = range(_MOST_DOUBLINGS, THE_PAGE - 1, -1)
    return next((stop for stop in stops if _scale(page, room, stop, parts, box) * _NOTABLY < scale), None)


def _scale(page: tuple[int, int], room: tuple[int, int], zoom: int, parts: int, box: Polygon | None) -> float:
    """Return how many columns of cells a pixel of the page takes."""
    fitting, wide, pixels = _fitting(page, room), room[0] / page[0], 1 / parts
    if zoom == THE_BOX and box is not None:
        left, top, right, bottom = _bounds(box)
        size = max(1.0, right - left) * _ROUND_A_BOX, max(1.0, bottom - top) * _ROUND_A_BOX
        return max(fitting, min(_fitting(size, room), pixels))
    if zoom <= THE_PAGE:
        return fitting
    doubled = wide * 2.0 ** min(zoom - ITS_WIDTH, _MOST_DOUBLINGS)
    return max(wide, min(doubled, pixels))


def _fitting(size: tuple[float, float], room: tuple[int, int]) -> float:
    return min(room[0] / size[0], room[1] * CELL_ASPECT / size[1])


def _cells(extent: float, room: int) -> int:
    return max(1, min(room, int(extent + _HAIR)))


def _bounds(polygon: Polygon) -> tuple[float, float, float, float]:
    xs, ys = ([_tamed(value) for value in values] for values in zip(*polygon.corners, strict=True))
    return min(xs), min(ys), max(xs), max(ys)


def _tamed(value: float) -> float:
    return min(max(value, -_FARTHEST), _FARTHEST) if math.isfinite(value) else 0.0


def _covered(start: float, end: float, limit: int) -> tuple[int, int]:
    """Return the first cell that is covered and the one behind the last, before a limit."""
    first = min(math.floor(start + _THIRD), limit - 1)
    return first, max(first + 1, min(limit, math.floor(end + 1 - _THIRD)))


def _is_level(corners: list[Point]) -> bool:
    """Whether a box is as good as a rectangle, as most are: none of its edges leans by half a cell."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    leans = abs(ay - by), abs(cy - dy), abs(ax - dx), abs(bx - cx)
    return max(leans) < _LEANING


def _stretch(corners: list[Point], row: int, limit: int) -> tuple[int, int]:
    """Return the columns that a box covers in a row of cells; where it only grazes the row, those of all of it."""
    xs = [x for one, other in pairwise([*corners, corners[0]]) for x in _within(one, other, row)]
    xs = xs or [x for x, _ in corners]
    return _covered(min(xs), max(xs), limit)


def _within(one: Point, other: Point, row: int) -> Iterator[float]:
    """Return the ends of the part of an edge that lies in a row of cells."""
    (x0, y0), (x1, y1) = sorted((one, other), key=lambda point: point[1])
    start, end = max(y0, float(row)), min(y1, row + 1.0)
    if start <= end and y1 - y0 < _HAIR:
        yield from (x0, x1)
    elif start <= end:
        steepness = (x1 - x0) / (y1 - y0)
        yield from (x0 + (start - y0) * steepness, x0 + (end - y0) * steepness)
