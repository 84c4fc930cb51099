"""A PDF of the pages as they were scanned, with their text under the picture: found, selected and copied, not seen.

Written with pikepdf (MPL-2.0, extra `pdf`), which is asked for objects and streams alone, so that nothing in the
file depends on the day it was made. A picture that is one JPEG is passed on as it is.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from tui.exports import ExportError, Options, Part
from tui.exports.characters import cleaned
from tui.exports.glyphless import ADVANCE, ASCENT, DESCENT, EM, GLYPH, NAME, font_file
from tui.exports.pdf_text import FONT, MOST_GLYPHS, Glyphs, text_layer
from tui.exports.scribe import moment, provenance

if TYPE_CHECKING:
    from PIL import Image

    from tui.exports.document import Document, ExportedPage

INSTALL: Final = "pip install 'handread[pdf]'"
DOTS: Final = 300
"""How many pixels an inch a page is taken to have whose file says nothing that can be believed."""
_BELIEVED: Final = (60.0, 2400.0)
"""A phone says 72 of any photo, a web page 1; scanners say between these."""
_POINTS: Final = 72
_LONGEST: Final = 14_400.0
"""Points that a page is wide or high at most (ISO 32000-1, annex C)."""
_QUALITY: Final = 90
"""Of the JPEG that a page is written as, if it is none and has shades."""
_LONGEST_JPEG: Final = 65_500
"""Pixels that a JPEG is wide or high at most."""
_HELD: Final = 64_000_000
"""Bytes of pictures that are held in memory before a part of the document is put aside."""
_PIECE: Final = 1 << 20
_MATRICES: Final = {
    1: (1, 0, 0, 1, 0, 0),
    2: (-1, 0, 0, 1, 1, 0),
    3: (-1, 0, 0, -1, 1, 1),
    4: (1, 0, 0, -1, 0, 1),
    5: (0, -1, -1, 0, 1, 1),
    6: (0, -1, 1, 0, 0, 1),
    7: (0, 1, 1, 0, 0, 0),
    8: (0, 1, -1, 0, 1, 0),
}
"""How a picture as it is stored is laid on a page of one by one, for each EXIF orientation (tag 274)."""


@dataclass(frozen=True, slots=True)
class _Picture:
    """A page's picture as it stands in the file."""

    data: bytes
    filter: str
    size: tuple[int, int]
    """Width and height in pixels as it is stored."""
    is_grey: bool
    bits: int = 8
    orientation: int = 1
    dots: tuple[float, float] | None = None
    """An inch, across and down, of the picture as it is stored."""


def write(document: Document, options: Options) -> Iterator[Part]:
    """Give the PDF of a document, piece by piece; raises ExportError, and PictureError where its picture is not there.

    A document whose picture is nowhere on this machine has no PDF, and neither has one without pages.
    """
    if find_spec("pikepdf") is None:
        raise ExportError(f"Searchable PDFs need an extra to be written. Run {INSTALL}, then export again.")
    if not document.picture:
        raise ExportError(f"{cleaned(document.source)[0]} has no picture on this machine, so it becomes no PDF.")
    if document.pages:
        yield Part(".pdf", b"", pieces=_pieces(document, options))


def _pieces(document: Document, options: Options) -> Iterator[bytes]:
    from tui.pictures.leaves import check_unchanged

    path = Path(document.picture)
    check_unchanged(path, document.sha256)
    try:
        with ExitStack() as opened:
            book = _Book(opened, options)
            for page in document.pages:
                book.add(page, _picture_of(path, page.number))
                yield b""  # so that whoever waits for the file can end it between two pages
            file = book.bound(document)
            while piece := file.read(_PIECE):
                yield piece
    except OSError as error:
        raise ExportError(
            f"The PDF of {cleaned(document.name)[0]} could not be put together in the folder for temporary files: "
            f"{error.strerror or error}. Make room there, or name another folder in TMPDIR."
        ) from error


# -- pictures -------------------------------------------------------------------------------------------------------


