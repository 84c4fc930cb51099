"""A day of polling: nothing of what the runner holds grows with the hours.

The clock is the test's: it goes on to when the next one wakes as soon as no call is under way. The service is a process
of its own, so that what it remembers is not taken for what the runner does.
"""

import asyncio
import gc
import heapq
import sys
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.bench.answering import Answering, answering
from tests.runner.desk import measured
from tui.dialects import DIALECTS, open_client
from tui.model import State
from tui.runner import Runner
from tui.settings import Pace, Service
from tui.store import NewItem, Store

HOUR = 3600.0
OPERATIONS = 20
"""So many are in flight; in the first hour each is asked after at least once."""
WAITING = 120
"""So many more wait to be sent, as others end: more than do in a day."""
CALLS = 45
"""So many calls an hour are allowed: the posts and polls of all of them, and some more."""
SLACK = 600
"""Objects that more may be held after 23 hours: fewer than two for three calls. What is made once comes to 300."""


class Day:
    """A clock that goes on to when the next sleeper wakes, once nothing is under way."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._slept = 0
        self._calls = 0
        self._no_call = asyncio.Event()
        self._no_call.set()

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self._slept += 1
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, self._slept, woken))
        await woken

    @asynccontextmanager
    async def call(self) -> AsyncIterator[None]:
        """Stand still while a call is under way."""
        self._calls += 1
        self._no_call.clear()
        try:
            yield
        finally:
            self._calls -= 1
            if not self._calls:
                self._no_call.set()

    async def pass_until(self, time: float, run: asyncio.Task[object]) -> None:
        """Let time pass while somebody runs."""
        while self.now < time and not run.done():
            for _ in range(10):  # whoever is awake goes on until he sleeps, or calls
                await asyncio.sleep(0)
            await self._no_call.wait()
            if not self._sleepers:
                await asyncio.sleep(0.001)  # somebody works in another thread
            elif self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            elif self._calls == 0:
                until, _, woken = heapq.heappop(self._sleepers)
                self.now = max(self.now, until)
                woken.set_result(None)


class Noting(httpx.AsyncHTTPTransport):
    """The usual way to a service; the day stands still while an answer is on it."""

    def __init__(self, day: Day) -> None:
        super().__init__()
        self._day = day

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        async with self._day.call():
            response = await super().handle_async_request(request)
            await response.aread()
            return response


@dataclass(frozen=True)
class Held:
    """What is held at an hour."""

    objects: int
    """Pieces of memory that Python has given out: an object has one at least, be it a number."""
    tasks: int
    connections: int
    calls: int
    """How often the service was called up to then."""


def held(service: Answering) -> Held:
    told = service.told()
    urllib.parse.clear_cache()  # type: ignore[attr-defined]  # it knows the last URLs; typeshed does not know it
    gc.collect()
    return Held(
        objects=sys.getallocatedblocks(),
        tasks=len(asyncio.all_tasks()),
        connections=told.open,
        calls=told.calls,
    )


def queue_of(folder: Path, images: int) -> Path:
    folder.mkdir()
    new = []
    for number in range(images):
        path = folder / f"{number}.png"
        path.write_bytes(b"picture %d" % number)
        new.append(NewItem(str(path), "vision", measured(path)))
    with Store(folder / "queue.db") as store:
        store.add(new)
    return folder / "queue.db"


async def hours_of(queue: Path, service: Answering, hours: int) -> list[Held]:
    """Run a queue for so many hours, and return what is held after each."""
    day = Day()
    pace = Pace(in_flight=OPERATIONS, deadline=100 * HOUR)
    runner = Runner(
        queue,
        Service("vision", "read-3.2", service.url, calls_per_minute=CALLS / 60, pace=pace),
        client=lambda: open_client(service.url, transport=Noting(day)),
        dialect=DIALECTS["read-3.2"]({}),
        measure=measured,
        cache=queue.parent,
        clock=day,
        sleep=day.sleep,
    )
    run = asyncio.create_task(runner.run(until_idle=True))
    start, after = day.now, []
    for hour in range(1, hours + 1):
        await day.pass_until(start + hour * HOUR, run)
        after.append(held(service))
    runner.stop()
    assert not (await run).trouble
    return after


async def test_nothing_grows_in_a_day_of_polling(tmp_path: Path) -> None:
    with answering(delay=0.0, polls="3:30") as service:
        await hours_of(queue_of(tmp_path / "first", 1), service, 1)  # what is made once, with the first image, is there
        queue = queue_of(tmp_path / "all", OPERATIONS + WAITING)
        first, *hours = await hours_of(queue, service, 24)
    with Store(queue) as store:
        states = store.tally().items
    assert hours[-1].calls - first.calls > 23 * CALLS * 0.9
    assert states[State.DONE] > 10
    assert states[State.WAITING] > 0
    assert max(hour.tasks for hour in hours) <= first.tasks
    assert max(hour.connections for hour in hours) <= first.connections
    last = min(hour.objects for hour in hours[-3:])  # one may be just when an answer is read
    assert last <= first.objects + SLACK
