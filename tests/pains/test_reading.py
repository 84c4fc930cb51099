"""What users run into when they look at an answer: boxes, order, confidence, units, shapes."""

from __future__ import annotations

import io
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.fake_service import answered, running, state, submission, succeeded
from tests.pains.playing import BOX, Tell, line, picture, read, read_result, shown, sized
from tests.runner.desk import OpenDesk
from tui.dialects import DIALECTS, limits_of
from tui.model import Page
from tui.pictures.crop import upright_crop
from tui.pictures.source import PageImage, measure
from tui.pictures.upload import shipment
from tui.review import line_keys
from tui.saved import import_answers
from tui.settings import Pace, Settings
from tui.store import Store

ONE_BY_ONE = Pace(in_flight=1)


def bounds(page: Page, number: int = 0) -> tuple[float, float, float, float]:
    polygon = page.lines[number].polygon
    assert polygon
    return polygon.bounds


async def test_pain_15_boxes_of_a_reduced_image(open_desk: OpenDesk, tell: Tell) -> None:
    box = [145.9, 179.2, 1313.1, 179.2, 1313.1, 358.4, 145.9, 358.4]
    desk = open_desk(submission(read(read_result(line("fox", box), width=1459, height=1792))))
    desk.add(facts=sized(2752, 3382))
    assert (await desk.run()).done == 1
    [page] = desk.pages()
    assert (page.width, page.height) == (2752, 3382)
    assert bounds(page) == pytest.approx((275.2, 338.2, 2476.8, 676.4))
    did = "the box at {:.0f}, {:.0f} is put at {:.0f}, {:.0f}".format(*box[:2], *bounds(page)[:2])
    tell("boxes belong to the resized image", "1459 x 1792 for a scan of 2752 x 3382", did)


async def test_pain_16_photos_that_are_turned_by_a_note(open_desk: OpenDesk, tell: Tell) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    desk = open_desk(submission(read(read_result(line("fox", BOX), width=200, height=300))))
    desk.add("photo.jpg", picture((300, 200), "JPEG", exif=exif), measure)
    prepare = partial(shipment, limits=limits_of("read-3.2", ""))
    assert (await desk.runner(measure=measure, prepare=prepare).run(until_idle=True)).done == 1
    with Image.open(io.BytesIO(desk.service.posts[0].body)) as sent:
        assert (sent.size, sent.getexif().get(0x0112, 1)) == ((200, 300), 1)
    [page] = desk.pages()
    assert (page.width, page.height) == (200, 300) == desk.item().page_sizes[0]
    assert bounds(page) == (10, 10, 60, 30)
    did = f"sent {sent.size[0]} x {sent.size[1]}, the boxes on {page.width} x {page.height}"
    tell("EXIF: stored pixels or displayed ones?", "a photo of 300 x 200 with orientation 6", did)


async def test_pain_17_no_angle(open_desk: OpenDesk, tell: Tell) -> None:
    points = [{"x": 0, "y": 0}, {"x": 100, "y": 20}, {"x": 97, "y": 35}, {"x": -3, "y": 15}]
    slanted = {"text": "fox", "boundingPolygon": points, "words": []}
    answer = {"metadata": {"width": 100, "height": 50}, "readResult": {"blocks": [{"lines": [slanted]}]}}
    desk = open_desk(answered(answer), dialect="image-analysis-4.0")
    desk.add()
    assert (await desk.run()).done == 1
    [page] = desk.pages()
    assert page.angle == pytest.approx(11.3, abs=0.1)
    tell("Image Analysis 4.0 gives no angle", "a line that falls by 20 in 100", f"an angle of {page.angle:.1f} degrees")


async def test_pain_18_lines_in_an_odd_order(open_desk: OpenDesk, tell: Tell) -> None:
    places = {"third": 35, "first": 5, "^": 14, "second": 20}
    lines = [line(text, [5, top, 90, top, 90, top + 8, 5, top + 8]) for text, top in places.items()]
    desk = open_desk(submission(read(read_result(*lines, height=50))))
    desk.add()
    natural = DIALECTS["read-3.2"]({"readingOrder": "natural"})
    assert (await desk.runner(dialect=natural).run(until_idle=True)).done == 1
    assert desk.service.posts[0].query == {"readingOrder": "natural"}
    [page] = desk.pages()
    assert [one.text for one in page.lines] == list(places)
    sorted_ = [page.lines[key.line].text for key in line_keys((page,), down_the_page=True)]
    assert sorted_ == ["first", "^", "second", "third"]
    tell(
        "lines in an odd order", f"{', '.join(places)}; readingOrder=natural", f"kept so; in view: {', '.join(sorted_)}"
    )


