"""The review line by line: what a screen reader is given to say, what one key does, and how the terminal is left."""

import os
import pty
import re
import signal
import sqlite3
import sys
import termios
import textwrap
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import warm
from tests.terminal import Terminal
from tests.test_program import HANDREAD, home
from tests.view.conftest import draw_page
from tui.direction import is_right_to_left
from tui.model import Decision, Line, LineKey, Page, Verdict, Word
from tui.pictures.source import measure
from tui.plain.field import Field, redrawn
from tui.plain.keyboard import Keyboard
from tui.store import NewItem, Store

__all__ = ["home"]

REVIEW = (*HANDREAD, "review", "--plain")
HEBREW = "שלום עולם"
OLD_LETTERS = "ſo ﬁne ½ m² tie\u0302\u0301ng हिन्दी"
Adds = Callable[..., int]


@pytest.fixture
def read(home: dict[str, str], tmp_path: Path) -> Adds:
    """Return a function that puts a page into the queue that was read; of `qvick` the service is not sure."""

    def add(name: str, *texts: str) -> int:
        path = tmp_path / name
        page = draw_page(path, tuple(f"{place} {name}" for place, _ in enumerate(texts)), legible=False)
        lines = tuple(_line(text, line) for text, line in zip(texts, page.lines, strict=True))
        with Store(Path(home["HANDREAD_QUEUE"])) as store:
            item_id = store.add([NewItem(str(path), "local", measure(path))])[0].item_id
            store.claim("local")
            store.sent(item_id, "local:1")
            store.done(item_id, b"{}", [Page(1, page.width, page.height, 0.0, lines)])
        return item_id

    return add


def _line(text: str, drawn: Line) -> Line:
    words = [
        Word(word, drawn.polygon, 0.31, alternatives=("quick", "quack")) if word == "qvick" else Word(word, None, 0.97)
        for word in text.split()
    ]
    return replace(drawn, text=text, words=tuple(words))


def decisions(home: dict[str, str], item_id: int) -> dict[LineKey, Decision]:
    with Store(Path(home["HANDREAD_QUEUE"])) as store:
        return store.decisions(item_id)


@pytest.fixture
def opened(home: dict[str, str]) -> Iterator[Callable[..., tuple[Terminal, list[bytes]]]]:
    """Return a function that starts the review in a terminal, and all the bytes it writes from then on."""
    terminals: list[Terminal] = []

    def start(size: tuple[int, int] = (80, 24)) -> tuple[Terminal, list[bytes]]:
        terminal = Terminal(REVIEW, size=size, env=home)
        terminals.append(terminal)
        written: list[bytes] = []
        feed = terminal._display.feed

        def keep(data: bytes) -> None:
            written.append(data)
            feed(data)

        terminal._display.feed = keep  # type: ignore[method-assign]
        return terminal, written

    yield start
    for terminal in terminals:
        terminal.__exit__(None, None, None)


Starts = Callable[..., tuple[Terminal, list[bytes]]]


def said(home: dict[str, str], *commands: str) -> list[str]:
    """Return the rows that commands on stdin are answered with."""
    done = warm.run_with_text(REVIEW, {**os.environ, **home}, "\n".join(commands) + "\n")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def row_of_cursor(terminal: Terminal) -> str:
    display = terminal.display
    return display.rows[display.screen.cursor.y][display.screen.cursor.x :]


def mode_of(terminal: Terminal) -> int:
    """Return whether the terminal echoes and gathers lines, as two bits of its mode."""
    lflag = termios.tcgetattr(terminal._program.child_fd)[3]
    assert isinstance(lflag, int)
    return lflag & (termios.ECHO | termios.ICANON)


# -- with keys --------------------------------------------------------------------------------------------------------


