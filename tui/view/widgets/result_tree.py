"""The lines of an item as a tree: each opens into its words, with confidence and coordinates beside the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from tui.direction import MARK, is_right_to_left
from tui.model import LineKey, Page, Polygon, Verdict, Word, printable, text_of
from tui.review import Decisions, Spot, line_at, verdict_of, words_under
from tui.view.widgets.row_view import RowView
from tui.view.wording import VERDICT_MARKS, fit

WIDE = 84
"""From this many columns on there is room for both corners of a box."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a page's heading, a line, or a word of a line."""

    page: int
    key: LineKey | None = None
    word: int | None = None

    @property
    def spot(self) -> Spot | None:
        """Where the cursor stands on this row; None for a heading."""
        return None if self.key is None else Spot(self.key, self.word)


class ResultTree(RowView, can_focus=True, inherit_bindings=False):
    """Shows pages of lines and words, with a cursor on one of them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "result-tree--cursor",
        "result-tree--quiet",
        "result-tree--settled",
        "result-tree--doubtful",
        "result-tree--flagged",
    }

    @dataclass
    class Moved(Message):
        """The cursor came to stand somewhere else."""

        spot: Spot

    def __init__(self, *, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._pages: tuple[Page, ...] = ()
        self._keys: tuple[LineKey, ...] = ()
        self._decisions: Decisions = {}
        self._open: set[LineKey] = set()
        self._rows: list[Row] = []
        self._numbers: dict[LineKey, int] = {}
        self.cursor = 0
        self._word: int | None = None
        """Which word of a closed line the cursor is on, where it is on one."""

    # -- what it shows ------------------------------------------------------------------------------------------------

    @property
    def spot(self) -> Spot | None:
        """Where the cursor stands; None where there is no line."""
        spot = self._rows[self.cursor].spot if self.cursor < len(self._rows) else None
        return Spot(spot.key, self._word) if spot is not None and self._word is not None else spot

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self._rows)

    def show(self, pages: Sequence[Page], keys: Sequence[LineKey], decisions: Decisions) -> None:
        """Show another item, its lines in the order of their keys, all of them closed."""
        self._pages, self._keys, self._decisions = tuple(pages), tuple(keys), decisions
        self._open.clear()
        self.cursor, self._word = 0, None
        self._build()
        self.scroll_to(y=0, animate=False)
        self.cursor = next((place for place, row in enumerate(self._rows) if row.key), 0)

    def put_in_order(self, keys: Sequence[LineKey]) -> None:
        """Show the lines in another order; the cursor stays on its line or word."""
        spot = self.spot
        self._keys = tuple(keys)
        self._build()
        if spot is not None:
            self.cursor = self._rows.index(self._row_of(spot))
            self._bring_into_sight(self.cursor)

    def settle(self, decisions: Decisions) -> None:
        """Show changed decisions of the same item."""
        changed = {
            key for key in self._decisions.keys() | decisions.keys() if self._decisions.get(key) != decisions.get(key)
        }
        self._decisions = decisions
        for place, row in enumerate(self._rows):
            if row.key in changed:
                self._refresh_row(place)

    def go_to(self, spot: Spot) -> None:
        """Put the cursor on a line or a word; a line that is closed stays so."""
        row = self._row_of(spot)
        if row in self._rows:
            self._move(self._rows.index(row), spot.word if row.word is None else None)

    def _row_of(self, spot: Spot) -> Row:
        """Return the row of a spot: a word has one of its own where its line is open."""
        return Row(spot.key.page, spot.key, spot.word if spot.key in self._open else None)

    def move_to(self, place: int, step: int = 1) -> None:
        """Put the cursor on a row, past a heading in the direction of `step`."""
        near = self._line_near(max(0, min(place, len(self._rows) - 1)), step)
        if near is not None:
            self._move(near, None)

    def _move(self, near: int, word: int | None) -> None:
        if (near, word) == (self.cursor, self._word):
            return
        old, self.cursor, self._word = self.cursor, near, word
        self._bring_into_sight(near)
        self._refresh_row(old)
        self._refresh_row(near)
        spot = self.spot
        if spot:
            self.post_message(self.Moved(spot))

    def _line_near(self, place: int, step: int) -> int | None:
        """Return the row nearest to a place that is no heading: in the direction of the step, else in the other."""
        ahead = range(place, len(self._rows)) if step > 0 else range(place, -1, -1)
        behind = range(place, -1, -1) if step > 0 else range(place, len(self._rows))
        return next((row for row in chain(ahead, behind) if self._rows[row].key is not None), None)

    def move_by(self, rows: int) -> None:
        """Move the cursor by a number of rows."""
        self.move_to(self.cursor + rows, 1 if rows > 0 else -1)

    def open_line(self) -> None:
        """Open the line under the cursor; on an open one go to its first word."""
        spot = self.spot
        if spot is None or not line_at(self._pages, spot.key).words:
            return
        if spot.key not in self._open:
            self._open.add(spot.key)
            self._build()
            self.go_to(spot)
        elif spot.word is None:
            self.move_by(1)

    def close_line(self) -> None:
        """Close the line under the cursor, or the line of the word under it."""
        spot = self.spot
        if spot is None or spot.key not in self._open:
            self.move_to(self.cursor)
            return
        self._open.discard(spot.key)
        line = Row(spot.key.page, spot.key)
        self._build()
        self.cursor = -1  # the row it stood on is gone
        self.move_to(self._rows.index(line))

    @property
    def page(self) -> int:
        """How many rows are in sight."""
        return max(1, self.size.height)

    def _build(self) -> None:
        rows: list[Row] = []
        self._numbers.clear()
        on_page: dict[int, list[LineKey]] = {page.number: [] for page in self._pages}
        for key in self._keys:
            on_page[key.page].append(key)
        for page in self._pages:
            if len(self._pages) > 1:
                rows.append(Row(page.number))
            for number, key in enumerate(on_page[page.number], 1):
                self._numbers[key] = number
                rows.append(Row(page.number, key))
                if key in self._open:
                    words = page.line(key.line).words
                    rows.extend(Row(page.number, key, word) for word in range(len(words)))
        self._rows = rows
        self.virtual_size = Size(self.width_now, len(rows))
        self.refresh()

    def _bring_into_sight(self, place: int) -> None:
        top, height = self.scroll_offset.y, self.page
        if place < top or place >= top + height:
            # A third of the rows stays above, so that the next lines are in sight and most moves need no scrolling.
            self.scroll_to(y=max(0, place - height // 3), animate=False)

    # -- drawing ------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw the row at a height of the viewport."""
        place = self.scroll_offset.y + y
        if place >= len(self._rows):
            return Strip.blank(self.columns, self.base)
        row = self._rows[place]
        return Strip(self._segments(row, cursor=place == self.cursor), self.columns)

    def _segments(self, row: Row, *, cursor: bool) -> list[Segment]:
        if row.key is None:
            return [Segment(fit(f"   page {row.page}", self.columns), self.base + self._style("quiet"))]
        if row.word is None:
            return self._line_segments(row.key, cursor=cursor)
        return self._word_segments(row.key, row.word, cursor=cursor)

    def _line_segments(self, key: LineKey, *, cursor: bool) -> list[Segment]:
        line = line_at(self._pages, key)
        verdict = verdict_of(self._decisions, key)
        tone = self.base + self._tone(verdict)
        text_style = self.base + self._style("cursor") if cursor else tone
        arrow = " " if not line.words else "▾" if key in self._open else "▸"
        text = printable(text_of(line, self._decisions.get(key)))
        return [
            Segment("▌" if cursor else " ", text_style),
            Segment(f"{VERDICT_MARKS[verdict]} ", tone),
            Segment(f"{self._numbers[key]:>3} {arrow} ", self.base + self._style("quiet")),
            Segment(fit(_directed(text), self._text_room(9)) + " ", text_style),
            *self._figures(line.confidence, line.polygon, doubtful=line.doubtful > 0),
        ]

    def _word_segments(self, key: LineKey, place: int, *, cursor: bool) -> list[Segment]:
        line = line_at(self._pages, key)
        word: Word = line.words[place]
        said = words_under(line, text_of(line, self._decisions.get(key)))[place]
        doubtful = self._style("doubtful") if word.is_doubtful else Style()
        style = self.base + (self._style("cursor") if cursor else doubtful)
        return [
            Segment("▌" if cursor else " ", style),
            Segment("         ", self.base + doubtful),
            Segment(fit(_directed(printable(said)), self._text_room(10)) + " ", style),
            *self._figures(word.confidence, word.polygon, low=word.low, doubtful=word.is_doubtful),
        ]

    def _figures(
        self, confidence: float | None, polygon: Polygon | None, *, low: bool = False, doubtful: bool = False
    ) -> list[Segment]:
        number = "low" if low else "" if confidence is None else f"{confidence:.2f}"
        number = number.removeprefix("0") if confidence is not None else number
        tone = self._style("doubtful") if doubtful else self._style("quiet")
        return [
            Segment(f"{'?' if doubtful else ' '}{number:>4} ", self.base + tone),
            Segment(fit(self._corners(polygon), self._corner_room, right=True) + " ", self.base + self._style("quiet")),
        ]

    def _corners(self, polygon: Polygon | None) -> str:
        if polygon is None:
            return "no box"
        left, top, right, bottom = (round(number) for number in polygon.bounds)
        return f"{left},{top} {right},{bottom}" if self.columns >= WIDE else f"{left},{top}"

    @property
    def _corner_room(self) -> int:
        return 20 if self.columns >= WIDE else 10

    def _text_room(self, before: int) -> int:
        return max(4, self.columns - before - 1 - 6 - self._corner_room - 1)

    def _tone(self, verdict: Verdict) -> Style:
        if verdict is Verdict.UNDECIDED:
            return Style()
        return self._style("flagged" if verdict in {Verdict.FLAGGED, Verdict.REJECTED} else "settled")

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"result-tree--{name}", partial=True)

    def _refresh_row(self, place: int) -> None:
        self.refresh(Region(0, place - self.scroll_offset.y, self.width_now, 1))

    # -- what happens to it -------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Keep the tree as wide as its frame and the cursor in sight."""
        self.virtual_size = Size(self.width_now, len(self._rows))
        self._bring_into_sight(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row that was clicked."""
        self.move_to(self.scroll_offset.y + event.y)


def _directed(text: str) -> str:
    """Return a text in its logical order, with a mark before it where it is read from right to left."""
    return f"{MARK} {text}" if is_right_to_left(text) else text
