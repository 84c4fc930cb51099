"""What the queue and the review have in common: rows with a cursor, and an eye on the queue file."""

from __future__ import annotations

from typing import Protocol

from textual.screen import ScreenResultType

from tui.store import StoreError
from tui.view.screens.commanded import CommandedScreen

GLANCE = 0.2
"""How many seconds pass between two looks into the queue file."""


class Rows(Protocol):
    """A widget with a cursor on one of its rows."""

    @property
    def count(self) -> int:
        """How many rows there are."""
        ...

    @property
    def page(self) -> int:
        """How many rows are in sight."""
        ...

    def move_to(self, place: int, step: int = 1) -> None:
        """Put the cursor on a row, or on the next that can have it in the direction of `step`."""
        ...

    def move_by(self, rows: int) -> None:
        """Move the cursor by a number of rows."""
        ...


class RowsScreen(CommandedScreen[ScreenResultType]):
    """A screen round rows; the keys that move the cursor are the same on each."""

    @property
    def rows(self) -> Rows:
        """The rows that the keys move on."""
        raise NotImplementedError

    def action_down(self) -> None:
        """Go to the next row."""
        self.rows.move_by(1)

    def action_up(self) -> None:
        """Go to the row before."""
        self.rows.move_by(-1)

    def action_first(self) -> None:
        """Go to the first row."""
        self.rows.move_to(0)

    def action_last(self) -> None:
        """Go to the last row."""
        self.rows.move_to(self.rows.count - 1, -1)

    def action_half_down(self) -> None:
        """Go half a page of rows down."""
        self.rows.move_by(self.rows.page // 2)

    def action_half_up(self) -> None:
        """Go half a page of rows up."""
        self.rows.move_by(-(self.rows.page // 2))

    def complain(self, error: StoreError) -> None:
        """Tell the person why the queue file could not be used."""
        self.notify(str(error), severity="error", timeout=10, markup=False)
