"""Why a line is flagged: one key, no typing."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.review import REASONS

ROW = 4
"""So many reasons stand in the first row."""


class ReasonScreen(ModalScreen[str | None]):
    """Asks for a reason; enter gives none, esc changes nothing (the result is None then)."""

    def compose(self) -> ComposeResult:
        """Rows that name the keys."""
        yield Static(_words(), id="reason", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Take the reason of the key that was pressed."""
        if event.key == "enter":
            self.dismiss("")
        elif event.key == "escape":
            self.dismiss(None)
        elif event.key in REASONS:
            self.dismiss(REASONS[event.key])
        elif event.is_printable:
            self.query_one("#reason", Static).update(_words(f"{event.character} is no reason.   "))
        event.stop()


def _words(before: str = "") -> str:
    named = [f"{key} {reason}" for key, reason in REASONS.items()]
    rows = ["  ".join(row) for row in (named[:ROW], named[ROW:])]
    return "\n".join([*rows, f"{before}enter flag without a reason   esc do not flag"])
