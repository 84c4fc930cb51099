"""Where a text may be cut: between characters as a person sees them, and from which side they are written.

The rules are those of Unicode's annex 29 for grapheme clusters, as far as lines of handwriting need them: marks stay
with what they mark, joined emoji and flags stay whole, and so do the parts of a Korean syllable.
"""

from __future__ import annotations

import unicodedata

_MARKS = frozenset({"Mn", "Me", "Mc"})
_ZERO_WIDTH_JOINER = "\u200d"
_JOINED_TO_THE_LEFT = frozenset("\u200c\u200d\u0e33\u0eb3")
"""Joiners, and two vowel signs of Thai and Lao that Unicode counts among the letters."""
_LEFTWARDS = frozenset({"R", "AL"})


def starts(text: str) -> tuple[int, ...]:
    """Return the places in a text at which a character begins as a person sees it; the first is 0."""
    places: list[int] = []
    flags = 0
    for place, character in enumerate(text):
        flags = flags + 1 if _is_half_a_flag(character) else 0
        if place == 0 or not (_belongs_to(text[place - 1], character) or (flags and flags % 2 == 0)):
            places.append(place)
    return tuple(places)


def start_of(text: str, place: int) -> int:
    """Return where the character begins that a place in a text stands before or within."""
    if place <= 0:
        return 0
    return place if place >= len(text) else max(start for start in starts(text) if start <= place)


def length(text: str) -> int:
    """Return how many characters a person sees in a text."""
    return len(text) if text.isascii() else len(starts(text))


def runs_leftwards(text: str) -> bool:
    """Whether a text is written from right to left: its first character that has a direction has that one."""
    for character in text:
        direction = unicodedata.bidirectional(character)
        if direction == "L" or direction in _LEFTWARDS:
            return direction in _LEFTWARDS
    return False


def _belongs_to(before: str, character: str) -> bool:
    if character.isascii() or before.isspace():
        return False  # a mark after a blank has lost its letter
    if character in _JOINED_TO_THE_LEFT or unicodedata.category(character) in _MARKS:
        return True
    if "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f":
        return True  # the colour of an emoji's skin, and the letters within the flags of countries' parts
    if before == _ZERO_WIDTH_JOINER:
        return unicodedata.category(character) == "So"
    return _is_inner_jamo(character) and _is_korean(before)


def _is_half_a_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_inner_jamo(character: str) -> bool:
    """Whether it is a vowel or a final consonant of a Korean syllable that is written in parts."""
    return "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7fb"


def _is_korean(character: str) -> bool:
    return "\u1100" <= character <= "\u11ff" or "\ua960" <= character <= "\ua97c" or "\uac00" <= character <= "\ud7fb"
