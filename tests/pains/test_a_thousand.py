"""A thousand operations against a service that often refuses, breaks off or talks nonsense.

What becomes of an image is written beforehand, by its number and a seed: which POSTs go wrong before one is taken, and
what each poll of its operation says. So it is known how many calls each needs, and every call beyond that is too many.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fake_service import (
    DROPPED,
    RESET,
    UNREAD,
    FakeService,
    Request,
    Step,
    Submission,
    reply,
    running,
    state,
    succeeded,
)
from tests.pains.clocks import BEGAN, EPOCH, FastTime, Overheard, StillTime, noting
from tests.runner.desk import ANSWER, KEY, measured
from tests.runner.test_rates import most_in
from tui.dialects import DIALECTS, open_client
from tui.model import Item, State, printable
from tui.runner import Runner
from tui.settings import Pace, Service
from tui.store import NewItem, Store

SEED = 1298884
SCALE = 100.0
LENGTH = 1000
"""Bytes of image number 0; each has one more than the one before, for that is all that a head tells of it."""
LONGER = 1_000_000
"""By how much those are longer whose body is not read: not all of it is away when the connection breaks."""
DONE = succeeded(ANSWER)
PACE = Pace(in_flight=8, deadline=1e9)
"""No operation is given up for the time it takes, which on a fast clock is the machine's."""


# -- what the service does


def too_many(chance: random.Random) -> Step:
    """Return a 429: most say in a header how long to wait, some in words, a few not at all."""
    kind = chance.random()
    if kind < 0.6:
        return reply({"error": {"code": "429", "message": "Slow down."}}, 429, Retry_After=str(chance.randint(1, 4)))
    words = "Please retry after 2 seconds." if kind < 0.9 else "Too many."
    return reply({"error": {"code": "429", "message": words}}, 429)


def trouble(chance: random.Random, breaks: Sequence[Step], nonsense: Sequence[Step]) -> Step | None:
    """Return what goes wrong with a call: 5 of 100 are too many, 2 are broken off, 1 is answered with nonsense."""
    kind = chance.random()
    if kind < 0.05:
        return too_many(chance)
    if kind < 0.07:
        return chance.choice(breaks)
    return chance.choice(nonsense) if kind < 0.08 else None


HTML = b"<html><body>502 Bad Gateway</body></html>"
OOPS = reply({"error": {"code": "InternalServerError", "message": "Oops."}}, 500)
POST_BREAKS = (UNREAD, UNREAD, RESET, DROPPED)
POST_NONSENSE = (reply(b""), reply(HTML), reply(b'{"status": "runn'), Step(202, b"{}", fault="truncate"), OOPS)
POLL_BREAKS = (RESET, DROPPED, Step(DONE.status, DONE.body, fault="truncate"))
POLL_NONSENSE = (reply(b""), reply(HTML), reply(DONE.body[:-9]), reply([]), OOPS)


@dataclass
class Fate:
    """What is to become of one image."""

    number: int
    posts: tuple[Step, ...]
    """The answers to its POSTs; with the last of them it is taken, or lost."""
    polls: tuple[Step, ...]
    arrived: int = 0
    """How many POSTs of it have come."""

    @property
    def content(self) -> bytes:
        """Its bytes; by their number alone the service knows which image is coming."""
        longer = LONGER if UNREAD in self.posts else 0
        return b"picture %d " % self.number + b"." * (LENGTH + longer + self.number - len(b"picture %d " % self.number))

    @property
    def is_read(self) -> bool:
        """Whether it is read in the end, unless its submission is cut off before that."""
        return self.posts[-1].status == 202 and self.polls[-1] == DONE

    def next(self) -> Submission:
        self.arrived += 1
        place = min(self.arrived, len(self.posts)) - 1
        return Submission(self.posts[place], self.polls)


