"""The page as a map: where the selected box is, which lines are decided, and what was read in its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.model import LineKey, Page, Polygon, Verdict, printable, text_of
from tui.review import Decisions, verdict_of, words_under
from tui.view.easel import Easel
from tui.view.ink import (
    CHOSEN,
    FADED,
    PAPER,
    VERDICT_TINTS,
    PageInk,
    Place,
    Tint,
    cells_of,
    pixel_row,
    segments,
    text_style,
    text_under,
    toned,
)
from tui.view.looks import THE_PAGE, Looks
from tui.view.map_boxes import MapBoxes, line_under
from tui.view.sight import NOWHERE, Shape, Sight
from tui.view.wording import VERDICT_MARKS, fit

GUTTER = 2
"""Columns on the left that hold a mark for each decided line."""
_WORDS = re.compile(r"\S(?: {0,2}\S)*")
"""Words that stand close together; in wider gaps between them the ink shows."""
EDGE = 1
"""Rows below and columns at the right that say which part of a page is in sight, when it is not all of it."""


class PageMap(Widget):
    """Shows a page, or a part of it, with one box outlined."""

    @dataclass
    class Pointed(Message):
        """A line was clicked."""

        key: LineKey

    def __init__(self, *, id: str, easel: Easel | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._easel = easel
        self._ink: PageInk | None = None
        self._boxes = MapBoxes()
        self._page = Page(0, 0, 0)
        self._chosen: LineKey | None = None
        self._shape: Shape = NOWHERE
        self._decisions: Decisions = {}
        self._looks = Looks()
        self._sentence = ""
        self._base = Style()

    def room(self, zoom: int) -> tuple[int, int]:
        """Return the columns and rows that a page may take."""
        edge = 0 if zoom == THE_PAGE else EDGE
        return max(1, self.size.width - GUTTER - edge), max(1, self.size.height - edge)

    # -- what it shows ------------------------------------------------------------------------------------------------

    def show(self, ink: PageInk, boxes: MapBoxes, page: Page) -> None:
        """Show another page or another part of it; what is marked on it follows by `mark`."""
        self._ink, self._boxes, self._page, self._sentence = ink, boxes, page, ""
        self._chosen, self._shape = None, NOWHERE
        self._hang()
        self.refresh()

    def _hang(self) -> None:
        """Have the terminal keep what is shown, where it is shown pixel by pixel."""
        if self._easel is not None and self._ink is not None and self._ink.pixels is not None:
            self._easel.hang(self, [toned(self._ink.pixels, self._looks.tones)])

    def on_unmount(self) -> None:
        """Show no picture any more."""
        if self._easel is not None:
            self._easel.take_down(self)

    def say(self, sentence: str) -> None:
        """Show a sentence in place of the page."""
        if self._ink is not None or sentence != self._sentence:
            self._ink, self._boxes, self._shape, self._sentence = None, MapBoxes(), NOWHERE, sentence
            self.refresh()

    def mark(self, chosen: LineKey | None, box: Polygon | None, decisions: Decisions) -> None:
        """Outline the box under the cursor, which is a line's or a word's, and tint the others by what was decided."""
        if self._ink is None:
            return
        before, was = self._shape, self._chosen
        self._shape = self._ink.sight.shape(box) if box is not None else NOWHERE
        self._chosen = chosen
        rows = {*before.rows, *self._shape.rows} if before != self._shape else set()
        if was != chosen:
            rows |= self._rows_of(
                key.line for key in (was, chosen) if key is not None and key.page == self._page.number
            )
        rows |= self._rows_of(self._settled(decisions))
        self._decisions = decisions
        self._refresh_rows(rows)

    def dress(self, looks: Looks) -> None:
        """Show the same in other colours, with or without boxes and text."""
        old, self._looks = self._looks, looks
        if _clothes(old) != _clothes(looks):
            self._hang()
            self.refresh()

    def _settled(self, decisions: Decisions) -> Iterable[int]:
        """Return the lines of the page whose decision is another than before."""
        before = self._decisions
        if before is decisions or before == decisions:
            return
        for key in before.keys() | decisions.keys():
            if key.page == self._page.number and before.get(key) != decisions.get(key):
                yield key.line

    def _rows_of(self, lines: Iterable[int]) -> set[int]:
        shapes = (self._boxes.shapes.get(line, NOWHERE) for line in lines)
        return {row for shape in shapes for row in shape.rows}

    def _refresh_rows(self, rows: set[int]) -> None:
        for row in sorted(rows):
            if 0 <= row < self.size.height:
                self.refresh(Region(0, row, self.size.width, 1))

    # -- drawing ------------------------------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some of the rows, of which all have the same style beneath."""
        self._base = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one row of the page."""
        width = self.size.width
        if self._ink is None:
            return Strip([Segment(fit(self._sentence if y == 0 else "", width), self._base)], width)
        seen = self._ink.sight
        if y < seen.rows:
            row = [Segment(f"{self._mark(y)} ", self._base), *self._row(self._ink, y)]
            row.append(Segment(_beside(seen, y), self._base))
        else:
            row = [Segment(" " * GUTTER + _below(seen) if y == seen.rows else "", self._base)]
        return Strip(row).adjust_cell_length(width, self._base)

    def _mark(self, y: int) -> str:
        """Return what stands in the gutter: an arrow at the box under the cursor, else the verdict on a line."""
        if y in self._shape.rows:
            return "▶"
        verdicts = (self._verdict(line) for line in self._boxes.middles.get(y, ()))
        return next((VERDICT_MARKS[verdict] for verdict in verdicts if verdict is not Verdict.UNDECIDED), " ")

    def _verdict(self, line: int) -> Verdict:
        return verdict_of(self._decisions, LineKey(self._page.number, line))

    def _row(self, ink: PageInk, y: int) -> list[Segment]:
        cells = cells_of(ink.cells.rows[y], ink.hues[y] if ink.hues else b"")
        tints = self._tints(y, len(cells))
        if not self._looks.with_text:
            if self._easel is not None and ink.pixels is not None and self.screen.is_active:
                return pixel_row(self._easel, ink.pixels, y, tints, self._looks.tones)
            return segments(zip(cells, tints, strict=True), self._looks.tones)
        faded = replace(self._looks.tones, contrast=FADED)
        return self._with_text(segments(zip(cells, tints, strict=True), faded), y, tints)

    def _tints(self, y: int, columns: int) -> list[Tint]:
        tints = [PAPER] * columns
        if not self._looks.with_boxes:
            return tints
        for start, end, line in self._boxes.rows.get(y, ()):
            tint = VERDICT_TINTS[self._verdict(line)]
            if tint is not PAPER:
                tints[start:end] = [tint] * (end - start)
        return [CHOSEN if self._is_outline(column, y) else tint for column, tint in enumerate(tints)]

    def _is_outline(self, column: int, row: int) -> bool:
        """Whether a cell lies on the edge of the selected box; one of two rows is all edge."""
        return self._shape.has_edge_at(column, row)

    # -- text over its place ------------------------------------------------------------------------------------------

    def _with_text(self, row: list[Segment], y: int, tints: list[Tint]) -> list[Segment]:
        """Lay the lines whose middle a row is over it: the chosen one first, then those there is still room for."""
        strip, taken = Strip(row), list[tuple[int, int]]()
        for line in sorted(self._boxes.middles.get(y, ()), key=self._is_chosen, reverse=True):
            shape = self._boxes.shapes[line]
            start, end = max(0, shape.left), min(len(tints), shape.right)
            if end <= start or any(start < other_end and other < end for other, other_end in taken):
                continue
            taken.append((start, end))
            tint = CHOSEN if self._is_chosen(line) else VERDICT_TINTS[self._verdict(line)]
            style = text_style(tint, self._looks.tones)
            for words in _WORDS.finditer(self._text_in(line, shape)):
                strip = _laid_over(strip, words[0], shape.left + cell_len(words.string[: words.start()]), style, end)
        return list(strip)

    def _is_chosen(self, line: int) -> bool:
        return self._chosen == LineKey(self._page.number, line)

    def _text_in(self, number: int, shape: Shape) -> str:
        """Return a line's text, corrected where it was, as wide as its box: each word at its place where it has one."""
        line, width = self._page.line(number), shape.right - shape.left
        text = printable(text_of(line, self._decisions.get(LineKey(self._page.number, number))))
        places = self._places(number, shape)
        words = [printable(word) for word in words_under(line, text)] if places else []
        spread = "".join(part.text for part in text_under(places, words, width))
        return fit(spread if spread.split() == text.split() else text, width)

    def _places(self, number: int, shape: Shape) -> list[Place]:
        """Return where the words of a line stand in its box; nothing where one has no box."""
        assert self._ink is not None
        seen, places = self._ink.sight, []
        for place, word in enumerate(self._page.line(number).words):
            if word.polygon is None:
                return []
            cells = seen.shape(word.polygon)
            if not cells.stretches:
                return []
            places.append(Place(place, max(0, cells.left - shape.left), max(1, cells.right - shape.left)))
        return places

    # -- what happens to it -------------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """Tell of the line that was clicked."""
        line = line_under(self._boxes, event.x - GUTTER, event.y)
        if line is not None:
            self.post_message(self.Pointed(LineKey(self._page.number, line)))


