"""Ink shown pixel by pixel, on terminals that take pictures: kitty's graphics protocol with its Unicode placeholders.

A picture is sent once and kept by the terminal under a number. From then on it is shown wherever placeholder characters
stand whose colour is that number, so to the program it is text like any other: it scrolls, is covered, cut and wiped
out as text is, and a tmux in between does not mind. See "Unicode placeholders" in kitty's "Terminal graphics protocol".

Ink alone is sent, as opacity: the paper is the background of the cells, and can be tinted without sending ink again.
"""

from __future__ import annotations

import base64
import functools
import math
import operator
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from PIL import Image

from tui.pictures import paper

MOST_BYTES: Final = 30_000
"""How long a crop is at most, on the wire."""
PLACEHOLDER: Final = "\U0010eeee"
DEFAULT_CELL: Final = (10, 20)
"""Width and height of a cell in pixels, where the terminal does not tell."""
_CHUNK: Final = 4096
"""Characters of a picture that one sequence may carry."""
_SHADES: Final = ((4, 16), (2, 4))
"""Bits of a pixel, and how many shades of ink they tell."""
_SMALLER: Final = 0.9
"""By how much at least a picture is reduced that is too long."""
_LEAST: Final = 0.1
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PALETTE: Final = len(_SIGNATURE) + 25 + 4
"""Where the palette stands in a PNG, behind its length; opacities follow it."""
_COUNTING: Final = """
0305 030d-030e 0310 0312 033d-033f 0346 034a-034c 0350-0352 0357 035b 0363-036f 0483-0487 0592-0595 0597-0599 059c-05a1
05a8-05a9 05ab-05ac 05af 05c4 0610-0617 0657-065b 065d-065e 06d6-06dc 06df-06e2 06e4 06e7-06e8 06eb-06ec 0730 0732-0733
0735-0736 073a 073d 073f-0741 0743 0745 0747 0749-074a 07eb-07f1 07f3 0816-0819 081b-0823 0825-0827 0829-082d 0951
0953-0954 0f82-0f83 0f86-0f87 135d-135f 17dd 193a 1a17 1a75-1a7c 1b6b 1b6d-1b73 1cd0-1cd2 1cda-1cdb 1ce0 1dc0-1dc1
1dc3-1dc9 1dcb-1dcc 1dd1-1de6 1dfe 20d0-20d1 20d4-20d7 20db-20dc 20e1 20e7 20e9 20f0 2cef-2cf1 2de0-2dff a66f a67c-a67d
a6f0-a6f1 a8e0-a8f1 aab0 aab2-aab3 aab7-aab8 aabe-aabf aac1 fe20-fe26 10a0f 10a38 1d185-1d189 1d1aa-1d1ad 1d242-1d244
"""


def _counters() -> Iterator[str]:
    for stretch in _COUNTING.split():
        first, _, last = stretch.partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


COUNTERS: Final = tuple(_counters())
"""The marks that count rows and columns from 0: those of Unicode 6.0 that stand above a letter and melt with none."""


@dataclass(frozen=True, slots=True)
class PixelTerminal:
    """A terminal that shows pictures pixel by pixel."""

    cell: tuple[int, int] = DEFAULT_CELL
    """Width and height of a cell in pixels."""
    is_truecolor: bool = True
    """Whether colours arrive as they are written, else as the nearest of 256."""
    is_in_tmux: bool = False
    """Whether tmux has to be told to pass pictures on."""


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture of ink that fills a box of cells."""

    columns: int
    rows: int
    png: bytes
    """Black ink, more or less opaque, on nothing."""


def pixels(
    image: Image.Image, columns: int, rows: int, cell: tuple[int, int] = DEFAULT_CELL, most: int = MOST_BYTES
) -> Pixels | None:
    """Return the ink of a grey picture for a box of cells, its paper removed, stretched to fill the box.

    It has no more pixels than the picture or the box, and takes at most `most` bytes on the wire: ink that takes more
    is sent with fewer shades, then smaller. None where the box has more columns or rows than can be counted.
    """
    if not (0 < columns <= len(COUNTERS) and 0 < rows <= len(COUNTERS)):
        return None
    width, height = columns * cell[0], rows * cell[1]
    share = min(1.0, max(image.width / width, image.height / height))
    grey = image.convert("L")
    while True:
        size = max(8, round(width * share)), max(8, round(height * share))
        ink = paper.ink(grey, *size, fineness=max(1, round(cell[0] * share / 2)))
        for bits, shades in _SHADES:
            drawn = Pixels(columns, rows, _png(ink, bits, shades))
            length = len(transmission(0xFFFFFF, drawn))
            if length <= most or share < _LEAST:
                return drawn
        share *= min(_SMALLER, math.sqrt(most / length))


@lru_cache(64)
def dyed(picture: Pixels, colour: tuple[int, int, int], shades: Sequence[float]) -> Pixels:
    """Return a picture whose ink has another colour, and of each shade, in even steps from 0 to 1, another opacity.

    Only its palette is written anew.
    """
    ends = struct.unpack_from(">I", picture.png, _PALETTE - 4)[0] // 3
    opacity = bytes(round(255 * shades[round(step * (len(shades) - 1) / (ends - 1))]) for step in range(ends))
    palette = _chunk(b"PLTE", bytes(colour) * ends) + _chunk(b"tRNS", opacity)
    return replace(picture, png=picture.png[: _PALETTE - 4] + palette + picture.png[_PALETTE - 4 + len(palette) :])


def transmission(number: int, picture: Pixels) -> str:
    """Return what makes the terminal keep a picture under a number, 1 to 0xFFFFFF, and answer nothing."""
    data = base64.standard_b64encode(picture.png).decode("ascii")
    chunks = [data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK)]
    heads = [f"a=T,U=1,f=100,q=2,i={number},c={picture.columns},r={picture.rows},", *["q=2,"] * (len(chunks) - 1)]
    return "".join(
        f"\x1b_G{head}m={int(place < len(chunks))};{chunk}\x1b\\"
        for place, (head, chunk) in enumerate(zip(heads, chunks, strict=True), 1)
    )


def removal(number: int) -> str:
    """Return what makes the terminal forget a picture, and wipe it out wherever it is shown."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"


def through_tmux(sequences: str) -> str:
    """Return sequences as tmux passes them on, where its option allow-passthrough is on."""
    return _SEQUENCE.sub(lambda found: "\x1bPtmux;" + found[0].replace("\x1b", "\x1b\x1b") + "\x1b\\", sequences)


_SEQUENCE = re.compile(r"\x1b_[^\x1b]*\x1b\\")


@lru_cache(256)
def placeholders(row: int, columns: int) -> tuple[str, ...]:
    """Return the characters that show a row of a picture, one a cell; each stands for itself, however a row is cut."""
    return tuple(PLACEHOLDER + COUNTERS[row] + COUNTERS[column] for column in range(columns))


def _png(ink: Image.Image, bits: int, shades: int) -> bytes:
    """Return ink as a PNG of one colour, black, with a palette of opacities (W3C, "Portable Network Graphics")."""
    steps = bytes(round(value / 255 * (shades - 1)) for value in range(256))
    rows = _packed(ink.tobytes().translate(steps), ink.width, bits)
    opacity = bytes(round(255 * step / (shades - 1)) for step in range(shades))
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", struct.pack(">IIBBBBB", *ink.size, bits, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(3 * shades)),
            _chunk(b"tRNS", opacity),
            _chunk(b"IDAT", zlib.compress(rows, 6)),
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
