"""Scripts that run from right to left, and letters with marks: in logical order, marked, and as wide as they are."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.widgets import Input
from wcwidth import wcwidth

from tests.view.conftest import Opens, draw_page
from tests.view.test_review_screen import begin, settled
from tui.direction import MARK
from tui.model import Line, LineKey, Page, Word
from tui.pictures.source import measure
from tui.store import NewItem, Store
from tui.view.plain import AsciiTwins

HEBREW = "שלום עולם טוב"
POINTED = "שָׁלוֹם עֲלֵיכֶם"
ARABIC = "مرحبا بالعالم 12"
VIETNAMESE = "Tie\u0302\u0301ng Vie\u0323\u0302t"
DEVANAGARI = "हिन्दी में क्षेत्र"
OLD_LETTERS = "ſo ﬁne ½ m² Å"
SCRIPTS = (HEBREW, POINTED, ARABIC, VIETNAMESE, DEVANAGARI, OLD_LETTERS)
RIGHT_TO_LEFT = (HEBREW, POINTED, ARABIC)

Shows = Callable[..., int]


@pytest.fixture
def read_as(store: Store, tmp_path: Path) -> Shows:
    """Return a function that puts a page of such lines into the queue; from right to left where they are."""

    def add(*texts: str) -> int:
        path = tmp_path / "a.png"
        page = draw_page(path, tuple(" ".join("word" for _ in text.split()) for text in texts), legible=False)
        lines = tuple(_as(text, line) for text, line in zip(texts, page.lines, strict=True))
        item_id = store.add([NewItem(str(path), "local", measure(path))])[0].item_id
        store.claim("local")
        store.sent(item_id, "local:1")
        store.done(item_id, b"{}", [Page(1, page.width, page.height, 0.0, lines)])
        return item_id

    return add


def _as(text: str, drawn: Line) -> Line:
    boxes = [word.polygon for word in drawn.words]
    if text in RIGHT_TO_LEFT:
        boxes.reverse()
    words = tuple(Word(word, box, 0.9) for word, box in zip(text.split(), boxes, strict=True))
    return replace(drawn, text=text, words=words)


def cells(row: str) -> int:
    """Return how many columns a row takes, character by character, by another table than the program's."""
    return sum(max(0, wcwidth(sign)) for sign in row)


def row_with(text: str, screen: str) -> str:
    return next(row for row in screen.splitlines() if text in row)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_no_row_is_wider_than_the_screen(read_as: Shows, opened: Opens, size: tuple[int, int]) -> None:
    long = tuple(f"{text} {text} {text} {text} {text} {text}" for text in SCRIPTS)
    read_as(*SCRIPTS, *long[3:])
    async with opened(size) as pilot:
        await begin(pilot)
        for _ in range(9):
            text = await settled(pilot)
            widths = [(cell_len(row), cells(row)) for row in text.splitlines()]
            assert max(widths) <= (size[0], size[0])
            await pilot.press("l", "j", "a")


async def test_figures_stand_in_one_column_whatever_the_script(read_as: Shows, opened: Opens) -> None:
    read_as(*SCRIPTS)
    async with opened() as pilot:
        await begin(pilot)
        text = await settled(pilot)
    rows = [row for row in text.splitlines() if " ▸ " in row]
    assert len(rows) == len(SCRIPTS)
    assert len({cells(row[: row.rindex(".90")]) for row in rows}) == 1


async def test_text_from_right_to_left_is_marked_and_in_logical_order(read_as: Shows, opened: Opens) -> None:
    read_as(*SCRIPTS)
    async with opened() as pilot:
        await begin(pilot)
        text = await settled(pilot)
        await pilot.press("j", "j", "l")
        words = await settled(pilot)
    for script in SCRIPTS:
        assert (f"▸ ← {script} " in text) is (script in RIGHT_TO_LEFT)
        assert (f"▸ {script} " in text) is (script not in RIGHT_TO_LEFT)
    assert "← بالعالم " in words
    assert "← 12 " not in words


async def test_words_stand_under_their_ink_from_right_to_left(read_as: Shows, opened: Opens) -> None:
    read_as(HEBREW, VIETNAMESE)
    async with opened() as pilot:
        await begin(pilot)
        text = await settled(pilot)
        await pilot.press("j")
        left_to_right = await settled(pilot)
    under = next(row for row in text.splitlines() if row.split() == ["טוב", "עולם", "שלום", "←"])
    assert under.index("שלום") > 40 > under.index("עולם") > 15 > under.index("טוב")
    assert VIETNAMESE.split() in [row.split() for row in left_to_right.splitlines()]


def test_the_mark_has_a_twin_where_there_is_nothing_but_ascii() -> None:
    (plain,) = AsciiTwins().apply([Segment(f"{MARK} {HEBREW}")], Color(0, 0, 0))
    assert plain.text == f"< {HEBREW}"


@pytest.mark.parametrize("text", [*SCRIPTS, "من\u200cهن क्\u200dष"])
async def test_editing_keeps_the_characters_exactly(read_as: Shows, opened: Opens, store: Store, text: str) -> None:
    item_id = read_as(text)
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e")
        assert pilot.app.screen.query_one(Input).value == text
        await pilot.press("end", "x", "home", "right", "right", "enter")
        await pilot.pause()
    assert store.decisions(item_id)[LineKey(1, 0)].text == f"{text}x"


async def test_what_would_turn_the_row_round_is_shown_as_a_mark(read_as: Shows, opened: Opens) -> None:
    read_as("one\u202etwo\u2066three")
    async with opened() as pilot:
        await begin(pilot)
        text = await settled(pilot)
    assert text.count("one\ufffdtwo\ufffdthree") == 2
    assert not {"\u202e", "\u2066"} & set(text)


async def test_what_is_not_edited_stays_as_it_was_characters_that_are_not_shown_too(
    read: Callable[..., int], opened: Opens, store: Store
) -> None:
    text = "one\u200ftwo three"
    item = read("a.png", (text, "sure"))
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("e", "end", "x")
        shown = await settled(pilot)
        assert "\u200f" not in shown
        assert "one\ufffdtwo" in shown
        await pilot.press("enter")
    assert store.decisions(item)[LineKey(1, 0)].text == text + "x"
