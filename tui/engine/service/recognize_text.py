"""Recognize Text 1.0, 2.0 and 2.1, which the service's oldest scripts call; Microsoft switched it off in 2026."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui.engine.answers import recognize_text as say
from tui.engine.answers.common import Json
from tui.engine.operations import Operation, Operations, Order
from tui.engine.service.counter import Counter, Family
from tui.engine.service.limits import OLD
from tui.engine.service.parameters import one_of
from tui.engine.service.refusals import Declined, Fault, flat
from tui.engine.service.terms import Terms
from tui.engine.service.uploads import Forms

MODES = ("Handwritten", "Printed")
CODES = {
    Fault.ARGUMENT: "BadArgument",
    Fault.MEDIA_TYPE: "UnsupportedMediaType",
    Fault.BODY: "BadArgument",
    Fault.EMPTY: "InvalidImageFormat",
    Fault.IMAGE: "InvalidImageFormat",
    Fault.FORMAT: "InvalidImageFormat",
    Fault.BYTES: "InvalidImageSize",
    Fault.PIXELS: "InvalidImageSize",
    Fault.URL: "InvalidImageUrl",
    Fault.DOWNLOAD: "InvalidImageUrl",
    Fault.NO_OPERATION: "NotFound",
}


def routes(operations: Operations, terms: Terms) -> list[Route]:
    """Return the routes of all three versions."""

    def version(
        number: str, answer: Callable[[Operation], Json], look: Callable[[Request], object]
    ) -> tuple[Route, Route]:
        forms = Forms(multipart=True)
        counter = Counter(Family(f"the Computer Vision API (v{number})", OLD, flat(CODES), forms), operations, terms)
        kind, results = f"recognize-text-{number}", f"vision/v{number}/textOperations"

        async def recognize(request: Request) -> Response:
            look(request)
            return await counter.accepted(request, Order(kind), results)

        return (
            counter.takes(f"/vision/v{number}/recognizeText", recognize),
            counter.answers(f"/{results}/{{id}}", kind, answer),
        )

    return [
        *version("1.0", say.recognize_text_1_0, _is_handwriting),
        *version("2.0", say.recognize_text_2_0, _mode),
        *version("2.1", say.recognize_text_2_1, _mode),
    ]


def _mode(request: Request) -> None:
    """Ask for the mode to the letter; the engine reads both hands and print."""
    one_of(request, "mode", MODES, required=True)


def _is_handwriting(request: Request) -> None:
    """Look at the parameter of 1.0, which the quickstarts call otherwise than the specification."""
    for name in ("handwriting", "detectHandwriting"):
        if request.query_params.get(name, "true").lower() not in {"true", "false"}:
            raise Declined(Fault.ARGUMENT, f"The parameter {name} must be true or false.")
