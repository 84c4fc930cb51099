"""What a page, its lines and a person's decisions are.

Everything here is frozen and imports nothing of the program: the queue file stores these records, the dialects make
them, the screens draw them and the exports write them out.

Coordinates are always pixels of the page image as the reviewer sees it (upright, EXIF applied): floats, origin at the
top left, x to the right, y down.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple

Point = tuple[float, float]

DOUBTFUL_BELOW = 0.8
"""A word whose confidence is below this is one to look at: of the carried engine's words below .8 half are wrong."""


class Trouble(Exception):
    """Something that keeps the program from doing what was asked; its text is a sentence for the person.

    The sentence says what happened, to which file, and what to do now. Every error that may reach a person derives
    from it: SettingsError, StoreError, PictureError, ServiceError.
    """


class State(StrEnum):
    """How far the machine is with an item."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DONE = "done"
    FAILED = "failed"


class Verdict(StrEnum):
    """What a person has decided about a line."""

    UNDECIDED = "undecided"
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    FLAGGED = "flagged"
    SKIPPED = "skipped"
    REJECTED = "rejected"


DECIDED = (Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.FLAGGED, Verdict.REJECTED)
"""The verdicts that settle a line; a skipped line comes back."""


@dataclass(frozen=True, slots=True)
class Polygon:
    """Four corners round some ink, clockwise from the text's own top left."""

    corners: tuple[Point, Point, Point, Point]

    @classmethod
    def from_numbers(cls, numbers: Sequence[float]) -> Polygon:
        """Make one of x1, y1, ... x4, y4, as services write a `boundingBox`; raises ValueError for anything else."""
        if len(numbers) != 8:
            raise ValueError(f"a polygon has 8 numbers, not {len(numbers)}")
        values = [float(number) for number in numbers]
        if not all(math.isfinite(value) for value in values):
            raise ValueError("a polygon's numbers are finite")
        a, b, c, d = zip(values[::2], values[1::2], strict=True)
        return cls((a, b, c, d))

    @classmethod
    def from_bounds(cls, left: float, top: float, right: float, bottom: float) -> Polygon:
        """Make an upright rectangle."""
        return cls(((left, top), (right, top), (right, bottom), (left, bottom)))

    @property
    def numbers(self) -> tuple[float, ...]:
        """X1, y1, ... x4, y4."""
        return tuple(value for corner in self.corners for value in corner)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the upright rectangle round it."""
        xs, ys = zip(*self.corners, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @property
    def width(self) -> float:
        """Length along the text: the mean of the top and the bottom edge, in pixels."""
        a, b, c, d = self.corners
        return (math.dist(a, b) + math.dist(d, c)) / 2

    @property
    def height(self) -> float:
        """Length across the text: the mean of the left and the right edge, in pixels."""
        a, b, c, d = self.corners
        return (math.dist(a, d) + math.dist(b, c)) / 2

    @property
    def angle(self) -> float:
        """Degrees clockwise by which the text's top edge falls to the right."""
        (ax, ay), (bx, by) = self.corners[:2]
        return math.degrees(math.atan2(by - ay, bx - ax))

    def scaled(self, across: float, down: float) -> Polygon:
        """Return this polygon on a page whose width and height were multiplied."""
        a, b, c, d = ((x * across, y * down) for x, y in self.corners)
        return Polygon((a, b, c, d))


