"""A terminal of which nothing is asked but rows, and whose keys come one at a time.

How it works is changed while it is read, and put back however the program ends, and while it is suspended. There is no
other screen, and the cursor never leaves the row it stands in but to begin the next.
"""

from __future__ import annotations

import base64
import codecs
import os
import re
import select
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType, TracebackType
from typing import Any, Self

from rich.cells import cell_len

from tui.direction import is_right_to_left
from tui.model import printable
from tui.plain.field import Field, redrawn
from tui.plain.person import Draft
from tui.plain.sentences import RIGHT_TO_LEFT, Focus
from tui.review import moved

_ESCAPE_WAIT = 0.05
"""Seconds within which the rest of a key comes that begins like escape."""
_PASTES, _PASTES_NO_MORE = "\x1b[?2004h", "\x1b[?2004l"
"""Have a paste told from keys (xterm's bracketed paste): else pasted text would decide lines."""
_SEQUENCE = re.compile(r"\x1b(?:\[(?P<parameters>[0-?]*)[ -/]*(?P<final>[@-~])|O(?P<shifted>.))", re.DOTALL)
_BEGUN = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|O)?\Z")
_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"
_BY_FINAL = dict(
    zip("ABCDHFPQRSZ", ["up", "down", "right", "left", "home", "end", "f1", "f2", "f3", "f4", "shift+tab"], strict=True)
)
_BY_NUMBER = {
    "1": "home", "2": "insert", "3": "delete", "4": "end", "5": "pageup", "6": "pagedown", "7": "home", "8": "end",
    **{str(code): f"f{number}" for number, code in enumerate((11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24), 1)},
}  # fmt: skip
_CONTROLS = {"\r": "enter", "\n": "enter", "\t": "tab", "\x7f": "backspace", "\x08": "backspace", "\x1b": "escape"}


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was pressed, or a text that was pasted."""

    name: str
    """A sign itself, or a name: `enter`, `ctrl+r`, `pageup`, `space`, `paste`; empty for a key that has none here."""
    text: str = ""
    """What it puts into a text."""


class Left(Exception):
    """The terminal has nothing more to say: it was closed."""


class Keyboard:
    """The person at a terminal. A context manager: outside of it the terminal works as it did."""

    def __init__(self, field_keys: Mapping[str, str], *, reads: int = 0, writes: int = 1) -> None:
        """Take keys for what they do in a field, by the names of its commands: `save`, `leave_line`, `restore`, ..."""
        self._field_keys = field_keys
        self._reads, self._writes = reads, writes
        self._waiting = ""
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._before: list[Any] | None = None
        self._handlers: dict[signal.Signals, Any] = {}
        self._told_before = -1
        self._signalled = self._signals = -1
        """The ends of a pipe into which each signal writes: one that comes just before a read would not end it."""
        self._row = ""
        self._row_now = ""
        """What puts the row anew that the cursor stands in; empty at the beginning of an empty one."""

    # -- the terminal, taken and given back ---------------------------------------------------------------------------

    def __enter__(self) -> Self:
        import termios

        self._before = termios.tcgetattr(self._reads)
        for number, act in (
            (signal.SIGTERM, self._end),
            (signal.SIGHUP, self._end),
            (signal.SIGTSTP, self._suspend),
            (signal.SIGCONT, self._resume),
        ):
            self._handlers[number] = signal.signal(number, act)
        self._signalled, self._signals = os.pipe()
        for end in (self._signalled, self._signals):
            os.set_blocking(end, False)
        self._told_before = signal.set_wakeup_fd(self._signals, warn_on_full_buffer=False)
        self._take()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._told_before)
        for end in (self._signalled, self._signals):
            os.close(end)
        self._give_back()

    def _take(self) -> None:
        import termios

        assert self._before is not None
        mode = [*self._before[:6], list(self._before[6])]
        mode[0] &= ~(termios.ICRNL | termios.IXON)
        mode[3] &= ~(termios.ICANON | termios.ECHO | termios.IEXTEN)  # ISIG stays: ctrl+c and ctrl+z do what they do
        mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self._reads, termios.TCSADRAIN, mode)
        self._write(_PASTES)

    def _give_back(self) -> None:
        import termios

        with suppress(OSError, termios.error):  # the terminal may be gone
            self._write(_PASTES_NO_MORE + ("\r\n" if self._row_now else ""))
            termios.tcsetattr(self._reads, termios.TCSADRAIN, self._before or [])

    def _end(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 (a signal handler's shape)
        raise SystemExit(128 + number)

    def _suspend(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 (a signal handler's shape)
        self._give_back()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)

    def _resume(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 (a signal handler's shape)
        signal.signal(signal.SIGTSTP, self._suspend)
        self._take()
        self._write(self._row_now)

    # -- telling ------------------------------------------------------------------------------------------------------

    @property
    def columns(self) -> int:
        """How many columns the terminal has just now."""
        try:
            return max(20, os.get_terminal_size(self._writes).columns)
        except OSError:
            return 80

    def say(self, row: str) -> None:
        """Write a row below the one the cursor stands in."""
        self._end_row()
        self._write(printable(row) + "\n")

    def focus(self, focus: Focus) -> None:
        """Write a row and leave the cursor in it. A long one is folded, and its part that is meant comes again last."""
        self._end_row()
        shown = printable(focus.row)
        rows = _folded(shown, self.columns - 1)
        start, meant = next((one for one in reversed(rows) if one[0] <= focus.at), rows[0])
        for _, row in rows if rows[-1][0] == start else [*rows, (start, meant)]:
            self._write(("\r\n" if self._row_now else "") + row)
            self._row_now = row
        across = cell_len(shown[start : focus.at])
        self._put_cursor(f"{self._row_now}\r" + (f"\x1b[{across}C" if across else ""))

    def _put_cursor(self, row: str) -> None:
        self._write(row[len(self._row_now) :])
        self._row_now = row

    def copy(self, text: str) -> str:
        """Put a text on the terminal's clipboard (OSC 52)."""
        code = base64.b64encode(printable(text).encode("utf-8", "replace")).decode()
        self._write(f"\x1b]52;c;{code}\x07")
        return "copied, where the terminal takes it"

    def _end_row(self) -> None:
        if self._row_now:
            self._row_now = ""
            self._write("\r\n")

    def _write(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        while data:
            data = data[os.write(self._writes, data) :]

    # -- asking -------------------------------------------------------------------------------------------------------

    def reason(self, reasons: Mapping[str, str]) -> str | None:
        """Ask for a reason by one key; enter gives none, escape leaves the line as it was."""
        said = ", ".join(f"{key} {reason}" for key, reason in reasons.items())
        self._ask(f"Why? {said}, enter no reason, escape do not flag: ")
        while True:
            key = self.key()
            if key.name == "enter":
                return ""
            if key.name == "escape":
                return None
            if key.name in reasons:
                return reasons[key.name]

    def agrees(self, question: str) -> bool:
        """Ask for y or n."""
        self._ask(f"{question} y or n: ")
        while (key := self.key()).name not in {"y", "n", "escape"}:
            pass
        return key.name == "y"

    def _ask(self, question: str) -> None:
        self._end_row()
        rows = _folded(printable(question), self.columns - 1)
        self._write("\r\n".join(row for _, row in rows))
        self._row_now = rows[-1][1]

    def edited(self, about: str, draft: Draft) -> str | None:
        """Have a text edited in one row; escape leaves it as it was."""
        self._end_row()
        field = Field(draft.text, draft.cursor)
        row: tuple[str, str] | None = None
        while True:
            mark = f", {RIGHT_TO_LEFT}" if is_right_to_left(field.text) else ": "
            begun = _first_cells(printable(about), self.columns // 2) + mark
            room = self.columns - cell_len(begun)
            field = field.in_sight(room)
            shown = field.row(room)
            self._write(redrawn(begun, row if self._row == begun else None, shown))
            self._row, row = begun, shown
            self._row_now = redrawn(begun, None, shown)
            key = self.key()
            doing = self._field_keys.get(key.name, "")
            if doing in {"save", "leave_line"}:
                self._row = ""
                return field.text if doing == "save" else None
            field = _after(field, key, doing, draft)

    def key(self) -> Key:
        """Wait for a key or a paste; raises Left when the terminal is closed."""
        while not self._waiting or (_BEGUN.match(self._waiting) and self._more()):
            if not self._waiting:
                self._waiting += self._read()
        if self._waiting.startswith(_PASTE_BEGINS):
            return self._pasted()
        found = _SEQUENCE.match(self._waiting)
        taken = found.end() if found else 1
        pressed, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return Key(_name_of(found)) if found else _key_of(pressed)

    def _pasted(self) -> Key:
        while _PASTE_ENDS not in self._waiting:
            self._waiting += self._read()
        text, _, self._waiting = self._waiting.removeprefix(_PASTE_BEGINS).partition(_PASTE_ENDS)
        return Key("paste", " ".join(text.split()))

    def _more(self) -> bool:
        """Take in what comes of a key at once; False when nothing does."""
        if not select.select([self._reads], [], [], _ESCAPE_WAIT)[0]:
            return False
        self._waiting += self._read()
        return True

    def _read(self) -> str:
        try:
            while self._reads not in select.select([self._reads, self._signalled], [], [])[0]:
                os.read(self._signalled, 4096)  # what the signal means is done before the next round
            data = os.read(self._reads, 4096)
        except OSError as error:  # a terminal that is closed
            raise Left from error
        if not data:
            raise Left
        return self._decode(data)


def _after(field: Field, key: Key, doing: str, draft: Draft) -> Field:
    """Return a field after a key."""
    if doing == "restore":
        return Field(draft.engine_text, len(draft.engine_text))
    if doing in {"next_in_line", "previous_in_line"}:
        places = moved(draft.doubtful, draft.text, field.text)
        return field.beside(places, 1 if doing == "next_in_line" else -1)
    return field.typed(key.text) if key.text else field.pressed(key.name)


def _key_of(sign: str) -> Key:
    if sign in _CONTROLS:
        return Key(_CONTROLS[sign])
    if sign == " ":
        return Key("space", " ")
    if sign < " ":
        return Key(f"ctrl+{chr(ord(sign) + 96)}")
    return Key(sign, sign)


def _name_of(found: re.Match[str]) -> str:
    if found["shifted"]:
        return _BY_FINAL.get(found["shifted"], "")
    if found["final"] == "~":
        return _BY_NUMBER.get(found["parameters"], "")
    return _BY_FINAL.get(found["final"], "") if not found["parameters"] or found["final"] == "Z" else ""


def _folded(row: str, columns: int) -> list[tuple[int, str]]:
    """Fold a text at its blanks into rows of so many columns, each with where in the text it begins; none is lost."""
    rows: list[tuple[int, str]] = []
    start, blank, width = 0, -1, 0
    for at, sign in enumerate(row):
        wide = cell_len(sign)
        if width + wide > columns and at > start:
            end = blank + 1 if blank >= start else at
            rows.append((start, row[start:end].rstrip(" ")))
            start, blank = end, -1
            width = cell_len(row[start:at])
        width += wide
        if sign == " ":
            blank = at
    return [*rows, (start, row[start:])]


def _first_cells(text: str, columns: int) -> str:
    rows = _folded(text, columns)
    return rows[0][1] + ("…" if len(rows) > 1 else "")
