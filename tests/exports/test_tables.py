"""Tables of lines and words, and cells that no spreadsheet runs."""

import csv
import io
from dataclasses import replace

import pytest

from tests.exports.pages import BOX, ITEM, content, letter
from tui.exports import EXPORTS, Options
from tui.exports.document import document_of
from tui.exports.tables import COLUMNS
from tui.model import Line, Page


def rows(text: str, delimiter: str = ",") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def cell(text: str, *, safe: bool = True) -> str:
    document = document_of(ITEM, (Page(1, 10, 10, 0, (Line(text),)),), {})
    return rows(content("csv", document, Options(spreadsheet_safe=safe)))[0]["text"]


def test_a_row_tells_a_line_with_both_texts_and_where_it_comes_from() -> None:
    first = rows(content("csv", letter()))[0]
    assert first == {
        "image": ITEM.source,
        "sha256": ITEM.sha256,
        "page": "1",
        "line_id": "p1_l0",
        "word_id": "",
        "text": "Dear Silas,",
        "original_text": "Dear Silns",
        "confidence": "0.663",
        **dict(
            zip(COLUMNS[8:16], ["100.0", "100.0", "200.0", "100.0", "200.0", "130.0", "100.0", "130.0"], strict=True)
        ),
        "state": "corrected",
        "reason": "",
        "reviewer": "ada",
        "reviewed_at": "2025-10-10T08:53:20Z",
        "handwritten": "true",
        "service": "cloud",
        "model": "2022-04-30",
        "read_at": "2025-10-09T08:54:20Z",
    }


def test_rejected_lines_are_in_the_table_with_their_verdict() -> None:
    assert [row["state"] for row in rows(content("tsv", letter()), "\t")][3] == "rejected"


def test_a_row_may_be_a_word() -> None:
    told = rows(content("csv", letter(), Options(words=True)))
    assert [(row["word_id"], row["text"], row["original_text"], row["confidence"]) for row in told[:2]] == [
        ("p1_l0_w0", "Dear", "Dear", "0.980"),
        ("p1_l0_w1", "Silas,", "Silns", ""),
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", " =1", "＝1+1", "-"])
def test_no_text_is_run_as_a_formula(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert cell(text, safe=False) == text


def test_a_file_name_or_a_reviewers_word_is_not_run_either() -> None:
    document = replace(
        document_of(replace(ITEM, source="=cmd.jpg"), (Page(1, 9, 9, 0, (Line("a"),)),), {}), service="@x"
    )
    (row,) = rows(content("csv", document))
    assert (row["image"], row["service"]) == ("'=cmd.jpg", "'@x")


def test_a_corner_beyond_the_page_stays_a_number() -> None:
    document = document_of(ITEM, (Page(1, 10, 10, 0, (Line("a", BOX(-5, 0, 5, 5)),)),), {})
    assert rows(content("csv", document))[0]["x0"] == "-5.0"


def test_commas_go_with_the_line_ends_of_the_standard_and_tabs_with_plain_ones() -> None:
    assert content("csv", letter()).count("\r\n") == 8
    assert "\r" not in content("tsv", letter())


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_many_documents_make_one_table_with_one_head(form: str) -> None:
    gather = EXPORTS[form].gather
    assert gather is not None
    whole = b"".join(part.content for part in gather([letter(), letter()], Options())).decode()
    head, *body = content(form, letter()).splitlines(keepends=True)
    assert whole == head + "".join(body) * 2
