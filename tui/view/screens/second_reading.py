"""Lines of the sample one by one, with their ink: read a second time, blind, or settled where two people differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from rapidfuzz.distance import Levenshtein
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from tui.journal import Sampled
from tui.model import Decision, Page, Trouble, Verdict, printable
from tui.review import Decisions, doubtful_spans, first_look, line_at
from tui.second_pass import text_read
from tui.view import commands
from tui.view.screens.history import HistoryScreen
from tui.view.screens.places import PlacesScreen
from tui.view.screens.reason import ReasonScreen
from tui.view.screens.writing import WritingScreen
from tui.view.tools import Tools
from tui.view.widgets.heading import Heading
from tui.view.widgets.ink_panel import InkPanel
from tui.view.widgets.key_bar import KeyBar
from tui.view.widgets.line_editor import LineEditor
from tui.view.widgets.page_map import PageMap
from tui.view.widgets.place_list import Place, PlaceList
from tui.view.wording import VERDICT_MARKS


class SampleScreen(PlacesScreen, WritingScreen[Place | None]):
    """Lines of the sample, and a field in which each can be written."""

    asks_to_leave = "Leave the line, and what you typed?"
    completes_words: ClassVar[bool] = True
    """Whether the field completes a word from what was decided before."""
    says_nothing: ClassVar[str] = "and nothing was written"
    """What to do about a line without text, after the field was left."""

    def __init__(self, tools: Tools, title: str, sampled: Sequence[Sampled], names: Mapping[int, str]) -> None:
        """Show lines of images whose names are given."""
        places = [Place(one.item_id, one.key, names.get(one.item_id, ""), one.first.engine_text) for one in sampled]
        super().__init__(tools, title, places)
        self._sampled = tuple(sampled)
        self._done: list[tuple[int, Decision]] = []
        """Rows and what was put down for each, the last at the end."""
        self._text_in_field = ""

    def compose(self) -> ComposeResult:
        """Ink above, the field under it, lines below."""
        yield Heading(id="heading")
        yield PageMap(id="map", easel=self._tools.easel)
        yield InkPanel(id="ink", easel=self._tools.easel)
        known = self._tools.adviser.known if self.completes_words else lambda _: ""
        yield LineEditor(id="edit", commands=self.controls.keymap.tables["edit"], known=known)
        yield PlaceList(self._places, id="places")
        yield KeyBar(self.controls)

    def _page_of(self, place: Place) -> tuple[Page, Decisions]:
        """Return a place's page without what anybody has decided of it."""
        page, _ = super()._page_of(place)
        return page, {}

    @property
    def _one(self) -> Sampled:
        """The line under the cursor."""
        return self._sampled[self._list.cursor]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 (Textual's shape)
        """Let no command run while a line is edited: its key is text."""
        names = {command.name for command in commands.TABLES[self.TABLE]}
        return not (self.is_mounted and self._editor.display and action in names)

    # -- the field ----------------------------------------------------------------------------------------------------

    def action_edit(self) -> None:
        """Write what the line says."""
        place = self._list.place
        if place is None:
            return
        try:
            page, _ = self._page_of(place)
            line = line_at([page], place.key)
        except (Trouble, KeyError) as error:
            self.notify(str(error), severity="warning", timeout=6, markup=False)
            return
        self._text_in_field = line.text
        self._editor.open(line.text, line.text, first_look(line, line.text), doubtful_spans(line, line.text))
        self.refresh_bindings()

    @on(LineEditor.Kept)
    async def keep_text(self, event: LineEditor.Kept) -> None:
        """Put down what was written."""
        text = self._text_in_field if event.text is None else event.text
        if not text:
            self.notify(f"An empty line cannot be kept. esc leaves the field, {self.says_nothing}.", markup=False)
            return
        self._close_editor()
        is_same = text == self._one.first.engine_text
        await self._put_down(Verdict.ACCEPTED if is_same else Verdict.CORRECTED, None if is_same else text)

    @on(LineEditor.Split)
    def refuse_split(self) -> None:
        """Say that lines stay as they are here."""
        self.notify("Lines are split in the review: here two people read the same ones.", markup=False)

    # -- what is put down ---------------------------------------------------------------------------------------------

    async def _put_down(self, verdict: Verdict, text: str | None = None, reason: str = "") -> None:
        """Keep what one makes of the line, and go on to the next."""
        row, one = self._list.cursor, self._one
        read = one.first.engine_text
        decision = Decision(one.item_id, one.key, verdict, text, reason, self._tools.reviewer, read, read)
        try:
            await self._keep(decision)
        except Trouble as trouble:
            self.notify(str(trouble), severity="error", timeout=10, markup=False)
            return
        self._done.append((row, decision))
        self._list.mark(row, VERDICT_MARKS[verdict])
        self._go_on()

    async def _keep(self, decision: Decision) -> None:
        """Write what one makes of the line; raises StoreError."""
        raise NotImplementedError

    async def _take_back(self, decision: Decision) -> None:
        """Take back what one made of a line last; raises StoreError."""
        raise NotImplementedError

    async def action_undo(self) -> None:
        """Take back what was put down last here, and go to its line."""
        if not self._done:
            self.notify("There is nothing to undo here.", timeout=2, markup=False)
            return
        row, decision = self._done[-1]
        try:
            await self._take_back(decision)
        except Trouble as trouble:
            self.notify(str(trouble), severity="error", timeout=10, markup=False)
            return
        self._done.pop()
        self._list.unmark(row)
        self._list.move_to(row)
        self._show()


class SecondReadingScreen(SampleScreen):
    """Reads lines a second time: what the first person made of them is not shown, and stays what counts."""

    TABLE = "second"
    completes_words = False  # what the first person typed is among the words that are known
    says_nothing = "x then rejects the line"

    async def action_accept(self) -> None:
        """Say that the line is as it was read."""
        await self._put_down(Verdict.ACCEPTED)

    async def action_reject(self) -> None:
        """Say that there is no text."""
        await self._put_down(Verdict.REJECTED)

    def action_flag(self) -> None:
        """Ask for a reason and flag the line."""
        self.app.push_screen(ReasonScreen(), self._flag)

    async def _flag(self, reason: str | None) -> None:
        if reason is not None:
            await self._put_down(Verdict.FLAGGED, reason=reason)

    async def _keep(self, decision: Decision) -> None:
        await self._tools.desk.do(lambda store: store.read_second(decision))

    async def _take_back(self, decision: Decision) -> None:
        nothing = replace(decision, verdict=Verdict.UNDECIDED, text=None, reason="")
        await self._tools.desk.do(lambda store: store.read_second(nothing))


class BothReadingsScreen(SampleScreen):
    """Settles lines that two people read differently: what one decides here counts, as any decision does."""

    TABLE = "both"

    def compose(self) -> ComposeResult:
        """Both readings under the ink."""
        for widget in super().compose():
            if isinstance(widget, LineEditor):
                yield Static(id="both", markup=False)
            yield widget

    def _show(self) -> None:
        super()._show()
        self.show_both()

    @on(PlaceList.Moved)
    def show_both(self) -> None:
        """Show both readings of the line that the cursor came to."""
        if self._sampled:
            self.query_one("#both", Static).update(both_readings(self._one))

    async def action_take_first(self) -> None:
        """Decide as the first person did."""
        await self._take(self._one.first)

    async def action_take_second(self) -> None:
        """Decide as the second person did."""
        if self._one.second is not None:
            await self._take(self._one.second)

    async def _take(self, reading: Decision) -> None:
        await self._put_down(reading.verdict, reading.text, reading.reason)

    def action_history(self) -> None:
        """Show what was done about the line, by whom and when."""
        one = self._one
        self.app.push_screen(HistoryScreen(one.first.engine_text, self._tools.store.history(one.item_id, one.key)))

    async def _keep(self, decision: Decision) -> None:
        await self._tools.desk.decide(decision)

    async def _take_back(self, decision: Decision) -> None:
        await self._tools.desk.undo(decision.reviewer)


def both_readings(one: Sampled) -> Text:
    """Return both readings of a line one above the other; where they differ is underlined in both."""
    first, second = one.first, one.second or one.first
    texts = [printable(text_read(reading)) if _reads(reading) else "" for reading in (first, second)]
    told = Text(no_wrap=True, overflow="ellipsis")
    for number, (reading, text) in enumerate(zip((first, second), texts, strict=True)):
        told.append(f"{number + 1} {VERDICT_MARKS[reading.verdict]} ", "bold")
        if _reads(reading):
            for start, end, differs in _stretches(text, texts[1 - number]):
                told.append(text[start:end], "underline bold" if differs else "")
        else:
            told.append(f"{reading.verdict}{f' ({printable(reading.reason)})' if reading.reason else ''}")
        told.append("\n" if number == 0 else "")
    return told


def _reads(reading: Decision) -> bool:
    return reading.verdict in {Verdict.ACCEPTED, Verdict.CORRECTED}


def _stretches(text: str, other: str) -> list[tuple[int, int, bool]]:
    """Return the stretches of a text, each from start to end, and whether it differs from another text."""
    return [
        (change.src_start, change.src_end, change.tag != "equal")
        for change in Levenshtein.opcodes(text, other)
        if change.src_start < change.src_end
    ]
