"""Where pictures are made ready in threads: pages decoded, lines drawn, both kept while they may be wanted again."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from tui.model import Item, Line, LineKey
from tui.pictures.glyphs import GlyphSet
from tui.pictures.source import PageImage, PictureError, open_page
from tui.view.ink import LineInk, PageInk, line_ink, page_ink, word_ink
from tui.view.wording import short_name

KEPT_PAGES = 2
"""How many page images are kept: the one under review and one more."""
KEPT_INKS = 64
"""How many drawn lines are kept."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Frame:
    """What is to be drawn of an item, and the cells there are for it."""

    item_id: int
    key: LineKey
    word: int | None
    """None for the whole line."""
    columns: int
    rows: int

    @property
    def is_too_small(self) -> bool:
        """Whether there is no room for a row of ink and one of text."""
        return self.columns < 1 or self.rows < 2


class Darkroom:
    """Makes pictures ready; what is ready already is there at once."""

    def __init__(self, glyphs: GlyphSet) -> None:
        self._glyphs = glyphs
        self._pages: _Kept[tuple[int, int], PageImage] = _Kept(KEPT_PAGES)
        self._inks: _Kept[Frame, LineInk] = _Kept(KEPT_INKS)

    def page(self, item_id: int, number: int) -> PageImage | None:
        """Return a page's image if it is at hand."""
        return self._pages.get((item_id, number))

    async def open(self, item: Item, number: int) -> PageImage:
        """Decode a page; raises PictureError."""
        return await self._pages.make((item.id, number), lambda: _page_image(item, number))

    def ink(self, frame: Frame) -> LineInk | None:
        """Return drawn ink if it is at hand."""
        return self._inks.get(frame)

    async def draw(self, frame: Frame, line: Line, image: PageImage) -> LineInk:
        """Draw the ink of a line or a word."""
        return await self._inks.make(frame, lambda: self._drawn(frame, line, image))

    def _drawn(self, frame: Frame, line: Line, image: PageImage) -> LineInk:
        if frame.word is None:
            return line_ink(image, line, frame.columns, frame.rows, self._glyphs)
        return word_ink(image, line.words[frame.word], frame.word, frame.columns, frame.rows, self._glyphs)

    async def map(self, image: PageImage, columns: int, rows: int) -> PageInk:
        """Draw a whole page small."""
        return await asyncio.to_thread(page_ink, image, columns, rows, self._glyphs)


class _Kept(Generic[Key, Value]):
    """The last few things that were made, each in a thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Key, Value] = OrderedDict()

    def get(self, key: Key) -> Value | None:
        return self._things.get(key)

    async def make(self, key: Key, work: Callable[[], Value]) -> Value:
        if key not in self._things:
            self._things[key] = await asyncio.to_thread(work)
        while len(self._things) > self._most:
            self._things.popitem(last=False)
        return self._things[key]


def _page_image(item: Item, number: int) -> PageImage:
    if not item.picture:
        raise PictureError(f"{short_name(item)} has not been fetched yet, so there is no picture to show.")
    return open_page(Path(item.picture), number)
