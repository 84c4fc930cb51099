"""Image Analysis 4.0, which reads an image while one waits: no operation, one page, no angle, nothing on the hand.

Protocol: MicrosoftDocs/azure-ai-docs, computer-vision/includes/how-to-guides/analyze-image-40-rest.md. As the answer
does not say how the page is turned, that is worked out from its lines.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any

from tui.dialects.call import Counter
from tui.dialects.lines import half_turn, page_from, records_of
from tui.dialects.protocol import Dialect, NotUnderstood, Options, given, takes
from tui.dialects.retirement import RETIREMENTS
from tui.dialects.synchronous import SynchronousDialect
from tui.model import Line, Page

VERSION = "2024-02-01"
_END = RETIREMENTS["image-analysis-4.0"]
SUCCESSOR = (
    f"Check that the endpoint is the resource's own. The last day of {_END.product} is {_END.day}: {_END.instead}."
)


@takes("api-version", "language", "model-version")
def image_analysis_4_0(options: Options) -> Dialect:
    """Speak Image Analysis 4.0; api-version (2024-02-01 where it is not set), language, model-version pass through."""
    query = {"api-version": VERSION, "features": "read", **given(options, "api-version", "language", "model-version")}
    counter = Counter("/computervision/imageanalysis:analyze", query, successor=SUCCESSOR)
    return SynchronousDialect("image-analysis-4.0", counter, pages_of)


def pages_of(answer: Mapping[str, Any]) -> tuple[Page, ...]:
    """Return the one page of an answer, in pixels; raises NotUnderstood."""
    return (page_of(answer),)


def page_of(answer: Mapping[str, Any]) -> Page:
    """Return the page of a `readResult`; raises NotUnderstood when it holds no blocks."""
    result, size = answer.get("readResult"), answer.get("metadata")
    blocks = result.get("blocks") if isinstance(result, Mapping) else None
    if not isinstance(blocks, list):
        raise NotUnderstood("The answer of Image Analysis holds no readResult.blocks.", "not-understood")
    lines = [line for block in records_of(blocks) for line in records_of(block.get("lines"))]
    size = size if isinstance(size, Mapping) else {}
    page = page_from({"width": size.get("width"), "height": size.get("height"), "lines": lines}, 1)
    return replace(page, angle=angle_of(page.lines))


def angle_of(lines: Sequence[Line]) -> float:
    """Return how far a page is turned: the median of its lines' own angles, each with the weight of its length.

    Degrees clockwise, -180 to 180; 0 for a page without lines. The median is taken round the mean direction, so that
    lines upside down at 179 and -179 degrees do not come out level.
    """
    placed = [line.polygon for line in lines if line.polygon]
    if not placed:
        return 0.0
    mean = math.degrees(cmath.phase(sum(cmath.rect(one.width, math.radians(one.angle)) for one in placed)))
    deviations = sorted((half_turn(one.angle - mean), one.width) for one in placed)
    reached = list(accumulate(width for _, width in deviations))
    median = next(angle for (angle, _), sum_ in zip(deviations, reached, strict=True) if sum_ >= reached[-1] / 2)
    return half_turn(mean + median)