def _picture_of(path: Path, number: int) -> _Picture:
    from tui.pictures.leaves import open_leaf, stored_jpeg

    stored = stored_jpeg(path) if number == 1 else None
    if stored:
        return _Picture(
            stored.content,
            "/DCTDecode",
            stored.size,
            stored.is_grey,
            orientation=stored.orientation,
            dots=stored.dots,
        )
    leaf = open_leaf(path, number)
    return _encoded(leaf.image, leaf.dots)


def _encoded(image: Image.Image, dots: tuple[float, float] | None) -> _Picture:
    is_grey, bits = image.mode != "RGB", 1 if image.mode == "1" else 8
    if bits == 1 or max(image.size) > _LONGEST_JPEG:
        return _Picture(zlib.compress(image.tobytes(), 9), "/FlateDecode", image.size, is_grey, bits, dots=dots)
    out = BytesIO()
    image.save(out, "JPEG", quality=_QUALITY, icc_profile=None)
    return _Picture(out.getvalue(), "/DCTDecode", image.size, is_grey, dots=dots)


def _inches(picture: _Picture) -> tuple[float, float]:
    """Return how wide and high a page is on paper, upright."""
    low, high = _BELIEVED
    dots = picture.dots
    if dots is None or not all(low <= value <= high for value in dots) or dots == (72.0, 72.0):
        dots = (DOTS, DOTS)
    width, height = picture.size[0] / dots[0], picture.size[1] / dots[1]
    share = min(1.0, _LONGEST / _POINTS / max(width, height))
    return (height * share, width * share) if picture.orientation >= 5 else (width * share, height * share)


# -- the file -------------------------------------------------------------------------------------------------------


