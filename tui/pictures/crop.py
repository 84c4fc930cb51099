"""Cutting a line or a word out of a page, and laying it level.

A box is four corners, seldom a rectangle and not always sane: services send crossed, mirrored and empty ones, and boxes
beyond the page. So a crop shows the rectangle that lies along the text and holds all four corners. Whatever the box,
there is a crop to look at, no ink in the box is cut off, and where a word lies in it is a matter of one projection.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from PIL import Image

from tui.model import Point, Polygon
from tui.pictures.source import PageImage

MARGIN: Final = 0.15
"""How much is shown round a box, as a share of its height."""
TALLEST: Final = 200
"""Height of a crop in pixels at most, which is more than cells can show."""
_WIDEST: Final = 4096
_FARTHEST: Final = 1e6
"""Coordinates beyond this many pixels are taken for it."""
_WHITE: Final = 255
_SHORT: Final = 8.0
"""A line or a word that is no longer than this, in heights, is shown with what is beside it, if with what is around."""
_PAPER_RANK: Final = 0.7
"""Seven tenths of the pixels round a text are no brighter than its paper, however much ink there is."""

_Affine = tuple[float, float, float, float, float, float]
_Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Frame:
    """The rectangle on the page that a crop shows, margin and all."""

    origin: Point
    """Its top left corner on the page."""
    along: Point
    """The direction of the text, of length 1."""
    length: float
    """How far it reaches along the text, in pixels of the page."""
    breadth: float
    """How far it reaches across the text."""
    size: tuple[int, int]
    """Width and height of the crop."""

    def column(self, point: Point) -> float:
        """Return how far from the crop's left edge a point of the page is shown, in its pixels."""
        x, y = point[0] - self.origin[0], point[1] - self.origin[1]
        return (x * self.along[0] + y * self.along[1]) / self.length * self.size[0]

    def affine(self, scale: tuple[float, float]) -> _Affine:
        """Return the map from the crop's pixels to those of a picture of the page, as Pillow takes it."""
        (x, y), (cosine, sine) = self.origin, self.along
        step_along, step_across = self.length / self.size[0], self.breadth / self.size[1]
        across_x, across_y = -sine * step_across, cosine * step_across
        wide, high = scale
        return (
            *(cosine * step_along * wide, across_x * wide, x * wide),
            *(sine * step_along * high, across_y * high, y * high),
        )


def upright_crop(
    page: PageImage,
    polygon: Polygon,
    *,
    margin: float = MARGIN,
    tallest: int = TALLEST,
    around: tuple[float, float] = (0.0, 0.0),
) -> Image.Image:
    """Return the text in a polygon of the page level and upright, in the picture's mode, 'L' or 'RGB'; it never raises.

    The margin is a share of the line's height, and `around` how many pixels of the page are shown above and below the
    line with it. The crop has the page's own resolution unless that makes it higher than `tallest` pixels, or wider
    than 4096. Where there is no page it has the shade of the paper.
    """
    frame = _frame(polygon, margin, tallest, around)
    affine = frame.affine(page.scale)
    bounds = _bounds(affine, frame.size)
    whole = (0, 0, *page.image.size)
    seen = _overlap(bounds, whole)
    if seen is None:
        return Image.new(page.image.mode, frame.size, "white")
    region, affine = _reduced(page.image.crop(seen), _shifted(affine, seen[:2]))
    paper = "white" if seen == bounds else _shade_of_paper(region)
    return region.transform(
        frame.size, Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR, fill=0, fillcolor=paper
    )


def across(
    line: Polygon,
    word: Polygon,
    margin: float = MARGIN,
    *,
    tallest: int = TALLEST,
    around: tuple[float, float] = (0.0, 0.0),
) -> tuple[float, float]:
    """Return the left and the right edge of a word in the crop of its line, in pixels of that crop.

    The margin, the height and what is around are those the crop was made with.
    """
    frame = _frame(line, margin, tallest, around)
    a, b, c, d = _finite(word)
    ends = sorted(frame.column(_middle(*edge)) for edge in ((a, d), (b, c)))
    left, right = (min(max(end, 0.0), float(frame.size[0])) for end in ends)
    return left, right


def along(line: Polygon, other: Polygon) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of another box, reckoned along and across a line's text, in pixels."""
    return _along(_direction(*_finite(line)), _finite(other))


