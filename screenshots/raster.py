"""Pictures of a terminal's screen, as a good terminal would show it.

An SVG or a web page leaves the glyphs to the viewer's fonts, few of which have sextants or octants. So the characters
that divide a cell, the braille dots and the lines of boxes are drawn here by their geometry (Unicode charts "Block
Elements", "Symbols for Legacy Computing" and its supplement, "Braille Patterns", "Box Drawing"), which is what
terminals do; all other text is set in DejaVu Sans Mono.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont, ImageOps

from tui.pictures.glyphs import HALVES, OCTANTS, QUADRANTS, SEXTANTS

if TYPE_CHECKING:
    import pyte

CELL_WIDTH, CELL_HEIGHT = 10, 20
"""Pixels of a cell: a whole number for each of the parts that a glyph divides it into, but for thirds."""

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom as parts of a cell's width and height, 0..1."""

_TEXT_SIZE, _BASELINE = 16.6, 15
"""At this size a character of the font is as wide as a cell."""

FOREGROUND: Colour = (204, 204, 204)
BACKGROUND: Colour = (16, 16, 16)
_NAMED: dict[str, Colour] = {
    "black": (12, 12, 12),
    "red": (205, 49, 49),
    "green": (13, 188, 121),
    "brown": (229, 229, 16),
    "blue": (36, 114, 200),
    "magenta": (188, 63, 188),
    "cyan": (17, 168, 205),
    "white": (229, 229, 229),
    "brightblack": (102, 102, 102),
    "brightred": (241, 76, 76),
    "brightgreen": (35, 209, 139),
    "brightbrown": (245, 245, 67),
    "brightblue": (59, 142, 234),
    "brightmagenta": (214, 112, 214),
    "brightcyan": (41, 184, 219),
    "brightwhite": (255, 255, 255),
}


class FontMissing(Exception):
    """The font for the text is not installed; its text says which package holds it."""


def picture(screen: pyte.Screen) -> Image.Image:
    """Return a picture of a screen, CELL_WIDTH x CELL_HEIGHT pixels a cell; raises FontMissing."""
    image = Image.new("RGB", (screen.columns * CELL_WIDTH, screen.lines * CELL_HEIGHT), BACKGROUND)
    for row in range(screen.lines):
        for column in range(screen.columns):
            _paint(image, screen.buffer[row][column], column * CELL_WIDTH, row * CELL_HEIGHT)
    return image


