"""The engine behind the wire protocol of the cloud service, as an ASGI app.

In the program itself it is reached through `httpx.ASGITransport`; `handread serve` puts the same app on a port, so that
programs written for Recognize Text 2.0 (retired) or Read 3.2 go on working against one's own machine. Two headers are
ours: `Handread-Progress` says how far a running operation is ("page/pages line/lines"), and `Handread-Reason` why one
failed, percent-encoded, because the protocols have no place for a reason.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.engine import answers
from tui.engine.operations import Operation, Operations, Status
from tui.engine.worker import Worker

MODES = ("Handwritten", "Printed")
ORDERS = ("basic", "natural")
LARGEST_BODY = 500 * 1024 * 1024
LARGEST_JSON = 64 * 1024
RETRY_AFTER = 10
"""Seconds a client is asked to wait when too many documents wait already."""


class Declined(Exception):
    """A request that is not taken, with the status, code and sentence of the answer."""

    def __init__(self, status: int, code: str, sentence: str, **headers: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence
        self.headers = headers


def local_service(worker: Worker | None = None, *, clock: Callable[[], float] = time.time) -> Starlette:
    """Return the app. `await app.state.close()` ends the operations under way and the worker's process.

    A server calls it at its shutdown; who uses the app without a server, which is without lifespan, must call it.
    """
    operations = Operations(worker or Worker(), clock)

    async def recognize_text(request: Request) -> Response:
        _require_choice(request, "mode", MODES, "BadArgument")
        return await _taken(request, operations, "vision/v2.0/textOperations")

    async def analyze(request: Request) -> Response:
        if "readingOrder" in request.query_params:
            _require_choice(request, "readingOrder", ORDERS, "InvalidReadingOrder")
        return await _taken(request, operations, "vision/v3.2/read/analyzeResults")

    async def text_operation(request: Request) -> Response:
        operation = _asked_for(request, operations)
        return JSONResponse(answers.recognize_text_2_0(operation), headers=_own_headers(operation))

    async def analyze_result(request: Request) -> Response:
        operation = _asked_for(request, operations)
        return JSONResponse(answers.read_3_2(operation), headers=_own_headers(operation))

    @asynccontextmanager
    async def until_shutdown(_: Starlette) -> AsyncIterator[None]:
        yield
        await operations.close()

    app = Starlette(
        routes=[
            Route("/vision/v2.0/recognizeText", recognize_text, methods=["POST"]),
            Route("/vision/v2.0/textOperations/{id}", text_operation),
            Route("/vision/v3.2/read/analyze", analyze, methods=["POST"]),
            Route("/vision/v3.2/read/analyzeResults/{id}", analyze_result),
        ],
        exception_handlers={Declined: _declined, HTTPException: _no_such_resource},
        lifespan=until_shutdown,
    )
    app.state.close = operations.close
    return app


def _require_choice(request: Request, name: str, choices: tuple[str, ...], code: str) -> None:
    if request.query_params.get(name) not in choices:
        raise Declined(400, code, f"The parameter {name} must be {' or '.join(choices)}, in exactly this spelling.")


async def _taken(request: Request, operations: Operations, results: str) -> Response:
    """Take a document in: 202, no body, and where to ask after it."""
    content = await _document(request)
    if operations.are_full:
        sentence = f"Too many documents wait to be read. Try again in {RETRY_AFTER} seconds."
        raise Declined(429, "TooManyRequests", sentence, **{"Retry-After": str(RETRY_AFTER)})
    operation = operations.start(content)
    return Response(status_code=202, headers={"Operation-Location": f"{request.base_url}{results}/{operation.id}"})


async def _document(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        raise _no_urls(await _body(request, LARGEST_JSON))
    if kind != "application/octet-stream":
        raise Declined(415, "UnsupportedMediaType", "The body must be the bytes of an image: application/octet-stream.")
    content = await _body(request, LARGEST_BODY)
    if not content:
        raise Declined(400, "InvalidImage", "The body is empty. Send the bytes of an image.")
    return content


async def _body(request: Request, largest: int) -> bytes:
    """Read a body, also a chunked one, as far as it may go."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > largest:
            raise Declined(400, "InvalidImageSize", f"The body is larger than {largest:,} bytes. Send a smaller image.")
    return bytes(body)


def _no_urls(body: bytes) -> Declined:
    try:
        url = json.loads(body).get("url")
    except (ValueError, AttributeError, RecursionError):
        url = None
    if not isinstance(url, str):
        return Declined(400, "BadArgument", 'The body must be the bytes of an image, or {"url": "..."}.')
    return Declined(
        400, "InvalidImageUrl", "This engine fetches no URLs. Send the image's bytes as application/octet-stream."
    )


def _asked_for(request: Request, operations: Operations) -> Operation:
    operation = operations.named(request.path_params["id"])
    if operation is None:
        raise Declined(404, "NotFound", "There is no such operation; one is kept for 48 hours after it ended.")
    return operation


def _own_headers(operation: Operation) -> dict[str, str]:
    if operation.status is Status.FAILED:
        return {"Handread-Reason": quote(operation.reason, safe=" !#$&'()*+,/:;=?@[]")}
    if operation.status is Status.RUNNING and (progress := operation.progress):
        return {"Handread-Progress": f"{progress.page}/{progress.pages} {progress.line}/{progress.lines}"}
    return {}


async def _declined(_: Request, error: Exception) -> Response:
    assert isinstance(error, Declined)
    body = answers.flat_error(error.code, error.sentence, str(uuid.uuid4()))
    return JSONResponse(body, error.status, error.headers)


async def _no_such_resource(_: Request, error: Exception) -> Response:
    """Answer as the service's gateway does where there is no such path or method."""
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": {"code": "404", "message": "Resource not found"}}, 404)
