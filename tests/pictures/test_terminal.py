"""The environment says how to draw, and where it says little the guess is one that works."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.pictures.capabilities import Answers, understood
from tui.pictures.cells import GLYPH_SETS
from tui.pictures.terminal import Terminal, guess, is_in_tmux, overruled, terminal_of

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


def named(name: str, version: tuple[int, ...] = (), *, graphics: bool = False) -> Answers:
    return Answers(name, version, (62, 22), graphics)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (named("kitty", (0, 40, 1), graphics=True), Terminal("octants", "truecolor", "kitty")),
        (named("kitty", (0, 39)), Terminal("sextants", "truecolor")),
        (named("kitty", (0, 27), graphics=True), Terminal("sextants", "truecolor")),
        (named("ghostty", (1, 2, 0), graphics=True), Terminal("octants", "truecolor", "kitty")),
        (named("ghostty", (1, 1, 3), graphics=True), Terminal("sextants", "truecolor", "kitty")),
        (named("foot", (1, 20, 2)), Terminal("octants", "truecolor")),
        (named("foot", (1, 19)), Terminal("sextants", "truecolor")),
        (named("vte", (7802,)), Terminal("octants", "truecolor")),
        (named("vte", (7600,)), Terminal("sextants", "truecolor")),
        (named("wezterm", (20211204,), graphics=True), Terminal("sextants", "truecolor")),
        (named("konsole", (24, 8), graphics=True), Terminal("sextants", "truecolor")),
        (named("iterm2", (3, 4)), Terminal("sextants", "truecolor")),
        (named("xterm", (388,)), Terminal("quadrants", "256")),
        (named("xterm.js", (5, 5)), Terminal("quadrants", "truecolor")),
        (Answers("", (), (61, 6, 7, 14, 21, 22, 23, 24, 28, 32, 42)), Terminal("sextants", "truecolor")),
        (named("tmux", (3, 4)), Terminal("sextants", "256")),
        (Answers("tmux", (3, 4), (1, 2, 4)), Terminal("sextants", "256")),
        (named("something", (1,), graphics=True), Terminal("sextants", "256")),
        (Answers(), Terminal("sextants", "256")),
        (None, Terminal("sextants", "256")),
    ],
)
def test_a_terminal_that_answers_is_known_by_its_name(answers: Answers | None, expected: Terminal) -> None:
    assert terminal_of(PLAIN | UTF_8, answers) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("\x1bP>|foot(1.20.2)\x1b\\\x1b[6;20;10t\x1b[?62;4;22;28;29c", Terminal("octants", "truecolor", "sixel")),
        ("\x1bP>|foot(1.13.1)\x1b\\\x1b[?62;4;22c", Terminal("sextants", "truecolor", "sixel")),
        (
            "\x1bP>|WezTerm 20240203-110809-5046fc22\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[?65;4;6;18;22c",
            Terminal("sextants", "truecolor", "iterm2"),
        ),
        ("\x1bP>|WezTerm 20260101-1-abc\x1b\\\x1b[?65;4;6;18;22c", Terminal("octants", "truecolor", "iterm2")),
        ("\x1bP>|iTerm2 3.6.1\x1b\\\x1b[?65;1;2;4;6;17;18;22c", Terminal("sextants", "truecolor", "iterm2")),
        ("\x1bP>|iTerm2 3.4.20\x1b\\\x1b[?62;4c", Terminal("sextants", "truecolor", "sixel")),
        ("\x1b[?61;4;6;7;14;21;22;23;24;28;32;42c", Terminal("sextants", "truecolor", "sixel")),
        ("\x1bP>|XTerm(379)\x1b\\\x1b[?63;1;2;4;6;9;15;16;22;28c", Terminal("quadrants", "256", "sixel")),
        ("\x1bP>|XTerm(379)\x1b\\\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c", Terminal("quadrants", "256")),
        ("\x1bP>|Konsole 24.08.1\x1b\\\x1b[?62;1;4c", Terminal("sextants", "truecolor", "sixel")),
        ("\x1b[6;22;10t\x1b[?63;1;2;3;4;6;7;15;18;22;29c", Terminal("sextants", "256", "sixel")),
        ("\x1bP>|kitty(0.40.1)\x1b\\\x1b_Gi=31;OK\x1b\\\x1b[?62;c", Terminal("octants", "truecolor", "kitty")),
        ("\x1bP>|tmux 3.4\x1b\\\x1b[?1;2;4c", Terminal("sextants", "256")),
        ("\x1b[?4;22c", Terminal("sextants", "256")),
        ("\x1bP>|%s%s\x1b\\\x1b[?;;;c\x1b]4;4\x07", Terminal("sextants", "256")),
        ("", Terminal("sextants", "256")),
    ],
    ids=[
        "foot", "old foot", "wezterm", "new wezterm", "iterm2", "old iterm2", "windows terminal",
        "xterm -ti vt340",
        "xterm", "konsole", "mlterm", "kitty", "tmux", "a VT125", "garbage", "silence",
    ],
)  # fmt: skip
def test_what_a_terminal_says_decides_how_pictures_are_shown(said: str, expected: Terminal) -> None:
    assert terminal_of(PLAIN | UTF_8, understood(said.encode())) == expected


@pytest.mark.parametrize("inside", [{"TMUX": "/tmp/tmux"}, {"TERM": "tmux-256color"}, {"TERM": "screen"}, {"STY": "1"}])
@pytest.mark.parametrize("name", ["", "foot", "iterm2"])
def test_in_a_multiplexer_there_are_no_pictures_unless_they_are_asked_for(inside: dict[str, str], name: str) -> None:
    found = terminal_of(PLAIN | UTF_8 | inside, Answers(name, (3, 6), (62, 4, 22)))
    assert found.graphics == "none"
    assert overruled(found, graphics="sixel", in_tmux=True) == replace(found, graphics="sixel")


def test_what_a_terminal_answers_counts_for_more_than_what_the_environment_says() -> None:
    assert terminal_of({"TERM": "xterm-kitty"} | UTF_8, named("xterm", (388,))) == Terminal("quadrants", "256")


def test_an_answer_changes_nothing_about_the_locale_the_line_and_the_persons_wish_for_no_colour() -> None:
    kitty = named("kitty", (0, 40), graphics=True)
    assert terminal_of({"LANG": "de_DE.ISO-8859-1"}, kitty) == Terminal("ascii", "truecolor")
    assert terminal_of(UTF_8 | {"SSH_TTY": "/dev/pts/1"}, kitty) == Terminal("octants", "256", "kitty")
    assert terminal_of(UTF_8 | {"NO_COLOR": "1"}, kitty) == Terminal("octants", "none")


def test_the_person_overrules_everything() -> None:
    found = Terminal("octants", "truecolor", "kitty")
    assert overruled(found) == found
    assert overruled(found, "halves", "256", "none") == Terminal("halves", "256", "none")
    for protocol in ("kitty", "iterm2", "sixel"):
        wanted = overruled(Terminal("sextants", "256"), graphics=protocol)
        assert (wanted.glyphs, wanted.colours, wanted.graphics) == ("sextants", "256", protocol)
    assert overruled(found, "crayons", "many", "auto") == found


@pytest.mark.parametrize("depth", ["16", "none"])
def test_there_are_no_pixels_where_there_are_few_colours(depth: str) -> None:
    assert overruled(Terminal("octants", "truecolor", "kitty"), colours=depth, graphics="kitty").graphics == "none"


def test_pixels_in_tmux_have_256_colours_which_it_does_not_change() -> None:
    found = Terminal("sextants", "truecolor")
    assert overruled(found, graphics="kitty", in_tmux=True) == Terminal("sextants", "256", "kitty")
    assert overruled(found, in_tmux=True) == found


def test_through_tmux_go_sixels_and_kittys_pictures_and_not_iterm2s() -> None:
    found = Terminal("sextants", "256")
    shown = {asked: overruled(found, graphics=asked, in_tmux=True).graphics for asked in ("kitty", "sixel", "iterm2")}
    assert shown == {"kitty": "kitty", "sixel": "sixel", "iterm2": "none"}


def test_tmux_is_known_by_its_variable_and_by_its_answer() -> None:
    assert is_in_tmux({"TMUX": "/tmp/tmux-0/default,1,0"})
    assert is_in_tmux({}, named("tmux", (3, 4)))
    assert not is_in_tmux({}, named("kitty"))


@given(
    st.dictionaries(st.sampled_from(variables), st.text()),
    st.builds(
        Answers, st.text(), st.lists(st.integers(0)).map(tuple), st.lists(st.integers(0)).map(tuple), st.booleans()
    ),
)
def test_any_answer_gives_something_that_can_be_drawn(environment: dict[str, str], answers: Answers) -> None:
    found = terminal_of(environment, answers)
    assert found.glyphs in GLYPH_SETS
    assert found.graphics == "none" or found.colours in ("truecolor", "256")
