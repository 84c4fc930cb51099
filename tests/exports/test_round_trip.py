"""Whatever stands on a page: each format is valid, and gives back the same text."""

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exports.pages import (
    ITEM,
    alto_lines,
    complaints,
    content,
    decided,
    hocr_lines,
    letter,
    page_lines,
    page_words,
    parts,
    read_line,
)
from tui.exports import EXPORTS, Options, Part
from tui.exports.alto import NAMESPACE as ALTO
from tui.exports.characters import cleaned
from tui.exports.document import Document, Which, document_of
from tui.exports.page import NAMESPACE as PAGE
from tui.model import Decision, Line, LineKey, Page, Polygon, Verdict, Word

FEW = settings(max_examples=15)

pieces = st.one_of(
    st.text(max_size=8),
    st.text(st.characters(codec=None, categories=["Cc", "Cf", "Cs", "Cn", "Mn", "Zs", "Zl"]), max_size=4),
    st.sampled_from(
        ["שלום", "مرحبا", "e\u0301", "uͤ", "漢字", "ſ", "=1+1", "]]>", "&amp;", "<b>", "\ud800", "\ufffe", "'", '"']
    ),
)
numbers = st.one_of(st.integers(-200, 1600), st.floats(-1e6, 1e6), st.sampled_from([float("nan"), float("inf")]))
corner = st.tuples(numbers, numbers)
boxes = st.none() | st.builds(Polygon, st.tuples(corner, corner, corner, corner))
words = st.builds(
    Word,
    pieces,
    boxes,
    st.none() | st.floats(0, 1) | st.sampled_from([1.5, -1.0, float("nan")]),
    alternatives=st.tuples(pieces) | st.just(()),
)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    read = tuple(draw(st.lists(words, max_size=4)))
    said = st.sampled_from([" ", "", "  ", "\n"]).map(lambda blank: blank.join(word.text for word in read))
    return Line(draw(said | pieces), draw(boxes), read, draw(st.none() | st.booleans()))


@st.composite
def documents(draw: st.DrawFn) -> Document:
    read = tuple(
        Page(
            number,
            draw(st.sampled_from([0, 0.4, 1, 999.5])),
            draw(st.sampled_from([0, 1, 1400])),
            draw(st.sampled_from([0.0, -90.0, 179.99, float("nan")])),
            tuple(draw(st.lists(lines(), max_size=3))),
            turn=draw(st.integers(0, 3)),
        )
        for number in range(1, draw(st.integers(1, 2)) + 1)
    )
    decisions = {key: draw(decisions_on(key)) for page in read for key in page.keys if draw(st.booleans())}
    item = replace(
        ITEM, source=draw(st.sampled_from([ITEM.source, "\udcff.jpg", "a\x07]]>.tif", "https://e.org/a%20b.png"]))
    )
    return document_of(item, read, decisions, which_text=draw(st.sampled_from(Which)))


def decisions_on(key: LineKey) -> st.SearchStrategy[Decision]:
    return st.builds(
        lambda verdict, text, reason, reviewer, at: decided(
            key.line, verdict, text, page=key.page, reason=reason, reviewer=reviewer, at=at
        ),
        st.sampled_from(Verdict),
        st.none() | pieces,
        st.just("") | pieces,
        st.just("") | pieces,
        st.sampled_from([0.0, 1_760_000_000.0, 1e15]),
    )


def bare(text: str) -> str:
    """Return a text with one blank between its words."""
    return " ".join(re.split(r"\s+", text)).strip()


def texts(document: Document) -> list[str]:
    return [bare(cleaned(line.text)[0]) for page in document.pages for line in page.texts]


@FEW
@given(documents())
def test_every_alto_is_valid_and_says_the_text(document: Document) -> None:
    for version in ("4.4", "4.2"):
        written = parts("alto", document, Options(alto_version=version, language="ar"))
        for part in written:
            assert complaints(f"alto-{version.replace('.', '-')}.xsd", part.content) == []
        assert [bare(text) for part in written for text in alto_lines(part.content)] == texts(document)


@FEW
@given(documents())
def test_every_page_is_valid_and_says_the_text(document: Document) -> None:
    written = parts("page", document)
    for part in written:
        assert complaints("page-2019-07-15.xsd", part.content) == []
    assert [bare(text) for part in written for text in page_lines(part.content)] == texts(document)
    joined = ["".join(words) for part in written for words in page_words(part.content)]
    assert joined == [text.replace(" ", "") for text in texts(document)]


@FEW
@given(documents(), st.booleans())
def test_every_hocr_says_the_text_as_xml_and_as_html(document: Document, polygons: bool) -> None:
    (part,) = parts("hocr", document, Options(polygons=polygons))
    assert [bare(text) for text in hocr_lines(part.content)] == texts(document)
    browser = Browser()
    browser.feed(part.content.decode())
    assert browser.open == []
    assert bare("".join(browser.said)) == bare(" ".join(texts(document)))


