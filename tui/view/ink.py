"""The ink of a line, a word or a page, ready to be shown. Everything here is pure; the drawing runs in a thread."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby, pairwise
from typing import NamedTuple

from PIL import Image
from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style

from tui.model import Line, Verdict, Word
from tui.pictures.cells import LEVELS, Cells, Run, draw
from tui.pictures.colour import hues
from tui.pictures.crop import TALLEST as TALLEST_OF_ALL
from tui.pictures.crop import across, share_of_line, upright_crop
from tui.pictures.folding import Piece, fold
from tui.pictures.glyphs import GlyphSet
from tui.pictures.pixels import MOST_BYTES, Pixels, Protocol, dyed, pixels
from tui.pictures.source import PageImage
from tui.pictures.terminal import Colours
from tui.view.easel import Easel
from tui.view.looks import Tones
from tui.view.sight import Sight
from tui.view.wording import fit

TALLEST = 96
"""Height of a crop in pixels at most: as many as the tallest panel has parts of cells."""
_OFF = ((2400, 9), (1000, 4))
"""From how many cells of a drawing on its colours may be off by how many squared shades, where bytes count."""
GUTTER = 2
"""Columns on the left that mark the line's own rows, where it is shown with what is around it."""
Tint = tuple[int, int, int]
"""A colour as red, green and blue."""
PAPER: Tint = (255, 255, 255)
CHOSEN: Tint = (255, 222, 120)
AROUND: Tint = (205, 205, 205)
"""The paper of what is not of the line itself."""
VERDICT_TINTS: dict[Verdict, Tint] = {
    Verdict.UNDECIDED: PAPER,
    Verdict.ACCEPTED: (212, 242, 212),
    Verdict.CORRECTED: (208, 226, 255),
    Verdict.FLAGGED: (255, 212, 202),
    Verdict.SKIPPED: (234, 222, 244),
    Verdict.REJECTED: (218, 218, 218),
}
_DARK_PAPER: dict[Tint, Tint] = {
    PAPER: (0, 0, 0),
    CHOSEN: (96, 72, 0),
    AROUND: (56, 56, 56),
    VERDICT_TINTS[Verdict.ACCEPTED]: (12, 62, 20),
    VERDICT_TINTS[Verdict.CORRECTED]: (16, 42, 96),
    VERDICT_TINTS[Verdict.FLAGGED]: (98, 26, 16),
    VERDICT_TINTS[Verdict.SKIPPED]: (58, 40, 74),
    VERDICT_TINTS[Verdict.REJECTED]: (44, 44, 44),
}
"""What each colour of paper is where ink is light on dark paper."""
_DARK_INKS: tuple[Tint, ...] = (
    (0, 0, 0), (200, 0, 0), (140, 84, 0), (0, 116, 0), (0, 108, 118), (0, 44, 200), (156, 0, 140),
)  # fmt: skip
"""The colour of full ink of each hue."""
_LIGHT_INKS: tuple[Tint, ...] = (
    (255, 255, 255), (255, 112, 112), (236, 190, 96), (120, 224, 120), (104, 220, 230), (136, 176, 255),
    (242, 134, 232),
)  # fmt: skip
_LAST = LEVELS - 1
_CURVES = (
    tuple(range(LEVELS)),
    tuple(min(_LAST, max(0, round((level - 2) * 1.7))) for level in range(LEVELS)),
    tuple(_LAST * (level > 4) for level in range(LEVELS)),
    tuple(round(level * 0.3) for level in range(LEVELS)),
)
"""For each contrast what becomes of each shade."""
FADED = 3
"""A contrast that nobody chooses: that of ink under text."""


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
    hues: tuple[bytes, ...] = ()
    """The hue of each cell, row by row; empty where all ink is grey."""
    own: range | None = None
    """The rows of the line itself, where it is shown with what is around it."""
    pixels: Pixels | None = None
    """The same pixel by pixel, where the terminal shows that."""


@dataclass(frozen=True, slots=True)
class LineInk:
    """The ink of a line, in pieces from its first word to its last."""

    pieces: tuple[InkPiece, ...]


@dataclass(frozen=True, slots=True)
class PageInk:
    """A page, or a part of it, drawn as a map."""

    cells: Cells
    sight: Sight
    hues: tuple[bytes, ...] = ()
    pixels: Pixels | None = None


@dataclass(frozen=True, slots=True)
class TextPart:
    """A stretch of the row under the ink; `word` is None for the space between words."""

    text: str
    word: int | None


class Cell(NamedTuple):
    """What one cell shows."""

    glyph: str
    ink: int = 0
    paper: int = 0
    hue: int = 0


