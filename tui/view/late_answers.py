"""Answers of the terminal that come when the screens are shown already are kept from being taken for keys.

Textual reads an answer that it does not know as the keys it is spelt with, and a line would be accepted, skipped or
rejected by them. While a question is open (see tui/terminal_query.py) all that is typed goes through a sieve first.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import ClassVar, Final

from textual._xterm_parser import XTermParser
from textual.message import Message

from tui.pictures.capabilities import Sieve

LINGER: Final = 0.1
"""How many seconds the beginning of an answer waits for its rest before it is taken for a key, such as a lone Esc."""
LONG: Final = 3.0
"""The same for what no key begins with: then it is thrown away."""
LATEST: Final = 20.0
"""How many seconds after the first screen an answer may come."""


class PatientParser(XTermParser):
    """Textual's reader of keys, behind a sieve."""

    typed_before: ClassVar = ""
    """What was typed before the screens were shown."""
    expects_answers: ClassVar = True
    """Whether an answer may still come."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._sieve = Sieve()
        self._ends = time.monotonic() + (LATEST if self.expects_answers else 0.0)
        self._fed = 0.0
        self._first = self.typed_before

    def feed(self, data: str) -> Iterable[Message]:
        """Read keys from what has come, but for answers; an empty text is the end."""
        yield from self._first_typed()
        self._fed = time.monotonic()
        if not data:
            yield from self._read(self._sieve.let_go())
            yield from super().feed("")
        elif self._sieve.is_done or self._fed > self._ends:
            yield from self._read(self._sieve.let_go() + data)
        else:
            yield from self._read(self._sieve.typed(data))

    def tick(self) -> Iterable[Message]:
        """Read on where time has told that something is a key."""
        yield from self._first_typed()
        linger = LINGER if self._sieve.may_hold_a_key else LONG
        if time.monotonic() - self._fed > linger:
            yield from self._read(self._sieve.let_go())
        yield from super().tick()

    def _first_typed(self) -> Iterable[Message]:
        first, self._first = self._first, ""
        yield from self._read(first)

    def _read(self, text: str) -> Iterable[Message]:
        if text:
            yield from super().feed(text)


def expect_answers(typed: str, *, is_open: bool = True) -> None:
    """Let the screens that are shown next begin with what was `typed` before, and read through a sieve.

    Through a sieve only where the question is still open.
    """
    from textual.drivers import linux_driver

    PatientParser.typed_before, PatientParser.expects_answers = typed, is_open
    linux_driver.XTermParser = PatientParser  # type: ignore[attr-defined]
