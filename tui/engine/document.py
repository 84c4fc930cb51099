"""From the bytes of a file to upright pictures of its pages.

Files come from anywhere: only formats that Pillow decodes by itself, or with the extras `heic` and `pdf`, are opened
(never those for which it would start another program), sizes are checked before anything is decoded, and what a broken
file raises becomes one sentence.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tui import heic
from tui.engine import EngineError, ImageTooLarge, ImageUnreadable, NoSuchPage
from tui.engine.ranges import EVERY_PAGE, PageRanges
from tui.pdf import DOTS, Pdf, PdfTrouble, is_pdf
from tui.pdf import FORMAT as PDF

FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP", heic.FORMAT, "AVIF", "JPEG2000", "PPM", "DIB")
PAGED_FORMATS = frozenset({"TIFF", PDF})
"""Where a further frame is a further page, and not a moment of an animation or a preview."""
MOST_PIXELS = 250_000_000
MOST_PAGES = 2000
LONGEST_SIDE = 4000
"""Pixels beyond which the engine sees nothing more."""

_CALLED = {"MPO": "JPEG", "DIB": "BMP"}
_LOOKING = threading.Lock()
"""Held while Pillow's own limit, which is one for all threads, is lifted."""
_EXIF_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

heic.register()


@dataclass(frozen=True, slots=True)
class Scan:
    """One page's picture, perhaps decoded smaller than it is, and its full size in upright pixels."""

    image: Image.Image
    """Upright, RGB."""
    width: int
    height: int
    number: int = 1
    """Which page of the document it is."""


class Document:
    """An opened file of one or more pages; raises ImageUnreadable or ImageTooLarge."""

    def __init__(self, content: bytes) -> None:
        with _told_as_sentences():
            self._source: _Picture | _Drawing = _Drawing(content) if is_pdf(content) else _Picture(content)
        self.pages: int = self._source.pages
        if self.pages > MOST_PAGES:
            raise ImageTooLarge(
                f"The document has {self.pages:,} pages; the engine takes at most {MOST_PAGES:,}. Split it."
            )

    def scans(self, asked_for: PageRanges = EVERY_PAGE) -> Iterator[Scan]:
        """Decode one page after the other; raises ImageUnreadable, ImageTooLarge or NoSuchPage."""
        numbers = [number for number in range(1, self.pages + 1) if number in asked_for]
        if not numbers:
            raise NoSuchPage(
                f"The document has {self.pages:,} page{'s' * (self.pages != 1)}, and none of those asked for."
            )
        for number in numbers:
            with _told_as_sentences():
                scan = self._source.scan(number)
            yield scan


class _Picture:
    """An image, or several in one file."""

    def __init__(self, content: bytes) -> None:
        Image.init()
        self._image = Image.open(io.BytesIO(content), formats=[name for name in FORMATS if name in Image.OPEN])
        self.pages: int = getattr(self._image, "n_frames", 1) if self._image.format in PAGED_FORMATS else 1

    def scan(self, number: int) -> Scan:
        if number > 1:
            self._image.seek(number - 1)
        refuse_bombs(self._image)
        width, height = self._image.size
        if _orientation(self._image) >= 5:
            width, height = height, width
        if self._image.format in {"JPEG", "MPO"}:
            self._image.draft(None, _no_longer_than(LONGEST_SIDE, self._image.size))
        return Scan(reduced(upright(self._image)), width, height, number)


