"""What every screen with commands has: keys as this person has them, `:`, the palette and the list of keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from inspect import isawaitable
from typing import ClassVar, Protocol, cast

from textual.screen import Screen, ScreenResultType

from tui.model import Trouble
from tui.view.bindings import bind
from tui.view.command_text import Typed, Vocabulary
from tui.view.commands import WITH_ARGUMENTS, Command
from tui.view.controls import Controls
from tui.view.widgets.key_bar import KeyBar


class _Controlled(Protocol):
    """The program, as far as a screen needs to know it."""

    controls: Controls


class CommandedScreen(Screen[ScreenResultType]):
    """A screen whose commands stand in the table of that name; an action of the screen for each."""

    TABLE: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        bind(self, self.commands)

    @property
    def controls(self) -> Controls:
        """The person's keys, and what they typed."""
        return cast("_Controlled", self.app).controls

    @property
    def commands(self) -> tuple[Command, ...]:
        """The screen's commands, with the keys that they have."""
        return self.controls.keymap.tables[self.TABLE]

    def key(self, name: str) -> str:
        """Return the key of a command for a sentence, or what is typed where it has none."""
        return self.controls.keymap.key(self.TABLE, name)

    def valid(self, commands: Iterable[Command] | None = None) -> list[Command]:
        """Return those commands that can be run here and now."""
        return [command for command in commands or self.commands if self.check_action(command.name, ())]

    @property
    def vocabulary(self) -> Vocabulary:
        """What can be typed after `:`."""
        known = [command for command in WITH_ARGUMENTS if hasattr(self, f"command_{command.name}")]
        return Vocabulary(self.commands, known)

    def choices(self, name: str, argument: str = "") -> Sequence[str]:  # noqa: ARG002 (who knows more asks for it)
        """Return what a command with an argument may be given, where that can be listed.

        `argument` is as much of it as has been typed, for those of which more than one word can be chosen.
        """
        return sorted(self.app.available_themes) if name == "set_theme" else ()

    def on_screen_resume(self) -> None:
        """Show what was said while another screen was shown, or by it."""
        for bar in self.query(KeyBar):
            bar.say_remark()

    def _on_timer_update(self) -> None:
        """Paint all that has changed by now in one frame.

        Textual paints as soon as the first widget has told that it changed, and the others, whose messages are still on
        their way, a sixtieth of a second later: what one key does would be seen, and sent, in two halves.
        """
        visible = self._compositor.visible_widgets
        self._dirty_widgets.update(widget for widget in visible if widget._repaint_regions)  # noqa: SLF001 (told of by message alone)
        super()._on_timer_update()

    # -- commands of every screen -------------------------------------------------------------------------------------

    def action_keys(self) -> None:
        """Show the keys that work here and now."""
        from tui.view.screens.keys import KeysScreen

        self.app.push_screen(KeysScreen(self.valid()))

    def action_command(self, beginning: str = "") -> None:
        """Let a command be typed."""
        from tui.view.screens.command_line import CommandLineScreen

        screen = CommandLineScreen(self.vocabulary, self.controls.typed, self.choices, beginning)
        self.app.push_screen(screen, self._run_typed)

    def action_palette(self) -> None:
        """Let a command be looked for."""
        from textual.command import CommandPalette

        from tui.view.screens.palette import CommandsProvider

        self.app.push_screen(CommandPalette([CommandsProvider], placeholder="Look for a command"))

    def action_quit(self) -> None:
        """Quit."""
        self.app.exit()

    def command_set_theme(self, name: str) -> None:
        """Wear other colours."""
        if name not in self.app.available_themes:
            raise Trouble(f"There is no such theme. Known are: {', '.join(self.choices('set_theme'))}.")
        self.app.theme = name

    # -- running them -------------------------------------------------------------------------------------------------

    async def _run_typed(self, typed: Typed | None) -> None:
        if typed is not None:
            await self.run_command(typed.name, typed.argument)

    async def run_command(self, name: str, argument: str = "") -> None:
        """Run a command by its name, as it was typed or chosen; what keeps it from running is told."""
        command = next((command for command in self.commands if command.name == name), None)
        run = getattr(self, f"command_{name}", None)
        if run is not None and argument:
            try:
                running = run(argument)
                if isawaitable(running):
                    await running
            except Trouble as trouble:
                self.notify(str(trouble), severity="warning", timeout=6, markup=False)
        elif command is None:
            self.notify(f"“{name.replace('_', ' ')}” is not for this screen.", markup=False)
        elif not self.check_action(name, ()):
            self.notify(f"There is nothing here for “{command.title}” to act on.", markup=False)
        else:
            await self.app.run_action(f"{name}({argument})" if command.takes_digit else name, self)
