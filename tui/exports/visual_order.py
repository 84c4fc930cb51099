"""The order in which letters and words stand on paper, from the left, for texts kept in the order they are read.

The rules are those of Unicode's annex 9 as far as single lines of writing need them: each letter runs to the right or
to the left, digits run to the right in any company, what has no direction takes that of its neighbours where they
agree and the line's where they do not, and then every run is turned round (rules N1, N2, I1, I2 and L2).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby, pairwise

from tui.arrangement.characters import runs_leftwards, starts

_NUMBERS = frozenset({"EN", "AN"})
_WITHIN_NUMBERS = frozenset({"ES", "CS", "ET"})


def clusters(text: str) -> tuple[str, ...]:
    """Return the characters of a text as a person sees them, in the order they are read."""
    places = (*starts(text), len(text))
    return tuple(text[start:end] for start, end in pairwise(places))


def from_the_left(pieces: Sequence[str], *, leftwards: bool) -> tuple[int, ...]:
    """Return the numbers of pieces of a line, as of characters, in the order they stand from left to right.

    `leftwards` is whether the line is read from right to left.
    """
    levels = _levels([_direction(piece) for piece in pieces], leftwards=leftwards)
    order = list(range(len(pieces)))
    for level in range(max(levels, default=0), 0, -1):
        order = [
            number
            for is_turned, run in groupby(order, key=lambda number, level=level: levels[number] >= level)  # type: ignore[misc]
            for number in (reversed(list(run)) if is_turned else run)
        ]
    return tuple(order)


def words_from_the_left(words: Sequence[str], *, leftwards: bool) -> tuple[int, ...]:
    """Return the numbers of words with blanks between them, in the order they stand from left to right."""
    pieces = [piece for word in words for piece in (word, " ")][:-1]
    order = from_the_left(pieces, leftwards=leftwards)
    return tuple(number // 2 for number in order if number % 2 == 0)


def seen(text: str, *, leftwards: bool) -> tuple[str, ...]:
    """Return the characters of a text as they stand on paper, from the left.

    A character that runs to the left has its marks before its letter: whoever turns it round again does so with each
    of its parts.
    """
    if text.isascii() and not leftwards:
        return tuple(text)
    pieces = [piece[::-1] if _direction(piece) == "R" else piece for piece in clusters(text)]
    return tuple(pieces[number] for number in from_the_left(pieces, leftwards=leftwards))


def _direction(piece: str) -> str:
    """Return 'R', 'L', 'N' for a number, 'S' for what stands within numbers, or nothing."""
    kinds = [unicodedata.bidirectional(character) for character in piece]
    if any(kind in {"L", "R", "AL"} for kind in kinds):
        return "R" if runs_leftwards(piece) else "L"
    if any(kind in _NUMBERS for kind in kinds):
        return "N"
    return "S" if kinds and kinds[0] in _WITHIN_NUMBERS else ""


def _levels(directions: Sequence[str], *, leftwards: bool) -> list[int]:
    base = "R" if leftwards else "L"
    kinds = list(directions)
    for place, kind in enumerate(directions):
        if kind == "S":  # a point or a sign between two digits, or beside one
            beside = (directions[place - 1 : place] or [""])[0], (directions[place + 1 : place + 2] or [""])[0]
            kinds[place] = "N" if beside == ("N", "N") else ""
    # A number runs to the right, but stands among letters that run to the left as one of them (rule I1, and N1's note).
    sides = ["R" if kind == "N" and leftwards else kind for kind in kinds]
    if not leftwards:
        strong = base
        for place, kind in enumerate(kinds):
            strong = kind if kind in {"L", "R"} else strong
            sides[place] = strong if kind == "N" else kind
    levels = []
    for place, kind in enumerate(kinds):
        side = sides[place] or _agreed(sides, place, base)
        if kind == "N":
            levels.append(2 if side == "R" else 0)
        else:
            levels.append({"R": 1, "L": 2 if leftwards else 0}[side])
    return levels


def _agreed(sides: Sequence[str], place: int, base: str) -> str:
    """Return the direction of what has none: that of both its neighbours, or the line's."""
    before = next((side for side in reversed(sides[:place]) if side), base)
    after = next((side for side in sides[place + 1 :] if side), base)
    return before if before == after else base
