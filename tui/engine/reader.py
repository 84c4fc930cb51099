"""One picture in, one page of lines and words out: detector, recogniser and what stands between them.

The detector marks lines on a reduced page; each line's box is cut out, straightened and read by itself, because
batches would cost more memory and hide how far the reading is. First all lines are read greedily, which tells where the
lines are, which way the page lies and what language it is in; then each is read once more with that language in mind,
from the columns that the recogniser has left, without asking it again. Everything here is synchronous and runs in the
engine's own process (see worker.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tui.engine import beam, readout, voting
from tui.engine.boxes import line_boxes
from tui.engine.document import reduced, refuse_bombs, upright
from tui.engine.geometry import Matrix, Pixels, Quad, homography, mapped, resized, sizes
from tui.engine.language import Language, Languages, guessed
from tui.engine.order import in_reading_order, page_angle
from tui.engine.reading import AUTO, Alternative, Reading
from tui.engine.sideways import Side
from tui.engine.tags import LANGUAGES
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

SLANTS = (-0.25, 0.25)
"""How much further right a line's upper edge is moved than its lower one, as a share of its height."""
CAREFUL_BELOW = 0.9
"""With care lines are read again whose greedy confidence is below this: half of them, with most of the gain."""

ENOUGH_TO_GUESS = 6
"""After so many lines the language is guessed a first time, so that it is there when all are seen."""

LEVEL, RUNNING_UP, UPSIDE_DOWN, RUNNING_DOWN = range(4)
"""By how many places to roll a box's corners so that they begin at the top left of a text that runs so."""

_AT_CENTRE = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
_FROM_CENTRE = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]])


