"""How well something was read, as figures: rates, lines side by side, confusions, intervals."""

import random

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.model import Point
from tui.quality import (
    Confusion,
    Edits,
    Interval,
    Measure,
    Measured,
    PageScore,
    Pair,
    Score,
    Written,
    confusions_of,
    counted,
    edits,
    interval_of,
    measured,
    page_score,
    paired,
    rates,
    raw,
    relaxed,
)

TEXTS = st.text(max_size=60)
LETTERS = st.text("abc .", max_size=30)


def lines(*texts: str) -> list[Written]:
    return [Written(text) for text in texts]


def placed(text: str, left: float, top: float, right: float, bottom: float, tilt: float = 0.0) -> Written:
    corners: list[Point] = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return Written(text, tuple((x, y + tilt * x) for x, y in corners))


def scored(truth: list[str], read: list[str], name: str = "a.jpg") -> PageScore:
    ours, theirs = lines(*truth), lines(*read)
    return page_score(name, 1, ours, theirs, paired(ours, theirs))


# Rates


def test_the_rates_are_edits_by_the_length_of_what_is_written() -> None:
    of_both = rates("the quick fox", "the qvick fax jumps")
    assert of_both.characters == Edits(13, substitutions=2, insertions=6)
    assert of_both.words == Edits(3, substitutions=2, insertions=1)
    assert of_both.cer == 8 / 13
    assert of_both.wer == 1.0


def test_figures_of_several_texts_are_added_edit_by_edit() -> None:
    both = rates("ab", "ac") + rates("abcdefgh", "abcdefgh")
    assert both.cer == 1 / 10


@given(TEXTS)
def test_a_text_is_without_error_against_itself(text: str) -> None:
    same = measured(text, text)
    assert (same.raw.cer, same.raw.wer, same.relaxed.cer, same.relaxed.wer) == (0, 0, 0, 0)


@given(LETTERS, LETTERS)
def test_what_one_side_lacks_the_other_has_too_much(one: str, other: str) -> None:
    there, back = edits(one, other), edits(other, one)
    assert there.errors == back.errors
    assert there.insertions - there.deletions == back.deletions - back.insertions == len(other) - len(one)


@given(LETTERS, LETTERS)
def test_there_are_no_more_errors_than_characters_on_the_longer_side(one: str, other: str) -> None:
    counts = edits(one, other)
    assert abs(len(one) - len(other)) <= counts.errors <= max(len(one), len(other))
    assert counts.substitutions + counts.deletions <= counts.length == len(one)
    assert counts.rate * max(1, len(one)) == pytest.approx(counts.errors)


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=5))
def test_the_rates_and_their_counts_are_those_of_jiwer(texts: list[tuple[str, str]]) -> None:
    """It is given the texts as the raw measure compares them."""
    ours, theirs = ([raw(text) for text in side] for side in zip(*texts, strict=True))
    together = sum((measured(*pair).raw for pair in texts), start=Measured().raw)
    characters, words = jiwer.process_characters(ours, theirs), jiwer.process_words(ours, theirs)
    assert together.cer == pytest.approx(characters.cer)
    assert together.wer == pytest.approx(words.wer)
    for counts, of_jiwer in ((together.characters, characters), (together.words, words)):
        assert counts.substitutions == of_jiwer.substitutions
        assert counts.deletions == of_jiwer.deletions
        assert counts.insertions == of_jiwer.insertions


# The two measures


def test_raw_forgives_the_normal_form_and_white_space_and_nothing_else() -> None:
    assert raw("  cafe\u0301 \t au\nlait ") == "caf\u00e9 au lait"
    assert raw("ſo «Fine» – ﬁ") == "ſo «Fine» – ﬁ"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Straße", "STRASSE"),
        ("“Quoted”", '"quoted"'),
        ("it’s", "it's"),
        ("1914–1918", "1914-1918"),
        ("and — so", "and -- so"),
        ("wait…", "wait..."),
        ("so , he said ( once ) .", "so, he said (once)."),
        ("soft\u00adly", "softly"),
        ("ſo", "so"),
    ],
)
def test_relaxed_forgives_capitals_and_kinds_of_punctuation_and_stray_spaces(one: str, other: str) -> None:
    assert relaxed(one) == relaxed(other)


@pytest.mark.parametrize(("one", "other"), [("cafe", "café"), ("so, he", "so he"), ("to day", "today"), ("I", "l")])
def test_relaxed_does_not_forgive_letters_and_marks_left_out(one: str, other: str) -> None:
    assert relaxed(one) != relaxed(other)


@given(TEXTS)
def test_relaxing_twice_changes_no_more(text: str) -> None:
    assert relaxed(relaxed(text)) == relaxed(text)


# Lines side by side


