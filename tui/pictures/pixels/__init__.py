"""Ink shown pixel by pixel, by one of three protocols.

By kitty's the terminal keeps pictures and shows them where placeholder characters stand, so that they are text to the
program. By sixels and by iTerm2's protocol a picture is painted over cells, once, and is gone where text is written
later. To make these look like the first, the program writes placeholders for them too; on the way to the terminal
these become blanks in the colour of the paper, and what they stood for is painted over the blanks (see view/easel.py).

picture.py    a picture of ink, small enough to be sent
kitty.py      placeholders, and the picture for the terminal to keep
mosaic.py     ink and paper together, for a box of cells
sixel.py      a mosaic as sixels
iterm2.py     a mosaic as an inline image of iTerm2's
tmux.py       how kitty's pictures get through tmux
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PIL import Image

from tui.pictures.pixels import iterm2, kitty, sixel
from tui.pictures.pixels.kitty import COUNTERS, placeholders, removal, transmission
from tui.pictures.pixels.mosaic import Patch
from tui.pictures.pixels.picture import (
    DEFAULT_CELL,
    MOST_BYTES,
    Pixels,
    PixelTerminal,
    Protocol,
    dyed,
    fitted,
)
from tui.pictures.pixels.tmux import through_tmux
from tui.pictures.placeholder import PLACEHOLDER

__all__ = [
    "COUNTERS",
    "DEFAULT_CELL",
    "MOST_BYTES",
    "PAINTERS",
    "PLACEHOLDER",
    "Patch",
    "PixelTerminal",
    "Pixels",
    "Protocol",
    "dyed",
    "pixels",
    "placeholders",
    "removal",
    "through_tmux",
    "transmission",
]

PAINTERS: Final[dict[str, Callable[[Patch, tuple[int, int]], str]]] = {
    "sixel": sixel.painting,
    "iterm2": iterm2.painting,
}
"""Protocols by which pictures are painted over cells: each returns what paints a patch where the cursor stands."""


def pixels(
    image: Image.Image,
    columns: int,
    rows: int,
    cell: tuple[int, int] = DEFAULT_CELL,
    most: int = MOST_BYTES,
    protocol: Protocol = "kitty",
) -> Pixels | None:
    """Return the ink of a grey picture for a box of cells, in at most `most` bytes by a protocol; see `fitted`."""
    if protocol == "sixel":
        if sixel.least(columns, rows, cell) > most:
            return None
        return fitted(image, columns, rows, cell, sixel.SHADES, lambda drawn: sixel.length(drawn, cell), most)
    if protocol == "iterm2":
        return fitted(image, columns, rows, cell, iterm2.SHADES, lambda drawn: iterm2.length(drawn, cell), most)
    return fitted(image, columns, rows, cell, kitty.SHADES, kitty.length, most)
