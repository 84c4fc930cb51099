"""The ink of a line, as large as the room allows, with the text right under it at the same columns."""

from __future__ import annotations

import textwrap
from collections import OrderedDict
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.cells import chop_cells
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.direction import MARK, is_right_to_left
from tui.view.easel import Easel
from tui.view.ink import GUTTER, InkPiece, LineInk, TextPart, ink_rows, text_under, toned
from tui.view.looks import Tones
from tui.view.wording import fit

MOST_MADE = 12
"""Pieces of ink that are kept ready: those of the lines around the one that is shown."""


class _Made(NamedTuple):
    """A piece of ink that is ready to be shown."""

    piece: InkPiece
    tones: Tones
    strips: list[Strip]


class InkPanel(Widget):
    """Shows the ink of a line and what was read there, or a sentence in its place."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"ink-panel--word", "ink-panel--doubtful"}

    def __init__(self, *, id: str, easel: Easel | None = None) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._easel = easel
        if easel is not None and easel.is_in_tmux:
            self.styles.padding = (0, 1, 0, 0)
        self._strips: list[Strip] = []
        self._strips_of_glyphs: list[Strip] = []
        self._sentence = ""
        self._meant: int | None = None
        self._base = Style()
        self._made: OrderedDict[int, _Made] = OrderedDict()

    def show(
        self,
        ink: LineInk,
        words: Sequence[str],
        doubtful: Sequence[bool],
        selected: int | None,
        tones: Tones,
        *,
        meant: int | None = None,
    ) -> None:
        """Show a line's ink; `words` stand under the boxes of the same place. Rows that stay as they were stay.

        The paper of the `selected` word is tinted; the text of the one that is `meant` stands out.
        """
        self._meant = selected if meant is None else meant
        before, said = self._strips, self._sentence
        self._sentence = ""
        self._strips_of_glyphs = self._drawn(ink, words, doubtful, selected, tones, None)
        self._strips = self._strips_of_glyphs
        if self._easel is not None:
            self._easel.hang(self, [toned(piece.pixels, tones) for piece in ink.pieces if piece.pixels is not None])
            self._strips = self._drawn(ink, words, doubtful, selected, tones, self._easel)
        if said or len(before) != len(self._strips):
            self.refresh()
            return
        for y, (old, new) in enumerate(zip(before, self._strips, strict=True)):
            if old != new:
                self.refresh(Region(0, y, self.size.width, 1))

    def _drawn(
        self,
        ink: LineInk,
        words: Sequence[str],
        doubtful: Sequence[bool],
        selected: int | None,
        tones: Tones,
        easel: Easel | None,
    ) -> list[Strip]:
        strips = []
        self._base = self.rich_style
        for piece in ink.pieces:
            strips += self._ink_of(piece, tones, selected, easel)
            strips.append(self._text_strip(piece, words, doubtful))
        return strips

    def make_ready(self, ink: LineInk, tones: Tones) -> None:
        """Make ink ready to be shown at once, of a line that is likely to come next."""
        if self._easel is None:
            for piece in ink.pieces:
                self._ink_of(piece, tones, None, None)

    def _ink_of(self, piece: InkPiece, tones: Tones, selected: int | None, easel: Easel | None) -> list[Strip]:
        if selected is not None or easel is not None:
            return [Strip(row) for row in ink_rows(piece, tones, selected, easel)]
        made = self._made.get(id(piece))
        if made is None or made.piece is not piece or made.tones != tones:
            made = _Made(piece, tones, [Strip(row) for row in ink_rows(piece, tones)])
            self._made[id(piece)] = made
            while len(self._made) > MOST_MADE:
                self._made.popitem(last=False)
        return made.strips

    def on_unmount(self) -> None:
        """Show no picture any more."""
        if self._easel is not None:
            self._easel.take_down(self)

    def say(self, sentence: str) -> None:
        """Show a sentence instead; the same one is not drawn again."""
        if sentence != self._sentence:
            self._strips, self._strips_of_glyphs, self._sentence = [], [], sentence
            self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some of the rows, of which all have the same style beneath."""
        self._base = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one row of ink, text or the sentence."""
        width = self.size.width
        if self._sentence:
            rows = ["", *_wrapped(self._sentence, width - 4)]
            words = "  " + rows[y] if y < len(rows) else ""
            return Strip([Segment(fit(words, width), self._base)], width)
        strips = self._strips if self.screen.is_active else self._strips_of_glyphs
        if y >= len(strips):
            return Strip.blank(width, self._base)
        return strips[y].adjust_cell_length(width, self._base)

    def _text_strip(self, piece: InkPiece, words: Sequence[str], doubtful: Sequence[bool]) -> Strip:
        parts = text_under(piece.places, words, piece.cells.columns)
        gutter = [] if piece.own is None else [Segment(" " * GUTTER)]
        texts = [Segment(part.text, self._style_of(part, doubtful)) for part in parts]
        strip = Strip([*gutter, *texts])
        if is_right_to_left(" ".join(words)) and strip.cell_length + 2 <= self.size.width:
            return Strip([*strip, Segment(f" {MARK}", self._base)])  # where the reader begins
        return strip

    def _style_of(self, part: TextPart, doubtful: Sequence[bool]) -> Style:
        style = self._base
        if part.word is None:
            return style
        if part.word < len(doubtful) and doubtful[part.word]:
            style += self.get_component_rich_style("ink-panel--doubtful", partial=True)
        if part.word == self._meant:
            style += self.get_component_rich_style("ink-panel--word", partial=True)
        return style


def _wrapped(sentence: str, width: int) -> list[str]:
    """Wrap a sentence at its words, and what is too wide then, such as a line of Chinese, by its cells."""
    width = max(10, width)
    rows = [row for paragraph in sentence.splitlines() for row in textwrap.wrap(paragraph, width) or [""]]
    return [part for row in rows for part in chop_cells(row, width) or [""]]