class Browser(HTMLParser):
    """Reads the body of a file as HTML, not as XML."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 (as it is called)
        if tag != "meta":  # an element that HTML never closes
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "body" in self.open:
            self.said.append(data)


@given(documents())
def test_plain_text_has_a_row_for_each_line(document: Document) -> None:
    pages = content("txt", document).split("\f")
    assert [bare(row) for page in pages for row in page.split("\n")[:-1]] == texts(document)


@given(documents(), st.booleans())
def test_a_table_has_a_row_for_each_line_whatever_it_says(document: Document, safe: bool) -> None:
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        table = io.StringIO(content(form, document, Options(spreadsheet_safe=safe)), newline="")
        rows = list(csv.DictReader(table, delimiter=delimiter, strict=True))
        said = [cleaned(line.text)[0] for line in document.lines]
        read = [row["text"] for row in rows]
        if safe:
            assert not [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+@")]
            read, said = ([re.sub(r"^'(?=\s*[=+\-@＝＋－＠])", "", text) for text in one] for one in (read, said))
        assert read == said


@given(documents())
def test_json_keeps_every_text_as_it_is(document: Document) -> None:
    written = json.loads(content("jsonl", document))
    lines = [line for page in written["pages"] for line in page["lines"]]
    assert [(line["text"], line["engine_text"]) for line in lines] == [
        (line.text, line.engine_text) for line in document.lines
    ]


@FEW
@given(documents())
def test_the_same_queue_gives_the_same_bytes(document: Document) -> None:
    for form in ("txt", "md", "json", "jsonl", "csv", "tsv", "hocr", "alto", "page"):
        assert parts(form, document) == parts(form, document)


@FEW
@given(documents())
def test_what_was_read_is_in_the_originals_of_the_words_whole(document: Document) -> None:
    for line in document.lines:
        if line.words:
            assert " ".join(line.originals).split() == " ".join(word.text for word in line.engine_words).split()


@pytest.mark.parametrize("text", ["Dear Silas,", "", "altogether another one, and longer"])
def test_every_format_that_can_say_both_texts_keeps_them_apart(text: str) -> None:
    """An emptied line is one of which only what was read says anything."""
    line = read_line(100, ("Deer", 0.9), ("Silns", 0.4))
    page, corrected = Page(1, 1000, 1400, 0, (line,)), decided(0, Verdict.CORRECTED, text)
    document = document_of(ITEM, (page,), {corrected.key: corrected}, which_text=Which.BOTH)
    (alto,), (paged,), (hocr,) = (parts(form, document) for form in ("alto", "page", "hocr"))
    for part, schema in ((alto, "alto-4-4.xsd"), (paged, "page-2019-07-15.xsd")):
        assert complaints(schema, part.content) == []
    assert [bare(one) for one in alto_lines(alto.content)] == [text]
    alternatives = [one.text or "" for one in ET.fromstring(alto.content).iter(f"{{{ALTO}}}ALTERNATIVE")]
    assert " ".join(alternatives) == "Deer Silns"
    equivalents = ET.fromstring(paged.content).findall(f".//{{{PAGE}}}TextLine/{{{PAGE}}}TextEquiv")
    assert [(one.get("index"), one.get("comments"), one.findtext(f"{{{PAGE}}}Unicode")) for one in equivalents] == [
        ("0", "reviewed", text),
        ("1", "engine", "Deer Silns"),
    ]
    assert 'data-engine-text="Deer Silns"' in hocr.content.decode()
    assert list(hocr_lines(hocr.content)) == [text]
    for form in ("jsonl", "csv", "tsv"):
        assert "Deer Silns" in content(form, document)
    for form in ("txt", "md"):
        assert "Deer" not in content(form, document)


def test_all_formats_tell_the_same_lines_by_the_same_names() -> None:
    document = letter()
    names = [f"p1_l{number}" for number in range(7) if number != 3]
    for form, attribute in (("alto", "ID"), ("page", "id"), ("hocr", "id")):
        written = content(form, document)
        assert re.findall(rf' {attribute}="(p1_l\d+)"', written) == names
    assert [line["id"] for line in json.loads(content("json", document))["pages"][0]["lines"]] == [
        f"p1_l{number}" for number in range(7)
    ]


def test_each_format_says_what_it_replaced() -> None:
    page = Page(1, 100, 100, 0, (Line("a\x07b\x00", Polygon.from_bounds(-5, 0, 50, 20)),))
    document = document_of(ITEM, (page,), {})
    for form in ("txt", "md", "csv", "tsv", "hocr", "alto", "page"):
        (part,) = parts(form, document)
        assert part.report.characters == 2, form
        assert part.report.in_lines == (LineKey(1, 0),)
        assert "a\ufffdb\ufffd" in part.content.decode()
    assert parts("alto", document)[0].report.sentence == (
        "2 forbidden characters replaced by U+FFFD (page 1 line 1); 2 corners outside the page moved to its edge"
    )


def test_every_format_is_told_in_a_few_words() -> None:
    assert all(one.help and not one.help.endswith(".") for one in EXPORTS.values())
    assert all(isinstance(part, Part) for part in parts("txt", letter()))
