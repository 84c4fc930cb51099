"""The field in which a line is corrected. Enter keeps the text and goes on from inside the field."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input
from textual.widgets.input import Selection

from tui.model import printable


class LineEditor(Input):
    """Edits one line of text; closed while it is not shown."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "save(1)", "keep, next line"),
        Binding("down", "save(1)", "keep, next line", show=False),
        Binding("up", "save(-1)", "keep, line before"),
        Binding("f1", "screen.editing_keys", "keys"),
        Binding("ctrl+o", "restore", "engine's text"),
        Binding("f4", "split", "split the line"),
        Binding("escape", "leave", "leave as it was"),
        Binding("tab", "next_doubtful(1)", "doubtful word", show=False),
        Binding("shift+tab", "next_doubtful(-1)", "doubtful word", show=False),
    ]

    @dataclass
    class Kept(Message):
        """The person keeps the text."""

        text: str | None
        """None where nothing was changed."""
        step: int
        """1 to go on to the next line, -1 to the one before."""

    @dataclass
    class Split(Message):
        """The person splits the line."""

        text: str
        """The whole text as it stands."""
        at: int
        """Before which of its characters it is split."""

    @dataclass
    class Left(Message):
        """The person leaves the line as it was."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id, compact=True, select_on_focus=False)
        self._shown = self._engine_text = ""
        self._doubtful: tuple[int, ...] = ()

    def _on_paste(self, event: events.Paste) -> None:
        """Take all lines of a paste as one."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(_cleaned(" ".join(event.text.split())))

    def open(
        self,
        text: str,
        engine_text: str,
        cursor: int,
        doubtful: Sequence[int] = (),
        chosen: tuple[int, int] | None = None,
    ) -> None:
        """Begin to edit a text with the cursor at a place in it; tab goes to where its doubtful words begin.

        What is `chosen`, from start to end, is replaced by what is typed.
        """
        self._shown, self._engine_text = printable(text), printable(engine_text)
        self._doubtful = tuple(doubtful)
        self.value = self._shown
        self.selection = Selection.cursor(cursor) if chosen is None else Selection(*chosen)
        self.display = True
        self.screen.set_focus(self)

    def on_blur(self) -> None:
        """Keep the focus while the field is open: a click beside it must not leave keys without a place."""
        if self.display and self.app.app_focus and self.app.screen is self.screen:
            self.screen.set_focus(self)

    def close(self) -> None:
        """Hide the field."""
        self.display = False

    def action_save(self, step: int) -> None:
        """Keep the text."""
        text = None if self.value == self._shown else _cleaned(self.value)
        self.post_message(self.Kept(text, step))

    def action_split(self) -> None:
        """Split the line at the cursor."""
        self.post_message(self.Split(_cleaned(self.value), self.cursor_position))

    def action_next_doubtful(self, step: int) -> None:
        """Go to the next doubtful word of the line, or the one before."""
        beyond = [place for place in self._doubtful if (place - self.cursor_position) * step > 0]
        if self._doubtful:
            self.cursor_position = (beyond or self._doubtful)[0 if step > 0 else -1]

    def action_restore(self) -> None:
        """Bring the engine's text back."""
        self.value = self._engine_text
        self.cursor_position = len(self.value)

    def action_leave(self) -> None:
        """Leave the line as it was."""
        self.post_message(self.Left())


def _cleaned(text: str) -> str:
    """Return a typed or pasted text without control characters and without blanks at its ends."""
    return "".join(character for character in text if _may_stay(character)).strip()


def _may_stay(character: str) -> bool:
    return character.isprintable() or character in "\u200c\u200d" or unicodedata.category(character) == "Zs"
