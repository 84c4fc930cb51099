"""Pages to be given away: in all their pixels and their own colours, upright, one at a time.

The screens need a page grey and small, and at once; what leaves the program is cut out of the page as it was scanned.
Whether the file is still the one that was read is asked once for all its pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tui.model import printable
from tui.pdf import DOTS, Pdf, is_pdf
from tui.pictures.sheet import decoded
from tui.pictures.source import FORMATS, PictureError, measure, open_page, orientation_of


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page in its own colours, upright."""

    image: Image.Image
    """Mode '1', 'L' or 'RGB'; transparent parts are white."""
    dots: tuple[float, float] | None = None
    """An inch, across and down, as far as the file says."""


@dataclass(frozen=True, slots=True)
class StoredJpeg:
    """A file that is one sound JPEG, which can be passed on without being decoded and written anew."""

    content: bytes
    size: tuple[int, int]
    """Width and height in pixels as it is stored."""
    is_grey: bool
    orientation: int
    """How it lies, by EXIF (tag 274); 1 is upright."""
    dots: tuple[float, float] | None = None
    """An inch, as it is stored."""


def check_unchanged(path: Path, sha256: str) -> None:
    """Raise PictureError for a file that cannot be opened, or is not the one that was added; an empty sum is any."""
    if sha256 not in {"", measure(path).sha256}:
        raise PictureError(
            f"{printable(str(path))} has changed since it was added, so its lines would be cut out of another picture. "
            f"Put the old file back, or add the new one."
        )


def open_leaf(path: Path, number: int) -> Leaf:
    """Decode page `number` (from 1) with all its pixels; raises PictureError."""
    try:
        # Given a path, Pillow maps some files into memory; should one be cut short meanwhile, that ends the program.
        with path.open("rb") as file:
            beginning = file.read(1024)
            file.seek(0)
            if is_pdf(beginning):
                with Pdf(file) as document:
                    return _drawn(document, number)
            with Image.open(file, formats=FORMATS) as image:
                if number > 1:
                    image.seek(number - 1)
                return _decoded(image)
    except Exception:  # noqa: BLE001 (Pillow raises nearly anything; opening it in grey says what, or does better)
        return Leaf(open_page(path, number).image)


def _drawn(document: Pdf, number: int) -> Leaf:
    size, inches = document.size(number), document.inches(number)
    dots = (size[0] / inches[0], size[1] / inches[1])
    return Leaf(document.picture(number, "RGB"), dots if max(dots) <= DOTS * 2 else None)


def _decoded(image: Image.Image) -> Leaf:
    size = image.size
    upright = (size[1], size[0]) if orientation_of(image) in {5, 6, 7, 8} else size
    sheet = decoded(image, upright, upright)
    return Leaf(_on_white(sheet.picture), sheet.dots)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in {"1", "L"} and not picture.has_transparency_data:
        return picture
    if not picture.has_transparency_data:
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    paper = Image.new("L" if picture.mode in {"1", "L", "LA"} else "RGB", picture.size, "white")
    paper.paste(picture.convert(paper.mode), mask=picture.convert("RGBA").getchannel("A"))
    return paper


def stored_jpeg(path: Path) -> StoredJpeg | None:
    """Return a file as it is where it is one JPEG in grey or in the three colours, whole; None for any other."""
    try:
        with path.open("rb") as file:
            content = file.read(3)
            if content != b"\xff\xd8\xff":
                return None
            content += file.read()
            file.seek(0)
            with Image.open(file, formats=("JPEG",)) as image:
                if image.format != "JPEG" or image.mode not in {"L", "RGB"}:
                    return None
                size, is_grey, dots = image.size, image.mode == "L", image.info.get("dpi")
                orientation = orientation_of(image)
                image.draft(image.mode, (1, 1))  # an eighth of its pixels shows as well whether it is cut short
                image.load()
    except Exception:  # noqa: BLE001 (the same: who opens it says what is wrong)
        return None
    return StoredJpeg(content, size, is_grey, orientation, _believed(dots))


def _believed(dots: object) -> tuple[float, float] | None:
    try:
        across, down = (float(value) for value in dots)  # type: ignore[attr-defined]
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return (across, down) if across >= 1 and down >= 1 else None
