"""The text alone, and the outline with coordinates."""

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
