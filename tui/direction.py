"""Which way a text is read. Terminals differ in what they make of it, so a text is kept in logical order and marked."""

from __future__ import annotations

import unicodedata

MARK = "←"
"""Stands before a text that is read from right to left, where there is no room for words."""
_OPENING, _CLOSING = frozenset({"LRI", "RLI", "FSI"}), "PDI"


def is_right_to_left(text: str) -> bool:
    """Whether a text is read from right to left: by its first letter that has a direction.

    These are rules P2 and P3 of the Unicode Bidirectional Algorithm (UAX #9): what stands in isolates does not count.
    """
    depth = 0
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in _OPENING:
            depth += 1
        elif kind == _CLOSING:
            depth = max(0, depth - 1)
        elif depth == 0 and kind in {"L", "R", "AL"}:
            return kind != "L"
    return False
