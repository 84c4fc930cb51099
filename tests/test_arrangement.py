"""Lines that a person cuts, runs together, adds, moves and turns; their words stay tied to the ink."""

import json
import math
import unicodedata
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.arrangement import (
    MadeLine,
    Rearrangement,
    added,
    added_line,
    arranged,
    beside,
    from_data,
    merge,
    merged,
    numbered_from,
    reordered,
    split,
    split_at,
    tied_words,
    to_data,
    turned,
    turned_back,
    turned_by,
    turned_polygon,
)
from tui.arrangement.characters import length, start_of, starts
from tui.model import Line, LineKey, Page, Polygon, Trouble, Word

HIGH, WIDE = 20.0, 10.0
"""A character's height and width in the lines made here, in pixels."""


def written(text: str, left: float = 0, top: float = 0, *, degrees: float = 0, leftwards: bool = False) -> Line:
    """Return a line as an engine reads it: each character 10 x 20 pixels, its words surely read, turned about 0, 0."""
    end = left + WIDE * (sum(length(word) for word in text.split(" ")) + text.count(" "))

    def box(start: float, stop: float) -> Polygon:
        if leftwards:
            start, stop = left + end - stop, left + end - start
        return tilted(Polygon.from_bounds(start, top, stop, top + HIGH), degrees)

    words, at = [], left
    for word in text.split(" "):
        words.append(Word(word, box(at, at + WIDE * length(word)), 0.9))
        at += WIDE * (length(word) + 1)
    return Line(text, box(left, end), tuple(words))


def tilted(polygon: Polygon, degrees: float) -> Polygon:
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    a, b, c, d = ((x * cosine - y * sine, x * sine + y * cosine) for x, y in polygon.corners)
    return Polygon((a, b, c, d))


def spans(words: Iterable[Word]) -> list[tuple[str, float, float]]:
    """Return each word with the left and the right of its box, in whole pixels."""
    found: list[tuple[str, float, float]] = []
    for word in words:
        assert word.polygon is not None
        left, _, right, _ = word.polygon.bounds
        found.append((word.text, round(left), round(right)))
    return found


def close(one: Polygon | None, other: Polygon | None) -> bool:
    assert one is not None
    assert other is not None
    return one.numbers == pytest.approx(other.numbers, abs=1e-6)


FOX = written("the qvick fox")
THE, QVICK, LAST = FOX.words


# -- the words of a corrected line ------------------------------------------------------------------------------------


def test_a_word_that_was_not_changed_stays_as_it_was() -> None:
    assert tied_words(FOX, FOX.text) == FOX.words
    assert tied_words(FOX, "the quick fox")[0] is THE
    assert tied_words(FOX, "the quick fox")[2] is LAST


def test_a_word_that_was_changed_keeps_its_box_and_loses_its_confidence() -> None:
    assert tied_words(FOX, "the quick fox")[1] == Word("quick", QVICK.polygon)


def test_a_word_that_became_two_has_its_box_cut_in_proportion() -> None:
    assert spans(tied_words(FOX, "the qvi ck fox")) == [
        ("the", 0, 30),
        ("qvi", 40, 70),
        ("ck", 70, 90),
        ("fox", 100, 130),
    ]


def test_two_words_that_became_one_get_the_box_round_both() -> None:
    assert spans(tied_words(FOX, "theqvick fox")) == [("theqvick", 0, 90), ("fox", 100, 130)]


def test_a_word_that_was_left_out_takes_its_box_with_it() -> None:
    assert tied_words(FOX, "the fox") == (THE, LAST)
    assert tied_words(FOX, "  ") == ()


def test_a_word_that_was_put_in_gets_the_gap_between_its_neighbours() -> None:
    assert spans(tied_words(FOX, "the so qvick fox"))[1] == ("so", 30, 40)
    assert tied_words(FOX, "the so qvick fox")[2] is QVICK


def test_a_word_put_in_where_there_is_no_gap_gets_a_share_of_its_neighbours_box() -> None:
    assert spans(tied_words(FOX, "the qvick fox is"))[3] == ("is", 118, 130)
    assert spans(tied_words(FOX, "O the qvick fox"))[0] == ("O", 0, 8)


