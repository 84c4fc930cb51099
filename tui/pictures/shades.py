"""The two shades and the pattern of every cell of a drawing.

A cell has one colour for the parts its character covers and another for the rest. The best two are the means of the
best split of the parts' greys into a light and a dark side, and trying every split of the sorted greys finds it (the
criterion is Otsu's of 1979, for two to eight greys).

It is reckoned twice, to the same end. A line of text has some hundreds of cells, half of them blank, and is done cell
by cell. A page has thousands, and is done with Pillow's arithmetic, where an image holds one number of each cell and a
step costs little more for all of them than for one.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import add
from typing import Any, Final

from PIL import Image, ImageChops, ImageMath

from tui.pictures.glyphs import GlyphSet

_FLAT: Final = 15
"""A cell whose parts differ by no more than this, of 255, has one shade."""
_MONO_INK: Final = 100
"""Without colours, a part with at least this much ink, of 255, is drawn."""
_MONO: Final = bytes(grey >= _MONO_INK for grey in range(256))
_MANY: Final = 1200
"""From about this many cells on, Pillow's arithmetic is the faster way."""

_Greys = tuple[int, ...]
_Cell = tuple[int, int, int]
"""Its pattern, the mean of its dark side and that of its light side."""
_Number = Any
"""An image of numbers in Pillow's arithmetic, which carries no types."""


@dataclass(frozen=True, slots=True)
class Shades:
    """A number for each cell, row by row."""

    patterns: bytes
    """Which parts are ink; 0 where the cell has one shade, which is `light`."""
    dark: bytes
    """The mean of the parts that are ink, 0 to 255."""
    light: bytes
    """The mean of the others."""


