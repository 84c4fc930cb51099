"""A row in which something is typed: what to look for."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Input, Label


class AskScreen(ModalScreen[str | None]):
    """Asks for a text; enter gives it, esc gives None, as does enter where nothing was typed that may not be empty."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "leave")]

    def __init__(self, sign: str, value: str = "", *, hint: str = "", may_be_empty: bool = False) -> None:
        super().__init__()
        self._sign = sign
        self._value = value
        self._hint = hint
        self._may_be_empty = may_be_empty

    def compose(self) -> ComposeResult:
        """One row: a sign, then the field."""
        with Horizontal(id="ask"):
            yield Label(self._sign, markup=False)
            yield Input(self._value, placeholder=self._hint, compact=True, select_on_focus=True)

    def on_mount(self) -> None:
        """Type into the field at once; nothing blinks."""
        self.query_one(Input).cursor_blink = False
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def give(self, event: Input.Submitted) -> None:
        """Give what was typed."""
        text = event.value.strip()
        self.dismiss(text if text or self._may_be_empty else None)
