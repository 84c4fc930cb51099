"""The engine's own process, seen from both sides.

A process of its own can be killed at once, may die over a broken page without taking the program along, and gives its
memory back when it ends. It is spawned, never forked: a fork would copy the program's threads in mid-step.

Two one-way pipes join the sides. The program sends a numbered Request and the bytes of one document, and gets under
that number any number of Progress messages, then the pages or an EngineError. A request for one box is answered between
two lines of the page that is just being read, because a person waits for it. The end of the first pipe means that the
program is gone, however it went.
"""

from __future__ import annotations

import contextlib
import hashlib
import multiprocessing
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeAlias

from tui.engine import EngineError, EngineMissing, missing_sentence
from tui.engine.ranges import EVERY_PAGE, PageRanges
from tui.engine.reading import AUTO, Box, Reading

if TYPE_CHECKING:
    from tui.engine.document import Scan
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
    """A person's own words: names, places, terms."""
    accepted: Mapping[str, int] = field(default_factory=dict)
    """How often each word was accepted so far; on its way to the process, by how much that has changed."""
    is_careful: bool = False
    """Whether lines that look unsure are read three times, each time slanted otherwise."""
    box: Box | None = None
    """The one box to read, in place of whole pages."""


EVERYTHING = Request()


Message: TypeAlias = Progress | EngineError | tuple[Reading, ...]


class EngineDied(Exception):
    """The process ended, or fell silent, before it gave an answer."""


class EngineProcess:
    """The program's side. Its methods may be called from any thread; `kill` while another thread waits in `ask`."""

    def __init__(self) -> None:
        self._reaping = threading.Lock()
        self._sending = threading.Lock()
        self._numbers = count(1)
        self._asking: dict[int, SimpleQueue[Message | None]] = {}
        self._told: Counter[str] = Counter()
        self._has_ended = False
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
        self._receiver = threading.Thread(target=self._receive, daemon=True, name="handread-answers")
        self._receiver.start()

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
        """Wait for the pages of a document; raises EngineError for what is wrong with it, or EngineDied.

        Several threads may ask at once: whole documents are read one after the other, boxes in between.
        """
        number, messages = next(self._numbers), SimpleQueue[Message | None]()
        self._asking[number] = messages
        try:
            self._send(number, content, request)
            answer = self._next_of(messages)
            while isinstance(answer, Progress):
                report(answer)
                answer = self._next_of(messages)
        except (EOFError, OSError) as error:
            self.kill()
            self.reap()
            raise EngineDied from error
        finally:
            del self._asking[number]
        if isinstance(answer, EngineError):
            raise answer
        return answer

    def _send(self, number: int, content: bytes, request: Request) -> None:
        """Send a request; of the accepted words only what the process does not know yet."""
        with self._sending:
            if self._has_ended:
                raise EOFError
            known = Counter(request.accepted)
            known.subtract(self._told)
            news = {word: times for word, times in known.items() if times}
            self._documents.send((number, replace(request, accepted=news)))
            self._documents.send_bytes(content)
            self._told.update(news)

    def _receive(self) -> None:
        """Hand each message to whoever asked, until the process ends."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                number, message = self._answers.recv()
                if asking := self._asking.get(number):
                    asking.put(message)
        self._has_ended = True
        for asking in tuple(self._asking.values()):
            asking.put(None)

    @staticmethod
    def _next_of(messages: SimpleQueue[Message | None]) -> Message:
        try:
            message = messages.get(timeout=LONGEST_SILENCE)
        except Empty:
            message = None
        if message is None:
            raise EOFError
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
            self._receiver.join()
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
    desk = _Desk()
    threading.Thread(target=_listen, args=(documents, desk), daemon=True).start()
    _Engine(desk, answers).work()


def _keep_to_itself() -> None:
    """Write nothing on the terminal, leave Ctrl-C to the program, and let everything else go first."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        os.nice(NICENESS)


_Order: TypeAlias = tuple[int, Request, bytes]
"""A request's number, the request, and the bytes of its document."""


