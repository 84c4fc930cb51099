"""How often a service may be called: what its tier allows, kept by our own calls alone.

Computer Vision counts posts and polls together, 20 a minute on the free tier; Document Intelligence counts them apart,
one a second each on the free tier. Paid tiers are taken at the lowest number that Microsoft has published.
Sources: AIDOCS computer-vision/how-to/call-read-api.md and faq.yml; AIDOCS document-intelligence/service-limits.md.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tui.settings import Service

MARGIN = 1.03
"""By what our calls are further apart than they must be, for a network hurries some on."""
SECOND, MINUTE = 1.0, 60.0
MOST_AT_ONCE = 24
"""So many calls are under way in a lane: among many connections httpx takes longer to find one than to use it."""
HURRY = 0.75
"""By what they are closer together, at most, after one that came late, such as when the machine was busy."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How many calls a second a service takes; 0 where nobody counts."""

    posts: float = 0.0
    polls: float = 0.0
    together: bool = False
    """Whether posts and polls are counted as one: then both numbers are the same."""
    in_flight: int | None = None
    """How many operations under way make sense at most."""
    window: float = SECOND
    """Seconds over which the service counts: in every such time no more calls are made than it takes."""


_FREE_TIER = re.compile(r"\bF0\b")

UNLIMITED = Rates()
VISION_FREE = Rates(20 / 60, 20 / 60, together=True, in_flight=2)
VISION_PAID = Rates(10.0, 10.0, together=True)
DOCUMENTS_FREE = Rates(1.0, 1.0, in_flight=3)
DOCUMENTS_PAID = Rates(15.0, 50.0)


def rates_of(service: Service, tier: str = "") -> Rates:
    """Return the rates of a profile; `tier` is what its answers have told where the profile does not."""
    if service.calls_per_minute:
        rate = service.calls_per_minute / 60
        return Rates(rate, rate, together=True, window=MINUTE)
    tier = service.tier or tier
    if tier == "container" or (not tier and service.is_on_this_machine):
        return UNLIMITED
    if service.dialect.startswith(("document-intelligence", "form-recognizer")):
        return DOCUMENTS_FREE if tier == "F0" else DOCUMENTS_PAID
    return VISION_FREE if tier == "F0" else VISION_PAID


def names_the_free_tier(words: str) -> bool:
    """Whether a service says in an error that it is called by the rates of its free tier."""
    return _FREE_TIER.search(words) is not None


class Lane:
    """Lets calls through one after the other, each a while after the last.

    Whoever waits is let through in the order of coming. Evenly spaced, calls exceed the rate in no window of time,
    however it is laid. A call that comes late is made up for by the next ones, as far as the margin between them
    leaves time for that within the window in which the service counts.
    """

    def __init__(
        self,
        rate: float,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[object]],
        window: float = SECOND,
    ) -> None:
        self._interval = MARGIN / rate if rate else 0.0
        self._most_made_up = (MARGIN - 1) * window
        self._due = 0.0
        self._free_at = 0.0
        self._clock = clock
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    @asynccontextmanager
    async def turn(self, not_before: Callable[[], float]) -> AsyncIterator[None]:
        """Wait as `wait` does, and until few enough calls are under way; the call is made inside."""
        async with self._room:
            await self.wait(not_before)
            yield

    async def wait(self, not_before: Callable[[], float]) -> None:
        """Wait for one's turn, and at least until a time, which may move while one waits."""
        came = self._clock()
        async with self._turn:
            self._free_at = min(self._free_at, self._clock() + self._interval)  # the clock may have been set back
            while (seconds := max(self._free_at, not_before()) - self._clock()) > 0:
                await self._sleep(seconds)
            self._pass(max(self._due, came, not_before()))

    def _pass(self, due: float) -> None:
        """Note that a call is made now which was due at a time."""
        now = self._clock()
        self._due = max(min(due, now), now - self._most_made_up) + self._interval
        self._free_at = max(self._due, now + HURRY * self._interval)

    def slow_down(self, rate: float) -> None:
        """Let fewer calls through from now on."""
        self._interval = max(self._interval, MARGIN / rate) if rate else self._interval
