"""The loop that gets a queue read: what is due is taken up while there is room, and then goes its own way (see flight).

The queue file is the truth. What the runner knows beyond it is only how fast it may go, so that a process that dies at
any point leaves nothing behind but what the next one can take up: an item is `sending` on the disk before it is posted
and `sent`, with the URL of its operation, before it is first asked after.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tui.dialects import Dialect, KeyRefused, ServiceError
from tui.model import ImageFacts, Item, Shipment, State
from tui.runner.flight import Flight, interrupted
from tui.runner.ground import Closure, Ground
from tui.settings import Service
from tui.store import Store, StoreError

LOOK_AGAIN = 1.0
"""Seconds after which the queue is looked at for items that another process has added."""
LONGEST_SIT = 900.0
"""Seconds that a run without a screen waits for a service that takes no more calls."""
GRACE = 10.0
"""Seconds that submissions under way are given to end when the runner is stopped."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run."""

    done: int = 0
    """Items that were read."""
    failed: int = 0
    """Items that failed."""
    closure: Closure | None = None
    """Why nothing more was sent; what was not sent still waits."""
    stopped: bool = False
    """It ended because it was told to."""
    trouble: str = ""
    """Why it could not go on, as a sentence."""


class Runner:
    """Reads one queue through one service profile.

    `run` belongs to one thread and its event loop; the other methods and `trouble` may be used from any thread.
    `client` makes the HTTP client, `measure` tells what is known of an image file or raises an error that is a
    sentence, `prepare` makes of a file's bytes what is sent to a service or raises such an error, `cache` is the folder
    for images fetched from URLs, `only` the items it may send where not all of them. `clock` and `sleep` stand for
    time. A runner runs once.
    """

    def __init__(
        self,
        store_path: Path,
        service: Service,
        *,
        client: Callable[[], httpx.AsyncClient],
        dialect: Dialect,
        measure: Callable[[Path], ImageFacts],
        cache: Path,
        prepare: Callable[[bytes], Shipment] = Shipment,
        only: Collection[int] | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._store_path = store_path
        self._client = client
        self._ground = Ground(service, dialect, measure, prepare, cache, clock, sleep, only)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[None] | None = None
        self._stopped = False

    @property
    def trouble(self) -> str:
        """What keeps the runner from going on, as a sentence for the screen; empty when nothing does."""
        return next(iter(tuple(self._ground.troubles.values())), "") or self._ground.road.notice

    @property
    def is_paused(self) -> bool:
        """Whether nothing new is sent."""
        return self._ground.paused

    def stop(self) -> None:
        """End the run: submissions under way end first, what was sent stays sent, the rest waits."""
        self._stopped = True
        self._tell(self._halt)

    def pause(self) -> None:
        """Send nothing new; what was sent is still asked after."""
        self._ground.paused = True

    def resume(self) -> None:
        """Go on after a pause."""
        self._ground.paused = False
        self.wake()

    def wake(self) -> None:
        """Look at the queue now, because something was added."""
        self._tell(self._ground.bell.set)

    def _tell(self, what: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):  # the loop has just been closed: there is nobody to tell
                loop.call_soon_threadsafe(what)

    def _halt(self) -> None:
        if self._work is not None and not self._ground.stopping:
            self._work.cancel()

    async def run(self, *, until_idle: bool = False) -> Outcome:
        """Run until stopped or, with `until_idle`, until nothing is left to do."""
        ground = self._ground
        try:
            with Store(self._store_path, clock=ground.clock) as store, store.lease() as is_mine:
                if is_mine:
                    await self._run(store, until_idle=until_idle)
                else:
                    ground.troubles["lease"] = (
                        f"Another Handread ({store.lease_holder()}) is running this queue, and only one can at a time."
                    )
        except StoreError as error:
            ground.troubles["store"] = str(error)
        except ServiceError as error:
            ground.troubles["service"] = error.sentence
            if isinstance(error, KeyRefused):
                ground.close(Closure.KEY, error)
        return Outcome(ground.done, ground.failed, ground.closure, self._stopped, self.trouble)

    async def _run(self, store: Store, *, until_idle: bool) -> None:
        async with self._client() as http:
            self._loop = asyncio.get_running_loop()
            self._work = asyncio.create_task(_Shift(self._ground, store, http).work(until_idle=until_idle))
            if self._stopped:
                self._work.cancel()
            try:
                await self._work
            except asyncio.CancelledError:
                if not self._stopped:
                    raise
            finally:
                self._loop = None


class _Shift:
    """One run from its start to its end: items are taken up while there is room for them."""

    def __init__(self, ground: Ground, store: Store, http: httpx.AsyncClient) -> None:
        self._ground = ground
        self._store = store
        self._http = http
        self._under_way: dict[asyncio.Task[None], Flight] = {}
        self._left_over: deque[Item] = deque()

    async def work(self, *, until_idle: bool) -> None:
        """Work until cancelled or, with `until_idle`, until nothing is left to do."""
        try:
            await self._take_stock()
            while True:
                await self._take_up()
                due = await self._due()
                if until_idle and self._is_over(due):
                    return
                await self._rest(due, LOOK_AGAIN if not until_idle else None)
        finally:
            self._ground.stopping = True
            await self._land()

    async def _take_stock(self) -> None:
        """Decide about the items that were under way when a process ended."""
        ground = self._ground
        for item in await ground.save(self._store.unfinished, ground.service.name, ground.only):
            if ground.service.is_local:
                await ground.save(self._store.requeued, item.id)
            elif item.state is State.SENT and item.operation:
                self._left_over.append(item)
            elif not item.is_posted:
                await ground.save(self._store.requeued, item.id)
            else:
                ground.failed += 1
                await ground.save(self._store.failed, item.id, "interrupted", interrupted("Handread ended"))

    async def _take_up(self) -> None:
        """Start as many items as there is room for."""
        ground = self._ground
        while self._left_over and self._has_room() and ground.closure is not Closure.KEY:
            self._start(self._left_over.popleft())
        while self._may_send() and self._has_room():
            due = await ground.save(self._store.next_due, ground.service.name, ground.only)
            if due is None or due > ground.clock():
                return
            item = await ground.save(self._store.claim, ground.service.name, ground.only)
            if item is None:
                return
            self._start(item)

    def _has_room(self) -> bool:
        return len(self._under_way) < self._ground.road.width

    def _may_send(self) -> bool:
        ground = self._ground
        return not ground.paused and not ground.closure and ground.clock() >= ground.road.free_at

    def _start(self, item: Item) -> None:
        flight = Flight(self._ground, self._store, self._http, item)
        task = asyncio.create_task(flight.fly())
        self._under_way[task] = flight
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        flight = self._under_way.pop(task)
        self._ground.bell.set()
        if not task.cancelled() and (error := task.exception()):
            log.error("item %d was let go", flight.item.id, exc_info=error)

    async def _due(self) -> float | None:
        """Return when the next waiting item may be sent; None when none will be."""
        if self._ground.closure:
            return None
        return await self._ground.save(self._store.next_due, self._ground.service.name, self._ground.only)

    def _is_over(self, due: float | None) -> bool:
        """Whether a run without a screen has nothing left to do, or nothing for a long while."""
        if not self._under_way:
            return due is None or self._is_far_off(due)
        return not any(flight.is_posting for flight in self._under_way.values()) and self._is_far_off(0.0)

    def _is_far_off(self, due: float) -> bool:
        """Whether nothing can be sent for so long that a run had better end and say so."""
        ground = self._ground
        if not ground.road.notice or max(due, ground.road.free_at) - ground.clock() <= LONGEST_SIT:
            return False
        ground.closure = Closure.QUOTA
        ground.troubles["service"] = ground.road.notice
        return True

    async def _rest(self, due: float | None, longest: float | None) -> None:
        """Rest until the bell rings, an item is due, or the longest time is over."""
        ground = self._ground
        seconds = longest
        if due is not None and not ground.paused and self._has_room():
            until_due = max(due, ground.road.free_at) - ground.clock()
            seconds = until_due if longest is None else min(until_due, longest)
        waiting: set[asyncio.Future[object]] = {asyncio.ensure_future(ground.bell.wait())}
        if seconds is not None:
            waiting.add(asyncio.ensure_future(_slept(ground.sleep, max(0.0, seconds))))
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for future in waiting:
                future.cancel()
        ground.bell.clear()

    async def _land(self) -> None:
        """Let submissions under way end, and everything else go."""
        await asyncio.sleep(0)  # what was just started has then begun, and can clear up after itself
        for task, flight in tuple(self._under_way.items()):
            if not flight.is_posting:
                task.cancel()
        if self._under_way:
            await asyncio.wait(tuple(self._under_way), timeout=GRACE)
        rest = tuple(self._under_way)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


async def _slept(sleep: Callable[[float], Awaitable[object]], seconds: float) -> object:
    return await sleep(seconds)
