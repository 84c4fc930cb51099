"""How a queue of 100,000 images feels: `python -m tests.bench.size [--images N] [--keep FILE] [--peers] [--quick]`.

A queue file is written with 30 lines an image, of which a tenth is decided (with FILE, one that is there is used); then
the real program works on it in a terminal. Told are

    file           bytes an image
    start          milliseconds until the queue is on the screen, beside a Textual program that says "hello"
    key            milliseconds from a key to the last byte of what came of it, half of them and 95 of 100
    end, doubt ..  milliseconds until the first rows of it are on the screen
    filter, search milliseconds from enter until the first hits are on the screen, and in brackets from the key that
                   opens the field, with everything typed at once
    memory         the most that was resident, in MiB
    added          how many files a second are put into a queue, hashed and measured

and with --peers the same of other programs with lists as long (tests/bench/lists.py), where they are installed. Times
are by the clock: compare the rows of one run.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from tests.bench.line import HANDREAD, environment
from tests.bench.lists import HELLO, long_lists
from tests.bench.queue_file import write_queue
from tests.reviewer import MeasuredTerminal
from tests.terminal import KEYS, NotShown
from tui.filters import parse, words
from tui.store import Store

SIZE = (200, 50)
PATIENCE = 120.0
FIRST = 3
"""So many hits on the screen are the first."""
STARTS = 9
"""So often each program is started."""
QUIET = 0.06
"""So many seconds without a byte are rest."""
STARTED = (sys.executable, "-c", "from tui.cli import main; main()", "--service", "none")
"""The program as its command starts it; the terminal for tests forks what is `python -m tui`."""
FILTERS = ("flagged", "text~Raveloe", "text~wea", "conf<.7 & undecided", "name~999")
SEARCHES = ("Silas the Weaver", "wea")


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the table."""

    what: str
    value: str


class TimedTerminal(MeasuredTerminal):
    """A terminal that notes when each byte came, and shows it later: to show it takes longer than to write it."""

    def shown_at(self, what: str, seconds: float) -> float:
        """Return when that came by which a regular expression is on the screen; raises NotShown when nothing does."""
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            came = [(self.last_at, data) for data in self._pieces(0.02)]
            for at, data in came:
                self._display.feed(data)
                if not self._display.is_updating and re.search(what, self._display_text(), re.MULTILINE):
                    return at
        raise NotShown(self._complaint(what, seconds))

    def _display_text(self) -> str:
        return "\n".join(self._display.rows)


class Watch:
    """Times what a program in a terminal does."""

    def __init__(self, terminal: TimedTerminal, started: float) -> None:
        self._terminal = terminal
        self._started = started

    def start(self, until: str) -> float:
        """Return the milliseconds from the start until something is on the screen."""
        self._terminal.wait_for(until, PATIENCE)
        return 1e3 * (self._terminal.last_at - self._started)

    def keys(self, key: str, times: int) -> list[float]:
        """Return for each press of a key the milliseconds to the last byte that came of it."""
        return [self.key(key) for _ in range(times)]

    def key(self, *keys: str, until: str = "") -> float:
        """Return the milliseconds from some keys, sent at once, to the last byte, or until something is shown."""
        at, received = time.perf_counter(), self._terminal.received
        self._terminal.type("".join(KEYS.get(key, key) for key in keys))
        if until:
            shown_at = self._terminal.shown_at(until, PATIENCE)
            self._terminal.rest(QUIET)
            return 1e3 * (shown_at - at)
        while self._terminal.received == received and time.perf_counter() - at < 1:
            self._terminal.rest(0.01)
        self._terminal.rest(QUIET)
        return max(0.0, 1e3 * (self._terminal.last_at - at))  # of a key that did nothing no byte came

    def memory(self) -> float:
        """Return the most that was resident, in MiB, of the program and of what it has started."""
        pids = [self._terminal.pid, *_children(self._terminal.pid)]
        return sum(_peak(pid) for pid in pids) / 1024


