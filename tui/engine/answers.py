"""What the local service says, in the shapes of Recognize Text 2.0 and Read 3.2.

Sources: the specifications ComputerVision v2.0 and v3.2 in Azure/azure-rest-api-specs, and recorded answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tui.engine.operations import Operation, Status
from tui.model import Line, Page, Polygon, Word

MODEL = "PP-OCRv6-small"

Json = dict[str, Any]


def recognize_text_2_0(operation: Operation) -> Json:
    """Return an operation as `textOperations` shows it: without a reason where it failed, and one page at most."""
    answer: Json = {"status": operation.status[0].upper() + operation.status[1:]}
    if operation.status is Status.SUCCEEDED:
        lines = operation.pages[0].lines if operation.pages else ()
        answer["recognitionResult"] = {"lines": [_line_2_0(line) for line in lines]}
    return answer


def _line_2_0(line: Line) -> Json:
    return {
        "boundingBox": _whole(line.polygon),
        "text": line.text,
        "words": [_word_2_0(word) for word in line.words],
    }


def _word_2_0(word: Word) -> Json:
    plain: Json = {"boundingBox": _whole(word.polygon), "text": word.text}
    return {**plain, "confidence": "Low"} if word.is_doubtful else plain


def read_3_2(operation: Operation) -> Json:
    """Return an operation as `analyzeResults` shows it."""
    answer: Json = {
        "status": str(operation.status),
        "createdDateTime": _moment(operation.created),
        "lastUpdatedDateTime": _moment(operation.updated),
    }
    if operation.status is Status.SUCCEEDED:
        answer["analyzeResult"] = {
            "version": "3.2.0",
            "modelVersion": MODEL,
            "readResults": [_page_3_2(page) for page in operation.pages],
        }
    return answer


def _page_3_2(page: Page) -> Json:
    return {
        "page": page.number,
        "angle": page.angle,
        "width": int(page.width),
        "height": int(page.height),
        "unit": "pixel",
        "lines": [_line_3_2(line) for line in page.lines],
    }


def _line_3_2(line: Line) -> Json:
    plain: Json = {
        "boundingBox": _tenths(line.polygon),
        "text": line.text,
        "words": [_word_3_2(word) for word in line.words],
    }
    if line.handwritten is None:
        return plain
    return {**plain, "appearance": {"style": {"name": "handwriting" if line.handwritten else "other"}}}


def _word_3_2(word: Word) -> Json:
    plain: Json = {"boundingBox": _tenths(word.polygon), "text": word.text}
    return plain if word.confidence is None else {**plain, "confidence": round(word.confidence, 3)}


def flat_error(code: str, sentence: str, request_id: str) -> Mapping[str, str]:
    """Return the body of an error of the services themselves; their gateway's is another."""
    return {"code": code, "message": sentence, "requestId": request_id}


def _whole(polygon: Polygon | None) -> list[int]:
    return [round(number) for number in polygon.numbers] if polygon else []


def _tenths(polygon: Polygon | None) -> list[float]:
    return [round(number, 1) for number in polygon.numbers] if polygon else []


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
