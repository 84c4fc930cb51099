"""The old `/ocr` answer, which is no answer of Read: regions of lines of words, boxes as "left,top,width,height".

The service never told how sure it was, nor how large the picture is, and it read print, not handwriting. Its boxes
are upright rectangles, not in the picture as it was sent, but in that picture after it was turned clockwise about its
centre by `textAngle`; `orientation` says where the top of the letters faces then. So the pages made here lie in that
turned picture, and who has the picture turns them back by the angle (see `turned_by`).
Protocol: Azure/azure-rest-api-specs, ComputerVision, the operation RecognizePrintedText (OcrResult); the official
client library azure-cognitiveservices-vision-computervision 0.9.1 says the same of its boxes.

Not sure, for no live answer was at hand:
- The unit of `textAngle`. The newer descriptions say radians, those of 2018 print degrees (-2.0000000000000338, with
  the noise of a conversion). It is the angle to the nearest level or upright line, so what is beyond an eighth of a
  turn cannot be radians; nor is a whole or half number likely to be. Everything else is taken for radians.
- Whether the turned picture keeps the size of the one that was sent. As the description speaks of the coordinates of
  the picture, turned about its centre, it is taken to.
- Whether the service heeded the note by which a phone says how a photo lies (EXIF). It is taken to have done so.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from tui.dialects.lines import LARGEST_COORDINATE, around, half_turn, number_of, records_of, text_of
from tui.dialects.protocol import NotUnderstood
from tui.model import Line, Page, Polygon, Word

FACES = {"up": 0, "right": 1, "down": 2, "left": 3}
"""For each orientation the quarter turns, clockwise, by which the text is turned."""
EIGHTH = math.pi / 4
"""The most that a text can be turned from the nearest level or upright line, in radians."""
UNSPACED = ("zh", "ja")
"""Languages in which every character came as a word."""


def pages_of(answer: Mapping[str, Any]) -> tuple[Page, ...]:
    """Return the one page of an answer, in pixels of the picture as the service turned it; raises NotUnderstood.

    Its size is not known. The corners of its boxes begin at the text's own top left.
    """
    regions = answer.get("regions")
    if not isinstance(regions, list):
        raise NotUnderstood("The answer of the old OCR service holds no regions.", "not-understood")
    quarters = FACES.get(text_of(answer.get("orientation")).lower(), 0)
    space = "" if text_of(answer.get("language")).lower().startswith(UNSPACED) else " "
    records = (line for region in records_of(regions) for line in records_of(region.get("lines")))
    lines = (_line(record, quarters, space) for record in records)
    return (Page(1, 0, 0, half_turn(90.0 * quarters), tuple(line for line in lines if line.text or line.polygon)),)


def turned_by(answer: Mapping[str, Any]) -> float:
    """Return the degrees, clockwise, by which the service turned the picture about its centre before it gave boxes."""
    angle = number_of(answer.get("textAngle")) or 0.0
    is_in_degrees = abs(angle) > EIGHTH or abs(2 * angle - round(2 * angle)) < 1e-9
    return half_turn(angle if is_in_degrees else math.degrees(angle))


def _line(record: Mapping[str, Any], quarters: int, space: str) -> Line:
    words = tuple(_words(record.get("words"), quarters))
    polygon = _polygon(record.get("boundingBox"), quarters) or around(words)
    return Line(space.join(word.text for word in words), polygon, words)


def _words(value: object, quarters: int) -> Iterator[Word]:
    for record in records_of(value):
        if text := text_of(record.get("text")):
            yield Word(text, _polygon(record.get("boundingBox"), quarters))


def _polygon(value: object, quarters: int) -> Polygon | None:
    """Return what should be "left,top,width,height"; its first corner is the text's own top left."""
    numbers = _numbers(value)
    if len(numbers) != 4 or min(numbers[2:]) < 0:
        return None
    left, top, width, height = numbers
    a, b, c, d = Polygon.from_bounds(left, top, left + width, top + height).corners
    corners = (a, b, c, d, a, b, c)
    first, second, third, fourth = corners[quarters : quarters + 4]
    return Polygon((first, second, third, fourth))


def _numbers(value: object) -> list[float]:
    parts = value.split(",", 4) if isinstance(value, str) else []
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return []
    return numbers if all(abs(number) <= LARGEST_COORDINATE for number in numbers) else []
