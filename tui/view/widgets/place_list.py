"""Lines from anywhere in the queue, one a row, with a cursor on one of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from tui.model import LineKey, printable
from tui.view.widgets.row_view import RowView
from tui.view.wording import fit


@dataclass(frozen=True, slots=True)
class Place:
    """A line somewhere in the queue."""

    item_id: int
    key: LineKey
    name: str
    """Of its image, safe on a terminal."""
    text: str
    """What it says."""


class PlaceList(RowView, can_focus=True, inherit_bindings=False):
    """Shows places; those that are done have a mark."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"place-list--cursor", "place-list--quiet"}

    class Moved(Message):
        """The cursor came to another place."""

    def __init__(self, places: Sequence[Place], *, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self.places = tuple(places)
        self._marks: dict[int, str] = {}
        self.cursor = 0

    @property
    def place(self) -> Place | None:
        """The place under the cursor."""
        return self.places[self.cursor] if self.places else None

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.places)

    @property
    def page(self) -> int:
        """How many rows are in sight."""
        return max(1, self.size.height)

    def show(self, places: Sequence[Place]) -> None:
        """Show these places too: those that were shown before, and more below them."""
        self.places = tuple(places)
        self.virtual_size = Size(self.width_now, self.count)
        self.refresh()

    def mark(self, row: int, mark: str) -> None:
        """Put one character before a row: what was done there."""
        self._marks[row] = mark
        self._refresh_row(row)

    def unmark(self, row: int) -> None:
        """Take the mark of a row away: what was done there was taken back."""
        self._marks.pop(row, None)
        self._refresh_row(row)

    def unmarked(self) -> list[int]:
        """Return the rows at which nothing was done yet."""
        return [row for row in range(self.count) if row not in self._marks]

    def move_to(self, place: int, step: int = 1) -> None:  # noqa: ARG002 (every row can have the cursor)
        """Put the cursor on a row."""
        place = max(0, min(place, self.count - 1))
        if place == self.cursor:
            return
        old, self.cursor = self.cursor, place
        if not self.scroll_offset.y <= place < self.scroll_offset.y + self.page:
            self.scroll_to(y=max(0, place - self.page // 3), animate=False)
        self._refresh_row(old)
        self._refresh_row(place)
        self.post_message(self.Moved())

    def move_by(self, rows: int) -> None:
        """Move the cursor by a number of rows."""
        self.move_to(self.cursor + rows)

    def render_line(self, y: int) -> Strip:
        """Draw the row at a height of the viewport."""
        row, width, base = self.scroll_offset.y + y, self.columns, self.base
        if row >= self.count:
            return Strip.blank(width, base)
        place, chosen = self.places[row], row == self.cursor
        style = base + self._style("cursor") if chosen else base
        room = max(12, width * 3 // 10)
        name = f"{place.name} {place.key.line + 1}"
        segments = [
            Segment("▌" if chosen else " ", style),
            Segment(f"{self._marks.get(row, '·')} ", base + self._style("quiet")),
            Segment(fit(name, room, from_left=True) + "  ", base + self._style("quiet")),
            Segment(fit(printable(place.text), max(0, width - room - 5)), style),
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"place-list--{name}", partial=True)

    def _refresh_row(self, row: int) -> None:
        self.refresh(Region(0, row - self.scroll_offset.y, self.size.width, 1))

    def on_resize(self) -> None:
        """Keep the list as long as its rows."""
        self.virtual_size = Size(self.width_now, self.count)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row that was clicked."""
        self.move_to(self.scroll_offset.y + event.y)
