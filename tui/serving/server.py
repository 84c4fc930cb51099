"""From the first line on the terminal to the last: bind, say where, serve, and stop without losing a page."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from tui.engine import EngineMissing, LanguageMissing, missing_sentence, require
from tui.engine.keeping import Folder
from tui.engine.service import Habits, Terms, UrlRefused, local_service
from tui.engine.tags import UnknownLanguage, listed_code_of
from tui.engine.words import Vocabulary, WordFile, WordsUnreadable
from tui.model import printable
from tui.serving.address import WITHOUT_KEY, Place, listen, own_names, place_of, public_url_from, url_of
from tui.serving.fetching import Fetcher, Grown
from tui.serving.keys import key_from
from tui.serving.log import Logged, Say, ToLog
from tui.serving.trouble import ServingError
from tui.settings import data_folder

LINGER = 1.5
"""Seconds for which results can still be asked after when the last document has been read."""
MOST_CONNECTIONS = 512
KEEP_ALIVE = 75
"""Seconds a connection may be idle: longer than a client waits between two polls."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What `handread serve` was asked for."""

    host: str = "127.0.0.1"
    port: int = 5000
    key_file: Path | None = None
    keep: Path | None = None
    """Where results are kept; None for the user's data folder."""
    allowed_hosts: tuple[str, ...] = ()
    """From where images are fetched by URL."""
    public_url: str = ""
    """What clients call the server where a proxy stands before it; empty to go by their requests."""
    grace: float = 30.0
    """Seconds that the document being read has to end when the server is stopped."""
    is_quiet: bool = False
    """Whether no request is logged."""
    language: str = "auto"
    """In which language documents are read where a request does not say."""
    words: Path | None = None
    """A list of words, names and places to reckon with."""
    is_careful: bool = False
    """Whether lines that look unsure are read three times."""


def serve(plan: Plan, say: Say, log: Say, environment: Mapping[str, str] | None = None) -> bool:
    """Serve until a signal comes; returns whether it was left to end in peace. Raises ServingError before it begins.

    `say` is told where it listens and how it ends, `log` of each request; both are given one line at a time.
    """
    missing = refuse_if_incomplete()
    habits = _habits(plan, log)
    key = key_from(os.environ if environment is None else environment, plan.key_file)
    place = place_of(plan.host, plan.port)
    if place.is_wider and not key:
        raise ServingError(
            f"At {place.address} other machines reach this server, so that it needs a key. {WITHOUT_KEY}"
        )
    public_url = public_url_from(plan.public_url)
    keeper, folder = _keeper(plan, log)
    terms = Terms(
        key=key,
        fetch=Fetcher.for_hosts(plan.allowed_hosts) if plan.allowed_hosts else _no_urls,
        is_strict=True,
        public_url=public_url,
        knows_host=(lambda _: True) if key else own_names(public_url),
    )
    app = local_service(terms=terms, keeper=keeper, habits=habits)
    listening = listen(place)
    here = url_of(place, listening)
    for line in _greeting(place, here, public_url or here, folder, has_key=bool(key)):
        say(line)
    if missing:
        say(missing)
    return asyncio.run(_Serving(app, listening, plan, say, log).run())


def refuse_if_incomplete() -> str:
    """Raise ServingError where a library is missing, with the command that installs it.

    Without the words of languages it can be done, and what to say about that is returned.
    """
    try:
        require()
    except LanguageMissing as error:
        notice = error.sentence
    except EngineMissing as error:
        raise ServingError(str(error)) from error
    else:
        notice = ""
    if find_spec("python_multipart") is None:
        raise ServingError(missing_sentence("python-multipart"))
    return notice


def _habits(plan: Plan, log: Say) -> Habits:
    try:
        language = listed_code_of(plan.language)
        file = WordFile(plan.words) if plan.words else None
        if file is not None:
            file.words()
    except (UnknownLanguage, WordsUnreadable) as error:
        raise ServingError(printable(str(error))) from error
    return Habits(language, plan.is_careful, Vocabulary(file, complain=log))


