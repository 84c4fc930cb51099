"""What the service says of an operation, apart from any wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.dialects import DIALECTS
from tui.dialects.spans import Span, Text
from tui.engine.answers import document_intelligence, image_analysis, read, recognize_text
from tui.engine.answers.common import LOW_BELOW
from tui.engine.operations import Operation, Order, Status
from tui.engine.reading import Alternative, Reading
from tui.model import Line, Page, Polygon, Word

WORDS = st.builds(str.__add__, st.sampled_from("abcé’ﬁ\U0001df00"), st.text("abc\u0301\u0308é\U0001df00", max_size=5))
"""Words that begin with a letter, as every word does that the engine reads; marks combine with what is before them."""
LINES = st.lists(st.lists(WORDS, min_size=1, max_size=4), max_size=5)


def box(place: float, width: float = 100, left: float = 10) -> Polygon:
    return Polygon.from_bounds(left, place, left + width, place + 20)


def page_of(lines: list[list[str]], number: int = 1) -> Page:
    made = []
    for place, words in enumerate(lines):
        at = 30.0 * place
        made.append(Line(" ".join(words), box(at), tuple(Word(word, box(at), 0.9) for word in words)))
    return Page(number, 400, 300, 1.25, tuple(made))


def ended(*pages: Page, **options: str) -> Operation:
    names = {name.replace("_", "-"): value for name, value in options.items()}
    return Operation("x", 0, 0, Status.SUCCEEDED, readings=tuple(map(Reading, pages)), order=Order(options=names))


def failed(code: str) -> Operation:
    return Operation("x", 0, 0, Status.FAILED, reason="It is torn.", code=code)


def test_only_doubtful_words_are_marked_low_in_2_0() -> None:
    place = Polygon.from_bounds(0.4, 0.6, 10, 20)
    words = (Word("sure", place, 0.95), Word("unsure", place, 0.5), Word("unknown", place))
    answer: dict[str, Any] = recognize_text.recognize_text_2_0(ended(Page(1, 10, 20, lines=(Line("", place, words),))))
    (line,) = answer["recognitionResult"]["lines"]
    assert line["boundingBox"] == [0, 1, 10, 1, 10, 20, 0, 20]
    assert [word.get("confidence") for word in line["words"]] == [None, "Low", None]
    assert "confidence" not in line["words"][0]


def test_1_0_says_nothing_of_how_sure_a_word_is_and_2_1_tells_the_page() -> None:
    one = ended(Page(1, 10, 20, -0.5, (Line("x", box(0), (Word("x", box(0), 0.1),)),)))
    assert recognize_text.recognize_text_1_0(one)["recognitionResult"]["lines"][0]["words"] == [
        {"boundingBox": [10, 0, 110, 0, 110, 20, 10, 20], "text": "x"}
    ]
    result = recognize_text.recognize_text_2_1(one)["recognitionResult"]
    assert {name: result[name] for name in result if name != "lines"} == {
        "page": 1, "clockwiseOrientation": 359.5, "width": 10, "height": 20, "unit": "pixel",
    }  # fmt: skip


@given(st.floats(-180, 180))
def test_clockwise_orientation_is_from_0_to_below_360(angle: float) -> None:
    (page,) = read.batch_read(ended(Page(1, 10, 20, angle)))["recognitionResults"]
    assert 0 <= page["clockwiseOrientation"] < 360


@given(LINES, LINES, st.sampled_from(document_intelligence.STRING_INDEX_TYPES))
def test_every_span_cuts_out_of_the_content_what_it_is_a_span_of(
    first: list[list[str]], second: list[list[str]], unit: str
) -> None:
    answer = document_intelligence.analyze_result(
        ended(page_of(first), page_of(second, 2), stringIndexType=unit, api_version="2024-11-30")
    )
    result = answer["analyzeResult"]
    assert result["stringIndexType"] == unit
    text = Text(result["content"], unit)

    def cut(span: dict[str, int]) -> str:
        return text.cut(Span(span["offset"], span["offset"] + span["length"]))

    for page in result["pages"]:
        for line in page["lines"]:
            assert cut(line["spans"][0]) == line["content"]
        for word in page["words"]:
            assert cut(word["span"]) == word["content"]
        assert cut(page["spans"][0]) == "\n".join(line["content"] for line in page["lines"])
    for paragraph in result["paragraphs"]:
        assert cut(paragraph["spans"][0]).replace("\n", " ") == paragraph["content"]


@given(LINES)
def test_our_own_client_reads_lines_and_words_back(lines: list[list[str]]) -> None:
    one = ended(page_of(lines), api_version="2023-07-31")
    for name, answer in (
        ("recognize-text-2.1", recognize_text.recognize_text_2_1(one)),
        ("read-2.1", read.batch_read(one)),
        ("read-3.2", read.read_3_2(one)),
        ("form-recognizer-2.1", read.layout_2_1(one)),
        ("image-analysis-4.0", image_analysis.image_analysis_4_0(one)),
        ("document-intelligence-2023-07-31", document_intelligence.analyze_result(one)),
    ):
        (page,) = DIALECTS[name]({}).parse(answer)
        assert [[word.text for word in line.words] for line in page.lines] == lines, name


def test_lines_close_below_each_other_are_a_paragraph_and_a_new_column_is_another() -> None:
    places = [box(0), box(25), box(100), box(0, left=300), box(25, left=300)]
    lines = tuple(Line(name, place, (Word(name, place),)) for name, place in zip("abcde", places, strict=True))
    result = document_intelligence.analyze_result(ended(Page(1, 500, 200, lines=lines)))["analyzeResult"]
    assert [paragraph["content"] for paragraph in result["paragraphs"]] == ["a b", "c", "d e"]
    assert result["paragraphs"][0]["boundingRegions"][0]["polygon"] == [10, 0, 110, 0, 110, 45, 10, 45]


def test_hands_are_named_where_the_engine_knows_them_and_not_denied_where_it_does_not() -> None:
    unknown = (Line("a", box(0)),)
    known = (Line("a", box(0), handwritten=True), Line("b", box(30), handwritten=False))
    said = [
        document_intelligence.analyze_result(ended(Page(1, 9, 9, lines=lines)))["analyzeResult"].get("styles")
        for lines in (unknown, known, known[1:])
    ]
    assert said == [None, [{"isHandwritten": True, "spans": [{"offset": 0, "length": 1}]}], []]


def test_basic_order_is_by_rows_and_natural_by_columns() -> None:
    left = [Line(f"l{place}", box(30 * place)) for place in range(5)]
    right = [Line(f"r{place}", box(30 * place, left=300)) for place in range(5)]
    page = Page(1, 500, 200, lines=(*left, *right))

    def texts(**options: str) -> str:
        (said,) = read.read_3_2(ended(page, **options))["analyzeResult"]["readResults"]
        return " ".join(line["text"] for line in said["lines"])

    assert texts(readingOrder="basic") == "l0 r0 l1 r1 l2 r2 l3 r3 l4 r4"
    assert texts(readingOrder="natural") == texts() == "l0 l1 l2 l3 l4 r0 r1 r2 r3 r4"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("InvalidImage", ("InvalidRequest", "InvalidContent")),
        ("InvalidImageSize", ("InvalidRequest", "InvalidContentDimensions")),
        ("InvalidPageRange", ("InvalidArgument", "InvalidParameter")),
        ("InternalServerError", ("InternalServerError", None)),
    ],
)
def test_document_intelligence_says_why_it_failed(code: str, said: tuple[str, str | None]) -> None:
    answer = document_intelligence.analyze_result(failed(code))
    assert "analyzeResult" not in answer
    error = answer["error"]
    assert (error["code"], error.get("innererror", {}).get("code")) == said
    assert (error.get("innererror") or error)["message"] == "It is torn."


def test_form_recognizer_says_why_it_failed() -> None:
    result = read.layout_2_1(failed("InvalidImage"))["analyzeResult"]
    assert result["errors"] == [{"code": "InvalidImage", "message": "It is torn."}]


def alternative_reading() -> Operation:
    """Return an operation that knows what else its word may be."""
    line = Line("Slas", box(0), (Word("Slas", box(0), 0.6),))
    others = (Alternative("Slas", 0.6), Alternative("Silas", 0.397), Alternative("Stas", 0.003))
    reading = Reading(Page(1, 100, 50, lines=(line,)), ((others,),), "de")
    order = Order(options={"api-version": "2024-11-30"})
    return Operation("x", 0, 0, Status.SUCCEEDED, readings=(reading,), order=order)


def test_alternatives_stand_beside_a_word_under_a_key_of_our_own() -> None:
    (page,) = read.read_3_2(alternative_reading())["analyzeResult"]["readResults"]
    assert page["x-handread"] == {"language": "de"}
    assert page["lines"][0]["x-handread"] == {"confidence": 0.6}
    (word,) = page["lines"][0]["words"]
    assert word["x-handread"] == {"alternatives": [("Slas", 0.6), ("Silas", 0.397)]}


@pytest.mark.parametrize(
    ("name", "say"),
    [
        ("read-3.0", read.read_3_0),
        ("read-3.2", read.read_3_2),
        ("form-recognizer-2.1", read.layout_2_1),
        ("image-analysis-4.0", image_analysis.image_analysis_4_0),
    ],
)
def test_our_own_client_reads_the_alternatives_back(name: str, say: Callable[[Operation], dict[str, Any]]) -> None:
    answer = json.loads(json.dumps(say(alternative_reading())))
    (page,) = DIALECTS[name]({}).parse(answer)
    assert page.lines[0].words[0].alternatives == ("Silas",)


def test_document_intelligence_has_them_too() -> None:
    (page,) = document_intelligence.analyze_result(alternative_reading())["analyzeResult"]["pages"]
    assert page["words"][0]["x-handread"]["alternatives"][1] == ("Silas", 0.397)


def test_the_oldest_services_say_nothing_that_they_never_said() -> None:
    said = [recognize_text.recognize_text_2_1(alternative_reading()), read.batch_read(alternative_reading())]
    assert all("x-handread" not in json.dumps(answer) for answer in said)


def test_a_word_is_low_below_the_measured_threshold_alone() -> None:
    words = tuple(Word(str(sure), box(0), sure) for sure in (LOW_BELOW - 0.01, LOW_BELOW))
    answer = recognize_text.recognize_text_2_0(ended(Page(1, 9, 9, lines=(Line("", box(0), words),))))
    assert [word.get("confidence") for word in answer["recognitionResult"]["lines"][0]["words"]] == ["Low", None]
