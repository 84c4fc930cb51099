"""What a person or a protocol may call a language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.tags import LANGUAGES, UnknownLanguage, code_of, listed_code_of


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("de", "de"), ("de-DE", "de"), ("DE", "de"), ("pt-BR", "pt"), ("no", "nb"), ("nn-NO", "nb"), ("eng", "en"),
        ("auto", "auto"), ("Literal", "literal"), ("hu", ""), ("la", ""), ("sr-Latn", ""), ("zh-Latn-CN", ""),
    ],
)  # fmt: skip
def test_the_language_counts_and_its_region_does_not(tag: str, code: str) -> None:
    assert code_of(tag) == code


@pytest.mark.parametrize("tag", ["", "ja", "zh-Hans", "ru", "german", "d", "de_DE", "de-", "\x00", "de\n-x"])
def test_what_is_no_tag_or_of_other_letters_is_unknown(tag: str) -> None:
    with pytest.raises(UnknownLanguage):
        code_of(tag)


@given(st.text(max_size=12))
def test_whatever_is_said_is_a_code_or_unknown(tag: str) -> None:
    try:
        assert code_of(tag) in {*LANGUAGES, "auto", "literal", ""}
    except UnknownLanguage:
        return


@pytest.mark.parametrize("tag", ["hu", "deutsch", "ja"])
def test_a_setting_must_be_a_language_there_are_words_of(tag: str) -> None:
    with pytest.raises(UnknownLanguage, match=r"Known are ca, cs, de, en,.* literal"):
        listed_code_of(tag)
    assert listed_code_of("de-AT") == "de"