def test_a_word_put_in_at_the_end_gets_the_room_that_the_line_has_there() -> None:
    roomy = replace(FOX, polygon=Polygon.from_bounds(0, 0, 200, 20))
    assert spans(tied_words(roomy, "the qvick fox is"))[3] == ("is", 130, 200)


def test_the_words_are_found_by_their_letters_and_not_by_their_places() -> None:
    read = written("tho cat sat an the rnat")
    assert [word.polygon for word in tied_words(read, "cat sat on the mat")] == [
        word.polygon for word in read.words[1:]
    ]


def test_of_two_ways_to_change_as_few_letters_the_one_is_taken_that_leaves_more_words_alone() -> None:
    read = written("a ab b")
    assert tied_words(read, "a b") == (read.words[0], read.words[2])


def test_a_word_is_not_torn_for_a_letter_that_happens_to_be_in_a_new_one() -> None:
    read = written("fox")
    assert tied_words(read, "fix a box")[2] == Word("box", read.words[0].polygon)


def test_a_line_without_words_shares_its_box_among_them_by_their_characters() -> None:
    assert spans(tied_words(replace(FOX, words=()), FOX.text)) == spans(FOX.words)


def test_words_without_boxes_get_them_from_their_line_and_keep_their_confidence() -> None:
    bare = replace(FOX, words=tuple(replace(word, polygon=None) for word in FOX.words))
    assert spans(tied_words(bare, "the qvick fox")) == spans(FOX.words)
    assert [word.confidence for word in tied_words(bare, "the quick fox")] == [0.9, None, 0.9]


def test_where_nothing_has_a_box_no_word_gets_one() -> None:
    assert tied_words(Line("a b"), "a c") == (Word("a"), Word("c"))


def test_words_written_from_right_to_left_are_cut_from_the_right() -> None:
    read = written("שלום עולם", leftwards=True)
    assert spans(read.words) == [("שלום", 50, 90), ("עולם", 0, 40)]
    assert spans(tied_words(read, "שלום עו לם")) == [("שלום", 50, 90), ("עו", 20, 40), ("לם", 0, 20)]
    assert spans(tied_words(replace(read, words=()), read.text)) == spans(read.words)
    assert spans(tied_words(read, "שלום אב עולם"))[1] == ("אב", 40, 50)


def test_words_that_touch_as_in_chinese_stay_words_of_their_own() -> None:
    boxes = [Polygon.from_bounds(20.0 * place, 0, 20.0 * place + 20, 20) for place in range(3)]
    read = Line("今天很", Polygon.from_bounds(0, 0, 60, 20), tuple(map(Word, "今天很", boxes)))
    assert tied_words(read, "今天很") == read.words
    assert [word.text for word in tied_words(read, "今夭很")] == ["今", "夭", "很"]
    assert [word.polygon for word in tied_words(read, "今夭很")] == boxes
    assert tied_words(read, "今很好")[:2] == (read.words[0], read.words[2])
    assert tied_words(read, "今很好")[2].text == "好"


def test_a_line_of_very_many_changed_words_is_aligned_by_whole_words() -> None:
    read = written(" ".join(f"w{place}" for place in range(80)))
    said = [f"v{place}" for place in range(80)]
    said[40] = "w40"
    words = tied_words(read, " ".join(said))
    assert [word.polygon for word in words] == [word.polygon for word in read.words]
    assert [word.confidence for word in words].count(0.9) == 1


# -- cutting ----------------------------------------------------------------------------------------------------------


def test_a_line_is_cut_between_two_words() -> None:
    left, right = split(FOX, "the quick fox", 3)
    assert (left.text, right.text) == ("the", "quick fox")
    assert left.words == (THE,)
    assert right.words == (Word("quick", QVICK.polygon), LAST)
    assert close(left.polygon, Polygon.from_bounds(0, 0, 35, 20))
    assert close(right.polygon, Polygon.from_bounds(35, 0, 130, 20))