def fate(number: int, seed: int = SEED) -> Fate:
    """Return what is to become of an image."""
    chance = random.Random(f"{seed} {number}")
    posts = [Step(202, headers=chance.choice([{}, {"Retry-After": "2"}]))]
    while wrong := trouble(chance, POST_BREAKS, POST_NONSENSE):
        is_lost = wrong.status < 300 and wrong is not UNREAD
        posts = [*posts[:-1], wrong] if is_lost else [*posts[:-1], wrong, posts[-1]]
        if is_lost:
            break
    polls: list[Step] = []
    failure = state("failed", error={"code": "InvalidImage", "message": "Nothing to be seen."})
    for step in (*[running()] * (chance.random() < 0.15), failure if chance.random() < 0.02 else DONE):
        while wrong := trouble(chance, POLL_BREAKS, POLL_NONSENSE):
            polls.append(wrong)
        polls.append(step)
    return Fate(number, tuple(posts), tuple(polls))


class Fates:
    """The fates of so many images, as a script for a service."""

    def __init__(self, count: int) -> None:
        self.all = [fate(number) for number in range(count)]
        self._by_length = {str(len(one.content)): one for one in self.all}

    def __call__(self, head: Request) -> Submission:
        return self._by_length[head.headers["content-length"]].next()

    def of(self, item: Item) -> Fate:
        return self.all[int(Path(item.source).stem)]


# -- the queue


def fill(folder: Path, fates: Sequence[Fate], clock: Callable[[], float]) -> Path:
    """Return a queue in which all these images wait."""
    (folder / "scans").mkdir()
    new = []
    for one in fates:
        path = folder / "scans" / f"{one.number}.png"
        path.write_bytes(one.content)
        new.append(NewItem(str(path), "vision", measured(path)))
    with Store(folder / "queue.db", clock=clock) as store:
        store.add(new)
    return folder / "queue.db"


def items_of(queue: Path) -> list[Item]:
    with Store(queue) as store:
        return store.window(0, 10_000)


def runner_of(
    queue: Path, url: str, clock: FastTime | StillTime, dialect: Overheard, more: Mapping[str, Any] | None = None
) -> Runner:
    service = Service("vision", "read-3.2", url, pace=PACE, **(more or {}))
    return Runner(
        queue,
        service,
        client=lambda: noting(open_client(url, KEY), clock),
        dialect=dialect,
        measure=measured,
        cache=queue.parent / "cache",
        clock=clock,
        sleep=clock.sleep,
    )


# -- what must be true, whatever happened


def assert_each_has_ended_with_a_reason(items: Sequence[Item]) -> None:
    assert {item.state for item in items} <= {State.DONE, State.FAILED}
    for item in items:
        if item.state is State.FAILED:
            assert item.failure
            assert item.failure.sentence.strip() == printable(item.failure.sentence)


def assert_none_was_taken_twice(service: FakeService, fates: Fates) -> None:
    assert max(Counter(service.accepted).values()) == 1
    assert set(service.accepted) <= {hashlib.sha256(one.content).hexdigest() for one in fates.all}


def assert_no_call_was_too_many(service: FakeService, fates: Fates, *, lost: int = 0) -> None:
    """None was beyond what is written; but an answer that a process took to its grave had to be asked for again."""
    assert all(one.arrived <= len(one.posts) for one in fates.all)
    more = [asked - len(script.polls) for script, asked in service.asked_after() if asked > len(script.polls)]
    assert len(more) <= lost
    assert sum(more) <= lost


def assert_complaints_were_heeded_by_all(service: FakeService, throttled: Sequence[tuple[float, float]]) -> None:
    """Nothing came between a 429 and its time but what had been under way when the 429 came."""
    calls = [(request.time, float(request.headers[BEGAN.lower()])) for request in service.requests]
    for known, seconds in throttled:
        assert [began for came, began in calls if known < came < known + seconds and began > known] == []


def assert_all_that_could_be_read_were(items: Sequence[Item], fates: Fates, *, was_killed: bool = False) -> None:
    """What has failed was to fail; or nobody knows whether it was taken, so that it is left to the person."""
    for item in items:
        one = fates.of(item)
        if item.state is State.DONE:
            assert one.is_read
        elif one.is_read:
            assert item.failure
            assert item.failure.code == "interrupted"
            assert UNREAD in one.posts or (was_killed and "Handread ended" in item.failure.sentence)


