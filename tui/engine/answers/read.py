"""Read: 2.0 and 2.1, also known as Batch Read, then 3.0 to 3.2, and Form Recognizer's layout, which is a child of it.

Sources: the specifications ComputerVision v2.0 to v3.2 and FormRecognizer v2.1 in Azure/azure-rest-api-specs, and
recorded answers.
"""

from __future__ import annotations

from tui.engine.answers.common import (
    MODEL,
    Beside,
    Json,
    Measure,
    lines_of,
    measure_of,
    started_with_a_capital,
    times_of,
)
from tui.engine.answers.recognize_text import lines_2
from tui.engine.operations import Operation, Status
from tui.engine.reading import AUTO, LITERAL
from tui.model import Line, Page, Word


def batch_read(operation: Operation) -> Json:
    """Return an operation as `read/operations` of 2.0 and 2.1 shows it."""
    answer: Json = {"status": started_with_a_capital(operation)}
    if operation.status is Status.SUCCEEDED:
        answer["recognitionResults"] = [_batch_page(page, measure_of(operation)) for page in operation.pages]
    return answer


def read_3_0(operation: Operation) -> Json:
    """Return an operation as `analyzeResults` of 3.0 shows it."""
    return _answer(operation, {"version": "3.0.0"})


def read_3_1(operation: Operation) -> Json:
    """Return an operation as `analyzeResults` of 3.1 shows it."""
    return _answer(operation, {"version": "3.1.0"})


def read_3_2(operation: Operation) -> Json:
    """Return an operation as `analyzeResults` of 3.2 shows it."""
    return _answer(operation, {"version": "3.2.0", "modelVersion": MODEL})


def layout_2_1(operation: Operation) -> Json:
    """Return an operation as Form Recognizer 2.1 shows its layout: no tables, but a reason where it failed."""
    answer = _answer(operation, {"version": "2.1.0"})
    if operation.status is Status.SUCCEEDED:
        answer["analyzeResult"]["pageResults"] = [{"page": page.number, "tables": []} for page in operation.pages]
    if operation.status is Status.FAILED:
        error = {"code": operation.code, "message": operation.reason}
        answer["analyzeResult"] = {"version": "2.1.0", "readResults": [], "errors": [error]}
    return answer


def _answer(operation: Operation, about: Json) -> Json:
    answer: Json = {"status": str(operation.status), **times_of(operation)}
    if operation.status is Status.SUCCEEDED:
        beside = Beside(operation.readings)
        answer["analyzeResult"] = {**about, "readResults": [_page(page, operation, beside) for page in operation.pages]}
    return answer


def _batch_page(page: Page, measure: Measure) -> Json:
    return {
        "page": page.number,
        "clockwiseOrientation": round(page.angle % 360, 2) % 360,
        **measure.extent(page),
        "lines": lines_2(page.lines, marks_doubt=True, box=measure.whole_box),
    }


def _page(page: Page, operation: Operation, beside: Beside) -> Json:
    language, measure = operation.option("language"), measure_of(operation)
    language = "" if language.lower() in {AUTO, LITERAL} else language  # which are ours, and no language
    return {
        "page": page.number,
        **({"language": language} if language else {}),
        "angle": page.angle,
        **measure.extent(page),
        "lines": [read_line(line, measure, beside) for line in lines_of(page, operation)],
        **beside.page(page),
    }


def read_line(line: Line, measure: Measure, beside: Beside) -> Json:
    """Return a line as Read 3.0 to 3.2 write it."""
    plain: Json = {
        "boundingBox": measure.box(line.polygon),
        "text": line.text,
        "words": [_word(word, measure, beside) for word in line.words],
        **beside.line(line),
    }
    if line.handwritten is None:
        return plain
    return {**plain, "appearance": {"style": {"name": "handwriting" if line.handwritten else "other"}}}


def _word(word: Word, measure: Measure, beside: Beside) -> Json:
    plain: Json = {"boundingBox": measure.box(word.polygon), "text": word.text}
    sure = {} if word.confidence is None else {"confidence": round(word.confidence, 3)}
    return {**plain, **sure, **beside.word(word)}
