"""The engine for asynchronous code: one document at a time, cancelled by cancelling, started when first needed.

One at a time, because two pages in one process would die together when either is broken, and because one page keeps
the processor busy by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence

from tui.aside import aside, post
from tui.engine import EngineClosed, EngineCrashed
from tui.engine.process import EngineDied, EngineProcess, Progress, Request
from tui.engine.ranges import EVERY_PAGE, PageRanges
from tui.engine.reading import AUTO, Reading
from tui.model import Page

__all__ = ["Progress", "Worker"]

TRIES = 2


class Worker:
    """Reads documents in a process of its own.

    It belongs to the event loop that it is first used in. Cancelling a read ends the process in the middle of the page,
    and the next read starts another; so does a crash, after which the document is tried once more. A process that has
    had nothing to do for `idle` seconds is ended, which gives its 400 MB back.
    """

    def __init__(self, *, idle: float = 60.0) -> None:
        self._idle = idle
        self._turn = asyncio.Lock()
        self._process: EngineProcess | None = None
        self._release: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The number of the engine's process while there is one."""
        return self._process.pid if self._process and self._process.is_alive else None

    async def read(
        self,
        content: bytes,
        *,
        pages: PageRanges = EVERY_PAGE,
        language: str = AUTO,
        words: Sequence[str] = (),
        progress: Callable[[Progress], None] | None = None,
    ) -> tuple[Page, ...]:
        """Return the pages that `readings` does, without the alternatives of their words."""
        found = await self.readings(content, pages=pages, language=language, words=words, progress=progress)
        return tuple(reading.page for reading in found)

    async def readings(
        self,
        content: bytes,
        *,
        pages: PageRanges = EVERY_PAGE,
        language: str = AUTO,
        words: Sequence[str] = (),
        progress: Callable[[Progress], None] | None = None,
    ) -> tuple[Reading, ...]:
        """Return the pages of an image or a TIFF of several; `progress` is called in this event loop.

        `language` and `words` are those of Reader.reading; they may change from one document to the next.
        Raises EngineError: ImageUnreadable, ImageTooLarge, NoSuchPage, EngineMissing, EngineCrashed or EngineClosed.
        """
        async with self._turn:
            self._stay()
            try:
                request = Request(pages, language, tuple(words))
                return await self._read_until_it_lives(content, request, progress or _ignore)
            finally:
                self._release = asyncio.get_running_loop().call_later(self._idle, self._let_go)

    async def close(self) -> None:
        """End the process, and whatever it is doing; reads that wait or come later raise EngineClosed."""
        self._closed = True
        self._stay()
        if process := self._take():
            process.kill()
            await aside(process.reap)

    async def _read_until_it_lives(
        self, content: bytes, request: Request, progress: Callable[[Progress], None]
    ) -> tuple[Reading, ...]:
        for _ in range(TRIES):
            process = self._started()
            with contextlib.suppress(EngineDied):
                return await self._ask(process, content, request, progress)
        self._raise_if_closed()
        raise EngineCrashed(
            "The engine ended unexpectedly while it read this image, and once more when it tried again. The image may "
            "be damaged, or the memory too small: make it smaller, or save it anew."
        )

    async def _ask(
        self, process: EngineProcess, content: bytes, request: Request, progress: Callable[[Progress], None]
    ) -> tuple[Reading, ...]:
        loop = asyncio.get_running_loop()

        def report(message: Progress) -> None:
            post(loop, progress, message)

        try:
            return await aside(lambda: process.ask(content, report, request))
        except asyncio.CancelledError:
            process.kill()
            self._process = None
            raise

    def _started(self) -> EngineProcess:
        self._raise_if_closed()
        if self._process is None or not self._process.is_alive:
            try:
                self._process = EngineProcess()
            except OSError as error:
                raise EngineCrashed(f"The engine's process could not be started: {error}. Free some memory.") from error
        return self._process

    def _raise_if_closed(self) -> None:
        if self._closed:
            raise EngineClosed("The engine was stopped before it had read this image. Read it again.")

    def _stay(self) -> None:
        if self._release:
            self._release.cancel()

    def _let_go(self) -> None:
        if process := self._take():
            process.kill()
            threading.Thread(target=process.reap, daemon=True).start()

    def _take(self) -> EngineProcess | None:
        process, self._process = self._process, None
        return process


def _ignore(_: Progress) -> None:
    """Tell nobody."""