def test_a_word_under_the_cut_has_its_box_cut_in_proportion_and_stays_as_doubtful_as_it_was() -> None:
    doubted = replace(FOX, words=(THE, replace(QVICK, confidence=0.2, alternatives=("quick",)), LAST))
    left, right = split(doubted, FOX.text, 7)
    assert spans(left.words) == [("the", 0, 30), ("qvi", 40, 70)]
    assert spans(right.words) == [("ck", 70, 90), ("fox", 100, 130)]
    assert left.words[1].confidence == right.words[0].confidence == 0.2
    assert left.words[1].alternatives == ()
    assert left.polygon == Polygon.from_bounds(0, 0, 70, 20)


@pytest.mark.parametrize("degrees", [5, -30, 90, 180])
def test_a_tilted_line_is_cut_across_its_own_writing(degrees: float) -> None:
    straight, slanting = split(FOX, FOX.text, 7), split(written(FOX.text, degrees=degrees), FOX.text, 7)
    for level, tilt in zip(straight, slanting, strict=True):
        assert level.polygon is not None
        assert close(tilt.polygon, tilted(level.polygon, degrees))
        assert close(
            tilt.words[-1].polygon, tilted(level.words[-1].polygon or Polygon.from_bounds(0, 0, 0, 0), degrees)
        )


def test_a_line_from_right_to_left_leaves_its_right_to_the_first_half() -> None:
    left, right = split(written("שלום עולם", leftwards=True), "שלום עולם", 5)
    assert left.polygon == Polygon.from_bounds(45, 0, 90, 20)
    assert right.polygon == Polygon.from_bounds(0, 0, 45, 20)


def test_where_no_cut_parts_the_words_each_side_gets_the_box_round_its_own() -> None:
    one, peace, world = written("one"), written("שלום", 90), written("עולם", 40)
    line = Line("one שלום עולם", Polygon.from_bounds(0, 0, 130, 20), one.words + peace.words + world.words)
    left, right = split(line, line.text, 8)
    assert (left.text, right.text) == ("one שלום", "עולם")
    assert left.polygon == Polygon.from_bounds(0, 0, 130, 20)
    assert right.polygon == Polygon.from_bounds(40, 0, 80, 20)


def test_a_line_without_boxes_or_words_is_cut_all_the_same() -> None:
    assert split(Line("a b"), "a b", 1) == (Line("a", words=(Word("a"),)), Line("b", words=(Word("b"),)))
    left, _ = split(Line("a b", Polygon.from_bounds(0, 0, 30, 20)), "a b", 2)
    assert left.polygon == Polygon.from_bounds(0, 0, 15, 20)


@pytest.mark.parametrize("at", [-1, 0, 13, 99])
def test_nothing_is_cut_off_where_a_side_would_be_empty(at: int) -> None:
    with pytest.raises(Trouble, match=r"Nothing was split.*Move it"):
        split(FOX, FOX.text, at)


@pytest.mark.parametrize(
    ("text", "at", "begins"),
    [
        ("cafe\u0301s", 4, 3),
        ("ab\u0301\u0323c", 3, 1),
        ("می\u200cخواهم", 2, 1),
        ("x👩\u200d🦰y", 2, 1),
        ("x👍🏽y", 2, 1),
        ("🇫🇷🇩🇪", 3, 2),
        ("น้ำ", 1, 0),
        ("가\u11a8나", 1, 0),
        ("abc", 2, 2),
        ("abc", 3, 3),
    ],
)
def test_no_cut_parts_a_letter_from_its_marks(text: str, at: int, begins: int) -> None:
    assert start_of(text, at) == begins


def test_a_cut_within_a_letter_goes_before_it() -> None:
    left, right = split(written("cafe\u0301s"), "cafe\u0301s", 4)
    assert (left.text, right.text) == ("caf", "e\u0301s")
    assert spans(left.words) == [("caf", 0, 30)]


# -- running together -------------------------------------------------------------------------------------------------


