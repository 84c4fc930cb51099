"""Textual's driver for POSIX terminals, with a wire between it and the terminal (see wire.py).

Textual hands what it writes to a thread that waits for the terminal, by a queue that makes the screens wait as soon as
it is full. Here the terminal is opened a second time, so that it can be written to without waiting and whoever shares
it notices nothing; what it does not take is sent when it does. A terminal that is gone ends the program.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

from textual.drivers.linux_driver import LinuxDriver

from tui.view.difference import PAINTED, abilities_of
from tui.view.wire import Wire

if TYPE_CHECKING:
    from tui.view.easel import Easel

LAST_WORDS = 20.0
"""Seconds for which the end of the program waits for a line that stalls, so as to leave the terminal as it was."""


class Outlet:
    """A terminal that is written to without waiting, unless it may not be opened once more (after `su`, say)."""

    def __init__(self, terminal: IO[str]) -> None:
        try:
            name = os.ttyname(terminal.fileno())
            self.descriptor = os.open(name, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            self.descriptor = os.dup(terminal.fileno())

    def send(self, data: bytes) -> int:
        """Write as much as it takes; raises BlockingIOError where that is nothing, OSError where it is gone."""
        return os.write(self.descriptor, data)

    def wait(self, seconds: float) -> None:
        """Wait until it takes something."""
        select.select([], [self.descriptor], [], seconds)

    def close(self) -> None:
        """Write nothing any more."""
        os.close(self.descriptor)


class WiredDriver(LinuxDriver):
    """Sends over a wire what the terminal does not show yet."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._thread = threading.get_ident()
        self._outlet: Outlet | None = None
        self._is_full = False
        self._watch: select.epoll | None = None
        self._has_hung_up = False
        self._painted_size: object = None
        easel = self.easel()
        if easel is not None and easel.protocol != "kitty":
            self._wire = Wire(self._send, self._screen_size, PAINTED, easel.painted)
        else:
            self._wire = Wire(self._send, self._screen_size, abilities_of(os.environ))

    def easel(self) -> Easel | None:
        """Return what paints pictures, if anything does."""
        return None

    def hung_up(self) -> None:
        """Do what is to be done when the terminal is gone; called once."""

    def write(self, data: str) -> None:
        """Send what Textual writes; Textual does so from its threads too."""
        if threading.get_ident() != self._thread:
            self._loop.call_soon_threadsafe(self.write, data)
            return
        if self._painted_size != self._app.size:
            self._painted_size = self._app.size
            self._unpaint()
        self._wire.write(data)
        self._wait_if_full()

    def doubt(self) -> None:
        """Paint all anew: the terminal may show anything."""
        self._unpaint()
        self._wire.doubt()
        self._wait_if_full()

    def start_application_mode(self) -> None:
        """Take the terminal."""
        assert self._file is not None
        self._outlet = Outlet(self._file)
        super().start_application_mode()  # type: ignore[no-untyped-call]  # as Textual declares it
        self._watch_for_the_end()

    def close(self) -> None:
        """Send what is still to be sent, and leave the terminal."""
        super().close()
        self._stop_watching()
        if self._outlet is None:
            return
        until = time.monotonic() + LAST_WORDS
        while self._wire.is_waiting and (left := until - time.monotonic()) > 0:
            self._outlet.wait(left)
            self._wire.pump()
        self._wait_for_line(full=False)
        self._outlet.close()
        self._outlet = None

    def _sigtstp_application(self, *_: object) -> None:
        """Stop when what is under way is done, and not in the midst of it."""
        self._loop.call_soon_threadsafe(super()._sigtstp_application)

    def _sigcont_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(super()._sigcont_application)

    def _send(self, data: bytes) -> int:
        if self._outlet is None:
            raise BlockingIOError
        return self._outlet.send(data)

    def _screen_size(self) -> tuple[int, int]:
        return self._app.size.width, self._app.size.height

    def _unpaint(self) -> None:
        easel = self.easel()
        if easel is not None:
            easel.paint_anew()

    # -- a line that stalls -------------------------------------------------------------------------------------------

    def _wait_if_full(self) -> None:
        if self._wire.is_cut:
            self._hang_up()
        self._wait_for_line(full=self._wire.is_waiting)

    def _wait_for_line(self, *, full: bool) -> None:
        """Have the rest sent as soon as the line takes it."""
        if self._outlet is None or full == self._is_full:
            return
        self._is_full = full
        if full:
            self._loop.add_writer(self._outlet.descriptor, self._go_on)
        else:
            self._loop.remove_writer(self._outlet.descriptor)

    def _go_on(self) -> None:
        self._wire.pump()
        self._wait_if_full()

    # -- a line that is cut -------------------------------------------------------------------------------------------

    def _watch_for_the_end(self) -> None:
        """Learn that the terminal is gone even if nothing is written and no signal comes (as under nohup)."""
        if self._outlet is None or not hasattr(select, "epoll"):
            return
        self._watch = select.epoll()
        self._watch.register(self._outlet.descriptor, 0)
        self._loop.add_reader(self._watch.fileno(), self._hang_up)

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._loop.remove_reader(self._watch.fileno())
            self._watch.close()
            self._watch = None

    def _hang_up(self) -> None:
        """End what reads keys, which would find nothing again and again without a pause, and the program."""
        self._stop_watching()
        if not self._has_hung_up:
            self._has_hung_up = True
            self.exit_event.set()
            self.hung_up()


def wired_driver(easel: Callable[[], Easel | None], hung_up: Callable[[], None]) -> type[WiredDriver]:
    """Return a driver on which an easel paints, if there is one, and that tells when the terminal is gone."""
    return type("WiredDriver", (WiredDriver,), {"easel": lambda _: easel(), "hung_up": lambda _: hung_up()})
