"""Pages that lie on their side or head: turned upright before they are read, and their boxes turned back.

The detector finds lines that run up or down, but in pieces, and the recogniser cannot tell up from down; turning the
picture costs a second detection and gives the text that the upright page would have given.
"""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from PIL import Image

from tui.model import Line, Point, Polygon


class Side(Enum):
    """Which way the text of a page runs that does not lie upright."""

    DOWNWARDS = Image.Transpose.ROTATE_90
    UPWARDS = Image.Transpose.ROTATE_270
    UPSIDE_DOWN = Image.Transpose.ROTATE_180

    def upright(self, image: Image.Image) -> Image.Image:
        """Return the picture turned so that its text runs to the right."""
        return image.transpose(self.value)

    def as_it_lies(self, line: Line, width: int, height: int) -> Line:
        """Return a line of the upright picture on the page as it lies, which is of that size."""
        words = tuple(replace(word, polygon=self._back(word.polygon, width, height)) for word in line.words)
        return replace(line, polygon=self._back(line.polygon, width, height), words=words)

    def _back(self, polygon: Polygon | None, width: int, height: int) -> Polygon | None:
        if polygon is None:
            return None

        def back(point: Point) -> Point:
            x, y = point
            if self is Side.UPSIDE_DOWN:
                return width - x, height - y
            return (width - y, x) if self is Side.DOWNWARDS else (y, height - x)

        a, b, c, d = (back(corner) for corner in polygon.corners)
        return Polygon((a, b, c, d))