def test_two_lines_are_run_together_with_a_blank() -> None:
    both = merge(written("the qvick"), "the quick", written("fox", 100), "fox")
    assert both.text == "the quick fox"
    assert spans(both.words) == [("the", 0, 30), ("quick", 40, 90), ("fox", 100, 130)]
    assert [word.confidence for word in both.words] == [0.9, None, 0.9]
    assert both.polygon == Polygon.from_bounds(0, 0, 130, 20)


def test_a_hyphen_at_the_end_of_the_first_stays() -> None:
    assert merge(written("exam-"), "exam-", written("ple"), "ple").text == "exam- ple"


def test_the_box_of_two_tilted_lines_lies_along_them() -> None:
    both = merge(written("one", degrees=10), "one", written("two", 40, 30, degrees=10), "two")
    assert close(both.polygon, tilted(Polygon.from_bounds(0, 0, 70, 50), 10))


def test_a_line_is_written_by_hand_when_both_are() -> None:
    by_hand, printed = replace(FOX, handwritten=True), replace(FOX, handwritten=False)
    assert merge(by_hand, "a", by_hand, "b").handwritten is True
    assert merge(by_hand, "a", printed, "b").handwritten is None


@pytest.mark.parametrize("left", [0, 30, 90])
def test_lines_below_each_other_come_apart_again_where_they_were_run_together(left: float) -> None:
    upper, lower = written("one two"), written("three four", left, 30)
    both = merge(upper, upper.text, lower, lower.text)
    assert split(both, both.text, len(upper.text)) == (upper, lower)


def test_an_empty_line_adds_no_blank() -> None:
    assert merge(FOX, "fox", Line(""), "").text == "fox"


# -- adding -----------------------------------------------------------------------------------------------------------


def test_a_missing_line_is_added_with_its_words_along_its_box() -> None:
    assert spans(added(Polygon.from_bounds(0, 0, 60, 20), "ab cde").words) == [("ab", 0, 20), ("cde", 30, 60)]
    assert added(Polygon.from_bounds(0, 0, 60, 20)).words == ()


# -- the page ---------------------------------------------------------------------------------------------------------

PAGE = Page(1, 200, 100, 0, (written("one two"), written("three", 0, 30), written("four", 0, 60)))


def reads(page: Page) -> list[tuple[int, str]]:
    return [(key.line, line.text) for key, line in zip(page.keys, page.lines, strict=True)]


def test_a_page_nothing_was_done_to_is_the_very_page() -> None:
    assert arranged(PAGE, ()) is PAGE
    assert arranged(PAGE, [Rearrangement(2, taken=(0,))]) is PAGE


def test_new_lines_have_new_numbers_and_the_others_keep_theirs() -> None:
    now = arranged(PAGE, [split_at(PAGE, 0, "one two", 3)])
    assert reads(now) == [(3, "one"), (4, "two"), (1, "three"), (2, "four")]
    assert now.line(1) is PAGE.lines[1]
    with pytest.raises(KeyError):
        now.line(0)


def test_two_lines_run_together_stand_where_the_first_stood() -> None:
    assert reads(arranged(PAGE, [merged(PAGE, (0, 1), ("one two", "3"))])) == [(3, "one two 3"), (2, "four")]


def test_a_line_is_added_after_another_or_at_the_start() -> None:
    box = Polygon.from_bounds(0, 80, 40, 100)
    assert reads(arranged(PAGE, [added_line(PAGE, box, 1, "new")]))[2] == (3, "new")
    assert reads(arranged(PAGE, [added_line(PAGE, box, None)]))[0] == (3, "")


def test_a_line_is_moved_up_and_down_by_one() -> None:
    down = arranged(PAGE, [reordered(PAGE, 0, 1)])
    assert down.numbers == (1, 0, 2)
    assert arranged(PAGE, [reordered(PAGE, 0, 1), reordered(down, 0, -1)]) is PAGE
    assert arranged(PAGE, [reordered(PAGE, 2, -1)]).numbers == (0, 2, 1)
    with pytest.raises(Trouble, match="the last line"):
        reordered(PAGE, 2, 1)
    with pytest.raises(Trouble, match="the first line"):
        reordered(PAGE, 0, -1)


