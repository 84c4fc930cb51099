"""The doctor's report, for people and for scripts."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Any

from tui.doctor.check import Check, Found

MARKS = {Found.OK: "ok", Found.UNKNOWN: "?", Found.WRONG: "✗"}
ASCII_MARKS = {**MARKS, Found.WRONG: "x"}
_INDENT = 17
"""Columns before the sentences begin."""


def mark_of(check: Check, encoding: str) -> str:
    """Return a check's mark, or its ASCII twin where an encoding has no other."""
    mark = MARKS[check.state]
    return mark if shown(mark, encoding) == mark else ASCII_MARKS[check.state]


def row(check: Check, columns: int | None, encoding: str) -> str:
    """Return a check as a row, without its mark; folded at a width, where one is given."""
    text = shown(f"{check.name:<12} {check.says}", encoding)
    if columns is None:
        return text
    return textwrap.fill(
        text,
        max(columns, _INDENT + 20) - 4,
        subsequent_indent=" " * (_INDENT - 4),
        break_long_words=False,
        break_on_hyphens=False,
    )


def indented(text: str) -> str:
    """Return a row whose further lines stand below its first, behind a mark of four columns."""
    return text.replace("\n", "\n    ")


def shown(text: str, encoding: str) -> str:
    """Return a text as it can be written in an encoding."""
    return text.encode(encoding, "replace").decode(encoding)


def report_object(checks: Iterable[Check]) -> dict[str, Any]:
    """Return what `--json` prints."""
    rows = [{"name": check.name, "state": str(check.state), "says": check.says} for check in checks]
    return {"schema": 1, "checks": rows}
