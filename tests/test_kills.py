"""Killed at any moment, the program loses nothing that it has shown: the file is never behind the screen.

The program is killed (SIGKILL) as often as HANDREAD_KILLS says, each time while it does the next act of a review, at a
moment drawn at random: some milliseconds after the first key of the act, or just when the file has changed, or just
when the screen has. HANDREAD_KILLS_SEED repeats what was drawn.
"""

import os
import random
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.reviewer import MeasuredTerminal, Row, Seen, asked_about, read_into, review, seen
from tests.terminal import KEYS, NotShown
from tui.model import Decision, Item, Line, LineKey, Page, Verdict, text_of
from tui.review import SURE, is_sure, next_open, word_spans
from tui.store import Store
from tui.view.wording import VERDICT_MARKS

KILLS = int(os.environ.get("HANDREAD_KILLS", "5"))
SEED = int(os.environ.get("HANDREAD_KILLS_SEED", "0")) or random.randrange(1, 10**6)
PATIENCE = 60.0
TEXTS = ("the qvick fox", "jumps over", "a lazy dog", "and a qvick cat", "five dozen", "liquor jugs", "of page")
"""What was read on each page, followed by its number."""


# -- what is in the file ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """What the file says of an image, as the screen would show it."""

    rows: dict[int, Row]
    decided: int
    lines: int

    def is_shown_by(self, shown: Seen) -> bool:
        """Whether a screen shows this and nothing else; what a notice covers is not looked at."""
        return (shown.decided, shown.lines) == (self.decided, self.lines) and self.has_all(shown.rows)

    def has_all(self, rows: Sequence[Row]) -> bool:
        """Whether these rows of the screen are of this."""
        return all(map(self.has, rows))

    def has(self, row: Row) -> bool:
        """Whether a row of the screen is of this; the end of its text may have been cut off."""
        found = self.rows.get(row.number)
        if found is None or found.mark != row.mark:
            return False
        return found.text.startswith(row.text[:-1]) if row.text.endswith("…") else found.text == row.text


@dataclass(frozen=True)
class Contents:
    """What the whole file says."""

    states: dict[str, State]
    """By the name of each image's file."""
    steps: int
    """How many steps stand."""
    revision: int


def contents(store: Store) -> Contents:
    revision = store.revision()
    states = {Path(item.source).name: state(store, item) for item in store.window(0, 1000)}
    found = Contents(states, steps(store), store.revision())
    return found if found.revision == revision else contents(store)


def steps(store: Store) -> int:
    sql = "select count(distinct step) from standing join decision on id = decision_id"
    return int(store._connection.execute(sql).fetchone()[0])


def state(store: Store, item: Item) -> State:
    (page,) = store.pages(item.id)
    decisions = store.decisions(item.id)
    rows = {}
    for number, (key, line) in enumerate(zip(page.keys, page.lines, strict=True), 1):
        decision = decisions.get(key)
        mark = VERDICT_MARKS[decision.verdict if decision else Verdict.UNDECIDED]
        rows[number] = Row(number, mark, text_of(line, decision))
    return State(rows, item.decided, item.lines)


# -- what is on the screen --------------------------------------------------------------------------------------------


class WatchedTerminal(MeasuredTerminal):
    """A terminal that remembers the last whole frame of the review that it has shown."""

    shown: Seen | None = None

    def _read(self, seconds: float) -> bool:
        wrote = False
        for data in self._pieces(seconds):
            wrote = True
            self._display.feed(data)
            if not self._display.is_updating:
                self.shown = seen(self._display.rows) or self.shown
        return wrote

    def wait_until(self, done: Callable[[], object]) -> None:
        """Read on until something is so; raises NotShown where it does not come to that."""
        until = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > until:
                raise NotShown(f"It did not come to that (seed {SEED}):\n{self.text}")
            self._read(0.005)

    def agree(self, store: Store) -> Seen:
        """Wait until the screen shows what the file says, at rest, and return it."""

        def agrees() -> bool:
            if self._read(0.05) or self.shown is None or self.shown.waits or self.shown.edits:
                return False
            return state(store, item_of(store, self.shown)).is_shown_by(self.shown)

        self.wait_until(agrees)
        assert self.shown is not None
        return self.shown


