"""The field in which a line is corrected. Enter keeps the text and goes on from inside the field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Input
from textual.widgets.input import Selection

from tui.model import printable
from tui.review import cleaned, moved
from tui.view.bindings import bind
from tui.view.commands import EDIT, Command


@dataclass(frozen=True, slots=True)
class _DoubtfulWord:
    """A doubtful word in the field."""

    stood: tuple[int, int]
    """From where to where it stood when the field was opened."""
    stands: tuple[int, int]
    """From where to where it stands now."""


class LineEditor(Input):
    """Edits one line of text; closed while it is not shown."""

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

        typed: int
        """How many characters of it were changed."""

    @dataclass
    class CharactersWanted(Message):
        """The person wants a character that no key has."""

        letter: str
        """The one before the cursor; empty where there is none."""

    @dataclass
    class CameTo(Message):
        """The cursor came to a doubtful word."""

        span: tuple[int, int]
        """From where to where it stood in the text when the field was opened."""

    class KeysWanted(Message):
        """The person wants to know the keys that work while a line is edited."""

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 (Textual's own name)
        commands: Iterable[Command] = EDIT,
        known: Callable[[str], str] = lambda _: "",
    ) -> None:
        """Take keys for commands; `known` returns the known word that begins so, or nothing."""
        super().__init__(id=id, compact=True, select_on_focus=False)
        self.cursor_blink = False
        bind(self, commands)
        self._known = known
        self._shown = self._engine_text = ""
        self._doubtful: tuple[tuple[int, int], ...] = ()
        self._written_to = -1
        """Where the cursor was after the text was changed last."""
        self._before: list[tuple[str, int]] = []
        """What stood here before each change, and where the cursor was."""
        self._after: list[tuple[str, int]] = []
        """What was taken back."""
        self._written = ""

    @property
    def _value(self) -> Text:
        """What is seen of the text: one visible sign for each of its characters (Textual's own name)."""
        return Text(printable(self.value), no_wrap=True, overflow="ignore", end="")

    def watch_value(self, value: str) -> None:
        """Remember what stood here before."""
        if value != self._written:
            self._before.append((self._written, min(self.cursor_position, len(self._written))))
            self.call_later(self._note_cursor)
            self._after.clear()
            self._written = value

    def _note_cursor(self) -> None:
        self._written_to = self.cursor_position

    def _on_paste(self, event: events.Paste) -> None:
        """Take all lines of a paste as one."""
        event.prevent_default()
        event.stop()
        self.insert_text_at_cursor(cleaned(" ".join(event.text.split())))

    def open(
        self,
        text: str,
        engine_text: str,
        cursor: int,
        doubtful: Sequence[tuple[int, int]] = (),
        chosen: tuple[int, int] | None = None,
    ) -> None:
        """Begin to edit a text with the cursor at a place in it; tab goes through its doubtful words.

        They are given from start to end. What is `chosen`, from start to end, is replaced by what is typed.
        """
        self._shown, self._engine_text = text, engine_text
        self._doubtful = tuple(doubtful)
        self._before, self._after, self._written_to = [], [], -1
        self._written = self._shown
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

    # -- commands -----------------------------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Keep the text and go to the next line."""
        self._keep(1)

    def action_save_back(self) -> None:
        """Keep the text and go to the line before."""
        self._keep(-1)

    def _keep(self, step: int) -> None:
        text = None if self.value == self._shown else cleaned(self.value, self._shown)
        self.post_message(self.Kept(text, step))

    def action_split_here(self) -> None:
        """Split the line at the cursor."""
        self.post_message(self.Split(cleaned(self.value, self._shown), self.cursor_position))

    def action_next_in_line(self) -> None:
        """Complete the word that is begun; else choose the next doubtful word of the line, after the last the first."""
        if self._is_typing and self._complete():
            return
        words, at = self._doubtful_words(), max(self.selection)
        self._choose(next((word for word in words if word.stands[1] > at), words[0] if words else None))

    def action_previous_in_line(self) -> None:
        """Choose the doubtful word before; before the first one the last."""
        words, at = self._doubtful_words()[::-1], min(self.selection)
        self._choose(next((word for word in words if word.stands[0] < at), words[0] if words else None))

    @property
    def _is_typing(self) -> bool:
        """Whether the last thing done was to change the text right before the cursor."""
        return self.selection.is_empty and self._written_to == self.cursor_position

    def _doubtful_words(self) -> list[_DoubtfulWord]:
        """Return the doubtful words that are still there."""
        found = []
        for start, end in self._doubtful:
            now = moved((start, end), self._shown, self.value)
            if len(now) == 2 and self.value[now[0] : now[1]] == self._shown[start:end]:
                found.append(_DoubtfulWord((start, end), (now[0], now[1])))
        return found

    def _choose(self, word: _DoubtfulWord | None) -> None:
        """Have what is typed take the place of a word."""
        if word is not None:
            self.selection = Selection(*word.stands)
            self.post_message(self.CameTo(word.stood))

    def _complete(self) -> bool:
        """Complete the word before the cursor, where it is begun and one is known; says whether it was."""
        before, after = self.value[: self.cursor_position], self.value[self.cursor_position :]
        begun = before.split(" ")[-1]
        whole = self._known(begun) if begun and not after[:1].isalnum() else ""
        if not whole or whole == begun:
            return False
        start = len(before) - len(begun)
        self.value = before[:start] + whole + after
        self.cursor_position = start + len(whole)
        return True

    def action_undo_typing(self) -> None:
        """Take back what was typed last."""
        self._step(self._before, self._after)

    def action_redo_typing(self) -> None:
        """Type again what was taken back."""
        self._step(self._after, self._before)

    def _step(self, out: list[tuple[str, int]], back: list[tuple[str, int]]) -> None:
        if not out:
            return
        back.append((self.value, self.cursor_position))
        self._written, cursor = out.pop()
        self.value = self._written
        self.cursor_position = cursor

    def action_restore(self) -> None:
        """Bring the engine's text back."""
        self.value = self._engine_text
        self.cursor_position = len(self.value)

    def action_leave_line(self) -> None:
        """Leave the line as it was."""
        self.post_message(self.Left(Levenshtein.distance(self._shown, self.value)))

    def action_characters(self) -> None:
        """Ask for a character that no key has."""
        self.post_message(self.CharactersWanted(self.value[: self.cursor_position][-1:]))

    def action_field_keys(self) -> None:
        """Ask for the keys that work here."""
        self.post_message(self.KeysWanted())

    def put(self, character: str, *, in_place_of_the_last: bool) -> None:
        """Put a character where the cursor is, or in the place of the one before it."""
        at = self.cursor_position
        start = at - 1 if in_place_of_the_last and at else at
        self.value = self.value[:start] + character + self.value[at:]
        self.cursor_position = start + len(character)
