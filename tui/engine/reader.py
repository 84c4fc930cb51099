"""One picture in, one page of lines and words out: detector, recogniser and what stands between them.

The detector marks lines on a reduced page; each line's box is cut out, straightened and read by itself, because
batches would cost more memory and hide how far the reading is. Everything here is synchronous and runs in the engine's
own process (see worker.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tui.engine import readout
from tui.engine.boxes import line_boxes
from tui.engine.document import reduced, refuse_bombs, upright
from tui.engine.geometry import Matrix, Pixels, Quad, homography, mapped, resized, sizes
from tui.engine.order import in_reading_order, page_angle
from tui.engine.sideways import Side
from tui.engine.weights import DETECTOR, RECOGNISER, Network
from tui.model import Line, Page, Polygon, Word

DETECTOR_SIDE = 960
STRIP_HEIGHT = 48
LEAST_STRIP = 320
LONGEST_STRIP = 3200
TURNED_FROM = 1.5
"""A box at least so many times as tall as wide holds a line that runs downwards."""
LONGEST_TRIED = 3
"""How many lines of a page on its side are read both ways."""
NONSENSE_BELOW = 0.75
"""Mean confidence below which a page may be upside down: those that are have .5 to .7."""
CLEARLY = 0.1
"""By how much surer the other way must be."""
LEAST_SURE = 0.4
"""A line whose characters are less sure than this on average is a blot or a drawing."""

LEVEL, RUNNING_UP, UPSIDE_DOWN, RUNNING_DOWN = range(4)
"""By how many places to roll a box's corners so that they begin at the top left of a text that runs so."""

_AT_CENTRE = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
_FROM_CENTRE = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])


@dataclass(frozen=True, slots=True)
class _Strip:
    """A line cut out of its page."""

    pixels: Pixels
    """48 high."""
    to_page: Matrix
    """Takes the strip's pixels to the page's."""


class Reader:
    """The two networks, loaded once (a good second) and used for page after page; raises EngineMissing."""

    def __init__(self, scripts: Collection[str] = readout.LATIN) -> None:
        self._detector = Network(DETECTOR)
        self._recogniser = Network(RECOGNISER)
        alphabet = self._recogniser.alphabet
        self._kept = readout.readable(alphabet, scripts)
        self._alphabet = [alphabet[column] for column in self._kept]

    def page(self, image: Image.Image, *, number: int, progress: Callable[[int, int], None] = lambda *_: None) -> Page:
        """Read one picture of any mode; boxes come in pixels of the picture turned upright.

        `progress` is told how many lines of how many are read, first with 0 of them; it begins anew where the page
        turns out to be upside down. Raises ImageTooLarge.
        """
        refuse_bombs(image)
        whole = upright(image)
        small = reduced(whole)
        width, height = small.size
        boxes = self._boxes(small)
        if side := self._side(small, boxes):
            lines = self._turned_lines(small, side, progress)
        else:
            lines = self._lines(small, boxes, progress)
            if _is_nonsense(lines) and self._is_upside_down(small, boxes):
                lines = self._turned_lines(small, Side.UPSIDE_DOWN, progress)
        ordered = in_reading_order(lines)
        return Page(number, width, height, round(page_angle(ordered), 2), ordered).fitted(*whole.size)

    def _lines(self, image: Image.Image, boxes: list[Quad], progress: Callable[[int, int], None]) -> list[Line]:
        lines: list[Line] = []
        progress(0, len(boxes))
        for done, box in enumerate(boxes, start=1):
            lines += self._line(image, box)
            progress(done, len(boxes))
        return lines

    def _boxes(self, image: Image.Image) -> list[Quad]:
        width, height = image.size
        reduction = min(1.0, DETECTOR_SIDE / max(width, height))
        small = resized(np.asarray(image), _in_steps(width * reduction), _in_steps(height * reduction))
        return line_boxes(self._detector(_as_input(small))[0], width, height)

    def _turned_lines(self, image: Image.Image, side: Side, progress: Callable[[int, int], None]) -> list[Line]:
        upright_image = side.upright(image)
        lines = self._lines(upright_image, self._boxes(upright_image), progress)
        return [side.as_it_lies(line, *image.size) for line in lines]

    def _side(self, image: Image.Image, boxes: list[Quad]) -> Side | None:
        """Return which way the text runs where most lines run up or down: the one in which the longest read better."""
        tall = sorted((box for box in boxes if _is_tall(box)), key=lambda box: sizes(box)[1], reverse=True)
        if 2 * len(tall) <= len(boxes):
            return None
        tried = tall[:LONGEST_TRIED]
        is_down = self._sureness(image, tried, RUNNING_DOWN) >= self._sureness(image, tried, RUNNING_UP)
        return Side.DOWNWARDS if is_down else Side.UPWARDS

    def _is_upside_down(self, image: Image.Image, boxes: list[Quad]) -> bool:
        tried = sorted(boxes, key=lambda box: sizes(box)[0], reverse=True)[:LONGEST_TRIED]
        return self._sureness(image, tried, UPSIDE_DOWN) > self._sureness(image, tried, LEVEL) + CLEARLY

    def _sureness(self, image: Image.Image, boxes: Sequence[Quad], turn: int) -> float:
        """Return the mean confidence of some lines when each is read from another of its corners."""
        return fmean(_mean_confidence(self._characters(_cut_out(image, np.roll(box, turn, axis=0)))) for box in boxes)

    def _characters(self, strip: _Strip) -> list[readout.Character]:
        return readout.characters(self._probabilities(strip.pixels)[0], self._alphabet)

    def _line(self, image: Image.Image, box: Quad) -> list[Line]:
        """Return the line in a box, or none where there is no text in it."""
        quad = np.roll(box, RUNNING_DOWN if _is_tall(box) else LEVEL, axis=0)
        strip = _cut_out(image, quad)
        probabilities, pixels_a_column = self._probabilities(strip.pixels)
        read = readout.characters(probabilities, self._alphabet)
        length = strip.pixels.shape[1]
        words = [
            Word(word.text, _on_page(strip, word.start * pixels_a_column, word.end * pixels_a_column), word.confidence)
            for word in readout.words(read, len(probabilities))
            if word.start * pixels_a_column < length
        ]
        if not words or _mean_confidence(read) <= LEAST_SURE:
            return []
        return [Line(" ".join(word.text for word in words), Polygon.from_numbers(quad.ravel().tolist()), tuple(words))]

    def _probabilities(self, strip: Pixels) -> tuple[NDArray[np.float32], float]:
        """Return what the recogniser sees (columns x alphabet), and how many pixels of the strip a column is wide."""
        width = max(LEAST_STRIP, strip.shape[1])
        batch = np.zeros((1, 3, STRIP_HEIGHT, width), np.float32)
        batch[..., : strip.shape[1]] = _as_input(strip)
        columns = self._recogniser(batch)
        return columns[:, self._kept], width / len(columns)


