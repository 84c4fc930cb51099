"""Terminals are remembered for a day, told apart by their environment, and a broken memory is no memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.pictures.capabilities import Answers
from tui.terminal_memory import FRESH, MOST, Known, TerminalMemory, key_of

KITTY = Answers("kitty", (0, 40, 1), (62,), True, (11, 22))
HERE = {"TERM": "xterm-kitty", "COLORTERM": "truecolor"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "terminals.json"


def test_a_terminal_is_known_by_what_it_said_and_what_was_picked(file: Path) -> None:
    assert TerminalMemory(file, HERE).recall() == Known()
    TerminalMemory(file, HERE, lambda: 5e8).heard(KITTY)
    TerminalMemory(file, HERE).picked("halves")
    assert TerminalMemory(file, HERE).recall() == Known(5e8, KITTY, "halves")
    assert TerminalMemory(file, {"TERM": "foot"}).recall() == Known()


def test_silence_is_remembered_too(file: Path) -> None:
    memory = TerminalMemory(file, HERE, lambda: 1e9)
    assert not memory.is_fresh(memory.recall())
    memory.heard(None)
    assert memory.recall().answers is None
    assert memory.is_fresh(memory.recall())


@pytest.mark.parametrize(("later", "is_fresh"), [(0, True), (FRESH - 1, True), (FRESH, False), (-1, False)])
def test_it_is_asked_again_after_a_day_or_when_the_clock_went_back(file: Path, later: float, is_fresh: bool) -> None:
    TerminalMemory(file, HERE, lambda: 1e9).heard(KITTY)
    memory = TerminalMemory(file, HERE, lambda: 1e9 + later)
    assert memory.is_fresh(memory.recall()) is is_fresh


def test_only_so_many_are_remembered_the_last_ones(file: Path) -> None:
    for number in range(MOST + 5):
        TerminalMemory(file, {"TERM": f"t{number}"}).heard(KITTY)
    assert list(json.loads(file.read_text())) == [f"TERM=t{number}" for number in range(5, MOST + 5)]


def test_who_comes_from_where_is_not_written_down() -> None:
    key = key_of({**HERE, "SSH_CONNECTION": "203.0.113.9 51514 10.0.0.2 22", "TMUX": "/tmp/tmux-1000/default,1,0"})
    assert key == "TERM=xterm-kitty COLORTERM=truecolor SSH_CONNECTION TMUX"


def test_where_nothing_can_be_kept_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    memory = TerminalMemory(tmp_path / "cache" / "terminals.json", HERE)
    memory.heard(KITTY)
    assert memory.recall() == Known()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
entries = st.fixed_dictionaries({}, optional=dict.fromkeys(("asked", "answers", "picked"), json_values))


@given(json_values | st.fixed_dictionaries({key_of(HERE): json_values | entries}))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_garbage_is_passed_over_and_written_over(file: Path, garbage: Any) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(garbage))
    memory = TerminalMemory(file, HERE, lambda: 1e9)
    assert isinstance(memory.recall(), Known)
    memory.heard(KITTY)
    assert memory.recall().answers == KITTY
