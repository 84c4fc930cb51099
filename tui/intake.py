"""What comes into the queue: names that a person gives, found, measured and added; a sentence for each that fails."""

from __future__ import annotations

import glob
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from tui.model import Failure, is_url, printable
from tui.pictures.source import SUFFIXES, PictureError, measure
from tui.store import NewItem, Store

FEWEST, FIRST, MOST = 8, 32, 512
"""How many images are added in one transaction: at least, at first, and at most. No other program waits longer for its
turn to write than the most take."""
TURN = 0.2
"""No more are added in one transaction than can be read in so many seconds: progress is told after each."""
READERS = min(4, os.cpu_count() or 1)
"""So many threads read large files, while those before are written into the queue file."""
LARGE = 1 << 18
"""Files of so many bytes are read in such a thread; for smaller ones it takes longer to hand them over."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Why one name that a person gave stands for nothing."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """One image that stands in the queue now."""

    item_id: int
    source: str
    new: bool
    problem: str = ""
    """Why it cannot be read, as a sentence."""
    remark: str = ""
    """Why it was not added again, as a sentence."""
    is_another_name: bool = False
    """The same bytes stand in the queue under another name."""


def find(names: Iterable[str]) -> Iterator[str | Notice]:
    """Return the sources that names stand for: files, folders (with all below them), globs, http(s) URLs."""
    for name in names:
        if is_url(name):
            yield name
        elif os.path.isdir(name):  # noqa: PTH112 (names may hold bytes that Path would refuse to print)
            yield from _in_folder(name)
        elif os.path.lexists(name):
            yield os.path.abspath(name)  # noqa: PTH100 (keeps symbolic links as they are)
        else:
            yield from _matching(name)


def _in_folder(name: str) -> Iterator[str | Notice]:
    found = False
    closed: list[OSError] = []
    for folder, folders, files in os.walk(name, onerror=closed.append):
        folders.sort()
        for file in sorted(files):
            if Path(file).suffix.lower() in SUFFIXES:
                found = True
                yield os.path.abspath(os.path.join(folder, file))  # noqa: PTH100, PTH118
    for error in closed:
        yield Notice(f"{printable(str(error.filename))} cannot be looked into: {error.strerror}. Check its rights.")
    if not found and not closed:
        kinds = " ".join(sorted(SUFFIXES))
        yield Notice(f"{printable(name)} holds no images. Looked for: {kinds}.")


def _matching(name: str) -> Iterator[str | Notice]:
    matches = _matches(name) if glob.has_magic(name) else []
    if matches:
        yield from find(matches)
    elif glob.has_magic(name):
        yield Notice(f"No file matches {printable(name)}. Check the pattern.")
    else:
        yield Notice(f"There is no file {printable(name)}. Check the name.")


def _matches(pattern: str) -> list[str]:
    """Return what a pattern stands for; `**` does not follow links, which may lead in circles, and means files."""
    path = Path(pattern)
    found = Path(path.anchor or ".").glob(str(path.relative_to(path.anchor)))
    return sorted(str(match) for match in found if "**" not in pattern or not match.is_dir())


def take_in(
    queue: Path, names: Iterable[str], service: str, *, stopped: Callable[[], bool] = lambda: False
) -> Iterator[Arrived | Notice]:
    """Add what names stand for to the queue file, in small batches; yields what became of each.

    An image that cannot be read is added as failed, so that it is not forgotten. Raises StoreError.
    """
    with Store(queue) as store, ThreadPoolExecutor(READERS, thread_name_prefix="intake") as readers:
        try:
            for batch in _read_ahead(_batches(find(names)), service, readers):
                if stopped():
                    return
                yield from batch.notices
                yield from _add(store, batch.candidates)
        finally:
            readers.shutdown(wait=True, cancel_futures=True)


def _batches(found: Iterator[str | Notice]) -> Iterator[list[str | Notice]]:
    """Yield what was found, in batches that grow while they are quickly done with."""
    size = FIRST
    while batch := list(islice(found, size)):
        began = time.monotonic()
        yield batch
        seconds = time.monotonic() - began
        if seconds > TURN:
            size = max(FEWEST, size // 2)
        elif seconds < TURN / 2:
            size = min(MOST, 2 * size)


class _Batch:
    """Some of what names stand for; the large files among it are being read."""

    def __init__(self, found: Sequence[str | Notice], service: str, readers: Executor) -> None:
        self.notices = [notice for notice in found if isinstance(notice, Notice)]
        self._service = service
        self._sources = [source for source in found if isinstance(source, str)]
        self._read = {
            source: readers.submit(_candidate, source, service) for source in self._sources if _is_large(source)
        }

    @property
    def is_being_read(self) -> bool:
        """Whether there are large files among it."""
        return bool(self._read)

    @property
    def candidates(self) -> list[NewItem]:
        """What is to be added, once it has been read."""
        return [
            self._read[source].result() if source in self._read else _candidate(source, self._service)
            for source in self._sources
        ]


def _is_large(source: str) -> bool:
    try:
        return not is_url(source) and os.stat(source).st_size >= LARGE  # noqa: PTH116 (names may hold any bytes)
    except (OSError, ValueError):
        return False


def _read_ahead(batches: Iterator[list[str | Notice]], service: str, readers: Executor) -> Iterator[_Batch]:
    """Yield batches; one with large files while what is behind it is being read already."""
    before: _Batch | None = None
    for found in batches:
        batch = _Batch(found, service, readers)
        if before is not None:
            yield before
        before = batch if batch.is_being_read else None
        if before is None:
            yield batch
    if before is not None:
        yield before


def _add(store: Store, candidates: Sequence[NewItem]) -> Iterator[Arrived | Notice]:
    for candidate, added in zip(candidates, store.add(candidates), strict=True):
        problem = candidate.failure.sentence if candidate.failure else ""
        if added.new or problem:
            yield Arrived(added.item_id, candidate.source, added.new, problem)
        else:
            is_another = store.item(added.item_id).source != candidate.source
            remark = _already(store, candidate, added.item_id)
            yield Arrived(added.item_id, candidate.source, new=False, remark=remark, is_another_name=is_another)


def _already(store: Store, candidate: NewItem, item_id: int) -> str:
    name, known = printable(candidate.source), store.item(item_id).source
    if known == candidate.source:
        return f"{name} is in the queue already."
    if not is_url(known) and not os.path.lexists(known):
        store.moved(item_id, candidate.source)
        return f"{name} is what {printable(known)} was: it has moved, and keeps its place in the queue."
    return f"{name} has the same bytes as {printable(known)}, which is in the queue already: not added again."


def _candidate(source: str, service: str) -> NewItem:
    if is_url(source):
        return NewItem(source, service)
    try:
        return NewItem(source, service, measure(Path(source)))
    except PictureError as error:
        return NewItem(source, service, failure=Failure("unreadable", str(error)))
