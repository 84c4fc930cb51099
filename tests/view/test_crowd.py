"""The queue while many images are under way: what is said of them moves on, and not all of it at every moment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from tests.view.conftest import NOW, screen_text
from tui.model import ImageFacts
from tui.settings import Settings
from tui.store import NewItem, Store
from tui.view.app import HandreadApp
from tui.view.widgets.image_list import MOST_AT_A_BREATH
from tui.view.widgets.tally import FEW


@dataclass
class Clock:
    now: float = NOW

    def __call__(self) -> float:
        return self.now


def send(store: Store, count: int, kind: str = "") -> None:
    """Put images into the queue that a service has taken just now."""
    facts = (ImageFacts(f"{kind}{number}", 412_000, "JPEG", ((100, 100),)) for number in range(count))
    store.add(NewItem(f"/scans/{fact.sha256}.jpg", "local", fact) for fact in facts)
    for _ in range(count):
        item = store.claim("local")
        assert item is not None
        store.sent(item.id, "http://service/1")


@asynccontextmanager
async def opened(queue: Path, clock: Clock) -> AsyncIterator[Pilot[None]]:
    app = HandreadApp(Settings(queue=queue, reviewer="ada", glyphs="quadrants"), clock=clock)
    async with app.run_test(size=(100, 40)) as pilot:
        await looked(pilot)
        yield pilot


async def looked(pilot: Pilot[None]) -> str:
    """Return what is shown after a look into the queue file."""
    pilot.app.screen.pull()  # type: ignore[attr-defined]
    await pilot.pause()
    return screen_text(pilot)


async def test_a_few_that_run_move_on_every_second(store: Store, queue: Path) -> None:
    send(store, 3)
    clock = Clock()
    async with opened(queue, clock) as pilot:
        clock.now += 1
        assert (await looked(pilot)).count("sent, 1.0 s") == 3
        clock.now += 0.5
        assert (await looked(pilot)).count("sent, 1.0 s") == 3
        clock.now += 0.5
        assert (await looked(pilot)).count("sent, 2.0 s") == 3


async def test_many_that_run_move_on_more_seldom_and_all_at_once(store: Store, queue: Path) -> None:
    many = 3 * MOST_AT_A_BREATH
    send(store, many)
    clock = Clock()
    async with opened(queue, clock) as pilot:
        clock.now += 3
        assert (await looked(pilot)).count("sent, 3.0 s") == many
        clock.now += 2
        assert (await looked(pilot)).count("sent, 3.0 s") == many
        clock.now += 1
        assert (await looked(pilot)).count("sent, 6.0 s") == many


async def test_one_of_many_that_moves_is_shown_at_once(store: Store, queue: Path) -> None:
    send(store, 3 * MOST_AT_A_BREATH)
    async with opened(queue, Clock()) as pilot:
        store.polled(2, "running", NOW)
        assert "running, poll 1" in await looked(pilot)


async def test_a_clock_that_is_set_back_stops_nothing(store: Store, queue: Path) -> None:
    send(store, 30)
    clock = Clock()
    async with opened(queue, clock) as pilot:
        clock.now += 10
        assert "sent, 10 s" in await looked(pilot)
        clock.now -= 7
        assert "sent, 3.0 s" in await looked(pilot)


async def test_how_many_run_is_told_once_a_second_while_they_are_many(store: Store, queue: Path) -> None:
    send(store, FEW + 2)
    clock = Clock()
    async with opened(queue, clock) as pilot:
        clock.now += 1
        store.failed(1, "InvalidImage", "It is no image.")
        assert f"running {FEW + 1} " in await looked(pilot)
        store.failed(2, "InvalidImage", "It is no image.")
        store.failed(3, "InvalidImage", "It is no image.")
        assert f"running {FEW - 1} " in await looked(pilot)  # these are few
        send(store, 5, "more")
        assert f"running {FEW - 1} " in await looked(pilot)
        clock.now += 1
        assert f"running {FEW + 4} " in await looked(pilot)
