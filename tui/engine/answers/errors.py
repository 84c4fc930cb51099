"""The bodies of errors, in the four shapes that the services and their gateway have.

Sources: recorded answers, and the error pages of the services' documentation.
"""

from __future__ import annotations

from tui.engine.answers.common import Json

_OUTER = {
    "InvalidRequest": "Invalid request.",
    "InvalidArgument": "Invalid argument.",
    "NotFound": "Resource not found.",
    "InternalServerError": "An unexpected error occurred.",
}


def flat_error(code: str, sentence: str, request_id: str) -> Json:
    """Return an error of Computer Vision 1.0 to 3.2."""
    return {"code": code, "requestId": request_id, "message": sentence}


def wrapped_error(outer: str, inner: str, sentence: str) -> Json:
    """Return an error of Image Analysis or Document Intelligence; the sentence is the outer's without an inner code."""
    if not inner:
        return {"error": {"code": outer, "message": sentence}}
    about = {"code": outer, "message": _OUTER.get(outer, f"{outer}.")}
    return {"error": {**about, "innererror": {"code": inner, "message": sentence}}}


def form_error(code: str, sentence: str, request_id: str) -> Json:
    """Return an error of Form Recognizer 2.1, where `innerError` is written with a capital."""
    return {"error": {"code": code, "innerError": {"requestId": request_id}, "message": sentence}}


def gateway_error(status: int, sentence: str) -> Json:
    """Return an error of the gateway before all services, which knows codes of HTTP alone."""
    return {"error": {"code": str(status), "message": sentence}}


def turned_away_error(status: int, sentence: str) -> Json:
    """Return an error of the gateway for a request that it does not let through, in today's shape and in the old one.

    Both at once are understood by every client: the libraries of the old services find no message within `error`,
    those of the new ones none outside.
    """
    return {**gateway_error(status, sentence), "statusCode": status, "code": str(status), "message": sentence}
