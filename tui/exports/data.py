"""One JSON object an item, in one versioned schema: what every script reads, and what `run --json` prints.

The schema is published beside this file, as schema.json. Texts stand as they are in the queue file; boxes are in
upright pixels of the page's picture, and may reach beyond it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any

from tui.exports import Options, Part
from tui.exports.document import Document, ExportedLine, ExportedPage
from tui.exports.scribe import line_id, moment
from tui.model import Polygon, Word

SCHEMA = 1
"""Rises when a field changes its meaning; a field that is added leaves it."""


def write(document: Document, options: Options) -> Iterator[Part]:
    """Give a document's object as a file of its own, laid out to be looked at."""
    yield Part(".json", _encoded(document_object(document, options.version), indent=1))


def write_line(document: Document, options: Options) -> Iterator[Part]:
    """Give a document's object as a single line."""
    yield Part(".jsonl", object_line(document, options.version))


def gather_lines(documents: Iterable[Document], options: Options) -> Iterator[Part]:
    """Give many documents' objects, one a line."""
    for document in documents:
        yield from write_line(document, options)


def object_line(document: Document, version: str) -> bytes:
    """Return a document's object as one line of UTF-8; a name whose bytes are none is written with JSON's escapes."""
    return _encoded(document_object(document, version))


def document_object(document: Document, version: str) -> dict[str, Any]:
    """Return a document as plain JSON values."""
    failure = document.failure
    return {
        "schema": SCHEMA,
        "source": document.source,
        "sha256": document.sha256 or None,
        "state": document.state.value,
        "service": document.service,
        "dialect": document.dialect,
        "model": document.model or None,
        "added_at": moment(document.added_at) or None,
        "ended_at": moment(document.ended_at) or None,
        "program": f"handread {version}",
        "which": {"text": document.which_text.value, "lines": document.which_lines.value},
        "error": failure and {"code": failure.code, "message": failure.sentence},
        "pages": [_page(page) for page in document.pages],
    }


def _encoded(values: dict[str, Any], indent: int | None = None) -> bytes:
    text = json.dumps(values, ensure_ascii=False, indent=indent, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _page(page: ExportedPage) -> dict[str, Any]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "angle": page.angle if math.isfinite(page.angle) else 0.0,
        "turn": page.turn,
        "lines": [_line(line) for line in page.lines],
    }


def _line(line: ExportedLine) -> dict[str, Any]:
    changed = line.text != line.engine_text
    return {
        "id": line_id(line),
        "text": line.text,
        "engine_text": line.engine_text,
        "verdict": line.verdict.value,
        "reviewed": line.is_reviewed,
        "reason": line.reason or None,
        "reviewer": line.reviewer or None,
        "decided_at": moment(line.at) or None,
        "handwritten": line.handwritten,
        "confidence": line.confidence,
        "polygon": _polygon(line.polygon),
        "words": [_word(word) for word in line.words],
        **({"engine_words": [_word(word) for word in line.engine_words]} if changed else {}),
    }


def _word(word: Word) -> dict[str, Any]:
    return {
        "text": word.text,
        "confidence": word.confidence,
        "low": word.low,
        "polygon": _polygon(word.polygon),
        **({"alternatives": list(word.alternatives)} if word.alternatives else {}),
    }


def _polygon(polygon: Polygon | None) -> list[list[float]] | None:
    if polygon is None or not all(map(math.isfinite, polygon.numbers)):
        return None
    return [[round(x, 1), round(y, 1)] for x, y in polygon.corners]
