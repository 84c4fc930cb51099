"""The queue as a list of images: a window onto the queue file, drawn line by line.

Rows are asked for when they come into sight and forgotten when they move, so that a list of 100,000 costs no more than
one of 50.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from tui.model import Item, State, printable
from tui.view.widgets.row_view import RowView
from tui.view.wording import STATE_WORDS, details, doubtful_words, fit, lines_decided, short_name, state_mark

WIDE = 110
"""From this many columns on there is room for the doubtful words."""

BREATH = 1.0
"""Seconds for which rows stay as they were drawn when nothing of them but the time moved on: that is written too."""
MOST_AT_A_BREATH = 10
"""So many rows move on with the time each breath; more of them hold their breath longer, and move on together."""

Window = Callable[[int, int], list[Item]]
"""Returns items by their place in the queue: the first place and how many."""


class _Drawn(NamedTuple):
    """How a row was drawn."""

    said: str
    of: str
    """What it was drawn of beside the time."""


class ImageList(RowView, can_focus=True, inherit_bindings=False):
    """Shows a window of items, with a cursor on one of them."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "image-list--cursor",
        "image-list--quiet",
        "image-list--running",
        "image-list--failed",
        "image-list--decided",
    }

    @dataclass
    class Chosen(Message):
        """The person chose the item under the cursor."""

        item: Item

    def __init__(self, window: Window, *, service: str, clock: Callable[[], float] = time.time, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._window = window
        self._service = service
        self._clock = clock
        self._items: dict[int, Item] = {}
        self._drawn: dict[int, _Drawn] = {}
        self._moved_on_at = 0.0
        self._count = 0
        self.marked: frozenset[int] = frozenset()
        """The numbers of the items that are marked."""
        self._company: Mapping[int, tuple[str, ...]] = {}
        self.cursor = 0

    # -- what it shows ------------------------------------------------------------------------------------------------

    @property
    def item(self) -> Item | None:
        """The item under the cursor."""
        return self._at(self.cursor)

    @property
    def count(self) -> int:
        """How many items there are."""
        return self._count

    def set_count(self, count: int) -> None:
        """Say how many items there are."""
        if count != self._count:
            self._count = count
            self.virtual_size = Size(self.width_now, count)
            self.cursor = max(0, min(self.cursor, count - 1))

    def start_anew(self, count: int) -> None:
        """Show other items: none of those that were asked for stand where they stood."""
        self._items.clear()
        self._drawn.clear()
        self._count, self.cursor = count, 0
        self.virtual_size = Size(self.width_now, count)
        self.scroll_to(y=0, animate=False)
        self.refresh()

    def show_marks(self, item_ids: Iterable[int]) -> None:
        """Show which items are marked."""
        self.marked = frozenset(item_ids)
        self.refresh()

    def show_company(self, company: Mapping[int, tuple[str, ...]]) -> None:
        """Say which items colleagues have open, with their names; what changes is drawn with the next tick."""
        self._company = company

    def forget(self, item_ids: frozenset[int]) -> None:
        """Ask for these items again, because they moved, and redraw those in sight that look different now."""
        for place in [place for place, item in self._items.items() if item.id in item_ids]:
            del self._items[place]
        self.tick()

    def tick(self) -> None:
        """Redraw the rows in sight whose words have changed, be it by time alone."""
        by_time = []
        for place in self._in_sight():
            before = self._drawn.get(place)
            if before is not None and before.of == self._of_settled(place):
                continue
            now = self._to_draw(place)
            if before is None or now.of != before.of:
                self._draw_anew(place, now)
            elif now.said != before.said:
                by_time.append((place, now))
        passed = self._clock() - self._moved_on_at
        if by_time and not 0 <= passed < BREATH * max(1.0, len(by_time) / MOST_AT_A_BREATH):
            self._moved_on_at += passed
            for place, now in by_time:
                self._draw_anew(place, now)

    def _draw_anew(self, place: int, drawn: _Drawn) -> None:
        self._drawn[place] = drawn  # once is enough, also when a screen above hides the row
        self._refresh_row(place)

    def move_to(self, place: int, step: int = 1) -> None:  # noqa: ARG002 (every row can have the cursor)
        """Put the cursor on a row and scroll by whole pages to bring it into sight."""
        place = max(0, min(place, self._count - 1))
        if place == self.cursor:
            return
        old, self.cursor = self.cursor, place
        height = max(1, self.size.height)
        if not self.scroll_offset.y <= place < self.scroll_offset.y + height:
            self.scroll_to(y=place - (height - 1 if place < old else 0), animate=False)
        self._refresh_row(old)
        self._refresh_row(place)

    def move_by(self, rows: int) -> None:
        """Move the cursor by a number of rows."""
        self.move_to(self.cursor + rows)

    @property
    def page(self) -> int:
        """How many rows are in sight."""
        return max(1, self.size.height)

    # -- drawing ------------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Draw the row at a height of the viewport."""
        place = self.scroll_offset.y + y
        item = self._at(place)
        if item is None:
            return Strip.blank(self.columns, self.base)
        self._drawn[place] = drawn = self._to_draw(place)
        return Strip(self._segments(item, drawn.said, cursor=place == self.cursor), self.columns)

    def _segments(self, item: Item, said: str, *, cursor: bool) -> list[Segment]:
        tone = self.base + self._tone(item)
        name = self.base + self._style("cursor") if cursor else self.base
        return [
            Segment(("▌" if cursor else " ") + ("*" if item.id in self.marked else " "), name),
            Segment(state_mark(item) + " ", tone),
            Segment(fit(short_name(item), self._name_width, from_left=True), name),
            Segment("  " + fit(STATE_WORDS[item.state], 9), tone),
            *self._what_is_said(item, said, tone),
        ]

    def _what_is_said(self, item: Item, said: str, tone: Style) -> list[Segment]:
        """Return the rest of the row: how an image fares, and how much of it is reviewed once it is read."""
        room = self.columns - 4 - self._name_width - 11 - 1
        quiet = self.base + self._style("quiet")
        if item.state is not State.DONE:
            return [Segment(fit(said, room) + " ", tone if item.failure else quiet)]
        doubtful_width = 14 if self.columns >= WIDE else 0
        lines_width = 13
        return [
            Segment(fit(said, room - lines_width - doubtful_width), quiet),
            Segment(fit(lines_decided(item), lines_width, right=True), self.base),
            Segment(fit(doubtful_words(item), doubtful_width, right=True) + " ", quiet),
        ]

    def _tone(self, item: Item) -> Style:
        if item.state is State.DONE:
            return self._style("decided") if item.decided >= item.lines else Style()
        tones = {State.FAILED: "failed", State.WAITING: "quiet"}
        return self._style(tones.get(item.state, "running"))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"image-list--{name}", partial=True)

    @property
    def _name_width(self) -> int:
        return max(16, self.columns * 3 // 10)

    def _to_draw(self, place: int) -> _Drawn:
        item = self._at(place)
        return _Drawn("", "") if item is None else _Drawn(self._said(item), self._of(item))

    def _of(self, item: Item) -> str:
        return f"{item.revision} {self._names(item)}"

    def _of_settled(self, place: int) -> str | None:
        """Return what a row is drawn of that time alone does not change; None where it does."""
        item = self._at(place)
        return self._of(item) if item is not None and item.state in {State.DONE, State.FAILED} else None

    def _names(self, item: Item) -> str:
        """Return who has an item open."""
        if item.id not in self._company:
            return ""
        return printable(", ".join(name or "somebody" for name in self._company.get(item.id, ())))

    def _said(self, item: Item) -> str:
        """Return what is to be said of an item: who has it open, and how it fares."""
        names = self._names(item)
        said = details(item, self._clock(), self._service)
        doubtful = doubtful_words(item) if item.doubtful_left and self.columns < WIDE else ""
        return ", ".join(filter(None, (f"open: {names}" if names else "", doubtful, said)))

    def _refresh_row(self, place: int) -> None:
        self.refresh(Region(0, place - self.scroll_offset.y, self.width_now, 1))

    # -- the window ---------------------------------------------------------------------------------------------------

    def _in_sight(self) -> range:
        top = self.scroll_offset.y
        return range(top, min(self._count, top + self.size.height))

    def _at(self, place: int) -> Item | None:
        if not 0 <= place < self._count:
            return None
        if place not in self._items:
            start = max(0, place - self.page // 2)
            if len(self._items) > 20 * self.page:
                self._items.clear()
            for offset, item in enumerate(self._window(start, 2 * self.page)):
                self._items[start + offset] = item
        return self._items.get(place)

    # -- what happens to it -------------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Keep the list as wide as its frame and the cursor in sight."""
        self.virtual_size = Size(self.width_now, self._count)
        self._drawn.clear()
        if self._count and not self.scroll_offset.y <= self.cursor < self.scroll_offset.y + event.size.height:
            self.scroll_to(y=max(0, self.cursor - event.size.height // 2), animate=False)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row that was clicked; a second click chooses it."""
        place = self.scroll_offset.y + event.y
        if place >= self._count:
            return
        chosen = place == self.cursor
        self.move_to(place)
        if chosen and self.item:
            self.post_message(self.Chosen(self.item))
