"""What a search found, and lines that were accepted unseen: gone through one by one, each with its ink."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tui.model import Decision
from tui.review import accepted, line_at
from tui.store import StoreError
from tui.view.screens.places import PlacesScreen
from tui.view.screens.rows import GLANCE
from tui.view.search import Growth
from tui.view.widgets.place_list import Place


class HitsScreen(PlacesScreen):
    """Shows the lines that a search found; each can be accepted here, or gone to."""

    TABLE = "hits"
    asks_anew: Callable[[], None] | None = None
    """What asks for another search once this screen is gone; set by who opens it."""

    grows: Callable[[], Growth] | None = None
    """Returns what was found by now; None where there will be no more. Set by who opens it."""

    def on_mount(self) -> None:
        """Show what is found later as it is found."""
        if self.grows is not None:
            self.set_interval(GLANCE, self._grow)

    def _grow(self) -> None:
        """Show what was found since; without anything go back."""
        if self.grows is None:
            return
        try:
            grown = self.grows()
        except StoreError as error:
            self.grows = None
            self.complain(error)
            return
        if grown.is_complete:
            self.grows = None
        had_none = not self._places
        self._title, self._places = grown.title, grown.places
        self._list.show(grown.places)
        if had_none and grown.places:
            self._show()
        else:
            self._show_heading()
        if grown.is_complete and not grown.places:
            self.notify(f"{grown.title}.", markup=False)
            self.dismiss(None)

    async def action_accept_here(self) -> None:
        """Accept the line as it stands and go to the next."""
        if await self._settle([self._list.cursor], self._as_it_stands, "✓"):
            self._go_on()

    def _as_it_stands(self, place: Place) -> Decision:
        page, decisions = self._page_of(place)
        line, before = line_at([page], place.key), decisions.get(place.key)
        return accepted(place.item_id, place.key, line, before, self._tools.reviewer)

    def action_search(self) -> None:
        """Go back, and look for something else."""
        self.dismiss(None)
        if self.asks_anew is not None:
            self.app.call_later(self.asks_anew)

    def action_next_hit(self) -> None:
        """Go to the next line that was found."""
        self._list.move_by(1)

    def action_previous_hit(self) -> None:
        """Go to the line found before."""
        self._list.move_by(-1)


class AuditScreen(PlacesScreen):
    """Shows lines that were accepted with their page, and that nobody looked at."""

    TABLE = "audit"

    async def action_say_right(self) -> None:
        """Say that the line is right and go to the next."""
        if await self._settle([self._list.cursor], self._looked_at, "✓"):
            self._go_on()

    def _looked_at(self, place: Place) -> Decision | None:
        """Return the same decision by somebody who has looked; None where it was taken back meanwhile."""
        before = self._page_of(place)[1].get(place.key)
        return None if before is None else replace(before, reviewer=self._tools.reviewer, unseen=False)
