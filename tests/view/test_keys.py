"""Every command of every screen is pressed, and does what it says; every key of every preset runs its command."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from textual.command import CommandPalette
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from tests.view.conftest import NOW, Opens, add_failed, add_read, screen_text
from tests.view.test_review_screen import begin, settled
from tui.line_index import Order
from tui.model import Decision, LineKey, State, Verdict
from tui.review import Spot
from tui.settings import Settings
from tui.store import Store
from tui.view.commands import TABLES, Command
from tui.view.keymap import PRESETS, keymap_of
from tui.view.looks import THE_BOX, THE_PAGE, Looks
from tui.view.screens.ask import AskScreen
from tui.view.screens.box import BoxScreen
from tui.view.screens.characters import CharactersScreen
from tui.view.screens.command_line import CommandLineScreen
from tui.view.screens.history import HistoryScreen
from tui.view.screens.keys import KeysScreen, matching
from tui.view.screens.queue import QueueScreen
from tui.view.screens.rereading import NOTHING_READS
from tui.view.screens.review import ReviewScreen
from tui.view.widgets.key_bar import KeyBar
from tui.view.widgets.line_editor import LineEditor
from tui.view.widgets.result_tree import ResultTree

LINES = ("The qvick brown fox", "jumps over", "a qvick dog", *(f"line {number}" for number in range(4, 13)))
OTHERS = ("the qvick cat", "qvick and qvick", "sure words")
BOBS = {0: ("bob", "the quick cat"), 1: ("bob", OTHERS[1]), 2: ("bob", OTHERS[2])}
"""What counts of the other image before anything of the sample is settled."""
CORRECT = ("c", *"quick", "enter")
"""Corrects the doubtful word of the first line, and goes on to the second."""


@dataclass
class Case:
    """The program after a command's key was pressed."""

    pilot: Pilot[None]
    store: Store
    page: int
    """The image under review: 12 lines, doubtful the first and the third."""
    other: int
    """Three lines, of which somebody has corrected the first."""
    broken: int
    """It failed."""
    was: str
    """The screen before."""
    text: str
    """The screen now."""

    @property
    def verdicts(self) -> dict[int, Verdict]:
        return {key.line: decision.verdict for key, decision in self.store.decisions(self.page).items()}

    @property
    def texts(self) -> dict[int, str | None]:
        return {key.line: decision.text for key, decision in self.store.decisions(self.page).items()}

    @property
    def others(self) -> dict[int, tuple[str, str]]:
        """Who has decided what last of the other image."""
        found = self.store.decisions(self.other)
        return {key.line: (one.reviewer, one.text or one.engine_text) for key, one in found.items()}

    @property
    def second(self) -> dict[int, Verdict]:
        """What somebody other than carl made of the sample."""
        readings = [one.second for one in self.store.sampled()]
        return {one.key.line: one.verdict for one in readings if one is not None and one.reviewer != "carl"}

    @property
    def at(self) -> int:
        """On which row of a list of places the cursor is, from 1."""
        found = re.search(r"(\d+) of \d+   \d+ left", self.text)
        assert found is not None
        return int(found[1])

    @property
    def lines(self) -> list[str]:
        return [line.text for page in self.store.pages(self.page) for line in page.lines]

    @property
    def screen(self) -> Widget:
        return self.pilot.app.screen

    @property
    def spot(self) -> Spot:
        spot = self.screen.query_one(ResultTree).spot
        assert spot is not None
        return spot

    @property
    def field(self) -> LineEditor:
        return self.screen.query_one(LineEditor)

    @property
    def looks(self) -> Looks:
        looks = self.screen._looks  # type: ignore[attr-defined]
        assert isinstance(looks, Looks)
        return looks

    @property
    def line(self) -> tuple[int, int] | None:
        """The image and the line under review; None on other screens."""
        if not isinstance(self.screen, ReviewScreen):
            return None
        return self.screen._item.id, self.spot.key.line

    @property
    def order(self) -> Order:
        """In which order the queue is listed."""
        assert isinstance(self.screen, QueueScreen)
        return self.screen._view.order

    def on(self, name: str) -> bool:
        """Whether the cursor of the queue is on an image."""
        return any(row.startswith("▌") and name in row for row in self.text.splitlines())


