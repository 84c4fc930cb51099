"""Why a line is flagged: one key, no typing."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

REASONS = {"i": "illegible", "n": "name", "d": "date or figure", "w": "wrong box", "l": "language", "o": "other"}


class ReasonScreen(ModalScreen[str | None]):
    """Asks for a reason; enter gives none, esc changes nothing (the result is None then)."""

    def compose(self) -> ComposeResult:
        """One row that names the keys."""
        reasons = "  ".join(f"{key} {reason}" for key, reason in REASONS.items())
        yield Static(f"{reasons}\nenter flag without a reason   esc do not flag", id="reason", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Take the reason of the key that was pressed."""
        if event.key == "enter":
            self.dismiss("")
        elif event.key == "escape":
            self.dismiss(None)
        elif event.key in REASONS:
            self.dismiss(REASONS[event.key])
        event.stop()
