"""Which pages are asked for, in the services' own notation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.ranges import EVERY_PAGE, PageRanges


@pytest.mark.parametrize(
    ("text", "pages"),
    [
        ("3", [3]),
        ("1-4", [1, 2, 3, 4]),
        ("5-", [5, 6, 7, 8]),
        ("-3", [1, 2, 3]),
        ("1-3,5, 7-8", [1, 2, 3, 5, 7, 8]),
        ("2,2,1-2", [1, 2]),
    ],
)
def test_pages_are_named_singly_in_ranges_and_with_open_ends(text: str, pages: list[int]) -> None:
    ranges = PageRanges.parse(text)
    assert [number for number in range(1, 9) if number in ranges] == pages
    assert ranges.first == pages[0]


@pytest.mark.parametrize(
    "text", ["", "-", ",", "0", "0-3", "4-2", "1--2", "a", "1,", "1.5", "-0", "٣", "1" * 7, "1," * 600]
)
def test_what_names_no_pages_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="it"):
        PageRanges.parse(text)


@given(st.text(st.sampled_from("0123456789-, x"), max_size=30), st.integers(1, 10**6))
def test_whatever_is_written_is_either_refused_or_names_pages_from_one(text: str, number: int) -> None:
    try:
        ranges = PageRanges.parse(text)
    except ValueError:
        return
    assert ranges.first >= 1
    assert ranges.first in ranges
    assert number not in ranges or number >= ranges.first


def test_without_a_word_every_page_is_meant() -> None:
    assert 1 in EVERY_PAGE
    assert 2000 in EVERY_PAGE
    assert 0 not in EVERY_PAGE