@dataclass(frozen=True, slots=True)
class Medium:
    """What the terminal has beside glyphs and colours, or has not."""

    cell: tuple[int, int] | None = None
    """Width and height of a cell in pixels, where pictures are shown pixel by pixel."""
    mono: bool = False
    """Whether there are no colours, so that a part of a cell is ink or it is not."""
    protocol: Protocol = "kitty"
    """How the terminal is told of pictures, where they are shown pixel by pixel."""
    saves: bool = False
    """Whether bytes count, as over SSH."""

    @property
    def tallest(self) -> int:
        """Height of a crop in pixels at most."""
        return TALLEST_OF_ALL if self.cell else TALLEST

    def off(self, cells: int) -> int:
        """Return by how many squared shades colours may be off in a drawing of so many cells.

        The larger a line is drawn, the less it matters: in 130x22 cells .797 of its characters can be read in place of
        .818, for three fifths of the bytes (tests/bench/legibility_levers.py).
        """
        return next((off for least, off in _OFF if self.saves and cells >= least), 1)


GLYPHS_IN_COLOUR = Medium()


def medium_of(cell: tuple[int, int] | None, colours: Colours) -> Medium:
    """Return what a terminal has that shows pictures in such cells, or none, and so many colours."""
    return Medium(cell, mono=colours == "none", saves=colours != "truecolor")


