"""Marks on images, and what is done with those that are marked, or else with the one under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatch

from tui.model import Item, State
from tui.store import Store, StoreError
from tui.view.screens.listing import ListingScreen
from tui.view.wording import counted

MANY = 50
"""Above this many images at once the person is asked first."""
MANY_TO_LOOK_AT = 5000
"""Looking at more images than this takes a moment, which is said."""
AT_A_TIME = 1000
"""So many images are asked for at once."""


class MarkingScreen(ListingScreen):
    """A list of images with marks."""

    _last_marked: int | None = None
    """The place that a range begins at."""
    _removed: tuple[int, ...] = ()
    """What was taken out of the queue last."""

    @property
    def _marked(self) -> frozenset[int]:
        return self._images.marked

    async def _mark(self, item_ids: Sequence[int], *, marked: bool) -> None:
        """Mark images, or take their marks away, and show it at once."""
        if await self._change(lambda store: store.mark(item_ids, marked=marked)):
            before = self._marked
            self._images.show_marks(before | set(item_ids) if marked else before - set(item_ids))
            self.refresh_bindings()

    async def _change(self, change: Callable[[Store], object]) -> bool:
        """Do something to the queue; says why when that cannot be."""
        try:
            await self._desk.do(change)
        except StoreError as error:
            self.complain(error)
            return False
        return True

    async def _listed(self, start: int, count: int, keep: Callable[[Item], bool] = lambda _: True) -> Sequence[int]:
        """Return the numbers of images by their places in the list; the screen does not wait for it."""
        numbers = self._matching.window(start, count) if self._matching is not None else None
        if count > MANY_TO_LOOK_AT:
            self.notify(f"Looking at {counted(count, 'image')} ...", markup=False)
        try:
            return await self._desk.do(
                lambda store: [item.id for item in _images(store, numbers, start, count) if keep(item)]
            )
        except StoreError as error:
            self.complain(error)
            return ()

    # -- marks --------------------------------------------------------------------------------------------------------

    async def action_mark(self) -> None:
        """Mark this image, or unmark it, and go down; so many images when a count was typed."""
        count, place = self.take_count(), self._images.cursor
        items = self._window(place, count)
        if items:
            self._last_marked = place
            await self._mark([item.id for item in items], marked=items[0].id not in self._marked)
            self._images.move_by(len(items))

    async def action_mark_range(self) -> None:
        """Mark all from the last mark to here."""
        start, end = sorted((self._last_marked if self._last_marked is not None else 0, self._images.cursor))
        await self._mark(await self._listed(start, end - start + 1), marked=True)
        self._last_marked = self._images.cursor

    def action_mark_pattern(self) -> None:
        """Ask for a pattern and mark the images whose names match it."""
        from tui.view.screens.ask import AskScreen

        hint = "*.tif, letters/*   all marks everything listed"
        self.app.push_screen(AskScreen("mark ", hint=hint), self.mark_matching)

    async def mark_matching(self, pattern: str | None) -> None:
        """Mark the images listed whose names match a pattern with * and ?."""
        if pattern is None:
            return
        wanted = await self._listed(0, self._images.count, lambda item: pattern == "all" or _matches(item, pattern))
        await self._mark(wanted, marked=True)
        self.notify(f"{counted(len(wanted), 'image')} marked.", timeout=2, markup=False)

    async def command_mark(self, pattern: str) -> None:
        """Mark the images whose names match a pattern."""
        await self.mark_matching(pattern)

    async def action_mark_others(self) -> None:
        """Mark what is not marked of the images listed, and unmark the others."""
        listed, before = await self._listed(0, self._images.count), self._marked
        await self._mark([item_id for item_id in listed if item_id not in before], marked=True)
        await self._mark([item_id for item_id in listed if item_id in before], marked=False)

    async def action_clear(self) -> None:
        """Forget a count; else take all marks away; else list all images."""
        if self._typed:
            self._typed = ""
        elif self._marked:
            await self._mark(sorted(self._marked), marked=False)
        elif self._matching is not None:
            self._filter("")

    # -- what is done with them ---------------------------------------------------------------------------------------

    def _meant(self) -> list[int]:
        """Return the images that a key means: the marked ones, else the one under the cursor."""
        item = self._images.item
        return sorted(self._marked) or ([item.id] if item is not None else [])

    async def _act(self, words: str, act: Callable[[Sequence[int]], object]) -> None:
        """Do something with the images that are meant, after a question when they are many."""
        item_ids = self._meant()
        if not item_ids:
            return

        async def done(agreed: bool | None) -> None:
            if agreed:
                result = act(item_ids)
                if hasattr(result, "__await__"):
                    await result
                self.pull()

        if len(item_ids) > MANY:
            from tui.view.screens.question import QuestionScreen

            self.app.push_screen(QuestionScreen(f"{words} {len(item_ids)} images?", yes="yes", no="not now"), done)
        else:
            await done(agreed=True)

    async def action_retry(self) -> None:
        """Send again what failed of the images that are meant."""

        async def retry(item_ids: Sequence[int]) -> None:
            failed = [item.id for item in self._store.items(item_ids) if item.state is State.FAILED]
            if not failed:
                self.notify("Only an image that failed can be sent again.", markup=False)
            elif await self._change(lambda store: [store.retry(item_id) for item_id in failed]):
                self._machine.wake()

        await self._act("Send again", retry)

    async def action_recognise(self) -> None:
        """Have images read by the service that runs: what waits for another, is held back or failed."""
        service = self._machine.service
        if not service:
            self.notify("Nothing runs here: start with --service NAME to have images read.", markup=False)
            return

        async def recognise(item_ids: Sequence[int]) -> None:
            if await self._change(lambda store: store.hand_over(item_ids, service)):
                self._machine.wake()

        await self._act(f"Have {service} read", recognise)

    async def action_hold(self) -> None:
        """Hold images back that wait to be sent, or let them go."""
        items = self._store.items(self._meant())
        waiting = [item for item in items if item.state is State.WAITING]
        if not waiting:
            self.notify("Only what waits to be sent can be held back.", markup=False)
            return
        held = not waiting[0].is_paused
        ids = [item.id for item in waiting]

        async def hold(_: Sequence[int]) -> None:
            await self._change(lambda store: store.pause(ids, paused=held))
            self._machine.wake()

        await self._act("Hold back" if held else "Let go", hold)

    async def action_sooner(self) -> None:
        """Have images read before the others."""
        await self._prioritise(1)

    async def action_later(self) -> None:
        """Have images read after the others."""
        await self._prioritise(-1)

    async def _prioritise(self, step: int) -> None:
        async def prioritise(item_ids: Sequence[int]) -> None:
            await self._change(lambda store: store.prioritise(item_ids, step))
            how = "sooner" if step > 0 else "later"
            self.notify(f"{len(item_ids)} read {how}.", timeout=2, markup=False)

        await self._act("Reorder", prioritise)

    def action_remove(self) -> None:
        """Ask, then take images out of the queue; their files stay where they are."""
        item_ids = self._meant()
        if not item_ids:
            return
        what = f"{len(item_ids)} images" if len(item_ids) > 1 else "this image"
        question = f"Take {what} out of the queue? Files stay, and {self.key('put_back')} puts it all back."

        async def answer(agreed: bool | None) -> None:
            if agreed:
                await self._remove(item_ids)

        from tui.view.screens.question import QuestionScreen

        self.app.push_screen(QuestionScreen(question, yes="take out", no="leave"), answer)

    async def _remove(self, item_ids: Sequence[int]) -> None:
        if await self._change(lambda store: store.remove(item_ids)):
            self._removed = tuple(item_ids)
            self._images.show_marks(self._marked - set(item_ids))
            self._list_anew()
            self.pull()

    async def action_put_back(self) -> None:
        """Put back what was taken out of the queue last."""
        removed, self._removed = self._removed, ()
        if not removed:
            self.notify("Nothing was taken out of the queue since it was opened.", markup=False)
        elif await self._change(lambda store: store.put_back(removed)):
            self._list_anew()
            self.pull()


def _images(store: Store, numbers: Sequence[int] | None, start: int, count: int) -> Iterator[Item]:
    """Yield images by their numbers, or by their places where there are no numbers."""
    for at in range(0, count, AT_A_TIME):
        most = min(AT_A_TIME, count - at)
        yield from store.window(start + at, most) if numbers is None else store.items(numbers[at : at + most])


def _matches(item: Item, pattern: str) -> bool:
    name = item.source.lower()
    return fnmatch(name, f"*{pattern.lower()}") or fnmatch(name, f"*/{pattern.lower()}")
