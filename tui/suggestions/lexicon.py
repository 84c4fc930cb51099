"""Known words, found by what they look like.

Two words are near when few letters must change. A change that people of this queue made before (rn was an m) counts
less than one, and the less the more often it was made. Words are compared in small letters and in NFC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import nsmallest
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from tui.alignment import nfc
from tui.suggestions.writing import parted, small_letters

_CONSIDERED = 24
"""So many of the near words are weighed by look-alikes; the others are further away, or rarer."""
_LONGEST_WORD = 64
"""What is longer is no word, and its neighbours are not looked for."""
_EDGES = ("\x02", "\x03")
"""Stand for the beginning and the end of a word, so that these too are letters it can share."""

LookAlikes = Mapping[tuple[str, str], int]
"""How often some characters, as they were read, turned out to be others (in small letters)."""


@dataclass(frozen=True, slots=True)
class Near:
    """A known word that looks like another."""

    text: str
    """As it is written where it was accepted, without the punctuation round it."""
    distance: float
    """How many letters must change; a change that people made before counts less than one."""
    count: int
    """How often it was accepted."""


class Lexicon:
    """Known words and how often each was accepted, found by what they look like.

    Two words that are at most k letters apart share at least one of k + 1 pieces of either; if it stands s letters
    further on in a word that is d letters longer, |s| letters changed before it and |d - s| behind it. So the words are
    kept by their length and every two neighbouring letters (the beginning and the end of a word count as letters) and
    where these stand, and only those that share a piece in this way are held against a word.
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._written: dict[str, dict[str, int]] = {}
        self._by_letters: dict[tuple[int, int, str], list[str]] = {}
        self._known = 0
        for word in words:
            self.add(word)

    def __len__(self) -> int:
        """How many words are known; however they are written, they count once."""
        return self._known

    def __contains__(self, word: str) -> bool:
        return self.count(word) > 0

    def count(self, word: str) -> int:
        """Return how often a word was accepted, however it was written."""
        return sum(self._written.get(small_letters(parted(word).core), {}).values())

    def add(self, word: str, count: int = 1) -> None:
        """Take a word in, so many times, without the punctuation round it; what has no letter or figure is left out."""
        core = parted(word).core
        small = small_letters(core)
        if not core or count <= 0:
            return
        written = self._written.get(small)
        if written is None:
            written = self._written[small] = {}
            self._keep_by_letters(small)
        self._known += not written
        written[core] = written.get(core, 0) + count

    def remove(self, word: str, count: int = 1) -> None:
        """Take it back, so many times; nothing happens for what is not there, as it was written."""
        core = parted(word).core
        written = self._written.get(small_letters(core))
        if not written or core not in written or count <= 0:
            return
        written[core] -= count
        if written[core] <= 0:
            del written[core]
        self._known -= not written  # the empty entry stays, and with it those by letters: it may well come back

    def near(self, word: str, look_alikes: LookAlikes | None = None, most: int = _CONSIDERED) -> tuple[Near, ...]:
        """Return the known words that look like one, the nearest first and of equally near ones the commonest.

        Up to 3 letters one may differ, up to 9 two, beyond that three. A single letter looks like too many others.
        """
        core = parted(word).core
        if not _is_word(small_letters(core)):
            return ()
        seen = _applicable(core, look_alikes or {})
        found = {*self._nearest(small_letters(core)), *self._by_one_change(small_letters(core), seen)}
        weighed = ((_distance(core, known, seen), known) for known in found)
        near = [
            Near(text, distance, count) for distance, known in weighed for text, count in self._written[known].items()
        ]
        return tuple(nsmallest(most, near, key=lambda one: (one.distance, -one.count, one.text)))

    def completed(self, beginning: str) -> str:
        """Return the commonest known word that begins so and goes on; empty when there is none.

        It has the punctuation before the beginning, and its capitals where it has none itself.
        """
        parts = parted(beginning)
        small = small_letters(parts.core)
        if not small or parts.after:
            return ""
        lengths = range(len(small) + 1, _LONGEST_WORD + 1)
        same_letter = (self._by_letters.get((length, 0, _EDGES[0] + small[0]), ()) for length in lengths)
        longer = [known for words in same_letter for known in words if known.startswith(small)]
        counts = [(-sum(self._written[known].values()), len(known), known) for known in longer]
        count, _, known = min(counts, default=(0, 0, ""))
        return parts.dressed(self._as_written(known)) if count else ""

    def _as_written(self, small: str) -> str:
        """Return how a known word is written most often."""
        return min(self._written[small].items(), key=lambda one: (-one[1], one[0]))[0]

    def _keep_by_letters(self, small: str) -> None:
        if _is_word(small):
            for place, letters in _neighbours(small):
                self._by_letters.setdefault((len(small), place, letters), []).append(small)

    def _nearest(self, small: str) -> list[str]:
        """Return the few known words with the fewest letters to change."""
        reach = _reach(small)
        shared = self._sharing_a_piece(small, reach)
        found = process.extract(small, shared, scorer=Levenshtein.distance, score_cutoff=reach, limit=None)
        alive = {
            (distance, -sum(written.values()), known)
            for known, distance, _ in found
            if (written := self._written[known])
        }
        return [known for _, _, known in nsmallest(_CONSIDERED, alive)]

    def _sharing_a_piece(self, small: str, reach: int) -> list[str]:
        """Return what shares a piece with a word, known or once known, some of it twice."""
        letters = list(_neighbours(small))
        cuts = [(len(small) + 2) * piece // (reach + 1) for piece in range(reach + 2)]
        found: list[str] = []
        for start, end in pairwise(cuts):
            kept = [self._at(len(small), place, pair, reach) for place, pair in letters[start : end - 1]]
            for words in min(kept, key=lambda lists: sum(map(len, lists))):
                found += words
        return found

    def _at(self, length: int, place: int, letters: str, reach: int) -> list[list[str]]:
        """Return the words, in lists, that have two letters where a word within reach may have them."""
        keys = ((length + longer, place + moved, letters) for moved, longer in _moves(reach))
        return [self._by_letters[key] for key in keys if key in self._by_letters]

    def _by_one_change(self, small: str, seen: Sequence[_Change]) -> Iterator[str]:
        """Yield the known words that one change makes which people made before, however many others are as near."""
        for change in seen:
            changed = nfc(small[: change.place] + change.said + small[change.place + change.length :])
            if self._written.get(changed):
                yield changed


def _is_word(small: str) -> bool:
    return 1 < len(small) <= _LONGEST_WORD and not any(edge in small for edge in _EDGES)


def _reach(small: str) -> int:
    return 1 if len(small) < 4 else 2 if len(small) < 10 else 3


@cache
def _moves(reach: int) -> tuple[tuple[int, int], ...]:
    """Return how far a piece may have moved in a word that is so much longer, for what may change."""
    steps = range(-reach, reach + 1)
    return tuple((moved, longer) for moved in steps for longer in steps if abs(moved) + abs(longer - moved) <= reach)


def _neighbours(small: str) -> Iterator[tuple[int, str]]:
    """Yield every two neighbouring letters and where they stand, the edges among them."""
    whole = _EDGES[0] + small + _EDGES[1]
    return ((place, whole[place : place + 2]) for place in range(len(whole) - 1))


class _Change(NamedTuple):
    """A change that people made before and that could be made in a word."""

    place: int
    length: int
    said: str
    cost: float


def _applicable(core: str, look_alikes: LookAlikes) -> list[_Change]:
    """Return all the changes that could be made in a word; the read side counts as it is written.

    A change costs 1 / (1 + how often it was made).
    """
    if not look_alikes or len(small_letters(core)) != len(core):
        return []
    return [
        _Change(place, len(read), said, 1 / (1 + count))
        for (read, said), count in look_alikes.items()
        for place in _places(core, read)
    ]


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _distance(core: str, known: str, seen: Sequence[_Change]) -> float:
    """Return how far a word is from a known one: letters to change, add or leave out, and changes seen before."""
    small = small_letters(core)
    possible = [change for change in seen if change.said in known]
    if not possible:
        return float(Levenshtein.distance(small, known))
    rows = [[float(j) for j in range(len(known) + 1)]]
    for i, letter in enumerate(small, start=1):
        above, row = rows[-1], [float(i)]
        for j, other in enumerate(known):
            row.append(min(above[j] + (letter != other), above[j + 1] + 1, row[j] + 1))
        rows.append(row)
        for change in possible:
            if change.place + change.length == i:
                _lower(row, rows[change.place], known, change)
    return rows[-1][-1]


def _lower(row: list[float], before: list[float], known: str, change: _Change) -> None:
    """Lower what a row costs where a change ends that was seen before, and what follows from it along the row."""
    for start in _places(known, change.said):
        end, cost = start + len(change.said), before[start] + change.cost
        while end < len(row) and cost < row[end]:
            row[end] = cost
            end, cost = end + 1, cost + 1