@dataclass
class Trial:
    """What is typed round a command's key, and how to see that it was done."""

    shows: Callable[[Case], object]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def ended(case: Case) -> bool:
    return bool(case.pilot.app._exit)


def is_screen(kind: type) -> Callable[[Case], bool]:
    return lambda case: isinstance(case.screen, kind)


MOVING: dict[str, Callable[[Callable[[Case], int]], Trial]] = {
    "down": lambda at: Trial(lambda case: at(case) == 1),
    "up": lambda at: Trial(lambda case: at(case) == 0, before=("down",)),
    "first": lambda at: Trial(lambda case: at(case) == 0, before=("end",)),
    "last": lambda at: Trial(lambda case: at(case) == -1),
    "half_down": lambda at: Trial(lambda case: at(case) != 0),
    "half_up": lambda at: Trial(lambda case: at(case) != -1, before=("end",)),
}
EVERYWHERE = {
    "keys": Trial(is_screen(KeysScreen)),
    "command": Trial(is_screen(CommandLineScreen)),
    "palette": Trial(is_screen(CommandPalette)),
    "quit": Trial(ended),
}


def moving(row: Callable[[Case], int], count: Callable[[Case], int]) -> dict[str, Trial]:
    """Return how the keys are tried that move a cursor, of which the row is known; the last row is -1."""

    def at(case: Case) -> int:
        return -1 if row(case) == count(case) - 1 else row(case)

    return {name: trial(at) for name, trial in MOVING.items()}


