"""The queue: every image, what the machine is doing with it, and how much of it is reviewed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Footer, Static

from tui.model import Item, State, printable
from tui.pictures.opening import Opener
from tui.store import Store, StoreError
from tui.view import commands
from tui.view.adviser import Adviser
from tui.view.desk import Desk
from tui.view.easel import Easel
from tui.view.looks import Remembered
from tui.view.machine import Machine
from tui.view.screens.keys import KeysScreen
from tui.view.screens.review import ReviewScreen
from tui.view.screens.rows import GLANCE, RowsScreen
from tui.view.widgets.image_list import ImageList
from tui.view.widgets.tally import Progress, Tally

EMPTY = """\
The queue is empty.

handread PATH...   puts images, folders or URLs into it
handread demo      shows how it goes, with pages it brings along"""


class QueueScreen(RowsScreen[None]):
    """Shows the queue while it runs, and opens an image for review."""

    BINDINGS: ClassVar[list[BindingType]] = [*commands.bindings(commands.QUEUE)]

    def __init__(
        self,
        store: Store,
        desk: Desk,
        machine: Machine,
        *,
        reviewer: str,
        glyphs: str,
        adviser: Adviser,
        opener: Opener | None = None,
        easel: Easel | None = None,
        has_colours: bool = True,
        opens_review: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__()
        self._store = store
        self._desk = desk
        self._machine = machine
        self._reviewer = reviewer
        self._glyphs = glyphs
        self._opener = opener
        self._adviser = adviser
        self._easel = easel
        self._has_colours = has_colours
        self._opens_review = opens_review
        self._clock = clock
        self._revision = -1
        self._remembered = Remembered()

    def compose(self) -> ComposeResult:
        """Tally above, images below."""
        yield Tally(id="tally")
        yield ImageList(self._store.window, service=self._machine.service, clock=self._clock, id="images")
        yield Static(EMPTY, id="empty", markup=False)
        yield Footer(show_command_palette=False)

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
        waiting = self._where_review_stood()
        if waiting:
            self._images.move_to(self._store.place(waiting.id))
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
        except StoreError as error:
            self.complain(error)
            return
        self._revision = changes.revision
        self._images.set_count(count.total)
        self._images.forget(changes.item_ids)
        self.set_class(count.total == 0, "-empty")
        self.query_one("#tally", Tally).show(
            Progress(
                queue=printable(self._store.path.name),
                service=self._machine.description,
                count=count,
                per_minute=per_minute,
                trouble=printable(self._machine.trouble()),
            )
        )
        if self._opens_review:
            self._open_first_read()

    def _open_first_read(self) -> None:
        """Open the first image once it is read, unless the person has begun to do something else."""
        first = self._store.window(0, 1)
        item = self._where_review_stood()
        if item is not None and first[0].state in {State.DONE, State.FAILED}:
            self._opens_review = False
            self._images.move_to(self._store.place(item.id))
            self._review(item)

    def _where_review_stood(self) -> Item | None:
        """Return the image the last decision was made on, or the next with something left to decide."""
        last = self._store.last_decision(self._reviewer)
        if last is None:
            return self._store.next_to_review()
        item = self._store.item(last.item_id)
        if item.is_open:
            return item
        return self._store.next_to_review(item.id) or (item if item.decided < item.lines else None)

    def on_key(self) -> None:
        """Leave the screens to the person from the first key on."""
        self._opens_review = False

    # -- commands -----------------------------------------------------------------------------------------------------

    def action_open(self) -> None:
        """Review the image under the cursor."""
        item = self._images.item
        if item is not None:
            self._review(item)

    @on(ImageList.Chosen)
    def open_chosen(self, event: ImageList.Chosen) -> None:
        """Review the image that was clicked."""
        self._review(event.item)

    def _review(self, item: Item) -> None:
        screen = ReviewScreen(
            self._store,
            self._desk,
            item.id,
            reviewer=self._reviewer,
            glyphs=self._glyphs,
            machine=self._machine,
            opener=self._opener,
            easel=self._easel,
            has_colours=self._has_colours,
            remembered=self._remembered,
            adviser=self._adviser,
        )
        self.app.push_screen(screen, self._come_back)

    def _come_back(self, item_id: int | None) -> None:
        if item_id is not None:
            self._images.move_to(self._store.place(item_id))

    async def action_retry(self) -> None:
        """Send a failed image again."""
        item = self._images.item
        if item is None or item.state is not State.FAILED:
            self.notify("Only an image that failed can be sent again.", markup=False)
            return
        try:
            await self._desk.retry(item.id)
        except StoreError as error:
            self.complain(error)
            return
        self._machine.wake()
        self.pull()

    def action_pause(self) -> None:
        """Send nothing more, or go on."""
        paused = self._machine.toggle_pause()
        words = {
            None: "Nothing runs here, so there is nothing to pause.",
            True: "Paused. p goes on.",
            False: "Going on.",
        }
        self.notify(words[paused], markup=False)

    def action_next_failed(self) -> None:
        """Go to the next image that failed."""
        here = self._images.item
        failed = self._store.next_failed(here.id if here else 0)
        if failed is not None:
            self._images.move_to(self._store.place(failed.id))
        elif here is None or here.state is not State.FAILED:
            self.notify("No image has failed.", markup=False)

    def action_page_down(self) -> None:
        """Go a page down."""
        self._images.move_by(self._images.page)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._images.move_by(-self._images.page)

    def action_keys(self) -> None:
        """Show the keys that work here."""
        self.app.push_screen(KeysScreen(In_the_queue=commands.QUEUE))

    def action_leave(self) -> None:
        """Quit."""
        self.app.exit()
