"""What Document Intelligence and Form Recognizer answer, and how lines come by their words."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.fake_service import FakeService, Step, reply, state, submission, succeeded
from tui.dialects import DIALECTS, Answer, NotUnderstood, OperationFailed, Pending, Upload, open_client
from tui.model import Line, Page, Polygon, Word

RECORDED = Path(__file__).parents[2].parent / "shared" / "recorded"
NEW = DIALECTS["document-intelligence-2024-11-30"]({})
OLD = DIALECTS["document-intelligence-2023-07-31"]({})
FORMS = DIALECTS["form-recognizer-2.1"]({})

LAYOUT = "fr-2022-08-31__sdk-dac_analyze_layout-layout"
DOCX = "fr-2022-08-31__sdk-dac_analyze_prebuilt_read-document_read_stream_docx"
FORM = "fr-v2.1__sdk-frc_content-content"


def recorded(name: str) -> Mapping[str, Any]:
    file = RECORDED / f"{name}.json"
    if not file.exists():
        pytest.skip("the recorded answers are not here")
    answer: Mapping[str, Any] = json.loads(file.read_bytes())
    return answer


def span(offset: int, length: int) -> dict[str, int]:
    return {"offset": offset, "length": length}


def spanned(text: str, offset: int, **more: Any) -> dict[str, Any]:
    return {"content": text, "span": span(offset, len(text)), "spans": [span(offset, len(text))], **more}


def page_of(content: str, *, lines: Any = None, words: Any = None, **result: Any) -> Page:
    page = {"pageNumber": 1, "lines": lines, "words": words}
    [only] = NEW.parse({"analyzeResult": {"content": content, "pages": [page], **result}})
    return only


def shown(page: Page) -> list[tuple[str, list[str]]]:
    """Return the text of each line and those of its words."""
    return [(line.text, [word.text for word in line.words]) for line in page.lines]


# -- what services wrote


def test_the_signature_is_the_one_line_written_by_hand() -> None:
    [page] = OLD.parse(recorded(f"{LAYOUT}_stream_transform_jpg"))
    assert (page.width, page.height, page.angle) == (1700, 2200, 0)
    assert [line for line in page.lines if line.handwritten] == [
        Line(
            "Bernie Sanders",
            Polygon.from_numbers([481, 1669, 764, 1670, 764, 1707, 481, 1707]),
            (
                Word("Bernie", Polygon.from_numbers([487, 1671, 603, 1670, 603, 1707, 488, 1708]), 0.996),
                Word("Sanders", Polygon.from_numbers([618, 1670, 763, 1671, 762, 1708, 618, 1707]), 0.997),
            ),
            handwritten=True,
        )
    ]
    assert all(line.handwritten is False for line in page.lines if line.text != "Bernie Sanders")


def test_form_recognizer_knows_the_same_signature() -> None:
    [page] = FORMS.parse(recorded(f"{FORM}_stream_jpg"))
    [signature] = [line for line in page.lines if line.handwritten]
    assert signature.text == "Bernie Sanders"
    assert signature.polygon == Polygon.from_numbers([484, 1670, 764, 1670, 764, 1707, 484, 1706])


@pytest.mark.parametrize(
    ("dialect", "name"), [(OLD, f"{LAYOUT}_multipage_transform"), (FORMS, f"{FORM}_multipage")], ids=["new", "old"]
)
def test_inches_become_pixels_of_the_image(dialect: Any, name: str) -> None:
    pages = dialect.parse(recorded(name))
    assert [(page.number, page.width, page.height) for page in pages] == [(1, 8.5, 11), (2, 8.5, 11), (3, 8.5, 11)]
    first = pages[0].lines[0]
    assert first.text == "Company A Invoice"
    assert first.polygon == Polygon.from_numbers([0.8861, 1.1217, 2.3783, 1.1217, 2.3783, 1.2812, 0.8861, 1.2812])
    assert first.words[0].confidence == 1
    fitted = pages[0].fitted(1700, 2200).lines[0].polygon
    assert fitted
    assert fitted.bounds == pytest.approx((177.22, 224.34, 475.66, 256.24))


def test_an_office_document_has_lines_without_places() -> None:
    document, picture = OLD.parse(recorded(DOCX))
    assert (document.width, document.height, document.angle) == (0, 0, 0)
    assert [line.text for line in document.lines[:4]] == ["Contoso", "DATE", "March 13th", "INVOICE NO"]
    assert all(line.polygon is None and line.handwritten is False for line in document.lines)
    assert all(word.polygon is None and word.confidence == 1 for line in document.lines for word in line.words)
    assert document.fitted(100, 200).lines == document.lines
    assert (picture.number, picture.width, round(picture.angle, 3)) == (2, 884, 3.178)
    assert picture.lines[0].polygon == Polygon.from_numbers([461, 53, 792, 74, 790, 187, 454, 171])


async def told_of(step: Step) -> Pending | Answer:
    """Poll an operation that answers like this."""
    with FakeService([submission(step)]) as service:
        async with open_client(service.url, "") as http:
            pending = await NEW.submit(http, Upload(content=b"image"))
            assert isinstance(pending, Pending)
            return await NEW.poll(http, pending)


async def test_a_recorded_failure_names_the_page() -> None:
    with pytest.raises(OperationFailed) as caught:
        await told_of(reply(recorded("di-2024-11-30__docs-failed-with-details")))
    assert caught.value.code == "InternalServerError"
    assert caught.value.sentence == (
        "An unexpected error occurred. Page 2: The input image dimensions are out of range. Refer to documentation for "
        "supported image dimensions."
    )


# -- how an operation ends


@pytest.mark.parametrize("word", ["canceled", "skipped"])
async def test_an_operation_that_was_called_off_has_failed(word: str) -> None:
    with pytest.raises(OperationFailed, match="gave no reason"):
        await told_of(state(word))


async def test_only_a_number_is_the_page_of_a_failure() -> None:
    details = [{"message": "Bad value.", "target": "pages"}, {"message": "Too dark.", "target": 3}]
    with pytest.raises(OperationFailed, match=r"^Failed\. Bad value\. Page 3: Too dark\.$"):
        await told_of(state("failed", error={"message": "Failed.", "details": details}))


async def test_what_the_service_remarks_stands_beside_its_answer() -> None:
    warnings = [{"code": "PagesLimit", "message": "Only 2 pages\x1b were read.", "target": "3"}, None, {"message": 1}]
    answer = await told_of(succeeded({"analyzeResult": {"pages": [], "warnings": warnings}}, "succeeded"))
    assert isinstance(answer, Answer)
    assert answer.remarks == "Page 3: Only 2 pages␛ were read."


@pytest.mark.parametrize("result", [None, {}, {"warnings": []}, {"warnings": 3}, {"warnings": "text"}])
async def test_an_answer_without_warnings_has_no_remarks(result: object) -> None:
    answer = await told_of(succeeded({"analyzeResult": result}, "succeeded"))
    assert isinstance(answer, Answer)
    assert answer.remarks == ""


@pytest.mark.parametrize("answer", [{}, {"analyzeResult": 3}, {"analyzeResult": {"readResults": []}}])
def test_an_answer_without_pages_is_not_understood(answer: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood, match=r"holds no analyzeResult\.pages\."):
        NEW.parse(answer)


# -- lines and their words


def test_words_go_to_the_lines_whose_spans_they_lie_in() -> None:
    words = [spanned("ab", 0), spanned("cd", 3), spanned("ef", 6)]
    page = page_of("ab cd\nef", lines=[spanned("ab cd", 0), spanned("ef", 6)], words=words)
    assert shown(page) == [("ab cd", ["ab", "cd"]), ("ef", ["ef"])]


def test_lines_keep_the_services_order() -> None:
    page = page_of("ab\ncd", lines=[spanned("cd", 3), spanned("ab", 0)], words=[spanned("ab", 0), spanned("cd", 3)])
    assert shown(page) == [("cd", ["cd"]), ("ab", ["ab"])]


def test_a_line_may_be_in_two_pieces() -> None:
    line = {"content": "ab ef", "spans": [span(0, 2), span(6, 2)]}
    words = [spanned("ab", 0), spanned("cd", 3), spanned("ef", 6)]
    page = page_of("ab cd ef", lines=[line, spanned("cd", 3)], words=words)
    assert shown(page) == [("ab ef", ["ab", "ef"]), ("cd", ["cd"])]


def test_a_word_of_no_line_is_a_line_of_its_own() -> None:
    words = [spanned("ab", 0), spanned("cd", 3), spanned("ef", 6)]
    page = page_of("ab\ncd ef", lines=[spanned("ab", 0)], words=words)
    assert shown(page) == [("ab", ["ab"]), ("cd ef", ["cd", "ef"])]


def test_a_word_that_does_not_say_where_it_stands_is_in_its_lines_text() -> None:
    page = page_of("ab", lines=[spanned("ab", 0)], words=[{"content": "ab"}])
    assert shown(page) == [("ab", [])]


def test_a_line_without_text_or_box_has_those_of_its_words() -> None:
    words = [spanned("ab", 0, polygon=[0, 0, 9, 0, 9, 5, 0, 5]), spanned("cd", 3, polygon=[10, 1, 19, 1, 19, 6, 10, 6])]
    [line] = page_of("ab cd", lines=[{"spans": [span(0, 5)]}], words=words).lines
    assert line.text == "ab cd"
    assert line.polygon == Polygon.from_numbers([0, 0, 19, 1, 19, 6, 0, 5])


def test_what_says_nothing_is_left_out() -> None:
    page = page_of("", lines=[{}, None, {"content": ""}], words=[{}, {"content": ""}, 3])
    assert page.lines == ()


# -- words without lines


def test_words_without_lines_are_cut_where_the_text_is() -> None:
    words = [spanned("ab", 0), spanned("cd", 3), spanned("ef", 6)]
    assert shown(page_of("ab\ncd ef", words=words)) == [("ab", ["ab"]), ("cd ef", ["cd", "ef"])]


def test_words_without_lines_are_cut_where_a_paragraph_ends() -> None:
    paragraphs = [{"spans": [span(0, 2)]}, {"spans": [span(3, 5)]}]
    words = [spanned("ab", 0), spanned("cd", 3), spanned("ef", 6)]
    page = page_of("ab cd ef", words=words, paragraphs=paragraphs)
    assert shown(page) == [("ab", ["ab"]), ("cd ef", ["cd", "ef"])]


def test_words_far_apart_are_not_one_line() -> None:
    page = page_of("ab" + " " * 2000 + "cd", words=[spanned("ab", 0), spanned("cd", 2002)])
    assert shown(page) == [("ab", ["ab"]), ("cd", ["cd"])]


def test_characters_that_are_words_are_joined_as_the_text_joins_them() -> None:
    assert shown(page_of("手書", words=[spanned("手", 0), spanned("書", 1)])) == [("手書", ["手", "書"])]


def test_words_that_say_nothing_of_their_place_are_one_line() -> None:
    assert shown(page_of("", words=[{"content": "ab"}, {"content": "cd"}])) == [("ab cd", ["ab", "cd"])]


@pytest.mark.parametrize(("unit", "offset"), [("unicodeCodePoint", 2), ("utf16CodeUnit", 3), ("textElements", 2)])
def test_the_text_is_cut_in_the_unit_that_the_answer_names(unit: str, offset: int) -> None:
    words = [{"content": "😀", "span": span(0, offset - 1)}, spanned("ab", offset), spanned("cd", offset + 3)]
    page = page_of("😀\nab cd", words=words, stringIndexType=unit)
    assert shown(page) == [("😀", ["😀"]), ("ab cd", ["ab", "cd"])]


# -- handwriting


def hands(*styles: Any) -> list[bool | None]:
    page = page_of("ab\ncd", lines=[spanned("ab", 0), spanned("cd", 3)], styles=list(styles))
    return [line.handwritten for line in page.lines]


def test_what_a_style_says_was_written_by_hand_was() -> None:
    assert hands({"isHandwritten": True, "spans": [span(3, 2)]}) == [False, True]
    assert hands({"isHandwritten": True, "spans": [span(0, 1), span(4, 1)]}) == [True, True]


def test_other_styles_say_nothing_of_hands() -> None:
    assert hands({"isHandwritten": False, "spans": [span(0, 5)]}, {"fontStyle": "italic"}) == [False, False]
    assert hands({"isHandwritten": "true", "spans": [span(0, 5)]}) == [False, False]


def test_without_styles_the_hand_is_unknown() -> None:
    assert page_of("ab", lines=[spanned("ab", 0)]).lines[0].handwritten is None


def test_words_without_lines_have_a_hand_too() -> None:
    styles = [{"isHandwritten": True, "spans": [span(3, 2)]}]
    page = page_of("ab\ncd", words=[spanned("ab", 0), spanned("cd", 3)], styles=styles)
    assert [line.handwritten for line in page.lines] == [False, True]
