"""Read: Batch Read 2.0 and 2.1, Read 3.0 to 3.2, and what its container answers at once."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.engine.answers import read as say
from tui.engine.answers.common import Json
from tui.engine.operations import Operation, Operations, Order, Status
from tui.engine.service import recognize_text
from tui.engine.service.counter import Counter, Endpoint, Family, headers_of
from tui.engine.service.limits import READ
from tui.engine.service.parameters import ORDERS, given, language, model, one_of, pages
from tui.engine.service.refusals import Fault, flat
from tui.engine.service.terms import Terms
from tui.engine.service.uploads import OCTETS, Forms

CODES = {
    **recognize_text.CODES,
    Fault.ORDER: "InvalidReadingOrder",
    Fault.PAGES: "InvalidPageRange",
    Fault.LANGUAGE: "NotSupportedLanguage",
    Fault.EMPTY: "InvalidImage",
    Fault.IMAGE: "InvalidImage",
    Fault.FORMAT: "UnsupportedImageFormat",
    Fault.PIXELS: "InvalidImageDimension",
    Fault.DOWNLOAD: "FailedToDownloadImage",
}

MEDIA_TYPES = (OCTETS, "image/*", "application/pdf")
"""A PDF is taken as far as the look at its format, which says that the engine reads none."""


def routes(operations: Operations, terms: Terms) -> list[Route]:
    """Return the routes of all versions."""

    def counter(number: str, forms: Forms) -> Counter:
        return Counter(Family(f"the Computer Vision API (v{number})", READ, flat(CODES), forms), operations, terms)

    old, new = Forms(), Forms(MEDIA_TYPES)

    return [
        *_batch("2.0", counter("2.0", old)),
        *_batch("2.1", counter("2.1", old)),
        *_read("3.0", counter("3.0", new), say.read_3_0),
        *_read("3.1", counter("3.1", new), say.read_3_1),
        *_read("3.2", counter("3.2", new), say.read_3_2),
    ]


def read_order(request: Request, kind: str, **more: str) -> Order:
    """Return what a request of Read 3 asks for; raises Declined."""
    model(request)
    order = one_of(request, "readingOrder", ORDERS, fault=Fault.ORDER)
    return Order(kind, pages(request), given(language=language(request), readingOrder=order, **more))


def _batch(number: str, counter: Counter) -> list[Route]:
    kind, results = f"read-{number}", f"vision/v{number}/read/operations"

    async def analyze(request: Request) -> Response:
        one_of(request, "mode", recognize_text.MODES)
        return await counter.accepted(request, Order(kind), results)

    async def at_once(request: Request) -> Response:
        one_of(request, "mode", recognize_text.MODES)
        return _said(await counter.awaited(request, Order(kind, kept=0)), say.batch_read)

    return [
        counter.takes(f"/vision/v{number}/read/core/asyncBatchAnalyze", analyze),
        counter.takes(f"/vision/v{number}/read/core/Analyze", at_once),
        counter.answers(f"/{results}/{{id}}", kind, say.batch_read),
    ]


def _read(number: str, counter: Counter, answer: Callable[[Operation], Json]) -> list[Route]:
    kind, base = f"read-{number}", f"vision/v{number}/read"

    async def analyze(request: Request) -> Response:
        return await counter.accepted(request, read_order(request, kind), f"{base}/analyzeResults")

    return [
        counter.takes(f"/{base}/analyze", analyze),
        counter.takes(f"/{base}/syncAnalyze", _at_once(counter, kind, answer)),
        counter.answers(f"/{base}/analyzeResults/{{id}}", kind, answer),
        counter.answers(f"/{base}/operations/{{id}}", kind, answer),  # as one of the container's pages has it
    ]


def _at_once(counter: Counter, kind: str, answer: Callable[[Operation], Json]) -> Endpoint:
    async def analyze(request: Request) -> Response:
        asked = read_order(request, kind)
        order = Order(asked.kind, asked.pages, asked.options, kept=0)
        return _said(await counter.awaited(request, order), answer)

    return analyze


def _said(operation: Operation, answer: Callable[[Operation], Json]) -> Response:
    """Return what a container answers at once: where it failed no more than that, with a capital."""
    if operation.status is Status.SUCCEEDED:
        return JSONResponse(answer(operation))
    return JSONResponse({"status": "Failed"}, headers=headers_of(operation))
