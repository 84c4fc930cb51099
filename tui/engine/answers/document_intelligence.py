"""Document Intelligence 3.1 and 4.0: one long text, and of everything which spans of it it is.

Lines are joined by line feeds, as are pages. A paragraph is a run of lines that stand close below each other. Sources:
the specifications FormRecognizer 2023-07-31 and DocumentIntelligence 2024-11-30 in Azure/azure-rest-api-specs, and
recorded answers.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tui.engine.answers.common import Beside, Json, Measure, lines_of, measure_of, times_of
from tui.engine.answers.errors import wrapped_error
from tui.engine.operations import Operation, Status
from tui.model import Line, Page, Polygon, Word

UTF16 = "utf16CodeUnit"
CODE_POINTS = "unicodeCodePoint"
GRAPHEMES = "textElements"
STRING_INDEX_TYPES = (GRAPHEMES, CODE_POINTS, UTF16)
APART = 0.8
"""Lines with a gap of more than this share of their height between them belong to two paragraphs."""


def analyze_result(operation: Operation) -> Json:
    """Return an operation as `analyzeResults` shows it; one that failed says why."""
    answer: Json = {"status": str(operation.status), **times_of(operation)}
    if operation.status is Status.FAILED:
        answer["error"] = failure_of(operation)
    if operation.status is Status.SUCCEEDED:
        answer["analyzeResult"] = _result(operation)
    return answer


def failure_of(operation: Operation) -> Json:
    """Return why an operation failed."""
    outer, inner = _FAILURES.get(operation.code, ("InternalServerError", ""))
    failure: Json = wrapped_error(outer, inner, operation.reason)["error"]
    return failure


_FAILURES = {
    "InvalidImage": ("InvalidRequest", "InvalidContent"),
    "InvalidImageSize": ("InvalidRequest", "InvalidContentDimensions"),
    "InvalidPageRange": ("InvalidArgument", "InvalidParameter"),
}


def length_in(text: str, unit: str) -> int:
    """Return how long a text is, counted as a `stringIndexType` says.

    A text element is a character with the marks that combine with it: more than that, such as flags or families, no
    alphabet of the engine holds.
    """
    if unit == UTF16:
        return len(text) + sum(ord(character) > 0xFFFF for character in text)
    if unit == GRAPHEMES and not text.isascii():
        marks = sum(unicodedata.category(character).startswith("M") for character in text[1:])
        return len(text) - marks
    return len(text)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line and its place in the text."""

    line: Line
    offset: int
    length: int

    @property
    def span(self) -> Json:
        return {"offset": self.offset, "length": self.length}

    @property
    def end(self) -> int:
        return self.offset + self.length


def _result(operation: Operation) -> Json:
    unit = operation.option("stringIndexType") or GRAPHEMES
    version = operation.option("api-version")
    measure, beside = measure_of(operation), Beside(operation.readings)
    offset, pages = 0, []
    for page in operation.pages:
        placed = list(_placed(lines_of(page, operation), offset, unit))
        pages.append((page, placed, offset))
        offset = placed[-1].end + 1 if placed else offset
    every = [one for _, placed, _ in pages for one in placed]
    result: Json = {
        "apiVersion": version,
        "modelId": "prebuilt-read",
        "stringIndexType": unit,
        "content": "\n".join(one.line.text for one in every),
        "pages": [_page(page, placed, offset, _Words(unit, measure, beside)) for page, placed, offset in pages],
        "paragraphs": [_paragraph(page, run, measure) for page, placed, _ in pages for run in _runs(placed)],
        **_styles(every),
    }
    return {**result, "contentFormat": "text"} if version >= "2024" else result


def _placed(lines: Sequence[Line], offset: int, unit: str) -> Iterator[_Placed]:
    for line in lines:
        placed = _Placed(line, offset, length_in(line.text, unit))
        yield placed
        offset = placed.end + 1


def _page(page: Page, placed: Sequence[_Placed], offset: int, write: _Words) -> Json:
    return {
        "pageNumber": page.number,
        "angle": page.angle,
        **write.measure.extent(page),
        "words": [word for one in placed for word in write.words(one)],
        "lines": [write.line(one) for one in placed],
        "spans": [{"offset": offset, "length": placed[-1].end - offset if placed else 0}],
    }


@dataclass(frozen=True, slots=True)
class _Words:
    """Writes lines and their words."""

    unit: str
    """What spans are counted in."""
    measure: Measure
    beside: Beside

    def line(self, placed: _Placed) -> Json:
        """Return a line."""
        box = self.measure.box(placed.line.polygon)
        return {"content": placed.line.text, "polygon": box, "spans": [placed.span], **self.beside.line(placed.line)}

    def words(self, placed: _Placed) -> Iterator[Json]:
        """Yield the words of a line, each where it is found in the line's text."""
        text, reached = placed.line.text, 0
        for word in placed.line.words:
            start = text.find(word.text, reached)
            start = reached if start < 0 else start
            reached = min(len(text), start + len(word.text))
            offset = placed.offset + length_in(text[:start], self.unit)
            yield self._word(word, {"offset": offset, "length": length_in(text[start:reached], self.unit)})

    def _word(self, word: Word, span: Json) -> Json:
        record: Json = {"content": word.text, "polygon": self.measure.box(word.polygon)}
        sure = {} if word.confidence is None else {"confidence": round(word.confidence, 3)}
        return {**record, **sure, "span": span, **self.beside.word(word)}


def _runs(placed: Sequence[_Placed]) -> Iterator[list[_Placed]]:
    run: list[_Placed] = []
    for one in placed:
        if run and not _goes_on(run[-1].line.polygon, one.line.polygon):
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _goes_on(above: Polygon | None, below: Polygon | None) -> bool:
    """Whether a line stands close below another, and not beside it or at the top of the next column."""
    if not (above and below):
        return False
    (left, top, right, bottom), (next_left, next_top, next_right, next_bottom) = above.bounds, below.bounds
    beneath = (next_top + next_bottom) / 2 > (top + bottom) / 2
    overlap = min(right, next_right) > max(left, next_left)
    return beneath and overlap and next_top - bottom <= APART * min(above.height, below.height)


def _paragraph(page: Page, run: Sequence[_Placed], measure: Measure) -> Json:
    regions = [{"pageNumber": page.number, "polygon": measure.box(around)} for around in _around(run)]
    return {
        "spans": [{"offset": run[0].offset, "length": run[-1].end - run[0].offset}],
        "boundingRegions": regions,
        "content": " ".join(one.line.text for one in run),
    }


def _around(run: Iterable[_Placed]) -> Iterator[Polygon]:
    """Return the upright box round some lines, if any of them has a place."""
    bounds = [one.line.polygon.bounds for one in run if one.line.polygon]
    if bounds:
        lefts, tops, rights, bottoms = zip(*bounds, strict=True)
        yield Polygon.from_bounds(min(lefts), min(tops), max(rights), max(bottoms))


def _styles(placed: Iterable[_Placed]) -> Json:
    """Return what was written by hand; nothing at all where the engine does not know, for empty would mean: nothing."""
    known = [one for one in placed if one.line.handwritten is not None]
    if not known:
        return {}
    by_hand = [one.span for one in known if one.line.handwritten]
    return {"styles": [{"isHandwritten": True, "spans": by_hand}] if by_hand else []}
