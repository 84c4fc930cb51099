"""What comes into the queue: found, read ahead where that pays, and added in the order in which it was named."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from tui import intake
from tui.intake import Arrived, Notice, take_in
from tui.store import Store

SIZES = pytest.mark.parametrize("large", [1, 1 << 30], ids=["read in threads", "read in turn"])


def images(folder: Path, count: int) -> list[str]:
    """Write images of one pixel more each, and return their names in order."""
    folder.mkdir()
    for number in range(count):
        Image.new("L", (number + 1, 1)).save(folder / f"{number:04}.png")
    return [str(folder / f"{number:04}.png") for number in range(count)]


def taken(queue: Path, names: Iterable[str]) -> Generator[Arrived, None, None]:
    """Yield what became of names that stand for something."""
    for arrival in take_in(queue, names, "local"):
        assert isinstance(arrival, Arrived), arrival
        yield arrival


@SIZES
def test_images_stand_in_the_queue_in_the_order_of_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(intake, "LARGE", large)
    names = images(tmp_path / "scans", 150)
    assert [arrival.source for arrival in taken(tmp_path / "queue.db", [str(tmp_path / "scans")])] == names
    with Store(tmp_path / "queue.db") as store:
        items = store.window(0, 200)
    assert [item.source for item in items] == names
    assert [item.page_sizes for item in items] == [((number + 1, 1),) for number in range(150)]
    assert [item.bytes for item in items] == [Path(name).stat().st_size for name in names]


@SIZES
def test_what_cannot_be_read_and_what_is_there_already_is_told_in_its_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(intake, "LARGE", large)
    first, second = images(tmp_path / "scans", 2)
    broken, copy = tmp_path / "broken.png", tmp_path / "copy.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    copy.write_bytes(Path(first).read_bytes())
    arrivals = list(take_in(tmp_path / "queue.db", [first, str(broken), str(copy), "/nowhere/x.png", second], "local"))
    told = {str(arrival.source): arrival for arrival in arrivals if isinstance(arrival, Arrived)}
    assert list(told) == [first, str(broken), str(copy), second]
    assert [arrival.new for arrival in told.values()] == [True, True, False, True]
    assert "damaged" in told[str(broken)].problem
    assert "the same bytes" in told[str(copy)].remark
    assert [notice.sentence for notice in arrivals if isinstance(notice, Notice)] == [
        "There is no file /nowhere/x.png. Check the name."
    ]


@SIZES
def test_it_stops_between_two_batches_and_what_was_added_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int
) -> None:
    monkeypatch.setattr(intake, "LARGE", large)
    images(tmp_path / "scans", 150)
    seen: list[str] = []
    for arrival in take_in(tmp_path / "queue.db", [str(tmp_path / "scans")], "local", stopped=lambda: bool(seen)):
        assert isinstance(arrival, Arrived)
        seen.append(arrival.source)
    with Store(tmp_path / "queue.db") as store:
        assert 0 < store.tally().total == len(seen) < 150


def test_the_first_are_added_before_the_last_are_named(tmp_path: Path) -> None:
    names = images(tmp_path / "scans", 150)
    named: list[str] = []

    def told() -> Iterator[str]:
        for name in names:
            named.append(name)
            yield name

    with closing(taken(tmp_path / "queue.db", told())) as arrivals:
        assert next(arrivals).source == names[0]
    assert len(named) < len(names)
