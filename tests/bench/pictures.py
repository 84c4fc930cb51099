"""How long opening, cutting and drawing pictures takes, and how many bytes a drawing has.

    python -m tests.bench.pictures [CROPS_FOLDER]
    python -m tests.bench.pictures --show CROP --size 80x8 --glyphs octants

The first prints a table; CROPS_FOLDER holds PNGs of lines and words, else some are scribbled. The second prints one
crop as JSON, in the form of `handread show --json`, so that drawings can be rated by reading them.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from PIL import Image, ImageDraw

from tui.model import Polygon
from tui.pictures.ansi import ansi
from tui.pictures.cells import GLYPH_SETS, GlyphSet, draw
from tui.pictures.crop import upright_crop
from tui.pictures.drawing import Drawing, pieces
from tui.pictures.folding import fold
from tui.pictures.source import open_page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crops", type=Path, nargs="?", help="a folder of crops of lines and words")
    parser.add_argument("--show", type=Path, metavar="CROP")
    parser.add_argument("--size", default="80x8")
    parser.add_argument("--glyphs", default="octants", choices=list(GLYPH_SETS))
    parser.add_argument("--mono", action="store_true")
    arguments = parser.parse_args()
    glyphs = GLYPH_SETS[arguments.glyphs]
    if arguments.show:
        columns, rows = map(int, arguments.size.split("x"))
        drawn = pieces(grey(arguments.show), columns, rows, glyphs, mono=arguments.mono)
        print(as_json(drawn, mono=arguments.mono))
        return
    print(f"{glyphs.name}: median of repeated runs, mean over the samples")
    report_drawing(glyphs, *(scribbles() if arguments.crops is None else crops_in(arguments.crops)))
    report_page(glyphs)


def as_json(drawn: tuple[Drawing, ...], *, mono: bool) -> str:
    return json.dumps(
        {
            "pieces": [
                {"columns": piece.columns, "rows": piece.rows, "ansi": ansi(piece.cells, "none" if mono else "256")}
                for piece in drawn
            ]
        }
    )


def report_drawing(glyphs: GlyphSet, lines: list[Image.Image], words: list[Image.Image]) -> None:
    row("fold a line for 80x8", [partial(fold, line, 80, 8) for line in lines])
    report_kind("line in 80x8", lambda image: pieces(image, 80, 8, glyphs), lines)
    report_kind("word in 24x6", lambda image: pieces(image, 24, 6, glyphs), words)


def report_kind(name: str, work: Callable[[Image.Image], tuple[Drawing, ...]], images: list[Image.Image]) -> None:
    row(f"fold and draw a {name}", [partial(work, image) for image in images])
    drawn = [work(image) for image in images]
    row("    write it for 256 colours", [partial(written, drawing) for drawing in drawn])
    print(f"    bytes{statistics.mean(len(written(drawing).encode()) for drawing in drawn):47.0f}")


def report_page(glyphs: GlyphSet) -> None:
    line = Polygon.from_numbers((300, 1010, 4700, 1040, 4699, 1160, 299, 1130))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.jpg"
        scribble(5000, 7000, 47).save(path, quality=85)
        whole, small = open_page(path, 1), open_page(path, 1, at_most=(800, 900)).image
        row("open a 5000x7000 JPEG", [lambda: open_page(path, 1)], 3)
        row("    at most 800x900", [lambda: open_page(path, 1, at_most=(800, 900))], 5)
    row("cut out a turned line of 4400x120 pixels", [lambda: upright_crop(whole, line)])
    row("    96 pixels high", [lambda: upright_crop(whole, line, tallest=96)])
    row("draw a page map of 100x45", [lambda: draw(small, 100, 45, glyphs)])
    print(f"    bytes{len(ansi(draw(small, 100, 45, glyphs)).encode()):47.0f}")


def row(name: str, works: Iterable[Callable[[], object]], repeat: int = 9) -> None:
    print(f"{name:46}{statistics.mean(milliseconds(work, repeat) for work in works):10.2f} ms", flush=True)


def milliseconds(work: Callable[[], object], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        begin = time.process_time()
        work()
        times.append((time.process_time() - begin) * 1e3)
    return statistics.median(times)


def written(drawn: tuple[Drawing, ...]) -> str:
    return "".join(ansi(piece.cells) for piece in drawn)


def grey(path: Path) -> Image.Image:
    return open_page(path, 1).image


def crops_in(folder: Path) -> tuple[list[Image.Image], list[Image.Image]]:
    images = [grey(path) for path in sorted(folder.glob("*.png"))]
    lines = [image for image in images if image.width > 6 * image.height]
    return lines, [image for image in images if image.width <= 6 * image.height]


def scribbles() -> tuple[list[Image.Image], list[Image.Image]]:
    return [scribble(2000, 84, 1)], [scribble(220, 84, 1)]


def scribble(width: int, height: int, lines: int) -> Image.Image:
    """Draw loops with gaps, on grey paper with some grain."""
    chance = random.Random(1)
    page = Image.effect_noise((width, height), 4).point([min(255, value + 90) for value in range(256)])
    draw_on = ImageDraw.Draw(page)
    pitch = height / lines
    for line in range(lines):
        for start in range(int(pitch * 0.3), int(width - pitch), int(pitch * 2.2)):
            draw_on.line(loops(start, (line + 0.5) * pitch, pitch, chance), 40, max(2, int(pitch / 24)))
    return page


def loops(x: float, y: float, pitch: float, chance: random.Random) -> list[tuple[float, float]]:
    high, round_ = pitch * chance.uniform(0.15, 0.3), pitch * 0.12
    return [
        (x + pitch * step / 20 + round_ * math.cos(step), y + high * math.sin(step * 1.3) * math.sin(step))
        for step in range(36)
    ]


if __name__ == "__main__":
    main()