QUEUE = {
    "open": Trial(lambda case: case.line == (case.page, 0)),
    "mark": Trial(lambda case: case.store.marked() == {case.page}),
    "filter": Trial(lambda case: "failed: 1 images" in case.text, after=(*"failed", "enter")),
    "retry": Trial(lambda case: case.store.item(case.broken).state is State.WAITING, before=("G",)),
    "recognise": Trial(lambda case: "Nothing runs here" in case.text, before=("G",)),
    "hold": Trial(lambda case: case.store.item(case.broken).is_paused, before=("G", "exclamation_mark")),
    "pause": Trial(lambda case: "Nothing runs here" in case.text),
    "sooner": Trial(lambda case: "1 read sooner" in case.text, before=("G", "exclamation_mark")),
    "later": Trial(lambda case: "1 read later" in case.text, before=("G", "exclamation_mark")),
    "remove": Trial(lambda case: case.store.tally().total == 2, after=("y",)),
    "put_back": Trial(lambda case: case.store.tally().total == 3, before=("d", "y")),
    "mark_range": Trial(lambda case: len(case.store.marked()) == 3, before=("space", "G")),
    "mark_pattern": Trial(lambda case: case.store.marked() == {case.other}, after=(*"b.*", "enter")),
    "mark_others": Trial(lambda case: case.store.marked() == {case.other, case.broken}, before=("space",)),
    "clear": Trial(lambda case: not case.store.marked(), before=("space",)),
    "order": Trial(lambda case: case.order is Order.DOUBT, after=("d",)),
    "next_view": Trial(lambda case: "todo" in case.text),
    "previous_view": Trial(lambda case: "decided:" in case.text),
    "search": Trial(lambda case: "1 line matches brown" in case.text, after=(*"brown", "enter")),
    "next_hit": Trial(lambda case: case.line == (case.page, 0), before=("slash", *"brown", "enter", "escape")),
    "previous_hit": Trial(lambda case: case.line == (case.page, 0), before=("slash", *"brown", "enter", "escape")),
    "second": Trial(lambda case: "No lines were drawn yet" in case.text),
    "both": Trial(lambda case: "No line of the sample was read" in case.text),
    "next_failed": Trial(lambda case: case.on("broken.png")),
    "count": Trial(lambda case: "0 times" in case.text),
    "page_down": Trial(lambda case: case.on("broken.png")),
    "page_up": Trial(lambda case: case.on("a.png"), before=("G",)),
    **moving(lambda case: case.screen.rows.cursor, lambda _: 3),  # type: ignore[attr-defined]
    **EVERYWHERE,
    "leave": Trial(ended),
}
REVIEW = {
    "accept": Trial(lambda case: case.verdicts == {0: Verdict.ACCEPTED}),
    "accept_page": Trial(lambda case: len(case.verdicts) == 10 and not {0, 2} & case.verdicts.keys()),
    "edit": Trial(lambda case: case.field.display and case.field.cursor_position == 4),
    "change": Trial(lambda case: case.field.selected_text == "qvick"),
    "take": Trial(lambda case: case.texts == {0: "The quick brown fox"}),
    "repeat": Trial(lambda case: case.texts.get(2) == "a quick dog", before=(*CORRECT, "j")),
    "next_doubtful": Trial(lambda case: case.spot == Spot(LineKey(1, 0), 1)),
    "previous_doubtful": Trial(lambda case: case.spot == Spot(LineKey(1, 0), 1), before=("down",)),
    "everywhere": Trial(lambda case: "2 of “qvick” → “quick”" in case.text, before=CORRECT),
    "search": Trial(lambda case: "1 line matches brown" in case.text, after=(*"brown", "enter")),
    "next_hit": Trial(lambda case: case.spot.key.line == 2, before=("slash", *"qvick", "enter", "escape")),
    "previous_hit": Trial(lambda case: case.line == (case.other, 1), before=("slash", *"qvick", "enter", "escape")),
    "read_again": Trial(lambda case: NOTHING_READS[:20] in case.text),
    "read_page_again": Trial(lambda case: NOTHING_READS[:20] in case.text),
    "flag": Trial(lambda case: case.verdicts == {0: Verdict.FLAGGED}, after=("i",)),
    "flag_page": Trial(lambda case: [*case.verdicts.values()] == [Verdict.FLAGGED] * 12, after=("enter",)),
    "skip": Trial(lambda case: case.verdicts == {0: Verdict.SKIPPED}),
    "skip_page": Trial(lambda case: [*case.verdicts.values()] == [Verdict.SKIPPED] * 12),
    "reject": Trial(lambda case: case.verdicts == {0: Verdict.REJECTED}),
    "reject_page": Trial(lambda case: [*case.verdicts.values()] == [Verdict.REJECTED] * 12),
    "undo": Trial(lambda case: not case.verdicts, before=("a",)),
    "redo": Trial(lambda case: case.verdicts == {0: Verdict.ACCEPTED}, before=("a", "u")),
    "retry": Trial(lambda case: case.store.item(case.broken).state is State.WAITING, before=("J", "J")),
    "next_page": Trial(lambda case: case.line == (case.other, 1)),
    "previous_page": Trial(lambda case: case.line == (case.page, 0), before=("J",)),
    "next_word": Trial(lambda case: case.spot.word == 2),
    "previous_word": Trial(lambda case: case.spot.word == 0),
    "step_back": Trial(lambda case: case.spot.word is None, before=("w",)),
    "expand": Trial(lambda case: "? .31" in case.text and "? .31" not in case.was),
    "collapse": Trial(lambda case: "? .31" in case.was and "? .31" not in case.text, before=("l",)),
    "picture": Trial(lambda case: case.screen.has_class("-page")),
    "zoom_in": Trial(lambda case: case.looks.zoom == 1),
    "zoom_out": Trial(lambda case: case.looks.zoom == 1, before=("plus", "plus")),
    "zoom_page": Trial(lambda case: case.looks.zoom == THE_PAGE, before=("plus",)),
    "zoom_pixels": Trial(lambda case: case.looks.zoom > 1),
    "zoom_box": Trial(lambda case: case.looks.zoom == THE_BOX),
    "pan_left": Trial(lambda case: case.text != case.was, before=("plus", "plus", "plus", "shift+right")),
    "pan_right": Trial(lambda case: case.text != case.was, before=("plus", "plus", "plus")),
    "pan_up": Trial(lambda case: case.text != case.was, before=("plus", "plus", "plus", "shift+down")),
    "pan_down": Trial(lambda case: case.text != case.was, before=("plus", "plus", "plus")),
    "text": Trial(lambda case: case.looks.with_text),
    "boxes": Trial(lambda case: not case.looks.with_boxes),
    "context": Trial(lambda case: case.looks.context == 1),
    "invert": Trial(lambda case: case.looks.tones.inverted),
    "contrast_up": Trial(lambda case: case.looks.tones.contrast == 1),
    "contrast_down": Trial(lambda case: case.looks.tones.contrast == 0, before=("right_parenthesis",)),
    "colours": Trial(lambda case: case.looks.in_colour),
    "more_ink": Trial(lambda case: case.store.preferences("ada").get("ink", "") > "0.5"),
    "less_ink": Trial(lambda case: "ink" in case.store.preferences("ada")),
    "history": Trial(lambda case: "ada  ✓ accepted" in case.text, before=("a", "k")),
    "audit": Trial(lambda case: "None of the lines accepted unseen" in " ".join(case.text.split())),
    "copy": Trial(lambda case: case.pilot.app.clipboard == "The qvick brown fox"),
    "path": Trial(lambda case: case.pilot.app.clipboard.endswith("/a.png")),
    "merge": Trial(lambda case: case.lines[0] == "The qvick brown fox jumps over"),
    "split": Trial(lambda case: case.lines[:2] == ["The qvick", "brown fox"], before=("w",)),
    "add_line": Trial(is_screen(BoxScreen)),
    "box": Trial(is_screen(BoxScreen)),
    "earlier": Trial(lambda case: case.lines[0] == "jumps over", before=("j",)),
    "later": Trial(lambda case: case.lines[0] == "jumps over"),
    "turn_page": Trial(lambda case: case.store.pages(case.page)[0].turn == 1),
    "order": Trial(lambda case: "Lines as they stand on the page" in case.text),
    **moving(lambda case: case.spot.key.line, lambda _: 12),
    **EVERYWHERE,
    "leave": Trial(lambda case: case.on("a.png")),
}
LISTED = {
    "leave_place": Trial(lambda case: case.at == 2 and 2 not in case.texts),
    "context": Trial(lambda case: case.looks.context == 1),
    "page_down": Trial(lambda case: case.at > 1),
    "page_up": Trial(lambda case: case.at == 1, before=("end",)),
    **moving(lambda case: case.screen.rows.cursor, lambda case: case.screen.rows.count),  # type: ignore[attr-defined]
    "down": Trial(lambda case: case.at == 2),
    **EVERYWHERE,
}
PLACES = {
    **LISTED,
    "apply": Trial(lambda case: case.texts.get(2) == "a quick dog"),
    "apply_all": Trial(lambda case: 2 in case.texts and len(case.store.decisions(case.other)) == 2),
    "visit": Trial(lambda case: case.line == (case.page, 2)),
    "undo": Trial(lambda case: 2 not in case.texts, before=("a",)),
    "leave": Trial(lambda case: case.line == (case.page, 1)),
}
HITS = {
    **LISTED,
    "visit": Trial(lambda case: case.line == (case.page, 0)),
    "accept_here": Trial(lambda case: case.verdicts == {0: Verdict.ACCEPTED} and "2 of 3" in case.text),
    "undo": Trial(lambda case: not case.verdicts, before=("a",)),
    "search": Trial(is_screen(AskScreen)),
    "next_hit": Trial(lambda case: "2 of 3" in case.text),
    "previous_hit": Trial(lambda case: "2 of 3" in case.text, before=("end",)),
    "leave": Trial(lambda case: case.line == (case.page, 0)),
}
AUDIT = {
    **LISTED,
    "say_right": Trial(lambda case: case.verdicts[1] is Verdict.ACCEPTED and len(case.store.unseen()) == 9),
    "visit": Trial(lambda case: case.line == (case.page, 1)),
    "undo": Trial(lambda case: len(case.store.unseen()) == 10, before=("a",)),
    "leave": Trial(lambda case: case.line == (case.page, 0)),
}
EDIT = {
    "save": Trial(lambda case: case.verdicts == {0: Verdict.ACCEPTED} and case.spot.key.line == 1),
    "save_back": Trial(lambda case: case.texts == {0: "The Xqvick brown fox"}, before=("X",)),
    "next_in_line": Trial(lambda case: case.field.selected_text == "qvick", before=("home",)),
    "previous_in_line": Trial(lambda case: case.field.selected_text == "qvick", before=("end",)),
    "undo_typing": Trial(lambda case: case.field.value == "The qvick brown fox", before=("X",)),
    "redo_typing": Trial(lambda case: case.field.value == "The Xqvick brown fox", before=("X", "ctrl+z")),
    "restore": Trial(lambda case: case.field.value == "The qvick brown fox", before=("X",)),
    "characters": Trial(is_screen(CharactersScreen)),
    "split_here": Trial(lambda case: case.lines[:2] == ["The", "qvick brown fox"]),
    "leave_line": Trial(lambda case: not case.field.display and not case.verdicts, before=("X",)),
    "field_keys": Trial(is_screen(KeysScreen)),
}
SAMPLED = {
    "context": Trial(lambda case: case.looks.context == 1),
    "page_down": Trial(lambda case: "3 of 3" in case.text),
    "page_up": Trial(lambda case: "1 of 3" in case.text, before=("end",)),
    **moving(lambda case: case.screen.rows.cursor, lambda _: 3),  # type: ignore[attr-defined]
    **EVERYWHERE,
    "leave": Trial(lambda case: isinstance(case.screen, QueueScreen)),
    "edit": Trial(lambda case: case.field.display),
    "leave_place": Trial(lambda case: "2 of 3" in case.text and not case.second and case.others == BOBS),
}
SECOND = {
    **SAMPLED,
    "accept": Trial(lambda case: case.second == {0: Verdict.ACCEPTED}),
    "reject": Trial(lambda case: case.second == {0: Verdict.REJECTED}),
    "flag": Trial(lambda case: case.second == {0: Verdict.FLAGGED}, after=("i",)),
    "undo": Trial(lambda case: not case.second and "1 of 3" in case.text, before=("a",)),
}
BOTH = {
    **SAMPLED,
    "take_first": Trial(lambda case: case.others == {**BOBS, 0: ("ada", "the quick cat")}),
    "take_second": Trial(lambda case: case.others == {**BOBS, 0: ("ada", "carl's 0")}),
    "undo": Trial(lambda case: case.others == BOBS and "1 of 3" in case.text, before=("1",)),
    "history": Trial(is_screen(HistoryScreen)),
    "visit": Trial(lambda case: case.line == (case.other, 0)),
}
TRIALS = {
    "queue": QUEUE,
    "review": REVIEW,
    "places": PLACES,
    "hits": HITS,
    "audit": AUDIT,
    "second": SECOND,
    "both": BOTH,
    "edit": EDIT,
}
CHANGE_NOTHING = {
    *MOVING,
    *("page_down", "page_up", "keys", "command", "palette", "field_keys", "characters", "add_line", "box"),
    *("copy", "path"),
}
"""Commands after which a screen is as before as soon as what they open is closed, and the cursor back at the top."""
TRIES = 40
"""How often it is looked whether something was done that takes a moment."""
WAY = {
    "queue": (),
    "review": ("enter",),
    "places": ("enter", *CORRECT, "asterisk"),
    "hits": ("enter", "slash", *"qvick", "enter"),
    "audit": ("enter", "Q"),
    "second": ("b",),
    "both": ("B",),
    "edit": ("enter", "e"),
}
"""What is typed to come to a screen."""
WAY_BY_NAME = {
    "queue": (),
    "review": ("open",),
    "places": ("open", "change"),
    "hits": ("open", "search"),
    "audit": ("open", "audit"),
    "second": ("second",),
    "both": ("both",),
    "edit": ("open", "edit"),
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[int, int, int]]:
    """A queue file, and its three images: each test has a copy of the file."""
    folder = tmp_path_factory.mktemp("prepared")
    with Store(folder / "queue.db", clock=lambda: NOW) as store:
        page, other = add_read(store, folder / "a.png", LINES), add_read(store, folder / "b.png", OTHERS)
        corrected = Decision(
            other, LineKey(1, 0), Verdict.CORRECTED, "the quick cat", engine_text=OTHERS[0], reviewer="bob"
        )
        store.decide(corrected)
        return folder / "queue.db", (page, other, add_failed(store, "broken.png"))


