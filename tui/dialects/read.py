"""Read, the successor of Recognize Text: many pages, a confidence for each word, and whether a line is handwritten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.dialects.lines import pages_from
from tui.dialects.operation import OperationDialect
from tui.dialects.protocol import Dialect, NotUnderstood, Options
from tui.model import Page

SUCCESSOR = "Check the endpoint, or use Document Intelligence, the successor of Read."


def read_3_2(options: Options) -> Dialect:
    """Speak Read 3.2; the options language, pages, model-version and readingOrder are passed through."""
    known = ("language", "pages", "model-version", "readingOrder")
    return OperationDialect(
        name="read-3.2",
        path="/vision/v3.2/read/analyze",
        query={name: options[name] for name in known if options.get(name)},
        pages=pages_of,
        successor=SUCCESSOR,
    )


def pages_of(answer: Mapping[str, Any]) -> tuple[Page, ...]:
    """Return the pages of an `analyzeResult`; raises NotUnderstood when it holds no readResults."""
    result = answer.get("analyzeResult")
    results = result.get("readResults") if isinstance(result, Mapping) else None
    if not isinstance(results, list):
        raise NotUnderstood("The answer of Read holds no analyzeResult.readResults.", "not-understood")
    return pages_from(results)
