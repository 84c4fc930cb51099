"""Image Analysis 4.0: one image, at once, in whole pixels, and no status.

Source: MicrosoftDocs/azure-ai-docs, computer-vision/includes/how-to-guides/analyze-image-40-rest.md.
"""

from __future__ import annotations

from tui.engine.answers.common import MODEL, Beside, Json
from tui.engine.operations import Operation
from tui.model import Line, Polygon, Word


def image_analysis_4_0(operation: Operation) -> Json:
    """Return an operation that succeeded as `imageanalysis:analyze` answers."""
    page = operation.pages[0]
    beside = Beside(operation.readings)
    lines = [_line(line, beside) for line in page.lines]
    return {
        "modelVersion": MODEL,
        "metadata": {"width": int(page.width), "height": int(page.height)},
        "readResult": {"blocks": [{"lines": lines}] if lines else []},
    }


def _line(line: Line, beside: Beside) -> Json:
    return {
        "text": line.text,
        "boundingPolygon": _points(line.polygon),
        "words": [_word(word, beside) for word in line.words],
        **beside.line(line),
    }


def _word(word: Word, beside: Beside) -> Json:
    plain: Json = {"text": word.text, "boundingPolygon": _points(word.polygon)}
    sure = {} if word.confidence is None else {"confidence": round(word.confidence, 3)}
    return {**plain, **sure, **beside.word(word)}


def _points(polygon: Polygon | None) -> list[Json]:
    return [{"x": round(x), "y": round(y)} for x, y in polygon.corners] if polygon else []
