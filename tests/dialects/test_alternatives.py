"""What the carried engine says beside words: read from its answers, and kept in the queue file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.dialects import DIALECTS
from tui.model import Line, Page, Word, page_from_data, page_to_data

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def parsed(ours: object) -> Word:
    word = {"text": "Slas", "x-handread": ours}
    (page,) = DIALECTS["read-3.2"]({}).parse({"analyzeResult": {"readResults": [{"lines": [{"words": [word]}]}]}})
    return page.lines[0].words[0]


def test_alternatives_come_without_the_text_itself_and_each_once() -> None:
    listed = [["Slas", 0.5], ["Silas", 0.3], ["Silas", 0.1], ["Stas"], [], "x", [3, 0.1], ["", 0.1], ["\ud800", 0.1]]
    assert parsed({"alternatives": listed}).alternatives == ("Silas", "Stas", "\ufffd")


def test_a_flood_of_them_is_cut_off() -> None:
    assert len(parsed({"alternatives": [[str(number), 0.1] for number in range(1000)]}).alternatives) == 32


@given(JSON | st.fixed_dictionaries({"alternatives": JSON}))
def test_whatever_stands_there_does_no_harm(ours: object) -> None:
    assert parsed(ours).text == "Slas"


@pytest.mark.parametrize("others", [(), ("Silas", "Stas")])
def test_they_are_kept_and_a_word_without_any_is_written_as_it_always_was(others: tuple[str, ...]) -> None:
    page = Page(1, 10, 10, lines=(Line("Slas", None, (Word("Slas", None, 0.5, alternatives=others),)),))
    data = json.loads(json.dumps(page_to_data(page)))
    assert page_from_data(data) == page
    assert data["lines"][0]["words"][0] == ["Slas", None, 0.5, False, *([list(others)] if others else [])]
