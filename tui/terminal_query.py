"""Asking the terminal what it can do, without a trace on the screen.

Whoever asks must be the one who reads: while the question is open nothing is echoed and no line is waited for. The
questions are put first and the answers read later, so that the way there and back over a slow line passes while the
program is being loaded. An answer that comes too late for that is taken out by whoever reads then: the screens (see
view/late_answers.py), or the end of the `with`, which throws away what has come meanwhile.
"""

from __future__ import annotations

import os
import select
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

from tui.pictures.capabilities import Answers, Sieve, is_whole, likely_size, questions, understood

PATIENCE: Final = 1.5
"""How many seconds the answers may take from the question on: a round trip to another continent, three times."""
LAST_WAIT: Final = 0.3
"""How many seconds more are waited at the end of a short program, lest the answers land on the next prompt."""
_NOT_ASKED = ("", "dumb", "linux", "cons25", "emacs")
"""Kinds of terminals that print questions or never answer."""


class Question:
    """The questions, from the moment they are put until they are answered. A context manager."""

    def __init__(self, *, is_wanted: bool = True, patience: float = PATIENCE) -> None:
        self._is_wanted = is_wanted
        self._patience = patience
        self._before: list[Any] | None = None
        self._put_at = 0.0
        self._said = b""
        self._is_read_by_others = False

    def __enter__(self) -> Self:
        if self._is_wanted and can_be_asked(os.environ):
            self._put()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_open and not self._is_read_by_others:
            self._listen(time.monotonic() + LAST_WAIT)
        self._restore(throws_away=self.is_open)

    @property
    def was_put(self) -> bool:
        """Whether the terminal was asked at all."""
        return self._put_at > 0

    @property
    def is_open(self) -> bool:
        """Whether answers may still come."""
        return self.was_put and not is_whole(self._said)

    def answers(self) -> Answers | None:
        """Wait for the answers and return them; None where the terminal was not asked, or says nothing in time."""
        if self.is_open:
            self._listen(self._put_at + self._patience)
        if not self.is_open:
            self._restore(throws_away=False)
        found = understood(self._said)
        return None if found == Answers() else found

    @property
    def typed(self) -> str:
        """What a person has typed while the answers were read."""
        sieve = Sieve()
        return sieve.typed(self._said.decode("utf-8", "replace"))

    def leave_to_others(self) -> None:
        """Let somebody else read from now on, who knows what to do with late answers."""
        self._is_read_by_others = True

    def _put(self) -> None:
        import termios

        try:
            self._before = termios.tcgetattr(0)
            quiet = termios.tcgetattr(0)
            quiet[3] &= ~(termios.ECHO | termios.ICANON)
            quiet[6][termios.VMIN], quiet[6][termios.VTIME] = 1, 0
            termios.tcsetattr(0, termios.TCSANOW, quiet)
            sys.stdout.flush()
            os.write(1, questions(of_multiplexer=is_multiplexer(os.environ)))
        except (OSError, termios.error):
            self._restore(throws_away=False)
        else:
            self._put_at = time.monotonic()

    def _listen(self, until: float) -> None:
        while not is_whole(self._said):
            left = max(0.0, until - time.monotonic())
            try:
                if not select.select([0], [], [], left)[0]:
                    return
                said = os.read(0, 4096)
            except OSError:
                return
            if not said:
                return
            self._said += said

    def _restore(self, *, throws_away: bool) -> None:
        """Leave the terminal as it was found, if need be without what has come of an answer."""
        import termios

        before, self._before = self._before, None
        if before is not None:
            with suppress(termios.error):
                termios.tcsetattr(0, termios.TCSAFLUSH if throws_away else termios.TCSANOW, before)


def can_be_asked(environment: Mapping[str, str]) -> bool:
    """Whether there is a terminal that reads questions, and whose answers this program may read.

    A program in the background may not, nor is there a way to ask where there is no termios (Windows). Apple's Terminal
    prints what it does not know.
    """
    if environment.get("TERM", "") in _NOT_ASKED or environment.get("TERM_PROGRAM") == "Apple_Terminal":
        return False
    try:
        import termios  # noqa: F401 (whether it is there is the question)

        return os.isatty(0) and os.isatty(1) and os.tcgetpgrp(0) == os.getpgrp()
    except (ImportError, OSError):
        return False


def is_multiplexer(environment: Mapping[str, str]) -> bool:
    """Whether tmux or GNU screen is what reads the questions."""
    is_told = any(environment.get(name) for name in ("TMUX", "STY"))
    return is_told or environment.get("TERM", "").startswith(("tmux", "screen"))


def cell_size() -> tuple[int, int] | None:
    """Return width and height of a cell in pixels, as the system has them from the terminal; None where it has not."""
    try:
        import fcntl
        import struct
        import termios

        rows, columns, width, height = struct.unpack("HHHH", fcntl.ioctl(1, termios.TIOCGWINSZ, bytes(8)))
    except (ImportError, OSError):
        return None
    return likely_size(width // columns, height // rows) if rows and columns else None
