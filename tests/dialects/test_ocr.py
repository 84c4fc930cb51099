"""The old OCR service: regions, upright boxes, and a picture that was turned before it was read."""

import math
from typing import Any

import pytest

from tui.dialects import NotUnderstood
from tui.dialects.ocr import pages_of, turned_by
from tui.model import Line, Page, Polygon, Word

LINE = {
    "boundingBox": "10,20,90,30",
    "words": [{"boundingBox": "10,20,40,30", "text": "A"}, {"boundingBox": "60,20,40,30", "text": "WISH"}],
}


def answer_of(*lines: object, **more: Any) -> dict[str, Any]:
    region = {"boundingBox": "0,0,100,100", "lines": list(lines)}
    return {"language": "en", "orientation": "Up", "regions": [region], **more}


def line_of(line: object, **more: Any) -> Line:
    [page] = pages_of(answer_of(line, **more))
    [only] = page.lines
    return only


def test_a_line_is_its_words_with_spaces_between() -> None:
    assert line_of(LINE) == Line(
        "A WISH",
        Polygon.from_bounds(10, 20, 100, 50),
        (Word("A", Polygon.from_bounds(10, 20, 50, 50)), Word("WISH", Polygon.from_bounds(60, 20, 100, 50))),
    )


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "ja"])
def test_a_language_without_spaces_gets_none(language: str) -> None:
    words = [{"text": "手"}, {"text": "書"}]
    assert line_of({"words": words}, language=language).text == "手書"


def test_the_service_says_nothing_of_sureness_hands_or_size() -> None:
    [page] = pages_of(answer_of(LINE))
    assert (page.number, page.width, page.height) == (1, 0, 0)
    assert page.lines[0].handwritten is None
    assert all(word.confidence is None and not word.low for word in page.lines[0].words)


def test_the_regions_follow_each_other() -> None:
    answer = {"regions": [{"lines": [LINE]}, {"lines": []}, {"lines": [{"words": [{"text": "b"}]}]}]}
    assert [line.text for line in pages_of(answer)[0].lines] == ["A WISH", "b"]


@pytest.mark.parametrize(
    ("orientation", "angle", "first", "second"),
    [
        ("Up", 0, (10, 20), (100, 20)),
        ("Right", 90, (100, 20), (100, 50)),
        ("Down", 180, (100, 50), (10, 50)),
        ("Left", -90, (10, 50), (10, 20)),
        ("NotDetected", 0, (10, 20), (100, 20)),
        ("left", -90, (10, 50), (10, 20)),
    ],
)
def test_corners_begin_at_the_texts_own_top_left(
    orientation: str, angle: float, first: tuple[float, float], second: tuple[float, float]
) -> None:
    [page] = pages_of(answer_of(LINE, orientation=orientation))
    polygon = page.lines[0].polygon
    assert page.angle == angle
    assert polygon
    assert list(polygon.corners[:2]) == [first, second]
    assert list(polygon.bounds) == [10, 20, 100, 50]
    assert math.remainder(polygon.angle - angle, 360) == 0


@pytest.mark.parametrize(
    ("said", "degrees"),
    [
        (0.0, 0),
        (None, 0),
        ("0.1", 0),
        (0.03490658503988659, 2),
        (-0.1, -5.729578),
        (-2.0000000000000338, -2),
        (-1.5000000000000335, -1.5),
        (0.5, 0.5),
        (1e308, 0),
    ],
)
def test_the_angle_is_in_radians_where_it_can_be(said: object, degrees: float) -> None:
    turned = turned_by({"textAngle": said})
    assert -180 <= turned <= 180
    if said != 1e308:
        assert turned == pytest.approx(degrees, abs=1e-6)


@pytest.mark.parametrize(
    "box", [None, "", "1,2,3", "1,2,3,4,5", "a,b,c,d", "1,2,nan,4", "1,2,-3,4", "1e99,0,1,1", [1, 2]]
)
def test_a_box_that_is_none_is_left_out(box: object) -> None:
    assert line_of({"boundingBox": box, "words": [{"text": "a"}]}).polygon is None


def test_a_line_without_a_box_has_that_of_its_words() -> None:
    assert line_of({**LINE, "boundingBox": None}).polygon == Polygon.from_bounds(10, 20, 100, 50)


def test_what_says_nothing_is_left_out() -> None:
    answer = {"regions": [None, 3, {"lines": [{}, None, {"words": [{"text": ""}, {"text": 3}]}]}]}
    assert pages_of(answer) == (Page(1, 0, 0),)


@pytest.mark.parametrize("answer", [{}, {"regions": None}, {"regions": {"lines": []}}])
def test_an_answer_without_regions_is_not_understood(answer: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood, match="holds no regions"):
        pages_of(answer)
