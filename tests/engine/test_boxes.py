"""From the detector's map to boxes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from tui.engine.boxes import Mask, apart, components, line_boxes, mean_inside, thickened, widened
from tui.engine.geometry import Quad, sizes

MASKS = arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=12))


def flooded(mask: Mask) -> set[frozenset[tuple[int, int]]]:
    """Return the 8-connected patches as sets of (x, y), found the slow and obvious way."""
    left = {(int(x), int(y)) for y, x in np.argwhere(mask)}
    patches = set()
    while left:
        edge, patch = [left.pop()], set()
        while edge:
            x, y = edge.pop()
            patch.add((x, y))
            near = {(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)} & left
            left -= near
            edge += near
        patches.add(frozenset(patch))
    return patches


LOWERED = [pytest.approx(30)] * 6
"""The heights of lines of forty that are thirty apart, once they are made lower."""


def box(left: float, top: float, width: float = 600, height: float = 40) -> Quad:
    right, bottom = left + width, top + height
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


def turned(one: Quad, degrees: float) -> Quad:
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.asarray(one @ np.array([[cosine, sine], [-sine, cosine]]))


def heights(boxes: list[Quad]) -> list[float]:
    return [round(sizes(one)[1], 6) for one in boxes]


def lines_of_forty(apart_by: float) -> list[Quad]:
    return [box(0, 100 + apart_by * row) for row in range(6)]


def row_ends(patch: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    rows = {y for _, y in patch}
    return frozenset((end(x for x, row in patch if row == y), y) for y in rows for end in (min, max))


@given(MASKS)
def test_components_are_the_connected_patches(mask: Mask) -> None:
    found = {frozenset((int(x), int(y)) for x, y in points) for points in components(mask)}
    assert found == {row_ends(patch) for patch in flooded(mask)}


@given(MASKS)
def test_a_thickened_mask_reaches_one_point_further_right_and_down(mask: Mask) -> None:
    grown = thickened(mask)
    height, width = mask.shape
    for y, x in np.ndindex(height, width):
        assert grown[y, x] == mask[max(0, y - 1) : y + 1, max(0, x - 1) : x + 1].any()


def test_a_patch_becomes_a_wider_box_in_the_pixels_of_the_page() -> None:
    probability = np.zeros((64, 128), dtype=np.float32)
    probability[20:30, 10:110] = 0.9
    (box,) = line_boxes(probability, 256, 128)
    left, top = box.min(axis=0)
    right, bottom = box.max(axis=0)
    assert (left < 20, right > 219) == (True, True)
    assert (top < 40, bottom > 59) == (True, True)


def test_a_weak_patch_and_a_speck_are_no_lines() -> None:
    probability = np.zeros((64, 128), dtype=np.float32)
    probability[20:30, 10:110] = 0.4
    probability[50:52, 50:52] = 1.0
    assert line_boxes(probability, 128, 64) == []


def test_an_empty_map_has_no_boxes() -> None:
    assert line_boxes(np.zeros((32, 32), dtype=np.float32), 320, 320) == []


@given(arrays(np.float32, (40, 40), elements=st.floats(0, 1, width=32)), st.integers(1, 500), st.integers(1, 500))
def test_boxes_stay_on_the_page_whatever_the_map_says(
    probability: np.ndarray[tuple[int, int], np.dtype[np.float32]], width: int, height: int
) -> None:
    for box in line_boxes(probability, width, height):
        assert (box >= 0).all()
        assert (box <= [width - 1, height - 1]).all()


def test_the_mean_inside_counts_the_edges() -> None:
    probability = np.zeros((10, 10), dtype=np.float32)
    probability[2:5, 2:8] = 1.0
    assert mean_inside(probability, np.array([[2.0, 2.0], [7.0, 2.0], [7.0, 4.0], [2.0, 4.0]])) == 1.0


def test_a_core_is_widened_by_its_area_over_its_perimeter() -> None:
    wide = widened(np.array([[100.0, 100.0], [200.0, 100.0], [200.0, 120.0], [100.0, 120.0]]))
    distance = round(100 * 20 * 1.6 / (2 * (100 + 20)))
    assert wide.min(axis=0).tolist() == [100 - distance, 100 - distance]
    assert wide.max(axis=0).tolist() == [200 + distance, 120 + distance]


def test_boxes_that_reach_into_each_other_are_made_lower_until_they_meet() -> None:
    lowered = apart(lines_of_forty(apart_by=30))
    assert heights(lowered) == LOWERED
    assert [one.mean(axis=0).round(6).tolist() for one in lowered] == [[300, 120 + 30 * row] for row in range(6)]


def test_boxes_of_a_tilted_page_are_made_lower_across_their_text() -> None:
    assert heights(apart([turned(one, 20) for one in lines_of_forty(apart_by=30)])) == LOWERED


def test_boxes_that_have_room_stay_as_they_are() -> None:
    assert heights(apart(lines_of_forty(apart_by=50))) == [40] * 6


def test_a_high_heading_that_meets_no_other_stays_high() -> None:
    heading = box(0, 0, height=90)
    assert heights(apart([heading, *lines_of_forty(apart_by=30)])) == [90, *LOWERED]


def test_a_word_between_two_lines_does_not_make_them_lower_than_the_others() -> None:
    inserted = box(200, 145, width=80, height=20)
    assert heights(apart([*lines_of_forty(apart_by=30), inserted]))[:6] == LOWERED


def test_boxes_beside_each_other_do_not_meet() -> None:
    assert heights(apart([*lines_of_forty(apart_by=50), *(box(610, 110 + 50 * row) for row in range(6))])) == [40] * 12


def test_boxes_that_stand_on_end_and_those_of_few_lines_stay_as_they_are() -> None:
    standing = [box(30 * place, 0, width=40, height=600) for place in range(6)]
    assert heights(apart(standing)) == [600] * 6
    assert heights(apart(lines_of_forty(apart_by=30)[:4])) == [40] * 4


BOXES = st.tuples(*[st.floats(0, 2000)] * 2, st.floats(1, 900), st.floats(1, 300), st.floats(-60, 60))


@given(st.lists(BOXES, max_size=12))
def test_no_box_is_lost_moved_or_made_higher(drawn: list[tuple[float, float, float, float, float]]) -> None:
    boxes = [turned(box(*one), degrees) for *one, degrees in drawn]
    lowered = apart(boxes)
    assert len(lowered) == len(boxes)
    for before, after in zip(boxes, lowered, strict=True):
        assert np.allclose(before.mean(axis=0), after.mean(axis=0))
        assert sizes(after)[1] <= sizes(before)[1] + 1e-9
        assert sizes(after)[0] == pytest.approx(sizes(before)[0])
