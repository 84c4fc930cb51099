"""Where pictures hang that the terminal shows pixel by pixel, each under a number by which it is known.

A picture's number is the colour of its placeholder characters (see tui/pictures/pixels). So numbers are chosen whose
colour arrives at the terminal just as it was written, and that no other program is likely to use. By kitty's protocol
the terminal keeps the pictures; by the others they are painted again wherever Textual writes their placeholders.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from random import SystemRandom
from typing import Final

from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.driver import Driver

from tui.pictures.pixels import Pixels, PixelTerminal, kitty, removal, through_tmux, transmission
from tui.view import painter
from tui.view.painter import WIPE, Painter

MOST: Final = 32
"""How many pictures the terminal keeps beside those that are shown; a line under review has one to four."""


class Easel:
    """Sends pictures to the terminal, each once, and has it forget them; or paints them where they are to be seen."""

    def __init__(self, write: Callable[[str], None], terminal: PixelTerminal) -> None:
        self.cell = terminal.cell
        """Width and height of a cell in pixels."""
        self.protocol = terminal.protocol
        """How the terminal is told of pictures."""
        self.is_in_tmux = terminal.is_in_tmux
        """Whether tmux lies between, which mistakes the marks on placeholders in a pane's last column."""
        self._write = write
        self._painter = Painter(terminal) if terminal.protocol != "kitty" else None
        self._placeholders = painter.placeholders if self._painter else kitty.placeholders
        self._free = list(_true_numbers() if terminal.is_truecolor else _numbers_of_256())
        self._kept: OrderedDict[Pixels, tuple[int, Color]] = OrderedDict()
        self._numbered: dict[int, Pixels] = {}
        self._hung: dict[object, tuple[Pixels, ...]] = {}

    def hang(self, owner: object, pictures: Sequence[Pixels]) -> None:
        """Keep the pictures that somebody shows from now on, in place of those before."""
        self._hung[owner] = tuple(pictures)
        for picture in pictures:
            if picture not in self._kept:
                number, colour = self._free.pop()
                self._kept[picture], self._numbered[number] = (number, colour), picture
                self._send(picture)
            self._kept.move_to_end(picture)
        self._forget_the_oldest()

    def take_down(self, owner: object) -> None:
        """Keep nothing any more for somebody who shows nothing."""
        self._hung.pop(owner, None)

    def send_again(self) -> None:
        """Send all pictures anew, to a terminal that has forgotten them with the screen that they hung on."""
        self.paint_anew()
        for picture in self._kept:
            self._send(picture)

    def close(self) -> None:
        """Have the terminal forget all pictures, and send none any more."""
        if self._painter is not None:
            self._write(WIPE)
        for number, _ in self._kept.values():
            self._remove(number)
        self._write = _nowhere

    def row(self, picture: Pixels, row: int, papers: Sequence[tuple[int, int, int]]) -> list[Segment]:
        """Return a row of a picture that hangs; each of its columns has paper of a colour of its own."""
        _, colour = self._kept[picture]
        cells = zip(papers, self._placeholders(row, picture.columns), strict=True)
        return [
            Segment("".join(text for _, text in same), Style(color=colour, bgcolor=Color.from_rgb(*paper)))
            for paper, same in groupby(cells, key=lambda cell: cell[0])
        ]

    def painted(self, frame: str) -> str:
        """Return what the terminal is to get for what Textual writes: with pictures in place of their placeholders."""
        return self._painter.painted(frame, self._numbered) if self._painter is not None else frame

    def paint_anew(self) -> None:
        """Take nothing for painted that stood on the screen so far: it has another size, say."""
        if self._painter is not None:
            self._painter.forget()

    def _forget_the_oldest(self) -> None:
        shown = {picture for pictures in self._hung.values() for picture in pictures}
        spare = [picture for picture in self._kept if picture not in shown]
        for picture in spare[: max(0, len(spare) - MOST)]:
            self._forget(picture)

    def _forget(self, picture: Pixels) -> None:
        number, colour = self._kept.pop(picture)
        del self._numbered[number]
        self._free.insert(0, (number, colour))
        self._remove(number)

    def _send(self, picture: Pixels) -> None:
        if self._painter is None:
            self._tell(transmission(self._kept[picture][0], picture))

    def _remove(self, number: int) -> None:
        if self._painter is None:
            self._tell(removal(number))

    def _tell(self, sequences: str) -> None:
        self._write(through_tmux(sequences) if self.is_in_tmux else sequences)


def painting_driver(driver: type[Driver], easel: Callable[[], Easel | None]) -> type[Driver]:
    """Return a way to the terminal on which an easel paints, if there is one."""

    class PaintingDriver(driver):  # type: ignore[valid-type,misc]  # which driver it is, is known when it runs
        painted_size: object = None

        def write(self, data: str) -> None:
            here = easel()
            if here is not None and self.painted_size != self._app.size:
                self.painted_size = self._app.size
                here.paint_anew()
            super().write(here.painted(data) if here is not None else data)

    return PaintingDriver


def _nowhere(sequences: str) -> None:
    """Send nothing."""


def _true_numbers() -> Iterator[tuple[int, Color]]:
    """Yield numbers of 24 bits that begin anywhere, and their colours."""
    start = SystemRandom().randrange(0x10, 0xFFFF) << 8
    for number in range(start + 0xFF, start, -1):
        yield number, Color.from_rgb(number >> 16, number >> 8 & 0xFF, number & 0xFF)


def _numbers_of_256() -> Iterator[tuple[int, Color]]:
    """Yield the numbers among the 256 colours that are kept when a true colour is taken for the nearest of them."""
    for number in range(255, 15, -1):
        colour = Color.from_triplet(Color.from_ansi(number).get_truecolor())
        if colour.downgrade(ColorSystem.EIGHT_BIT).number == number:
            yield number, colour
