"""A question before something that cannot be taken back, such as spending money."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static


class QuestionScreen(ModalScreen[bool]):
    """Asks a question that y answers with yes, and n, q or esc with no; no other key answers it."""

    def __init__(self, question: str, *, yes: str, no: str) -> None:
        super().__init__()
        self._words = f"{question}\n\ny {yes}   n {no}"

    def compose(self) -> ComposeResult:
        """Show the question over the two answers."""
        yield Static(self._words, id="question", markup=False)

    def on_key(self, event: events.Key) -> None:
        """Take the answer."""
        if event.key in {"y", "Y"}:
            self.dismiss(True)
        elif event.key in {"n", "N", "q", "escape"}:
            self.dismiss(False)
        event.stop()
