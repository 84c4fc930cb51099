"""A second reading from the queue: lines are drawn, read blind by whoever has not decided them, and settled."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.worker import WorkType

from tui.filters import Filter, parse
from tui.model import Trouble
from tui.store import Store
from tui.view.screens.marking import MarkingScreen
from tui.view.wording import short_name

if TYPE_CHECKING:
    from tui.second_pass import Amount, Drawn
    from tui.view.widgets.place_list import Place


class SecondPassScreen(MarkingScreen):
    """A list of images from which a sample of their lines is read a second time."""

    def action_second(self) -> None:
        """Read what is left of the sample, as far as others have decided it; draw one where there is none."""
        from tui.second_pass import Agreement, to_read
        from tui.view.screens.second_reading import SecondReadingScreen

        sampled = self._store.sampled()
        mine = to_read(sampled, self._reviewer)
        if not sampled:
            self._offer_to_draw()
        elif mine:
            title = f"{len(mine)} {_lines(len(mine))} to read a second time, blind"
            screen = SecondReadingScreen(self._tools, title, mine, self._names(one.item_id for one in mine))
            self.app.push_screen(screen, self._after_reading)
        else:
            left = Agreement(tuple(sampled)).unread
            why = f"{left} {_lines(left)} of the sample: others read them, for you have decided them" if left else ""
            self.notify(f"Left are {why}." if why else "The whole sample is read a second time.", markup=False)

    def _offer_to_draw(self) -> None:
        from tui.second_pass import USUAL
        from tui.view.screens.question import QuestionScreen

        if not self._store.tally().decided:
            self.notify("Nothing is decided yet that could be read a second time.", markup=False)
            return

        def answer(agreed: bool | None) -> None:
            if agreed:
                self.command_draw(USUAL)

        words = f"No lines were drawn yet. Draw {USUAL} of those decided, to be read a second time?"
        self.app.push_screen(QuestionScreen(words, yes="draw", no="not now"), answer)

    def command_draw(self, wanted: str) -> None:
        """Draw lines to be read a second time: a share or a number, and which, as `10% by=Ada`; raises Trouble."""
        from tui.second_pass import amount_of

        amount, _, which = wanted.strip().partition(" ")
        chosen = parse(which) if which.strip() else None
        begin: WorkType[None] = partial(self._draw, amount_of(amount), chosen)
        self.run_worker(begin, group="draw", exclusive=True, exit_on_error=False)

    async def _draw(self, amount: Amount, where: Filter | None) -> None:
        """Draw in a thread: every decided line is asked for."""
        try:
            drawn = await asyncio.to_thread(_drawn, self._store.path, amount, self._reviewer, where)
        except Trouble as trouble:
            self.notify(str(trouble), severity="error", timeout=10, markup=False)
            return
        key = self.key("second")
        self.notify(f"{drawn.sentence} {key} shows them to whoever has not decided them.", timeout=8, markup=False)

    def action_both(self) -> None:
        """Settle the lines that two people read differently."""
        from tui.second_pass import to_settle
        from tui.view.screens.second_reading import BothReadingsScreen

        differing = to_settle(self._store.sampled())
        if not differing:
            self.notify("No line of the sample was read differently, or all such are settled.", markup=False)
            return
        title = f"{len(differing)} {_lines(len(differing))} that two people read differently"
        names = self._names(one.item_id for one in differing)
        self.app.push_screen(BothReadingsScreen(self._tools, title, differing, names), self._after_settling)

    def _names(self, item_ids: Any) -> dict[int, str]:
        return {item.id: short_name(item) for item in self._store.items(list(dict.fromkeys(item_ids)))}

    def _after_reading(self, place: Place | None) -> None:
        self._say_agreement()
        self.visit(place)

    def _after_settling(self, place: Place | None) -> None:
        self.visit(place)

    def _say_agreement(self) -> None:
        """Say how far the readings agree, once there are some."""
        from tui.second_pass import Agreement

        alike = Agreement(tuple(self._store.sampled())).alike
        if alike.of:
            low, high = alike.interval.low, alike.interval.high
            self.notify(
                f"{alike.count} of {alike.of} lines read alike, likely {low:.0%} to {high:.0%}."
                f" {self.key('both')} shows those that are not.",
                timeout=8,
                markup=False,
            )


def _lines(count: int) -> str:
    return "line" if count == 1 else "lines"


def _drawn(queue: Path, amount: Amount, reviewer: str, where: Filter | None) -> Drawn:
    from tui.second_pass import draw

    with Store(queue, create=False) as store:
        return draw(store, amount, reviewer, where)
