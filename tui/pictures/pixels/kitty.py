"""kitty's graphics protocol with its Unicode placeholders: the terminal keeps a picture and shows it where text says.

A picture is sent once and kept by the terminal under a number. From then on it is shown wherever placeholder characters
stand whose colour is that number, so to the program it is text like any other: it scrolls, is covered, cut and wiped
out as text is, and a tmux in between does not mind. See "Unicode placeholders" in kitty's "Terminal graphics protocol".
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from tui.pictures.pixels.picture import MOST_COUNTED, Pixels, Shades
from tui.pictures.placeholder import PLACEHOLDER

SHADES: Final[Shades] = ((4, 16), (2, 4))
_CHUNK: Final = 4096
"""Characters of a picture that one sequence may carry."""
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
assert len(COUNTERS) == MOST_COUNTED


def transmission(number: int, picture: Pixels) -> str:
    """Return what makes the terminal keep a picture under a number, 1 to 0xFFFFFF, and answer nothing."""
    data = base64.standard_b64encode(picture.png).decode("ascii")
    chunks = [data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK)]
    heads = [f"a=T,U=1,f=100,q=2,i={number},c={picture.columns},r={picture.rows},", *["q=2,"] * (len(chunks) - 1)]
    return "".join(
        f"\x1b_G{head}m={int(place < len(chunks))};{chunk}\x1b\\"
        for place, (head, chunk) in enumerate(zip(heads, chunks, strict=True), 1)
    )


def length(picture: Pixels) -> int:
    """Return how many bytes a picture takes on the wire."""
    return len(transmission(0xFFFFFF, picture))


def removal(number: int) -> str:
    """Return what makes the terminal forget a picture, and wipe it out wherever it is shown."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"


@lru_cache(256)
def placeholders(row: int, columns: int) -> tuple[str, ...]:
    """Return the characters that show a row of a picture, one a cell; each stands for itself, however a row is cut."""
    return tuple(PLACEHOLDER + COUNTERS[row] + COUNTERS[column] for column in range(columns))
