"""One row in which a text is edited with the keys that shells have taught; the text keeps its characters exactly.

It is not Python's readline, which cannot begin with the cursor at a word, goes up a row where a text is long, and
writes what stands in the text to the terminal as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from tui.alignment import clusters
from tui.model import printable


@dataclass(frozen=True, slots=True)
class Field:
    """A text that is being edited. Places count characters; a letter is stepped over together with its marks."""

    text: str
    cursor: int
    """Before which character it stands."""
    first: int = 0
    """The first character in sight, where the row is too short for all."""

    def typed(self, text: str) -> Field:
        """Put a text before the cursor."""
        return self._made(self.text[: self.cursor] + text, self.text[self.cursor :])

    def pressed(self, key: str) -> Field:
        """Do what a key does; one that does nothing here returns the same."""
        before, after = self.text[: self.cursor], self.text[self.cursor :]
        if key in {"home", "ctrl+a"}:
            return replace(self, cursor=0)
        if key in {"end", "ctrl+e"}:
            return replace(self, cursor=len(self.text))
        if key in {"left", "ctrl+b"}:
            return replace(self, cursor=len(before) - len(clusters(before)[-1]) if before else 0)
        if key in {"right", "ctrl+f"}:
            return replace(self, cursor=self.cursor + (len(clusters(after)[0]) if after else 0))
        return self._rubbed_out(key, before, after)

    def _rubbed_out(self, key: str, before: str, after: str) -> Field:
        if key in {"backspace", "ctrl+h"}:  # a mark first, then its letter: as they were typed
            return self._made(before[:-1], after)
        if key in {"delete", "ctrl+d"}:
            return self._made(before, after[len(clusters(after)[0]) :] if after else "")
        if key == "ctrl+k":
            return self._made(before, "")
        if key == "ctrl+u":
            return self._made("", after)
        if key == "ctrl+w":
            return self._made(before.rstrip()[: before.rstrip().rfind(" ") + 1], after)
        return self

    def _made(self, before: str, after: str) -> Field:
        return Field(before + after, len(before), min(self.first, len(before)))

    def beside(self, places: Sequence[int], step: int) -> Field:
        """Go to the next of some places, or the one before, and round at the ends."""
        beyond = [place for place in places if (place - self.cursor) * step > 0 and place <= len(self.text)]
        places = beyond or [place for place in places if place <= len(self.text)]
        return replace(self, cursor=places[0 if step > 0 else -1]) if places else self

    def in_sight(self, room: int) -> Field:
        """Return the same with its cursor in sight in a row of so many columns: it is moved by half a row at a time."""
        first = min(self.first, self.cursor)
        if first == self.first and cell_len(self.shown[first : self.cursor]) < room:
            return self
        first = self.cursor
        while first and cell_len(self.shown[first - 1 : self.cursor]) <= room // 2:
            first -= 1
        while 0 < first < len(self.text) and clusters(self.text[first - 1 : first + 1])[1:] == []:
            first += 1  # not between a letter and its mark
        return replace(self, first=min(first, self.cursor))

    @property
    def shown(self) -> str:
        """The text as a terminal may be given it, character for character."""
        return printable(self.text)

    def row(self, room: int) -> tuple[str, str]:
        """Return what is in sight before the cursor and behind it, together less than `room` columns wide."""
        before = self.shown[self.first : self.cursor]
        after = ""
        left = room - 1 - cell_len(before)
        for cluster in clusters(self.shown[self.cursor :]):
            left -= cell_len(cluster)
            if left < 0:
                break
            after += cluster
        return before, after


def redrawn(about: str, old: tuple[str, str] | None, new: tuple[str, str]) -> str:
    """Return what to write so that a row shows `new`, before and behind the cursor, in the place of `old`.

    Where every character has one column just what differs is written, so that a reader is not told the row again. Else
    all of it is, for terminals disagree about widths, and the cursor is put where the terminal itself has it.
    """
    if old is None or not all(map(_is_even, (*old, *new))):
        return f"\r{about}{''.join(new)}\x1b[K\r{about}{new[0]}"
    was, now = "".join(old), "".join(new)
    same = next((at for at, (one, other) in enumerate(zip(was, now, strict=False)) if one != other), None)
    if same is None:
        same = min(len(was), len(now))
    if was == now:
        return _stepped(len(old[0]), len(new[0]), now)
    erased = "\x1b[K" if len(was) > len(now) else ""
    return _stepped(len(old[0]), same, now) + now[same:] + erased + "\b" * (len(now) - len(new[0]))


def _stepped(start: int, end: int, row: str) -> str:
    """Return what moves the cursor in a row: back by backspaces, on by writing what it passes."""
    return "\b" * (start - end) if end <= start else row[start:end]


def _is_even(text: str) -> bool:
    return cell_len(text) == len(text) and all(cell_len(sign) == 1 for sign in text)
