"""iTerm2's inline images, which WezTerm and others know too: a whole file in one sequence.

See "Inline Images Protocol" in iTerm2's documentation. The terminal stretches the picture to so many columns and rows.
It is opaque, ink and paper: what transparent pixels show differs from terminal to terminal.
"""

from __future__ import annotations

import base64
from functools import partial
from typing import Final

from tui.pictures.pixels.mosaic import Mosaic, Patch, drawn, shortest, whole
from tui.pictures.pixels.picture import Pixels, Shades, png

SHADES: Final[Shades] = ((4, 16), (2, 4))
_SHARE: Final = 0.8
"""How much of the bytes is for ink; the rest is for more papers than one."""


def painting(patch: Patch, cell: tuple[int, int]) -> str:  # noqa: ARG001 (as all protocols have it)
    """Return what paints a patch from where the cursor stands on, in MOST_BYTES at most."""
    return shortest(patch, patch.picture.grain, partial(_file, columns=patch.columns, rows=patch.rows))


def length(picture: Pixels, cell: tuple[int, int]) -> int:  # noqa: ARG001 (as all protocols have it)
    """Return how many bytes a picture takes on the wire."""
    mosaic = drawn(whole(picture), picture.grain, picture.shades)
    return round(len(_file(mosaic, picture.columns, picture.rows)) / _SHARE)


def _file(mosaic: Mosaic, columns: int, rows: int) -> str:
    count = len(mosaic.palette)
    bits = next(bits for bits in (1, 2, 4, 8) if count <= 1 << bits)
    palette = bytes(value for colour in mosaic.palette for value in colour)
    data = png(mosaic.values, mosaic.size, bits, palette)
    keys = f"inline=1;size={len(data)};width={columns};height={rows};preserveAspectRatio=0;doNotMoveCursor=1"
    return f"\x1b]1337;File={keys}:{base64.standard_b64encode(data).decode('ascii')}\x07"
