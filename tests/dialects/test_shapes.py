"""Saved answers: what they are by their shape, in every form in which people keep them."""

import contextlib
import json
import math
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialects.test_recordings import FORM_JPG, LAYOUT_JPG, recorded
from tui.dialects import DIALECTS, NotUnderstood, OperationFailed, Refused, ServiceError
from tui.dialects.ocr import pages_of as ocr_pages_of
from tui.dialects.shapes import OCR, Saved, recognised
from tui.model import Page, Polygon, page_from_data, page_to_data

TABS = "container-v3.2__docs-tabs-vs-spaces"
BOX = [1, 2, 9, 2, 9, 5, 1, 5]
POINTS = [{"x": x, "y": y} for x, y in zip(BOX[::2], BOX[1::2], strict=True)]
WORD = {"text": "fox", "boundingBox": BOX}
LINE = {"text": "fox", "boundingBox": BOX, "words": [WORD]}
OLD_OCR = {
    "language": "en",
    "textAngle": 0.1,
    "orientation": "Up",
    "regions": [{"lines": [{"boundingBox": "1,2,8,3", "words": [{"boundingBox": "1,2,8,3", "text": "fox"}]}]}],
}


def read_answer(version: object = None, **more: Any) -> dict[str, Any]:
    result = {"version": version, "readResults": [{"page": 1, "lines": [LINE]}], **more}
    return {"status": "succeeded", "analyzeResult": result}


def document(**result: Any) -> dict[str, Any]:
    span = {"offset": 0, "length": 3}
    word = {"content": "fox", "polygon": BOX, "span": span}
    page = {"pageNumber": 1, "words": [word], "lines": [{"content": "fox", "polygon": BOX, "spans": [span]}]}
    return {"status": "succeeded", "analyzeResult": {"content": "fox", "pages": [page], **result}}


def image_analysis(**more: Any) -> dict[str, Any]:
    line = {"text": "fox", "boundingPolygon": POINTS, "words": [{"text": "fox", "boundingPolygon": POINTS}]}
    return {"modelVersion": "2023-10-01", "readResult": {"blocks": [{"lines": [line]}]}, **more}


def snake(value: Any) -> Any:
    """Return JSON values as a Python client library spells their keys."""
    if isinstance(value, Mapping):
        return {re.sub("([A-Z])", lambda found: "_" + found[0].lower(), key): snake(one) for key, one in value.items()}
    return [snake(entry) for entry in value] if isinstance(value, list) else value


def pointed(value: Any, *keys: str) -> Any:
    """Return JSON values with boxes of these keys as points."""
    if isinstance(value, Mapping):
        return {key: points(one) if key in keys else pointed(one, *keys) for key, one in value.items()}
    return [pointed(entry, *keys) for entry in value] if isinstance(value, list) else value


def points(numbers: list[float]) -> list[dict[str, float]]:
    return [{"x": x, "y": y} for x, y in zip(numbers[::2], numbers[1::2], strict=True)]


# -- which service, which version


@pytest.mark.parametrize(
    ("answer", "dialect", "service", "model"),
    [
        (
            {"status": "Succeeded", "recognitionResult": {"lines": [LINE]}},
            "recognize-text-1.0",
            "Recognize Text (1.0 to 2.1 write alike)",
            "",
        ),
        (
            {"recognitionResult": {"lines": [{**LINE, "words": [{**WORD, "confidence": "Low"}]}]}},
            "recognize-text-2.0",
            "Recognize Text 2.x",
            "",
        ),
        (
            {"recognitionResult": {"width": 100, "height": 50, "unit": "pixel", "lines": [LINE]}},
            "recognize-text-2.1",
            "Recognize Text 2.1",
            "",
        ),
        ({"recognitionResults": [{"page": 1, "lines": [LINE]}]}, "read-2.0", "Read 2.0 or 2.1 (Batch Read)", ""),
        (read_answer("3.0.0"), "read-3.0", "Read 3.0", ""),
        (read_answer("3.1.0"), "read-3.1", "Read 3.1", ""),
        (read_answer("3.2", modelVersion="2022-04-30"), "read-3.2", "Read 3.2", "2022-04-30"),
        (read_answer("v3.2"), "read-3.2", "Read 3.2", ""),
        (read_answer(), "read-3.2", "Read 3.x", ""),
        (read_answer("soon"), "read-3.2", "Read 3.x", ""),
        (read_answer("2.1.0", pageResults=[]), "form-recognizer-2.1", "Form Recognizer 2.1 layout", ""),
        (read_answer("2.0.0"), "form-recognizer-2.1", "Form Recognizer 2.0 layout", ""),
        (read_answer(pageResults=[]), "form-recognizer-2.1", "Form Recognizer 2.x layout", ""),
        (read_answer("2.1.0", documentResults=[{}]), "form-recognizer-2.1", "Form Recognizer 2.1", ""),
        (image_analysis(), "image-analysis-4.0", "Image Analysis 4.0", "2023-10-01"),
        (
            document(apiVersion="2024-11-30", modelId="prebuilt-read"),
            "document-intelligence-2024-11-30",
            "Document Intelligence 4.0",
            "prebuilt-read 2024-11-30",
        ),
        (
            document(apiVersion="2023-07-31", modelId="prebuilt-layout"),
            "document-intelligence-2023-07-31",
            "Document Intelligence 3.1",
            "prebuilt-layout 2023-07-31",
        ),
        (
            document(apiVersion="2024-02-29-preview"),
            "document-intelligence-2024-11-30",
            "Document Intelligence",
            "2024-02-29-preview",
        ),
        (document(contentFormat="text"), "document-intelligence-2024-11-30", "Document Intelligence", ""),
        (document(), "document-intelligence-2023-07-31", "Document Intelligence", ""),
        (OLD_OCR, OCR, "the old OCR service (/ocr), which is not Read", ""),
    ],
)
def test_an_answer_is_told_by_its_shape(answer: Mapping[str, Any], dialect: str, service: str, model: str) -> None:
    saved = recognised(answer)
    assert (saved.dialect, saved.service, saved.model) == (dialect, service, model)
    assert saved.dialect in {*DIALECTS, OCR}
    [line] = saved.pages[0].lines
    assert (line.text, line.polygon) == ("fox", Polygon.from_bounds(1, 2, 9, 5))
    assert [(word.text, word.polygon) for word in line.words] == [("fox", line.polygon)]


