"""What all the items of a run share: how fast the service may be called, and why perhaps nothing more is sent to it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ParamSpec, TypeVar

from tui.dialects import UNTRUSTED, Dialect, KeyRefused, Retired, ServiceError, Throttled, Unreachable
from tui.model import ImageFacts, SentPage, Shipment
from tui.runner.rates import Lane, names_the_free_tier, rates_of
from tui.settings import Pace, Service
from tui.store import Store, StoreError

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_BACK_OFF = 60.0
"""Seconds between two tries at most."""
MOST_LOST = 3
"""Images in a row that a service takes without saying where its answer will be: then the way there is wrong."""
LONGEST_SAVE_WAIT = 30.0
"""Seconds between two tries to write the queue file at most."""


class Closure(StrEnum):
    """Why nothing more is sent to a service in this run."""

    KEY = "key"
    """It does not take the key."""
    RETIRED = "retired"
    """It does not know what it is asked for, which is the same for every image."""
    UNTRUSTED = "untrusted"
    """Nobody vouches for it."""
    LOST = "lost"
    """It takes images and then names no operation that can be asked after: each would be paid for in vain."""
    BUDGET = "budget"
    """As many images were sent as may be."""
    QUOTA = "quota"
    """It takes no more calls for a long while."""


def closure_of(error: ServiceError) -> Closure | None:
    """Return why an error of one image is true of every other; None where it is not."""
    if isinstance(error, KeyRefused):
        return Closure.KEY
    if isinstance(error, Retired):
        return Closure.RETIRED
    return Closure.UNTRUSTED if error.code == UNTRUSTED else None


class Road:
    """How fast the service may be called: when again after it has complained, and by how many items at once.

    A complaint halves the number of items under way, each item that ends well adds one again.
    """

    def __init__(self, pace: Pace, clock: Callable[[], float]) -> None:
        self.width = pace.in_flight
        self.free_at = 0.0
        self._widest = pace.in_flight
        self._clock = clock
        self._lost = 0
        self._complaint = ""

    @property
    def notice(self) -> str:
        """When the service is called again and what it complains of, as a sentence; empty while the road is open."""
        seconds = self.free_at - self._clock()
        return f"Called again in {_span(seconds)}: {self._complaint}" if self._complaint and seconds > 0 else ""

    def narrow(self, width: int | None) -> None:
        """Let at most so many items be under way from now on."""
        if width is not None:
            self._widest = min(self._widest, width)
            self.width = min(self.width, width)

    def throttled(self, error: Throttled) -> float:
        """Close the road for some seconds because of too many calls; returns when it is open again."""
        if self._clock() >= self.free_at:
            self.width = max(1, self.width // 2)
        self._complaint = error.sentence
        return self._close(max(1.0, error.after))

    def lost(self) -> None:
        """Close the road for a while, longer each time, because it leads nowhere."""
        if self._clock() >= self.free_at:
            self._lost += 1
            self._close(back_off(self._lost))

    def led_there(self) -> None:
        """Note that the service was reached."""
        self._lost = 0

    def went_well(self) -> None:
        """Widen the road again."""
        self.width = min(self._widest, self.width + 1)

    def _close(self, seconds: float) -> float:
        self.free_at = max(self.free_at, self._clock() + seconds)
        return self.free_at


@dataclass(slots=True)
class Ground:
    """What a run stands on, and what it has come to."""

    service: Service
    dialect: Dialect
    measure: Callable[[Path], ImageFacts]
    prepare: Callable[[bytes], Shipment]
    cache: Path
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]
    only: Collection[int] | None = None
    """The items that may be sent; None for all."""
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    """Rings when there may be something to do."""
    road: Road = field(init=False)
    posts: Lane = field(init=False)
    """Where posts wait for their turn."""
    polls: Lane = field(init=False)
    """Where polls do; the same lane where the service counts both together."""
    troubles: dict[str, str] = field(default_factory=dict)
    tries: dict[int, int] = field(default_factory=dict)
    """How often an item was tried in vain."""
    moved_at: float = 0.0
    """When any operation of the carried engine last came further."""
    paused: bool = False
    stopping: bool = False
    closure: Closure | None = None
    lost_operations: int = 0
    """How many images in a row were taken and then could not be asked after."""
    done: int = 0
    failed: int = 0

    def __post_init__(self) -> None:
        rates = rates_of(self.service)
        self.road = Road(self.service.pace, self.clock)
        self.road.narrow(rates.in_flight)
        self.posts = Lane(rates.posts, self.clock, self.sleep, rates.window)
        self.polls = self.posts if rates.together else Lane(rates.polls, self.clock, self.sleep, rates.window)

    @property
    def first_poll(self) -> float:
        """How many seconds after the submission the first poll comes; where calls are counted, one at least."""
        return max(self.service.pace.first_poll, 1.0 if rates_of(self.service).polls else 0.0)

    def turn(self, lane: Lane) -> AbstractAsyncContextManager[None]:
        """Wait until a call may be made; it is made inside."""
        return lane.turn(lambda: self.road.free_at)

    async def save(self, write: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Write to the queue file, again and again until it takes it: what is paid for is not thrown away."""
        wait = 1.0
        while True:
            try:
                result = write(*args, **kwargs)
            except StoreError as error:
                self.troubles["store"] = str(error)
                await self.sleep(wait)
                wait = min(wait * 2, LONGEST_SAVE_WAIT)
            else:
                self.troubles.pop("store", None)
                return result

    def reached(self) -> None:
        """Note that the service answered, whatever it said."""
        self.road.led_there()
        self.troubles.pop("network", None)

    def out_of_reach(self, error: Unreachable) -> None:
        """Note that the service cannot be reached."""
        self.road.lost()
        self.troubles["network"] = error.sentence

    def throttled(self, error: Throttled) -> float:
        """Note that the service has had too many calls, of whichever item; returns when it may be called again."""
        if not self.service.tier and names_the_free_tier(error.sentence):
            self._go_by_the_free_tier()
        return self.road.throttled(error)

    def _go_by_the_free_tier(self) -> None:
        """Slow down for good, for the service has named the tier that the profile does not."""
        rates = rates_of(self.service, "F0")
        self.posts.slow_down(rates.posts)
        self.polls.slow_down(rates.polls)
        if rates.together:
            self.polls = self.posts
        self.road.narrow(rates.in_flight)

    def close(self, closure: Closure, error: ServiceError) -> None:
        """Send nothing more in this run."""
        self.closure = closure
        self.troubles["service"] = self.told(error)

    def has_a_call_again(self) -> None:
        """Note that a call which had been counted was given back."""
        if self.closure is Closure.BUDGET:
            self.closure = None
            self.troubles.pop("service", None)

    def lost_an_operation(self, error: ServiceError) -> None:
        """Note that an image was taken and cannot be asked after; when that happens several times, no more are sent."""
        self.lost_operations += 1
        if self.lost_operations >= MOST_LOST:
            self.close(Closure.LOST, error)

    def told(self, error: ServiceError) -> str:
        """Return an error's sentence with the profile it is about."""
        return f"{self.service.name}: {error.sentence}"

    async def may_post(self, store: Store, item_id: int, shipped: Sequence[SentPage], remark: str) -> bool:
        """Count a call that is about to be made; False, and nothing more is sent, where the budget is used up."""
        most = self.service.max_calls
        if await self.save(store.posting, item_id, most, shipped=shipped, remark=remark):
            return True
        self.closure = Closure.BUDGET
        self.troubles["service"] = (
            f"{most:,} sent to {self.service.name}, as many as may be: the rest waits. --max-calls N sends more."
        )
        return False


def _span(seconds: float) -> str:
    """Return a wait as a person says it, to the second where it is short."""
    if seconds < 120:
        return f"{math.ceil(seconds)} s"
    minutes = math.ceil(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours = math.ceil(minutes / 60)
    return f"{hours} h" if hours < 48 else f"{hours // 24} days {hours % 24} h"


def back_off(tries: int) -> float:
    """Return how many seconds to wait after so many tries in vain: 1, 2, 4, 8 ..."""
    return min(2.0 ** min(tries - 1, 10), LONGEST_BACK_OFF)
