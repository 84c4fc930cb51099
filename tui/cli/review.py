"""`handread review`: the review alone; with --plain line by line, for screen readers, braille and scripts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from tui.cli.group import Sentence, handread
from tui.cli.shared import is_terminal, settings_for, with_looks, with_queue

if TYPE_CHECKING:
    from tui.plain.person import Command
    from tui.settings import Settings
    from tui.view.commands import Command as ScreenCommand

PATIENCE = 0.5
"""Seconds for which a line waits for suggestions."""


@handread.command(short_help="Review what was read; with --plain line by line, for screen readers.")
@click.option("--plain", is_flag=True, help="Say it line by line: for screen readers, braille, and scripts on stdin.")
@with_queue
@with_looks
def review(
    plain: bool, queue: Path | None, glyphs: str | None, colours: str | None, graphics: str | None, theme: str | None
) -> None:
    """Review what was read, and send nothing: `handread run PATH...` is what recognises images.

    With --plain there are no screens, no pictures and no colours. Each line is said in a sentence, its text follows
    with the cursor on its doubtful word, and one key decides: the keys are those of the screen, and ? says them. A
    decision is on the disk before the next line is said.

    Where stdin is no terminal, commands are read from it, a line each: a key or a command's name, then what it is
    about, such as `a`, `e the whole text`, `f name`, `u`.

    \b
    Example: handread run scans/ && handread review --plain
             printf 'a\\nf name\\nu\\n' | handread review --plain

    Written: decisions, into the queue file, each before the next line is shown; and what you set for this queue.

    Exit codes: 0 left, 2 wrong usage, or no terminal for the screens, 130 interrupted.
    """
    settings = settings_for(queue=queue, glyphs=glyphs, colours=colours, graphics=graphics, theme=theme)
    if plain:
        _review_in_words(settings)
        return
    if not is_terminal():
        raise Sentence(
            "the screens need a terminal, and this is none. `handread review --plain` reads commands line by line."
        )
    from tui.cli.screens import show_screens

    show_screens(settings, None, (), opens_review=True)


def _review_in_words(settings: Settings) -> None:
    from tui.plain.review import review_by_keys, review_by_lines
    from tui.plain.scripted import Script
    from tui.plain.sitting import Sitting
    from tui.store import Store
    from tui.view.keymap import keymap_of

    tables = keymap_of(settings).tables
    commands = _in_words(tables["review"])
    by_keys = _has_keys()
    patience = PATIENCE if by_keys else None  # what a script is told does not depend on the time of day
    with Store(settings.queue) as store, Sitting(store, settings.reviewer, patience) as sitting:
        if by_keys:
            field_keys = {key: command.name for command in _in_words(tables["edit"]) for key in command.keys}
            review_by_keys(sitting, commands, field_keys)
        else:
            review_by_lines(sitting, commands, Script(_reads(), _writes()))


def _reads() -> TextIO:
    """Return stdin, in which a byte that is no UTF-8 is kept to be told of; nothing where it is closed."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    return sys.stdin or StringIO()


def _writes() -> TextIO:
    """Return stdout, in which what its encoding lacks becomes a question mark."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return sys.stdout


def _in_words(table: Sequence[ScreenCommand]) -> list[Command]:
    """Return commands with their keys as a terminal sends them; esc leaves a screen, and this is none."""
    from tui.plain.person import Command
    from tui.view.key_names import is_text, shown

    commands = [
        Command(
            command.name,
            tuple(
                shown(key) if is_text(key) and key != "space" else key
                for key in command.keys
                if (command.name, key) != ("leave", "escape")
            ),
            command.help,
        )
        for command in table
    ]
    if not any("space" in command.keys for command in commands):
        commands.append(Command("again", ("space",), "Say the line again."))
    return commands


def _has_keys() -> bool:
    """Whether keys can be read one at a time: not where lines are sent as a whole (TERM=dumb), nor on Windows."""
    if not sys.stdin or not is_terminal():
        return False
    try:
        import termios  # noqa: F401 (whether it is there is the question)
    except ImportError:
        return False
    return True
