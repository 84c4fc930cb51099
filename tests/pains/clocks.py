"""Two clocks for the runner, the only things that are mocked here; and a dialect that notes when it was called.

One is a real clock that runs fast, so that calls overlap as they do in life. The other stands still while a call is
under way and otherwise leaps to whoever wakes next: what is counted by it comes out the same on every machine.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import httpx

from tui.dialects import Answer, Dialect, Pending, Throttled, Upload
from tui.model import Page

BEGAN = "Test-Began"
"""The header in which a call says when it began, on the runner's clock."""
EPOCH = 1_000_000.0

T = TypeVar("T")


class FastTime:
    """A real clock, so many times as fast; two processes that are given the same start read the same time."""

    def __init__(self, scale: float, started: float | None = None) -> None:
        self.scale = scale
        self.started = time.monotonic() if started is None else started

    def __call__(self) -> float:
        return EPOCH + (time.monotonic() - self.started) * self.scale

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.scale)


class StillTime:
    """A clock that stands still while any call is under way, and else leaps to the next who wakes."""

    def __init__(self) -> None:
        self.now = EPOCH
        self._calls = 0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._slept = 0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.get_running_loop().create_future()
        self._slept += 1
        heapq.heappush(self._sleepers, (self.now + seconds, self._slept, woken))
        self._go_on()
        await woken

    def begin(self) -> None:
        """Stop for a call."""
        self._calls += 1

    def end(self) -> None:
        """Go on when it was the last that was under way."""
        self._calls -= 1
        self._go_on()

    def _go_on(self) -> None:
        asyncio.get_running_loop().call_soon(self._leap)

    def _leap(self) -> None:
        while self._sleepers and not self._calls:
            until, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                self.now = max(self.now, until)
                woken.set_result(None)
                return


class Overheard:
    """A dialect whose calls are overheard: when the service was called, and when it was said to be called too often."""

    def __init__(self, dialect: Dialect, clock: Callable[[], float]) -> None:
        self.throttled: list[tuple[float, float]] = []
        """When it was known, and for how many seconds nothing may be sent."""
        self._dialect = dialect
        self._clock = clock

    @property
    def name(self) -> str:
        return self._dialect.name

    async def submit(self, http: httpx.AsyncClient, upload: Upload) -> Pending | Answer:
        return await self._heard(self._dialect.submit(http, upload))

    async def poll(self, http: httpx.AsyncClient, pending: Pending) -> Pending | Answer:
        return await self._heard(self._dialect.poll(http, pending))

    def parse(self, answer: Mapping[str, Any]) -> tuple[Page, ...]:
        return self._dialect.parse(answer)

    async def _heard(self, call: Awaitable[T]) -> T:
        clock = self._clock
        if isinstance(clock, StillTime):
            clock.begin()
        try:
            return await call
        except Throttled as error:
            self.throttled.append((clock(), error.after))
            raise
        finally:
            if isinstance(clock, StillTime):
                clock.end()


def noting(http: httpx.AsyncClient, clock: Callable[[], float]) -> httpx.AsyncClient:
    """Have a client say in each request when it began."""

    async def note(request: httpx.Request) -> None:
        request.headers[BEGAN] = repr(clock())

    http.event_hooks = {"request": [note]}
    return http
