"""When each service ends, and what is said before and after."""

import re
from datetime import date, timedelta

import pytest

from tui.dialects import DIALECTS, notice_of
from tui.dialects.retirement import RETIREMENTS, WARNED_BEFORE, Stage, sentence_of, stage_of

TODAY = date(2026, 11, 22)
DATED = [name for name, end in RETIREMENTS.items() if end.last_day]


def test_every_dialect_has_its_place_in_the_table() -> None:
    assert set(RETIREMENTS) == set(DIALECTS)


@pytest.mark.parametrize("name", DIALECTS)
def test_successors_are_dialects_that_last_longer(name: str) -> None:
    end = RETIREMENTS[name]
    for words in end.successors:
        successor = RETIREMENTS[words.split()[0]]
        assert successor is not end
        assert end.last_day is None or successor.last_day is None or successor.last_day > end.last_day
    assert bool(end.instead) == bool(end.successors)


@pytest.mark.parametrize("name", DATED)
def test_the_date_that_a_refusal_names_is_that_of_the_table(name: str) -> None:
    successor: str = DIALECTS[name]({}).counter.successor  # type: ignore[attr-defined]
    assert RETIREMENTS[name].day in successor
    assert re.findall(r"\d+ [A-Z][a-z]+ \d{4}", successor) == [RETIREMENTS[name].day]


@pytest.mark.parametrize("name", DATED)
def test_the_notice_comes_half_a_year_before_the_end_and_stays(name: str) -> None:
    end = RETIREMENTS[name].last_day
    assert end is not None
    stages = [stage_of(name, end + timedelta(days)) for days in (-WARNED_BEFORE - 1, -WARNED_BEFORE, 0, 1)]
    assert stages == [Stage.FAR, Stage.SOON, Stage.SOON, Stage.ENDED]
    assert notice_of(name, end - timedelta(WARNED_BEFORE + 1)) == ""
    for days in (-WARNED_BEFORE, -1, 0, 1, 1000):
        notice = notice_of(name, end + timedelta(days))
        assert RETIREMENTS[name].day in notice
        assert "use the dialect " in notice
        assert "\n" not in notice


@pytest.mark.parametrize(
    ("name", "today", "sentence"),
    [
        (
            "recognize-text-2.0",
            TODAY,
            (
                "Microsoft retired Recognize Text 2.0 on 13 September 2026: use the dialect read-3.2 (Read 3.2) or "
                "document-intelligence-2024-11-30 (Document Intelligence)."
            ),
        ),
        (
            "image-analysis-4.0",
            date(2028, 4, 1),
            (
                "Image Analysis 4.0 ends in 177 days, on 25 September 2028: then use the dialect "
                "document-intelligence-2024-11-30 (Document Intelligence)."
            ),
        ),
        ("image-analysis-4.0", TODAY, "Image Analysis 4.0 goes on until 25 September 2028."),
        ("read-3.2", TODAY, "Microsoft has announced no date on which Read 3.2 ends."),
    ],
)
def test_what_is_said_depends_on_the_day(name: str, today: date, sentence: str) -> None:
    assert sentence_of(name, today) == sentence


@pytest.mark.parametrize(("days", "words"), [(0, "ends today"), (-1, "ends tomorrow"), (-2, "ends in 2 days")])
def test_the_last_days_are_named(days: int, words: str) -> None:
    end = RETIREMENTS["image-analysis-4.0"].last_day
    assert end is not None
    assert words in notice_of("image-analysis-4.0", end + timedelta(days))


def test_where_no_date_is_known_there_is_no_notice() -> None:
    assert {name for name in DIALECTS if not notice_of(name, date(2100, 1, 1))} == set(DIALECTS) - set(DATED)
    assert notice_of("a dialect of tomorrow", TODAY) == ""
