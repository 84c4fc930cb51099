"""Each page with its boxes, texts and verdicts drawn on it: what was read there, and what became of it, at a glance.

A verdict has a colour and a shape of its own, so that it is told without colours too; what each means stands below the
page. The colours are those that Okabe and Ito chose for all kinds of eyes. Letters are drawn with the font that Pillow
carries, or with one that is named. What it lacks is shown as a box; a text that it lacks most of is left to its number.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tui.arrangement import turned_polygon
from tui.arrangement.characters import runs_leftwards
from tui.exports import ExportError, Options, Part
from tui.exports.characters import cleaned
from tui.exports.places import line_polygon
from tui.exports.scribe import page_suffix, provenance
from tui.exports.visual_order import clusters, from_the_left
from tui.model import Point, Polygon, Verdict, printable

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

    from tui.exports.document import Document, ExportedLine, ExportedPage

Colour = tuple[int, int, int]

COLOURS: Final[Mapping[Verdict, Colour]] = {
    Verdict.UNDECIDED: (230, 159, 0),
    Verdict.ACCEPTED: (0, 158, 115),
    Verdict.CORRECTED: (0, 114, 178),
    Verdict.FLAGGED: (213, 94, 0),
    Verdict.SKIPPED: (86, 180, 233),
    Verdict.REJECTED: (204, 121, 167),
}
_CORNERS: Final[Mapping[Verdict, Sequence[Point]]] = {
    Verdict.CORRECTED: ((0.5, 0.0), (1.0, 1.0), (0.0, 1.0)),
    Verdict.FLAGGED: ((0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)),
}
_QUALITY: Final = 90
_LONGEST_JPEG: Final = 65_500
"""Pixels that a JPEG is wide or high at most."""
_LONGEST_COMMENT: Final = 65_533
"""Bytes of a JPEG's comment at most (ITU T.81, B.2.4.5)."""
_SMALLEST_TEXT, _LARGEST_TEXT = 10, 64
_TRIED: Final = 20
"""Pixels of the letters by which it is seen what a font has."""
_TEXT_SHARE: Final = 0.32
"""How high the letters of a text are, in heights of the page's usual line."""
_PALE: Final = 0.72
"""How far towards white the picture goes where a text is written on it."""
_INK: Final = (20, 20, 20)
_PAPER: Final = (255, 255, 255)


def write(document: Document, options: Options) -> Iterator[Part]:
    """Give a picture of each page of a document; raises ExportError, and PictureError without the document's own."""
    from tui.pictures.leaves import check_unchanged, open_leaf

    _check_font(options.font)
    if not document.picture:
        raise ExportError(f"{cleaned(document.source)[0]} has no picture on this machine to be drawn on.")
    path = Path(document.picture)
    check_unchanged(path, document.sha256)
    for page in document.pages:
        suffix = page_suffix(document, page, f".annotated.{options.picture_kind}")
        yield Part(
            suffix,
            _encoded(annotated(open_leaf(path, page.number).image, page, options.font), options, document),
        )


def annotated(image: Image.Image, page: ExportedPage, font: str = "") -> Image.Image:
    """Return a page's picture as a reviewer has it turned, with its lines drawn on it and a legend below.

    `font` is the file of a font; empty for Pillow's own.
    """
    quarters = page.turn % 4
    upright = image.rotate(-90 * quarters, expand=True) if quarters else image
    lines = [
        (number, line, _on(upright.size, page, polygon))
        for number, line in enumerate(page.lines, 1)
        if (polygon := line_polygon(line)) is not None
    ]
    size = _text_size(_usual_height([polygon for *_, polygon in lines], upright.height))
    legend = _Legend(Counter(line.verdict for line in page.lines), size, upright.width)
    # A page may be large, and is copied no more often than it must: it is drawn on where it stays.
    whole = legend.below(upright)
    pen = _Pen(whole, upright.size, size, font)
    for _, line, polygon in lines:
        pen.outline(line, polygon)
    for number, line, polygon in lines:
        pen.label(number, line, polygon)
    legend.draw(whole, upright.height)
    return whole