def test_what_a_service_says_of_its_model_is_safe_to_show() -> None:
    assert recognised(read_answer("3.2", modelVersion="2022\x1b[31m")).model == "2022␛[31m"
    assert recognised(document(modelId="a\nb\ud83d" * 99, apiVersion="\x00")).model.isprintable()


def test_the_old_ocr_says_how_far_it_turned_the_picture() -> None:
    assert recognised(OLD_OCR).turned == pytest.approx(math.degrees(0.1))
    assert recognised(read_answer("3.2")).turned == 0


def test_pages_in_inches_are_known_by_their_numbers() -> None:
    results = [{"page": 3, "unit": "inch"}, {"page": 5, "unit": "pixel"}, {"page": 7}]
    assert recognised({"recognitionResults": results}).in_inches == {3}
    pages = [{"pageNumber": 1, "unit": "inch"}, {"pageNumber": 2, "unit": "Inch"}]
    assert recognised({"analyzeResult": {"pages": pages}}).in_inches == {1, 2}
    assert recognised({"recognitionResult": {"unit": "inch"}}).in_inches == {1}


# -- the forms in which answers are kept


def test_a_recording_is_read_through_its_wrapper() -> None:
    answer = {"_http": {"status": 200, "headers": {}}, "body": recorded(TABS)}
    assert recognised(answer) == recognised(recorded(TABS))


def test_read_is_known_as_its_client_library_writes_it() -> None:
    whole = recognised(recorded(TABS))
    assert recognised(snake(recorded(TABS))) == whole
    assert recognised(recorded(TABS)["analyzeResult"]) == whole
    assert recognised(snake(recorded(TABS)["analyzeResult"])) == whole
    pages = snake(recorded(TABS)["analyzeResult"]["readResults"])
    assert recognised(pages).pages == whole.pages
    assert recognised(pages).service == "Read 3.x"


@pytest.mark.parametrize(
    "answer",
    [
        {"recognitionResult": {"lines": [LINE], "clockwiseOrientation": 359}},
        {"recognitionResults": [{"page": 1, "clockwiseOrientation": 359, "lines": [LINE]}]},
        image_analysis(),
        OLD_OCR,
    ],
)
def test_other_answers_are_known_as_a_client_library_writes_them(answer: Mapping[str, Any]) -> None:
    assert recognised(snake(answer)) == recognised(answer)


def test_form_recognizer_is_known_as_its_client_library_writes_it() -> None:
    """`AnalyzeResult.to_dict()` of azure-ai-formrecognizer 3.3: no wrapper, other keys, points for numbers."""
    whole = recognised(recorded(LAYOUT_JPG))
    result = pointed(snake(recorded(LAYOUT_JPG)["analyzeResult"]), "polygon")
    del result["string_index_type"]
    assert recognised(result) == whole


def test_document_intelligence_is_known_without_its_wrapper() -> None:
    """`AnalyzeResult.as_dict()` of azure-ai-documentintelligence 1.0."""
    assert recognised(recorded(LAYOUT_JPG)["analyzeResult"]) == recognised(recorded(LAYOUT_JPG))


