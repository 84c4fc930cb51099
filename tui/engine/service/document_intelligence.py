"""Document Intelligence 3.1 and 4.0, of its models prebuilt-read; and the layout of Form Recognizer 2.1."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui.engine.answers import document_intelligence as say
from tui.engine.answers import read
from tui.engine.operations import Operations, Order
from tui.engine.service.counter import Counter, Family
from tui.engine.service.limits import READ
from tui.engine.service.parameters import given, language, one_of, pages
from tui.engine.service.read import CODES as READ_CODES
from tui.engine.service.read import MEDIA_TYPES, read_order
from tui.engine.service.refusals import Declined, Fault, in_a_form, wrapped
from tui.engine.service.terms import Terms
from tui.engine.service.uploads import Forms

MODEL = "prebuilt-read"
KEPT_SECONDS = 24 * 3600
CODES = {
    Fault.ARGUMENT: ("InvalidArgument", "InvalidParameter"),
    Fault.MISSING: ("InvalidArgument", "ParameterMissing"),
    Fault.PAGES: ("InvalidArgument", "InvalidParameter"),
    Fault.LANGUAGE: ("InvalidArgument", "InvalidParameter"),
    Fault.FEATURE: ("InvalidArgument", "InvalidParameter"),
    Fault.MEDIA_TYPE: ("UnsupportedMediaType", ""),
    Fault.BODY: ("InvalidRequest", "InvalidContent"),
    Fault.EMPTY: ("InvalidRequest", "InvalidContent"),
    Fault.IMAGE: ("InvalidRequest", "InvalidContent"),
    Fault.FORMAT: ("InvalidRequest", "UnsupportedContent"),
    Fault.BYTES: ("InvalidRequest", "InvalidContentLength"),
    Fault.PIXELS: ("InvalidRequest", "InvalidContentDimensions"),
    Fault.URL: ("InvalidArgument", "InvalidContentSourceFormat"),
    Fault.DOWNLOAD: ("InvalidRequest", "ContentSourceNotAccessible"),
    Fault.NO_OPERATION: ("NotFound", "OperationNotFound"),
    Fault.NO_MODEL: ("NotFound", "ModelNotFound"),
}
FEATURES = frozenset({"ocrHighResolution"})
"""What may be asked for because the engine does it anyhow."""


def routes(operations: Operations, terms: Terms) -> list[Route]:
    """Return the routes of all versions."""
    body, forms = wrapped(CODES), Forms(MEDIA_TYPES, url="urlSource", base64="base64Source")
    family = Family("the Document Intelligence API", READ, body, forms, kept=KEPT_SECONDS, headers={"Retry-After": "1"})
    counter = Counter(family, operations, terms)
    return [
        *_prebuilt_read("formrecognizer", ("2022-08-31", "2023-07-31"), counter),
        *_prebuilt_read("documentintelligence", ("2024-11-30",), counter),
        *_form_recognizer_2_1(operations, terms),
    ]


def _prebuilt_read(folder: str, versions: tuple[str, ...], counter: Counter) -> list[Route]:
    results = f"{folder}/documentModels/{MODEL}/analyzeResults"
    version = _version_of(versions)

    async def analyze(request: Request) -> Response:
        number = version(request)
        if request.path_params["model"] != MODEL:
            raise Declined(Fault.NO_MODEL, f"The requested model was not found. This engine has {MODEL} alone.")
        _require_what_there_is(request)
        unit = one_of(request, "stringIndexType", say.STRING_INDEX_TYPES)
        language(request, "locale")
        options = {"api-version": number, **given(stringIndexType=unit)}
        order = Order(folder, pages(request), options, KEPT_SECONDS)
        return await counter.accepted(request, order, results, f"?api-version={number}")

    path = f"/{results}/{{id}}"
    deleting = [counter.forgets(path, folder, version)] if folder == "documentintelligence" else []
    return [
        counter.takes(f"/{folder}/documentModels/{{model}}:analyze", analyze),
        counter.answers(path, folder, say.analyze_result, version),
        *deleting,
    ]


def _version_of(versions: tuple[str, ...]) -> Callable[[Request], str]:
    def version(request: Request) -> str:
        if "api-version" not in request.query_params:
            raise Declined(Fault.MISSING, f"The parameter api-version is required. Here it is {' or '.join(versions)}.")
        return one_of(request, "api-version", versions)

    return version


def _require_what_there_is(request: Request) -> None:
    """Decline what would silently be missing from the answer."""
    asked_for = {name.strip() for name in request.query_params.get("features", "").split(",")} - {""}
    if asked_for - FEATURES or request.query_params.get("queryFields"):
        raise Declined(Fault.FEATURE, "The parameter features is invalid: this engine has none of the add-ons.")
    one_of(request, "outputContentFormat", ("text",), fault=Fault.FEATURE)
    if request.query_params.get("output"):
        raise Declined(Fault.FEATURE, "The parameter output is invalid: this engine makes no PDF and no figures.")


def _form_recognizer_2_1(operations: Operations, terms: Terms) -> list[Route]:
    codes = {**READ_CODES, Fault.FORMAT: "InvalidImage"}
    forms = Forms(MEDIA_TYPES, url="source")
    family = Family("the Form Recognizer API (v2.1)", READ, in_a_form(codes), forms, headers={"Retry-After": "1"})
    counter = Counter(family, operations, terms)
    kind, base = "form-recognizer-2.1", "formrecognizer/v2.1/layout"

    async def analyze(request: Request) -> Response:
        return await counter.accepted(request, read_order(request, kind), f"{base}/analyzeResults")

    return [
        counter.takes(f"/{base}/analyze", analyze),
        counter.answers(f"/{base}/analyzeResults/{{id}}", kind, read.layout_2_1),
    ]
