"""A hand that writes with a font, and never writes the same letter twice.

What tells a font from handwriting is its sameness. So each word gets its own size, slant, height and amount of ink,
each letter leaves the line a little, and in the end the whole ink is warped as if by a slow tremor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFont

SHARPER = 2
"""Ink is drawn this many times as large as the page, and reduced in the end."""

_TREMOR_CELL = 28
_PRINT = "print"

Colour = tuple[int, int, int]


class FontMissing(Exception):
    """A font that the pages are written with is not in the folder; its text says where it comes from."""


@dataclass(frozen=True, slots=True)
class Hand:
    """How somebody writes."""

    font: str
    """The package's name, such as `caveat`; `print` for the type of printed labels."""
    size: float
    """Pixels of the em."""
    colour: Colour = (34, 38, 64)
    slant: float = 0.0
    """Lean to the right beyond the font's own: the tangent of its angle."""
    unrest: float = 1.0
    """How far letters and words stray; 0 for print."""
    spacing: float = 1.0
    """The space between words, in the font's own."""
    dip: int = 0
    """After how many words a dipped pen runs dry; 0 for a pen that does not."""


@dataclass(slots=True)
class Ink:
    """The ink of one hand on one page: a grey image, 0 where the paper is bare."""

    hand: Hand
    random: Random
    mask: Image.Image
    words: int = 0

    def word(self, text: str, x: float, baseline: float, fonts: Fonts) -> float:
        """Write a word at page pixels; return where the next may begin, without the space between."""
        unrest, size = self.hand.unrest, self.hand.size
        font = fonts.of(self.hand.font, size * (1 + self.random.gauss(0, 0.025) * unrest) * SHARPER)
        picture, left, rise, length = self._letters(text, font)
        lean = self.hand.slant + self.random.gauss(0, 0.03) * unrest
        picture = picture.transform(
            picture.size, Image.Transform.AFFINE, (1, lean, -lean * rise, 0, 1, 0), Image.Resampling.BILINEAR
        )
        flow = self._flow()
        picture = picture.point([round(grey * flow) for grey in range(256)])
        baseline += self.random.gauss(0, 0.02) * size * unrest
        corner = round(x * SHARPER) - left, round(baseline * SHARPER) - rise
        _add(self.mask, picture, corner)
        self.words += 1
        return x + length / SHARPER

    def _letters(self, text: str, font: ImageFont.FreeTypeFont) -> tuple[Image.Image, int, int, float]:
        """Return the word's picture, its own left edge and baseline in it, and the word's length."""
        room = round(font.size)
        length = font.getlength(text)
        picture = Image.new("L", (math.ceil(length) + 2 * room, round(2.6 * room)))
        draw, rise, before = ImageDraw.Draw(picture), round(1.5 * room), ""
        for letter in text:
            place = font.getlength(before + letter) - font.getlength(letter)
            stray = self.random.gauss(0, 0.008) * font.size * self.hand.unrest
            draw.text((room + place, rise + stray), letter, fill=255, font=font, anchor="ls")
            before += letter
        return picture, room, rise, length

    def _flow(self) -> float:
        """How much ink the pen gives for this word, 0..1."""
        if not self.hand.unrest:
            return 1.0
        dry = 0.26 * (self.words % self.hand.dip) / self.hand.dip if self.hand.dip else 0.0
        return min(1.0, max(0.4, 0.97 - dry - abs(self.random.gauss(0, 0.05))))

    def finished(self) -> Image.Image:
        """Return the mask at the page's own size, with the tremor and the unevenness of ink in it."""
        mask = self.mask
        if self.hand.unrest:
            mask = warped(mask, self.random, 0.75 * SHARPER * self.hand.unrest)
            mask = ImageChops.multiply(mask, noise(mask.size, 5 * SHARPER, self.random, 200, 255))
        return mask.resize((mask.width // SHARPER, mask.height // SHARPER), Image.Resampling.BOX)


@dataclass(slots=True)
class Fonts:
    """The fonts of a folder, by their package's name."""

    folder: Path
    _known: dict[tuple[str, int], ImageFont.FreeTypeFont] = field(default_factory=dict)

    def of(self, name: str, size: float) -> ImageFont.FreeTypeFont:
        """Return a font at a size in pixels; raises FontMissing."""
        key = name, max(1, round(size * 4))
        if key not in self._known:
            self._known[key] = self._opened(name, key[1] / 4)
        return self._known[key]

    def _opened(self, name: str, size: float) -> ImageFont.FreeTypeFont:
        if name == _PRINT:
            font = ImageFont.load_default(size)
            assert isinstance(font, ImageFont.FreeTypeFont)
            return font
        for file in sorted(self.folder.rglob(f"{name}-latin-400-normal.woff")):
            return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
        raise FontMissing(
            f"There is no {name}-latin-400-normal.woff in or below {self.folder}. It comes with the npm package "
            f"@fontsource/{name}: unpack that package there."
        )


def noise(size: tuple[int, int], cell: float, random: Random, low: int, high: int) -> Image.Image:
    """Return smooth grey noise from low to high, whose bumps are about `cell` pixels wide."""
    small = max(2, round(size[0] / cell)), max(2, round(size[1] / cell))
    grain = Image.frombytes("L", small, random.randbytes(small[0] * small[1]))
    return grain.point(lambda grey: round(low + grey * (high - low) / 255)).resize(size, Image.Resampling.BICUBIC)


def _add(mask: Image.Image, picture: Image.Image, corner: tuple[int, int]) -> None:
    box = (*corner, corner[0] + picture.width, corner[1] + picture.height)
    mask.paste(ImageChops.lighter(mask.crop(box), picture), box)


def warped(image: Image.Image, random: Random, reach: float) -> Image.Image:
    """Shift the corners of a grid by about `reach` pixels, so that letters differ and joined ones stay joined."""
    cell = _TREMOR_CELL * SHARPER
    columns, rows = -(-image.width // cell), -(-image.height // cell)
    shifted = [
        [(x * cell + random.gauss(0, reach), y * cell + random.gauss(0, reach)) for x in range(columns + 1)]
        for y in range(rows + 1)
    ]
    return image.transform(image.size, Image.Transform.MESH, list(_cells(shifted, cell)), Image.Resampling.BILINEAR)


def _cells(
    shifted: list[list[tuple[float, float]]], cell: int
) -> Iterator[tuple[tuple[int, int, int, int], tuple[float, ...]]]:
    """Yield each cell's box and the four corners it is drawn from: top left, bottom left, bottom right, top right."""
    for y, (upper, lower) in enumerate(pairwise(shifted)):
        for x in range(len(upper) - 1):
            box = x * cell, y * cell, (x + 1) * cell, (y + 1) * cell
            yield box, (*upper[x], *lower[x], *lower[x + 1], *upper[x + 1])
