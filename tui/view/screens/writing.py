"""Writing in the field, wherever there is one: what opens over it, and how it is left with what was typed."""

from __future__ import annotations

from typing import ClassVar, cast

from textual import on
from textual.screen import ScreenResultType
from textual.widget import Widget

from tui.view.screens.characters import CharactersScreen, Chosen
from tui.view.screens.keys import KeysScreen
from tui.view.screens.pictures import PicturesScreen
from tui.view.screens.question import QuestionScreen
from tui.view.widgets.line_editor import LineEditor

MUCH = 20
"""Above so many changed characters the person is asked before they are thrown away."""


class WritingScreen(PicturesScreen[ScreenResultType]):
    """A screen on which lines are written in a field."""

    asks_to_leave: ClassVar[str] = "Leave the line as it was, and what you typed?"

    @property
    def _editor(self) -> LineEditor:
        return self.query_one("#edit", LineEditor)

    @on(LineEditor.KeysWanted)
    def show_field_keys(self) -> None:
        """Show the keys that work while a line is edited."""
        self.app.push_screen(KeysScreen(self.controls.keymap.tables["edit"]))

    @on(LineEditor.CharactersWanted)
    def show_characters(self, event: LineEditor.CharactersWanted) -> None:
        """Let a character be chosen that no key has."""
        self.app.push_screen(CharactersScreen(event.letter), self._put)

    def _put(self, chosen: Chosen | None) -> None:
        if chosen is not None:
            self._editor.put(chosen.character, in_place_of_the_last=chosen.takes_its_place)

    @on(LineEditor.Left)
    def leave_text(self, event: LineEditor.Left) -> None:
        """Leave the line as it was; where much was typed that is asked first."""
        if event.typed <= MUCH:
            self._leave(agreed=True)
            return
        self.app.push_screen(QuestionScreen(self.asks_to_leave, yes="leave", no="go on typing"), self._leave)

    def _leave(self, agreed: bool | None) -> None:
        if agreed:
            self._close_editor()

    def _close_editor(self) -> None:
        self._editor.close()
        self.remove_class("-edits")
        self.set_focus(cast("Widget", self.rows))  # rows are what a widget shows
        self.refresh_bindings()
