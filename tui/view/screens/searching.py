"""Finding lines all over the queue: by what they say, or by the same misreading."""

from __future__ import annotations

from collections.abc import Sequence

from tui.filters import FilterError, parse, words
from tui.line_index import Hit
from tui.model import LineKey
from tui.review import Spot
from tui.store import StoreError
from tui.view.screens.ask import AskScreen
from tui.view.screens.places import PlacesScreen, Replacement, Tools
from tui.view.screens.shaping import ShapingScreen
from tui.view.widgets.place_list import Place
from tui.view.wording import short_name

MOST = 1000
"""How many places are shown at most."""


class SearchingScreen(ShapingScreen):
    """A review from which one finds other places."""

    _sought: str = ""
    _hits: tuple[Place, ...] = ()
    """What was found last: n and N go through it."""

    def action_search(self) -> None:
        """Ask for words, a /regular expression/ or a filter, and show the lines that match."""
        hint = 'words, /regular expression/, or a filter: conf<.6 & !flagged & text~"Silas"'
        self.app.push_screen(AskScreen("/ ", self._sought, hint=hint), self._search)

    async def _search(self, wanted: str | None) -> None:
        if wanted is None:
            return
        self._sought = wanted
        try:
            asked = parse(wanted) if _is_filter(wanted) else words(wanted)
            hits = await self._desk.do(lambda store: store.lines_matching(asked, limit=MOST))
        except (FilterError, StoreError) as error:
            self.notify(str(error), severity="warning", timeout=8, markup=False)
            return
        self._hits = self._places(hits)
        if not self._hits:
            self.notify(f"No line matches {wanted}", markup=False)
            return
        more = "the first " if len(hits) == MOST else ""
        title = f"{more}{len(hits)} lines match {wanted}"
        self.app.push_screen(PlacesScreen(self._tools, title, self._hits), self._visit)

    def action_next_hit(self) -> None:
        """Go to the next line that was found."""
        self._go_to_hit(1)

    def action_previous_hit(self) -> None:
        """Go to the line found before."""
        self._go_to_hit(-1)

    def _go_to_hit(self, step: int) -> None:
        if not self._hits:
            self.notify("Nothing was looked for yet: / asks for words.", markup=False)
            return
        spot = self._tree.spot
        here = (self._item.id, spot.key if spot is not None else LineKey(0, 0))
        places = [(place.item_id, place.key) for place in self._hits]
        beyond = [at for at, place in enumerate(places) if (place > here if step > 0 else place < here)]
        at = (beyond[0 if step > 0 else -1]) if beyond else (0 if step > 0 else -1)
        self._visit(self._hits[at])

    async def action_everywhere(self) -> None:
        """Show every place with the misreading that was corrected last, or with the word under the cursor."""
        question = self._asked()
        if self._last_correction is not None:
            replacement = Replacement(*self._last_correction)
        elif question is not None:
            replacement = None
        else:
            self.notify("Nothing was corrected yet; w chooses a word to look for.", markup=False)
            return
        misread = replacement.misread if replacement is not None else question.word if question is not None else ""
        try:
            hits = await self._desk.do(lambda store: store.misread_elsewhere(misread, MOST))
        except StoreError as error:
            self.complain(error)
            return
        if not hits:
            self.notify(f"“{misread}” stands in no line that is left to decide.", markup=False)
            return
        becomes = f" → “{replacement.right}”" if replacement is not None else ""
        title = f"{len(hits)} of “{misread}”{becomes}"
        self.app.push_screen(PlacesScreen(self._tools, title, self._places(hits), replacement), self._visit)

    def _places(self, hits: Sequence[Hit]) -> tuple[Place, ...]:
        names: dict[int, str] = {}
        for hit in hits:
            if hit.item_id not in names:
                names[hit.item_id] = short_name(self._store.item(hit.item_id))
        return tuple(Place(hit.item_id, hit.key, names[hit.item_id], hit.text) for hit in hits)

    def _visit(self, place: Place | None) -> None:
        """Go to a place that was found; without one show what has changed here meanwhile."""
        if place is None or place.item_id == self._item.id:
            spot = Spot(place.key) if place is not None else self._tree.spot
            self._show_item(self._item.id, spot)
        else:
            self._show_item(place.item_id, Spot(place.key))

    @property
    def _tools(self) -> Tools:
        return Tools(
            self._store,
            self._desk,
            self._reviewer,
            self._glyphs,
            self._opener,
            self._easel,
            self._has_colours,
            self._remembered,
            self._clock,
        )


def _is_filter(wanted: str) -> bool:
    """Whether what was typed is a filter: words alone, and a /regular expression/, are not."""
    return any(sign in wanted for sign in "<>=~&|!()") and not (wanted.startswith("/") and wanted.endswith("/"))
