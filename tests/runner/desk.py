"""A queue with a fake service behind it, and a clock on which nothing takes time."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.fake_service import (
    FakeService,
    state,
    succeeded,
)
from tui.dialects import DIALECTS, open_client
from tui.model import ImageFacts, Item, Page
from tui.runner import Outcome, Runner
from tui.settings import Pace, Service
from tui.store import NewItem, Store

KEY = "0123456789abcdef0123456789abcdef"
PACE = Pace(in_flight=3)
ANSWER: Mapping[str, Any] = {
    "analyzeResult": {
        "readResults": [
            {
                "page": 1,
                "width": 50,
                "height": 25,
                "lines": [
                    {
                        "text": "fox",
                        "boundingBox": [1, 2, 10, 2, 10, 5, 1, 5],
                        "words": [{"text": "fox", "confidence": 0.5, "boundingBox": [1, 2, 10, 2, 10, 5, 1, 5]}],
                    }
                ],
            }
        ]
    }
}
DONE = succeeded(ANSWER)
NOT_STARTED = state("NotStarted")


class Time:
    """A clock on which sleeping takes no time; those who sleep together wake one after the other."""

    def __init__(self) -> None:
        self.now = 1_000_000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


def measured(path: Path) -> ImageFacts:
    content = path.read_bytes()
    if not content.startswith(b"picture"):
        raise ValueError("This is no picture.")
    return ImageFacts(hashlib.sha256(content).hexdigest(), len(content), "PNG", ((100, 50),))


@dataclass
class Desk:
    """A queue with a fake service behind it."""

    folder: Path
    service: FakeService
    local: bool = False
    pace: Pace = PACE
    dialect: str = "read-3.2"
    more: Mapping[str, Any] = field(default_factory=dict)
    """What else the profile says."""
    time: Time = field(default_factory=Time)
    clients: int = 0
    posts_at: list[float] = field(default_factory=list)
    polls_at: list[float] = field(default_factory=list)

    @property
    def calls(self) -> list[float]:
        """When the service was called, on the desk's clock."""
        return sorted(self.posts_at + self.polls_at)

    @property
    def queue(self) -> Path:
        return self.folder / "queue.db"

    @property
    def profile(self) -> Service:
        endpoint = "local:" if self.local else self.service.url
        return Service("vision", self.dialect, endpoint, pace=self.pace, **self.more)

    def client(self) -> httpx.AsyncClient:
        self.clients += 1
        http = open_client(self.service.url, KEY)
        http.event_hooks = {"request": [self._note]}
        return http

    async def _note(self, request: httpx.Request) -> None:
        (self.posts_at if request.method == "POST" else self.polls_at).append(self.time.now)

    def store(self) -> Store:
        return Store(self.queue, clock=self.time)

    def runner(self, **changes: Any) -> Runner:
        parts: dict[str, Any] = {
            "client": self.client,
            "dialect": DIALECTS[self.dialect]({}),
            "measure": measured,
            "cache": self.folder / "cache",
            "clock": self.time,
            "sleep": self.time.sleep,
        }
        return Runner(self.queue, self.profile, **{**parts, **changes})

    async def run(self) -> Outcome:
        return await self.runner().run(until_idle=True)

    def add(
        self, name: str = "a.png", content: bytes | None = None, facts: Callable[[Path], ImageFacts] = measured
    ) -> int:
        path = self.folder / name
        path.write_bytes(b"picture " + name.encode() if content is None else content)
        with self.store() as store:
            return store.add([NewItem(str(path), "vision", facts(path))])[0].item_id

    def add_url(self, path: str = "/scan.png") -> int:
        with self.store() as store:
            return store.add([NewItem(self.service.url + path, "vision")])[0].item_id

    def item(self, number: int = 1) -> Item:
        with self.store() as store:
            return store.item(number)

    def items(self) -> list[Item]:
        with self.store() as store:
            return store.window(0, 1000)

    def pages(self, number: int = 1) -> tuple[Page, ...]:
        with self.store() as store:
            return store.pages(number)

    def left_behind(self, *, is_posted: bool = False, sent_to: str = "") -> int:
        """Add an item that was being sent, or was sent, when a process ended."""
        number = self.add()
        with self.store() as store:
            assert store.claim("vision")
            if is_posted or sent_to:
                assert store.posting(number)
            if sent_to:
                store.sent(number, sent_to)
        return number


OpenDesk = Callable[..., Desk]


def why(desk: Desk, number: int = 1) -> str:
    failure = desk.item(number).failure
    assert failure, desk.item(number)
    return f"{failure.code}: {failure.sentence}"


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.005)
    pytest.fail("it did not happen")
