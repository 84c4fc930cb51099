"""Leaving out the empty paper round a line or a word.

A word in sixteen columns has two or three of them for each letter, and a margin of one letter's width takes as many.
One threshold tells ink from paper, and a low one: where shadow or a neighbour's ink reaches the rim, nothing is left
out there.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import Final

from PIL import Image

_HIGHEST: Final = 240
"""What is higher in pixels is no line of text but a page, whose margins are part of its looks."""
_ROWS: Final = 20
"""Of about so many rows is the picture in which ink is sought: coarse, so that a speck is none."""
_PAPER: Final = 0.7
"""Seven tenths of a line's pixels are no brighter than its paper."""
_INK: Final = 0.02
"""Two hundredths are as dark as its ink."""
_FAINT: Final = 0.3
"""What is darker than the paper by this share of the ink's darkness is kept."""
_EDGE: Final = 0.04
"""How much paper is left on each side, as a share of the height."""
_FEWEST: Final = 24
"""A picture with fewer greys between paper and ink than this is left as it is, for it may be blank."""


def trimmed(image: Image.Image) -> Image.Image:
    """Return a line or a word without the empty paper round it; a page, and what may be blank, as it is."""
    if image.height > _HIGHEST:
        return image
    step = max(1, image.height // _ROWS)
    small = image.convert("L").reduce(step)
    faintest = _faintest_ink(small.histogram())
    found = faintest and small.point(_below(faintest)).getbbox()
    if not found:
        return image
    edge = _EDGE * image.height
    left, top = (max(0, int(start * step - edge)) for start in found[:2])
    right, bottom = (min(size, int(end * step + edge)) for end, size in zip(found[2:], image.size, strict=True))
    return image.crop((left, top, right, bottom))


def _faintest_ink(histogram: list[int]) -> int:
    """Return the grey below which there is ink, 0 where there is none."""
    up_to = list(accumulate(histogram))
    paper, ink = (bisect_right(up_to, up_to[-1] * share) for share in (_PAPER, _INK))
    return round(paper - _FAINT * (paper - ink)) if paper - ink >= _FEWEST else 0


@lru_cache(256)
def _below(limit: int) -> list[int]:
    return [255] * limit + [0] * (256 - limit)
