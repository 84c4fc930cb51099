"""What Image Analysis answers: one page, whose angle nobody says."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_service import FakeService, answered, refused
from tui.dialects import DIALECTS, NotUnderstood, open_client
from tui.dialects.image_analysis import angle_of
from tui.model import ImageFacts, Line, Page, Polygon, State, Word
from tui.runner import Runner
from tui.settings import Service
from tui.store import NewItem, Store

IMAGE_ANALYSIS = DIALECTS["image-analysis-4.0"]({})


def points(*numbers: float) -> list[dict[str, float]]:
    return [{"x": x, "y": y} for x, y in zip(numbers[::2], numbers[1::2], strict=True)]


def answer_of(*blocks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "modelVersion": "2023-10-01",
        "metadata": {"width": 1000, "height": 945},
        "readResult": {"blocks": [{"lines": list(lines)} for lines in blocks]},
    }


def page_of(answer: dict[str, Any]) -> Page:
    [page] = IMAGE_ANALYSIS.parse(answer)
    return page


def line_at(degrees: float, length: float = 100) -> Line:
    dx, dy = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = length * dx, length * dy
    down = (-10 * dy, 10 * dx)
    return Line("a", Polygon(((0, 0), (x, y), (x + down[0], y + down[1]), down)))


STATUE = {
    "text": "9:35 AM",
    "boundingPolygon": points(130, 129, 215, 130, 215, 149, 130, 148),
    "words": [
        {"text": "9:35", "boundingPolygon": points(131, 130, 171, 130, 171, 149, 130, 149), "confidence": 0.993},
        {"text": "AM", "boundingPolygon": points(179, 130, 204, 130, 203, 149, 178, 149), "confidence": 0.5},
    ],
}


def test_a_line_has_its_text_box_and_words() -> None:
    page = page_of(answer_of([STATUE]))
    assert (page.number, page.width, page.height) == (1, 1000, 945)
    assert page.lines == (
        Line(
            "9:35 AM",
            Polygon.from_numbers([130, 129, 215, 130, 215, 149, 130, 148]),
            (
                Word("9:35", Polygon.from_numbers([131, 130, 171, 130, 171, 149, 130, 149]), 0.993),
                Word("AM", Polygon.from_numbers([179, 130, 204, 130, 203, 149, 178, 149]), 0.5),
            ),
        ),
    )
    assert page.lines[0].doubtful == 1
    assert page.lines[0].handwritten is None


def test_the_blocks_follow_each_other() -> None:
    page = page_of(answer_of([{"text": "a"}, {"text": "b"}], [], [{"text": "c"}]))
    assert [line.text for line in page.lines] == ["a", "b", "c"]


def test_a_blank_image_is_a_page_without_lines() -> None:
    assert page_of(answer_of()) == Page(1, 1000, 945)


@pytest.mark.parametrize("answer", [{}, {"readResult": None}, {"readResult": {"content": "a", "pages": []}}])
def test_an_answer_without_blocks_is_not_understood(answer: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood, match=r"holds no readResult\.blocks\."):
        IMAGE_ANALYSIS.parse(answer)


def test_an_answer_without_a_size_leaves_it_open() -> None:
    page = page_of({"readResult": {"blocks": []}})
    assert (page.width, page.height) == (0, 0)


@pytest.mark.parametrize("box", [points(1, 2, 3, 4), [1, 2, 3, 4, 5, 6, 7, 8], [{"x": 1}] * 4, "1,2", None])
def test_a_box_that_is_none_is_left_out(box: object) -> None:
    assert page_of(answer_of([{"text": "a", "boundingPolygon": box}])).lines[0].polygon is None


# -- the angle


def test_a_page_is_turned_as_its_lines_are() -> None:
    assert page_of(answer_of([STATUE])).angle == pytest.approx(math.degrees(math.atan2(1, 85)))


def test_a_sideways_page_is_turned_by_a_quarter() -> None:
    sideways = {"text": "a", "boundingPolygon": points(200, 10, 200, 90, 180, 90, 180, 10)}
    assert page_of(answer_of([sideways])).angle == pytest.approx(90)


def test_one_odd_line_does_not_turn_the_page() -> None:
    assert angle_of([line_at(3), line_at(4), line_at(5), line_at(80)]) == pytest.approx(4)


def test_a_long_line_counts_for_more_than_short_ones() -> None:
    assert angle_of([line_at(2, 900), line_at(40, 100), line_at(-40, 100), line_at(60, 100)]) == pytest.approx(2)


def test_lines_upside_down_do_not_come_out_level() -> None:
    assert abs(angle_of([line_at(179), line_at(-179), line_at(180)])) == pytest.approx(180)


def test_short_level_lines_do_not_right_a_page_upside_down() -> None:
    short = [line_at(0, 1) for _ in range(10)]
    assert abs(angle_of([line_at(170, 1000), line_at(-170, 1000), *short])) == pytest.approx(170)


def test_lines_without_a_place_or_length_have_no_say() -> None:
    point = Polygon.from_bounds(5, 5, 5, 9)
    assert angle_of([]) == angle_of([Line("a"), Line("b", point)]) == 0
    assert angle_of([Line("a"), Line("b", point), line_at(7)]) == pytest.approx(7)


@given(st.lists(st.tuples(st.floats(-20, 20), st.floats(1, 1e6)), min_size=1), st.floats(-180, 180))
def test_turning_the_image_turns_its_angle(lines: list[tuple[float, float]], turn: float) -> None:
    level = angle_of([line_at(angle, length) for angle, length in lines])
    turned = angle_of([line_at(angle + turn, length) for angle, length in lines])
    assert min(angle for angle, _ in lines) - 1e-3 <= level <= max(angle for angle, _ in lines) + 1e-3
    assert math.cos(math.radians(turned - level - turn)) > math.cos(math.radians(20.01))
    assert -180 <= turned <= 180


# -- in a run


async def test_a_run_reads_without_a_poll_and_fits_the_page_to_the_image(tmp_path: Path) -> None:
    with FakeService([answered(answer_of([STATUE]))]) as service:
        [item] = await run(tmp_path, service, "scan.png")
        assert len(service.posts) == 1
        assert service.polls == []
    assert (item.state, item.lines, item.doubtful, item.polls) == (State.DONE, 1, 1, 0)


async def test_a_run_tells_the_services_words(tmp_path: Path) -> None:
    error = {"code": "InvalidRequest", "message": "Bad.", "innererror": {"message": "Image size is out of range."}}
    with FakeService([refused({"error": error}, 400)]) as service:
        [item] = await run(tmp_path, service, "scan.png")
    assert item.failure
    assert "Image size is out of range." in item.failure.sentence


async def test_an_answer_that_is_none_is_kept_and_not_asked_for_twice(tmp_path: Path) -> None:
    with FakeService([answered({"error": {"message": "Odd."}})]) as service:
        [item] = await run(tmp_path, service, "scan.png")
        assert len(service.posts) == 1
    assert item.failure
    assert item.failure.code == "not-understood"


async def run(folder: Path, service: FakeService, name: str) -> list[Any]:
    """Read one image by a run of its own and return what became of it."""
    facts = ImageFacts("", 7, "PNG", ((2000, 1890),))
    path, queue = folder / name, folder / "queue.db"
    write(path)
    with Store(queue) as store:
        number = store.add([NewItem(str(path), "vision", facts)])[0].item_id
    await Runner(
        queue,
        Service("vision", IMAGE_ANALYSIS.name, service.url),
        client=lambda: open_client(service.url, ""),
        dialect=IMAGE_ANALYSIS,
        measure=lambda _: facts,
        cache=folder,
    ).run(until_idle=True)
    with Store(queue) as store:
        return [store.item(number)]


def write(path: Path) -> None:
    path.write_bytes(b"picture")
