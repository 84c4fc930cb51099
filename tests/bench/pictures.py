"""How readable ink is drawn, how fast and how small, beside the other programs that can do it.

    python -m tests.bench.pictures [CROPS_FOLDER] [--peers PYTHON] [--quick]
    python -m tests.bench.pictures --sheet FILE.png [--peers PYTHON]
    python -m tests.bench.pictures --show CROP --size 80x8 --glyphs octants

The first prints tables. CROPS_FOLDER holds PNGs of lines and words and an index.json that says what is written on them;
else those of ../shared are taken, else some of the demo pages. What is measured of each drawing:

    read     the share of characters that the carried engine's recogniser reads in it (extra `local`)
    ms       of the processor, from the picture in memory to text for the terminal; a program's with its start
    bytes    of that text

A line is folded as ours is for all of them. The second draws one line and one word of a demo page in every way, as a
light terminal shows them. The third prints one crop as JSON, in the form of `handread show --json`, so that drawings
can be rated by other readers.

Peers are no part of the project: programs (chafa, timg) are taken from the path, and libraries (chafa.py,
textual-image, rich-pixels, term-image) from the Python that is named.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import pyte
from PIL import Image

from tests.bench import legible, opening, peers
from tests.bench.legible import Eyes, Piece
from tests.bench.times import milliseconds
from tests.engine.measures import SHARED
from tui.demo import pages
from tui.model import Polygon
from tui.pictures.ansi import ansi
from tui.pictures.cells import draw
from tui.pictures.crop import upright_crop
from tui.pictures.drawing import Drawing, pieces
from tui.pictures.folding import fold
from tui.pictures.glyphs import GLYPH_SETS, OCTANTS, GlyphSet
from tui.pictures.opening import Opener
from tui.pictures.source import open_page
from tui.pictures.terminal import Colours

LARGE, SMALL = (5000, 7000), (500, 700)
"""The size of the page that is opened, and that of a quick look."""
MAP = 100, 45
BLOCK = 76
"""How many cells wide a block of the sheet is, with a line and a word in it."""
ABREAST = 2
LEFT_OUT = {
    *(f"{name}, no colours" for name in ("sextants", "quadrants", "halves")),
    *(f"{name}, 256 colours" for name in ("braille", "ascii")),
}
"""Of ours, what the sheet need not show."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A picture, and what is written on it."""

    image: Image.Image
    text: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sample as it was drawn: one piece, or a folded line's."""

    pieces: tuple[Piece, ...]
    milliseconds: float

    @property
    def bytes(self) -> int:
        """How many bytes are written to the terminal."""
        return sum(len(piece.ansi.encode()) for piece in self.pieces)


class Method(Protocol):
    """A way of drawing."""

    name: str

    def draw(self, image: Image.Image, columns: int, rows: int) -> Drawn:
        """Draw a grey picture into at most so many cells, folded."""

    def map(self, image: Image.Image, columns: int, rows: int) -> Drawn:
        """Draw a picture that fills so many cells."""

    def open(self, path: Path, columns: int, rows: int) -> float:
        """Return the milliseconds from a file to a drawing that fills so many cells."""


class Ours:
    """A glyph set of ours, with 256 colours or none."""

    def __init__(self, glyphs: GlyphSet, colours: Colours, repeats: int) -> None:
        self.name = f"{glyphs.name}, {'no' if colours == 'none' else colours} colours"
        self._glyphs, self._colours, self._repeats = glyphs, colours, repeats

    def draw(self, image: Image.Image, columns: int, rows: int) -> Drawn:
        """Fold and draw a picture."""

        def work() -> tuple[Piece, ...]:
            drawings = pieces(image, columns, rows, self._glyphs, mono=self._colours == "none")
            return tuple(Piece(ansi(one.cells, self._colours), one.columns, one.rows) for one in drawings)

        return Drawn(work(), milliseconds(work, self._repeats))

    def map(self, image: Image.Image, columns: int, rows: int) -> Drawn:
        """Draw a picture that fills the cells."""

        def work() -> str:
            return ansi(draw(image, columns, rows, self._glyphs, mono=self._colours == "none"), self._colours)

        return Drawn((Piece(work(), columns, rows),), milliseconds(work, self._repeats))

    def open(self, path: Path, columns: int, rows: int) -> float:
        """Open a page as large as its map needs, and draw that."""
        return milliseconds(
            partial(opening.map_from_file, path, columns, rows, self._glyphs, self._colours), self._repeats
        )


