"""What the answers of several families share: boxes, moments, the model's name, the order of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tui.engine.operations import Operation
from tui.engine.order import in_rows
from tui.engine.reading import LITERAL, Alternative, Reading
from tui.model import Line, Page, Polygon, Word
from tui.pdf import DOTS

MODEL = "PP-OCRv6-small"

Json = dict[str, Any]

OUR_KEY = "x-handread"
"""Under this key stands what the protocols have no place for; clients that do not know it pass it over."""
LEAST_SHARE = 0.005
"""Alternatives that are less likely are left out: of the sample pages' wrong words it costs 3 % their truth."""
LOW_BELOW = 0.65
"""Words with a lower confidence are marked `Low` where a protocol has nothing finer.

Half of the wrong words are to be marked, and 3 % of the right ones at most. Measured with tests/bench/engine.py on the
three sample pages: on the page in a plain hand this is the lowest value that marks half of the wrong words, with 1 % of
the right ones (.8 would mark 60 and 2 %). On pages that were never tuned on no value does both: on a manuscript 69 % of
the wrong and 15 % of the right words are below it, on a cursive letter 69 and 17 %.
"""


def started_with_a_capital(operation: Operation) -> str:
    """Return the status as Computer Vision 1 and 2 write it: NotStarted, Running, Succeeded, Failed."""
    return operation.status[0].upper() + operation.status[1:]


def times_of(operation: Operation) -> Json:
    """Return when an operation was made and when it changed last, as the newer services say it."""
    return {"createdDateTime": moment(operation.created), "lastUpdatedDateTime": moment(operation.updated)}


def lines_of(page: Page, operation: Operation) -> Sequence[Line]:
    """Return a page's lines in the order asked for: `basic` is by rows; else columns are read one after the other."""
    return in_rows(page.lines) if operation.option("readingOrder") == "basic" else page.lines


class Beside:
    """What the engine knows of pages, lines and words beyond the protocols, as records to be merged into theirs."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self._others = {word: others for reading in readings for word, others in reading.by_word.items()}
        self._languages = {reading.page.number: reading.language for reading in readings}

    def page(self, page: Page) -> Json:
        """Return in which language a page was read."""
        return {OUR_KEY: {"language": self._languages.get(page.number) or LITERAL}}

    def line(self, line: Line) -> Json:
        """Return how sure a line is, measured as its words are."""
        return {} if line.confidence is None else {OUR_KEY: {"confidence": round(line.confidence, 3)}}

    def word(self, word: Word) -> Json:
        """Return what a word may be, itself among it; nothing where nothing else is likely."""
        others = alternatives(self._others.get(word, ()))
        return {OUR_KEY: {"alternatives": others}} if len(others) > 1 else {}


def alternatives(others: Sequence[Alternative]) -> list[tuple[str, float]]:
    """Return alternatives with their shares, the likeliest first."""
    return [(one.text, round(one.share, 3)) for one in others if one.share >= LEAST_SHARE]


def whole(polygon: Polygon | None) -> list[int]:
    """Return a box in whole pixels."""
    return [round(number) for number in polygon.numbers] if polygon else []


@dataclass(frozen=True, slots=True)
class Measure:
    """What pages and boxes are measured in: images in pixels, PDF documents in inches."""

    unit: str
    dots: int
    """How many pixels a unit has."""
    digits: int
    """How many digits of a box follow the point."""

    def box(self, polygon: Polygon | None) -> list[float]:
        """Return a box: in tenths of pixels, or ten-thousandths of inches."""
        return [round(number / self.dots, self.digits) for number in polygon.numbers] if polygon else []

    def whole_box(self, polygon: Polygon | None) -> list[float]:
        """Return a box as the older versions do: in whole pixels, or ten-thousandths of inches."""
        return list(whole(polygon)) if self.dots == 1 else self.box(polygon)

    def extent(self, page: Page) -> Json:
        """Return how large a page is, and the unit."""
        width, height = (int(side) if self.dots == 1 else side / self.dots for side in (page.width, page.height))
        return {"width": round(width, self.digits), "height": round(height, self.digits), "unit": self.unit}


PIXELS = Measure("pixel", 1, 1)
INCHES = Measure("inch", DOTS, 4)
"""The engine sees the pages of a PDF with so many pixels an inch."""


def measure_of(operation: Operation) -> Measure:
    """Return what the boxes of an operation's document are measured in."""
    return INCHES if operation.order.is_pdf else PIXELS


def moment(seconds: float) -> str:
    """Return a moment as the services write it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
