"""One JSON object an item, in one versioned schema: what `run --json` prints and every script reads."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tui.model import Decision, Item, Line, LineKey, Page, Polygon, Verdict, Word, text_of

SCHEMA = 1
"""Rises when a field changes its meaning; a field that is added leaves it."""


def item_object(
    item: Item, dialect: str, pages: Sequence[Page], decisions: Mapping[LineKey, Decision]
) -> dict[str, Any]:
    """Return an item with its pages, lines and words; coordinates are upright pixels of its page image."""
    failure = item.failure
    return {
        "schema": SCHEMA,
        "source": item.source,
        "sha256": item.sha256 or None,
        "state": item.state.value,
        "service": item.service,
        "dialect": dialect,
        "error": failure and {"code": failure.code, "message": failure.sentence},
        "pages": [_page(page, decisions) for page in pages],
    }


def item_line(item: Item, dialect: str, pages: Sequence[Page], decisions: Mapping[LineKey, Decision]) -> bytes:
    """Return an item's object as one line of UTF-8; a name whose bytes are none is written with JSON's escapes."""
    text = json.dumps(item_object(item, dialect, pages, decisions), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _page(page: Page, decisions: Mapping[LineKey, Decision]) -> dict[str, Any]:
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "angle": page.angle,
        "lines": [_line(line, decisions.get(LineKey(page.number, place))) for place, line in enumerate(page.lines)],
    }


def _line(line: Line, decision: Decision | None) -> dict[str, Any]:
    return {
        "text": text_of(line, decision),
        "engine_text": line.text,
        "verdict": (decision.verdict if decision else Verdict.UNDECIDED).value,
        "handwritten": line.handwritten,
        "confidence": _rounded(line.confidence),
        "polygon": _polygon(line.polygon),
        "words": [_word(word) for word in line.words],
    }


def _word(word: Word) -> dict[str, Any]:
    return {
        "text": word.text,
        "confidence": _rounded(word.confidence),
        "low": word.low,
        "polygon": _polygon(word.polygon),
    }


def _rounded(confidence: float | None) -> float | None:
    return None if confidence is None else round(confidence, 3)


def _polygon(polygon: Polygon | None) -> list[list[float]] | None:
    return None if polygon is None else [[round(x, 1), round(y, 1)] for x, y in polygon.corners]
