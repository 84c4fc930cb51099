"""What can be wrong with a request, and the answer that each service gives to it.

A family says by which code of its own it calls each Fault and in which shape; what is wrong with the key, the path or
the load is said by the gateway before them, whose answers are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tui.engine.answers.common import Json
from tui.engine.answers.errors import flat_error, form_error, turned_away_error, wrapped_error

RETRY_AFTER = 10
"""Seconds a client is asked to wait when too many documents wait already."""

Code = TypeVar("Code")


class Fault(Enum):
    """What is wrong with a request."""

    ARGUMENT = auto()
    """A parameter has a value that it cannot have."""
    MISSING = auto()
    """A parameter is not there."""
    ORDER = auto()
    PAGES = auto()
    LANGUAGE = auto()
    FEATURE = auto()
    MEDIA_TYPE = auto()
    BODY = auto()
    """The body is not what its media type says."""
    EMPTY = auto()
    IMAGE = auto()
    """The bytes are no image."""
    FORMAT = auto()
    """They are one of a format that this service does not take."""
    BYTES = auto()
    """They are too many."""
    PIXELS = auto()
    """A side of the image is too short or too long."""
    URL = auto()
    """The URL is none, or not fetched."""
    DOWNLOAD = auto()
    """The URL gave no image."""
    NO_OPERATION = auto()
    NO_MODEL = auto()


_STATUS = {Fault.MEDIA_TYPE: 415, Fault.NO_OPERATION: 404, Fault.NO_MODEL: 404}


class Declined(Exception):
    """A request that a service does not take, with the reason as a sentence."""

    def __init__(self, fault: Fault, sentence: str) -> None:
        super().__init__(sentence)
        self.fault = fault
        self.sentence = sentence

    @property
    def status(self) -> int:
        """The status of the answer."""
        return _STATUS.get(self.fault, 400)


class TurnedAway(Exception):
    """A request that does not get past the gateway."""

    def __init__(self, status: int, sentence: str, *, retry_after: int = 0) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.retry_after = retry_after

    def response(self) -> Response:
        """Return the gateway's answer."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        return JSONResponse(turned_away_error(self.status, self.sentence), self.status, headers)


def throttled(title: str) -> TurnedAway:
    """Return the refusal of a document when too much waits already."""
    sentence = (
        f"Requests to this operation under {title} have exceeded what this server holds: too many documents wait to be "
        f"read. Please retry after {RETRY_AFTER} seconds."
    )
    return TurnedAway(429, sentence, retry_after=RETRY_AFTER)


Body = Callable[[Fault, str, str], Json]
"""Makes the body of an error of what is wrong, the sentence and the request's id."""


def flat(codes: Mapping[Fault, str]) -> Body:
    """Return the bodies of Computer Vision 1.0 to 3.2."""
    return lambda fault, sentence, request_id: flat_error(_code(codes, fault), sentence, request_id)


def in_a_form(codes: Mapping[Fault, str]) -> Body:
    """Return the bodies of Form Recognizer 2.1."""
    return lambda fault, sentence, request_id: form_error(_code(codes, fault), sentence, request_id)


def wrapped(codes: Mapping[Fault, tuple[str, str]]) -> Body:
    """Return the bodies of Image Analysis and Document Intelligence, whose codes are of an outer and an inner error."""
    return lambda fault, sentence, _: wrapped_error(*_code(codes, fault), sentence)


def _code(codes: Mapping[Fault, Code], fault: Fault) -> Code:
    """Return what a family calls a fault; what it has no word for is a bad argument."""
    return codes.get(fault, codes[Fault.ARGUMENT])


def request_id_of(request: Request) -> str:
    """Return the id that the gateway gave a request."""
    return str(request.scope.get("state", {}).get("request_id", ""))
