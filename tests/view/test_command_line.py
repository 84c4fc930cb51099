"""What is typed after `:`: names with completion, arguments with sentences, what was typed before."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import Input

from tests.view.conftest import Opens
from tests.view.test_review_screen import begin, settled
from tui.calibration import FEWEST
from tui.model import Decision, LineKey, Verdict
from tui.review import Spot
from tui.store import Store
from tui.view.command_text import NotUnderstood, Typed, Vocabulary, best_name, completions, place, share
from tui.view.commands import QUEUE, REVIEW, WITH_ARGUMENTS
from tui.view.screens.command_line import CommandLineScreen
from tui.view.widgets.result_tree import ResultTree

Reads = Callable[..., int]
REVIEWING = Vocabulary(REVIEW, WITH_ARGUMENTS)


async def typed(pilot: Pilot[None], *keys: str) -> str:
    """Return the words on the screen after some keys, those of a message too."""
    await pilot.press(*keys)
    return " ".join((await settled(pilot)).replace("▌", " ").split())


# -- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("accept", Typed("accept")),
        ("accept page", Typed("accept_page")),
        ("Accept-Page ", Typed("accept_page")),
        (":undo", Typed("undo")),
        ("und", Typed("undo")),
        ("take 2", Typed("take", "2")),
        ("goto 120", Typed("goto", "120")),
        ("120", Typed("goto", "120")),
        ("goto my  letter.jpg", Typed("goto", "my letter.jpg")),
        ("set threshold .85", Typed("set_threshold", ".85")),
    ],
)
def test_a_command_is_read_by_its_name_and_what_follows_it(text: str, command: Typed) -> None:
    assert REVIEWING.read(text) == command


def test_the_same_name_may_be_typed_with_an_argument_and_without() -> None:
    queue = Vocabulary(QUEUE, WITH_ARGUMENTS)
    assert queue.read("mark") == Typed("mark")
    assert queue.read("mark *.tif") == Typed("mark", "*.tif")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("acept", "“acept” is no command. There are accept"),
        ("flag everything", "“flag” takes nothing after it"),
        ("goto", "“goto” needs more: goto N or NAME"),
        ("take", "takes a digit: take 2"),
        ("take 12", "takes a digit"),
        ("set", "“set” is no command. There are set threshold, set error"),
        ("xyzzy", "There is no command “xyzzy” here"),
        ("a\x1b[31m", "no command"),
        ("", "Type a command's name"),
    ],
)
def test_what_is_no_command_is_told_with_what_may_be_meant(text: str, sentence: str) -> None:
    with pytest.raises(NotUnderstood) as told:
        REVIEWING.read(text)
    assert sentence in str(told.value)
    assert "\x1b" not in str(told.value)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_told_to_be_no_command(text: str) -> None:
    try:
        said = REVIEWING.read(text).name
    except NotUnderstood as told:
        said = str(told)
    assert REVIEWING.named(said) is not None or (said.isprintable() and said.endswith("."))


def test_a_beginning_becomes_names_and_a_word_inside_of_them() -> None:
    titles = ["goto", "accept", "accept page", "flag page", "next page"]
    assert completions("acc", titles) == ["accept", "accept page"]
    assert completions("pa", titles) == ["accept page", "flag page", "next page"]
    assert completions("accept ", titles) == ["accept page"]
    assert completions("", titles) == titles
    assert completions("zz", titles) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [(".85", 0.85), ("0.85", 0.85), ("85%", 0.85), ("2 %", 0.02), ("1", 1.0), (".9 ", 0.9), ("0,5", 0.5)],
)
def test_a_share_is_written_as_people_write_it(text: str, number: float) -> None:
    assert share(text, "2%") == pytest.approx(number)


@pytest.mark.parametrize("text", ["85", "-1", "high", "nan", "inf", "%", "120%", ""])
def test_what_is_no_share_is_told_with_an_example(text: str) -> None:
    with pytest.raises(NotUnderstood, match="Write it like 2%"):
        share(text, "2%")


def test_a_place_is_counted_from_one_and_a_name_is_none() -> None:
    assert place("3", 5, "lines") == 2
    assert place("3.jpg", 5, "lines") is None
    for number in ("0", "6", "9" * 5000):
        with pytest.raises(NotUnderstood, match="There are 5 lines"):
            place(number, 5, "lines")


def test_the_very_name_comes_before_what_only_holds_it() -> None:
    images = [(1, "/scans/box12/a.jpg"), (2, "/scans/12-old.jpg"), (3, "/scans/12.jpg"), (4, "https://host/B.png")]
    assert best_name("12.jpg", images) == 3
    assert best_name("12", images) == 3
    assert best_name("12-", images) == 2
    assert best_name("box12", images) == 1
    assert best_name("b.PNG", images) == 4
    assert best_name("nothing", images) is None


# -- on the screen ----------------------------------------------------------------------------------------------------


async def test_a_command_is_typed_completed_and_run(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        assert "skip page" in await typed(pilot, "colon", *"ski")
        await typed(pilot, "tab", "tab")
        assert pilot.app.screen.query_one(Input).value == "skip page"
        await typed(pilot, "shift+tab")
        assert pilot.app.screen.query_one(Input).value == "skip"
        await typed(pilot, "tab", "enter")
    assert [decision.verdict for decision in store.decisions(item).values()] == [Verdict.SKIPPED] * 3


async def test_what_a_command_wants_is_shown_while_it_is_typed(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened((110, 24)) as pilot:
        await begin(pilot)
        assert "goto N or NAME: Go to a line" in await typed(pilot, "colon", *"got", "tab")
        assert pilot.app.screen.query_one(Input).value == "goto "
        await typed(pilot, "2", "enter")
        assert pilot.app.screen.query_one(ResultTree).spot == Spot(LineKey(1, 1))


async def test_a_mistake_is_told_and_stays_to_be_put_right(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        assert "“acept” is no command" in await typed(pilot, "colon", *"acept", "enter")
        assert isinstance(pilot.app.screen, CommandLineScreen)
        await typed(pilot, "home", "right", "c", "enter")
    assert store.item(item).decided == 1


async def test_what_was_typed_is_brought_back(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "colon", *"accept", "enter", "colon", *"flag", "escape")
        await typed(pilot, "colon", *"goto 3", "enter")
        await typed(pilot, "colon", "up", "up", "up", "down", "up", "enter")
    assert {key.line for key in store.decisions(item)} == {0, 2}


async def test_esc_and_an_empty_line_do_nothing(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await typed(pilot, "colon", *"accept", "escape", "colon", "enter")
        assert "line 1 of 3" in await settled(pilot)
    assert store.item(item).decided == 0


async def test_goto_finds_an_image_by_its_name_from_the_queue_and_from_the_review(read: Reads, opened: Opens) -> None:
    for name in ("a.png", "b.png", "letter [red]7.png"):
        read(name)
    async with opened((140, 30)) as pilot:
        assert "b.png line 1 of 3" in await typed(pilot, "colon", *"goto 2", "enter", "enter")
        assert "letter [red]7.png" in await typed(pilot, "colon", *"goto letter", "enter")
        assert "There are 3 lines, and none is number 9" in await typed(pilot, "colon", "9", "enter")
        assert "No image in the queue has “[/x]”" in await typed(pilot, "colon", *"goto [/x]", "enter")


async def test_the_threshold_decides_what_a_page_accepts_and_is_kept(read: Reads, opened: Opens, store: Store) -> None:
    item = read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        assert "at least 30 % sure" in await typed(pilot, "colon", *"set threshold .3", "enter")
        await typed(pilot, "A")
    assert store.item(item).decided == 3
    assert store.preferences("ada")["threshold"] == "0.3"


async def test_a_threshold_for_an_error_needs_enough_decisions(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened((120, 30)) as pilot:
        await begin(pilot)
        await typed(pilot, "a")
        text = await typed(pilot, "colon", *"set error 2%", "enter")
    assert f"{FEWEST - 4} more words" in text


async def test_the_error_that_one_can_bear_sets_the_threshold(read: Reads, opened: Opens, store: Store) -> None:
    for number in range(3):
        lines = tuple(f"line number {number} {place} qvick" for place in range(20))
        item = read(f"{number}.png", lines)
        store.decide(
            *(
                Decision(
                    item, LineKey(1, at), Verdict.CORRECTED, text.replace("qvick", "quick"), reviewer="bob",
                    engine_text=text,
                )
                for at, text in enumerate(lines)
            )
        )  # fmt: skip
    async with opened((120, 30)) as pilot:
        text = await typed(pilot, "colon", *"set error 2%", "enter")
        assert "at least 97 % sure" in text
        assert "No confidence is high enough for 0.001 %" in await typed(pilot, "colon", *"set error .001%", "enter")
    assert store.preferences("ada")["threshold"] == "0.97"


async def test_a_theme_is_completed_and_worn(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await typed(pilot, "colon", *"set theme nor", "tab", "enter")
        assert pilot.app.theme == "nord"
        assert "There is no such theme" in await typed(pilot, "colon", *"set theme mud", "enter")
        assert pilot.app.theme == "nord"


async def test_what_has_nothing_to_act_on_says_so(failed: Callable[[str], int], opened: Opens) -> None:
    failed("broken.png")
    async with opened() as pilot:
        await begin(pilot)
        assert "nothing here for “accept”" in await typed(pilot, "colon", *"accept", "enter")


async def test_quit_is_typed_too(read: Reads, opened: Opens) -> None:
    read("a.png")
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("colon", *"quit", "enter")
        await pilot.pause()
        assert pilot.app._exit
