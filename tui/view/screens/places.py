"""Places from all over the queue, one by one, each with its ink; what is done about them is for those who show them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events, on
from textual.app import ComposeResult

from tui.arrangement import turned
from tui.model import Decision, LineKey, Page, text_of
from tui.pictures.glyphs import GLYPH_SETS
from tui.review import Decisions, Spot, line_at, words_under
from tui.store import StoreError
from tui.view.darkroom import Darkroom
from tui.view.ink import medium_of
from tui.view.picture_desk import PictureDesk, Subject
from tui.view.screens.pictures import PicturesScreen
from tui.view.tools import Tools
from tui.view.widgets.heading import Heading
from tui.view.widgets.ink_panel import InkPanel
from tui.view.widgets.key_bar import KeyBar
from tui.view.widgets.page_map import PageMap
from tui.view.widgets.place_list import Place, PlaceList
from tui.view.wording import counted


class PlacesScreen(PicturesScreen[Place | None]):
    """Shows places one by one; its result is the place to go to, or None."""

    def __init__(self, tools: Tools, title: str, places: Sequence[Place], word: str = "") -> None:
        """Show places under a title; a `word` is marked in the ink of each."""
        super().__init__()
        self._tools = tools
        self._title = title
        self._places = tuple(places)
        self._marked_word = word
        medium = medium_of(tools.easel.cell if tools.easel is not None else None, tools.colours)
        darkroom = Darkroom(GLYPH_SETS[tools.glyphs], tools.opener(), medium)
        self._pictures = PictureDesk(self, darkroom, tools.remembered, tools.clock)

    def compose(self) -> ComposeResult:
        """Ink above, places below."""
        yield Heading(id="heading")
        yield PageMap(id="map", easel=self._tools.easel)
        yield InkPanel(id="ink", easel=self._tools.easel)
        yield PlaceList(self._places, id="places")
        yield KeyBar(self.controls)

    @property
    def _list(self) -> PlaceList:
        return self.query_one("#places", PlaceList)

    @property
    def rows(self) -> PlaceList:
        """The places."""
        return self._list

    def on_mount(self) -> None:
        """Show the first place."""
        self._list.focus()
        self._show()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 (Textual's own shape)
        """Draw the ink for the new size."""
        self.call_after_refresh(self._pictures.redraw)

    @on(PlaceList.Moved)
    def _show(self) -> None:
        """Show the ink of the place under the cursor."""
        place = self._list.place
        if place is None:
            return
        self._show_heading()
        try:
            page, decisions = self._page_of(place)
            item = self._tools.store.item(place.item_id)
        except (StoreError, KeyError) as error:
            self.query_one("#ink", InkPanel).say(str(error))
            return
        spot = Spot(place.key, self._word_in(page, place.key, decisions))
        self._pictures.show(Subject(item, page, spot, decisions, str, lambda _: None, lambda: None))

    def _show_heading(self) -> None:
        left = len(self._list.unmarked())
        self.query_one("#heading", Heading).show(
            self._title, f"{self._list.cursor + 1} of {len(self._places)}   {left} left"
        )

    def _page_of(self, place: Place) -> tuple[Page, Decisions]:
        store = self._tools.store
        page = next(page for page in store.pages(place.item_id) if page.number == place.key.page)
        return turned(page, page.turn), store.decisions(place.item_id)

    def _word_in(self, page: Page, key: LineKey, decisions: Decisions) -> int | None:
        """Return which word of a line is meant."""
        line = line_at([page], key)
        words = words_under(line, text_of(line, decisions.get(key)))
        return words.index(self._marked_word) if self._marked_word in words else None

    # -- what is done about them --------------------------------------------------------------------------------------

    def action_leave_place(self) -> None:
        """Leave this place as it is and go to the next."""
        self._list.mark(self._list.cursor, "↷")
        self._go_on()

    async def _settle(self, rows: Sequence[int], decide: Callable[[Place], Decision | None], mark: str) -> bool:
        """Put down what is decided of some places, as one step; nothing of those for which that is None."""
        try:
            made = [decision for row in rows if (decision := decide(self._places[row])) is not None]
            if made:
                await self._tools.desk.decide(*made)
        except (StoreError, KeyError) as error:
            self.notify(str(error), severity="error", timeout=10, markup=False)
            return False
        for row in rows:
            self._list.mark(row, mark)
        if len(rows) > 1:
            self.notify(f"{counted(len(made), 'line')} decided. {self.key('undo')} takes all back.", markup=False)
        return True

    async def action_undo(self) -> None:
        """Take back the last thing done."""
        try:
            step = await self._tools.desk.undo(self._tools.reviewer)
        except StoreError as error:
            self.complain(error)
            return
        self.notify("Taken back." if step is not None else "There is nothing to undo.", timeout=2, markup=False)

    def _go_on(self) -> None:
        left = self._list.unmarked()
        following = next((row for row in left if row > self._list.cursor), left[0] if left else None)
        if following is None:
            self.dismiss(None)
        else:
            self._list.move_to(following)
            self._show()

    def action_visit(self) -> None:
        """Go to this place in the review."""
        self.dismiss(self._list.place)

    def action_page_down(self) -> None:
        """Go a page of rows down."""
        self._list.move_by(self._list.page)

    def action_page_up(self) -> None:
        """Go a page of rows up."""
        self._list.move_by(-self._list.page)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)
