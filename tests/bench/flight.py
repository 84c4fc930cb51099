"""A thousand operations in flight: `python -m tests.bench.flight [--operations N] [--rate CALLS] [--quick]`.

The real program works on a queue in a terminal, against a service in a process of its own that answers each
call after 100 ms (tests/bench/answering.py). So many operations were sent already when it starts, and are asked after;
as they end, their answers are read and other images are sent. The profile allows so many calls a second, posts and
polls together. Told are

    calls a second   as the service has counted them, beside what the profile allows
    busy             how much of one core the program takes, its screen included
    a row down       milliseconds from a key to the row that has the cursor then, half of them and 95 of 100; beside the
                     same in a second program at the same queue in which nothing runs, where keys are pressed by turns
    bytes a second   what the program writes while nobody presses a key
    connections      how many were opened, and how many are open
    memory           the most that was resident, in MiB

Times of keys are by the clock: compare the rows of one run.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from tests.bench.answering import Answering, Told, answering
from tests.bench.line import HANDREAD, environment
from tests.bench.size import Figure
from tests.reviewer import MeasuredTerminal
from tests.terminal import Terminal
from tui.model import State
from tui.pictures.source import measure
from tui.store import NewItem, Store

PATIENCE = 120.0
DELAY = 0.1
SERVICE = "cloud"
CURSOR = "▌"
BETWEEN_KEYS = 0.15
"""Seconds, about as fast as a person presses keys who looks at what they do."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much is asked of the program."""

    operations: int
    rate: float
    """Calls a second that the profile allows."""
    seconds: float
    """How long it is looked at while no key is pressed."""
    keys: int
    size: tuple[int, int] = (80, 24)
    """Of the terminal: columns and lines."""
    polls: str = "1:20"
    """How often an operation is asked after until it ends: fewest:most."""

    @property
    def waiting(self) -> int:
        """How many images wait to be sent: more than will be."""
        return self.operations // 4 + round(self.rate * (self.seconds + self.keys * 2 * BETWEEN_KEYS) / 5)


# -- the queue --------------------------------------------------------------------------------------------------------