def test_who_stands_beside_a_line() -> None:
    assert (beside(PAGE, 1, 1), beside(PAGE, 1, -1), beside(PAGE, 0, -1)) == (2, 0, None)
    with pytest.raises(KeyError):
        beside(PAGE, 7, 1)


def test_what_has_nothing_to_work_on_any_more_is_left_out_whole() -> None:
    first = split_at(PAGE, 0, "one two", 3)
    second = merged(arranged(PAGE, [first]), (4, 1), ("two", "three"))
    third = Rearrangement(1, made=(MadeLine(9, written("nine")),), moved=(4, 2), after=1)
    assert reads(arranged(PAGE, [first, second])) == [(3, "one"), (5, "two three"), (2, "four")]
    assert arranged(PAGE, [second]) is PAGE
    assert arranged(PAGE, [third]) is PAGE


def test_a_number_is_used_once() -> None:
    box = Polygon.from_bounds(0, 0, 40, 20)
    first, again = added_line(PAGE, box, 0, "first"), added_line(PAGE, box, 0, "again")
    assert reads(arranged(PAGE, [first, again])) == [(0, "one two"), (3, "first"), (1, "three"), (2, "four")]
    assert reads(arranged(PAGE, [first, numbered_from(again, 4)]))[1] == (4, "again")


def test_what_was_added_is_not_lost_when_the_line_before_it_goes() -> None:
    cut = split_at(PAGE, 0, "one two", 3)
    below_the_whole = numbered_from(added_line(PAGE, Polygon.from_bounds(0, 20, 40, 30), 0, "new"), 7)
    below_a_half = replace(below_the_whole, after=3)
    assert [number for number, _ in reads(arranged(PAGE, [cut, below_the_whole]))] == [3, 4, 7, 1, 2]
    assert [number for number, _ in reads(arranged(PAGE, [below_a_half]))] == [0, 1, 2, 7]


@pytest.mark.parametrize(
    "contradiction",
    [
        {"taken": (1, 1)},
        {"taken": (1,), "moved": (1,)},
        {"moved": (1,), "after": 1},
        {"taken": (-1,)},
        {"turn": 4},
        {"taken": (1,), "made": (MadeLine(1, Line("")),)},
    ],
)
def test_a_rearrangement_does_not_contradict_itself(contradiction: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="a rearrangement"):
        Rearrangement(1, **contradiction)


# -- turning ----------------------------------------------------------------------------------------------------------


def test_a_page_is_shown_turned_by_quarters() -> None:
    now = arranged(PAGE, [turned_by(PAGE, 1)])
    assert (now.turn, now.lines, now.numbers) == (1, PAGE.lines, ())
    shown = turned(now, now.turn)
    assert (shown.width, shown.height, shown.angle) == (100, 200, 90)
    box = shown.lines[0].words[0].polygon
    assert box == Polygon(((100, 0), (100, 30), (80, 30), (80, 0)))
    assert box.angle == 90


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_page_as_it_is_shown_is_turned_back_to_how_it_lies_in_the_file(quarters: int) -> None:
    now = arranged(PAGE, [turned_by(PAGE, quarters), reordered(PAGE, 0, 1)])
    shown = turned(now, now.turn)
    assert turned(shown, -shown.turn) == now


def test_turns_add_up_and_four_of_them_are_none() -> None:
    assert arranged(PAGE, [turned_by(PAGE, 1)] * 3).turn == 3
    assert arranged(PAGE, [turned_by(PAGE, -1)]).turn == 3
    assert arranged(PAGE, [turned_by(PAGE, 1)] * 4) is PAGE
    assert turned(PAGE, 0) is PAGE
    assert turned(PAGE, 4) is PAGE


@pytest.mark.parametrize(("angle", "quarters", "seen"), [(0, 2, 180), (100, 1, -170), (-180, 1, -90), (-90, 3, 180)])
def test_the_angle_of_a_turned_page_stays_within_half_a_turn(angle: float, quarters: int, seen: float) -> None:
    assert turned(replace(PAGE, angle=angle), quarters).angle == seen


