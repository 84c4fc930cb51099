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
    with_nul,
    with_queue,
    with_quiet,
    with_service,
    within_budget,
)

if TYPE_CHECKING:
    from tui.runner import Runner
    from tui.settings import Service, Settings


@handread.command(short_help="Recognise without a screen and print the text.")
@click.argument("names", nargs=-1, metavar="[PATH|GLOB|URL|-]...", type=click.Path())
@with_nul
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line and image instead of text.")
@with_quiet
@with_queue
@with_service
@with_budget
@click.option("--yes", is_flag=True, help="Do not ask before images are sent that cost something.")
@click.option("--retry", is_flag=True, help="Send again what failed, of the images named or of all.")
def run(
    names: tuple[str, ...],
    nul: bool,
    as_json: bool,
    quiet: bool,
    retry: bool,
    yes: bool,
    max_calls: int | None,
    queue: Path | None,
    service: str | None,
) -> None:
    """Recognise images without a screen and print their text, in the order given.

    Without a PATH everything that waits in the queue is read. `-` takes names from stdin, a line each, or with -0 as
    `find -print0` writes them. How far it is is shown on stderr, where that is a terminal and stdout is a terminal or a
    file. What a paid service would be sent is said before; in a terminal you are asked.

    Interrupted, or killed, it leaves everything in the queue: the same command goes on, and nothing is sent twice.

    \b
    Example: handread run --json scans/*.jpg > scans.jsonl
             find /archive -name '*.tif' -print0 | handread run -0 --quiet - > archive.txt

    Written: the queue file, and copies of pictures fetched for URLs in your cache folder; the text on stdout.

    Exit codes: 0 all were read, 1 some failed, or another Handread runs this queue, 2 wrong usage,
    3 as many images were sent as may be, 4 the service refused the key, 130 interrupted.
    """
    settings = settings_for(queue=queue)
    profile = within_budget(profile_of(settings, service), max_calls)
    given = names_from_stdin(names, nul=nul)
    if given or not names:  # a `-` with nothing behind it means nothing, and not everything
        form = "json" if as_json else "text"
        run_without_screen(settings, profile, given, form, retry=retry, yes=yes, quiet=quiet)


def run_without_screen(
    settings: Settings,
    service: Service,
    names: tuple[str, ...],
    form: str,
    *,
    retry: bool = False,
    yes: bool = False,
    quiet: bool = False,
) -> None:
    """Recognise what is named, or all that waits, print it in a form, and end with the exit code."""
    from tui.assembly import make_runner
    from tui.batch import run_batch

    warn_of_end(service)

    def runner(only: Collection[int] | None) -> Runner:
        return make_runner(settings, service, only)

    def agree(quote: str) -> bool:
        return agreed(service, quote, yes=yes, quiet=quiet)

    sys.exit(run_batch(settings, service, runner, names, form, retry=retry, agree=agree, quiet=quiet))


def warn_of_end(service: Service) -> None:
    """Say that a service in the cloud has ended, or soon will."""
    from tui.assembly import notice_for

    if notice := notice_for(service, date.today()):  # noqa: DTZ011 (the person's own day)
        click.echo(notice, err=True)


def agreed(service: Service, quote: str, *, yes: bool, quiet: bool) -> bool:
    """Say what a paid service would be sent; where a person sits, ask whether to."""
    if yes or not (sys.stdin.isatty() and sys.stderr.isatty()):
        if not quiet:
            click.echo(f"{service.name}: {quote}.", err=True)
        return True
    return click.confirm(f"{service.name}: {quote}; start?", default=False, err=True)
