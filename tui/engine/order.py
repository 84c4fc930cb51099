"""The order in which the lines of a page are read.

Columns first where a gutter parts at least four lines on each side, as between the two pages of an opened book; else
rows from top to bottom, each from left to right. A line that the detector drew across a gutter is cut there, between
two words. Positions are taken along the text's own direction, so that a page on its side or a tilted one is read as a
person would who turns the head.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from tui.model import Line, Polygon, Word

LEAST_IN_COLUMN = 4
SAME_ROW = 0.5
"""Lines whose middles are closer than this share of a line's height stand in one row."""
POKES_OVER = 0.15
"""A line with at most this share of its length beyond a gutter belongs to the side where the rest is."""
MOST_ACROSS = 1 / 6
"""Where more lines than this share of those beside it run across, there is no gutter."""
CUT_WITHIN = 1.5
"""How far from a gutter, in heights of the line, a line across it may be cut."""
PLACES = 128
"""At how many places of the page's width a gutter is looked for."""


def page_angle(lines: Sequence[Line]) -> float:
    """Return by how many degrees the text is turned clockwise: the median of the lines, weighted by their length."""
    inked = sorted((line.polygon.angle, line.polygon.width) for line in lines if line.polygon)
    half = sum(width for _, width in inked) / 2
    for angle, width in inked:
        half -= width
        if half <= 0:
            return angle
    return 0.0


def in_reading_order(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines as a person would read them; one across a gutter comes back as two."""
    angle = page_angle(lines)
    placed = [_Placed.of(line, line.polygon, angle) for line in lines if line.polygon]
    nowhere = [line for line in lines if not line.polygon]
    ordered = [line for column in _columns(placed) for line in _rows(column)]
    return (*(placed_line.line for placed_line in ordered), *nowhere)


def in_rows(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Return the lines from top to bottom and each row from left to right, whatever columns they stand in."""
    angle = page_angle(lines)
    placed = [_Placed.of(line, line.polygon, angle) for line in lines if line.polygon]
    return (*(one.line for one in _rows(placed)), *(line for line in lines if not line.polygon))


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line, and where it is once the page's text is level."""

    line: Line
    left: float
    right: float
    middle: float
    height: float
    angle: float
    """By how many degrees the page was turned back."""

    @classmethod
    def of(cls, line: Line, polygon: Polygon, angle: float) -> _Placed:
        """Turn a line back by the angle of its page."""
        cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        xs = [x * cosine + y * sine for x, y in polygon.corners]
        ys = [y * cosine - x * sine for x, y in polygon.corners]
        return cls(line, min(xs), max(xs), sum(ys) / 4, polygon.height, angle)

    def share_before(self, gutter: float) -> float:
        """Return how much of its length lies left of a gutter, 0..1."""
        return min(1.0, max(0.0, (gutter - self.left) / max(1e-6, self.right - self.left)))

    def is_across(self, gutter: float) -> bool:
        """Whether it lies on both sides to more than a little."""
        return POKES_OVER < self.share_before(gutter) < 1 - POKES_OVER

    def cut_at(self, gutter: float) -> tuple[_Placed, ...]:
        """Return the two parts on each side of a gutter, or the whole where no two words part near enough."""
        words = [_Placed.of(self.line, word.polygon, self.angle) for word in self.line.words if word.polygon]
        before = sum((word.left + word.right) / 2 < gutter for word in words)
        if len(words) != len(self.line.words) or not 0 < before < len(words):
            return (self,)
        if abs((words[before - 1].right + words[before].left) / 2 - gutter) > CUT_WITHIN * self.height:
            return (self,)
        parts = _halves(self.line, before)
        return tuple(_Placed.of(part, part.polygon, self.angle) for part in parts if part.polygon)


def _halves(line: Line, before: int) -> tuple[Line, Line]:
    """Cut a line after so many of its words, all of which have boxes."""
    whole, last, first = line.polygon, line.words[before - 1].polygon, line.words[before].polygon
    assert whole
    assert last
    assert first
    left = Polygon((whole.corners[0], last.corners[1], last.corners[2], whole.corners[3]))
    right = Polygon((first.corners[0], whole.corners[1], whole.corners[2], first.corners[3]))
    return _part(line, line.words[:before], left), _part(line, line.words[before:], right)


def _part(line: Line, words: tuple[Word, ...], polygon: Polygon) -> Line:
    return replace(line, text=" ".join(word.text for word in words), words=words, polygon=polygon)


def _columns(lines: list[_Placed]) -> list[list[_Placed]]:
    """Return the lines between gutters, from left to right; a heading above or below both sides stays whole."""
    gutter = _gutter(lines)
    if gutter is None:
        return [lines]
    beside = [line.middle for line in lines if not line.is_across(gutter)]
    left: list[_Placed] = []
    right: list[_Placed] = []
    for line in lines:
        may_be_cut = line.is_across(gutter) and min(beside) < line.middle < max(beside)
        for part in line.cut_at(gutter) if may_be_cut else (line,):
            (right if part.share_before(gutter) <= POKES_OVER else left).append(part)
    return [*_columns(left), *_columns(right)]


def _gutter(lines: list[_Placed]) -> float | None:
    """Return where a gutter lies: as few lines as possible across, and as little as possible poking over."""
    if len(lines) < 2 * LEAST_IN_COLUMN:
        return None
    start, end = min(line.left for line in lines), max(line.right for line in lines)
    rated = [(_fault(lines, place), place) for place in (start + (end - start) * i / PLACES for i in range(1, PLACES))]
    least = min(fault for fault, _ in rated)
    best = [place for fault, place in rated if fault == least]
    return best[len(best) // 2] if math.isfinite(least[0]) else None


def _fault(lines: list[_Placed], gutter: float) -> tuple[float, float]:
    """Return how many lines run across a gutter and how far the others poke over; infinite where it is none."""
    left = [line for line in lines if line.share_before(gutter) >= 1 - POKES_OVER]
    right = [line for line in lines if line.share_before(gutter) <= POKES_OVER]
    across = len(lines) - len(left) - len(right)
    if min(len(left), len(right)) < LEAST_IN_COLUMN or across > MOST_ACROSS * (len(left) + len(right)):
        return math.inf, 0.0
    poking = sum(max(0.0, line.right - gutter) for line in left) + sum(max(0.0, gutter - line.left) for line in right)
    return across, poking


def _rows(lines: list[_Placed]) -> list[_Placed]:
    if not lines:
        return []
    apart = median(line.height for line in lines) * SAME_ROW
    rows: list[list[_Placed]] = []
    for line in sorted(lines, key=lambda line: line.middle):
        if rows and line.middle - rows[-1][0].middle < apart:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: line.left)]
