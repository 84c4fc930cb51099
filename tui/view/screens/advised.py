"""Being led to the errors: from one doubtful word to the next, with what each may be instead."""

from __future__ import annotations

from contextlib import suppress

from tui.knowledge import Question
from tui.model import LineKey
from tui.review import line_at
from tui.store import StoreError
from tui.suggestions import Suggestion
from tui.view.screens.deciding import DecidingScreen
from tui.view.widgets.advice import Advice

AHEAD = 3
"""For so many lines ahead suggestions are made ready."""


class AdvisedScreen(DecidingScreen):
    """A review that says what a doubtful word may be instead, and where the next one is."""

    _last_correction: tuple[str, str] | None = None
    """What was misread, and what it was corrected to last."""

    # -- what a word may be instead -----------------------------------------------------------------------------------

    def _question(self, key: LineKey, place: int) -> Question | None:
        """Return what is to be asked about a word of a line, as it stands now."""
        return self._image.question(key, place)

    def _asked(self) -> Question | None:
        """Return what is to be asked about the word under the cursor, or the least sure one of its line."""
        spot, place = self._tree.spot, self._word
        return None if spot is None or place is None else self._question(spot.key, place)

    def show_advice(self) -> None:
        """Show what the word may be instead: at once when it was made ahead, else when it is ready."""
        question = self._asked()
        advice = self.query_one(Advice)
        if question is None:
            advice.show_nothing()
            return
        found = self._adviser.ready(question)
        if found is not None:
            self._present(question, found)
        else:
            advice.wait_for(question.word)
        self.work("advice", self._advise, question)

    def known_word(self, begun: str) -> str:
        """Return a word that begins so: one that the word may be instead, else a known one; empty without any."""
        question = self._asked()
        found = self._adviser.ready(question) if question is not None else None
        offered = (one.text for one in found or () if one.text.startswith(begun) and one.text != begun)
        return next(offered, "") or super().known_word(begun)

    async def _advise(self, question: Question) -> None:
        """Make what is shown ready, then what the next lines need."""
        with suppress(StoreError):  # what is wrong with the queue file is told when something is decided
            await self._adviser.learn()  # what is shown by now may be from before the last decision
            found = await self._adviser.advise(question)
            if self._asked() == question:
                self._present(question, found)
            for ahead in self._questions_ahead():
                await self._adviser.advise(ahead)

    def _questions_ahead(self) -> list[Question]:
        spot = self._tree.spot
        after = self._keys.index(spot.key) + 1 if spot is not None and spot.key in self._keys else 0
        questions = []
        for key in self._keys[after : after + AHEAD]:
            for place, word in enumerate(line_at(self._pages, key).words):
                question = self._question(key, place) if word.is_doubtful else None
                if question is not None:
                    questions.append(question)
        return questions

    def _present(self, question: Question, found: tuple[Suggestion, ...]) -> None:
        line, place = self._line, self._word
        confidence = line.words[place].confidence if line is not None and place is not None else None
        calibration = self._adviser.calibration
        worth = calibration.sentence(confidence) if calibration is not None and confidence is not None else ""
        self.query_one(Advice).show(question.word, found, worth)

    async def _suggested(self, digit: int) -> tuple[int, Suggestion] | None:
        """Return the word that is meant and the suggestion of a digit; says why when there is none."""
        question, place = self._asked(), self._word
        if question is None or place is None:
            word, doubtful = self.key("next_word"), self.key("next_doubtful")
            self.notify(
                f"No word is chosen here: {word} goes to the next, {doubtful} to the next doubtful one.", markup=False
            )
            return None
        found = self.query_one(Advice).shown_for(question.word)
        if found is None:
            found = await self._adviser.advise(question)
        if digit > len(found):
            key = self.key("change")
            self.notify(f"There is no suggestion {digit} for “{question.word}”. {key} changes the word.", markup=False)
            return None
        return place, found[digit - 1]

    # -- from one doubtful word to the next ---------------------------------------------------------------------------

    def action_next_doubtful(self) -> None:
        """Go to the next doubtful word, across pages and images."""
        self._lead(1)

    def action_previous_doubtful(self) -> None:
        """Go to the doubtful word before, across pages and images."""
        self._lead(-1)

    def _lead(self, step: int) -> None:
        spot = self._image.doubtful_from(self._tree.spot, step)
        if spot is None:
            found, is_shared = self._company.next_doubtful(self._store, self._item.id, step)
            if found is None:
                self.notify("No doubtful word is left in a line that nobody has decided.", markup=False)
                return
            if found != self._item.id:
                self._show_item(found)
            if is_shared:
                self._say_shared(self._item)
            spot = self._image.doubtful_from(None, step)
        if spot is not None:
            self._tree.go_to(spot)

    # -- the same elsewhere -------------------------------------------------------------------------------------------

    def _look_for_more(self) -> None:
        """Say how many more there are of what was just corrected."""
        if self._last_correction is not None:
            misread, _ = self._last_correction
            self.work("more", self._count_more, misread)

    async def _count_more(self, misread: str) -> None:
        with suppress(StoreError):
            count = len(await self._desk.do(lambda store: store.misread_elsewhere(misread)))
            if count:
                key = self.key("everywhere")
                self.notify(f"{count} more of “{misread}”: {key} goes through them.", timeout=4, markup=False)
