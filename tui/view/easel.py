"""Where pictures hang that the terminal shows pixel by pixel: what it was sent, and under which number it keeps that.

A picture's number is the colour of its placeholder characters (see tui/pictures/pixels.py). So numbers are chosen whose
colour arrives at the terminal just as it was written, and that no other program is likely to use.
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

from tui.pictures.pixels import Pixels, PixelTerminal, placeholders, removal, through_tmux, transmission

MOST: Final = 32
"""How many pictures the terminal keeps beside those that are shown; a line under review has one to four."""


class Easel:
    """Sends pictures to the terminal, each once, and has it forget them."""

    def __init__(self, write: Callable[[str], None], terminal: PixelTerminal) -> None:
        self.cell = terminal.cell
        """Width and height of a cell in pixels."""
        self.is_in_tmux = terminal.is_in_tmux
        """Whether tmux lies between, which mistakes the marks on placeholders in a pane's last column."""
        self._write = write
        self._free = list(_true_numbers() if terminal.is_truecolor else _numbers_of_256())
        self._kept: OrderedDict[Pixels, tuple[int, Color]] = OrderedDict()
        self._hung: dict[object, tuple[Pixels, ...]] = {}

    def hang(self, owner: object, pictures: Sequence[Pixels]) -> None:
        """Have the terminal keep the pictures that somebody shows from now on, in place of those before."""
        self._hung[owner] = tuple(pictures)
        for picture in pictures:
            if picture not in self._kept:
                number, colour = self._free.pop()
                self._kept[picture] = number, colour
                self._send(transmission(number, picture))
            self._kept.move_to_end(picture)
        self._forget_the_oldest()

    def take_down(self, owner: object) -> None:
        """Keep nothing any more for somebody who shows nothing."""
        self._hung.pop(owner, None)

    def send_again(self) -> None:
        """Send all pictures anew, to a terminal that has forgotten them with the screen that they hung on."""
        for picture, (number, _) in self._kept.items():
            self._send(transmission(number, picture))

    def close(self) -> None:
        """Have the terminal forget all pictures, and send none any more."""
        for number, _ in self._kept.values():
            self._send(removal(number))
        self._write = _nowhere

    def row(self, picture: Pixels, row: int, papers: Sequence[tuple[int, int, int]]) -> list[Segment]:
        """Return a row of a picture that hangs; each of its columns has paper of a colour of its own."""
        _, colour = self._kept[picture]
        cells = zip(papers, placeholders(row, picture.columns), strict=True)
        return [
            Segment("".join(text for _, text in same), Style(color=colour, bgcolor=Color.from_rgb(*paper)))
            for paper, same in groupby(cells, key=lambda cell: cell[0])
        ]

    def _forget_the_oldest(self) -> None:
        shown = {picture for pictures in self._hung.values() for picture in pictures}
        spare = [picture for picture in self._kept if picture not in shown]
        for picture in spare[: max(0, len(spare) - MOST)]:
            self._forget(picture)

    def _forget(self, picture: Pixels) -> None:
        number, colour = self._kept.pop(picture)
        self._free.insert(0, (number, colour))
        self._send(removal(number))

    def _send(self, sequences: str) -> None:
        self._write(through_tmux(sequences) if self.is_in_tmux else sequences)


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
