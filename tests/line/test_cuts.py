"""A line that stalls, and one that is cut: nothing waits for the first, and the second loses nothing."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.fake_service import FakeService, running, state, submission
from tests.reviewer import MeasuredTerminal, read_into
from tests.terminal import Display, Terminal
from tui.model import LineKey, Page
from tui.review import Spot
from tui.store import Store
from tui.view.whereabouts import Whereabouts, whereabouts_from_text, whereabouts_to_text

HANDREAD = (sys.executable, "-m", "tui")
PATIENCE = 60.0
"""Seconds that anything may take: the machine may be busy."""
TEXTS = {"a.png": [f"line number {number}" for number in range(1, 41)]}
BUFFERED = 50_000
"""More bytes than lie between a program and a terminal that reads nothing, and fewer than the keys below have written
one after the other."""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing of this machine's user is seen or changed."""
    folders = {name: str(tmp_path / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    return {"HOME": str(tmp_path), "USER": "ada", "HANDREAD_QUEUE": str(tmp_path / "queue.db"), **folders}


@pytest.fixture
def page(tmp_path: Path) -> Page:
    """A page of forty lines that has been read."""
    return read_into(tmp_path / "queue.db", tmp_path, TEXTS)["a.png"]


def until(is_so: Callable[[], object], what: str) -> None:
    """Wait for something that is not on the screen."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.02)


def verdicts(queue: Path) -> list[tuple[int, str, str | None]]:
    """Return what is decided in a queue file: the line, from 1, and the text where it was corrected."""
    with Store(queue) as store:
        found = sorted(store.decisions(1).items())
    return [(key.line + 1, decision.verdict.value, decision.text) for key, decision in found]


@pytest.mark.xdist_group("program")
@pytest.mark.usefixtures("page")
def test_while_nobody_reads_keys_and_polls_go_on_and_then_the_screen_is_at_once_what_is_true(
    home: dict[str, str], tmp_path: Path
) -> None:
    slow = submission(state("notStarted"), *[running()] * 5000)
    (tmp_path / "b.png").write_bytes((tmp_path / "p" / "a.png").read_bytes() + b"another")
    with FakeService([slow], key="s3cret") as service:
        folder = Path(home["XDG_CONFIG_HOME"]) / "handread"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(
            f'service = "cloud"\n[services.cloud]\ndialect = "read-3.2"\nendpoint = "{service.url}"\n'
            'key_variable = "CLOUD_KEY"\nfirst_poll = 0.1\nlongest_poll = 0.1\n'
        )
        argv = (*HANDREAD, str(tmp_path / "b.png"), "--glyphs", "quadrants", "--colours", "256")
        with MeasuredTerminal(argv, env={**home, "CLOUD_KEY": "s3cret"}) as terminal:
            terminal.wait_for(r"running +Running", PATIENCE)
            terminal.send("enter")
            terminal.wait_for(r"line 1 of 40", PATIENCE)
            received = terminal.received
            # nothing is read from here on
            for verdict in "saasaa":
                terminal.send(*"jkjkjkjk", verdict)
            until(lambda: len(verdicts(tmp_path / "queue.db")) == 6, "the sixth decision")
            polls = len(service.polls)
            until(lambda: len(service.polls) > polls + 3, "another poll")
            # the line takes something again
            terminal.wait_for(r"line 7 of 40", PATIENCE)
            terminal.settle()
            assert terminal.received - received < BUFFERED
    marks = [verdict for _, verdict, _ in verdicts(tmp_path / "queue.db")]
    assert marks == ["skipped", "accepted", "accepted"] * 2


@pytest.mark.xdist_group("program")
@pytest.mark.usefixtures("page")
def test_when_the_line_is_cut_the_program_ends_and_the_next_one_begins_at_the_same_line_and_zoom(
    home: dict[str, str], tmp_path: Path
) -> None:
    argv = (*HANDREAD, "--service", "none", "--glyphs", "quadrants")
    with Terminal(argv, size=(120, 30), env=home) as terminal:
        terminal.wait_for("done 1", PATIENCE)
        terminal.send("enter")
        terminal.wait_for(r"line 1 of 40", PATIENCE)
        terminal.send("a", "a")
        terminal.wait_for(r"line 3 of 40", PATIENCE)
        terminal.send("Z", *"jjjjj")
        terminal.wait_for(r"line 8 of 40", PATIENCE)
        shown = terminal.settle()
        terminal.signal(signal.SIGHUP)
        assert terminal.wait(PATIENCE) == 128 + signal.SIGHUP
    assert [line for line, *_ in verdicts(tmp_path / "queue.db")] == [1, 2]
    with Terminal(argv, size=(120, 30), env=home) as terminal:
        terminal.wait_for(lambda terminal: terminal.text == shown, PATIENCE)
        terminal.send("q")
        terminal.wait_for("done 1", PATIENCE)
        terminal.send("q")
        assert terminal.wait(PATIENCE) == 0
    with Store(tmp_path / "queue.db") as store:
        assert not store.preferences("ada")["whereabouts"]  # who leaves begins at the queue


def test_whereabouts_that_make_no_sense_are_nowhere() -> None:
    assert whereabouts_from_text(whereabouts_to_text(None)) is None
    for text in ("", "7", "[1, 2]", '[1, 1, 0, "b"]', "[1, 1, 0.5, null]", "{}", "[true, 1, 1, null]"):
        assert whereabouts_from_text(text) is None
    for word in (None, 3):
        here = Whereabouts(7, Spot(LineKey(2, 11), word))
        assert whereabouts_from_text(whereabouts_to_text(here)) == here


class Detached:
    """The program on a terminal that is not its own: nobody tells it when that is gone."""

    def __init__(self, argv: tuple[str, ...], env: Mapping[str, str]) -> None:
        self.master, slave = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", **env}
        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        self._display = Display(80, 24, lambda answer: os.write(self.master, answer))

    def wait_for(self, text: str) -> None:
        """Wait until a text is on the screen."""
        end = time.monotonic() + PATIENCE
        while text not in "\n".join(self._display.rows):
            assert time.monotonic() < end, self._display.rows
            self._display.feed(os.read(self.master, 65536))

    def seconds(self) -> float:
        """Return the processor time that it has taken by now."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.xdist_group("program")
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processor time is told by /proc")
@pytest.mark.usefixtures("page")
def test_a_terminal_that_is_gone_without_a_signal_ends_the_program_which_does_not_spin(home: dict[str, str]) -> None:
    program = Detached((*HANDREAD, "--service", "none"), home)
    program.wait_for("done 1")
    before = program.seconds()
    os.close(program.master)
    _, status, usage = os.wait4(program.process.pid, 0)
    program.process.returncode = os.waitstatus_to_exitcode(status)
    assert program.process.returncode == 128 + signal.SIGHUP
    assert usage.ru_utime + usage.ru_stime - before < 2


@pytest.mark.xdist_group("program")
@pytest.mark.usefixtures("page")
def test_stopped_it_leaves_the_screen_and_when_it_goes_on_all_is_there_again(home: dict[str, str]) -> None:
    with Terminal((*HANDREAD, "--service", "none"), env=home) as terminal:
        terminal.wait_for("done 1", PATIENCE)
        shown = terminal.settle()
        terminal.signal(signal.SIGTSTP)
        terminal.wait_for(lambda terminal: not terminal.display.modes & {1049, 1000, 2004}, PATIENCE)
        assert not any(terminal.rows)
        until(lambda: _state(terminal.pid) == "T", "the stop")
        terminal.signal(signal.SIGCONT)
        terminal.wait_for(lambda terminal: terminal.text == shown and takes_keys(terminal), PATIENCE)
        terminal.send("enter")
        terminal.wait_for("line 1 of 40", PATIENCE)


def takes_keys(terminal: Terminal) -> bool:
    """Whether the program reads keys one by one, and not lines: enter would be another key there."""
    return not termios.tcgetattr(terminal._program.child_fd)[3] & termios.ICANON


def _state(process: int) -> str:
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
