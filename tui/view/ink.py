"""The ink of a line, a word or a page, ready to be shown. Everything here is pure; the drawing runs in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from tui.model import Line, Polygon, Word
from tui.pictures.ansi import grey
from tui.pictures.cells import Cells, Run, draw
from tui.pictures.crop import across, upright_crop
from tui.pictures.folding import fold
from tui.pictures.glyphs import GlyphSet
from tui.pictures.source import PageImage
from tui.view.wording import fit

TALLEST = 96
"""Height of a crop in pixels at most: as many as the tallest panel has parts of cells."""
Tint = tuple[int, int, int]
"""The colour that plain paper has, as red, green and blue."""
PAPER: Tint = (255, 255, 255)
CHOSEN: Tint = (255, 222, 120)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a word's ink lies in a piece: from its first column to before its last."""

    word: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class InkPiece:
    """One piece of a line that was folded, and where its words are."""

    cells: Cells
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class LineInk:
    """The ink of a line, in pieces from its first word to its last."""

    pieces: tuple[InkPiece, ...]


@dataclass(frozen=True, slots=True)
class PageInk:
    """A page drawn small."""

    cells: Cells
    size: tuple[int, int]
    """Width and height of the page, in pixels."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of the row under the ink; `word` is None for the space between words."""

    text: str
    word: int | None


def line_ink(page: PageImage, line: Line, columns: int, rows: int, glyphs: GlyphSet) -> LineInk:
    """Draw a line into a box of cells, with a row left under each piece for its text."""
    if line.polygon is None:
        return LineInk(())
    spans = {
        number: across(line.polygon, word.polygon, tallest=TALLEST)
        for number, word in enumerate(line.words)
        if word.polygon is not None
    }
    crop = upright_crop(page, line.polygon, tallest=TALLEST)
    folded = fold(crop, columns, rows, words=tuple(spans.values()), spare=1)
    places: list[list[Place]] = [[] for _ in folded.pieces]
    for number, span in spans.items():
        piece, first, last = folded.where(*span)
        places[piece].append(Place(number, first, last + 1))
    return LineInk(
        tuple(
            InkPiece(draw(piece.image, piece.columns, piece.rows, glyphs), tuple(words))
            for piece, words in zip(folded.pieces, places, strict=True)
        )
    )


def word_ink(page: PageImage, word: Word, number: int, columns: int, rows: int, glyphs: GlyphSet) -> LineInk:
    """Draw one word alone, as large as the box of cells allows."""
    alone = Line(word.text, word.polygon, (word,))
    ink = line_ink(page, alone, columns, rows, glyphs)
    return LineInk(
        tuple(replace(piece, places=tuple(replace(p, word=number) for p in piece.places)) for piece in ink.pieces)
    )


def page_ink(page: PageImage, columns: int, rows: int, glyphs: GlyphSet) -> PageInk:
    """Draw a whole page into a box of cells, which are twice as high as wide, keeping its shape."""
    width, height = page.size
    scale = min(columns / width, 2 * rows / height)
    across_, down = max(1, int(width * scale)), max(1, int(height * scale / 2))
    return PageInk(draw(page.image, across_, down, glyphs), page.size)


def text_under(places: Sequence[Place], words: Sequence[str], columns: int) -> list[TextPart]:
    """Lay words out in a row of `columns`, each under its ink, or as near as the words before it allow."""
    parts: list[TextPart] = []
    at = 0
    for place in sorted(places, key=lambda place: place.start):
        word = words[place.word] if place.word < len(words) else ""
        room = columns - at - (1 if at else 0)
        if not word or room <= 0:
            continue
        start = max(place.start, at + (1 if at else 0))
        start = max(at + (1 if at else 0), min(start, columns - cell_len(word)))
        shown = word if cell_len(word) <= columns - start else fit(word, columns - start)
        if start > at:
            parts.append(TextPart(" " * (start - at), None))
        parts.append(TextPart(shown, place.word))
        at = start + cell_len(shown)
    return parts


def ink_segments(row: Sequence[Run]) -> list[Segment]:
    """Return a row of ink as segments on white paper."""
    return [Segment(run.text, ink_style(run.ink, run.paper, PAPER)) for run in row]


@lru_cache(maxsize=2048)
def ink_style(ink: int, paper: int, tint: Tint) -> Style:
    """Return the style of ink and paper of two shades, on paper of a colour."""
    return Style(color=_shade(ink, tint), bgcolor=_shade(paper, tint))


def _shade(level: int, tint: Tint) -> Color:
    share = grey(level) / 255
    red, green, blue = (round(part * share) for part in tint)
    return Color.from_rgb(red, green, blue)


def box_rows(ink: PageInk, polygon: Polygon) -> tuple[range, range]:
    """Return the columns and the rows of a drawn page that a box covers: at least one of each, none beyond the page."""
    width, height = ink.size
    columns, rows = ink.cells.columns, len(ink.cells.rows)
    left, top, right, bottom = polygon.bounds
    return _covered(left / width, right / width, columns), _covered(top / height, bottom / height, rows)


def _covered(start: float, end: float, cells: int) -> range:
    # A cell of which a box covers less than a third is left to the neighbouring line.
    first = max(0, min(cells - 1, int(start * cells + 0.3)))
    last = max(first + 1, min(cells, int(end * cells + 0.7)))
    return range(first, last)
