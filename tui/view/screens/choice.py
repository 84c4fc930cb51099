"""One of a few things, chosen with its key."""

from __future__ import annotations

from collections.abc import Mapping

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static


class ChoiceScreen(ModalScreen[str | None]):
    """Asks for one of several keys; esc and q give None, and no other key does anything."""

    def __init__(self, title: str, choices: Mapping[str, str]) -> None:
        super().__init__()
        self._choices = choices
        rows = "\n".join(f"{key}  {words}" for key, words in choices.items())
        self._words = f"{title}\n\n{rows}\n\nesc leaves it as it is"

    def compose(self) -> ComposeResult:
        """One row a choice."""
        yield Static(self._words, id="question", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Take the choice."""
        if event.key in self._choices:
            self.dismiss(event.key)
        elif event.key in {"escape", "q"}:
            self.dismiss(None)
        event.stop()
