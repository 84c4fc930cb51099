"""Image Analysis 4.0, which answers at once and knows no operations; of its features the engine has `read` alone."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.engine.answers import image_analysis as say
from tui.engine.answers.errors import wrapped_error
from tui.engine.operations import Operation, Operations, Order, Status
from tui.engine.service.counter import Counter, Family
from tui.engine.service.limits import ANALYSIS
from tui.engine.service.parameters import language, model, one_of
from tui.engine.service.refusals import Declined, Fault, wrapped
from tui.engine.service.terms import Terms
from tui.engine.service.uploads import OCTETS, Forms

VERSIONS = ("2023-10-01", "2024-02-01")
CODES = {
    Fault.ARGUMENT: ("InvalidRequest", "BadArgument"),
    Fault.LANGUAGE: ("InvalidRequest", "NotSupportedLanguage"),
    Fault.FEATURE: ("InvalidRequest", "NotSupportedVisualFeature"),
    Fault.MEDIA_TYPE: ("UnsupportedMediaType", ""),
    Fault.BODY: ("InvalidRequest", "BadArgument"),
    Fault.EMPTY: ("InvalidRequest", "InvalidImageSize"),
    Fault.IMAGE: ("InvalidRequest", "InvalidImageFormat"),
    Fault.FORMAT: ("InvalidRequest", "InvalidImageFormat"),
    Fault.BYTES: ("InvalidRequest", ""),
    Fault.PIXELS: ("InvalidRequest", "InvalidImageSize"),
    Fault.URL: ("InvalidRequest", "InvalidImageUrl"),
    Fault.DOWNLOAD: ("InvalidRequest", "InvalidImageUrl"),
}


def routes(operations: Operations, terms: Terms) -> list[Route]:
    """Return its one route."""
    forms = Forms(media_types=(OCTETS, "image/*"), multipart=True)
    family = Family("the Image Analysis API (4.0)", ANALYSIS, wrapped(CODES), forms)
    counter = Counter(family, operations, terms)

    async def analyze(request: Request) -> Response:
        one_of(request, "api-version", VERSIONS, required=True)
        model(request)
        language(request)
        _require_read_alone(request)
        operation = await counter.awaited(request, Order("image-analysis-4.0", kept=0))
        if operation.status is Status.SUCCEEDED:
            return JSONResponse(say.image_analysis_4_0(operation))
        return _failed(operation)

    return [counter.takes("/computervision/imageanalysis:analyze", analyze)]


def _require_read_alone(request: Request) -> None:
    features = {feature.strip().lower() for feature in request.query_params.get("features", "").split(",")}
    if features != {"read"}:
        raise Declined(Fault.FEATURE, "This engine has one visual feature. Ask for features=read.")


def _failed(operation: Operation) -> Response:
    if operation.code in {"InvalidImage", "InvalidImageSize"}:
        code = {"InvalidImage": "InvalidImageFormat"}.get(operation.code, operation.code)
        return JSONResponse(wrapped_error("InvalidRequest", code, operation.reason), 400)
    return JSONResponse(wrapped_error("InternalServerError", "", operation.reason), 500)
