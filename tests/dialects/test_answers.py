"""Reading answers: what a value means, and whatever else may come. test_recordings.py has what real services wrote."""

import contextlib
import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.dialects import DIALECTS, NotUnderstood, WrongOption
from tui.model import Line, Page, Polygon, Word

READ = DIALECTS["read-3.2"]({})
BATCH = DIALECTS["read-2.1"]({})
RECOGNIZE = DIALECTS["recognize-text-2.0"]({})

NAMES = ["status", "analyzeResult", "readResults", "recognitionResult", "lines", "words", "text", "boundingBox"]
NAMES += ["confidence", "appearance", "style", "name", "page", "width", "height", "angle", "clockwiseOrientation"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["Low", "handwriting"]),
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(st.sampled_from(NAMES), inner),
    max_leaves=20,
)
broken_lines = st.lists(st.dictionaries(st.sampled_from(NAMES), anything) | anything, max_size=3)


def read(**page: Any) -> Page:
    [only] = READ.parse({"analyzeResult": {"readResults": [page]}})
    return only


def read_line(**line: Any) -> Line:
    [only] = read(lines=[line]).lines
    return only


def words_of(pages: tuple[Page, ...]) -> list[Word]:
    return [word for page in pages for line in page.lines for word in line.words]


def test_one_services_answer_is_not_anothers() -> None:
    with pytest.raises(NotUnderstood, match=r"no recognitionResult\."):
        RECOGNIZE.parse({"status": "succeeded", "analyzeResult": {"readResults": []}})
    with pytest.raises(NotUnderstood, match=r"no analyzeResult\.readResults\."):
        READ.parse({"status": "Succeeded", "recognitionResult": {"lines": []}})


# -- what a value means


def test_low_is_a_mark_and_not_a_number() -> None:
    words = [{"text": "a", "confidence": "Low"}, {"text": "b", "confidence": "High"}, {"text": "c"}]
    [page] = RECOGNIZE.parse({"recognitionResult": {"lines": [{"text": "a b c", "words": words}]}})
    assert [(word.confidence, word.low) for word in page.lines[0].words] == [(None, True), (None, False), (None, False)]


@pytest.mark.parametrize(
    ("said", "confidence"), [(0.5, 0.5), (1, 1.0), (0, 0.0), (None, None), ("0.5", None), (97, None), (True, None)]
)
def test_a_confidence_is_a_share_or_unknown(said: object, confidence: float | None) -> None:
    assert read_line(text="a", words=[{"text": "a", "confidence": said}]).words[0].confidence == confidence


@pytest.mark.parametrize(
    ("said", "handwritten"),
    [("handwriting", True), ("other", False), ("print", None), (None, None), (3, None)],
)
def test_a_line_is_handwritten_or_not_or_unknown(said: object, handwritten: bool | None) -> None:
    assert read_line(text="a", appearance={"style": {"name": said, "confidence": 0.9}}).handwritten is handwritten


@pytest.mark.parametrize(("said", "angle"), [(20.35, 20.35), (349.5, -10.5), (180, 180), (360, 0), (None, 0), ("9", 0)])
def test_the_angle_of_recognize_text_is_turned_to_ours(said: object, angle: float) -> None:
    [page] = RECOGNIZE.parse({"recognitionResult": {"clockwiseOrientation": said, "width": 5, "height": 7.5}})
    assert (page.angle, page.width, page.height) == (angle, 5, 7.5)


def test_batch_read_has_many_pages_in_inches_turned_clockwise() -> None:
    line = {"text": "ab", "boundingBox": [0.5, 1, 1.5, 1, 1.5, 1.25, 0.5, 1.25]}
    line["words"] = [{"text": "ab", "confidence": "Low"}]
    first = {"page": 1, "clockwiseOrientation": 349.59, "width": 8.5, "height": 11, "unit": "inch", "lines": [line]}
    pages = BATCH.parse({"recognitionResults": [first, {"page": 2, "width": 8.5, "height": 11, "lines": []}]})
    assert [(page.number, page.width, len(page.lines)) for page in pages] == [(1, 8.5, 1), (2, 8.5, 0)]
    assert pages[0].angle == pytest.approx(-10.41)
    assert pages[0].lines[0].words[0].low
    assert pages[0].fitted(850, 1100).lines[0].polygon == Polygon.from_bounds(50, 100, 150, 125)


