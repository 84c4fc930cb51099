"""What is typed after `:`, read: a command's name, what it is about, and what the beginning of a name may become."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from tui.model import Trouble, printable
from tui.view.commands import ArgumentCommand, Command

MOST_NAMED = 4
"""So many commands are named of those that are meant by a beginning."""


class NotUnderstood(Trouble):
    """What was typed is no command, or not a whole one; its text says what to type."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as it was typed."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The commands that a screen knows."""

    plain: Sequence[Command]
    with_arguments: Sequence[ArgumentCommand] = ()

    @property
    def every(self) -> tuple[Command | ArgumentCommand, ...]:
        """All of them, those with arguments first."""
        return (*self.with_arguments, *self.plain)

    @property
    def titles(self) -> list[str]:
        """Return what can be typed, in the order of the table."""
        return list(dict.fromkeys(command.title for command in self.every))

    def named(self, name: str) -> Command | ArgumentCommand | None:
        """Return the command of that name."""
        return next((one for one in self.every if one.name == name), None)

    def read(self, text: str) -> Typed:
        """Return the command that was typed: by its name or as much of it as no other has; a number is a place to go.

        Raises NotUnderstood.
        """
        words = text.strip().removeprefix(":").split()
        if len(words) == 1 and words[0].isdecimal() and self.named("goto"):
            return Typed("goto", words[0])
        for count in range(len(words), 0, -1):
            named = [one for one in self.every if one.name == _name(words[:count])]
            if named:  # the same name may be typed with an argument and without
                return _with_argument(named[0 if words[count:] else -1], " ".join(words[count:]))
        begun = [one for one in self.every if words and one.name.startswith(_name(words))]
        if len({one.name for one in begun}) == 1:
            return _with_argument(begun[-1], "")
        raise NotUnderstood(self._question(" ".join(words), [one.title for one in begun]))

    def _question(self, text: str, begun: Sequence[str]) -> str:
        near = begun or get_close_matches(text.lower(), self.titles, MOST_NAMED)
        if not text:
            return "Type a command's name; tab completes it."
        if not near:
            return f"There is no command “{printable(text)}” here. ? lists those that there are."
        rest = " and others" if len(near) > MOST_NAMED else ""
        return f"“{printable(text)}” is no command. There are {', '.join(near[:MOST_NAMED])}{rest}."


def _name(words: Iterable[str]) -> str:
    return "_".join(words).lower().replace("-", "_")


def _with_argument(command: Command | ArgumentCommand, argument: str) -> Typed:
    if isinstance(command, ArgumentCommand):
        if not argument:
            raise NotUnderstood(f"“{command.title}” needs more: {command.usage}.")
    elif command.takes_digit:
        if argument not in command.keys:
            raise NotUnderstood(f"“{command.title}” takes a digit: {command.title} 2.")
    elif argument:
        raise NotUnderstood(f"“{command.title}” takes nothing after it.")
    return Typed(command.name, argument)


def completions(text: str, titles: Iterable[str]) -> list[str]:
    """Return the titles that a text may become: those that begin so, then those one of whose words does."""
    begun = " ".join(text.lower().replace("_", " ").split()) + (" " if text.endswith(" ") and text.strip() else "")
    titles = list(titles)
    first = [title for title in titles if title.lower().startswith(begun)]
    inside = [title for title in titles if title not in first and f" {begun}" in f" {title.lower()}"]
    return [*first, *(inside if begun else [])]


def share(text: str, example: str) -> float:
    """Return a share, 0..1, written as `.85`, `0.85`, `85%` or `85 %`; raises NotUnderstood."""
    written = text.strip().removesuffix("%").strip().replace(",", ".")
    try:
        number = float(written)
    except ValueError:
        number = math.nan
    number = number / 100 if text.strip().endswith("%") else number
    if not 0 <= number <= 1:
        raise NotUnderstood(f"“{printable(text)}” is no share from 0 to 1. Write it like {example}.")
    return number


def place(text: str, count: int, things: str) -> int | None:
    """Return the place, from 0, that a number from 1 means; None when it is no number. Raises NotUnderstood."""
    if not text.isdecimal():
        return None
    number = int(text) if len(text) < 10 else math.inf
    if not 1 <= number <= count:
        there_are = f"There are {count} {things}" if count else f"There are no {things}"
        raise NotUnderstood(f"{there_are}, and none is number {text}.")
    return int(number) - 1


def best_name(wanted: str, sources: Iterable[tuple[int, str]]) -> int | None:
    """Return the id of the image that a name means: the very name, else one that begins so, else one that holds it.

    Names are compared without regard to capitals; a name is a file's own, or a path's end.
    """
    small = wanted.strip().casefold()
    best: tuple[int, int] | None = None
    for item_id, source in sources:
        path = source.casefold()
        name = path.rstrip("/").rpartition("/")[2]
        ranks = (small in {path, name}, name.rpartition(".")[0] == small, name.startswith(small), small in path)
        rank = next((rank for rank, fits in enumerate(ranks) if fits), None)
        if rank is not None and (best is None or rank < best[0]):
            best = rank, item_id
            if rank == 0:
                break
    return best[1] if best else None
