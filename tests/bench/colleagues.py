"""Five reviewers and a runner on one queue file, as hard as they can: `python -m tests.bench.colleagues --minutes 10`.

Each is a process of its own. The reviewers decide lines, whole pages and the same few lines as the others, correct,
take back and make again, split and join lines, say what they have open, read a sample a second time; now and then one
takes a thousand images out of the queue and puts them back. The runner adds images and has them read. Told is

    decisions/s  lines decided, by all together
    longest      the longest that anybody waited for a write, in seconds; and for one in a hundred how long
    errors       what would have reached a person; there may be none
    lost, twice  decisions that were confirmed and are not in the file, or are more than once; there may be none

At the end everybody takes everything back: then the file says what was read, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tui.arrangement import Rearrangement, merged, split_at, turned_by
from tui.model import Decision, ImageFacts, Line, LineKey, Page, Polygon, State, Trouble, Verdict, Word
from tui.presence import this_program
from tui.second_pass import Amount, draw, to_read
from tui.store import NewItem, Store, StoreError

REVIEWERS = ("ada", "bert", "carl", "dora", "emil")
IMAGES, LINES = 12, 20
"""So few images that everybody meets everybody."""
SPARE = 1000
"""Images that are taken out of the queue and put back."""
KEPT_SAID = 5


@dataclass
class Tale:
    """What one process did."""

    name: str
    decided: list[int] = field(default_factory=list)
    """The numbers of all decisions that were confirmed."""
    standing: int = 0
    """How many of its steps stand at the end."""
    waits: list[float] = field(default_factory=list)
    """How many seconds each write took."""
    errors: list[str] = field(default_factory=list)
    read: int = 0
    """How many images were read."""


# -- what is in the file ----------------------------------------------------------------------------------------------


def page() -> Page:
    """Return a page as a service reads it."""
    lines = []
    for number in range(LINES):
        words = [
            Word(word, Polygon.from_bounds(100 * at, 40 * number, 100 * at + 90, 40 * number + 30), 0.5 + at / 10)
            for at, word in enumerate(("the", "qvick", "fox", str(number)))
        ]
        lines.append(
            Line(f"the qvick fox {number}", Polygon.from_bounds(0, 40 * number, 400, 40 * number + 30), tuple(words))
        )
    return Page(1, 500, 40.0 * LINES, 0.0, tuple(lines))


def add_read(store: Store, name: str) -> int:
    """Put an image into the queue that was read."""
    facts = ImageFacts(f"{name:0>64}", 9, "PNG", ((500, 40 * LINES),))
    item = store.add([NewItem(f"/scans/{name}.png", "read", facts)])[0].item_id
    store.claim("read")
    store.posting(item)
    store.sent(item, "local:1")
    store.done(item, b"{}", [page()])
    return item


def prepare(queue: Path, spare: int = SPARE) -> None:
    """Make a queue with some images that are read, and many that are not."""
    with Store(queue) as store:
        for number in range(IMAGES):
            add_read(store, str(number))
        store.add(NewItem(f"https://nowhere.invalid/{number}.png", "waits") for number in range(spare))


# -- a reviewer -------------------------------------------------------------------------------------------------------


class Reviewer:
    """One who does whatever comes to mind, and remembers what was confirmed."""

    def __init__(self, store: Store, name: str, seed: int) -> None:
        self.tale = Tale(name)
        self._store = store
        self._name = name
        self._chance = random.Random(seed)
        self._program = this_program()
        self._undone = 0
        self._images = [item.id for item in store.window(0, 10**6) if item.state is State.DONE][:IMAGES]
        self._spare = [item.id for item in store.window(0, 10**6) if item.service == "waits"]
        self._does: list[tuple[int, Callable[[], None]]] = [
            (60, self._decide_line),
            (6, self._decide_page),
            (14, self._undo),
            (8, self._redo),
            (5, self._reshape),
            (4, self._read_second),
            (3, self._open),
            (1, self._take_out),
        ]

    def act(self) -> None:
        """Do one thing."""
        (does,) = self._chance.choices([does for _, does in self._does], [often for often, _ in self._does])
        try:
            does()
        except StoreError as error:
            self.tale.errors.append(str(error))

    def _wrote(self, write: Callable[[], object]) -> object:
        begin = time.monotonic()
        try:
            return write()
        finally:
            self.tale.waits.append(time.monotonic() - begin)

    def _image(self) -> tuple[int, Page]:
        item = self._chance.choice(self._images)
        return item, self._store.pages(item)[0]

    def _decide(self, item: int, page: Page, keys: Sequence[LineKey]) -> None:
        verdict = self._chance.choice([Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.REJECTED, Verdict.SKIPPED])
        text = f"{self._name} {self._chance.random()}" if verdict is Verdict.CORRECTED else None
        decisions = [Decision(item, key, verdict, text, "", self._name, page.line(key.line).text, "") for key in keys]
        made = self._wrote(lambda: self._store.decide(*decisions))
        assert isinstance(made, list)
        self.tale.decided += [decision.id for decision in made]
        self._stepped()

    def _stepped(self) -> None:
        self.tale.standing += 1
        self._undone = 0

    def _decide_line(self) -> None:
        item, page = self._image()
        self._decide(item, page, [self._chance.choice(page.keys)])

    def _decide_page(self) -> None:
        item, page = self._image()
        self._decide(item, page, page.keys)

    def _undo(self) -> None:
        if (self._wrote(lambda: self._store.undo(self._name)) is None) is not (self.tale.standing == 0):
            self.tale.errors.append(f"undo: {self.tale.standing} steps should stand")
        if self.tale.standing:
            self.tale.standing -= 1
            self._undone += 1

    def _redo(self) -> None:
        if (self._wrote(lambda: self._store.redo(self._name)) is None) is not (self._undone == 0):
            self.tale.errors.append(f"redo: {self._undone} steps should be there")
        if self._undone:
            self._undone -= 1
            self.tale.standing += 1

    def _reshape(self) -> None:
        item, page = self._image()
        number = self._chance.choice(page.keys).line
        with suppress(_Impossible):
            reshape = _reshaped(self._chance, page, number)
            self._wrote(lambda: self._store.reshape(item, reshape, self._name))
            self._stepped()

    def _read_second(self) -> None:
        mine = to_read(self._store.sampled(), self._name)
        if not mine:
            self._wrote(lambda: draw(self._store, Amount(0.1), self._name))
            return
        one = self._chance.choice(mine)
        reading = Decision(one.item_id, one.key, Verdict.ACCEPTED, None, "", self._name, one.first.engine_text)
        self._wrote(lambda: self._store.read_second(reading))

    def _open(self) -> None:
        item = self._chance.choice(self._images)
        self._wrote(lambda: self._store.keep_open(item, self._name, self._program))
        self._store.next_to_review(item, self._store.open_elsewhere(self._name))

    def _take_out(self) -> None:
        self._wrote(lambda: self._store.remove(self._spare))
        self._wrote(lambda: self._store.put_back(self._spare))


class _Impossible(Exception):
    """Nobody could do that to this page."""


def _reshaped(chance: random.Random, page: Page, number: int) -> Rearrangement:
    keys = [key.line for key in page.keys]
    place = keys.index(number)
    try:
        if chance.random() < 0.4 and place + 1 < len(keys):
            pair = (number, keys[place + 1])
            return merged(page, pair, (page.line(pair[0]).text, page.line(pair[1]).text))
        if chance.random() < 0.7:
            return split_at(page, number, page.line(number).text, 4)
        return turned_by(page, 1)
    except Trouble as trouble:
        raise _Impossible from trouble


# -- the processes ----------------------------------------------------------------------------------------------------


def play(queue: Path, name: str, acts: int, seconds: float, seed: int) -> Tale:
    """Do so many things, or as many as there is time for; `runner` adds images and has them read."""
    until = time.monotonic() + seconds
    with Store(queue) as store:
        if name == "runner":
            return _run(store, acts, until)
        reviewer = Reviewer(store, name, seed)
        done = 0
        while done < acts and time.monotonic() < until:
            reviewer.act()
            done += 1
        return reviewer.tale


def _run(store: Store, acts: int, until: float) -> Tale:
    tale = Tale("runner")
    with store.lease() as is_mine:
        assert is_mine
        while tale.read < acts and time.monotonic() < until:
            begin = time.monotonic()
            try:
                item = add_read(store, f"new{tale.read}")
                store.remove([item])  # so that the file does not grow for ten minutes
            except StoreError as error:
                tale.errors.append(str(error))
            tale.waits.append((time.monotonic() - begin) / 6)
            tale.read += 1
    return tale


def hammer(queue: Path, acts: int, seconds: float, seed: int = 1) -> list[Tale]:
    """Have five reviewers and a runner work at once, each in a process of its own; returns what each did."""
    command = [sys.executable, "-m", "tests.bench.colleagues", "--queue", str(queue), "--acts", str(acts)]
    processes = [
        subprocess.Popen(
            [*command, "--seconds", str(seconds), "--as", name, "--seed", str(seed + place)], stdout=subprocess.PIPE
        )
        for place, name in enumerate((*REVIEWERS, "runner"))
    ]
    told = [process.communicate()[0] for process in processes]
    assert not any(process.returncode for process in processes)
    return [Tale(**json.loads(one)) for one in told]


# -- what came of it --------------------------------------------------------------------------------------------------


def lost_and_twice(queue: Path, tales: Sequence[Tale]) -> tuple[int, int]:
    """Return how many confirmed decisions are not in the file, and how many are there that nobody was told of."""
    with Store(queue) as store:
        rows = store._connection.execute("select id, reviewer from decision where act = 'decide'").fetchall()
    kept = Counter((row["reviewer"], row["id"]) for row in rows)
    told = Counter((tale.name, number) for tale in tales for number in tale.decided)
    return (told - kept).total(), (kept - told).total()


def walk_back(queue: Path, tales: Sequence[Tale]) -> list[str]:
    """Take everything back, in turns; returns what is not as it was read then."""
    wrong = []
    with Store(queue) as store:
        left = {tale.name: tale.standing for tale in tales if tale.name in REVIEWERS}
        while left:
            for name in list(left):
                step = store.undo(name)
                if (step is None) is not (left[name] == 0):
                    wrong.append(f"{name} has {left[name]} steps to take back, and undo says {step}")
                if step is None:
                    del left[name]
                else:
                    left[name] -= 1
        images = [item for item in store.window(0, 10**6) if item.state is State.DONE]
        wrong += [
            f"image {item.id} is not as it was read"
            for item in images
            if store.pages(item.id) != (page(),) or store.decisions(item.id) or item.decided or item.skipped
        ]
        counts = store._connection.execute(
            "select (select count(*) from standing), (select count(*) from verdict), (select sum(verdict) from line)"
        ).fetchone()
        check = store._connection.execute("pragma integrity_check").fetchone()[0]
        wrong += [f"{tuple(counts)} are left"] if any(counts) else []
        wrong += [] if check == "ok" else [check]
    return wrong


def main() -> None:
    """Hammer a file and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--queue", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--as", dest="name", help=argparse.SUPPRESS)
    parser.add_argument("--acts", type=int, default=10**9, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, default=0.0, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.name:
        print(json.dumps(asdict(play(wanted.queue, wanted.name, wanted.acts, wanted.seconds, wanted.seed))))
        return
    with TemporaryDirectory() as folder:
        queue = Path(folder) / "queue.db"
        prepare(queue)
        seconds = 60 * wanted.minutes
        tales = hammer(queue, wanted.acts, seconds, wanted.seed)
        report(tales, seconds, lost_and_twice(queue, tales), walk_back(queue, tales))


def report(tales: Sequence[Tale], seconds: float, lost: tuple[int, int], wrong: Sequence[str]) -> None:
    """Print what came of it."""
    waits = sorted(wait for tale in tales for wait in tale.waits)
    errors = [error for tale in tales for error in tale.errors]
    decided = sum(len(tale.decided) for tale in tales)
    print(f"decisions/s  {decided / seconds:.1f} ({decided:,} lines, {sum(tale.read for tale in tales):,} images read)")
    print(
        f"longest      {waits[-1]:.2f} s of {len(waits):,} writes; one in a hundred {waits[-len(waits) // 100]:.2f} s"
    )
    print(f"errors       {len(errors)}", *errors[:KEPT_SAID], sep="\n             ")
    print(f"lost, twice  {lost[0]}, {lost[1]}")
    print("walked back ", "; ".join(wrong[:KEPT_SAID]) or "to what was read, and nothing else")


if __name__ == "__main__":
    main()
