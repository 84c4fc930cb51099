"""The characters that divide a terminal cell, and which pattern each of them shows.

A pattern is a number whose bit 0 stands for the top left part of a cell and whose next bits follow row by row, as one
reads. The octants of Unicode 16 (U+1CD00 to U+1CDE5) are the patterns that no earlier block character shows, in
ascending order of that number; the rest are block characters of three other blocks. See the Unicode charts "Block
Elements", "Symbols for Legacy Computing" and its supplement.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GlyphSet:
    """Characters that divide a cell into the same parts."""

    name: str
    columns: int
    """How many parts a cell has from left to right."""
    rows: int
    """How many parts a cell has from top to bottom."""
    table: str
    """The character of each pattern."""

    @property
    def parts(self) -> int:
        """How many parts a cell has."""
        return self.columns * self.rows


_HALVES = " ▀▄█"
_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
_OLDER_THAN_OCTANTS = {
    0b00000001: "\U0001cea8",
    0b00000010: "\U0001ceab",
    0b01000000: "\U0001cea3",
    0b10000000: "\U0001cea0",
    0b00000011: "\U0001fb82",
    0b00111111: "\U0001fb85",
    0b11000000: "▂",
    0b11111100: "▆",
    0b00010100: "\U0001fbe6",
    0b00101000: "\U0001fbe7",
}
_SIGNS = (
    ' `\'`\\\\"[^""]****([{[([[[////####~}~]%%%&]]]]$%$$+++&&&&&<#######'
    ",},};}[[/}/]*}*}/[[[[[[[////@@@[}}}}}}}})}]]$}$}+}&}&&&&@}@}@@@@"
    "_`{{\\\\{[]]{]**{{{{{{([{[{{{{@@{{]]]]\\\\\\&]]]]$$$$+&{{&&&&@@{{@@@@"
    "_____[[[_]]]|}{]_[{{[[[[/{{{@@@@_}]]$}$}]]]]$}$${}{&&&&&@@@@@@@@"
)
"""For each octant pattern the punctuation mark whose strokes, in DejaVu Sans Mono, cover most nearly the same parts;
letters are left out, so that drawn ink is not taken for text."""
_BRAILLE_DOTS = (0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80)


def _sextants() -> str:
    older = {0: " ", 0b010101: "▌", 0b101010: "▐", 0b111111: "█"}
    return _enumerated(64, older, 0x1FB00)


def _octants() -> str:
    quadrants = {_doubled(pattern): glyph for pattern, glyph in enumerate(_QUADRANTS)}
    return _enumerated(256, quadrants | _OLDER_THAN_OCTANTS, 0x1CD00)


def _doubled(quadrant: int) -> int:
    """Return the octant pattern that looks like a quadrant pattern: each row twice."""
    top, bottom = quadrant & 3, quadrant >> 2
    return top | top << 2 | bottom << 4 | bottom << 6


def _enumerated(patterns: int, older: dict[int, str], first: int) -> str:
    """Return a table where each pattern without an older character takes the next one from `first` on."""
    new = iter(range(first, first + patterns))
    return "".join(older[pattern] if pattern in older else chr(next(new)) for pattern in range(patterns))


def _braille() -> str:
    def dots(pattern: int) -> int:
        return sum(dot for bit, dot in enumerate(_BRAILLE_DOTS) if pattern >> bit & 1)

    return " " + "".join(chr(0x2800 + dots(pattern)) for pattern in range(1, 256))


OCTANTS = GlyphSet("octants", 2, 4, _octants())
SEXTANTS = GlyphSet("sextants", 2, 3, _sextants())
QUADRANTS = GlyphSet("quadrants", 2, 2, _QUADRANTS)
HALVES = GlyphSet("halves", 1, 2, _HALVES)
BRAILLE = GlyphSet("braille", 2, 4, _braille())
ASCII = GlyphSet("ascii", 2, 4, _SIGNS)

GLYPH_SETS = {glyphs.name: glyphs for glyphs in (OCTANTS, SEXTANTS, QUADRANTS, HALVES, BRAILLE, ASCII)}
"""All there are by name, the finest first."""
