"""Sixels: a picture as characters of six pixels each, one below the other.

See DEC's "VT330/VT340 Programmer Reference Manual", volume 2, chapter 14, and xterm's "Control Sequences".

What is painted is opaque, ink and paper, for sixels know no opacity. Where a later colour is painted over an earlier
one it takes its place. So paper is painted first, and each shade over all the ink that is at least as dark: the fewer
holes, the better are runs of equal characters counted. What is below the last row of pixels is not touched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from tui.pictures.pixels.mosaic import Mosaic, Patch, drawn, shortest, whole
from tui.pictures.pixels.picture import Colour, Pixels, Shades

SHADES: Final[Shades] = ((4, 8), (2, 4), (1, 2))
_HIGH: Final = 6
"""Rows of pixels in a band."""
_BLANK: Final = 0x3F
"""The character that leaves six pixels as they are; the bits of the others are added to it."""
_RUN: Final = re.compile(r"(.)\1{3,}")
_SHARE: Final = 0.9
"""How much of the bytes is for ink; the rest is for more papers than one."""


def painting(patch: Patch, cell: tuple[int, int]) -> str:
    """Return what paints a patch from where the cursor stands on, in cells of that size, in MOST_BYTES at most."""
    return shortest(patch, cell, sixels)


def length(picture: Pixels, cell: tuple[int, int]) -> int:
    """Return how many bytes a picture takes on the wire."""
    return round(len(sixels(drawn(whole(picture), cell, picture.shades))) / _SHARE)


def least(columns: int, rows: int, cell: tuple[int, int]) -> int:
    """Return how many bytes a box of cells takes at least: some for each band and each thousand of its pixels."""
    bands = -(-rows * cell[1] // _HIGH)
    return bands * (len("#0!1000~-") + columns * cell[0] // 1000)


def sixels(mosaic: Mosaic) -> str:
    """Return a mosaic as sixels; what they leave out shows what was there before (the 1)."""
    width, height = mosaic.size
    colours = "".join(f"#{number};2;{_percent(mosaic.palette[number])}" for number in sorted(set(mosaic.values)))
    size = _HIGH * width
    bands = [mosaic.values[start : start + size] for start in range(0, len(mosaic.values), size)]
    painted = "-".join("$".join(_planes(band, width, mosaic.shades)) for band in bands)
    return f'\x1bP0;1q"1;1;{width};{height}{colours}{painted}\x1b\\'


def _percent(colour: Colour) -> str:
    return ";".join(str(round(value * 100 / 255)) for value in colour)


def _planes(band: bytes, width: int, shades: int) -> Iterator[str]:
    """Yield each colour of a band, over those it is painted upon."""
    for number in sorted(set(band)):
        end = number - number % shades + shades
        yield f"#{number}{_counted(_characters(band.translate(_between(number, end)), width))}"


@lru_cache(512)
def _between(first: int, end: int) -> bytes:
    return bytes(first <= value < end for value in range(256))


def _characters(bits: bytes, width: int) -> str:
    """Return the characters of a band, given 1 for each pixel that is painted; as long numbers, a byte a column."""
    number = int.from_bytes(bytes([_BLANK]) * width)
    for row in range(len(bits) // width):
        number += int.from_bytes(bits[row * width : (row + 1) * width]) << row
    return number.to_bytes(width).decode("ascii")


def _counted(characters: str) -> str:
    """Return characters with their runs counted; what is blank at the end is left out."""
    return _RUN.sub(lambda run: f"!{len(run[0])}{run[1]}", characters.rstrip(chr(_BLANK)))
