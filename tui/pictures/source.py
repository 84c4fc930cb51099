"""Opening whatever a scanner, a phone or a colleague calls an image or a document, as upright grey pages.

Nothing about a file is believed before it is checked: sizes come from its header and are compared with a limit before
any pixel is decoded, only formats of page images are tried, and whatever goes wrong inside is told as one sentence.
"""

from __future__ import annotations

import hashlib
import math
import re
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import cache
from io import BufferedReader
from pathlib import Path
from typing import Final

from PIL import Image, ImageFile, UnidentifiedImageError, features

from tui import heic
from tui.model import ImageFacts, Trouble, printable
from tui.pdf import FORMAT as PDF
from tui.pdf import Pdf, PdfTrouble, is_pdf

PIXEL_LIMIT: Final = 250_000_000
"""The most pixels a page may have: A0 at 400 dpi, or a drum scan."""
PAGE_LIMIT: Final = 10_000
"""The most pages a file may have."""
SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".tif", ".tiff", ".bmp", ".dib", ".gif", ".webp"}
    | {".avif", ".jp2", ".j2k", ".jpx", ".pbm", ".pgm", ".ppm", ".pnm"}
    | {".heic", ".heif", ".hif", ".pdf"}
)
"""The endings, in lower case, of the files that are taken from a folder."""

FORMATS: Final = ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP", "PPM", "JPEG2000", heic.FORMAT, "AVIF", "DIB")
_PHONE_JPEG: Final = "MPO"
"""Pillow's name of a JPEG that carries further pictures behind it; for everybody else it is a JPEG."""
_JPEGS: Final = ("JPEG", _PHONE_JPEG)
_WAVELETS: Final = "JPEG2000"
"""Pillow's name of JPEG 2000, which keeps a picture as ever finer wavelets."""
_FEW_PIXELS: Final = 2_000_000
"""A page of no more is decoded in no time, whatever its kind."""
_BEGINNING: Final = 1024
"""Within so many bytes a file says what kind it is."""
_AT_ONCE: Final = 1 << 16
"""So many bytes are read at once: a small file is, and needs no buffer for the rest."""
_MANY_PIXELS: Final = 64_000_000
"""Pages of more that must be decoded with all of them take turns: one alone may need a gigabyte."""
_TURN: Final = threading.Lock()
_MMAP_THRESHOLD: Final = -3
"""What `mallopt` calls the bytes from which on memory is lent by the system (malloc.h of the GNU C library)."""
_LENT: Final = 1 << 20
"""How many bytes those are: the pixels of any page are more."""
_MARKS: Final = (
    ("JPEG", re.compile(rb"\xff\xd8\xff"), ""),
    ("PNG", re.compile(rb"\x89PNG\r\n"), ""),
    ("TIFF", re.compile(rb"II[*+]\0|MM\0[*+]"), ""),
    ("GIF", re.compile(rb"GIF8[79]a"), ""),
    ("WebP", re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "webp"),
    ("JPEG 2000", re.compile(rb"\0\0\0\x0cjP|\xff\x4f\xff\x51"), "jpg_2000"),
    ("AVIF", re.compile(rb".{4}ftypavi[fs]", re.DOTALL), "avif"),
)
"""How the files of each kind begin, and the codec without which it cannot be opened."""
_ORIENTATION: Final = 0x0112
TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How each EXIF orientation is made upright (EXIF 2.32, tag 274)."""
_ON_THE_SIDE: Final = (5, 6, 7, 8)
_WHITES: Final = (1.0, 255.0, 65535.0)
"""The numbers that usually stand for white."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in pixels and parts of them."""

# Whoever else opens images in this process is held to the same limit. What Pillow warns of is either refused here with
# a sentence, or does no harm to the picture; on standard error it would only spoil the screen.
Image.MAX_IMAGE_PIXELS = PIXEL_LIMIT
warnings.filterwarnings("ignore", module=r"PIL\.")
heic.register()


