"""Which box each word of a corrected text stands in: the words are aligned with those that were read.

Both sides are strings of words, and an alignment pairs a word with the one that it was read as, with several that it
was torn into, or with one that it was run together with; some are left out and some put in. Of all alignments the one
is taken that changes the fewest characters, by edit distance, and of those the one that leaves the most words alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from tui.arrangement.boxes import around, gap_between, left_edge, parts, right_edge, span
from tui.arrangement.characters import length, runs_leftwards, starts
from tui.model import Line, Polygon, Word

MOST_JOINED = 4
"""Into how many words one may be torn, or how many may be run together."""
MOST_PAIRS = 2_500
"""Beyond so many pairs of changed words their letters are not compared: that would keep a person waiting."""
_BESIDE = (1 << 32, 1 << 16, 1)
"""What a change counts, each only where the one before is even: a character, a word, a word torn or run together."""


class Tie(NamedTuple):
    """Some words that were read, and what a text says in their place.

    One word for one, one for several, several for one, or none on either side.
    """

    first: int
    last: int
    """The words read, from the first (counted from 0) to before the last."""
    start: int
    end: int
    """The words said, likewise."""

    @property
    def is_one_to_one(self) -> bool:
        """Whether one word stands for one."""
        return self.last - self.first == self.end - self.start == 1


@dataclass(frozen=True, slots=True)
class Wording:
    """A text and where its words stand in it."""

    text: str
    spans: tuple[tuple[int, int], ...]
    """Start and end of each word."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words themselves."""
        return tuple(self.text[start:end] for start, end in self.spans)

    def piece(self, first: int, last: int) -> str:
        """Return the text from a word to before another, with what stands between them."""
        return self.text[self.spans[first][0] : self.spans[last - 1][1]]

    def weight(self, place: int) -> int:
        """Return how many characters leave a text with a word: its own, and the blank beside it."""
        start, end = self.spans[place]
        if place > 0:
            return end - self.spans[place - 1][1]
        return self.spans[1][0] - start if len(self.spans) > 1 else end - start


@dataclass(frozen=True, slots=True)
class Ties:
    """How the words of a text are tied to those of a line."""

    said: Wording
    ties: tuple[Tie, ...]
    """In order; together they hold every word of both sides once."""


@lru_cache(maxsize=1024)
def ties(line: Line, text: str) -> Ties:
    """Return how the words of a text are tied to those that were read.

    The words of a text are what stands between blanks, and where two words were read without a blank between them, as
    in Chinese, they are two in the text as well.
    """
    read = _as_read(line)
    said = _as_said(read, text)
    return Ties(said, tuple(_aligned(read, said)))


def tied_words(line: Line, text: str) -> tuple[Word, ...]:
    """Return the words of a line's corrected text, with their boxes.

    What was not changed stays as it is. A word that was changed keeps its box, but not its confidence; a box is cut
    where it holds several, and one is put round several boxes for a word that was torn. A new word gets the room
    between its neighbours, or a share of a neighbour's box. Each has a box where the line or any of its words has one.
    """
    tied = ties(line, text)
    return _boxed(tuple(_words(line, tied)), tied.said, line.polygon)


# -- the words of both sides ------------------------------------------------------------------------------------------


def _as_read(line: Line) -> Wording:
    """Return the words of a line, with a blank between any two that do not touch in its text."""
    text = ""
    spans: list[tuple[int, int]] = []
    for word, start, before in zip(line.words, *_places(line), strict=True):
        touches = start is not None and start == before
        text += " " if spans and not touches else ""
        spans.append((len(text), len(text) + len(word.text)))
        text += word.text
    return Wording(text, tuple(spans))


def _places(line: Line) -> tuple[list[int | None], list[int | None]]:
    """Return for each word where it begins in its line's text, and where the one before it ends there; None unknown."""
    begins: list[int | None] = []
    ends: list[int | None] = [None]
    at = 0
    for word in line.words:
        found = line.text.find(word.text, at) if word.text else -1
        at = at if found < 0 else found + len(word.text)
        begins.append(None if found < 0 else found)
        ends.append(None if found < 0 else at)
    return begins, ends[:-1]


def _as_said(read: Wording, text: str) -> Wording:
    spans = [match.span() for match in re.finditer(r"\S+", text)]
    cuts = _cuts(read, text)
    return Wording(text, tuple(piece for one in spans for piece in _pieces(one, cuts)))


