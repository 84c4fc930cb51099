"""Texts as every format may hold them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.exports.characters import cleaned, is_clean


@pytest.mark.parametrize(
    ("text", "clean", "replaced"),
    [
        ("plain", "plain", 0),
        ("a\x00b\x1b[31m\x9b", "a\ufffdb\ufffd[31m\ufffd", 3),
        ("\ud800\uffff\U0010ffff", "\ufffd\ufffd\ufffd", 3),
        ("a\tb\r\nc\x85d\u2028e", "a b  c d e", 0),
        ("e\u0301", "é", 0),
        ("ſ ﬁ ℌ", "ſ ﬁ ℌ", 0),
        ("\u200fשלום\u200e \u00ad", "\u200fשלום\u200e \u00ad", 0),
    ],
    ids=[
        "plain",
        "controls",
        "no characters",
        "ends of lines",
        "composed",
        "look-alikes stay",
        "marks of direction stay",
    ],
)
def test_a_text_is_cleaned(text: str, clean: str, replaced: int) -> None:
    assert cleaned(text) == (clean, replaced)


def test_a_text_is_composed_only_where_that_is_asked_for() -> None:
    assert cleaned("e\u0301", nfc=False) == ("e\u0301", 0)


@given(st.text(st.characters(codec=None)))
def test_what_is_cleaned_is_clean_and_one_line(text: str) -> None:
    clean, _ = cleaned(text)
    assert is_clean(clean)
    assert len(clean.splitlines()) <= 1
    assert cleaned(clean) == (clean, 0)