class Expected:
    """What is on the screen once the first hits are, as regular expressions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def images(self, wanted: str) -> str:
        """Return what stands on the screen once the first images that a filter lets through do, below its name."""
        found = self._store.items_matching(parse(wanted)).window(0, FIRST)
        names = [re.escape(Path(item.source).name) for item in self._store.items(found)]
        return rf"^.*\b{re.escape(wanted)}.*\n(?:.*\n){{0,2}}?" + r".*\n".join(f".*{name}" for name in names)

    def lines(self, wanted: str) -> str:
        """Return what stands on the screen once the first lines that hold a text do."""
        hits = self._store.lines_matching(words(wanted), limit=FIRST)
        items = {item.id: Path(item.source).name for item in self._store.items([hit.item_id for hit in hits])}
        return r".*\n".join(rf"^.*{re.escape(items[hit.item_id])} {hit.key.line + 1} " for hit in hits)


def _found(watch: Watch, expected: Expected) -> Iterator[Figure]:
    """Yield how long it takes to find images and lines."""
    for text in FILTERS:
        yield _typed(f"filter: {text}", watch, "\\", text, expected.images(text), "escape")
    watch.key("g")
    watch.key(",")
    yield _ms("most doubtful first", watch.key("d", until=r"most doubtful words first"))
    watch.key(",", "f")
    for text in SEARCHES:
        yield _typed(f"search: {text}", watch, "/", text, expected.lines(text), "q")


def _typed(what: str, watch: Watch, opens: str, text: str, until: str, leave: str) -> Figure:
    """Tell how long it takes from enter to the first hits, and from the key that opens the field."""
    watch.key("g")  # the cursor stays on its image where that is listed
    watch.key(opens)
    watch.key(text)
    entered = watch.key("enter", until=until)
    watch.key(leave)
    watch.key("g")
    whole = watch.key(opens, text, "enter", until=until)
    watch.key(leave)
    return Figure(what, f"{entered:.0f} ms ({whole:.0f})")


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False)
    return [int(child) for child in listed.stdout.split()]


def _peak(pid: int) -> int:
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) if found else 0


def handread(queue: Path, folder: Path, times: int) -> Iterator[Figure]:
    """Yield what the program takes on a queue file."""
    home = environment(folder) | {"HANDREAD_QUEUE": str(queue)}
    with TimedTerminal((*HANDREAD, "--service", "none"), SIZE, home) as terminal:
        watch = Watch(terminal, time.perf_counter())
        watch.start(r"parish/")
        terminal.rest(0.3)
        yield _keys("a row down", watch.keys("j", times))
        terminal.received = 0
        watch.keys("j", 10)
        yield Figure("bytes of a row down", f"{terminal.received / 10:.0f}")
        yield _keys("a page down", watch.keys("pagedown", times // 4 + 1))
        yield _ms("to the end", watch.key("G"))
        yield _ms("to the start", watch.key("g"))
        with Store(queue) as store:
            yield from _found(watch, Expected(store))
        yield _ms("open the review", watch.key("enter", until=r"line \d+ of \d+"))
        terminal.rest(0.5)
        yield _keys("accept a line", watch.keys("a", times // 2 + 1))
        yield _ms("next doubtful word", watch.key("]"))
        yield Figure("memory, MiB", f"{watch.memory():.0f}")
        terminal.send("q", "q")  # closed in the review it would begin there the next time
        terminal.wait()


def starts(queue: Path, folder: Path, times: int) -> Iterator[Figure]:
    """Yield how long it takes until the queue is on the screen, and beside it until Textual says hello, by turns."""
    programs = {
        "start, to the queue": (STARTED, r"parish/", environment(folder) | {"HANDREAD_QUEUE": str(queue)}),
        "hello, by turns": ((sys.executable, "-c", HELLO), "hello", environment(folder)),
    }
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(times):
        for name, (argv, until, home) in programs.items():
            started = time.perf_counter()
            with TimedTerminal(argv, SIZE, home) as terminal:
                taken[name].append(Watch(terminal, started).start(until))
    ours, theirs = (statistics.median(each) for each in taken.values())
    for name, each in taken.items():
        yield _ms(name, statistics.median(each))
    yield Figure("start, times that of hello", f"{ours / theirs:.2f}")


def peers(folder: Path, rows: int, times: int) -> Iterator[Figure]:
    """Yield what other programs take with lists of so many rows, those that are installed."""
    for peer in long_lists(folder, rows):
        started = time.perf_counter()
        with TimedTerminal(peer.argv, SIZE, environment(folder), cwd=peer.cwd) as terminal:
            watch = Watch(terminal, started)
            try:
                yield _ms(f"{peer.name}: start", watch.start(peer.first))
            except NotShown:
                yield Figure(f"{peer.name}: start", "not here")
                continue
            terminal.rest(0.3)
            if peer.down:
                yield _keys(f"{peer.name}: a row down", watch.keys(peer.down, times))
            yield Figure(f"{peer.name}: memory, MiB", f"{watch.memory():.0f}")


def added_a_second(folder: Path, images: int) -> float:
    """Return how many files a second are put into a queue without a screen."""
    scans = folder / "scans"
    scans.mkdir()
    page = Image.new("L", (60, 80), 255)
    for number in range(images):
        page.putpixel((number % 60, number // 60 % 80), number // 4800 % 250)
        page.save(scans / f"{number:06}.png", compress_level=0)
    home = environment(folder) | {"HANDREAD_QUEUE": str(folder / "added.db")}
    started = time.perf_counter()
    subprocess.run(
        [*HANDREAD, "add", "--quiet", str(scans), "--service", "local"], env={**os.environ, **home}, check=True
    )
    return images / (time.perf_counter() - started)


def size_of(queue: Path) -> Figure:
    """Return how many bytes a queue file has for each image."""
    with Store(queue) as store:
        images = store.tally().total
    return Figure("bytes an image in the file", f"{queue.stat().st_size / max(1, images):,.0f}")


def _ms(what: str, milliseconds: float) -> Figure:
    return Figure(what, f"{milliseconds:.0f} ms")


def _keys(what: str, times: Sequence[float]) -> Figure:
    ordered = sorted(times)
    late = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return Figure(what, f"{statistics.median(ordered):.1f} ms, 95 of 100 within {late:.1f}")


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, metavar="FILE")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a small queue, each key a few times")
    chosen = parser.parse_args(arguments)
    images, times = (60, 4) if chosen.quick else (chosen.images, 100)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        queue = chosen.keep or folder / "queue.db"
        if not queue.exists():
            write_queue(queue, images)
        say(f"{size_of(queue).what:36}{size_of(queue).value}")
        for figure in starts(queue, folder, 1 if chosen.quick else STARTS):
            say(f"{figure.what:36}{figure.value}")
        for figure in handread(queue, folder, times):
            say(f"{figure.what:36}{figure.value}")
        say(f"{'files added a second':36}{added_a_second(folder, 40 if chosen.quick else min(images, 20_000)):,.0f}")
        if chosen.peers:
            for figure in peers(folder, images, times):
                say(f"{figure.what:36}{figure.value}")


if __name__ == "__main__":
    main()
