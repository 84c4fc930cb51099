"""How fast somebody reviews."""

import pytest

from tui.pace import Pace


def paced(times: list[float]) -> Pace:
    return Pace.of((at, 1) for at in times)


def test_lines_are_counted_and_pauses_are_no_work() -> None:
    pace = paced([0.5, 6.5, 12.5, 18.5, 3618.5, 3624.5, 3630.5])
    assert pace.lines == 7
    assert pace.seconds_a_line == pytest.approx(6.0)
    assert pace.lines_an_hour == pytest.approx(600)
    assert pace.sentence == "7 today, 6.0 s a line, 600 an hour"


def test_little_is_said_while_there_is_little_to_go_by() -> None:
    assert paced([1.0, 2.0]).sentence == "2 today"
    assert Pace().sentence == "0 today"


def test_a_page_accepted_with_one_key_counts_all_its_lines_and_one_time() -> None:
    pace = paced([0.5, 4.5, 8.5, 12.5, 16.5])
    pace.take(20.5, lines=27)
    assert pace.lines == 32
    assert pace.seconds_a_line == pytest.approx(4.0)


def test_a_clock_that_is_set_back_is_no_gap() -> None:
    assert paced([100.0, 50.0, 60.0, 70.0, 80.0, 90.0, 100.0]).seconds_a_line == pytest.approx(10.0)
