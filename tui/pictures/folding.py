"""Folding a long line into the rows of cells there are, so that its ink is drawn as large as can be.

A line of handwriting is twenty times as long as it is high, and a terminal is not. Cut into two to four pieces that lie
one under another, its ink is drawn two to four times as large, which is the difference between a grey thread and words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import mul
from typing import Final

from PIL import Image, ImageFilter

CELL_ASPECT: Final = 2.0
"""How much higher than wide a terminal's cell is."""
_LARGEST: Final = 0.5
"""Columns of cells for each pixel of a crop at most: a tiny crop is not blown up."""
_WORTH: Final = 1.02
"""By how much one more piece must enlarge the ink."""
_STRETCH: Final = 1.5
"""How much higher than its shape asks ink may be drawn where there are rows for it: height is what small ink lacks."""
_GAP: Final = 0.33
"""Width of the gap between words, as a share of the line's height."""
_REACH: Final = 0.25
"""How far from the even cut a cut may be, in shares of a piece; nor is it farther than the line is high."""
_PULL: Final = 0.15
"""What it costs to cut one height of the line away from the even cut, in shares of the mean ink."""
_DIVIDED_WORD: Final = 10.0
_SLACK: Final = 1.06
"""How much longer than the mean the longest piece is, before it is known where the cuts fall."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a crop, and the cells it is to be drawn in."""

    image: Image.Image
    left: int
    """Where it begins, in columns of pixels of the crop."""
    right: int
    """Where it ends; the next piece begins there."""
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A crop cut into pieces, in reading order."""

    pieces: tuple[Piece, ...]

    @property
    def rows(self) -> int:
        """How many rows of cells the pieces take, one under another."""
        return sum(piece.rows for piece in self.pieces)

    def where(self, left: float, right: float) -> tuple[int, int, int]:
        """Return where a range of the crop's pixels is drawn: the piece, its first and its last column of cells.

        A range that a cut divides is where the larger part of it is; one outside the crop is at the nearer end.
        """
        index = max(range(len(self.pieces)), key=lambda index: _shared(self.pieces[index], left, right))
        piece = self.pieces[index]
        cells = piece.columns / (piece.right - piece.left)
        first = min(max(int((left - piece.left) * cells), 0), piece.columns - 1)
        last = min(max(int((right - piece.left) * cells - 1e-6), first), piece.columns - 1)
        return index, first, last


def _shared(piece: Piece, left: float, right: float) -> float:
    """Return how much of a range lies in a piece; below 0 by how far it is away."""
    return min(piece.right, right) - max(piece.left, left)


def fold(
    crop: Image.Image, columns: int, rows: int, *, words: Sequence[tuple[float, float]] = (), spare: int = 0
) -> Folded:
    """Cut a crop into as many pieces as make its ink largest in so many columns and rows of cells.

    It is cut where there is least ink near the even cuts, and not within the `words`, which are ranges of the crop's
    columns of pixels, where that can be helped. All pieces are drawn at one scale. Of the rows, `spare` are left free
    for each piece, such as for the text under it.
    """
    columns, rows = max(1, columns), max(1, rows)
    count = _best_count(crop.size, columns, rows, spare)
    cuts = _cuts(crop, count, words)
    room = max(1, rows // count - spare)
    scale = _scale(max(right - left for left, right in pairwise(cuts)), crop.height, columns, room)
    high = _height(crop.height * scale / CELL_ASPECT, room)
    return Folded(tuple(_piece(crop, left, right, scale, columns, high) for left, right in pairwise(cuts)))


def _best_count(size: tuple[int, int], columns: int, rows: int, spare: int) -> int:
    width, height = size
    best, largest = 1, 0.0
    for count in range(1, min(rows // (1 + spare), width) + 1):
        longest = width if count == 1 else width / count * _SLACK
        scale = _scale(longest, height, columns, rows // count - spare)
        if scale > largest * _WORTH:
            best, largest = count, scale
    return best


def _scale(width: float, height: float, columns: int, rows: int) -> float:
    """Return how many columns of cells a pixel takes when a picture fills a box of cells."""
    return min(columns / width, rows * CELL_ASPECT / height, _LARGEST)


def _height(rows: float, room: int) -> int:
    """Return how many rows a piece takes that would fill a fractional number of them."""
    return max(1, min(room, max(math.ceil(rows - 0.05), int(rows * _STRETCH))))


def _piece(crop: Image.Image, left: int, right: int, scale: float, columns: int, rows: int) -> Piece:
    image = crop if right - left == crop.width else crop.crop((left, 0, right, crop.height))
    return Piece(image, left, right, max(1, min(columns, math.ceil(image.width * scale - 0.05))), rows)


def _cuts(crop: Image.Image, count: int, words: Sequence[tuple[float, float]]) -> list[int]:
    """Return where the pieces begin and end, in columns of pixels, both ends of the crop among them."""
    cuts = [0]
    ink = _ink_of_columns(crop) if count > 1 else []
    reach = min(crop.height, crop.width / count * _REACH)
    for number in range(1, count):
        even = crop.width * number / count
        first = max(cuts[-1] + 1, math.ceil(even - reach))
        last = min(crop.width - (count - number), math.floor(even + reach))
        cost = [ink[x] + _PULL * abs(x - even) / crop.height for x in range(first, last + 1)]
        for left, right in words:
            for x in range(max(first, math.ceil(left) + 1), min(last + 1, math.floor(right))):
                cost[x - first] += _DIVIDED_WORD
        cuts.append(first + cost.index(min(cost)))
    return [*cuts, crop.width]


def _ink_of_columns(crop: Image.Image) -> list[float]:
    """Return how much ink there is round each column of pixels, in shares of the mean."""
    profile = crop.reduce((1, crop.height))
    smooth = profile.filter(ImageFilter.BoxBlur((crop.height * _GAP / 2, 0)))
    histogram = smooth.histogram()
    paper = max(shade for shade, count in enumerate(histogram) if count)
    mean = max(1.0, paper - sum(map(mul, histogram, range(256))) / smooth.width)
    shares = [(paper - shade) / mean for shade in range(256)]
    return [shares[shade] for shade in smooth.tobytes()]
