"""How a word is written: its capitals, and the punctuation round it, which a suggestion keeps."""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from tui.alignment import clusters, nfc


class Capitals(StrEnum):
    """How a word is written."""

    NONE = "no letters that have capitals, or small ones only"
    FIRST = "the first letter alone is a capital"
    ALL = "two letters or more, all of them capitals"
    MIXED = "anything else"


def capitals_of(text: str) -> Capitals:
    """Return how a word is written."""
    cased = [letter for letter in text if letter.lower() != letter.upper()]
    large = [letter for letter in cased if letter != letter.lower()]
    if not large:
        return Capitals.NONE
    if len(large) == len(cased) > 1:
        return Capitals.ALL
    return Capitals.FIRST if len(large) == 1 and large[0] == cased[0] else Capitals.MIXED


def capitalised(text: str, capitals: Capitals) -> str:
    """Return a word of small letters with another's capitals; one that has capitals of its own as it is."""
    if capitals_of(text) is not Capitals.NONE:
        return text
    if capitals is Capitals.ALL:
        return nfc(text.upper())
    if capitals is Capitals.FIRST:
        first = next((place for place, letter in enumerate(text) if letter != letter.upper()), len(text))
        return nfc(text[:first] + text[first : first + 1].title() + text[first + 1 :])
    return text


class Parts(NamedTuple):
    """A word and the punctuation round it."""

    before: str
    core: str
    after: str

    def dressed(self, core: str) -> str:
        """Return another word with this one's punctuation and capitals."""
        return nfc(self.before + capitalised(core, capitals_of(self.core)) + self.after)


@lru_cache(1024)
def parted(word: str) -> Parts:
    """Part a word from the punctuation round it: from all before its first and after its last letter or figure."""
    text = nfc(word)
    characters = clusters(text)
    inner = [place for place, character in enumerate(characters) if _is_of_a_word(character[0])]
    if not inner:
        return Parts(text, "", "")
    first, last = inner[0], inner[-1] + 1
    return Parts(*("".join(part) for part in (characters[:first], characters[first:last], characters[last:])))


def _is_of_a_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"


def small_letters(text: str) -> str:
    """Return a text in small letters and NFC, as words are compared."""
    return nfc(text.lower())
