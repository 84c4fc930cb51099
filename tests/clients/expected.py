"""What a client must have been told of a page that the tests drew."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageDraw, ImageFont

LEFT, TOP, STEP, SIZE = 40, 40, 100, 48
"""Where and how large `drawn.page` writes, in pixels."""

Bounds = tuple[float, float, float, float]


def assert_lines(told: Sequence[dict[str, Any]], written: Sequence[str]) -> None:
    """Assert that these lines were told, each at its place, and every word of theirs at its own."""
    assert [line["text"] for line in told] == list(written)
    for place, line in enumerate(told):
        assert overlap(bounds(line["box"]), ink(written[place], place)) > 0.5
        assert [word["text"] for word in line["words"]] == written[place].split()
        for at, word in enumerate(line["words"]):
            assert overlap(bounds(word["box"]), column(written[place].split(), at, place)) > 0.4


def column(words: Sequence[str], at: int, place: int) -> Bounds:
    """Return where a word stands: as wide as its ink, as high as its line's."""
    before = " ".join([*words[:at], ""])
    left, _, right, _ = ink(words[at], place, left=LEFT + font().getlength(before))
    _, top, _, bottom = ink(" ".join(words), place)
    return left, top, right, bottom


def ink(text: str, place: int, left: float = LEFT) -> Bounds:
    """Return where the ink of a line or word lies."""
    pen = ImageDraw.Draw(Image.new("L", (1, 1)))
    return pen.textbbox((left, TOP + place * STEP), text, font=font())


def font() -> ImageFont.FreeTypeFont:
    found = ImageFont.load_default(SIZE)
    assert isinstance(found, ImageFont.FreeTypeFont)
    return found


def bounds(box: Sequence[float]) -> Bounds:
    """Return what eight numbers enclose, which begin at the text's top left and go round clockwise."""
    assert len(box) == 8
    xs, ys = box[0::2], box[1::2]
    assert xs[0] < xs[1]
    assert ys[0] < ys[3]
    return min(xs), min(ys), max(xs), max(ys)


def overlap(one: Bounds, other: Bounds) -> float:
    """Return how much of what two rectangles cover is covered by both, 0..1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    common = max(0.0, width) * max(0.0, height)
    return common / (area(one) + area(other) - common)


def area(box: Bounds) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
