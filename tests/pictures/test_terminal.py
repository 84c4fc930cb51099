"""The environment says how to draw, and where it says little the guess is one that works."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.pictures.cells import GLYPH_SETS
from tui.pictures.terminal import Terminal, guess

UTF_8 = {"LANG": "en_US.UTF-8"}
PLAIN = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("environment", "glyphs", "colours"),
    [
        ({}, "ascii", "none"),
        (PLAIN, "sextants", "256"),
        (PLAIN | {"COLORTERM": "truecolor"}, "sextants", "truecolor"),
        ({"TERM": "dumb"}, "ascii", "none"),
        ({"TERM": "linux"}, "halves", "16"),
        ({"TERM": "vt220"}, "halves", "none"),
        ({"TERM": "xterm"}, "quadrants", "16"),
        ({"TERM": "xterm-kitty"}, "octants", "truecolor"),
        ({"TERM": "xterm-ghostty"}, "octants", "truecolor"),
        ({"TERM": "foot"}, "octants", "truecolor"),
        ({"TERM": "foot-extra"}, "octants", "truecolor"),
        ({"TERM": "alacritty"}, "sextants", "truecolor"),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, "sextants", "256"),
        ({"TERM": "screen"}, "sextants", "256"),
        (PLAIN | {"KITTY_WINDOW_ID": "1"}, "octants", "truecolor"),
        (PLAIN | {"GHOSTTY_RESOURCES_DIR": "/usr/share/ghostty"}, "octants", "truecolor"),
        (PLAIN | {"TERM_PROGRAM": "ghostty", "TERM_PROGRAM_VERSION": "1.2.3"}, "octants", "truecolor"),
        (PLAIN | {"TERM_PROGRAM": "ghostty", "TERM_PROGRAM_VERSION": "1.1.0"}, "sextants", "truecolor"),
        (PLAIN | {"VTE_VERSION": "7802"}, "octants", "truecolor"),
        (PLAIN | {"VTE_VERSION": "7600"}, "sextants", "truecolor"),
        (PLAIN | {"VTE_VERSION": "unknown"}, "sextants", "truecolor"),
        (
            PLAIN | {"TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20240203-110809-5046fc22"},
            "sextants",
            "truecolor",
        ),
        (PLAIN | {"TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "20260101-1-abc"}, "octants", "truecolor"),
        (PLAIN | {"TERM_PROGRAM": "iTerm.app", "TERM_PROGRAM_VERSION": "3.6.1"}, "sextants", "truecolor"),
        (PLAIN | {"TERM_PROGRAM": "Apple_Terminal"}, "quadrants", "256"),
        (PLAIN | {"TERM_PROGRAM": "vscode"}, "quadrants", "truecolor"),
        (PLAIN | {"KONSOLE_VERSION": "240800"}, "sextants", "truecolor"),
        ({"WT_SESSION": "6c1b"}, "sextants", "truecolor"),
        ({"TERM": "something-else"}, "ascii", "none"),
    ],
)
def test_a_terminal_is_known_by_its_environment(environment: dict[str, str], glyphs: str, colours: str) -> None:
    found = guess(environment | UTF_8)
    assert (found.glyphs, found.colours) == (glyphs, colours)


@pytest.mark.parametrize("variable", ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"])
def test_over_ssh_greys_are_256_colours_for_the_sake_of_the_bytes(variable: str) -> None:
    assert guess(UTF_8 | {"TERM": "xterm-kitty", variable: "10.0.0.1"}) == Terminal("octants", "256")


def test_no_color_takes_the_colours_and_leaves_the_glyphs() -> None:
    assert guess(PLAIN | UTF_8 | {"NO_COLOR": "1"}) == Terminal("sextants", "none")
    assert guess(PLAIN | UTF_8 | {"NO_COLOR": ""}).colours == "256"


@pytest.mark.parametrize(
    ("locale", "glyphs"),
    [
        ({"LANG": "C"}, "sextants"),
        ({"LANG": "POSIX"}, "sextants"),
        ({"LANG": "de_DE.ISO-8859-1"}, "ascii"),
        ({"LANG": "de_DE"}, "ascii"),
        ({"LANG": "C.UTF-8"}, "sextants"),
        ({"LANG": "de_DE.utf8"}, "sextants"),
        ({"LANG": "C", "LC_CTYPE": "UTF-8"}, "sextants"),
        ({"LANG": "de_DE.ISO-8859-1", "LC_ALL": "C"}, "sextants"),
        ({"LANG": "C", "LC_ALL": ""}, "sextants"),
        ({}, "sextants"),
    ],
)
def test_a_locale_of_another_charset_leaves_ascii(locale: dict[str, str], glyphs: str) -> None:
    assert guess(PLAIN | locale) == Terminal(glyphs, "256")


variables = ["TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "VTE_VERSION", "NO_COLOR", "LANG", "SSH_TTY"]


@given(st.dictionaries(st.sampled_from(variables), st.text()))
def test_any_environment_gives_something_that_can_be_drawn(environment: dict[str, str]) -> None:
    found = guess(environment)
    assert found.glyphs in GLYPH_SETS
    assert found.colours in ("truecolor", "256", "16", "none")
