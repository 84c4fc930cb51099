"""What a confidence is worth in one queue, what one may accept unseen, and what the audit says of it."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.calibration import (
    FEWEST,
    Calibration,
    Judged,
    audit_result,
    is_audited,
    judged_words,
    wilson,
)
from tui.model import Line, LineKey, Word

DECISIONS = st.lists(
    st.builds(Judged, st.sampled_from([place / 20 for place in range(21)]), st.booleans()),
    min_size=FEWEST,
    max_size=400,
)
SHARES = st.floats(0, 1)
KEYS = [LineKey(page, line) for page in range(1, 101) for line in range(50)]


def decided(confidence: float, right: int, wrong: int) -> list[Judged]:
    return [Judged(confidence, True)] * right + [Judged(confidence, False)] * wrong


def calibrated(*judged: list[Judged]) -> Calibration:
    calibration = Calibration.of([one for of_one in judged for one in of_one])
    assert calibration is not None
    return calibration


# What a confidence is worth


def test_nothing_is_said_before_two_hundred_decisions() -> None:
    assert Calibration.of(decided(0.9, 190, 9)) is None
    assert Calibration.of(decided(0.9, 190, 10)) is not None


def test_a_confidence_is_worth_what_the_persons_decisions_say() -> None:
    calibration = calibrated(decided(0.3, 50, 50), decided(0.85, 96, 4), decided(0.99, 199, 1))
    assert calibration.judged == 400
    assert [calibration.wrong_at(confidence) for confidence in (0.3, 0.85, 0.99)] == [0.5, 0.04, 0.005]
    assert calibration.sentence(0.85) == "at .85 wrong 4 % of the time in this queue"
    assert calibration.sentence(0.99) == "at .99 wrong less than 1 % of the time in this queue"


def test_between_two_confidences_the_lower_one_speaks() -> None:
    calibration = calibrated(decided(0.5, 60, 40), decided(0.9, 90, 10))
    assert calibration.wrong_at(0.7) == 0.4
    assert calibration.wrong_at(0.1) == 0.4
    assert calibration.wrong_at(1.0) == 0.1


def test_where_the_service_has_the_order_wrong_neighbours_are_pooled() -> None:
    calibration = calibrated(decided(0.5, 80, 20), decided(0.6, 60, 40), decided(0.9, 100, 0))
    assert calibration.wrong_at(0.5) == calibration.wrong_at(0.6) == 0.3


def test_where_none_was_wrong_the_sentence_says_of_how_many() -> None:
    calibration = calibrated(decided(0.5, 100, 100), decided(1.0, 60, 0))
    assert calibration.sentence(1.0) == "at 1.00 none of 60 wrong in this queue"


def test_a_handful_of_decisions_makes_no_step_of_its_own() -> None:
    calibration = calibrated(decided(0.8, 180, 20), decided(0.99, 5, 0))
    assert calibration.wrong_at(0.99) == pytest.approx(20 / 205)


@given(DECISIONS, SHARES, SHARES)
def test_a_surer_word_is_never_wrong_more_often(judged: list[Judged], one: float, other: float) -> None:
    calibration = calibrated(judged)
    assert calibration.wrong_at(max(one, other)) <= calibration.wrong_at(min(one, other))


@given(DECISIONS)
def test_the_curve_counts_every_decision_once(judged: list[Judged]) -> None:
    calibration = calibrated(judged)
    assert sum(step.judged for step in calibration.steps) == len(judged)
    assert sum(step.wrong for step in calibration.steps) == sum(not one.was_right for one in judged)
    assert sum(count for _, count in calibration.counts) == len(judged)
    assert all(step.judged >= 20 for step in calibration.steps)


@given(DECISIONS, st.randoms(use_true_random=False))
def test_the_order_of_decisions_does_not_matter(judged: list[Judged], chance: random.Random) -> None:
    shuffled = list(judged)
    chance.shuffle(shuffled)
    assert Calibration.of(shuffled) == Calibration.of(judged)


@pytest.mark.parametrize("seed", range(3))
def test_a_curve_is_found_again_by_what_was_drawn_from_it(seed: int) -> None:
    chance = random.Random(seed)
    confidences = [chance.random() for _ in range(4000)]
    calibration = calibrated([Judged(sure, chance.random() < sure**2) for sure in confidences])
    for confidence in (0.2, 0.4, 0.6, 0.8, 0.95):
        assert calibration.wrong_at(confidence) == pytest.approx(1 - confidence**2, abs=0.1)


# What one may accept unseen


def test_the_threshold_follows_from_the_error_one_is_ready_to_bear() -> None:
    calibration = calibrated(decided(0.5, 700, 300), decided(0.8, 950, 50), decided(0.95, 998, 2))
    assert calibration.threshold_for(0.2) == 0.5
    assert calibration.threshold_for(0.04) == 0.8
    assert calibration.threshold_for(0.01) == 0.95
    assert calibration.threshold_for(0.001) == math.inf


def test_few_decisions_promise_little() -> None:
    few, many = (calibrated(decided(0.5, 100, 100), decided(0.95, right, 0)) for right in (60, 600))
    assert few.threshold_for(0.01) == math.inf
    assert many.threshold_for(0.01) == 0.95


@given(DECISIONS, SHARES, SHARES)
def test_who_bears_less_must_look_at_more(judged: list[Judged], one: float, other: float) -> None:
    calibration = calibrated(judged)
    assert calibration.threshold_for(min(one, other)) >= calibration.threshold_for(max(one, other))


@given(DECISIONS, SHARES)
def test_from_the_threshold_on_no_more_is_wrong_than_one_is_ready_to_bear(judged: list[Judged], error: float) -> None:
    calibration = calibrated(judged)
    threshold = calibration.threshold_for(error)
    accepted = [calibration.wrong_at(one.confidence) for one in judged if one.confidence >= threshold]
    assert sum(accepted) <= error * len(accepted) + 1e-9


def test_the_promise_holds_for_what_is_not_yet_seen() -> None:
    kept = 0
    for seed in range(100):
        chance = random.Random(seed)
        confidences = [chance.random() ** 0.5 for _ in range(500)]  # of which those from t on are (1 - t ** 2) of all
        threshold = calibrated([Judged(sure, chance.random() < sure) for sure in confidences]).threshold_for(0.1)
        kept += threshold > 1 or 1 - 2 / 3 * (1 - threshold**3) / (1 - threshold**2) <= 0.1
    assert kept >= 90


# What became of words and lines


def line(*words: tuple[str, float | None], between: str = " ") -> Line:
    return Line(between.join(text for text, _ in words), None, tuple(Word(text, None, sure) for text, sure in words))


def test_words_that_stand_in_the_corrected_line_were_right() -> None:
    read = line(("tbe", 0.4), ("cat", 0.9), ("sat,", 0.8))
    assert judged_words(read, "the cat sat.") == (Judged(0.4, False), Judged(0.9, True), Judged(0.8, False))
    assert judged_words(read, "tbe cat sat,") == (Judged(0.4, True), Judged(0.9, True), Judged(0.8, True))


def test_a_word_that_went_was_wrong_and_one_that_came_blames_nobody() -> None:
    read = line(("the", 0.9), ("l", 0.3), ("cat", 0.9))
    assert judged_words(read, "the big cat sat") == (Judged(0.9, True), Judged(0.3, False), Judged(0.9, True))


def test_two_words_that_were_one_were_both_wrong() -> None:
    assert [one.was_right for one in judged_words(line(("to", 0.5), ("day", 0.6)), "today")] == [False, False]


def test_words_of_unknown_confidence_say_nothing() -> None:
    assert judged_words(line(("a", None), ("cat", 0.9)), "a cat") == (Judged(0.9, True),)
    assert judged_words(Line("no words"), "no words") == ()


def test_scripts_without_spaces_are_judged_by_their_characters() -> None:
    read = line(("今日", 0.9), ("は", 0.8), ("晴わ", 0.4), between="")
    assert [one.was_right for one in judged_words(read, "今日は晴れ")] == [True, True, False]


def test_the_encoding_of_a_letter_makes_no_word_wrong() -> None:
    assert judged_words(line(("cafe\u0301", 0.7)), "caf\u00e9") == (Judged(0.7, True),)


@given(st.lists(st.tuples(st.text("abc", min_size=1, max_size=4), SHARES), max_size=8))
def test_a_line_accepted_as_it_was_read_has_no_wrong_word(words: list[tuple[str, float]]) -> None:
    read = line(*words)
    assert judged_words(read, read.text) == tuple(Judged(sure, True) for _, sure in words)


# The audit


def test_about_the_share_that_was_asked_for_comes_back() -> None:
    drawn = sum(is_audited(7, key, 0.05, "queue") for key in KEYS)
    assert wilson(drawn, len(KEYS), 4)[0] <= 0.05 <= wilson(drawn, len(KEYS), 4)[1]


def test_the_same_lines_come_back_whenever_it_is_asked() -> None:
    drawn = [key for key in KEYS[:300] if is_audited(7, key, 0.02, "queue")]
    assert drawn == [LineKey(1, 4), LineKey(1, 21), LineKey(6, 33)]


def test_another_item_or_seed_draws_other_lines() -> None:
    drawn = {
        (item, seed): tuple(key for key in KEYS if is_audited(item, key, 0.05, seed))
        for item in (1, 2)
        for seed in ("one", "two")
    }
    assert len(set(drawn.values())) == 4


@given(st.integers(0), st.sampled_from(KEYS), SHARES, SHARES, st.text(max_size=4))
def test_a_larger_share_holds_the_lines_of_a_smaller_one(
    item: int, key: LineKey, one: float, other: float, seed: str
) -> None:
    assert is_audited(item, key, min(one, other), seed) <= is_audited(item, key, max(one, other), seed)
    assert is_audited(item, key, 1, seed)
    assert not is_audited(item, key, 0, seed)


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        (0, 0, "None of the lines accepted unseen has been audited yet."),
        (1, 0, "Of 1 line accepted unseen and audited none were wrong: 0 %, likely 0 to 79 %."),
        (50, 0, "Of 50 lines accepted unseen and audited none were wrong: 0 %, likely 0 to 7.1 %."),
        (49, 1, "Of 50 lines accepted unseen and audited 1 was wrong: 2.0 %, likely 0.4 to 10 %."),
        (96, 4, "Of 100 lines accepted unseen and audited 4 were wrong: 4.0 %, likely 1.6 to 9.8 %."),
    ],
)
def test_the_audit_says_how_many_were_wrong_and_how_sure_that_is(right: int, wrong: int, sentence: str) -> None:
    assert audit_result(right, wrong) == sentence


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_what_was_found(wrong: int, right: int) -> None:
    least, most = wilson(wrong, wrong + right)
    assert 0 <= least <= most <= 1
    if wrong + right:
        assert least - 1e-12 <= wrong / (wrong + right) <= most + 1e-12


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5])
def test_an_interval_holds_the_truth_in_about_nineteen_of_twenty_audits(share: float) -> None:
    chance = random.Random(1)
    audits = [wilson(sum(chance.random() < share for _ in range(200)), 200) for _ in range(1000)]
    assert sum(least <= share <= most for least, most in audits) >= 920
