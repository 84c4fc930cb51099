"""What the faults of HTTP mean: exceptions and status codes become one of our errors, with the service's own words.

The services have three shapes of error bodies: flat `{"code", "message"}` (Computer Vision), wrapped `{"error":
{"code", "message", "innererror": {...}}}` (Document Intelligence, Image Analysis) and the old gateway's
`{"statusCode", "message"}`. Proxies on the way add plain text and HTML of their own.
"""

from __future__ import annotations

import json
import math
import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import httpx

from tui.dialects.denied import OUT_OF_QUOTA, Asked, is_out_of_quota, why_denied
from tui.dialects.protocol import UNTRUSTED, CutOff, Refused, ServiceError, Throttled, Transient, Unreachable
from tui.key import Key, without_frames
from tui.model import printable

LONGEST_WORDS = 300
"""How many characters of a service's words are shown."""
LONGEST_WAIT = 86_400.0
"""More seconds than a service may ask to wait."""
DEEPEST = 8
"""How deep codes within codes are looked for."""
LONGEST_QUOTA = 31 * 86_400.0
"""The same where a quota is used up: those are counted by the month."""
USUAL_WAIT = 20.0
"""How many seconds to wait after a 429 that does not say: the free tier's quota is counted by the minute."""

NO_KEY = Key()

_UNITS = {"second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86_400.0}
_WAIT_IN_WORDS = re.compile(r"\b(?:after|in)\s+(\d{1,9}(?:\.\d{1,9})?)\s*(second|minute|hour|day)", re.IGNORECASE)


class Words(NamedTuple):
    """What a service said about an error."""

    code: str = ""
    text: str = ""
    inner: str = ""
    """The code of what lies innermost, which says most exactly what it is."""

    @property
    def quoted(self) -> str:
        """The text behind a colon, or nothing."""
        return f": {self.text}" if self.text else ""


def clean(text: str, longest: int = LONGEST_WORDS) -> str:
    """Return a text from outside as one short line that is safe to show."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def words_in(body: bytes, key: Key = NO_KEY) -> Words:
    """Return what an error's body says, whichever of the known shapes it has, without the key if it repeats that."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        text = key.struck_from(body.decode("utf-8", "replace")).strip()[: 4 * LONGEST_WORDS]
        return Words("", "" if text.startswith("<") else clean(text))
    return words_of(data, key)


def words_of(data: object, key: Key = NO_KEY) -> Words:
    """Return what an error says that has been read from JSON already."""
    if not isinstance(data, Mapping):
        return Words()
    error = data.get("error")
    if isinstance(error, str):
        return Words("", clean(key.struck_from(error)))
    if not isinstance(error, Mapping):
        error = data
    sentences = dict.fromkeys(clean(key.struck_from(text)) for text in _messages(error))
    return Words(_code(error, key), clean(" ".join(sentences)), _inner_code(error, key))


def _code(error: Mapping[str, Any], key: Key) -> str:
    code = error.get("code") or error.get("statusCode")
    return clean(key.struck_from(str(code)), 60) if isinstance(code, str | int) else ""


def _inner_code(error: Mapping[str, Any], key: Key) -> str:
    code = ""
    for _ in range(DEEPEST):
        inner = error.get("innererror") or error.get("innerError")
        if not isinstance(inner, Mapping):
            break
        error, code = inner, _code(inner, key) or code
    return code


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
    return min(float(found[1]) * _UNITS[found[2].lower()], LONGEST_QUOTA) if found else None


def fault_of(response: httpx.Response, words: Words, key: Key = NO_KEY, *, token: bool = False) -> ServiceError:
    """Return what a status that is no success means for any call, which carried this key, or a token."""
    host, status = response.url.host, response.status_code
    code = words.code or str(status)
    if status == 403 and is_out_of_quota(words.text):
        until = wait_asked(response.headers) or wait_in(words.text) or LONGEST_WAIT
        return Throttled(f"{host} has no calls left for now{words.quoted}", OUT_OF_QUOTA, after=until)
    if status in {401, 403}:
        asked = Asked(host, response.url.path, status, key, is_token=token)
        return why_denied(asked, code, words.inner, words.text)
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


_NO_ADDRESS = (httpx.InvalidURL, UnicodeError, OverflowError, ExceptionGroup)
"""What a host's name or a port raises that can be none; the last is what a connection tried in two ways raises."""


@contextmanager
def faults_of_the_way(host: str, *, names_authorities: bool = False) -> Iterator[None]:
    """Turn every exception of httpx into one of ours; a sentence names the host and never what was sent.

    The frames of httpx, which hold the key, are cut off whatever was raised in them. With `names_authorities` the
    sentence about a certificate that is not trusted says which setting would make it so.
    """
    try:
        with _frames_cut_off():
            yield
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        if untrusted := _untrusted(error):
            raise Unreachable(_not_trusted(host, untrusted, names_authorities), UNTRUSTED) from error
        raise Unreachable(
            f"{host} cannot be reached ({_reason(error)}). Check the network and the endpoint.", "unreachable"
        ) from error
    except (*_NO_ADDRESS, httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.TooManyRedirects) as error:
        raise Refused(f"{host} cannot be called like this ({type(error).__name__}). Check the address.") from error
    except (httpx.HTTPError, httpx.StreamError, TimeoutError, ssl.SSLError) as error:
        raise CutOff(f"{host} broke off before it had answered ({_reason(error)}).", "cut-off") from error


@contextmanager
def _frames_cut_off() -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        without_frames(error)
        raise


def _untrusted(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """Return what was wrong with a certificate, where that is why nothing could be sent."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause


_OF_ANOTHER_NAME = frozenset({62, 63, 64})
"""What OpenSSL calls a certificate that was made out for another host, address or mailbox."""
_OF_ANOTHER_TIME = frozenset({9, 10})
"""And one that does not hold yet, or no longer does."""


def _not_trusted(host: str, error: ssl.SSLCertVerificationError, names_authorities: bool) -> str:
    reason = clean(error.verify_message).rstrip(".")
    sentence = f"{host} shows a certificate that is not trusted here ({reason}), so nothing was sent."
    if error.verify_code in _OF_ANOTHER_NAME:
        return f"{sentence} Check the endpoint's name: it must be the one that the certificate was made out for."
    if error.verify_code in _OF_ANOTHER_TIME:
        return f"{sentence} Check this machine's clock, and ask whoever runs {host} to renew it."
    if names_authorities:
        return (
            f"{sentence} If an authority of your own vouches for it, name its file in the profile: "
            f"certificates = 'FILE.pem'"
        )
    return f"{sentence} Check the address."


def _reason(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return "no answer in time"
    return clean(str(error)) or type(error).__name__
