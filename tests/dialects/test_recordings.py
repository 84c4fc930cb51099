"""Every recorded answer, one row each: what it is, what is on its pages, or what the service said was wrong."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tui.dialects import DIALECTS, NotUnderstood, OperationFailed, Refused, ServiceError
from tui.dialects.shapes import Saved, recognised
from tui.model import Line, Page, Polygon, Word

RECORDED = Path(__file__).parents[2].parent / "shared" / "recorded"
FILES = sorted(file.stem for file in RECORDED.glob("*.json"))

DOCX = "fr-2022-08-31__sdk-dac_analyze_prebuilt_read-document_read_stream_docx"
LAYOUT_JPG = "fr-2022-08-31__sdk-dac_analyze_layout-layout_stream_transform_jpg"
LAYOUT_PDF = "fr-2022-08-31__sdk-dac_analyze_layout-layout_multipage_transform"
FORM_JPG = "fr-v2.1__sdk-frc_content-content_stream_jpg"
FORM_PDF = "fr-v2.1__sdk-frc_content-content_multipage"
INVOICES: list[tuple[int, float, float, int, int]] = [(1, 8.5, 11, 39, 55), (2, 8.5, 11, 0, 0), (3, 8.5, 11, 39, 55)]


class Reads(NamedTuple):
    """What a recorded result holds."""

    dialect: str
    service: str
    model: str
    pages: list[tuple[int, float, float, int, int]]
    """For each page its number, width, height, and how many lines and words are on it."""
    first: tuple[str, list[float] | None]
    """The text and the box of its first line."""
    first_word: tuple[str, list[float] | None, float | None]
    """The text, box and confidence of its first word."""


class Fails(NamedTuple):
    """What a recorded failure says."""

    error: type[ServiceError]
    code: str
    sentence: str
    """A part of it."""


RECORDINGS: Mapping[str, Reads | Fails] = {
    "v1.0__spec-GetTextOperationResult": Reads(
        "recognize-text-1.0",
        "Recognize Text (1.0 to 2.1 write alike)",
        "",
        [(1, 0, 0, 3, 16)],
        ("Our greatest glory is not", [202, 618, 2047, 643, 2046, 840, 200, 813]),
        ("Our", [204, 627, 481, 628, 481, 830, 204, 829], None),
    ),
    "v3.0__handprint-glaser-0029": Reads(
        "read-3.0",
        "Read 3.0",
        "",
        [(1, 1459, 1792, 47, 342)],
        ("is the experimental approach, though some theoretical", [253, 174, 1349, 174, 1349, 215, 253, 216]),
        ("is", [254, 174, 303, 175, 303, 216, 254, 216], 0.982),
    ),
    "v3.1.0__quickstart-python-hand-text": Reads(
        "read-3.1",
        "Read 3.1",
        "",
        [(1, 2661, 1901, 3, 9)],
        ("The quick brown fox jumps", [67, 646, 2582, 713, 2580, 876, 67, 821]),
        ("The", [143, 650, 435, 661, 436, 823, 144, 824], 0.958),
    ),
    "v3.2__spec-GetReadResult": Reads(
        "read-3.2",
        "Read 3.2",
        "2021-04-12",
        [(1, 600, 400, 3, 15), (2, 600, 400, 1, 4)],
        ("Our greatest glory is not", [202, 618, 2047, 643, 2046, 840, 200, 813]),
        ("Our", [204, 627, 481, 628, 481, 830, 204, 829], 0.164),
    ),
    "container-v3.2__docs-tabs-vs-spaces": Reads(
        "read-3.2",
        "Read 3.2",
        "",
        [(1, 502, 252, 2, 3)],
        ("Tabs vs", [58, 42, 314, 59, 311, 123, 56, 121]),
        ("Tabs", [68, 44, 225, 59, 224, 122, 66, 123], 0.933),
    ),
    FORM_JPG: Reads(
        "form-recognizer-2.1",
        "Form Recognizer 2.1 layout",
        "",
        [(1, 1700, 2200, 54, 132)],
        ("Purchase Order", [136, 139, 351, 138, 351, 166, 136, 166]),
        ("Purchase", [137, 140, 259, 139, 259, 167, 137, 167], 0.995),
    ),
    FORM_PDF: Reads(
        "form-recognizer-2.1",
        "Form Recognizer 2.1 layout",
        "",
        INVOICES,
        ("Company A Invoice", [0.8861, 1.1217, 2.3783, 1.1217, 2.3783, 1.2812, 0.8861, 1.2812]),
        ("Company", [0.8861, 1.1232, 1.6203, 1.1232, 1.6203, 1.2812, 0.8861, 1.2812], 1),
    ),
    "fr-v2.1__sdk-frc_content-content_specify_pages-3": Reads(
        "form-recognizer-2.1",
        "Form Recognizer 2.1 layout",
        "",
        INVOICES[:2],
        ("Company A Invoice", [0.8861, 1.1217, 2.3783, 1.1217, 2.3783, 1.2812, 0.8861, 1.2812]),
        ("Company", [0.8861, 1.1232, 1.6203, 1.1232, 1.6203, 1.2812, 0.8861, 1.2812], 1),
    ),
    LAYOUT_JPG: Reads(
        "document-intelligence-2023-07-31",
        "Form Recognizer 3.0",
        "prebuilt-layout 2022-08-31",
        [(1, 1700, 2200, 54, 132)],
        ("Purchase Order", [134, 136, 353, 136, 353, 169, 134, 168]),
        ("Purchase", [135, 138, 262, 137, 261, 168, 134, 168], 0.996),
    ),
    LAYOUT_PDF: Reads(
        "document-intelligence-2023-07-31",
        "Form Recognizer 3.0",
        "prebuilt-layout 2022-08-31",
        INVOICES,
        ("Company A Invoice", [0.8861, 1.1217, 2.3783, 1.1217, 2.3783, 1.2812, 0.8861, 1.2812]),
        ("Company", [0.8861, 1.1232, 1.6203, 1.1232, 1.6203, 1.2812, 0.8861, 1.2812], 1),
    ),
    DOCX: Reads(
        "document-intelligence-2023-07-31",
        "Form Recognizer 3.0",
        "prebuilt-read 2022-08-31",
        [(1, 0, 0, 95, 131), (2, 884, 384, 2, 2)],
        ("Contoso", None),
        ("Contoso", None, 1),
    ),
    "v2.x__status-NotStarted": Fails(
        ServiceError, "unended", "saved before the reading had ended: its status is NotSt"
    ),
    "v2.x__status-Running": Fails(ServiceError, "unended", "before the reading had ended: its status is Running."),
    "container-v3.2__docs-syncAnalyze-failed": Fails(OperationFailed, "failed", "gave no reason"),
    "di-2024-11-30__docs-failed-with-details": Fails(
        OperationFailed,
        "InternalServerError",
        "An unexpected error occurred. Page 2: The input image dimensions are out of range.",
    ),
    "di-3.x__HTTP410-version-retired": Fails(Refused, "Gone", "Gone: The requested API version has been retired."),
    "fr-v2.0__HTTP429-multiapi-v2_0_compatibility": Fails(Refused, "429", "Please retry after 58 seconds."),
    "fr-v2.1__HTTP400-frc_content-damaged_file_passed_as_bytes": Fails(
        Refused, "InvalidImage", "The file submitted couldn't be parsed."
    ),
    "fr-v2.1__HTTP400-frc_content_from_url-content_url_pass_stream": Fails(
        Refused, "FailedToDownloadImage", "Failed to download image from input URL."
    ),
    "fr-v2.1__HTTP401-frc_content-content_authentication_bad_key": Fails(
        Refused, "401", "Access denied due to invalid subscription key or wrong API endpoint."
    ),
    "fr-v2.1__HTTP404-ftc_mgmt-mgmt_model_labeled_v2": Fails(
        Refused, "1022", "Model with 'id=e6a5c25c-eb93-445b-91bf-abe08171cee9' not found."
    ),
    "fr-v2.1__HTTP429-ftc_copy_model-copy_model_with_composed_model_v21": Fails(
        Refused, "429", "Please retry after 30 seconds."
    ),
}

RESULTS = [(name, row) for name, row in RECORDINGS.items() if isinstance(row, Reads)]
FAILURES = [(name, row) for name, row in RECORDINGS.items() if isinstance(row, Fails)]


def recorded(name: str) -> Mapping[str, Any]:
    file = RECORDED / f"{name}.json"
    if not file.exists():
        pytest.skip("the recorded answers are not here")
    answer: Mapping[str, Any] = json.loads(file.read_bytes())
    return answer


def saved(name: str) -> Saved:
    return recognised(recorded(name))


def words_of(page: Page) -> list[Word]:
    return [word for line in page.lines for word in line.words]


@pytest.mark.skipif(not FILES, reason="the recorded answers are not here")
def test_every_recording_has_its_row_here() -> None:
    assert sorted(RECORDINGS) == FILES


# -- results


@pytest.mark.parametrize(("name", "row"), RESULTS, ids=[name for name, _ in RESULTS])
def test_a_recorded_answer_is_recognised_and_read_whole(name: str, row: Reads) -> None:
    answer = saved(name)
    assert (answer.dialect, answer.service, answer.model) == (row.dialect, row.service, row.model)
    counts = [(page.number, page.width, page.height, len(page.lines), len(words_of(page))) for page in answer.pages]
    assert counts == row.pages
    line = answer.pages[0].lines[0]
    word = line.words[0]
    assert (line.text, box(line.polygon)) == row.first
    assert (word.text, box(word.polygon), word.confidence) == row.first_word


@pytest.mark.parametrize(("name", "row"), RESULTS, ids=[name for name, _ in RESULTS])
def test_its_own_dialect_reads_the_same(name: str, row: Reads) -> None:
    assert DIALECTS[row.dialect]({}).parse(recorded(name)) == saved(name).pages


@pytest.mark.parametrize("name", [name for name, _ in RESULTS])
def test_every_line_and_word_stands_where_the_answer_says(name: str) -> None:
    for page, raw in zip(saved(name).pages, raw_pages(recorded(name)), strict=True):
        if raw.get("lines"):
            assert [(line.text, box(line.polygon)) for line in page.lines] == [raw_place(line) for line in raw["lines"]]
        assert Counter(map(marks, words_of(page))) == Counter(map(raw_marks, raw_words(raw)))


def box(polygon: Polygon | None) -> list[float] | None:
    return list(polygon.numbers) if polygon else None


def marks(word: Word) -> str:
    return repr((word.text, box(word.polygon), word.confidence))


def raw_pages(answer: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "recognitionResult" in answer:
        return [answer["recognitionResult"]]
    result = answer["analyzeResult"]
    pages: list[Mapping[str, Any]] = result.get("readResults") or result["pages"]
    return pages


def raw_words(page: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from page.get("words", ())
    for line in page.get("lines", ()):
        yield from line.get("words", ())


def raw_place(record: Mapping[str, Any]) -> tuple[str, list[float] | None]:
    numbers = record.get("boundingBox") or record.get("polygon")
    return record.get("text") or record["content"], numbers and [float(number) for number in numbers]


def raw_marks(word: Mapping[str, Any]) -> str:
    confidence = word.get("confidence")
    return repr((*raw_place(word), None if confidence is None else float(confidence)))


def test_a_line_has_its_text_box_words_and_hand() -> None:
    [page] = saved("container-v3.2__docs-tabs-vs-spaces").pages
    assert page.angle == 2.1243
    assert page.lines[0] == Line(
        "Tabs vs",
        Polygon.from_numbers([58, 42, 314, 59, 311, 123, 56, 121]),
        (
            Word("Tabs", Polygon.from_numbers([68, 44, 225, 59, 224, 122, 66, 123]), 0.933),
            Word("vs", Polygon.from_numbers([241, 61, 314, 72, 314, 123, 239, 122]), 0.977),
        ),
        handwritten=True,
    )


@pytest.mark.parametrize(
    ("name", "hands"),
    [
        ("v1.0__spec-GetTextOperationResult", {None}),
        ("v3.0__handprint-glaser-0029", {None}),
        ("v3.1.0__quickstart-python-hand-text", {None}),
        ("v3.2__spec-GetReadResult", {True, False}),
        ("container-v3.2__docs-tabs-vs-spaces", {True}),
        (LAYOUT_JPG, {True, False}),
        (FORM_JPG, {True, False}),
        (DOCX, {False}),
    ],
)
def test_hands_are_told_where_the_service_tells_them(name: str, hands: set[bool | None]) -> None:
    assert {line.handwritten for page in saved(name).pages for line in page.lines} == hands


@pytest.mark.parametrize(
    ("name", "in_inches"), [(LAYOUT_PDF, {1, 2, 3}), (FORM_PDF, {1, 2, 3}), (LAYOUT_JPG, set()), (DOCX, set())]
)
def test_pages_say_whether_they_are_in_inches(name: str, in_inches: set[int]) -> None:
    assert saved(name).in_inches == in_inches


def test_a_page_smaller_than_its_scan_fits_it() -> None:
    [page] = saved("v3.0__handprint-glaser-0029").pages
    fitted = page.fitted(2752, 3382)
    before, after = page.lines[0].polygon, fitted.lines[0].polygon
    assert before
    assert after
    assert after.bounds[2] == pytest.approx(before.bounds[2] * 2752 / 1459)


def test_boxes_outside_the_page_are_kept() -> None:
    first = saved("v3.2__spec-GetReadResult").pages[0]
    assert first.angle == 49.59
    assert any(line.polygon and line.polygon.bounds[3] > first.height for line in first.lines)


# -- failures


@pytest.mark.parametrize(("name", "row"), FAILURES, ids=[name for name, _ in FAILURES])
def test_a_recorded_failure_says_what_the_service_said(name: str, row: Fails) -> None:
    with pytest.raises(ServiceError) as caught:
        saved(name)
    assert type(caught.value) is row.error
    assert caught.value.code == row.code
    assert row.sentence in caught.value.sentence


@pytest.mark.parametrize("name", [name for name, _ in FAILURES])
def test_no_dialect_reads_a_failure(name: str) -> None:
    for factory in DIALECTS.values():
        with pytest.raises(NotUnderstood):
            factory({}).parse(recorded(name))
