"""The real program asks the terminal once what it can do, believes it, and leaves no trace of that on the screen."""

from __future__ import annotations

import io
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import termios
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyte.graphics import FG_BG_256

from tests import warm
from tests.fake_service import FakeService, submission
from tests.paintings import image_of
from tests.terminal import CELL, Terminal
from tests.test_program import HANDREAD, READ, home, profile
from tests.view.conftest import draw_page
from tui.pictures.pixels import COUNTERS, MOST_BYTES, PLACEHOLDER

__all__ = ["home"]  # the fixture

SETS = {
    "octants": re.compile("[\U0001cd00-\U0001cde5\U0001cea0-\U0001ceab]"),
    "sextants": re.compile("[\U0001fb00-\U0001fb3b]"),
    "quadrants": re.compile("[▘▝▖▗▞▛▜▙▟]"),
    "halves": re.compile("[▀▄]"),
}
"""Characters that no coarser set has; the finest comes first."""
CONSENT = "\x1b_Gi=31;OK\x1b\\"


def named(name: str, attributes: str = "\x1b[?62;22c", **more: str) -> dict[str, str]:
    said = f"\x1bP>|{name}\x1b\\" if name else ""
    return {">0q": said, "c": attributes, "16t": "", **more}


KITTY = named("kitty(0.40.1)", "\x1b[?62;c", graphics=CONSENT)
GARBAGE = named("", "\x1b[?;;9999999999999;c", graphics="\x1b_G;;;=\x1b\\") | {
    ">0q": "\x1bP>|\udcff\udcfe" + "%s" * 90 + "\x1b\\",
    "16t": "\x1b[6;99999;t",
}


def glyphs_on(screen: str) -> str:
    return next((name for name, pattern in SETS.items() if pattern.search(screen)), "none of them")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    draw_page(tmp_path / "a.png")
    return tmp_path / "a.png"


@contextmanager
def shell(home: Mapping[str, str], says: Mapping[str, str], *, late: bool = False) -> Iterator[Terminal]:
    """A shell without a line editor, which shows whatever is left on its input."""
    env = {**home, "COLORTERM": "", "PS1": "$ ", "ENV": "", "LANG": "C.UTF-8"}
    with Terminal(("sh", "-i"), size=(100, 30), env=env, says=says, answers_late=late) as terminal:
        terminal.wait_for(r"\$ ?\Z|^\$")
        yield terminal


RUNS = itertools.count(1)


def run(terminal: Terminal, *command: str) -> int:
    """Give the shell a command on an empty screen; return its number, which tells it from those before."""
    number = next(RUNS)
    terminal.type(f"clear; echo begin {number}; {' '.join(command)}; echo end {number}\n")
    terminal.wait_for(f"^begin {number}$")
    return number


def show(terminal: Terminal, page: Path, *options: str) -> str:
    """Have a page drawn; return what is on the screen from there on."""
    number = run(terminal, *HANDREAD, "show", str(page), "--size", "60x12", *options)
    return terminal.wait_for(rf"^begin {number}$(.|\n)*^end {number}\n\$")


@pytest.mark.parametrize(
    ("says", "glyphs"),
    [
        (KITTY, "octants"),
        (named("foot(1.20.2)", "\x1b[?62;4;22;28;29c"), "octants"),
        (named("ghostty 1.2.0", graphics=CONSENT), "octants"),
        (named("VTE(7802)", "\x1b[?61;1;21;22;28c"), "octants"),
        (named("", "\x1b[?61;4;6;7;14;21;22;23;24;28;32;42;52c"), "sextants"),
        (named("XTerm(388)", "\x1b[?64;1;2;6;9;15;16;17;18;21;22;28c"), "quadrants"),
        (named("tmux 3.4", "\x1b[?1;2;4c"), "sextants"),
        (named(""), "sextants"),
        (named("", ""), "sextants"),
        (GARBAGE, "sextants"),
    ],
    ids=["kitty", "foot", "ghostty", "vte", "windows", "xterm", "tmux", "nameless", "silent", "garbage"],
)
def test_ink_is_drawn_with_what_the_terminal_says_it_has(
    home: dict[str, str], page: Path, says: dict[str, str], glyphs: str
) -> None:
    with shell(home, says) as terminal:
        drawn = show(terminal, page)
        assert glyphs_on(drawn) == glyphs
        assert terminal.settle().count("\n$") == drawn.count("\n$")
        assert not re.search(r"\^\[|Gi=31|>\||\d;\d+c|not found", terminal.text)


