"""Where decisions are written: a thread with a queue file of its own, so that the screen's loop never waits for a disk.

A screen awaits each of these calls. The decision is on the disk when the call returns, keys typed meanwhile come after
it, and everything else on the screen goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui.store import Store

if TYPE_CHECKING:
    from tui.arrangement import Rearrangement
    from tui.model import Decision, Step

Result = TypeVar("Result")


class Desk:
    """Writes decisions, one after the other. Each call raises StoreError when it could not be written."""

    def __init__(self, queue: Path) -> None:
        self._queue = queue
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._store: Store | None = None

    async def decide(self, *decisions: Decision) -> list[Decision]:
        """Append decisions as one step."""
        return await self._ask(lambda store: store.decide(*decisions))

    async def reshape(self, item_id: int, reshape: Rearrangement, reviewer: str) -> Rearrangement:
        """Append what somebody does to a page's lines."""
        return await self._ask(lambda store: store.reshape(item_id, reshape, reviewer))

    async def undo(self, reviewer: str) -> Step | None:
        """Take back the reviewer's last step, and say what it was."""
        return await self._ask(lambda store: store.undo(reviewer))

    async def redo(self, reviewer: str) -> Step | None:
        """Make the step again that was taken back last, and say what it was."""
        return await self._ask(lambda store: store.redo(reviewer))

    async def do(self, change: Callable[[Store], Result]) -> Result:
        """Do something to the queue that needs no name of its own here."""
        return await self._ask(change)

    async def retry(self, item_id: int) -> bool:
        """Put a failed item back into the queue."""
        return await self._ask(lambda store: store.retry(item_id))

    async def close(self) -> None:
        """Finish what was asked and close the queue file."""
        if self._store is not None:
            await self._ask(lambda store: store.close())
        self._thread.shutdown(wait=False)

    async def _ask(self, question: Callable[[Store], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._answer, question)

    def _answer(self, question: Callable[[Store], Result]) -> Result:
        if self._store is None:
            self._store = Store(self._queue)
        return question(self._store)
