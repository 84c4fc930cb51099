"""The images of the queue as they are listed: all, or those that a filter lets through, in one order or another."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from tui.filters import Filter, FilterError, parse
from tui.line_index import Order
from tui.model import Item, LineKey, Trouble, printable
from tui.store import Changes, StoreError
from tui.view.screens.finding import FindingScreen
from tui.view.screens.rows import GLANCE
from tui.view.search import ImageSearch
from tui.view.tools import Tools
from tui.view.widgets.image_list import ImageList
from tui.view.widgets.key_bar import KeyBar
from tui.view.widgets.tally import Progress, Tally

EMPTY = """\
The queue is empty.

handread PATH...   puts images, folders or URLs into it
handread demo      shows how it goes, with pages it brings along"""
SEARCH_TIME: Final = 0.05
"""For so many seconds it is waited for what a filter lets through first; what comes later is listed as it comes."""
RESTS: Final = 4
"""So many times as long as a search took nothing is looked for anew, however much moves."""
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
        self._matching: ImageSearch | None = None
        self._later: ImageSearch | None = None
        self._moved = False
        self._prepared: ImageSearch | None = None
        self._typed = ""

    def compose(self) -> ComposeResult:
        """Tally above, images below."""
        yield Tally(clock=self._clock, id="tally")
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
        self.begin()
        self._images.focus()
        self.set_interval(GLANCE, self.pull)

    def begin(self) -> None:
        """Do what is to be done once the images are listed."""

    def on_unmount(self) -> None:
        """Look no further for anything."""
        for search in (self._matching, self._later, self._prepared):
            if search is not None:
                search.stop()

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
            changes = self._changes()
            count = self._store.tally()
            per_minute = self._store.pace()
            elsewhere = self._tools.company.elsewhere(self._store)
            self._follow(changes)
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

    def _changes(self) -> Changes:
        """Return what moved since the last time; the first time nothing is shown yet that could have moved."""
        if self._revision < 0:
            return Changes(self._store.revision(), frozenset())
        return self._store.changes(self._revision)

    # -- which images -------------------------------------------------------------------------------------------------

    def _window(self, start: int, count: int) -> list[Item]:
        """Return the items from a place of the list on."""
        if self._matching is None:
            return self._store.window(start, count)
        return self._store.items(self._matching.window(start, count))

    def _follow(self, changes: Changes) -> None:
        """Look anew for what is listed when something has moved; it is listed once all was looked at."""
        shown, later = self._matching, self._later
        if shown is None:
            return
        if shown.trouble:
            raise StoreError(shown.trouble)
        self._moved = self._moved or (bool(changes.item_ids) and 0 <= shown.revision < changes.revision)
        if later is not None and later.is_complete:
            self._later = None
            self._list_if_other(later)
        elif later is None and self._moved and shown.rested > RESTS * shown.seconds:
            self._moved = False
            self._later = self._looked_for(shown.wanted, shown.order)

    def _list_if_other(self, search: ImageSearch) -> None:
        """List what was found when it was looked for anew; where that is the same, the rows stay where they are."""
        shown = self._matching
        assert shown is not None
        if search.trouble:
            raise StoreError(search.trouble)
        if search.window(0, search.found) == shown.window(0, shown.found):
            self._matching = search
        else:
            self._list(search)

    def _what_is_listed(self) -> str:
        if self._matching is None:
            return ""
        words = f"{self._view.name}: {_found(self._matching)}"
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
        view, search = self._view, None
        if view.filter or view.order is not Order.FILE:
            assert self._asked is not None
            search = self._prepared_for(self._asked, view.order) or self._looked_for(self._asked, view.order)
            search.wait(SEARCH_TIME)
        for other in (self._matching, self._later):
            if other is not None:
                other.stop()
        self._later, self._moved = None, False
        self._list(search)

    def _list(self, search: ImageSearch | None) -> None:
        """List what a search has found, or all images; the cursor stays on its image where that is listed."""
        item = self._images.item
        self._matching = search
        self._images.start_anew(self._store.tally().total if search is None else search.found)
        place = self._place_so_far(item.id) if item is not None else None
        self._images.move_to(place or 0)

    def _looked_for(self, wanted: Filter, order: Order) -> ImageSearch:
        return ImageSearch(self._store.path, wanted, order)

    def _prepared_for(self, wanted: Filter, order: Order) -> ImageSearch | None:
        """Return the search that was begun while its filter was typed, if nothing has moved since."""
        search, self._prepared = self._prepared, None
        if search is None:
            return None
        if (search.wanted, search.order, search.revision) == (wanted, order, self._store.revision()):
            return search
        search.stop()
        return None

    def _prepare(self, text: str) -> Callable[[], str] | None:
        """Begin to look for what is being typed; returns what says how much of it was found."""
        if self._prepared is not None:
            self._prepared.stop()
            self._prepared = None
        try:
            wanted = parse(text)
        except FilterError:  # which is told once it has been typed to its end
            return None
        self._prepared = search = self._looked_for(wanted, self._view.order)
        return lambda: _found(search)

    def _place_so_far(self, item_id: int) -> int | None:
        """Return an item's place, without looking further than was looked already."""
        return self._store.place(item_id) if self._matching is None else self._matching.place(item_id)

    # -- keys ---------------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Ask for a filter."""
        from tui.view.screens.ask import AskScreen

        hint = 'conf<.6 & !flagged & text~"Silas"    empty lists all'
        self.app.push_screen(
            AskScreen("\\ ", self._view.filter, hint=hint, may_be_empty=True, follows=self._prepare), self._filter
        )

    def _filter(self, wanted: str | None) -> None:
        if wanted is not None:
            self.show_view(View(wanted, wanted, self._view.order) if wanted else VIEWS[0])
            self.pull()

    def action_order(self) -> None:
        """Ask in which order images are listed."""
        from tui.view.screens.choice import ChoiceScreen

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


def _found(search: ImageSearch) -> str:
    """Return how many images a search has found."""
    return f"{search.found:,} images{'' if search.is_complete else ' so far'}"
