"""Which boxes lie in which cells of a map, by its rows: a row of a page of ten thousand lines is drawn from a few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tui.model import Page, Polygon
from tui.view.sight import Shape, Sight


class Stretch(NamedTuple):
    """Columns of a row that a line's box covers: the first, the one behind the last, and which line it is."""

    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class MapBoxes:
    """The boxes of a page's lines as they lie in the cells of a map."""

    rows: Mapping[int, tuple[Stretch, ...]] = field(default_factory=dict)
    """For each row what covers it, in the order of the lines."""
    middles: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """For each row the lines whose middle it is: there stand their marks and texts."""
    shapes: Mapping[int, Shape] = field(default_factory=dict)
    """For each line in sight its cells."""


def boxes_in(sight: Sight, page: Page) -> MapBoxes:
    """Return the boxes of those lines of a page that are in sight, by the lines' numbers."""
    rows: dict[int, list[Stretch]] = defaultdict(list)
    middles: dict[int, list[int]] = defaultdict(list)
    shapes: dict[int, Shape] = {}
    for (_, number), line in zip(page.keys, page.lines, strict=True):
        if line.polygon is None or _is_elsewhere(sight, line.polygon):
            continue
        shape = sight.shape(line.polygon)
        if not shape.stretches or shape.right <= 0 or shape.left >= sight.columns:
            continue
        shapes[number] = shape
        middles[shape.middle].append(number)
        for row, (start, end) in zip(shape.rows, shape.stretches, strict=True):
            rows[row].append(Stretch(max(0, start), min(sight.columns, end), number))
    return MapBoxes(
        {row: tuple(stretches) for row, stretches in rows.items()},
        {row: tuple(numbers) for row, numbers in middles.items()},
        shapes,
    )


def _is_elsewhere(sight: Sight, polygon: Polygon) -> bool:
    """Whether a box on the page lies above or below what is in sight: told at once, for most boxes do."""
    a, b, c, d = (y for _, y in polygon.corners)
    bottom = sight.top + sight.height
    return (0 <= a < sight.top and 0 <= b < sight.top and 0 <= c < sight.top and 0 <= d < sight.top) or (
        bottom < a <= sight.page[1]
        and bottom < b <= sight.page[1]
        and bottom < c <= sight.page[1]
        and bottom < d <= sight.page[1]
    )


def line_under(boxes: MapBoxes, column: int, row: int) -> int | None:
    """Return the line whose box covers a cell, the smallest where there are several; None for bare paper."""
    here = [stretch for stretch in boxes.rows.get(row, ()) if stretch.start <= column < stretch.end]
    return min(here, key=lambda stretch: stretch.end - stretch.start).line if here else None
