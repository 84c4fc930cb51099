"""A picture of ink, folded and drawn: what is written to a terminal as it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PIL import Image

from tui.pictures.cells import LEVELS, Cells, draw
from tui.pictures.folding import Folded, fold
from tui.pictures.glyphs import GlyphSet
from tui.pictures.trimming import trimmed

TRIMMED_BELOW: Final = 20
"""In so many columns a word reads as well with its paper as without: 246 words better without, 16 others worse."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """One piece of a picture as it is drawn."""

    columns: int
    rows: int
    cells: Cells


def pieces(
    image: Image.Image, columns: int, rows: int, glyphs: GlyphSet, *, levels: int = LEVELS, mono: bool = False
) -> tuple[Drawing, ...]:
    """Draw a picture in at most so many columns and rows of cells, folded where that makes its ink larger.

    In few columns the empty paper round a word is left out, for the same reason.
    """
    shown = trimmed(image) if columns < TRIMMED_BELOW else image
    return drawings(fold(shown, columns, rows), glyphs, levels=levels, mono=mono)


def drawings(folded: Folded, glyphs: GlyphSet, *, levels: int = LEVELS, mono: bool = False) -> tuple[Drawing, ...]:
    """Draw the pieces of a folded picture, in reading order."""
    return tuple(
        Drawing(
            piece.columns,
            piece.rows,
            draw(piece.image, piece.columns, piece.rows, glyphs, levels=levels, mono=mono),
        )
        for piece in folded.pieces
    )