@dataclass(frozen=True, slots=True)
class Word:
    """One word as it was read."""

    text: str
    polygon: Polygon | None = None
    confidence: float | None = None
    """0..1, or None where the service does not say: unknown is neither low nor sure."""
    low: bool = False
    """The service itself marked the word as doubtful, without a number (Recognize Text 2.x)."""
    alternatives: tuple[str, ...] = ()
    """What else the word may be, the likeliest first, where the service says so; the text itself is not among them."""

    @property
    def is_doubtful(self) -> bool:
        """Whether a reviewer should look twice."""
        return self.low or (self.confidence is not None and self.confidence < DOUBTFUL_BELOW)


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it was read; its words are in reading order."""

    text: str
    polygon: Polygon | None = None
    words: tuple[Word, ...] = ()
    handwritten: bool | None = None
    """None where the service does not say."""

    @property
    def confidence(self) -> float | None:
        """The mean of its words' confidences, weighted by their length; None when no word has one."""
        known = [(word.confidence, max(1, len(word.text))) for word in self.words if word.confidence is not None]
        if not known:
            return None
        return sum(confidence * length for confidence, length in known) / sum(length for _, length in known)

    @property
    def doubtful(self) -> int:
        """How many of its words are doubtful."""
        return sum(word.is_doubtful for word in self.words)


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it was read. Width and height are 0 where the answer does not give them."""

    number: int
    width: float
    height: float
    angle: float = 0.0
    """Degrees clockwise by which the page's text is turned, -180 to 180."""
    lines: tuple[Line, ...] = ()
    numbers: tuple[int, ...] = ()
    """Each line's own number, where a reviewer has split, joined, added or moved lines; empty where they count up."""
    turn: int = 0
    """Quarter turns clockwise by which a reviewer has it shown, 0 to 3; coordinates are those of the page unturned."""

    @property
    def keys(self) -> tuple[LineKey, ...]:
        """The key of each line, in the order of the lines."""
        return tuple(LineKey(self.number, number) for number in self.numbers or range(len(self.lines)))

    def line(self, number: int) -> Line:
        """Return the line of a number; raises KeyError when the page has no such line."""
        place = self.place(number)
        if place is None:
            raise KeyError(number)
        return self.lines[place]

    def place(self, number: int) -> int | None:
        """Return where among the lines the line of a number stands, from 0; None when the page has no such line."""
        if self.numbers:
            return self.numbers.index(number) if number in self.numbers else None
        return number if 0 <= number < len(self.lines) else None

    def fitted(self, width: int, height: int) -> Page:
        """Return this page in pixels of an image of that size, whatever unit or reduction the answer was in."""
        across = width / self.width if self.width > 0 else 1.0
        down = height / self.height if self.height > 0 else 1.0
        lines = self.lines
        if (across, down) != (1.0, 1.0):
            lines = tuple(_scaled_line(line, across, down) for line in lines)
        return replace(self, width=width, height=height, lines=lines)


def mapped_back(page: Page, size: tuple[int, int], sent: SentPage | None = None) -> Page:
    """Return an answer's page in pixels of the page itself, whose width and height are given.

    `sent` is how the page was sent, None for as it is. A point of the answer becomes
        x * (sent.width / page.width) / sent.across,    y * (sent.height / page.height) / sent.down
    that is: from the answer's unit, or the service's own reduction, to pixels of what was sent, and from there to the
    page's own. Where the answer gives no width or height, it is in pixels of what was sent.
    """
    if sent is None:
        return page.fitted(*size)
    received = page.fitted(sent.width, sent.height)
    lines = tuple(_scaled_line(line, 1 / sent.across, 1 / sent.down) for line in received.lines)
    return replace(received, width=size[0], height=size[1], lines=lines)


def _scaled_line(line: Line, across: float, down: float) -> Line:
    words = tuple(replace(word, polygon=word.polygon and word.polygon.scaled(across, down)) for word in line.words)
    return replace(line, polygon=line.polygon and line.polygon.scaled(across, down), words=words)


