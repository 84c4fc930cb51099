"""A row in which something is typed: what to look for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Input, Label

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.view.search import Follows


PAUSE = 0.1
"""So many seconds after the last letter what is typed is taken up; who types on is not held up by it."""
GLANCE = 0.1
"""How many seconds pass until it is said anew how much was found."""


class AskScreen(ModalScreen[str | None]):
    """Asks for a text; enter gives it, esc gives None, as does enter where nothing was typed that may not be empty."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "leave")]

    def __init__(
        self,
        sign: str,
        value: str = "",
        *,
        hint: str = "",
        may_be_empty: bool = False,
        follows: Follows | None = None,
    ) -> None:
        """Ask behind a sign; what `follows` takes up what is typed, and says beside it what comes of it."""
        super().__init__()
        self._sign = sign
        self._value = value
        self._hint = hint
        self._may_be_empty = may_be_empty
        self._follows = follows
        self._pause: Timer | None = None
        self._says: Callable[[], str] | None = None

    def compose(self) -> ComposeResult:
        """One row: a sign, then the field."""
        with Horizontal(id="ask"):
            yield Label(self._sign, markup=False)
            yield Input(self._value, placeholder=self._hint, compact=True, select_on_focus=True)
            yield Label(id="found", markup=False)

    def on_mount(self) -> None:
        """Type into the field at once; nothing blinks."""
        self.query_one(Input).cursor_blink = False
        self.query_one(Input).focus()
        if self._follows is not None:
            self.set_interval(GLANCE, self._say)

    @on(Input.Changed)
    def _wait_for_a_pause(self) -> None:
        """Take up what is typed once nothing more is."""
        self._says = None
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE, self._take_up) if self._follows is not None else None

    def _take_up(self) -> None:
        text = self.query_one(Input).value.strip()
        self._says = self._follows(text) if self._follows is not None and text else None

    def _say(self) -> None:
        found = self.query_one("#found", Label)
        said = self._says() if self._says is not None else ""
        if str(found.content) != said:
            found.update(said)

    @on(Input.Submitted)
    def give(self, event: Input.Submitted) -> None:
        """Give what was typed."""
        text = event.value.strip()
        self.dismiss(text if text or self._may_be_empty else None)
