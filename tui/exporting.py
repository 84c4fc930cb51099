"""An export of a queue: image by image, in several formats, with no more memory for ten thousand pages than for ten.

The same queue gives the same bytes. Stopped at any moment it leaves whole files; asked for again it goes on, since
files that are there with the same bytes are left alone. One image that cannot be exported keeps no other from it.
"""

from __future__ import annotations

import sqlite3
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import Final

from tui.exports import EXPORTS, ExportError, Format, Options, Part, Report
from tui.exports.document import Document, Lines, Which, document_of
from tui.exports.naming import Names
from tui.exports.writing import Draft, Fate, Folder, WriteError
from tui.filters import Always, Filter
from tui.model import Item, State, Trouble, printable
from tui.store import Store, StoreError

TOGETHER: Final = "all"
"""What the one file of a whole queue is called, before its suffix."""
_BATCH: Final = 500
"""How many items are asked for at a time."""
_WINDOW: Final = 30.0
"""The time left is reckoned by the last so many seconds."""
_NAMED: Final = 3
"""How many files of a kind are named."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be exported, and how."""

    formats: tuple[Format, ...]
    out: Path
    """The folder that is written into; made where it is not there."""
    where: Filter | None = None
    """Which lines, and only images that have any of them; None for all."""
    which_text: Which = Which.REVIEWED
    which_lines: Lines = Lines.ALL
    options: Options = field(default_factory=Options)
    overwrite: bool = False
    """Whether files that are there with other bytes are replaced."""
    each: bool = False
    """Whether tables and streams of lines too are a file an image, and not one of all."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an export is."""

    done: int
    """Pages, each counted once for every time it is gone through."""
    total: int
    name: str
    """What is written just now."""
    seconds_left: float | None
    """None while too little has been seen to say."""


@dataclass(slots=True)
class Outcome:
    """What became of an export."""

    out: Path
    images: int = 0
    """How many were exported in every format."""
    unread: int = 0
    """How many were asked for and have not been read."""
    left: int = 0
    """How many were not come to, since it was stopped."""
    stopped: bool = False
    files: Counter[Fate] = field(default_factory=Counter)
    problems: dict[str, int] = field(default_factory=dict)
    """What could not be exported, as sentences, and how often each came."""
    kept: list[str] = field(default_factory=list)
    """The first files that were there with other bytes."""
    report: Report = field(default_factory=Report)
    """What had to be changed to make the formats' rules hold."""
    swept: int = 0
    """How many files were removed that an export had begun here and was killed over."""

    @property
    def is_whole(self) -> bool:
        """Whether everything is there that was asked for."""
        return not (self.stopped or self.problems or self.files[Fate.KEPT])

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a person is told, the most important last."""
        said = [
            sentence if times == 1 else f"{sentence} ({times:,} times)" for sentence, times in self.problems.items()
        ]
        if self.swept:
            said.append(f"{_counted(self.swept, 'unfinished file')} of an export that was killed removed.")
        if self.unread:
            said.append(f"{_counted(self.unread, 'image')} not read yet, so not exported.")
        if self.report.sentence:
            said.append(f"To keep the formats' rules: {self.report.sentence}.")
        if kept := self.files[Fate.KEPT]:
            more = f" and {kept - len(self.kept):,} more" if kept > len(self.kept) else ""
            them = "it" if kept == 1 else "them"
            said.append(
                f"There already, with something else in {them}: {', '.join(self.kept)}{more}. Replace {them} with "
                f"--overwrite, or name another folder."
            )
        written, same = self.files[Fate.WRITTEN], self.files[Fate.SAME]
        there = f", {same:,} there already" if same else ""
        said.append(
            f"{_counted(self.images, 'image')} exported to {printable(str(self.out))}: "
            f"{_counted(written, 'file')} written{there}."
        )
        return tuple(said)

    def as_object(self) -> dict[str, object]:
        """Return it as plain JSON values."""
        return {
            "schema": 1,
            "out": str(self.out),
            "images": self.images,
            "unread": self.unread,
            "left": self.left,
            "stopped": self.stopped,
            "files": {fate.value: self.files[fate] for fate in Fate},
            "problems": list(self.problems),
            "changed": {"characters": self.report.characters, "corners": self.report.corners},
        }


class _Stopped(Exception):
    """The person wants no more of it."""


def formats_named(names: str) -> tuple[Format, ...]:
    """Return the formats of names with commas between them; raises ExportError."""
    wanted = dict.fromkeys(name.strip().lower() for name in names.split(",") if name.strip())
    for name in wanted:
        if name not in EXPORTS:
            meant = get_close_matches(name, EXPORTS, 1)
            known = f"Did you mean {meant[0]}?" if meant else f"Known are: {', '.join(EXPORTS)}."
            raise ExportError(f"There is no format {printable(name)!r}. {known}")
    if not wanted:
        raise ExportError(f"No format is named. Known are: {', '.join(EXPORTS)}.")
    return tuple(EXPORTS[name] for name in wanted)


def export_file(
    queue: Path,
    request: Request,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Export a queue file, from a thread of its own if need be; raises StoreError and WriteError."""
    with Store(queue, create=False) as store:
        return export_queue(store, request, progress=progress, stopped=stopped)