# -- what is done -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Here:
    """What the cursor is on."""

    item: Item
    page: Page
    key: LineKey
    line: Line
    decisions: dict[LineKey, Decision]

    @property
    def text(self) -> str:
        return text_of(self.line, self.decisions.get(self.key))

    @property
    def can_be_split(self) -> bool:
        spans = word_spans(self.line, self.text)
        return len(spans) > 1 and spans[1] is not None and spans[1][0] > 0


def item_of(store: Store, shown: Seen) -> Item:
    return next(item for item in store.window(0, 1000) if Path(item.source).name == shown.name)


def here(store: Store, shown: Seen) -> Here:
    item = item_of(store, shown)
    (page,) = store.pages(item.id)
    key = page.keys[shown.line - 1]
    return Here(item, page, key, page.line(key.line), store.decisions(item.id))


def acts(store: Store, shown: Seen, before: str) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield what can be done now and changes the file: how often it is done, its name, its keys and texts."""
    at = here(store, shown)
    yield 6, "accept", ("a",)
    yield 1, "reject", ("x",)
    yield 1, "skip", ("s",)
    yield 1, "flag", ("f", "n")
    yield 3, "edit", ("e", "end", " more", "enter")
    yield 1, "turn", ("T",)
    on_line = shown.at is None
    if on_line and asked_about(at.line) is not None:
        yield 3, "change", ("c", random.Random(store.revision()).choice(["quick", "swift"]), "enter")
    if shown.offers:
        yield 6, "suggestion", ("1",)
    if any(
        is_sure(line, SURE) and key not in at.decisions for key, line in zip(at.page.keys, at.page.lines, strict=True)
    ):
        yield 2, "page", ("A",)
    if on_line and at.can_be_split:
        yield 3, "split", ("w", "w", "|")
    if shown.line < shown.lines:
        yield 3, "join", ("M",)
        yield 1, "later", (">",)
    if shown.line > 1:
        yield 1, "earlier", ("<",)
    if store.last_decision("ada") is not None:
        yield 4, "undo", ("u",)
    if before == "undo":
        yield 8, "redo", ("ctrl+r",)


def has_moved(store: Store, since: Contents) -> bool:
    return store.revision() != since.revision


def has_come_to(store: Store, left: int) -> bool:
    return steps(store) == left


class Script:
    """A review that goes on from one session to the next, by chance."""

    def __init__(self, queue: Path, folder: Path, chance: random.Random) -> None:
        self.queue, self.folder, self.chance = queue, folder, chance
        self.before = ""
        self.done: list[str] = []
        """The acts that were begun just before the kills."""
        self.beyond = 0
        """How often the file was further than the screen when the program was killed."""

    def session(self) -> None:
        """Go on where the review stood, and be killed while the next act is done."""
        with opened(self.queue, self.folder) as terminal, Store(self.queue) as store:
            shown = terminal.agree(store)
            assert shown.place in sensible(store), f"seed {SEED}, after {self.done[-1:]}: {shown}"
            for _ in range(self.chance.choice([0, 1, 1, 2])):
                was = contents(store)
                self.press(terminal, self.choose(store, terminal.agree(store)))
                terminal.wait_until(partial(has_moved, store, was))
            terminal.agree(store)
            was = contents(store)
            self.act_and_be_killed(terminal, store, was)
            self.check(terminal.shown, was, contents(store))

    def choose(self, store: Store, shown: Seen) -> tuple[str, ...]:
        found = list(acts(store, shown, self.before))
        _, self.before, keys = self.chance.choices(found, [often for often, _, _ in found])[0]
        return keys

    @staticmethod
    def press(terminal: WatchedTerminal, keys: Sequence[str]) -> None:
        for key in keys:
            terminal.type(KEYS.get(key, key))

    def act_and_be_killed(self, terminal: WatchedTerminal, store: Store, was: Contents) -> None:
        shown = terminal.agree(store)
        self.press(terminal, self.choose(store, shown))
        self.done.append(self.before)
        moment = self.chance.choice(["time", "file", "screen"])
        if moment == "file":
            terminal.wait_until(partial(has_moved, store, was))
        elif moment == "screen":
            terminal.wait_until(lambda: terminal.shown != shown)
        until = time.monotonic() + self.chance.uniform(0, 0.2 if moment == "time" else 0.02)
        while (left := until - time.monotonic()) > 0:
            terminal._read(min(left, 0.002))
        terminal.kill()
        terminal.wait()
        terminal._read(0)

    def check(self, shown: Seen | None, was: Contents, now: Contents) -> None:
        """Whether the file has all that was shown, and at most the last act beyond it."""
        assert shown is not None
        old, new = was.states[shown.name], now.states[shown.name]
        why = f"seed {SEED}, kill {len(self.done)}, {self.done[-1]}: {shown}\nthe file: {new}\nbefore: {old}"
        assert abs(now.steps - was.steps) <= 1, why
        assert shown.decided in {old.decided, new.decided}, why
        is_old = old.has_all(shown.rows)
        # Where the act led to another image, its lines may be on the screen already, under the heading of the first.
        is_new = any(state.has_all(shown.rows) for state in now.states.values())
        assert is_old or is_new, f"What is shown is not what is in the file. {why}"
        self.beyond += is_old and not is_new


def sensible(store: Store) -> list[tuple[str, int]]:
    """Return the image and the line to go on with: what is left after the last act, on its image or another.

    Where nothing is left but the line that the last act made, both that line and the image's first are.
    """
    last = store.last_decision("ada")
    item = store.item(last.item_id) if last is not None else None
    if item is None or not item.is_open:
        item = store.next_to_review(item.id if item is not None else 0)
    assert item is not None
    (page,) = store.pages(item.id)
    made = last.key if last is not None and last.item_id == item.id else None
    key = next_open(page.keys, store.decisions(item.id), made)
    keys = [key] if key is not None else [page.keys[0], *([made] if made else [])]
    return [(Path(item.source).name, page.keys.index(key) + 1) for key in keys]


@contextmanager
def opened(queue: Path, folder: Path) -> Iterator[WatchedTerminal]:
    with review(queue, folder, WatchedTerminal) as terminal:
        assert isinstance(terminal, WatchedTerminal)
        yield terminal


@pytest.mark.xdist_group("program")
def test_killed_at_any_moment_nothing_that_was_shown_is_lost_and_all_can_be_undone(tmp_path: Path) -> None:
    queue = tmp_path / "queue.db"
    names = [f"{number:02}.png" for number in range(4 + KILLS // 3)]
    pages = read_into(queue, tmp_path, {name: [f"{text} {name[:2]}" for text in TEXTS] for name in names})
    script = Script(queue, tmp_path, random.Random(SEED))
    for _ in range(KILLS):
        script.session()
        check_undo(queue, tmp_path / "copy.db", pages)
    assert len(script.done) == KILLS
    print(f"{KILLS} kills, seed {SEED}, {script.beyond} with the file one act beyond the screen")  # noqa: T201 (with -s)
    with opened(queue, tmp_path) as terminal, Store(queue) as store:
        terminal.agree(store)
        while store.last_decision("ada") is not None:
            left = max(0, steps(store) - 10)
            terminal.type("u" * 10)
            terminal.wait_until(partial(has_come_to, store, left))
        terminal.agree(store)
        check_untouched(store, pages)


def check_undo(queue: Path, copy: Path, pages: Mapping[str, Page]) -> None:
    """In a copy of the file, everything can be taken back, to the answers bit for bit."""
    with closing(sqlite3.connect(queue)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    with Store(copy) as store:
        while store.undo("ada") is not None:
            pass
        check_untouched(store, pages)
    copy.unlink()


def check_untouched(store: Store, pages: Mapping[str, Page]) -> None:
    for item in store.window(0, 1000):
        assert store.pages(item.id) == (pages[Path(item.source).name],)
        assert store.decisions(item.id) == {}
        assert (item.decided, item.skipped, item.pages_decided) == (0, 0, 0)