def test_each_line_is_said_and_one_key_decides_it(home: dict[str, str], read: Adds, opened: Starts) -> None:
    item_id = read("letter.png", "The qvick brown fox", "jumps over", "the lazy dog", "of Silas")
    terminal, written = opened()
    terminal.wait_for(
        r"letter.png, line 1 of 4, confidence \.\d\d, doubtful: qvick\n1 quick, 2 quack\nThe qvick brown fox"
    )
    terminal.wait_for(lambda terminal: row_of_cursor(terminal) == "qvick brown fox")
    terminal.send("1")
    terminal.wait_for(r"corrected: quick\nletter.png, line 2 of 4, confidence \.97\njumps over$")
    assert decisions(home, item_id)[LineKey(1, 0)].text == "The quick brown fox"
    terminal.send("a")
    terminal.wait_for(r"accepted\nletter.png, line 3 of 4")
    assert decisions(home, item_id)[LineKey(1, 1)].verdict is Verdict.ACCEPTED
    terminal.send("f")
    terminal.wait_for(r"Why\? i illegible, n name")
    terminal.send("n")
    terminal.wait_for(r"flagged: name\nletter.png, line 4 of 4")
    terminal.send("x")
    terminal.wait_for("rejected\nEverything that was read is decided")
    terminal.send("u")
    terminal.wait_for(r"taken back\nletter.png, line 4 of 4, confidence")
    terminal.send("ctrl+r")
    terminal.wait_for(r"made again\nletter.png, line 4 of 4, rejected")
    terminal.send("q")
    assert terminal.wait() == 0
    made = decisions(home, item_id)
    assert [made[LineKey(1, line)].verdict.value for line in range(4)] == [
        "corrected",
        "accepted",
        "flagged",
        "rejected",
    ]
    assert made[LineKey(1, 2)].reason == "name"
    _is_line_by_line(b"".join(written))


def _is_line_by_line(written: bytes) -> None:
    """No other screen, no colour, and no way for the cursor out of its row but to the next."""
    sequences = set(re.findall(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|.)", written))
    assert {one for one in sequences if not re.fullmatch(rb"\x1b\[(\d+C|K|\?2004[hl])", one)} == set()
    assert not set(written) & (set(range(0x20)) - set(b"\r\n\b\x1b"))


def test_a_line_is_edited_in_its_row_from_the_least_sure_word_on(
    home: dict[str, str], read: Adds, opened: Starts
) -> None:
    item_id = read("a.png", "The qvick brown fox", "jumps over")
    terminal, written = opened()
    terminal.wait_for(lambda terminal: row_of_cursor(terminal) == "qvick brown fox")
    terminal.send("e")
    terminal.wait_for(
        lambda terminal: "edit: The qvick" in terminal.text and row_of_cursor(terminal) == "qvick brown fox"
    )
    before = len(b"".join(written))
    terminal.send("right", "delete", "u")
    terminal.wait_for("edit: The quick brown fox")
    assert b"The" not in b"".join(written)[before:], "what stands before the change is not said again"
    terminal.send("end")
    terminal.type(" indeed")
    terminal.send("enter")
    terminal.wait_for(r"corrected\na.png, line 2 of 2")
    assert decisions(home, item_id)[LineKey(1, 0)].text == "The quick brown fox indeed"
    terminal.send("e", "escape")
    terminal.wait_for("left as it was")
    terminal.send("e", "enter")
    terminal.wait_for("accepted\n")
    assert decisions(home, item_id)[LineKey(1, 1)].verdict is Verdict.ACCEPTED
    _is_line_by_line(b"".join(written))


def test_only_the_word_is_asked_for_when_it_alone_is_wrong(home: dict[str, str], read: Adds, opened: Starts) -> None:
    item_id = read("a.png", "The qvick brown fox", "jumps over")
    terminal, _ = opened()
    terminal.wait_for("The qvick")
    terminal.send("c")
    terminal.wait_for("instead of qvick:")
    terminal.type("quirky\r")
    terminal.wait_for(r"corrected: quirky\na.png, line 2")
    assert decisions(home, item_id)[LineKey(1, 0)].text == "The quirky brown fox"


def test_a_long_line_is_folded_and_its_doubtful_part_is_said_last(read: Adds, opened: Starts) -> None:
    read("a.png", "The qvick brown fox " + "jumps over the lazy dog and on " * 4)
    terminal, _ = opened((40, 24))
    terminal.wait_for(lambda terminal: row_of_cursor(terminal).startswith("qvick brown fox"))
    text = terminal.text
    assert text.count("The qvick brown fox") == 2
    assert text.rindex("The qvick brown fox") > text.rindex("and on")


def test_words_are_walked_through_with_the_cursor_on_them(read: Adds, opened: Starts) -> None:
    read("a.png", "jumps over", "The qvick brown fox")
    terminal, _ = opened()
    terminal.wait_for("jumps over")
    terminal.send("w", "w")
    terminal.wait_for(lambda terminal: row_of_cursor(terminal) == "over, word 2 of 2, .97")
    terminal.send("]")
    terminal.wait_for(lambda terminal: row_of_cursor(terminal) == "qvick brown fox")


def test_nothing_is_taken_that_was_not_said_before(home: dict[str, str], read: Adds) -> None:
    item_id = read("a.png", "The qvick brown fox", "the brow of a hill")
    rows = said(home, "a", "g", "1")
    assert rows.count("1 quick, 2 quack") == 2, "a digit on a decided line says what there is"
    assert decisions(home, item_id)[LineKey(1, 0)].verdict is Verdict.ACCEPTED
    said(home, "g", "1", "2")
    assert decisions(home, item_id)[LineKey(1, 0)].text == "The quack brown fox"


def test_a_paste_and_a_key_without_meaning_decide_nothing(home: dict[str, str], read: Adds, opened: Starts) -> None:
    item_id = read("a.png", "jumps over", "the lazy dog")
    terminal, _ = opened()
    terminal.wait_for("jumps over")
    terminal.paste("a\na\nx")
    terminal.wait_for("A paste decides nothing")
    terminal.send("z")
    terminal.wait_for("picture is there on the screen alone")
    terminal.send("%")
    terminal.wait_for("% does nothing here")
    assert decisions(home, item_id) == {}


def test_the_keys_are_those_of_the_settings(home: dict[str, str], read: Adds, opened: Starts) -> None:
    folder = Path(home["XDG_CONFIG_HOME"]) / "handread"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text('[keys]\npreset = "prodigy"\nreject = ["#"]\n')
    item_id = read("a.png", "jumps over", "the lazy dog")
    terminal, _ = opened()
    terminal.wait_for("jumps over")
    terminal.send("space")
    terminal.wait_for(r"skipped\na.png, line 2")
    terminal.send("#")
    terminal.wait_for("rejected")
    assert decisions(home, item_id)[LineKey(1, 1)].verdict is Verdict.REJECTED


# -- how the terminal is left -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (lambda terminal: terminal.send("ctrl+c"), 130),
        (lambda terminal: terminal.signal(signal.SIGTERM), 143),
        (lambda terminal: terminal.send("q"), 0),
    ],
    ids=["ctrl+c", "SIGTERM", "q"],
)
def test_the_terminal_is_left_as_it_was(
    read: Adds, opened: Starts, end: Callable[[Terminal], object], status: int
) -> None:
    read("a.png", "jumps over")
    terminal, _ = opened()
    before = mode_of(terminal) or termios.ECHO | termios.ICANON
    terminal.wait_for(lambda terminal: row_of_cursor(terminal) == "jumps over")
    assert mode_of(terminal) == 0
    assert 2004 in terminal.display.modes
    end(terminal)
    assert terminal.wait() == status
    assert mode_of(terminal) == before
    assert 2004 not in terminal.display.modes
    assert row_of_cursor(terminal) == "", "what comes next begins a row"


