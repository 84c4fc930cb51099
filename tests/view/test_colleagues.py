"""Others on the same queue: what they have open is passed over, what they do is shown and told, and nothing is lost."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from tests.view.conftest import Opens, screen_text
from tests.view.test_review_screen import begin
from tui.arrangement import merged
from tui.model import Decision, LineKey, Verdict
from tui.presence import this_program
from tui.review import Spot
from tui.store import Store
from tui.view.widgets.result_tree import ResultTree

Reads = Callable[..., int]
FIRST, SECOND, THIRD = (LineKey(1, number) for number in range(3))
LINES = ("The qvick brown fox", "jumps over", "a lazy dog")


@pytest.fixture
def bert(queue: Path) -> Iterator[Store]:
    """A colleague's program on the same file."""
    with Store(queue) as opened:
        yield opened


def decide(
    bert: Store, item: int, key: LineKey, verdict: Verdict, text: str | None = None, reason: str = "", by: str = "Bert"
) -> None:
    bert.decide(Decision(item, key, verdict, text, reason, reviewer=by, engine_text=LINES[key.line]))


async def until(done: Callable[[], object], pilot: Pilot[None]) -> None:
    """Wait until something is so."""
    patience = time.monotonic() + 60
    while not done():
        assert time.monotonic() < patience, screen_text(pilot)
        await pilot.pause(0.08)


def words_on(pilot: Pilot[None]) -> str:
    """Return what the screen shows, whatever breaks and frames are between its words."""
    return " ".join(word for word in screen_text(pilot).split() if word not in {"▌", "▐"})


async def shows(pilot: Pilot[None], *words: str) -> str:
    """Wait until the screen shows some words, and return all of them."""
    await until(lambda: all(word in words_on(pilot) for word in words), pilot)
    return words_on(pilot)


def spot(pilot: Pilot[None]) -> Spot | None:
    return pilot.app.screen.query_one(ResultTree).spot


# -- who has what open ------------------------------------------------------------------------------------------------