@pytest.fixture
def queue(tmp_path: Path, prepared: tuple[Path, tuple[int, int, int]]) -> Path:
    return Path(shutil.copy(prepared[0], tmp_path))


@pytest.fixture
def images(prepared: tuple[Path, tuple[int, int, int]]) -> tuple[int, int, int]:
    return prepared[1]


def accept_unseen(table: str, store: Store, item: int) -> None:
    """Have somebody accept the sure lines of an image without looking at them, and ask for all of them back."""
    if table == "audit":
        sure = [LineKey(1, place) for place, text in enumerate(LINES) if "qvick" not in text]
        store.decide(*(Decision(item, key, Verdict.ACCEPTED, engine_text=LINES[key.line], unseen=True) for key in sure))
        store.prefer("ada", "audit", "1")


def have_a_sample_read(table: str, store: Store, item: int) -> None:
    """Draw an image's lines to be read a second time; where readings are settled, have somebody do so."""
    if table not in {"second", "both"}:
        return
    keys = [LineKey(1, place) for place in range(len(OTHERS))]
    rest = [Decision(item, key, Verdict.ACCEPTED, reviewer="bob", engine_text=OTHERS[key.line]) for key in keys[1:]]
    store.decide(*rest)
    store.draw(((item, key) for key in keys), len(keys), "bob")
    for key in keys if table == "both" else ():
        store.read_second(Decision(item, key, Verdict.CORRECTED, f"carl's {key.line}", reviewer="carl"))


