"""Which word of a line became which when a person corrected it.

What the suggestions learn from and what the calibration counts is the same question, asked here once: two rows of
words are laid side by side so that the letters differ as little as can be.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

_GAP = 0.6
"""What it costs that a word has no partner; two words cost 0 (the same) to 1 (no letter in common).

More than half, so that two words with nothing in common are still one in place of the other; and no more than that, so
that words which are the same find each other across one that was added.
"""
_JOINERS = "\u200c\u200d"


class Step(NamedTuple):
    """One word beside another: their places in the two rows, None where there is no partner."""

    read: int | None
    said: int | None

    @property
    def is_pair(self) -> bool:
        """Whether there is a word on both sides."""
        return self.read is not None and self.said is not None

    def moved(self, by: int) -> Step:
        """Return this step so many places further on in both rows."""
        return Step(
            None if self.read is None else self.read + by,
            None if self.said is None else self.said + by,
        )


def nfc(text: str) -> str:
    """Return a text in the one normal form that loses nothing: long s, ligatures and fractions stay what they are."""
    return unicodedata.normalize("NFC", text)


def aligned(read: Sequence[str], said: Sequence[str]) -> tuple[Step, ...]:
    """Lay two rows of words side by side, in order, so that their letters differ the least (compared in NFC)."""
    ours, theirs = [nfc(word) for word in read], [nfc(word) for word in said]
    start = _alike(ours, theirs)
    end = _alike(ours[start:][::-1], theirs[start:][::-1])
    before = [Step(place, place) for place in range(start)]
    after = [Step(len(ours) - place, len(theirs) - place) for place in range(end, 0, -1)]
    ours, theirs = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    within = _way_back(_costs(ours, theirs), ours, theirs)
    return (*before, *(step.moved(start) for step in within), *after)


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """Return with how many words both begin alike: most lines differ in a word or two, and the rest costs nothing."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (ours, theirs) in enumerate(pairs) if ours != theirs), min(len(one), len(other)))


def _apart(one: str, other: str) -> float:
    return 0.0 if one == other else Levenshtein.normalized_distance(one, other)


def _costs(read: Sequence[str], said: Sequence[str]) -> list[list[float]]:
    """Return what it costs at the least to lay the first i words beside the first j, for each i and j."""
    rows = [[_GAP * j for j in range(len(said) + 1)]]
    for word in read:
        above, row = rows[-1], [rows[-1][0] + _GAP]
        for j, other in enumerate(said):
            row.append(min(above[j] + _apart(word, other), above[j + 1] + _GAP, row[j] + _GAP))
        rows.append(row)
    return rows


def _way_back(costs: list[list[float]], read: Sequence[str], said: Sequence[str]) -> tuple[Step, ...]:
    """Return the cheapest way from the end; where there are several, the one that pairs words the latest."""
    i, j, steps = len(read), len(said), list[Step]()
    while i or j:
        if i and j and costs[i][j] == costs[i - 1][j - 1] + _apart(read[i - 1], said[j - 1]):
            i, j = i - 1, j - 1
            steps.append(Step(i, j))
        elif i and costs[i][j] == costs[i - 1][j] + _GAP:
            i -= 1
            steps.append(Step(i, None))
        else:
            j -= 1
            steps.append(Step(None, j))
    return tuple(reversed(steps))


def clusters(text: str) -> list[str]:
    """Cut a text into characters as a reader sees them: a letter stays with its marks and joiners."""
    found: list[str] = []
    for character in text:
        if found and (character in _JOINERS or unicodedata.category(character).startswith("M")):
            found[-1] += character
        else:
            found.append(character)
    return found
