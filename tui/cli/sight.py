"""How this terminal draws, for the commands: what it is asked, what is remembered of it, and what the person says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui.terminal_query import Question, cell_size

if TYPE_CHECKING:
    from tui.pictures.capabilities import Answers
    from tui.pictures.pixels import PixelTerminal
    from tui.pictures.terminal import Terminal
    from tui.settings import Settings
    from tui.terminal_memory import TerminalMemory


class Sight:
    """A terminal that has just been asked, or is remembered."""

    def __init__(self, settings: Settings, memory: TerminalMemory, question: Question) -> None:
        self._settings = settings
        self._memory = memory
        self.question = question

    def answers(self) -> Answers | None:
        """Return what the terminal says of itself; this may wait for it."""
        known = self._memory.recall().answers
        if self.question.was_put:
            known = self.question.answers() or known
            self._memory.heard(known)
        return known

    def terminal(self) -> Terminal:
        """Return how to draw: as the person says, has picked, as the terminal answers, as the environment has it."""
        from tui.pictures.terminal import is_in_tmux, overruled, terminal_of

        settings, answers = self._settings, self.answers()
        glyphs = settings.glyphs or self._memory.recall().picked
        in_tmux = is_in_tmux(os.environ, answers)
        found = terminal_of(os.environ, answers)
        graphics = "none" if os.environ.get("STY") else settings.graphics  # GNU screen would show them as a title
        return overruled(found, glyphs, settings.colours, graphics, in_tmux=in_tmux)

    def pick(self, glyphs: str) -> None:
        """Remember the glyph set that the person has picked; an empty one to go by the terminal again."""
        self._memory.picked(glyphs)

    def pixels(self, terminal: Terminal) -> PixelTerminal | None:
        """Return how pictures are shown pixel by pixel on that terminal; None where they are not."""
        if terminal.graphics == "none":
            return None
        from tui.pictures.pixels import DEFAULT_CELL, PixelTerminal
        from tui.pictures.terminal import is_in_tmux

        answers = self._memory.recall().answers
        cell = cell_size() or (answers and answers.cell) or DEFAULT_CELL
        is_truecolor, in_tmux = terminal.colours == "truecolor", is_in_tmux(os.environ, answers)
        return PixelTerminal(cell, is_truecolor, in_tmux, terminal.graphics, cell_size)

    def leave_to_the_screens(self) -> None:
        """Let the screens read from now on: what was typed meanwhile, and without answers that come late."""
        typed, is_open = self.question.typed, self.question.is_open
        self.question.leave_to_others()
        if typed or is_open:
            from tui.view.late_answers import expect_answers

            expect_answers(typed, is_open=is_open)


@contextmanager
def sight_of_terminal(settings: Settings) -> Iterator[Sight]:
    """Ask the terminal, unless that was done lately; until the end of the `with` nobody else may read from it."""
    from tui.terminal_memory import FILE, TerminalMemory

    memory = TerminalMemory(settings.cache / FILE, os.environ)
    is_settled = settings.glyphs and settings.colours and settings.graphics not in ("", "auto")
    with Question(is_wanted=not is_settled and not memory.is_fresh(memory.recall())) as question:
        yield Sight(settings, memory, question)
