"""`handread cache`: what is kept to open pictures quickly, and how to be rid of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from tui.cli.group import Sentence, handread
from tui.cli.shared import megabytes

if TYPE_CHECKING:
    from tui.pictures.cache import CacheFacts


@handread.command(short_help="Say what is kept to open pictures quickly, or clear it.")
@click.option("--clear", is_flag=True, help="Throw away the reduced copies of pages; they are made again when needed.")
@click.option("--all", "everything", is_flag=True, help="With --clear: also the pictures fetched for URLs.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def cache(clear: bool, everything: bool, as_json: bool) -> None:
    """Say what is kept to open pictures quickly, or clear it.

    Of pages that take long to open, reduced copies are kept, as many as cache_megabytes in the settings allows; those
    that were not used for longest go first. Pictures fetched for URLs lie in the same folder. They are the only ones
    there are: without them, lines of a URL are reviewed without their ink.

    \b
    Example: handread cache
             handread cache --clear

    Written: nothing; --clear empties the cache folder. The queue and the images themselves stay as they are.

    Exit codes: 0 done, 2 wrong usage.
    """
    from tui.pictures.cache import Copies
    from tui.settings import load

    if everything and not clear:
        raise Sentence("--all says what --clear throws away. Name both, or neither.")
    settings = load()
    copies = Copies(settings.cache, settings.cache_bytes)
    if clear:
        copies.clear(fetched=everything)
    facts = copies.facts()
    click.echo(json.dumps(_as_object(facts)) if as_json else _as_text(facts))


def _as_object(facts: CacheFacts) -> dict[str, object]:
    return {
        "schema": 1,
        "folder": str(facts.folder),
        "copies": {"count": facts.copies, "bytes": facts.copy_bytes, "limit": facts.most_bytes},
        "fetched": {"count": facts.fetched, "bytes": facts.fetched_bytes},
    }


def _as_text(facts: CacheFacts) -> str:
    from tui.model import printable

    copies = f"{facts.copies:,} {'copy' if facts.copies == 1 else 'copies'}"
    fetched = f"{facts.fetched:,} {'picture' if facts.fetched == 1 else 'pictures'}"
    return "\n".join(
        (
            f"folder   {printable(str(facts.folder))}",
            f"reduced  {copies}, {megabytes(facts.copy_bytes)} of {megabytes(facts.most_bytes)}",
            f"fetched  {fetched}, {megabytes(facts.fetched_bytes)}",
        )
    )
