"""The row in which a command is typed: `:` opens it, tab completes, ↑ and ↓ bring back what was typed before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from tui.view.command_text import NotUnderstood, Typed, Vocabulary, completions
from tui.view.commands import ArgumentCommand, Command

MOST_KEPT = 100
"""So many commands that were typed can be brought back."""

Choices = Callable[[str, str], Sequence[str]]
"""Returns what the command of a name may be given that begins so; nothing where that cannot be listed."""


class CommandLineScreen(ModalScreen[Typed | None]):
    """Takes a command; esc leaves it, and the result is None then."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "leave"),
        Binding("tab", "complete(1)", "complete"),
        Binding("shift+tab", "complete(-1)", "complete"),
        Binding("up", "recall(-1)", "before"),
        Binding("down", "recall(1)", "after"),
    ]

    def __init__(self, vocabulary: Vocabulary, typed_before: list[str], choices: Choices, beginning: str = "") -> None:
        """Know what can be typed; what is typed here is appended to `typed_before`."""
        super().__init__()
        self._vocabulary = vocabulary
        self._typed_before = typed_before
        self._choices = choices
        self._beginning = beginning
        self._recalled = len(typed_before)
        self._offered: list[str] = []
        self._taken = -1

    def compose(self) -> ComposeResult:
        """One row: the colon, what is typed, and what it may become."""
        with Horizontal(id="command"):
            yield Label(":", markup=False)
            yield Input(self._beginning, compact=True, select_on_focus=False)
            yield Static(id="offered", markup=False)

    @property
    def _field(self) -> Input:
        return self.query_one(Input)

    def on_mount(self) -> None:
        """Take what is typed; nothing blinks."""
        self._field.cursor_blink = False
        self._field.focus()
        self._field.cursor_position = len(self._field.value)
        self._offer(self._field.value)

    @on(Input.Changed)
    def _follow(self, event: Input.Changed) -> None:
        if self._taken < 0 or event.value != self._offered[self._taken]:
            self._offer(event.value)

    def _offer(self, text: str) -> None:
        """Show what a text may become, or what the command wants that stands there."""
        self._offered, self._taken = self._completions(text), -1
        self._show(text)

    def _show(self, text: str) -> None:
        command = self._command_in(text)
        if command is not None and not (self._offered and len(text) > len(command.title)):
            hint = f"{command.usage if isinstance(command, ArgumentCommand) else command.title}: {command.help}"
        else:
            said = len(text.rpartition(" ")[0]) + 1 if command is not None and text.count(" ") > 1 else 0
            hint = "   ".join(one[said:] for one in self._offered[max(0, self._taken) :])
        self.query_one("#offered", Static).update(hint)

    def _command_in(self, text: str) -> Command | ArgumentCommand | None:
        """Return the command whose whole name a text begins with."""
        words = text.lower().replace("-", "_").split()
        for count in range(len(words), 0, -1):
            command = self._vocabulary.named("_".join(words[:count]))
            if command is not None:
                return command
        return None

    def _completions(self, text: str) -> list[str]:
        command = self._command_in(text)
        if isinstance(command, ArgumentCommand) and len(text) > len(command.title):
            argument = text[len(command.title) :].lstrip()
            chosen = self._choices(command.name, argument)
            begun = argument.strip().lower()
            return [f"{command.title} {choice}" for choice in chosen if choice.lower().startswith(begun)]
        return completions(text, self._vocabulary.titles)

    def action_complete(self, step: int) -> None:
        """Put the next of the completions into the field; what takes an argument gets a space to go on after."""
        if not self._offered:
            return
        start = 0 if self._taken < 0 and step < 0 else self._taken
        self._taken = (start + step) % len(self._offered)
        text = self._offered[self._taken]
        command = self._command_in(text)
        goes_on = isinstance(command, ArgumentCommand) and command.title == text and len(self._offered) == 1
        self._put(f"{text} " if goes_on else text)
        self._show(text)

    def action_recall(self, step: int) -> None:
        """Bring back what was typed before."""
        self._recalled = max(0, min(self._recalled + step, len(self._typed_before)))
        self._put((*self._typed_before, "")[self._recalled])

    def _put(self, text: str) -> None:
        self._field.value = text
        self._field.cursor_position = len(text)

    @on(Input.Submitted)
    def give(self, event: Input.Submitted) -> None:
        """Give the command; what is none is told, and stays to be put right. Nothing typed is nothing wanted."""
        text = event.value.strip()
        if not text:
            self.dismiss(None)
            return
        try:
            typed = self._vocabulary.read(text)
        except NotUnderstood as why:
            self.notify(str(why), severity="warning", markup=False)
            return
        self._remember(text)
        self.dismiss(typed)

    def _remember(self, text: str) -> None:
        if text in self._typed_before:
            self._typed_before.remove(text)
        self._typed_before.append(text)
        del self._typed_before[:-MOST_KEPT]
