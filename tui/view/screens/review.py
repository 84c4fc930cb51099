"""The review: the ink of a line, the text under it, and one key that decides and goes on."""

from __future__ import annotations

from tui.model import State
from tui.store import StoreError
from tui.view import commands
from tui.view.screens.rereading import RereadingScreen

COMMAND_NAMES = frozenset(command.name for command in commands.REVIEW)


class ReviewScreen(RereadingScreen):
    """Reviews one item after the other; its result is the item that was shown last."""

    TABLE = "review"

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
