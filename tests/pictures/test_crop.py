"""A crop shows the text of any box level, and knows where its words are."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tui.model import Point, Polygon
from tui.pictures.crop import across, along, share_of_line, upright_crop
from tui.pictures.source import PageImage

PAPER = 210


def page(width: int = 400, height: int = 300, *, scale: float = 1.0) -> PageImage:
    """Grey paper with three black marks of 20 x 20 pixels at x = 100, 200 and 300, y = 140."""
    image = Image.new("L", (width, height), PAPER)
    for left in (100, 200, 300):
        image.paste(0, (left, 140, left + 20, 160))
    reduced = image.resize((round(width * scale), round(height * scale)), Image.Resampling.BOX)
    return PageImage(reduced, (width, height))


def turned(degrees: float) -> tuple[PageImage, Polygon]:
    """A page with three marks on a line that falls to the right by so many degrees, and that line's box."""
    image = Image.new("L", (600, 600), PAPER)
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))

    def at(x: float, y: float) -> Point:
        return 300 + x * cosine - y * sine, 300 + x * sine + y * cosine

    for left in (-150, 0, 130):
        ImageDraw.Draw(image).polygon([at(left, -10), at(left + 20, -10), at(left + 20, 10), at(left, 10)], fill=0)
    return PageImage(image, image.size), Polygon((at(-150, -20), at(150, -20), at(150, 20), at(-150, 20)))