def _cuts(read: Wording, text: str) -> list[int]:
    """Return the places in a text that answer to those where two words touch that were read."""
    touching = {start for (_, end), (start, _) in pairwise(read.spans) if start == end}
    if not touching:
        return []
    from rapidfuzz.distance import Levenshtein

    cuts: set[int] = set()
    for op in Levenshtein.opcodes(read.text, text):
        if op.tag == "insert":
            cuts.update((op.dest_start, op.dest_end) if op.src_start in touching else ())
        else:
            inside = [place - op.src_start for place in touching if op.src_start <= place < op.src_end]
            cuts.update(op.dest_start + (0 if op.tag == "delete" else offset) for offset in inside)
    return sorted(cuts & set(starts(text)))


def _pieces(one: tuple[int, int], cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    start, end = one
    inside = [cut for cut in cuts if start < cut < end]
    return zip([start, *inside], [*inside, end], strict=True)


# -- the alignment ----------------------------------------------------------------------------------------------------


def _aligned(read: Wording, said: Wording) -> Iterator[Tie]:
    """Align the words that differ; those before and after them are tied one to one."""
    ours, theirs = read.words, said.words
    before = _common(ours, theirs)
    after = _common(ours[before:][::-1], theirs[before:][::-1])
    last, end = len(ours) - after, len(theirs) - after
    yield from (Tie(place, place + 1, place, place + 1) for place in range(before))
    if (last - before) * (end - before) > MOST_PAIRS:
        yield from _by_words(ours[before:last], theirs[before:end], before)
    else:
        yield from _by_characters(read, said, (before, last), (before, end))
    yield from (Tie(last + place, last + place + 1, end + place, end + place + 1) for place in range(after))


def _common(ours: Sequence[str], theirs: Sequence[str]) -> int:
    place = 0
    while place < min(len(ours), len(theirs)) and ours[place] == theirs[place]:
        place += 1
    return place


def _by_words(ours: Sequence[str], theirs: Sequence[str], offset: int) -> Iterator[Tie]:
    """Align by edit distance of whole words."""
    from rapidfuzz.distance import Levenshtein

    for op in Levenshtein.opcodes(ours, theirs):
        taken, given = op.src_end - op.src_start, op.dest_end - op.dest_start
        for step in range(max(taken, given)):
            first, start = offset + op.src_start + min(step, taken), offset + op.dest_start + min(step, given)
            yield Tie(first, first + (taken > 0), start, start + (given > 0))


def _by_characters(read: Wording, said: Wording, ours: tuple[int, int], theirs: tuple[int, int]) -> Iterator[Tie]:
    """Align by edit distance of characters: the cheapest way from the first words of both sides to the last."""
    price = _price(read, said)
    (first, last), (start, end) = ours, theirs
    best: dict[tuple[int, int], tuple[int, Tie | None]] = {(first, start): (0, None)}
    for i in range(first, last + 1):
        for j in range(start, end + 1):
            if i > first or j > start:
                ways = [
                    (best[i - taken, j - given][0] + price(tie), tie)
                    for taken, given in _STEPS
                    if i - taken >= first and j - given >= start
                    for tie in [Tie(i - taken, i, j - given, j)]
                ]
                best[i, j] = min(ways, key=lambda way: way[0])
    return reversed(list(_back(best, (last, end))))


_STEPS = (
    (1, 1),
    (1, 0),
    (0, 1),
    *((1, count) for count in range(2, MOST_JOINED + 1)),
    *((count, 1) for count in range(2, MOST_JOINED + 1)),
)


def _back(best: dict[tuple[int, int], tuple[int, Tie | None]], at: tuple[int, int]) -> Iterator[Tie]:
    tie = best[at][1]
    while tie is not None:
        yield tie
        tie = best[tie.first, tie.start][1]


def _price(read: Wording, said: Wording) -> Callable[[Tie], int]:
    """Return what says how much a tie changes; tearing and running together count as a character more."""
    from rapidfuzz.distance import Levenshtein

    character, word, joined = _BESIDE

    def price(tie: Tie) -> int:
        taken, given = tie.last - tie.first, tie.end - tie.start
        if taken == 0:
            return character * said.weight(tie.start)
        if given == 0:
            return character * read.weight(tie.first) + word
        changed = Levenshtein.distance(read.piece(tie.first, tie.last), said.piece(tie.start, tie.end))
        if taken == given:
            return character * changed + (word if changed else 0)
        return character * (changed + 1) + word * taken + joined

    return price


# -- words and their boxes --------------------------------------------------------------------------------------------


def _words(line: Line, tied: Ties) -> Iterator[Word]:
    """Yield the words said, with the boxes of those they are tied to; new ones have none yet."""
    texts = tied.said.words
    for tie in tied.ties:
        read, said = line.words[tie.first : tie.last], texts[tie.start : tie.end]
        if tie.is_one_to_one and read[0].text == said[0]:
            yield read[0]
            continue
        box = around(word.polygon for word in read)
        boxes = _cut(box, said) if box and said else (None,) * len(said)
        yield from map(Word, said, boxes)


def _cut(box: Polygon, texts: Sequence[str]) -> tuple[Polygon, ...]:
    if len(texts) == 1:
        return (box,)
    return parts(box, [length(text) for text in texts], leftwards=runs_leftwards(" ".join(texts)))


def _boxed(words: tuple[Word, ...], said: Wording, box: Polygon | None) -> tuple[Word, ...]:
    """Return words of which each has a box, where the line or any of them has one."""
    if all(word.polygon is None for word in words):
        return words if box is None else _along(words, said, box)
    boxed, place = list(words), 0
    while place < len(words):
        end = place
        while end < len(words) and words[end].polygon is None:
            end += 1
        if end > place:
            before, after = words[place - 1] if place else None, words[end] if end < len(words) else None
            boxed[place:end] = _put_in(words[place:end], before, after, box, leftwards=runs_leftwards(said.text))
        place = end + 1
    return tuple(boxed)


def _along(words: tuple[Word, ...], said: Wording, box: Polygon) -> tuple[Word, ...]:
    """Give each word its share of a line's box, by its characters and the blanks between them."""
    places: list[tuple[int, int]] = []
    at = 0
    for one, (start, _) in zip(words, said.spans, strict=True):
        blank = bool(places) and said.text[start - 1].isspace()
        places.append((at + blank, at + blank + length(one.text)))
        at = places[-1][1]
    leftwards = runs_leftwards(said.text)
    boxes = [span(box, start / at, end / at, leftwards=leftwards) for start, end in places]
    return tuple(replace(word, polygon=polygon) for word, polygon in zip(words, boxes, strict=True))


def _put_in(
    new: Sequence[Word], before: Word | None, after: Word | None, box: Polygon | None, *, leftwards: bool
) -> list[Word]:
    """Give a box to words that stand between two others, or before the first, or after the last."""
    room = _room(_box(before), _box(after), box, leftwards=leftwards) or _shared(
        new, before, after, leftwards=leftwards
    )
    boxes = parts(room, [length(word.text) for word in new], leftwards=leftwards)
    return [replace(word, polygon=polygon) for word, polygon in zip(new, boxes, strict=True)]


def _box(word: Word | None) -> Polygon | None:
    return None if word is None else word.polygon


def _room(before: Polygon | None, after: Polygon | None, box: Polygon | None, *, leftwards: bool) -> Polygon | None:
    """Return the room between two words, or between one and the line's end."""
    if before and after:
        return gap_between(before, after)
    word = before or after
    if box is None or word is None or box.height > 2 * word.height:
        return None  # a line that is much higher than its words has several rows
    edge = left_edge(box) if bool(before) is leftwards else right_edge(box)
    return gap_between(word, edge)


def _shared(new: Sequence[Word], before: Word | None, after: Word | None, *, leftwards: bool) -> Polygon:
    """Return a share of the box, of the two beside new words, that has more room for each of its own characters."""
    beside = [word for word in (before, after) if word is not None and word.polygon is not None]
    giver = max(beside, key=lambda word: word.polygon.width / max(1, length(word.text)) if word.polygon else 0)
    assert giver.polygon is not None
    taken = sum(length(word.text) for word in new)
    share = taken / (taken + length(giver.text))
    start, end = (1 - share, 1.0) if giver is before else (0.0, share)
    return span(giver.polygon, start, end, leftwards=leftwards)
