"""The field in which a line is corrected. Enter keeps the text and goes on from inside the field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input


class LineEditor(Input):
    """Edits one line of text; closed while it is not shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "save(1)", "keep, next line"),
        Binding("down", "save(1)", "keep, next line", show=False),
        Binding("up", "save(-1)", "keep, line before"),
        Binding("f1", "screen.editing_keys", "keys"),
        Binding("ctrl+o", "restore", "engine's text"),
        Binding("escape", "leave", "leave as it was"),
    ]

    @dataclass
    class Kept(Message):
        """The person keeps the text."""

        text: str
        step: int
        """1 to go on to the next line, -1 to the one before."""

    @dataclass
    class Left(Message):
        """The person leaves the line as it was."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id, compact=True, select_on_focus=False)
        self._engine_text = ""

    def _on_paste(self, event: events.Paste) -> None:
        """Take all lines of a paste as one."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(_cleaned(" ".join(event.text.split())))

    def open(self, text: str, engine_text: str, cursor: int) -> None:
        """Begin to edit a text, with the cursor at a place in it."""
        self._engine_text = engine_text
        self.value = text
        self.cursor_position = cursor
        self.display = True
        self.screen.set_focus(self)

    def close(self) -> None:
        """Hide the field."""
        self.display = False

    def action_save(self, step: int) -> None:
        """Keep the text."""
        self.post_message(self.Kept(_cleaned(self.value), step))

    def action_restore(self) -> None:
        """Bring the engine's text back."""
        self.value = self._engine_text
        self.cursor_position = len(self.value)

    def action_leave(self) -> None:
        """Leave the line as it was."""
        self.post_message(self.Left())


def _cleaned(text: str) -> str:
    """Return a typed or pasted text without control characters and without blanks at its ends."""
    return "".join(character for character in text if character.isprintable() or character in "\u200c\u200d").strip()
