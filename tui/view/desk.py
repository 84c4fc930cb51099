"""Where decisions are written: a thread with a queue file of its own, so that the screen's loop never waits for a disk.

A screen awaits each of these calls. The decision is on the disk when the call returns, keys typed meanwhile come after
it, and everything else on the screen goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from tui.model import Decision
from tui.store import Store

Result = TypeVar("Result")


class Desk:
    """Writes decisions, one after the other. Each call raises StoreError when it could not be written."""

    def __init__(self, queue: Path) -> None:
        self._queue = queue
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="desk")
        self._store: Store | None = None

    async def decide(self, decision: Decision, engine_text: str) -> Decision:
        """Append a decision."""
        return await self._ask(lambda store: store.decide(decision, engine_text=engine_text))

    async def undo(self, reviewer: str) -> Decision | None:
        """Take back the reviewer's last decision, and return it."""
        return await self._ask(lambda store: store.undo(reviewer))

    async def redo(self, reviewer: str) -> Decision | None:
        """Make the decision again that was taken back last, and return it."""
        return await self._ask(lambda store: store.redo(reviewer))

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
