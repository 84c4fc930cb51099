"""What makes drawn handwriting readable and what does not, and a run that measures it again.

    python -m tests.bench.legibility_levers CROPS [--kind word] [--size 24x6] [--glyphs octants]

CROPS is a folder of PNGs with an index.json of their names, kinds and texts. Each is drawn, turned back into pixels,
blurred as an eye would and read by a recogniser, with all that is kept and with each part of it absent. It needs the
tools of ../shared and what they need (rapidocr-onnxruntime, unicodedata2); without them it says so.

What was tried and left out. Figures are shares of characters read, octants, for 151 words (104 of one page, 47 of the
demo's) in 24x6 and in 16x4 cells, each with half of its interval of 95 % against the drawing at the time (.746 and .547
up to the shear, .769 and .554 from "filled boxes" on).

    every part its own grey (no terminal does)  +.087 +-.023   +.120 +-.029   the most that better shades could give
    Lanczos in place of the cubic               +.001 +-.014   +.004 +-.024   kept all the same, see below
    mean (box)                                  -.007 +-.021   -.044 +-.034
    Hamming                                     -.018 +-.020   -.018 +-.030
    no averaging before it                      +.000 +-.011   -.013 +-.018
    gamma .5                                    +.007 +-.023   -.027 +-.029
    gamma .6                                    +.012 +-.021   -.014 +-.028
    gamma .9                                    -.004 +-.019   -.042 +-.030
    gamma 1.1                                   -.017 +-.023   -.027 +-.032
    what two shades lose given to neighbours    +.008 +-.027   +.013 +-.031   blurred by .8 parts, once
        the same, blurred by .6                 -.012 +-.027   -.017 +-.034
        three times                             -.012 +-.029   -.068 +-.036
    best of 4 offsets to the left or the right  +.013 +-.026   +.011 +-.026   four times the work
    best of 16 offsets                          +.014 +-.026   -.005 +-.032
    slant taken out, by .2                      +.023 +-.029   +.009 +-.038   on filled boxes +.000 and +.002
        by .4                                   -.010 +-.031   +.017 +-.041
        by .2 the wrong way                     -.014 +-.028   -.024 +-.033

    filled boxes:
    sharpened by 50 % before the paper goes     -.011 +-.020   -.021 +-.030
        by 100 %                                -.011 +-.021   -.006 +-.030
        by 200 %                                -.031 +-.021   -.034 +-.035
        by 60 % after it                        -.012 +-.017   -.013 +-.028
    darkest of 3x3 pixels, half and half        -.000 +-.023   +.000 +-.028
        alone                                   -.019 +-.024   -.013 +-.031
    darkest of 5x5 pixels, half and half        -.045 +-.028   -.013 +-.034
    64 levels                                   +.004 +-.013   +.003 +-.019   so no levels for each cell either
    8 levels                                    -.002 +-.016   -.016 +-.024
    4 levels                                    -.022 +-.018   -.032 +-.026
    cells flat below 0 of 255                   -.002 +-.004   +.001 +-.006
        below 30                                -.003 +-.003   +.002 +-.006
    no grain taken away                         -.001 +-.018   +.015 +-.025   but specks on rough paper
    twice as much                               -.020 +-.020   -.023 +-.031
    paper from blocks of 8 parts                -.001 +-.007   +.005 +-.010
    dark side's shade nearer to its darkest     -.003 +-.013   -.017 +-.021
    light side's nearer to its lightest         -.006 +-.016   +.012 +-.022
    sides told by squared ink                   -.052 +-.024   -.073 +-.035
        by ink to the power .6                  -.011 +-.022   -.021 +-.030
    trimmed to the left and the right only      +.017 +-.021   +.037 +-.036   and above and below +.016, +.064
    colours kept within 2 of ink, 2 of paper    -.018 +-.017   -.018 +-.029

A run's colours are kept where a cell's parts are off by a squared shade, of sixteen, in their mean: a fifth fewer bytes
for -.006 +-.012 in 24x6 cells and -.003 +-.018 of folded lines in 80x8. By 1.5 it is -.011 +-.013, by 2.2 -.007 +-.016,
by 3.2 -.015 +-.019 and -.014 +-.020 of folded lines. The larger they are drawn the less it matters, and the more bytes
it saves; 18 lines read, and the bytes of each with 256 colours:

    off by       1               4               9
    80x8      .665 4,164 B    .649 3,076 B    .626 2,301 B
    100x14    .749 5,989      .747 4,451
    110x18    .799 8,603      .791 6,433      .768 5,048
    130x22    .818 10,896     .807 8,311      .797 6,627

Words read better the higher they are drawn, up to all rows there are, but lines of ten times their height read worse
from half higher than their shape on: trimmed, 1.3 times as high +.011, 1.5 +.016 and 2 -.008 of folded lines, all
+-.031 to .044, against 1.3 untrimmed. On pages that were not tuned on, 2 lost .083 (.016 to .154) of such lines.

Lanczos is kept, though it takes twice as long as the cubic and gains nothing above: 16 words that neither was tuned on
read .823 with it and .775 without in 24x6 cells, .598 and .557 in 16x4 (sextants: .792 and .751, .627 and .570).

Trimming is kept in fewer than 20 columns. In 24x6 two sets of crops differ: 246 words that were not tuned on read .694
without it and .730 with it, 16 others .829 and .714. In 16x4 it helps both.

Ruled lines were not taken out: too few of the pages had any. Words were not folded: a cut word is no word to an eye.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import random
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from PIL import Image, ImageFilter

from tui.pictures import cells, drawing, folding, paper
from tui.pictures.ansi import ansi
from tui.pictures.drawing import pieces
from tui.pictures.glyphs import GLYPH_SETS

TOOLS = Path(__file__).parents[2].parent / "shared" / "tools"
BLUR = 2.5
"""Pixels, of the eight that a cell is wide."""
DRAWS = 2000
"""How many samples the interval is made of."""

Crop = tuple[Image.Image, str]
Setting = tuple[ModuleType, str, Any]

ABSENT: dict[str, tuple[Setting, ...]] = {
    "all that is kept": (),
    "without filling the box": ((folding, "_STRETCH", 1.3),),
    "without trimming": ((drawing, "trimmed", lambda image: image),),
    "without keeping a run's colours": ((cells, "_nearly", lambda *shades: shades[2:4]),),
    "without the gamma": ((paper, "_GAMMA", 1.0),),
    "without taking grain away": ((paper, "_LEAST_GRAIN", 0.0), (paper, "_MOST_GRAIN", 0.0)),
    "without folding": ((folding, "_WORTH", 1e9),),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crops", type=Path, help="a folder of crops with an index.json")
    parser.add_argument("--kind", default="word")
    parser.add_argument("--size", default="24x6")
    parser.add_argument("--glyphs", default="octants", choices=list(GLYPH_SETS))
    arguments = parser.parse_args()
    read = reader()
    crops = list(crops_in(arguments.crops, arguments.kind))
    columns, rows = map(int, arguments.size.split("x"))
    scores: dict[str, list[float]] = {}
    for name, settings in ABSENT.items():
        with settled(settings):
            scores[name] = [read(crop, columns, rows, arguments.glyphs) for crop in crops]
        print(row(name, scores[name], next(iter(scores.values()))), flush=True)


def crops_in(folder: Path, kind: str) -> Iterator[Crop]:
    for crop in json.loads((folder / "index.json").read_text()):
        if crop["kind"] == kind and crop["text"]:
            yield Image.open(folder / f"{crop['name']}.png").convert("L"), crop["text"]


def reader() -> Callable[[Crop, int, int, str], float]:
    """Return what draws a crop, reads the drawing and says which share of its characters is right."""
    if not TOOLS.exists() or importlib.util.find_spec("rapidocr_onnxruntime") is None:
        raise SystemExit(f"This needs the tools in {TOOLS} and the package rapidocr-onnxruntime.")
    sys.path.insert(0, str(TOOLS))
    legibility, terminal = (importlib.import_module(name) for name in ("legibility", "terminal_raster"))
    numpy = importlib.import_module("numpy")
    recognise = legibility.reader()

    def read(crop: Crop, columns: int, rows: int, glyphs: str) -> float:
        image, truth = crop
        texts = []
        for piece in pieces(image, columns, rows, GLYPH_SETS[glyphs]):
            pixels = terminal.raster(terminal.parse(ansi(piece.cells), piece.columns, piece.rows))
            texts.append(recognise(numpy.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(BLUR)))))
        return float(legibility.accuracy("".join(texts), truth))

    return read


@contextmanager
def settled(settings: tuple[Setting, ...]) -> Iterator[None]:
    """Draw with other settings for a while."""
    kept = [(module, name, getattr(module, name)) for module, name, _ in settings]
    try:
        for module, name, value in settings:
            setattr(module, name, value)
        paper._table.cache_clear()
        yield
    finally:
        for module, name, value in kept:
            setattr(module, name, value)
        paper._table.cache_clear()


def row(name: str, scores: list[float], whole: list[float]) -> str:
    low, high = interval([score - best for score, best in zip(scores, whole, strict=True)])
    return f"{name:34}{statistics.mean(scores):6.3f}   {low:+.3f} to {high:+.3f} against all   {len(scores)} crops"


def interval(differences: list[float]) -> tuple[float, float]:
    """Return between which means 95 of 100 resampled sets of crops lie."""
    chance = random.Random(1)
    means = sorted(statistics.fmean(chance.choices(differences, k=len(differences))) for _ in range(DRAWS))
    return means[DRAWS // 40], means[-DRAWS // 40]


if __name__ == "__main__":
    main()
