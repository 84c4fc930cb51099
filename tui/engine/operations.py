"""The operations of the local service: what was handed in, how far it is, and what came of it.

Documents are read one after the other by one worker. What has ended goes to whoever keeps it (see keeping.py), for as
long as the service that is spoken would: 48 hours, or a day.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from tui.aside import aside
from tui.engine import EngineError
from tui.engine.ranges import EVERY_PAGE, PageRanges
from tui.engine.reading import AUTO, Box, Reading
from tui.engine.words import Vocabulary
from tui.engine.worker import How, Progress, Worker
from tui.model import Page

KEPT_SECONDS = 48 * 3600
MOST_UNFINISHED = 64
"""How many documents wait in memory at most."""
MOST_BYTES = 2**30
"""How many bytes those documents, and those that are just arriving, may have together; a single one may have any."""
STOPPED = "The engine was stopped before it had read this image. Read it again."


class Status(StrEnum):
    """How an operation stands, in the words of Read 3.2."""

    NOT_STARTED = "notStarted"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a document is to be read, as far as a request says."""

    language: str = ""
    """The code of a language, AUTO or LITERAL; empty where nothing is said."""
    words: tuple[str, ...] = ()
    """Words to reckon with, beside those that are known already."""
    is_careful: bool = False


@dataclass(frozen=True, slots=True)
class Habits:
    """How documents are read where a request says nothing else."""

    language: str = AUTO
    is_careful: bool = False
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    async def applied_to(self, manner: Manner) -> How:
        """Return how a document is read that is to be read in some manner; the words are looked up aside."""
        words, accepted = await aside(self.vocabulary.now)
        return {
            "language": manner.language or self.language,
            "words": (*words, *manner.words),
            "accepted": accepted,
            "is_careful": manner.is_careful or self.is_careful,
        }


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for beside the document itself."""

    kind: str = ""
    """The protocol it was handed in by, which alone may ask after it."""
    pages: PageRanges = EVERY_PAGE
    options: Mapping[str, str] = field(default_factory=dict)
    """What the answer's form depends on, by the service's own names."""
    kept: float = KEPT_SECONDS
    """Seconds for which it can be asked after once it has ended; 0 where the answer is waited for."""
    is_pdf: bool = False
    """Whether the document is a PDF, whose boxes are told in inches."""
    manner: Manner = field(default_factory=Manner)


@dataclass(slots=True)
class Operation:
    """One document that was handed in."""

    id: str
    created: float
    """Seconds since 1970."""
    updated: float
    status: Status = Status.NOT_STARTED
    progress: Progress | None = None
    readings: tuple[Reading, ...] = ()
    """What came of each page."""
    reason: str = ""
    """Why it failed, as a sentence."""
    code: str = ""
    """Why it failed, in the services' words."""
    order: Order = field(default_factory=Order)

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages that were read."""
        return tuple(reading.page for reading in self.readings)

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in {Status.SUCCEEDED, Status.FAILED}

    @property
    def until(self) -> float:
        """When it is forgotten, in seconds since 1970, should nothing change any more."""
        return self.updated + self.order.kept

    def option(self, name: str) -> str:
        """Return what was asked for under a name; empty where nothing was."""
        return self.order.options.get(name, "")


@dataclass(slots=True, eq=False)
class Arrival:
    """A document that is just arriving."""

    size: int = 0
    """How many bytes of it are in memory."""


class Keeper(Protocol):
    """Where operations are kept once they have ended."""

    async def put(self, operation: Operation) -> None:
        """Keep an operation; raises OSError where that is not possible."""

    async def get(self, operation_id: str) -> Operation | None:
        """Return an operation, or None where there is none of that name, whatever the name is."""

    async def drop(self, operation_id: str) -> None:
        """Forget an operation."""

    async def sweep(self, now: float) -> None:
        """Forget what need not be kept any longer."""


class Operations:
    """All operations of one service, read one after the other by one worker."""

    def __init__(
        self, worker: Worker, clock: Callable[[], float], keeper: Keeper, spare: Keeper, habits: Habits | None = None
    ) -> None:
        self._worker = worker
        self._habits = habits or Habits()
        self._clock = clock
        self._keeper = keeper
        self._spare = spare
        """Takes what the keeper cannot."""
        self._under_way: dict[str, _UnderWay] = {}
        self._arrivals: list[Arrival] = []
        self.is_taking = True
        """Whether documents are still taken in."""

    @property
    def unfinished(self) -> int:
        """How many documents wait or are being read."""
        return len(self._under_way)

    @property
    def are_full(self) -> bool:
        """Whether so many documents are unfinished that no more should be taken."""
        return self.unfinished >= MOST_UNFINISHED

    def has_room_for(self, arrival: Arrival) -> bool:
        """Whether memory holds what has come of a document beside all the others."""
        others = sum(one.size for one in self._under_way.values())
        others += sum(one.size for one in self._arrivals if one is not arrival)
        return not others or others + arrival.size <= MOST_BYTES

    @contextmanager
    def arrival(self) -> Iterator[Arrival]:
        """Count a document that is just arriving, until it has been taken in or declined."""
        arrival = Arrival()
        self._arrivals.append(arrival)
        try:
            yield arrival
        finally:
            self._arrivals.remove(arrival)

    def start(self, content: bytes, order: Order | None = None) -> Operation:
        """Take a document in and return at once."""
        operation = Operation(str(uuid.uuid4()), self._clock(), self._clock(), order=order or Order())
        task = asyncio.create_task(self._run(operation, content))
        self._under_way[operation.id] = _UnderWay(operation, task, len(content))
        return operation

    async def box(self, content: bytes, box: Box, manner: Manner) -> Reading:
        """Read one box of a page at once, whatever waits; raises EngineError."""
        return await self._worker.box(content, box, **await self._habits.applied_to(manner))

    async def named(self, operation_id: str, kind: str = "") -> Operation | None:
        """Return an operation, or None where there is none of that kind, or no longer."""
        operation = await self._found(operation_id)
        return operation if operation and operation.order.kind == kind else None

    async def ended(self, operation: Operation) -> None:
        """Wait until an operation has ended."""
        if one := self._under_way.get(operation.id):
            await asyncio.wait({one.task})

    async def forget(self, operation: Operation) -> None:
        """Drop an operation; one under way is stopped, and never kept."""
        if one := self._under_way.get(operation.id):
            one.is_wanted = False
            if not operation.has_ended:  # else it is just being kept, and what is half written could not be dropped
                one.task.cancel()
            await asyncio.wait({one.task})
            self._under_way.pop(operation.id, None)
        await self._keeper.drop(operation.id)
        await self._spare.drop(operation.id)

    async def sweep(self) -> None:
        """Forget what need not be kept any longer."""
        await self._keeper.sweep(self._clock())
        await self._spare.sweep(self._clock())

    async def finish(self, seconds: float) -> int:
        """Take nothing more, let the document being read end within some seconds, and return how many were left."""
        self.is_taking = False
        first, others = list(self._under_way.values())[:1], list(self._under_way.values())[1:]
        left = await self._stop(others)
        if first and not (await asyncio.wait({one.task for one in first}, timeout=seconds))[0]:
            left += await self._stop(first)
        return left

    async def close(self) -> None:
        """Stop whatever is under way, and the worker with it."""
        self.is_taking = False
        await self._stop(list(self._under_way.values()))
        await self._worker.close()

    async def _stop(self, stopped: list[_UnderWay]) -> int:
        for one in stopped:
            one.task.cancel()
        await asyncio.gather(*(one.task for one in stopped), return_exceptions=True)
        left = [one for one in stopped if one.operation.code == _CANCELLED or not one.operation.has_ended]
        for one in stopped:  # a task that never began could not say so itself
            if not one.operation.has_ended:
                await self._end(one.operation, reason=STOPPED, code=_CANCELLED)
        return len(left)

    async def _run(self, operation: Operation, content: bytes) -> None:
        def advance(progress: Progress) -> None:
            operation.progress = progress
            self._move(operation, Status.RUNNING)

        try:
            order = operation.order
            how = await self._habits.applied_to(order.manner)
            how["pages"] = order.pages
            readings = await self._worker.readings(content, progress=advance, **how)
        except EngineError as error:
            await self._end(operation, reason=error.sentence, code=error.code)
        except asyncio.CancelledError:
            await self._end(operation, reason=STOPPED, code=_CANCELLED)
            raise
        else:
            await self._end(operation, readings=readings)

    async def _end(
        self, operation: Operation, *, readings: tuple[Reading, ...] = (), reason: str = "", code: str = ""
    ) -> None:
        """Note what came of it: first with its keeper, so that it can be asked after at any moment."""
        operation.readings, operation.reason, operation.code = readings, reason, code
        self._move(operation, Status.FAILED if reason else Status.SUCCEEDED)
        one = self._under_way.get(operation.id)
        try:
            if operation.order.kept and (one is None or one.is_wanted):
                await self._put(operation)
        finally:
            self._under_way.pop(operation.id, None)

    async def _put(self, operation: Operation) -> None:
        try:
            await self._keeper.put(operation)
        except OSError:
            await self._spare.put(operation)

    async def _found(self, operation_id: str) -> Operation | None:
        if one := self._under_way.get(operation_id):
            return one.operation
        await self.sweep()
        found = await self._keeper.get(operation_id) or await self._spare.get(operation_id)
        return found if found and found.until > self._clock() else None

    def _move(self, operation: Operation, status: Status) -> None:
        operation.status = status
        operation.updated = self._clock()


@dataclass(slots=True)
class _UnderWay:
    """An operation that has not ended."""

    operation: Operation
    task: asyncio.Task[None]
    size: int
    """Bytes of its document."""
    is_wanted: bool = True
    """Whether anyone will ask after it."""


_CANCELLED = "CancelledRequest"
