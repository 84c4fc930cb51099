"""`handread export`: what was read and decided, as files in the formats that others read."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from tui.cli.group import Sentence, handread
from tui.cli.shared import settings_for, with_queue


@handread.command(short_help="Write what was read and decided into files of other formats.")
@click.option("--format", "names", metavar="NAME[,NAME]", help="In which formats; --list names them.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="The folder to write into."
)
@click.option("--where", metavar="FILTER", help="Only these lines, and images that have any: 'name~1911/ & !flagged'.")
@click.option(
    "--text",
    "which_text",
    type=click.Choice(["reviewed", "engine", "both"]),
    default="reviewed",
    show_default=True,
    help="The text as it now stands, as it was read, or both where a format can.",
)
@click.option(
    "--lines",
    "which_lines",
    type=click.Choice(["all", "decided", "settled"]),
    help="All lines, those decided, or those accepted and corrected; all, but of `pairs` the last.",
)
@click.option("--each", is_flag=True, help="A file an image of csv, tsv and jsonl too, and not one of all.")
@click.option("--overwrite", is_flag=True, help="Replace files that are there with something else in them.")
@click.option(
    "--eval-share",
    type=click.FloatRange(0, 1),
    default=0.1,
    show_default=True,
    metavar="SHARE",
    help="Which share of the pages `pairs` keeps from training.",
)
@click.option(
    "--min-height", type=click.IntRange(min=0), default=0, metavar="PIXELS", help="Leave lower lines out of `pairs`."
)
@click.option(
    "--picture",
    "picture_kind",
    type=click.Choice(["png", "jpg"]),
    default="png",
    show_default=True,
    help="What `picture` is written as.",
)
@click.option(
    "--font",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="The TrueType font that `picture` is written with, for letters beyond those of English.",
)
@click.option(
    "--alto-version",
    type=click.Choice(["4.4", "4.2"]),
    default="4.4",
    show_default=True,
    help="4.2 is for older readers.",
)
@click.option("--language", default="", metavar="TAG", help="The language of the texts: de, en-GB.")
@click.option("--words", is_flag=True, help="A row a word in csv and tsv, and not a row a line.")
@click.option("--head", is_flag=True, help="Begin txt with where it comes from, as md always does.")
@click.option("--marks", is_flag=True, help="Show in txt and md which lines are flagged, and why.")
@click.option(
    "--polygons", is_flag=True, help="Give hOCR the corners of slanted lines beside the rectangles round them."
)
@click.option("--plain-cells", is_flag=True, help="Put no apostrophe before cells that a spreadsheet would run.")
@click.option("--json", "as_json", is_flag=True, help="Print what became of it as one JSON object.")
@click.option("--quiet", is_flag=True, help="Say nothing but what went wrong.")
@click.option("--list", "is_list", is_flag=True, help="Name the formats, and export nothing.")
@with_queue
def export(
    names: str | None,
    out: Path | None,
    where: str | None,
    which_text: str,
    which_lines: str | None,
    each: bool,
    overwrite: bool,
    eval_share: float,
    min_height: int,
    picture_kind: Literal["png", "jpg"],
    font: str | None,
    alto_version: Literal["4.4", "4.2"],
    language: str,
    words: bool,
    head: bool,
    marks: bool,
    polygons: bool,
    plain_cells: bool,
    as_json: bool,
    quiet: bool,
    is_list: bool,
    queue: Path | None,
) -> None:
    """Write what was read and decided into a folder, in one format or several.

    A file is there whole or not at all, and replaces nothing unless you say so. What is there already with the same
    bytes is left alone: an export that was interrupted goes on when it is asked for again. Files are called after
    their images; where two have one name, the second gets its folder's before it.

    \b
    Example: handread export --format alto,txt --out box3 --where 'name~box3/'
             handread export --format jsonl --out lines --lines decided --json --quiet

    Written: files in the folder --out, and nothing else.

    Exit codes: 0 all of it, 1 something could not be exported or was there already, 2 wrong usage, 130 interrupted.
    """
    if is_list:
        click.echo(_list_of_formats())
        return
    if not names or out is None:
        raise Sentence(
            "say in which format and where to: handread export --format txt --out DIR (--list names formats)."
        )
    from tui.export_run import run_export
    from tui.exporting import Request, formats_named
    from tui.exports import Options
    from tui.exports.document import Lines, Which
    from tui.filters import FilterError, parse

    try:
        filter_ = parse(where) if where else None
    except FilterError as error:
        raise Sentence(f"{error}\n{error.pointed}") from error
    request = Request(
        formats=formats_named(names),
        out=out,
        where=filter_,
        which_text=Which(which_text),
        which_lines=Lines(which_lines or Lines.ALL),
        options=Options(
            alto_version=alto_version,
            words=words,
            with_head=head,
            with_marks=marks,
            polygons=polygons,
            spreadsheet_safe=not plain_cells,
            language=language,
            unreviewed_pairs=which_lines == Lines.ALL,
            eval_share=eval_share,
            shortest_pair=min_height,
            picture_kind=picture_kind,
            font=font or "",
        ),
        overwrite=overwrite,
        each=each,
    )
    sys.exit(run_export(settings_for(queue=queue).queue, request, as_json=as_json, quiet=quiet))


def _list_of_formats() -> str:
    from tui.exports import EXPORTS

    widest = max(map(len, EXPORTS))
    return "\n".join(f"{name:{widest}}  {one.help}" for name, one in EXPORTS.items())
