"""Asks what a queue knows of a word, aside: to learn from many decisions takes longer than a line may be waited for."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from tui.knowledge import Knowledge, Question
from tui.store import Store
from tui.suggestions import Suggestion

_Asked = tuple[Question, Future[tuple[Suggestion, ...]]]


class Suggesting:
    """A thread with a queue file of its own; it does not keep the program from ending."""

    def __init__(self, queue: Path) -> None:
        self._queue = queue
        self._asked: SimpleQueue[_Asked | None] = SimpleQueue()
        Thread(target=self._answer_all, name="suggesting", daemon=True).start()

    def ask(self, question: Question, patience: float | None) -> tuple[Suggestion, ...] | None:
        """Return what a word may be instead; None where that takes longer than so many seconds. Raises StoreError."""
        answer: Future[tuple[Suggestion, ...]] = Future()
        self._asked.put((question, answer))
        try:
            return answer.result(patience)
        except TimeoutError:
            answer.cancel()  # what is not begun yet is no more wanted
            return None

    def close(self) -> None:
        """Ask no more."""
        self._asked.put(None)

    def _answer_all(self) -> None:
        store: Store | None = None
        knowledge: Knowledge | None = None
        while (asked := self._asked.get()) is not None:
            question, answer = asked
            if not answer.set_running_or_notify_cancel():
                continue
            try:
                store = store or Store(self._queue)
                knowledge = knowledge or Knowledge(store)
                answer.set_result(knowledge.advise(question))
            except Exception as error:  # noqa: BLE001 (whatever it is, whoever asked is waiting to hear of it)
                answer.set_exception(error)
        if store is not None:
            store.close()
