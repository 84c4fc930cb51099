"""The operations of the local service: what was handed in, how far it is, and what came of it.

They live in memory alone. As at the cloud service, an operation that has ended can be asked after for 48 hours.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tui.engine import EngineError
from tui.engine.worker import Progress, Worker
from tui.model import Page

KEPT_SECONDS = 48 * 3600
MOST_UNFINISHED = 64
"""How many documents wait in memory at most."""


class Status(StrEnum):
    """How an operation stands, in the words of Read 3.2."""

    NOT_STARTED = "notStarted"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(slots=True)
class Operation:
    """One document that was handed in."""

    id: str
    created: float
    """Seconds since 1970."""
    updated: float
    status: Status = Status.NOT_STARTED
    progress: Progress | None = None
    pages: tuple[Page, ...] = ()
    reason: str = ""
    """Why it failed, as a sentence."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in {Status.SUCCEEDED, Status.FAILED}


class Operations:
    """All operations of one service, read one after the other by one worker."""

    def __init__(self, worker: Worker, clock: Callable[[], float]) -> None:
        self._worker = worker
        self._clock = clock
        self._known: dict[str, Operation] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def are_full(self) -> bool:
        """Whether so many are unfinished that no more should be taken."""
        return len(self._tasks) >= MOST_UNFINISHED

    def start(self, content: bytes) -> Operation:
        """Take a document in and return at once."""
        self._forget_old_ones()
        operation = Operation(str(uuid.uuid4()), self._clock(), self._clock())
        self._known[operation.id] = operation
        task = asyncio.create_task(self._run(operation, content))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return operation

    def named(self, operation_id: str) -> Operation | None:
        """Return an operation, or None where there is none, or no longer."""
        self._forget_old_ones()
        return self._known.get(operation_id)

    async def close(self) -> None:
        """Stop whatever is under way, and the worker with it."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._worker.close()

    async def _run(self, operation: Operation, content: bytes) -> None:
        def advance(progress: Progress) -> None:
            operation.progress = progress
            self._move(operation, Status.RUNNING)

        try:
            operation.pages = await self._worker.read(content, progress=advance)
        except EngineError as error:
            operation.reason = error.sentence
            self._move(operation, Status.FAILED)
        except asyncio.CancelledError:
            operation.reason = "The engine was stopped before it had read this image. Read it again."
            self._move(operation, Status.FAILED)
            raise
        else:
            self._move(operation, Status.SUCCEEDED)

    def _move(self, operation: Operation, status: Status) -> None:
        operation.status = status
        operation.updated = self._clock()

    def _forget_old_ones(self) -> None:
        oldest = self._clock() - KEPT_SECONDS
        for operation in tuple(self._known.values()):
            if operation.has_ended and operation.updated <= oldest:
                del self._known[operation.id]