def test_the_terminal_is_given_back_after_an_error() -> None:
    outside, inside = pty.openpty()
    before = termios.tcgetattr(inside)
    with pytest.raises(ZeroDivisionError), Keyboard({}, reads=inside, writes=inside):  # noqa: PT012 (it comes from within)
        assert termios.tcgetattr(inside) != before
        raise ZeroDivisionError
    assert termios.tcgetattr(inside) == before
    os.close(inside)
    os.close(outside)


SHELL = """
import os, signal, sys, termios
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
program = os.fork()
if program == 0:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
_, status = os.waitpid(program, os.WUNTRACED)
echoes = bool(termios.tcgetattr(0)[3] & termios.ECHO)
os.tcsetpgrp(0, os.getpid())
print(f"stopped {os.WIFSTOPPED(status)}, echoes {echoes}", flush=True)
sys.stdin.readline()
os.tcsetpgrp(0, program)
os.kill(program, signal.SIGCONT)
_, status = os.waitpid(program, 0)
print(f"ended {os.waitstatus_to_exitcode(status)}", flush=True)
"""


def test_it_can_be_suspended_and_taken_up_again(home: dict[str, str], read: Adds, tmp_path: Path) -> None:
    read("a.png", "jumps over", "the lazy dog")
    shell = tmp_path / "shell.py"
    shell.write_text(textwrap.dedent(SHELL))
    with Terminal((sys.executable, shell, *REVIEW), env=home) as terminal:
        terminal.wait_for(lambda terminal: row_of_cursor(terminal) == "jumps over")
        terminal.send("ctrl+z")
        terminal.wait_for("stopped True, echoes True")
        terminal.send("enter")
        terminal.wait_for(lambda terminal: mode_of(terminal) == 0 and terminal.text.count("jumps over") == 2)
        terminal.send("a")
        terminal.wait_for(r"accepted\na.png, line 2")
        terminal.send("q")
        terminal.wait_for("ended 0")


# -- with commands on stdin -------------------------------------------------------------------------------------------