class PictureError(Trouble):
    """A file cannot be opened as a page; its text says which file, what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as a grey picture, upright."""

    image: Image.Image
    """Mode 'L'; transparent parts are white."""
    size: tuple[int, int]
    """Width and height of the whole page in its own pixels, upright, however much the picture was reduced."""
    is_slow: bool = False
    """Whether decoding it took all its pixels, so that a reduced copy is worth keeping."""

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels of the picture for each pixel of the page, across and down."""
        return self.image.width / self.size[0], self.image.height / self.size[1]


def measure(path: Path) -> ImageFacts:
    """Read a file's bytes once for their sum, and its headers for the size of each page; raises PictureError.

    Every frame of a TIFF is a page, as is every page of a PDF, in the pixels it is drawn with; an animation and a
    phone's JPEG with a second picture behind it have one.
    """
    with _told_of(path), _regular_file(path) as file:
        beginning = file.read(_AT_ONCE)
        digest = hashlib.sha256(beginning)
        if len(beginning) == _AT_ONCE:
            hashlib.file_digest(file, lambda: digest)
        length = file.tell()
        file.seek(0)
        if is_pdf(beginning[:_BEGINNING]):
            with Pdf(file) as document:
                _check_page_count(document.pages, path)
                sizes = tuple(document.size(number) for number in range(1, document.pages + 1))
            return ImageFacts(digest.hexdigest(), length, PDF, sizes)
        with Image.open(file, formats=FORMATS) as image:
            name = "JPEG" if image.format == _PHONE_JPEG else image.format or ""
            return ImageFacts(digest.hexdigest(), length, name, tuple(_page_sizes(image, path)))


def open_page(path: Path, number: int, *, at_most: tuple[int, int] | None = None, by_halves: bool = False) -> PageImage:
    """Decode page `number` (from 1), reduced to fit into `at_most` (width, height); raises PictureError.

    A JPEG is decoded at a half, a quarter or an eighth where that is enough, and so is a JPEG 2000, which takes a
    fraction of the time. With `by_halves` it is such a fraction of its size that every page has in the end, and
    reducing costs next to nothing.
    """
    _give_memory_back()
    with _told_of(path), _regular_file(path) as file:
        if _holds_pdf(file):
            with Pdf(file) as document:
                return _drawn(document, number, path, at_most)
        with Image.open(file, formats=FORMATS) as image:
            _go_to(image, number, path)
            return _decoded_page(image, path, at_most, by_halves=by_halves)


def _drawn(document: Pdf, number: int, path: Path, at_most: tuple[int, int] | None) -> PageImage:
    _check_number(number, document.pages, path)
    size = document.size(number)
    return PageImage(document.picture(number, "L", _fitted(size, at_most)), size, is_slow=True)


def _decoded_page(image: Image.Image, path: Path, at_most: tuple[int, int] | None, *, by_halves: bool) -> PageImage:
    orientation = orientation_of(image)
    size = _checked_size(image, path)
    is_slow = _is_slow(image)
    room = _laid(at_most, orientation)
    with _TURN if is_slow and image.width * image.height > _MANY_PIXELS else nullcontext():
        picture = _halved(image, room) if by_halves and room else _decoded(image, room)
    turn = TURNS.get(orientation)
    return PageImage(picture if turn is None else picture.transpose(turn), size, is_slow)


def _is_slow(image: Image.Image) -> bool:
    """Whether a picture must be decoded with all its pixels, and has many; asked before it is reduced."""
    is_baseline = image.format in _JPEGS and not image.info.get("progressive")
    return not is_baseline and image.width * image.height > _FEW_PIXELS


@cache
def _give_memory_back() -> None:
    """Let the memory of a picture go when the picture does.

    The GNU C library would keep what was freed once for the next of the kind, so that after a few pages the program had
    several times what the two it holds need.
    """
    import ctypes

    with suppress(AttributeError, OSError, TypeError):  # another C library has other ways
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LENT)


def _holds_pdf(file: BufferedReader) -> bool:
    beginning = file.read(_BEGINNING)
    file.seek(0)
    return is_pdf(beginning)


@contextmanager
def _told_of(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong with a file into a PictureError."""
    try:
        yield
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError(_too_large(path)) from None
    except MemoryError:
        raise PictureError(f"{_named(path)} does not fit into this machine's memory. Reduce or split it.") from None
    except (heic.HeicMissing, PdfTrouble) as error:
        raise PictureError(f"{_named(path)} {printable(str(error))}") from error
    except UnidentifiedImageError:
        raise PictureError(_unknown_kind(path)) from None
    except OSError as error:
        raise PictureError(_unreadable(path, error)) from error
    except Exception as error:  # Pillow's decoders raise nearly anything when a file is broken
        raise PictureError(_damaged(path, error)) from error


def _named(path: Path) -> str:
    return printable(str(path))


def _too_large(path: Path, size: tuple[int, int] | None = None) -> str:
    pixels = f"{size[0]} x {size[1]} pixels, " if size else ""
    limit = PIXEL_LIMIT // 1_000_000
    return f"{_named(path)} is too large: {pixels}more than the {limit} million that are opened. Reduce or split it."


