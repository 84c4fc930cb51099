"""Drawing ink in terminal cells: which character, how dark its ink, how dark its paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from PIL import Image

from tui.pictures import paper
from tui.pictures.glyphs import GLYPH_SETS, GlyphSet
from tui.pictures.shades import one_shade, two_shades

__all__ = ["FULL_INK", "GLYPH_SETS", "LEVELS", "Cells", "GlyphSet", "Run", "draw"]

LEVELS: Final = 16
"""How many shades a drawing has; more read no better."""
FULL_INK: Final = LEVELS - 1


class Run(NamedTuple):
    """Neighbouring cells of a row that share their colours."""

    text: str
    """One character a cell, each one column wide."""
    ink: int
    """Shade of what the characters cover, 0 (paper) to 15 (full ink)."""
    paper: int
    """Shade of the rest of the cells, on the same scale."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A drawing in terminal cells."""

    columns: int
    rows: tuple[tuple[Run, ...], ...]
    """From top to bottom, each the runs of its cells from left to right."""

    @property
    def text(self) -> str:
        """The characters alone, a line a row."""
        return "\n".join("".join(run.text for run in row) for row in self.rows)


def draw(
    image: Image.Image,
    columns: int,
    rows: int,
    glyphs: GlyphSet,
    *,
    levels: int = LEVELS,
    mono: bool = False,
    off: int = 1,
) -> Cells:
    """Draw a grey picture into a box of cells, its paper removed; it is stretched to fill the box.

    `levels` shades are used, 2 to 16, however few still counted from 0 to 15. A `mono` drawing has one shade of ink and
    is to be written without colours. Neighbours share their colours where those are off by no more than so many squared
    shades in the mean of a cell's parts: the more, the fewer bytes.
    """
    columns, rows = max(1, columns), max(1, rows)
    ink = paper.ink(image.convert("L"), columns * glyphs.columns, rows * glyphs.rows)
    shades = one_shade(ink, glyphs) if mono else two_shades(ink, glyphs)
    steps = _steps(min(max(levels, 2), LEVELS))
    patterns, inks, papers = shades.patterns, shades.dark.translate(steps), shades.light.translate(steps)
    bands = (slice(start, start + columns) for start in range(0, columns * rows, columns))
    return Cells(columns, tuple(tuple(_runs(patterns[band], inks[band], papers[band], glyphs, off)) for band in bands))


@lru_cache
def _steps(levels: int) -> bytes:
    """Return for each grey the nearest of so many even steps from 0 to full ink."""
    last = levels - 1
    return bytes(round(round(grey / 255 * last) / last * FULL_INK) for grey in range(256))


def _runs(patterns: bytes, inks: bytes, papers: bytes, glyphs: GlyphSet, off: int) -> Iterator[Run]:
    """Merge the cells of a row, those whose shades are hardly others and those that show no ink, with what is before.

    Naming other colours takes more bytes than a cell's character. So a cell keeps those of the run where that is wrong
    by little in the mean of its parts; but plain paper is plain.
    """
    parts, table = glyphs.parts, glyphs.table
    ink, paper, text = _first_ink(patterns, inks, papers), papers[0], ""
    for pattern, dark, light in zip(patterns, inks, papers, strict=True):
        if pattern and dark != light:
            shades = _nearly(ink, paper, dark, light, pattern.bit_count(), parts, off)
            glyph = table[pattern]
        else:
            shades = ink, paper if light and -1 <= light - paper <= 1 else light
            glyph = " "
        if shades != (ink, paper):
            if text:
                yield Run(text, ink, paper)
            (ink, paper), text = shades, ""
        text += glyph
    yield Run(text, ink, paper)


@lru_cache(1 << 15)
def _nearly(ink: int, paper: int, dark: int, light: int, covered: int, parts: int, off: int) -> tuple[int, int]:
    """Return the shades of a cell with so many covered parts: of the run's, those that are near enough."""
    ink_off, paper_off = covered * (dark - ink) ** 2, (parts - covered) * (light - paper) ** 2
    most = parts * off
    if ink_off + paper_off <= most and ink > paper:
        return ink, paper
    if ink_off <= most and ink_off <= paper_off and ink > light:
        return ink, light
    if paper_off <= most and dark > paper:
        return dark, paper
    return dark, light


def _first_ink(patterns: bytes, inks: bytes, papers: bytes) -> int:
    shown = (dark for pattern, dark, light in zip(patterns, inks, papers, strict=True) if pattern and dark != light)
    return next(shown, FULL_INK)