class Theirs:
    """A peer, which draws the pieces that ours would."""

    def __init__(self, peer: peers.Peer, folder: Path) -> None:
        self.name = peer.name
        self._peer, self._handed_over = peer, folder / "picture.png"

    def draw(self, image: Image.Image, columns: int, rows: int) -> Drawn:
        """Draw each piece of a folded picture, in the cells that keep its shape."""
        parts = [
            self.map(piece.image, *_shaped(piece.image.size, piece.columns, piece.rows))
            for piece in fold(image, columns, rows).pieces
        ]
        return Drawn(sum((part.pieces for part in parts), ()), sum(part.milliseconds for part in parts))

    def map(self, image: Image.Image, columns: int, rows: int) -> Drawn:
        """Draw a picture that fills the cells, as far as the peer lets it."""
        image.save(self._handed_over, compress_level=1)
        shot = self._peer.draw(self._handed_over, columns, rows)
        return Drawn((Piece(shot.ansi, columns, rows),), shot.milliseconds)

    def open(self, path: Path, columns: int, rows: int) -> float:
        """Draw a file."""
        return self._peer.draw(path, columns, rows, from_file=True).milliseconds


def _shaped(size: tuple[int, int], columns: int, rows: int) -> tuple[int, int]:
    """Return the cells, twice as high as wide, that keep a picture's shape."""
    scale = min(columns / size[0], rows * 2 / size[1])
    return max(1, min(columns, round(size[0] * scale))), max(1, min(rows, round(size[1] * scale / 2)))


def ours(repeats: int) -> Iterator[Method]:
    """Yield the ways of drawing that there are here, the best first."""
    for glyphs in GLYPH_SETS.values():
        for colours in ("256", "none"):
            yield Ours(glyphs, colours, repeats)


@contextmanager
def methods(python: str | None, repeats: int, folder: Path) -> Iterator[list[Method]]:
    """Find all ways of drawing, ours and the peers', or without a Python ours alone."""
    if python is None:
        yield list(ours(repeats))
        return
    with peers.libraries(python) as libraries:
        found: Sequence[peers.Peer] = [*peers.programs(), *libraries]
        yield [*ours(repeats), *(Theirs(peer, folder) for peer in found)]


# -- the table ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured of a method on some samples."""

    read: float | None
    milliseconds: float
    bytes: float

    def __str__(self) -> str:
        read = "     -" if self.read is None else f"{self.read:6.3f}"
        return f"{read}{self.milliseconds:8.2f}{self.bytes:8.0f}  "


def measured(method: Method, samples: Sequence[Sample], size: tuple[int, int], eyes: Eyes | None) -> Figures:
    """Draw some samples and read them."""
    drawn = [method.draw(sample.image, *size) for sample in samples]
    return Figures(
        legibility(drawn, samples, eyes) if eyes else None,
        statistics.mean(one.milliseconds for one in drawn),
        statistics.mean(one.bytes for one in drawn),
    )


def legibility(drawn: Sequence[Drawn], samples: Sequence[Sample], eyes: Eyes) -> float | None:
    """Return the mean share of characters that can be read; None where nobody knows what is written, or no font is."""
    known = [(one, sample.text) for one, sample in zip(drawn, samples, strict=True) if sample.text]
    try:
        rated = [eyes.accuracies([legible.picture(piece) for piece in one.pieces], text) for one, text in known]
    except legible.raster().FontMissing:
        return None
    return max(map(statistics.mean, zip(*rated, strict=True)), default=None)


def report(
    found: Sequence[Method], lines: Sequence[Sample], words: Sequence[Sample], page: Path, *, is_quick: bool
) -> None:
    """Print how every method does; in a quick look only the first one's drawings are read."""
    eyes = legible.eyes()
    small = open_page(page, 1, at_most=(1600, 1600))
    print(f"{len(lines)} lines, {len(words)} words, and a page of {small.size[0]} x {small.size[1]} pixels")
    if eyes:
        print(f"read of the pictures themselves: lines {_bare(lines, eyes)}, words {_bare(words, eyes)}")
    heads = ("line in 80x8, folded", "word in 24x6", "word in 16x4")
    print(f"\n{'':28}{''.join(f'{head:^24}' for head in heads)}{'map in 100x45':^18}{'from file':>9}")
    print(f"{'':28}{'  read      ms   bytes  ' * 3}{'      ms   bytes':18}{'ms':>9}")
    for place, method in enumerate(found):
        read = "".join(
            str(measured(method, samples, size, eyes if place == 0 or not is_quick else None))
            for samples, size in ((lines, (80, 8)), (words, (24, 6)), (words, (16, 4)))
        )
        mapped = method.map(small.image, *MAP)
        shown = f"{mapped.milliseconds:8.2f}{mapped.bytes:8}  {method.open(page, *MAP):9.1f}"
        print(f"{method.name:28}{read}{shown}", flush=True)


