"""Which part of a page a map shows, and in which cells a box lies, whatever the page, the box and the cells."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tui.model import Line, Page, Point, Polygon, Word
from tui.pictures.glyphs import OCTANTS, QUADRANTS
from tui.pictures.source import PageImage
from tui.view.around import reach
from tui.view.ink import line_ink, page_ink
from tui.view.looks import ITS_WIDTH, THE_BOX, THE_PAGE
from tui.view.map_boxes import boxes_in, line_under
from tui.view.sight import NOWHERE, Shape, Sight, farther, nearer, sight

PAGE = (1000, 1400)
ROOM = (40, 20)


def drawn(shape: Shape, columns: int, rows: int) -> list[str]:
    """A shape as a picture: # for its edge, + for what is inside."""
    return [
        "".join("#" if shape.has_edge_at(x, y) else "+" if shape.holds(x, y) else "." for x in range(columns))
        for y in range(rows)
    ]


def test_the_whole_page_keeps_its_shape_in_cells_twice_as_high_as_wide() -> None:
    seen = sight(PAGE, ROOM, THE_PAGE)
    assert (seen.columns, seen.rows) == (28, 20)
    assert (seen.is_whole_width, seen.is_whole_height) == (True, True)


def test_the_width_fills_the_room_and_leaves_the_rest_below() -> None:
    seen = sight(PAGE, ROOM, ITS_WIDTH)
    assert (seen.columns, seen.rows, seen.top) == (40, 20, 0)
    assert (seen.width, seen.height) == (1000, 1000)


def test_a_box_is_looked_at_as_large_as_it_goes() -> None:
    seen = sight(PAGE, ROOM, THE_BOX, box=Polygon.from_bounds(300, 700, 500, 740))
    assert seen.width == pytest.approx(220)
    assert seen.left <= 300
    assert seen.left + seen.width >= 500


def test_no_zoom_shows_a_pixel_larger_than_a_part_of_a_cell() -> None:
    seen = sight(PAGE, ROOM, 20, parts=2)
    assert (seen.width, seen.height) == (80, 80)


def test_every_step_nearer_shows_less_and_they_end_at_the_pixels() -> None:
    zoom, widths = THE_PAGE, [1e9]
    while (following := nearer(PAGE, ROOM, zoom, parts=2, box=None)) is not None:
        zoom = following
        seen = sight(PAGE, ROOM, zoom)
        widths.append(seen.width * seen.height)
    assert widths == sorted(widths, reverse=True)
    assert sight(PAGE, ROOM, zoom).width == 80


def test_every_step_farther_ends_at_the_whole_page() -> None:
    zoom = 20
    while (following := farther(PAGE, ROOM, zoom, parts=2, box=None)) is not None:
        zoom = following
    assert zoom == THE_PAGE


def test_a_page_as_wide_as_its_place_has_no_step_to_its_width() -> None:
    assert nearer((400, 100), (40, 20), THE_PAGE, parts=2, box=None) == ITS_WIDTH + 1


def test_the_sight_stays_where_it_is_while_the_box_is_in_it() -> None:
    seen = sight(PAGE, ROOM, ITS_WIDTH)
    assert seen.holding(Polygon.from_bounds(100, 900, 900, 990)) == seen


def test_a_box_out_of_sight_comes_into_the_upper_half() -> None:
    seen = sight((1000, 9000), ROOM, ITS_WIDTH).holding(Polygon.from_bounds(100, 5000, 900, 5050))
    assert seen.top < 5000 < seen.top + seen.height / 2


def test_moving_ends_at_the_edges_of_the_page() -> None:
    seen = sight(PAGE, ROOM, ITS_WIDTH)
    assert seen.moved(0, 9).top == 400
    assert seen.moved(0, -9).top == 0
    assert seen.moved(0.5, 0).left == 0


def test_a_level_box_is_a_frame_of_cells() -> None:
    shape = sight((100, 100), (10, 5), THE_PAGE).shape(Polygon.from_bounds(20, 20, 70, 80))
    assert drawn(shape, 10, 5) == ["..........", "..#####...", "..#+++#...", "..#####...", ".........."]


def test_a_slanting_box_has_slanting_edges() -> None:
    shape = sight((100, 100), (10, 5), THE_PAGE).shape(Polygon(((0, 0), (100, 70), (80, 100), (0, 30))))
    assert drawn(shape, 10, 5) == ["###.......", "#++###....", ".##+++###.", "...###+++#", "......####"]


def test_a_box_in_a_page_that_is_elsewhere_covers_nothing() -> None:
    seen = sight((1000, 9000), ROOM, ITS_WIDTH)
    assert seen.shape(Polygon.from_bounds(100, 5000, 900, 5050)) == NOWHERE


def test_a_box_beyond_the_page_is_at_its_edge() -> None:
    shape = sight((100, 100), (10, 5), THE_PAGE).shape(Polygon.from_bounds(500, 500, 600, 600))
    assert drawn(shape, 10, 5)[4] == ".........#"


def test_the_line_under_a_cell_is_the_smallest_there() -> None:
    seen = sight((100, 100), (10, 5), THE_PAGE)
    lines = (Line("all", Polygon.from_bounds(0, 0, 100, 100)), Line("a", Polygon.from_bounds(20, 20, 40, 40)))
    boxes = boxes_in(seen, Page(1, 100, 100, lines=lines))
    assert [line_under(boxes, 3, 1), line_under(boxes, 8, 1), line_under(boxes, 3, 9)] == [1, 0, None]


