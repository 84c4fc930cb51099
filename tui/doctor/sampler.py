"""The same handwritten word in every glyph set, so that the person sees which of them their terminal draws well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from PIL import Image

from tui.demo import pages
from tui.model import Polygon
from tui.pictures.ansi import ansi
from tui.pictures.cells import draw
from tui.pictures.crop import upright_crop
from tui.pictures.glyphs import GLYPH_SETS, GlyphSet
from tui.pictures.source import open_page
from tui.pictures.terminal import Colours

CHOICES: Final = dict(zip("123456789", GLYPH_SETS, strict=False))
"""The digit of each glyph set."""
COLUMNS, ROWS = 24, 6
"""The size of a sample in cells."""
_WORD: Final = Polygon.from_numbers([272, 84, 470, 84, 470, 164, 272, 164])
"""Where a word with ascenders and a descender stands on the first demo page."""
_BETWEEN: Final = "  "
_RULER: Final = "....:" * 5


def samples(columns: int, colours: Colours) -> Iterator[str]:
    """Yield the lines of a sheet so many columns wide, each sample with its digit, its name and a ruler below.

    A bar stands behind each row of a sample and behind the ruler: where they are not below one another, the terminal
    gives a glyph another width than one cell.
    """
    word = upright_crop(open_page(pages()[0], 1), _WORD)
    blocks = [_block(word, digit, GLYPH_SETS[name], colours) for digit, name in CHOICES.items()]
    abreast = max(1, (columns + len(_BETWEEN)) // (COLUMNS + 1 + len(_BETWEEN)))
    for first in range(0, len(blocks), abreast):
        for rows in zip(*blocks[first : first + abreast], strict=True):
            yield _BETWEEN.join(rows).rstrip(" ")


def _block(word: Image.Image, digit: str, glyphs: GlyphSet, colours: Colours) -> list[str]:
    cells = draw(word, COLUMNS, ROWS, glyphs, mono=colours == "none")
    name = f"{digit} {glyphs.name}".ljust(COLUMNS + 1)
    rows = [f"{row}|" for row in ansi(cells, colours).removesuffix("\n").split("\n")]
    return [name, *rows, _RULER[:COLUMNS] + "|", " " * (COLUMNS + 1)]
