"""The colours of ink: a red correction is told from the black text it corrects.

Cells are drawn from the grey page. Beside it a small coloured copy is kept, from which each cell learns which hue its
ink has: which share of the red, green and blue that plain paper gives back it keeps. Dividing by the largest of the
three leaves the ink's hue, however thin the stroke and however much paper the cell shows beside it.
"""

from __future__ import annotations

import colorsys
from pathlib import Path
from typing import BinaryIO, Final

from PIL import Image

from tui.pdf import Pdf, is_pdf
from tui.pictures.sheet import ON_THE_SIDE, decoded
from tui.pictures.source import FORMATS, PIXEL_LIMIT, PageImage, orientation_of

GREY: Final = 0
"""The hue of black, grey and pale ink."""
HUES: Final = ("grey", "red", "brown", "green", "teal", "blue", "purple")
"""How the hues are called, each in the place of its number."""
_ANGLES: Final = ((0.0, 1), (0.11, 2), (0.33, 3), (0.5, 4), (0.63, 5), (0.82, 6), (1.0, 1))
"""Where on the circle of hues, from 0 to 1, each lies."""
LONGEST: Final = 1800
"""Width or height of a coloured copy in pixels at most: a hue needs no more than a pixel or two a cell."""
_FAINTEST: Final = 20
"""What keeps back less than this, of 255, is paper and its stains."""
_LEAST_COLOUR: Final = 0.4
"""Ink that keeps back its three colours more evenly than this is grey."""
_PAPER_RANK: Final = 0.8
"""Eight tenths of a crop's pixels are no brighter than its paper."""


def open_colours(path: Path, number: int, size: tuple[int, int]) -> PageImage | None:
    """Decode a small copy of page `number` (from 1) in colour, upright; None where that is not to be had.

    `size` is the page's own, upright. The page has been opened in grey before, so that whatever is wrong with the file
    was told then.
    """
    try:
        if not path.is_file():
            return None
        # Given a path, Pillow maps some files into memory; should one be cut short meanwhile, that ends the program.
        with path.open("rb") as file:
            picture = _picture(file, number, size)
    except Exception:  # noqa: BLE001 (Pillow's decoders raise nearly anything, and without colours the page is grey)
        return None
    return PageImage(picture, size) if picture else None


def _picture(file: BinaryIO, number: int, size: tuple[int, int]) -> Image.Image | None:
    """Return a page of a file small and in mode 'RGB'; None where it has another size by now."""
    share = min(1.0, LONGEST / max(size))
    target = max(1, round(size[0] * share)), max(1, round(size[1] * share))
    beginning = file.read(1024)
    file.seek(0)
    if is_pdf(beginning):
        with Pdf(file) as document:
            return document.picture(number, "RGB", target) if document.size(number) == size else None
    with Image.open(file, formats=FORMATS) as image:
        if number > 1:  # the first is open, which in a phone's file with several pictures is the main one
            image.seek(number - 1)
        if _upright(image) != size or image.width * image.height > PIXEL_LIMIT:
            return None
        return _on_white(decoded(image, size, target).picture)


def _upright(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if orientation_of(image) >= ON_THE_SIDE else (width, height)


def _on_white(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    page = Image.new("RGB", picture.size, "white")
    page.paste(picture.convert("RGB"), mask=picture.convert("RGBA").getchannel("A"))
    return page


def hues(picture: Image.Image, columns: int, rows: int) -> tuple[bytes, ...]:
    """Return the hue of the ink in each cell of a coloured picture that is stretched to so many cells, row by row."""
    columns, rows = max(1, columns), max(1, rows)
    cells = picture.resize((columns, rows), Image.Resampling.BOX)
    papers = [_shade_of_paper(band) for band in picture.split()]
    kept_back = [
        band.point([max(0, 255 * (paper - value) // max(paper, 1)) for value in range(256)]).tobytes()
        for paper, band in zip(papers, cells.split(), strict=True)
    ]
    numbers = bytes(_hue(*lacks) for lacks in zip(*kept_back, strict=True))
    return tuple(numbers[start : start + columns] for start in range(0, len(numbers), columns))


def _hue(red: int, green: int, blue: int) -> int:
    most = max(red, green, blue)
    if most < _FAINTEST or most - min(red, green, blue) < _LEAST_COLOUR * most:
        return GREY
    angle = colorsys.rgb_to_hsv(1 - red / most, 1 - green / most, 1 - blue / most)[0]
    return min(_ANGLES, key=lambda stop: abs(stop[0] - angle))[1]


def _shade_of_paper(band: Image.Image) -> int:
    left = _PAPER_RANK * band.width * band.height
    for value, count in enumerate(band.histogram()):
        left -= count
        if left <= 0:
            return value
    return 255
