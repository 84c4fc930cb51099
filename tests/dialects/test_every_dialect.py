"""Every dialect by its name: where images go, with which parameters, how the answer comes, and what follows it."""

import contextlib
import json
import math
import re
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fake_service import FakeService, Submission, answered, reply, running, state, submission, succeeded
from tui.dialects import (
    DIALECTS,
    Answer,
    CutOff,
    Dialect,
    NotUnderstood,
    OperationGone,
    Pending,
    Retired,
    Upload,
    WrongOption,
    open_client,
)
from tui.model import Page, page_from_data, page_to_data

KEY = "0123456789abcdef0123456789abcdef"
IMAGE = Upload(content=b"\x89PNG and so on")
BOX = [1, 2, 9, 2, 9, 5, 1, 5]
POINTS = [{"x": x, "y": y} for x, y in zip(BOX[::2], BOX[1::2], strict=True)]
POINTED = {"text": "fox", "boundingPolygon": POINTS}
FLAT = {"page": 1, "lines": [{"text": "fox", "boundingBox": BOX, "words": [{"text": "fox", "boundingBox": BOX}]}]}
SPAN = {"offset": 0, "length": 3}
WORD = {"content": "fox", "polygon": BOX, "span": SPAN}
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "recognize-text": {"recognitionResult": FLAT},
    "batch": {"recognitionResults": [FLAT]},
    "read": {"analyzeResult": {"readResults": [FLAT]}},
    "image-analysis": {"readResult": {"blocks": [{"lines": [{**POINTED, "words": [POINTED]}]}]}},
    "document-intelligence": {
        "analyzeResult": {
            "content": "fox",
            "pages": [{"words": [WORD], "lines": [{"content": "fox", "polygon": BOX, "spans": [SPAN]}]}],
        }
    },
}
READ_INDEX = {"stringIndexType": "unicodeCodePoint"}
CASES: Mapping[str, tuple[str, str, Mapping[str, str], str]] = {
    "recognize-text-1.0": (
        "recognize-text",
        "/vision/v1.0/recognizeText",
        {"handwriting": "true"},
        "/vision/v1.0/textOperations/",
    ),
    "recognize-text-2.0": (
        "recognize-text",
        "/vision/v2.0/recognizeText",
        {"mode": "Handwritten"},
        "/vision/v2.0/textOperations/",
    ),
    "recognize-text-2.1": (
        "recognize-text",
        "/vision/v2.1/recognizeText",
        {"mode": "Handwritten"},
        "/vision/v2.1/textOperations/",
    ),
    "read-2.0": (
        "batch",
        "/vision/v2.0/read/core/asyncBatchAnalyze",
        {"mode": "Handwritten"},
        "/vision/v2.0/read/operations/",
    ),
    "read-2.1": ("batch", "/vision/v2.1/read/core/asyncBatchAnalyze", {}, "/vision/v2.1/read/operations/"),
    "read-3.0": ("read", "/vision/v3.0/read/analyze", {}, "/vision/v3.0/read/analyzeResults/"),
    "read-3.1": ("read", "/vision/v3.1/read/analyze", {}, "/vision/v3.1/read/analyzeResults/"),
    "read-3.2": ("read", "/vision/v3.2/read/analyze", {}, "/vision/v3.2/read/analyzeResults/"),
    "form-recognizer-2.1": (
        "read",
        "/formrecognizer/v2.1/layout/analyze",
        {},
        "/formrecognizer/v2.1/layout/analyzeResults/",
    ),
    "image-analysis-4.0": (
        "image-analysis",
        "/computervision/imageanalysis:analyze",
        {"api-version": "2024-02-01", "features": "read"},
        "",
    ),
    "document-intelligence-2023-07-31": (
        "document-intelligence",
        "/formrecognizer/documentModels/prebuilt-read:analyze",
        {"api-version": "2023-07-31", **READ_INDEX},
        "/formrecognizer/documentModels/prebuilt-read/analyzeResults/",
    ),
    "document-intelligence-2024-11-30": (
        "document-intelligence",
        "/documentintelligence/documentModels/prebuilt-read:analyze",
        {"api-version": "2024-11-30", **READ_INDEX},
        "/documentintelligence/documentModels/prebuilt-read/analyzeResults/",
    ),
}
"""For each dialect the shape of its answer, where it posts to, with which parameters, and where it polls."""

