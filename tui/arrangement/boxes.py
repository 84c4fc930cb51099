"""What is done to a box round some ink: cut along the writing, put round others, turned with the page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tui.model import Point, Polygon

NARROW = 0.25
"""A gap narrower than this, in heights of the boxes beside it, has no room for a word."""


def part(polygon: Polygon, start: float, end: float) -> Polygon:
    """Return what lies between two shares (0..1) of a box's top and bottom edges; outer corners stay bit for bit."""
    a, b, c, d = polygon.corners
    return Polygon((_along(a, b, start), _along(a, b, end), _along(d, c, end), _along(d, c, start)))


def parts(polygon: Polygon, lengths: Sequence[float], *, leftwards: bool = False) -> tuple[Polygon, ...]:
    """Cut a box in proportion to some lengths, in the order of reading: from its right where that goes leftwards."""
    total, at, places = sum(lengths), 0.0, [0.0]
    for one in lengths[:-1]:
        at += one
        places.append(at / total)
    places.append(1.0)
    return tuple(span(polygon, start, end, leftwards=leftwards) for start, end in pairwise(places))


def span(polygon: Polygon, start: float, end: float, *, leftwards: bool) -> Polygon:
    """Return what lies between two shares of a box, counted from where reading begins."""
    return part(polygon, 1 - end, 1 - start) if leftwards else part(polygon, start, end)


def around(polygons: Iterable[Polygon | None]) -> Polygon | None:
    """Return the smallest box round some others along their mean angle; None where none is given, one as it is."""
    given = [polygon for polygon in polygons if polygon is not None]
    if len(given) <= 1:
        return given[0] if given else None
    ux, uy = _axis(given)
    corners = [corner for polygon in given for corner in polygon.corners]
    along = [x * ux + y * uy for x, y in corners]
    across = [y * ux - x * uy for x, y in corners]
    left, right, top, bottom = min(along), max(along), min(across), max(across)
    a, b, c, d = (
        (s * ux - t * uy, s * uy + t * ux)
        for s, t in zip((left, right, right, left), (top, top, bottom, bottom), strict=True)
    )
    return Polygon((a, b, c, d))


def gap_between(before: Polygon, after: Polygon) -> Polygon | None:
    """Return the room between two boxes of one row, whichever of them stands at the left; None where there is none."""
    if not in_one_row(before, after):
        return None
    axis = _axis([before, after])
    left, right = (after, before) if is_left_of(after, before) else (before, after)
    (_, b, c, _), (a, _, _, d) = left.corners, right.corners
    needed = NARROW * max(before.height, after.height)
    if min(_reach(b, a, axis), _reach(c, d, axis)) <= needed:
        return None
    return Polygon((b, a, d, c))


def in_one_row(one: Polygon, other: Polygon) -> bool:
    """Whether two boxes stand beside each other: the middle of one is not far above or below that of the other."""
    ux, uy = _axis([one, other])
    (ax, ay), (bx, by) = middle(one), middle(other)
    return abs((by - ay) * ux - (bx - ax) * uy) <= max(one.height, other.height) / 2


def is_left_of(one: Polygon, other: Polygon) -> bool:
    """Whether a box stands before another along their writing."""
    return _reach(middle(one), middle(other), _axis([one, other])) > 0


def share_at(polygon: Polygon, point: Point) -> float:
    """Return how far along a box a point lies: 0 is at its left edge, 1 at its right."""
    a, b, c, d = polygon.corners
    start, end = _halfway(a, d), _halfway(b, c)
    ux, uy = end[0] - start[0], end[1] - start[1]
    squared = ux * ux + uy * uy
    return _reach(start, point, (ux, uy)) / squared if squared > 0 else 0.0


def middle(polygon: Polygon) -> Point:
    """Return the middle of a box."""
    a, b, c, d = polygon.corners
    return _halfway(_halfway(a, c), _halfway(b, d))


def left_edge(polygon: Polygon) -> Polygon:
    """Return a box's left edge, as a box of no width."""
    a, _, _, d = polygon.corners
    return Polygon((a, a, d, d))


def right_edge(polygon: Polygon) -> Polygon:
    """Return a box's right edge, as a box of no width."""
    _, b, c, _ = polygon.corners
    return Polygon((b, b, c, c))


def turned_polygon(polygon: Polygon, size: tuple[float, float], quarters: int) -> Polygon:
    """Return a box as it lies when its page is shown turned clockwise by some quarters.

    `size` is the width and the height of the page as it is in the file. The first corner stays the text's own top left.
    """
    width, height = size
    a, b, c, d = (_turned(corner, width, height, quarters % 4) for corner in polygon.corners)
    return Polygon((a, b, c, d))


def turned_back(polygon: Polygon, size: tuple[float, float], quarters: int) -> Polygon:
    """Return where a box lies in the file that was drawn on its page as it is shown: undoes `turned_polygon`.

    `size` is the page's in the file here too. Whole numbers come back as they were, others to the last bits.
    """
    shown = size if quarters % 2 == 0 else (size[1], size[0])
    return turned_polygon(polygon, shown, -quarters)


def _turned(point: Point, width: float, height: float, quarters: int) -> Point:
    x, y = point
    return ((x, y), (height - y, x), (width - x, height - y), (y, width - x))[quarters]


def _along(start: Point, end: Point, share: float) -> Point:
    if share <= 0:
        return start
    if share >= 1:
        return end
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _halfway(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _reach(start: Point, end: Point, axis: Point) -> float:
    """Return how far it is from one point to another along an axis of length 1."""
    return (end[0] - start[0]) * axis[0] + (end[1] - start[1]) * axis[1]


def _axis(polygons: Iterable[Polygon]) -> Point:
    """Return the mean direction of writing in some boxes, the wider ones counting for more; its length is 1."""
    across = down = 0.0
    for polygon in polygons:
        a, b, c, d = polygon.corners
        across += (b[0] - a[0]) + (c[0] - d[0])
        down += (b[1] - a[1]) + (c[1] - d[1])
    size = math.hypot(across, down)
    return (across / size, down / size) if size > 0 else (1.0, 0.0)
