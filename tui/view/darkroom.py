"""Where pictures are made ready in threads: pages decoded, lines drawn, both kept while they may be wanted again.

The page that comes next is opened while the person looks at this one. No more pages are in memory than are kept, and
two that are being opened: what nobody waits for any more, because somebody leafed on, is not begun.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from PIL import Image

from tui.model import Item, Line, LineKey, Page, Polygon
from tui.pictures.glyphs import GlyphSet
from tui.pictures.opening import Opener
from tui.pictures.source import PageImage, PictureError
from tui.view.around import reach
from tui.view.ink import GLYPHS_IN_COLOUR, LineInk, Medium, PageInk, line_ink, page_ink, word_ink
from tui.view.map_boxes import MapBoxes, boxes_in
from tui.view.sight import Sight
from tui.view.wording import short_name

KEPT_PAGES = 2
"""How many page images are kept: the one under review and the one that comes next."""
KEPT_INKS = 64
"""How many drawn lines are kept."""
KEPT_MAPS = 8
"""How many drawn maps are kept: zooming out again shows at once what was left."""
AT_ONCE = 2
"""How many things of a kind are made at once: the one that is wanted, and one that was wanted before or is next."""

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
    context: int = 0
    """How many lines above and below are drawn with it."""
    in_colour: bool = False
    turn: int = 0
    """Quarter turns clockwise by which the page is shown."""
    box: Polygon | None = None
    """The box of the line, which may still be moved."""

    @property
    def is_too_small(self) -> bool:
        """Whether there is no room for a row of ink and one of text."""
        return self.columns < 1 or self.rows < 2


@dataclass(frozen=True, slots=True)
class MapFrame:
    """What a map is to show."""

    item_id: int
    number: int
    """Of the page."""
    turn: int
    """Quarter turns clockwise by which the page is shown."""
    sight: Sight
    in_colour: bool
    lines: tuple[int, ...] = ()
    """The numbers of the page's lines, where they are others than were read."""


@dataclass(frozen=True, slots=True)
class MapPicture:
    """What a map shows, and where on it the lines are."""

    ink: PageInk
    boxes: MapBoxes


class Darkroom:
    """Makes pictures ready; what is ready already is there at once."""

    def __init__(self, glyphs: GlyphSet, opener: Opener | None = None, medium: Medium = GLYPHS_IN_COLOUR) -> None:
        self._glyphs = glyphs
        self._medium = medium
        self._opener = opener or Opener()
        self._pages: _Kept[tuple[int, int, int], PageImage] = _Kept(KEPT_PAGES)
        self._inks: _Kept[Frame, LineInk] = _Kept(KEPT_INKS)
        self._maps: _Kept[MapFrame, MapPicture] = _Kept(KEPT_MAPS)
        self._colours: _Kept[tuple[int, int, int], tuple[PageImage, ...]] = _Kept(1)

    def page(self, item_id: int, number: int, turn: int = 0) -> PageImage | None:
        """Return a page's image, turned clockwise by so many quarters, if it is at hand."""
        return self._pages.get((item_id, number, turn))

    async def open(self, item: Item, number: int, turn: int = 0) -> PageImage:
        """Decode a page and turn it clockwise by so many quarters; raises PictureError."""
        return await self._pages.make((item.id, number, turn), lambda: _turned(self._opened(item, number), turn))

    async def open_ahead(self, item: Item, number: int) -> None:
        """Decode a page that will be wanted; what is wrong with it is told when it is."""
        with suppress(PictureError):
            await self.open(item, number)

    def _opened(self, item: Item, number: int) -> PageImage:
        if not item.picture:
            raise PictureError(f"{short_name(item)} has not been fetched yet, so there is no picture to show.")
        path = Path(item.picture)
        if item.is_url and not path.exists():
            raise PictureError(f"What was fetched from {short_name(item)} has been thrown away.")
        return self._opener.open(path, number, item.sha256)

    def ink(self, frame: Frame) -> LineInk | None:
        """Return drawn ink if it is at hand."""
        return self._inks.get(frame)

    async def draw(self, frame: Frame, page: Page, image: PageImage, colours: PageImage | None = None) -> LineInk:
        """Draw the ink of a line or a word of a page, in colour where its colours are given."""
        return await self._inks.make(frame, lambda: self._drawn(frame, page, image, colours))

    def _drawn(self, frame: Frame, page: Page, image: PageImage, colours: PageImage | None) -> LineInk:
        line, size = page.line(frame.key.line), (frame.columns, frame.rows)
        around = _around(page, line, frame.context, image.size[1])
        if frame.word is None:
            return line_ink(image, line, *size, self._glyphs, around=around, colours=colours, medium=self._medium)
        word = line.words[frame.word]
        return word_ink(
            image, word, frame.word, *size, self._glyphs, around=around, colours=colours, medium=self._medium
        )

    @property
    def parts(self) -> int:
        """How many parts a cell is divided into from left to right."""
        return self._glyphs.columns

    def ready_map(self, frame: MapFrame) -> MapPicture | None:
        """Return a drawn map if it is at hand."""
        return self._maps.get(frame)

    async def map(self, frame: MapFrame, page: Page, image: PageImage, colours: PageImage | None = None) -> MapPicture:
        """Draw what is in sight of a page, in colour where its colours are given."""
        return await self._maps.make(frame, lambda: self._mapped(frame, page, image, colours))

    def _mapped(self, frame: MapFrame, page: Page, image: PageImage, colours: PageImage | None) -> MapPicture:
        return MapPicture(
            page_ink(image, frame.sight, self._glyphs, colours=colours, medium=self._medium),
            boxes_in(frame.sight, page),
        )

    async def colours(self, item: Item, number: int, image: PageImage, turn: int = 0) -> PageImage | None:
        """Return a small copy of a page in colour, turned like its image; None where there is none."""
        found = await self._colours.make((item.id, number, turn), lambda: self._colours_of(item, number, image, turn))
        return found[0] if found else None

    def _colours_of(self, item: Item, number: int, image: PageImage, turn: int) -> tuple[PageImage, ...]:
        """Return a page in colour; nothing where that is not to be had."""
        if not item.picture:
            return ()
        found = self._opener.colours(Path(item.picture), number, _turned(image, -turn), item.sha256)
        return (_turned(found, turn),) if found is not None else ()


