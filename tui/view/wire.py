"""The way to the terminal, over a line that may be slow, may stall for a while, and may be cut.

Textual writes what has changed as it sees it, and does not look back. Here its frames are laid out on a sheet, and what
the terminal does not show yet is sent (see difference.py), never more than one such difference at a time: while a line
takes nothing, the newest frame takes the place of those that have not been sent, and when it takes something again the
terminal goes from what it shows to what is true now. Nothing ever waits for the line, so keys are obeyed meanwhile.

What is no frame, such as modes, questions and pictures, is sent as it is and in order. Where anything is in doubt, all
is painted anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tui.view.difference import Abilities, difference
from tui.view.sheet import Frame, Sheet, frame_of, is_picture

_UPDATE: Final = ("\x1b[?2026h", "\x1b[?2026l")
"""Around what is to be shown at once, where the terminal knows such marks (synchronised updates)."""
_SHORT: Final = 512
"""So many bytes arrive together anyway."""
_OTHER_SCREEN: Final = re.compile(r"\x1b\[\?(?:47|1047|1049)([hl])")
_TELLS: Final = re.compile(
    r"(?:\x07|\x1b[78=>]|\x1b\[[?>=<][0-9;]*[ -/]*[@-~]|\x1b\[[0-9;]*[ct]|\x1b\[[0-9;]*n|\x1b\[[0-9] q"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1bPtmux;(?:[^\x1b]|\x1b\x1b)*\x1b\\|\x1b[PX^_][^\x1b]*\x1b\\)*"
)
"""What leaves the cells of the screen as they are."""


class Wire:
    """What is on its way to a terminal, and what it shows by what it was sent.

    `send` takes as many bytes as the line does and returns how many that were; it raises BlockingIOError where that are
    none, and OSError where the line is cut. `painted` paints pictures into what is sent.
    """

    def __init__(
        self,
        send: Callable[[bytes], int],
        size: Callable[[], tuple[int, int]],
        abilities: Abilities | None = None,
        painted: Callable[[str], str] | None = None,
    ) -> None:
        self.is_cut = False
        """Whether the line is cut, so that nothing is sent any more."""
        self._send, self._size = send, size
        self._abilities = abilities or Abilities()
        self._painted = painted
        self._shown, self._wanted = Sheet(0, 0), Sheet(0, 0)
        self._cursor = self._cursor_shown = (0, 0)
        self._told: list[str] = []
        self._under_way = b""
        self._is_on_screen = False
        self._has_changed = False
        self._updates = False

    @property
    def is_waiting(self) -> bool:
        """Whether something waits for the line to take it."""
        return bool(self._under_way) and not self.is_cut

    def write(self, data: str) -> None:
        """Send what Textual writes, or keep it until the line takes more."""
        if data in _UPDATE:
            self._updates = True
            return
        frame = frame_of(data) if data.startswith("\x1b[") else None
        if frame is not None:
            self._lay_out(frame)
        elif data:
            self._tell(data)
        self.pump()

    def doubt(self) -> None:
        """Paint all anew: the terminal may show anything."""
        self._shown.forget()
        self._has_changed = True
        self.pump()

    def pump(self) -> None:
        """Send as much as the line takes."""
        while not self.is_cut:
            self._under_way = self._under_way or self._next()
            if not self._under_way:
                return
            try:
                self._under_way = self._under_way[self._send(self._under_way) :]
            except BlockingIOError:
                return
            except OSError:
                self.is_cut = True

    def _lay_out(self, frame: Frame) -> None:
        size = self._size()
        if size != self._wanted.size:
            self._shown, self._wanted = Sheet(*size), Sheet(*size)
        for stretch in frame.stretches:
            self._wanted.put(stretch)
            if self._painted is not None:
                self._doubt_pictures(stretch.x, stretch.y, len(stretch.cells))
        self._cursor = frame.cursor or self._cursor
        self._has_changed = True

    def _doubt_pictures(self, x: int, y: int, count: int) -> None:
        """Leave to their painter which of the pictures that are written are painted already."""
        if y < self._wanted.lines:
            row, shown = self._wanted.rows[y], self._shown.rows[y]
            for place in range(x, min(x + count, len(row))):
                if is_picture(row[place]):
                    shown[place] = None

    def _tell(self, data: str) -> None:
        """Have what is no frame sent behind the frame that came before it."""
        screen = _OTHER_SCREEN.search(data)
        if not screen and _TELLS.fullmatch(data):
            self._told.append(data)
            return
        self._told += [self._frame(), "\x1b[m", data if self._painted is None else self._painted(data)]
        self._shown.forget()
        if screen:
            self._is_on_screen = screen[1] == "h"
            self._has_changed = True
        else:
            self._wanted.forget()

    def _next(self) -> bytes:
        """Return what is to be sent next."""
        told = "".join(self._told)
        self._told.clear()
        return (told or self._frame()).encode("utf-8", "replace")

    def _frame(self) -> str:
        """Return what makes the terminal show the newest frame."""
        if not self._has_changed or not self._is_on_screen or self._size() != self._wanted.size:
            return ""
        self._has_changed = False
        text = difference(self._shown, self._wanted, self._abilities)
        if self._cursor != self._cursor_shown or (text and self._cursor != (0, 0)):
            self._cursor_shown = self._cursor
            text += f"\x1b[{self._cursor[1] + 1};{self._cursor[0] + 1}H"
        text = self._painted(text) if self._painted is not None and text else text
        return text.join(_UPDATE) if self._updates and len(text) > _SHORT else text