@given(st.lists(st.integers(-5000, 5000), min_size=8, max_size=8), st.integers(-9, 9))
def test_whole_numbers_come_back_from_a_turn_bit_for_bit(numbers: list[int], quarters: int) -> None:
    box = Polygon.from_numbers(numbers)
    assert turned_back(turned_polygon(box, (3000, 2000), quarters), (3000, 2000), quarters) == box


@given(st.lists(st.floats(-5000, 5000), min_size=8, max_size=8), st.integers(-9, 9))
def test_any_box_comes_back_from_a_turn(numbers: list[float], quarters: int) -> None:
    box = Polygon.from_numbers(numbers)
    assert close(turned_back(turned_polygon(box, (3000, 2000.5), quarters), (3000, 2000.5), quarters), box)


# -- the journal ------------------------------------------------------------------------------------------------------


def test_a_rearrangement_comes_back_from_the_journal() -> None:
    line = replace(FOX, handwritten=True, words=(replace(THE, low=True, confidence=None, alternatives=("tho",)), LAST))
    done = Rearrangement(3, (1, 0), (MadeLine(9, line), MadeLine(8, Line("bare"))), (2,), 4, 3)
    assert from_data(json.loads(json.dumps(to_data(done)))) == done


def test_the_journal_keeps_all_there_is_to_a_line() -> None:
    assert {one.name for one in fields(Line)} == {"text", "polygon", "words", "handwritten"}
    assert {one.name for one in fields(Word)} == {"text", "polygon", "confidence", "low", "alternatives"}


GOOD = to_data(Rearrangement(1, (0,), (MadeLine(3, FOX),)))
GOOD_LINE = GOOD["made"][0]


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {**GOOD, "more": 1},
        {**GOOD, "page": "1"},
        {**GOOD, "page": True},
        {**GOOD, "page": 1.0},
        {**GOOD, "page": 2**60},
        {**GOOD, "taken": [0, 0]},
        {**GOOD, "taken": 0},
        {**GOOD, "turn": 4},
        {**GOOD, "after": -1},
        {**GOOD, "made": [{**GOOD_LINE, "text": None}]},
        {**GOOD, "made": [{**GOOD_LINE, "polygon": [0, 1, 2]}]},
        {**GOOD, "made": [{**GOOD_LINE, "polygon": [0, 1, 2, 3, 4, 5, 6, float("nan")]}]},
        {**GOOD, "made": [{**GOOD_LINE, "polygon": [0, 1, 2, 3, 4, 5, 6, 10**400]}]},
        {**GOOD, "made": [{**GOOD_LINE, "handwritten": 1}]},
        {**GOOD, "made": [{**GOOD_LINE, "words": [["a", None, 0.5, False]]}]},
        {**GOOD, "made": [{**GOOD_LINE, "words": [["a", None, 1.5, False, []]]}]},
        {**GOOD, "made": [{**GOOD_LINE, "words": [["a", None, None, 0, []]]}]},
        {**GOOD, "made": [{**GOOD_LINE, "words": [["a", None, None, False, [1]]]}]},
    ],
)
def test_anything_else_in_the_journal_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_data(wrong)


# -- whatever a person does -------------------------------------------------------------------------------------------

ALPHABETS = (
    "abcdeſß",
    "éa\u0301\u0323\u200d",
    "שלום\u05b8",
    "مرحبا\u0651\u200c",
    "今天很",
    "각ᄀ\u1161\u11a8",
    "👩🦰\u200d🏽🇫🇷",
    "012.-",
)
LETTERS = st.one_of(*(st.text(letters, min_size=1, max_size=6) for letters in ALPHABETS))
ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
WORDS = st.one_of(LETTERS, LETTERS, ANYTHING).filter(lambda text: len(text.split()) == 1 and text == text.strip())
TEXTS = st.lists(WORDS, min_size=1, max_size=5).map(" ".join)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """Draw a line as some engine might read it: tilted or not, with all of its boxes, some, or none."""
    text = draw(TEXTS)
    places = st.floats(0, 500, width=32)
    leftwards = draw(st.booleans())
    line = written(
        text, draw(places), draw(places), degrees=draw(st.sampled_from([0, 0, 3.5, -20, 90, 180])), leftwards=leftwards
    )
    boxed = draw(st.sampled_from(["all", "all", "some", "line", "words", "none", "no words"]))
    if boxed == "no words":
        return replace(line, words=())
    kept = {"all": "11111", "words": "11111", "some": "10110"}.get(boxed, "00000")
    words = tuple(
        replace(word, polygon=word.polygon if keep == "1" else None, confidence=draw(st.sampled_from([None, 0.3, 1.0])))
        for word, keep in zip(line.words, kept, strict=False)
    )
    return replace(line, words=words, polygon=None if boxed in {"words", "none"} else line.polygon)


