"""Over a real SSH connection: in every kind of terminal, with another size in the middle, and inside tmux."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.line.sshd import SSHD, Sshd
from tests.reviewer import read_into
from tests.terminal import Terminal
from tui.store import Store

PATIENCE = 90.0
TEXTS = {"a.png": [f"line number {number}" for number in range(1, 9)]}

pytestmark = [
    pytest.mark.skipif(SSHD is None or not shutil.which("ssh"), reason="there is no sshd or no ssh here"),
    pytest.mark.xdist_group("ssh"),
]


@pytest.fixture(scope="module")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    with Sshd(tmp_path_factory.mktemp("sshd")) as server:
        yield server


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    """A queue with a page of eight lines that has been read."""
    read_into(tmp_path / "queue.db", tmp_path, TEXTS)
    return tmp_path / "queue.db"


def handread(queue: Path, *before: str) -> str:
    """Return what is run at the other end: the program with files of its own."""
    folders = [f"XDG_{name}_HOME={queue.parent / name}" for name in ("DATA", "CONFIG", "CACHE")]
    environment = [f"HOME={queue.parent}", "USER=ada", "LC_ALL=C.UTF-8", *folders]
    argv = [sys.executable, "-m", "tui", "--queue", str(queue), "--service", "none"]
    return shlex.join([*before, "env", "-C", str(Path.cwd()), "-u", "COLORTERM", *environment, *argv])


def accept_a_line(terminal: Terminal) -> None:
    """From the queue on: open the review and accept the first line."""
    terminal.wait_for("done 1", PATIENCE)
    terminal.send("enter")
    terminal.wait_for(r"line 1 of 8", PATIENCE)
    terminal.send("a")
    terminal.wait_for(r"line 2 of 8", PATIENCE)


def decided(queue: Path) -> int:
    with Store(queue) as store:
        return len(store.decisions(1))


@pytest.mark.parametrize("kind", ["xterm-256color", "screen", "tmux", "linux", "vt100"])
def test_a_line_is_accepted_over_ssh_and_the_terminal_is_left_clean(sshd: Sshd, queue: Path, kind: str) -> None:
    with Terminal(sshd.command(handread(queue)), (100, 30), {"TERM": kind, "COLORTERM": ""}) as terminal:
        terminal.wait_for("done 1", PATIENCE)
        terminal.resize(80, 24)
        terminal.wait_for(lambda terminal: " enter " in terminal.rows[23] or "review" in terminal.rows[23], PATIENCE)
        accept_a_line(terminal)
        terminal.resize(110, 30)
        terminal.wait_for(lambda terminal: " a accept " in terminal.rows[29], PATIENCE)
        assert "line number 2" in terminal.text
        terminal.send("q")
        terminal.wait_for("done 1", PATIENCE)
        terminal.send("q")
        assert terminal.wait(PATIENCE) == 0
        assert not terminal.display.modes & {1000, 1003, 1004, 1006, 1049, 2004, 2026}
        assert 25 in terminal.display.modes
        assert not any(terminal.rows)
    assert decided(queue) == 1


def test_on_a_dumb_terminal_it_says_what_to_use_instead(sshd: Sshd, queue: Path) -> None:
    with Terminal(sshd.command(handread(queue)), (100, 30), {"TERM": "dumb"}) as terminal:
        assert terminal.wait(PATIENCE) == 2
        assert "handread review --plain" in " ".join(terminal.text.split())
        assert "\x1b" not in terminal.text


@pytest.mark.skipif(not shutil.which("tmux"), reason="there is no tmux here")
def test_inside_tmux_it_is_detached_and_found_again_as_it_was(sshd: Sshd, queue: Path) -> None:
    tmux = ("tmux", "-f", "/dev/null", "-S", str(queue.parent / "socket"))
    plain = {"TERM": "xterm-256color", "COLORTERM": ""}
    start = shlex.join([*tmux, "new-session", "-s", "work", handread(queue)])
    try:
        with Terminal(sshd.command(f"LC_ALL=C.UTF-8 {start}"), (100, 30), plain) as terminal:
            accept_a_line(terminal)
            terminal.type("\x02d")
            assert terminal.wait(PATIENCE) == 0
        again = shlex.join([*tmux, "attach", "-t", "work"])
        with Terminal(sshd.command(f"LC_ALL=C.UTF-8 {again}"), (90, 26), plain) as terminal:
            terminal.wait_for(r"line 2 of 8", PATIENCE)
            terminal.send("a")
            terminal.wait_for(r"line 3 of 8", PATIENCE)
            terminal.send("q")
            terminal.wait_for("done 1", PATIENCE)
            terminal.send("q")
            assert terminal.wait(PATIENCE) == 0
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)
    assert decided(queue) == 2
