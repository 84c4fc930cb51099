"""Scripts of clients without the second that Python takes to import their library: forked from a process that has it.

Each is the script still, in a process of its own, with its arguments and its exit status. The process that stands
ready is told on stdin, a JSON object a line, and answers with the exit status, a line each.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self


class Ready:
    """A process that imports what scripts import, and forks them; `env` says where they find it."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._said = folder / "said.txt"
        self._complained = folder / "complained.txt"

    def run(self, script: Path, arguments: Sequence[str], seconds: int) -> subprocess.CompletedProcess[str]:
        """Run a script to its end, which comes after so many seconds at the latest."""
        assert self._process.stdin
        assert self._process.stdout
        streams = [str(self._said), str(self._complained)]
        asked = {"script": str(script), "arguments": list(arguments), "streams": streams, "seconds": seconds}
        self._process.stdin.write(f"{json.dumps(asked)}\n")
        self._process.stdin.flush()
        status = self._process.stdout.readline()
        assert status, f"what {script.name} imports cannot be imported"
        return subprocess.CompletedProcess(
            [script, *arguments], int(status), self._said.read_text("utf-8"), self._complained.read_text("utf-8")
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._process:
            assert self._process.stdin
            self._process.stdin.close()


def stand_ready() -> None:
    """Fork scripts as long as that is asked for; each of the forks returns from here when it ends."""
    known = set[str]()
    while asked := sys.stdin.readline():
        request = json.loads(asked)
        if request["script"] not in known:
            runpy.run_path(request["script"], run_name="imported")
            known.add(request["script"])
        assert threading.active_count() == 1, "a process with threads is not forked"
        if not (pid := os.fork()):
            _become(**request)
            return
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(script: str, arguments: Sequence[str], streams: Sequence[str], seconds: int) -> None:
    """Be the script, as if Python had just started it; the alarm ends one that does not end."""
    signal.alarm(seconds)
    for number, path in enumerate([os.devnull, *streams]):
        opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    stand_ready()