async def test_a_review_says_what_it_has_open_and_the_queue_nothing(read: Reads, opened: Opens, bert: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await until(lambda: bert.open_elsewhere("Bert") == {item: ("ada",)}, pilot)
        await pilot.press("q")
        await until(lambda: not bert.open_elsewhere("Bert"), pilot)
        await begin(pilot)
        await until(lambda: bert.open_elsewhere("Bert"), pilot)
    assert bert.open_elsewhere("Bert") == {}


async def test_the_queue_and_the_heading_name_a_colleague_and_nobody_else(
    read: Reads, opened: Opens, bert: Store
) -> None:
    item = read("a.png")
    async with opened((120, 24)) as pilot:
        assert "Bert" not in screen_text(pilot)
        program = this_program()
        bert.keep_open(item, "Bert", program)
        await shows(pilot, "open: Bert", "0/3 lines")
        await pilot.press("enter")
        await shows(pilot, "Bert has it open too")
        bert.keep_closed(program)
        bert.keep_open(item, "ada", program)  # a second window of one's own
        await until(lambda: "has it open" not in words_on(pilot), pilot)


async def test_going_on_passes_over_what_a_colleague_has_open_until_nothing_else_is_left(
    read: Reads, opened: Opens, bert: Store
) -> None:
    read("a.png", ("one line",))
    taken = read("b.png", ("another line",))
    read("c.png", ("a third line",))
    async with opened((120, 24)) as pilot:
        await begin(pilot)
        bert.keep_open(taken, "Bert", this_program())
        await pilot.press("a")
        await shows(pilot, "c.png line 1 of 1")
        await pilot.press("a")
        await shows(pilot, "b.png line 1 of 1", "Nothing else is left to review: Bert has it open too.")


async def test_being_led_passes_over_it_too(read: Reads, opened: Opens, bert: Store) -> None:
    read("a.png", ("sure words",))
    taken = read("b.png", ("a qvick one",))
    last = read("c.png", ("qvick and sure",))
    async with opened((120, 24)) as pilot:
        await begin(pilot)
        bert.keep_open(taken, "Bert", this_program())
        await pilot.press("right_square_bracket")
        await shows(pilot, "c.png line 1 of 1")
        decide(bert, last, FIRST, Verdict.ACCEPTED)
        await shows(pilot, "Bert accepted line 1.")
        await pilot.press("right_square_bracket")
        await shows(pilot, "b.png line 1 of 1", "Nothing else is left to review: Bert has it open too.")


# -- what they do -----------------------------------------------------------------------------------------------------


async def test_what_a_colleague_decides_is_shown_at_once_and_told_where_it_is_ones_own(
    read: Reads, opened: Opens, bert: Store
) -> None:
    item = read("a.png", LINES)
    async with opened((100, 24)) as pilot:
        await begin(pilot)
        await pilot.press("a")
        await shows(pilot, "line 2 of 3")
        decide(bert, item, THIRD, Verdict.ACCEPTED)
        assert "Bert" not in await shows(pilot, "✓ 3")  # it is neither hers nor under her cursor
        decide(bert, item, SECOND, Verdict.FLAGGED, reason="name")
        await shows(pilot, "Bert flagged line 2 (name).")
        decide(bert, item, FIRST, Verdict.CORRECTED, "The quick brown fox")
        await shows(pilot, "Bert read line 1 differently: “The quick brown fox”. H tells both.")
        assert spot(pilot) == Spot(SECOND)
        await pilot.press("k", "H")
        await shows(pilot, "Bert ✎ corrected", "ada ✓ accepted")
        await pilot.press("escape")
        bert.undo("Bert")
        await shows(pilot, "Bert took back line 1.")


async def test_what_a_second_window_of_ones_own_decides_is_shown_and_not_told(
    read: Reads, opened: Opens, bert: Store
) -> None:
    item = read("a.png", LINES)
    async with opened((100, 24)) as pilot:
        await begin(pilot)
        decide(bert, item, FIRST, Verdict.CORRECTED, "quick", by="ada")
        assert "read line 1" not in await shows(pilot, "✎ 1")


async def test_a_line_in_the_field_keeps_what_is_typed_and_says_what_the_colleague_made_of_it(
    read: Reads, opened: Opens, bert: Store
) -> None:
    item = read("a.png", LINES)
    async with opened((100, 24)) as pilot:
        await begin(pilot)
        await pilot.press("j", "e", "home", "X")
        decide(bert, item, SECOND, Verdict.CORRECTED, "jumped over")
        await shows(pilot, "Bert read line 2: “jumped over”.")
        assert pilot.app.screen.query_one(Input).value == "Xjumps over"
        await pilot.press("enter")
        await shows(pilot, "Bert had read line 2: “jumped over”. Yours counts. H tells both.")
        now = bert.decisions(item)[SECOND]
        assert (now.reviewer, now.text) == ("ada", "Xjumps over")
        assert len(bert.history(item, SECOND)) == 2


async def test_an_unchanged_field_keeps_what_stood_in_it_and_not_what_a_colleague_typed_meanwhile(
    read: Reads, opened: Opens, bert: Store
) -> None:
    item = read("a.png", LINES)
    async with opened((100, 24)) as pilot:
        await begin(pilot)
        await pilot.press("j", "e")
        decide(bert, item, SECOND, Verdict.CORRECTED, "jumped over")
        await shows(pilot, "Bert read line 2")
        await pilot.press("enter")
        await shows(pilot, "Bert had read line 2")
    now = bert.decisions(item)[SECOND]
    assert (now.reviewer, now.verdict, now.text) == ("ada", Verdict.ACCEPTED, None)


async def test_a_decision_in_the_moment_before_ones_own_is_told(
    read: Reads, opened: Opens, bert: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = read("a.png", LINES)
    async with opened((100, 24)) as pilot:
        await begin(pilot)
        with monkeypatch.context() as moment:
            moment.setattr(pilot.app.screen, "_follow", lambda: None)  # the file was looked at just before
            decide(bert, item, FIRST, Verdict.REJECTED)
            await pilot.press("a")
            await shows(pilot, "Bert had rejected line 1. Yours counts. H tells both.")
    assert bert.decisions(item)[FIRST].verdict is Verdict.ACCEPTED


async def test_undo_leaves_what_a_colleague_decided_later_and_says_so(read: Reads, opened: Opens, bert: Store) -> None:
    item = read("a.png", LINES)
    async with opened((100, 24)) as pilot:
        await begin(pilot)
        await pilot.press("a")
        await shows(pilot, "line 2 of 3")
        decide(bert, item, FIRST, Verdict.REJECTED)
        await shows(pilot, "Bert rejected line 1. H tells both.")
        await pilot.press("u")
        await shows(pilot, "Taken back. What counts of line 1 is what Bert decided.")
    assert bert.decisions(item)[FIRST].verdict is Verdict.REJECTED


async def test_lines_that_a_colleague_reshapes_are_shown_with_the_cursor_where_it_was(
    read: Reads, opened: Opens, bert: Store
) -> None:
    item = read("a.png", LINES)
    async with opened((100, 24)) as pilot:
        await begin(pilot)
        await pilot.press("j", "j")
        bert.reshape(item, merged(bert.pages(item)[0], (0, 1), LINES[:2]), "Bert")
        await shows(pilot, "Bert has changed the lines of this image.", "line 2 of 2")
        assert spot(pilot) == Spot(THIRD)
        bert.undo("Bert")
        await shows(pilot, "line 3 of 3")


async def test_a_line_is_not_joined_with_one_that_a_colleague_has_just_joined(
    read: Reads, opened: Opens, bert: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = read("a.png", LINES)
    async with opened((100, 24)) as pilot:
        await begin(pilot)
        with monkeypatch.context() as moment:
            moment.setattr(pilot.app.screen, "_follow", lambda: None)  # the file was looked at just before
            bert.reshape(item, merged(bert.pages(item)[0], (0, 1), LINES[:2]), "Bert")
            await pilot.press("M")
            await shows(pilot, "Bert has changed the lines of this image.", "of 2")
    assert len(bert.pages(item)[0].lines) == 2


async def test_what_was_typed_into_a_line_that_is_joined_meanwhile_is_kept(
    read: Reads, opened: Opens, bert: Store
) -> None:
    item = read("a.png", LINES)
    async with opened((100, 24)) as pilot:
        await begin(pilot)
        await pilot.press("e", "home", "X")
        bert.reshape(item, merged(bert.pages(item)[0], (0, 1), LINES[:2]), "Bert")
        await shows(pilot, "Bert has changed the lines of this image.")
        assert pilot.app.screen.query_one(Input).value == f"X{LINES[0]}"
        await pilot.press("enter")
        await shows(pilot, "Bert has split or joined", "is kept and copied", "of 2")
        assert pilot.app.clipboard == f"X{LINES[0]}"
        bert.undo("Bert")
        await shows(pilot, f"✎ 1 ▸ X{LINES[0]}")
    assert bert.decisions(item)[FIRST].text == f"X{LINES[0]}"