every_dialect = pytest.mark.parametrize("name", DIALECTS)


def script_of(name: str) -> Submission:
    shape, _, _, poll_path = CASES[name]
    if not poll_path:
        return answered(ANSWERS[shape])
    return submission(state("NotStarted"), running(), succeeded(ANSWERS[shape]))


async def read_by(dialect: Dialect, http: httpx.AsyncClient, upload: Upload = IMAGE) -> tuple[Page, ...]:
    """Go the whole way from an image to its pages."""
    reached = await dialect.submit(http, upload)
    while isinstance(reached, Pending):
        reached = await dialect.poll(http, reached)
    return dialect.parse(json.loads(reached.body))


async def query_of(name: str, options: Mapping[str, str]) -> Mapping[str, str]:
    """Return the parameters that a submission has."""
    with FakeService([script_of(name)]) as service:
        async with open_client(service.url, "") as http:
            await DIALECTS[name](options).submit(http, IMAGE)
        return service.posts[0].query


def test_every_dialect_is_told_of_here() -> None:
    assert set(CASES) == set(DIALECTS)


@every_dialect
def test_a_dialect_knows_its_own_name(name: str) -> None:
    assert DIALECTS[name]({}).name == name


@every_dialect
async def test_an_image_goes_the_whole_way(name: str) -> None:
    _, path, query, poll_path = CASES[name]
    with FakeService([script_of(name)], key=KEY) as service:
        async with open_client(service.url, KEY) as http:
            [page] = await read_by(DIALECTS[name]({}), http)
    [post] = service.posts
    assert (post.path, post.query, post.body) == (path, query, IMAGE.content)
    assert all(poll.path.startswith(poll_path) and poll.key == KEY for poll in service.polls)
    assert all(poll.query.get("api-version") == query.get("api-version") for poll in service.polls)
    assert len(service.polls) == (3 if poll_path else 0)
    [line] = page.lines
    assert line.text == line.words[0].text == "fox"
    assert line.polygon is not None
    assert line.words[0].polygon is not None
    assert line.polygon.numbers == line.words[0].polygon.numbers == tuple(map(float, BOX))


@every_dialect
async def test_a_url_goes_under_the_services_own_name_for_it(name: str) -> None:
    url_key = {"form-recognizer-2.1": "source"}.get(name, "urlSource" if "document" in name else "url")
    with FakeService([script_of(name)]) as service:
        async with open_client(service.url, "") as http:
            await read_by(DIALECTS[name]({}), http, Upload(url="https://example.test/a.png"))
    assert json.loads(service.posts[0].body) == {url_key: "https://example.test/a.png"}
    assert service.posts[0].headers["content-type"] == "application/json"


@every_dialect
async def test_bytes_go_as_an_octet_stream_but_to_form_recognizer_2_1(name: str) -> None:
    with FakeService([script_of(name)]) as service:
        async with open_client(service.url, "") as http:
            await DIALECTS[name]({}).submit(http, IMAGE)
    expected = "image/png" if name == "form-recognizer-2.1" else "application/octet-stream"
    assert service.posts[0].headers["content-type"] == expected


@pytest.mark.parametrize(
    ("start", "media_type"),
    [
        (b"%PDF-1.7", "application/pdf"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"MM\x00*", "image/tiff"),
        (b"BM", "image/bmp"),
        (b"PK\x03\x04", "application/octet-stream"),
        (b"", "application/octet-stream"),
    ],
)
async def test_form_recognizer_2_1_is_told_what_a_file_is(start: bytes, media_type: str) -> None:
    with FakeService([submission()]) as service:
        async with open_client(service.url, "") as http:
            await DIALECTS["form-recognizer-2.1"]({}).submit(http, Upload(content=start))
    assert service.posts[0].headers["content-type"] == media_type


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("read-3.0", {"language": "de"}),
        ("read-3.1", {"language": "de"}),
        ("form-recognizer-2.1", {"language": "de", "pages": "1-2", "readingOrder": "natural"}),
        ("image-analysis-4.0", {"language": "de", "model-version": "latest", "api-version": "2023-10-01"}),
        ("document-intelligence-2023-07-31", {"pages": "1-2", "locale": "de", "features": "ocrHighResolution"}),
        ("document-intelligence-2024-11-30", {"pages": "1-2", "locale": "de", "features": "ocrHighResolution"}),
    ],
)
async def test_options_are_passed_through_and_a_slip_is_told_of(name: str, options: dict[str, str]) -> None:
    usual = CASES[name][2]
    assert await query_of(name, options) == {**usual, **options}
    slip = f"'max_cals' is neither a setting nor a parameter: this dialect takes .*{next(iter(options))}"
    with pytest.raises(WrongOption, match=slip):
        await query_of(name, {**options, "max_cals": "1"})


