"""The queue: every image, what the machine does with it, and how much is reviewed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.view.conftest import NOW, Opens, draw_page, screen_text
from tui.model import ImageFacts, State
from tui.settings import Settings
from tui.store import NewItem, Store
from tui.view.app import HandreadApp

Reads = Callable[..., int]


def facts(sha256: str) -> ImageFacts:
    return ImageFacts(sha256, 412_000, "JPEG", ((100, 100),))


def waiting(store: Store, name: str) -> int:
    return store.add([NewItem(f"/scans/{name}", "local", facts(name))])[0].item_id


async def test_an_empty_queue_says_what_to_do(opened: Opens) -> None:
    async with opened() as pilot:
        text = screen_text(pilot)
    assert "The queue is empty" in text
    assert "handread demo" in text


async def test_every_state_is_a_word(store: Store, read: Reads, failed: Callable[[str], int], opened: Opens) -> None:
    read("read.png")
    failed("broken.png")
    running = waiting(store, "running.jpg")
    store.claim("local")
    store.sent(running, "http://service/1")
    store.polled(running, "Running, line 3 of 39", NOW + 2)
    sending = waiting(store, "sending.jpg")
    store.claim("local")
    delayed = waiting(store, "delayed.jpg")
    store.claim("local")
    store.delayed(delayed, NOW + 12, "the service's calls are used up")
    assert store.item(sending).state is State.SENDING
    async with opened((140, 30)) as pilot:
        text = screen_text(pilot)
    assert "done" in text
    assert "0/3 lines" in text
    assert "broken.png is empty. Copy it again." in text
    assert "Running, line 3 of 39, poll 1, 0.0 s, next in 2.0 s" in text
    assert "412 kB" in text
    assert "again in 12 s: the service's calls are used up" in text
    assert "waiting 1   running 2   done 1   failed 1" in text


async def test_what_moves_in_the_file_moves_on_the_screen(store: Store, opened: Opens) -> None:
    item = waiting(store, "a.jpg")
    async with opened((120, 24)) as pilot:
        assert "running 0" in screen_text(pilot)
        store.claim("local")
        store.sent(item, "http://service/1")
        store.polled(item, "notStarted", NOW + 1)
        pilot.app.screen.pull()  # type: ignore[attr-defined]
        await pilot.pause()
        assert "notStarted" in screen_text(pilot)
        store.failed(item, "InvalidImage", "It is no image.")
        pilot.app.screen.pull()  # type: ignore[attr-defined]
        await pilot.pause()
        text = screen_text(pilot)
    assert "It is no image." in text
    assert "failed 1" in text


async def test_a_failed_image_can_be_sent_again(store: Store, failed: Callable[[str], int], opened: Opens) -> None:
    item = failed("broken.png")
    async with opened() as pilot:
        await pilot.press("!")
    assert store.item(item).state is State.WAITING


async def test_f_goes_to_the_next_failed_image(store: Store, failed: Callable[[str], int], opened: Opens) -> None:
    for number in range(30):
        waiting(store, f"{number}.jpg")
    failed("broken.png")
    async with opened() as pilot:
        await pilot.press("f")
        await pilot.pause()
        text = screen_text(pilot)
    assert any(row.startswith("▌ ✗") and "broken.png" in row for row in text.splitlines())


async def test_the_list_goes_to_its_end_and_back(store: Store, opened: Opens) -> None:
    for number in range(100):
        waiting(store, f"{number:03}.jpg")
    async with opened() as pilot:
        await pilot.press("G")
        await pilot.pause()
        assert "099.jpg" in screen_text(pilot)
        await pilot.press("g", "j", "j")
        await pilot.pause()
        assert any(row.startswith("▌") and "002.jpg" in row for row in screen_text(pilot).splitlines())


async def test_names_from_outside_are_never_markup_nor_escapes(store: Store, opened: Opens) -> None:
    waiting(store, "[bold]x[/foo] \x1b[31m\n.jpg")
    async with opened((120, 24)) as pilot:
        text = screen_text(pilot)
    assert "[bold]x[/foo] ␛[31m␊.jpg" in text


async def test_keys_are_listed_and_pause_needs_a_machine(opened: Opens, store: Store) -> None:
    waiting(store, "a.jpg")
    async with opened((100, 30)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert "Send again what failed." in screen_text(pilot)
        await pilot.press("escape", "P")
        await pilot.pause()
        assert "Nothing runs here" in screen_text(pilot)


async def test_an_image_is_opened_by_a_click(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await pilot.click("#images", offset=(5, 0))
        await pilot.pause()
        assert "line 1 of 3" in screen_text(pilot)


async def test_names_given_are_taken_in_while_the_screen_is_open(queue: Path, tmp_path: Path) -> None:
    draw_page(tmp_path / "a.png")
    app = HandreadApp(Settings(queue=queue, glyphs="halves"), names=(str(tmp_path), str(tmp_path / "no.png")))
    async with app.run_test(notifications=True) as pilot:
        while not ("waiting 1" in screen_text(pilot) and "There is no file" in screen_text(pilot)):
            await pilot.pause(0.1)


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        (("j",), 1),
        (("down",), 1),
        (("down", "down", "up"), 1),
        (("j", "k"), 0),
        (("pagedown",), 21),
        (("pagedown", "pageup"), 0),
        (("ctrl+d",), 10),
        (("ctrl+d", "ctrl+u"), 0),
        (("G",), 99),
        (("end",), 99),
        (("end", "home"), 0),
        (("G", "g"), 0),
    ],
)
async def test_every_key_moves_the_cursor(store: Store, opened: Opens, keys: tuple[str, ...], place: int) -> None:
    for number in range(100):
        waiting(store, f"{number:03}.jpg")
    async with opened() as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        text = screen_text(pilot)
    assert any(row.startswith("▌") and f"{place:03}.jpg" in row for row in text.splitlines())


async def test_a_thousand_bad_files_are_told_of_in_a_few_sentences(queue: Path, tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number:02}.png").touch()
    app = HandreadApp(Settings(queue=queue, glyphs="halves"), names=(str(tmp_path),))
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        for _ in range(30):
            await pilot.pause(0.1)
            if all(words in screen_text(pilot) for words in ("The like is", "failed 40")):
                break
        text = " ".join(screen_text(pilot).split())
        assert len(app._notifications) == 3
    assert "failed 40" in text
    assert "38 more" in text