def test_commands_come_line_by_line_where_there_is_no_terminal(home: dict[str, str], read: Adds) -> None:
    item_id = read("a.png", "The qvick brown fox", "jumps over", "the lazy dog", "of Silas", "and more")
    rows = said(
        home, "# a remark", "", "take 2", "bogus", "accept this", "f name", "e the lazy dag", "u", "a", "s", "A"
    )
    assert rows[:4] == [
        "Review, line by line. 0 of 5 lines decided. ? says the keys, q leaves.",
        "a.png, line 1 of 5, confidence .76, doubtful: qvick",
        "1 quick, 2 quack",
        "The qvick brown fox",
    ]
    answers = [row for row in rows if not row.startswith("a.png,") and row not in {"jumps over", "the lazy dog"}]
    assert answers[3:] == [
        "corrected: quack",
        "“bogus” is no command. ? says those that there are.",
        "accept takes nothing after it.",
        "flagged: name",
        "corrected",
        "of Silas",
        "taken back",
        "accepted",
        "of Silas",
        "skipped",
        "and more",
        "1 accepted",
        "of Silas",
    ]
    made = decisions(home, item_id)
    assert made[LineKey(1, 0)].text == "The quack brown fox"
    assert made[LineKey(1, 1)].reason == "name"
    assert made[LineKey(1, 2)].verdict is Verdict.ACCEPTED


def test_a_terminal_without_keys_is_given_commands_line_by_line(home: dict[str, str], read: Adds) -> None:
    read("a.png", "jumps over", "the lazy dog")
    with Terminal(REVIEW, env={**home, "TERM": "dumb"}) as terminal:
        terminal.wait_for("jumps over")
        terminal.type("a\r")
        terminal.wait_for(r"accepted\na.png, line 2 of 2")
        terminal.type("q\r")
        assert terminal.wait() == 0
        assert "\ufffd" not in terminal.text


def test_a_line_that_is_no_utf8_is_told_of_and_decides_nothing(home: dict[str, str], read: Adds) -> None:
    item_id = read("a.png", "jumps over")
    done = warm.run(REVIEW, {**os.environ, **home}, b"e caf\xe9\n")
    assert done.returncode == 0
    assert b"This line is no UTF-8." in done.stdout
    assert decisions(home, item_id) == {}


def test_an_image_whose_pages_are_damaged_is_told_of_and_passed_by(home: dict[str, str], read: Adds) -> None:
    read("a.png", "jumps over")
    other = read("b.png", "the lazy dog")
    with closing(sqlite3.connect(home["HANDREAD_QUEUE"])) as queue, queue:
        queue.execute("update result set pages = x'00' where item_id != ?", (other,))
    rows = said(home, "a", "J", "a")
    assert "is damaged: the pages of image 1 cannot be read." in rows[0]
    assert "There is no line here." in rows
    assert decisions(home, other)[LineKey(1, 0)].verdict is Verdict.ACCEPTED


def test_a_correction_is_repeated_where_the_same_was_misread(home: dict[str, str], read: Adds) -> None:
    first = read("a.png", "The qvick brown fox", "jumps over")
    second = read("b.png", "a qvick one", "nothing")
    rows = said(home, "1", "*", ".", "q")
    assert "1 more of “qvick”: * goes through them" in rows
    assert "1 line with “qvick” that may be “quick”: . corrects, n goes to the next" in rows
    assert decisions(home, second)[LineKey(1, 0)].text == "a quick one"
    assert len(decisions(home, first)) == 1


def test_lines_are_found_and_gone_to(home: dict[str, str], read: Adds) -> None:
    read("a.png", "The brown fox", "jumps over")
    read("b.png", "the lazy dog", "and jumps")
    rows = said(home, "/jumps", "n", "/ nowhere at all", "K", "goto 2", "goto 9", "/ conf<", "K")
    assert "2 lines match jumps: n goes to the next" in rows
    assert rows.index("and jumps") > rows.index("jumps over")
    assert "No line matches nowhere at all" in rows
    assert "There is no line 9 here: there are 2." in rows
    assert rows[-2:] == ["This is the first image.", "jumps over"]


def test_only_what_does_something_is_among_the_keys(home: dict[str, str], read: Adds) -> None:
    read("a.png", "The brown fox")
    rows = said(home, "?")
    assert any(row.startswith("a or enter: Accept the line") for row in rows)
    assert not any(row.startswith(("1 to 9", "z", "n:", ".:")) for row in rows)


def test_a_queue_in_which_nothing_is_read_says_what_reads_it(home: dict[str, str]) -> None:
    assert "`handread run PATH...` recognises images." in said(home, "a")[0]


def test_without_plain_and_without_a_terminal_the_way_out_is_named(home: dict[str, str]) -> None:
    done = warm.run_with_text((*HANDREAD, "review"), {**os.environ, **home})
    assert done.returncode == 2
    assert "handread review --plain" in done.stderr