class _Book:
    """A PDF that grows page by page; what memory should not hold is put aside, and bound in the end.

    What is put aside has no name, so that nothing is left of it when the program is killed.
    """

    def __init__(self, opened: ExitStack, options: Options) -> None:
        """Open files until `opened` is closed; raises OSError, here and below."""
        self._opened = opened
        self._options = options
        self._parts: list[BinaryIO] = []
        self._begin()

    def _begin(self) -> None:
        import pikepdf

        self._pdf: Any = pikepdf.new()
        self._font = self._pdf.make_indirect(pikepdf.Dictionary())
        self._glyphs = Glyphs()
        self._held = 0

    def add(self, page: ExportedPage, picture: _Picture) -> None:
        """Add a page with its picture and its text."""
        import pikepdf

        inches = _inches(picture)
        width, height = inches[0] * _POINTS, inches[1] * _POINTS
        layer = text_layer(page, self._glyphs, (width / page.width, height / page.height), nfc=self._options.nfc)
        image = pikepdf.Stream(self._pdf, picture.data)
        image.stream_dict = _image_dictionary(picture)
        image.write(picture.data, filter=pikepdf.Name(picture.filter))
        a, b, c, d, e, f = _MATRICES[picture.orientation]
        laid = (a * width, b * height, c * width, d * height, e * width, f * height)
        shown = f"q {' '.join(f'{value:.4f}' for value in laid)} cm /I0 Do Q\n".encode()
        leaf = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=pikepdf.Array([0, 0, _decimal(width), _decimal(height)]),
            Resources=pikepdf.Dictionary(
                XObject=pikepdf.Dictionary({"/I0": self._pdf.make_indirect(image)}),
                Font=pikepdf.Dictionary({FONT: self._font}),
            ),
            Contents=self._pdf.make_indirect(pikepdf.Stream(self._pdf, layer + shown)),
        )
        if page.turn % 4:
            leaf.Rotate = 90 * (page.turn % 4)
        self._pdf.pages.append(pikepdf.Page(self._pdf.make_indirect(leaf)))
        self._held += len(picture.data)
        if self._held > _HELD or len(self._glyphs) > MOST_GLYPHS // 2:
            self._put_aside()

    def _put_aside(self) -> None:
        self._finish_font()
        self._parts.append(self._kept(static_id=True))
        self._begin()

    def _kept(self, **how: Any) -> BinaryIO:
        """Return the PDF as it is by now in a file without a name, to be read from its beginning."""
        file: BinaryIO = self._opened.enter_context(TemporaryFile())  # noqa: SIM115 (that is one)
        self._pdf.save(file, **how)
        self._pdf.close()
        file.seek(0)
        return file

    def bound(self, document: Document) -> BinaryIO:
        """Return the whole as a file, to be read from its beginning."""
        import pikepdf

        if self._parts:
            if len(self._pdf.pages):
                self._put_aside()
            self._pdf.close()
            self._pdf = pikepdf.new()
            for part in self._parts:
                self._pdf.pages.extend(self._opened.enter_context(pikepdf.open(part)).pages)
        else:
            self._finish_font()
        self._sign(document)
        return self._kept(deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)

    def _sign(self, document: Document) -> None:
        """Say what it is, what made it and where it comes from; the time is when it was read, or none.

        What PDF has no name for stands under names of our own (ISO 32000-1, 14.3.3): `pdfinfo -custom` shows them.
        """
        import pikepdf

        about = {
            "/Title": pikepdf.String(cleaned(document.name)[0]),
            "/Producer": pikepdf.String(f"Handread {self._options.version}"),
        }
        times = {"/CreationDate": document.ended_at or self._options.when, "/ModDate": document.reviewed_at}
        for name, seconds in times.items():
            if moment(seconds):
                about[name] = pikepdf.String("D:" + re.sub("[-:T]", "", moment(seconds)))
        for name, fact in provenance(document, self._options).items():
            about[f"/Handread{name.capitalize()}"] = pikepdf.String(cleaned(fact)[0])
        self._pdf.trailer.Info = self._pdf.make_indirect(pikepdf.Dictionary(about))
        if self._options.language:
            self._pdf.Root.Lang = pikepdf.String(self._options.language)

    def _finish_font(self) -> None:
        """Write the font as it is now that its characters are known (ISO 32000-1, 9.7)."""
        import pikepdf

        name = pikepdf.Name(f"/{NAME}")
        program = pikepdf.Stream(self._pdf, font_file())
        program.Length1 = len(font_file())
        descriptor = pikepdf.Dictionary(
            Type=pikepdf.Name.FontDescriptor,
            FontName=name,
            Flags=4,  # its characters are its own
            FontBBox=pikepdf.Array([0, DESCENT, ADVANCE, ASCENT]),
            ItalicAngle=0,
            Ascent=ASCENT,
            Descent=DESCENT,
            CapHeight=ASCENT,
            StemV=80,
            FontFile2=self._pdf.make_indirect(program),
        )
        same_glyph = GLYPH.to_bytes(2, "big") * (len(self._glyphs) + 1)
        descendant = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.CIDFontType2,
            BaseFont=name,
            CIDSystemInfo=pikepdf.Dictionary(
                Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
            ),
            FontDescriptor=self._pdf.make_indirect(descriptor),
            DW=ADVANCE * 1000 // EM,
            CIDToGIDMap=self._pdf.make_indirect(pikepdf.Stream(self._pdf, same_glyph)),
        )
        to_unicode = pikepdf.Stream(self._pdf, self._glyphs.to_unicode())
        for key, value in {
            "/Type": pikepdf.Name.Font,
            "/Subtype": pikepdf.Name.Type0,
            "/BaseFont": name,
            "/Encoding": pikepdf.Name("/Identity-H"),
            "/DescendantFonts": pikepdf.Array([self._pdf.make_indirect(descendant)]),
            "/ToUnicode": self._pdf.make_indirect(to_unicode),
        }.items():
            self._font[key] = value


def _image_dictionary(picture: _Picture) -> Any:
    import pikepdf

    return pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.size[0],
        Height=picture.size[1],
        ColorSpace=pikepdf.Name.DeviceGray if picture.is_grey else pikepdf.Name.DeviceRGB,
        BitsPerComponent=picture.bits,
    )


def _decimal(points: float) -> Any:
    from decimal import Decimal

    return Decimal(f"{points:.3f}")
