"""A picture of ink that fills a box of cells, whatever protocol brings it to the terminal.

Ink alone is in it, as opacity: the paper is the background of the cells, and can be tinted without drawing ink again.
"""

from __future__ import annotations

import functools
import math
import operator
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal

from PIL import Image

from tui.pictures import paper

Protocol = Literal["kitty", "iterm2", "sixel"]
"""How a terminal is told of pictures."""
Colour = tuple[int, int, int]
"""Red, green and blue, 0 to 255."""
MOST_BYTES: Final = 30_000
"""How long a crop is at most, on the wire."""
DEFAULT_CELL: Final = (10, 20)
"""Width and height of a cell in pixels, where the terminal does not tell."""
MOST_COUNTED: Final = 297
"""Columns or rows that a picture has at most: so many can be counted by kitty's marks."""
MOST_CELLS: Final = 65_534
"""Cells that a picture has at most: so many placeholders there are of one character each (see view/painter.py)."""
Shades = tuple[tuple[int, int], ...]
"""Bits of a pixel, and how many shades of ink they tell; the finest come first."""
_SMALLER: Final = 0.9
"""By how much at least a picture is reduced that is too long."""
_LEAST: Final = 0.1
_FEWEST: Final = 8
"""Pixels that a picture has at least across and down."""
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PALETTE: Final = len(_SIGNATURE) + 25 + 4
"""Where the palette stands in a PNG, behind its length; opacities follow it."""


def _unknown() -> tuple[int, int] | None:
    return None


@dataclass(frozen=True, slots=True)
class PixelTerminal:
    """A terminal that shows pictures pixel by pixel."""

    cell: tuple[int, int] = DEFAULT_CELL
    """Width and height of a cell in pixels."""
    is_truecolor: bool = True
    """Whether colours arrive as they are written, else as the nearest of 256."""
    is_in_tmux: bool = False
    """Whether tmux has to be told to pass pictures on."""
    protocol: Protocol = "kitty"
    """How it is told of pictures."""
    cell_now: Callable[[], tuple[int, int] | None] = _unknown
    """Asks for the size of a cell again, which changes with the font; None where that is not to be had."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture of ink that fills a box of cells."""

    columns: int
    rows: int
    png: bytes
    """Black ink, more or less opaque, on nothing."""

    @property
    def shades(self) -> int:
        """How many shades of ink it has, none and full among them."""
        return int(struct.unpack_from(">I", self.png, _PALETTE - 4)[0]) // 3

    @property
    def grain(self) -> tuple[int, int]:
        """How many pixels a cell has, across and down."""
        width, height = struct.unpack_from(">II", self.png, len(_SIGNATURE) + 8)
        return width // self.columns, height // self.rows


def fitted(
    image: Image.Image,
    columns: int,
    rows: int,
    cell: tuple[int, int],
    shades: Shades,
    length: Callable[[Pixels], int],
    most: int,
) -> Pixels | None:
    """Return the ink of a grey picture for a box of cells, its paper removed, stretched to fill the box.

    It has no more pixels than the picture or the box. Its `length` on the wire is at most `most`: ink that takes more
    is told with fewer shades, then with fewer pixels. None where the box has more columns or rows than can be counted,
    or there is so much of it that no picture of it is short enough.
    """
    if not (0 < columns <= MOST_COUNTED and 0 < rows <= MOST_COUNTED and columns * rows <= MOST_CELLS):
        return None
    width, height = columns * cell[0], rows * cell[1]
    share = min(1.0, max(image.width / width, image.height / height))
    grey = image.convert("L")
    while True:
        size = columns * _grain(columns, cell[0] * share), rows * _grain(rows, cell[1] * share)
        ink = paper.ink(grey, *size, fineness=max(1, round(cell[0] * share / 2)))
        for bits, count in shades:
            drawn = Pixels(columns, rows, ink_png(ink, bits, count))
            took = length(drawn)
            if took <= most:
                return drawn
        if share < _LEAST:
            return None
        share *= min(_SMALLER, math.sqrt(most / took))


def _grain(cells: int, pixels: float) -> int:
    """Return how many pixels of a picture a cell has across or down: a whole number, so that it can be cut there."""
    return max(1, -(-_FEWEST // cells), round(pixels))


@lru_cache(64)
def dyed(picture: Pixels, colour: Colour, shades: Sequence[float]) -> Pixels:
    """Return a picture whose ink has another colour, and of each shade, in even steps from 0 to 1, another opacity.

    Only its palette is written anew.
    """
    ends = picture.shades
    opacity = bytes(round(255 * shades[round(step * (len(shades) - 1) / (ends - 1))]) for step in range(ends))
    palette = _chunk(b"PLTE", bytes(colour) * ends) + _chunk(b"tRNS", opacity)
    return replace(picture, png=picture.png[: _PALETTE - 4] + palette + picture.png[_PALETTE - 4 + len(palette) :])


def ink_png(ink: Image.Image, bits: int, shades: int) -> bytes:
    """Return ink as a PNG of one colour, black, with a palette of opacities."""
    steps = bytes(round(value / 255 * (shades - 1)) for value in range(256))
    opacity = bytes(round(255 * step / (shades - 1)) for step in range(shades))
    return png(ink.tobytes().translate(steps), ink.size, bits, bytes(3 * shades), opacity)


def png(values: bytes, size: tuple[int, int], bits: int, palette: bytes, opacity: bytes = b"") -> bytes:
    """Return a picture as a PNG with a palette (W3C, "Portable Network Graphics"), of a byte of `values` a pixel."""
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", *size, bits, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette),
            _chunk(b"tRNS", opacity) if opacity else b"",
            _chunk(b"IDAT", zlib.compress(_packed(values, size[0], bits), 6)),
            _chunk(b"IEND", b""),
        )
    )


def _packed(values: bytes, width: int, bits: int) -> bytes:
    """Return rows of values with as many in a byte as go there, each row behind a 0: no filter helps so few shades."""
    each = 8 // bits
    padded = -(-width // each) * each
    rows = []
    for start in range(0, len(values), width):
        row = values[start : start + width].ljust(padded, b"\0")
        parts = (int.from_bytes(row[place::each]) << (bits * (each - 1 - place)) for place in range(each))
        rows.append(b"\0" + functools.reduce(operator.or_, parts).to_bytes(padded // each))
    return b"".join(rows)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
