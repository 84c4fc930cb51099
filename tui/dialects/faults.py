"""What the faults of HTTP mean: exceptions and status codes become one of our errors, with the service's own words.

The services have three shapes of error bodies: flat `{"code", "message"}` (Computer Vision), wrapped `{"error":
{"code", "message", "innererror": {...}}}` (Document Intelligence, Image Analysis) and the old gateway's
`{"statusCode", "message"}`. Proxies on the way add plain text and HTML of their own.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx

from tui.dialects.protocol import CutOff, KeyRefused, Refused, ServiceError, Throttled, Transient, Unreachable
from tui.model import printable

LONGEST_WORDS = 300
"""How many characters of a service's words are shown."""
LONGEST_WAIT = 86_400.0
"""More seconds than a service may ask to wait."""
USUAL_WAIT = 20.0
"""How many seconds to wait after a 429 that does not say: the free tier's quota is counted by the minute."""

_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}
_WAIT_IN_WORDS = re.compile(r"\b(?:after|in)\s+(\d{1,9}(?:\.\d{1,9})?)\s*(second|minute|hour|day)", re.IGNORECASE)


class Words(NamedTuple):
    """What a service said about an error."""

    code: str = ""
    text: str = ""

    def without(self, key: str) -> Words:
        """Return the words with the key struck out, should the service repeat it."""
        return Words(self.code.replace(key, "[key]"), self.text.replace(key, "[key]")) if key else self

    @property
    def quoted(self) -> str:
        """The text behind a colon, or nothing."""
        return f": {self.text}" if self.text else ""


def clean(text: str, longest: int = LONGEST_WORDS) -> str:
    """Return a text from outside as one short line that is safe to show."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def words_in(body: bytes) -> Words:
    """Return what an error's body says, whichever of the known shapes it has."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        text = body[: 4 * LONGEST_WORDS].decode("utf-8", "replace").strip()
        return Words("", "" if text.startswith("<") else clean(text))
    return words_of(data)


def words_of(data: object) -> Words:
    """Return what an error says that has been read from JSON already."""
    if not isinstance(data, Mapping):
        return Words()
    error = data.get("error")
    if isinstance(error, str):
        return Words("", clean(error))
    if not isinstance(error, Mapping):
        error = data
    sentences = dict.fromkeys(clean(text) for text in _messages(error))
    return Words(_code(error), clean(" ".join(sentences)))


def _code(error: Mapping[str, Any]) -> str:
    code = error.get("code") or error.get("statusCode")
    return clean(str(code), 60) if isinstance(code, str | int) else ""


def _messages(error: Mapping[str, Any]) -> Iterator[str]:
    """Return an error's own message and those of what lies inside it."""
    if isinstance(error.get("message"), str):
        yield error["message"]
    inner = error.get("innererror") or error.get("innerError")
    if isinstance(inner, Mapping) and isinstance(inner.get("message"), str):
        yield inner["message"]
    details = error.get("details")
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, Mapping) and isinstance(detail.get("message"), str):
            target = detail.get("target")
            is_page = isinstance(target, str | int) and str(target).isdecimal()
            yield f"Page {target}: {detail['message']}" if is_page else detail["message"]


def wait_asked(headers: httpx.Headers) -> float | None:
    """Return the seconds of a Retry-After header (a number or a date); None where there is none."""
    asked = headers.get("Retry-After", "").strip()
    try:
        seconds = float(asked)
    except ValueError:
        seconds = _seconds_until(asked, headers.get("Date", ""))
    return min(max(0.0, seconds), LONGEST_WAIT) if math.isfinite(seconds) else None


def _seconds_until(date: str, now: str) -> float:
    """Return the seconds between two HTTP dates; nan where `date` is none. Without `now` it is the clock's now."""
    until = _date(date)
    return (until - (_date(now) or datetime.now(UTC))).total_seconds() if until else math.nan


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def wait_in(words: str) -> float | None:
    """Return the seconds that a sentence like `Try again in 26 seconds` names."""
    found = _WAIT_IN_WORDS.search(words)
    return min(float(found[1]) * _UNITS[found[2].lower()], LONGEST_WAIT) if found else None


def fault_of(response: httpx.Response, words: Words) -> ServiceError:
    """Return what a status that is no success means for any call."""
    host, status = response.url.host, response.status_code
    code = words.code or str(status)
    if status in {401, 403}:
        return KeyRefused(
            f"{host} does not take the key ({status}{words.quoted}). Check that key and endpoint belong to the same "
            f"resource, and that it offers this service.",
            code,
        )
    if status == 429:
        after = wait_asked(response.headers)
        if after is None:
            after = wait_in(words.text)
        return Throttled(
            f"{host} has had too many calls{words.quoted}", code, after=USUAL_WAIT if after is None else after
        )
    if status == 408 or status >= 500:
        return Transient(f"{host} is in trouble ({status}{words.quoted}).", code)
    if 300 <= status < 400:
        return Refused(
            f"{host} sends the call elsewhere ({status}), where the key does not go. Correct the endpoint.", code
        )
    return Refused(f"{host} refused it ({status}{words.quoted}).", code)


@contextmanager
def faults_of_the_way(host: str) -> Iterator[None]:
    """Turn every exception of httpx into one of ours; a sentence names the host and never what was sent."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        raise Unreachable(
            f"{host} cannot be reached ({_reason(error)}). Check the network and the endpoint.", "unreachable"
        ) from error
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects) as error:
        raise Refused(f"{host} cannot be called like this ({type(error).__name__}). Check the address.") from error
    except (httpx.HTTPError, httpx.StreamError, TimeoutError) as error:
        raise CutOff(f"{host} broke off before it had answered ({_reason(error)}).", "cut-off") from error


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return "no answer in time"
    return clean(str(error)) or type(error).__name__