@pytest.mark.parametrize("name", ["recognize-text-2.0", "recognize-text-2.1", "read-2.0"])
async def test_the_mode_is_sent_in_the_services_spelling(name: str) -> None:
    assert await query_of(name, {"mode": "printed"}) == {"mode": "Printed"}


async def test_recognize_text_1_0_knows_its_parameter_by_two_names() -> None:
    assert await query_of("recognize-text-1.0", {"handwriting": "False"}) == {"handwriting": "false"}
    assert await query_of("recognize-text-1.0", {"query": "detectHandwriting"}) == {"detectHandwriting": "true"}


@pytest.mark.parametrize(
    ("name", "option", "known"),
    [
        ("recognize-text-1.0", "handwriting", "true or false"),
        ("recognize-text-1.0", "query", "handwriting or detectHandwriting"),
        ("recognize-text-2.0", "mode", "Handwritten or Printed"),
        ("recognize-text-2.1", "mode", "Handwritten or Printed"),
        ("read-2.0", "mode", "Handwritten or Printed"),
    ],
)
def test_an_option_that_is_none_is_named_with_the_known_ones(name: str, option: str, known: str) -> None:
    with pytest.raises(WrongOption, match=f"^The {option} of {name} is {known}, not 'perhaps'\\.$"):
        DIALECTS[name]({option: "perhaps"})


@every_dialect
@pytest.mark.parametrize("status", [404, 410])
async def test_a_path_that_is_no_more_names_what_to_do(name: str, status: int) -> None:
    gone = {"error": {"code": "Gone", "message": "The requested API version has been retired."}}
    with FakeService([Submission(reply(gone, status))]) as service:
        async with open_client(service.url, "") as http:
            with pytest.raises(Retired) as caught:
                await DIALECTS[name]({}).submit(http, IMAGE)
    sentence = caught.value.sentence
    assert CASES[name][1] in sentence
    assert f"({status}: The requested API version has been retired.)" in sentence
    assert "Document Intelligence" in sentence
    assert set(re.findall(r"\b(?:read|document-intelligence)-\d[-.\d]*\d", sentence)) <= set(DIALECTS) - {name}
    if name in OFF_SINCE_2026:
        assert "13 September 2026" in sentence
        assert "dialect read-3.2" in sentence


OFF_SINCE_2026 = {name for name in CASES if name.startswith(("recognize-text", "read-2", "read-3.0", "read-3.1"))}


@every_dialect
def test_an_answer_of_another_shape_is_not_understood(name: str) -> None:
    others = [answer for shape, answer in ANSWERS.items() if shape != CASES[name][0]]
    for answer in [*others, {}, {"analyzeResult": None}, {"analyzeResult": {"pages": 3, "readResults": {}}}]:
        with pytest.raises(NotUnderstood, match="holds no") as caught:
            DIALECTS[name]({}).parse(answer)
        assert caught.value.code == "not-understood"


# -- the synchronous one


async def test_image_analysis_has_no_operations() -> None:
    async with open_client("https://vision.test", KEY) as http:
        with pytest.raises(OperationGone, match="answers at once, and keeps no operation such as"):
            await DIALECTS["image-analysis-4.0"]({}).poll(http, Pending("https://vision.test/op"))


async def test_image_analysis_keeps_its_answer_byte_by_byte() -> None:
    body = b'{ "readResult" : { "blocks": [] } }'
    with FakeService([Submission(reply(body))]) as service:
        async with open_client(service.url, "") as http:
            assert await DIALECTS["image-analysis-4.0"]({}).submit(http, IMAGE) == Answer(body)


