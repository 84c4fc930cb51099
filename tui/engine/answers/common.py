"""What the answers of several families share: boxes, moments, the model's name, the order of lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from tui.engine.operations import Operation
from tui.engine.order import in_rows
from tui.model import Line, Page, Polygon

MODEL = "PP-OCRv6-small"

Json = dict[str, Any]


def started_with_a_capital(operation: Operation) -> str:
    """Return the status as Computer Vision 1 and 2 write it: NotStarted, Running, Succeeded, Failed."""
    return operation.status[0].upper() + operation.status[1:]


def times_of(operation: Operation) -> Json:
    """Return when an operation was made and when it changed last, as the newer services say it."""
    return {"createdDateTime": moment(operation.created), "lastUpdatedDateTime": moment(operation.updated)}


def lines_of(page: Page, operation: Operation) -> Sequence[Line]:
    """Return a page's lines in the order asked for: `basic` is by rows; else columns are read one after the other."""
    return in_rows(page.lines) if operation.option("readingOrder") == "basic" else page.lines


def whole(polygon: Polygon | None) -> list[int]:
    """Return a box in whole pixels."""
    return [round(number) for number in polygon.numbers] if polygon else []


def tenths(polygon: Polygon | None) -> list[float]:
    """Return a box in tenths of pixels."""
    return [round(number, 1) for number in polygon.numbers] if polygon else []


def moment(seconds: float) -> str:
    """Return a moment as the services write it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
