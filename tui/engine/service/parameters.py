"""What stands in a request's query: looked at, or declined with a sentence that says what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from starlette.requests import Request

from tui.engine.answers.common import MODEL
from tui.engine.operations import Manner
from tui.engine.ranges import EVERY_PAGE, PageRanges
from tui.engine.reading import LITERAL
from tui.engine.service.refusals import Declined, Fault
from tui.engine.tags import UnknownLanguage, code_of
from tui.model import Polygon

ORDERS = ("basic", "natural")
LANGUAGE_HEADER = "x-handread-language"
"""Says in which language to read where a protocol has no parameter for it; else it is worth more than that."""
WORDS_HEADER = "x-handread-words"
"""Holds words to reckon with, percent-encoded and parted by commas."""
CAREFUL_HEADER = "x-handread-careful"
MOST_WORDS = 1000
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?", re.ASCII)
_MODEL = re.compile(r"latest|\d{4}-\d{2}-\d{2}(?:-preview)?", re.ASCII)


def one_of(
    request: Request, name: str, choices: Sequence[str], *, required: bool = False, fault: Fault = Fault.ARGUMENT
) -> str:
    """Return a parameter that has one of a few values, empty where it is not there; raises Declined."""
    value = request.query_params.get(name)
    if value in choices or (value is None and not required):
        return value or ""
    raise Declined(fault, f"The parameter {name} must be {' or '.join(choices)}, in exactly this spelling.")


def pages(request: Request) -> PageRanges:
    """Return the pages asked for; raises Declined."""
    text = request.query_params.get("pages")
    if text is None:
        return EVERY_PAGE
    try:
        return PageRanges.parse(text)
    except ValueError as error:
        raise Declined(
            Fault.PAGES, f"The parameter pages is invalid: {error}. It looks like 1-3,5 or 5- or -3."
        ) from error


def language(request: Request, name: str = "language") -> str:
    """Return the language asked for, empty where none is; raises Declined for those that the engine does not read."""
    text = request.query_params.get(name, "")
    if not text:
        return ""
    try:
        code_of(text)
    except UnknownLanguage as error:
        raise Declined(Fault.LANGUAGE, f"The parameter {name} is none that is supported: {error}.") from error
    return text


def manner(request: Request) -> Manner:
    """Return how a document is to be read, by the protocol's own parameter and our headers; raises Declined."""
    headers, query = request.headers, request.query_params
    tag = headers.get(LANGUAGE_HEADER) or query.get("language") or query.get("locale") or ""
    words = tuple(word.strip() for word in unquote(headers.get(WORDS_HEADER, "")).split(",") if word.strip())
    careful = (headers.get(CAREFUL_HEADER) or query.get("careful") or "false").lower()
    if len(words) > MOST_WORDS:
        raise Declined(Fault.ARGUMENT, f"The header {WORDS_HEADER} holds more than {MOST_WORDS:,} words.")
    if careful not in {"true", "false"}:
        raise Declined(Fault.ARGUMENT, f"The header {CAREFUL_HEADER} must be true or false.")
    try:
        return Manner(code_of(tag) or LITERAL if tag else "", words, careful == "true")
    except UnknownLanguage as error:
        raise Declined(Fault.LANGUAGE, f"The language asked for is none that is supported: {error}.") from error


def number(request: Request, name: str, otherwise: float, least: float) -> float:
    """Return a parameter that is a number of at least so much; raises Declined."""
    text = request.query_params.get(name)
    if text is None:
        return otherwise
    if not _NUMBER.fullmatch(text) or float(text) < least:
        raise Declined(Fault.ARGUMENT, f"The parameter {name} must be a number from {least:g} on.")
    return float(text)


def polygon(request: Request) -> Polygon:
    """Return the box asked for: x1,y1,...,x4,y4, clockwise from the text's own top left; raises Declined."""
    parts = request.query_params.get("polygon", "").split(",")
    if len(parts) != 8 or not all(_NUMBER.fullmatch(part) for part in parts):
        raise Declined(
            Fault.ARGUMENT, "The parameter polygon must be eight numbers, x1,y1,...,x4,y4, clockwise from the top left."
        )
    return Polygon.from_numbers([float(part) for part in parts])


def model(request: Request) -> None:
    """Let any of the service's versions of a model stand for the one that there is; raises Declined for other words."""
    text = request.query_params.get("model-version", "latest")
    if text != MODEL and not _MODEL.fullmatch(text):
        raise Declined(Fault.ARGUMENT, "The parameter model-version must be latest or a date such as 2022-04-30.")


def given(**options: str) -> Mapping[str, str]:
    """Return those options that were asked for."""
    return {name.replace("_", "-"): value for name, value in options.items() if value}