def line_ink(
    page: PageImage,
    line: Line,
    columns: int,
    rows: int,
    glyphs: GlyphSet,
    *,
    around: tuple[float, float] = (0.0, 0.0),
    colours: PageImage | None = None,
    medium: Medium = GLYPHS_IN_COLOUR,
) -> LineInk:
    """Draw a line into a box of cells, with a row left under each piece for its text.

    So many pixels of the page above and below it are shown `around` it; then a gutter on the left marks its own rows.
    """
    if line.polygon is None:
        return LineInk(())
    lonely = not any(around)
    tallest = medium.tallest * (1 if lonely else 3)
    spans = {
        number: across(line.polygon, word.polygon, tallest=tallest, around=around)
        for number, word in enumerate(line.words)
        if word.polygon is not None
    }
    crop = upright_crop(page, line.polygon, tallest=tallest, around=around)
    room = columns if lonely else max(1, columns - GUTTER)
    folded = fold(crop, room, rows, words=tuple(spans.values()), spare=1)
    places: list[list[Place]] = [[] for _ in folded.pieces]
    for number, span in spans.items():
        piece, first, last = folded.where(*span)
        places[piece].append(Place(number, first, last + 1))
    coloured = colours and upright_crop(colours, line.polygon, tallest=tallest, around=around)
    share = share_of_line(line.polygon, around)
    off = medium.off(sum(piece.columns * piece.rows for piece in folded.pieces))
    return LineInk(
        tuple(
            InkPiece(
                draw(piece.image, piece.columns, piece.rows, glyphs, mono=medium.mono, off=off),
                tuple(words),
                _hues(coloured, piece) if coloured else (),
                None if lonely else _own_rows(share, piece.rows),
                None if coloured else _pixels(piece, medium, MOST_BYTES // len(folded.pieces)),
            )
            for piece, words in zip(folded.pieces, places, strict=True)
        )
    )


def _hues(coloured: Image.Image, piece: Piece) -> tuple[bytes, ...]:
    return hues(coloured.crop((piece.left, 0, piece.right, coloured.height)), piece.columns, piece.rows)


def _pixels(piece: Piece, medium: Medium, most: int) -> Pixels | None:
    if medium.cell is None:
        return None
    return pixels(piece.image, piece.columns, piece.rows, medium.cell, most, medium.protocol)


def _own_rows(share: tuple[float, float], rows: int) -> range:
    first = min(rows - 1, round(share[0] * rows))
    return range(first, max(first + 1, round(share[1] * rows)))


def word_ink(
    page: PageImage,
    word: Word,
    number: int,
    columns: int,
    rows: int,
    glyphs: GlyphSet,
    *,
    around: tuple[float, float] = (0.0, 0.0),
    colours: PageImage | None = None,
    medium: Medium = GLYPHS_IN_COLOUR,
) -> LineInk:
    """Draw one word alone, as large as the box of cells allows."""
    alone = Line(word.text, word.polygon, (word,))
    ink = line_ink(page, alone, columns, rows, glyphs, around=around, colours=colours, medium=medium)
    return LineInk(
        tuple(replace(piece, places=tuple(replace(p, word=number) for p in piece.places)) for piece in ink.pieces)
    )


def page_ink(
    page: PageImage,
    seen: Sight,
    glyphs: GlyphSet,
    *,
    colours: PageImage | None = None,
    medium: Medium = GLYPHS_IN_COLOUR,
) -> PageInk:
    """Draw the part of a page that is in sight."""
    part = _part(page, seen)
    return PageInk(
        draw(part, seen.columns, seen.rows, glyphs, mono=medium.mono, off=medium.off(seen.columns * seen.rows)),
        seen,
        hues(_part(colours, seen), seen.columns, seen.rows) if colours else (),
        pixels(part, seen.columns, seen.rows, medium.cell, protocol=medium.protocol)
        if medium.cell and not colours
        else None,
    )


def _part(page: PageImage, seen: Sight) -> Image.Image:
    if seen.is_whole_width and seen.is_whole_height:
        return page.image
    across_, down = page.scale
    left, top = int(seen.left * across_), int(seen.top * down)
    right, bottom = math.ceil((seen.left + seen.width) * across_), math.ceil((seen.top + seen.height) * down)
    return page.image.crop((left, top, max(left + 1, right), max(top + 1, bottom)))


def text_under(places: Sequence[Place], words: Sequence[str], columns: int) -> list[TextPart]:
    """Lay words out in a row of `columns`, each under its ink, or as near as the words before it allow.

    Words that stand in two rows, as those of two lines that were joined, follow each other as they are read.
    """
    parts: list[TextPart] = []
    at = 0
    for place in _in_two_rows(places, columns) or sorted(places, key=lambda place: place.start):
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


def _in_two_rows(places: Sequence[Place], columns: int) -> list[Place]:
    """Return words as they are read, all at the left, where a second row of them begins; none where they are one."""
    read = sorted(places, key=lambda place: place.word)
    steps = [later.start - place.start for place, later in pairwise(read)]
    far = columns // 3
    wraps = any(step < -far for step in steps) and any(step > 0 for step in steps)
    wraps_leftwards = any(step > far for step in steps) and any(step < 0 for step in steps)
    rightwards = sum(step > 0 for step in steps) * 2 >= len(steps)
    return [replace(place, start=0) for place in read] if (wraps if rightwards else wraps_leftwards) else []


def ink_rows(piece: InkPiece, tones: Tones, word: int | None = None, easel: Easel | None = None) -> list[list[Segment]]:
    """Return a piece of ink as rows of segments; the paper of the word under the cursor is tinted, its ink left be.

    On an easel, where its picture must hang, it is shown pixel by pixel.
    """
    place = next((place for place in piece.places if place.word == word), None) if word is not None else None
    return [_ink_row(piece, number, tones, place, easel) for number in range(len(piece.cells.rows))]


def pixel_row(easel: Easel, picture: Pixels, number: int, tints: Iterable[Tint], tones: Tones) -> list[Segment]:
    """Return a row of a picture on tinted paper as segments."""
    return easel.row(toned(picture, tones), number, [paper_colour(tint, tones) for tint in tints])


def toned(picture: Pixels, tones: Tones) -> Pixels:
    """Return a picture with the ink that it has in these tones."""
    shades = tuple(level / _LAST for level in _CURVES[tones.contrast])
    return dyed(picture, (_LIGHT_INKS if tones.inverted else _DARK_INKS)[0], shades)


def _ink_row(piece: InkPiece, number: int, tones: Tones, place: Place | None, easel: Easel | None) -> list[Segment]:
    is_own = piece.own is None or number in piece.own
    plain = PAPER if is_own else AROUND
    cells = cells_of(piece.cells.rows[number], piece.hues[number] if piece.hues else b"")
    tints = [
        CHOSEN if is_own and place is not None and place.start <= column < place.end else plain
        for column in range(len(cells))
    ]
    gutter = [] if piece.own is None else [Segment(("▌" if is_own else " ") + " ")]
    if easel is not None and piece.pixels is not None:
        return [*gutter, *pixel_row(easel, piece.pixels, number, tints, tones)]
    return [*gutter, *segments(zip(cells, tints, strict=True), tones)]


def cells_of(row: Sequence[Run], hues_of_row: bytes) -> list[Cell]:
    """Return the cells of a row one by one."""
    cells = [Cell(glyph, run.ink, run.paper) for run in row for glyph in run.text]
    return [cell._replace(hue=hue) for cell, hue in zip(cells, hues_of_row, strict=True)] if hues_of_row else cells


def segments(cells: Iterable[tuple[Cell, Tint]], tones: Tones) -> list[Segment]:
    """Return cells on tinted paper as segments, those that look the same in one."""
    styled = [(cell.glyph, ink_style(cell.ink, cell.paper, cell.hue, tint, tones)) for cell, tint in cells]
    return [
        Segment("".join(glyph for glyph, _ in same), style) for style, same in groupby(styled, key=lambda pair: pair[1])
    ]


@lru_cache(maxsize=4096)
def ink_style(ink: int, paper: int, hue: int, tint: Tint, tones: Tones) -> Style:
    """Return the style of ink and paper of two shades, the ink of a hue and the paper of a tint."""
    return Style(color=_shade(ink, hue, tint, tones), bgcolor=_shade(paper, hue, tint, tones))


@lru_cache(maxsize=64)
def text_style(tint: Tint, tones: Tones) -> Style:
    """Return the style of text on plain paper of a tint."""
    return ink_style(_LAST, 0, 0, tint, replace(tones, contrast=0))


def _shade(level: int, hue: int, tint: Tint, tones: Tones) -> Color:
    share = _CURVES[tones.contrast][level] / _LAST
    ink = (_LIGHT_INKS if tones.inverted else _DARK_INKS)[hue]
    red, green, blue = (
        round(bare + (full - bare) * share) for bare, full in zip(paper_colour(tint, tones), ink, strict=True)
    )
    return Color.from_rgb(red, green, blue)


def paper_colour(tint: Tint, tones: Tones) -> Tint:
    """Return the colour of paper of a tint."""
    return _DARK_PAPER[tint] if tones.inverted else tint