async def test_an_image_analysis_that_breaks_off_may_have_counted() -> None:
    with FakeService([Submission(reply(b"{}", Content_Length="10", Connection="close"))]) as service:
        async with open_client(service.url, "") as http:
            with pytest.raises(CutOff):
                await DIALECTS["image-analysis-4.0"]({}).submit(http, IMAGE)


# -- whatever else may come

NAMES = ["analyzeResult", "readResults", "recognitionResult", "recognitionResults", "readResult", "blocks", "pages"]
NAMES += ["metadata", "lines", "words", "text", "content", "boundingBox", "boundingPolygon", "polygon", "x", "y"]
NAMES += ["confidence", "page", "pageNumber", "width", "height", "angle", "clockwiseOrientation", "stringIndexType"]
NAMES += ["spans", "span", "offset", "length", "styles", "isHandwritten", "paragraphs", "warnings", "unit"]
numbers = st.integers() | st.floats() | st.sampled_from([0, 1, 5, 8, -1, 10**400, 1e308, 1e-320])
boxes = st.lists(numbers, min_size=8, max_size=8)
points = st.lists(st.fixed_dictionaries({"x": numbers, "y": numbers}), min_size=4, max_size=4)
spans = st.fixed_dictionaries({"offset": st.integers(-1, 12) | numbers, "length": st.integers(-1, 12) | numbers})
texts = st.text("aB \n\x1b\u0301\u200d😀\ud83d", max_size=6)
texts |= st.sampled_from(["utf16CodeUnit", "textElements", "a\nb 😀 c", "Low"])
anything = st.recursive(
    st.none() | st.booleans() | numbers | texts | boxes | points | spans | st.lists(spans, max_size=3),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=8),
    max_leaves=12,
)
records = st.dictionaries(st.sampled_from(NAMES), anything, max_size=8)


def some(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Records that mostly look as they should."""
    return st.fixed_dictionaries({}, optional={name: value | anything for name, value in values.items()})


words = some(text=texts, content=texts, boundingBox=boxes, boundingPolygon=points, polygon=boxes, span=spans)
lines = some(
    text=texts,
    content=texts,
    boundingBox=boxes,
    boundingPolygon=points,
    polygon=boxes,
    spans=st.lists(spans, max_size=3),
    words=st.lists(words, max_size=3),
)
pages = some(
    page=numbers,
    pageNumber=numbers,
    width=numbers,
    height=numbers,
    angle=numbers,
    lines=st.lists(lines, max_size=3),
    words=st.lists(words, max_size=4),
)
results = some(
    content=st.just("a\nb 😀 c\r\nd") | texts,
    stringIndexType=st.sampled_from(["utf16CodeUnit", "textElements", "unicodeCodePoint"]),
    readResults=st.lists(pages, max_size=2),
    pages=st.lists(pages, max_size=2),
    blocks=st.lists(pages, max_size=2),
    styles=st.lists(some(isHandwritten=st.booleans(), spans=st.lists(spans, max_size=2)), max_size=2),
    paragraphs=st.lists(some(spans=st.lists(spans, max_size=2)), max_size=2),
)
answers = some(
    analyzeResult=results,
    recognitionResult=pages,
    recognitionResults=st.lists(pages, max_size=2),
    readResult=results,
    metadata=pages,
)


@given(answers | records)
def test_any_answer_is_pages_that_can_be_kept_or_not_understood(answer: Mapping[str, Any]) -> None:
    for factory in DIALECTS.values():
        with contextlib.suppress(NotUnderstood):
            for page in factory({}).parse(answer):
                assert_kept(page)
                assert_kept(page.fitted(10_000, 1))


def assert_kept(page: Page) -> None:
    assert page_from_data(json.loads(json.dumps(page_to_data(page), allow_nan=False))) == page
    assert -180 <= page.angle <= 180
    assert page.width >= 0
    assert math.isfinite(page.width)
    assert all(line.text.encode() or line.polygon for line in page.lines)
    assert all(word.text.encode() for line in page.lines for word in line.words)
