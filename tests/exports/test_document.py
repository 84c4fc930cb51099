"""What is exported of an item: which lines, and which text of each."""

import subprocess
import sys
from dataclasses import replace

import pytest

from tests.exports.pages import BOX, DECISIONS, ITEM, LETTER, decided, letter, read_line
from tui.exports.document import Document, Lines, Which, document_of
from tui.exports.places import upright_by
from tui.filters import parse
from tui.model import Line, LineKey, Page, Polygon, Verdict, Word


def texts(document: Document) -> list[str]:
    return [line.text for line in document.lines]


def test_the_reviewed_text_is_what_a_person_made_of_it() -> None:
    line = letter().pages[0].lines[0]
    assert (line.text, line.engine_text, line.is_reviewed) == ("Dear Silas,", "Dear Silns", True)
    assert [word.text for word in line.words] == ["Dear", "Silas,"]
    assert [word.confidence for word in line.words] == [0.98, None]
    assert line.words[1].polygon == LETTER.lines[0].words[1].polygon
    assert line.originals == ("Dear", "Silns")


def test_the_engines_text_of_a_corrected_line_is_not_reviewed_but_that_of_an_accepted_one_is() -> None:
    corrected, accepted = letter(Which.ENGINE).pages[0].lines[:2]
    assert (corrected.text, corrected.verdict, corrected.is_reviewed) == ("Dear Silns", Verdict.CORRECTED, False)
    assert (accepted.text, accepted.is_reviewed) == ("the weather & <mud>", True)


@pytest.mark.parametrize(
    ("lines", "verdicts"),
    [
        (Lines.ALL, ["corrected", "accepted", "flagged", "rejected", "undecided", "undecided", "undecided"]),
        (Lines.DECIDED, ["corrected", "accepted", "flagged", "rejected"]),
        (Lines.SETTLED, ["corrected", "accepted"]),
    ],
)
def test_lines_are_chosen_by_what_was_decided(lines: Lines, verdicts: list[str]) -> None:
    assert [line.verdict for line in letter(which_lines=lines).lines] == verdicts


def test_rejected_lines_are_no_text_even_where_all_lines_are_asked_for() -> None:
    (page,) = letter().pages
    assert "smudge" in [line.text for line in page.lines]
    assert "smudge" not in [line.text for line in page.texts]


def test_a_filter_chooses_among_the_lines_by_the_text_as_it_stands() -> None:
    assert texts(document_of(ITEM, (LETTER,), DECISIONS, filter=parse("text~Silas"))) == ["Dear Silas,"]
    assert texts(document_of(ITEM, (LETTER,), DECISIONS, filter=parse("flagged"))) == ["=2+2"]
    kept = document_of(ITEM, (LETTER,), DECISIONS, filter=parse("text~nowhere"))
    assert [page.number for page in kept.pages] == [1]
    assert texts(kept) == []


def test_lines_that_a_reviewer_moved_keep_their_names_and_decisions() -> None:
    moved = Page(1, 100, 100, 0, (Line("third"), Line("first")), numbers=(5, 0))
    decisions = {key: decided(key.line, Verdict.CORRECTED, f"corrected {key.line}") for key in moved.keys}
    document = document_of(ITEM, (moved,), decisions)
    assert [(line.key.line, line.text) for line in document.lines] == [(5, "corrected 5"), (0, "corrected 0")]
    assert texts(document_of(ITEM, (moved,), decisions, filter=parse('text~"corrected 0"'))) == ["corrected 0"]


def test_a_turned_page_keeps_the_coordinates_of_the_file() -> None:
    page = replace(LETTER, turn=1, angle=-90.0)
    (exported,) = document_of(ITEM, (page,), {}).pages
    assert (exported.width, exported.height, exported.turn) == (1000, 1400, 1)
    assert exported.lines[0].polygon == LETTER.lines[0].polygon
    assert upright_by(exported) == 90


@pytest.mark.parametrize(
    ("turn", "angle", "degrees"),
    [(0, 0.0, 0), (0, 1.5, -1.5), (1, -88.0, 88), (1, 0.0, 90), (2, 179.0, -179), (3, 90.0, -90), (2, 0.0, 180)],
)
def test_a_page_says_by_how_much_it_has_to_be_turned(turn: int, angle: float, degrees: float) -> None:
    (page,) = document_of(ITEM, (Page(1, 10, 10, angle, turn=turn),), {}).pages
    assert upright_by(page) == degrees


def test_the_size_of_a_page_is_that_of_the_file_or_of_what_is_on_it_where_the_answer_has_none() -> None:
    bare = Page(1, 0, 0, 0, (Line("a", BOX(0, 0, 30.2, 20)),))
    assert [(page.width, page.height) for page in document_of(ITEM, (bare,), {}).pages] == [(1000, 1400)]
    unknown = replace(ITEM, page_sizes=())
    assert [(page.width, page.height) for page in document_of(unknown, (bare,), {}).pages] == [(31, 20)]


def test_boxes_that_are_no_numbers_are_unknown() -> None:
    nowhere = Polygon(((float("nan"), 0), (1, 0), (1, 1), (0, 1)))
    page = Page(1, 10, 10, 0, (Line("a", nowhere, (Word("a", nowhere, float("inf")),)),))
    (line,) = document_of(ITEM, (page,), {}).lines
    assert (line.polygon, line.confidence, line.words) == (None, None, (Word("a"),))


@pytest.mark.parametrize(
    ("source", "name", "stem"),
    [
        ("scans/a.b.jpg", "a.b.jpg", "a.b"),
        ("C:\\scans\\a.jpg", "a.jpg", "a"),
        ("https://example.org/x/a%20b.png?w=1", "a b.png", "a b"),
        ("https://example.org/", "image", "image"),
        (".hidden", ".hidden", ".hidden"),
    ],
)
def test_a_document_is_named_after_its_file(source: str, name: str, stem: str) -> None:
    document = document_of(replace(ITEM, source=source), (), {})
    assert (document.name, document.stem) == (name, stem)


def test_words_know_whether_a_blank_stands_before_them() -> None:
    chinese = Line("你好 世界", None, (Word("你"), Word("好"), Word("世界")))
    (line,) = document_of(ITEM, (Page(1, 10, 10, 0, (chinese,)),), {}).lines
    assert list(zip([word.text for word in line.words], line.blanks, strict=True)) == [
        ("你", False),
        ("好", False),
        ("世界", True),
    ]


def test_what_was_read_is_shared_out_among_the_words_that_stand_there_now() -> None:
    page = Page(1, 1000, 100, 0, (read_line(0, ("to", 0.9), ("day", 0.9), ("the", 0.9), ("fax", 0.4), ("x", 0.1)),))
    key = LineKey(1, 0)
    (line,) = document_of(ITEM, (page,), {key: decided(0, Verdict.CORRECTED, "today the fox")}).lines
    assert [word.text for word in line.words] == ["today", "the", "fox"]
    assert line.originals == ("to day", "the", "fax x")


def test_the_formats_load_nothing_before_they_are_used() -> None:
    libraries = ["csv", "json", "xml.etree.ElementTree", "rapidfuzz", "PIL", "tui.arrangement", "tui.exports.document"]
    program = f"import sys, tui.exports; print([name for name in {libraries!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