async def _no_urls(url: str, most_bytes: int, grown: Grown) -> bytes:  # noqa: ARG001 - the form of a Fetch
    raise UrlRefused(
        "This server fetches no images from URLs. Send the image's bytes as application/octet-stream, or have the "
        "server started with --allow-url and the name of the host."
    )


def _keeper(plan: Plan, log: Say) -> tuple[Folder, Path]:
    folder = plan.keep or data_folder() / "serve"
    try:
        return Folder(folder, log), folder
    except OSError as error:
        raise ServingError(
            f"Results cannot be kept in {printable(str(folder))}: {error.strerror or error}. Name another folder with "
            f"--keep."
        ) from error


def _greeting(place: Place, here: str, url: str, folder: Path, *, has_key: bool) -> Iterator[str]:
    everywhere = ", and at every other address of this machine" if place.is_everywhere else ""
    yield f"Listening at {here}{everywhere}. Ctrl-C stops."
    key = "the server's key" if has_key else "any key"
    yield f"Old scripts: make {url} their endpoint (base URL {url}/vision/v2.0/), with {key}."
    yield f"Results are kept for 48 hours (those of Document Intelligence for 24) in {printable(str(folder))}"
    if place.is_wider and not url.startswith("https:"):
        yield (
            "Without TLS others on the way can read the key and the pages: put a proxy with TLS before it, and name it "
            "with --public-url."
        )


class _Server(uvicorn.Server):
    """Leaves the signals to us, who have something to finish first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Serving:
    """A server from its start to its end."""

    def __init__(self, app: Starlette, listening: socket.socket, plan: Plan, say: Say, log: Say) -> None:
        self._app = app
        self._listening = listening
        self._plan = plan
        self._say = say
        self._stopping: asyncio.Task[None] | None = None
        served = app if plan.is_quiet else Logged(app, log)
        self._server = _Server(
            uvicorn.Config(
                served,
                http="h11",
                ws="none",
                loop="asyncio",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=2,
            )
        )
        _hear_complaints(log)

    async def run(self) -> bool:
        """Serve until stopped; returns whether nothing was cut off."""
        with self._signals():
            await self._server.serve(sockets=[self._listening])
        return not self._server.force_exit

    @contextlib.contextmanager
    def _signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()

        def heard(_: int, __: FrameType | None) -> None:
            loop.call_soon_threadsafe(self._stop)

        numbers = [signal.SIGINT, signal.SIGTERM]
        if sys.platform == "win32":
            numbers.append(signal.SIGBREAK)
        before = {number: signal.signal(number, heard) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self) -> None:
        """Begin to stop at the first signal, and end at once at the second."""
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._end_in_peace())
            return
        self._server.force_exit = True
        self._server.should_exit = True

    async def _end_in_peace(self) -> None:
        try:
            if unfinished := self._app.state.unfinished():
                seconds = f"{self._plan.grace:.0f} seconds"
                self._tell(f"Stopping: the document being read has {seconds} to end. Ctrl-C ends it at once.")
            left = await self._app.state.finish(self._plan.grace)
            if unfinished > left:
                await asyncio.sleep(LINGER)
            self._tell(_farewell(left))
        finally:
            self._server.should_exit = True

    def _tell(self, line: str) -> None:
        """Say something, though perhaps nobody listens any more."""
        with contextlib.suppress(OSError):
            self._say(line)


def _farewell(left: int) -> str:
    if not left:
        return "Stopped; nothing was left unread."
    what = "1 document was" if left == 1 else f"{left} documents were"
    return f"Stopped; {what} left unread, and will be told to have failed. Hand in again what is still needed."


def _hear_complaints(log: Say) -> None:
    logger = logging.getLogger("uvicorn.error")
    logger.handlers = [ToLog(log)]
    logger.propagate = False
    logger.setLevel(logging.WARNING)
