"""Editing: the line in a field under its ink, at its least sure word; or a word replaced with one key."""

from __future__ import annotations

from textual import on

from tui.model import Line, Verdict, text_of
from tui.review import Spot, first_look, line_at, verdict_on, word_spans, words_under
from tui.suggestions import word_corrections
from tui.view.screens.advised import AdvisedScreen
from tui.view.screens.question import QuestionScreen
from tui.view.widgets.advice import Advice
from tui.view.widgets.line_editor import LineEditor

MUCH = 20
"""Above so many changed characters the person is asked before they are thrown away."""


class EditingScreen(AdvisedScreen):
    """A review whose lines can be corrected."""

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
        text = self._text(spot.key)
        spans = word_spans(line, text)
        doubtful = [
            span[0] for word, span in zip(line.words, spans, strict=True) if word.is_doubtful and span is not None
        ]
        self._edited = spot
        place = self._word
        chosen = spans[place] if chooses and place is not None else None
        self.query_one(Advice).display = False  # the field takes its row, so that the ink above stays as it is
        self._editor.open(text, line.text, first_look(line, text, spot.word), doubtful, chosen)
        self.refresh_bindings()

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
        verdict, text = verdict_on(line, self._text_now(line) if event.text is None else event.text)
        self._remember(line, text)
        await self._decide(verdict, text, step=event.step)

    def _text_now(self, line: Line) -> str:
        return text_of(line, self._decisions.get(self._edited.key))

    @on(LineEditor.Left)
    def leave_text(self, event: LineEditor.Left) -> None:
        """Leave the line as it was; where much was typed that is asked first."""
        if event.typed <= MUCH:
            self._close_editor()
            return
        question = QuestionScreen("Leave the line as it was, and what you typed?", yes="leave", no="go on typing")
        self.app.push_screen(question, self._leave)

    def _leave(self, agreed: bool | None) -> None:
        if agreed:
            self._close_editor()

    def _close_editor(self) -> None:
        self._editor.close()
        self.query_one(Advice).display = True
        self.set_focus(self._tree)
        self.refresh_bindings()

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
        words = words_under(line, self._text(spot.key))
        place = (
            spot.word if spot.word is not None else next((at for at, word in enumerate(words) if word == misread), None)
        )
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
        words = list(words_under(line, self._text(spot.key)))
        words[place] = right
        verdict, text = verdict_on(line, " ".join(filter(None, words)))
        self._remember(line, text)
        if not await self._put_down([self._decision(spot.key, verdict, text)]):
            return
        later = next((at for at, word in enumerate(line.words) if at > place and word.is_doubtful), None)
        if later is not None:
            self._tree.go_to(Spot(spot.key, later))
        else:
            self._go_on(spot.key)

    def _remember(self, line: Line, text: str | None) -> None:
        """Keep what was corrected last, to be repeated and looked for elsewhere."""
        pairs = word_corrections(line.text.split(), text.split()) if text is not None else ()
        if pairs:
            self._last_correction = pairs[-1]

    async def action_accept(self) -> None:
        """Accept the line as it stands and go on."""
        self._page_offered = None
        await super().action_accept()

    async def _decide(self, verdict: Verdict, text: str | None = None, *, reason: str = "", step: int = 1) -> None:
        await super()._decide(verdict, text, reason=reason, step=step)
        if verdict is Verdict.CORRECTED:
            self._look_for_more()
