"""`handread doctor`: what a run needs, checked before it starts."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.group import handread
from tui.cli.shared import with_queue, with_service
from tui.exits import DONE, SOME_FAILED

if TYPE_CHECKING:
    from tui.doctor import Check

_COLOURS = {"ok": "green", "unknown": "yellow", "wrong": "red"}


@handread.command(short_help="Check everything that a run needs.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_queue
@with_service
def doctor(as_json: bool, queue: Path | None, service: str | None) -> None:
    """Check everything that a run needs: the settings, the service, the terminal, the queue.

    No image is sent, and nothing is paid for. A row begins with `ok`, with `?` where something could not be known or is
    worth a look, or with a cross where a run would fail; then the command ends with 1.

    \b
    Example: handread doctor --service vision
    """
    checks = asyncio.run(_examined(service, queue, is_shown=not as_json))
    if as_json:
        from tui.doctor.report import report_object

        click.echo(json.dumps(report_object(checks)))
    sys.exit(SOME_FAILED if any(check.state == "wrong" for check in checks) else DONE)


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
