"""Pages are opened once, in threads, the next one ahead; no more of them are in memory than are needed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from tests.view.conftest import Opens, draw_page, screen_text
from tests.view.test_review_screen import Reads, begin, settled
from tui.model import Item
from tui.pictures.glyphs import QUADRANTS
from tui.pictures.opening import Opener
from tui.pictures.source import PageImage, PictureError, measure
from tui.store import Store
from tui.view.darkroom import AT_ONCE, KEPT_PAGES, Darkroom

SMALL = Image.new("L", (4, 4), 255)


class Gate(Opener):
    """An opener that opens nothing before it is let to."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[int] = []
        self.may_go_on = threading.Event()
        self.fails = False

    def open(self, path: Path, number: int, sha256: str = "") -> PageImage:  # noqa: ARG002 (an opener's own shape)
        self.begun.append(number)
        assert self.may_go_on.wait(10)
        if self.fails:
            raise PictureError("It is not there.")
        return PageImage(SMALL, (4, 4))


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.may_go_on.set()


ITEM = Item(1, "/scans/book.pdf", "local")


async def begun(gate: Gate, count: int) -> None:
    while len(gate.begun) < count:  # noqa: ASYNC110 (threads tell it, and an event of asyncio is not for them)
        await asyncio.sleep(0.001)


async def test_a_page_is_at_hand_once_it_was_opened(tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    item = Item(1, str(tmp_path / "a.png"), "local", sha256=measure(tmp_path / "a.png").sha256)
    darkroom = Darkroom(QUADRANTS)
    assert darkroom.page(1, 1) is None
    opened = await darkroom.open(item, 1)
    assert darkroom.page(1, 1) is opened is await darkroom.open(item, 1)


async def test_only_as_many_pages_are_kept_as_are_needed(gate: Gate) -> None:
    gate.may_go_on.set()
    darkroom = Darkroom(QUADRANTS, gate)
    for number in range(1, 6):
        await darkroom.open(ITEM, number)
    assert [number for number in range(1, 6) if darkroom.page(1, number)] == [4, 5]
    assert KEPT_PAGES == 2


async def test_the_page_that_is_looked_at_stays_while_others_come(gate: Gate) -> None:
    gate.may_go_on.set()
    darkroom = Darkroom(QUADRANTS, gate)
    for number in (1, 2):
        await darkroom.open(ITEM, number)
    assert darkroom.page(1, 1) is not None
    await darkroom.open_ahead(ITEM, 3)
    assert [number for number in (1, 2, 3) if darkroom.page(1, number)] == [1, 3]


async def test_who_wants_what_is_being_opened_ahead_waits_for_that(gate: Gate) -> None:
    darkroom = Darkroom(QUADRANTS, gate)
    ahead = asyncio.create_task(darkroom.open_ahead(ITEM, 1))
    await begun(gate, 1)
    wanted = asyncio.create_task(darkroom.open(ITEM, 1))
    await asyncio.sleep(0)
    ahead.cancel()  # the cursor has moved on
    gate.may_go_on.set()
    assert (await wanted).size == (4, 4)
    assert gate.begun == [1]


async def test_pages_that_were_leafed_past_are_not_opened(gate: Gate) -> None:
    darkroom = Darkroom(QUADRANTS, gate)
    for number in range(1, 30):
        passed = asyncio.create_task(darkroom.open(ITEM, number))
        await asyncio.sleep(0)
        passed.cancel()
        with suppress(asyncio.CancelledError):
            await passed
    wanted = asyncio.create_task(darkroom.open(ITEM, 30))
    await begun(gate, AT_ONCE)
    gate.may_go_on.set()
    await wanted
    assert gate.begun == [1, 2, 30]


async def test_what_goes_wrong_ahead_is_told_when_the_page_is_wanted(gate: Gate) -> None:
    gate.fails = True
    gate.may_go_on.set()
    darkroom = Darkroom(QUADRANTS, gate)
    await darkroom.open_ahead(ITEM, 1)
    with pytest.raises(PictureError, match="It is not there"):
        await darkroom.open(ITEM, 1)
    gate.fails = False
    assert (await darkroom.open(ITEM, 1)).size == (4, 4)


async def test_the_loop_goes_on_while_a_page_is_opened(gate: Gate) -> None:
    darkroom = Darkroom(QUADRANTS, gate)
    opening = asyncio.create_task(darkroom.open(ITEM, 1))
    await begun(gate, 1)
    for _ in range(100):
        await asyncio.sleep(0)
    assert not opening.done()
    gate.may_go_on.set()
    await opening


async def test_what_was_not_fetched_yet_is_said(gate: Gate) -> None:
    with pytest.raises(PictureError, match="has not been fetched yet"):
        await Darkroom(QUADRANTS, gate).open(Item(1, "https://x.org/a.jpg", "local"), 1)


async def test_what_was_fetched_and_thrown_away_is_said(gate: Gate, tmp_path: Path) -> None:
    item = Item(1, "https://x.org/a.jpg", "local", copy=str(tmp_path / "a.img"))
    with pytest.raises(PictureError, match=r"https://x\.org/a\.jpg has been thrown away"):
        await Darkroom(QUADRANTS, gate).open(item, 1)


async def test_the_next_image_was_opened_before_it_is_gone_to(read: Reads, opened: Opens, store: Store) -> None:
    read("a.png")
    second = read("b.png", ("Second page",))
    async with opened() as pilot:
        await begin(pilot)
        Path(store.item(second).source).unlink()  # noqa: ASYNC240 (a file of a test)
        await pilot.press("pagedown")
        text = await settled(pilot)
    assert "b.png" in text
    assert "is not there" not in text


async def test_a_picture_that_changed_says_so_and_the_text_can_be_reviewed(
    read: Reads, opened: Opens, store: Store
) -> None:
    item = read("a.png")
    draw_page(Path(store.item(item).source), ("another text altogether",))
    async with opened() as pilot:
        text = await begin(pilot)
        await pilot.press("a")
        await settled(pilot)
        assert "a.png" in screen_text(pilot)
    words = " ".join(text.split())
    assert "has changed since it was" in words
    assert "The text can be reviewed" in words
    assert store.item(item).decided == 1
