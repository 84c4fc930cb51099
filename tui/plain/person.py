"""Who sits there: at a terminal with keys, or behind a file of commands; and what they can ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tui.plain.sentences import Focus


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be done, and the keys that do it."""

    name: str
    keys: tuple[str, ...]
    """Signs as they are, other keys by their names: `a`, `]`, `enter`, `ctrl+r`."""
    help: str
    """A sentence."""

    @property
    def title(self) -> str:
        """Its name as it is typed: `accept page`."""
        return self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Draft:
    """A text to be edited."""

    text: str
    cursor: int
    engine_text: str = ""
    """What was read."""
    doubtful: tuple[int, ...] = ()
    """Where its doubtful words begin."""


class Person(Protocol):
    """Who sits there. What is told has not been made safe for a terminal yet."""

    @property
    def columns(self) -> int:
        """How many columns a row of theirs has."""

    def say(self, row: str) -> None:
        """Tell them a row."""

    def focus(self, focus: Focus) -> None:
        """Tell them a row, and put the cursor on what is meant in it."""

    def copy(self, text: str) -> str:
        """Give them a text to use elsewhere; return what is to be said of it."""

    def reason(self, reasons: Mapping[str, str]) -> str | None:
        """Ask why; empty for no reason, None when they think better of it."""

    def edited(self, about: str, draft: Draft) -> str | None:
        """Have them edit a text; None when they leave it as it was."""

    def agrees(self, question: str) -> bool:
        """Ask whether to go on."""