def commands_that(*, change_nothing: bool) -> list[tuple[str, Command]]:
    every = [(table, command) for table, commands in TABLES.items() for command in commands]
    return [(table, command) for table, command in every if (command.name in CHANGE_NOTHING) == change_nothing]


@pytest.mark.parametrize(
    ("table", "command"),
    commands_that(change_nothing=False),
    ids=lambda value: value.name if isinstance(value, Command) else value,
)
async def test_the_key_of_a_command_does_what_it_says(
    table: str, command: Command, images: tuple[int, int, int], opened: Opens, store: Store
) -> None:
    have_a_sample_read(table, store, images[1])
    accept_unseen(table, store, images[0])
    async with opened() as pilot:
        await pilot.press(*WAY[table])
        await try_out(table, command, pilot, store, images)


@pytest.mark.parametrize("table", dict.fromkeys(table for table, _ in commands_that(change_nothing=True)))
async def test_keys_that_change_nothing_do_what_they_say_one_after_the_other(
    table: str, images: tuple[int, int, int], opened: Opens, store: Store
) -> None:
    have_a_sample_read(table, store, images[1])
    accept_unseen(table, store, images[0])
    first = [command.keys[0] for command in TABLES[table] if command.name == "first"]
    async with opened() as pilot:
        await pilot.press(*WAY[table])
        await settled(pilot)
        screen = pilot.app.screen
        for of_table, command in commands_that(change_nothing=True):
            if of_table == table:
                await try_out(table, command, pilot, store, images)
                await come_back(pilot, screen, *first)