def _unknown_kind(path: Path) -> str:
    try:
        with path.open("rb") as file:
            beginning = file.read(1024)
    except OSError:
        beginning = b""
    if path.suffix.lower() == ".json" and beginning.lstrip().startswith(b"{"):
        return f"{_named(path)} is an answer without its picture: import it again with --image FILE, and it has one."
    if heic.is_heic(beginning):
        return f"{_named(path)} is damaged or cut short, as a HEIC picture. Copy it again."
    if kind := _kind_by_mark(beginning):
        return (
            f"{_named(path)} is damaged, or {kind} of a variant that cannot be opened here. Copy it again, or save it "
            f"as {'PNG' if kind == 'JPEG' else 'JPEG or PNG'}."
        )
    return f"{_named(path)} is not an image of a kind that can be opened here. Save it as JPEG, PNG or TIFF."


def _kind_by_mark(beginning: bytes) -> str:
    """Return the kind that a file says it is in its first bytes; empty where it says none that is opened here."""
    for kind, mark, codec in _MARKS:
        if mark.match(beginning) and (not codec or features.check(codec)):
            return kind
    return ""


def _unreadable(path: Path, error: OSError) -> str:
    name = _named(path)
    if isinstance(error, FileNotFoundError):
        return f"{name} is not there. Put it back, or correct its name."
    if isinstance(error, PermissionError):
        return f"{name} may not be read. Give yourself the permission to read it, and the folders it is in."
    if error.errno is not None:
        return f"{name} cannot be read: {error.strerror}. Check the disk or the name."
    return _damaged(path, error)


def _damaged(path: Path, error: Exception) -> str:
    why = printable(" ".join(str(error).split()).rstrip("."))
    return f"{_named(path)} is damaged or cut short ({why}). Copy or scan it again."


@contextmanager
def _regular_file(path: Path) -> Iterator[BufferedReader]:
    """Open a file that has bytes; a pipe would block for ever, and a folder's own error names no remedy."""
    facts = path.stat()
    if stat.S_ISDIR(facts.st_mode):
        raise PictureError(f"{_named(path)} is a folder, and no image. Name an image in it.")
    if not stat.S_ISREG(facts.st_mode):
        raise PictureError(f"{_named(path)} is no regular file. Copy the image into one.")
    if not facts.st_size:
        raise PictureError(f"{_named(path)} is empty. Copy or scan it again.")
    with path.open("rb") as file:
        yield file


def _page_sizes(image: Image.Image, path: Path) -> Iterator[tuple[int, int]]:
    pages = _page_count(image)
    _check_page_count(pages, path)
    for page in range(pages):
        if page:  # the first is open, which in a phone's file with several pictures is the main one
            image.seek(page)
        yield _checked_size(image, path)


def _check_page_count(pages: int, path: Path) -> None:
    if not pages:
        raise PictureError(f"{_named(path)} has no pages. Copy or scan it again.")
    if pages > PAGE_LIMIT:
        raise PictureError(f"{_named(path)} has {pages} pages, more than the {PAGE_LIMIT} that are opened. Split it.")


def _page_count(image: Image.Image) -> int:
    return getattr(image, "n_frames", 1) if image.format == "TIFF" else 1


def _go_to(image: Image.Image, number: int, path: Path) -> None:
    if number == 1:
        return
    _check_number(number, _page_count(image), path)
    image.seek(number - 1)


def _check_number(number: int, pages: int, path: Path) -> None:
    if not 1 <= number <= pages:
        has = "one page" if pages == 1 else f"{pages} pages"
        raise PictureError(f"{_named(path)} has {has}, and no page {number}. Choose another page, or add it anew.")


def _checked_size(image: Image.Image, path: Path) -> tuple[int, int]:
    """Return a page's upright width and height."""
    width, height = image.size
    if width < 1 or height < 1:
        raise PictureError(f"{_named(path)} has no pixels. Copy or scan it again.")
    if width * height > PIXEL_LIMIT:
        raise PictureError(_too_large(path, image.size))
    return (height, width) if orientation_of(image) in _ON_THE_SIDE else (width, height)


def orientation_of(image: Image.Image) -> int:
    """Return how a picture lies, by EXIF: 1 is upright. Pillow turns a TIFF itself."""
    if image.format == "TIFF":
        return 1
    try:
        # The PNG reader's own getexif decodes the whole picture to look behind it.
        value = Image.Image.getexif(image).get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - broken EXIF is no reason to refuse a sound picture
        return 1
    return value if value in TURNS else 1


