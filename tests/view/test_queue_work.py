"""A day's work in the queue: filters, views and orders, marks and what is done with what is marked, searches."""

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.view.conftest import Opens, screen_text
from tui.model import Decision, LineKey, State, Verdict
from tui.store import NewItem, Store

Reads = Callable[..., int]
Fails = Callable[[str], int]


async def typed(pilot: Pilot[None], *keys: str) -> str:
    await pilot.press(*keys)
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    return screen_text(pilot)


def listed(text: str) -> list[str]:
    """Return the names of the images on the screen."""
    return [word.rpartition("/")[2] for row in text.splitlines() for word in row.split() if word.endswith(".png")]


def waiting(store: Store, count: int) -> list[int]:
    return [store.add([NewItem(f"/scans/w{number}.png", "vision")])[0].item_id for number in range(count)]


# -- which images are listed ------------------------------------------------------------------------------------------


async def test_a_filter_lists_the_images_with_a_line_that_it_lets_through(read: Reads, opened: Opens) -> None:
    read("a.png", ("the brown fox", "a line"))
    read("b.png", ("the brown dog", "a line"))
    async with opened() as pilot:
        text = await typed(pilot, "backslash", *"text~dog", "enter")
        assert listed(text) == ["b.png"]
        assert "text~dog: 1 images" in text
        assert listed(await typed(pilot, "escape")) == ["a.png", "b.png"]


