"""The review: the ink of a line, the text under it, and one key that decides and goes on."""

from __future__ import annotations

from textual import on

from tui.model import State
from tui.store import StoreError
from tui.view import commands
from tui.view.screens.characters import CharactersScreen, Chosen
from tui.view.screens.keys import KeysScreen
from tui.view.screens.rereading import RereadingScreen
from tui.view.widgets.line_editor import LineEditor

COMMAND_NAMES = frozenset(command.name for command in commands.REVIEW)


class ReviewScreen(RereadingScreen):
    """Reviews one item after the other; its result is the item that was shown last."""

    TABLE = "review"

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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 (Textual's shape)
        """Let a command run only where there is something for it to act on."""
        if action in COMMAND_NAMES and self._edits:
            return False  # a key typed into the field is text, whatever the order it arrives in
        if action in commands.ABOUT_LINES:
            return bool(self._keys)
        if action == "retry":
            return self._item.state is State.FAILED
        return True

    async def action_retry(self) -> None:
        """Send an image that failed again."""
        try:
            await self._desk.retry(self._item.id)
        except StoreError as error:
            self.complain(error)
            return
        self._machine.wake()
        self.pull()

    def action_leave(self) -> None:
        """Go back to the queue."""
        self.dismiss(self._item.id)
