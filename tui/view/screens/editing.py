"""Editing: the line in a field under its ink, at its least sure word; or a word replaced with one key."""

from __future__ import annotations

from textual import on

from tui.model import LineKey, Verdict
from tui.review import Spot, doubtful_spans, first_look, line_at, next_doubtful_word, verdict_on, word_spans
from tui.view.screens.advised import AdvisedScreen
from tui.view.widgets.advice import Advice
from tui.view.widgets.line_editor import LineEditor


class EditingScreen(AdvisedScreen):
    """A review whose lines can be corrected."""

    _changes_word: int | None = None
    """The word that is changed in the field, where it is one and not the line."""
    _text_when_opened = ""
    """What the line said when the field was opened: a colleague may have decided otherwise since."""

    def action_edit(self) -> None:
        """Edit the line in place, with the cursor at its least sure word, or at the word under the cursor."""
        self._open_editor()

    def action_change(self) -> None:
        """Edit the line with the word chosen, so that what is typed replaces it."""
        self._open_editor(chooses=True)

    def _open_editor(self, *, chooses: bool = False) -> None:
        spot, line = self._tree.spot, self._line
        if spot is None or line is None:
            return
        self.show_line()  # what is typed stands under its ink
        text = self._text(spot.key)
        spans, place = word_spans(line, text), self._word
        self._edited, self._word_in_field = spot, place
        self._changes_word = place if chooses else None
        before = self._decisions.get(spot.key)
        self._known_when_opened = spot.key, before.id if before is not None else 0
        self._text_when_opened = text
        chosen = spans[place] if chooses and place is not None else None
        self.add_class("-edits")  # the field takes the row above the list, so that all else stays where it is
        self._editor.open(text, line.text, first_look(line, text, spot.word), doubtful_spans(line, text), chosen)
        self.refresh_bindings()

    @on(LineEditor.CameTo)
    def advise_in_field(self, event: LineEditor.CameTo) -> None:
        """Show what the doubtful word may be instead that the field came to."""
        spans = word_spans(line_at(self._pages, self._edited.key), self._text_when_opened)
        self._word_in_field = next((place for place, span in enumerate(spans) if span == event.span), None)
        self.show_advice()

    @on(LineEditor.Kept)
    async def keep_text(self, event: LineEditor.Kept) -> None:
        """Keep the text as corrected, or as accepted where nothing was changed, and go on."""
        self._tree.go_to(Spot(self._edited.key))  # whatever was clicked meanwhile
        line = line_at(self._pages, self._edited.key)
        if event.text == "":
            key = self.key("reject")
            self.notify(f"An empty line cannot be kept. esc leaves it, {key} then rejects it.", markup=False)
            return
        self._close_editor()
        verdict, text = verdict_on(line, self._text_when_opened if event.text is None else event.text)
        self._remember(self._edited.key, text)
        goes_on_within = event.step > 0 and self._changes_word is not None
        later = next_doubtful_word(line, self._changes_word or 0) if goes_on_within else None
        if later is None:
            await self._decide(verdict, text, step=event.step)
        elif await self._put_down([self._decision(self._edited.key, verdict, text)]):
            self._tree.go_to(Spot(self._edited.key, later))
            if verdict is Verdict.CORRECTED:
                self._look_for_more()

    def _leave(self, agreed: bool | None) -> None:
        if agreed:
            self._known_when_opened = None
        super()._leave(agreed)

    # -- a word replaced with one key ---------------------------------------------------------------------------------

    async def action_take(self, digit: int) -> None:
        """Put a suggestion in the place of the word, and go to the next doubtful one of the line, or on."""
        found = await self._suggested(digit)
        spot = self._tree.spot
        if found is not None and spot is not None:
            await self._replace_word(found[0], found[1].text)

    @on(Advice.Taken)
    async def take_clicked(self, event: Advice.Taken) -> None:
        """Take the suggestion that was clicked."""
        await self.action_take(event.digit)

    async def action_repeat(self) -> None:
        """Correct the word as a word was corrected last; on a line the word that was misread so."""
        spot, line = self._tree.spot, self._line
        if spot is None or line is None:
            return
        if self._last_correction is None:
            self.notify("Nothing was corrected yet that could be repeated.", markup=False)
            return
        misread, right = self._last_correction
        place = self._image.word_misread(spot, misread)
        if place is None:
            key = self.key("next_word")
            self.notify(f"There is no “{misread}” in this line. {key} goes to the word that is meant.", markup=False)
        else:
            await self._replace_word(place, right)

    async def _replace_word(self, place: int, right: str) -> None:
        """Correct one word of the line under the cursor; the text of the others stays."""
        spot, line = self._tree.spot, self._line
        if spot is None or line is None:
            return
        verdict, text = self._image.with_word(spot.key, place, right)
        self._remember(spot.key, text)
        if not await self._put_down([self._decision(spot.key, verdict, text)]):
            return
        later = next_doubtful_word(line, place)
        if later is not None:
            self._tree.go_to(Spot(spot.key, later))
        else:
            self._go_on(spot.key)

    def _remember(self, key: LineKey, text: str | None) -> None:
        """Keep what was corrected last, to be repeated and looked for elsewhere."""
        self._last_correction = self._image.last_correction(key, text) or self._last_correction

    async def action_accept(self) -> None:
        """Accept the line as it stands and go on."""
        self._page_offered = None
        await super().action_accept()

    async def _decide(self, verdict: Verdict, text: str | None = None, *, reason: str = "", step: int = 1) -> None:
        await super()._decide(verdict, text, reason=reason, step=step)
        if verdict is Verdict.CORRECTED:
            self._look_for_more()
