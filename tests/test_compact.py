"""`handread compact` makes a queue file small, and what was read and decided is as it was."""

from __future__ import annotations

import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from tui.cli import compact, handread
from tui.model import Decision, Line, LineKey, Page, Polygon, Verdict, Word, page_to_data
from tui.store import NewItem, Store

ANSWER = json.dumps({"status": "succeeded", "words": ["fox"] * 300}).encode()
WORDS = tuple(Word("fox", Polygon.from_bounds(10 * place, 5, 10 * place + 9, 20), 0.9) for place in range(90))
PAGE = Page(1, 1000, 100, 0.0, (Line(" ".join(word.text for word in WORDS), None, WORDS),))


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    """A queue of 40 images as an earlier version kept them, of which half were removed for good."""
    path = tmp_path / "queue.db"
    with Store(path) as store:
        for number in range(40):
            added = store.imported(NewItem(f"/a/{number}.png", "local"), ANSWER, [PAGE], dialect="read-3.2", model="")
            assert added is not None
        store.decide(Decision(1, LineKey(1, 0), Verdict.CORRECTED, "the fox", reviewer="ada", engine_text="fox"))
    pages = zlib.compress(json.dumps([page_to_data(PAGE)]).encode(), 1)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("update result set answer = ?, pages = ?", (zlib.compress(ANSWER, 1), pages))
        connection.execute("update result set pages = x'00' where item_id = 3")
        connection.execute("delete from item where id > 20")
        connection.execute("delete from result where item_id > 20")
    return path


def test_the_file_gets_smaller_and_says_the_same(queue: Path) -> None:
    before = queue.stat().st_size
    done = CliRunner().invoke(handread, ["compact", "--queue", str(queue)])
    assert done.exit_code == 0, done.output
    assert "MB before" in done.output
    assert queue.stat().st_size < before
    with Store(queue) as store:
        assert store.pages(1) == store.pages(20) == (PAGE,)
        assert store.answer(20) == ANSWER
        assert store.decisions(1)[LineKey(1, 0)].text == "the fox"
        undone = store.undo("ada")
        assert undone is not None
        assert store.decisions(1) == {}


def test_what_is_damaged_stays_as_it_was(queue: Path) -> None:
    CliRunner().invoke(handread, ["compact", "--queue", str(queue)], catch_exceptions=False)
    with closing(sqlite3.connect(queue)) as connection:
        answer, pages = connection.execute("select answer, pages from result where item_id = 3").fetchone()
    assert (zlib.decompress(answer), pages) == (ANSWER, b"\0")


def test_it_says_how_small_as_json(queue: Path) -> None:
    done = CliRunner().invoke(handread, ["compact", "--json", "--queue", str(queue)])
    told = json.loads(done.stdout)
    assert told["images"] == 20
    assert told["after"] < told["before"]
    again = json.loads(CliRunner().invoke(handread, ["compact", "--json", "--queue", str(queue)]).stdout)
    assert again["after"] == told["after"]


def test_a_queue_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    done = CliRunner().invoke(handread, ["compact", "--queue", str(tmp_path / "none.db")])
    assert done.exit_code == 2
    assert "there is no queue" in done.output
    assert not (tmp_path / "none.db").exists()


def test_too_little_room_is_said_before_anything_is_written(queue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compact, "SPARE", 1e12)
    content = queue.read_bytes()
    done = CliRunner().invoke(handread, ["compact", "--queue", str(queue)])
    assert done.exit_code == 2
    assert "Make room and try again; nothing was changed" in done.output
    assert queue.read_bytes() == content
