"""Many on one file at once, each a process: they know of each other, nobody is told of a lock, and nothing is lost.

tests/bench/colleagues.py does the same for as long as one likes.
"""

import sys
from pathlib import Path

from tests.bench.colleagues import REVIEWERS, hammer, lost_and_twice, prepare, walk_back
from tests.reviewer import read_into
from tests.terminal import Terminal

ACTS = 45
PATIENCE = 60.0
LONG = 300.0
"""Seconds, after which a very slow machine stops where it is."""


def test_five_reviewers_and_a_runner_lose_nothing_and_can_walk_all_the_way_back(tmp_path: Path) -> None:
    queue = tmp_path / "queue.db"
    prepare(queue, spare=150)
    tales = hammer(queue, ACTS, LONG)
    assert [tale.name for tale in tales] == [*REVIEWERS, "runner"]
    assert [error for tale in tales for error in tale.errors] == []
    assert all(tale.decided for tale in tales[:-1])
    assert tales[-1].read
    assert lost_and_twice(queue, tales) == (0, 0)
    assert walk_back(queue, tales) == []


def program(queue: Path, folder: Path, who: str) -> Terminal:
    home = {name: str(folder / who) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    argv = (sys.executable, "-m", "tui", "--queue", str(queue), "--service", "none")
    return Terminal(argv, size=(100, 24), env={"USER": who, "LOGNAME": who, **home})


def test_two_programs_on_one_file_know_of_each_other(tmp_path: Path) -> None:
    queue = tmp_path / "queue.db"
    read_into(queue, tmp_path, {"00.png": ["one line", "another"], "01.png": ["a third line"]})
    with program(queue, tmp_path, "ada") as ada, program(queue, tmp_path, "bert") as bert:
        ada.wait_for("lines decided", PATIENCE)
        ada.send("enter")
        ada.wait_for(r"00\.png.*line 1 of 2", PATIENCE)
        bert.wait_for(r"00\.png.*open: ada", PATIENCE)
        bert.send("home", "enter")
        bert.wait_for(r"00\.png.*ada has it open too", PATIENCE)
        ada.wait_for(r"00\.png.*bert has it open too", PATIENCE)
        bert.send("a")
        ada.wait_for(r"bert accepted line 1\.", PATIENCE)
        assert "line 1 of 2" in ada.text
        bert.kill()
        ada.wait_for(lambda terminal: "bert has it open" not in terminal.text, PATIENCE)