PAGES = st.lists(lines(), max_size=4).map(lambda found: Page(1, 640.5, 480.25, -7.5, tuple(found)))
ACTS = st.tuples(
    st.sampled_from(["split", "merge", "add", "move", "turn", "undo", "redo"]),
    st.integers(0, 10**6),
    st.integers(0, 10**6),
    st.one_of(st.none(), TEXTS),
)


@dataclass
class Review:
    """A page under review: every rearrangement that was ever made, and which of them stand."""

    read: Page
    journal: list[Rearrangement] = field(default_factory=list)
    taken_back: set[int] = field(default_factory=set)

    @property
    def now(self) -> Page:
        return arranged(self.read, [each for place, each in enumerate(self.journal) if place not in self.taken_back])

    def act(self, kind: str, which: int, where: int, text: str | None) -> None:
        """Do something that a person may do just now, with the text that a line may have been corrected to."""
        page = self.now
        if kind in {"undo", "redo"}:
            self._take_back(which, again=kind == "redo")
        elif kind == "turn":
            self._keep(turned_by(page, which))
        elif kind == "add":
            after = [None, *(key.line for key in page.keys)][which % (len(page.lines) + 1)]
            self._keep(added_line(page, Polygon.from_bounds(where % 500, 10, where % 500 + 80, 40), after, text or ""))
        elif page.lines:
            with suppress(Trouble):
                self._rearrange(page, kind, page.keys[which % len(page.lines)].line, where, text)

    def _take_back(self, which: int, *, again: bool) -> None:
        places = sorted(self.taken_back if again else set(range(len(self.journal))) - self.taken_back)
        if places:
            self.taken_back ^= {places[which % len(places)]}

    def _rearrange(self, page: Page, kind: str, number: int, where: int, text: str | None) -> None:
        line = page.line(number)
        said = line.text if text is None else text
        following = beside(page, number, 1)
        if kind == "split":
            self._keep(split_at(page, number, said, where % (len(said) + 1)))
        elif kind == "move":
            self._keep(reordered(page, number, 1 if where % 2 else -1))
        elif following is not None:
            self._keep(merged(page, (number, following), (said, page.line(following).text)))

    def _keep(self, done: Rearrangement) -> None:
        used = [len(self.read.lines), *(one.number + 1 for each in self.journal for one in each.made)]
        kept = numbered_from(done, max(used))
        assert from_data(json.loads(json.dumps(to_data(kept)))) == kept
        self.journal.append(kept)


def unspaced(text: str) -> str:
    return "".join(text.split())


def overlap(one: Polygon, other: Polygon) -> bool:
    ours, theirs = one.bounds, other.bounds
    return all(max(ours[axis], theirs[axis]) <= min(ours[axis + 2], theirs[axis + 2]) + 1e-6 * WIDE for axis in (0, 1))


def assert_tied(line: Line, words: Sequence[Word], text: str) -> None:
    assert unspaced("".join(word.text for word in words)) == unspaced(text)
    has_a_box = line.polygon is not None or any(word.polygon for word in line.words)
    for word in words:
        assert (word.polygon is not None) or not has_a_box
        if word.polygon and line.polygon:
            assert overlap(word.polygon, line.polygon)


