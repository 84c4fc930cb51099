"""The field in which a line is corrected. Enter keeps the text and goes on from inside the field."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Input
from textual.widgets.input import Selection

from tui.model import printable
from tui.view.bindings import bind
from tui.view.commands import EDIT, Command


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
        self._doubtful: tuple[int, ...] = ()
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
            self._after.clear()
            self._written = value

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
        self._shown, self._engine_text = text, engine_text
        self._doubtful = tuple(doubtful)
        self._before, self._after = [], []
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
        text = None if self.value == self._shown else _cleaned(self.value, self._shown)
        self.post_message(self.Kept(text, step))

    def action_split_here(self) -> None:
        """Split the line at the cursor."""
        self.post_message(self.Split(_cleaned(self.value, self._shown), self.cursor_position))

    def action_next_in_line(self) -> None:
        """Go to the next doubtful word of the line; after the last one complete a word, or begin again."""
        places = moved(self._doubtful, self._shown, self.value)
        beyond = [place for place in places if place > self.cursor_position]
        if beyond:
            self.cursor_position = beyond[0]
        elif not self._complete() and places:
            self.cursor_position = places[0]

    def action_previous_in_line(self) -> None:
        """Go to the doubtful word before; before the first one to the last."""
        places = moved(self._doubtful, self._shown, self.value)
        before = [place for place in places if place < self.cursor_position]
        if places:
            self.cursor_position = (before or places)[-1]

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


def moved(places: Iterable[int], old: str, new: str) -> tuple[int, ...]:
    """Return where places of a text are after it was changed; those in what was replaced are gone."""
    most = min(len(old), len(new))
    same = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    follows, by = len(old) - tail, len(new) - len(old)
    kept = (place for place in places if place <= same or place >= follows)
    return tuple(place + by if place >= max(same, follows) else place for place in kept)


def _cleaned(text: str, known: str = "") -> str:
    """Return a typed or pasted text without control characters, and without blanks at its ends.

    Marks for the writing direction and the like stay that are known: they stood there before.
    """
    marks = {character for character in known if unicodedata.category(character) == "Cf"}
    return "".join(character for character in text if _may_stay(character) or character in marks).strip()


def _may_stay(character: str) -> bool:
    return character.isprintable() or character in "\u200c\u200d" or unicodedata.category(character) == "Zs"
