"""The engine for asynchronous code: one document at a time, cancelled by cancelling, started when first needed.

One at a time, because two pages in one process would die together when either is broken, and because one page keeps
the processor busy by itself. A single box waits for none of them: it is read between two lines of whatever is being
read.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TypedDict, Unpack

from tui.aside import aside, post
from tui.engine import EngineClosed, EngineCrashed
from tui.engine.process import EngineDied, EngineProcess, Progress, Request
from tui.engine.ranges import EVERY_PAGE, PageRanges
from tui.engine.reading import AUTO, Box, Reading
from tui.model import Page

__all__ = ["Progress", "Worker"]

TRIES = 2


class How(TypedDict, total=False):
    """How documents are read; what is left out is as in process.Request."""

    pages: PageRanges
    language: str
    words: Sequence[str]
    accepted: Mapping[str, int]
    is_careful: bool


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
        self._asking = 0

    @property
    def pid(self) -> int | None:
        """The number of the engine's process while there is one."""
        return self._process.pid if self._process and self._process.is_alive else None

    async def read(
        self, content: bytes, *, progress: Callable[[Progress], None] | None = None, **how: Unpack[How]
    ) -> tuple[Page, ...]:
        """Return the pages that `readings` does, without the alternatives of their words."""
        return tuple(reading.page for reading in await self.readings(content, progress=progress, **how))

    async def readings(
        self, content: bytes, *, progress: Callable[[Progress], None] | None = None, **how: Unpack[How]
    ) -> tuple[Reading, ...]:
        """Return the pages of an image or a TIFF of several; `progress` is called in this event loop.

        How they are read is that of Reader.reading, and may change from one document to the next.
        Raises EngineError: ImageUnreadable, ImageTooLarge, NoSuchPage, EngineMissing, EngineCrashed or EngineClosed.
        """
        async with self._turn:
            return await self._busy(content, _request(**how), progress or _ignore)

    async def box(self, content: bytes, box: Box, **how: Unpack[How]) -> Reading:
        """Return what is written in one box of a page, of one line or none, in the pixels that the box is in.

        It is read at once, also while a document is. Raises as `readings` does.
        """
        (reading,) = await self._busy(content, replace(_request(**how), box=box), _ignore)
        return reading

    async def _busy(
        self, content: bytes, request: Request, progress: Callable[[Progress], None]
    ) -> tuple[Reading, ...]:
        """Ask the process, which is not let go meanwhile."""
        self._stay()
        self._asking += 1
        try:
            return await self._read_until_it_lives(content, request, progress)
        finally:
            self._asking -= 1
            if not self._asking:
                self._stay()
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
            if request.box is None:  # nobody wants the page, while a box is read before it could be stopped
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


def _request(
    pages: PageRanges = EVERY_PAGE,
    language: str = AUTO,
    words: Sequence[str] = (),
    accepted: Mapping[str, int] = MappingProxyType({}),
    is_careful: bool = False,
) -> Request:
    return Request(pages, language, tuple(words), dict(accepted), is_careful)


def _ignore(_: Progress) -> None:
    """Tell nobody."""
