"""Commands line by line, where keys cannot come one at a time: from a file, a program, or a terminal without keys.

A line is a key or a command's name, then what it is about:   a   e the whole text   f name   accept page   /fox
An empty line and one that begins with # do nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from tui.model import printable
from tui.plain.person import Command, Draft
from tui.plain.sentences import Focus
from tui.plain.sitting import Refused


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as it was typed."""

    name: str
    argument: str = ""


class Script:
    """Reads commands and prints what is said. A command that needs more than was typed says so."""

    def __init__(self, reads: TextIO, writes: TextIO, columns: int = 1000) -> None:
        self._reads, self._writes = reads, writes
        self.columns = columns

    def lines(self) -> Iterator[str]:
        """Yield the lines as they come, without those that say nothing."""
        for line in self._reads:
            said = line.strip("\r\n")
            if said.strip() and not said.startswith("#"):
                yield said

    def say(self, row: str) -> None:
        """Print a row."""
        self._writes.write(printable(row) + "\n")
        self._writes.flush()

    def focus(self, focus: Focus) -> None:
        """Print the row that one stands in."""
        self.say(focus.row)

    def copy(self, text: str) -> str:
        """Return the text itself: where it is printed it can be taken from."""
        return text

    def reason(self, reasons: Mapping[str, str]) -> str | None:  # noqa: ARG002 (as the person at a terminal is asked)
        """Give no reason: it stands behind the command, or nowhere."""
        return ""

    def edited(self, about: str, draft: Draft) -> str | None:  # noqa: ARG002 (as the person at a terminal is asked)
        """Refuse: the text stands behind the command."""
        raise Refused("Behind this command stands a text, in the same line: e the whole text, c word, / words.")

    def agrees(self, question: str) -> bool:  # noqa: ARG002 (as the person at a terminal is asked)
        """Agree: whoever wrote the command meant it."""
        return True


def typed(line: str, commands: Sequence[Command], with_argument: frozenset[str]) -> Typed:
    """Return the command of a line: by a key, or by its name. Raises Refused."""
    if any("\ud800" <= sign <= "\udfff" for sign in line):
        raise Refused("This line is no UTF-8.")
    first, _, rest = line.strip().partition(" ")
    by_key = {key: command.name for command in commands for key in command.keys}
    if first in by_key:
        name = by_key[first]
        return Typed(name, first if name == "take" and not rest else rest.strip())
    words = line.split()
    for count in range(min(3, len(words)), 0, -1):
        name = "_".join(words[:count]).lower()
        if any(command.name == name for command in commands) or name in with_argument:
            return Typed(name, " ".join(words[count:]))
    if first[:1] in by_key and by_key[first[0]] == "search":
        return Typed("search", line.strip()[1:].strip())
    raise Refused(f"“{line.strip()}” is no command. ? says those that there are.")