def _bare(samples: Sequence[Sample], eyes: Eyes) -> str:
    known = [eyes.accuracies([sample.image], sample.text)[0] for sample in samples if sample.text]
    return f"{statistics.mean(known):.3f}" if known else "-"


def report_crops(page: Path, repeats: int) -> None:
    """Print how long it takes to cut a line out of a page and to fold it."""
    opened = Opener().open(page, 1)
    wide, high = opened.size[0] / 5000, opened.size[1] / 7000
    line = Polygon.from_numbers((300, 1010, 4700, 1040, 4699, 1160, 299, 1130)).scaled(wide, high)
    print("\ncutting a turned line out of it, ms")
    for tallest in (200, 96):
        crop = upright_crop(opened, line, tallest=tallest)
        cut = milliseconds(partial(upright_crop, opened, line, tallest=tallest), repeats)
        folded = milliseconds(partial(fold, crop, 80, 8), repeats)
        print(f"{f'{crop.width} x {crop.height} pixels':24}{cut:8.2f}   folding it {folded:8.2f}")


# -- the sheet ---------------------------------------------------------------------------------------------------------


def sheet(found: Sequence[Method]) -> Image.Image:
    """Draw one line and one word in every way, below its name; raises FontMissing."""
    line, word = demo_samples(DEMO_LINES)[0], demo_samples(DEMO_WORDS)[1]
    blocks = [_block(method, line, word) for method in found]
    high, deep = max(block.lines for block in blocks), -(-len(blocks) // ABREAST)
    whole = legible.screen(Piece("", BLOCK * ABREAST, high * deep))
    for place, block in enumerate(blocks):
        _paste(block, whole, place // deep * BLOCK, place % deep * high)
    drawn: Image.Image = legible.raster().picture(whole)
    return drawn


def _block(method: Method, line: Sample, word: Sample) -> pyte.Screen:
    """Return a name, a folded line on the left and a word on the right."""
    drawn_line, drawn_word = method.draw(line.image, 48, 8), method.draw(word.image, 24, 6)
    high = max(sum(piece.rows for piece in drawn.pieces) for drawn in (drawn_line, drawn_word))
    told = f" {method.name}: {drawn_line.bytes + drawn_word.bytes} bytes"
    block = legible.screen(Piece(told, BLOCK, high + 2))
    for drawn, left in ((drawn_line, 1), (drawn_word, BLOCK - 25)):
        top = 1
        for piece in drawn.pieces:
            _paste(legible.screen(piece), block, left, top)
            top += piece.rows
    return block


def _paste(part: pyte.Screen, whole: pyte.Screen, left: int, top: int) -> None:
    for row in range(part.lines):
        for column in range(part.columns):
            whole.buffer[top + row][left + column] = part.buffer[row][column]


# -- what is drawn -----------------------------------------------------------------------------------------------------

DEMO_LINES = {
    "The quick brown fox jumps over": (144, 76, 1125, 91, 1124, 179, 143, 163),
    "black quartz, judge my vow. How": (128, 362, 1125, 355, 1125, 446, 128, 453),
    "vexingly quick daft zebras jump!": (128, 453, 1171, 447, 1172, 543, 128, 549),
}
DEMO_WORDS = {
    "quick": (279, 78, 462, 81, 461, 168, 277, 165),
    "jumps": (804, 86, 990, 89, 988, 177, 802, 174),
    "quartz": (328, 361, 517, 359, 517, 450, 328, 452),
}
"""Where lines and words stand on the first demo page, in its pixels."""


def demo_samples(places: Mapping[str, Sequence[int]]) -> list[Sample]:
    """Cut lines or words out of the first demo page."""
    page = open_page(pages()[0], 1)
    return [
        Sample(upright_crop(page, Polygon.from_numbers(corners), margin=0.05), text) for text, corners in places.items()
    ]


def crops_in(folder: Path) -> tuple[list[Sample], list[Sample]]:
    """Return the lines and the words of a folder; without an index a picture that is long is a line."""
    index = folder / "index.json"
    listed = (
        json.loads(index.read_text("utf-8")) if index.exists() else [{"name": p.stem} for p in folder.glob("*.png")]
    )
    found: dict[str, list[Sample]] = {"line": [], "word": []}
    for entry in listed:
        image = grey(folder / f"{entry['name']}.png")
        kind = entry.get("kind") or ("line" if image.width > 6 * image.height else "word")
        found[kind].append(Sample(image, entry.get("text", "")))
    return found["line"], found["word"]


def samples(folder: Path | None) -> tuple[list[Sample], list[Sample]]:
    """Return lines and words: of the folder that is named, of those that are shared, or of the demo pages."""
    shared = SHARED / "samples" / "crops"
    if folder or shared.is_dir():
        return crops_in(folder or shared)
    return demo_samples(DEMO_LINES), demo_samples(DEMO_WORDS)


def large_page(size: tuple[int, int]) -> Image.Image:
    """Return a page in colour, with so many pixels: one that is shared, else a demo page."""
    shared = SHARED / "samples" / "pages" / "dag-304-DAG_1_1_8_0029.jpg"
    with Image.open(shared if shared.exists() else pages()[6]) as image:
        return image.convert("RGB").resize(size, Image.Resampling.BICUBIC)


def grey(path: Path) -> Image.Image:
    """Open a picture."""
    return open_page(path, 1).image


# -- the command -------------------------------------------------------------------------------------------------------


def as_json(drawn: tuple[Drawing, ...], *, mono: bool) -> str:
    """Return a drawing as `handread show --json` prints it."""
    written = [(piece, ansi(piece.cells, "none" if mono else "256")) for piece in drawn]
    return json.dumps(
        {"pieces": [{"columns": piece.columns, "rows": piece.rows, "ansi": text} for piece, text in written]}
    )


def show(crop: Path, size: str, glyphs: GlyphSet, *, mono: bool) -> None:
    """Print one crop."""
    columns, rows = map(int, size.split("x"))
    print(as_json(pieces(grey(crop), columns, rows, glyphs, mono=mono), mono=mono))


def run(crops: Path | None, python: str | None, *, is_quick: bool) -> None:
    """Print the tables."""
    repeats = 1 if is_quick else 7
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large, page = large_page(SMALL if is_quick else LARGE), folder / "page.jpg"
        large.save(page, quality=85)
        lines, words = samples(crops)
        if is_quick:
            lines, words = lines[:1], words[:1]
        with methods(python, repeats, folder) as found:
            report(found, lines, words, page, is_quick=is_quick)
        report_crops(page, repeats)
        opening.report(large, folder, 1 if is_quick else 3, leafs=not is_quick)


def make_sheet(file: Path, python: str | None) -> None:
    """Draw the sheet and write it; without colours the finest of our glyphs alone, and those made for it."""
    with tempfile.TemporaryDirectory() as folder, methods(python, 1, Path(folder)) as found:
        shown = [method for method in found if method.name not in LEFT_OUT]
        sheet(shown).quantize(64, dither=Image.Dither.NONE).save(file, optimize=True)
    print(f"{file}: {file.stat().st_size // 1000} kB")


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("crops", type=Path, nargs="?", help="a folder of crops of lines and words")
    parser.add_argument("--peers", metavar="PYTHON", help="the Python that has the libraries, else this one")
    parser.add_argument("--quick", action="store_true", help="a line, a word and a small page, no peers unless named")
    parser.add_argument("--sheet", type=Path, metavar="FILE.png", help="draw a line and a word in every way")
    parser.add_argument("--show", type=Path, metavar="CROP")
    parser.add_argument("--size", default="80x8")
    parser.add_argument("--glyphs", default=OCTANTS.name, choices=list(GLYPH_SETS))
    parser.add_argument("--mono", action="store_true")
    chosen = parser.parse_args(arguments)
    python = chosen.peers or sys.executable
    if shutil.which(python) is None:
        parser.error(f"there is no Python to run at {python}")
    asked = python if chosen.peers or not chosen.quick else None
    if chosen.show:
        show(chosen.show, chosen.size, GLYPH_SETS[chosen.glyphs], mono=chosen.mono)
    elif chosen.sheet:
        make_sheet(chosen.sheet, asked)
    else:
        run(chosen.crops, asked, is_quick=chosen.quick)


if __name__ == "__main__":
    main()
