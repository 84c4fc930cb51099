"""`handread run`: recognise without a screen."""

from __future__ import annotations

import sys
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.group import handread
from tui.cli.shared import (
    names_from_stdin,
    profile_of,
    settings_for,
    with_budget,
    with_queue,
    with_service,
    within_budget,
)

if TYPE_CHECKING:
    from tui.runner import Runner
    from tui.settings import Service, Settings


@handread.command(short_help="Recognise without a screen and print the text.")
@click.argument("names", nargs=-1, metavar="[PATH|GLOB|URL|-]...", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line and image instead of text.")
@with_queue
@with_service
@with_budget
@click.option("--yes", is_flag=True, help="Do not ask before images are sent that cost something.")
@click.option("--retry", is_flag=True, help="Send again what failed, of the images named or of all.")
def run(
    names: tuple[str, ...],
    as_json: bool,
    retry: bool,
    yes: bool,
    max_calls: int | None,
    queue: Path | None,
    service: str | None,
) -> None:
    """Recognise images without a screen and print their text, in the order given.

    Without a PATH everything that waits in the queue is read. Progress is shown where stdout and stderr are a terminal.
    `-` takes names from stdin, a line each. What a paid service would be sent is said before; in a terminal you are
    asked.

    \b
    Example: handread run --json scans/*.jpg > scans.jsonl
    """
    settings = settings_for(queue=queue)
    profile = within_budget(profile_of(settings, service), max_calls)
    given = names_from_stdin(names)
    if given or not names:  # a `-` with nothing behind it means nothing, and not everything
        run_without_screen(settings, profile, given, "json" if as_json else "text", retry=retry, yes=yes)


def run_without_screen(
    settings: Settings,
    service: Service,
    names: tuple[str, ...],
    form: str,
    *,
    retry: bool = False,
    yes: bool = False,
) -> None:
    """Recognise what is named, or all that waits, print it in a form, and end with the exit code."""
    from tui.assembly import make_runner, notice_for
    from tui.batch import run_batch

    if notice := notice_for(service, date.today()):  # noqa: DTZ011 (the person's own day)
        click.echo(notice, err=True)

    def runner(only: Collection[int] | None) -> Runner:
        return make_runner(settings, service, only)

    def agree(quote: str) -> bool:
        if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
            click.echo(f"{service.name}: {quote}.", err=True)
            return True
        return click.confirm(f"{service.name}: {quote}; start?", default=False, err=True)

    sys.exit(run_batch(settings, service, runner, names, form, retry=retry, agree=agree))