async def try_out(table: str, command: Command, pilot: Pilot[None], store: Store, images: tuple[int, int, int]) -> None:
    """Press a command's key, and what belongs to it, on its screen; raises AssertionError if it does not do it."""
    trial = TRIALS[table].get(command.name)
    assert trial is not None, f"{table}: say here how to see that {command.name} was done"
    await pilot.press(*trial.before)
    await pilot.pause()
    was = screen_text(pilot)
    assert not trial.shows(Case(pilot, store, *images, was, was)), f"{command.name} seems to be done before it is"
    await pilot.press(command.keys[0], *trial.after)
    for _ in range(TRIES):
        text = "" if pilot.app._exit else screen_text(pilot)
        if trial.shows(Case(pilot, store, *images, was, text)):
            return
        await pilot.pause(0.05)
    raise AssertionError(f"{table}: {command.name} did not do what it says:\n{text}")


async def come_back(pilot: Pilot[None], screen: Screen[Any], *first: str) -> None:
    """Close what was opened above a screen, and go to its first row with the key for that, if there is one."""
    for _ in range(TRIES):
        if pilot.app.screen is screen:
            await pilot.press(*first)
            await settled(pilot)
            return
        await pilot.press("escape")
        await pilot.pause(0.05)
    raise AssertionError(f"nothing leads back from {pilot.app.screen}")