def _paint(image: Image.Image, cell: pyte.screens.Char, left: int, top: int) -> None:
    if not cell.data:
        return
    ink, paper = colour(cell.fg, FOREGROUND), colour(cell.bg, BACKGROUND)
    if cell.reverse:
        ink, paper = paper, ink
    width = CELL_WIDTH * (2 if unicodedata.east_asian_width(cell.data[0]) in "WF" else 1)
    image.paste(paper, (left, top, left + width, top + CELL_HEIGHT))
    if cell.data != " ":
        image.paste(ink, (left, top), stencil(cell.data, width, bold=cell.bold, italic=cell.italics))
    for under in [CELL_HEIGHT - 3] * cell.underscore + [CELL_HEIGHT // 2] * cell.strikethrough:
        image.paste(ink, (left, top + under, left + width, top + under + 1))


def colour(name: str, default: Colour) -> Colour:
    """Return the colour that pyte names: `default`, one of sixteen names, or six hexadecimal digits."""
    if name == "default":
        return default
    if name in _NAMED:
        return _NAMED[name]
    red, green, blue = bytes.fromhex(name)
    return red, green, blue


@cache
def stencil(text: str, width: int = CELL_WIDTH, *, bold: bool = False, italic: bool = False) -> Image.Image:
    """Return what a character covers of its cell: a grey image, 255 where it is all ink; raises FontMissing."""
    code, mask = ord(text[0]), Image.new("L", (width, CELL_HEIGHT))
    if 0x2800 <= code <= 0x28FF:
        return _braille(code - 0x2800)
    if 0x256D <= code <= 0x2570:
        return _arc(code - 0x256D)
    if 0x2500 <= code <= 0x257F and code not in _DIAGONALS:
        return _joined(_arms(text[0]))
    boxes = tuple(_parts(text[0]))
    for box, strength in boxes:
        mask.paste(strength, _pixels(box))
    if not boxes:
        ImageDraw.Draw(mask).text((0, _BASELINE), text, 255, _font(bold=bold, italic=italic), anchor="ls")
    return mask


@cache
def _font(*, bold: bool, italic: bool) -> ImageFont.FreeTypeFont:
    style = f"{'Bold' * bold}{'Oblique' * italic}"
    name = f"DejaVuSansMono{style and '-'}{style}.ttf"
    try:
        return ImageFont.truetype(name, _TEXT_SIZE, layout_engine=ImageFont.Layout.BASIC)
    except OSError as error:
        raise FontMissing(
            f"The font {name} is not installed. It is in Debian's package fonts-dejavu-core (bold) and "
            f"fonts-dejavu-extra (oblique): install them, and make the pictures again."
        ) from error


def _pixels(box: Box) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return (
        round(left * CELL_WIDTH),
        round(top * CELL_HEIGHT),
        round(right * CELL_WIDTH),
        round(bottom * CELL_HEIGHT),
    )


def _parts(text: str) -> Iterator[tuple[Box, int]]:
    """Yield the rectangles a block character consists of, each with how dark it is, 0..255."""
    code = ord(text[0])
    if text in _patterns():
        yield from ((box, 255) for box in _divided(*_patterns()[text]))
    elif 0x2581 <= code <= 0x2588:
        yield (0, 1 - (code - 0x2580) / 8, 1, 1), 255
    elif 0x2589 <= code <= 0x258F:
        yield (0, 0, (0x2590 - code) / 8, 1), 255
    elif 0x2591 <= code <= 0x2593:
        yield (0, 0, 1, 1), 64 * (code - 0x2590)
    elif code in _EIGHTHS:
        yield _EIGHTHS[code], 255


_EIGHTHS: dict[int, Box] = {
    0x2594: (0, 0, 1, 1 / 8),
    0x2595: (7 / 8, 0, 1, 1),
    **{0x1FB70 + eighth - 1: (eighth / 8, 0, (eighth + 1) / 8, 1) for eighth in range(1, 7)},
    **{0x1FB76 + eighth - 1: (0, eighth / 8, 1, (eighth + 1) / 8) for eighth in range(1, 7)},
    **{0x1FB82 + place: (0, 0, 1, eighths / 8) for place, eighths in enumerate((2, 3, 5, 6, 7))},
    **{0x1FB87 + place: (1 - eighths / 8, 0, 1, 1) for place, eighths in enumerate((2, 3, 5, 6, 7))},
}


@cache
def _patterns() -> dict[str, tuple[int, int, int]]:
    """Return the columns, the rows and the pattern of each character that divides a cell evenly."""
    return {
        glyph: (glyphs.columns, glyphs.rows, pattern)
        for glyphs in (OCTANTS, SEXTANTS, QUADRANTS, HALVES)
        for pattern, glyph in enumerate(glyphs.table)
        if pattern
    }


def _divided(columns: int, rows: int, pattern: int) -> Iterator[Box]:
    for bit in range(columns * rows):
        if pattern >> bit & 1:
            row, column = divmod(bit, columns)
            yield column / columns, row / rows, (column + 1) / columns, (row + 1) / rows


_SMOOTHER = 8
_BRAILLE_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of the dot that each bit of a braille character stands for."""


def _braille(dots: int) -> Image.Image:
    large = Image.new("L", (CELL_WIDTH * _SMOOTHER, CELL_HEIGHT * _SMOOTHER))
    draw, pitch = ImageDraw.Draw(large), CELL_WIDTH * _SMOOTHER / 2
    for bit, (column, row) in enumerate(_BRAILLE_DOTS):
        if dots >> bit & 1:
            draw.circle(((column + 0.5) * pitch, (row + 0.5) * pitch), pitch * 0.34, fill=255)
    return large.resize((CELL_WIDTH, CELL_HEIGHT), Image.Resampling.BOX)


def _arc(corner: int) -> Image.Image:
    """Draw a rounded corner: 0 opens to the bottom right, 1 bottom left, 2 top left, 3 top right."""
    width, height, radius = CELL_WIDTH * _SMOOTHER, CELL_HEIGHT * _SMOOTHER, CELL_WIDTH * _SMOOTHER // 2
    large = Image.new("L", (width, height))
    draw, thick = ImageDraw.Draw(large), _THICKNESS[LIGHT] * _SMOOTHER
    reach = radius + thick // 2
    middle = width, height // 2 + radius
    draw.circle(middle, reach, outline=255, width=thick)
    draw.rectangle((0, middle[1], width, height), fill=0)
    draw.rectangle((width // 2 - thick // 2, middle[1], width // 2 + thick // 2 - 1, height), fill=255)
    drawn = large.resize((CELL_WIDTH, CELL_HEIGHT), Image.Resampling.BOX)
    if corner in {1, 2}:
        drawn = ImageOps.mirror(drawn)
    return ImageOps.flip(drawn) if corner in {2, 3} else drawn


LIGHT, HEAVY, DOUBLE = "LIGHT", "HEAVY", "DOUBLE"
_THICKNESS = {LIGHT: 2, HEAVY: 4, DOUBLE: 6}
_WEIGHTS = {"LIGHT": LIGHT, "SINGLE": LIGHT, "HEAVY": HEAVY, "DOUBLE": DOUBLE}
_DIAGONALS = frozenset({0x2571, 0x2572, 0x2573})
_SIDES = {"HORIZONTAL": ("LEFT", "RIGHT"), "VERTICAL": ("UP", "DOWN")}


def _arms(glyph: str) -> dict[str, str]:
    """Return the arms of a box drawing character and the weight of each, as its Unicode name tells them.

    `UP LIGHT AND DOWN HORIZONTAL HEAVY` has a weight in each half; in `LIGHT DOWN AND RIGHT` it stands for both.
    """
    arms: dict[str, str] = {}
    weight = LIGHT
    for half in unicodedata.name(glyph).removeprefix("BOX DRAWINGS ").split(" AND "):
        words = half.split()
        weight = next((_WEIGHTS[word] for word in words if word in _WEIGHTS and "DASH" not in words), weight)
        for word in words:
            for side in _SIDES.get(word, (word,) if word in {"LEFT", "RIGHT", "UP", "DOWN"} else ()):
                arms[side] = weight
    return arms


def _joined(arms: dict[str, str]) -> Image.Image:
    """Draw arms from the edges to the middle; a double one is a thick one with its inside taken out."""
    mask = Image.new("L", (CELL_WIDTH, CELL_HEIGHT))
    double = [side for side, weight in arms.items() if weight == DOUBLE]
    for side in double:
        mask.paste(255, _arm(side, _THICKNESS[DOUBLE]))
    for side in double:
        mask.paste(0, _arm(side, _THICKNESS[LIGHT]))
    for side, weight in arms.items():
        if weight != DOUBLE:
            mask.paste(255, _arm(side, _THICKNESS[weight]))
    return mask


def _arm(side: str, thickness: int) -> tuple[int, int, int, int]:
    across, down, half = CELL_WIDTH // 2, CELL_HEIGHT // 2, thickness // 2
    return {
        "LEFT": (0, down - half, across + half, down + half),
        "RIGHT": (across - half, down - half, CELL_WIDTH, down + half),
        "UP": (across - half, 0, across + half, down + half),
        "DOWN": (across - half, down - half, across + half, CELL_HEIGHT),
    }[side]