class LineKey(NamedTuple):
    """Which line of an item: the page's number (from 1) and the line's own (from 0, as the service gave them).

    A line that a reviewer has made by splitting, joining or adding has a number that no line of the page had before.
    """

    page: int
    line: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one line; the engine's own text is never overwritten."""

    item_id: int
    key: LineKey
    verdict: Verdict
    text: str | None = None
    """The corrected text; None where the text stands as it was read."""
    reason: str = ""
    """Why it was flagged, in a word."""
    reviewer: str = ""
    engine_text: str = ""
    """What was read there."""
    shown: str = ""
    """The text that stood on the screen when it was decided."""
    unseen: bool = False
    """Whether it was decided with its page, and nobody had looked at the line itself."""
    at: float = 0.0
    """Seconds since 1970, UTC."""
    id: int = 0
    """Its number in the queue file, 0 until it is there."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was done with one key, and is taken back with one: decisions on one or many lines, or a page's new shape."""

    item_id: int
    key: LineKey
    """The first of its lines."""
    lines: int
    """How many lines it decided."""
    reshapes: bool = False
    """Whether it split, joined, added or moved lines, or turned the page."""


def text_of(line: Line, decision: Decision | None) -> str:
    """Return a line's text as it now stands: corrected where a person corrected it."""
    return line.text if decision is None or decision.text is None else decision.text


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an item failed."""

    code: str
    """The service's own code, or one of ours in lower case."""
    sentence: str
    """What happened, to which file, and what to do now."""


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of an image file from its header and its bytes."""

    sha256: str
    bytes: int
    format: str
    """Pillow's name of it: JPEG, PNG, TIFF, ..."""
    page_sizes: tuple[tuple[int, int], ...]
    """Width and height of each page in pixels, upright."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service takes; a file beyond it is made to fit before it is sent, or is not sent at all."""

    service: str
    """Whose limits they are, as it is named within a sentence: "Read 3.2", "the free tier of Read 3.2"."""
    formats: frozenset[str]
    """Pillow's names of the formats it takes, and PDF; JPEG and PNG are always among them."""
    most_bytes: int
    """Of a whole file."""
    shortest_side: int
    """The fewest pixels a page may be wide or high."""
    longest_side: int
    """The most pixels a page may be wide or high."""
    most_pages: int
    """How many pages of one document it reads."""
    reads_the_first: bool = False
    """Whether it reads the first pages of a longer document; otherwise that is not sent."""


class SentPage(NamedTuple):
    """How a page was sent whose size had to be changed: four numbers.

    A point (x, y) of the page lies at (x * across, y * down) of the picture that was sent. White may have been added at
    the right and at the bottom, where it moves nothing.
    """

    width: int
    """Pixels of the picture as sent, with the white."""
    height: int
    across: float
    """Pixels sent for each pixel of the page, from left to right."""
    down: float
    """The same from top to bottom."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """A file as it is sent."""

    content: bytes
    pages: tuple[SentPage, ...] = ()
    """Each page that is sent, from the first; empty when all have the size they had, as in a file sent as it is."""
    remark: str = ""
    """What the person is told, in words without a full stop; empty when there is nothing to tell."""


@dataclass(frozen=True, slots=True)
class Item:
    """One image or document in the queue."""

    id: int
    source: str
    """The file's path (bytes that are no UTF-8 kept as surrogates) or the http(s) URL."""
    service: str
    """The name of the service profile it is read by."""
    state: State = State.WAITING
    sha256: str = ""
    """Of the file's bytes; empty while a URL has not been fetched."""
    bytes: int = 0
    page_sizes: tuple[tuple[int, int], ...] = ()
    """Width and height of each page in upright pixels; empty while unknown."""
    copy: str = ""
    """Where the fetched copy of a URL is kept; empty for a file."""
    said: str = ""
    """What the service said last: its status, or how far it is."""
    polls: int = 0
    """How often the operation was asked after."""
    operation: str = ""
    """The URL of the operation at the service."""
    not_before: float = 0.0
    """When the next poll or try is due, in seconds since 1970."""
    waits_for: str = ""
    """Why a waiting item waits, where there is a reason."""
    added_at: float = 0.0
    sent_at: float = 0.0
    ended_at: float = 0.0
    failure: Failure | None = None
    lines: int = 0
    """How many lines were read."""
    decided: int = 0
    """How many of them a person has decided."""
    skipped: int = 0
    """How many of the others a person has put off."""
    pages_read: int = 0
    """How many pages its answer has."""
    pages_decided: int = 0
    """How many of them are decided to the last line."""
    doubtful: int = 0
    """How many words are doubtful."""
    doubtful_left: int = 0
    """How many of them are in lines that nobody has settled."""
    priority: int = 0
    """What has more is sent sooner."""
    is_paused: bool = False
    """Whether a person holds it back."""
    is_posted: bool = False
    """Whether the service may have been given it."""
    shipped: tuple[SentPage, ...] = ()
    """How its pages were sent, where they were not sent as they are."""
    remark: str = ""
    """What the person should know of the way it went, such as that it was sent smaller than it is."""
    dialect: str = ""
    """What its answer was read as."""
    model: str = ""
    """Which model the service says has read it."""
    revision: int = 0

    @property
    def is_url(self) -> bool:
        """Whether the source is an http(s) URL."""
        return is_url(self.source)

    @property
    def is_open(self) -> bool:
        """Whether it has lines that are neither decided nor put off."""
        return self.state is State.DONE and self.decided + self.skipped < self.lines

    @property
    def complaint(self) -> str:
        """Why it failed, as a sentence that names it; empty when it has not failed."""
        if self.failure is None:
            return ""
        name, sentence = printable(self.source), printable(self.failure.sentence)
        return sentence if name in sentence else f"{name}: {sentence}"

    @property
    def picture(self) -> str:
        """The path of the file that holds the picture; empty when a URL has not been fetched."""
        return self.copy if self.is_url else self.source


