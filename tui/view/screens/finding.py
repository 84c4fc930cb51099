"""Finding lines all over the queue by what they say, or by a filter; what was found is gone through like a queue."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from threading import Event

from textual.screen import ScreenResultType
from textual.worker import WorkType

from tui.export_words import continuations, request_typed
from tui.exporting import Progress, Request, export_file
from tui.filters import FilterError, parse, words
from tui.line_index import Hit
from tui.model import LineKey, Trouble, printable
from tui.store import StoreError
from tui.view.screens.ask import AskScreen
from tui.view.screens.hits import HitsScreen
from tui.view.screens.steered import SteeredScreen
from tui.view.tools import Tools
from tui.view.widgets.place_list import Place
from tui.view.wording import counted, short_name

MOST = 1000
"""How many places are shown at most."""


class FindingScreen(SteeredScreen[ScreenResultType]):
    """A screen from which one finds lines."""

    _tools: Tools

    def visit(self, place: Place | None) -> None:
        """Go to a place that was found; None when the person came back without choosing one."""
        raise NotImplementedError

    def here(self) -> tuple[int, LineKey]:
        """Return the item and the line under the cursor."""
        raise NotImplementedError

    def action_search(self) -> None:
        """Ask for words, a /regular expression/ or a filter, and show the lines that match."""
        hint = 'words, /regular expression/, or a filter: conf<.6 & !flagged & text~"Silas"'
        self.app.push_screen(AskScreen("/ ", self._tools.found.wanted, hint=hint), self._search)

    async def _search(self, wanted: str | None) -> None:
        if wanted is None:
            return
        try:
            asked = parse(wanted) if _is_filter(wanted) else words(wanted)
            hits = await self._tools.desk.do(lambda store: store.lines_matching(asked, limit=MOST))
        except (FilterError, StoreError) as error:
            self.notify(str(error), severity="warning", timeout=8, markup=False)
            return
        found = self._tools.found
        found.wanted, found.places = wanted, self.places(hits)
        if not hits:
            self.notify(f"No line matches {wanted}", markup=False)
            return
        more = "the first " if len(hits) == MOST else ""
        match = "matches" if len(hits) == 1 else "match"
        screen = HitsScreen(self._tools, f"{more}{counted(len(hits), 'line')} {match} {wanted}", found.places)
        screen.asks_anew = self.action_search
        self.app.push_screen(screen, self.visit)

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
        here = self.here()
        places = [(place.item_id, place.key) for place in hits]
        beyond = [at for at, place in enumerate(places) if (place > here if step > 0 else place < here)]
        at = (beyond[0 if step > 0 else -1]) if beyond else (0 if step > 0 else -1)
        self.visit(hits[at])

    def choices(self, name: str, argument: str = "") -> Sequence[str]:
        """Return what a command with an argument may be given, where that can be listed."""
        return continuations(argument) if name == "export" else super().choices(name, argument)

    def command_export(self, wanted: str) -> None:
        """Export what was read, as `alto,txt out --lines settled`; raises Trouble for anything else."""
        request = request_typed(wanted)
        begin: WorkType[None] = partial(self._export, request)
        self.run_worker(begin, group="export", exclusive=True, exit_on_error=False)

    async def _export(self, request: Request) -> None:
        """Export in a thread, and say what came of it; leaving the program stops it, and leaves whole files."""
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
        names: dict[int, str] = {}
        for hit in hits:
            if hit.item_id not in names:
                names[hit.item_id] = short_name(self._tools.store.item(hit.item_id))
        return tuple(Place(hit.item_id, hit.key, names[hit.item_id], hit.text) for hit in hits)


def _unsaid(progress: Progress) -> None:
    """Say nothing: what is on the screen is what matters, and the end is told."""


def _is_filter(wanted: str) -> bool:
    """Whether what was typed is a filter: words alone, and a /regular expression/, are not."""
    return any(sign in wanted for sign in "<>=~&|!()") and not (wanted.startswith("/") and wanted.endswith("/"))