@given(PAGES, st.lists(ACTS, max_size=14))
def test_whatever_is_done_words_stay_tied_and_undoing_all_gives_the_answer_back(
    page: Page, acts: list[tuple[str, int, int, str | None]]
) -> None:
    review = Review(page)
    for act in acts:
        review.act(*act)
        now = review.now
        keys = now.keys
        assert len(set(keys)) == len(keys) == len(now.lines)
        made = {LineKey(1, one.number): one.line for each in review.journal for one in each.made}
        for key, line in zip(keys, now.lines, strict=True):
            if key.line < len(page.lines):
                assert line is page.lines[key.line]
            else:
                assert line is made[key]
                assert_tied(line, line.words, line.text)
        shown = turned(now, now.turn)
        assert shown.numbers == now.numbers
        assert -180 <= shown.angle <= 180
    review.taken_back = set(range(len(review.journal)))
    assert review.now is page


@given(lines(), TEXTS)
def test_whatever_is_typed_each_word_of_it_is_tied(line: Line, text: str) -> None:
    words = tied_words(line, text)
    assert_tied(line, words, text)
    unchanged = {id(word) for word in line.words}
    for word in words:
        if word.confidence is not None:
            assert any(word.text == read.text and word.confidence == read.confidence for read in line.words)
        assert id(word) in unchanged or word.alternatives == ()


@given(TEXTS, TEXTS)
def test_every_word_typed_is_there_where_words_were_read_apart(read: str, said: str) -> None:
    assert [word.text for word in tied_words(written(read), said)] == said.split()


@given(lines())
def test_the_words_of_a_line_that_was_not_changed_are_those_that_were_read(line: Line) -> None:
    if line.words and all(word.polygon for word in line.words):
        assert tied_words(line, line.text) == line.words


@given(lines(), st.integers(0, 40))
def test_what_is_split_and_run_together_reads_as_before(line: Line, at: int) -> None:
    at %= len(line.text) + 1
    try:
        left, right = split(line, line.text, at)
    except Trouble:
        return
    assert unspaced(left.text + right.text) == unspaced(line.text)
    assert not begins_with_a_mark(right.text) or begins_with_a_mark(line.text[start_of(line.text, at) :].lstrip())
    again = merge(left, left.text, right, right.text)
    assert unspaced(again.text) == unspaced(line.text)
    if line.text[start_of(line.text, at)].isspace() or line.text[start_of(line.text, at) - 1].isspace():
        assert again.text == line.text
        assert [word.text for word in again.words] == [word.text for word in tied_words(line, line.text)]


def begins_with_a_mark(text: str) -> bool:
    return unicodedata.category(text[0]) in {"Mn", "Mc", "Me"}


@given(st.one_of(LETTERS, st.text(min_size=1, max_size=20)))
def test_a_character_begins_at_no_mark_of_the_one_before(text: str) -> None:
    places = starts(text)
    assert places[0] == 0
    assert list(places) == sorted(set(places))
    for place in places[1:]:
        assert not unicodedata.category(text[place]).startswith("Mn") or text[place - 1].isspace()
        assert start_of(text, place) == place
    assert all(start_of(text, place) in {*places, len(text)} for place in range(len(text) + 1))


NUMBERS = st.integers(0, 6)
RECORDS = st.tuples(
    st.lists(NUMBERS, max_size=3),
    st.lists(NUMBERS, max_size=3),
    st.lists(NUMBERS, max_size=3),
    st.one_of(st.none(), NUMBERS),
    st.integers(0, 3),
)


@given(st.integers(0, 4), st.lists(RECORDS, max_size=8))
def test_no_journal_makes_a_page_lose_its_numbers(
    count: int, records: list[tuple[list[int], list[int], list[int], int | None, int]]
) -> None:
    page = Page(1, 10, 10, 0, tuple(Line(str(number)) for number in range(count)))
    done = []
    for taken, made, moved, after, turn in records:
        try:
            lines_made = tuple(MadeLine(number, Line(f"made {number}")) for number in made)
            done.append(Rearrangement(1, tuple(taken), lines_made, tuple(moved), after, turn))
        except ValueError:
            continue
    now = arranged(page, done)
    assert len({key.line for key in now.keys}) == len(now.lines)
    for key, line in zip(now.keys, now.lines, strict=True):
        assert line.text in {str(key.line), f"made {key.line}"}
