"""Answers that were saved elsewhere: what becomes of them in the queue, with their picture and without."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.test_program import handread, home
from tests.view.conftest import Opens, opened, queue, screen_text, store
from tui.model import Decision, LineKey, Polygon, State, Verdict
from tui.saved import DOTS_PER_INCH, SERVICE, Imported, import_answers
from tui.store import Store

__all__ = ["home", "opened", "queue", "store"]

RECORDED = Path(__file__).parents[1].parent / "shared" / "recorded"
BOX = [10, 20, 90, 20, 90, 40, 10, 40]
LINE = {"text": "The fox", "boundingBox": BOX, "words": [{"text": "The", "boundingBox": BOX, "confidence": 0.5}]}


def answer_of(*pages: dict[str, Any], version: str = "3.2.0") -> dict[str, Any]:
    results = [{"page": number, "lines": [LINE], **page} for number, page in enumerate(pages, 1)]
    return {
        "status": "succeeded",
        "analyzeResult": {"version": version, "modelVersion": "2022-04-30", "readResults": results},
    }


def keep(path: Path, answer: object) -> Path:
    path.write_text(json.dumps(answer), "utf-8")
    return path


def picture(path: Path, size: tuple[int, int] = (200, 100), *, by_exif: int = 1) -> Path:
    exif = Image.Exif()
    exif[0x0112] = by_exif
    Image.new("L", size, 255).save(path, exif=exif)
    return path


def taken(queue: Path, *answers: Path, image: Path | None = None) -> list[Imported]:
    return list(import_answers(queue, answers, image))


def box_of(store: Store, imported: Imported) -> Polygon:
    polygon = store.pages(imported.item_id)[0].lines[0].polygon
    assert polygon
    return polygon


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    return keep(tmp_path / "a.json", answer_of({"width": 200, "height": 100, "unit": "pixel"}))


# -- in the queue


def test_an_answer_stands_in_the_queue_as_done(queue: Path, store: Store, answer: Path) -> None:
    scan = picture(answer.with_name("a.png"))
    [imported] = taken(queue, answer)
    item = store.item(imported.item_id)
    assert imported == Imported(
        answer,
        item.id,
        str(scan),
        new=True,
        sentence=f"{answer}: Read 3.2 (2022-04-30), 1 page, 1 line, for {scan}",
    )
    assert (item.state, item.service, item.source) == (State.DONE, SERVICE, str(scan))
    assert (item.dialect, item.model) == ("read-3.2", "2022-04-30")
    assert (item.lines, item.doubtful, item.page_sizes) == (1, 1, ((200, 100),))
    assert store.answer(item.id) == answer.read_bytes()
    assert store.pages(item.id)[0].lines[0].text == "The fox"


def test_the_same_answer_is_not_there_twice(queue: Path, store: Store, answer: Path) -> None:
    first, second = taken(queue, answer, answer)
    assert first.new
    assert not second.new
    assert second.item_id == first.item_id
    assert "in place of the answer that was there" in second.sentence
    assert store.tally().total == 1


def test_a_newer_answer_takes_the_place_of_an_older(queue: Path, store: Store, answer: Path) -> None:
    scan = picture(answer.with_name("a.png"))
    [first] = taken(queue, answer)
    other = keep(answer.with_name("b.json"), {"recognitionResult": {"lines": [LINE, LINE]}})
    [second] = taken(queue, other, image=scan)
    assert second.item_id == first.item_id
    assert store.item(first.item_id).dialect == "recognize-text-1.0"
    assert len(store.pages(first.item_id)[0].lines) == 2


def decide(store: Store, imported: Imported) -> None:
    decision = Decision(imported.item_id, LineKey(1, 0), Verdict.ACCEPTED, reviewer="ada")
    store.decide(decision)


def test_an_answer_that_has_been_decided_on_stays(queue: Path, store: Store, answer: Path) -> None:
    picture(answer.with_name("a.png"))
    [first] = taken(queue, answer)
    decide(store, first)
    [second] = taken(queue, keep(answer, answer_of({"lines": []})))
    assert second.item_id == 0
    assert "stays, for some of its lines have been decided" in second.sentence
    item = store.item(first.item_id)
    assert (item.state, item.decided, item.lines) == (State.DONE, 1, 1)


def test_the_same_answer_is_no_trouble_when_it_has_been_decided_on(queue: Path, store: Store, answer: Path) -> None:
    [first] = taken(queue, answer)
    decide(store, first)
    [second] = taken(queue, answer)
    assert (second.item_id, second.new) == (first.item_id, False)
    assert "is in the queue already" in second.sentence
    assert store.item(first.item_id).decided == 1


def test_one_bad_answer_does_not_hold_up_the_others(queue: Path, store: Store, answer: Path) -> None:
    bad = answer.with_name("bad.json")
    bad.write_text("{")
    first, second = taken(queue, bad, answer)
    assert first.item_id == 0
    assert first.sentence == f"{bad}: This is no JSON, or is cut short. Save the service's answer as it came."
    assert second.item_id
    assert store.tally().total == 1


# -- the picture


@pytest.mark.parametrize(
    ("answer_name", "picture_name"), [("a.json", "a.PNG"), ("a.jpg.json", "a.jpg"), ("a.b.json", "a.b.tif")]
)
def test_a_picture_beside_the_answer_is_its_picture(
    queue: Path, tmp_path: Path, answer_name: str, picture_name: str
) -> None:
    scan = picture(tmp_path / picture_name)
    picture(tmp_path / "ab.png")
    [imported] = taken(queue, keep(tmp_path / answer_name, answer_of({})))
    assert imported.source == str(scan)


def test_a_name_with_its_ending_is_meant_exactly(queue: Path, tmp_path: Path) -> None:
    scan = picture(tmp_path / "a.jpg")
    picture(tmp_path / "a.png")
    picture(tmp_path / "a.jpg.tif")
    [imported] = taken(queue, keep(tmp_path / "a.jpg.json", answer_of({})))
    assert imported.source == str(scan)


def test_two_pictures_of_one_name_are_one_too_many(queue: Path, answer: Path) -> None:
    picture(answer.with_name("a.jpg"))
    picture(answer.with_name("a.png"))
    [imported] = taken(queue, answer)
    assert imported.item_id == 0
    assert "a.jpg and a.png could each be its picture" in imported.sentence


def test_pictures_are_looked_for_in_the_folder_named(queue: Path, answer: Path, tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    picture(answer.with_name("a.png"), (50, 50))
    scan = picture(tmp_path / "scans" / "a.png")
    [imported] = taken(queue, answer, image=tmp_path / "scans")
    assert imported.source == str(scan)


def test_a_picture_that_is_none_is_told_of(queue: Path, answer: Path) -> None:
    answer.with_name("a.png").write_text("no picture")
    [imported] = taken(queue, answer)
    assert imported.item_id == 0
    assert "is not an image of a kind that can be opened here" in imported.sentence


def test_boxes_are_fitted_to_a_larger_picture(queue: Path, store: Store, answer: Path) -> None:
    picture(answer.with_name("a.png"), (400, 200))
    [imported] = taken(queue, answer)
    assert box_of(store, imported) == Polygon.from_bounds(20, 40, 180, 80)


def test_a_picture_of_another_shape_is_remarked_on(queue: Path, answer: Path) -> None:
    picture(answer.with_name("a.png"), (200, 200))
    [imported] = taken(queue, answer)
    assert imported.item_id
    assert "read from 200 x 100 pixels, but the picture is 200 x 200: is it the right one?" in imported.sentence


def test_an_answer_with_more_pages_than_its_picture_is_anothers(queue: Path, answer: Path) -> None:
    picture(answer.with_name("a.png"))
    [imported] = taken(queue, keep(answer, answer_of({}, {}, {})))
    assert imported.item_id == 0
    assert "This has a page 3, but" in imported.sentence
    assert "has 1 page," in imported.sentence


def test_the_one_page_of_a_document_goes_with_its_one_picture(queue: Path, store: Store, answer: Path) -> None:
    picture(answer.with_name("a.png"))
    [imported] = taken(queue, keep(answer, answer_of({"page": 7})))
    assert [page.number for page in store.pages(imported.item_id)] == [1]


def test_the_pages_of_a_tiff_go_with_theirs(queue: Path, store: Store, answer: Path) -> None:
    pages = [Image.new("L", size, 255) for size in ((100, 100), (300, 150))]
    pages[0].save(answer.with_name("a.tif"), save_all=True, append_images=pages[1:])
    [imported] = taken(queue, keep(answer, answer_of({"page": 2, "width": 200, "height": 100})))
    [page] = store.pages(imported.item_id)
    assert (page.number, page.width, page.height) == (2, 300, 150)


def test_recorded_boxes_lie_on_the_ink_of_their_picture(queue: Path, store: Store) -> None:
    """Of a photocopy and the live answer for it: what was read there is black, and the margin is white."""
    name = "fr-2022-08-31__sdk-dac_analyze_layout-layout_stream_transform_jpg"
    if not (RECORDED / f"{name}.jpg").exists():
        pytest.skip("the recorded answers are not here")
    [imported] = taken(queue, RECORDED / f"{name}.json")
    assert imported.source == str(RECORDED / f"{name}.jpg")
    with Image.open(imported.source) as opened:
        scan = opened.convert("L")
    for line in store.pages(imported.item_id)[0].lines:
        assert line.polygon
        left, top, right, bottom = map(round, line.polygon.bounds)
        assert darkest(scan.crop((left, top, right, bottom))) < 128, line.text
        assert darkest(scan.crop((0, top, 40, bottom))) > 128, line.text


def darkest(image: Image.Image) -> int:
    return next(shade for shade, count in enumerate(image.histogram()) if count)


# -- turned pictures


@pytest.mark.parametrize(
    ("by_exif", "corners"),
    [
        (6, ((80, 10), (80, 90), (60, 90), (60, 10))),
        (8, ((20, 190), (20, 110), (40, 110), (40, 190))),
    ],
)
def test_boxes_of_a_photo_read_on_its_side_are_turned(
    queue: Path, store: Store, answer: Path, by_exif: int, corners: Any
) -> None:
    picture(answer.with_name("a.jpg"), (200, 100), by_exif=by_exif)
    [imported] = taken(queue, answer)
    page = store.pages(imported.item_id)[0]
    assert store.item(imported.item_id).page_sizes == ((100, 200),)
    assert (page.width, page.height) == (100, 200)
    assert box_of(store, imported).corners == corners
    assert "is it the right one" not in imported.sentence


def test_boxes_of_a_photo_read_upright_stay(queue: Path, store: Store, answer: Path) -> None:
    picture(answer.with_name("a.jpg"), (100, 200), by_exif=6)
    [imported] = taken(queue, answer)
    assert store.item(imported.item_id).page_sizes == ((200, 100),)
    assert box_of(store, imported) == Polygon.from_bounds(10, 20, 90, 40)


def test_the_old_ocr_turned_its_picture_and_here_it_is_turned_back(queue: Path, store: Store, answer: Path) -> None:
    picture(answer.with_name("a.png"), (100, 100))
    lines = [{"boundingBox": "40,45,20,10", "words": [{"text": "fox", "boundingBox": "40,45,20,10"}]}]
    old = {"language": "en", "textAngle": 30.0, "orientation": "Up", "regions": [{"lines": lines}]}
    [imported] = taken(queue, keep(answer, old))
    assert "the old OCR service (/ocr), which is not Read, 1 page, 1 line, for" in imported.sentence
    page = store.pages(imported.item_id)[0]
    polygon = box_of(store, imported)
    assert page.angle == pytest.approx(-30)
    assert polygon.angle == pytest.approx(-30, abs=0.01)  # of a box 20 pixels wide, kept to a hundredth of one
    assert sum(polygon.numbers[::2]) / 4 == pytest.approx(50)
    assert sum(polygon.numbers[1::2]) / 4 == pytest.approx(50)


# -- without a picture


def test_without_a_picture_the_answer_is_the_source(queue: Path, store: Store, answer: Path) -> None:
    [imported] = taken(queue, answer)
    item = store.item(imported.item_id)
    assert item.source == str(answer)
    assert item.page_sizes == ((200, 100),)
    assert f"without a picture (none in {answer.parent} is called a)" in imported.sentence


def test_a_picture_that_comes_later_is_taken_in_and_decisions_stay(queue: Path, store: Store, answer: Path) -> None:
    [bare] = taken(queue, answer)
    decide(store, bare)
    found = picture(answer.with_name("elsewhere.png"))
    [imported] = taken(queue, answer, image=found)
    assert imported.item_id == bare.item_id
    assert imported.sentence.endswith("which it lacked")
    item = store.item(bare.item_id)
    assert (item.picture, item.page_sizes, item.decided) == (str(found), ((200, 100),), 1)
    assert len(store.window(0, 10)) == 1


def test_inches_become_pixels(queue: Path, store: Store, answer: Path) -> None:
    page = {"width": 8.5, "height": 11, "unit": "inch", "lines": [{**LINE, "boundingBox": [1, 1, 2, 1, 2, 2, 1, 2]}]}
    [imported] = taken(queue, keep(answer, answer_of(page)))
    assert store.item(imported.item_id).page_sizes == ((1700, 2200),)
    assert box_of(store, imported) == Polygon.from_bounds(*[inch * DOTS_PER_INCH for inch in (1, 1, 2, 2)])


def test_a_page_without_a_size_is_as_large_as_its_boxes(queue: Path, store: Store, answer: Path) -> None:
    [imported] = taken(queue, keep(answer, {"recognitionResult": {"lines": [LINE]}}))
    assert store.item(imported.item_id).page_sizes == ((90, 40),)
    assert box_of(store, imported) == Polygon.from_bounds(10, 20, 90, 40)


@pytest.mark.parametrize(
    "lines", [[], [{"text": "no box"}], [{**LINE, "boundingBox": [-5, -5, -1, -5, -1, -1, -5, -1]}]]
)
def test_a_page_of_no_extent_has_no_size(queue: Path, store: Store, answer: Path, lines: list[Any]) -> None:
    [imported] = taken(queue, keep(answer, answer_of({"lines": lines, "words": []})))
    assert imported.item_id
    assert len(store.pages(imported.item_id)[0].lines) == len(lines)


@pytest.mark.parametrize("name", ["fr-2022-08-31__sdk-dac_analyze_prebuilt_read-document_read_stream_docx"])
def test_a_recorded_office_document_is_text_without_places(queue: Path, store: Store, name: str) -> None:
    if not RECORDED.exists():
        pytest.skip("the recorded answers are not here")
    [imported] = taken(queue, RECORDED / f"{name}.json")
    assert "2 pages, 97 lines, without a picture" in imported.sentence
    assert store.item(imported.item_id).page_sizes == ()


async def test_the_text_can_be_reviewed_without_a_picture(
    queue: Path, store: Store, answer: Path, opened: Opens
) -> None:
    keep(answer, answer_of({"lines": [LINE, {**LINE, "text": "jumps"}]}))
    [imported] = taken(queue, answer)
    async with opened() as pilot:
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        text = screen_text(pilot)
        await pilot.press("a")
        await pilot.pause()
        later = screen_text(pilot)
    assert "The text can be reviewed all the same." in " ".join(text.split())
    assert "line 1 of 2" in text
    assert "line 2 of 2" in later
    assert store.decisions(imported.item_id)[LineKey(1, 0)].verdict is Verdict.ACCEPTED


# -- files of every kind


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_file_may_be_in_any_encoding_of_unicode(queue: Path, store: Store, answer: Path, encoding: str) -> None:
    content = json.dumps(answer_of({"lines": [{"text": "Müße 手書"}]}), ensure_ascii=False)
    answer.write_bytes(content.encode(encoding))
    [imported] = taken(queue, answer)
    assert store.pages(imported.item_id)[0].lines[0].text == "Müße 手書"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no JSON"),
        (b"\xff\xfe\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"a": ' + b"9" * 5000 + b"}", "no JSON"),
        (b"<html>", "no JSON"),
        (b"[]", "no JSON object"),
        (b'{"status": "Running"}', "saved before the reading had ended"),
        (b'{"error": {"code": "401", "message": "Access\\u001b denied."}}', "error 401: Access␛ denied."),
    ],
)
def test_what_is_no_answer_is_told_of(queue: Path, answer: Path, content: bytes, words: str) -> None:
    answer.write_bytes(content)
    [imported] = taken(queue, answer)
    assert imported.item_id == 0
    assert imported.sentence.startswith(f"{answer}: ")
    assert words in imported.sentence


def test_files_that_cannot_be_read_are_told_of(queue: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "large.json").touch()
    os.truncate(tmp_path / "large.json", 64 * 2**20 + 1)
    names = [tmp_path, tmp_path / "pipe.json", tmp_path / "large.json", tmp_path / "gone.json", Path("nu\0ll.json")]
    folder, pipe, large, gone, null = taken(queue, *names)
    assert "This is a folder. Name the answers in it" in folder.sentence
    assert "This is no regular file" in pipe.sentence
    assert "This is larger than 64 MB" in large.sentence
    assert "This cannot be read: No such file or directory" in gone.sentence
    assert "nu␀ll.json: This cannot be read" in null.sentence


def test_a_name_that_is_no_text_is_taken_all_the_same(queue: Path, store: Store, tmp_path: Path) -> None:
    name = os.fsdecode(b"sc\xffan")
    scan = picture(tmp_path / f"{name}.png")
    [imported] = taken(queue, keep(tmp_path / f"{name}.json", answer_of({})))
    assert store.item(imported.item_id).source == str(scan)
    assert imported.sentence.isprintable()


# -- the command


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)


def test_the_command_prints_a_line_an_answer(home: dict[str, str], folder: Path) -> None:
    (folder / "scans").mkdir()
    picture(folder / "scans" / "a.png")
    keep(folder / "a.json", answer_of({}))
    keep(folder / "b.json", answer_of({"lines": [LINE] * 1200}, {}))
    done = handread(home, "import", "a.json", "b.json", "--image", "scans")
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "a.json: Read 3.2 (2022-04-30), 1 page, 1 line, for scans/a.png",
        "b.json: Read 3.2 (2022-04-30), 2 pages, 1,201 lines, without a picture (none in scans is called b)",
    ]
    status = json.loads(handread(home, "status", "--json").stdout)
    assert status["items"]["done"] == 2
    assert status["lines"]["undecided"] == 1202


def test_the_command_fails_where_one_answer_does(home: dict[str, str], folder: Path) -> None:
    keep(folder / "a.json", answer_of({}))
    keep(folder / "b.json", {"status": "Failed"})
    done = handread(home, "import", "a.json", "b.json")
    assert done.returncode == 1
    assert done.stdout.startswith("a.json: Read 3.2")
    assert done.stderr == "b.json: The service could not read this image and gave no reason.\n"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("a.json", "b.json", "--image", "a.png"), "a.png is one picture, and cannot be that of 2 answers"),
        (("a.json", "--image", "gone"), "there is no picture and no folder gone"),
        ((), "Missing argument"),
    ],
)
def test_a_wrong_argument_is_explained(
    home: dict[str, str], folder: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    picture(folder / "a.png")
    done = handread(home, "import", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "queue.db").exists()
