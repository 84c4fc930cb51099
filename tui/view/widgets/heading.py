"""One row above everything: what is under review on the left, how far it is on the right."""

from __future__ import annotations

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui.view.wording import fit


class Heading(Widget):
    """Shows two texts; the right one is never cut."""

    DEFAULT_CSS = "Heading { height: 1; }"

    def __init__(self, *, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._left = self._right = ""

    def show(self, left: str, right: str) -> None:
        """Show other texts; the same ones are not drawn again."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 (Textual's own shape; there is one row)
        """Draw the row."""
        width = self.size.width
        room = max(0, width - cell_len(self._right) - 2)
        text = fit(fit(" " + self._left, room) + " " + self._right + " ", width)
        return Strip([Segment(text, self.rich_style)], width)
