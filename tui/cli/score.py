"""`handread score`: how well the pages were read."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.group import Sentence, handread
from tui.cli.shared import names_from_stdin, settings_for, with_queue
from tui.exits import DONE, SOME_FAILED

if TYPE_CHECKING:
    from tui.filters import Filter
    from tui.scoring import Chosen, Finding, Per
    from tui.store import Store

REVIEWED = "reviewed"


@handread.command(short_help="Say how well pages were read: error rates, worst lines, confusions.")
@click.argument("names", nargs=-1, metavar="[TRUTH|-...]", type=click.Path())
@click.option("--for", "image", default="", metavar="IMAGE", help="Which image of the queue the one TRUTH belongs to.")
@click.option(
    "--against",
    metavar="reviewed|SERVICE",
    help="Without TRUTH: what reviewers made of it (else that), or a service.",
)
@click.option(
    "--text",
    "which_text",
    type=click.Choice(["engine", "reviewed"]),
    default="engine",
    show_default=True,
    help="With TRUTH: score what was read, or the text as it now stands, with what was read beside it.",
)
@click.option("--service", metavar="NAME", help="Score what this service has read; else whichever has.")
@click.option("--where", metavar="FILTER", help="Only images and lines that a filter lets through: 'conf<.6'.")
@click.option("--per", type=click.Choice(["page", "line", "confusion"]), help="Tell all, and not only the worst.")
@click.option("--relaxed", is_flag=True, help="Let capitals, kinds of quotes and dashes, and stray spaces not matter.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object; with --per line all lines are in it.")
@with_queue
def score(
    names: tuple[str, ...],
    image: str,
    against: str | None,
    which_text: str,
    service: str | None,
    where: str | None,
    per: Per | None,
    relaxed: bool,
    as_json: bool,
    queue: Path | None,
) -> None:
    """Say how well pages were read, as the service gave them: what reviewers changed does not count for it.

    With --text reviewed the text is scored as it now stands, and what was read is shown beside it.

    TRUTH says what is written: a.txt, a.xml (ALTO or PAGE) or a.gt.txt for the image a.jpg of the queue, or a folder of
    such files. Without one, what was read is compared with the lines that reviewers have accepted or corrected, or with
    what another service has read of the same pictures.

    CER and WER are the edit distance by characters and by words, in percent of the truth's. `raw` and `relaxed` compare
    each page from its first line to its last, in order, and the latter forgives what --relaxed does; `by line` compares
    each line with its partner, found by its place on the page or by its text. The 95 % interval comes of drawing the
    pages anew; it needs two at least.

    \b
    Example: handread score truth/ --service vision
             handread score --against reviewed --per confusion

    Written: nothing but the figures, on stdout.

    Exit codes: 0 scored, 1 something could not be, or there is nothing to score, 2 wrong usage, 130 interrupted.
    """
    from tui.quality import Measure, PageScore, Score
    from tui.scoring import Remark, print_sheet, score_object
    from tui.store import Store

    _refuse_what_contradicts(names, image, against, which_text)
    files = [Path(name) for name in names_from_stdin(names)]
    is_reviewed = which_text == REVIEWED
    measure = Measure.RELAXED if relaxed else Measure.RAW
    against = "truth" if names else against or REVIEWED
    with Store(settings_for(queue=queue).queue, create=False) as store:
        chosen = _chosen(store, service, where)
        findings = list(_findings(store, chosen, files, image, against, is_reviewed=is_reviewed))
        beside = list(_findings(store, chosen, files, image, against)) if is_reviewed else []
    result = Score(tuple(one for one in findings if isinstance(one, PageScore)))
    as_read = Score(tuple(one for one in beside if isinstance(one, PageScore))) if is_reviewed else None
    remarks = list(dict.fromkeys(one for one in (*findings, *beside) if isinstance(one, Remark)))
    if as_json:
        told = score_object(
            result, remarks, against=against, measure=measure, with_lines=per == "line", as_read=as_read
        )
        click.echo(json.dumps(told))
    elif result.pages:
        whose = "The text as it now stands" if is_reviewed else service or "What was read"
        title = f"{whose} against {_named(against)}"
        width, has_colours = _width(), _has_colours()
        print_sheet(
            result,
            title,
            sys.stdout,
            measure=measure,
            per=per,
            width=width,
            has_colours=has_colours,
            as_read=as_read,
        )
    for remark in remarks:
        click.echo(f"handread: {remark.sentence}", err=True)
    if not result.pages and not remarks:
        click.echo(f"handread: {_nothing(where)}", err=True)
    sys.exit(DONE if result.pages and not any(remark.is_problem for remark in remarks) else SOME_FAILED)


def _refuse_what_contradicts(names: tuple[str, ...], image: str, against: str | None, which_text: str) -> None:
    if which_text == REVIEWED and not names:
        raise Sentence("--text reviewed is scored against a TRUTH: name one, a file or a folder of what is written.")
    if names and against:
        raise Sentence("a TRUTH says what to score against: leave --against out, or the TRUTH.")
    if image and (len(names) != 1 or names == ("-",) or Path(names[0]).is_dir()):
        raise Sentence("--for IMAGE belongs to one TRUTH, a file: name just that.")


def _chosen(store: Store, service: str | None, where: str | None) -> Chosen:
    from tui.scoring import Chosen

    return Chosen(store, service, _filter(where) if where else None)


def _filter(where: str) -> Filter:
    from tui.filters import FilterError, parse

    try:
        return parse(where)
    except FilterError as error:
        raise Sentence(f"{error}\n{error.pointed}") from error


def _findings(
    store: Store, chosen: Chosen, files: list[Path], image: str, against: str, *, is_reviewed: bool = False
) -> Iterator[Finding]:
    from tui.scoring import against_review, against_service, against_truth

    if files:
        from tui.truth import read_truths

        return against_truth(store, chosen, read_truths(files), image, is_reviewed=is_reviewed)
    return against_review(store, chosen) if against == REVIEWED else against_service(store, chosen, against)


def _named(against: str) -> str:
    return {"truth": "what is written", REVIEWED: "what reviewers made of it"}.get(against, against)


def _nothing(where: str | None) -> str:
    what = " that this filter lets through" if where else ""
    return f"there is nothing{what} to score. Read images with `handread run`, and review them or name a TRUTH."


def _width() -> int | None:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _has_colours() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
