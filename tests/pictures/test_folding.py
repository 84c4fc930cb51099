"""A long line is folded where that makes its ink larger, and a place in it is found again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tui.pictures.folding import fold


def line(width: int, height: int = 80, *, gaps: tuple[int, ...] = ()) -> Image.Image:
    """Dense ink with gaps of 40 pixels round certain columns."""
    image = Image.new("L", (width, height), 230)
    for x in range(0, width, 6):
        image.paste(40, (x, 10, x + 3, height - 10))
    for gap in gaps:
        image.paste(230, (gap - 20, 0, gap + 20, height))
    return image


def test_a_long_line_is_folded_to_use_the_rows_there_are() -> None:
    folded = fold(line(2000), 80, 8)
    assert [(piece.rows, piece.columns > 70) for piece in folded.pieces] == [(4, True), (4, True)]


def test_a_word_stays_whole() -> None:
    (piece,) = fold(line(200), 24, 6).pieces
    assert (piece.left, piece.right, piece.columns) == (0, 200, 24)


def test_one_row_cannot_be_folded() -> None:
    assert len(fold(line(2000), 80, 1).pieces) == 1


def test_a_line_is_cut_in_the_gap_nearest_to_the_even_cut() -> None:
    folded = fold(line(2000, gaps=(700, 950, 1500)), 80, 8)
    assert folded.pieces[0].right == pytest.approx(950, abs=15)


def test_a_word_is_not_cut_where_that_can_be_helped() -> None:
    words = [(0.0, 930.0), (945.0, 2000.0)]
    assert 930 <= fold(line(2000), 80, 8, words=words).pieces[0].right <= 946


def test_all_pieces_are_drawn_at_one_scale() -> None:
    first, second = fold(line(2000, gaps=(950,)), 80, 8).pieces
    assert first.columns / first.image.width == pytest.approx(second.columns / second.image.width, rel=0.02)


@pytest.mark.parametrize(("width", "columns", "rows"), [(2000, 80, 8), (250, 24, 6), (500, 24, 6), (900, 16, 4)])
def test_small_ink_may_be_drawn_higher_than_its_shape_but_not_by_more_than_half(
    width: int, columns: int, rows: int
) -> None:
    for piece in fold(line(width), columns, rows).pieces:
        stretched = (piece.rows * 2 / piece.image.height) / (piece.columns / piece.image.width)
        assert 0.95 <= stretched <= 1.55


def test_a_word_fills_the_rows_there_are() -> None:
    assert [piece.rows for piece in fold(line(230), 24, 6).pieces] == [6]


@pytest.mark.parametrize("rows", range(2, 16))
def test_rows_are_left_for_the_text_under_each_piece(rows: int) -> None:
    folded = fold(line(2000), 80, rows, spare=1)
    assert folded.rows + len(folded.pieces) <= rows


def test_a_place_in_the_crop_is_found_in_its_piece() -> None:
    folded = fold(line(2000, gaps=(1000,)), 80, 8)
    cut = folded.pieces[0].right
    assert folded.where(0, 100) == (0, 0, 7)
    assert folded.where(cut, 2000) == (1, 0, folded.pieces[1].columns - 1)
    assert folded.where(cut - 90, cut + 10)[0] == 0


def test_a_place_beyond_the_crop_is_at_the_nearer_end() -> None:
    folded = fold(line(2000), 80, 8)
    assert folded.where(5000, 6000)[0] == 1
    assert folded.where(-50, -10) == (0, 0, 0)


@given(
    st.integers(1, 700),
    st.integers(1, 200),
    st.integers(-1, 200),
    st.integers(-1, 40),
    st.lists(st.tuples(*[st.floats(-50, 800)] * 2)),
)
def test_any_crop_folds_into_any_box_without_losing_a_column(
    width: int, height: int, columns: int, rows: int, words: list[tuple[float, float]]
) -> None:
    folded = fold(line(width, height), columns, rows, words=words)
    pieces = folded.pieces
    assert (pieces[0].left, pieces[-1].right) == (0, width)
    assert all(one.right == other.left for one, other in pairwise(pieces))
    assert all(1 <= piece.columns <= max(1, columns) and piece.rows >= 1 for piece in pieces)
    assert all(piece.image.size == (piece.right - piece.left, height) for piece in pieces)
    assert folded.rows <= max(1, rows)


@given(st.floats(-3000, 3000), st.floats(-3000, 3000))
def test_any_range_has_a_place(left: float, right: float) -> None:
    folded = fold(line(2000), 80, 8)
    index, first, last = folded.where(left, right)
    assert 0 <= first <= last < folded.pieces[index].columns
