"""What reviewing needs to know, without a screen: where to go next, where a line is least sure, how far one is."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from tui.arrangement import Tie, ties
from tui.model import Decision, Line, LineKey, Page, Polygon, Verdict

Decisions = Mapping[LineKey, Decision]
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "i": "illegible",
        "n": "name",
        "d": "date or figure",
        "w": "wrong box",
        "s": "struck out",
        "l": "language",
        "o": "other",
    }
)
"""Why a line may be flagged, each with its key."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the cursor stands: on a line, or on one of its words (from 0)."""

    key: LineKey
    word: int | None = None


def line_keys(pages: Sequence[Page], *, down_the_page: bool = False) -> tuple[LineKey, ...]:
    """Return every line of an item: in the service's order, or as the lines stand on each page."""
    order = lines_down_the_page if down_the_page else _as_read
    return tuple(page.keys[place] for page in pages for place in order(page))


def _as_read(page: Page) -> Sequence[int]:
    return range(len(page.lines))


def lines_down_the_page(page: Page) -> tuple[int, ...]:
    """Return the places of a page's lines from top to bottom, and from left to right where they stand side by side.

    Top and left are meant along the page's angle. A line stands beside another when its middle is closer to that of
    the row's first line than half that line's height. Lines without a box come last.
    """
    middles = {place: _middle(line.polygon, page.angle) for place, line in enumerate(page.lines) if line.polygon}
    rows: list[list[int]] = []
    for place in sorted(middles, key=lambda place: middles[place].down):
        first = rows[-1][0] if rows else place
        if rows and middles[place].down - middles[first].down < middles[first].height / 2:
            rows[-1].append(place)
        else:
            rows.append([place])
    placed = [place for row in rows for place in sorted(row, key=lambda place: middles[place].across)]
    return (*placed, *(place for place in range(len(page.lines)) if place not in middles))


class _Middle(NamedTuple):
    """Where the middle of a line's box is once its page is level, and how high the box is."""

    across: float
    down: float
    height: float


def _middle(polygon: Polygon, angle: float) -> _Middle:
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    x, y = (sum(values) / 4 for values in zip(*polygon.corners, strict=True))
    return _Middle(x * cosine + y * sine, y * cosine - x * sine, polygon.height)


def line_at(pages: Sequence[Page], key: LineKey) -> Line:
    """Return the line of that key; raises KeyError when the item has no such line."""
    for page in pages:
        if page.number == key.page and page.place(key.line) is not None:
            return page.line(key.line)
    raise KeyError(key)


def verdict_of(decisions: Decisions, key: LineKey) -> Verdict:
    """Return a line's verdict; a line without a decision is undecided."""
    decision = decisions.get(key)
    return decision.verdict if decision else Verdict.UNDECIDED


def next_open(keys: Sequence[LineKey], decisions: Decisions, after: LineKey | None = None) -> LineKey | None:
    """Return the next line to decide: below, else from the top, else the first that was skipped; None when all is done.

    The line `after` itself comes last.
    """
    start = keys.index(after) + 1 if after in keys else 0
    round_trip = [*keys[start:], *keys[:start]]
    for wanted in (Verdict.UNDECIDED, Verdict.SKIPPED):
        for key in round_trip:
            if verdict_of(decisions, key) is wanted:
                return key
    return None


def doubtful_from(
    pages: Sequence[Page], keys: Sequence[LineKey], decisions: Decisions, spot: Spot | None, step: int
) -> Spot | None:
    """Return the nearest doubtful word of a line that is left, after a spot (step 1) or before it (step -1).

    Without a spot it is the first, or the last. From a word it is one of the same line, too, although taking a
    suggestion for another has decided that. None where there is none.
    """
    amid = spot.key if spot is not None and spot.word is not None else None
    spots = [
        Spot(key, place)
        for key in keys
        if key == amid or verdict_of(decisions, key) in {Verdict.UNDECIDED, Verdict.SKIPPED}
        for place, word in enumerate(line_at(pages, key).words)
        if word.is_doubtful
    ]
    if spot is not None:
        places = {key: place for place, key in enumerate(keys)}

        def where(one: Spot) -> tuple[int, int]:
            before_its_words = -1 if step > 0 else 0  # a line itself comes before its words
            return places[one.key], one.word if one.word is not None else before_its_words

        here = where(spot)
        spots = [one for one in spots if (where(one) > here if step > 0 else where(one) < here)]
    return spots[0 if step > 0 else -1] if spots else None


def least_sure_word(line: Line) -> int | None:
    """Return the place of the word to look at first: a low one, else the one of least confidence; None if unknown."""
    low = [place for place, word in enumerate(line.words) if word.low]
    if low:
        return low[0]
    known = [(word.confidence, place) for place, word in enumerate(line.words) if word.confidence is not None]
    return min(known)[1] if known else None


def is_sure(line: Line, threshold: float) -> bool:
    """Whether each word of a line is at least so sure; a line of which the service does not say it is not."""
    return bool(line.words) and all(
        word.confidence is not None and word.confidence >= threshold and not word.low for word in line.words
    )


def word_spans(line: Line, text: str) -> tuple[tuple[int, int] | None, ...]:
    """Return for each word's box where in a text stands what it says there, as start and end; None for nothing.

    What stayed the same keeps its box; what replaces or follows some words goes to the first of their boxes.
    """
    if not line.words:
        return ()
    tied = ties(line, text)
    under: list[list[Tie]] = [[] for _ in line.words]
    for tie in tied.ties:
        if tie.start < tie.end:
            under[min(tie.first, len(under) - 1)].append(tie)
    spans = tied.said.spans
    return tuple((spans[beside[0].start][0], spans[beside[-1].end - 1][1]) if beside else None for beside in under)


def first_look(line: Line, text: str, word: int | None = None) -> int:
    """Return where in a text the cursor belongs when it is edited: at a word, else the least sure one, else the end."""
    place = least_sure_word(line) if word is None else word
    span = None if place is None else word_spans(line, text)[place]
    return len(text) if span is None else span[0]


def may_stay(sign: str) -> bool:
    """Whether a sign that was typed or pasted may stand in a line: what can be seen, blanks, and what joins letters."""
    return sign.isprintable() or sign in "\u200c\u200d" or unicodedata.category(sign) == "Zs"


def verdict_on(line: Line, text: str) -> tuple[Verdict, str | None]:
    """Return the verdict and the text to keep when a person leaves a line as `text`: unchanged is accepted."""
    return (Verdict.ACCEPTED, None) if text == line.text else (Verdict.CORRECTED, text)


def words_under(line: Line, text: str) -> tuple[str, ...]:
    """Return for each word's box what a text says there, so that a corrected line still stands under its ink."""
    said = ties(line, text).said.text if line.words else ""
    return tuple("" if span is None else said[slice(*span)] for span in word_spans(line, text))
