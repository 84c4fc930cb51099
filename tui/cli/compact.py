"""`handread compact`: a queue file made as small as it can be."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import click

from tui.cli.group import Sentence, handread
from tui.cli.shared import megabytes, settings_for, with_queue

SPARE = 2.1
"""How many times its size a queue file needs on the disk while it is written anew: beside it, and in SQLite's log."""


@handread.command(short_help="Make the queue file as small as it can be.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--quiet", is_flag=True, help="Print nothing unless something is wrong.")
@with_queue
def compact(as_json: bool, quiet: bool, queue: Path | None) -> None:
    """Make the queue file as small as it can be.

    What earlier versions kept in more bytes is packed anew, and the gaps are closed that removed images have left.
    Nothing that was read or decided is lost, however this ends. Others may look at the queue meanwhile, but what they
    decide waits until it is done; so it is best run when nobody works.

    \b
    Example: handread compact --queue parish.db

    Written: the queue file alone. While it is written anew it needs room for two more of its size beside it.

    Exit codes: 0 done, 2 it could not be done, 130 interrupted.
    """
    from tui.store import Store

    path = settings_for(queue=queue).queue
    if not path.exists():
        raise Sentence(f"there is no queue {path}. Name one with --queue.")
    before = _size(path)
    free = shutil.disk_usage(path.parent).free
    if free < SPARE * before:
        raise Sentence(
            f"{path} needs {megabytes(SPARE * before)} of room on its disk to be written anew, and there are"
            f" {megabytes(free)}. Make room and try again; nothing was changed."
        )
    shows = sys.stderr.isatty() and not quiet
    with Store(path, create=False) as store:
        for done in store.compact():
            if shows:
                click.echo(f"\r{done:,} images packed anew", nl=False, err=True)
        images = store.tally().total
    if shows:
        click.echo(err=True)
    after = _size(path)
    if as_json:
        click.echo(json.dumps({"schema": 1, "queue": str(path), "images": images, "before": before, "after": after}))
    elif not quiet:
        a_piece = f", {after / images / 1000:,.1f} kB an image" if images else ""
        click.echo(f"{path}: {megabytes(before)} before, {megabytes(after)} now{a_piece}.")


def _size(path: Path) -> int:
    """Return the bytes of a queue file and of SQLite's log beside it."""
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())
