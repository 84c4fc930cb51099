"""Answers and pages take few bytes in the queue file, and come out as they went in."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model import Line, Page, Polygon, Word, page_to_data
from tui.packing import answer_from, packed_answer, packed_pages, pages_from

TEXTS = st.text(max_size=12)
SHARES = st.none() | st.floats(0, 1)


def numbers(parts: int) -> st.SearchStrategy[float]:
    return st.integers(-(10**6), 10**12).map(lambda whole: whole / parts)


def polygons(parts: int) -> st.SearchStrategy[Polygon | None]:
    return st.none() | st.lists(numbers(parts), min_size=8, max_size=8).map(Polygon.from_numbers)


def pages(parts: int) -> st.SearchStrategy[tuple[Page, ...]]:
    words = st.builds(Word, TEXTS, polygons(parts), SHARES, st.booleans(), st.lists(TEXTS, max_size=2).map(tuple))
    lines = st.builds(
        Line, TEXTS, polygons(parts), st.lists(words, max_size=4).map(tuple), handwritten=st.none() | st.booleans()
    )
    sides, angles = st.floats(1, 10**5), st.floats(-180, 180)
    page = st.builds(Page, st.integers(1, 99), sides, sides, angles, st.lists(lines, max_size=4).map(tuple))
    return st.lists(page, max_size=3).map(tuple)


@given(pages(1) | pages(10) | pages(100))
def test_pages_come_out_as_they_went_in(made: tuple[Page, ...]) -> None:
    assert pages_from(packed_pages(made)) == made


@given(st.lists(st.floats(-1e9, 1e9), min_size=8, max_size=8))
def test_a_coordinate_is_kept_to_a_hundredth_of_a_pixel(corners: list[float]) -> None:
    line = Line("fox", Polygon.from_numbers(corners))
    ((page,),) = (pages_from(packed_pages([Page(1, 100, 100, 0.0, (line,))])),)
    kept = page.lines[0].polygon
    assert kept is not None
    assert kept.numbers == pytest.approx(corners, rel=0, abs=0.00501)
    assert packed_pages([page]) == packed_pages(pages_from(packed_pages([page])))


@given(pages(10))
def test_pages_that_an_earlier_version_kept_can_be_read(made: tuple[Page, ...]) -> None:
    kept = zlib.compress(json.dumps([page_to_data(page) for page in made]).encode())
    assert pages_from(kept) == made


@given(st.binary())
def test_an_answer_comes_out_byte_by_byte(answer: bytes) -> None:
    assert answer_from(packed_answer(answer)) == answer
    assert answer_from(zlib.compress(answer)) == answer


@given(st.binary() | st.binary().map(lambda junk: b"BZh9" + junk), st.integers(0, 40))
def test_damaged_bytes_are_an_error_that_is_expected(junk: bytes, cut: int) -> None:
    whole = packed_pages([Page(1, 10, 10, 0.0, (Line("fox"),))])
    for damaged in (junk, whole[: len(whole) - 1 - cut]):
        with pytest.raises((ValueError, LookupError, TypeError)):
            pages_from(damaged)


def test_a_page_of_handwriting_takes_half_of_what_it_took_as_deflated_json() -> None:
    words = ("notwithstanding", "the", "weather", "we", "walked", "to", "Raveloe", "and", "back")
    lines = []
    for down in range(200, 3200, 100):
        across, read = 211, []
        for place, text in enumerate(words):
            right = across + 21 * len(text)
            shift = (place * 7 + down // 100 * 3) % 5  # the corners of real boxes never stand in one line
            corners = (across, down + shift, right, down - shift, right + shift, down + 61, across - shift, down + 63)
            read.append(Word(text, Polygon.from_numbers(corners), 0.5 + (down + place * 37) % 499 / 1000))
            across = right + 19
        lines.append(Line(" ".join(words), Polygon.from_bounds(211, down, across, down + 60), tuple(read)))
    page = Page(1, 2480, 3508, 0.4, tuple(lines))
    plain = zlib.compress(json.dumps([page_to_data(page)], separators=(",", ":")).encode())
    assert len(packed_pages([page])) < 0.6 * len(plain)