def test_what_the_person_says_counts_for_more(home: dict[str, str], page: Path) -> None:
    with shell(home, KITTY) as terminal:
        assert glyphs_on(show(terminal, page, "--glyphs", "halves", "--colours", "none")) == "halves"
        row = next(row for row, text in enumerate(terminal.rows) if "▄" in text)
        assert {terminal.cell(column, row).foreground for column in range(60)} == {"default"}


def test_a_terminal_is_asked_once(home: dict[str, str], page: Path) -> None:
    with shell(home, KITTY) as terminal:
        show(terminal, page)
    with shell(home, named("", "")) as terminal:  # now it would say nothing
        assert glyphs_on(show(terminal, page)) == "octants"


@pytest.mark.parametrize("garbage", [b"", b"\xff\xfe{", b"[]", b'{"TERM=xterm-256color": [1, {"asked": "now"}]}'])
def test_a_memory_full_of_garbage_is_passed_over(home: dict[str, str], page: Path, garbage: bytes) -> None:
    memory = Path(home["XDG_CACHE_HOME"]) / "handread" / "terminals.json"
    memory.parent.mkdir(parents=True)
    memory.write_bytes(garbage)
    with shell(home, KITTY) as terminal:
        assert glyphs_on(show(terminal, page)) == "octants"
    (known,) = [entry for entry in json.loads(memory.read_text()).values() if isinstance(entry, dict)]
    assert known["answers"]["name"] == "kitty"


def test_the_next_prompt_is_as_if_nothing_had_been_asked(home: dict[str, str], page: Path) -> None:
    with shell(home, named("", "")) as terminal:
        before = termios.tcgetattr(terminal._program.child_fd)
        show(terminal, page)
        assert termios.tcgetattr(terminal._program.child_fd) == before


def test_an_answer_that_comes_after_the_waiting_is_no_key(home: dict[str, str]) -> None:
    argv = (*HANDREAD, "--service", "none")
    says = named("q?q(7)", graphics=CONSENT)
    with Terminal(argv, size=(100, 30), env=home, says=says, answers_late=True) as terminal:
        terminal.wait_for("The queue is empty")
        before = terminal.settle()
        answers = b"".join(terminal._kept_back)
        assert answers.startswith(b"\x1bP>|q?q(7)")
        for start in range(0, len(answers), 7):  # over a slow line they come in pieces
            terminal._write(answers[start : start + 7])
            terminal.settle(0.02)
        assert terminal.settle() == before
        terminal.send("?")
        terminal.wait_for("find a key or a word")
        terminal.send("escape")
        terminal.wait_for(lambda terminal: terminal.text == before)
        terminal.send("q")
        assert terminal.wait() == 0
        assert terminal.settle().strip() == ""


def test_keys_that_were_typed_before_the_screens_came_are_done(home: dict[str, str]) -> None:
    argv = (*HANDREAD, "--service", "none")
    with Terminal(argv, size=(100, 30), env=home, says=KITTY, answers_late=True) as terminal:
        terminal.wait_for(lambda terminal: terminal._kept_back)
        terminal.type("?")
        terminal.answer()
        terminal.wait_for("find a key or a word")


def test_where_no_terminal_is_nothing_is_asked(home: dict[str, str], page: Path) -> None:
    done = warm.run([*HANDREAD, "show", str(page)], {**os.environ, **home, "TERM": "xterm-kitty"})
    assert done.returncode == 0
    assert b"\x1b[>0q" not in done.stdout + done.stderr
    assert not (Path(home["XDG_CACHE_HOME"]) / "handread" / "terminals.json").exists()


@pytest.mark.parametrize(("term", "program"), [("linux", ""), ("dumb", ""), ("xterm-256color", "Apple_Terminal")])
def test_terminals_that_print_questions_are_not_asked(
    home: dict[str, str], page: Path, term: str, program: str
) -> None:
    env = {**home, "TERM": term, "TERM_PROGRAM": program}
    with Terminal((*HANDREAD, "show", str(page)), size=(100, 30), env=env, answers_late=True) as terminal:
        assert terminal.wait() == 0
        assert not terminal._kept_back


