"""Ink and paper together, pixel by pixel: what a protocol needs that knows no opacity and paints over cells."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PIL import Image, ImageChops

from tui.pictures.pixels.picture import MOST_BYTES, Colour, Pixels

_COLOURS: Final = 256
"""Colours that a mosaic has at most."""
_PAPERS: Final = 64
"""Papers that are told apart; those beyond look like the first."""
_COARSER: Final = (1, 2, 4, 8, 16, 32)
"""How many pixels of a side become one, where all of them are too many."""
_WHITE: Final = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class Patch:
    """A box of cells of a picture that is to be painted."""

    picture: Pixels
    left: int
    """Its first column of the picture."""
    top: int
    """Its first row."""
    papers: tuple[tuple[Colour, ...], ...]
    """The colour of the paper of each cell, row by row."""

    @property
    def columns(self) -> int:
        """How many columns it has."""
        return len(self.papers[0])

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return len(self.papers)


@dataclass(frozen=True, slots=True)
class Mosaic:
    """A patch drawn: each pixel has one of few colours, and those of one paper follow each other, palest ink first."""

    values: bytes
    """The number of each pixel's colour, row by row."""
    size: tuple[int, int]
    """Width and height, in pixels."""
    palette: tuple[Colour, ...]
    shades: int
    """How many colours belong to each paper."""


def whole(picture: Pixels) -> Patch:
    """Return the patch that is all of a picture on white paper."""
    return Patch(picture, 0, 0, ((_WHITE,) * picture.columns,) * picture.rows)


def shortest(patch: Patch, cell: tuple[int, int], encoded: Callable[[Mosaic], str], most: int = MOST_BYTES) -> str:
    """Return a patch in at most `most` bytes: with the shades it has, else with fewer, then coarser, at last blank.

    A picture that was fitted is within that with all its shades, unless its papers change from cell to cell.
    """
    text = ""
    for mosaic in _finest_first(patch, cell):
        text = encoded(mosaic)
        if len(text) <= most:
            return text
    return ""


def _finest_first(patch: Patch, cell: tuple[int, int]) -> Iterator[Mosaic]:
    shades = patch.picture.shades
    for count in sorted({shades, min(4, shades), 2}, reverse=True):
        yield drawn(patch, cell, count)
    for coarseness in _COARSER[1:]:
        yield drawn(patch, cell, 2, coarseness)
    plain = Patch(patch.picture, patch.left, patch.top, ((patch.papers[0][0],) * patch.columns,) * patch.rows)
    for coarseness in _COARSER[3:]:
        yield drawn(plain, cell, 2, coarseness)


def drawn(patch: Patch, cell: tuple[int, int], shades: int, coarseness: int = 1) -> Mosaic:
    """Draw a patch with so many shades of ink on each of its papers, pixel by pixel of the screen."""
    papers = list(dict.fromkeys(paper for row in patch.papers for paper in row))[:_PAPERS]
    shades = max(2, min(shades, _COLOURS // len(papers)))
    ink = _opacity(patch.picture, cell).crop(_box(patch, cell))
    if coarseness > 1:
        small = max(1, ink.width // coarseness), max(1, ink.height // coarseness)
        ink = ink.resize(small, Image.Resampling.BOX).resize(ink.size, Image.Resampling.NEAREST)
    steps = ink.point([(value * (shades - 1) + 127) // 255 for value in range(256)])
    if len(papers) > 1:
        steps = ImageChops.add(steps, _of_papers(patch, papers, shades).resize(ink.size, Image.Resampling.NEAREST))
    full = _colour(patch.picture)
    palette = tuple(_blended(paper, full, step / (shades - 1)) for paper in papers for step in range(shades))
    return Mosaic(steps.tobytes(), steps.size, palette, shades)


def _box(patch: Patch, cell: tuple[int, int]) -> tuple[int, int, int, int]:
    right, bottom = patch.left + patch.columns, patch.top + patch.rows
    return patch.left * cell[0], patch.top * cell[1], right * cell[0], bottom * cell[1]


def _of_papers(patch: Patch, papers: list[Colour], shades: int) -> Image.Image:
    """Return an image of a pixel a cell: the number of the first colour of its paper."""
    first = {paper: place * shades for place, paper in enumerate(papers)}
    return Image.frombytes(
        "L", (patch.columns, patch.rows), bytes(first.get(paper, 0) for row in patch.papers for paper in row)
    )


@lru_cache(8)
def _opacity(picture: Pixels, cell: tuple[int, int]) -> Image.Image:
    """Return how opaque the ink is at each pixel of the screen."""
    ink = Image.open(io.BytesIO(picture.png)).convert("RGBA").getchannel("A")
    size = picture.columns * cell[0], picture.rows * cell[1]
    return ink if ink.size == size else ink.resize(size, Image.Resampling.BICUBIC)


@lru_cache(64)
def _colour(picture: Pixels) -> Colour:
    """Return the colour of its ink."""
    palette = Image.open(io.BytesIO(picture.png)).getpalette() or [0, 0, 0]
    red, green, blue = palette[:3]
    return red, green, blue


def _blended(paper: Colour, ink: Colour, share: float) -> Colour:
    red, green, blue = (round(bare + (full - bare) * share) for bare, full in zip(paper, ink, strict=True))
    return red, green, blue
