"""Deciding: one key decides a line, its upper case the page, and either goes on; each is taken back with one key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from tui.model import Decision, LineKey, Step, Verdict
from tui.review import MANY, Spot, as_it_stands
from tui.store import StoreError
from tui.view.screens.colleagues import SharedScreen
from tui.view.screens.question import QuestionScreen
from tui.view.screens.reason import ReasonScreen
from tui.view.wording import counted


class DecidingScreen(SharedScreen):
    """A review whose lines and pages can be decided."""

    _page_offered: tuple[int, int] | None = None
    """The item and page that were left because no line of it is sure: the same key again accepts it all the same."""

    async def _put_down(self, decisions: Sequence[Decision]) -> bool:
        """Put decisions on the disk as one step, and show them; says why when that cannot be."""
        known = self._known(decisions)
        try:
            made = await self._desk.decide(*decisions)
            self._tell_of_crossed(self._store.crossed(made, known))
            self._tell_if_gone(decisions)
        except StoreError as error:
            self.complain(error)
            return False
        self._settle({**self._decisions, **{decision.key: decision for decision in made}})
        return True

    def _decision(self, key: LineKey, verdict: Verdict, text: str | None = None, *, reason: str = "") -> Decision:
        """Return a decision on a line."""
        return self._image.decision(key, verdict, text, reason=reason, reviewer=self._reviewer)

    async def _decide(self, verdict: Verdict, text: str | None = None, *, reason: str = "", step: int = 1) -> None:
        """Decide the line under the cursor and go on to the next."""
        spot = self._tree.spot
        if spot is not None and await self._put_down([self._decision(spot.key, verdict, text, reason=reason)]):
            self._go_on(spot.key, step)

    # -- a line -------------------------------------------------------------------------------------------------------

    async def action_accept(self) -> None:
        """Accept the line as it stands and go on."""
        spot = self._tree.spot
        if spot is not None:
            await self._decide(*as_it_stands(self._decisions.get(spot.key)))

    async def action_skip(self) -> None:
        """Skip the line: it comes back last."""
        await self._decide(Verdict.SKIPPED)

    async def action_reject(self) -> None:
        """Reject the line: no text, or the wrong box."""
        await self._decide(Verdict.REJECTED)

    def action_flag(self) -> None:
        """Ask for a reason and flag the line."""
        if self._tree.spot is not None:
            self.app.push_screen(ReasonScreen(), self._flag)

    async def _flag(self, reason: str | None) -> None:
        if reason is not None:
            await self._decide(Verdict.FLAGGED, reason=reason)

    # -- a page -------------------------------------------------------------------------------------------------------

    async def action_accept_page(self) -> None:
        """Accept every line of the page that is sure, and go to the first that is left."""
        left = self._left_on_page()
        place = (self._item.id, self._page_number)
        keys = self._image.to_accept(self._page_number, self._threshold, unsure=self._page_offered == place)
        if not left:
            self._go_on_from_page()
        elif keys:
            self._page_offered = None
            await self._accept_all(keys)
        else:
            self._page_offered = place
            self._tree.go_to(Spot(left[0]))
            known = any(self._image.line(key).confidence is not None for key in left)
            least = f"{self._threshold:.2f}".removeprefix("0")
            why = f"No line left has {least} for each word" if known else "The service says of no line how sure it is"
            self.notify(f"{why}: {self.key('accept_page')} again accepts all {len(left)}.", markup=False)

    async def _accept_all(self, keys: Sequence[LineKey]) -> None:
        if len(keys) <= MANY:
            await self._accept_lines(keys)
            return
        question = QuestionScreen(f"Accept {len(keys)} lines of this page?", yes="accept", no="not now")
        self.app.push_screen(question, self._when_agreed(lambda: self._accept_lines(keys)))

    @staticmethod
    def _when_agreed(act: Callable[[], Awaitable[None]]) -> Callable[[bool | None], Awaitable[None]]:
        async def answer(agreed: bool | None) -> None:
            if agreed:
                await act()

        return answer

    async def _accept_lines(self, keys: Sequence[LineKey]) -> None:
        if not await self._put_down(self._image.all_accepted(keys, self._reviewer, self._seen)):
            return
        left = self._left_on_page()
        rest = f", {len(left)} left" if left else ""
        self.notify(f"{len(keys)} accepted{rest}.", timeout=2, markup=False)
        if left:
            self._tree.go_to(Spot(left[0]))
        else:
            self._go_on_from_page()

    def action_flag_page(self) -> None:
        """Ask for a reason and flag what is left of the page."""
        if self._left_on_page():
            self.app.push_screen(ReasonScreen(), self._flag_page)

    async def _flag_page(self, reason: str | None) -> None:
        if reason is not None:
            await self._decide_page(Verdict.FLAGGED, reason)

    async def action_skip_page(self) -> None:
        """Skip what is left of the page: it comes back last."""
        await self._decide_page(Verdict.SKIPPED)

    async def action_reject_page(self) -> None:
        """Reject what is left of the page: no text, or wrong boxes."""
        await self._decide_page(Verdict.REJECTED)

    async def _decide_page(self, verdict: Verdict, reason: str = "") -> None:
        keys = self._left_on_page()
        if not keys:
            self._go_on_from_page()
        elif len(keys) <= MANY:
            await self._decide_lines(keys, verdict, reason)
        else:
            question = QuestionScreen(f"{len(keys)} lines of this page: {verdict}?", yes=str(verdict), no="not now")
            self.app.push_screen(question, self._when_agreed(lambda: self._decide_lines(keys, verdict, reason)))

    async def _decide_lines(self, keys: Sequence[LineKey], verdict: Verdict, reason: str) -> None:
        if await self._put_down([self._decision(key, verdict, reason=reason) for key in keys]):
            self.notify(f"{counted(len(keys), 'line')} {verdict}.", timeout=2, markup=False)
            self._go_on_from_page()

    def _left_on_page(self) -> list[LineKey]:
        """Return the lines of the page that nobody has decided."""
        return self._image.left_on(self._page_number)

    def _go_on_from_page(self) -> None:
        keys = self._page_keys()
        if keys:
            self._go_on(keys[-1])

    # -- back and forth -----------------------------------------------------------------------------------------------

    async def action_undo(self) -> None:
        """Take back the last thing done and go to its line."""
        await self._turn(self._desk.undo, "There is nothing to undo.")

    async def action_redo(self) -> None:
        """Do again what was taken back and go to its line."""
        await self._turn(self._desk.redo, "There is nothing to redo.")

    async def _turn(self, turn: Callable[[str], Awaitable[Step | None]], nothing: str) -> None:
        try:
            step = await turn(self._reviewer)
        except StoreError as error:
            self.complain(error)
            return
        if step is None:
            self.notify(nothing, markup=False)
        elif step.item_id != self._item.id or step.reshapes:
            self._show_item(step.item_id, Spot(step.key))
        else:
            self._settle(self._store.decisions(self._item.id))
            self._tree.go_to(Spot(step.key))
        if step is not None and not step.reshapes and step.key in self._keys:
            self._tell_of_undone(step.key)
