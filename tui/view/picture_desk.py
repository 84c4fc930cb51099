"""Keeps the pictures of the review up to date: the map of the page, and the ink under the cursor.

It is told what is under review and how it is to look. What is drawn already is shown at once; everything else is drawn
in threads, and shown if it is still wanted when it is ready. Keys never wait for it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from textual.screen import Screen

from tui.model import Item, Line, LineKey, Page, Polygon, printable, text_of
from tui.pictures.source import PageImage, PictureError
from tui.review import Decisions, Spot, words_under
from tui.store import StoreError
from tui.view.darkroom import Darkroom, Frame, MapFrame
from tui.view.looks import THE_BOX, THE_PAGE, Looks, Remembered
from tui.view.sight import Sight, farther, nearer, nearest, sight
from tui.view.widgets.ink_panel import InkPanel
from tui.view.widgets.page_map import PageMap
from tui.view.wording import duration, short_name
from tui.view.work import begin_instead


@dataclass(frozen=True, slots=True)
class Subject:
    """What is under review."""

    item: Item
    page: Page
    """The page under the cursor; without lines where none was read."""
    spot: Spot | None
    decisions: Decisions
    why_no_lines: Callable[[], str]
    """Says why there is nothing under the cursor."""
    line_after: Callable[[LineKey], LineKey | None]
    """Returns the line that comes after one, to be drawn ahead."""
    page_after: Callable[[], tuple[Item, int] | None]
    """Returns the page that comes after this one, to be opened ahead; raises StoreError."""
    word: int | None = None
    """The word that keys mean, also where the cursor is on none."""

    @property
    def place(self) -> tuple[int, int, int]:
        """Which page of which item it is, and how it is turned."""
        return self.item.id, self.page.number, self.page.turn

    @property
    def line(self) -> Line | None:
        """The line under the cursor, or that of the word there."""
        return self.page.line(self.spot.key.line) if self.spot is not None else None

    @property
    def box(self) -> Polygon | None:
        """The box under the cursor: the word's, or its line's."""
        if self.spot is None or self.line is None:
            return None
        word = self.line.words[self.spot.word].polygon if self.spot.word is not None else None
        return word or self.line.polygon

    def text(self, key: LineKey) -> str:
        """Return a line's text as it now stands."""
        return text_of(self.page.line(key.line), self.decisions.get(key))


