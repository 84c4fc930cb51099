"""The app itself: all families behind one gate, over one queue of documents."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from tui.engine.answers.errors import gateway_error
from tui.engine.keeping import Memory
from tui.engine.operations import Habits, Keeper, Operations
from tui.engine.service import box, document_intelligence, health, image_analysis, read, recognize_text
from tui.engine.service.gate import Gate
from tui.engine.service.refusals import TurnedAway
from tui.engine.service.terms import Terms
from tui.engine.worker import Worker

TIDY_EVERY = 600.0
"""Seconds between two looks at what need not be kept any longer, in a server that nobody asks."""


def local_service(
    worker: Worker | None = None,
    *,
    clock: Callable[[], float] = time.time,
    terms: Terms | None = None,
    keeper: Keeper | None = None,
    habits: Habits | None = None,
) -> Starlette:
    """Return the app. `await app.state.close()` ends the operations under way and the worker's process.

    A server calls it at its shutdown; who uses the app without a server, which is without lifespan, must call it.
    `await app.state.finish(seconds)` takes nothing more, lets the document being read end, and returns how many were
    left; what has ended can be asked after all the same. Without a keeper operations live in memory. `habits` are how
    documents are read where a request does not say: in which language, with which words, how carefully.
    """
    terms = terms or Terms()
    operations = Operations(worker or Worker(), clock, keeper or Memory(), Memory(), habits)

    @asynccontextmanager
    async def until_shutdown(_: Starlette) -> AsyncIterator[None]:
        tidying = asyncio.create_task(_tidy(operations))
        yield
        tidying.cancel()
        await operations.close()

    app = Starlette(
        routes=[
            *recognize_text.routes(operations, terms),
            *read.routes(operations, terms),
            *image_analysis.routes(operations, terms),
            *document_intelligence.routes(operations, terms),
            *box.routes(operations, terms),
            *health.routes(operations),
        ],
        middleware=[Middleware(Gate, terms=terms)],
        exception_handlers={
            TurnedAway: _turned_away,
            HTTPException: _no_such_resource,
            ClientDisconnect: _nobody_listens,
            Exception: _broken,
        },
        lifespan=until_shutdown,
    )
    app.state.close = operations.close
    app.state.finish = operations.finish
    app.state.unfinished = lambda: operations.unfinished
    return app


async def _tidy(operations: Operations) -> None:
    """Forget what need not be kept any longer, also where nobody asks after anything."""
    while True:
        await operations.sweep()
        await asyncio.sleep(TIDY_EVERY)


async def _turned_away(_: Request, error: Exception) -> Response:
    assert isinstance(error, TurnedAway)
    return error.response()


async def _no_such_resource(_: Request, error: Exception) -> Response:
    """Answer as the service's gateway does where there is no such path or method."""
    assert isinstance(error, HTTPException)
    return JSONResponse(gateway_error(404, "Resource not found"), 404)


async def _nobody_listens(_: Request, error: Exception) -> Response:
    assert isinstance(error, ClientDisconnect)
    return Response(status_code=400)


async def _broken(_: Request, error: Exception) -> Response:
    """Say no more than that something broke; what it was goes to the log."""
    assert error
    return JSONResponse(gateway_error(500, "The server could not answer. Its log says why."), 500)
