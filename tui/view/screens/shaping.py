"""Shaping: lines split, joined, moved, added by a box that is drawn with keys; the page turned. All of it is undone."""

from __future__ import annotations

from collections.abc import Callable

from textual import on

from tui.arrangement import (
    Rearrangement,
    added_line,
    arranged,
    beside,
    merged,
    reboxed,
    reordered,
    split_at,
    turned_back,
    turned_by,
)
from tui.model import LineKey, Page, Polygon, Trouble
from tui.review import Spot, word_spans
from tui.view.screens.box import BoxScreen
from tui.view.screens.editing import EditingScreen
from tui.view.widgets.line_editor import LineEditor

MARGIN = 0.3
"""How far below a line a new one is looked for, in heights of the line."""


class ShapingScreen(EditingScreen):
    """A review whose pages can be given other lines than the service found."""

    def _unturned(self) -> Page | None:
        """Return the page under the cursor with its boxes where they are in the file."""
        page = self._page
        return next((one for one in self._store.pages(self._item.id) if page and one.number == page.number), None)

    async def _reshape(self, make: Callable[[Page], Rearrangement]) -> Rearrangement | None:
        """Do something to the lines of the page under the cursor, and show them; says why when that cannot be."""
        try:
            if self._is_left_behind():
                return None
            page = self._unturned()
            if page is None:
                return None
            kept = await self._desk.reshape(self._item.id, make(page), self._reviewer)
        except Trouble as trouble:
            self.notify(str(trouble), severity="warning", timeout=6, markup=False)
            return None
        number = kept.made[0].number if kept.made else (kept.moved or (None,))[0]
        spot = Spot(LineKey(page.number, number)) if number is not None else self._tree.spot
        self._show_item(self._item.id, spot)
        return kept

    async def action_merge(self) -> None:
        """Run the line together with the one below it."""
        spot = self._tree.spot
        if spot is None:
            return

        def make(page: Page) -> Rearrangement:
            below = beside(page, spot.key.line, 1)
            if below is None:
                raise Trouble("Nothing was joined: it is the last line of the page.")
            texts = self._text(spot.key), self._text(LineKey(page.number, below))
            return merged(page, (spot.key.line, below), texts)

        await self._reshape(make)

    async def action_split(self) -> None:
        """Split the line before the word under the cursor."""
        spot, line = self._tree.spot, self._line
        if spot is None or line is None:
            return
        span = word_spans(line, self._text(spot.key))[spot.word] if spot.word is not None else None
        if span is None:
            word, split = self.key("next_word"), self.key("split")
            self.notify(f"{word} goes to the word that the new line begins with; then {split} splits.", markup=False)
            return
        await self._split_at(spot.key, self._text(spot.key), span[0])

    async def _split_at(self, key: LineKey, text: str, at: int) -> None:
        await self._reshape(lambda page: split_at(page, key.line, text, at))

    @on(LineEditor.Split)
    async def split_text(self, event: LineEditor.Split) -> None:
        """Split the line where the cursor stands in its text."""
        self._close_editor()
        await self._split_at(self._edited.key, event.text, event.at)

    async def action_earlier(self) -> None:
        """Move the line up."""
        await self._move_line(-1)

    async def action_later(self) -> None:
        """Move the line down."""
        await self._move_line(1)

    async def _move_line(self, step: int) -> None:
        spot = self._tree.spot
        if spot is not None:
            await self._reshape(lambda page: reordered(page, spot.key.line, step))

    async def action_turn_page(self) -> None:
        """Show the page turned by a quarter, clockwise."""
        await self._reshape(lambda page: turned_by(page, 1))

    # -- boxes --------------------------------------------------------------------------------------------------------

    def action_add_line(self) -> None:
        """Add a line that the service has not seen: its box is moved and sized with keys."""
        page, line = self._page, self._line
        if page is None:
            return
        box = line.polygon if line is not None and line.polygon is not None else None
        if box is not None:
            left, top, right, bottom = box.bounds
            down = (bottom - top) * (1 + MARGIN)
            start = Polygon.from_bounds(left, top + down, right, bottom + down)
        else:
            start = Polygon.from_bounds(page.width * 0.1, page.height * 0.1, page.width * 0.9, page.height * 0.15)
        self.app.push_screen(BoxScreen(start, (page.width, page.height), self._preview), self._add)

    async def _add(self, box: Polygon | None) -> None:
        spot = self._tree.spot
        after = spot.key.line if spot is not None else None
        if box is not None:
            await self._reshape(lambda unturned: added_line(unturned, _placed(box, unturned), after))
            self.action_edit()
        else:
            self._show_pictures()

    def action_box(self) -> None:
        """Change the box of the line under the cursor with keys."""
        page, line = self._page, self._line
        if page is None or line is None:
            return
        if line.polygon is None:
            key = self.key("add_line")
            self.notify(f"The service gave no box for this line. {key} draws a new line with one.", markup=False)
            return
        self.app.push_screen(BoxScreen(line.polygon, (page.width, page.height), self._preview), self._change_box)

    async def _change_box(self, box: Polygon | None) -> None:
        spot = self._tree.spot
        if box is None or spot is None:
            self._show_pictures()
            return
        text = self._text(spot.key)

        if await self._reshape(lambda page: reboxed(page, spot.key.line, _placed(box, page), text)) is not None:
            self._read_box_again()

    def _preview(self, box: Polygon) -> None:
        """Show the page as it would be with a line in a box."""
        page = self._page
        if page is not None:
            after = self._tree.spot.key.line if self._tree.spot is not None else None
            shown = arranged(page, [added_line(page, box, after)])
            key = next(key for key in shown.keys if page.place(key.line) is None)
            self._show_pictures(shown, Spot(key))

    def _read_box_again(self) -> None:
        """Have a box read again, where something can."""


def _placed(box: Polygon, page: Page) -> Polygon:
    """Return where a box that was drawn on a page as it is shown lies on the page as it is in the file."""
    return turned_back(box, (page.width, page.height), page.turn)
