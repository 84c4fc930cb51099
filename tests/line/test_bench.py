"""The bench of the line goes on working, and what it says of the cheapest acts is what was promised."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.line import acts, make_queue, round_trips, slow_review


@pytest.mark.xdist_group("program")
def test_each_act_costs_no_more_than_was_promised(tmp_path: Path) -> None:
    make_queue(tmp_path, 2)
    costs = {cost.act: cost.bytes for cost in acts(tmp_path, (80, 24), 1)}
    assert set(costs) == {"start", "move", "scroll", "page", "review", "accept", "step", "word", "edit", "idle"}
    assert costs["start"] < 20_000
    assert costs["move"] < 400
    assert costs["accept"] < 6_000
    assert costs["edit"] < 12_000
    assert all(cost > 0 for act, cost in costs.items() if act not in ("scroll", "page", "idle"))


@pytest.mark.xdist_group("program")
def test_over_a_slow_line_lines_are_reviewed_one_after_the_other(tmp_path: Path) -> None:
    make_queue(tmp_path, 1)
    line = ("--rate", "3000000", "--delay", "20", "--loss", "0")
    assert round_trips(line, 2) > 2 * 0.04
    assert slow_review(tmp_path, line, 2) > 2 * 0.04