def two_shades(ink: Image.Image, glyphs: GlyphSet) -> Shades:
    """Return the best two shades of each cell of an 'L' image that has one pixel for each part of a cell."""
    parts = _parts(ink, glyphs)
    if len(parts[0]) < _MANY:
        return cell_by_cell(parts)
    return all_at_once(parts, ink.width // glyphs.columns)


def one_shade(ink: Image.Image, glyphs: GlyphSet) -> Shades:
    """Return the same for a drawing without colours, where a part is ink or it is not."""
    parts = _parts(ink, glyphs)
    count = len(parts[0])
    # As one long number each, so that a shift moves the bit of every cell.
    bits = (int.from_bytes(part.translate(_MONO)) << bit for bit, part in enumerate(parts))
    return Shades(sum(bits).to_bytes(count), b"\xff" * count, bytes(count))


def _parts(ink: Image.Image, glyphs: GlyphSet) -> list[bytes]:
    """Return for each part of a cell, as one reads, the greys it has in all cells."""
    greys, width = ink.tobytes(), ink.width
    lines = [greys[start : start + width] for start in range(0, len(greys), width)]
    return [
        b"".join([line[column :: glyphs.columns] for line in lines[row :: glyphs.rows]])
        for row in range(glyphs.rows)
        for column in range(glyphs.columns)
    ]


@lru_cache
def _weights(count: int) -> tuple[int, ...]:
    """Return what the square of a split's excess is multiplied with, so that splits of all sizes compare.

    The excess of a split is how far the light side's sum, times all parts, is from the sum of all, times the side's
    parts. What the split explains is its square by the product of the sides' sizes; whole numbers keep both ways equal,
    and for eight parts the largest still fits 32 bits.
    """
    products = [size * (count - size) for size in range(1, count)]
    return tuple(math.lcm(*products) // product for product in products)


_EIGHT: Final = 8
_OF_EIGHT: Final = _weights(_EIGHT)


def cell_by_cell(parts: list[bytes]) -> Shades:
    """Return the best two shades of a few cells, given the greys of each of their parts."""
    cells = _Octants(len(parts)) if len(parts) == _EIGHT else _Cells(len(parts))
    patterns, dark, light = zip(*[cells[greys] for greys in zip(*parts, strict=True)], strict=True)
    return Shades(bytes(patterns), bytes(dark), bytes(light))


class _Cells(dict[_Greys, _Cell]):
    """What comes of certain greys, reckoned when it is first asked for: most cells are blank, and one look-up."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._bits = tuple(1 << part for part in range(count))
        self._sizes_and_weights = tuple(enumerate(_weights(count), 1))

    def __missing__(self, greys: _Greys) -> _Cell:
        cell = self[greys] = self._split(greys)
        return cell

    def _split(self, greys: _Greys) -> _Cell:
        ordered = sorted(greys)
        count, total = len(ordered), sum(ordered)
        if ordered[-1] - ordered[0] <= _FLAT:
            return 0, 0, total // count
        size = self._best_size(ordered, total)
        least_ink, light = ordered[size], sum(ordered[:size])
        pattern = sum([bit for bit, grey in zip(self._bits, greys, strict=True) if grey >= least_ink])
        return pattern, (total - light) // (count - size), light // size

    def _best_size(self, ordered: list[int], total: int) -> int:
        """Return how many of the sorted greys are the light side of the best split."""
        count, best, best_size, excess = len(ordered), -1, 1, 0
        for size, weight in self._sizes_and_weights:
            excess += ordered[size - 1] * count - total
            explained = excess * excess * weight
            if explained > best:
                best, best_size = explained, size
        return best_size


class _Octants(_Cells):
    """The same for cells of eight parts, which most are, written out: in Python the loops take twice as long."""

    def _split(self, greys: _Greys) -> _Cell:
        one, two, three, four, five, six, seven, last = ordered = sorted(greys)
        flat = last - one <= _FLAT
        # From here on each is the sum of the greys up to it.
        two += one
        three += two
        four += three
        five += four
        six += five
        seven += six
        total = seven + last
        if flat:
            return 0, 0, total // 8
        mean = total / 8  # Eighths, their squares and those times the weights are exact.
        a, b, c, d = one - mean, two - 2 * mean, three - 3 * mean, four - 4 * mean
        e, f, g = five - 5 * mean, six - 6 * mean, seven - 7 * mean
        by_1, by_2, by_3, by_4, by_5, by_6, by_7 = _OF_EIGHT
        explained = (a * a * by_1, b * b * by_2, c * c * by_3, d * d * by_4, e * e * by_5, f * f * by_6, g * g * by_7)
        size = explained.index(max(explained)) + 1
        least, light = ordered[size], (one, two, three, four, five, six, seven)[size - 1]
        p, q, r, s, t, u, v, w = greys
        top = (p >= least) + 2 * (q >= least) + 4 * (r >= least) + 8 * (s >= least)
        bottom = (t >= least) + 2 * (u >= least) + 4 * (v >= least) + 8 * (w >= least)
        return top + 16 * bottom, (total - light) // (8 - size), light // size


def all_at_once(parts: list[bytes], columns: int) -> Shades:
    """Return the best two shades of many cells, given the greys of each of their parts, row by row."""
    size = columns, len(parts[0]) // columns
    greys = [Image.frombytes("L", size, part) for part in parts]
    operands = {f"part{number}": image for number, image in enumerate(greys)}
    operands |= {f"ordered{number}": image for number, image in enumerate(_sorted(greys))}
    packed = ImageMath.lambda_eval(_packed, **operands)
    assert isinstance(packed, Image.Image)
    numbers = packed.tobytes()
    in_order = (0, 1, 2) if sys.byteorder == "little" else (3, 2, 1)
    return Shades(*(numbers[byte::4] for byte in in_order))


def _sorted(images: list[Image.Image]) -> list[Image.Image]:
    """Sort the greys of each cell, the lightest first, by exchanging neighbours (odd-even transposition)."""
    ordered = list(images)
    for turn in range(len(ordered)):
        for left in range(turn % 2, len(ordered) - 1, 2):
            one, other = ordered[left : left + 2]
            ordered[left : left + 2] = ImageChops.darker(one, other), ImageChops.lighter(one, other)
    return ordered


def _packed(images: Mapping[str, _Number]) -> _Number:
    """Return the pattern, the dark and the light shade of each cell, a byte each of one number."""
    count = len([name for name in images if name.startswith("part")])
    parts = [images[f"part{number}"] for number in range(count)]
    ordered = [images[f"ordered{number}"] for number in range(count)]
    total = _sum(parts)
    is_split = ordered[-1] - ordered[0] > _FLAT
    least_ink = _least_ink(ordered, total, images["max"])
    is_ink = [(part >= least_ink) * is_split for part in parts]
    darkness, size = _sum(part * bit for part, bit in zip(parts, is_ink, strict=True)), _sum(is_ink)
    # Where nothing is ink, Pillow's division by zero gives zero.
    dark, light = darkness / size, (total - darkness) / (count - size)
    return _pattern(is_ink) + dark * 256 + light * 65536


def _least_ink(ordered: list[_Number], total: _Number, larger: Callable[[_Number, _Number], _Number]) -> _Number:
    """Return the lightest grey of each cell's dark side.

    It only darkens from one split to the next, so it is the largest of those met whenever a split was the best so far.
    """
    count = len(ordered)
    light, best, least_ink = 0, None, ordered[1]
    for size, weight in enumerate(_weights(count), 1):
        light = ordered[size - 1] + light
        excess = light * count - total * size
        explained = excess * excess * weight
        if best is None:
            best = explained
            continue
        least_ink = larger(least_ink, (explained > best) * ordered[size])
        best = larger(best, explained)
    return least_ink


def _pattern(is_ink: list[_Number]) -> _Number:
    pattern = is_ink[-1]
    for bit in reversed(is_ink[:-1]):
        pattern = pattern + pattern + bit
    return pattern


def _sum(numbers: Iterable[_Number]) -> _Number:
    return reduce(add, numbers)