def test_a_list_of_pages_is_known_as_form_recognizers_library_writes_it() -> None:
    """`[page.to_dict() for page in ...]` of azure-ai-formrecognizer 3.3 with the 2.1 service."""
    whole = recognised(recorded(FORM_JPG))
    [page] = recorded(FORM_JPG)["analyzeResult"]["readResults"]
    lines = [{**line, "appearance": styled(line["appearance"]["style"])} for line in page["lines"]]
    own = {"page_number": 1, "text_angle": page["angle"], "width": page["width"], "height": page["height"]}
    saved = recognised([pointed(snake({**own, "unit": "pixel", "lines": lines}), "bounding_box")])
    assert (saved.dialect, saved.service, saved.pages) == (whole.dialect, whole.service, whole.pages)


def styled(style: Mapping[str, Any]) -> dict[str, Any]:
    return {"style_name": style["name"], "style_confidence": style["confidence"]}


# -- what is no result


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ({"error": {"code": "InvalidRequest", "message": "Bad."}}, "InvalidRequest", "InvalidRequest: Bad."),
        ({"error": {"code": "A", "message": "B.", "innererror": {"message": "C."}}}, "A", "A: B. C."),
        ({"code": "InvalidImageSize", "requestId": "1", "message": "Too large."}, "InvalidImageSize", "Too large."),
        ({"statusCode": 401, "message": "Access denied."}, "401", "401: Access denied."),
        ({"error": "unauthorized"}, "Refused", "error: unauthorized"),
        ({"error": {}, "status": 404, "message": ""}, "NotUnderstood", "known here"),
        ({"_http": {"status": 500}, "body": None}, "500", "error 500."),
        ({"_http": {"status": 429}, "body": {"message": "Slow."}}, "429", "error 429: Slow."),
    ],
)
def test_an_error_is_told_in_the_services_own_words(answer: Mapping[str, Any], code: str, words: str) -> None:
    with pytest.raises((Refused, NotUnderstood)) as caught:
        recognised(answer)
    assert words in caught.value.sentence
    if code != "NotUnderstood":
        assert caught.value.code == code


def test_a_failure_names_the_page() -> None:
    error = {"code": "X", "message": "Failed.", "details": [{"message": "Too dark.", "target": "2"}]}
    with pytest.raises(OperationFailed, match=r"^Failed\. Page 2: Too dark\.$"):
        recognised({"status": "failed", "error": error})


@pytest.mark.parametrize("status", ["canceled", "Failed", "skipped"])
def test_a_failure_without_a_reason_says_so(status: str) -> None:
    with pytest.raises(OperationFailed, match="gave no reason"):
        recognised({"status": status})


@pytest.mark.parametrize("status", ["Running", "notStarted", "Not Started", "running"])
def test_an_operation_under_way_is_no_answer(status: str) -> None:
    with pytest.raises(ServiceError, match=f"saved before the reading had ended: its status is {status}") as caught:
        recognised({"status": status, "createdDateTime": "2021-07-14T10:17:51Z"})
    assert caught.value.code == "unended"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        [],
        None,
        "text",
        3,
        [{}],
        [{"pages": []}],
        {"status": "succeeded"},
        {"pages": [{"number": 1, "lines": []}], "schema": 1},
        {"regions": []},
        {"readResult": {"pages": []}},
        {"analyzeResult": None},
        {"captionResult": {"text": "a cat"}, "modelVersion": "x"},
        {"message": "hello"},
    ],
)
def test_another_shape_is_not_understood_and_the_known_ones_are_named(answer: object) -> None:
    with pytest.raises(NotUnderstood, match=r"recognitionResult\).*readResults\).*pages\).*blocks\).*regions\)"):
        recognised(answer)


# -- whatever else may come