def test_a_row_knows_the_few_lines_in_it_among_ten_thousand() -> None:
    boxes_of_lines = (Polygon.from_bounds(10, number * 10, 90, number * 10 + 8) for number in range(10_000))
    page = Page(1, 100, 100_000, lines=tuple(Line("text", box) for box in boxes_of_lines))
    boxes = boxes_in(sight((100, 100_000), (80, 40), 3), page)
    assert len(boxes.shapes) < 50
    assert max(len(row) for row in boxes.rows.values()) < 5


def test_lines_around_a_line_are_reached_whole() -> None:
    lines = [Polygon.from_bounds(0, top, 100, top + 20) for top in (0, 30, 60, 90, 120)]
    assert reach(lines[2], lines, 1) == (30, 30)
    assert reach(lines[2], lines, 2) == (60, 60)
    assert reach(lines[2], lines, 0) == (0, 0)


def test_a_line_beside_a_line_is_not_above_it() -> None:
    line = Polygon.from_bounds(0, 60, 100, 80)
    assert reach(line, [line, Polygon.from_bounds(200, 20, 300, 40), Polygon.from_bounds(0, 30, 100, 50)], 1)[0] == 30


def test_where_no_line_was_found_as_much_is_shown_as_one_takes() -> None:
    line = Polygon.from_bounds(0, 60, 100, 80)
    assert reach(line, [line, Polygon.from_bounds(0, 900, 100, 920)], 2) == (30, 30)


sides = st.integers(1, 3000)
numbers = st.one_of(st.floats(-500, 4000), st.sampled_from([0.0, -1e30, 1e30, math.inf, -math.inf, math.nan]))
points = st.tuples(numbers, numbers)
polygons = st.one_of(
    st.builds(lambda a, b, c, d: Polygon((a, b, c, d)), points, points, points, points),
    st.builds(lambda p: Polygon((p, p, p, p)), points),
    st.builds(Polygon.from_bounds, numbers, numbers, numbers, numbers),
)
rooms = st.tuples(st.integers(-1, 90), st.integers(-1, 40))
zooms = st.integers(-1, 30)


@given(st.tuples(sides, sides), rooms, zooms, polygons, polygons, st.floats(-3, 3), st.floats(-3, 3))
def test_whatever_the_page_and_the_box_a_sight_lies_on_the_page(
    page: tuple[int, int], room: tuple[int, int], zoom: int, box: Polygon, other: Polygon, across: float, down: float
) -> None:
    seen = sight(page, room, zoom, box=box).moved(across, down).holding(other)
    assert 1 <= seen.columns <= max(1, room[0])
    assert 1 <= seen.rows <= max(1, room[1])
    assert 0 <= seen.left <= seen.left + seen.width <= page[0] * 1.000001
    assert 0 <= seen.top <= seen.top + seen.height <= page[1] * 1.000001
    assert nearer(page, (max(1, room[0]), max(1, room[1])), zoom, parts=2, box=box) != zoom
    assert len(seen.shape(other).stretches) <= seen.rows + 2


@given(st.tuples(st.integers(1, 300), st.integers(1, 300)), rooms, zooms, polygons, st.floats(0.1, 1))
def test_whatever_is_in_sight_is_drawn(
    page: tuple[int, int], room: tuple[int, int], zoom: int, box: Polygon, scale: float
) -> None:
    reduced = max(1, round(page[0] * scale)), max(1, round(page[1] * scale))
    seen = sight(page, room, zoom, box=box)
    coloured = PageImage(Image.new("RGB", reduced, "white"), page)
    ink = page_ink(PageImage(Image.new("L", reduced, 200), page), seen, QUADRANTS, colours=coloured)
    assert [sum(len(run.text) for run in row) for row in ink.cells.rows] == [seen.columns] * seen.rows
    assert [len(row) for row in ink.hues] == [seen.columns] * seen.rows


@given(polygons, polygons, st.tuples(st.integers(1, 90), st.integers(2, 30)), st.integers(0, 2))
def test_whatever_the_boxes_a_line_is_drawn_with_what_is_around_it(
    box: Polygon, word: Polygon, room: tuple[int, int], context: int
) -> None:
    page = PageImage(Image.new("L", (300, 200), 200), (300, 200))
    colours = PageImage(Image.new("RGB", (150, 100), "white"), (300, 200))
    around = reach(box, [box, word], context)
    ink = line_ink(page, Line("a", box, (Word("a", word),)), *room, OCTANTS, around=around, colours=colours)
    for piece in ink.pieces:
        assert piece.cells.columns <= room[0]
        assert (piece.own is not None) == any(around)
        assert piece.own is None or set(piece.own) <= set(range(len(piece.cells.rows)))
    assert sum(len(piece.cells.rows) + 1 for piece in ink.pieces) <= room[1]


def test_a_point_of_the_page_is_found_again() -> None:
    seen = Sight(PAGE, 40, 20, 100.0, 200.0, 400.0, 400.0)
    place: Point = seen.point(7, 3)
    spot = seen.shape(Polygon((place, place, place, place)))
    assert drawn(spot, 40, 20)[3][7] == "#"
