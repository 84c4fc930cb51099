"""`handread second`: a blind second reading of a sample, and how far two people agree."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.group import Sentence, handread
from tui.cli.shared import settings_for, with_queue

if TYPE_CHECKING:
    from tui.filters import Filter

DRAW = "draw"


@handread.command(short_help="Have a sample read a second time, blind, and say how far two people agree.")
@click.argument("draws", required=False, metavar="[draw]", type=click.Choice([DRAW]))
@click.argument("amount", required=False, metavar="[SHARE|LINES]")
@click.option("--where", metavar="FILTER", help="With draw: only lines that a filter lets through: 'by=Ada & conf<.9'.")
@click.option("--seed", default="", metavar="WORD", help="With draw: another drawing than the usual one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_queue
def second(
    draws: str | None, amount: str | None, where: str | None, seed: str, as_json: bool, queue: Path | None
) -> None:
    """Have a random share of the decided lines read a second time, and say how far two people agree.

    `draw` chooses the lines, 5% of those decided where nothing else is said; which they are is kept in the queue file.
    Then `b` in the queue's screen shows them to whoever has not decided them, one by one: the ink and what the service
    read, not what the first person made of it. `B` shows both readings of each line where they differ, to be settled.

    Without `draw` it is told how many lines were read alike, with the 95 % interval (Wilson), the CER and WER between
    both readings, with one that comes of drawing the images anew, and how many verdicts are the same.

    \b
    Example: handread second draw 10% --where 'by=Ada'
             handread second --json

    Written: which lines were drawn, into the queue file; without `draw` nothing.

    Exit codes: 0 done, 2 wrong usage, 130 interrupted.
    """
    from tui.second_pass import USUAL, Agreement, agreement_object, agreement_text, amount_of
    from tui.second_pass import draw as draw_lines
    from tui.store import Store

    if not draws and (where or seed):
        raise Sentence("--where and --seed belong to `handread second draw`.")
    settings = settings_for(queue=queue)
    wanted = amount_of(amount or USUAL)
    chosen = _filter(where) if where else None
    with Store(settings.queue, create=False) as store:
        if draws:
            drawn = draw_lines(store, wanted, settings.reviewer, chosen, seed)
            click.echo(drawn.sentence, err=True)
        agreement = Agreement(tuple(store.sampled()))
    if as_json:
        click.echo(json.dumps(agreement_object(agreement)))
    elif agreement.sampled:
        click.echo(agreement_text(agreement), nl=False)
    elif not draws:
        click.echo("handread: nothing was drawn yet. `handread second draw` draws 5% of the decided lines.", err=True)


def _filter(where: str) -> Filter:
    from tui.filters import FilterError, parse

    try:
        return parse(where)
    except FilterError as error:
        raise Sentence(f"{error}\n{error.pointed}") from error