# -- the plays

ELSEWHERE = """
import asyncio, json, sys
from pathlib import Path
from tests.pains.clocks import FastTime, Overheard
from tests.pains.test_a_thousand import SCALE, runner_of
from tui.dialects import DIALECTS

queue, url, started = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
clock = FastTime(SCALE, started)
dialect = Overheard(DIALECTS["read-3.2"]({}), clock)
outcome = asyncio.run(runner_of(queue, url, clock, dialect).run(until_idle=True))
print(json.dumps([outcome.done, outcome.failed, outcome.trouble, dialect.throttled]))
"""


def run_elsewhere(queue: Path, url: str, clock: FastTime) -> subprocess.Popen[bytes]:
    """Run a queue in a process of its own; what came of it is told at the end in a line of JSON."""
    command = [sys.executable, "-c", ELSEWHERE, str(queue), url, repr(clock.started)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE)


def test_a_thousand_operations_all_end_and_none_is_paid_for_twice(tmp_path: Path) -> None:
    fates, clock = Fates(1000), FastTime(SCALE)
    queue = fill(tmp_path, fates.all, clock)
    with FakeService(fates, key=KEY, clock=clock) as service:
        told, _ = run_elsewhere(queue, service.url, clock).communicate()
    done, failed, trouble, throttled = json.loads(told)
    items = items_of(queue)
    assert_each_has_ended_with_a_reason(items)
    assert_none_was_taken_twice(service, fates)
    assert_no_call_was_too_many(service, fates)
    assert_complaints_were_heeded_by_all(service, throttled)
    assert_all_that_could_be_read_were(items, fates)
    assert (sum(item.state is State.DONE for item in items), done + failed, trouble) == (done, 1000, "")
    assert (done > 900, len(throttled) > 90) == (True, True)  # else nothing has been shown


def test_a_process_killed_half_way_leaves_nothing_to_be_paid_for_twice(tmp_path: Path) -> None:
    count = 120
    fates, clock = Fates(count), FastTime(SCALE)
    queue = fill(tmp_path, fates.all, clock)
    with FakeService(fates, key=KEY, clock=clock) as service, run_elsewhere(queue, service.url, clock) as process:
        while len(service.accepted) < count // 2 and process.poll() is None:
            time.sleep(0.002)
        process.kill()
        assert process.wait() == -9
        killed_at = len(service.accepted)
        under_way = sum(item.state in {State.SENDING, State.SENT} for item in items_of(queue))
        dialect = Overheard(DIALECTS["read-3.2"]({}), clock)
        outcome = asyncio.run(runner_of(queue, service.url, clock, dialect).run(until_idle=True))
    items = items_of(queue)
    assert_each_has_ended_with_a_reason(items)
    assert_none_was_taken_twice(service, fates)
    assert_no_call_was_too_many(service, fates, lost=under_way)
    assert_all_that_could_be_read_were(items, fates, was_killed=True)
    assert count // 2 <= killed_at < count
    assert under_way <= PACE.in_flight
    assert sum("Handread ended" in item.complaint for item in items) <= under_way
    assert outcome.done > 0


async def test_the_free_tiers_rate_is_kept_as_the_service_counts_it(tmp_path: Path) -> None:
    fates, clock = Fates(40), StillTime()
    queue = fill(tmp_path, fates.all, clock)
    dialect = Overheard(DIALECTS["read-3.2"]({}), clock)
    with FakeService(fates, key=KEY, clock=clock) as service:
        runner = runner_of(queue, service.url, clock, dialect, {"tier": "F0"})
        outcome = await runner.run(until_idle=True)
    times = [request.time for request in service.requests]
    assert outcome.done + outcome.failed == 40
    assert len(times) > 80
    assert most_in(60, times) <= 20
    assert clock.now - EPOCH > 60 * (len(times) - 20) / 20
    assert_none_was_taken_twice(service, fates)
    assert_no_call_was_too_many(service, fates)
    assert_complaints_were_heeded_by_all(service, dialect.throttled)
