"""The engine's own process, seen from both sides.

A process of its own can be killed at once, may die over a broken page without taking the program along, and gives its
memory back when it ends. It is spawned, never forked: a fork would copy the program's threads in mid-step.

Two one-way pipes join the sides. The program sends a Request and the bytes of one document, and gets any number of
Progress messages, then the pages or an EngineError. The end of the first pipe means that the program is gone, however
it went.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import TYPE_CHECKING

from tui.engine import EngineError, EngineMissing, missing_sentence
from tui.engine.ranges import EVERY_PAGE, PageRanges
from tui.engine.reading import AUTO, Reading

if TYPE_CHECKING:
    from tui.engine.reader import Reader

LONGEST_SILENCE = 300.0
"""Seconds without a word (one comes after each line) after which the process is taken for stuck."""
NICENESS = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a document is; `lines` is 0 until the page's lines have been found."""

    page: int
    pages: int
    line: int
    lines: int


@dataclass(frozen=True, slots=True)
class Request:
    """What to read of a document, and how."""

    pages: PageRanges = EVERY_PAGE
    language: str = AUTO
    """The code of a language, or reading.AUTO or LITERAL."""
    words: tuple[str, ...] = ()
    """A person's own words: names, places, terms, and what was accepted so far."""


EVERYTHING = Request()


class EngineDied(Exception):
    """The process ended, or fell silent, before it gave an answer."""


class EngineProcess:
    """The program's side. Its methods may be called from any thread; `kill` while another thread waits in `ask`."""

    def __init__(self) -> None:
        self._reaping = threading.Lock()
        context = multiprocessing.get_context("spawn")
        their_documents, self._documents = context.Pipe(duplex=False)
        self._answers, their_answers = context.Pipe(duplex=False)
        self._process = context.Process(
            target=serve, args=(their_documents, their_answers), daemon=True, name="handread-engine"
        )
        try:
            with _undisturbed_start():
                self._process.start()
        finally:
            their_documents.close()
            their_answers.close()

    @property
    def pid(self) -> int:
        """The process's number in the system."""
        return self._process.pid or 0

    @property
    def is_alive(self) -> bool:
        """Whether it still runs."""
        return self._process.is_alive()

    def ask(
        self, content: bytes, report: Callable[[Progress], None], request: Request = EVERYTHING
    ) -> tuple[Reading, ...]:
        """Wait for the pages of a document; raises EngineError for what is wrong with it, or EngineDied."""
        try:
            self._documents.send(request)
            self._documents.send_bytes(content)
            answer = self._next_message()
            while isinstance(answer, Progress):
                report(answer)
                answer = self._next_message()
        except (EOFError, OSError) as error:
            self.kill()
            self.reap()
            raise EngineDied from error
        if isinstance(answer, EngineError):
            raise answer
        return answer

    def _next_message(self) -> Progress | EngineError | tuple[Reading, ...]:
        if not self._answers.poll(LONGEST_SILENCE):
            raise EOFError
        message: Progress | EngineError | tuple[Reading, ...] = self._answers.recv()
        return message

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self._process.kill()

    def reap(self) -> None:
        """Wait for its end after `kill`, and close the pipes; a second call, also from another thread, does nothing.

        Closed twice, the number of a pipe might be another file's by then.
        """
        with self._reaping:
            self._process.join()
            for pipe in (self._documents, self._answers):
                if not pipe.closed:
                    pipe.close()


@contextlib.contextmanager
def _undisturbed_start() -> Iterator[None]:
    """Keep Ctrl-C from the child from its first instruction on, and start the tracker that `multiprocessing` wants.

    The tracker asks for the number of stderr, which is not a valid one while a full-screen program has replaced it.
    """
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):  # noqa: PTH123 - no path, a device
        if sys.platform != "win32":
            resource_tracker.ensure_running()
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def serve(documents: Connection, answers: Connection) -> None:
    """Read one document after the other: the whole life of the process."""
    _keep_to_itself()
    waiting: SimpleQueue[tuple[Request, bytes]] = SimpleQueue()
    threading.Thread(target=_listen, args=(documents, waiting), daemon=True).start()
    reader = functools.cache(_loaded_reader)
    while True:
        request, content = waiting.get()
        try:
            answers.send(_readings(reader, content, request, answers.send))
        except EngineError as error:
            answers.send(error)
        except ImportError as error:
            answers.send(EngineMissing(missing_sentence(error.name or str(error))))
        except Exception as error:  # noqa: BLE001 - whatever a page does to the libraries, the next one may be fine
            answers.send(EngineError(f"The engine could not read the page ({type(error).__name__}: {error})."))


def _keep_to_itself() -> None:
    """Write nothing on the terminal, leave Ctrl-C to the program, and let everything else go first."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        os.nice(NICENESS)


def _listen(documents: Connection, waiting: SimpleQueue[tuple[Request, bytes]]) -> None:
    """Take documents in, and end the process when the program's end of the pipe is closed, also amid a page."""
    try:
        while True:
            waiting.put((documents.recv(), documents.recv_bytes()))
    except (EOFError, OSError):
        os._exit(0)


def _loaded_reader() -> Reader:
    from tui.engine.reader import Reader

    return Reader()


def _readings(
    reader: Callable[[], Reader], content: bytes, request: Request, report: Callable[[Progress], None]
) -> tuple[Reading, ...]:
    """Read a document; the networks, which take a second to load, are asked for when its first page is decoded."""
    from tui.engine.document import Document

    document = Document(content)
    readings = []
    for scan in document.scans(request.pages):

        def tell(line: int, lines: int, number: int = scan.number) -> None:
            report(Progress(number, document.pages, line, lines))

        tell(0, 0)
        reading = reader().reading(
            scan.image, number=scan.number, language=request.language, words=request.words, progress=tell
        )
        readings.append(reading.fitted(scan.width, scan.height))
    return tuple(readings)