async def test_a_wrong_filter_changes_nothing_and_shows_where_it_is_wrong(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        text = await typed(pilot, "backslash", *"conf<high", "enter")
    assert listed(text)[0] == "a.png"
    assert "^" in text


async def test_saved_views_are_a_key_apart(read: Reads, failed: Fails, opened: Opens) -> None:
    read("a.png", ("nothing", "doubtful here"))
    read("b.png", ("a qvick fox", "x"))
    failed("c.png")
    async with opened() as pilot:
        assert listed(await typed(pilot, "right_square_bracket")) == ["a.png", "b.png"]
        assert listed(await typed(pilot, "right_square_bracket")) == ["b.png"]
        text = await typed(pilot, "left_square_bracket", "left_square_bracket", "left_square_bracket")
        assert "decided:" in text
        assert "c.png" in (await typed(pilot, "left_square_bracket"))


async def test_the_most_doubtful_come_first_on_demand(read: Reads, opened: Opens) -> None:
    read("a.png", ("sure line", "x"))
    read("b.png", ("a qvick fox", "x"))
    read("c.png", ("qvick and qvick", "x"))
    async with opened() as pilot:
        assert listed(await typed(pilot, "comma", "d")) == ["c.png", "b.png", "a.png"]
        assert listed(await typed(pilot, "comma", "f")) == ["a.png", "b.png", "c.png"]


async def test_a_search_goes_to_the_line_that_was_found(read: Reads, opened: Opens) -> None:
    read("a.png", ("the brown fox", "a line"))
    read("b.png", ("one", "the brown dog"))
    async with opened() as pilot:
        await typed(pilot, "slash", *"brown", "enter")
        text = await typed(pilot, "down", "enter")
    assert "b.png" in text
    assert "line 2 of 2" in text


# -- marks ------------------------------------------------------------------------------------------------------------


async def test_space_marks_and_goes_down_and_a_count_marks_so_many(read: Reads, opened: Opens, store: Store) -> None:
    first = [read(f"{letter}.png") for letter in "abcde"]
    async with opened() as pilot:
        await typed(pilot, "space")
        assert store.marked() == {first[0]}
        await typed(pilot, "3", "space")
        assert store.marked() == set(first[:4])
        await typed(pilot, "tilde")
        assert store.marked() == {first[4]}
        await typed(pilot, "escape")
        assert store.marked() == frozenset()


async def test_a_range_and_a_pattern_mark_many(read: Reads, opened: Opens, store: Store) -> None:
    items = [read(name) for name in ("a1.png", "a2.png", "b1.png", "b2.png")]
    async with opened() as pilot:
        await typed(pilot, "t", *"b*.png", "enter")
        assert store.marked() == set(items[2:])
        await typed(pilot, "escape", "g", "space", "j", "V")
        assert store.marked() == set(items[:3])


async def test_marks_are_there_again_at_the_next_start(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await typed(pilot, "space")
    async with opened() as pilot:
        assert "*" in screen_text(pilot)


# -- what is done with them -------------------------------------------------------------------------------------------


async def test_images_are_taken_out_after_a_question_and_put_back_with_one_key(
    read: Reads, opened: Opens, store: Store
) -> None:
    first, second = read("a.png"), read("b.png")
    store.decide(Decision(first, LineKey(1, 0), Verdict.ACCEPTED, reviewer="ada", engine_text="x"))
    async with opened() as pilot:
        await typed(pilot, "t", *"all", "enter")
        text = await typed(pilot, "d")
        assert "Take 2 images out of the queue?" in " ".join(text.split())
        assert "The queue is empty" in await typed(pilot, "y")
        assert store.tally().total == 0
        await typed(pilot, "u")
    assert [item.id for item in store.window(0, 9)] == [first, second]
    assert store.tally().decided == 1


async def test_what_waits_is_held_back_let_go_and_put_first(opened: Opens, store: Store) -> None:
    first, second = waiting(store, 2)
    async with opened() as pilot:
        assert "held back" in await typed(pilot, "g", "p")
        assert store.item(first).is_paused
        await typed(pilot, "p")
        assert not store.item(first).is_paused
        await typed(pilot, "j", "less_than_sign")
    claimed = store.claim("vision")
    assert claimed is not None
    assert claimed.id == second


async def test_everything_marked_that_failed_is_sent_again(failed: Fails, opened: Opens, store: Store) -> None:
    items = [failed(f"{number}.png") for number in range(3)]
    async with opened() as pilot:
        await typed(pilot, "t", *"all", "enter", "!")
    assert [store.item(item).state for item in items] == [State.WAITING] * 3


async def test_acts_on_more_than_fifty_images_are_asked_about(failed: Fails, opened: Opens, store: Store) -> None:
    items = [failed(f"{number}.png") for number in range(51)]
    async with opened() as pilot:
        text = await typed(pilot, "t", *"all", "enter", "!")
        assert "Send again 51 images?" in " ".join(text.split())
        assert store.item(items[0]).state is State.FAILED
        await typed(pilot, "y")
    assert store.item(items[50]).state is State.WAITING


async def test_a_document_says_how_many_of_its_pages_are_decided(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    [page] = store.pages(item)
    copy = Path(store.item(item).source).with_name("b.png")
    copy.write_bytes(b"another")
    other = store.add([NewItem(str(copy), "local")])[0].item_id
    store.claim("local")
    store.done(
        other, b"{}", [page, *(type(page)(number, page.width, page.height, 0.0, page.lines) for number in (2, 3))]
    )
    store.decide(*(Decision(other, key, Verdict.ACCEPTED, reviewer="ada") for key in page.keys))
    async with opened((120, 24)) as pilot:
        assert "1 of 3 pages" in screen_text(pilot)


async def test_what_was_read_is_exported_from_the_screen(read: Reads, opened: Opens, tmp_path: Path) -> None:
    read("a.png", ("the brown fox", "a line"))
    out = tmp_path / "out"
    async with opened((120, 30)) as pilot:
        text = await typed(pilot, "colon", *f"export txt {out}", "enter")
    assert (out / "a.txt").read_text() == "the brown fox\na line\n"
    assert "1 image exported" in " ".join(text.split())


async def test_an_export_that_is_not_understood_says_what_it_takes(opened: Opens) -> None:
    async with opened((120, 30)) as pilot:
        assert "An export takes formats" in await typed(pilot, "colon", *"export txt", "enter")
        assert "Did you mean" in await typed(pilot, "colon", *"export alta out", "enter")


async def test_an_export_takes_the_options_of_the_command_and_completes_them(
    read: Reads, opened: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read("a.png", ("the brown fox", "a line"))
    monkeypatch.chdir(tmp_path)
    async with opened((120, 30)) as pilot:
        assert "jsonl" in await typed(pilot, "colon", *"export j")
        text = await typed(pilot, "escape", "colon", *"export txt out --li")
        assert "--lines" in text.splitlines()[-1]
        await typed(pilot, "tab", *" all --where text~fox", "enter")
        assert (tmp_path / "out" / "a.txt").read_text() == "the brown fox\n"
