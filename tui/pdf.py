"""The pages of a PDF as pictures, drawn by PDFium (pypdfium2, extra `pdf`), loaded when the first one comes.

The screens and the engine must see the same pixels, or boxes would not lie on the ink, so this stands below both. How
many pixels a page has follows from its size on paper alone: 300 an inch, as scanners make them, unless that makes it
longer than 4000. PDFium is no place for two threads at once, in whatever documents: one lock stands before all of it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from io import BytesIO
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

if TYPE_CHECKING:
    from PIL import Image

FORMAT: Final = "PDF"
DOTS: Final = 300
"""How many pixels an inch of a page has."""
LONGEST: Final = 4000
"""How many pixels a page is wide or high at most."""
INSTALL: Final = "pip install 'handread[pdf]'"

_POINTS: Final = 72
_WITHIN: Final = 1024
"""The first bytes of a file, among which a PDF has its mark; viewers look no further either."""
_PDFIUM = threading.RLock()


class PdfTrouble(Exception):
    """A document cannot be opened or drawn; its text goes on after the name of a file.

    PdfTrouble
    ├── PdfMissing      the extra `pdf` is not installed
    ├── PdfLocked       it needs a password
    └── PdfDamaged      PDFium can make nothing of it
    """


class PdfMissing(PdfTrouble):
    """The extra `pdf` is not installed."""

    def __init__(self) -> None:
        super().__init__(f"is a PDF document, which needs an extra to be opened. Run {INSTALL}, then add it again.")


class PdfLocked(PdfTrouble):
    """A document needs a password."""

    def __init__(self) -> None:
        super().__init__("is a PDF document locked with a password. Save a copy of it without one, and add that.")


class PdfDamaged(PdfTrouble):
    """PDFium can make nothing of a document, or of a page of it."""

    def __init__(self, what: str) -> None:
        super().__init__(f"is damaged or cut short ({what}). Copy or scan it again.")


def is_pdf(beginning: bytes) -> bool:
    """Whether a file that begins so is a PDF; the first 1024 bytes tell."""
    return beginning[:_WITHIN].lstrip().startswith(b"%PDF-")


def is_installed() -> bool:
    """Whether the extra `pdf` is; imports nothing."""
    return find_spec("pypdfium2") is not None


class Pdf:
    """An open PDF; a context manager. Making one raises PdfTrouble."""

    def __init__(self, source: bytes | BinaryIO) -> None:
        if not is_installed():
            raise PdfMissing
        import pypdfium2

        file = BytesIO(source) if isinstance(source, bytes) else source
        with _told():
            try:
                self._document: Any = pypdfium2.PdfDocument(file)
            except pypdfium2.PdfiumError as error:
                if getattr(error, "err_code", None) in _locks():
                    raise PdfLocked from error
                raise
            try:
                self._document.init_forms()  # what was filled in is drawn too
                self.pages: int = len(self._document)
            except BaseException:
                self._document.close()
                raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the document; its pages go with it."""
        with _PDFIUM:
            self._document.close()

    def inches(self, number: int) -> tuple[float, float]:
        """Return the width and height of a page (from 1) on paper, as it is seen; raises PdfDamaged."""
        with _told():
            width, height = self._document.get_page_size(number - 1)
        if not (0 < width < math.inf and 0 < height < math.inf):
            raise PdfDamaged(f"page {number} has no size")
        return width / _POINTS, height / _POINTS

    def size(self, number: int) -> tuple[int, int]:
        """Return the width and height of a page's picture in pixels, as it is seen; raises PdfDamaged."""
        return pixels_of(self.inches(number))

    def picture(self, number: int, mode: str = "RGB", size: tuple[int, int] | None = None) -> Image.Image:
        """Draw a page on white, as it is seen, in mode 'L' or 'RGB'; in its own pixels unless a size is given.

        Raises PdfDamaged, and MemoryError.
        """
        width, height = size or self.size(number)
        with _told():
            page = self._document[number - 1]
            try:
                return _drawn(page, mode, width, height)
            finally:
                page.close()


def pixels_of(inches: tuple[float, float]) -> tuple[int, int]:
    """Return how many pixels a page of a size on paper is wide and high."""
    dots = min(DOTS, LONGEST / max(inches))
    width, height = (max(1, round(side * dots)) for side in inches)
    return width, height


def _drawn(page: Any, mode: str, width: int, height: int) -> Image.Image:
    import pypdfium2
    from pypdfium2 import raw

    form = raw.FPDFBitmap_Gray if mode == "L" else raw.FPDFBitmap_BGR
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, form)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        place = (0, 0, width, height, 0, raw.FPDF_ANNOT | (raw.FPDF_GRAYSCALE if mode == "L" else 0))
        raw.FPDF_RenderPageBitmap(bitmap, page, *place)
        if page.formenv:
            raw.FPDF_FFLDraw(page.formenv, bitmap, page, *place)
        picture: Image.Image = bitmap.to_pil().copy()  # it shares its pixels with the bitmap
    finally:
        bitmap.close()
    return picture


@contextmanager
def _told() -> Iterator[None]:
    """Hold PDFium, and turn what it raises into a PdfDamaged."""
    with _PDFIUM:
        try:
            yield
        except (PdfTrouble, MemoryError):
            raise
        except Exception as error:
            raise PdfDamaged(" ".join(str(error).split()).rstrip(".") or type(error).__name__) from error


def _locks() -> tuple[int, int]:
    """Return PDFium's codes for a missing password, and for a way of locking that it does not know."""
    from pypdfium2 import raw

    return raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY
