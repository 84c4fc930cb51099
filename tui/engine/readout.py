"""From the recogniser's columns to characters and words: the greedy CTC read-out (Graves et al. 2006).

The recogniser looks at a strip of ink in columns of a few pixels and says for each how likely every character is. The
likeliest ones, with repetitions merged and blanks dropped, are the text; the columns they came from say where each
word lies.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float32]
"""Columns x alphabet, 0..1; the blank, which stands for no character, is first."""

LATIN = ("LATIN",)
_MARKS = "‘’“”–—…•£€§°½¼¾²³×÷"
_NEVER = 1e-4
"""A character that is less likely than this in all columns of a line is not in it."""
_OVERHANG = 0.6
"""By how much of a character's advance a line's first and last word reach beyond their outermost columns' middles."""


@dataclass(frozen=True, slots=True)
class Character:
    """One character, the first and the last column it was seen in, and how likely it was at best (0..1)."""

    text: str
    first: int
    last: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One word and where it begins and ends, in columns (fractions count)."""

    text: str
    start: float
    end: float
    confidence: float
    """The geometric mean of its characters'."""
    first: int
    """The first column that one of its characters was seen in."""
    last: int


def readable(alphabet: Sequence[str], scripts: Collection[str] = LATIN) -> NDArray[np.int64]:
    """Return the columns of an alphabet to choose among: the blank (always first), the space, and these scripts.

    Scripts are named as in Unicode character names. Masking the others costs nothing on text in these, and keeps a
    blot from becoming an ideograph.
    """
    kept = [column for column, character in enumerate(alphabet) if column and _belongs(character, scripts)]
    return np.array([0, *kept], dtype=np.int64)


def _belongs(character: str, scripts: Collection[str]) -> bool:
    if len(character) != 1:
        return False
    if character.isascii() or character in _MARKS:
        return True
    return bool(set(unicodedata.name(character, "").split()) & set(scripts))


def trimmed(probabilities: Probabilities, alphabet: Sequence[str]) -> tuple[Probabilities, tuple[str, ...]]:
    """Return the columns and the alphabet of a line without the characters that are nowhere in it: a quarter is left.

    Beside the blank the space always stays.
    """
    present = probabilities.max(axis=0, initial=0.0) >= _NEVER
    kept = [place for place, character in enumerate(alphabet) if present[place] or character in {"", " "}]
    return probabilities[:, kept].copy(), tuple(alphabet[place] for place in kept)


def characters(probabilities: Probabilities, alphabet: Sequence[str]) -> list[Character]:
    """Read columns (shape columns x alphabet, blank at 0) greedily; spaces are characters."""
    best = probabilities.argmax(axis=1)
    confidences = probabilities[np.arange(len(best)), best].tolist()
    runs: list[tuple[int, int, int]] = []
    for column, index in enumerate(best.tolist()):
        if runs and runs[-1][0] == index:
            runs[-1] = (index, runs[-1][1], column)
        else:
            runs.append((index, column, column))
    return [
        Character(alphabet[index], first, last, max(confidences[first : last + 1]))
        for index, first, last in runs
        if index
    ]


def words(read: Sequence[Character], columns: int) -> list[Reading]:
    """Return the words of a line that is so many columns long.

    Two words part half-way between the columns of their neighbouring characters; the outer edges of the line lie a
    little beyond its outermost characters.
    """
    groups = _split_at_spaces(read)
    if not groups:
        return []
    overhang = _OVERHANG * _advance(read, columns)
    found = []
    for place, group in enumerate(groups):
        start, end = group[0].first + 0.5 - overhang, group[-1].last + 0.5 + overhang
        if place:
            start = max(start, _middle(groups[place - 1][-1], group[0]))
        if place + 1 < len(groups):
            end = min(end, _middle(group[-1], groups[place + 1][0]))
        start = max(0.0, start)
        text = "".join(character.text for character in group)
        end = min(float(columns), max(end, start))
        found.append(Reading(text, start, end, _geometric_mean(group), group[0].first, group[-1].last))
    return found


def _split_at_spaces(read: Sequence[Character]) -> list[list[Character]]:
    groups: list[list[Character]] = [[]]
    for character in read:
        if character.text == " ":
            groups.append([])
        else:
            groups[-1].append(character)
    return [group for group in groups if group]


def _advance(read: Sequence[Character], columns: int) -> float:
    """Return how many columns a character takes on average."""
    inked = [character.first for character in read if character.text != " "]
    return (inked[-1] - inked[0]) / max(1, len(read) - 1) if len(inked) > 1 else float(columns)


def _middle(before: Character, after: Character) -> float:
    return (before.last + after.first) / 2 + 0.5


def _geometric_mean(group: Sequence[Character]) -> float:
    return math.exp(sum(math.log(max(character.confidence, 1e-6)) for character in group) / len(group))
