"""A second reading on the screen: drawn, read blind, told, and settled with both readings in sight."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.view.conftest import Opens
from tests.view.test_colleagues import LINES, decide, shows, until, words_on
from tui.model import LineKey, Verdict
from tui.store import Store
from tui.view.screens.queue import QueueScreen
from tui.view.widgets.line_editor import LineEditor

Reads = Callable[..., int]
FIRST, SECOND, THIRD = (LineKey(1, number) for number in range(3))


@pytest.fixture
def bert(queue: Path, store: Store) -> Store:  # noqa: ARG001 (the file is there)
    return store


@pytest.fixture
def item(read: Reads, bert: Store) -> int:
    """An image that Bert has decided: corrected, accepted, rejected."""
    item = read("a.png", LINES)
    decide(bert, item, FIRST, Verdict.CORRECTED, "The quick brown fox")
    decide(bert, item, SECOND, Verdict.ACCEPTED)
    decide(bert, item, THIRD, Verdict.REJECTED)
    return item


def second(store: Store) -> dict[LineKey, tuple[Verdict, str | None]]:
    return {one.key: (one.second.verdict, one.second.text) for one in store.sampled() if one.second is not None}


async def test_a_sample_is_drawn_read_blind_and_told(item: int, opened: Opens, bert: Store) -> None:
    before = bert.decisions(item)
    async with opened((100, 24)) as pilot:
        await pilot.press("b")
        await shows(pilot, "Draw 5% of those decided")
        await pilot.press("y")
        await shows(pilot, "1 of 3 decided lines were drawn")
        await pilot.press("colon", *"draw 100%", "enter")
        await until(lambda: len(bert.sampled()) == 3, pilot)
        await pilot.press("b")
        text = await shows(pilot, "3 lines to read a second time, blind", "The qvick brown fox")
        assert "quick" not in text  # what the first person typed is not shown
        assert "✗" not in text
        await pilot.press("e", "home", "X", "enter")
        await shows(pilot, "✎ ", "2 of 3")
        await pilot.press("a", "u")
        await shows(pilot, "2 of 3")
        assert second(bert) == {FIRST: (Verdict.CORRECTED, "XThe qvick brown fox")}
        await pilot.press("a", "x")
        await until(lambda: isinstance(pilot.app.screen, QueueScreen), pilot)
        await shows(pilot, "2 of 3 lines read alike")
        await pilot.press("b")
        await shows(pilot, "The whole sample is read a second time.")
    assert second(bert)[THIRD] == (Verdict.REJECTED, None)
    assert bert.decisions(item) == before


async def test_one_does_not_read_again_what_one_has_decided(item: int, opened: Opens, bert: Store) -> None:
    bert.draw([(item, FIRST)], 1, "Bert")
    decide(bert, item, FIRST, Verdict.ACCEPTED, by="ada")
    async with opened((100, 24)) as pilot:
        await pilot.press("b")
        await shows(pilot, "1 line of the sample", "for you have decided")


async def test_readings_that_differ_stand_one_above_the_other_and_are_settled(
    item: int, opened: Opens, bert: Store
) -> None:
    bert.draw([(item, key) for key in (FIRST, SECOND, THIRD)], 3, "Bert")
    for one in bert.sampled():
        reading = {FIRST: "The quick brown fax", SECOND: "jumped over", THIRD: "a hazy dog"}[one.key]
        decided = one.first
        bert.read_second(
            type(decided)(item, one.key, Verdict.CORRECTED, reading, reviewer="carl", engine_text=decided.engine_text)
        )
    async with opened((100, 24)) as pilot:
        await pilot.press("B")
        text = await shows(pilot, "3 lines that two people read differently")
        assert "1 ✎ The quick brown fox 2 ✎ The quick brown fax" in text
        await pilot.press("1")
        await shows(pilot, "1 ✓ jumps over 2 ✎ jumped over")
        await pilot.press("2")
        await shows(pilot, "1 ✗ rejected 2 ✎ a hazy dog")
        await pilot.press("u")
        await shows(pilot, "1 ✓ jumps over 2 ✎ jumped over")
        await pilot.press("2", "e")
        await until(lambda: pilot.app.screen.query_one(LineEditor).display, pilot)
        await pilot.press("home", "X", "enter")
        await until(lambda: isinstance(pilot.app.screen, QueueScreen), pilot)
        await pilot.press("B")
        await until(lambda: "No line of the sample was read" in words_on(pilot), pilot)
    now = bert.decisions(item)
    assert [(now[key].reviewer, now[key].verdict, now[key].text) for key in (FIRST, SECOND, THIRD)] == [
        ("ada", Verdict.CORRECTED, "The quick brown fox"),
        ("ada", Verdict.CORRECTED, "jumped over"),
        ("ada", Verdict.CORRECTED, "Xa lazy dog"),
    ]
    told = [(act.name, act.decision.reviewer) for act in bert.history(item, FIRST)]
    assert told == [("decide", "Bert"), ("second", "carl"), ("decide", "ada")]
