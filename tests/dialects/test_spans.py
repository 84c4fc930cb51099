"""Spans: whose a place in a text is, and how a text is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.dialects.spans import GRAPHEMES, UTF16, Owners, Span, Text, span_of, spans_of

some_spans = st.builds(lambda start, length: Span(start, start + length), st.integers(0, 30), st.integers(0, 10))


@pytest.mark.parametrize(
    "value",
    [
        None,
        3,
        {},
        {"offset": 1},
        {"offset": -1, "length": 2},
        {"offset": True, "length": 1},
        {"offset": 1.0, "length": 1},
    ],
)
def test_what_is_no_span_is_none(value: object) -> None:
    assert span_of(value) is None
    assert spans_of([value, {"offset": 2, "length": 3}]) == (Span(2, 5),)


def test_a_number_beyond_every_text_is_no_place() -> None:
    assert span_of({"offset": 10**400, "length": 1}) is None


def test_a_word_belongs_to_the_line_that_it_touches() -> None:
    owners = Owners([[Span(0, 5)], [Span(6, 9), Span(20, 25)], []])
    places = [Span(0, 2), Span(4, 5), Span(5, 6), Span(5, 7), Span(8, 21), Span(19, 20), Span(24, 99), Span(25, 26)]
    assert [owners.of(span) for span in places] == [0, 0, None, 1, 1, None, 1, None]


def test_a_place_that_two_claim_belongs_to_the_first() -> None:
    owners = Owners([[Span(4, 8)], [Span(0, 6)]])
    assert [owners.of(Span(place, place + 1)) for place in range(9)] == [1, 1, 1, 1, 1, 1, 0, 0, None]


def test_nothing_belongs_to_nobody() -> None:
    assert Owners([]).of(Span(0, 5)) is None
    assert Owners([[Span(3, 3)]]).of(Span(0, 5)) is None


@given(st.lists(st.lists(some_spans, max_size=3), max_size=4), some_spans)
def test_an_owner_is_one_that_the_span_touches(claims: list[list[Span]], span: Span) -> None:
    def touch(one: Span, other: Span) -> bool:
        return max(one.start, other.start) < min(one.end, other.end)

    owner = Owners(claims).of(span)
    if owner is not None and span.end > span.start:
        assert any(touch(span, one) for one in claims[owner])
    if owner is None:
        assert not any(touch(span, one) for spans in claims for one in spans)


@pytest.mark.parametrize(
    ("counted_in", "span", "piece"),
    [
        ("", Span(3, 8), "ö😀 a\u0308"),
        ("unicodeCodePoint", Span(3, 5), "ö😀"),
        (UTF16, Span(3, 6), "ö😀"),
        (UTF16, Span(6, 9), " a\u0308"),
        (GRAPHEMES, Span(4, 5), "😀"),
        (GRAPHEMES, Span(6, 7), "a\u0308"),
        (GRAPHEMES, Span(6, 99), "a\u0308."),
        (GRAPHEMES, Span(99, 100), ""),
        (UTF16, Span(0, 10**9), "a\nbö😀 a\u0308."),
    ],
)
def test_a_text_is_cut_in_the_unit_that_it_is_counted_in(counted_in: str, span: Span, piece: str) -> None:
    assert Text("a\nbö😀 a\u0308.", counted_in).cut(span) == piece


@pytest.mark.parametrize(
    "cluster",
    [
        "e\u0301\u0323",
        "\r\n",
        "👍🏽",
        "👩\u200d👩\u200d👧",
        "🏳\ufe0f\u200d🌈",
        "🇩🇪",
        "\u1112\u1161\u11ab",
        "\U0001f3f4\U000e0067\U000e0062\U000e007f",
    ],
)
def test_what_a_reader_takes_for_one_character_counts_once(cluster: str) -> None:
    text = Text(f"{cluster}{cluster}x", GRAPHEMES)
    assert [text.cut(Span(place, place + 1)) for place in range(4)] == [cluster, cluster, "x", ""]


def test_a_line_end_begins_anew() -> None:
    text = Text("\n\u0301\ra", GRAPHEMES)
    assert [text.cut(Span(place, place + 1)) for place in range(4)] == ["\n", "\u0301", "\r", "a"]


@given(st.text(), st.integers(0, 20), st.integers(0, 20))
def test_cutting_by_code_units_is_cutting_utf_16(text: str, before: int, length: int) -> None:
    start = len(text[:before].encode("utf-16-le")) // 2
    end = start + len(text[before : before + length].encode("utf-16-le")) // 2
    assert Text(text, UTF16).cut(Span(start, end)) == text[before : before + length]


@given(st.text(), st.sampled_from(["", UTF16, GRAPHEMES]))
def test_the_pieces_are_the_text(text: str, counted_in: str) -> None:
    cut = Text(text, counted_in)
    units = 2 * len(text)
    if counted_in != UTF16:
        assert "".join(cut.cut(Span(place, place + 1)) for place in range(units)) == text
    assert cut.cut(Span(0, units)) == text
