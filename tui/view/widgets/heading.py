"""One row above everything: what is under review on the left, how far it is on the right."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from tui.view.wording import cut_amid, fit

GAP = "   "


class Heading(Widget):
    """Shows a name, where one is in it, and how far that is; where there is little room the name is cut."""

    DEFAULT_CSS = "Heading { height: 1; }"

    def __init__(self, *, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._shown: tuple[str, tuple[str, ...], str, str] = ("", (), "", "")

    def show(self, name: str, right: str, place: Sequence[str] = (), besides: str = "") -> None:
        """Show other texts, the same ones not again; what is said `besides` goes first where there is little room."""
        shown = (name, tuple(place), besides, right)
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 (Textual's own shape; there is one row)
        """Draw the row."""
        name, place, besides, right = self._shown
        width = self.size.width
        room = max(0, width - cell_len(right) - 3)
        where = "".join(GAP + words for words in place)
        more = GAP + besides if besides and cell_len(name + where + GAP + besides) <= room else ""
        left = cut_amid(name, room - cell_len(where)) + where + more
        return Strip([Segment(fit(" " + fit(left, room) + " " + right + " ", width), self.rich_style)], width)