def _in_steps(length: float) -> int:
    """Return a length that the detector takes: a multiple of 32."""
    return max(32, round(length / 32) * 32)


def _as_input(pixels: Pixels) -> NDArray[np.float32]:
    """Return pixels as the networks expect them: 1 x blue, green, red x height x width, -1 to 1."""
    scaled = pixels[:, :, ::-1].astype(np.float32) * (2 / 255) - 1
    return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])


def _is_tall(box: Quad) -> bool:
    width, height = sizes(box)
    return height / width >= TURNED_FROM


def _is_nonsense(lines: Sequence[Line]) -> bool:
    return bool(lines) and fmean(line.confidence or 0.0 for line in lines) < NONSENSE_BELOW


def _mean_confidence(read: Sequence[readout.Character]) -> float:
    return fmean([character.confidence for character in read if character.text != " "] or [0.0])


def _cut_out(image: Image.Image, quad: Quad) -> _Strip:
    """Straighten a box at its own size first, then reduce it: reducing within the perspective loses thin strokes."""
    width, height = sizes(quad)
    length = max(16, min(LONGEST_STRIP, math.ceil(STRIP_HEIGHT * width / height)))
    whole_width, whole_height = int(width), int(height)
    matrix = _AT_CENTRE @ homography(whole_width, whole_height, quad) @ _FROM_CENTRE
    coefficients = tuple((matrix / matrix[2, 2]).ravel()[:8].tolist())
    straight = image.transform(
        (whole_width, whole_height), Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BILINEAR
    )
    return _Strip(resized(np.asarray(straight), length, STRIP_HEIGHT), homography(length, STRIP_HEIGHT, quad))


def _on_page(strip: _Strip, start: float, end: float) -> Polygon:
    """Return the part of a strip between two of its pixels as a polygon of the page, at least a pixel wide."""
    length = strip.pixels.shape[1]
    end = min(float(length), max(end, start + 1))
    corners = np.array([[start, 0], [end, 0], [end, STRIP_HEIGHT], [start, STRIP_HEIGHT]], dtype=np.float64)
    return Polygon.from_numbers(mapped(strip.to_page, corners).round(1).ravel().tolist())
