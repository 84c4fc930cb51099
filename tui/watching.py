"""Folders that are watched: what is put there is queued as soon as it lies still, and read.

They are looked through again and again, for many servers and most network drives tell nobody of new files. A file lies
still when its size and its times have not changed for a while; what is being written, or has a name that programs give
to what is not complete, is left alone. A file that was moved keeps its place in the queue, as with `handread add`.

Reading is done by a runner that ends whenever nothing is left to do. While another Handread runs the queue that one
reads what is queued here; when it ends, this one goes on.
"""

from __future__ import annotations

import asyncio
import os
import stat
import time
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tui.aside import aside
from tui.exits import BUDGET_REACHED, DONE, INTERRUPTED, KEY_REFUSED, SOME_FAILED
from tui.intake import Arrived, Notice, take_in
from tui.model import Item, State, printable
from tui.pictures.source import SUFFIXES
from tui.runner import Closure, Outcome, Runner
from tui.store import Store, StoreError

NOT_COMPLETE = frozenset(
    {".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".upload", ".uploading", ".swp"}
)
"""Endings that programs give to files until they are complete; before a picture's own ending they are heeded too."""
LEFT_ALONE = frozenset({"@eadir", "__macosx", "lost+found", "thumbs.db"})
"""Names, in lower case, of what systems put beside pictures."""
SHARE = 0.1
"""The share of the time that is spent on looking, at most."""
SPENT = 900.0
"""Seconds after which a service is called again that takes no more calls for a long while."""
_WINDOW = 500

_T = TypeVar("_T")


# -- what lies there ------------------------------------------------------------------------------------------------


class Mark(NamedTuple):
    """What changes when a file is written to, or another takes its place."""

    size: int
    written: int
    """In nanoseconds since 1970, as are both times."""
    changed: int
    number: int
    """The file's own (st_ino)."""


@dataclass(slots=True)
class _Seen:
    mark: Mark
    since: float
    """Since when it is like that, on a clock of its own."""
    is_offered: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What one look through the folders has found."""

    settled: tuple[str, ...] = ()
    """The files that lie still since the last look, as absolute paths."""
    unsettled: int = 0
    """How many do not lie still yet."""
    troubles: tuple[str, ...] = ()
    """Why folders cannot be looked into, as sentences; each is said once, until it is over."""
    seconds: float = 0.0
    """How long it took."""


class Folders:
    """Some folders with all below them, looked through again and again. Links to folders are not followed."""

    def __init__(
        self,
        folders: Sequence[Path],
        settle: float,
        *,
        is_known: Callable[[str, Mark], bool] = lambda _path, _mark: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look at nothing yet. A file lies still after `settle` seconds; one that `is_known` is never offered."""
        self._folders = [os.path.abspath(folder) for folder in folders]  # noqa: PTH100 (keeps symbolic links, as intake)
        self._settle = settle
        self._is_known = is_known
        self._clock = clock
        self._seen: dict[str, _Seen] = {}
        self._closed: dict[str, str] = {}

    def look(self) -> Look:
        """Look through all, and return what lies still and was not returned before."""
        start = self._clock()
        settled: list[str] = []
        unsettled = 0
        closed: dict[str, str] = {}
        there: dict[str, _Seen] = {}
        for path, mark in self._files(closed):
            seen = there[path] = self._seen_now(path, mark, start)
            if seen.is_offered or not mark.size:
                continue
            if start - seen.since >= self._settle:
                seen.is_offered = True
                settled.append(path)
            else:
                unsettled += 1
        troubles = tuple(sentence for folder, sentence in closed.items() if self._closed.get(folder) != sentence)
        self._seen, self._closed = there, closed
        return Look(tuple(sorted(settled)), unsettled, troubles, self._clock() - start)

    def offer_again(self, paths: Collection[str]) -> None:
        """Return these once more at the next look, for nothing could be done with them."""
        for path in paths:
            if path in self._seen:
                self._seen[path].is_offered = False

    def _seen_now(self, path: str, mark: Mark, now: float) -> _Seen:
        seen = self._seen.get(path)
        if seen is None:
            return _Seen(mark, now, self._is_known(path, mark))
        return seen if seen.mark == mark else _Seen(mark, now)

    def _files(self, closed: dict[str, str]) -> Iterator[tuple[str, Mark]]:
        folders = list(dict.fromkeys(self._folders))
        while folders:
            folder = folders.pop()
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            folders += [] if is_left_alone(entry.name) else [entry.path]
                        elif _is_wanted(entry.name) and (mark := _mark(entry)):
                            yield entry.path, mark
            except OSError as error:
                if folder in self._folders or not isinstance(error, FileNotFoundError):
                    name = printable(folder)
                    closed[folder] = f"{name} cannot be looked into: {error.strerror}. It is tried again and again."


def _mark(entry: os.DirEntry[str]) -> Mark | None:
    """Return the mark of a file; None for what is none, or has just gone."""
    try:
        facts = entry.stat()
    except OSError:
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    return Mark(facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino)


def _is_wanted(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in SUFFIXES and not is_left_alone(name)  # noqa: PTH122 (Path is ten times slower)


def is_left_alone(name: str) -> bool:
    """Whether a file or folder of that name is hidden, temporary, or not complete."""
    small = name.lower()
    if small.startswith((".", "~")) or small.endswith(("~", "#")) or small in LEFT_ALONE:
        return True
    return any(f".{part}" in NOT_COMPLETE for part in small.split(".")[1:][-2:])


def known_in(store: Store, service: str) -> Callable[[str, Mark], bool]:
    """Return what tells whether a file stands in the queue as it is: it was not touched since it was added."""
    known = {
        item.source: (item.bytes, item.added_at)
        for item in _every_item(store)
        if item.service == service and item.sha256
    }

    def is_known(path: str, mark: Mark) -> bool:
        size, added_at = known.get(path, (-1, 0.0))
        return size == mark.size and max(mark.written, mark.changed) < added_at * 1e9

    return is_known


def _every_item(store: Store) -> Iterator[Item]:
    start = 0
    while items := store.window(start, _WINDOW):
        yield from items
        start += _WINDOW


# -- what becomes of it ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """What is watched, and what is done with what comes."""

    folders: tuple[Path, ...]
    queue: Path
    service: str
    """The name of the profile that reads."""
    make_runner: Callable[[], Runner] | None
    """Makes what reads all that waits for this profile; None where images are only queued."""
    settle: float = 5.0
    """Seconds for which a file must not have changed."""
    every: float = 2.0
    """Seconds between two looks."""
    once: bool = False
    """Whether to end when everything is done with that is there."""
    try_again: float = 10.0
    """Seconds after which reading is tried again where it could not begin: another Handread runs the queue, say."""


@dataclass(frozen=True, slots=True)
class Finished:
    """An image that was read, or has failed."""

    item: Item


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person has to know."""

    sentence: str


News = Arrived | Notice | Finished | Remark


@dataclass(slots=True)
class Ending:
    """How a watch ended."""

    code: int = DONE
    """The exit code."""
    new: int = 0
    """How many images were queued."""
    read: int = 0
    failed: int = 0
    left: int = 0
    """How many wait to be read."""
    is_stopped: bool = False


class Watch:
    """Watches folders until it is stopped. `run` belongs to one event loop, and so does `stop`."""

    def __init__(self, plan: Plan, tell: Callable[[News], None]) -> None:
        self._plan = plan
        self._tell = tell
        self._ending = Ending()
        self._stopping = asyncio.Event()
        self._unread: set[int] = set()
        self._revision = 0
        self._reading = _Reading(plan.make_runner, plan.try_again)
        self._is_held_up = False

    def stop(self) -> None:
        """End it: submissions under way end first, what was sent stays sent, the rest waits."""
        self._stopping.set()
        self._reading.stop()

    async def run(self) -> Ending:
        """Watch until stopped, or until nothing can be read any more. Raises StoreError where there is no queue."""
        with Store(self._plan.queue) as store:
            self._look_through(store)
            folders = Folders(self._plan.folders, self._plan.settle, is_known=known_in(store, self._plan.service))
            while await self._round(store, folders):
                pass
            await self._reading.end()
            self._announce(store)
            return self._ended(store)

    def _look_through(self, store: Store) -> None:
        self._revision = store.revision()
        self._unread = {item.id for item in _every_item(store) if self._is_unread(item)}

    def _is_unread(self, item: Item) -> bool:
        return item.service == self._plan.service and item.state in {State.WAITING, State.SENDING, State.SENT}

    async def _round(self, store: Store, folders: Folders) -> bool:
        """Look through the folders, see to what is found, and rest; False when that was the last time."""
        look = await self._unless_stopped(aside(folders.look))
        if look is None:
            return False
        for sentence in look.troubles:
            self._tell(Remark(sentence))
        try:
            await self._see_to(look, store, folders)
        except StoreError as error:
            if self._plan.once:
                raise
            self._complain(str(error))
        if self._ending.code or (self._plan.once and not look.settled and not look.unsettled and self._is_over(store)):
            return False
        await self._unless_stopped(self._reading.rest(max(self._plan.every, look.seconds * (1 / SHARE - 1))))
        return not self._stopping.is_set()

    async def _see_to(self, look: Look, store: Store, folders: Folders) -> None:
        if look.settled:
            try:
                await self._take_in(look.settled)
            except StoreError:
                folders.offer_again(look.settled)
                raise
        if (outcome := self._reading.outcome()) is not None:
            self._weigh(outcome)
        elif self._reading.is_under_way:
            self._complain(self._reading.trouble)
        self._announce(store)
        if not self._ending.code and not self._stopping.is_set() and _has_work(store, self._plan.service):
            self._reading.start()

    async def _take_in(self, paths: Sequence[str]) -> None:
        """Queue files; the same bytes are not queued twice, and a file that was moved keeps its place."""
        plan = self._plan
        arrivals = await aside(
            lambda: list(take_in(plan.queue, paths, plan.service, stopped=self._stopping.is_set)),
        )
        for arrival in arrivals:
            if isinstance(arrival, Notice):
                continue  # it has gone again meanwhile
            self._ending.new += arrival.new
            self._ending.failed += bool(arrival.problem)
            if arrival.new and not arrival.problem:
                self._unread.add(arrival.item_id)
            self._tell(arrival)
        self._reading.wake()

    def _announce(self, store: Store) -> None:
        """Tell of what was read or has failed since the last time, by whoever runs the queue."""
        changes = store.changes(self._revision)
        self._revision = changes.revision
        for item in store.items(sorted(changes.item_ids)):
            if self._is_unread(item):
                self._unread.add(item.id)
                continue
            was_unread = item.id in self._unread
            self._unread.discard(item.id)
            if was_unread and item.service == self._plan.service:
                self._ending.read += item.state is State.DONE
                self._ending.failed += item.state is State.FAILED
                self._tell(Finished(item))

    def _weigh(self, outcome: Outcome) -> None:
        """Go on after a runner has ended, or end for the reason that it had."""
        self._complain(outcome.trouble)
        if outcome.closure is None or self._stopping.is_set():
            return
        if outcome.closure is not Closure.QUOTA or self._plan.once:
            self._ending.code = _CODES.get(outcome.closure, SOME_FAILED)

    def _complain(self, trouble: str) -> None:
        """Tell of what holds it up, once as it begins; it is over when reading goes on without."""
        if trouble and not self._is_held_up:
            self._tell(Remark(trouble))
        self._is_held_up = bool(trouble) or (self._is_held_up and not self._reading.is_under_way)

    def _is_over(self, store: Store) -> bool:
        if self._plan.make_runner is None:
            return True
        return not self._reading.is_under_way and not _has_work(store, self._plan.service)

    def _ended(self, store: Store) -> Ending:
        ending = self._ending
        if self._plan.make_runner is not None:
            ending.left = sum(self._is_unread(item) for item in _every_item(store))
        ending.is_stopped = self._stopping.is_set()
        if not ending.code:
            ending.code = INTERRUPTED if ending.is_stopped and ending.left else SOME_FAILED if ending.failed else DONE
        return ending

    async def _unless_stopped(self, work: Coroutine[Any, Any, _T]) -> _T | None:
        """Await something that may take long; None where the watch is stopped before."""
        doing, stopping = asyncio.ensure_future(work), asyncio.ensure_future(self._stopping.wait())
        await asyncio.wait({doing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if doing.done() and not self._stopping.is_set():
            return doing.result()
        doing.cancel()
        return None


_CODES: Mapping[Closure, int] = {Closure.KEY: KEY_REFUSED, Closure.BUDGET: BUDGET_REACHED}


def _has_work(store: Store, service: str) -> bool:
    return store.next_due(service) is not None or bool(store.unfinished(service))


@dataclass(slots=True)
class _Reading:
    """One runner after the other, each for as long as there is something to read."""

    make_runner: Callable[[], Runner] | None
    try_again: float
    _runner: Runner | None = None
    _task: asyncio.Task[Outcome] | None = None
    _not_before: float = field(default=0.0)

    @property
    def is_under_way(self) -> bool:
        return self._task is not None

    @property
    def trouble(self) -> str:
        return self._runner.trouble if self._runner is not None else ""

    def start(self) -> None:
        """Read what waits, unless that is under way, or was in vain a moment ago."""
        if self.make_runner is None or self._task is not None or time.monotonic() < self._not_before:
            return
        self._runner = self.make_runner()
        self._task = asyncio.create_task(self._runner.run(until_idle=True))

    def wake(self) -> None:
        if self._runner is not None:
            self._runner.wake()

    def stop(self) -> None:
        if self._runner is not None:
            self._runner.stop()

    def outcome(self) -> Outcome | None:
        """Return how a runner has ended, once."""
        if self._task is None or not self._task.done():
            return None
        outcome = self._task.result()
        self._task = self._runner = None
        if outcome.trouble:
            self._not_before = time.monotonic() + (SPENT if outcome.closure is Closure.QUOTA else self.try_again)
        return outcome

    async def rest(self, seconds: float) -> None:
        """Rest for a while, or until the runner has ended."""
        if self._task is None:
            await asyncio.sleep(seconds)
        else:
            await asyncio.wait({self._task}, timeout=seconds)

    async def end(self) -> None:
        """Wait until the runner has ended that was stopped; one that was not goes on to its end."""
        if self._task is not None:
            await self._task
