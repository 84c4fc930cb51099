"""A page as it was read, with what else each of its words might be.

Apart from the model, because the queue file keeps pages alone; and apart from the search that finds the alternatives,
because these records cross from the engine's process to the program, which loads none of the engine's libraries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.model import Page, Polygon, Word

AUTO = "auto"
"""In place of a language: the one that the page looks to be in."""
LITERAL = "literal"
"""In place of a language: none, so that nothing is read but what is to be seen."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to read a word."""

    text: str
    share: float
    """Of the weight of all the word's alternatives, 0..1."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A page, and beside each of its words the ways to read it."""

    page: Page
    alternatives: tuple[tuple[tuple[Alternative, ...], ...], ...] = ()
    """For each line and each word of it: the likeliest first, the word itself among them."""
    language: str = ""
    """The code of the language that it was read with; empty for none."""
    whole: tuple[Alternative, ...] = ()
    """Of a single box: the ways to read all that is in it, words and spaces; the likeliest first."""

    @property
    def by_word(self) -> dict[Word, tuple[Alternative, ...]]:
        """The ways to read each word."""
        lines = zip(self.page.lines, self.alternatives, strict=False)  # what was kept long ago has none
        return {word: others for line, known in lines for word, others in zip(line.words, known, strict=True)}

    def fitted(self, width: float, height: float) -> Reading:
        """Return it in pixels of an image of that size."""
        return replace(self, page=self.page.fitted(round(width), round(height)))


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a page that is to be read by itself."""

    polygon: Polygon
    """In pixels of the upright page."""
    page: int = 1
    width: float = 0.0
    """How wide the page is in those pixels; 0 where they are its own."""
    height: float = 0.0

    def on(self, width: float, height: float, own_width: float, own_height: float) -> Polygon:
        """Return it on a picture of the page of that width and height; the page's own ones come last."""
        return self.polygon.scaled(width / (self.width or own_width), height / (self.height or own_height))
