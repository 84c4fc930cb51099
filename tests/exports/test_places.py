"""Boxes anywhere: on the page, in whole pixels, with some room, never crossing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.exports.document import ExportedPage
from tui.exports.places import baseline_of, box_of, moved_corners, ring_of, ring_round
from tui.model import Polygon

PAGE = ExportedPage(1, 100, 50)
numbers = st.integers(-200, 300) | st.floats(-1e6, 1e6)
corners = st.tuples(numbers, numbers)


def test_a_box_on_the_page_stays_where_it_is() -> None:
    tilted = Polygon(((10, 10), (50, 14), (49, 24), (9, 20)))
    assert ring_of(PAGE, tilted) == ((10, 10), (50, 14), (49, 24), (9, 20))
    assert box_of(PAGE, tilted) == (9, 10, 50, 24)
    assert moved_corners(PAGE, tilted) == 0


@pytest.mark.parametrize(
    ("polygon", "box"),
    [
        (Polygon.from_bounds(-10, -10, 20, 20), (0, 0, 20, 20)),
        (Polygon.from_bounds(90, 40, 300, 300), (90, 40, 100, 50)),
        (Polygon.from_bounds(200, 200, 300, 300), (99, 49, 100, 50)),
        (Polygon.from_bounds(-9, -9, -5, -5), (0, 0, 1, 1)),
        (Polygon.from_bounds(10.2, 10.2, 10.4, 10.4), (10, 10, 11, 11)),
        (Polygon(((10, 10), (30, 20), (30, 10), (10, 20))), (10, 10, 30, 20)),
        (Polygon(((10, 10), (30, 10), (30, 10), (10, 10))), (10, 10, 30, 11)),
    ],
    ids=["beyond a corner", "beyond the other", "outside", "below zero", "tiny", "crossing", "flat"],
)
def test_a_box_that_no_file_could_hold_becomes_the_rectangle_round_what_is_on_the_page(
    polygon: Polygon, box: tuple[int, int, int, int]
) -> None:
    assert box_of(PAGE, polygon) == box
    assert ring_of(PAGE, polygon) == ring_round(box)


@given(st.builds(Polygon, st.tuples(corners, corners, corners, corners)))
def test_whatever_a_box_is_its_place_has_room_on_the_page(polygon: Polygon) -> None:
    box, ring = box_of(PAGE, polygon), ring_of(PAGE, polygon)
    assert box is not None
    assert ring is not None
    assert 0 <= box[0] < box[2] <= 100
    assert 0 <= box[1] < box[3] <= 50
    assert all(box[0] <= x <= box[2] and box[1] <= y <= box[3] for x, y in ring)
    assert sum(x * v - u * y for (x, y), (u, v) in zip(ring, (*ring[1:], ring[0]), strict=True)) != 0


def test_letters_stand_somewhat_above_the_bottom_of_their_box() -> None:
    assert baseline_of(PAGE, Polygon.from_bounds(10, 10, 60, 30)) == ((10, 27), (60, 27))
    assert baseline_of(PAGE, Polygon.from_bounds(200, 10, 300, 30)) is None