class PictureDesk:
    """Shows map and ink on a screen."""

    def __init__(
        self, screen: Screen[Any], darkroom: Darkroom, remembered: Remembered, clock: Callable[[], float]
    ) -> None:
        self._screen = screen
        self._darkroom = darkroom
        self._clock = clock
        self._remembered = remembered
        self._subject: Subject | None = None
        self._sight: Sight | None = None
        self._sought: tuple[object, ...] = ()
        self._on_map: MapFrame | None = None
        self._opening_since = 0.0
        self._shows_word = False

    @property
    def looks(self) -> Looks:
        """How pictures look now."""
        return self._remembered.looks

    @property
    def _panel(self) -> InkPanel:
        return self._screen.query_one("#ink", InkPanel)

    @property
    def _map(self) -> PageMap:
        return self._screen.query_one("#map", PageMap)

    @property
    def _image(self) -> PageImage | None:
        return self._darkroom.page(*self._subject.place) if self._subject else None

    # -- what is under review -----------------------------------------------------------------------------------------

    def show(self, subject: Subject) -> None:
        """Show what is under review now; what looks the same is not drawn again."""
        before, self._subject = self._subject, subject
        if before is None or before.place != subject.place:
            self._opening_since, self._sight, self._on_map = 0.0, None, None
            if self._image is None:
                self._map.say("")  # rather than another page than the one that is named
                self._work("page", self._open, subject)
                return
        if not self._opening_since:
            self.redraw()

    def redraw(self) -> None:
        """Show everything for the size and the looks there are now."""
        if self._subject is not None:
            self._map.dress(self.looks)
            self._show_map(self._subject)
            self._show_ink(self._subject)

    def say_what_is_awaited(self) -> None:
        """Say how long the page has been opened for by now."""
        if self._opening_since and self._subject is not None:
            waited = self._clock() - self._opening_since
            words = f"Opening {short_name(self._subject.item)} ..." + (f" {duration(waited)}" if waited >= 1 else "")
            self._panel.say(words)

    async def _open(self, subject: Subject) -> None:
        """Have a page decoded, and show it if it is still wanted."""
        if not self._is_under_review(subject):
            return
        self._opening_since = self._clock()
        self.say_what_is_awaited()
        problem = ""
        try:
            await self._darkroom.open(subject.item, subject.page.number, subject.page.turn)
        except PictureError as error:
            problem = str(error)
        if not self._is_under_review(subject):
            return
        self._opening_since = 0.0
        if problem:
            self._panel.say(f"{problem}\n\nThe text can be reviewed all the same.")
            self._map.say("no picture")
        else:
            self.redraw()

    def _is_under_review(self, subject: Subject) -> bool:
        return self._subject is not None and self._subject.place == subject.place

    def _work(self, group: str, work: Callable[..., Coroutine[Any, Any, None]], *about: object) -> None:
        """Do something in place of what is still done for the same group."""
        begin_instead(self._screen, group, work, *about)

    # -- the map ------------------------------------------------------------------------------------------------------

    def _show_map(self, subject: Subject) -> None:
        image = self._image
        if image is None or not self._map.display:
            return
        self._sight = self._sight_now(subject, image)
        frame = MapFrame(*subject.place, self._sight, self.looks.in_colour, subject.page.numbers)
        if frame == self._on_map:
            self._mark_map(subject)
        elif self._darkroom.ready_map(frame) is not None:
            self._hang(frame, subject)
        else:
            if self._on_map is not None:
                self._mark_map(subject)  # on what is still shown of this page
            self._work("map", self._draw_map, frame, subject, image)

    def _sight_now(self, subject: Subject, image: PageImage) -> Sight:
        """Return what part of the page to show: what was shown, unless what it hangs on has changed."""
        sought = (image.size, self._map.room(self.looks.zoom), self.looks.zoom)
        before, self._sought = self._sought, (*sought, subject.box)
        if self._sight is None or before[:-1] != sought or (self.looks.zoom == THE_BOX and before != self._sought):
            return sight(*sought, parts=self._darkroom.parts, box=subject.box)
        if before != self._sought and subject.box is not None:
            return self._sight.holding(subject.box)
        return self._sight

    async def _draw_map(self, frame: MapFrame, subject: Subject, image: PageImage) -> None:
        colours = await self._colours(subject, image)
        await self._darkroom.map(frame, subject.page, image, colours)
        now = self._subject
        if now is not None and now.place == subject.place:
            self._hang(frame, now)
            if self._on_map is None and self._sight_now(now, image) != frame.sight:
                self._show_map(now)  # there is another room for it than there was when it was begun

    def _hang(self, frame: MapFrame, subject: Subject) -> None:
        """Put a drawn map up, if it is still the one that is wanted."""
        picture = self._darkroom.ready_map(frame)
        if picture is not None and frame.sight == self._sight and frame.in_colour == self.looks.in_colour:
            self._on_map = frame
            self._map.show(picture.ink, picture.boxes, subject.page)
            self._mark_map(subject)

    def _mark_map(self, subject: Subject) -> None:
        key = subject.spot.key if subject.spot is not None else None
        self._map.mark(key, subject.box, subject.decisions)

    def move_sight(self, across: float, down: float) -> None:
        """Show the part of the page that lies so many widths and heights of what is in sight further."""
        if self._sight is not None and self._subject is not None:
            self._sight = self._sight.moved(across, down)
            self._show_map(self._subject)

    def zoom(self, step: int) -> None:
        """Show the page larger or smaller, if that can be."""
        image = self._image
        if image is None or self._subject is None:
            return
        search = nearer if step > 0 else farther
        room = self._map.room(THE_BOX)  # what there is room for once part of the page is out of sight
        found = search(image.size, room, self.looks.zoom, parts=self._darkroom.parts, box=self._subject.box)
        if found is not None:
            self.wear(replace(self.looks, zoom=found))
        elif step < 0:
            self.wear(replace(self.looks, zoom=THE_PAGE))

    def zoom_to_pixels(self) -> None:
        """Show the page pixel by pixel."""
        if self._image is not None:
            zoom = nearest(self._image.size, self._map.room(THE_BOX), parts=self._darkroom.parts)
            self.wear(replace(self.looks, zoom=zoom))

    # -- the ink ------------------------------------------------------------------------------------------------------

    def wear(self, looks: Looks) -> None:
        """Look otherwise from now on."""
        self._remembered.looks = looks
        self.redraw()

    def turn_to_word(self) -> bool:
        """Show the word under the cursor in place of its line; returns False where it is shown, or none is there."""
        spot = self._subject.spot if self._subject is not None else None
        self._shows_word = not self._shows_word and spot is not None and spot.word is not None
        return self._shows_word

    def _show_ink(self, subject: Subject) -> None:
        """Show the ink under the cursor: at once when it was made ahead, else as soon as it is drawn."""
        spot = subject.spot
        if spot is None:
            self._panel.say(subject.why_no_lines())
        elif self._darkroom.ink(self._frame(subject, spot)) is not None:
            self._present(subject, spot)
            self._work("ahead", self._draw_ahead, subject, spot)
        elif self._image is not None:
            self._work("ink", self._draw_ink, subject, spot)

    def _frame(self, subject: Subject, spot: Spot) -> Frame:
        word = spot.word if self._shows_word else None
        size = self._panel.size
        looks = self.looks
        return Frame(
            subject.item.id,
            spot.key,
            word,
            size.width,
            size.height,
            looks.context,
            looks.in_colour,
            subject.page.turn,
            subject.page.line(spot.key.line).polygon,
        )

    async def _draw_ink(self, subject: Subject, spot: Spot) -> None:
        frame = self._frame(subject, spot)
        await self._draw(subject, spot)
        now = self._subject
        if now is None or now.place != subject.place or now.spot != spot:
            return
        if self._frame(now, spot) != frame:
            self._show_ink(now)  # the panel got another size, or another look, while the ink was drawn
            return
        self._present(now, spot)
        self._work("ahead", self._draw_ahead, now, spot)

    async def _draw_ahead(self, subject: Subject, spot: Spot) -> None:
        """Draw the line and open the page that come next while the person looks at this one."""
        line = subject.line_after(spot.key)
        if line is not None and line.page == subject.page.number:
            await self._draw(subject, Spot(line))
            ink = self._darkroom.ink(self._frame(subject, Spot(line)))
            if ink is not None:
                self._panel.make_ready(ink, self.looks.tones)
        with suppress(StoreError):  # whatever is wrong with the queue file is told when the person goes on
            page = subject.page_after()
            if page is not None:
                await self._darkroom.open_ahead(*page)

    async def _draw(self, subject: Subject, spot: Spot) -> None:
        image, frame = self._image, self._frame(subject, spot)
        if image is not None and not frame.is_too_small:
            colours = await self._colours(subject, image)
            await self._darkroom.draw(frame, subject.page, image, colours)
        elif image is not None and self._subject is not None and spot == self._subject.spot:
            self._panel.say(printable(subject.text(spot.key)))

    async def _colours(self, subject: Subject, image: PageImage) -> PageImage | None:
        if not self.looks.in_colour:
            return None
        return await self._darkroom.colours(subject.item, subject.page.number, image, subject.page.turn)

    def _present(self, subject: Subject, spot: Spot) -> None:
        ink, line = self._darkroom.ink(self._frame(subject, spot)), subject.line
        if ink is None or line is None:
            return
        text = subject.text(spot.key)
        if not ink.pieces:
            what = "word" if self._shows_word and spot.word is not None else "line"
            self._panel.say(f"{printable(text)}\n\nThe service gave no box for this {what}.")
            return
        words = [printable(word) for word in words_under(line, text)]
        doubtful = [word.is_doubtful for word in line.words]
        self._panel.show(ink, words or [printable(text)], doubtful, spot.word, self.looks.tones, meant=subject.word)