_NOTHING: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Strip:
    """A line cut out of its page."""

    pixels: Pixels
    """48 high."""
    to_page: Matrix
    """Takes the strip's pixels to the page's."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """A line as the recogniser has seen it: all that is needed to read it in another way."""

    line: Line
    """As it is read greedily."""
    quad: Quad
    strip: _Strip
    columns: readout.Probabilities
    alphabet: tuple[str, ...]
    pixels_a_column: float
    sureness: float
    """The mean confidence of its characters when it is read greedily."""
    slanted: tuple[readout.Probabilities, ...] = ()
    """The columns of the same line slanted otherwise, where it was looked at with care."""


@dataclass(frozen=True, slots=True)
class _Look:
    """How the lines of a page are looked at."""

    language: str
    careful: bool
    progress: Callable[[int, int], None]
    between: Callable[[], None]


Told = tuple[Line, tuple[tuple[Alternative, ...], ...]]
"""A line, and the alternatives of each of its words."""


class Reader:
    """The two networks, loaded once (a good second) and used for page after page; raises EngineMissing."""

    def __init__(self, scripts: Collection[str] = readout.LATIN) -> None:
        self._languages = Languages()
        self._last = AUTO
        """The language of the page that was read last."""
        self._detector = Network(DETECTOR)
        self._recogniser = Network(RECOGNISER)
        alphabet = self._recogniser.alphabet
        self._kept = readout.readable(alphabet, scripts)
        self._alphabet = [alphabet[column] for column in self._kept]

    def page(
        self,
        image: Image.Image,
        *,
        number: int,
        language: str = AUTO,
        words: Sequence[str] = (),
        progress: Callable[[int, int], None] = lambda *_: None,
    ) -> Page:
        """Read one picture as `reading` does, and return the page alone."""
        return self.reading(image, number=number, language=language, words=words, progress=progress).page

    def reading(
        self,
        image: Image.Image,
        *,
        number: int,
        language: str = AUTO,
        words: Sequence[str] = (),
        accepted: Mapping[str, int] = _NOTHING,
        careful: bool = False,
        progress: Callable[[int, int], None] = lambda *_: None,
        between: Callable[[], None] = lambda: None,
    ) -> Reading:
        """Read one picture of any mode; boxes come in pixels of the picture turned upright.

        `language` is the code of one of LANGUAGES, reading.AUTO for the one that the page looks to be in, or
        reading.LITERAL for none, as is any other code and one whose list is not installed. `words` are names, places
        and terms to reckon with, `accepted` says how often which words were accepted elsewhere. With `careful` lines
        that look unsure are read three times, each time slanted otherwise, and what is likeliest by all three is taken.
        `progress` is told how many lines of how many are read, first with 0 of them; it begins anew where the page
        turns out to be upside down. `between` is called between two lines, and may read other things meanwhile. Raises
        ImageTooLarge.
        """
        refuse_bombs(image)
        whole = upright(image)
        small = reduced(whole)
        self._prepare(language)
        boxes = self._boxes(small)
        side = self._side(small, boxes)
        look = _Look(language, careful, progress, between)
        if side is None:
            seen = self._lines(small, boxes, look)
            if _is_nonsense(seen) and self._is_upside_down(small, boxes):
                side = Side.UPSIDE_DOWN
        if side is not None:
            upright_image = side.upright(small)
            seen = self._lines(upright_image, self._boxes(upright_image), look)
        code, known = self._language_of(seen, language, words, accepted)
        told = [_told(one, known) for one in _with_pauses(seen, between)]
        if side is not None:
            told = [(side.as_it_lies(line, *small.size), others) for line, others in told]
        return _reading(number, small.size, told, code).fitted(*whole.size)

    def box(
        self,
        image: Image.Image,
        polygon: Polygon,
        *,
        number: int,
        language: str = AUTO,
        words: Sequence[str] = (),
        accepted: Mapping[str, int] = _NOTHING,
        careful: bool = False,
    ) -> Reading:
        """Read one box of an upright picture, as one line or none; its page has the picture's pixels.

        For reading.AUTO, since one line hardly tells, the language of the page that was read last is taken. The others
        are as in `reading`.
        """
        seen = self._best_look(image, np.array(polygon.corners, dtype=np.float64), careful=careful)
        found = [seen] if seen else []
        code, known = self._language_of(found, self._last if language == AUTO else language, words, accepted)
        told = [_told(one, known) for one in found]
        reading = _reading(number, image.size, told, code)
        return replace(reading, whole=_whole_ways(seen, reading, known)) if seen else reading

    def _best_look(self, image: Image.Image, quad: Quad, *, careful: bool) -> _Seen | None:
        """Return what is seen in a box; a tall one may hold a line that runs up or down, or a single letter."""
        turns = (LEVEL, RUNNING_DOWN, RUNNING_UP) if _is_tall(quad) else (LEVEL,)
        seen = [self._seen(image, np.roll(quad, turn, axis=0)) for turn in turns]
        best = max(filter(None, seen), key=lambda one: one.sureness, default=None)
        return self._seen(image, best.quad, careful=True) if best and careful else best

    def _language_of(
        self, seen: list[_Seen], wanted: str, words: Sequence[str], accepted: Mapping[str, int]
    ) -> tuple[str, Language | None]:
        """Return the language to read a page with, and its code."""
        code = _guessed(seen) if wanted == AUTO else wanted
        language = self._languages.language(code, words, accepted) if code in LANGUAGES else None
        if len(seen) > 1:
            self._last = code
        return (code, language) if language else ("", None)

    def _prepare(self, code: str) -> None:
        """Have a language loaded while the lines are looked at."""
        if code in LANGUAGES:
            self._languages.prepare(code)

    def _lines(self, image: Image.Image, boxes: list[Quad], look: _Look) -> list[_Seen]:
        seen: list[_Seen] = []
        look.progress(0, len(boxes))
        for done, box in enumerate(boxes, start=1):
            seen += self._line(image, box, careful=look.careful)
            if done == ENOUGH_TO_GUESS and look.language == AUTO:
                self._prepare(_guessed(seen))
            look.progress(done, len(boxes))
            look.between()
        return seen

    def _boxes(self, image: Image.Image) -> list[Quad]:
        width, height = image.size
        reduction = min(1.0, DETECTOR_SIDE / max(width, height))
        small = resized(np.asarray(image), _in_steps(width * reduction), _in_steps(height * reduction))
        return line_boxes(self._detector(_as_input(small))[0], width, height)

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

    def _line(self, image: Image.Image, box: Quad, *, careful: bool) -> list[_Seen]:
        """Return the line in a box, or none where there is no text in it."""
        quad = np.roll(box, RUNNING_DOWN if _is_tall(box) else LEVEL, axis=0)
        seen = self._seen(image, quad)
        if seen is None or seen.sureness <= LEAST_SURE:
            return []
        unsure = careful and (seen.line.confidence or 0.0) < CAREFUL_BELOW
        again = self._seen(image, quad, careful=True) if unsure else None
        return [again or seen]

    def _seen(self, image: Image.Image, quad: Quad, *, careful: bool = False) -> _Seen | None:
        """Look at a line, or return None where there is nothing to be read at all."""
        strips = [_cut_out(image, slanted) for slanted in (quad, *(_slanted(quad, by) for by in SLANTS if careful))]
        every = [self._probabilities(strip.pixels) for strip in strips]
        whole, alphabet = readout.trimmed(np.concatenate([columns for columns, _ in every]), self._alphabet)
        columns, *others = np.split(whole, np.cumsum([len(columns) for columns, _ in every])[:-1])
        read, pixels_a_column = readout.characters(columns, alphabet), every[0][1]
        found = _words(strips[0], pixels_a_column, read, len(columns))
        if not found:
            return None
        line = _line_of(quad, [word for word, _ in found])
        return _Seen(line, quad, strips[0], columns, alphabet, pixels_a_column, _mean_confidence(read), tuple(others))

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


def _is_nonsense(seen: Sequence[_Seen]) -> bool:
    return bool(seen) and fmean(one.line.confidence or 0.0 for one in seen) < NONSENSE_BELOW


def _guessed(seen: Sequence[_Seen]) -> str:
    return guessed("\n".join(one.line.text for one in seen))


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


def _words(
    strip: _Strip, pixels_a_column: float, read: Sequence[readout.Character], columns: int
) -> list[tuple[Word, readout.Reading]]:
    """Return the words of a strip that begin on it, each with the columns that it was seen in."""
    length = strip.pixels.shape[1]
    return [
        (Word(one.text, _on_page(strip, one.start * pixels_a_column, one.end * pixels_a_column), one.confidence), one)
        for one in readout.words(read, columns)
        if one.start * pixels_a_column < length
    ]


def _line_of(quad: Quad, words: Sequence[Word]) -> Line:
    return Line(" ".join(word.text for word in words), Polygon.from_numbers(quad.ravel().tolist()), tuple(words))


def _told(seen: _Seen, language: Language | None) -> Told:
    """Read a line with a language, or greedily without one; a word is as sure as its share among its alternatives.

    The likelihood of a word's characters, as the recogniser has it, would promise far too much: of the words it puts
    between .9 and .97 half are wrong, of those with such a share one in ten.
    """
    text = _text_of(seen, language)
    found = _words_in(seen, text)
    if text and seen.slanted:
        others = voting.of_words(text, (seen.columns, *seen.slanted), seen.alphabet, language)[: len(found)]
    else:
        others = beam.of_words([place for _, place in found], seen.columns, seen.alphabet, language)
    words = [
        replace(word, confidence=beam.share_of(word.text, alternatives))
        for (word, _), alternatives in zip(found, others, strict=True)
    ]
    return (_line_of(seen.quad, words), others) if words else (seen.line, tuple(() for _ in seen.line.words))


def _text_of(seen: _Seen, language: Language | None) -> str | None:
    """Return what a line says as a whole; None for what it says greedily."""
    if seen.slanted:
        return voting.best((seen.columns, *seen.slanted), seen.alphabet, language)
    if language is None:
        return None
    (best,) = beam.candidates(seen.columns, seen.alphabet, language, count=1)
    return best.text


def _words_in(seen: _Seen, text: str | None) -> list[tuple[Word, readout.Reading]]:
    if text is None:
        read = readout.characters(seen.columns, seen.alphabet)
    else:
        read = beam.aligned(text, seen.columns, seen.alphabet)
    return _words(seen.strip, seen.pixels_a_column, read, len(seen.columns))


def _with_pauses(seen: Sequence[_Seen], between: Callable[[], None]) -> Iterator[_Seen]:
    for one in seen:
        yield one
        between()


def _slanted(quad: Quad, by: float) -> Quad:
    """Return a box whose upper edge is moved along the text, and its lower one the other way."""
    along = quad[1] - quad[0]
    shift = along / max(1.0, float(np.hypot(*along))) * (by * sizes(quad)[1] / 2)
    slanted: Quad = quad + np.array([shift, shift, -shift, -shift])
    return slanted


def _whole_ways(seen: _Seen, reading: Reading, language: Language | None) -> tuple[Alternative, ...]:
    """Return the ways to read a whole box; how it is read is among them."""
    text = " ".join(line.text for line in reading.page.lines)
    return beam.ways(text, seen.columns, seen.alphabet, language)


def _reading(number: int, size: tuple[int, int], told: Sequence[Told], language: str) -> Reading:
    """Put a page's lines in order; one that is parted between two words takes their alternatives along."""
    ordered = in_reading_order([line for line, _ in told])
    of_word = {word: others for line, known in told for word, others in zip(line.words, known, strict=True)}
    alternatives = tuple(tuple(of_word.get(word, ()) for word in line.words) for line in ordered)
    return Reading(Page(number, *size, round(page_angle(ordered), 2), ordered), alternatives, language)