class _Drawing:
    """A PDF, whose pages are drawn."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        with Pdf(content) as document:
            self.pages = document.pages

    def scan(self, number: int) -> Scan:
        """Draw a page; its size is what it would have with 300 pixels an inch, however few it is drawn with."""
        with Pdf(self._content) as document:
            width, height = (max(1, round(side * DOTS)) for side in document.inches(number))
            return Scan(reduced(document.picture(number)), width, height, number)


def look_at(content: bytes) -> tuple[str, int, int]:
    """Return the format of an image, and its width and height as stored, without decoding it; raises ImageUnreadable.

    The format is as Pillow names it, but that the several pictures of an MPO are a JPEG, and a DIB is a BMP. Of a PDF
    they are those of the picture of its first page.
    """
    if is_pdf(content):
        with _told_as_sentences(), Pdf(content) as document:
            return PDF, *document.size(1)
    with _LOOKING, _told_as_sentences():
        Image.init()
        with Image.open(io.BytesIO(content), formats=[name for name in FORMATS if name in Image.OPEN]) as image:
            form = image.format or ""
            return _CALLED.get(form, form), *image.size


def has_page(content: bytes, number: int) -> bool:
    """Whether a document has a page of that number, from 1, as far as can be told without decoding it.

    No further page is looked at, for a file may claim millions; raises ImageUnreadable.
    """
    if number > MOST_PAGES:
        return False
    if is_pdf(content):
        with _told_as_sentences(), Pdf(content) as document:
            return number <= document.pages
    with _LOOKING, _told_as_sentences(), Image.open(io.BytesIO(content), formats=["TIFF"]) as image:
        try:
            image.seek(number - 1)
        except EOFError:
            return False
        return True


def _no_longer_than(longest: int, size: tuple[int, int]) -> tuple[int, int]:
    reduction = min(1.0, longest / max(size))
    return max(1, round(size[0] * reduction)), max(1, round(size[1] * reduction))


def refuse_bombs(image: Image.Image) -> None:
    """Raise ImageTooLarge for a picture of more than 250 million pixels, before it is decoded."""
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise ImageTooLarge(
            f"The picture is {width:,} x {height:,} pixels; the engine takes at most {MOST_PIXELS // 10**6} million. "
            f"Scan it with fewer dots per inch, or cut it."
        )


def upright(image: Image.Image) -> Image.Image:
    """Return the picture as a person sees it: turned as its EXIF says, on white where it is transparent, in RGB."""
    orientation = _orientation(image)
    flat = _in_colour(image)
    turn = _UPRIGHT.get(orientation)
    if turn is None:
        return flat
    turned = flat.transpose(turn)
    turned.info.clear()  # what says that it must be turned has been obeyed
    return turned


def reduced(image: Image.Image) -> Image.Image:
    """Return the picture no longer than the engine has a use for."""
    size = _no_longer_than(LONGEST_SIDE, image.size)
    return image if size == image.size else image.resize(size, Image.Resampling.BOX)


def _orientation(image: Image.Image) -> int:
    try:
        orientation = image.getexif().get(_EXIF_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - a broken EXIF block is no reason to refuse a picture that can be seen
        return 1
    return orientation if orientation in _UPRIGHT else 1


def _in_colour(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image).convert("RGB")
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        white = Image.new("RGB", image.size, "white")
        white.paste(with_alpha, mask=with_alpha.getchannel("A"))
        return white
    if image.mode == "RGB":
        image.load()
        return image  # conversion would copy, and a page is 30 MB and more
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a grey picture of 16 or more bits in 8.

    Scanners of 10, 12 or 14 bits leave the upper ones empty, so that the scale's end is the least power of two that
    holds the brightest point; floats up to 1 have their end there.
    """
    values = np.asarray(image).astype(np.float32)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0).clip(0)
    brightest = float(values.max())
    end = 1.0 if image.mode == "F" and brightest <= 1 else max(255.0, 2 ** np.ceil(np.log2(brightest + 1)) - 1)
    values *= 255 / end
    return Image.fromarray(values.astype(np.uint8))


@contextmanager
def _told_as_sentences() -> Iterator[None]:
    """Lift Pillow's own limit, which is lower than ours, and turn what a broken file raises into ImageUnreadable."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    except EngineError:
        raise
    except (heic.HeicMissing, PdfTrouble) as error:
        raise ImageUnreadable(f"The file {error}") from error
    except Exception as error:
        raise ImageUnreadable(
            "The bytes cannot be decoded as an image: the file is damaged, or of a kind that the engine does not read. "
            "Open it in a viewer and save it as JPEG, PNG or TIFF."
        ) from error
    finally:
        Image.MAX_IMAGE_PIXELS = limit
