"""`handread add` and `handread status`: what goes into the queue, and how far it is."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from tui.cli.group import handread
from tui.cli.shared import names_from_stdin, profile_of, settings_for, with_queue, with_service
from tui.exits import DONE, SOME_FAILED


@handread.command(short_help="Put images into the queue.")
@click.argument("names", nargs=-1, required=True, metavar="PATH|GLOB|URL|-...", type=click.Path())
@with_queue
@with_service
def add(names: tuple[str, ...], queue: Path | None, service: str | None) -> None:
    """Put images into the queue and recognise nothing yet.

    \b
    Example: find /archive -name '*.tif' | handread add -
    """
    from tui.intake import Arrived, take_in

    settings = settings_for(queue=queue)
    profile = profile_of(settings, service)
    new = problems = 0
    for arrival in take_in(settings.queue, names_from_stdin(names), profile.name):
        problem = arrival.problem if isinstance(arrival, Arrived) else arrival.sentence
        remark = arrival.remark if isinstance(arrival, Arrived) else ""
        new += isinstance(arrival, Arrived) and arrival.new
        problems += bool(problem)
        if problem or remark:
            click.echo(problem or remark, err=True)
    click.echo(f"{new} added to {settings.queue}.", err=True)
    sys.exit(SOME_FAILED if problems else DONE)


@handread.command(short_help="Say how far the queue is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_queue
def status(as_json: bool, queue: Path | None) -> None:
    """Say how far the queue is: images by state, lines by decision, and what failed."""
    from tui.batch import status_object, status_text
    from tui.store import Store

    settings = settings_for(queue=queue)
    with Store(settings.queue, create=False) as store:
        click.echo(json.dumps(status_object(store)) if as_json else status_text(store), nl=as_json)
