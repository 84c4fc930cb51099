"""What stands in a request's query: looked at, or declined with a sentence that says what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from starlette.requests import Request

from tui.engine.answers.common import MODEL
from tui.engine.ranges import EVERY_PAGE, PageRanges
from tui.engine.service.refusals import Declined, Fault

ORDERS = ("basic", "natural")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}", re.ASCII)
_MODEL = re.compile(r"latest|\d{4}-\d{2}-\d{2}(?:-preview)?", re.ASCII)
_OTHER_SCRIPTS = re.compile(
    "am|ar|as|be|bg|bn|bo|dv|el|fa|gu|he|hi|hy|ja|ka|km|kn|ko|lo|mk|ml|mn|mr|my|ne|or|pa|ps|ru|sa|sd|si|ta|te|th|ti|"
    "ug|uk|ur|yi|zh"
)
"""Languages that are not written in Latin letters unless their tag says so."""


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
    primary = text.partition("-")[0].lower()
    if not _LANGUAGE.fullmatch(text) or (_OTHER_SCRIPTS.fullmatch(primary) and "-latn" not in text.lower()):
        raise Declined(
            Fault.LANGUAGE, f"The parameter {name} is none that is supported: this engine reads Latin letters."
        )
    return text


def model(request: Request) -> None:
    """Let any of the service's versions of a model stand for the one that there is; raises Declined for other words."""
    text = request.query_params.get("model-version", "latest")
    if text != MODEL and not _MODEL.fullmatch(text):
        raise Declined(Fault.ARGUMENT, "The parameter model-version must be latest or a date such as 2022-04-30.")


def given(**options: str) -> Mapping[str, str]:
    """Return those options that were asked for."""
    return {name.replace("_", "-"): value for name, value in options.items() if value}
