"""The order in which the lines of a page are read.

Columns first where a gutter parts at least four lines on each side, as between the two pages of an opened book; else
rows from top to bottom, each from left to right. A table or a form has gutters too, but is read in rows: what stands on
one side of such a gutter is short, or of all lengths, and level with what stands on the other side. A line that the
detector drew across a gutter is cut there, between two words. Positions are taken along the text's own direction, so
that a page on its side or a tilted one is read as a person would who turns the head.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median

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
LEAST_PROSE = 6.0
"""How many times as long as high a column's rows are at least where it holds prose."""
FILLED = 0.5
"""The rows of a column of prose are, at the median, at least so long as this share of its long ones."""
LEVEL_WITH = 0.35
"""A row is level with another where their middles are closer than this share of a line's height."""
MOST_LEVEL = 0.75
"""Where at least so many rows of the shorter side are level with rows on the other, the two may belong together."""
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
    """Return where a gutter lies: as few lines as possible across, and as little as possible poking over.

    One that more lines run across is not taken instead of one that parts the columns of a table.
    """
    if len(lines) < 2 * LEAST_IN_COLUMN:
        return None
    start, end = min(line.left for line in lines), max(line.right for line in lines)
    parted = [_Parted.at(start + (end - start) * i / PLACES, lines) for i in range(1, PLACES)]
    possible = [one for one in parted if one.is_possible]
    fewest = min((one.across for one in possible), default=0)
    between = [one for one in possible if one.across == fewest and not _is_table(one.left, one.right)]
    least = min((one.poking for one in between), default=0.0)
    best = [one.gutter for one in between if one.poking == least]
    return best[len(best) // 2] if best else None


@dataclass(frozen=True, slots=True)
class _Parted:
    """The lines of a page on each side of what may be a gutter."""

    gutter: float
    left: list[_Placed]
    right: list[_Placed]
    across: int
    """How many lie on both sides."""

    @classmethod
    def at(cls, gutter: float, lines: list[_Placed]) -> _Parted:
        """Part the lines; those that only poke over belong to the side where the rest is."""
        left = [line for line in lines if line.share_before(gutter) >= 1 - POKES_OVER]
        right = [line for line in lines if line.share_before(gutter) <= POKES_OVER]
        return cls(gutter, left, right, len(lines) - len(left) - len(right))

    @property
    def is_possible(self) -> bool:
        """Whether there are enough lines on each side, and few enough across."""
        beside = len(self.left) + len(self.right)
        return min(len(self.left), len(self.right)) >= LEAST_IN_COLUMN and self.across <= MOST_ACROSS * beside

    @property
    def poking(self) -> float:
        """How far the lines poke over, all together."""
        over = [line.right - self.gutter for line in self.left] + [self.gutter - line.left for line in self.right]
        return sum(length for length in over if length > 0)


def _is_table(left: list[_Placed], right: list[_Placed]) -> bool:
    """Whether what two sides of a gutter hold belongs together in rows, as in a table or a form."""
    sides = [_grouped(side) for side in (left, right)]
    if all(_is_prose(rows) for rows in sides):
        return False
    fewer, more = sorted(([fmean(line.middle for line in row) for row in rows] for rows in sides), key=len)
    near = LEVEL_WITH * median(line.height for line in (*left, *right))
    level = sum(any(abs(middle - other) < near for other in more) for middle in fewer)
    return level >= MOST_LEVEL * len(fewer)


def _is_prose(rows: list[list[_Placed]]) -> bool:
    """Whether the rows of a column are long for their height, and most as long as the column is wide."""
    lengths = sorted(max(line.right for line in row) - min(line.left for line in row) for row in rows)
    usual, long = median(lengths), lengths[len(lengths) * 9 // 10]
    return usual >= FILLED * long and usual >= LEAST_PROSE * median(line.height for row in rows for line in row)


def _rows(lines: list[_Placed]) -> list[_Placed]:
    return [line for row in _grouped(lines) for line in sorted(row, key=lambda line: line.left)]


def _grouped(lines: list[_Placed]) -> list[list[_Placed]]:
    """Return the lines in rows, from top to bottom; each row begins with its topmost line."""
    apart = median([line.height for line in lines] or [0.0]) * SAME_ROW
    rows: list[list[_Placed]] = []
    for line in sorted(lines, key=lambda line: line.middle):
        if rows and line.middle - rows[-1][0].middle < apart:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows
