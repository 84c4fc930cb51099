"""Shades become greys with light paper, and a drawing becomes text with no more escape sequences than it needs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.pictures.ansi import ansi, grey, grey256
from tui.pictures.cells import Cells, Run
from tui.pictures.terminal import Colours

DRAWING = Cells(6, ((Run("▌▐", 15, 0), Run("  ", 15, 5), Run("▀", 10, 5), Run(" ", 15, 0)), (Run("      ", 15, 0),)))


@pytest.mark.parametrize(
    ("colours", "rows"),
    [
        ("256", ["[38;5;16;48;5;231m▌▐[48;5;248m  [38;5;240m▀[38;5;16;48;5;231m [0m", "[38;5;16;48;5;231m      [0m"]),
        (
            "truecolor",
            [
                "[38;2;0;0;0;48;2;255;255;255m▌▐[48;2;170;170;170m  [38;2;85;85;85m▀[38;2;0;0;0;48;2;255;255;255m [0m",
                "[38;2;0;0;0;48;2;255;255;255m      [0m",
            ],
        ),
        ("16", ["[30;107m▌▐[100m  [90m▀[30;107m [0m", "[30;107m      [0m"]),
        ("none", ["▌▐  ▀ ", "      "]),
    ],
)
def test_a_row_names_only_the_colours_that_change_and_ends_reset(colours: Colours, rows: list[str]) -> None:
    expected = "".join(f"{row}\n" for row in rows).replace("[", "\x1b[")
    assert ansi(DRAWING, colours) == expected


def test_paper_is_light_unless_the_reverse_is_asked_for() -> None:
    assert (grey(0), grey(15)) == (255, 0)
    assert (grey(0, dark=True), grey(15, dark=True)) == (0, 255)
    assert "48;5;16m" in ansi(DRAWING, "256", dark=True)


@given(level=st.integers(0, 15), dark=st.booleans())
def test_the_ramp_of_256_colours_is_off_by_no_more_than_half_a_step(level: int, *, dark: bool) -> None:
    index = grey256(level, dark=dark)
    shown = {16: 0, 231: 255}.get(index, 8 + 10 * (index - 232))
    assert abs(shown - grey(level, dark=dark)) <= 9


@pytest.mark.parametrize("levels", [2, 4, 16])
def test_shades_are_spread_from_white_to_black(levels: int) -> None:
    greys = [grey(level, levels) for level in range(levels)]
    assert greys == sorted(greys, reverse=True)
    assert (greys[0], greys[-1]) == (255, 0)


runs = st.builds(Run, st.text("▌▐ ▀", min_size=1, max_size=4), st.integers(0, 15), st.integers(0, 15))


@given(
    st.lists(st.lists(runs, min_size=1, max_size=5), min_size=1, max_size=3),
    st.sampled_from(["truecolor", "256", "16", "none"]),
)
def test_without_its_escape_sequences_a_drawing_is_its_characters(rows: list[list[Run]], colours: Colours) -> None:
    cells = Cells(5, tuple(tuple(row) for row in rows))
    assert re.sub(r"\x1b\[[0-9;]*m", "", ansi(cells, colours)) == cells.text + "\n"