class _Desk:
    """Where requests wait: boxes go before documents, and otherwise each takes its turn."""

    def __init__(self) -> None:
        self._arrived = threading.Semaphore(0)
        self._boxes: SimpleQueue[_Order] = SimpleQueue()
        self._documents: SimpleQueue[_Order] = SimpleQueue()

    def put(self, order: _Order) -> None:
        """Take a request in, from any thread."""
        (self._documents if order[1].box is None else self._boxes).put(order)
        self._arrived.release()

    def next(self) -> _Order:
        """Wait for the next request."""
        self._arrived.acquire()
        try:
            return self._boxes.get_nowait()
        except Empty:
            return self._documents.get_nowait()

    def next_box(self) -> _Order | None:
        """Return a request for a box that is waiting, or None."""
        if self._boxes.empty():
            return None
        self._arrived.acquire()
        return self._boxes.get_nowait()


def _listen(documents: Connection, desk: _Desk) -> None:
    """Take documents in, and end the process when the program's end of the pipe is closed, also amid a page."""
    try:
        while True:
            number, request = documents.recv()
            desk.put((number, request, documents.recv_bytes()))
    except (EOFError, OSError):
        os._exit(0)


class _Engine:
    """Answers one request after the other; the networks, which take a second to load, are loaded when first wanted."""

    def __init__(self, desk: _Desk, answers: Connection) -> None:
        self._desk = desk
        self._answers = answers
        self._accepted: Counter[str] = Counter()
        self._looked_at: tuple[str, Scan] | None = None
        """The page that a box was last read of, under its own name."""

    @cached_property
    def _reader(self) -> Reader:
        from tui.engine.reader import Reader

        return Reader()

    def work(self) -> None:
        """Answer requests for as long as the process lives."""
        while True:
            self._answer(*self._desk.next())

    def _answer(self, number: int, request: Request, content: bytes) -> None:
        self._accepted.update(request.accepted)
        try:
            answer: Message = self._box(content, request) if request.box else self._pages(number, content, request)
        except EngineError as error:
            answer = error
        except ImportError as error:
            answer = EngineMissing(missing_sentence(error.name or str(error)))
        except Exception as error:  # noqa: BLE001 - whatever a page does to the libraries, the next one may be fine
            answer = EngineError(f"The engine could not read the page ({type(error).__name__}: {error}).")
        self._answers.send((number, answer))

    def _answer_boxes(self) -> None:
        """Answer whoever waits for a box, amid a page."""
        while order := self._desk.next_box():
            self._answer(*order)

    def _pages(self, order: int, content: bytes, request: Request) -> tuple[Reading, ...]:
        from tui.engine.document import Document

        document = Document(content)
        readings = []
        for scan in document.scans(request.pages):

            def tell(line: int, lines: int, number: int = scan.number) -> None:
                self._answers.send((order, Progress(number, document.pages, line, lines)))

            tell(0, 0)
            reading = self._reader.reading(
                scan.image,
                number=scan.number,
                language=request.language,
                words=request.words,
                accepted=+self._accepted,
                careful=request.is_careful,
                progress=tell,
                between=self._answer_boxes,
            )
            readings.append(reading.fitted(scan.width, scan.height))
        return tuple(readings)

    def _box(self, content: bytes, request: Request) -> tuple[Reading, ...]:
        assert request.box
        scan = self._scan(content, request.box.page)
        reading = self._reader.box(
            scan.image,
            request.box.on(*scan.image.size, scan.width, scan.height),
            number=scan.number,
            language=request.language,
            words=request.words,
            accepted=+self._accepted,
            careful=request.is_careful,
        )
        return (reading.fitted(request.box.width or scan.width, request.box.height or scan.height),)

    def _scan(self, content: bytes, number: int) -> Scan:
        """Return a page's picture; the last one is kept, for a person asks after several of its lines."""
        from tui.engine.document import Document

        name = f"{number} {hashlib.sha256(content).hexdigest()}"
        if self._looked_at is None or self._looked_at[0] != name:
            self._looked_at = None
            (scan,) = Document(content).scans(PageRanges.parse(str(number)))
            self._looked_at = name, scan
        return self._looked_at[1]