def _laid(room: tuple[int, int] | None, orientation: int) -> tuple[int, int] | None:
    """Return the room there is for a picture that lies as it was stored."""
    return (room[1], room[0]) if room and orientation in _ON_THE_SIDE else room


def loaded(image: Image.Image, wanted: tuple[int, int], mode: str) -> tuple[Image.Image, Box | None]:
    """Decode a picture that lies as it was stored, and as far as its kind allows no larger than is wanted.

    A JPEG comes at a half, a quarter or an eighth of its size, and in the mode; a JPEG 2000 at any power of a half.
    Returned with it is the part of it that is the picture, where its edge is not between two pixels. Raises what
    Pillow does.
    """
    if image.format == _WAVELETS:
        return _loaded_by_halves(image, wanted), None
    drafted = image.draft(mode, wanted)
    image.load()
    return image, drafted and drafted[1]


def _loaded_by_halves(image: Image.Image, wanted: tuple[int, int]) -> Image.Image:
    """Decode a JPEG 2000, leaving out the finest of its wavelets.

    A file may have fewer of them than would be left out, and where the halves of its size are no whole numbers, Pillow
    and the decoder round them differently. Either is told before anything is decoded, and then one less is left out.
    """
    times = math.floor(math.log2(min(image.width / wanted[0], image.height / wanted[1])))
    for halvings in range(times, 0, -1):
        with suppress(OSError):
            return _halved_wavelets(image, halvings)
    image.load()
    return image


def _halved_wavelets(image: Image.Image, halvings: int) -> Image.Image:
    assert isinstance(image, ImageFile.ImageFile)
    assert image.fp is not None
    image.fp.seek(0)
    smaller = Image.open(image.fp, formats=(_WAVELETS,))
    smaller.reduce = halvings  # type: ignore[method-assign,assignment]  # which this kind has instead of the method
    smaller.load()
    return smaller


def _decoded(image: Image.Image, room: tuple[int, int] | None) -> Image.Image:
    """Decode a picture to grey, no larger than the room."""
    target = _fitted(image.size, room)
    picture, box = loaded(image, target, "L")
    grey = _grey(picture)
    return grey if grey.size == target else grey.resize(target, Image.Resampling.BOX, box)


def _halved(image: Image.Image, room: tuple[int, int]) -> Image.Image:
    """Decode a picture to grey, at a half, a quarter and so on, until it is no larger than the room."""
    width, height = image.size
    factor = 1
    while width > room[0] * factor or height > room[1] * factor:
        factor *= 2
    picture, _ = loaded(image, (max(1, width // factor), max(1, height // factor)), "L")
    grey = _grey(picture)
    target = -(-width // factor), -(-height // factor)
    if grey.size == target:
        return grey
    return grey.reduce(factor) if grey.size == (width, height) else grey.resize(target, Image.Resampling.BOX)


def _fitted(size: tuple[int, int], room: tuple[int, int] | None) -> tuple[int, int]:
    if room is None:
        return size
    share = min(1.0, room[0] / size[0], room[1] / size[1])
    return max(1, round(size[0] * share)), max(1, round(size[1] * share))


def _grey(image: Image.Image) -> Image.Image:
    """Return a decoded picture in mode 'L', whatever its mode."""
    if image.mode[0] in "IF":
        return grey_of_deep(image)
    if image.has_transparency_data:
        return _on_white(image.convert("RGBA"))
    if image.mode == "LAB":
        return image.getchannel(0)
    if image.mode == "L" and image.format in _JPEGS:
        return image  # a copy would need as much memory again
    return (image.convert("RGB") if image.mode in ("CMYK", "HSV") else image).convert("L")


def grey_of_deep(image: Image.Image) -> Image.Image:
    """Scale 16 bits, 32 bits or fractions to 8 bits."""
    values = image.convert("F")
    black, white = _black_and_white(values, is_16_bit=image.mode.startswith("I;16"))
    scale = 255 / ((white - black) or 1.0)
    return values.point(lambda value: value * scale - black * scale).convert("L")


def _black_and_white(values: Image.Image, *, is_16_bit: bool) -> tuple[float, float]:
    """Return what counts as black and as white: what is usual for such numbers, else the least and the greatest."""
    if is_16_bit:
        return 0.0, _WHITES[-1]
    low, high = (float(extreme) for extreme in values.getextrema() if not isinstance(extreme, tuple))
    if low < 0:
        return low, high
    return 0.0, next((white for white in _WHITES if high <= white), high)


def _on_white(image: Image.Image) -> Image.Image:
    page = Image.new("L", image.size, 255)
    page.paste(image.convert("L"), mask=image.getchannel("A"))
    return page
