"""The main screens, cell by cell. `pytest --snapshot-update` takes them anew: look at what changed before it lands."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.view.conftest import NOW, Opens, screen_text
from tests.view.test_review_screen import begin, settled
from tui.model import ImageFacts
from tui.store import NewItem, Store

Reads = Callable[..., int]
SIZES = [(80, 24), (120, 36), (200, 50)]


def told(text: str, folder: Path) -> str:
    """Return a screen without the name of the test's own folder, which is another each time."""
    return "\n" + text.replace(folder.name, "scans".ljust(len(folder.name), "_")) + "\n"


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_queue(
    size: tuple[int, int],
    failed: Callable[[str], int],
    store: Store,
    opened: Opens,
    snapshot: SnapshotAssertion,
) -> None:
    failed("broken.png")
    for number, said in enumerate(["NotStarted", "Running", ""]):
        item = store.add([NewItem(f"/scans/{number}.jpg", "local", ImageFacts(str(number), 9, "JPEG", ((1, 1),)))])[0]
        if said:
            store.claim("local")
            store.sent(item.item_id, "http://service/1")
            store.polled(item.item_id, said, NOW + 2)
    async with opened(size) as pilot:
        text = screen_text(pilot)
    assert told(text, Path("none")) == snapshot


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_review(
    size: tuple[int, int], read: Reads, opened: Opens, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    read("a.png")
    async with opened(size) as pilot:
        await begin(pilot)
        await pilot.press("a", "f", "i", "k", "l", "w", "w")
        text = await settled(pilot)
    assert told(text, tmp_path) == snapshot


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_keys(size: tuple[int, int], read: Reads, opened: Opens, snapshot: SnapshotAssertion) -> None:
    read("a.png")
    async with opened(size) as pilot:
        await pilot.press("question_mark")
        text = await settled(pilot)
    assert "\n".join(row for row in text.splitlines() if "a.png" not in row) == snapshot


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_line_that_is_edited(
    size: tuple[int, int], read: Reads, opened: Opens, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    read("a.png")
    async with opened(size) as pilot:
        await begin(pilot)
        await pilot.press("e", "x")
        text = await settled(pilot)
    assert told(text, tmp_path) == snapshot


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_same_misreading_elsewhere(
    size: tuple[int, int], read: Reads, opened: Opens, snapshot: SnapshotAssertion
) -> None:
    read("a.png", ("The qvick fox", "jumps"))
    read("b.png", ("a qvick dog", "qvick and sure"))
    async with opened(size) as pilot:
        await begin(pilot)
        await pilot.press("c", *"quick", "enter")
        await settled(pilot)
        await pilot.press("asterisk")
        text = await settled(pilot)
    names = re.compile(r"\S*(?=/b\.png)")  # cut where there is little room, so that the folder cannot be told from them
    assert "\n" + names.sub(lambda name: "_" * len(name[0]), text) + "\n" == snapshot
