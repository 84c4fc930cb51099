"""Taking the paper away, so that only ink is left to draw.

Scans are grey, stained and unevenly lit; a terminal cell has few shades to spend on that. The paper's own brightness is
estimated round every spot and divided out, and what is darker than its paper is stretched to full ink.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

from PIL import Image, ImageChops, ImageFilter, ImageMath

_BLOCK: Final = 4
"""Side of the squares, in the parts that cells are divided into, whose brightest spot is taken for paper."""
_FAINTEST: Final = 28
"""The darkest spot of a picture counts as full ink only when it is this much darker than its paper, of 255."""
_LEAST_GRAIN: Final = 0.10
_MOST_GRAIN: Final = 0.35
"""Between these shares of full ink, what is lighter than the paper's grain and ruling is plain paper."""
_MEDIANS: Final = 1.5
"""Most of a picture is paper: grain and ruling reach to so many times the median darkness."""
_RIM: Final = 25
"""A picture's rim is one part in so many of its width or height."""
_GAP: Final = 2.0
"""So many times as large a picture is resampled with care; what is larger still is averaged first."""
_GAMMA: Final = 0.75
"""Lifts thin strokes, which fade where they share a part with paper."""


def ink(image: Image.Image, width: int, height: int, *, fineness: int = 1) -> Image.Image:
    """Return the ink of a grey image as an 'L' image of width x height: 0 is paper, 255 full ink.

    `fineness` is how many of its pixels lie side by side in a part of a cell: the finer, the wider is a stroke.
    """
    near, box = _nearer(image, width, height)
    # Lanczos keeps the strokes that a mean would blur, but brightens the paper beside them, which is no brighter paper.
    sharp = near.resize((width, height), Image.Resampling.LANCZOS, box)
    soft = near.resize((-(-width // fineness), -(-height // fineness)), Image.Resampling.BOX, box)
    paper = _paper(soft)
    darkness = _darkness(sharp, paper if fineness == 1 else paper.resize(sharp.size, Image.Resampling.BILINEAR))
    return darkness.point(_stretch(_inner(darkness).histogram()))


def _nearer(image: Image.Image, width: int, height: int) -> tuple[Image.Image, tuple[float, float, float, float]]:
    """Average a picture down to twice the size that it is to have or a little more, and say which part of that it is.

    It is what `reducing_gap` does, once for the two pictures made of it.
    """
    across, down = (max(1, int(old / new / _GAP)) for old, new in ((image.width, width), (image.height, height)))
    near = image.reduce((across, down)) if max(across, down) > 1 else image
    return near, (0.0, 0.0, image.width / across, image.height / down)


def _inner(darkness: Image.Image) -> Image.Image:
    """Leave the rim out, where a scanner's black border would pass for the darkest ink."""
    across, down = darkness.width // _RIM, darkness.height // _RIM
    return darkness.crop((across, down, darkness.width - across, darkness.height - down))


def _paper(small: Image.Image) -> Image.Image:
    """Estimate the paper's brightness everywhere: the brightest spot of each block, smoothed."""
    blocks = _brightest_of_blocks(small).filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.BoxBlur(2))
    box = (0, 0, small.width / _BLOCK, small.height / _BLOCK)
    return blocks.resize(small.size, Image.Resampling.BILINEAR, box)


def _brightest_of_blocks(small: Image.Image) -> Image.Image:
    columns, rows = -(-small.width // _BLOCK), -(-small.height // _BLOCK)
    padded = Image.new("L", (columns * _BLOCK, rows * _BLOCK))
    padded.paste(small)
    brightest = padded
    for step in (1, 2):
        for offset in ((-step, 0), (0, -step)):
            brightest = ImageChops.lighter(brightest, ImageChops.offset(brightest, *offset))
    return brightest.resize((columns, rows), Image.Resampling.NEAREST, (0, 0, *padded.size))


def _darkness(small: Image.Image, paper: Image.Image) -> Image.Image:
    """Return by which share of the paper's brightness each spot is darker than it, as 0 to 255."""
    lightened = ImageMath.lambda_eval(_share, small=small, paper=paper)
    assert isinstance(lightened, Image.Image)
    return lightened


def _share(images: dict[str, Any]) -> Any:
    """Reckon in whole numbers, as ImageMath does with grey images."""
    lit = 255 * images["small"] / images["max"](images["paper"], 1)
    return images["convert"](images["max"](255 - lit, 0), "L")


def _stretch(histogram: list[int]) -> list[int]:
    """Return the table that takes the darkest hundredth to full ink, and the paper's grain to plain paper."""
    up_to = list(accumulate(histogram))
    full = max(_FAINTEST, bisect_right(up_to, up_to[-1] * 0.99))
    return _table(
        full, min(_MOST_GRAIN * full, max(_LEAST_GRAIN * full, _MEDIANS * bisect_right(up_to, up_to[-1] / 2)))
    )


@lru_cache(256)
def _table(full: int, grain: float) -> list[int]:
    return [round(255 * min(1.0, max(0.0, (value - grain) / (full - grain))) ** _GAMMA) for value in range(256)]
