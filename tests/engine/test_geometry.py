"""Hulls, smallest rectangles, perspective and reduction."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tui.engine.geometry import Points, clockwise, homography, hull, mapped, resized, short_side, smallest_rectangle

COORDINATES = st.integers(-50, 50)
POINTS = st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=40)


def as_points(points: list[tuple[int, int]]) -> Points:
    return np.array(points, dtype=np.float64)


def area(corners: Points) -> float:
    x, y = corners.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


@given(POINTS)
def test_no_point_lies_outside_the_hull(points: list[tuple[int, int]]) -> None:
    corners = hull(as_points(points))
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        assert all((bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0 for x, y in points)


@given(POINTS)
def test_the_corners_of_a_hull_are_some_of_the_points(points: list[tuple[int, int]]) -> None:
    assert {tuple(corner) for corner in hull(as_points(points))} <= {(float(x), float(y)) for x, y in points}


@given(POINTS)
def test_a_smallest_rectangle_holds_every_point(points: list[tuple[int, int]]) -> None:
    quad = smallest_rectangle(as_points(points))
    for a, b in zip(quad, np.roll(quad, -1, axis=0), strict=True):
        side = b - a
        off = (as_points(points) - a) @ np.array([-side[1], side[0]])
        assert off.min() >= -1e-6 * max(1.0, float(np.linalg.norm(side)))


@given(POINTS)
def test_no_turned_rectangle_is_smaller_than_the_smallest(points: list[tuple[int, int]]) -> None:
    smallest = area(smallest_rectangle(as_points(points)))
    for degrees in range(0, 90, 3):
        turn = math.radians(degrees)
        along = as_points(points) @ np.array([math.cos(turn), math.sin(turn)])
        across = as_points(points) @ np.array([-math.sin(turn), math.cos(turn)])
        assert smallest <= np.ptp(along) * np.ptp(across) + 1e-6


@given(st.floats(-40, 40), st.integers(20, 80), st.integers(4, 15))
def test_a_turned_rectangle_is_found_again(degrees: float, width: int, height: int) -> None:
    turn = math.radians(degrees)
    frame = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) @ frame
    found = smallest_rectangle(corners)
    assert math.isclose(area(found), width * height, rel_tol=1e-9)
    assert math.isclose(short_side(found), height, rel_tol=1e-9)


def test_corners_are_put_clockwise_from_the_top_left() -> None:
    corners = np.array([[9.0, 5.0], [0.0, 0.0], [0.0, 5.0], [9.0, 1.0]])
    assert clockwise(corners).tolist() == [[0, 0], [9, 1], [9, 5], [0, 5]]


@given(st.integers(1, 500), st.integers(1, 500), st.floats(0, 20), st.floats(0, 20))
def test_a_homography_takes_the_rectangles_corners_to_the_quads(width: int, height: int, dx: float, dy: float) -> None:
    quad = np.array([[10.0, 10.0], [210.0 + dx, 12.0], [205.0, 80.0 + dy], [12.0, 75.0]])
    corners = np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])
    assert np.allclose(mapped(homography(width, height, quad), corners), quad)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(0, 255))
def test_resizing_keeps_an_even_tone(width: int, height: int, to_width: int, to_height: int, tone: int) -> None:
    even = np.full((height, width, 3), tone, dtype=np.uint8)
    assert np.array_equal(resized(even, to_width, to_height), np.full((to_height, to_width, 3), tone, dtype=np.uint8))


def test_reducing_takes_the_nearest_pixels_and_no_average_of_all() -> None:
    row = np.repeat(np.array([0, 0, 0, 200, 0, 0, 0, 0], dtype=np.uint8)[None, :, None], 3, axis=2)
    assert resized(row, 2, 1)[0, :, 0].tolist() == [0, 0]
    assert resized(row, 1, 1)[0, :, 0].tolist() == [100]