def export_queue(
    store: Store,
    request: Request,
    *,
    progress: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Export what is asked for; raises StoreError, and WriteError where nothing more can be written.

    `progress` is told after each image how far it is; `stopped` is asked between pages whether to end.
    """
    return _Export(store, request, progress, stopped).run()


class _Export:
    """One run."""

    def __init__(
        self, store: Store, request: Request, progress: Callable[[Progress], None], stopped: Callable[[], bool]
    ) -> None:
        self._store = store
        self._request = request
        self._stopped = stopped
        self._now = time.time()
        self._marked = store.marked()
        self._folder = Folder(request.out, overwrite=request.overwrite)
        self._together = tuple(one for one in request.formats if one.gather and not request.each)
        self._apart = tuple(one for one in request.formats if one not in self._together)
        self._outcome = Outcome(request.out)
        self._names: dict[int, str] = {}
        self._pages: dict[int, int] = {}
        self._done: set[int] = set()
        self._failed: set[str] = set()
        self._meter = _Meter(progress)

    def run(self) -> Outcome:
        outcome = self._outcome
        try:
            self._look_through()
            self._outcome.swept = self._folder.sweep()
            passes = len(self._together) + bool(self._apart)
            self._meter.begin(sum(self._pages.values()) * passes)
            self._write_together()
            self._write_apart()
        except _Stopped:
            outcome.stopped = True
        finally:
            self._folder.settle()
        outcome.images = sum(self._names[item_id] not in self._failed for item_id in self._done)
        outcome.left = len(self._names) - outcome.images - len(self._failed) if outcome.stopped else 0
        return outcome

    # -- what is exported -----------------------------------------------------------------------------------------

    def _look_through(self) -> None:
        """Give every image of the queue its name, and note those that are asked for."""
        beside = (name.partition(".")[0] for one in self._request.formats for name in one.beside)
        names = Names(reserved=(TOGETHER, *beside))
        wanted = self._wanted()
        for item in _every_item(self._store):
            self._check()
            name = names.name(item)
            if wanted is not None and item.id not in wanted:
                continue
            if item.state is State.DONE:
                self._names[item.id] = name
                self._pages[item.id] = max(1, item.pages_read)
            else:
                self._outcome.unread += 1

    def _wanted(self) -> frozenset[int] | None:
        """Return the numbers of the images that are asked for; None for all."""
        where = self._request.where
        if where is None or isinstance(where, Always):
            return None
        try:
            found = self._store.items_matching(where)
            return frozenset(found.window(0, found.count()))
        except sqlite3.Error as error:
            raise StoreError(f"{printable(str(self._store.path))} cannot be searched: {error}. Try again.") from error

    def _documents(self) -> Iterator[Document]:
        """Give the documents of all that is asked for and can be read, one at a time."""
        for item_id, name in self._names.items():
            self._check()
            try:
                document = self._document(self._store.item(item_id), name)
            except KeyError:
                continue  # somebody has taken it out of the queue meanwhile
            except StoreError as error:
                self._fail(name, error)
                continue
            self._meter.show(document.name)
            yield document
            self._meter.advance(self._pages[item_id])
            self._done.add(item_id)

    def _document(self, item: Item, name: str) -> Document:
        request = self._request
        document = document_of(
            item,
            self._store.pages(item.id),
            self._store.decisions(item.id),
            which_text=request.which_text,
            which_lines=request.which_lines,
            filter=request.where,
            now=self._now,
            is_marked=item.id in self._marked,
        )
        return replace(document, written_as=name)

    # -- writing --------------------------------------------------------------------------------------------------

    def _write_together(self) -> None:
        for one in self._together:
            assert one.gather is not None
            parts = one.gather(self._documents(), self._request.options)
            self._write(f"{TOGETHER}{one.suffix}", self._contents(parts))

    def _write_apart(self) -> None:
        """Write the files of each image, and the lists of them, which are kept if the whole was gone through."""
        if not self._apart:
            return
        with ExitStack() as drafts:
            lists = {name: drafts.enter_context(self._folder.draft(name)) for one in self._apart for name in one.beside}
            for document in self._documents():
                self._write_document(document, lists)
            for name, draft in lists.items():
                self._count(name, draft.keep())

    def _write_document(self, document: Document, lists: Mapping[str, Draft]) -> None:
        for one in self._apart:
            try:
                for part in one.write(document, self._request.options):
                    self._check()
                    self._write(f"{document.written_as}{part.suffix}", self._contents((part,)))
            except WriteError:
                raise
            except Trouble as error:
                self._fail(document.written_as, error)
                continue
            for name, gather in one.beside.items():
                for piece in self._contents(gather((document,), self._request.options)):
                    lists[name].add(piece)

    def _write(self, name: str, content: Iterable[bytes]) -> None:
        self._count(name, self._folder.write(name, content))

    def _contents(self, parts: Iterable[Part]) -> Iterator[bytes]:
        for part in parts:
            self._outcome.report += replace(part.report, in_lines=())  # page and line tell nothing without the image
            for piece in chain((part.content,), part.pieces):
                self._check()
                yield piece

    # -- keeping count --------------------------------------------------------------------------------------------

    def _check(self) -> None:
        if self._stopped():
            raise _Stopped

    def _count(self, name: str, fate: Fate) -> None:
        self._outcome.files[fate] += 1
        if fate is Fate.KEPT and len(self._outcome.kept) < _NAMED:
            self._outcome.kept.append(name)

    def _fail(self, name: str, error: Trouble) -> None:
        self._failed.add(name)
        sentence = str(error)
        self._outcome.problems[sentence] = self._outcome.problems.get(sentence, 0) + 1


class _Meter:
    """Reckons how long it will take yet, by how it went of late."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        self._tell = tell
        self._done = self._total = 0
        self._seen: deque[tuple[float, int]] = deque(maxlen=200)
        self._name = ""

    def begin(self, total: int) -> None:
        """Say how many pages there are."""
        self._total = total
        self._seen.append((time.monotonic(), 0))

    def show(self, name: str) -> None:
        """Say what is written now."""
        self._name = name
        self._tell(Progress(self._done, self._total, name, self._left()))

    def advance(self, pages: int) -> None:
        """Say that so many pages more are done."""
        self._done += pages
        now = time.monotonic()
        self._seen.append((now, self._done))
        while len(self._seen) > 2 and self._seen[1][0] < now - _WINDOW:
            self._seen.popleft()
        self._tell(Progress(self._done, self._total, self._name, self._left()))

    def _left(self) -> float | None:
        (start, before), (now, done) = self._seen[0], self._seen[-1]
        if done == before or now <= start:
            return None
        return (self._total - self._done) * (now - start) / (done - before)


def _every_item(store: Store) -> Iterator[Item]:
    start = 0
    while items := store.window(start, _BATCH):
        yield from items
        start += _BATCH


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
