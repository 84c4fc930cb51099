"""Where a box lies on a page, in the whole pixels that files want: within the page, with some room, never crossing."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tui.exports.document import ExportedLine, ExportedPage
from tui.model import Point, Polygon

Pixel = tuple[int, int]
Ring = tuple[Pixel, Pixel, Pixel, Pixel]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""

LIFT = 0.15
"""How far above the bottom edge of a line its letters stand, in heights of the line: a fair guess."""


def box_of(page: ExportedPage, polygon: Polygon | None) -> Box | None:
    """Return the upright rectangle round a box, as much of it as lies on the page, at least a pixel wide and high."""
    if polygon is None or not _is_finite(polygon):
        return None
    left, top, right, bottom = polygon.bounds
    start, end = _stretch(left, right, page.width)
    first, last = _stretch(top, bottom, page.height)
    return start, first, end, last


def ring_of(page: ExportedPage, polygon: Polygon | None) -> Ring | None:
    """Return a box's corners on the page; the rectangle round it where they would cross or hold no room."""
    box = box_of(page, polygon)
    if polygon is None or box is None:
        return None
    a, b, c, d = ((_within(x, page.width), _within(y, page.height)) for x, y in polygon.corners)
    ring = (a, b, c, d)
    return ring if _is_plain(ring) else ring_round(box)


def ring_round(box: Box) -> Ring:
    """Return a rectangle's corners, clockwise from the top left."""
    left, top, right, bottom = box
    return (left, top), (right, top), (right, bottom), (left, bottom)


def box_round(boxes: Iterable[Box | None]) -> Box | None:
    """Return the rectangle round some others; None where there is none."""
    given = [box for box in boxes if box is not None]
    if not given:
        return None
    lefts, tops, rights, bottoms = zip(*given, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def whole(page: ExportedPage) -> Box:
    """Return the rectangle of the page: where a line is taken to be that has no box."""
    return 0, 0, page.width, page.height


def line_polygon(line: ExportedLine) -> Polygon | None:
    """Return a line's box, or the rectangle round its words' boxes where the line has none."""
    if line.polygon is not None and _is_finite(line.polygon):
        return line.polygon
    bounds = [word.polygon.bounds for word in line.words if word.polygon is not None and _is_finite(word.polygon)]
    if not bounds:
        return None
    lefts, tops, rights, bottoms = zip(*bounds, strict=True)
    return Polygon.from_bounds(min(lefts), min(tops), max(rights), max(bottoms))


def baseline_of(page: ExportedPage, polygon: Polygon | None) -> tuple[Pixel, Pixel] | None:
    """Return where a line's letters stand, from its start to its end; None where no two points of it differ."""
    if polygon is None or not _is_finite(polygon):
        return None
    here, there = ((_within(x, page.width), _within(y, page.height)) for x, y in feet(polygon))
    return None if here == there else (here, there)


def feet(polygon: Polygon) -> tuple[Point, Point]:
    """Return where the letters in a line's box stand, from its start to its end, wherever on the page."""
    a, b, c, d = polygon.corners
    return _between(d, a), _between(c, b)


def moved_corners(page: ExportedPage, polygon: Polygon | None) -> int:
    """Return how many corners of a box lie outside the page, by half a pixel or more."""
    if polygon is None or not _is_finite(polygon):
        return 0
    return sum(not (-0.5 < x < page.width + 0.5 and -0.5 < y < page.height + 0.5) for x, y in polygon.corners)


def upright_by(page: ExportedPage) -> float:
    """Return by how many degrees clockwise a page has to be turned for its writing to stand upright, -180 to 180.

    The angle that was read counts as far as it does not contradict the quarter turns of a reviewer.
    """
    turned = 90.0 * (page.turn % 4)
    read = -page.angle if math.isfinite(page.angle) else 0.0
    agrees = page.turn % 4 == 0 or abs(_half_a_turn(read - turned)) < 45
    return round(_half_a_turn(read if agrees else turned), 2) + 0.0


def _half_a_turn(degrees: float) -> float:
    """Return an angle as it is between -180 (not itself) and 180."""
    return 180.0 - (180.0 - degrees) % 360.0


def _is_finite(polygon: Polygon) -> bool:
    return all(map(math.isfinite, polygon.numbers))


def _within(value: float, size: int) -> int:
    return round(min(float(size), max(0.0, value)))


def _stretch(low: float, high: float, size: int) -> tuple[int, int]:
    """Return the whole pixels that hold a stretch, at least one of them, on a page of some size."""
    start = math.floor(min(float(size), max(0.0, low)))
    end = math.ceil(min(float(size), max(0.0, high)))
    if end > start:
        return start, end
    return (start, start + 1) if start < size else (size - 1, size)


def _between(low: Point, high: Point) -> Point:
    return low[0] + (high[0] - low[0]) * LIFT, low[1] + (high[1] - low[1]) * LIFT


def _is_plain(ring: Ring) -> bool:
    """Whether four corners have room between them and their edges do not cross."""
    a, b, c, d = ring
    room = sum(x * v - u * y for (x, y), (u, v) in zip(ring, (*ring[1:], ring[0]), strict=True))
    return room != 0 and not _cross(a, b, c, d) and not _cross(b, c, d, a)


def _cross(a: Pixel, b: Pixel, c: Pixel, d: Pixel) -> bool:
    """Whether an edge touches the one opposite to it."""
    sides = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if 0 not in sides:
        return (sides[0] > 0) != (sides[1] > 0) and (sides[2] > 0) != (sides[3] > 0)
    on_first = (_lies_on(a, b, p) for p, side in ((c, sides[0]), (d, sides[1])) if side == 0)
    on_second = (_lies_on(c, d, p) for p, side in ((a, sides[2]), (b, sides[3])) if side == 0)
    return any(on_first) or any(on_second)


def _side(a: Pixel, b: Pixel, p: Pixel) -> int:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _lies_on(a: Pixel, b: Pixel, p: Pixel) -> bool:
    """Whether a point in line with two others stands between them."""
    return min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])