def _turned(page: PageImage, quarters: int) -> PageImage:
    """Return a page turned clockwise by so many quarters."""
    if not quarters % 4:
        return page
    how = (Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_90)[quarters % 4 - 1]
    size = page.size[::-1] if quarters % 2 else page.size
    return replace(page, image=page.image.transpose(how), size=size)


def _around(page: Page, line: Line, count: int, height: int) -> tuple[float, float]:
    """Return how far the lines round a line reach, as far as there is a page of that height."""
    if line.polygon is None or not count:
        return 0.0, 0.0
    above, below = reach(line.polygon, (other.polygon for other in page.lines if other.polygon), count)
    _, top, _, bottom = line.polygon.bounds
    return min(above, max(0.0, top)), min(below, max(0.0, height - bottom))


class _Kept(Generic[Key, Value]):
    """The things that were made or asked for last, each made in a thread, and but once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Key, Value] = OrderedDict()
        self._under_way: dict[Key, asyncio.Task[Value]] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)

    def get(self, key: Key) -> Value | None:
        thing = self._things.get(key)
        if thing is not None:
            self._things.move_to_end(key)
        return thing

    async def make(self, key: Key, work: Callable[[], Value]) -> Value:
        """Return a thing, made by `work` unless it is there, or is being made; raises what that raises.

        Who waits may be cancelled. Work that has begun goes on, for a thread cannot be stopped; no other begins.
        """
        if key not in self._under_way and key not in self._things:
            await self._turns.acquire()
            if key in self._under_way or key in self._things:
                self._turns.release()
            else:
                self._begin(key, work)
        thing = self.get(key)
        return await asyncio.shield(self._under_way[key]) if thing is None else thing

    def _begin(self, key: Key, work: Callable[[], Value]) -> None:
        task = asyncio.create_task(self._made(key, work))
        self._under_way[key] = task
        task.add_done_callback(lambda done: self._end(key, done))

    async def _made(self, key: Key, work: Callable[[], Value]) -> Value:
        """Make a thing and keep it, before anybody who waits for it goes on."""
        thing = await asyncio.to_thread(work)
        self._things[key] = thing
        while len(self._things) > self._most:
            self._things.popitem(last=False)
        return thing

    def _end(self, key: Key, done: asyncio.Task[Value]) -> None:
        del self._under_way[key]
        self._turns.release()
        if not done.cancelled():
            done.exception()  # asked for, so that nobody else has to
