"""One row under the ink: what the word may be instead, each with the digit that takes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.model import printable
from tui.suggestions import Suggestion
from tui.view.wording import fit


class Advice(Widget):
    """Shows suggestions for a word; what is not shown cannot be taken by mistake."""

    DEFAULT_CSS = "Advice { height: 1; }"
    COMPONENT_CLASSES: ClassVar[set[str]] = {"advice--word", "advice--quiet"}

    class Taken(Message):
        """A suggestion was clicked."""

        def __init__(self, digit: int) -> None:
            super().__init__()
            self.digit = digit

    def __init__(self, *, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._word = ""
        self._found: tuple[Suggestion, ...] | None = None
        self._worth = ""
        self._ends: list[int] = []

    def show(self, word: str, found: Sequence[Suggestion], worth: str = "") -> None:
        """Show suggestions for a word, and what its confidence is worth."""
        self._put(word, tuple(found), worth)

    def wait_for(self, word: str) -> None:
        """Show that suggestions for a word are being looked for."""
        self._put(word, None, "")

    def show_nothing(self) -> None:
        """Show that no word is meant."""
        self._put("", None, "")

    def shown_for(self, word: str) -> tuple[Suggestion, ...] | None:
        """Return what is shown, if it is about a word."""
        return self._found if self._word == word else None

    def _put(self, word: str, found: tuple[Suggestion, ...] | None, worth: str) -> None:
        if (word, found, worth) != (self._word, self._found, self._worth):
            self._word, self._found, self._worth = word, found, worth
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 (Textual's own shape; there is one row)
        """Draw the row: as many suggestions as there is room for."""
        width, base = self.size.width, self.rich_style
        quiet = base + self.get_component_rich_style("advice--quiet", partial=True)
        if not self._word:
            return Strip([Segment(" " * width, base)], width)
        tail = self._worth if self._found is not None else "..."
        parts = [
            Segment(f" {printable(self._word)}  ", base + self.get_component_rich_style("advice--word", partial=True))
        ]
        used, self._ends = cell_len(parts[0].text), []
        for digit, one in enumerate(self._found or (), 1):
            text = f"{digit}{one.source.mark}{printable(one.text)}  "
            if used + cell_len(text) > width:
                break
            parts += [Segment(text[:2], quiet), Segment(text[2:], base)]
            used += cell_len(text)
            self._ends.append(used)
        if self._found == ():
            tail = f"no suggestion   {tail}"
        if used + cell_len(tail) < width:
            parts.append(Segment(fit(tail, width - used - 1, right=bool(self._found)) + " ", quiet))
        return Strip(parts).adjust_cell_length(width, base)

    def on_click(self, event: events.Click) -> None:
        """Take the suggestion that was clicked."""
        digit = next((digit for digit, end in enumerate(self._ends, 1) if event.x < end), None)
        if digit is not None and event.x > cell_len(self._word) + 2:
            self.post_message(self.Taken(digit))
