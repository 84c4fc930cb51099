"""Each glyph set has one character a pattern, and they are the right ones."""

from __future__ import annotations

import importlib.util
import sys
import unicodedata
from pathlib import Path
from types import ModuleType

import pytest

from tui.pictures.glyphs import ASCII, BRAILLE, GLYPH_SETS, HALVES, OCTANTS, QUADRANTS, SEXTANTS, GlyphSet

ORACLE = Path(__file__).parents[2].parent / "shared" / "tools" / "terminal_raster.py"


@pytest.mark.parametrize("glyphs", GLYPH_SETS.values(), ids=list(GLYPH_SETS))
def test_a_set_has_a_character_for_each_pattern_and_none_for_nothing(glyphs: GlyphSet) -> None:
    assert len(glyphs.table) == 2**glyphs.parts
    assert glyphs.table[0] == " "
    assert " " not in glyphs.table[1:]


@pytest.mark.parametrize("glyphs", [OCTANTS, SEXTANTS, QUADRANTS, HALVES, BRAILLE], ids=lambda glyphs: glyphs.name)
def test_no_character_stands_for_two_patterns(glyphs: GlyphSet) -> None:
    assert len(set(glyphs.table)) == len(glyphs.table)


def test_octants_take_exactly_the_code_points_of_their_block() -> None:
    codes = [ord(glyph) for glyph in OCTANTS.table if 0x1CD00 <= ord(glyph) <= 0x1CDFF]
    assert codes == list(range(0x1CD00, 0x1CDE6))


@pytest.mark.parametrize(
    ("pattern", "glyph"),
    [
        (0b00000100, "\U0001cd00"),
        (0b00000101, "▘"),
        (0b00000110, "\U0001cd01"),
        (0b00001111, "▀"),
        (0b01010101, "▌"),
        (0b11110000, "▄"),
        (0b11111110, "\U0001cde5"),
        (0b11111111, "█"),
    ],
)
def test_octants_are_enumerated_as_unicode_does(pattern: int, glyph: str) -> None:
    assert OCTANTS.table[pattern] == glyph


@pytest.mark.parametrize("pattern", [pattern for pattern in range(64) if pattern not in (0, 21, 42, 63)])
def test_sextants_have_the_name_of_their_pattern(pattern: int) -> None:
    digits = "".join(str(bit + 1) for bit in range(6) if pattern >> bit & 1)
    assert unicodedata.name(SEXTANTS.table[pattern]) == f"BLOCK SEXTANT-{digits}"


@pytest.mark.parametrize("pattern", range(1, 256))
def test_braille_has_the_name_of_its_pattern(pattern: int) -> None:
    dots = sorted("14253678"[bit] for bit in range(8) if pattern >> bit & 1)
    assert unicodedata.name(BRAILLE.table[pattern]) == f"BRAILLE PATTERN DOTS-{''.join(dots)}"


def test_ascii_is_punctuation_so_that_ink_is_not_taken_for_text() -> None:
    assert ASCII.table.isascii()
    assert not any(sign.isalnum() for sign in ASCII.table)


def test_the_tables_are_those_of_an_independent_rasteriser(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("unicodedata2")
    if not ORACLE.exists():
        pytest.skip("the rasteriser is not here")
    oracle = loaded(ORACLE, monkeypatch)
    assert list(OCTANTS.table) == oracle.OCTANTS
    assert list(SEXTANTS.table) == oracle.SEXTANTS
    assert list(QUADRANTS.table) == oracle.QUADRANTS
    assert list(HALVES.table) == oracle.HALVES


def loaded(path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
