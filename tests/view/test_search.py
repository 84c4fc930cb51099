"""Searches in threads of their own: shown as they are found, counted while they are typed, ended when nobody looks."""

from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from textual.pilot import Pilot

from tests.view.conftest import Opens, screen_text
from tests.view.test_queue_work import listed, typed
from tui.filters import parse
from tui.line_index import Order
from tui.store import Store
from tui.view.screens import finding
from tui.view.search import ImageSearch, LineSearch

Reads = Callable[..., int]
PATIENCE = 60.0


async def shown(pilot: Pilot[None], words: str) -> str:
    """Wait until words are on the screen."""
    for _ in range(600):
        if words in (text := screen_text(pilot)):
            return text
        await pilot.pause(0.05)
    raise AssertionError(f"{words!r} did not come:\n{screen_text(pilot)}")


def ended(found: ImageSearch | LineSearch) -> bool:
    """Wait until a search has come to its end."""
    found.thread.join(PATIENCE)
    return found.is_complete


def test_images_are_found_with_their_places(read: Reads, queue: Path) -> None:
    first, second, third = read("a.png", ("one", "two")), read("b.png", ("two", "three")), read("c.png", ("one", "x"))
    found = ImageSearch(queue, parse("text~one"), Order.FILE)
    assert found.wait(PATIENCE)
    assert ended(found)
    assert (found.found, found.window(0, 9)) == (2, [first, third])
    assert [found.place(item_id) for item_id in (first, second, third)] == [0, None, 1]


def test_lines_are_found_up_to_the_most(read: Reads, queue: Path) -> None:
    read("a.png", ("one", "two", "one more", "one again"))
    found = LineSearch(queue, parse("text~one"), 2, 0)
    assert ended(found)
    assert [hit.text for hit in found.hits()] == ["one", "one more"]
    assert [hit.text for hit in found.hits(1)] == ["one more"]


def test_a_search_that_nobody_wants_any_more_ends_without_a_word(
    read: Reads, queue: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.store.STEPS_BETWEEN", 1)
    monkeypatch.setattr("tui.view.search.Thread", NotYet)
    read("a.png")
    for found in (ImageSearch(queue, parse("one"), Order.FILE), LineSearch(queue, parse("one"), 9, 0)):
        found.stop()
        found.thread.run()
        assert (found.is_complete, found.found, found.trouble) == (True, 0, "")


class NotYet(Thread):
    """A thread that begins when the test says so."""

    def start(self) -> None:
        """Do not begin."""


def test_a_queue_file_that_cannot_be_searched_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "queue.db").write_bytes(b"no queue at all " * 100)
    found = ImageSearch(tmp_path / "queue.db", parse("one"), Order.FILE)
    assert found.wait(PATIENCE)
    assert ended(found)
    assert "is not a Handread queue" in found.trouble


async def test_how_many_images_a_filter_has_stands_beside_it_while_it_is_typed(read: Reads, opened: Opens) -> None:
    read("a.png", ("the brown fox", "a line"))
    read("b.png", ("the brown dog", "a line"))
    async with opened() as pilot:
        await pilot.press("backslash", *"text~brown")
        assert "2 images" in await shown(pilot, "images")
        await pilot.press(*" & text~dog")
        await shown(pilot, "1 images")
        await pilot.press(*" & text~")
        await shown(pilot, "\\ text~brown & text~dog & text~")
        await pilot.press("escape")
        assert listed(screen_text(pilot)) == ["a.png", "b.png"]


async def test_how_many_lines_a_search_has_stands_beside_it_while_it_is_typed(read: Reads, opened: Opens) -> None:
    read("a.png", ("the brown fox", "the brown dog"))
    async with opened() as pilot:
        await pilot.press("slash", *"brown")
        await shown(pilot, "2 lines")
        assert "2 lines match brown" in await typed(pilot, "enter")


async def test_lines_beyond_a_screenful_are_shown_as_they_come(
    read: Reads, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "SCREENFUL", 2)
    read("a.png", ("one", "one two", "one three"))
    read("b.png", ("one four", "five"))
    async with opened() as pilot:
        await pilot.press("slash", *"one", "enter")
        text = await shown(pilot, "1 of 4")
        assert "4 lines match one" in text
        await pilot.press("G", "enter")
        text = await shown(pilot, "line 1 of 2")
        assert "b.png" in text
        assert "a.png" in await typed(pilot, "n")


async def test_the_list_follows_what_is_decided_elsewhere(read: Reads, opened: Opens, store: Store) -> None:
    read("a.png", ("one", "one"))
    read("b.png", ("one", "two"))
    async with opened((120, 24)) as pilot:
        await typed(pilot, "backslash", *"text~one", "enter")
        await shown(pilot, "2 images")
        read("c.png", ("one", "three"))
        text = await shown(pilot, "3 images")
        assert listed(text) == ["a.png", "b.png", "c.png"]
        assert store.tally().total == 3
