"""The text alone, and the outline with coordinates."""

import pytest

from tests.exports.pages import content, decided, letter
from tui.exports import Options
from tui.exports.document import document_of
from tui.exports.text import outline, plain_text
from tui.model import Decision, Failure, Item, Line, LineKey, Page, Polygon, State, Verdict, Word

BOX = Polygon.from_bounds(10, 20, 110, 40)
PAGE = Page(1, 200, 100, 0, (Line("the fax", BOX, (Word("the", BOX, 0.98), Word("fax", None, 0.4))), Line("jumps")))


def item(state: State = State.DONE, failure: Failure | None = None) -> Item:
    return Item(1, "scans/a.jpg", "local", state, failure=failure)


def test_the_text_is_a_line_a_row() -> None:
    assert plain_text((PAGE,), {}) == "the fax\njumps\n"


def test_pages_are_divided_by_a_form_feed() -> None:
    assert plain_text((PAGE, PAGE), {}) == "the fax\njumps\n\fthe fax\njumps\n"


def test_corrections_are_in_the_text_and_rejected_lines_are_not() -> None:
    first, second = LineKey(1, 0), LineKey(1, 1)
    decisions = {
        first: Decision(1, first, Verdict.CORRECTED, "the fox"),
        second: Decision(1, second, Verdict.REJECTED),
    }
    assert plain_text((PAGE,), decisions) == "the fox\n"


def test_control_characters_never_reach_the_terminal() -> None:
    assert plain_text((Page(1, 1, 1, 0, (Line("a\x1b[31mb\x07"),)),), {}) == "a␛[31mb␇\n"


def test_the_outline_shows_words_with_confidence_and_corners() -> None:
    assert outline(item(), (PAGE,), {}) == (
        "scans/a.jpg\n"
        "├─ page 1, 200 x 100 pixels\n"
        "│  ├─ the fax  0.69  10,20 110,20 110,40 10,40\n"
        "│  │  · the  0.98  10,20 110,20 110,40 10,40\n"
        "│  │  · fax  0.40\n"
        "│  ├─ jumps\n"
    )


def test_the_outline_says_when_there_is_nothing() -> None:
    assert outline(item(), (Page(1, 10, 10),), {}) == "scans/a.jpg: no text found\n"
    failure = Failure("unreadable", "It is empty.")
    assert outline(item(State.FAILED, failure), (), {}) == "scans/a.jpg: It is empty. (failed)\n"


def test_lines_that_were_moved_keep_their_decisions_in_print_too() -> None:
    page = Page(1, 10, 10, 0, (Line("third"), Line("first")), numbers=(5, 0))
    decisions = {key: decided(key.line, Verdict.CORRECTED, f"corrected {key.line}") for key in page.keys}
    assert plain_text((page,), decisions) == "corrected 5\ncorrected 0\n"
    assert "corrected 5" in outline(item(), (page,), decisions)


def test_a_file_of_text_is_the_text_alone() -> None:
    assert content("txt", letter()) == "Dear Silas,\nthe weather & <mud>\n=2+2\nשלום עולם\nno words, no box\n\n"


def test_a_file_of_text_shows_marks_and_where_it_comes_from_where_that_is_asked_for() -> None:
    written = content("txt", letter(), Options(with_marks=True, with_head=True)).splitlines()
    assert written[0] == '# source: scans/1911/a "letter"; 3.jpg'
    assert "# model: 2022-04-30" in written
    assert "# reviewers: ada, ben; {b}" in written
    assert "=2+2 [flagged: a sum?]" in written


def test_pages_of_a_file_are_divided_by_a_form_feed() -> None:
    document = document_of(item(), (PAGE, Page(2, 10, 10), Page(3, 10, 10, 0, (Line("end"),))), {})
    assert content("txt", document) == "the fax\njumps\n\f\fend\n"


def markdown(*texts: str) -> str:
    document = document_of(item(), (Page(1, 10, 10, 0, tuple(map(Line, texts))),), {})
    return content("md", document).split("---\n\n", 1)[1]


def test_markdown_says_where_it_comes_from_and_keeps_the_lines_of_the_page() -> None:
    written = content("md", letter())
    assert written.startswith('---\nsource: "scans/1911/a \\"letter\\"; 3.jpg"\nsha256: ')
    assert markdown("one", "two", "", "three") == "one\\\ntwo\n\nthree\n"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("# no heading", r"\# no heading"),
        ("- no list", r"\- no list"),
        ("1. no list", r"1\. no list"),
        ("--- no rule", r"\--- no rule"),
        ("a *b* _c_ `d` [e](f) <g> &amp; \\h", r"a \*b\* \_c\_ \`d\` \[e\](f) \<g\> \&amp; \\h"),
        ("    no code", "no code"),
        ("see http://example.org", r"see http\://example.org"),
    ],
)
def test_markdown_shows_just_what_is_written(text: str, written: str) -> None:
    assert markdown(text) == f"{written}\n"


def test_markdown_has_a_heading_for_each_of_several_pages() -> None:
    document = document_of(item(), (PAGE, PAGE), {})
    assert content("md", document).count("\n## Page 1\n\nthe fax\\\njumps\n") == 2
