"""Finding lines all over the queue by what they say, or by a filter; what was found is gone through like a queue."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from textual.screen import ScreenResultType
from textual.worker import WorkType

from tui.filters import Filter, FilterError, typed_filter
from tui.model import LineKey, Trouble, printable
from tui.review import hit_beyond
from tui.store import StoreError
from tui.view.screens.steered import SteeredScreen
from tui.view.search import SCREENFUL, Growth, LineSearch
from tui.view.tools import Tools
from tui.view.wording import counted, short_name

if TYPE_CHECKING:
    from tui.exporting import Progress, Request
    from tui.line_index import Hit
    from tui.view.widgets.place_list import Place

MOST = 1000
"""How many places are shown at most."""
PATIENCE = 0.1
"""For so many seconds the next key waits for the first places; later ones are shown as they are found."""


class FindingScreen(SteeredScreen[ScreenResultType]):
    """A screen from which one finds lines."""

    _tools: Tools
    _lines: LineSearch | None = None

    def visit(self, place: Place | None) -> None:
        """Go to a place that was found; None when the person came back without choosing one."""
        raise NotImplementedError

    def here(self) -> tuple[int, LineKey]:
        """Return the item and the line under the cursor."""
        raise NotImplementedError

    def action_search(self) -> None:
        """Ask for words, a /regular expression/ or a filter, and show the lines that match."""
        from tui.view.screens.ask import AskScreen

        hint = 'words, /regular expression/, or a filter: conf<.6 & !flagged & text~"Silas"'
        self.app.push_screen(AskScreen("/ ", self._tools.found.wanted, hint=hint, follows=self._begin), self._search)

    def _begin(self, text: str) -> Callable[[], str] | None:
        """Begin to look for what is being typed; returns what says how many lines of it were found."""
        try:
            self._look_for(typed_filter(text))
        except FilterError:  # which is told once it has been typed to its end
            return None
        search = self._lines
        return lambda: _how_many(search) if search is not None else ""

    def _look_for(self, wanted: Filter) -> LineSearch:
        """Look for lines, and no longer for others; what is looked for already is not begun anew."""
        begun, revision = self._lines, self._tools.store.revision()
        if begun is None or begun.trouble or (begun.wanted, begun.revision) != (wanted, revision):
            self._stop_looking()
            begun = self._lines = LineSearch(self._tools.store.path, wanted, MOST, revision)
        return begun

    def _stop_looking(self) -> None:
        if self._lines is not None:
            self._lines.stop()
            self._lines = None

    def on_unmount(self) -> None:
        """Look no further for anything."""
        self._stop_looking()

    async def _search(self, wanted: str | None) -> None:
        """Show the lines that were looked for, as they are found."""
        if wanted is None:
            self._stop_looking()
            return
        try:
            search = self._look_for(typed_filter(wanted))
            if not search.wait(0):
                await asyncio.to_thread(search.wait, PATIENCE)
            self._show_hits(search, wanted)
        except (FilterError, StoreError) as error:
            self.notify(str(error), severity="warning", timeout=8, markup=False)

    def _show_hits(self, search: LineSearch, wanted: str) -> None:
        found = self._tools.found
        found.wanted, found.places = wanted, ()
        is_complete = search.is_complete
        places = self._take_over(search, SCREENFUL)
        if is_complete and not places:
            self.notify(f"No line matches {wanted}", markup=False)
            return
        from tui.view.screens.hits import HitsScreen

        screen = HitsScreen(self._tools, _title(search, wanted), places)
        if not is_complete or search.found > len(places):
            screen.grows = partial(self._grown, search, wanted)
        screen.asks_anew = self.action_search
        self.app.push_screen(screen, self._come_from_hits)

    def _come_from_hits(self, place: Place | None) -> None:
        if self._lines is not None and not self._lines.is_complete:
            self._stop_looking()
        self.visit(place)

    def _grown(self, search: LineSearch, wanted: str) -> Growth:
        """Return what was found by now."""
        is_complete = search.is_complete  # asked first: what is found after that is not lost
        places = self._take_over(search)
        return Growth(_title(search, wanted), places, is_complete)

    def _take_over(self, search: LineSearch, most: int = MOST) -> tuple[Place, ...]:
        """Keep what was found since the last time, or so much of it; raises StoreError where it was not searched."""
        if search.trouble:
            raise StoreError(search.trouble)
        found = self._tools.found
        found.places = (*found.places, *self.places(search.hits(len(found.places))[:most]))
        return found.places

    def action_next_hit(self) -> None:
        """Go to the next line that was found."""
        self._go_to_hit(1)

    def action_previous_hit(self) -> None:
        """Go to the line found before."""
        self._go_to_hit(-1)

    def _go_to_hit(self, step: int) -> None:
        hits = self._tools.found.places
        if not hits:
            self.notify(f"Nothing was looked for yet: {self.key('search')} asks for words.", markup=False)
            return
        self.visit(hits[hit_beyond([(place.item_id, place.key) for place in hits], self.here(), step)])

    def choices(self, name: str, argument: str = "") -> Sequence[str]:
        """Return what a command with an argument may be given, where that can be listed."""
        if name != "export":
            return super().choices(name, argument)
        from tui.export_words import continuations

        return continuations(argument)

    def command_export(self, wanted: str) -> None:
        """Export what was read, as `alto,txt out --lines settled`; raises Trouble for anything else."""
        from tui.export_words import request_typed

        request = request_typed(wanted)
        begin: WorkType[None] = partial(self._export, request)
        self.run_worker(begin, group="export", exclusive=True, exit_on_error=False)

    async def _export(self, request: Request) -> None:
        """Export in a thread, and say what came of it; leaving the program stops it, and leaves whole files."""
        from tui.exporting import export_file

        leaving = Event()
        self.notify(f"Exporting to {printable(str(request.out))} ...", timeout=3, markup=False)
        export = partial(export_file, self._tools.store.path, request, progress=_unsaid, stopped=leaving.is_set)
        try:
            outcome = await asyncio.to_thread(export)
        except Trouble as trouble:
            self.notify(str(trouble), severity="error", timeout=10, markup=False)
        else:
            self.notify("\n".join(outcome.sentences), timeout=10, markup=False)
        finally:
            leaving.set()

    def places(self, hits: Sequence[Hit]) -> tuple[Place, ...]:
        """Return what was found as places with the names of their images."""
        from tui.view.widgets.place_list import Place

        items = self._tools.store.items(sorted({hit.item_id for hit in hits}))
        names = {item.id: short_name(item) for item in items}
        return tuple(Place(hit.item_id, hit.key, names.get(hit.item_id, ""), hit.text) for hit in hits)


def _title(search: LineSearch, wanted: str) -> str:
    """Say how many lines were found, and of what."""
    count = search.found
    match = "matches" if count == 1 else "match"
    return f"{'the first ' if count == MOST else ''}{_how_many(search)} {match} {wanted}"


def _how_many(search: LineSearch) -> str:
    """Say how many lines a search has found."""
    so_far = "" if search.is_complete or search.found == MOST else " so far"
    return f"{counted(search.found, 'line')}{so_far}"


def _unsaid(progress: Progress) -> None:
    """Say nothing: what is on the screen is what matters, and the end is told."""
