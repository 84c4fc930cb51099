"""The keys that work on a screen here and now, each with a sentence; what is typed finds some of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui.view.bindings import key_names
from tui.view.commands import GROUPS, Command

KEYS_WIDTH = 16
"""How many columns keys have; more of them push their sentence to the right."""


class KeysScreen(ModalScreen[None]):
    """Lists commands by what they have to do with. The field has the focus: the list is scrolled past it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "close"),
        Binding("f1,enter", "dismiss", "close"),
        Binding("down", "scroll(1)", "more"),
        Binding("up", "scroll(-1)", "back"),
        Binding("pagedown", "page(1)", "a page on"),
        Binding("pageup", "page(-1)", "a page back"),
    ]

    def __init__(self, commands: Sequence[Command]) -> None:
        super().__init__()
        self._commands = tuple(commands)

    def compose(self) -> ComposeResult:
        """Put a field above the list."""
        with Vertical(id="keys") as keys:
            keys.border_title = "Keys"
            keys.border_subtitle = "type to find   ↓ ↑ PgDn PgUp more   esc closes"
            yield _Search(placeholder="find a key or a word", compact=True, id="find")
            with VerticalScroll(id="list", can_focus=False):
                yield Static(id="found", markup=False)

    def on_mount(self) -> None:
        """Show all of them, and take what is typed."""
        self._show("")
        self.query_one("#find", Input).cursor_blink = False  # nothing blinks
        self.query_one("#find").focus()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 (Textual's own shape)
        """Fold the sentences for the new width."""
        self.call_after_refresh(lambda: self._show(self.query_one("#find", Input).value))

    @on(Input.Changed)
    def _find(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, wanted: str) -> None:
        found = matching(self._commands, wanted)
        shown = self.query_one("#list")
        rows = listed(found, shown.scrollable_content_region.width)
        self.query_one("#found", Static).update(rows if found else Content("No key has to do with that."))
        shown.scroll_to(y=0, animate=False)

    def action_back(self) -> None:
        """Show all again, or close."""
        field = self.query_one("#find", Input)
        if field.value:
            field.value = ""
        else:
            self.dismiss()

    def action_scroll(self, rows: int) -> None:
        """Scroll the list by rows."""
        self.query_one("#list").scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll the list by pages."""
        shown = self.query_one("#list")
        shown.scroll_relative(y=pages * max(1, shown.size.height - 1), animate=False)


class _Search(Input):
    """The field; in an empty one `?` closes the list that it opened, and `/` does nothing, for it is there already."""

    async def _on_key(self, event: events.Key) -> None:
        if self.value or event.character not in {"?", "/"}:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        if event.character == "?":
            self.screen.dismiss()


def matching(commands: Iterable[Command], wanted: str) -> list[Command]:
    """Return the commands that have each of the words somewhere: in a key, the name, the sentence or the group.

    One character alone is first looked for among the keys, capitals apart.
    """
    commands = list(commands)
    if len(wanted.strip()) == 1:
        by_key = [command for command in commands if wanted.strip() in _keys_of(command)]
        if by_key:
            return by_key
    words = wanted.lower().split()
    return [command for command in commands if all(word in _told(command) for word in words)]


def _keys_of(command: Command) -> tuple[str, ...]:
    return (*key_names(command), *command.keys)


def _told(command: Command) -> str:
    return " ".join([*key_names(command), command.title, command.label, command.help, command.group]).lower()


def listed(commands: Sequence[Command], width: int) -> Content:
    """Return the commands as a list under the headings of their groups, folded at a number of columns."""
    lines: list[Content] = []
    for group in (*GROUPS, ""):
        some = [command for command in commands if command.group == group]
        if some:
            lines += [Content.styled(group or "more", "bold"), *(_row(command, width) for command in some)]
    return Content("\n").join(lines)


def _row(command: Command, width: int) -> Content:
    keys = "  ".join(key_names(command)) or f":{command.title}"
    room = max(20, width - KEYS_WIDTH - 3)
    first, *rest = wrap(command.help, room) or [""]
    margin = " " * (KEYS_WIDTH + 3)
    return Content("\n".join([f"  {keys:<{KEYS_WIDTH}} {first}", *(margin + line for line in rest)]))