@pytest.mark.parametrize(
    "env", [{"TERM": "tmux-256color"}, {"TERM": "screen"}, {"STY": "1.pts-0"}, {"TMUX": "/tmp/tmux"}], ids=str
)
def test_a_multiplexer_is_not_asked_what_it_takes_for_a_title(
    home: dict[str, str], page: Path, env: dict[str, str]
) -> None:
    says = named("tmux 3.4", graphics=CONSENT)
    with Terminal((*HANDREAD, "show", str(page)), env={**home, **env}, says=says, answers_late=True) as terminal:
        terminal.wait_for(lambda terminal: terminal._kept_back)
        answers = terminal.answer()
        assert b"tmux 3.4" in answers
        assert CONSENT.encode() not in answers
        assert terminal.wait() == 0


def test_a_word_is_shown_in_every_set_and_a_digit_picks_one(home: dict[str, str], page: Path) -> None:
    with shell(home, KITTY) as terminal:
        number = run(terminal, *HANDREAD, "doctor", "--glyphs")
        sheet = terminal.wait_for("Now: octants. 1 to 6 picks")
        assert re.search(r"1 octants +2 sextants +3 quadrants\n", sheet)
        assert re.search(r"4 halves +5 braille +6 ascii\n", sheet)
        rows = [row for row in terminal.rows if row.count("|") == 3]
        assert len(rows) == 2 * 7
        assert {tuple(found.start() for found in re.finditer(r"\|", row)) for row in rows} == {(24, 51, 78)}
        terminal.send("4")
        terminal.wait_for(f"drawn with halves here(.|\n)*^end {number}")
        assert glyphs_on(show(terminal, page)) == "halves"
        number = run(terminal, *HANDREAD, "doctor", "--glyphs")
        terminal.wait_for("Now: halves")
        terminal.send("0")
        terminal.wait_for(f"^end {number}")
        assert glyphs_on(show(terminal, page)) == "octants"


def test_without_a_terminal_the_sheet_is_printed_and_nothing_asked(home: dict[str, str]) -> None:
    done = warm.run_with_text([*HANDREAD, "doctor", "--glyphs"], {**os.environ, **home})
    assert done.returncode == 0, done.stderr
    assert "1 octants" in done.stdout
    assert "picks" not in done.stdout


@pytest.mark.parametrize(
    ("option", "sentence"),
    [("--colours", "there is no depth of colours 'many'"), ("--graphics", "pictures cannot be shown by 'many'")],
)
def test_a_wrong_wish_is_explained(home: dict[str, str], option: str, sentence: str) -> None:
    with Terminal((*HANDREAD, option, "many"), size=(120, 10), env=home) as terminal:
        terminal.wait_for(sentence)
        assert terminal.wait() == 2


def test_settings_overrule_the_terminal_too(home: dict[str, str], page: Path) -> None:
    config = Path(home["XDG_CONFIG_HOME"]) / "handread" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('glyphs = "quadrants"\ncolours = "none"\n')
    with shell(home, KITTY) as terminal:
        assert glyphs_on(show(terminal, page)) == "quadrants"


def depth_of(written: str) -> str:
    """Return how many colours a program has used, by the styles it has written."""
    styles = re.findall(r"\x1b\[([\d;]*)m", written)
    if any("8;2;" in style for style in styles):
        return "truecolor"
    if any("8;5;" in style for style in styles):
        return "256"
    return "16" if any(re.search(r"(?:^|;)(?:[349]|10)[0-7](?:;|$)", style) for style in styles) else "none"