def test_lines_find_each_other_by_their_text() -> None:
    pairing = paired(lines("The quick brown fox", "jumps over", "the dog"), lines("The qvick brown fax", "the dag"))
    assert pairing.pairs == (Pair((0,), (0,)), Pair((1,), ()), Pair((2,), (1,)))
    assert pairing.by == "text"


def test_a_line_that_is_not_written_is_invented() -> None:
    pairing = paired(lines("jumps over"), lines("||| ~~ 17", "jumps over"))
    assert pairing.pairs == (Pair((0,), (1,)), Pair((), (0,)))


def test_columns_read_in_another_order_are_found_all_the_same() -> None:
    left = ["Bought of Mr Hale", "two barrels of flour", "one keg of nails"]
    right = ["Paid on the 4th", "by cash in hand", "the sum of nine dollars"]
    pairing = paired(lines(*left, *right), lines(*right, *left))
    assert [pair.read for pair in pairing.pairs] == [(3,), (4,), (5,), (0,), (1,), (2,)]


def test_a_badly_read_line_keeps_its_place_between_its_neighbours() -> None:
    truth = lines("dear Mother I write to you", "with a heavy heart tonight", "since the news has come")
    read = lines("dear Mother I write to you", "wth o keany kart tonrgkl", "since the news has come")
    assert paired(truth, read).pairs[1] == Pair((1,), (1,))


def test_a_line_read_in_two_pieces_is_one_line() -> None:
    truth = lines("governed by the laws of physics", "more and nothing less")
    pairing = paired(truth, lines("governed", "by the laws of physics", "more and nothing less"))
    assert pairing.pairs == (Pair((0,), (0, 1)), Pair((1,), (2,)))
    assert scored(["governed by the laws"], ["governed", "by the laws"]).by_line.raw.cer == 0


def test_two_lines_run_together_are_one() -> None:
    pairing = paired(lines("Love,", "Nora Hale", "Whitby"), lines("Love, Nora Hale", "Whitby"))
    assert pairing.pairs == (Pair((0, 1), (0,)), Pair((2,), (1,)))


def test_lines_with_boxes_find_each_other_by_place_however_badly_they_are_read() -> None:
    truth = [placed("first", 10, 10, 200, 50), placed("second", 10, 60, 200, 100), placed("third", 10, 110, 200, 150)]
    read = [placed("xxxx", 12, 64, 190, 98), placed("yyyy", 12, 112, 190, 152), placed("zz zz zz z", 300, 60, 400, 100)]
    pairing = paired(truth, read)
    assert pairing.by == "place"
    assert pairing.pairs == (Pair((0,), ()), Pair((1,), (0,)), Pair((2,), (1,)), Pair((), (2,)))


def test_on_a_tilted_page_a_line_is_found_in_its_own_row() -> None:
    rows = range(6)
    truth = [placed(f"line {row}", 0, 60 * row, 1000, 60 * row + 40, tilt=0.12) for row in rows]
    read = [placed("?", 10, 60 * row + 5, 990, 60 * row + 38, tilt=0.12) for row in rows]
    assert [pair.read for pair in paired(truth, read).pairs] == [(row,) for row in rows]


def test_places_that_do_not_agree_at_all_are_not_believed() -> None:
    truth = [placed("one line", 1, 1, 20, 4), placed("another line", 1, 5, 20, 8)]
    read = [placed("another line", 100, 900, 900, 950), placed("one line", 100, 800, 900, 850)]
    pairing = paired(truth, read)
    assert pairing.by == "text"
    assert [pair.read for pair in pairing.pairs] == [(1,), (0,)]


@given(st.lists(LETTERS, max_size=8), st.lists(LETTERS, max_size=8))
def test_every_line_with_a_letter_is_in_one_pair_and_no_other(truth: list[str], read: list[str]) -> None:
    pairs = paired(lines(*truth), lines(*read)).pairs
    for side, texts in ((0, truth), (1, read)):
        places = sorted(place for pair in pairs for place in pair[side])
        assert places == [place for place, text in enumerate(texts) if text.strip()]
    assert all(pair.truth or pair.read for pair in pairs)


def test_a_very_long_page_is_matched_too() -> None:
    """More pairs than are compared: the lines are looked for at about their height of the text."""
    chance = random.Random(7)
    truth = ["".join(chance.choices("abcdefghij ", k=12)) + f" {row}" for row in range(1500)]
    read = [text.replace("a", "o") for place, text in enumerate(truth) if place % 100 != 5]
    pairs = paired(lines(*truth), lines(*read)).pairs
    assert sum(not pair.read for pair in pairs) == 15
    assert all(truth[pair.truth[0]].split()[-1] == read[pair.read[0]].split()[-1] for pair in pairs if pair.read)


# Confusions