def test_pages_keep_their_numbers_when_only_some_were_asked_for() -> None:
    answer = {"analyzeResult": {"readResults": [{"page": 3}, {"page": 5}]}}
    assert [page.number for page in READ.parse(answer)] == [3, 5]


@pytest.mark.parametrize("numbers", [[1, 1], [0, 1], [None, 7], ["1", "2"], [2.5, 1], [10**30, 1]])
def test_pages_with_useless_numbers_are_counted(numbers: list[Any]) -> None:
    answer = {"analyzeResult": {"readResults": [{"page": number} for number in numbers]}}
    assert [page.number for page in READ.parse(answer)] == [1, 2]


@pytest.mark.parametrize(
    "box",
    [
        None,
        [],
        [1, 2, 3],
        list(range(9)),
        "1,2,3,4",
        [1, 2, 3, 4, 5, 6, 7, None],
        [math.inf] * 8,
        [10**400] * 8,
        [1e10] * 8,
    ],
)
def test_a_box_that_is_none_is_left_out(box: object) -> None:
    assert read_line(text="a", boundingBox=box).polygon is None


@pytest.mark.parametrize("size", [None, 0, -5, 1e-9, 1e10, math.nan, math.inf, 10**400, "5", True])
def test_a_size_that_no_page_has_is_unknown(size: object) -> None:
    page = read(width=size, height=size)
    assert (page.width, page.height) == (0, 0)


def test_a_line_without_a_box_has_that_of_its_words() -> None:
    words = [
        {"text": "a", "boundingBox": [0, 0, 10, 1, 10, 6, 0, 5]},
        {"text": "b", "boundingBox": [20, 2, 30, 3, 30, 8, 20, 7]},
    ]
    line = read_line(words=words)
    assert line.text == "a b"
    assert line.polygon == Polygon.from_numbers([0, 0, 30, 3, 30, 8, 0, 5])


def test_what_says_nothing_is_left_out() -> None:
    assert read(lines=[{"text": ""}, {"text": None}, {}, None, 3, "a"]).lines == ()
    assert read_line(text="a", words=[{"text": ""}, {"confidence": 1}, None]).words == ()


def test_half_a_character_becomes_a_mark() -> None:
    assert read_line(text="\ud83d\ude00 \ud83d") == Line("😀 \ufffd")


def test_a_blank_page_is_a_page() -> None:
    assert READ.parse({"analyzeResult": {"readResults": [{"page": 1, "lines": []}, {"page": 2}]}}) == (
        Page(1, 0, 0),
        Page(2, 0, 0),
    )


def test_a_mode_that_is_none_is_named() -> None:
    with pytest.raises(WrongOption, match="Handwritten or Printed, not 'Cursive'"):
        DIALECTS["recognize-text-2.0"]({"mode": "Cursive"})


# -- whatever else may come


@given(st.dictionaries(st.sampled_from(NAMES), anything))
def test_any_answer_is_pages_or_not_understood(answer: Mapping[str, Any]) -> None:
    for dialect in (READ, RECOGNIZE):
        with contextlib.suppress(NotUnderstood):
            dialect.parse(answer)


@given(broken_lines, anything, anything, anything)
def test_any_lines_are_pages_that_can_be_kept(lines: list[Any], angle: Any, width: Any, words: Any) -> None:
    page = {"lines": [*lines, {"text": "a", "words": words}], "angle": angle, "clockwiseOrientation": angle}
    page |= {"width": width, "height": width}
    for pages in (
        READ.parse({"analyzeResult": {"readResults": [page]}}),
        RECOGNIZE.parse({"recognitionResult": page}),
    ):
        assert all(-180 <= one.angle <= 180 and one.width >= 0 and math.isfinite(one.width) for one in pages)
        assert all(line.text.encode() or line.polygon for one in pages for line in one.lines)
        assert all(word.text.encode() for word in words_of(pages))