def _on(size: tuple[int, int], page: ExportedPage, polygon: Polygon) -> Polygon:
    """Return a box as it lies on the picture: turned with it, and reckoned in its pixels."""
    turned = turned_polygon(polygon, (page.width, page.height), page.turn)
    width, height = (page.height, page.width) if page.turn % 2 else (page.width, page.height)
    return turned.scaled(size[0] / width, size[1] / height)


def _usual_height(polygons: Sequence[Polygon], height: int) -> float:
    heights = sorted(polygon.height for polygon in polygons if math.isfinite(polygon.height))
    return heights[len(heights) // 2] if heights else height / 40


def _text_size(line_height: float) -> int:
    """Return how high the letters are, in pixels, on a page whose lines are so high."""
    return round(min(_LARGEST_TEXT, max(_SMALLEST_TEXT, _TEXT_SHARE * line_height)))


class _Pen:
    """Draws on one picture, at whose top a page lies, as thick and as large as suits it."""

    def __init__(self, picture: Image.Image, page: tuple[int, int], size: int, font: str) -> None:
        from PIL import ImageDraw

        self._picture = picture
        self._page = page
        self._draw = ImageDraw.Draw(picture)
        self._size = size
        self._stroke = max(1, round(size / 8))
        self._font = font

    def outline(self, line: ExportedLine, polygon: Polygon) -> None:
        """Draw the box round a line, and through it where no line stands there."""
        colour = COLOURS[line.verdict]
        corners = [_tamed(corner) for corner in polygon.corners]
        self._draw.line([*corners, corners[0]], fill=colour, width=self._stroke)
        if line.is_rejected:
            self._draw.line([corners[0], corners[2]], fill=colour, width=self._stroke)

    def label(self, number: int, line: ExportedLine, polygon: Polygon) -> None:
        """Write a line's mark, its number and its text across its upper edge, or as near to it as there is room."""
        text = f"{number} {shown(cleaned(line.text)[0], self._font)}".rstrip()
        font = _font(self._size, self._font)
        height = round(self._size * 1.3)
        width = height + round(font.getlength(text)) + self._size // 2
        left, top = min(polygon.corners, key=lambda corner: corner[0] + corner[1])
        x = round(min(max(0.0, self._page[0] - width), max(0.0, left)))
        y = round(min(max(0.0, self._page[1] - height), max(0.0, top - 0.7 * height)))
        self._whiten((x, y, x + width, y + height))
        mark(self._draw, line.verdict, (x + height * 0.15, y + height * 0.15), height * 0.7)
        self._draw.text((x + height, y + height / 2), text, font=font, fill=_INK, anchor="lm")

    def _whiten(self, box: tuple[int, int, int, int]) -> None:
        """Make a part of the picture pale, so that what is written on it is read and the ink below still seen."""
        from PIL import Image

        below = self._picture.crop(box)
        self._picture.paste(Image.blend(below, Image.new("RGB", below.size, _PAPER), _PALE), box[:2])


def mark(draw: ImageDraw.ImageDraw, verdict: Verdict, place: Point, size: float) -> None:
    """Draw a verdict's shape, in its colour, into a square whose top left corner is given."""
    colour, (x, y), width = COLOURS[verdict], place, max(1, round(size / 6))
    box = (x, y, x + size, y + size)

    def spot(across: float, down: float) -> Point:
        return x + across * size, y + down * size

    shapes: Mapping[Verdict, Callable[[], None]] = {
        Verdict.UNDECIDED: lambda: draw.ellipse(box, outline=colour, width=width),
        Verdict.ACCEPTED: lambda: draw.line([spot(0, 0.5), spot(0.4, 0.95), spot(1, 0.05)], fill=colour, width=width),
        Verdict.SKIPPED: lambda: draw.rectangle(box, outline=colour, width=width),
        Verdict.REJECTED: lambda: draw.line([spot(0, 0), spot(1, 1)], fill=colour, width=width),
    }
    if verdict in _CORNERS:
        draw.polygon([spot(*corner) for corner in _CORNERS[verdict]], fill=colour)
    else:
        shapes[verdict]()
    if verdict is Verdict.REJECTED:
        draw.line([spot(0, 1), spot(1, 0)], fill=colour, width=width)


def shown(text: str, font: str = "") -> str:
    """Return a text as it is drawn, from the left; a sign that it is left out if the font lacks most of its letters."""
    pieces = clusters(text)
    lacking = sum(not all(_has(letter, font) for letter in piece) for piece in pieces)
    if 2 * lacking > len(pieces):
        return "[...]"
    return "".join(pieces[number] for number in from_the_left(pieces, leftwards=runs_leftwards(text)))


def _check_font(font: str) -> None:
    if not font:
        return
    try:
        _font(_SMALLEST_TEXT, font)
    except (OSError, ValueError) as error:
        raise ExportError(f"{printable(font)} is no font that can be drawn with. Name a TrueType file.") from error


@cache
def _font(size: int, font: str) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    from PIL import ImageFont

    if not font:
        return ImageFont.load_default(size)
    return ImageFont.truetype(font, size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _has(letter: str, font: str) -> bool:
    """Whether a font draws a letter, and not what it draws for any that it lacks."""
    drawn = _font(_TRIED, font)
    return letter.isspace() or bytes(drawn.getmask(letter)) != bytes(drawn.getmask("\U0010ffff"))


class _Legend:
    """A strip below a page that says what the marks mean, and how many lines have each."""

    def __init__(self, verdicts: Mapping[Verdict, int], size: int, width: int) -> None:
        self._font, self._row = _font(size, ""), round(size * 1.6)
        entries = [(verdict, f"{verdict.value} {verdicts[verdict]:,}") for verdict in Verdict if verdicts.get(verdict)]
        self._places, x, y = [], size, 0
        for verdict, words in entries:
            across = self._row + round(self._font.getlength(words)) + size
            if x > size and x + across > width:
                x, y = size, y + self._row
            self._places.append((verdict, words, x, y))
            x += across
        self._height = y + self._row if entries else 0

    def below(self, page: Image.Image) -> Image.Image:
        """Return a picture of a page, with room for the strip."""
        from PIL import Image

        whole = Image.new("RGB", (page.width, page.height + self._height), _PAPER)
        whole.paste(page)
        return whole

    def draw(self, picture: Image.Image, top: int) -> None:
        """Draw the strip."""
        from PIL import ImageDraw

        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, top, picture.width, picture.height), fill=_PAPER)  # a box may reach beyond the page
        for verdict, words, left, down in self._places:
            mark(draw, verdict, (left, top + down + self._row * 0.2), self._row * 0.6)
            place = (left + self._row, top + down + self._row / 2)
            draw.text(place, words, font=self._font, fill=_INK, anchor="lm")


def _tamed(corner: Point) -> Point:
    """Return a corner that Pillow can draw to."""
    x, y = (min(1e6, max(-1e6, value)) if math.isfinite(value) else 0.0 for value in corner)
    return x, y


def _encoded(picture: Image.Image, options: Options, document: Document) -> bytes:
    """Return a picture as a file, which says where it comes from: as texts of a PNG, as the comment of a JPEG."""
    from PIL.PngImagePlugin import PngInfo

    facts = {name: cleaned(fact)[0] for name, fact in provenance(document, options).items()}
    out = BytesIO()
    if options.picture_kind == "jpg":
        if max(picture.size) > _LONGEST_JPEG:
            name = cleaned(document.source)[0]
            raise ExportError(f"{name} is too long for a JPEG. Have it written as PNG: --picture png.")
        comment = "\n".join(f"{name}: {fact}" for name, fact in facts.items()).encode()
        picture.save(out, "JPEG", quality=_QUALITY, comment=comment[:_LONGEST_COMMENT])
    else:
        said = PngInfo()
        for name, fact in facts.items():
            said.add_itxt(f"handread-{name}", fact)
        picture.save(out, "PNG", pnginfo=said)
    return out.getvalue()
