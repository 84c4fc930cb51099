"""Letters and signs that no key has, by the letter they come from, as old pages want them, or by name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

OLD_LETTERS = "ſþÞðÐƿǷȝȜꝛʒꝑꝓꝗꝙꝝꝯꝫꝰꝥ⁊"
"""Long s, thorn, eth, wynn, yogh, r rotunda, and the signs of scribes for per, pro, quod, -rum, con, -us, that, et."""
LIGATURES = "æÆœŒßẞﬀﬁﬂﬃﬄﬅﬆĳĲ"
CURRENCY = "£€$¢¥ƒ₤₣₶₰₧ℳ¤"
FRACTIONS = "½⅓¼⅕⅙⅛⅔⅖¾⅗⅜⅘⅚⅝⅞"
ARCHAIC = "℔℥℈ʒ℞☉☾☿♀♂♃♄†‡§¶❧☞"
"""Of apothecaries, astronomers and printers."""
PUNCTUATION = "–—…„“”‘’‚«»‹›·•°′″×÷±№¿¡"
FIXED = (OLD_LETTERS, LIGATURES, CURRENCY, FRACTIONS, ARCHAIC, PUNCTUATION)
"""What is offered whatever letter one comes from, in this order."""

_TWINS = {
    "a": "æªᵃ", "c": "ꝯ", "d": "ð", "e": "æœꝫᵉ", "f": "ﬀﬁﬂ", "g": "ȝᵹ", "i": "ıĳ", "j": "ȷ", "l": "ℓ", "m": "ᵐ",
    "n": "ŋ", "o": "œºᵒ", "p": "ꝑꝓ", "q": "ꝗꝙ", "r": "ꝛʳ", "s": "ſßˢ", "t": "þᵗ", "u": "ꝰ", "v": "ꝟ", "w": "ƿ",
    "y": "ȝþ", "z": "ʒȝ",
    "A": "Æ", "D": "Ð", "E": "ÆŒ", "G": "Ȝ", "I": "Ĳ", "O": "Œ", "S": "ẞ", "T": "Þ", "W": "Ƿ", "Y": "ȜÞ", "Z": "Ȝ",
}  # fmt: skip
"""What stands for a letter in old hands and is not called one of it WITH something."""
_NO_GLYPHS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_SEARCHED = (range(0x21, 0x3100), range(0xA640, 0xABC0), range(0xFB00, 0xFB50), range(0x1D400, 0x1D800))
"""Everything but the great many signs of Chinese, Japanese and Korean, hieroglyphs and pictures."""
MOST_FOUND = 90


@lru_cache(1)
def _names() -> tuple[tuple[str, str], ...]:
    """Return every character that can be searched for, with its name before it."""
    return tuple(
        (name, character)
        for numbers in _SEARCHED
        for character in map(chr, numbers)
        if unicodedata.category(character) not in _NO_GLYPHS and (name := unicodedata.name(character, ""))
    )


def variants(letter: str) -> tuple[str, ...]:
    """Return what else a letter may be: with accents and strokes, and what stands for it in old hands.

    A letter that has accents already has the variants of the bare one as well.
    """
    if len(letter) != 1 or not letter.isalpha():
        return ()
    bare = _bare(letter)
    name = unicodedata.name(bare, "").partition(" WITH ")[0]
    accented = [
        character for full, character in _names() if full.startswith(f"{name} WITH ") or _bare(character) == bare
    ]
    by_age = sorted(accented, key=ord)  # those of the living languages come first in Unicode
    found = dict.fromkeys([*by_age[:6], *_TWINS.get(bare, ""), *by_age[6:], bare])
    return tuple(character for character in found if character != letter)


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFD", letter)[0]


def offered(letter: str) -> tuple[str, ...]:
    """Return the characters to choose from: the variants of a letter first, then what old pages are written with."""
    return tuple(dict.fromkeys([*variants(letter), *(sign for signs in FIXED for sign in signs)]))


def named(wanted: str) -> tuple[str, ...]:
    """Return the characters in whose names each of the words stands, short names first; of a letter its variants."""
    words = wanted.upper().split()
    if len(words) == 1 and len(wanted.strip()) == 1:
        return variants(wanted.strip())
    found = [(name, character) for name, character in _names() if all(word in name for word in words)] if words else []
    return tuple(character for _, character in sorted(found, key=lambda one: _rank(one[0], words))[:MOST_FOUND])


def _rank(name: str, words: list[str]) -> tuple[int, bool, int, str]:
    """Whole words before parts of words, Latin letters before others, short names before long ones."""
    parts = set(name.replace("-", " ").split())
    return sum(word not in parts for word in words), "LATIN" not in parts, len(name), name


def name_of(character: str) -> str:
    """Return what a character is called, in small letters."""
    return unicodedata.name(character, f"U+{ord(character):04X}").lower()


def standing(character: str) -> str:
    """Return a character that can be looked at alone: an accent stands on a dotted circle."""
    return f"◌{character}" if unicodedata.combining(character) else character


def rows(characters: tuple[str, ...], columns: int) -> Iterator[tuple[str, ...]]:
    """Yield the characters in rows."""
    for start in range(0, len(characters), columns):
        yield characters[start : start + columns]