def make_queue(folder: Path, load: Load) -> None:
    """Put images into a queue file, all of which wait."""
    page = Image.new("L", (60, 80), 255)
    new = []
    for number in range(load.operations + load.waiting):
        page.putpixel((number % 60, number // 60 % 80), number // 4800)
        path = folder / f"{number:05}.png"
        page.save(path, compress_level=0)
        new.append(NewItem(str(path), SERVICE, measure(path)))
    with Store(folder / "queue.db") as store:
        store.add(new)


def send(folder: Path, load: Load, service: Answering) -> None:
    """Note for the first images that they were sent, as a program does that was ended after it had sent them."""
    with Store(folder / "queue.db") as store:
        for number in range(load.operations):
            item = store.claim(SERVICE)
            assert item is not None
            store.posting(item.id)
            store.sent(item.id, service.operation(number))


def write_settings(folder: Path, load: Load, service: Answering) -> None:
    """Write a profile that allows as many operations and calls."""
    file = Path(environment(folder)["XDG_CONFIG_HOME"]) / "handread" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f'service = "{SERVICE}"\n[services.{SERVICE}]\ndialect = "read-3.2"\nendpoint = "{service.url}"\n'
        f"in_flight = {load.operations}\ncalls_per_minute = {60 * load.rate}\n"
    )


# -- what is measured -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowsDown:
    """Milliseconds from a key to the row below that has the cursor."""

    idle: list[float]
    """Where nothing runs."""
    in_flight: list[float]

    @property
    def times(self) -> str:
        """Return how many times as long it takes while all is in flight: half of the keys, and 95 of 100."""
        half = statistics.median(self.in_flight) / statistics.median(self.idle)
        return f"{half:.2f}, 95 of 100 {_late(self.in_flight) / _late(self.idle):.2f}"


def rows_down(idle: MeasuredTerminal, in_flight: MeasuredTerminal, times: int) -> RowsDown:
    """Press a key in one program and in the other by turns: whatever else the machine does, it does it to both."""
    found = RowsDown([], [])
    for _ in range(times):
        for terminal, taken in ((idle, found.idle), (in_flight, found.in_flight)):
            _look_on(idle, BETWEEN_KEYS / 2)
            _look_on(in_flight, BETWEEN_KEYS / 2)
            taken.append(1e3 * _row_down(terminal))
    return found


def _row_down(terminal: MeasuredTerminal) -> float:
    top, row = _rows(terminal)
    if row >= len(terminal.rows) - 4:
        terminal.send("g")
        terminal.wait_for(lambda shown: _rows(shown)[1] == top, PATIENCE)
        terminal.settle(BETWEEN_KEYS, BETWEEN_KEYS)
        row = top
    at = time.perf_counter()
    terminal.send("j")
    terminal.wait_for(lambda shown: _rows(shown)[1] == row + 1, PATIENCE)
    return terminal.last_at - at


def _rows(terminal: Terminal) -> tuple[int, int]:
    """Return the uppermost row of the list, which lies below the tally, and the one that has the cursor."""
    return 2, next((number for number, row in enumerate(terminal.rows) if row.startswith(CURSOR)), -1)


def _look_on(terminal: MeasuredTerminal, seconds: float) -> None:
    """Take in what comes for a while."""
    end = time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        terminal.settle(left, left)


@dataclass(frozen=True, slots=True)
class Moment:
    """What the program and the service have done up to a time."""

    at: float
    busy: float
    """Seconds of the processor."""
    written: int
    told: Told

    @classmethod
    def now(cls, terminal: MeasuredTerminal, service: Answering) -> Moment:
        """Look at both."""
        return cls(time.perf_counter(), processor_time(terminal.pid), terminal.received, service.told())


def processor_time(pid: int) -> float:
    """Return how many seconds of the processor a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def most_resident(pid: int) -> int:
    """Return the most that was ever resident of a process, in KiB."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1])


def figures(folder: Path, load: Load, service: Answering) -> Iterator[Figure]:
    """Yield what the program takes that has all of them in flight."""
    beside = folder / "beside"
    beside.mkdir()
    shutil.copy(folder / "queue.db", beside)
    send(folder, load, service)
    write_settings(folder, load, service)
    with MeasuredTerminal(HANDREAD, load.size, environment(folder)) as terminal:
        terminal.wait_for(CURSOR, PATIENCE)
        terminal.wait_for(lambda _: service.told().polls >= load.operations / 10, PATIENCE)
        begin = Moment.now(terminal, service)
        _look_on(terminal, load.seconds)
        yield from _work(begin, Moment.now(terminal, service), load)
        with MeasuredTerminal((*HANDREAD, "--service", "none"), load.size, environment(beside)) as idle:
            idle.wait_for(CURSOR, PATIENCE)
            idle.settle(1, PATIENCE)
            found = rows_down(idle, terminal, load.keys)
        yield _keys("a row down, nothing runs", found.idle)
        yield _keys("a row down, all in flight", found.in_flight)
        yield Figure("times what it takes else", found.times)
        told = service.told()
        yield Figure("connections", f"{told.open} open, {told.connections} opened")
        yield Figure("in flight at the end", f"{in_flight(folder):,} of {load.operations:,}")
        yield Figure("memory, MiB", f"{most_resident(terminal.pid) / 1024:.0f}")
        terminal.send("q")
        terminal.wait(PATIENCE)


def _work(begin: Moment, end: Moment, load: Load) -> Iterator[Figure]:
    """Yield what was done between two moments."""
    seconds = end.at - begin.at
    calls = (end.told.calls - begin.told.calls) / seconds
    yield Figure("calls a second", f"{calls:.1f} of {load.rate:g} allowed, {100 * calls / load.rate:.0f} %")
    posts, ended = end.told.posts - begin.told.posts, end.told.ended - begin.told.ended
    yield Figure("images sent, read, a second", f"{posts / seconds:.1f}, {ended / seconds:.1f}")
    yield Figure("busy", f"{100 * (end.busy - begin.busy) / seconds:.0f} % of one core")
    yield Figure("bytes a second", f"{(end.written - begin.written) / seconds:.0f}")


def in_flight(folder: Path) -> int:
    """Return how many images are under way."""
    with Store(folder / "queue.db") as store:
        counts = store.tally().items
    return counts[State.SENDING] + counts[State.SENT]


def _keys(what: str, times: Sequence[float]) -> Figure:
    return Figure(what, f"{statistics.median(times):.1f} ms, 95 of 100 within {_late(times):.1f}")


def _late(times: Sequence[float]) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--operations", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=50.0, metavar="CALLS", help="calls a second that are allowed")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--size", default="80x24", help="columns and lines of the terminal")
    parser.add_argument("--quick", action="store_true", help="few operations, and a few seconds")
    chosen = parser.parse_args(arguments)
    columns, lines = map(int, chosen.size.split("x"))
    load = Load(chosen.operations, chosen.rate, chosen.seconds, 120, (columns, lines))
    if chosen.quick:
        load = Load(30, 20.0, 1.0, 3, polls="2:30")
    with TemporaryDirectory() as temporary, answering(DELAY, load.polls) as service:
        folder = Path(temporary)
        make_queue(folder, load)
        for figure in figures(folder, load, service):
            say(f"{figure.what:36}{figure.value}")


if __name__ == "__main__":
    main()
