"""What reviewing needs to know, without a screen: where to go next, where a line is least sure, how far one is."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from tui.arrangement import Tie, ties
from tui.model import DECIDED, Decision, Line, LineKey, Page, Polygon, Verdict, text_of

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
SURE = 0.9
"""A line is sure, until the person says otherwise, when each of its words is at least so."""
MANY = 50
"""Above so many lines at once the person is asked first."""


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


def is_left(decisions: Decisions, key: LineKey) -> bool:
    """Whether a line is left to decide: nobody has, or it was skipped."""
    return verdict_of(decisions, key) not in DECIDED


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
        if key == amid or is_left(decisions, key)
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


def word_meant(line: Line, word: int | None) -> int | None:
    """Return the place of the word that keys mean: the one that one stands on, else the least sure, if doubtful."""
    if word is not None:
        return word
    place = least_sure_word(line)
    return place if place is not None and line.words[place].is_doubtful else None


def next_doubtful_word(line: Line, place: int) -> int | None:
    """Return the next doubtful word of a line after one; None where there is none."""
    return next((at for at, word in enumerate(line.words) if at > place and word.is_doubtful), None)


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


def doubtful_spans(line: Line, text: str) -> list[tuple[int, int]]:
    """Return where in a text the line's doubtful words stand, as start and end; without those that it lacks."""
    spans = word_spans(line, text)
    return [span for word, span in zip(line.words, spans, strict=True) if word.is_doubtful and span is not None]


def first_look(line: Line, text: str, word: int | None = None) -> int:
    """Return where in a text the cursor belongs when it is edited: at a word, else the least sure one, else the end."""
    place = least_sure_word(line) if word is None else word
    span = None if place is None else word_spans(line, text)[place]
    return len(text) if span is None else span[0]


def may_stay(sign: str) -> bool:
    """Whether a sign that was typed or pasted may stand in a line: what can be seen, blanks, and what joins letters."""
    return sign.isprintable() or sign in "\u200c\u200d" or unicodedata.category(sign) == "Zs"


def cleaned(text: str, *known: str) -> str:
    """Return a text that was typed or pasted, without control characters and without blanks at its ends.

    Several lines become one. What is `known` stood there before: it stays as it is, and so do its marks for the writing
    direction and the like in another text.
    """
    if text in known:
        return text
    marks = {sign for one in known for sign in one if unicodedata.category(sign) == "Cf"}
    row = " ".join(text.splitlines())
    return "".join(sign for sign in row if may_stay(sign) or sign in marks).strip()


def moved(places: Iterable[int], old: str, new: str) -> tuple[int, ...]:
    """Return where places of a text are after it was changed; those in what was replaced are gone."""
    most = min(len(old), len(new))
    same = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most) if old[-1 - at] != new[-1 - at]), most)
    follows, by = len(old) - tail, len(new) - len(old)
    kept = (place for place in places if place <= same or place >= follows)
    return tuple(place + by if place >= max(same, follows) else place for place in kept)


def as_it_stands(before: Decision | None) -> tuple[Verdict, str | None]:
    """Return the verdict and the text to keep when a line is accepted as it stands: as it was corrected to, too."""
    text = before.text if before is not None else None
    return (Verdict.ACCEPTED if text is None else Verdict.CORRECTED), text


def accepted(item_id: int, key: LineKey, line: Line, before: Decision | None, reviewer: str) -> Decision:
    """Return the decision that accepts a line as it stands."""
    verdict, text = as_it_stands(before)
    return Decision(item_id, key, verdict, text, "", reviewer, line.text, text_of(line, before))


def verdict_on(line: Line, text: str) -> tuple[Verdict, str | None]:
    """Return the verdict and the text to keep when a person leaves a line as `text`: unchanged is accepted."""
    return (Verdict.ACCEPTED, None) if text == line.text else (Verdict.CORRECTED, text)


def words_under(line: Line, text: str) -> tuple[str, ...]:
    """Return for each word's box what a text says there, so that a corrected line still stands under its ink."""
    said = ties(line, text).said.text if line.words else ""
    return tuple("" if span is None else said[slice(*span)] for span in word_spans(line, text))


def hit_beyond(hits: Sequence[tuple[int, LineKey]], here: tuple[int, LineKey], step: int) -> int:
    """Return which of the lines found comes after (step 1) or before (step -1) where one is, and round at the ends.

    Each is an item and a line; there is at least one.
    """
    beyond = [at for at, hit in enumerate(hits) if (hit > here if step > 0 else hit < here)]
    return beyond[0 if step > 0 else -1] if beyond else 0 if step > 0 else len(hits) - 1


def share_kept(text: str, otherwise: float) -> float:
    """Return a share that was kept as text; another where it is none."""
    try:
        share = float(text)
    except ValueError:
        return otherwise
    return share if 0 < share <= 1 else otherwise
