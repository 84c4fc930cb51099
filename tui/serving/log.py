"""One line a request: when, how, what for, what came of it, how long it took. No key, no body, no control character."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tui.model import printable

SHOWN = frozenset(
    {
        *("api-version", "detectHandwriting", "features", "handwriting", "language", "locale", "mode"),
        *("model-version", "outputContentFormat", "pages", "readingOrder", "stringIndexType"),
    }
)
"""The parameters whose values are shown; what others hold may be a secret."""
LONGEST = 200
"""Characters of a path, and of a query."""

Say = Callable[[str], None]


class Logged:
    """An ASGI middleware."""

    def __init__(self, app: ASGIApp, say: Say) -> None:
        self._app = app
        self._say = say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and say so."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began = "-", time.monotonic()

        async def send_noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = str(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, send_noted)
        finally:
            took = 1000 * (time.monotonic() - began)
            self._say(f"{time.strftime('%H:%M:%S')} {_method(scope)} {target_of(scope)} {status} {took:.0f} ms")


def target_of(scope: Scope) -> str:
    """Return a request's path and query as they may be shown."""
    path = _shown(scope["path"])
    pairs = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    query = "&".join(f"{name}={value if name in SHOWN else '…'}" for name, value in pairs)
    return f"{path}?{_shown(query)}" if query else path


def _method(scope: Scope) -> str:
    return _shown(scope["method"])


def _shown(text: str) -> str:
    line = printable(text).replace(" ", "␠")
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


class ToLog(logging.Handler):
    """Says in one line what the HTTP library has to complain of."""

    def __init__(self, say: Say) -> None:
        super().__init__(logging.WARNING)
        self._say = say

    def emit(self, record: logging.LogRecord) -> None:
        """Say it."""
        error = record.exc_info[1] if record.exc_info else None
        what = f"{type(error).__name__}: {error}" if error else record.getMessage()
        self._say(f"{time.strftime('%H:%M:%S')} {printable(' '.join(what.split()))[:LONGEST]}")
