"""From the review to other places in the queue: those with the same misreading, and those that a search finds."""

from __future__ import annotations

from tui.model import LineKey
from tui.review import Spot
from tui.store import StoreError
from tui.view.screens.corrections import CorrectionsScreen, Replacement
from tui.view.screens.finding import MOST, FindingScreen
from tui.view.screens.hits import HitsScreen
from tui.view.screens.shaping import ShapingScreen
from tui.view.widgets.place_list import Place


class SearchingScreen(FindingScreen[int], ShapingScreen):
    """A review from which one finds other places."""

    async def action_everywhere(self) -> None:
        """Show every place with the misreading that was corrected last, or with the word under the cursor."""
        question = self._asked()
        if self._last_correction is not None:
            misread = self._last_correction[0]
        elif question is not None:
            misread = question.word
        else:
            key = self.key("next_word")
            self.notify(f"Nothing was corrected yet; {key} chooses a word to look for.", markup=False)
            return
        try:
            hits = await self._desk.do(lambda store: store.misread_elsewhere(misread, MOST))
        except StoreError as error:
            self.complain(error)
            return
        if not hits:
            self.notify(f"“{misread}” stands in no line that is left to decide.", markup=False)
            return
        title, places = f"{len(hits)} of “{misread}”", self.places(hits)
        if self._last_correction is None:
            self.app.push_screen(HitsScreen(self._tools, title, places, misread), self.visit)
            return
        replacement = Replacement(*self._last_correction)
        title = f"{title} → “{replacement.right}”"
        self.app.push_screen(CorrectionsScreen(self._tools, title, places, replacement), self.visit)

    @property
    def numbered(self) -> tuple[int, str]:
        """The lines of the page."""
        return len(self._page_keys()), "lines"

    def go_to_number(self, at: int) -> None:
        """Go to a line, from 0."""
        self._tree.go_to(Spot(self._page_keys()[at]))

    def go_to_image(self, item_id: int) -> None:
        """Review another image."""
        self._show_item(item_id)

    def use_threshold(self, threshold: float) -> None:
        """Take lines for sure from here on."""
        self._threshold = threshold

    def here(self) -> tuple[int, LineKey]:
        """Return the item and the line under the cursor."""
        spot = self._tree.spot
        return self._item.id, spot.key if spot is not None else LineKey(0, 0)

    def visit(self, place: Place | None) -> None:
        """Go to a place that was found; without one show what has changed here meanwhile."""
        if place is None:
            self._show_item(self._item.id, self._tree.spot)
        else:
            self._show_item(place.item_id, Spot(place.key))
