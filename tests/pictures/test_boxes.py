"""Where boxes lie when the picture under them is turned, compared with the pixels themselves."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tui.model import Line, Page, Polygon, Word
from tui.pictures.boxes import orientation, turned, upright
from tui.pictures.source import PictureError, measure, open_page

WIDTH, HEIGHT = 120, 80
INK = Polygon.from_bounds(10, 20, 50, 30)


def page_with(polygon: Polygon | None, *, angle: float = 0.0, width: float = WIDTH, height: float = HEIGHT) -> Page:
    return Page(1, width, height, angle, (Line("ink", polygon, (Word("ink", polygon),)), Line("nowhere")))


def photo(path: Path, by_exif: int) -> Path:
    """Save a picture whose ink is black, with a note on how it lies."""
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    left, top, right, bottom = map(int, INK.bounds)
    image.paste(0, (left, top, right, bottom))
    exif = Image.Exif()
    exif[0x0112] = by_exif
    image.save(path, exif=exif)
    return path


@pytest.mark.parametrize("by_exif", range(1, 9))
def test_a_box_follows_the_ink_when_a_photo_is_seen_upright(tmp_path: Path, by_exif: int) -> None:
    path = photo(tmp_path / "photo.png", by_exif)
    seen = open_page(path, 1)
    page = upright(page_with(INK), orientation(path, "PNG"))
    assert seen.size == measure(path).page_sizes[0]
    assert [page.width, page.height] == list(seen.size)
    polygon = page.lines[0].polygon
    assert polygon
    inverted = seen.image.point(lambda value: 255 - value)
    assert inverted.getbbox() == tuple(round(edge) for edge in polygon.bounds)
    assert page.lines[0].words[0].polygon == polygon
    assert page.lines[1].polygon is None


@pytest.mark.parametrize(("by_exif", "first", "angle"), [(3, (110, 60), 180), (6, (60, 10), 90), (8, (20, 110), -90)])
def test_corners_still_begin_at_the_texts_own_top_left(by_exif: int, first: tuple[int, int], angle: float) -> None:
    page = upright(page_with(INK), by_exif)
    polygon = page.lines[0].polygon
    assert polygon
    assert list(polygon.corners[0]) == list(first)
    assert abs(math.remainder(page.angle - angle, 360)) < 1e-9
    assert abs(math.remainder(polygon.angle - angle, 360)) < 1e-9


@given(st.integers(2, 8), st.floats(-180, 180))
def test_the_pages_angle_turns_with_its_boxes(by_exif: int, angle: float) -> None:
    along = 30 * math.cos(math.radians(angle)), 30 * math.sin(math.radians(angle))
    start = (60.0, 40.0)
    end = (60 + along[0], 40 + along[1])
    page = upright(page_with(Polygon((start, end, end, start)), angle=angle), by_exif)
    polygon = page.lines[0].polygon
    assert polygon
    assert abs(math.remainder(polygon.angle - page.angle, 360)) < 1e-6


def test_a_photo_that_is_upright_stays_as_it_is() -> None:
    assert upright(page_with(INK), 1) == page_with(INK)


def test_a_photo_that_has_gone_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"photo\.png was changed just now"):
        orientation(tmp_path / "photo.png", "PNG")


# -- turned about the centre


def test_a_quarter_turn_goes_clockwise() -> None:
    page = turned(page_with(Polygon.from_bounds(50, 50, 70, 60), width=100, height=100), 90)
    polygon = page.lines[0].polygon
    assert polygon
    assert page.angle == 90
    assert (page.width, page.height) == (100, 100)
    assert [tuple(map(round, corner)) for corner in polygon.corners] == [(50, 50), (50, 70), (40, 70), (40, 50)]


@given(st.floats(-180, 180), st.floats(-170, 170))
def test_turning_there_and_back_leaves_everything_where_it_was(degrees: float, angle: float) -> None:
    page = page_with(INK, angle=angle)
    back = turned(turned(page, degrees), -degrees)
    polygon = back.lines[0].polygon
    assert polygon
    assert polygon.numbers == pytest.approx(INK.numbers, abs=1e-6)
    assert abs(math.remainder(back.angle - angle, 360)) < 1e-6


@given(st.floats(-180, 180), st.floats(-180, 180))
def test_an_angle_stays_within_half_a_turn(degrees: float, angle: float) -> None:
    assert -180 <= turned(page_with(INK, angle=angle), degrees).angle <= 180
