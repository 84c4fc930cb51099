"""How the server is, for whoever watches over it: the container's `/ready` and `/status`, and `/health`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui import __version__
from tui.engine import EngineMissing, LanguageMissing, require
from tui.engine.answers.common import MODEL, Json
from tui.engine.operations import Operations


def routes(operations: Operations) -> list[Route]:
    """Return the routes; they ask for no key and say nothing of any document."""

    def health() -> Json:
        missing = _what_is_missing()
        reason = missing.sentence if missing else ""
        is_ready = operations.is_taking and (missing is None or isinstance(missing, LanguageMissing))
        return {
            "service": "handread",
            "version": __version__,
            "model": MODEL,
            "ready": is_ready,
            "engine": reason or "ready",
            "stopping": not operations.is_taking,
            "queue": operations.unfinished,
        }

    async def alive(_: Request) -> Response:
        return JSONResponse(health())

    async def ready(_: Request) -> Response:
        body = health()
        return JSONResponse(body, 200 if body["ready"] else 503)

    async def status(_: Request) -> Response:
        """Answer as the container does; there the key is that of its bill, which nobody sends here."""
        message = "Api Key is valid, no action needed."
        return JSONResponse({**health(), "apiStatus": "Valid", "apiStatusMessage": message})

    return [Route("/health", alive), Route("/ready", ready), Route("/status", status)]


def _what_is_missing() -> EngineMissing | None:
    try:
        require()
    except EngineMissing as error:
        return error
    return None
