"""Sheets to write on: paper with its fibres and rules, and what a scanner or a camera makes of it.

A sheet keeps what is written on it, line by line, so that the truth of a page is never typed a second time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from tui.demo.pen import SHARPER, Colour, Fonts, Hand, Ink, noise


@dataclass(slots=True)
class Sheet:
    """A page that is being written."""

    paper: Image.Image
    fonts: Fonts
    random: Random
    lines: list[str] = field(default_factory=list)
    """What stands on it, in reading order."""
    _inks: dict[Hand, Ink] = field(default_factory=dict)

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        """What rules, frames and stamps are drawn on the paper with, before anything is written."""
        return ImageDraw.Draw(self.paper)

    def write(self, hand: Hand, text: str, x: float, baseline: float, *, climb: float = 0.0) -> float:
        """Write a line at page pixels, climbing by so many pixels a pixel; note it, and return where it ends."""
        self.lines.append(text)
        ink, start = self._ink(hand), x
        space = self.fonts.of(hand.font, hand.size).getlength(" ") * hand.spacing
        drift = self.random.gauss(0, 0.003) * hand.unrest
        for word in text.split(" "):
            height = baseline - (climb + drift) * (x - start)
            x = ink.word(word, x, height, self.fonts) + space * (1 + self.random.gauss(0, 0.12) * hand.unrest)
        return x - space

    def fitted(self, hand: Hand, lines: Iterable[str], width: float) -> Hand:
        """Return the hand at the size at which the longest of the lines is about so many pixels wide."""
        font = self.fonts.of(hand.font, 100)
        space = font.getlength(" ") * (hand.spacing - 1)
        longest = max(font.getlength(line) + line.count(" ") * space for line in lines)
        return replace(hand, size=round(100 * width / longest))

    def _ink(self, hand: Hand) -> Ink:
        if hand not in self._inks:
            size = self.paper.width * SHARPER, self.paper.height * SHARPER
            self._inks[hand] = Ink(hand, self.random, Image.new("L", size))
        return self._inks[hand]

    def dried(self) -> Image.Image:
        """Return the page with its ink on it."""
        page = self.paper
        for hand, ink in self._inks.items():
            stained = ImageChops.multiply(page, Image.new("RGB", page.size, hand.colour))
            page = Image.composite(stained, page, ink.finished())
        return page


def paper(size: tuple[int, int], colour: Colour, random: Random, *, fibre: int = 3, stain: int = 8) -> Image.Image:
    """Return bare paper: fibres that are `fibre` greys deep, and slow stains of `stain` greys."""
    page = Image.new("RGB", size, colour)
    for cell, depth in ((2.6, fibre), (size[0] / 5, stain)):
        page = shaded(page, noise(size, cell, random, 255 - 2 * depth, 255))
    return page


def rule(page: Image.Image, tops: range, colour: Colour, *, left: int = 0, right: int | None = None) -> None:
    """Draw a thin rule at each height."""
    draw = ImageDraw.Draw(page)
    for top in tops:
        draw.line((left, top, page.width if right is None else right, top), fill=colour, width=2)


def shaded(page: Image.Image, light: Image.Image) -> Image.Image:
    """Return the page under a light, a grey image of its size."""
    return ImageChops.multiply(page, Image.merge("RGB", [light] * 3))


def slope(size: tuple[int, int], near: int, far: int, turn: float) -> Image.Image:
    """Return light that falls from `near` to `far` greys in a direction, degrees counterclockwise from downwards."""
    gradient = Image.linear_gradient("L").rotate(turn, Image.Resampling.BICUBIC, expand=False)
    gradient = gradient.crop((38, 38, 218, 218)).resize(size, Image.Resampling.BICUBIC)
    return gradient.point(lambda grey: round(near + grey * (far - near) / 255))


def scanned(page: Image.Image, random: Random, *, grain: int = 2, blur: float = 0.55) -> Image.Image:
    """Return the page as a scanner gives it: a little soft, a little grainy."""
    soft = page.filter(ImageFilter.GaussianBlur(blur))
    return shaded(soft, noise(page.size, 1.6, random, 255 - 2 * grain, 255))
