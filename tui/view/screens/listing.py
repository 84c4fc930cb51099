"""The images of the queue as they are listed: all, or those that a filter lets through, in one order or another."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from tui.filters import Filter, FilterError, parse
from tui.line_index import ItemsMatching, Order
from tui.model import Item, LineKey, Trouble, printable
from tui.store import StoreError
from tui.view.screens.ask import AskScreen
from tui.view.screens.choice import ChoiceScreen
from tui.view.screens.finding import FindingScreen
from tui.view.screens.rows import GLANCE
from tui.view.tools import Tools
from tui.view.widgets.image_list import ImageList
from tui.view.widgets.key_bar import KeyBar
from tui.view.widgets.tally import Progress, Tally

EMPTY = """\
The queue is empty.

handread PATH...   puts images, folders or URLs into it
handread demo      shows how it goes, with pages it brings along"""
SEARCH_TIME: Final = 0.03
"""For so many seconds at a time images are held against a filter: between two keys, never instead of one."""
ORDERS: Final = {"f": Order.FILE, "n": Order.NAME, "t": Order.TIME, "d": Order.DOUBT}
ORDER_WORDS: Final = {
    Order.FILE: "as they were added",
    Order.NAME: "by name",
    Order.TIME: "by when they were read",
    Order.DOUBT: "most doubtful words first",
}


@dataclass(frozen=True, slots=True)
class View:
    """Which images are listed, and in which order."""

    name: str
    filter: str = ""
    """Empty for all of them."""
    order: Order = Order.FILE


VIEWS: Final = (
    View("all"),
    View("todo", "state=done & undecided"),
    View("doubtful", "doubtful & undecided", Order.DOUBT),
    View("flagged", "flagged"),
    View("failed", "failed"),
    View("decided", "decided"),
)
"""The views there are before a person adds their own."""


class ListingScreen(FindingScreen[None]):
    """A list of images."""

    def __init__(self, tools: Tools) -> None:
        super().__init__()
        self._tools = tools
        self._store = tools.store
        self._desk = tools.desk
        self._machine = tools.machine
        self._reviewer = tools.reviewer
        self._clock = tools.clock
        self._revision = -1
        self._view = VIEWS[0]
        self._asked: Filter | None = None
        self._matching: ItemsMatching | None = None
        self._typed = ""

    def compose(self) -> ComposeResult:
        """Tally above, images below."""
        yield Tally(id="tally")
        yield ImageList(self._window, service=self._machine.service, clock=self._clock, id="images")
        yield Static(EMPTY, id="empty", markup=False)
        yield KeyBar(self.controls)

    @property
    def _images(self) -> ImageList:
        return self.query_one("#images", ImageList)

    @property
    def rows(self) -> ImageList:
        """The images."""
        return self._images

    def on_mount(self) -> None:
        """Show what there is, and look for what moved from now on."""
        self.pull()
        self._images.focus()
        self.set_interval(GLANCE, self.pull)

    def on_screen_resume(self) -> None:
        """Show at once what moved while another screen was shown."""
        if self._revision >= 0:
            self.pull()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 (Textual's own shape)
        """Draw the tally for the new width."""
        self.call_after_refresh(self.pull)

    def pull(self) -> None:
        """Ask the queue file what moved, and draw just that."""
        if self.app.screen is not self and self._revision >= 0:  # `is_current` is also true of a covered screen
            return
        try:
            changes = self._store.changes(self._revision)
            count = self._store.tally()
            per_minute = self._store.pace()
            elsewhere = self._tools.company.elsewhere(self._store)
            self._look_further(moved=bool(changes.item_ids))
        except StoreError as error:
            self.complain(error)
            return
        self._revision = changes.revision
        self._images.set_count(count.total if self._matching is None else self._matching.found)
        self._images.show_company(elsewhere)
        self._images.forget(changes.item_ids)
        self.set_class(count.total == 0, "-empty")
        self.query_one("#tally", Tally).show(
            Progress(
                queue=printable(self._what_is_listed() or self._store.path.name),
                service=self._machine.description,
                count=count,
                per_minute=per_minute,
                trouble=printable(self._machine.trouble()),
            )
        )

    # -- which images -------------------------------------------------------------------------------------------------

    def _window(self, start: int, count: int) -> list[Item]:
        """Return the items from a place of the list on."""
        if self._matching is None:
            return self._store.window(start, count)
        return self._store.items(self._matching.window(start, count))

    def _place(self, item_id: int) -> int | None:
        """Return an item's place in the list; None when it is not listed."""
        return self._store.place(item_id) if self._matching is None else self._matching.place(item_id)

    def _look_further(self, *, moved: bool) -> None:
        """Hold more images against the filter, for a moment; once all are, begin anew when something has moved."""
        matching = self._matching
        if matching is None:
            return
        try:
            if not matching.is_complete:
                matching.look_for(SEARCH_TIME)
            elif moved and not matching.is_current:
                self._list_anew()
        except sqlite3.Error as error:
            raise StoreError(f"The queue file could not be searched: {error}.") from error

    def _what_is_listed(self) -> str:
        if self._matching is None:
            return ""
        so_far = "" if self._matching.is_complete else " so far"
        words = f"{self._view.name}: {self._matching.found:,} images{so_far}"
        return words + ("" if self._view.order is Order.FILE else f", {ORDER_WORDS[self._view.order]}")

    def show_view(self, view: View) -> bool:
        """List what a view lets through; False, and why is said, when its filter cannot be understood."""
        try:
            asked = parse(view.filter) if view.filter else parse("")
        except FilterError as error:
            self.notify(error.pointed + "\n" + str(error), severity="warning", timeout=8, markup=False)
            return False
        self._view, self._asked = view, asked
        self._list_anew()
        return True

    def _list_anew(self) -> None:
        """Begin the list anew; the cursor stays on its image where that is still listed."""
        item = self._images.item
        view = self._view
        if not view.filter and view.order is Order.FILE:
            self._matching = None
        else:
            assert self._asked is not None
            self._matching = self._store.items_matching(self._asked, view.order)
            self._matching.look_for(SEARCH_TIME)
        self._images.start_anew(self._store.tally().total if self._matching is None else self._matching.found)
        place = self._place_so_far(item.id) if item is not None else None
        self._images.move_to(place or 0)

    def _place_so_far(self, item_id: int) -> int | None:
        """Return an item's place, without looking further than was looked already."""
        if self._matching is None:
            return self._store.place(item_id)
        return self._matching.place_so_far(item_id)

    # -- keys ---------------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Ask for a filter."""
        hint = 'conf<.6 & !flagged & text~"Silas"    empty lists all'
        self.app.push_screen(AskScreen("\\ ", self._view.filter, hint=hint, may_be_empty=True), self._filter)

    def _filter(self, wanted: str | None) -> None:
        if wanted is not None:
            self.show_view(View(wanted, wanted, self._view.order) if wanted else VIEWS[0])
            self.pull()

    def action_order(self) -> None:
        """Ask in which order images are listed."""
        choices = {key: ORDER_WORDS[order] for key, order in ORDERS.items()}
        self.app.push_screen(ChoiceScreen("Order", choices), self._put_in_order)

    def _put_in_order(self, key: str | None) -> None:
        if key is not None:
            self.show_view(View(self._view.name, self._view.filter, ORDERS[key]))
            self.pull()

    def action_next_view(self) -> None:
        """List by the next saved view."""
        self._step_view(1)

    def action_previous_view(self) -> None:
        """List by the saved view before."""
        self._step_view(-1)

    def _step_view(self, step: int) -> None:
        views = self._views()
        names = [view.name for view in views]
        place = names.index(self._view.name) if self._view.name in names else -1 if step > 0 else 0
        view = views[(place + step) % len(views)]
        if self.show_view(view):
            self.notify(f"{view.name}: {view.filter or 'every image'}", timeout=2, markup=False)
            self.pull()

    def _views(self) -> tuple[View, ...]:
        """Return the views there are: our own, then those that the reviewer saved."""
        saved = json.loads(self._store.preferences(self._reviewer).get("views", "{}"))
        return (*VIEWS, *(View(name, filter_) for name, filter_ in saved.items()))

    def command_view(self, wanted: str) -> None:
        """List the images that a filter lets through."""
        self._filter(wanted)

    async def command_save_view(self, name: str) -> None:
        """Keep the filter that lists images now under a name, for [ and ]."""
        saved = json.loads(self._store.preferences(self._reviewer).get("views", "{}"))
        written = json.dumps({**saved, name: self._view.filter}, ensure_ascii=False)
        try:
            await self._desk.do(lambda store: store.prefer(self._reviewer, "views", written))
        except StoreError as error:
            self.complain(error)
            return
        self._view = View(name, self._view.filter, self._view.order)
        self.pull()

    def go_to_image(self, item_id: int) -> None:
        """Go to an image; raises Trouble where it is not listed."""
        place = self._place_so_far(item_id)
        if place is None:
            raise Trouble(f"It is not among the images listed now: {self._view.name}.")
        self._images.move_to(place)

    def here(self) -> tuple[int, LineKey]:
        """Return the item under the cursor, before its first line."""
        item = self._images.item
        return (item.id if item is not None else 0), LineKey(0, 0)

    # -- counts -------------------------------------------------------------------------------------------------------

    def action_count(self, digit: int) -> None:
        """Take a digit of how often the next key is to be done."""
        self._typed = (self._typed + str(digit))[-6:].lstrip("0")
        self.notify(f"{self._typed or 0} times ...", timeout=1, markup=False)

    def take_count(self) -> int:
        """Return how often a key is to be done, and forget it."""
        count, self._typed = int(self._typed or 1), ""
        return count

    def action_down(self) -> None:
        """Go to the next row, or so many further."""
        self.rows.move_by(self.take_count())

    def action_up(self) -> None:
        """Go to the row before, or so many back."""
        self.rows.move_by(-self.take_count())

    def action_page_down(self) -> None:
        """Go a page down."""
        self._images.move_by(self._images.page)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._images.move_by(-self._images.page)