def test_nothing_is_tried_that_there_is_not() -> None:
    for table, trials in TRIALS.items():
        assert trials.keys() == {command.name for command in TABLES[table]}


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("preset", PRESETS)
async def test_every_key_of_a_preset_runs_its_command(
    preset: str,
    table: str,
    images: tuple[int, int, int],
    opened: Opens,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    have_a_sample_read(table, store, images[1])
    accept_unseen(table, store, images[0])
    done: list[str] = []

    async def run_action(action: str, *_: object, **__: object) -> bool:
        done.append(action)
        return True

    async with opened(key_preset=preset) as pilot:
        for name in WAY_BY_NAME[table]:
            await run(pilot, name)
        if table == "places":
            await pilot.press(*"quick", "enter")
            await run(pilot, "everywhere")
        if table == "hits":
            await pilot.press(*"line", "enter")
            await settled(pilot)
        with monkeypatch.context() as watched:
            watched.setattr(pilot.app, "run_action", run_action)
            pressed = [
                (key, command)
                for command in keymap_of(Settings(key_preset=preset)).tables[table]
                for key in command.keys
            ]
            await pilot.press(*(key for key, _ in pressed))
            await pilot.pause()
    assert done == [f"{command.name}({key})" if command.takes_digit else command.name for key, command in pressed]


async def run(pilot: Pilot[None], name: str) -> None:
    """Run a command of the screen by its name, whatever its key."""
    await pilot.app.screen.run_command(name)  # type: ignore[attr-defined]
    await settled(pilot)


# -- the same day with other keys -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preset", "keys"),
    [
        ("vim", ("a", "f", "enter", "s", "x", "u", "ctrl+r", "e", "X", "enter")),
        ("arrows", ("enter", "f4", "enter", "space", "delete", "backspace", "f12", "f2", "X", "enter")),
        ("prodigy", ("a", "f", "enter", "space", "x", "backspace", "ctrl+r", "e", "X", "enter")),
    ],
)
async def test_lines_are_decided_in_every_preset(
    preset: str, keys: tuple[str, ...], images: tuple[int, int, int], opened: Opens, store: Store
) -> None:
    async with opened(key_preset=preset) as pilot:
        await begin(pilot)
        await pilot.press(*keys)
        await settled(pilot)
    said = {key.line: decision.verdict for key, decision in store.decisions(images[0]).items()}
    wanted = (Verdict.ACCEPTED, Verdict.FLAGGED, Verdict.SKIPPED, Verdict.CORRECTED)
    assert [said[line] for line in (0, 1, 2)] == list(wanted[:3])
    assert Verdict.CORRECTED in said.values()


async def test_keys_of_the_settings_are_those_of_the_screen_its_footer_and_its_sentences(
    images: tuple[int, int, int], opened: Opens, store: Store
) -> None:
    keys = {"accept": ("y",), "copy": (), "change": ("ctrl+t",), "everywhere": ()}
    async with opened(keys=keys) as pilot:
        await begin(pilot)
        await pilot.press("a")
        assert "y accept" in await settled(pilot)
        assert not store.decisions(images[0])
        await pilot.press("9")
        assert "ctrl+t changes the word" in " ".join((await settled(pilot)).split())
        await pilot.press("ctrl+t", *"quick", "enter")
        assert ":everywhere goes" in " ".join((await settled(pilot)).split())
        await pilot.press("y")
        await settled(pilot)
    assert len(store.decisions(images[0])) == 2


