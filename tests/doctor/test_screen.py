"""What is said of the terminal."""

import pytest

from tui.doctor.check import Check, Found
from tui.doctor.screen import screen_checks
from tui.pictures.capabilities import Answers
from tui.terminal_memory import Known

KITTY = {"TERM": "xterm-kitty", "LANG": "de_DE.UTF-8"}


def found(name: str, environment: dict[str, str], size: tuple[int, int] | None = (100, 30), glyphs: str = "") -> Check:
    (check,) = (check for check in screen_checks(environment, size, glyphs) if check.name == name)
    return check


def test_a_good_terminal_is_good() -> None:
    assert [check.state for check in screen_checks(KITTY, (100, 30))] == [Found.OK] * 3
    assert found("drawing", KITTY).says.startswith(
        "Ink is drawn with octants and in all colours, to judge by TERM=xterm-kitty."
    )


@pytest.mark.parametrize(
    ("environment", "size", "state", "says"),
    [
        (KITTY, None, Found.UNKNOWN, "The output goes to none"),
        (KITTY, (40, 10), Found.UNKNOWN, "40 columns and 10 rows. Make it larger"),
        ({"TERM": "dumb"}, (80, 24), Found.WRONG, "TERM is dumb"),
        (
            {"TERM": "tmux-256color", "TMUX": "/tmp/tmux", "SSH_TTY": "/dev/pts/1"},
            (80, 24),
            Found.OK,
            "80 columns and 24 rows, through tmux and SSH.",
        ),
        ({"TERM": "screen", "STY": "1.pts"}, (80, 24), Found.OK, "through screen."),
    ],
)
def test_what_lies_between_the_program_and_the_eyes_is_said(
    environment: dict[str, str], size: tuple[int, int] | None, state: Found, says: str
) -> None:
    check = found("terminal", environment, size)
    assert check.state is state
    assert says in check.says


@pytest.mark.parametrize(
    ("environment", "glyphs", "state", "says"),
    [
        (
            {"TERM": "xterm-256color", "NO_COLOR": "1"},
            "",
            Found.OK,
            "in no colours, to judge by TERM=xterm-256color, NO",
        ),
        ({}, "", Found.UNKNOWN, "drawn with ascii and in no colours, to judge by nothing"),
        ({}, "braille", Found.OK, "drawn with braille, as the settings say"),
        (KITTY, "crayons", Found.WRONG, "The settings say 'crayons'. Known are: octants"),
    ],
)
def test_the_signs_by_which_a_terminal_is_known_are_named(
    environment: dict[str, str], glyphs: str, state: Found, says: str
) -> None:
    check = found("drawing", environment, glyphs=glyphs)
    assert check.state is state
    assert says in check.says


@pytest.mark.parametrize(
    ("environment", "state", "says"),
    [
        ({"LANG": "C.UTF-8"}, Found.OK, "LANG=C.UTF-8."),
        ({"LANG": "de_DE.utf8"}, Found.OK, "LANG=de_DE.utf8."),
        ({"LC_ALL": "de_DE.ISO-8859-1", "LANG": "C.UTF-8"}, Found.UNKNOWN, "LC_ALL=de_DE.ISO-8859-1 is not UTF-8"),
        ({"LANG": "C"}, Found.OK, "LANG=C, which says nothing"),
        ({}, Found.OK, "None is set, which says nothing"),
    ],
)
def test_the_locale_that_counts_is_named(environment: dict[str, str], state: Found, says: str) -> None:
    check = found("locale", environment)
    assert check.state is state
    assert says in check.says


def test_a_variable_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in found("drawing", {"TERM": "xterm", "TERM_PROGRAM": "\x1b[31mred"}).says


def test_what_the_terminal_answered_and_what_was_picked_is_told() -> None:
    plain, kitty = {"TERM": "xterm-256color"}, Answers("kitty", (0, 40, 1), (62,), kitty_graphics=True)

    def drawing(known: Known, glyphs: str = "") -> str:
        (check,) = (check for check in screen_checks(plain, (80, 24), glyphs, known) if check.name == "drawing")
        return check.says

    assert "octants and in all colours, to judge by its answer, kitty 0.40.1, and TERM=" in drawing(Known(0.0, kitty))
    assert "Pictures are shown pixel by pixel" in drawing(Known(0.0, kitty))
    assert "drawn with halves, as you have picked," in drawing(Known(0.0, kitty, "halves"))
    assert "drawn with braille, as the settings say" in drawing(Known(0.0, kitty, "halves"), "braille")
