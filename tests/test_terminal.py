"""The terminal that other tests run the program in."""

from __future__ import annotations

import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.terminal import Display, NotShown, Terminal

ASK = """
import os, select, sys, termios, tty
old = termios.tcgetattr(0)
tty.setraw(0)
os.write(1, sys.argv[1].encode().decode("unicode_escape").encode("latin-1"))
answer = b""
while select.select([0], [], [], 5)[0]:
    answer += os.read(0, 1000)
    if answer.endswith(sys.argv[2].encode()):
        break
termios.tcsetattr(0, termios.TCSADRAIN, old)
print("answer", ascii(answer.decode()), "end")
"""


def python(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", program, *arguments]


def shown(*pieces: str) -> Display:
    display = Display(20, 4)
    for piece in pieces:
        display.feed(piece.encode())
    return display


@pytest.fixture
def cat() -> Iterator[Terminal]:
    with Terminal(["cat"]) as terminal:
        yield terminal


class TestTheProgram:
    def test_has_a_terminal_of_the_given_size(self) -> None:
        with Terminal(python("import os; print(*os.get_terminal_size(), 'cells')"), size=(91, 33)) as terminal:
            assert terminal.wait_for("91 33 cells")

    def test_gets_the_given_environment_and_a_modern_terminals(self) -> None:
        program = "import os; print(*(os.environ[name] for name in ('TERM', 'COLORTERM', 'FLAVOUR')))"
        with Terminal(python(program), env={"FLAVOUR": "plum"}) as terminal:
            terminal.wait_for("xterm-256color truecolor plum")

    def test_runs_in_the_given_folder(self, tmp_path: Path) -> None:
        with Terminal(python("import os; print(os.path.basename(os.getcwd()), '.')"), cwd=tmp_path) as terminal:
            terminal.wait_for(re.escape(tmp_path.name))

    def test_gives_its_exit_status(self) -> None:
        with Terminal(python("raise SystemExit(3)")) as terminal:
            assert terminal.wait() == 3

    def test_can_be_killed(self, cat: Terminal) -> None:
        cat.kill()
        assert cat.wait() == -signal.SIGKILL

    def test_is_told_of_a_new_size(self) -> None:
        program = (
            "import os, signal; signal.signal(signal.SIGWINCH, lambda *_: print('now', *os.get_terminal_size()))\n"
            "print('ready'); signal.pause()"
        )
        with Terminal(python(program)) as terminal:
            terminal.wait_for("ready")
            terminal.resize(100, 40)
            terminal.wait_for("now 100 40")
            assert len(terminal.rows) == 40

    def test_is_ended_with_the_terminal(self) -> None:
        with Terminal(python("import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); input()")) as terminal:
            pid = terminal.pid
        assert not Path(f"/proc/{pid}").exists()


class TestKeys:
    def test_reach_the_program_as_characters(self, cat: Terminal) -> None:
        cat.send("ß", "enter")
        cat.wait_for("ß\nß")

    def test_have_names(self) -> None:
        with Terminal(python(ASK, "go", "\x06")) as terminal:
            terminal.wait_for("go")
            terminal.send("down", "pageup", "shift+tab", "f5", "ctrl+f")
            terminal.wait_for(re.escape(r"\x1b[B\x1b[5~\x1b[Z\x1b[15~\x06' end"))

    def test_of_the_cursor_change_in_application_mode(self) -> None:
        with Terminal(python(ASK, r"\x1b[?1hgo", "B")) as terminal:
            terminal.wait_for("go")
            terminal.send("down")
            terminal.wait_for(re.escape(r"'\x1bOB' end"))

    def test_without_a_name_are_refused(self, cat: Terminal) -> None:
        with pytest.raises(ValueError, match=r"no key named 'dwon'; a text is sent with type"):
            cat.send("dwon")

    def test_can_be_pasted_in_brackets(self) -> None:
        with Terminal(python(ASK, r"\x1b[?2004hgo", "201~")) as terminal:
            terminal.wait_for("go")
            terminal.paste("plum jam")
            terminal.wait_for(re.escape("200~plum jam"))

    def test_can_be_clicks(self) -> None:
        with Terminal(python(ASK, "go", "m")) as terminal:
            terminal.wait_for("go")
            terminal.click(4, 2)
            terminal.wait_for(re.escape(r"\x1b[<0;5;3M\x1b[<0;5;3m' end"))


class TestQuestions:
    @pytest.mark.parametrize(
        ("question", "last", "answer"),
        [
            (r"\x1b[c", "c", r"\x1b[?62;22c"),
            (r"\x1b[>0q", "\\", r"\x1bP>|handread-tests(1)\x1b\\"),
            (r"\x1b[?2026$p", "y", r"\x1b[?2026;2$y"),
            (r"\x1b[?2048$p", "y", r"\x1b[?2048;0$y"),
            (r"\x1b[?25$p", "y", r"\x1b[?25;1$y"),
            (r"\x1b[?u", "u", r"\x1b[?0u"),
            (r"\x1b[2;3H\x1b[6n", "R", r"\x1b[2;3R"),
            (r"\x1b]11;?\x1b\\", "\\", r"\x1b]11;rgb:1010/1010/1010\x1b\\"),
            (r"\x1b]10;?\x07", "\\", r"\x1b]10;rgb:cccc/cccc/cccc\x1b\\"),
            (r"\x1b[16t", "t", r"\x1b[6;20;10t"),
            (r"\x1bP+q544e\x1b\\", "\\", r"\x1bP0+r\x1b\\"),
        ],
    )
    def test_are_answered(self, question: str, last: str, answer: str) -> None:
        with Terminal(python(ASK, question, last)) as terminal:
            terminal.wait_for(re.escape(f"answer {answer.encode().decode('unicode_escape')!a} end"))


class TestWaiting:
    def test_returns_the_screen_that_was_waited_for(self, cat: Terminal) -> None:
        cat.type("early bird\n")
        assert "early bird" in cat.wait_for(r"^early")

    def test_takes_a_question_about_the_terminal(self, cat: Terminal) -> None:
        cat.type("x\n")
        cat.wait_for(lambda terminal: terminal.cell(0, 1).text == "x")

    def test_in_vain_shows_the_screen(self, cat: Terminal) -> None:
        cat.type("what there is\n")
        with pytest.raises(NotShown, match=r"(?s)'what there is not' did not come: in 0.3 s.*\|what there is +\|"):
            cat.wait_for("what there is not", seconds=0.3)

    def test_ends_with_the_program(self) -> None:
        with Terminal(python("print('bye')")) as terminal, pytest.raises(NotShown, match="the program has ended"):
            terminal.wait_for("hello", seconds=60)

    def test_never_sees_half_a_frame(self) -> None:
        program = (
            "import time; w = lambda text: print(text, end='', flush=True)\n"
            r"w('\x1b[?2026hhalf'); time.sleep(.4); w('\r    \rwhole\x1b[?2026l'); input()"
        )
        with Terminal(python(program)) as terminal:
            assert terminal.wait_for("half|whole").startswith("whole")

    def test_for_the_end_of_a_program_that_goes_on_fails(self, cat: Terminal) -> None:
        with pytest.raises(NotShown, match="the program's end"):
            cat.wait(seconds=0.2)

    def test_can_be_for_silence(self, cat: Terminal) -> None:
        cat.type("one\n")
        assert "one" in cat.settle(quiet=0.2)


class TestTheScreen:
    def test_has_colours_and_styles(self) -> None:
        display = shown("\x1b[1;38;2;1;2;3;48;5;231mA\x1b[0;7;4;31mB")
        bold, reversed_ = display.cell(0, 0), display.cell(1, 0)
        assert (bold.foreground, bold.background, bold.bold) == ("010203", "ffffff", True)
        assert (reversed_.foreground, reversed_.reversed, reversed_.underlined) == ("red", True, True)

    def test_knows_the_newer_spelling_of_colours(self) -> None:
        cell = shown("\x1b[38:2::10:20:30;4:3mA").cell(0, 0)
        assert (cell.foreground, cell.underlined) == ("0a141e", True)

    @pytest.mark.parametrize("glyph", ["█", "▚", "\U0001fb1e", "\U0001cd42", "⣿", "é"])
    def test_gives_a_glyph_of_ink_one_cell(self, glyph: str) -> None:
        assert shown(f"{glyph}|").rows[0] == f"{glyph}|"

    def test_gives_a_wide_character_two_cells(self) -> None:
        display = shown("字|")
        assert [display.cell(column, 0).text for column in range(3)] == ["字", "", "|"]

    def test_shows_a_space_where_half_of_a_wide_character_was_written_over(self) -> None:
        assert shown("a字|\x1b[1;2Hb").rows[0] == "ab |"

    @pytest.mark.parametrize(
        "unknown",
        [
            "\x1b[>1u",
            "\x1b[<u",
            "\x1b[?2026$p",
            "\x1b[>4;2m",
            "\x1b[22;0t",
            "\x1b[2 q",
            "\x1bP1$r0m\x1b\\",
            "\x1b_Ga=q,i=1;AAAA\x1b\\",
            "\x1b]8;;https://example.org\x1b\\",
            "\x1b]52;c;eA==\x07",
            "\x1b^secret\x1b\\",
            "\x1b(B",
            "\x9b",
        ],
    )
    def test_shows_nothing_of_what_it_does_not_know(self, unknown: str) -> None:
        assert shown(f"a{unknown}b").rows[0] == "ab"

    def test_comes_back_when_the_alternate_screen_is_left(self) -> None:
        display = shown("prompt$ ", "\x1b[?1049h\x1b[Hprogram", "\x1b[?1049l")
        assert display.rows[0] == "prompt$"
        assert 1049 not in display.modes

    def test_is_empty_when_the_alternate_screen_is_entered(self) -> None:
        assert "prompt" not in "".join(shown("prompt$ ", "\x1b[?1049h").rows)

    def test_says_which_modes_are_on(self) -> None:
        assert shown("\x1b[?25l\x1b[?1000;1006h").modes == {1000, 1006}

    def test_keeps_the_title(self) -> None:
        with Terminal(python(r"print('\x1b]0;letters\x07done')")) as terminal:
            terminal.wait_for("done")
            assert terminal.title == "letters"

    @given(st.binary(max_size=200))
    def test_survives_any_bytes(self, data: bytes) -> None:
        Display(10, 3).feed(data)

    @given(
        st.lists(
            st.sampled_from(
                ["ä字", "\x1b[31m", "\x1b[2;2H", "\x1b]0;t\x07", "\x1b[?u", "x\r\n", "\x1b[5;5A", "\U0001cd42"]
            )
        ),
        st.integers(1, 7),
    )
    def test_is_the_same_however_the_bytes_are_cut(self, parts: list[str], length: int) -> None:
        data = "".join(parts).encode()
        answers: list[bytes] = []
        whole, cut = Display(10, 3, answers.append), Display(10, 3, answers.append)
        whole.feed(data)
        for start in range(0, len(data), length):
            cut.feed(data[start : start + length])
        assert cut.rows == whole.rows
        assert cut.screen.title == whole.screen.title
        half = len(answers) // 2
        assert answers[:half] == answers[half:]