@pytest.mark.parametrize(
    ("truth", "read", "confusions"),
    [
        ("morning", "rnorning", [("m", "rn")]),
        ("modern", "modem", [("rn", "m")]),
        ("cat", "eat", [("c", "e")]),
        ("over,", "over", [(",", "")]),
        ("to day", "today", [(" ", "")]),
        ("abc", "xyz", [("a", "x"), ("b", "y"), ("c", "z")]),
        ("cafe\u0301", "cafe", [("e\u0301", "e")]),
        ("same", "same", []),
    ],
)
def test_what_is_read_for_what_is_told(truth: str, read: str, confusions: list[tuple[str, str]]) -> None:
    assert list(confusions_of(truth, read)) == confusions


def test_a_word_that_was_not_read_is_told_letter_by_letter() -> None:
    told = confusions_of("a house b", "a b")
    assert sorted(told) == [(letter, "") for letter in " ehosu"]


def test_the_most_frequent_confusion_comes_first() -> None:
    assert counted([("c", "e"), ("a", "o"), ("a", "o")]) == (Confusion("a", "o", 2), Confusion("c", "e", 1))


@given(LETTERS, LETTERS)
def test_confusions_account_for_every_character_that_differs(truth: str, read: str) -> None:
    told = list(confusions_of(truth, read))
    assert sum(len(theirs) - len(ours) for ours, theirs in told) == len(read) - len(truth)
    assert sum(max(len(ours), len(theirs)) for ours, theirs in told) >= edits(truth, read).errors
    assert bool(told) == (truth != read)


# The interval


def test_one_page_says_nothing_of_how_pages_differ() -> None:
    assert interval_of([Edits(100, 5)]) is None


def test_pages_that_are_all_alike_leave_no_doubt() -> None:
    assert interval_of([Edits(100, 5)] * 10) == Interval(0.05, 0.05)


def test_the_interval_lies_about_the_rate_and_is_the_same_every_time() -> None:
    pages = [Edits(100 + 7 * number, number) for number in range(20)]
    interval = interval_of(pages)
    assert interval is not None
    rate = sum(pages, start=Edits()).rate
    assert interval.low < rate < interval.high
    assert interval == interval_of(pages)


def test_more_pages_make_it_narrower() -> None:
    few = [Edits(100, errors) for errors in (0, 5, 10, 30)]
    narrow, wide = interval_of(few * 16), interval_of(few)
    assert narrow is not None
    assert wide is not None
    assert narrow.high - narrow.low < (wide.high - wide.low) / 2


def test_the_interval_holds_the_rate_in_about_95_of_100_cases() -> None:
    chance = random.Random(3)
    held = 0
    for _ in range(60):
        pages = [Edits(100, chance.randint(0, 20)) for _ in range(40)]
        interval = interval_of(pages)
        assert interval is not None
        held += interval.low <= 0.10 <= interval.high
    assert held >= 52


# Pages, and all of them together


def test_a_page_is_measured_as_a_whole_and_line_by_line() -> None:
    page = scored(["one two", "three four"], ["three four", "one two"])
    assert page.by_line.raw.cer == 0
    assert page.text.raw.cer > 0


def test_missing_and_invented_lines_count_with_all_their_characters() -> None:
    page = scored(["The quick brown fox", "jumps over"], ["The quick brown fox", "~ ~ ~ ~"])
    assert (page.missing, page.invented) == (1, 1)
    assert page.by_line.raw.characters == Edits(29, deletions=10, insertions=7)


def test_long_pages_weigh_more_than_short_ones() -> None:
    score = Score((scored(["a" * 99 + "b"], ["a" * 100]), scored(["b"], ["a"], "b.jpg")))
    assert score.text.raw.cer == 2 / 101


def test_the_histogram_counts_every_line_that_is_written_once() -> None:
    score = Score((scored(["abcdefghij", "klmnopqrst", "uvwxyz1234"], ["abcdefghij", "klmnopqrsX"]),))
    bars = {bar.upto: bar.lines for bar in score.histogram(Measure.RAW) if bar.lines}
    assert bars == {0.0: 1, 0.1: 1, 1.0: 1}


def test_the_worst_lines_come_first_and_right_ones_not_at_all() -> None:
    score = Score(
        (scored(["all is well", "half of it", "one letter"], ["all is well", "hxxf xf xt", "one letteX", "0"]),)
    )
    assert [line.truth for _, line in score.worst(Measure.RAW)] == ["half of it", "one letter", None]


def test_confusions_are_counted_over_all_lines_in_the_measure_that_is_asked_for() -> None:
    score = Score((scored(["modern times", "in the barn"], ["modem times", "In the bam"]),))
    assert score.confusions(Measure.RAW) == (Confusion("rn", "m", 2), Confusion("i", "I", 1))
    assert score.confusions(Measure.RELAXED) == (Confusion("rn", "m", 2),)


def test_nothing_compared_is_nothing_wrong() -> None:
    score = Score()
    assert (score.text.raw.cer, score.lines, score.confusions(Measure.RAW)) == (0, 0, ())
    assert score.cer_interval(Measure.RAW) is None
