"""Spans: how Document Intelligence says which words, lines and hands belong together, by places in one long text.

A span counts in the unit that the answer names as `stringIndexType`: code points, UTF-16 code units, or what a reader
takes for a character (`textElements`, grapheme clusters). Spans of one answer may be compared as they are; only to cut
the text must they be turned into code points.
"""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from tui.dialects.lines import records_of

LONGEST_TEXT = 2**40
"""Beyond it a number is no place in a text."""
UTF16 = "utf16CodeUnit"
GRAPHEMES = "textElements"

_JOINER = "\u200d"
_NON_JOINER = "\u200c"


class Span(NamedTuple):
    """A piece of a text: from its first place up to, and without, its end."""

    start: int
    end: int


def span_of(value: object) -> Span | None:
    """Return what should be an object with offset and length."""
    if not isinstance(value, Mapping):
        return None
    offset, length = _place_of(value.get("offset")), _place_of(value.get("length"))
    return None if offset is None or length is None else Span(offset, offset + length)


def spans_of(value: object) -> tuple[Span, ...]:
    """Return the spans in what should be a list of them."""
    return tuple(span for span in map(span_of, records_of(value)) if span)


def _place_of(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= LONGEST_TEXT else None


class Owners:
    """Whose a place in the text is, where each owner has spans; a place that two claim belongs to the first there."""

    def __init__(self, claims: Iterable[Iterable[Span]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._owners: list[int] = []
        reached = 0
        for span, owner in sorted((span, owner) for owner, spans in enumerate(claims) for span in spans):
            if span.end > max(span.start, reached):
                self._starts.append(max(span.start, reached))
                self._ends.append(span.end)
                self._owners.append(owner)
                reached = span.end

    def of(self, span: Span) -> int | None:
        """Return the number of the first owner that a span touches, or None."""
        here = bisect_right(self._starts, span.start) - 1
        if here >= 0 and span.start < self._ends[here]:
            return self._owners[here]
        after = here + 1
        return self._owners[after] if after < len(self._starts) and self._starts[after] < span.end else None


class Text:
    """A text that is cut by spans."""

    def __init__(self, text: str, counted_in: str = "") -> None:
        self._text = text
        self._counted_in = counted_in

    def cut(self, span: Span) -> str:
        """Return a piece; what lies beyond the text is empty."""
        return self._text[self._place(span.start) : self._place(span.end)]

    def _place(self, place: int) -> int:
        if self._places is None:
            return place
        return self._places[place] if place < len(self._places) else len(self._text)

    @cached_property
    def _places(self) -> array[int] | None:
        """The code point at which each unit begins; None where units are code points."""
        if self._counted_in == UTF16:
            return array("q", _utf16_places(self._text))
        if self._counted_in == GRAPHEMES:
            return array("q", _grapheme_places(self._text))
        return None


def _utf16_places(text: str) -> Iterator[int]:
    for place, character in enumerate(text):
        yield place
        if ord(character) > 0xFFFF:
            yield place


def _grapheme_places(text: str) -> Iterator[int]:
    """Return where grapheme clusters begin: a good part of Unicode's UAX #29, without its tables."""
    before, flags = "", 0
    for place, character in enumerate(text):
        is_flag = 0x1F1E6 <= ord(character) <= 0x1F1FF
        flags = flags + 1 if is_flag else 0
        if not (_goes_on(before, character) or (is_flag and flags % 2 == 0)):
            yield place
        before = character


def _goes_on(before: str, character: str) -> bool:
    """Whether a character belongs to the cluster of the one before it; two letters of a flag are the caller's."""
    if before in {"", "\n"} or (before == "\r" and character != "\n"):
        return False
    code = ord(character)
    return (
        character in {_JOINER, _NON_JOINER}
        or unicodedata.category(character).startswith("M")
        or 0x1F3FB <= code <= 0x1F3FF  # skin tones
        or 0x1160 <= code <= 0x11FF  # the vowels and finals of Hangul syllables
        or 0xE0020 <= code <= 0xE007F  # the tags of subdivision flags
        or (before == _JOINER and code >= 0x2190)  # pictures that are joined to one
        or before + character == "\r\n"
    )