def share_of_line(line: Polygon, around: tuple[float, float], margin: float = MARGIN) -> tuple[float, float]:
    """Return between which shares of a crop's height the line itself lies, margin and all; (0, 1) where it is alone."""
    alone, all_of_it = (_frame(line, margin, TALLEST, shown).breadth for shown in ((0.0, 0.0), around))
    above = _positive(around[0]) / all_of_it
    return above, min(1.0, above + alone / all_of_it)


def _along(direction: Point, corners: tuple[Point, ...]) -> tuple[float, float, float, float]:
    cosine, sine = direction
    alongs = [x * cosine + y * sine for x, y in corners]
    acrosses = [y * cosine - x * sine for x, y in corners]
    return min(alongs), min(acrosses), max(alongs), max(acrosses)


def _positive(value: float) -> float:
    return max(0.0, _tamed(value))


def _frame(polygon: Polygon, margin: float, tallest: int, around: tuple[float, float]) -> _Frame:
    corners = _finite(polygon)
    cosine, sine = _direction(*corners)
    first, highest, last, lowest = _along((cosine, sine), corners)
    edge = max(0.0, margin) * max(1.0, lowest - highest)
    side = edge + (max(0.0, _SHORT * (lowest - highest) - (last - first)) / 2 if any(map(_positive, around)) else 0.0)
    left, top = first - side, highest - edge - _positive(around[0])
    length, breadth = max(1.0, last + side - left), max(1.0, lowest + edge + _positive(around[1]) - top)
    share = min(1.0, max(1, tallest) / breadth, _WIDEST / length)
    return _Frame(
        (left * cosine - top * sine, left * sine + top * cosine),
        (cosine, sine),
        length,
        breadth,
        (max(1, round(length * share)), max(1, round(breadth * share))),
    )


def _finite(polygon: Polygon) -> tuple[Point, Point, Point, Point]:
    a, b, c, d = ((_tamed(x), _tamed(y)) for x, y in polygon.corners)
    return a, b, c, d


def _tamed(value: float) -> float:
    return min(max(value, -_FARTHEST), _FARTHEST) if math.isfinite(value) else 0.0


def _direction(a: Point, b: Point, c: Point, d: Point) -> Point:
    """Return the direction of a box's text; level where its corners are mirrored or crossed and do not tell."""
    x, y = b[0] - a[0] + c[0] - d[0], b[1] - a[1] + c[1] - d[1]
    length = math.hypot(x, y)
    is_clockwise = (c[0] - a[0]) * (d[1] - b[1]) > (c[1] - a[1]) * (d[0] - b[0])
    return (x / length, y / length) if is_clockwise and length else (1.0, 0.0)


def _middle(one: Point, other: Point) -> Point:
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _bounds(affine: _Affine, size: tuple[int, int]) -> _Box:
    """Return the pixels of a picture that a crop is made of, and those beside them that are blended in."""
    a, b, c, d, e, f = affine
    corners = [(x, y) for x in (0, size[0]) for y in (0, size[1])]
    xs = [a * x + b * y + c for x, y in corners]
    ys = [d * x + e * y + f for x, y in corners]
    return math.floor(min(xs)) - 1, math.floor(min(ys)) - 1, math.ceil(max(xs)) + 1, math.ceil(max(ys)) + 1


def _overlap(one: _Box, other: _Box) -> _Box | None:
    left, top, right, bottom = (
        max(one[0], other[0]),
        max(one[1], other[1]),
        min(one[2], other[2]),
        min(one[3], other[3]),
    )
    return (left, top, right, bottom) if left < right and top < bottom else None


def _shifted(affine: _Affine, corner: tuple[int, int]) -> _Affine:
    a, b, c, d, e, f = affine
    return a, b, c - corner[0], d, e, f - corner[1]


def _reduced(region: Image.Image, affine: _Affine) -> tuple[Image.Image, _Affine]:
    """Average pixels first where a crop skips some, or thin strokes would fall through."""
    a, b, c, d, e, f = affine
    factor = int(min(math.hypot(a, d), math.hypot(b, e), *region.size))
    if factor < 2:
        return region, affine
    return region.reduce(factor), (a / factor, b / factor, c / factor, d / factor, e / factor, f / factor)


def _shade_of_paper(region: Image.Image) -> int | tuple[int, ...]:
    shades = tuple(_most_of(band) for band in region.split())
    return shades if len(shades) > 1 else shades[0]


def _most_of(band: Image.Image) -> int:
    left = _PAPER_RANK * band.width * band.height
    for value, count in enumerate(band.histogram()):
        left -= count
        if left <= 0:
            return value
    return _WHITE
