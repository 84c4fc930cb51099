"""Makes suggestions ready, in a thread with a queue file of its own: what a doubtful word may be instead.

What the next lines need is made ahead, so that it is there before the cursor is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from tui.store import Store, StoreError

if TYPE_CHECKING:
    from tui.calibration import Calibration
    from tui.knowledge import Knowledge, Question
    from tui.suggestions import Suggestion

BREATH = 0.01
"""For so many seconds again and again nothing is learnt, while much is."""
Result = TypeVar("Result")


class Adviser:
    """Answers questions about words; an answer is of its moment, and asked again it may know more."""

    def __init__(self, queue: Path, words: Path | None = None) -> None:
        self._queue = queue
        self._words = words
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="adviser")
        self._ends = Event()
        self._store: Store | None = None
        self._knowledge: Knowledge | None = None

    @property
    def calibration(self) -> Calibration | None:
        """How often what is read with a confidence is wrong in this queue; None while too little is decided."""
        return self._knowledge.calibration if self._knowledge is not None else None

    @property
    def trouble(self) -> str:
        """Why the person's own list of words is not used; empty when it is, or there is none."""
        return self._knowledge.trouble if self._knowledge is not None else ""

    def ready(self, question: Question) -> tuple[Suggestion, ...] | None:
        """Return an answer that is at hand."""
        return self._knowledge.ready(question) if self._knowledge is not None else None

    async def advise(self, question: Question) -> tuple[Suggestion, ...]:
        """Return what a word may be instead, the likeliest first."""
        found = self.ready(question)
        return found if found is not None else await self._ask(lambda: self._opened().advise(question))

    async def learn(self) -> None:
        """Take in what was decided since, also by others; answers from before are forgotten."""
        await self._ask(lambda: self._opened().learn())

    async def judge(self) -> int:
        """Find out anew what a confidence is worth in this queue; returns how many words tell."""
        return await self._ask(lambda: self._opened().judge())

    def known(self, beginning: str) -> str:
        """Return the commonest known word that begins so; empty when there is none."""
        with suppress(RuntimeError):  # words are being taken in just now: a completion is worth no waiting
            return self._knowledge.completed(beginning) if self._knowledge is not None else ""
        return ""

    async def close(self) -> None:
        """End; what is being learnt is learnt the next time."""
        self._ends.set()
        await self._ask(self._end)
        self._thread.shutdown(wait=False)

    async def _ask(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    # -- in the thread ------------------------------------------------------------------------------------------------

    def _opened(self) -> Knowledge:
        if self._knowledge is None:
            from tui.knowledge import Knowledge

            self._store = Store(self._queue)
            self._knowledge = Knowledge(self._store, self._words, breathe=self._breathe)
        return self._knowledge

    def _breathe(self) -> None:
        """Leave the processor to the screens for a while, which have to wait for Python's lock otherwise."""
        if self._ends.wait(BREATH):
            raise StoreError("The program is being left.")

    def _end(self) -> None:
        if self._store is not None:
            self._store.close()
