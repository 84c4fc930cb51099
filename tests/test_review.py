"""Where reviewing goes next, and where a line is least sure."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model import Decision, Line, LineKey, Page, Polygon, Verdict, Word, text_of
from tui.review import (
    as_it_stands,
    cleaned,
    doubtful_spans,
    first_look,
    least_sure_word,
    line_keys,
    lines_down_the_page,
    may_stay,
    next_doubtful_word,
    next_open,
    share_kept,
    verdict_on,
    word_meant,
    word_spans,
    words_under,
)

KEYS = (LineKey(1, 0), LineKey(1, 1), LineKey(2, 0))


def line(*words: tuple[str, float | None]) -> Line:
    return Line(" ".join(text for text, _ in words), None, tuple(Word(text, None, sure) for text, sure in words))


def decided(**verdicts: Verdict) -> dict[LineKey, Decision]:
    return {KEYS[int(place[1:])]: Decision(1, KEYS[int(place[1:])], verdict) for place, verdict in verdicts.items()}


def test_lines_are_numbered_on_each_page() -> None:
    pages = (Page(1, 10, 10, 0, (Line("a"), Line("b"))), Page(2, 10, 10, 0, (Line("c"),)))
    assert line_keys(pages) == KEYS


def tilted(left: float, top: float, degrees: float) -> Line:
    """Return a line of 100 x 20 pixels that stands there on a level page, on one turned clockwise."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    corners = [(left, top), (left + 100, top), (left + 100, top + 20), (left, top + 20)]
    turned = [value for x, y in corners for value in (x * cosine - y * sine, x * sine + y * cosine)]
    return Line(f"{left},{top}", Polygon.from_numbers(turned))


@pytest.mark.parametrize("degrees", [0, 8, -20, 90, 180, -90])
def test_lines_can_be_put_in_the_order_they_stand_on_the_page(degrees: float) -> None:
    places = [(150, 52), (0, 100), (0, 50), (150, 0), (0, 4)]
    page = Page(1, 500, 500, degrees, (Line("nowhere"), *(tilted(x, y, degrees) for x, y in places)))
    order = [page.lines[place].text for place in lines_down_the_page(page)]
    assert order == ["0,4", "150,0", "0,50", "150,52", "0,100", "nowhere"]
    assert [key.line for key in line_keys([page], down_the_page=True)] == list(lines_down_the_page(page))


def test_the_next_line_is_below() -> None:
    assert next_open(KEYS, {}, KEYS[0]) == KEYS[1]


def test_past_the_last_line_the_search_goes_on_at_the_top() -> None:
    assert next_open(KEYS, decided(_2=Verdict.ACCEPTED), KEYS[2]) == KEYS[0]


def test_a_skipped_line_comes_back_last() -> None:
    assert next_open(KEYS, decided(_0=Verdict.SKIPPED), KEYS[1]) == KEYS[2]
    left = decided(_0=Verdict.SKIPPED, _1=Verdict.ACCEPTED, _2=Verdict.FLAGGED)
    assert next_open(KEYS, left, KEYS[2]) == KEYS[0]


def test_nothing_is_next_when_all_is_decided() -> None:
    assert next_open(KEYS, decided(_0=Verdict.ACCEPTED, _1=Verdict.REJECTED, _2=Verdict.CORRECTED), KEYS[0]) is None


def test_without_a_line_the_first_open_one_is_next() -> None:
    assert next_open(KEYS, decided(_0=Verdict.ACCEPTED)) == KEYS[1]
    assert next_open((), {}) is None


def test_the_least_sure_word_is_the_one_of_least_confidence() -> None:
    assert least_sure_word(line(("the", 0.9), ("qvick", 0.3), ("fox", 0.8))) == 1


def test_a_word_the_service_marked_low_comes_first() -> None:
    marked = Line("the fax", None, (Word("the", None, 0.1), Word("fax", None, None, low=True)))
    assert least_sure_word(marked) == 1


def test_without_confidences_no_word_is_least_sure() -> None:
    assert least_sure_word(line(("the", None), ("fox", None))) is None


def test_editing_begins_at_the_least_sure_word() -> None:
    doubted = line(("the", 0.9), ("the", 0.3), ("fox", 0.8))
    assert first_look(doubted, "the the fox") == 4
    assert first_look(doubted, "the the fox", word=2) == 8
    assert first_look(line(("the", None)), "the") == 3


def test_words_are_found_in_a_text_one_after_the_other() -> None:
    assert word_spans(line(("a", 1), ("b", 1), ("a", 1)), "a x a") == ((0, 1), (2, 3), (4, 5))


def test_unchanged_text_is_accepted_and_changed_text_corrected() -> None:
    read = line(("fox", 0.9))
    assert verdict_on(read, "fox") == (Verdict.ACCEPTED, None)
    assert verdict_on(read, "fix") == (Verdict.CORRECTED, "fix")


def test_a_corrected_text_is_the_lines_text() -> None:
    assert text_of(line(("fox", 1)), Decision(1, KEYS[0], Verdict.CORRECTED, "fix")) == "fix"
    assert text_of(line(("fox", 1)), Decision(1, KEYS[0], Verdict.ACCEPTED)) == "fox"


def test_a_corrected_word_stands_under_the_ink_of_the_one_it_replaces() -> None:
    read = line(("the", 1), ("qvick", 0.3), ("fox", 1))
    assert words_under(read, "the quick fox") == ("the", "quick", "fox")
    assert words_under(read, "the very quick fox") == ("the", "very quick", "fox")
    assert words_under(read, "the fox") == ("the", "", "fox")
    assert words_under(read, "the quick fox jumps") == ("the", "quick", "fox jumps")


def test_the_word_that_is_meant_is_the_one_one_stands_on_or_the_least_sure() -> None:
    doubted = line(("the", 0.9), ("the", 0.3), ("fox", 0.2))
    assert [word_meant(doubted, word) for word in (None, 0)] == [2, 0]
    assert word_meant(line(("sure", 0.99)), None) is None
    assert [next_doubtful_word(doubted, place) for place in (0, 1, 2)] == [1, 2, None]
    assert doubtful_spans(doubted, "the fox") == [(4, 7)], "of a word that was taken away nothing stands there"


def test_accepting_a_line_keeps_what_it_was_corrected_to() -> None:
    assert as_it_stands(None) == (Verdict.ACCEPTED, None)
    assert as_it_stands(Decision(1, KEYS[0], Verdict.FLAGGED)) == (Verdict.ACCEPTED, None)
    assert as_it_stands(Decision(1, KEYS[0], Verdict.FLAGGED, "fix")) == (Verdict.CORRECTED, "fix")


@given(st.text(), st.text(max_size=5))
def test_what_is_typed_is_kept_as_one_line_of_what_can_be_seen(text: str, known: str) -> None:
    kept = cleaned(text, known)
    assert kept == text == known or all(may_stay(sign) or sign in known for sign in kept)
    assert cleaned(kept, known) == kept


@given(st.text(), st.text())
def test_what_stood_there_stays_as_it_was_read_and_as_it_was_corrected(now: str, read: str) -> None:
    assert [cleaned(text, now, read) for text in (now, read)] == [now, read]


@pytest.mark.parametrize(("text", "share"), [(".85", 0.85), ("1", 1), ("0", 0.9), ("2", 0.9), ("nan", 0.9), ("", 0.9)])
def test_a_share_that_was_kept_is_above_nothing_and_at_most_the_whole(text: str, share: float) -> None:
    assert share_kept(text, 0.9) == share
