"""A page as it was read, with what else each of its words might be.

Apart from the model, because the queue file keeps pages alone; and apart from the search that finds the alternatives,
because these records cross from the engine's process to the program, which loads none of the engine's libraries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tui.model import Page

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

    def fitted(self, width: int, height: int) -> Reading:
        """Return it in pixels of an image of that size."""
        return replace(self, page=self.page.fitted(width, height))