def test_review_alone_opens_the_screens_at_the_review(home: dict[str, str], read: Adds) -> None:
    read("a.png", "The brown fox")
    with Terminal((*HANDREAD, "review"), env=home) as terminal:
        terminal.wait_for("line 1 of 1")
        assert 1049 in terminal.display.modes


# -- scripts other than Latin -----------------------------------------------------------------------------------------


def test_a_line_from_right_to_left_is_marked_and_stays_in_logical_order(home: dict[str, str], read: Adds) -> None:
    read("a.png", HEBREW, "fox שלום", "12 مرحبا")
    rows = said(home, "j", "j")
    assert f"right to left: {HEBREW}" in rows
    assert "fox שלום" in rows
    assert "right to left: 12 مرحبا" in rows


@pytest.mark.parametrize("control", ["\u202e", "\u2067", "\u200f", "\x1b[2J", "\x9b31m", "\x07"])
def test_nothing_in_a_text_reaches_the_terminal_as_a_command(
    home: dict[str, str], read: Adds, opened: Starts, control: str
) -> None:
    read("a.png", f"evil{control}text qvick", "the end")
    terminal, written = opened()
    terminal.wait_for("evil.*text")
    terminal.send("e", "left", "left", "enter", "u", "w", "l", "q")
    assert terminal.wait() == 0
    assert control.encode() not in b"".join(written)
    assert control not in "".join(said(home, "e", "l", "w"))


def test_editing_keeps_every_character_that_is_not_edited(home: dict[str, str], read: Adds, opened: Starts) -> None:
    text = f"{OLD_LETTERS} \u200f{HEBREW} \u0645\u200c\u0646"
    item_id = read("a.png", text, "jumps over")
    terminal, _ = opened()
    terminal.wait_for("confidence")
    terminal.send("e", "home")
    terminal.type("é ")
    terminal.send("end", "left", "left", "right", "enter")
    terminal.wait_for(r"corrected\n")
    kept = decisions(home, item_id)[LineKey(1, 0)].text
    assert kept == f"é {text}"
    assert unicodedata.normalize("NFKC", kept) != kept
    said(home, "u", f"e {text}!")
    assert decisions(home, item_id)[LineKey(1, 0)].text == f"{text}!"


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        (HEBREW, True),
        ("مرحبا", True),
        ("fox שלום", False),
        ("12 שלום", True),
        ("", False),
        ("\u2067ש\u2069 fox", False),
    ],
)
def test_the_first_letter_says_which_way_a_text_is_read(text: str, is_so: bool) -> None:
    assert is_right_to_left(text) is is_so


# -- the field --------------------------------------------------------------------------------------------------------

LETTERS = st.sampled_from(["a", "b", " ", "e\u0301", "ש", "שָׁ", "漢", "कि", "\u202e", "²"])
KEYS = st.one_of(
    st.sampled_from(["left", "right", "home", "end", "backspace", "delete", "ctrl+k", "ctrl+u", "ctrl+w", "f5"]),
    LETTERS.map(lambda letter: "+" + letter),
)


@given(st.lists(LETTERS, max_size=40).map("".join), st.lists(KEYS, max_size=25), st.integers(12, 40))
def test_the_row_shows_the_field_and_the_cursor_where_it_stands(text: str, keys: list[str], columns: int) -> None:
    screen = pyte.Screen(columns, 3)
    stream: Any = pyte.Stream(screen)
    field, shown = Field(text, len(text)), None
    for key in ["f5", *keys]:
        field = field.typed(key[1:]) if key.startswith("+") else field.pressed(key)
        field = field.in_sight(columns - 6)
        row = field.row(columns - 6)
        stream.feed(redrawn("edit: ", shown, row))
        shown = row
        whole = pyte.Screen(columns, 3)
        pyte.Stream(whole).feed("edit: " + "".join(row))
        before = pyte.Screen(columns, 3)
        pyte.Stream(before).feed("edit: " + row[0])
        assert screen.display == whole.display
        assert (screen.cursor.x, screen.cursor.y) == (before.cursor.x, 0)
        assert 0 <= field.first <= field.cursor <= len(field.text)


@given(st.lists(LETTERS, max_size=20).map("".join), st.data())
def test_what_is_typed_and_taken_back_leaves_the_text_as_it_was(text: str, data: st.DataObject) -> None:
    field = Field(text, data.draw(st.integers(0, len(text))))
    typed = field.typed("xyz")
    for _ in "xyz":
        typed = typed.pressed("backspace")
    assert (typed.text, typed.cursor) == (field.text, field.cursor)
