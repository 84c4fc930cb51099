"""How far the lines above and below a line reach, so that it can be shown with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tui.model import Polygon
from tui.pictures.crop import along

_PITCH = 1.5
"""How far one line is from the next where the service found none, in heights of the line."""
_FARTHEST = 3.0
"""How far a line is taken for the next, in heights of the line: what is farther belongs to something else."""


def reach(line: Polygon, others: Iterable[Polygon], count: int) -> tuple[float, float]:
    """Return how many pixels of the page `count` lines above and as many below take, seen along the line's text."""
    if count < 1:
        return 0.0, 0.0
    left, top, right, bottom = along(line, line)
    height = max(1.0, bottom - top)
    above, below = [], []
    for other in _near(line, others, (_FARTHEST + 1) * (count + 1) * height):
        start, upper, end, lower = along(line, other)
        if min(right, end) > max(left, start) and upper + lower < top + bottom - height:
            above.append((top - upper, top - lower))
        elif min(right, end) > max(left, start) and upper + lower > top + bottom + height:
            below.append((lower - bottom, upper - bottom))
    return _reach(above, height, count), _reach(below, height, count)


def _near(line: Polygon, others: Iterable[Polygon], distance: float) -> Iterator[Polygon]:
    """Return the boxes whose first corner is no farther above or below than a distance: few of ten thousand."""
    _, top, _, bottom = line.bounds
    return (other for other in others if top - distance <= other.corners[0][1] <= bottom + distance)


def _reach(lines: list[tuple[float, float]], height: float, count: int) -> float:
    """Return how far the nearest lines on one side reach, given the far and the near edge of each.

    Where there is none, as much is shown as one takes, for the service may have missed it.
    """
    reached = 0.0
    for _ in range(count):
        following = min((far for far, near in lines if (far + near) / 2 > reached), default=None)
        if following is None or following > reached + _FARTHEST * height:
            return reached + _PITCH * height
        reached = following
    return reached
