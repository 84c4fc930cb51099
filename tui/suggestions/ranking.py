"""Which of the readings that a word might be comes first.

Five sources are asked. Each has a weight, how likely what it says is right; where several say the same, their
likelihoods are joined as those of independent witnesses are: 1 - (1 - a)(1 - b). Equal ones stand in the order of the
sources, then by text, so that the same digit always means the same.

    corrected     how often it was made of this misreading, of two more than anything was: once 1/3, 8 of 8 times .8
    second        .5
    alternative   .3 for the first, .11 for the second, .06 for the third, and so on (power -1.5 of the place)
    known, given  .25 and .12 for the nearest word, half of it for the second, a third for the third, ...; all of it
                  for a word that differs in nothing but capitals, less by the share of its letters that differ

The weights are those that tests/bench/review.py found, rounded: of 262 misread words of three pages 27 % were the
engine's first alternative, 11 % its second and 5 % its third; 20 % of those that were corrected before, 13 % of those
near an accepted word and 8 % of those near one of the list were what these sources named first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tui.alignment import nfc
from tui.suggestions.corrections import Corrections
from tui.suggestions.lexicon import Lexicon, Near
from tui.suggestions.writing import parted

MOST = 9
"""As many as there are digits to choose them by."""

_OF_SECOND = 0.5
_OF_KNOWN = 0.25
_OF_GIVEN = 0.12


class Source(StrEnum):
    """Where a suggestion comes from; those that are right more often stand first."""

    CORRECTED = "corrected"
    """People of this queue made it of the same misreading."""
    SECOND = "second reading"
    """A second service reads the box so."""
    ALTERNATIVE = "alternative"
    """The engine might have read the box so."""
    KNOWN = "known"
    """A word accepted in this queue looks like it."""
    GIVEN = "given"
    """A word of the person's list looks like it."""

    @property
    def mark(self) -> str:
        """One character for the screen."""
        return {"corrected": "*", "second reading": "=", "alternative": "~", "known": "+", "given": "#"}[self.value]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One reading to choose."""

    text: str
    """The whole word with its punctuation, in NFC."""
    source: Source
    """Which source speaks for it most."""


def _odds_of_correction(count: int, of_all: int) -> float:
    return count / (of_all + 2)


def _odds_of_alternative(place: int) -> float:
    return 0.3 * math.pow(1 + place, -1.5)


def _odds_of_near(near: Near, place: int, length: int, at_best: float) -> float:
    closeness = max(0.0, 1 - near.distance / max(1, length))
    return at_best * closeness / (1 + place)


def suggestions(
    word: str,
    *,
    corrections: Corrections,
    alternatives: Sequence[str] = (),
    lexicon: Lexicon,
    words_given: Lexicon,
    second_reading: Sequence[str] = (),
    most: int = MOST,
) -> tuple[Suggestion, ...]:
    """Return what a word may be instead, the likeliest first, at most so many; never the word as it stands.

    `alternatives` and `second_reading` come as they were read, the likeliest first, and are offered as they are; known
    words are offered with the word's own punctuation, and with its capitals where they have none.
    """
    evidence = _Evidence(nfc(word))
    made = corrections.made_of(word)
    whole = sum(count for _, count in made)
    for text, count in made:
        evidence.add(text, Source.CORRECTED, _odds_of_correction(count, whole))
    for text in second_reading:
        evidence.add(text, Source.SECOND, _OF_SECOND)
    for place, text in enumerate(evidence.others(alternatives)):
        evidence.add(text, Source.ALTERNATIVE, _odds_of_alternative(place))
    parts = parted(word)
    for words, source, at_best in ((lexicon, Source.KNOWN, _OF_KNOWN), (words_given, Source.GIVEN, _OF_GIVEN)):
        known = {parts.dressed(near.text): near for near in reversed(words.near(word, corrections.look_alikes))}
        offered = [(text, near) for text, near in reversed(known.items()) if evidence.others([text])]
        for place, (text, near) in enumerate(offered):
            evidence.add(text, source, _odds_of_near(near, place, len(parts.core), at_best))
    return evidence.ranked(most)


class _Evidence:
    """What speaks for each reading of a word."""

    def __init__(self, word: str) -> None:
        self._word = word
        self._odds: dict[str, dict[Source, float]] = {}

    def others(self, texts: Iterable[str]) -> list[str]:
        """Return texts in NFC that are not the word as it stands, none of them twice or empty."""
        tidy = (nfc(" ".join(text.split())) for text in texts)
        return [text for text in dict.fromkeys(tidy) if text and text != self._word]

    def add(self, text: str, source: Source, odds: float) -> None:
        """Let a source speak for a text; what speaks for it most counts when it does so twice."""
        for other in self.others([text]):
            known = self._odds.setdefault(other, {})
            known[source] = max(odds, known.get(source, 0.0))

    def ranked(self, most: int) -> tuple[Suggestion, ...]:
        """Return the likeliest texts, each with the source that speaks for it most."""
        order = list(Source)
        found = []
        for text, odds in self._odds.items():
            wrong = 1.0
            for source in sorted(odds, key=order.index):
                wrong *= 1 - odds[source]
            first = min(odds, key=lambda source: (-odds[source], order.index(source)))
            found.append((round(wrong, 9), order.index(first), text))
        return tuple(Suggestion(text, order[place]) for _, place, text in sorted(found)[:most])
