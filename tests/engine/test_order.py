"""The order of lines on a page."""

from __future__ import annotations

import math
import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tui.engine.order import in_reading_order, page_angle
from tui.model import Line, Polygon, Word


def line(text: str, left: float, top: float, width: float = 300, height: float = 40) -> Line:
    return Line(text, Polygon.from_bounds(left, top, left + width, top + height))


def turned(one: Line, degrees: float) -> Line:
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    assert one.polygon
    a, b, c, d = ((x * cosine - y * sine, x * sine + y * cosine) for x, y in one.polygon.corners)
    return Line(one.text, Polygon((a, b, c, d)))


def texts(lines: list[Line]) -> str:
    return "".join(one.text for one in in_reading_order(lines))


def shuffled(lines: list[Line]) -> list[Line]:
    return random.Random(1).sample(lines, len(lines))


def two_columns(rows: int) -> list[Line]:
    left = [line(chr(ord("a") + row), 0, row * 60) for row in range(rows)]
    right = [line(chr(ord("A") + row), 400, row * 60 + 5) for row in range(rows)]
    return left + right


def test_lines_are_read_from_top_to_bottom() -> None:
    assert texts([line("c", 0, 200), line("a", 30, 0), line("b", 10, 100)]) == "abc"


def test_lines_of_one_row_are_read_from_left_to_right() -> None:
    assert texts([line("b", 400, 0), line("a", 0, 8), line("c", 0, 100)]) == "abc"


def test_a_gutter_with_four_lines_a_side_makes_columns() -> None:
    assert texts(shuffled(two_columns(4))) == "abcdABCD"


def test_with_fewer_lines_a_side_rows_go_across() -> None:
    assert texts(shuffled(two_columns(3))) == "aAbBcC"


def across(text: str, top: float) -> Line:
    """Return a line of words of 100 pixels that runs over both columns."""
    places = ((word, 120.0 * place) for place, word in enumerate(text.split()))
    words = tuple(Word(word, Polygon.from_bounds(left, top, left + 100, top + 40)) for word, left in places)
    return Line(text, Polygon.from_bounds(0, top, 120 * len(words) - 20, top + 40), words)


def test_a_line_across_a_gutter_is_cut_between_two_words() -> None:
    whole = across("one two three FOUR FIVE SIX", 150)
    lines = in_reading_order(shuffled([whole, *two_columns(8)]))
    left, right = (line for line in lines if line.words)
    assert (left.text, right.text) == ("one two three", "FOUR FIVE SIX")
    assert (left.words, right.words) == (whole.words[:3], whole.words[3:])
    assert left.polygon == Polygon.from_bounds(0, 150, 340, 190)
    assert right.polygon == Polygon.from_bounds(360, 150, 700, 190)
    assert lines.index(left) < 9 <= lines.index(right)


def test_a_heading_over_both_columns_stays_whole_and_comes_first() -> None:
    assert texts(shuffled([across("< >", -80), *two_columns(4)])) == "< >abcdABCD"
    heading = across("one two three FOUR FIVE SIX", -80)
    assert in_reading_order(shuffled([heading, *two_columns(4)]))[0] == heading


def test_where_many_lines_run_across_there_is_no_gutter() -> None:
    lines = [*two_columns(4), *(across("one two three FOUR FIVE SIX", 300 + 60 * row) for row in range(4))]
    assert texts(lines).startswith("aAbBcCdD")


def cells(row: int, *columns: tuple[str, float, float]) -> list[Line]:
    """Return a row of a table: the text, the left edge and the width of each cell."""
    return [line(text, left, row * 60 + 4 * (place % 2), width) for place, (text, left, width) in enumerate(columns)]


def ledger(rows: int, left: float = 0) -> list[Line]:
    """Return a date, what was bought, and a sum in each row."""
    of_row = ((("d", left, 100), ("w", left + 150, 340 + 20 * (row % 3)), ("s", left + 600, 80)) for row in range(rows))
    return [cell for row, columns in enumerate(of_row) for cell in cells(row, *columns)]


def test_a_table_is_read_in_rows() -> None:
    assert texts(shuffled(ledger(8))) == "dws" * 8


def test_a_form_whose_answers_are_of_all_lengths_is_read_in_rows() -> None:
    lengths = [700, 120, 300, 90, 260, 100, 120, 280]
    rows = [cells(row, ("q", 0, 150 + 40 * (row % 3)), ("a", 400, lengths[row])) for row in range(8)]
    assert texts(shuffled([cell for row in rows for cell in row])) == "qa" * 8


def test_times_in_the_margin_are_read_with_what_they_stand_beside() -> None:
    rows = [
        cells(row, ("t", 0, 80), ("e", 120, 600)) if row % 2 else [line("e", 120, 60 * row, 600)] for row in range(10)
    ]
    assert texts(shuffled([cell for row in rows for cell in row])) == "ete" * 5


def test_a_table_on_each_page_of_an_opened_book_is_read_page_by_page() -> None:
    right = [replace(one, text=one.text.upper()) for one in ledger(8, left=900)]
    assert texts(shuffled([*ledger(8), *right])) == "dws" * 8 + "DWS" * 8


def test_short_lines_that_are_not_level_with_the_other_column_are_a_column() -> None:
    verse = [line(chr(ord("A") + row), 400, row * 96 + 27, 150) for row in range(5)]
    assert texts(shuffled([*(line(chr(ord("a") + row), 0, row * 60) for row in range(8)), *verse])) == "abcdefghABCDE"


def test_a_page_on_its_side_is_read_as_if_the_head_were_turned() -> None:
    for degrees in (-90, -12, 0, 12, 90, 179):
        assert texts([turned(one, degrees) for one in shuffled(two_columns(5))]) == "abcdeABCDE"


def test_the_angle_of_a_page_is_that_of_its_long_lines() -> None:
    lines = [turned(line("a", 0, row * 60, 900), 3) for row in range(4)] + [turned(line("b", 0, 400, 30), -60)]
    assert math.isclose(page_angle(lines), 3)


def test_a_page_without_lines_is_level() -> None:
    assert page_angle([]) == 0
    assert in_reading_order([]) == ()


def test_a_line_without_a_place_comes_last() -> None:
    assert texts([Line("b"), line("a", 0, 0)]) == "ab"


@given(st.lists(st.tuples(*[st.integers(0, 2000)] * 2, st.integers(1, 900), st.integers(1, 90)), max_size=30))
def test_no_line_is_lost_or_doubled(boxes: list[tuple[int, int, int, int]]) -> None:
    lines = [line(str(place), *box) for place, box in enumerate(boxes)]
    assert sorted(in_reading_order(lines), key=lines.index) == lines