async def test_pain_19_confidence_in_four_kinds(open_desk: OpenDesk, tell: Tell) -> None:
    words = [{"text": "sure"}, {"text": "low", "confidence": "Low"}]
    numbers = [{"text": "half", "confidence": 0.5}, {"text": "one", "confidence": 1}]
    old = {"recognitionResult": {"lines": [{"text": "sure low", "boundingBox": BOX, "words": words}]}}
    new = read(read_result({"text": "half one", "boundingBox": BOX, "words": numbers}))
    desk = open_desk(submission(succeeded(old)), submission(new), pace=ONE_BY_ONE)
    desk.add("old")
    assert (await desk.runner(dialect=DIALECTS["recognize-text-2.0"]({})).run(until_idle=True)).done == 1
    desk.add("new")
    assert (await desk.run()).done == 1
    read_words = [word for number in (1, 2) for word in desk.pages(number)[0].lines[0].words]
    kinds = [(word.text, word.confidence, word.low, word.is_doubtful) for word in read_words]
    assert kinds == [
        ("sure", None, False, False),
        ("low", None, True, True),
        ("half", 0.5, False, True),
        ("one", 1.0, False, False),
    ]
    assert [desk.item(number).doubtful for number in (1, 2)] == [1, 1]
    did = ", ".join(f"{text}: {'low' if low else confidence}" for text, confidence, low, _ in kinds)
    tell("confidence: none, Low, a number, 1", "one word of each kind", did)


