"""Every place where a word was misread the same way: one key corrects it there, or at all that are left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tui.model import Decision, text_of
from tui.review import MANY, is_left, line_at, verdict_on
from tui.view.screens.places import PlacesScreen
from tui.view.screens.question import QuestionScreen
from tui.view.tools import Tools
from tui.view.widgets.place_list import Place


@dataclass(frozen=True, slots=True)
class Replacement:
    """A word that was misread, and what it is to become."""

    misread: str
    right: str


class CorrectionsScreen(PlacesScreen):
    """Shows where a word stands that was misread, and puts the right one there."""

    TABLE = "places"

    def __init__(self, tools: Tools, title: str, places: Sequence[Place], replacement: Replacement) -> None:
        super().__init__(tools, title, places, replacement.misread)
        self._replacement = replacement

    async def action_apply(self) -> None:
        """Correct the word here and go to the next place."""
        await self._correct([self._list.cursor])

    async def action_apply_all(self) -> None:
        """Correct the word at all places that are left."""
        rows = self._list.unmarked()
        if len(rows) <= MANY:
            await self._correct(rows)
            return

        async def answer(agreed: bool | None) -> None:
            if agreed:
                await self._correct(rows)

        question = QuestionScreen(f"Correct {len(rows)} lines without looking at each?", yes="correct", no="not now")
        self.app.push_screen(question, answer)

    async def _correct(self, rows: Sequence[int]) -> None:
        if await self._settle(rows, self._corrected, "✎"):
            self._go_on()

    def _corrected(self, place: Place) -> Decision | None:
        """Return what is decided of a place; None where somebody has decided its line meanwhile."""
        page, decisions = self._page_of(place)
        if not is_left(decisions, place.key):
            return None
        line = line_at([page], place.key)
        shown = text_of(line, decisions.get(place.key))
        swapped = {self._replacement.misread: self._replacement.right}
        verdict, text = verdict_on(line, " ".join(swapped.get(word, word) for word in shown.split()))
        return Decision(place.item_id, place.key, verdict, text, "", self._tools.reviewer, line.text, shown)
