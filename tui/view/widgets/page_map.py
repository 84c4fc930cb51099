"""The page, small: where the selected box is, and which lines are decided. A map, not something to read."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.model import Polygon, Verdict
from tui.view.ink import CHOSEN, PAPER, PageInk, box_rows, ink_style
from tui.view.wording import VERDICT_MARKS

GUTTER = 2
"""Columns on the left that hold a mark for each decided line."""


class PageMap(Widget):
    """Shows a page with one box outlined."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._ink: PageInk | None = None
        self._box: tuple[range, range] = (range(0), range(0))
        self._marks: dict[int, str] = {}
        self._rows: dict[Polygon, int] = {}
        self._sentence = ""

    @property
    def room(self) -> tuple[int, int]:
        """Columns and rows that a page may take."""
        return max(1, self.size.width - GUTTER), max(1, self.size.height)

    def show(self, ink: PageInk) -> None:
        """Show another page."""
        self._ink, self._sentence = ink, ""
        self._rows = {}
        self.refresh()

    def say(self, sentence: str) -> None:
        """Show a sentence in place of the page."""
        self._ink, self._sentence = None, sentence
        self.refresh()

    def mark(self, box: Polygon | None, verdicts: Iterable[tuple[Polygon, Verdict]]) -> None:
        """Outline the selected box, and beside each decided line its verdict."""
        if self._ink is None:
            return
        before, old_marks = self._box[1], self._marks
        self._box = box_rows(self._ink, box) if box else (range(0), range(0))
        self._marks = {self._row_of(polygon): VERDICT_MARKS[verdict] for polygon, verdict in verdicts}
        changed = {row for row in {*old_marks, *self._marks} if old_marks.get(row) != self._marks.get(row)}
        for row in {*before, *self._box[1], *changed}:
            self.refresh(Region(0, row, self.size.width, 1))

    def _row_of(self, polygon: Polygon) -> int:
        """Return the row that a decided line's mark stands in."""
        assert self._ink is not None
        if polygon not in self._rows:
            rows = box_rows(self._ink, polygon)[1]
            self._rows[polygon] = rows[(len(rows) - 1) // 2]
        return self._rows[polygon]

    def render_line(self, y: int) -> Strip:
        """Draw one row of the page."""
        if self._ink is None:
            return Strip([Segment(self._sentence if y == 0 else "", self.rich_style)]).adjust_cell_length(
                self.size.width, self.rich_style
            )
        if y >= len(self._ink.cells.rows):
            return Strip.blank(self.size.width, self.rich_style)
        mark = "▶" if y in self._box[1] else self._marks.get(y, " ")
        segments = [Segment(f"{mark} ", self.rich_style), *self._row(self._ink, y)]
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def _is_outline(self, column: int, row: int) -> bool:
        """Whether a cell lies on the edge of the selected box; one of two rows is all edge."""
        columns, rows = self._box
        if column not in columns or row not in rows:
            return False
        return column in {columns[0], columns[-1]} or row in {rows[0], rows[-1]}

    def _row(self, ink: PageInk, y: int) -> list[Segment]:
        cells = [(glyph, run.ink, run.paper) for run in ink.cells.rows[y] for glyph in run.text]
        styled = [
            (glyph, ink_style(shade, paper, CHOSEN if self._is_outline(column, y) else PAPER))
            for column, (glyph, shade, paper) in enumerate(cells)
        ]
        return [
            Segment("".join(glyph for glyph, _ in run), style)
            for style, run in groupby(styled, key=lambda cell: cell[1])
        ]
