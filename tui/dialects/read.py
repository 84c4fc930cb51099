"""Read, the successor of Recognize Text: many pages, from 3.0 on a confidence for each word, and in 3.2 the hand.

Versions 2.0 and 2.1, also known as Batch Read, call their pages `recognitionResults` and turn them clockwise from 0
to 360 degrees; the later ones wrap `readResults` into an `analyzeResult`. Documents come in inches, images in pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.dialects.call import Counter
from tui.dialects.lines import pages_from
from tui.dialects.operation import OperationDialect
from tui.dialects.protocol import Dialect, NotUnderstood, Options, given, one_of, takes
from tui.dialects.recognize_text import MODES
from tui.dialects.retirement import RETIREMENTS
from tui.dialects.synchronous import SynchronousDialect
from tui.model import Page

_END = RETIREMENTS["read-3.1"]
SUCCESSOR = f"Check the endpoint, or {RETIREMENTS['read-3.2'].instead}, the successor of Read."
RETIRED = f"Microsoft retired Read 2.0 to 3.1 on {_END.day}: {_END.instead}."

CONTAINERS_ALONE = "Only containers answer at once: leave sync out of the profile."
LONGEST_READING = 3600.0
"""Seconds a container may take over one document."""


@takes("mode", "sync")
def read_2_0(options: Options) -> Dialect:
    """Speak Read 2.0; the option `mode` is Handwritten (where it is not set) or Printed.

    With the option `sync` a container is asked to answer at once.
    """
    if _is_asked_at_once(options, "read-2.0"):
        counter = Counter("/vision/v2.0/read/core/Analyze", patience=LONGEST_READING, successor=CONTAINERS_ALONE)
        return SynchronousDialect("read-2.0", counter, batch_pages_of, has_status=True, longest=LONGEST_READING)
    return _batch("2.0", {"mode": one_of(MODES, options, "mode", "read-2.0")})


@takes()
def read_2_1(_options: Options) -> Dialect:
    """Speak Read 2.1, which has no options."""
    return _batch("2.1", {})


@takes("language")
def read_3_0(options: Options) -> Dialect:
    """Speak Read 3.0; the option language is passed through."""
    return _read("3.0", given(options, "language"), RETIRED)


@takes("language")
def read_3_1(options: Options) -> Dialect:
    """Speak Read 3.1; the option language is passed through."""
    return _read("3.1", given(options, "language"), RETIRED)


@takes("language", "pages", "model-version", "readingOrder", "sync")
def read_3_2(options: Options) -> Dialect:
    """Speak Read 3.2; the options language, pages, model-version and readingOrder are passed through.

    With the option `sync` a container is asked to answer at once.
    """
    query = given(options, "language", "pages", "model-version", "readingOrder")
    if _is_asked_at_once(options, "read-3.2"):
        path = "/vision/v3.2/read/syncAnalyze"
        counter = Counter(path, query, patience=LONGEST_READING, successor=CONTAINERS_ALONE)
        return SynchronousDialect("read-3.2", counter, pages_of, has_status=True, longest=LONGEST_READING)
    return _read("3.2", query, SUCCESSOR)


def _is_asked_at_once(options: Options, dialect: str) -> bool:
    return one_of(("false", "true"), options, "sync", dialect) == "true"


def _batch(version: str, query: Mapping[str, str]) -> Dialect:
    counter = Counter(f"/vision/v{version}/read/core/asyncBatchAnalyze", query, successor=RETIRED)
    return OperationDialect(f"read-{version}", counter, batch_pages_of)


def _read(version: str, query: Mapping[str, str], successor: str) -> Dialect:
    counter = Counter(f"/vision/v{version}/read/analyze", query, successor=successor)
    return OperationDialect(f"read-{version}", counter, pages_of)


def batch_pages_of(answer: Mapping[str, Any]) -> tuple[Page, ...]:
    """Return the pages of `recognitionResults`; raises NotUnderstood when there are none."""
    results = answer.get("recognitionResults")
    if not isinstance(results, list):
        raise NotUnderstood("The answer of Read holds no recognitionResults.", "not-understood")
    return pages_from(results)


def pages_of(answer: Mapping[str, Any], service: str = "Read") -> tuple[Page, ...]:
    """Return the pages of an `analyzeResult`; raises NotUnderstood when it holds no readResults."""
    result = answer.get("analyzeResult")
    results = result.get("readResults") if isinstance(result, Mapping) else None
    if not isinstance(results, list):
        raise NotUnderstood(f"The answer of {service} holds no analyzeResult.readResults.", "not-understood")
    return pages_from(results)
