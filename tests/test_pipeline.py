"""A whole pipeline in a real shell, broken off twice: each step ends with the right code, and nothing is paid twice."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fake_service import FakeService, Request, Step, Submission, running, submission
from tests.test_program import READ, home, profile
from tests.view.conftest import draw_page
from tui.model import State, Verdict
from tui.store import Store

__all__ = ["home"]

NAMES = ("a.png", "b b.png", "c\nc.png", "deep/d.png", "deep/er/e.png", "[f].png")
REST = """
step() { "$@" > "$1.out" 2> "$1.err"; echo "$2 $?"; }
step handread run --quiet
step handread decide accept --where 'conf>=.6'
printf '{"source": "scans/%s", "line": 1, "text": "jumps over it"}\\nnonsense\\n' a.png | step handread decide -
step handread export --format txt --out out
step handread decide accept --where 'conf>=.6'
step handread export --format txt --out out
step handread status --quiet
"""


def until(condition: Callable[[], object], seconds: float = 120) -> None:
    """Wait for something to come about, with patience for a machine that has much else to do."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


class Shell:
    """Runs scripts in sh, where `handread` is this program."""

    def __init__(self, home: dict[str, str], folder: Path) -> None:
        program = folder / "bin" / "handread"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m tui "$@"\n')
        program.chmod(0o755)
        path = f"{program.parent}:{os.environ['PATH']}"
        self._environment = {**os.environ, **home, "PATH": path, "PYTHONPATH": str(Path(__file__).parents[1])}
        self._folder = folder

    def begin(self, script: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["sh", "-c", script],
            env=self._environment,
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def broken_off(self, script: str, when: Callable[[], bool], number: signal.Signals) -> tuple[int, str, str]:
        """Run a script until something has come about, and send its last process a signal."""
        process = self.begin(script)
        until(when)
        process.send_signal(number)
        said, words = process.communicate(timeout=120)
        return process.returncode, said, words


@pytest.mark.skipif(shutil.which("sh") is None or shutil.which("find") is None, reason="a shell and find are used")
@pytest.mark.xdist_group("program")
def test_a_pipeline_that_is_broken_off_twice_goes_on_and_pays_for_each_image_once(
    home: dict[str, str], tmp_path: Path
) -> None:
    for name in NAMES:
        path = tmp_path / "scans" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        draw_page(path, (name.replace("\n", " "),))
    later: list[Step] = [running()]
    operations: list[Submission] = []

    def reads(_: Request) -> Submission:
        """Read two at once, and the others when the time has come."""
        operations.append(submission(*([READ] if len(operations) < 2 else [])))
        return operations[-1] if len(operations) <= 2 else Submission(operations[-1].accept, later)

    def stands(**counts: int) -> Callable[[], bool]:
        def does() -> bool:
            with Store(Path(home["HANDREAD_QUEUE"])) as store:
                items = store.tally().items
            return all(items[State(name)] == count for name, count in counts.items())

        return does

    with FakeService(reads, key="s3cret") as service:
        profile(home, service, "in_flight = 4")
        shell = Shell({**home, "CLOUD_KEY": "s3cret"}, tmp_path)
        adds = "find scans -name '*.png' -print0 | sort -z | handread add -0 --quiet - && exec handread run --json"
        code, first, words = shell.broken_off(adds, stands(done=2, sent=4), signal.SIGTERM)
        assert code == 130, words
        assert re.search(r"Interrupted with [4-6] images left. `handread run` goes on with them.", words)
        before = len(service.polls)
        code, second, words = shell.broken_off(adds, lambda: len(service.polls) > before + 8, signal.SIGKILL)
        assert (code, second) == (-signal.SIGKILL, ""), words
        later[:] = [READ]
        process = shell.begin(REST)
        steps, words = process.communicate(timeout=240)
        assert steps.splitlines() == [
            "run 0",
            "decide 0",
            "decide 1",
            "export 0",
            "decide 0",
            "export 0",
            "status 0",
        ], words + (tmp_path / "handread.err").read_text()
        assert first.count("jumps over") <= 2 * 2
        assert len(service.posts) == len(NAMES)
        assert set(Counter(service.accepted).values()) == {1}
    with Store(Path(home["HANDREAD_QUEUE"])) as store:
        assert store.tally().lines[Verdict.ACCEPTED] == len(NAMES) - 1
        assert store.tally().lines[Verdict.CORRECTED] == 1
        assert (
            sum(len(store.history(item.id, key)) for item in store.window(0, 9) for key in store.decisions(item.id))
            == 7
        )
    texts = Counter(path.read_text() for path in (tmp_path / "out").iterdir())
    assert texts == {"jumps over\n": len(NAMES) - 1, "jumps over it\n": 1}
