"""`handread export` as a person and a script call it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests import warm
from tests.exports.shelf import decided, shelve
from tests.terminal import Terminal
from tui.export_run import left_in_words
from tui.model import Verdict
from tui.store import Store

HANDREAD = (sys.executable, "-m", "tui")


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """An environment in which nothing of this machine's user is seen, and a queue of two pages."""
    folders = {name: str(tmp_path / name) for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
    fill(tmp_path, 2)
    return {"HOME": str(tmp_path), "USER": "ada", "HANDREAD_QUEUE": str(tmp_path / "queue.db"), **folders}


def fill(tmp_path: Path, pages: int) -> None:
    with Store(tmp_path / "queue.db") as store:
        for number in range(store.tally().total + 1, pages + 1):
            item_id = shelve(store, tmp_path / f"page{number}.png", ("one two", f"number {number}"))
            store.decide(decided(0, Verdict.ACCEPTED, item_id=item_id))


def handread(home: dict[str, str], *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return warm.run_with_text([*HANDREAD, *arguments], {**os.environ, **home}, cwd=cwd)


def test_it_writes_files_and_says_how_many(home: dict[str, str], tmp_path: Path) -> None:
    done = handread(home, "export", "--format", "txt,alto", "--out", "out/box", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "2 images exported to out/box: 4 files written.\n"
    assert (tmp_path / "out" / "box" / "page2.txt").read_text() == "one two\nnumber 2\n"


def test_a_filter_and_the_settled_lines_alone(home: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = handread(home, "export", "--format=txt", f"--out={out}", "--where", "name~page2", "--lines", "settled")
    assert done.returncode == 0, done.stderr
    assert {path.name: path.read_text() for path in out.iterdir()} == {"page2.txt": "one two\n"}


def test_pairs_are_cut_of_settled_lines_unless_all_are_named(home: dict[str, str], tmp_path: Path) -> None:
    handread(home, "export", "--format", "pairs", "--out", str(tmp_path / "few"))
    handread(home, "export", "--format", "pairs", "--out", str(tmp_path / "all"), "--lines", "all")
    assert len(list((tmp_path / "few").glob("*.gt.txt"))) == 2
    assert len(list((tmp_path / "all").glob("*.gt.txt"))) == 4


def test_a_script_reads_one_object_and_no_words(home: dict[str, str], tmp_path: Path) -> None:
    done = handread(home, "export", "--format", "txt", "--out", str(tmp_path / "out"), "--json", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "schema": 1,
        "out": str(tmp_path / "out"),
        "images": 2,
        "unread": 0,
        "left": 0,
        "stopped": False,
        "files": {"written": 2, "same": 0, "kept": 0},
        "problems": [],
        "changed": {"characters": 0, "corners": 0},
    }


def test_what_was_not_replaced_or_not_exported_is_told_and_in_the_exit_code(
    home: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "page1.txt").write_text("mine")
    (tmp_path / "page2.png").unlink()
    done = handread(home, "export", "--format", "txt,picture", "--out", str(out), "--quiet")
    assert done.returncode == 1
    assert "page2.png is not there. Put it back" in done.stderr
    assert "page1.txt. Replace it with --overwrite" in done.stderr
    assert (out / "page1.txt").read_text() == "mine"


def test_the_formats_are_listed(home: dict[str, str]) -> None:
    done = handread(home, "export", "--list")
    assert done.returncode == 0
    assert {row.split()[0] for row in done.stdout.splitlines()} >= {"txt", "alto", "page", "pdf", "pairs", "picture"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--format", "txt"), "say in which format and where to"),
        (("--out", "x"), "say in which format and where to"),
        (("--format", "atlo", "--out", "x"), "There is no format 'atlo'. Did you mean alto?"),
        (("--format", "txt", "--out", "x", "--where", "conf<"), "The filter is wrong at character"),
        (("--format", "txt", "--out", "queue.db"), "queue.db"),
    ],
)
def test_what_is_asked_for_wrongly_is_told(
    home: dict[str, str], tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = handread(home, "export", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_whole_files_and_says_how_to_go_on(
    home: dict[str, str], tmp_path: Path, number: signal.Signals
) -> None:
    fill(tmp_path, 20)
    out = tmp_path / "out"
    command = [*HANDREAD, "export", "--format", "picture,pairs", "--lines", "all", "--out", str(out)]
    process = warm.begin(command, {**os.environ, **home}, stderr=subprocess.PIPE)
    while process.poll() is None and len(list(out.glob("page*"))) < 4:
        time.sleep(0.01)
    process.send_signal(number)
    _, words = process.communicate(timeout=30)
    assert process.returncode == 130, words
    assert re.search(r"Interrupted with \d+ images left\. The same command goes on", words)
    assert all(path.suffix in {".png", ".txt"} and path.stat().st_size for path in out.iterdir())
    assert not (out / "manifest.jsonl").exists()
    again = handread(home, *command[len(HANDREAD) :])
    assert again.returncode == 0, again.stderr
    assert re.search(r"20 images exported to .*: \d+ files written, \d+ there already", again.stderr)
    assert len(list(out.glob("*.gt.txt"))) == 40


def test_progress_and_the_time_left_are_shown_on_a_terminal(home: dict[str, str], tmp_path: Path) -> None:
    fill(tmp_path, 30)
    argv = (*HANDREAD, "export", "--format", "picture", "--out", str(tmp_path / "out"))
    with Terminal(argv, size=(160, 24), env=home) as terminal:
        terminal.wait_for(r"exporting page\d+.png .*\d+/30 \d+ s left")
        assert terminal.wait() == 0
        terminal.settle()
        assert re.fullmatch(r"30 images exported to \S+\s*: 30 files written\.", " ".join(terminal.text.split()))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, ""), (12.4, "12 s left"), (200, "3 min left"), (7500, "2 h 05 min left")],
)
def test_the_time_left_is_said_as_people_say_it(seconds: float | None, words: str) -> None:
    assert left_in_words(seconds) == words


def test_the_text_can_say_where_it_comes_from_and_what_is_flagged(home: dict[str, str], tmp_path: Path) -> None:
    with Store(tmp_path / "queue.db") as store:
        store.decide(decided(1, Verdict.FLAGGED, item_id=1), decided(1, Verdict.CORRECTED, "=1+1", item_id=2))
    out = tmp_path / "out"
    asked = ("export", "--format", "txt,csv", "--out", str(out), "--head", "--marks", "--plain-cells")
    done = handread(home, *asked)
    assert done.returncode == 0, done.stderr
    text = (out / "page1.txt").read_text()
    assert text.startswith("# source: ")
    assert "# service: local\n" in text
    assert text.endswith("number 1 [flagged]\n")
    assert ",=1+1," in (out / "all.csv").read_text()
