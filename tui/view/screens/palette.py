"""The commands of a screen for Textual's palette (ctrl+p): found by any part of their name, shown with their keys."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from tui.view.bindings import key_names
from tui.view.command_text import Vocabulary
from tui.view.commands import ArgumentCommand, Command


class _Screen(Protocol):
    """The screen beneath the palette."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    def valid(self) -> list[Command]: ...

    def action_command(self, beginning: str = "") -> None: ...

    async def run_command(self, name: str, argument: str = "") -> None: ...


class CommandsProvider(Provider):
    """Finds the commands that the screen beneath has here and now."""

    async def discover(self) -> Hits:
        """Yield all of them while nothing is typed."""
        for command in self._commands():
            yield DiscoveryHit(
                _shown(Content(command.title), command), self._runs(command), command.title, _help(command)
            )

    async def search(self, query: str) -> Hits:
        """Yield those that are meant by what was typed, in the order of how well they fit."""
        matcher = self.matcher(query)
        for command in self._commands():
            score = matcher.match(command.title)
            if score > 0:
                shown = _shown(matcher.highlight(command.title), command)
                yield Hit(score, shown, self._runs(command), command.title, _help(command))

    @property
    def _beneath(self) -> _Screen:
        return cast("_Screen", self.screen)

    def _commands(self) -> list[Command | ArgumentCommand]:
        plain = [command for command in self._beneath.valid() if command.name != "palette"]
        return [*plain, *self._beneath.vocabulary.with_arguments]

    def _runs(self, command: Command | ArgumentCommand) -> Callable[[], Awaitable[None] | None]:
        """Return what runs a command; one that needs more than its name is typed on."""
        screen = self._beneath
        if isinstance(command, ArgumentCommand) or command.takes_digit:
            return partial(screen.action_command, f"{command.title} ")
        return partial(screen.run_command, command.name)


def _shown(title: Content, command: Command | ArgumentCommand) -> Content:
    keys = f":{command.usage}" if isinstance(command, ArgumentCommand) else "  ".join(key_names(command))
    return Content.assemble(title, "   ", (keys, "dim")) if keys else title


def _help(command: Command | ArgumentCommand) -> str:
    return command.help.replace("[", "\\[")  # what Textual shows of it is markup
