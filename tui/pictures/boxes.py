"""Where boxes lie when the picture under them is turned: as a phone's photo is for the eye, or as a service did."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PIL import Image

from tui.model import Line, Page, Point, Polygon, printable
from tui.pdf import FORMAT as PDF
from tui.pictures.source import PictureError, orientation_of

_TURNS = {
    2: (False, True, False),
    3: (False, True, True),
    4: (False, False, True),
    5: (True, False, False),
    6: (True, True, False),
    7: (True, True, True),
    8: (True, False, True),
}
"""For each EXIF orientation (tag 274) whether a stored picture's rows become columns, and what is mirrored then."""


def orientation(path: Path, form: str) -> int:
    """Return how a picture that was measured lies, by EXIF: 1 is upright. `form` is its format; raises PictureError."""
    if form == PDF:
        return 1
    try:
        with Image.open(path, formats=(form,)) as image:
            return orientation_of(image)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureError(f"{printable(str(path))} was changed just now, or is damaged. Copy it again.") from error


def upright(page: Page, by_exif: int) -> Page:
    """Return a page of a stored picture, in its pixels, as it is seen; corners still begin at the text's top left."""
    if by_exif not in _TURNS:
        return page
    on_the_side, from_right, from_below = _TURNS[by_exif]
    width, height = (page.height, page.width) if on_the_side else (page.width, page.height)

    def seen(point: Point, width: float, height: float) -> Point:
        x, y = (point[1], point[0]) if on_the_side else point
        return width - x if from_right else x, height - y if from_below else y

    radians = math.radians(page.angle)
    across, down = seen((math.cos(radians), math.sin(radians)), 0, 0)
    angle = math.degrees(math.atan2(down, across))
    return replace(_moved(page, lambda point: seen(point, width, height)), width=width, height=height, angle=angle)


def turned(page: Page, degrees: float) -> Page:
    """Return a page whose boxes are turned clockwise about its centre; it keeps its width and height."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    middle, centre = page.width / 2, page.height / 2

    def place(point: Point) -> Point:
        x, y = point[0] - middle, point[1] - centre
        return middle + x * cosine - y * sine, centre + x * sine + y * cosine

    angle = math.remainder(page.angle + degrees, 360)
    return replace(_moved(page, place), angle=angle)


def _moved(page: Page, place: Callable[[Point], Point]) -> Page:
    return replace(page, lines=tuple(_moved_line(line, place) for line in page.lines))


def _moved_line(line: Line, place: Callable[[Point], Point]) -> Line:
    words = tuple(replace(word, polygon=_moved_polygon(word.polygon, place)) for word in line.words)
    return replace(line, polygon=_moved_polygon(line.polygon, place), words=words)


def _moved_polygon(polygon: Polygon | None, place: Callable[[Point], Point]) -> Polygon | None:
    if polygon is None:
        return None
    a, b, c, d = map(place, polygon.corners)
    return Polygon((a, b, c, d))
