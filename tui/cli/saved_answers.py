"""`handread import`: answers of a service that were saved elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.group import Sentence, handread
from tui.cli.shared import Teller, json_line, names_from_stdin, settings_for, with_nul, with_queue, with_quiet
from tui.exits import DONE, SOME_FAILED

if TYPE_CHECKING:
    from tui.saved import Imported


@handread.command("import", short_help="Put answers that were saved elsewhere into the queue.")
@click.argument("names", nargs=-1, required=True, metavar="ANSWER.json|-...", type=click.Path())
@click.option(
    "--image",
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="The picture of the one answer, or where the pictures are; else they are looked for beside the answers.",
)
@with_nul
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line and answer.")
@with_quiet
@with_queue
def import_saved(
    names: tuple[str, ...], image: Path | None, nul: bool, as_json: bool, quiet: bool, queue: Path | None
) -> None:
    """Put answers that were saved elsewhere into the queue, to review and export them; no service is called.

    Which service wrote an answer is told by its shape: Recognize Text, Read, Image Analysis, Form Recognizer, Document
    Intelligence, or the old OCR. The picture of a.json is a.jpg (or .png, .tif ...), that of a.jpg.json is a.jpg.
    Without a picture the text can be reviewed all the same.

    \b
    Example: handread import answers/*.json --image scans/
             find /answers -name '*.json' -print0 | handread import -0 -

    Written: the queue file. Answers and pictures stay where they are.

    Exit codes: 0 all were taken in, 1 some were not, 2 wrong usage, 130 interrupted.
    """
    from tui.saved import import_answers

    answers = [Path(name) for name in names_from_stdin(names, nul=nul)]
    _refuse_image(image, len(answers))
    problems = 0
    with Teller(quiet=quiet) as teller:
        for done, imported in enumerate(import_answers(settings_for(queue=queue).queue, answers, image), 1):
            problems += not imported.item_id
            if as_json:
                teller.print(json_line(_as_object(imported)))
            if not imported.item_id:
                teller.complain(imported.sentence)
            elif not (quiet or as_json):
                teller.print(imported.sentence)
            teller.progress(f"importing: {done:,} of {len(answers):,}")
    sys.exit(SOME_FAILED if problems else DONE)


def _as_object(imported: Imported) -> dict[str, object]:
    return {
        "answer": str(imported.answer),
        "item": imported.item_id or None,
        "source": imported.source,
        "new": imported.new,
        "said": imported.sentence,
    }


def _refuse_image(image: Path | None, answers: int) -> None:
    """Say so when --image names nothing, or one picture for several answers."""
    from tui.model import printable

    if image is None or image.is_dir():
        return
    name = printable(str(image))
    if not image.exists():
        raise Sentence(f"there is no picture and no folder {name}. Check the name after --image.")
    if answers > 1:
        raise Sentence(f"{name} is one picture, and cannot be that of {answers} answers. Name its folder instead.")
