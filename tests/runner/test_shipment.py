"""Pictures that a service would not take as they are: made to fit, told of, and their boxes brought back."""

import asyncio
import io
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from tests.fake_service import submission, succeeded
from tests.runner.desk import Desk, OpenDesk, why
from tui.dialects import limits_of
from tui.model import Polygon
from tui.pictures.source import measure
from tui.pictures.upload import shipment
from tui.runner import Outcome

BOX = [420, 840, 2100, 840, 2100, 882, 420, 882]
"""On the picture as it is sent: a fifth of the width from the left."""
RECOGNIZED = succeeded({"recognitionResult": {"lines": [{"text": "fox", "boundingBox": BOX, "words": []}]}})


def large(desk: Desk) -> int:
    out = io.BytesIO()
    Image.new("L", (8400, 4200), 255).save(out, "PNG")
    return desk.add("large.png", out.getvalue(), measure)


def assert_twice_as_large(polygon: Polygon | None) -> None:
    assert polygon
    assert polygon.numbers == pytest.approx([2 * number for number in BOX], rel=1e-3)


async def run(desk: Desk, tier: str = "") -> Outcome:
    prepare = partial(shipment, limits=limits_of(desk.dialect, tier))
    return await desk.runner(prepare=prepare, measure=measure).run(until_idle=True)


async def test_boxes_of_a_picture_sent_smaller_come_back_to_its_own_pixels(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(RECOGNIZED), dialect="recognize-text-2.0")
    large(desk)
    assert (await run(desk)).done == 1
    with Image.open(io.BytesIO(desk.service.posts[0].body)) as sent:
        assert sent.size == (4199, 2100)
    [page] = desk.pages()
    assert (page.width, page.height) == (8400, 4200)
    assert_twice_as_large(page.lines[0].polygon)
    assert "4199" in desk.item().remark
    assert "8400" in desk.item().remark


async def test_how_a_picture_was_sent_outlives_the_process_that_sent_it(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(RECOGNIZED), dialect="recognize-text-2.0")
    number = large(desk)
    content = await asyncio.to_thread(Path(desk.item().source).read_bytes)
    sent = shipment(content, limits_of(desk.dialect, ""))
    with desk.store() as store:
        store.claim("vision")
        store.posting(number, shipped=sent.pages, remark=sent.remark)
        store.sent(number, desk.service.operation(RECOGNIZED))
    assert (await run(desk)).done == 1
    assert_twice_as_large(desk.pages()[0].lines[0].polygon)
    assert "8400" in desk.item().remark


async def test_a_picture_that_cannot_be_made_to_fit_is_not_sent(open_desk: OpenDesk) -> None:
    desk = open_desk(dialect="recognize-text-2.0")
    out = io.BytesIO()
    Image.new("L", (20_000, 60), 255).save(out, "PNG")
    desk.add("strip.png", out.getvalue(), measure)
    assert (await run(desk)).failed == 1
    assert desk.service.requests == []
    assert why(desk).startswith("unfit: ")


async def test_pages_that_the_free_tier_leaves_out_are_told_of(open_desk: OpenDesk) -> None:
    answer = {"analyzeResult": {"readResults": [{"page": 1, "lines": []}, {"page": 2, "lines": []}]}}
    desk = open_desk(submission(succeeded(answer)))
    out = io.BytesIO()
    leaf = Image.new("L", (200, 100), 255)
    leaf.save(out, "TIFF", save_all=True, append_images=[leaf] * 4)
    desk.add("five.tif", out.getvalue(), measure)
    assert (await run(desk, "F0")).done == 1
    assert "2 of" in desk.item().remark


async def test_pages_that_are_missing_from_an_answer_are_told_of(open_desk: OpenDesk) -> None:
    desk = open_desk(submission(succeeded({"analyzeResult": {"readResults": [{"page": 1, "lines": []}]}})))
    out = io.BytesIO()
    leaf = Image.new("L", (200, 100), 255)
    leaf.save(out, "TIFF", save_all=True, append_images=[leaf] * 2)
    desk.add("three.tif", out.getvalue(), measure)
    assert (await run(desk)).done == 1
    assert desk.item().remark == "1 of 3 pages were read"


async def test_the_carried_engine_takes_a_file_as_it_is(open_desk: OpenDesk) -> None:
    desk = open_desk(local=True)
    large(desk)
    await run(desk)
    assert desk.service.posts[0].sha256 == desk.item().sha256
