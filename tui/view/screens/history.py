"""What was done about a line: by whom, when, and what stood there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.colleagues import in_words
from tui.journal import Act
from tui.model import printable
from tui.view.wording import VERDICT_MARKS


class HistoryScreen(ModalScreen[None]):
    """Lists acts, the newest first; any of the leaving keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter,H", "dismiss", "close")]

    def __init__(self, engine_text: str, acts: Sequence[Act]) -> None:
        super().__init__()
        rows = [_told(act) for act in reversed(acts)]
        self._words = "\n".join(
            [*(rows or ["Nobody has decided this line yet."]), "", f"read as: {printable(engine_text)}"]
        )

    def compose(self) -> ComposeResult:
        """One row an act."""
        with VerticalScroll(id="keys") as box:
            box.border_title = "What was done about this line"
            box.border_subtitle = "esc closes"
            yield Static(self._words, markup=False)

    def on_mount(self) -> None:
        """Let the arrow keys move the list."""
        self.query_one("#keys").focus()


def _told(act: Act) -> str:
    decision = act.decision
    when, who, what = in_words(act, f"{VERDICT_MARKS[decision.verdict]} {decision.verdict}")
    text = f"  {printable(decision.text)}" if decision.text is not None else ""
    return f"{when}  {who}  {what}{text}"