def is_url(source: str) -> bool:
    """Whether a source is an http(s) URL, and not a path."""
    return source.lower().startswith(("http://", "https://"))


def printable(text: str) -> str:
    """Return text that is safe on a terminal: control and format characters and lone surrogates become visible marks.

    C0 controls become their picture (U+2400 block), everything else unprintable becomes U+FFFD. Joiners that scripts
    need (U+200C, U+200D) stay.
    """
    if text.isprintable():
        return text
    return "".join(map(_printable_character, text))


def _printable_character(character: str) -> str:
    if character.isprintable() or character in "\u200c\u200d":
        return character
    if unicodedata.category(character) == "Zs":
        return character  # a no-break space, or a wide one: as harmless as any other
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return " " if character.isspace() else "\ufffd"


def page_to_data(page: Page) -> dict[str, Any]:
    """Return a page as plain JSON values, as the queue file keeps it."""
    return {
        "number": page.number,
        "width": page.width,
        "height": page.height,
        "angle": page.angle,
        "lines": [
            {
                "text": line.text,
                "polygon": line.polygon and line.polygon.numbers,
                "handwritten": line.handwritten,
                "words": [_word_to_data(word) for word in line.words],
            }
            for line in page.lines
        ],
    }


def _word_to_data(word: Word) -> list[Any]:
    """Return a word as four values, and a fifth where there are alternatives."""
    data = [word.text, word.polygon and word.polygon.numbers, word.confidence, word.low]
    return [*data, word.alternatives] if word.alternatives else data


def page_from_data(data: Mapping[str, Any]) -> Page:
    """Return the page that page_to_data wrote."""
    return Page(
        number=data["number"],
        width=data["width"],
        height=data["height"],
        angle=data["angle"],
        lines=tuple(
            Line(
                text=line["text"],
                polygon=_polygon(line["polygon"]),
                handwritten=line["handwritten"],
                words=tuple(
                    Word(text, _polygon(numbers), confidence, low, tuple(*others))
                    for text, numbers, confidence, low, *others in line["words"]
                ),
            )
            for line in data["lines"]
        ),
    )


def _polygon(numbers: Sequence[float] | None) -> Polygon | None:
    return None if numbers is None else Polygon.from_numbers(numbers)
