"""The language of filters: what can be written, what it means, and what is said when it cannot be understood."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.filters import (
    Age,
    All,
    Always,
    Any_,
    Filter,
    FilterError,
    LineFacts,
    Not,
    Pattern,
    Row,
    Test,
    Unknown,
    When,
    completions,
    known_fields,
    matches,
    parse,
    rows_of,
    typed_filter,
    words,
)
from tui.model import Decision, Failure, Item, Line, LineKey, Page, State, Verdict, Word
from tui.patterns import PatternRefused, compiled, literals

NOW = 1_790_000_000.0
LINE = LineFacts(LineKey(2, 4), "Silas the Weaver", 0.55, 2, Verdict.FLAGGED, "Blot", "ada", True)
ROW = Row(
    "/scans/1911/a.jpg", LINE, State.DONE, "azure-eu", "2024-11-30", "", NOW - 86400 * 9, NOW - 3600, 3, is_marked=True
)
FAILED = Row("/scans/b.jpg", None, State.FAILED, "local", error="deadline", added_at=NOW - 60)


def lets(text: str, row: Row = ROW) -> bool:
    return matches(parse(text), row, now=NOW)


@pytest.mark.parametrize(
    "text",
    [
        "",
        'conf<.6 & flagged & text~"Silas"',
        "conf<.6 flagged Silas",
        "Silas",
        '"the weaver"',
        'text="silas the weaver"',
        "text~/Sil[ae]s/",
        "/^Silas the/",
        "text!~godfrey",
        "text!~/^s/",
        "conf=55% conf>=.55 conf<=0.55 conf!=.5 conf>5.4e-1",
        "conf!=unknown",
        "doubtful",
        "doubtful=2 doubtful<3",
        "verdict=flagged decided",
        "verdict!=accepted decided=yes",
        "reason=blot by=Ada",
        "page=2 line=5",
        "handwritten",
        "handwritten!=no",
        "name~1911/",
        "name~/scans/1911/a.jpg",
        "done state!=failed",
        "service=azure-eu model~2024 pages>1 marked",
        'error=""',
        "ended<2h ended>30m",
        "added>1w",
        "added<today ended>=2026",
        "!accepted & (conf<.1 | flagged)",
        "not accepted AND (conf<.1 or flagged)",
        "!!flagged",
        "accepted | conf<.6 & flagged",
        "! ( accepted )",
        "()",
    ],
)
def test_this_lets_the_line_through(text: str) -> None:
    assert lets(text)


@pytest.mark.parametrize(
    "text",
    [
        "conf<.5",
        "!flagged",
        "text=Silas",
        "text~/silas/",
        "accepted",
        "doubtful>2",
        "conf=unknown",
        "handwritten=no",
        "handwritten=unknown",
        "page=1",
        "ended>2h",
        "added<1w",
        "added=today",
        "ended=unknown",
        "failed",
        "Silas & godfrey",
        "!()",
    ],
)
def test_this_does_not(text: str) -> None:
    assert not lets(text)


@pytest.mark.parametrize("text", ["failed", "error=deadline", "!flagged", "!text~a", "ended=unknown", "added<2m", ""])
def test_an_image_without_lines_can_be_asked_for(text: str) -> None:
    assert lets(text, FAILED)


@pytest.mark.parametrize(
    "text", ["conf<1", "conf=unknown", "conf!=.5", "undecided", "verdict!=flagged", "text!~a", 'text~""', "decided=no"]
)
def test_of_an_image_without_lines_no_test_of_a_line_is_true(text: str) -> None:
    assert not lets(text, FAILED)


def test_an_unknown_confidence_is_neither_below_nor_above_anything() -> None:
    unsure = replace(ROW, line=replace(LINE, confidence=None))
    assert lets("conf=unknown & !conf<=1 & !conf>=0 & !conf!=.5", unsure)


def test_letters_are_compared_composed_and_without_capitals() -> None:
    row = replace(ROW, line=replace(LINE, text="Die Stra\u00dfe nach Mu\u0308nchen\ud800\0"))
    assert lets("strasse M\u00fcnchen \u00fcNCHEN", row)
    assert lets("/M\u00fcn/", row)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("added=2026-11-02", True),
        ("added=2026-11", True),
        ("added=2026", True),
        ("added=2026-11-02T10", True),
        ('added="2026-11-02 10:30"', True),
        ("added=2026-11-02T10:31", False),
        ("added!=2026-11-02", False),
        ("added>2026-11-02", False),
        ("added>=2026-11-02", True),
        ("added>2026-11-01", True),
        ("added<2026-11-02", False),
        ("added<=2026-11-02", True),
        ("added<2026-12", True),
        ("added>2026", False),
    ],
)
def test_a_day_is_the_whole_of_it(text: str, holds: bool) -> None:
    at = time.mktime((2026, 11, 2, 10, 30, 59, 0, 0, -1))
    assert lets(text, replace(ROW, added_at=at)) is holds


def test_today_and_yesterday_are_days() -> None:
    assert lets("added=today", replace(ROW, added_at=NOW))
    assert lets("added=yesterday", replace(ROW, added_at=NOW - 86400))


def test_every_example_of_the_table_of_fields_is_a_filter() -> None:
    for field in known_fields():
        assert field.name in {test.field for test in [parse(field.example)] if isinstance(test, Test)}


def test_the_rows_of_an_image_are_its_lines_as_they_now_stand() -> None:
    item = Item(1, "/a\n.png", "local", State.DONE, page_sizes=((1, 1),))
    page = Page(1, 1, 1, lines=(Line("one", words=(Word("one", None, 0.5),)), Line("two")))
    decision = Decision(1, LineKey(1, 1), Verdict.CORRECTED, "Two!", reviewer="ada")
    first, second = rows_of(item, [page], {decision.key: decision})
    assert first.line == LineFacts(LineKey(1, 0), "one", 0.5, 1)
    assert matches(parse('"two!" corrected by=ada line=2 conf=unknown pages=1 name~\u240a !marked'), second)


def test_an_image_that_failed_is_one_row() -> None:
    item = Item(1, "/a.png", "local", State.FAILED, failure=Failure("gone", "It is gone."))
    (row,) = rows_of(item, [], {}, is_marked=True)
    assert matches(parse("error=gone marked failed"), row)


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("conf", 0, "conf is to be compared with something, as in conf<.6"),
        ("flagged & colour=red", 10, "there is no field colour; known are text, conf"),
        ("txt~a", 0, "did you mean text?"),
        ("conf<", 5, "write a number from 0 to 1 such as .6, or a percentage such as 60%, or unknown"),
        ("conf<60", 5, "percentage such as 60%"),
        ("conf<unknown", 5, "compared with = and !="),
        ("conf~.5", 4, "conf is compared with =, !=, <, <=, > and >="),
        ("verdict=done", 8, "it is one of undecided, accepted"),
        ("doubtful>many", 9, "write a number such as 3"),
        ("added>2026-02-30", 6, "write a time such as"),
        ("ended=2h", 6, "after < or >"),
        ("marked=perhaps", 7, "write yes or no"),
        ('text~"Silas', 5, "never closed"),
        ("(flagged", 0, "never closed"),
        ("flagged)", 7, "never opened"),
        ("flagged &", 9, "a test is missing before the end"),
        ("| flagged", 0, "a test is missing before |"),
        ("text=/a/", 5, "goes with ~"),
        ("text~/[/", 5, "the regular expression is not taken"),
        ("text~/(a+)+b/", 5, "a group that is repeated"),
        ("!" * 50 + "done", 20, "at most 20 deep"),
        ("a " * 101, 200, "at most 100 tests"),
    ],
)
def test_a_filter_that_is_not_understood_says_where_and_what_would_be(text: str, column: int, said: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert said in str(caught.value)
    assert caught.value.column == min(column, len(text))
    assert f"character {caught.value.column + 1}:" in str(caught.value)


def test_a_caret_stands_under_the_place() -> None:
    with pytest.raises(FilterError) as caught:
        parse('"\u6f22e\u0301" & colour=red')
    assert caught.value.pointed.splitlines() == ['"\u6f22e\u0301" & colour=red', "        ^"]


def test_what_is_typed_into_a_search_is_looked_for_as_it_is() -> None:
    assert words(" done & dusted ") == Test("text", "~", "done & dusted")
    assert words("/Sil[ae]s/") == Test("text", "~", Pattern("Sil[ae]s"))
    assert words("  ") == Always()


def test_what_is_typed_to_find_lines_is_a_filter_where_it_has_a_sign_of_one() -> None:
    assert typed_filter("fox jumps") == words("fox jumps")
    assert typed_filter("conf<.6 & !flagged") == parse("conf<.6 & !flagged")
    assert typed_filter("/(a|b)=/") == Test("text", "~", Pattern("(a|b)="))


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("con", ("conf",)),
        ("flagged & acc", ("accepted",)),
        ("verdict=", ("undecided", "accepted", "corrected", "flagged", "skipped", "rejected")),
        ("verdict=f", ("flagged",)),
        ("handwritten=", ("yes", "no", "unknown")),
        ("ended<t", ("today",)),
        ('text~"con', ()),
        ("conf<", ()),
        ("colour=", ()),
    ],
)
def test_a_word_that_was_begun_can_be_completed(text: str, offered: tuple[str, ...]) -> None:
    assert completions(text, len(text)) == offered


def test_everything_is_offered_where_a_test_may_begin() -> None:
    offered = completions("flagged &  | done", 10)
    assert {field.name for field in known_fields()} | {"flagged", "failed", "not"} <= set(offered)


@pytest.mark.parametrize(
    "source",
    [
        "(a+)+",
        "(a|b)*",
        "((a|b)c){2}",
        "(?:a?){20}",
        ".*.*.*.*",
        "a?" * 9,
        "(a|a)" * 7,
        "(?x)a # [\n",
        "(?P<n>a)(?P=n)",
        "(a)?(?(1)b|c)",
        "a" * 201,
        "(",
        "a{99999999999}",
    ],
)
def test_a_pattern_that_is_wrong_or_might_take_for_ever_is_refused(source: str) -> None:
    with pytest.raises(PatternRefused):
        compiled(source)


@pytest.mark.parametrize("source", [r"\d{1,2}\.\d{2,4}", "(the )?weaver", "(?i)sil[ae]s", "[[]", "(ab)+", "a|b|c" * 9])
def test_what_people_look_for_is_taken(source: str) -> None:
    assert isinstance(compiled(source), re.Pattern)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("Sil[ae]s Marn", ("Sil", "s Marn")),
        ("Silas?", ("Sila",)),
        (r"a\.b+c", ("a.", "c")),
        (r"\bold\b", ("old",)),
        ("one|two", ()),
        ("(?i)one", ()),
        ("o(ne|ther)x", ("o", "x")),
        ("a{2}b{", ("b{",)),
    ],
)
def test_what_must_stand_in_a_text_is_known_of_a_pattern(source: str, found: tuple[str, ...]) -> None:
    assert literals(source) == found


@given(
    st.text("ab.|()[]?*+{},1^$\\i:=!<", max_size=12),
    st.lists(st.sampled_from(["a", "b", "ab", ".", "1", "{", "ba", "|"]), max_size=8).map("".join),
)
def test_every_text_in_which_a_pattern_is_found_holds_its_literals(source: str, text: str) -> None:
    try:
        pattern = compiled(source)
    except PatternRefused:
        return
    if pattern.search(text):
        assert all(literal in text for literal in literals(source))


# -- filters made up ------------------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(), max_size=6) | st.sampled_from(["Silas", "and", "flagged", '"', "\\", "unknown"])
PATTERNS = st.sampled_from(["Sil[ae]s", "a/b", r"\d", "[\"']", " ", r"\\", "^$"]).map(Pattern)
NUMBERS = st.floats(0, allow_nan=False, allow_infinity=False)
COMPARED = ("=", "!=", "<", "<=", ">", ">=")


def strategies_of(
    name: str, kind: str, choices: tuple[str, ...], may_be_unknown: bool
) -> Iterator[st.SearchStrategy[Test]]:
    def of(operators: tuple[str, ...], values: st.SearchStrategy[object]) -> st.SearchStrategy[Test]:
        return st.builds(Test, st.just(name), st.sampled_from(operators), values)

    if may_be_unknown:
        yield of(("=", "!="), st.just(Unknown()))
    if kind == "text":
        yield of(("~", "!~", "=", "!="), TEXTS)
        yield of(("~", "!~"), PATTERNS)
    elif kind == "number":
        yield of(COMPARED, NUMBERS | st.integers(0, 5).map(float))
    elif kind == "share":
        yield of(COMPARED, st.floats(0, 1))
    elif kind == "choice":
        yield of(("=", "!="), st.sampled_from(choices))
    elif kind == "yes or no":
        yield of(("=", "!="), st.booleans())
    else:
        yield of(COMPARED, st.sampled_from(MOMENTS).map(When))
        yield of(("<", "<=", ">", ">="), st.builds(Age, st.floats(0, 1e6), st.sampled_from("mhdw")))


MOMENTS = ["2026", "2026-09", "2026-09-21", "2026-09-21T14", "2026-09-21T14:30", "today", "yesterday"]
TESTS: st.SearchStrategy[Filter] = st.one_of(
    [
        one
        for field in known_fields()
        for one in strategies_of(field.name, field.kind, field.choices, field.may_be_unknown)
    ]
)
FILTERS: st.SearchStrategy[Filter] = st.recursive(
    st.just(Always()) | TESTS,
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: Any_(tuple(parts)))
    ),
    max_leaves=6,
)


@given(FILTERS)
def test_a_filter_written_out_is_read_as_itself(filter_: Filter) -> None:
    assert parse(str(filter_)) == filter_


PIECES = st.sampled_from(
    [
        "conf",
        "<",
        ".6",
        " ",
        "&",
        "|",
        "!",
        "(",
        ")",
        '"',
        "text",
        "~",
        "/",
        "a",
        "flagged",
        "=",
        "2h",
        "[",
        "\\",
        "and",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join) | st.text(max_size=12))
def test_any_text_is_a_filter_or_wrong_at_a_place_within_it(text: str) -> None:
    filter_, error = understood(text)
    if error is None:
        assert parse(str(filter_)) == filter_
        assert isinstance(matches(filter_, ROW, now=NOW), bool)
    else:
        assert 0 <= error.column <= len(text)
        assert str(error).isprintable()
        assert error.pointed.endswith("^")


def understood(text: str) -> tuple[Filter, FilterError | None]:
    try:
        return parse(text), None
    except FilterError as error:
        return Always(), error


@given(PIECES, st.lists(PIECES, max_size=8).map("".join))
def test_a_word_does_not_complete_to_itself(last: str, text: str) -> None:
    assert last not in completions(text + last, len(text + last))
