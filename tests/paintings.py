"""Reads pictures back from what is sent to a terminal: sixels, and iTerm2's inline images.

Both are read as strictly as the strictest terminal does; see tui/pictures/pixels for where they are described.
"""

from __future__ import annotations

import base64
import io
import re
from dataclasses import dataclass

from PIL import Image

_SIXELS = re.compile(r'\x1bP0;1q"1;1;(\d+);(\d+)((?:#\d+;2;\d+;\d+;\d+)+)([^\x1b]*)\x1b\\')
_REGISTER = re.compile(r"#(\d+);2;(\d+);(\d+);(\d+)")
_PAINT = re.compile(r"#(\d+)|!(\d+)([?-~])|([?-~])|([$-])")
_INLINE = re.compile(r"\x1b\]1337;File=([^:]*):([A-Za-z0-9+/=]*)\x07")

_ROWS = tuple(tuple(row for row in range(6) if bits >> row & 1) for bits in range(64))
"""Which of its six pixels a sixel paints."""


@dataclass(frozen=True)
class Inline:
    """An inline image of iTerm2's."""

    keys: dict[str, str]
    image: Image.Image


def sixel_image(sequence: str) -> Image.Image:
    """Return what sixels paint, as an RGBA image; what they leave as it is, is transparent."""
    found = _SIXELS.fullmatch(sequence)
    assert found, sequence[:80]
    width, height = int(found[1]), int(found[2])
    registers = {int(number): _colour(*percents) for number, *percents in _REGISTER.findall(found[3])}
    assert "".join(part[0] for part in _PAINT.finditer(found[4])) == found[4]
    painted = bytearray(4 * width * height)
    x = y = 0
    colour = bytes(4)
    for register, count, repeated, single, end in _PAINT.findall(found[4]):
        if register:
            colour = registers[int(register)]
        elif end:
            x, y = 0, y + 6 * (end == "-")
        else:
            rows, columns = _ROWS[ord(repeated or single) - 0x3F], int(count or 1)
            for row in rows:
                assert x + columns <= width, "painted beyond its width"
                assert y + row < height, "painted beyond its height"
                start = 4 * ((y + row) * width + x)
                painted[start : start + 4 * columns] = colour * columns
            x += columns
    return Image.frombytes("RGBA", (width, height), bytes(painted))


def inline_image(sequence: str) -> Inline:
    """Return an inline image and the keys it was sent with."""
    found = _INLINE.fullmatch(sequence)
    assert found, sequence[:80]
    data = base64.standard_b64decode(found[2])
    keys = dict(key.split("=") for key in found[1].split(";"))
    assert int(keys["size"]) == len(data)
    assert keys["inline"] == "1"
    Image.open(io.BytesIO(data)).verify()
    return Inline(keys, Image.open(io.BytesIO(data)).convert("RGBA"))


def cells_of(sequence: str, cell: tuple[int, int]) -> tuple[int, int]:
    """Return how many columns and rows of cells a picture reaches over."""
    if sequence.startswith("\x1bP"):
        found = re.match(r'\x1bP[\d;]*q"1;1;(\d+);(\d+)', sequence)
        assert found, sequence[:80]
        return -(-int(found[1]) // cell[0]), -(-int(found[2]) // cell[1])
    found = re.match(r"\x1b\]1337;File=[^:]*;width=(\d+);height=(\d+)", sequence)
    assert found, sequence[:80]
    return int(found[1]), int(found[2])


def image_of(sequence: str, cell: tuple[int, int]) -> Image.Image:
    """Return a picture as it is seen on the screen, in cells of that size."""
    if sequence.startswith("\x1bP"):
        return sixel_image(sequence)
    columns, rows = cells_of(sequence, cell)
    return inline_image(sequence).image.resize((columns * cell[0], rows * cell[1]))


def _colour(*percents: str) -> bytes:
    return bytes((*(round(int(percent) * 255 / 100) for percent in percents), 255))
