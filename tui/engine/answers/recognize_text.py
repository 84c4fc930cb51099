"""Recognize Text 1.0 to 2.1: one page, and no reason where it failed.

Sources: the specifications ComputerVision v1.0, v2.0 and v2.1 in Azure/azure-rest-api-specs, and recorded answers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.engine.answers.common import LOW_BELOW, Json, started_with_a_capital, whole
from tui.engine.operations import Operation, Status
from tui.model import Line, Polygon, Word


def recognize_text_1_0(operation: Operation) -> Json:
    """Return an operation as `textOperations` of 1.0 shows it: words say nothing of how sure they are."""
    return _answer(operation, marks_doubt=False)


def recognize_text_2_0(operation: Operation) -> Json:
    """Return an operation as `textOperations` of 2.0 shows it: doubtful words are marked."""
    return _answer(operation, marks_doubt=True)


def recognize_text_2_1(operation: Operation) -> Json:
    """Return an operation as `textOperations` of 2.1 shows it: the page says its size and how it is turned."""
    answer = _answer(operation, marks_doubt=True)
    if operation.pages and "recognitionResult" in answer:
        page = operation.pages[0]
        about = {"page": page.number, "clockwiseOrientation": round(page.angle % 360, 2) % 360}
        size = {"width": int(page.width), "height": int(page.height), "unit": "pixel"}
        answer["recognitionResult"] = {**about, **size, **answer["recognitionResult"]}
    return answer


Box = Callable[[Polygon | None], Sequence[float]]
"""Writes a box as numbers."""


def lines_2(lines: tuple[Line, ...], *, marks_doubt: bool, box: Box = whole) -> list[Json]:
    """Return lines as the versions 1 and 2 write them: boxes in whole pixels, `Low` where a word is doubtful."""
    return [
        {
            "boundingBox": box(line.polygon),
            "text": line.text,
            "words": [_word(word, marks_doubt=marks_doubt, box=box) for word in line.words],
        }
        for line in lines
    ]


def _answer(operation: Operation, *, marks_doubt: bool) -> Json:
    answer: Json = {"status": started_with_a_capital(operation)}
    if operation.status is Status.SUCCEEDED:
        lines = operation.pages[0].lines if operation.pages else ()
        answer["recognitionResult"] = {"lines": lines_2(lines, marks_doubt=marks_doubt)}
    return answer


def _word(word: Word, *, marks_doubt: bool, box: Box) -> Json:
    plain: Json = {"boundingBox": box(word.polygon), "text": word.text}
    is_low = word.low or (word.confidence is not None and word.confidence < LOW_BELOW)
    return {**plain, "confidence": "Low"} if marks_doubt and is_low else plain