@pytest.mark.parametrize(
    ("options", "env", "depth"),
    [
        ((), {}, "truecolor"),
        ((), {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, "256"),
        (("--colours", "256"), {}, "256"),
        (("--colours", "truecolor"), {"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, "truecolor"),
        (("--colours", "truecolor"), {"NO_COLOR": "1"}, "truecolor"),
        (("--colours", "16"), {}, "16"),
        (("--colours", "none"), {}, "none"),
        ((), {"NO_COLOR": "1"}, "none"),
    ],
)
def test_the_screens_send_the_colours_that_were_asked_for(
    home: dict[str, str], options: tuple[str, ...], env: dict[str, str], depth: str
) -> None:
    sent = io.BytesIO()
    with Terminal((*HANDREAD, "--service", "none", *options), size=(100, 30), env={**home, **env}) as terminal:
        terminal._program.logfile_read = sent
        terminal.wait_for("The queue is empty")
        terminal.send("q")
        terminal.wait()
    assert depth_of(sent.getvalue().decode("utf-8", "replace")) == depth


# -- pixel by pixel ---------------------------------------------------------------------------------------------------


@contextmanager
def reviewed(
    home: Mapping[str, str],
    page: Path,
    *options: str,
    says: Mapping[str, str] = KITTY,
    env: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """A review of a page with one line, on a terminal with room for its map."""
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        environment = {**home, "CLOUD_KEY": "s3cret", **(env or {})}
        argv = (*HANDREAD, str(page), *options)
        with Terminal(argv, size=(120, 30), env=environment, says=says) as terminal:
            terminal.wait_for(r"done 1\b")
            terminal.send("enter")
            terminal.wait_for("line 1 of 1(.|\n)*jumps(.|\n)*▌·   1 ▸ jumps over")
            terminal.settle()
            yield terminal


def pictures_on(terminal: Terminal) -> dict[str, set[tuple[int, int]]]:
    """Return which cells of which pictures are shown, by the colours of the placeholders and the marks on them."""
    found: dict[str, set[tuple[int, int]]] = {}
    display = terminal.display
    for row in range(len(display.rows)):
        for column in range(120):
            cell = display.cell(column, row)
            if cell.text.startswith(PLACEHOLDER):
                place = COUNTERS.index(cell.text[1]), COUNTERS.index(cell.text[2])
                found.setdefault(str(number_of(cell.foreground)), set()).add(place)
    return found


def number_of(colour: str) -> int:
    """Return the number that a colour stands for: that of its entry in the palette, or that of its bytes."""
    entries = FG_BG_256[16:]
    return 16 + entries.index(colour) if colour in entries else int(colour, 16)


def boxes_of(pictures: Mapping[str, str]) -> dict[str, set[tuple[int, int]]]:
    """Return the cells that pictures are to fill, by the keys they were sent with."""
    keys = {number: dict(key.split("=") for key in sent.split(",")) for number, sent in pictures.items()}
    return {
        number: {(row, column) for row in range(int(key["r"])) for column in range(int(key["c"]))}
        for number, key in keys.items()
    }


@pytest.mark.parametrize("env", [{}, {"SSH_TTY": "/dev/pts/1"}], ids=["truecolor", "256"])
def test_ink_and_map_are_shown_pixel_by_pixel_where_the_terminal_can(
    home: dict[str, str], page: Path, env: dict[str, str]
) -> None:
    with reviewed(home, page, env=env) as terminal:
        assert len(terminal.display.kept_pictures) == 2
        assert pictures_on(terminal) == boxes_of(terminal.display.kept_pictures)
        assert glyphs_on(terminal.text) == "none of them"
        assert "jumps" in terminal.text
        assert sum(map(len, terminal.display.pictures)) < 2 * MOST_BYTES


def test_the_box_under_the_cursor_is_outlined_behind_the_pixels(home: dict[str, str], page: Path) -> None:
    with reviewed(home, page) as terminal:
        sent = len(terminal.display.pictures)
        display = terminal.display
        tinted = [
            (column, row)
            for row in range(30)
            for column in range(38)
            if display.cell(column, row).text.startswith(PLACEHOLDER)
            and display.cell(column, row).background == "ffde78"
        ]
        assert len(tinted) > 5
        terminal.send("l", "b")
        terminal.settle()
        assert len(terminal.display.pictures) == sent  # the box has moved, and no picture was sent for that


def test_where_something_covers_a_picture_there_are_glyphs_until_it_is_gone(home: dict[str, str], page: Path) -> None:
    with reviewed(home, page) as terminal:
        before = pictures_on(terminal)
        terminal.send("?")
        terminal.wait_for("Accept the line as it stands")
        terminal.settle()
        assert not pictures_on(terminal)
        assert glyphs_on(terminal.text) == "octants"
        terminal.send("escape")
        terminal.wait_for(lambda terminal: "Accept the line" not in terminal.text)
        terminal.settle()
        assert pictures_on(terminal) == before
        terminal.send("q")
        terminal.wait_for(r"done 1\b")
        terminal.settle()
        assert not pictures_on(terminal)


def test_another_size_has_pictures_of_its_own(home: dict[str, str], page: Path) -> None:
    with reviewed(home, page) as terminal:
        terminal.resize(118, 26)
        terminal.settle(0.6)
        shown, boxes = pictures_on(terminal), boxes_of(terminal.display.kept_pictures)
        assert len(shown) == 2
        assert all(shown[number] == boxes[number] for number in shown)


def test_pictures_are_sent_again_to_a_terminal_that_has_shown_another_screen(home: dict[str, str], page: Path) -> None:
    with reviewed(home, page) as terminal:
        before = terminal.display.kept_pictures.copy()
        terminal.signal(signal.SIGTSTP)
        terminal.wait_for(lambda terminal: 1049 not in terminal.display.modes)
        terminal.settle()
        terminal.signal(signal.SIGCONT)
        terminal.wait_for("jumps over")
        terminal.settle()
        assert terminal.display.kept_pictures == before
        assert pictures_on(terminal) == boxes_of(before)


@pytest.mark.parametrize("way", ["q", "SIGTERM"])
def test_the_terminal_keeps_no_picture_of_a_program_that_has_ended(home: dict[str, str], page: Path, way: str) -> None:
    with reviewed(home, page) as terminal:
        if way == "q":
            terminal.send("q", "q")
        else:
            terminal.signal(signal.SIGTERM)
        terminal.wait()
        terminal.settle()
        assert any(content.startswith("a=T") for content in terminal.display.pictures)
        assert not terminal.display.left_pictures
        assert not pictures_on(terminal)


@pytest.mark.parametrize(
    ("says", "options", "env"),
    [
        (named("foot(1.20.2)"), (), {}),
        (named("WezTerm 20211204-1", graphics=CONSENT), (), {}),
        (named("foot(1.20.2)", "\x1b[?62;4;22c"), ("--graphics", "none"), {}),
        (named("foot(1.20.2)", "\x1b[?62;4;22c"), (), {"NO_COLOR": "1"}),
        (named("tmux 3.4", "\x1b[?1;2;4c"), (), {"TMUX": "/tmp/tmux-0/default,1,0", "TERM": "tmux-256color"}),
        (named("kitty(0.40.1)"), (), {}),
        (KITTY, ("--graphics", "none"), {}),
        (KITTY, ("--colours", "16", "--graphics", "kitty"), {}),
        (KITTY, (), {"NO_COLOR": "1"}),
        (named("tmux 3.4", graphics=CONSENT), (), {"TMUX": "/tmp/tmux-0/default,1,0", "TERM": "tmux-256color"}),
    ],
    ids=["foot", "wezterm", "sixel unwanted", "sixel mono", "sixel tmux", "refusing", "unwanted", "16", "mono", "tmux"],
)
def test_elsewhere_ink_is_drawn_with_glyphs(
    home: dict[str, str], page: Path, says: dict[str, str], options: tuple[str, ...], env: dict[str, str]
) -> None:
    with reviewed(home, page, *options, says=says, env=env) as terminal:
        assert not terminal.display.pictures
        assert not terminal.display.paintings
        assert not pictures_on(terminal)
        assert glyphs_on(terminal.text) != "none of them"


def test_through_tmux_pictures_are_sent_when_they_are_asked_for(home: dict[str, str], page: Path) -> None:
    env = {"TMUX": "/tmp/tmux-0/default,1,0", "TERM": "tmux-256color"}
    with reviewed(home, page, "--graphics", "kitty", says=named("tmux 3.4"), env=env) as terminal:
        assert len(terminal.display.kept_pictures) == 2
        assert pictures_on(terminal) == boxes_of(terminal.display.kept_pictures)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux here")
@pytest.mark.parametrize(("options", "count"), [((), 0), (("--graphics", "kitty"), 2)], ids=["auto", "kitty"])
def test_the_real_tmux_lets_glyphs_pass_and_pictures_when_told_to(
    home: dict[str, str], page: Path, options: tuple[str, ...], count: int
) -> None:
    tmux = ("tmux", "-S", str(page.with_name("tmux")), "-f", "/dev/null")
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        program = " ".join((*HANDREAD, str(page), *options))
        argv = (*tmux, "-u", "new", program, ";", "set", "-g", "allow-passthrough", "on", ";", "set", "status", "off")
        with Terminal(argv, size=(120, 30), env={**home, "CLOUD_KEY": "s3cret"}, says=KITTY) as terminal:
            try:
                terminal.wait_for(r"done 1\b")
                terminal.send("enter")
                terminal.wait_for("line 1 of 1(.|\n)*▌·   1 ▸ jumps over")
                terminal.wait_for(lambda terminal: len(terminal.display.kept_pictures) == count)
                terminal.settle(0.6)
                assert pictures_on(terminal) == boxes_of(terminal.display.kept_pictures)
                assert glyphs_on(terminal.text) == ("none of them" if count else "sextants")
                known = json.loads((Path(home["XDG_CACHE_HOME"]) / "handread" / "terminals.json").read_text())
                assert [entry["answers"]["name"] for entry in known.values()] == ["tmux"]
                asked = subprocess.run([*tmux, "display", "-p", "#{pane_title}"], capture_output=True, check=True)
                assert b"Gi=" not in asked.stdout
                terminal.send("q", "q")
                terminal.wait()
                assert not terminal.display.kept_pictures
            finally:
                subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)


# -- pixel by pixel, painted over cells -------------------------------------------------------------------------------

SIXEL = named("", "\x1b[?61;4;6;7;14;21;22;23;24;28;32;42c", **{"16t": "\x1b[6;20;10t"})
INLINE = named("WezTerm 20240203-110809-5046fc22", "\x1b[?65;4;6;18;22c", graphics=CONSENT)
painters = pytest.mark.parametrize("says", [SIXEL, INLINE], ids=["sixel", "iterm2"])


def painted_on(terminal: Terminal) -> dict[tuple[int, int], bytes]:
    """Return what is seen in the cells that show a part of a picture, by their columns and rows."""
    shown = terminal.display.painted
    images = {sequence: image_of(sequence, CELL) for sequence in {part.sequence for part in shown.values()}}
    wide, high = CELL
    return {
        place: images[part.sequence]
        .crop((part.column * wide, part.row * high, (part.column + 1) * wide, (part.row + 1) * high))
        .tobytes()
        for place, part in shown.items()
    }


@contextmanager
def painted_review(home: Mapping[str, str], page: Path, says: Mapping[str, str]) -> Iterator[Terminal]:
    """A review whose map and ink have been painted."""
    with reviewed(home, page, says=says) as terminal:
        terminal.wait_for(has_both)
        terminal.settle()
        yield terminal


def has_both(terminal: Terminal) -> bool:
    """Whether a map is painted, and ink to the right of it."""
    return {column < 38 for column, _ in terminal.display.painted} == {True, False}


def sent_by(terminal: Terminal) -> int:
    return len(terminal.display.paintings)


@painters
def test_ink_and_map_are_painted_where_the_terminal_shows_sixels_or_files(
    home: dict[str, str], page: Path, says: dict[str, str]
) -> None:
    with painted_review(home, page, says) as terminal:
        cells = painted_on(terminal)
        assert {column < 38 for column, _ in cells} == {True, False}
        assert len(cells) > 500
        assert any(min(picture) < 60 and max(picture) > 240 for picture in cells.values())
        assert glyphs_on(terminal.text) == "none of them"
        assert "jumps" in terminal.text
        assert max(map(len, terminal.display.paintings)) <= MOST_BYTES
        assert "\U00100000" not in terminal.text
        count = sent_by(terminal)
        terminal.settle(1.0)
        assert sent_by(terminal) == count


@painters
def test_the_same_ink_is_painted_that_kitty_is_sent(home: dict[str, str], page: Path, says: dict[str, str]) -> None:
    with reviewed(home, page) as terminal:
        display = terminal.display
        kittys = {
            (column, row)
            for row in range(30)
            for column in range(120)
            if display.cell(column, row).text.startswith(PLACEHOLDER)
        }
        terminal.send("q")  # a review that is cut off is taken up where it was
        terminal.wait_for(r"done 1\b")
    (Path(home["XDG_CACHE_HOME"]) / "handread" / "terminals.json").unlink()  # so that it is asked again
    with painted_review(home, page, says) as terminal:
        assert set(painted_on(terminal)) == kittys


@painters
def test_another_word_paints_its_own_cells_anew(home: dict[str, str], page: Path, says: dict[str, str]) -> None:
    with painted_review(home, page, says) as terminal:
        before, count = painted_on(terminal), sent_by(terminal)
        terminal.send("l", "b")
        terminal.wait_for(lambda terminal: sent_by(terminal) > count)
        terminal.settle(0.6)
        after = painted_on(terminal)
        assert before.keys() == after.keys()
        changed = {place for place in after if after[place] != before[place]}
        assert 5 < len(changed) < 0.7 * len(after)


@painters
def test_what_is_painted_is_gone_while_something_covers_it(
    home: dict[str, str], page: Path, says: dict[str, str]
) -> None:
    with painted_review(home, page, says) as terminal:
        before = painted_on(terminal)
        terminal.send("?")
        terminal.wait_for("Accept the line as it stands")
        terminal.settle()
        assert not painted_on(terminal)
        assert glyphs_on(terminal.text) != "none of them"
        terminal.send("escape")
        terminal.wait_for(lambda terminal: "Accept the line" not in terminal.text)
        terminal.wait_for(has_both)
        terminal.settle(0.6)
        assert painted_on(terminal) == before
        terminal.send("q")
        terminal.wait_for(r"done 1\b")
        terminal.settle()
        assert not painted_on(terminal)


@painters
def test_another_size_is_painted_anew(home: dict[str, str], page: Path, says: dict[str, str]) -> None:
    with painted_review(home, page, says) as terminal:
        terminal.resize(118, 26)
        terminal.settle(0.6)
        terminal.wait_for(has_both)
        terminal.wait_for(lambda terminal: glyphs_on(terminal.text) == "none of them")


@painters
def test_light_ink_on_dark_paper_is_painted_so(home: dict[str, str], page: Path, says: dict[str, str]) -> None:
    with painted_review(home, page, says) as terminal:
        cells, count = painted_on(terminal), sent_by(terminal)
        terminal.send("I")
        terminal.wait_for(lambda terminal: sent_by(terminal) > count)
        terminal.settle(0.6)
        dark = painted_on(terminal)
        assert dark.keys() == cells.keys()
        assert sum(sum(cell[::4]) for cell in dark.values()) / (200 * len(cells)) < 128


@painters
def test_what_was_painted_comes_back_after_another_screen(
    home: dict[str, str], page: Path, says: dict[str, str]
) -> None:
    with painted_review(home, page, says) as terminal:
        before = painted_on(terminal)
        terminal.signal(signal.SIGTSTP)
        terminal.wait_for(lambda terminal: 1049 not in terminal.display.modes)
        terminal.settle()
        terminal.signal(signal.SIGCONT)
        terminal.wait_for("jumps over")
        terminal.wait_for(has_both)
        terminal.settle(0.6)
        assert painted_on(terminal) == before


@painters
@pytest.mark.parametrize("way", ["q", "ctrl+q", "SIGTERM"])
def test_nothing_painted_is_left_by_a_program_that_has_ended(
    home: dict[str, str], page: Path, says: dict[str, str], way: str
) -> None:
    with painted_review(home, page, says) as terminal:
        if way == "SIGTERM":
            terminal.signal(signal.SIGTERM)
        else:
            terminal.send(*[way] * (2 if way == "q" else 1))
        terminal.wait()
        terminal.settle()
        assert sent_by(terminal)
        assert not painted_on(terminal)
        assert not terminal.display.left_pictures


@pytest.mark.parametrize("protocol", ["sixel", "iterm2"])
def test_a_terminal_that_says_nothing_is_sent_what_the_person_asks_for(
    home: dict[str, str], page: Path, protocol: str
) -> None:
    with reviewed(home, page, "--graphics", protocol, says=named("", "")) as terminal:
        terminal.wait_for(has_both)
        start = "\x1bP" if protocol == "sixel" else "\x1b]1337;"
        assert sent_by(terminal)
        assert all(sequence.startswith(start) for sequence in terminal.display.paintings)


def test_settings_ask_for_a_protocol_too(home: dict[str, str], page: Path) -> None:
    more = Path(home["XDG_CONFIG_HOME"]) / "handread"
    more.mkdir(parents=True)
    with FakeService([submission(READ)], key="s3cret") as service:
        profile(home, service)
        settings = more / "config.toml"
        settings.write_text('graphics = "sixel"\n' + settings.read_text())
        argv = (*HANDREAD, str(page))
        with Terminal(argv, size=(120, 30), env={**home, "CLOUD_KEY": "s3cret"}, says=named("")) as terminal:
            terminal.wait_for(r"done 1\b")
            terminal.send("enter")
            terminal.wait_for("line 1 of 1(.|\n)*jumps")
            terminal.wait_for(painted_on)