def _laid_over(strip: Strip, text: str, at: int, style: Style, end: int) -> Strip:
    """Lay a text over a strip, from a column that may lie before its beginning, and up to an end."""
    over = Strip([Segment(text, style)])
    start, behind = max(0, at), min(end, at + over.cell_length)
    if behind <= start:
        return strip
    return Strip.join([strip.crop(0, start), over.crop(start - at, behind - at), strip.crop(behind)])


def _clothes(looks: Looks) -> tuple[object, ...]:
    return looks.tones, looks.with_text, looks.with_boxes


def _beside(seen: Sight, y: int) -> str:
    """Return the mark at the right that says which part of the page's height is in sight."""
    if seen.is_whole_height:
        return ""
    first, last = _thumb(seen.top, seen.height, seen.page[1], seen.rows)
    return "▐" if first <= y <= last else " "


def _below(seen: Sight) -> str:
    """Return the row below that says which part of the page's width is in sight."""
    if seen.is_whole_width:
        return ""
    first, last = _thumb(seen.left, seen.width, seen.page[0], seen.columns)
    return " " * first + "▀" * (last + 1 - first)


def _thumb(start: float, length: float, whole: float, cells: int) -> tuple[int, int]:
    """Return the first and the last of some cells that stand for a part of a whole: at least one."""
    first = min(cells - 1, int(start / whole * cells))
    return first, max(first, min(cells - 1, round((start + length) / whole * cells) - 1))
