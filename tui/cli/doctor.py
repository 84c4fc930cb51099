"""`handread doctor`: what a run needs, checked before it starts."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.group import handread
from tui.cli.shared import is_terminal, settings_for, with_queue, with_service
from tui.cli.sight import Sight, sight_of_terminal
from tui.exits import DONE, SOME_FAILED

if TYPE_CHECKING:
    from tui.doctor import Check

_COLOURS = {"ok": "green", "unknown": "yellow", "wrong": "red"}


@handread.command(short_help="Check everything that a run needs.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--glyphs", "shows_glyphs", is_flag=True, help="Show a word in every glyph set instead, to pick one.")
@with_queue
@with_service
def doctor(as_json: bool, shows_glyphs: bool, queue: Path | None, service: str | None) -> None:
    """Check everything that a run needs: the settings, the service, the terminal, the queue.

    No image is sent, and nothing is paid for. A row begins with `ok`, with `?` where something could not be known or is
    worth a look, or with a cross where a run would fail; then the command ends with 1.

    With --glyphs a handwritten word is drawn in every set of characters, and on a terminal a digit picks the one that
    looks best there. It is remembered for this terminal.

    \b
    Example: handread doctor --service vision
             handread doctor --glyphs

    Written: what the terminal says of itself, and the glyph set that is picked, into your cache folder.

    Exit codes: 0 a run can begin, 1 it would fail, 2 wrong usage, 130 interrupted.
    """
    if shows_glyphs:
        _show_glyphs()
        return
    _ask_the_terminal()
    checks = asyncio.run(_examined(service, queue, is_shown=not as_json))
    if as_json:
        from tui.doctor.report import report_object

        click.echo(json.dumps(report_object(checks)))
    sys.exit(SOME_FAILED if any(check.state == "wrong" for check in checks) else DONE)


def _ask_the_terminal() -> None:
    """Have the terminal say what it is, for the report; what is wrong with the settings is reported itself."""
    from tui.settings import SettingsError, load

    with suppress(SettingsError), sight_of_terminal(load()) as sight:
        sight.answers()


def _show_glyphs() -> None:
    from tui.doctor.report import shown
    from tui.doctor.sampler import samples
    from tui.doctor.screen import size_of_stdout

    with sight_of_terminal(settings_for()) as sight:
        terminal = sight.terminal()
    size, encoding = size_of_stdout(), sys.stdout.encoding or "ascii"
    for line in samples(size[0] if size else 80, terminal.colours):
        click.echo(shown(line, encoding), color=True)
    if is_terminal():
        _let_pick(sight, terminal.glyphs)


def _let_pick(sight: Sight, now: str) -> None:
    """Have the person pick a glyph set by its digit."""
    from tui.doctor.sampler import CHOICES

    last = max(CHOICES)
    click.echo(f"Now: {now}. 1 to {last} picks a set for this terminal, 0 none, and any other key changes nothing.")
    key = click.getchar()
    if key == "0":
        sight.pick("")
        click.echo("From now on ink is drawn with what this terminal says it has.")
    elif key in CHOICES:
        sight.pick(CHOICES[key])
        click.echo(f"From now on ink is drawn with {CHOICES[key]} here. --glyphs SET and the settings overrule it.")


async def _examined(service: str | None, queue: Path | None, *, is_shown: bool) -> list[Check]:
    from tui.doctor import examine
    from tui.settings import settings_file

    checks = []
    async for check in examine(service, queue, os.environ, settings_file()):
        checks.append(check)
        if is_shown:
            _show(check)
    return checks


def _show(check: Check) -> None:
    from tui.doctor.report import indented, mark_of, row
    from tui.doctor.screen import size_of_stdout
    from tui.pictures.terminal import guess

    size, encoding = size_of_stdout(), sys.stdout.encoding or "ascii"
    mark = f"{mark_of(check, encoding):<3}"
    if size and guess(os.environ).colours != "none":
        mark = click.style(mark, fg=_COLOURS[check.state])
    click.echo(f"{mark} {indented(row(check, size and size[0], encoding))}")