def dark_columns(crop: Image.Image) -> list[int]:
    """The columns of pixels where ink begins and ends."""
    middle = [
        value < PAPER / 2 for value in crop.crop((0, crop.height // 2, crop.width, crop.height // 2 + 1)).tobytes()
    ]
    return [x for x in range(1, len(middle)) if middle[x] != middle[x - 1]]


def test_a_level_crop_is_the_page_itself() -> None:
    crop = upright_crop(page(), Polygon.from_bounds(90, 130, 330, 170), margin=0)
    assert (crop.mode, crop.size) == ("L", (240, 40))
    assert dark_columns(crop) == [10, 30, 110, 130, 210, 230]


def test_the_margin_is_a_share_of_the_height_on_all_sides() -> None:
    crop = upright_crop(page(), Polygon.from_bounds(90, 130, 330, 170), margin=0.25)
    assert crop.size == (260, 60)
    assert dark_columns(crop)[0] == 20


@pytest.mark.parametrize("degrees", [-170, -90, -37, -2, 1, 15, 90, 180])
def test_a_turned_line_is_laid_level(degrees: float) -> None:
    crop = upright_crop(*turned(degrees), margin=0)
    assert crop.size == (300, 40)
    assert dark_columns(crop) == pytest.approx([20, 150, 170, 280], abs=1)


def test_a_slanting_box_loses_none_of_its_ink() -> None:
    crop = upright_crop(page(), Polygon(((100, 130), (320, 142), (320, 162), (100, 170))), margin=0)
    assert dark_columns(crop)[-1] > 190


def test_a_crop_of_a_reduced_page_has_the_same_size_and_shows_the_same() -> None:
    box = Polygon.from_bounds(80, 120, 340, 180)
    whole, reduced = upright_crop(page(), box), upright_crop(page(scale=0.5), box)
    assert whole.size == reduced.size
    assert dark_columns(reduced) == pytest.approx(dark_columns(whole), abs=2)


def test_a_high_box_is_reduced_without_dropping_thin_strokes() -> None:
    image = Image.new("L", (3000, 1000), 255)
    for x in range(0, 3000, 10):
        image.paste(0, (x, 0, x + 1, 1000))
    crop = upright_crop(PageImage(image, image.size), Polygon.from_bounds(0, 0, 3000, 1000), margin=0, tallest=100)
    assert crop.size == (300, 100)
    assert {crop.getpixel((x, 50)) for x in range(20, 280)} <= set(range(215, 245))


def test_where_there_is_no_page_there_is_its_paper() -> None:
    crop = upright_crop(page(), Polygon.from_bounds(-50, 130, 120, 170))
    assert crop.getpixel((2, 2)) == PAPER


def test_a_box_beyond_the_page_is_white() -> None:
    crop = upright_crop(page(), Polygon.from_bounds(5000, 130, 5200, 170))
    assert crop.getextrema() == (255, 255)


@pytest.mark.parametrize(
    "corners",
    [
        ((330, 130), (90, 130), (90, 170), (330, 170)),
        ((90, 130), (90, 170), (330, 170), (330, 130)),
        ((90, 130), (330, 130), (90, 170), (330, 170)),
        ((90, 130), (330, 170), (330, 130), (90, 170)),
    ],
    ids=["mirrored", "anticlockwise", "crossed", "crossed otherwise"],
)
def test_a_mirrored_or_crossed_box_shows_what_it_encloses_unmirrored(
    corners: tuple[Point, Point, Point, Point],
) -> None:
    crop = upright_crop(page(), Polygon(corners), margin=0)
    assert dark_columns(crop) == [10, 30, 110, 130, 210, 230]


@pytest.mark.parametrize("value", [0.0, 150.0, -7.0, 1e300, math.inf, math.nan])
def test_a_box_without_size_is_a_small_crop(value: float) -> None:
    crop = upright_crop(page(), Polygon(((value, value),) * 4))
    assert 1 <= crop.width <= 4
    assert 1 <= crop.height <= 4


def test_a_word_is_found_in_the_crop_of_its_line() -> None:
    line, word = Polygon.from_bounds(90, 130, 330, 170), Polygon.from_bounds(200, 135, 220, 165)
    left, right = across(line, word, 0.25)
    assert (left, right) == pytest.approx((120, 140))
    assert dark_columns(upright_crop(page(), line, margin=0.25))[2:4] == [120, 140]


@pytest.mark.parametrize("degrees", [-170, -37, -2, 1, 15, 90])
@pytest.mark.parametrize("tallest", [20, 200])
def test_a_word_of_a_turned_line_is_found(degrees: float, tallest: int) -> None:
    image, line = turned(degrees)
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = 300 + 10 * cosine, 300 + 10 * sine
    word = Polygon.from_bounds(x - 0.1, y - 0.1, x + 0.1, y + 0.1)
    found = across(line, word, 0, tallest=tallest)[0] / upright_crop(image, line, margin=0, tallest=tallest).width
    assert found == pytest.approx(160 / 300, abs=0.01)


def test_a_word_beside_its_line_is_at_its_end() -> None:
    line = Polygon.from_bounds(90, 130, 330, 170)
    assert across(line, Polygon.from_bounds(900, 130, 950, 170), 0) == (240, 240)


numbers = st.floats() | st.floats(-500, 900)
points = st.tuples(numbers, numbers)
polygons = st.builds(Polygon, st.tuples(points, points, points, points))


@given(polygon=polygons, margin=st.floats(0, 3), scale=st.sampled_from([0.01, 0.3, 1.0]))
def test_any_four_corners_make_a_crop_of_a_reasonable_size(polygon: Polygon, margin: float, scale: float) -> None:
    crop = upright_crop(page(scale=scale), polygon, margin=margin)
    assert crop.mode == "L"
    assert 1 <= crop.width <= 4096
    assert 1 <= crop.height <= 200


@given(line=polygons, word=polygons)
def test_any_word_has_its_place_in_the_crop_of_any_line(line: Polygon, word: Polygon) -> None:
    left, right = across(line, word)
    assert 0 <= left <= right <= upright_crop(page(scale=0.01), line).width


def test_what_is_around_a_line_is_shown_above_and_below_it() -> None:
    line = Polygon.from_bounds(50, 130, 370, 170)
    crop = upright_crop(page(), line, margin=0, around=(30, 10))
    assert crop.size == (320, 80)
    rows = [crop.getpixel((55, y)) == 0 for y in range(80)]
    assert (rows.index(True), rows.count(True)) == (40, 20)
    assert share_of_line(line, (30, 10), 0) == (30 / 80, 70 / 80)


def test_a_short_word_is_shown_with_what_is_beside_it_too() -> None:
    word = Polygon.from_bounds(190, 130, 230, 170)
    crop = upright_crop(page(), word, margin=0, around=(20, 20))
    assert crop.size == (320, 80)
    assert dark_columns(crop) == [50, 70, 150, 170, 250, 270]
    assert across(word, word, 0, around=(20, 20)) == (140, 180)


def test_a_line_alone_is_all_of_its_crop() -> None:
    assert share_of_line(Polygon.from_bounds(90, 130, 330, 170), (0, 0)) == (0, 1)


@pytest.mark.parametrize("degrees", [-90, -20, 15, 180])
def test_above_means_above_the_text_however_it_is_turned(degrees: float) -> None:
    crop = upright_crop(*turned(degrees), margin=0, around=(40, 0))
    assert crop.size == (320, 80)
    assert min(crop.crop((0, 5, 320, 35)).tobytes()) > PAPER / 2
    assert min(crop.crop((0, 55, 320, 65)).tobytes()) < PAPER / 2


def test_a_crop_of_a_coloured_page_is_coloured() -> None:
    image = Image.new("RGB", (400, 300), (220, 210, 190))
    image.paste((200, 0, 0), (100, 140, 120, 160))
    crop = upright_crop(PageImage(image, image.size), Polygon.from_bounds(-50, 130, 150, 170), margin=0)
    assert crop.mode == "RGB"
    assert (crop.getpixel((160, 20)), crop.getpixel((5, 5))) == ((200, 0, 0), (220, 210, 190))
    beyond = upright_crop(PageImage(image, image.size), Polygon.from_bounds(5000, 130, 5100, 170))
    assert beyond.getpixel((3, 3)) == (255, 255, 255)


def test_another_box_is_seen_along_the_text() -> None:
    _, line = turned(90)
    assert along(line, line) == pytest.approx((150, -320, 450, -280))
