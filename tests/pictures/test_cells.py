"""Ink is drawn in any glyph set, on plain paper, from any picture, into any box of cells."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from tui.pictures import paper
from tui.pictures.cells import FULL_INK, GLYPH_SETS, Run, draw
from tui.pictures.drawing import pieces
from tui.pictures.glyphs import HALVES, OCTANTS, SEXTANTS, GlyphSet
from tui.pictures.shades import all_at_once, cell_by_cell, two_shades

GOLDEN = {
    ("octants", False): [
        "        ",
        " ▗\U0001cd33\U0001cd23\U0001cd9c▌  ",
        " ▜\U0001cea3\U0001cea0\U0001cdd5▌  ",
        "  🮂🮂\U0001cea8🮂▀\U0001cd00",
    ],
    ("octants", True): [
        "        ",
        " ▗\U0001cd33\U0001cd23▄▌  ",
        " \U0001cdab\U0001cea3\U0001cea0\U0001cdd5▌  ",
        "  🮂🮂\U0001cea8🮂▀ ",
    ],
    ("sextants", False): [
        "        ",
        " 🬞🬚🬋🬹▌  ",
        " 🬬🬏🬞🬷▌  ",
        "  🬂🬂🬀🬂🬊 ",
    ],
    ("sextants", True): [
        "        ",
        " 🬞🬚🬋🬹▌  ",
        " 🬬🬏🬞🬷▌  ",
        "  🬂🬂🬀🬂🬊 ",
    ],
    ("quadrants", False): [
        "        ",
        " ▗▞▀▄▌  ",
        " ▜▄▄▟▌  ",
        "  ▀▀▘▀▀ ",
    ],
    ("quadrants", True): [
        "        ",
        " ▗▞▜▄▌  ",
        " ▜▖ ▟▌  ",
        "  ▀▀ ▝▀ ",
    ],
    ("halves", False): [
        "        ",
        " ▄▄▀▄▄  ",
        " ▀▄▄▄   ",
        "  ▀▀▀▀▀ ",
    ],
    ("halves", True): [
        "        ",
        " ▄█▀██  ",
        " █▄ ██  ",
        "  ▀▀ ▀▀ ",
    ],
    ("braille", False): [
        "        ",
        " ⢠⠶⠲⢤⡇  ",
        " ⢻⡀⢀⣸⡇  ",
        "  ⠉⠉⠁⠉⠛⠂",
    ],
    ("braille", True): [
        "        ",
        " ⢠⠶⠲⣤⡇  ",
        " ⢿⡀⢀⣸⡇  ",
        "  ⠉⠉⠁⠉⠛ ",
    ],
    ("ascii", False): [
        "        ",
        " ]#$+[  ",
        " $,_][  ",
        "  ````*\\",
    ],
    ("ascii", True): [
        "        ",
        " ]#${[  ",
        " @,_][  ",
        "  ````* ",
    ],
}
"""A loop and a hook in 8 x 4 cells, by glyph set and whether it has no colours."""


def loop_and_hook() -> Image.Image:
    image = Image.new("L", (96, 96), 225)
    pen = ImageDraw.Draw(image)
    pen.ellipse((14, 30, 62, 78), outline=30, width=8)
    pen.line((62, 24, 62, 72, 84, 80), fill=30, width=8)
    return image


def parts(rows: list[str]) -> Image.Image:
    """A picture of one pixel a character, enlarged 8 times: `#` is ink, everything else paper."""
    image = Image.new("L", (len(rows[0]), len(rows)), 230)
    for y, row in enumerate(rows):
        for x, mark in enumerate(row):
            image.putpixel((x, y), 20 if mark == "#" else 230)
    return image.resize((image.width * 8, image.height * 8), Image.Resampling.NEAREST)


@pytest.mark.parametrize(("name", "mono"), GOLDEN)
def test_a_loop_and_a_hook_look_as_ever(name: str, *, mono: bool) -> None:
    assert draw(loop_and_hook(), 8, 4, GLYPH_SETS[name], mono=mono).text.split("\n") == GOLDEN[name, mono]


def test_shades_and_runs_are_as_ever() -> None:
    assert draw(loop_and_hook(), 8, 4, HALVES).rows[1:3] == (
        (
            Run(" ▄", 9, 0),
            Run("▄", 9, 8),
            Run("▀", 9, 6),
            Run("▄", 15, 6),
            Run("▄", 11, 10),
            Run("  ", 11, 0),
        ),
        (
            Run(" ", 12, 0),
            Run("▀", 12, 10),
            Run("▄", 9, 0),
            Run("▄", 4, 0),
            Run("▄", 15, 10),
            Run(" ", 15, 13),
            Run("  ", 15, 0),
        ),
    )


def test_each_part_of_a_cell_is_drawn_where_it_is() -> None:
    cells = draw(parts(["#...........", "............", "..........##", "..........##"]), 6, 1, OCTANTS)
    assert cells.text == "\U0001cea8    ▄"


@pytest.mark.parametrize("shade", [255, 200, 120, 5])
@pytest.mark.parametrize("glyphs", GLYPH_SETS.values(), ids=list(GLYPH_SETS))
def test_blank_paper_of_any_shade_is_one_run_of_plain_paper(glyphs: GlyphSet, shade: int) -> None:
    cells = draw(Image.new("L", (300, 80), shade), 20, 3, glyphs)
    assert cells.rows == ((Run(" " * 20, FULL_INK, 0),),) * 3


def test_paper_that_darkens_to_one_side_is_plain_paper() -> None:
    shaded = Image.linear_gradient("L").rotate(90).resize((600, 80)).point([150 + value // 3 for value in range(256)])
    for left in range(50, 550, 60):
        shaded.paste(30, (left, 20, left + 10, 60))
    even = {run.paper for row in draw(shaded, 60, 4, SEXTANTS).rows for run in row if not run.text.strip()}
    assert not even & set(range(1, 12))


def test_faint_ink_on_grey_paper_is_full_ink_on_plain_paper() -> None:
    pale = loop_and_hook().point([110 + value // 4 for value in range(256)])
    rows = draw(pale, 8, 4, SEXTANTS).rows
    assert rows[0] == (Run(" " * 8, FULL_INK, 0),)
    assert max(run.ink for row in rows for run in row if run.text.strip()) == FULL_INK


def test_a_black_rim_does_not_pale_the_ink() -> None:
    page = Image.new("L", (800, 800), 230)
    page.paste(150, (200, 200, 600, 210))
    rimmed = ImageOps.expand(page, 16, 0)
    for image in (page, rimmed):
        inner = draw(image, 40, 20, OCTANTS).rows[4:16]
        assert max(run.ink for row in inner for run in row) == FULL_INK


def test_grain_and_ruling_are_plain_paper() -> None:
    page = Image.effect_noise((800, 400), 12).point([min(255, value + 60) for value in range(256)])
    for y in range(10, 400, 40):
        page.paste(165, (0, y, 800, y + 2))
    page.paste(30, (100, 180, 700, 215))
    rows = draw(page, 80, 20, SEXTANTS).rows
    assert {run.paper for row in rows[:6] + rows[14:] for run in row if not run.text.strip()} == {0}
    assert sum(len(run.text.strip()) for row in rows[:6] + rows[14:] for run in row) < 80


def test_neighbouring_cells_of_the_same_shades_are_one_run() -> None:
    for row in draw(loop_and_hook(), 40, 10, OCTANTS).rows:
        assert all((one.ink, one.paper) != (other.ink, other.paper) for one, other in pairwise(row))


@pytest.mark.parametrize("glyphs", [OCTANTS, SEXTANTS, HALVES], ids=lambda glyphs: glyphs.name)
def test_a_cell_that_keeps_the_colours_of_its_run_is_off_by_a_shade_at_most(glyphs: GlyphSet) -> None:
    image = loop_and_hook().filter(ImageFilter.GaussianBlur(3))
    cells = draw(image, 20, 10, glyphs)
    best = two_shades(paper.ink(image, 20 * glyphs.columns, 10 * glyphs.rows), glyphs)
    drawn = [(glyph, run.ink, run.paper) for row in cells.rows for run in row for glyph in run.text]
    for (glyph, ink, light), pattern, *shades in zip(drawn, best.patterns, best.dark, best.light, strict=True):
        dark_shade, light_shade = (round(shade / 255 * FULL_INK) for shade in shades)
        if glyph == " ":
            assert abs(light - light_shade) <= 1
            assert light == 0 or light_shade
        else:
            covered = pattern.bit_count()
            off = covered * (ink - dark_shade) ** 2 + (glyphs.parts - covered) * (light - light_shade) ** 2
            assert off <= glyphs.parts
            assert ink > light


@pytest.mark.parametrize("levels", [2, 4, 16])
def test_few_levels_still_reach_from_paper_to_full_ink(levels: int) -> None:
    runs = [run for row in draw(loop_and_hook(), 20, 10, OCTANTS, levels=levels).rows for run in row]
    shades = {run.ink for run in runs} | {run.paper for run in runs}
    assert {0, FULL_INK} <= shades
    assert len(shades) <= levels


def test_without_colours_there_is_one_shade_of_ink() -> None:
    runs = [run for row in draw(loop_and_hook(), 20, 10, OCTANTS, mono=True).rows for run in row]
    assert {(run.ink, run.paper) for run in runs} == {(FULL_INK, 0)}


def test_a_long_line_is_drawn_in_pieces_and_a_word_in_one() -> None:
    line = Image.new("L", (2000, 80), 230)
    line.paste(loop_and_hook().resize((80, 80)), (100, 0))
    assert [(piece.columns, len(piece.cells.rows)) for piece in pieces(line, 80, 8, OCTANTS)] == [(80, 4), (80, 4)]
    assert len(pieces(loop_and_hook(), 24, 6, OCTANTS)) == 1


greys = st.one_of(st.integers(0, 255), st.sampled_from([0, 16, 255]))


@given(count=st.sampled_from([2, 4, 6, 8]), data=st.data())
def test_a_cell_alone_is_split_as_it_is_among_many(count: int, data: st.DataObject) -> None:
    cells = data.draw(st.lists(st.tuples(*[greys] * count), min_size=1, max_size=12))
    values = [bytes(part) for part in zip(*cells, strict=True)]
    assert cell_by_cell(values) == all_at_once(values, len(cells))


@given(values=st.tuples(*[greys] * 8))
def test_no_other_split_explains_more(values: tuple[int, ...]) -> None:
    shades = cell_by_cell([bytes([value]) for value in values])
    ordered = sorted(values)

    def unexplained(light: list[int], dark: list[int]) -> float:
        return sum(sum((value - sum(side) / len(side)) ** 2 for value in side) for side in (light, dark))

    best = min(unexplained(ordered[:size], ordered[size:]) for size in range(1, 8))
    dark = [value for part, value in enumerate(values) if shades.patterns[0] >> part & 1]
    light = [value for part, value in enumerate(values) if not shades.patterns[0] >> part & 1]
    if ordered[-1] - ordered[0] <= 15:
        assert not dark
    else:
        assert unexplained(light, dark) == pytest.approx(best)


@settings(deadline=None)
@given(
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    box=st.tuples(st.integers(-2, 60), st.integers(-2, 30)),
    glyphs=st.sampled_from(list(GLYPH_SETS.values())),
    levels=st.integers(0, 20),
    mono=st.booleans(),
    data=st.binary(min_size=1, max_size=40),
)
def test_any_picture_fills_any_box_exactly(
    size: tuple[int, int], box: tuple[int, int], glyphs: GlyphSet, levels: int, data: bytes, *, mono: bool
) -> None:
    image = Image.frombytes("L", size, (data * (size[0] * size[1]))[: size[0] * size[1]])
    cells = draw(image, *box, glyphs, levels=levels, mono=mono)
    assert len(cells.rows) == max(1, box[1])
    assert {sum(len(run.text) for run in row) for row in cells.rows} == {cells.columns} == {max(1, box[0])}
    assert all(0 <= run.ink <= FULL_INK and 0 <= run.paper <= FULL_INK for row in cells.rows for run in row)
    assert set(cells.text) <= {*glyphs.table, "\n"}
