"""`handread show`: a page, or one box of it, drawn on stdout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.group import Sentence, handread
from tui.cli.shared import settings_for
from tui.cli.sight import sight_of_terminal

if TYPE_CHECKING:
    from tui.model import Polygon
    from tui.pictures.terminal import Colours


@handread.command(short_help="Draw a page, or one box of it, on stdout.")
@click.argument("image", type=click.Path())
@click.option("--page", default=1, show_default=True, metavar="N", help="Which page of the file.")
@click.option("--polygon", metavar="X1,Y1,...X4,Y4", help="Only what lies in this box, in pixels, turned level.")
@click.option(
    "--size", default="80x24", show_default=True, metavar="WxH", help="How many columns and rows it may take."
)
@click.option("--glyphs", metavar="SET", help="octants, sextants, quadrants, halves, braille or ascii.")
@click.option("--colours", type=click.Choice(["truecolor", "256", "16", "none"]), help="Else what the terminal has.")
@click.option("--json", "as_json", is_flag=True, help="Print the pieces as JSON.")
def show(
    image: str, page: int, polygon: str | None, size: str, glyphs: str | None, colours: Colours | None, as_json: bool
) -> None:
    """Draw a page, or one box of it, on stdout.

    A long line is folded into pieces, one below the other.

    \b
    Example: handread show letter.jpg
             handread show letter.jpg --polygon 212,1630,1980,1630,1980,1679,212,1679 --size 100x12

    Written: the drawing, on stdout.

    Exit codes: 0 it was drawn, 2 wrong usage, or the image cannot be opened.
    """
    from tui.pictures.ansi import ansi
    from tui.pictures.crop import upright_crop
    from tui.pictures.drawing import pieces
    from tui.pictures.glyphs import GLYPH_SETS
    from tui.pictures.source import open_page

    columns, rows = _size(size)
    with sight_of_terminal(settings_for(glyphs=glyphs, colours=colours, graphics="none")) as sight:
        terminal = sight.terminal()
    depth = terminal.colours
    opened = open_page(Path(image), page)
    picture = upright_crop(opened, _polygon(polygon, opened.size)) if polygon else opened.image
    drawings = pieces(picture, columns, rows, GLYPH_SETS[terminal.glyphs], mono=depth == "none")
    shown = [{"columns": one.columns, "rows": one.rows, "ansi": ansi(one.cells, depth)} for one in drawings]
    if as_json:
        click.echo(json.dumps({"pieces": shown}))
    else:
        for piece in shown:
            click.echo(piece["ansi"], nl=False, color=True)


def _size(text: str) -> tuple[int, int]:
    columns, _, rows = text.partition("x")
    if not (columns.isdecimal() and rows.isdecimal() and 0 < int(columns) <= 1000 and 0 < int(rows) <= 1000):
        raise Sentence(f"--size {text!r} is no size. It looks like 80x24: columns, then rows.")
    return int(columns), int(rows)


def _polygon(text: str, page: tuple[int, int]) -> Polygon:
    from tui.model import Polygon

    try:
        polygon = Polygon.from_numbers([float(number) for number in text.split(",")])
    except ValueError:
        raise Sentence(
            f"--polygon {text!r} is no box. It has four corners, clockwise: X1,Y1,X2,Y2,X3,Y3,X4,Y4."
        ) from None
    left, top, right, bottom = polygon.bounds
    if right < 0 or bottom < 0 or left > page[0] or top > page[1]:
        raise Sentence(f"--polygon {text!r} lies outside the page, which is {page[0]} x {page[1]} pixels.")
    return polygon
