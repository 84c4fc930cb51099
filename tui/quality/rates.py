"""How far what was read is from what is written: single edits counted, and the two rates made of them.

CER and WER are the fewest substitutions, deletions and insertions of characters (code points) and of words (what lies
between blanks) that lead from the truth to what was read, divided by the truth's length. They may exceed 1, where much
was read that is not there. Both are said in two measures:

    raw       in NFC, with a single space for each run of white space and none at the ends. Nothing else is forgiven.
    relaxed   besides, capitals do not matter (Unicode case folding), nor do invisible characters; every dash, and a
              run of them, is "-", every double quotation mark '"', every single one and apostrophe "'", an ellipsis
              three stops; and a space before , . ; : ! ? ) ] } or after ( [ { is none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

from tui.alignment import nfc

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
_SINGLE = "\u2018\u2019\u201a\u201b\u2032\u02bc\u2039\u203a\uff07`\u00b4"
_DOUBLE = "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb\u301d\u301e\uff02"
_PLAIN = str.maketrans(dict.fromkeys(_DASHES, "-") | dict.fromkeys(_SINGLE, "'") | dict.fromkeys(_DOUBLE, '"'))
_NEEDLESS = re.compile(r" (?=[,.;:!?)\]}])|(?<=[(\[{]) ")


class Measure(StrEnum):
    """How exactly texts are compared."""

    RAW = "raw"
    RELAXED = "relaxed"


@dataclass(frozen=True, slots=True)
class Edits:
    """The fewest single changes that lead from a truth to what was read, and how long the truth is."""

    length: int = 0
    """Of the truth: in characters, or in words."""
    substitutions: int = 0
    deletions: int = 0
    """What is written and was not read."""
    insertions: int = 0
    """What was read and is not written."""

    @property
    def errors(self) -> int:
        """All changes together: the edit distance."""
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        """The errors as a share of the truth's length; where that is empty, their number."""
        return self.errors / max(1, self.length)

    def __add__(self, other: Edits) -> Edits:
        return Edits(
            self.length + other.length,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
        )


@dataclass(frozen=True, slots=True)
class Rates:
    """The edits of a text by characters and by words."""

    characters: Edits = field(default_factory=Edits)
    words: Edits = field(default_factory=Edits)

    @property
    def cer(self) -> float:
        """The character error rate; 0 is without error."""
        return self.characters.rate

    @property
    def wer(self) -> float:
        """The word error rate."""
        return self.words.rate

    def __add__(self, other: Rates) -> Rates:
        return Rates(self.characters + other.characters, self.words + other.words)


@dataclass(frozen=True, slots=True)
class Measured:
    """The rates of a text in both measures."""

    raw: Rates = field(default_factory=Rates)
    relaxed: Rates = field(default_factory=Rates)

    def by(self, measure: Measure) -> Rates:
        """Return the rates in one of the measures."""
        return self.raw if measure is Measure.RAW else self.relaxed

    def __add__(self, other: Measured) -> Measured:
        return Measured(self.raw + other.raw, self.relaxed + other.relaxed)


def edits(truth: Sequence[Hashable], read: Sequence[Hashable]) -> Edits:
    """Count what has to be changed in a truth: the characters of a string, or the entries of a list."""
    substitutions = deletions = insertions = 0
    for change in Levenshtein.opcodes(truth, read):
        if change.tag == "replace":
            substitutions += change.src_end - change.src_start
        elif change.tag == "delete":
            deletions += change.src_end - change.src_start
        elif change.tag == "insert":
            insertions += change.dest_end - change.dest_start
    return Edits(len(truth), substitutions, deletions, insertions)


def rates(truth: str, read: str) -> Rates:
    """Return the rates of a text; both are compared just as they are given."""
    return Rates(edits(truth, read), edits(truth.split(), read.split()))


def measured(truth: str, read: str) -> Measured:
    """Return the rates of a text in both measures."""
    exact = rates(raw(truth), raw(read))
    return Measured(exact, rates(relaxed(truth), relaxed(read)))


def raw(text: str) -> str:
    """Return a text as the raw measure compares it: in NFC, with single spaces."""
    return " ".join(nfc(text).split())


def relaxed(text: str) -> str:
    """Return a text as the relaxed measure compares it; see the head of this file."""
    visible = "".join(letter for letter in nfc(text) if unicodedata.category(letter) != "Cf")
    plain = re.sub("-+", "-", visible.translate(_PLAIN)).replace("\u2026", "...")
    folded = unicodedata.normalize("NFD", plain).casefold()
    return _NEEDLESS.sub("", raw(folded))


def as_compared(text: str, measure: Measure) -> str:
    """Return a text as a measure compares it."""
    return raw(text) if measure is Measure.RAW else relaxed(text)
