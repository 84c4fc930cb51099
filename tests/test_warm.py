"""A forked program is as one that Python has just started: what it prints, what it obeys, and how it ends."""

from __future__ import annotations

import io
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests import warm
from tests.terminal import Terminal, environment_of
from tests.test_capabilities import depth_of
from tests.test_program import HANDREAD, home

__all__ = ["home"]  # the fixture

pytestmark = pytest.mark.skipif(not warm.CAN_FORK, reason="nothing is forked here")
SCREENS = (*HANDREAD, "--service", "none")


@pytest.fixture(autouse=True)
def _stands_ready(home: dict[str, str]) -> None:
    """The first in each environment is started, so that the next is forked."""
    for env in ({**os.environ, **home}, environment_of(home)):
        warm.can_start(HANDREAD, env)
        assert warm.can_start(HANDREAD, env)


@pytest.mark.parametrize("arguments", [("--help",), ("--nosuch",), ("status", "--json"), ("show", "there/is/none.png")])
def test_it_prints_and_ends_as_one_that_is_started(home: dict[str, str], arguments: tuple[str, ...]) -> None:
    command, env = [*HANDREAD, *arguments], {**os.environ, **home}
    started = subprocess.run(command, env=env, capture_output=True, check=False)
    forked = warm.run(command, env)
    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)
    assert warm.run(command, env, together=True).stdout in {
        started.stdout + started.stderr,
        started.stderr + started.stdout,
    }


def test_it_is_given_names_that_are_no_text_and_bytes_on_stdin(home: dict[str, str], tmp_path: Path) -> None:
    command: warm.Argv = [*HANDREAD, "add", b"caf\xe9.png", "-"]
    env = {**os.environ, **home}
    name = os.path.join(os.fsencode(tmp_path), b"caf\xff.png")  # noqa: PTH118 (a name that is no text)
    Path(os.fsdecode(name)).write_bytes(b"")
    started = subprocess.run(command, env=env, input=name, capture_output=True, check=False)
    forked = warm.run(command, env, name)
    said, said_first = forked.stderr.splitlines(), started.stderr.splitlines()
    assert len(said) > 2
    assert said[:2] == said_first[:2]  # below that it is said what is in the queue, where the file is known now


@pytest.mark.parametrize("depth", ["truecolor", "256", "16", "none"])
def test_textual_heeds_what_it_is_told_before_it_is_imported(home: dict[str, str], depth: str) -> None:
    written = io.BytesIO()
    with Terminal((*SCREENS, "--colours", depth), env=home) as terminal:
        assert isinstance(terminal._program, warm.InTerminal)
        terminal._program.logfile_read = written
        terminal.wait_for("The queue is empty")
        terminal.send("q")
        assert terminal.wait() == 0
    assert depth_of(written.getvalue().decode("utf-8", "replace")) == depth


def test_it_ends_by_a_signal_or_when_its_terminal_goes(home: dict[str, str]) -> None:
    with Terminal(SCREENS, env=home) as terminal:
        terminal.wait_for("The queue is empty")
        terminal.signal(signal.SIGKILL)
        assert terminal.wait() == -signal.SIGKILL
    with Terminal(SCREENS, env=home) as terminal:
        terminal.wait_for("The queue is empty")
        pid = terminal.pid
    assert terminal.status is not None
    assert not Path(f"/proc/{pid}").exists()
