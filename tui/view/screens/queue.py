"""The queue: every image, what the machine is doing with it, and how much of it is reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on

from tui.model import Item, State
from tui.view.screens.second_pass import SecondPassScreen
from tui.view.tools import Tools
from tui.view.widgets.image_list import ImageList

if TYPE_CHECKING:
    from tui.review import Spot
    from tui.view.whereabouts import Whereabouts
    from tui.view.widgets.place_list import Place


class QueueScreen(SecondPassScreen):
    """Shows the queue while it runs, and opens an image for review."""

    TABLE = "queue"

    def __init__(self, tools: Tools, *, opens_review: bool = False) -> None:
        super().__init__(tools)
        self._opens_review = opens_review

    def begin(self) -> None:
        """Put the cursor where the review stood."""
        self._images.show_marks(self._store.marked())
        waiting = self._where_review_stood()
        if waiting:
            self._images.move_to(self._store.place(waiting.id))

    def pull(self) -> None:
        """Ask the queue file what moved; open the review when it is time."""
        super().pull()
        if self._opens_review and self.app.screen is self:
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
        return self._tools.company.where_review_stood(self._store, self._reviewer)

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

    def visit(self, place: Place | None) -> None:
        """Review the line that was found."""
        if place is not None:
            from tui.review import Spot

            self._review(self._store.item(place.item_id), Spot(place.key))

    def return_to(self, here: Whereabouts) -> None:
        """Review the line where the review was when it was cut off, if it is there still."""
        place = self._store.place(here.item_id)
        found = self._store.window(place, 1)
        if found and found[0].id == here.item_id:
            self._images.move_to(place)
            self._review(found[0], here.spot)

    def _review(self, item: Item, spot: Spot | None = None) -> None:
        from tui.view.screens.review import ReviewScreen

        self.app.push_screen(ReviewScreen(self._tools, item.id, spot), self._come_back)

    def _come_back(self, item_id: int | None) -> None:
        self._tools.company.look_at(None)
        place = self._place_so_far(item_id) if item_id is not None else None
        if place is not None:
            self._images.move_to(place)

    def action_pause(self) -> None:
        """Send nothing more, or go on."""
        paused = self._machine.toggle_pause()
        words = {
            None: "Nothing runs here, so there is nothing to pause.",
            True: f"Paused. {self.key('pause')} goes on.",
            False: "Going on.",
        }
        self.notify(words[paused], markup=False)

    def action_next_failed(self) -> None:
        """Go to the next image that failed."""
        here = self._images.item
        failed = self._store.next_failed(here.id if here else 0)
        place = self._place_so_far(failed.id) if failed is not None else None
        if place is not None:
            self._images.move_to(place)
        elif here is None or here.state is not State.FAILED:
            self.notify("No image has failed.", markup=False)

    def action_leave(self) -> None:
        """Quit."""
        self.app.exit()
