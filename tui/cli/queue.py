"""`handread add` and `handread status`: what goes into the queue, and how far it is."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.group import handread
from tui.cli.shared import (
    Teller,
    json_line,
    names_from_stdin,
    profile_of,
    settings_for,
    with_nul,
    with_queue,
    with_quiet,
    with_service,
)
from tui.exits import DONE, SOME_FAILED

if TYPE_CHECKING:
    from tui.intake import Arrived, Notice


@handread.command(short_help="Put images into the queue.")
@click.argument("names", nargs=-1, required=True, metavar="PATH|GLOB|URL|-...", type=click.Path())
@with_nul
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line and name, as each is done with.")
@with_quiet
@with_queue
@with_service
def add(names: tuple[str, ...], nul: bool, as_json: bool, quiet: bool, queue: Path | None, service: str | None) -> None:
    """Put images into the queue and recognise nothing yet.

    Folders are looked through with all below them. `-` takes names from stdin, a line each, or with -0 as `find
    -print0` writes them. The same bytes are not added twice for one service; an image that cannot be opened is kept as
    failed.

    \b
    Example: handread add scans/ letter.tif
             find /archive -name '*.tif' -print0 | handread add -0 -

    Written: the queue file. The images stay where they are, and are not changed.

    Exit codes: 0 all are in the queue, 1 some cannot be opened or found, 2 wrong usage, 130 interrupted.
    """
    from tui.intake import Arrived, take_in

    settings = settings_for(queue=queue)
    profile = profile_of(settings, service)
    given = names_from_stdin(names, nul=nul)
    with Teller(quiet=quiet) as teller, _counting(settings.queue, teller) as count:
        for looked_at, arrival in enumerate(take_in(settings.queue, given, profile.name), 1):
            count.new += isinstance(arrival, Arrived) and arrival.new
            count.problems += bool(_problem_of(arrival))
            if as_json:
                teller.print(json_line(_as_object(arrival)))
            _tell(arrival, teller)
            teller.progress(f"adding: {looked_at:,} looked at, {count.new:,} new")
    sys.exit(SOME_FAILED if count.problems else DONE)


@dataclass(slots=True)
class _Count:
    """What came of the names so far."""

    new: int = 0
    problems: int = 0


@contextmanager
def _counting(queue: Path, teller: Teller) -> Iterator[_Count]:
    """Say at the end how many were added, and when it is interrupted, too."""
    count = _Count()
    try:
        yield count
    except KeyboardInterrupt:
        teller.say(f"{count.new} added to {queue}.")
        raise
    teller.say(f"{count.new} added to {queue}.")


def _problem_of(arrival: Arrived | Notice) -> str:
    from tui.intake import Arrived

    return arrival.problem if isinstance(arrival, Arrived) else arrival.sentence


def _tell(arrival: Arrived | Notice, teller: Teller) -> None:
    from tui.intake import Arrived

    if problem := _problem_of(arrival):
        teller.complain(problem)
    elif isinstance(arrival, Arrived) and arrival.remark:
        teller.say(arrival.remark)


def _as_object(arrival: Arrived | Notice) -> dict[str, object]:
    from tui.intake import Arrived

    if not isinstance(arrival, Arrived):
        return {"source": None, "item": None, "new": False, "problem": arrival.sentence, "remark": None}
    return {
        "source": arrival.source,
        "item": arrival.item_id,
        "new": arrival.new,
        "problem": arrival.problem or None,
        "remark": arrival.remark or None,
    }


@handread.command(short_help="Say how far the queue is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--quiet", is_flag=True, help="Print nothing: the exit code is 1 while any image waits or has failed.")
@with_queue
def status(as_json: bool, quiet: bool, queue: Path | None) -> None:
    """Say how far the queue is: images by state, lines by decision, and what failed.

    \b
    Example: handread status
             until handread status --quiet; do sleep 60; done

    Written: nothing.

    Exit codes: 0 it was said, or with --quiet: every image is read; 1 with --quiet: some wait or have failed,
    2 wrong usage, or there is no such queue, 130 interrupted.
    """
    from tui.batch import status_object, status_text
    from tui.model import State
    from tui.store import Store

    settings = settings_for(queue=queue)
    with Store(settings.queue, create=False) as store:
        if not quiet:
            click.echo(json.dumps(status_object(store)) if as_json else status_text(store), nl=as_json)
            return
        tally = store.tally()
    sys.exit(SOME_FAILED if tally.unfinished or tally.items[State.FAILED] else DONE)