async def test_pain_20_which_version_has_read(open_desk: OpenDesk, tell: Tell) -> None:
    from tests.view.conftest import screen_text
    from tui.view.app import HandreadApp

    answer = read(read_result(line("fox"), width=200, height=100), modelVersion="2022-04-30")
    desk = open_desk(submission(answer))
    desk.add("page.png", picture((200, 100)), measure)
    assert (await desk.run()).done == 1
    item = desk.item()
    assert (item.dialect, item.model) == ("read-3.2", "2022-04-30")
    app = HandreadApp(Settings(queue=desk.queue, reviewer="ada", glyphs="quadrants"), clock=desk.time)
    async with app.run_test(size=(110, 24)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        heading = screen_text(pilot).partition("\n")[0]
    tell("demo, API and versions read differently", "Read 3.2, model 2022-04-30", " ".join(heading.split()))
    assert "2022-04-30" in heading
    assert "read-3.2" in heading.lower().replace(" ", "-"), "which version has read is not shown beside the text"


async def test_pain_21_answers_that_vary(open_desk: OpenDesk, tell: Tell, tmp_path: Path) -> None:
    times = ["2020-04-15T20:46:40Z", "2020-04-15T20:46:40.1234567+00:00", "yesterday", None, 5]
    more: list[dict[str, Any]] = [
        {
            "createdDateTime": time,
            "lastUpdatedDateTime": time,
            "x-new": [{}],
            "analyzeResult": {
                "version": time,
                "readResults": [{"lines": [{"text": "fox", "new": 1}, {}, None], "newer": {}}],
            },
        }
        for time in times
    ]
    desk = open_desk(*(submission(succeeded(one, "succeeded")) for one in more), pace=ONE_BY_ONE)
    for number in range(len(times)):
        desk.add(f"{number}.png")
    assert (await desk.run()).done == len(times)
    assert all(len(desk.pages(number)[0].lines) == 1 for number in range(1, len(times) + 1))
    sample = tmp_path / "sample.json"
    sample.write_text('{"status": "succeeded", "analyzeResult": {"readResults": [{"lines": [,]}]}}', "utf-8")
    [imported] = import_answers(tmp_path / "other.db", [sample], None)
    assert imported.item_id == 0
    did = f"{len(times)} read; the sample: {imported.sentence.removeprefix(f'{sample}: ')}"
    tell("published samples vary or are no JSON", "five kinds of timestamps, new keys; [,]", did)


async def test_pain_22_a_failure_that_names_its_page(open_desk: OpenDesk, tell: Tell) -> None:
    error = {
        "code": "InvalidRequest", "message": "Invalid request.",
        "details": [{"code": "InvalidContent", "message": "The page is corrupted.", "target": "2"}],
    }  # fmt: skip
    desk = open_desk(submission(running(), state("failed", error=error)), dialect="document-intelligence-2024-11-30")
    desk.add()
    assert (await desk.run()).failed == 1
    assert "Page 2: The page is corrupted." in shown(desk)
    tell("only Document Intelligence says why", "failed, with details of page 2", shown(desk))


async def test_pain_24_pages_that_are_missing(open_desk: OpenDesk, tell: Tell) -> None:
    pages = [read_result(line("fox"), page=1), read_result(page=2)]
    desk = open_desk(submission(read(*pages)))
    sheets = [Image.new("L", (100, 50), 230) for _ in range(3)]
    out = io.BytesIO()
    sheets[0].save(out, "TIFF", save_all=True, append_images=sheets[1:])
    desk.add("three.tif", out.getvalue(), measure)
    assert (await desk.run()).done == 1
    assert [len(page.lines) for page in desk.pages()] == [1, 0]
    assert "2 of 3 pages" in shown(desk)
    tell("the free tier reads two pages silently", "two pages, one of them blank, of three", shown(desk))


async def test_pain_25_inches(open_desk: OpenDesk, tell: Tell) -> None:
    box = [1.5, 1.25, 4.5, 1.25, 4.5, 1.5, 1.5, 1.5]
    desk = open_desk(submission(read(read_result(line("fox", box), width=8.5, height=11, unit="inch"))))
    desk.add(facts=sized(1700, 2200))
    assert (await desk.run()).done == 1
    [page] = desk.pages()
    assert bounds(page) == pytest.approx((300, 250, 900, 300))
    assert (page.width, page.height) == (1700, 2200)
    tell("PDF boxes are inches", "8.5 x 11 inches for 1700 x 2200 pixels", f"the box in pixels: {bounds(page)}")


async def test_pain_30_words_beside_their_lines(open_desk: OpenDesk, tell: Tell) -> None:
    content = "😀 the fox\nruns"
    placed = {"the": 3, "fox": 7, "runs": 11}
    result: dict[str, Any] = {
        "content": content,
        "stringIndexType": "utf16CodeUnit",
        "pages": [{
            "pageNumber": 1, "width": 100, "height": 50, "unit": "pixel",
            "words": [
                {"content": text, "polygon": BOX, "confidence": 0.9, "span": {"offset": at, "length": len(text)}}
                for text, at in placed.items()
            ],
            "lines": [
                {"content": "😀 the fox", "polygon": BOX, "spans": [{"offset": 0, "length": 10}]},
                {"content": "runs", "polygon": BOX, "spans": [{"offset": 11, "length": 4}]},
            ],
        }],
    }  # fmt: skip
    desk = open_desk(
        submission(succeeded({"analyzeResult": result}, "succeeded")), dialect="document-intelligence-2024-11-30"
    )
    desk.add()
    assert (await desk.run()).done == 1
    lines = [[word.text for word in one.words] for one in desk.pages()[0].lines]
    assert lines == [["the", "fox"], ["runs"]]
    assert desk.service.posts[0].query["stringIndexType"] == "unicodeCodePoint"
    did = (
        f"{' | '.join(' '.join(words) for words in lines)}; asked for {desk.service.posts[0].query['stringIndexType']}"
    )
    tell("words are not inside lines", "spans in UTF-16 behind an emoji", did)


async def test_pain_32_slanted_text(open_desk: OpenDesk, tell: Tell) -> None:
    box = [100, 100, 900, 700, 870, 740, 70, 140]
    desk = open_desk(submission(read(read_result(line("fox", box), width=1000, height=800))))
    desk.add("page.png", picture((1000, 800)), measure)
    assert (await desk.runner(measure=measure).run(until_idle=True)).done == 1
    polygon = desk.pages()[0].lines[0].polygon
    assert polygon
    assert polygon.numbers == tuple(map(float, box))
    with Image.new("L", (1000, 800), 230) as image:
        crop = upright_crop(PageImage(image, (1000, 800)), polygon, margin=0)
    assert crop.size == pytest.approx((1000, 50), abs=2)
    outlined = await outlined_cells(desk.queue, desk.time)
    assert outlined
    columns, rows = zip(*outlined, strict=True)
    corner = (max(columns), min(rows))  # of the rectangle, where there is none of the text
    inside = "a cell far from the text is outlined" if corner in outlined else "the outline follows the text"
    tell(
        "overlays of slanted text look wrong",
        "a line that falls by 37 degrees",
        f"cut out level, {crop.size}; {inside}",
    )
    assert corner not in outlined, "the map outlines the rectangle around the polygon, and not the polygon"


async def outlined_cells(queue: Path, clock: Any) -> set[tuple[int, int]]:
    """Return the cells that the map outlines for the first line of the first item."""
    from tui.view.app import HandreadApp
    from tui.view.widgets.page_map import PageMap

    app = HandreadApp(Settings(queue=queue, reviewer="ada", glyphs="quadrants"), clock=clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        for _ in range(1000):
            await pilot.pause(0.02)  # the page is laid out, and drawn in another thread
            page_map = app.screen.query_one(PageMap)
            places = [(column, row) for row in range(page_map.size.height) for column in range(page_map.size.width)]
            if outlined := {place for place in places if page_map._is_outline(*place)}:
                return outlined
    pytest.fail("the map outlines nothing")


async def test_pain_34_answers_of_the_old_ocr(tell: Tell, tmp_path: Path) -> None:
    words = [{"boundingBox": "28,16,60,20", "text": "STOP"}]
    old = {
        "language": "en", "textAngle": 0.0, "orientation": "Up",
        "regions": [{"boundingBox": "21,16,304,451", "lines": [{"boundingBox": "28,16,60,20", "words": words}]}],
    }  # fmt: skip
    answer = tmp_path / "sign.json"
    answer.write_text(json.dumps(old), "utf-8")
    (tmp_path / "sign.png").write_bytes(picture((400, 500)))
    [imported] = import_answers(tmp_path / "queue.db", [answer], None)
    with Store(tmp_path / "queue.db") as store:
        item, [page] = store.item(imported.item_id), store.pages(imported.item_id)
    assert (item.dialect, page.lines[0].text, bounds(page)) == ("ocr", "STOP", (28, 16, 88, 36))
    did = imported.sentence.removeprefix(f"{answer}: ").partition(" for ")[0]
    assert "/ocr" in did
    tell("the old /ocr is taken for Read", "an answer with regions, imported", did)