@pytest.mark.usefixtures("images")
@pytest.mark.parametrize("preset", PRESETS)
async def test_the_footer_names_at_most_six_keys_and_has_room_for_them(preset: str, opened: Opens) -> None:
    async with opened((80, 24), key_preset=preset) as pilot:
        for name in ("", "open", "change"):
            if name:
                await run(pilot, name)
            shown = [one for one in pilot.app.screen.active_bindings.values() if one.binding.show]
            names = {one.binding.action.partition("(")[0] for one in shown}
            assert 3 <= len(names) <= 6, names
            assert pilot.app.screen.query_one(KeyBar).has_room, screen_text(pilot)


# -- the list of keys -------------------------------------------------------------------------------------------------


def test_what_is_typed_finds_keys_names_words_and_groups() -> None:
    review = TABLES["review"]

    def found(wanted: str) -> list[str]:
        return [command.name for command in matching(review, wanted)]

    assert found("]") == ["next_doubtful"]
    assert found("A") == ["accept_page"]
    assert found("a") == ["accept"]
    assert "undo" in found("bksp")
    assert found("flag page") == ["flag_page"]
    assert {"merge", "split"} <= set(found("shaping"))
    assert found("no such thing") == []
    assert len(found("")) == len(review)


@pytest.mark.usefixtures("images")
async def test_typing_filters_the_list_and_esc_shows_all_again_before_it_closes(opened: Opens) -> None:
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("question_mark")
        text = await settled(pilot)
        assert text.index("deciding") < text.index("correcting")
        await pilot.press("slash", *"joi", "backspace", "backspace", "backspace", *"quarter")
        text = await settled(pilot)
        assert "turned by a quarter" in text
        assert "deciding" not in text
        await pilot.press("escape")
        assert "deciding" in await settled(pilot)
        await pilot.press("escape")
        assert "deciding" not in await settled(pilot)


@pytest.mark.usefixtures("images")
async def test_the_list_is_scrolled_with_keys(opened: Opens) -> None:
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("f1")
        top = await settled(pilot)
        await pilot.press("pagedown", "pagedown")
        below = await settled(pilot)
        assert "Accept the line as it stands" in top
        assert "Accept the line as it stands" not in below
        await pilot.press("pageup", "pageup", "down", "up")
        assert await settled(pilot) == top


@pytest.mark.usefixtures("images")
async def test_a_key_that_does_nothing_here_is_not_listed(opened: Opens) -> None:
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("question_mark", *"failed")
        assert "No key has to do with that" in await settled(pilot)
        await pilot.press("escape", "escape", "J", "J", "question_mark", *"failed again")
        assert "Send an image that failed again" in await settled(pilot)


@pytest.mark.usefixtures("images")
async def test_the_question_mark_closes_what_it_opened(opened: Opens) -> None:
    async with opened() as pilot:
        await pilot.press("question_mark")
        assert isinstance(pilot.app.screen, KeysScreen)
        await pilot.press("question_mark")
        assert not isinstance(pilot.app.screen, KeysScreen)


# -- the palette ------------------------------------------------------------------------------------------------------


async def test_the_palette_finds_commands_shows_their_keys_and_runs_them(
    images: tuple[int, int, int], opened: Opens, store: Store
) -> None:
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("ctrl+p", *"skip pa")
        await pilot.pause(0.3)
        assert "skip page   S" in await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
    assert {decision.verdict for decision in store.decisions(images[0]).values()} == {Verdict.SKIPPED}


@pytest.mark.usefixtures("images")
async def test_what_needs_an_argument_is_typed_on_from_the_palette(opened: Opens) -> None:
    async with opened() as pilot:
        await begin(pilot)
        await pilot.press("ctrl+p", *"goto")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, CommandLineScreen)
        await pilot.press("5", "enter")
        await settled(pilot)
        assert pilot.app.screen.query_one(ResultTree).spot == Spot(LineKey(1, 4))


@pytest.mark.usefixtures("images")
async def test_the_palette_does_not_open_above_a_question(opened: Opens) -> None:
    async with opened() as pilot:
        await pilot.press("d", "ctrl+p")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, CommandPalette)
