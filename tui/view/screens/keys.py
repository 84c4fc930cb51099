"""The keys that work on a screen, each with a sentence."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.view.commands import Command, key_names


class KeysScreen(ModalScreen[None]):
    """Lists commands; any of the leaving keys closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark,f1,enter", "dismiss", "close")]

    def __init__(self, **groups: tuple[Command, ...]) -> None:
        super().__init__()
        self._groups = groups

    def compose(self) -> ComposeResult:
        """One row a command."""
        with VerticalScroll(id="keys") as keys:
            keys.border_title = "Keys"
            keys.border_subtitle = "↓ ↑ more, esc closes"
            for name, group in self._groups.items():
                yield Static(name.replace("_", " "), classes="heading", markup=False)
                rows = [f"{key_names(command):<12}{command.help}" for command in group]
                yield Static("\n".join(rows), markup=False)

    def on_mount(self) -> None:
        """Let the arrow keys move the list."""
        self.query_one("#keys").focus()
