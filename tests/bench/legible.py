"""How much of a drawing can be read: turned back into pixels, and read by the recogniser of the carried engine.

It is rated as a person sees it, on the terminal and from further away: once sharp and once blurred, and the better of
the two counts. No row of a table says how well a person reads; the rows of one table can be compared.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pyte
from PIL import Image, ImageFilter

from tests.engine.measures import error_rate

ROOT = Path(__file__).resolve().parents[2]
BLUR = 3.0
"""In pixels; a cell is 10 x 20 of them."""
_INK, _PAPER = "000000", "ffffff"
"""What a light terminal draws with where a program names no colour."""


class Piece(NamedTuple):
    """What is written to a terminal, and the cells it fills."""

    ansi: str
    columns: int
    rows: int


def screen(piece: Piece) -> pyte.Screen:
    """Return a light terminal's screen that shows a piece and nothing else."""
    shown = pyte.Screen(piece.columns, piece.rows + 2)  # a program may end with line feeds
    pyte.Stream(shown).feed(piece.ansi.replace("\n", "\r\n"))
    lit = pyte.Screen(piece.columns, piece.rows)
    for row in range(piece.rows):
        for column in range(piece.columns):
            lit.buffer[row][column] = _lit(shown.buffer[row][column])
    return lit


def _lit(cell: Any) -> Any:
    ink, paper = (_INK if cell.fg == "default" else cell.fg), (_PAPER if cell.bg == "default" else cell.bg)
    return cell._replace(fg=ink, bg=paper)


def raster() -> Any:
    """Return the module that draws a terminal's screen."""
    folder = str(ROOT / "screenshots")
    if folder not in sys.path:
        sys.path.append(folder)
    return import_module("raster")


def picture(piece: Piece) -> Image.Image:
    """Return a piece as a light terminal shows it; raises FontMissing where it has characters that need a font."""
    image: Image.Image = raster().picture(screen(piece))
    return image


class Eyes:
    """The carried engine's recogniser, which loads in a good second; made where the extra `local` is installed."""

    def __init__(self) -> None:
        from tui.engine.reader import Reader

        self._reader = Reader()

    def read(self, image: Image.Image) -> str:
        """Return the one line of text in a picture, without its spaces."""
        import numpy as np

        from tui.engine import reader

        width, height = image.size
        whole = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float64)
        strip = reader._cut_out(image.convert("RGB"), whole)
        return "".join(character.text for character in self._reader._characters(strip))

    def accuracies(self, images: Sequence[Image.Image], truth: str) -> tuple[float, float]:
        """Return the share of characters that are right in a text whose pieces these are: as they are, and blurred."""
        blurred = [image.filter(ImageFilter.GaussianBlur(BLUR)) for image in images]
        sharp, soft = ("".join(map(self.read, views)) for views in (images, blurred))
        return accuracy(truth, sharp), accuracy(truth, soft)


def eyes() -> Eyes | None:
    """Return what reads; None where the extra `local` is not installed."""
    needed = ("numpy", "onnxruntime", "rapidocr")
    return Eyes() if all(map(find_spec, needed)) else None


def accuracy(truth: str, read: str) -> float:
    """Return the share of letters and digits that are right, 0..1."""
    return max(0.0, 1.0 - error_rate(_plain(truth), _plain(read)))


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