KEYS = ["_http", "body", "status", "error", "code", "message", "innererror", "details", "target", "statusCode"]
KEYS += ["analyzeResult", "analyze_result", "readResults", "read_results", "pageResults", "documentResults", "pages"]
KEYS += ["recognitionResult", "recognition_results", "recognitionResults", "readResult", "blocks", "regions", "lines"]
KEYS += ["words", "text", "content", "boundingBox", "bounding_box", "polygon", "boundingPolygon", "x", "y", "unit"]
KEYS += ["version", "modelVersion", "modelId", "apiVersion", "api_version", "stringIndexType", "contentFormat"]
KEYS += ["page", "pageNumber", "page_number", "angle", "textAngle", "text_angle", "orientation", "language", "width"]
KEYS += ["height", "appearance", "style", "styleName", "name", "confidence", "spans", "span", "offset", "length"]
KEYS += ["styles", "isHandwritten", "paragraphs", "metadata", "clockwiseOrientation", "\ud83d", ""]
numbers = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400), 10**4000, 1e308, 5e-324, 2**63, True])
texts = st.text(max_size=8) | st.text(st.characters(categories=["Cs", "Cc", "Lu"]), max_size=4)
texts |= st.sampled_from(["inch", "Low", "Left", "succeeded", "Running", "failed", "1,2,3,4", "1e999,nan,-1,0", "3.2"])
texts |= st.sampled_from(["utf16CodeUnit", "textElements", "2024-11-30", "zh-Hans"])
anything = st.recursive(
    st.none() | numbers | texts | st.lists(numbers, min_size=8, max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=30,
)


def some(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Records that mostly look as they should."""
    return st.fixed_dictionaries({}, optional={name: value | anything for name, value in values.items()})


boxes = st.lists(numbers, min_size=8, max_size=8) | st.lists(some(x=numbers, y=numbers), min_size=4, max_size=4)
places = {"boundingBox": boxes | texts, "polygon": boxes, "boundingPolygon": boxes}
spans = st.lists(some(offset=st.integers(0, 9), length=st.integers(0, 9)), max_size=2)
words = some(
    text=texts,
    content=texts,
    confidence=numbers | texts,
    span=spans.map(lambda some: some[0] if some else None),
    **places,
)
lines = some(text=texts, content=texts, words=st.lists(words, max_size=2), spans=spans, **places)
pages = some(
    page=numbers,
    pageNumber=numbers,
    width=numbers,
    height=numbers,
    unit=texts,
    angle=numbers,
    clockwiseOrientation=numbers,
    lines=st.lists(lines, max_size=2),
    words=st.lists(words, max_size=2),
)
listed = st.lists(pages, max_size=2)
results = some(
    version=texts,
    readResults=listed,
    pages=listed,
    blocks=listed,
    content=texts,
    stringIndexType=texts,
    apiVersion=texts,
)
bodies = some(
    status=texts,
    analyzeResult=results,
    recognitionResult=pages,
    recognitionResults=listed,
    readResult=results,
    regions=listed,
    orientation=texts,
    textAngle=numbers,
    error=anything,
)
answers = bodies | results | listed | some(_http=some(status=numbers), body=bodies)


@given(anything)
def test_any_json_is_recognised_or_a_service_error(answer: Any) -> None:
    with contextlib.suppress(ServiceError):
        recognised(answer)


@given(answers)
def test_any_answer_is_recognised_with_pages_that_can_be_kept(answer: Any) -> None:
    with contextlib.suppress(ServiceError):
        saved = recognised(answer)
        assert saved.service.isprintable()
        assert saved.model.isprintable()
        assert -180 <= saved.turned <= 180
        assert saved.in_inches <= {page.number for page in saved.pages}
        for page in saved.pages:
            assert_kept(page)


@given(st.dictionaries(st.sampled_from(KEYS), anything, max_size=8) | bodies)
def test_any_answer_is_pages_or_a_service_error_to_every_parser(answer: Mapping[str, Any]) -> None:
    for parse in (*(factory({}).parse for factory in DIALECTS.values()), ocr_pages_of):
        with contextlib.suppress(ServiceError):
            for page in parse(answer):
                assert_kept(page)


@pytest.mark.parametrize("depth", [10, 50, 900])
@pytest.mark.parametrize("key", ["analyzeResult", "error", "body", "regions", None])
def test_an_answer_may_be_nested_deep(depth: int, key: str | None) -> None:
    answer: Any = {"status": "succeeded"}
    for _ in range(depth):
        answer = {key: answer, "_http": {"status": 200}} if key else [answer]
    with pytest.raises(ServiceError):
        recognised(answer)


@given(anything)
def test_a_sentence_is_safe_to_show_whatever_an_error_says(words: Any) -> None:
    for answer in (
        {"error": words},
        {"error": {"code": words, "message": words}},
        {"status": "failed", "error": words},
    ):
        with pytest.raises(ServiceError) as caught:
            recognised(answer)
        assert caught.value.sentence.isprintable()
        assert caught.value.sentence.encode()


def test_a_number_too_large_to_be_written_is_none() -> None:
    with pytest.raises(Refused, match="error: Bad"):
        recognised({"error": {"code": 10**6000, "message": "Bad.", "details": [{"message": "x", "target": 10**6000}]}})


def assert_kept(page: Page) -> None:
    assert page_from_data(json.loads(json.dumps(page_to_data(page), allow_nan=False))) == page
    assert -180 <= page.angle <= 180


def test_what_is_recognised_is_plain_data() -> None:
    assert recognised(OLD_OCR) == Saved(
        OCR, "the old OCR service (/ocr), which is not Read", "", ocr_pages_of(OLD_OCR), turned=math.degrees(0.1)
    )
