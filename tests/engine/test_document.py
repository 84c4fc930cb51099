"""From the bytes of a file to upright pictures."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.engine.drawn import as_file
from tui.engine import EngineError, ImageTooLarge, ImageUnreadable, NoSuchPage
from tui.engine.document import MOST_PAGES, Document, Scan, has_page, look_at, upright
from tui.engine.ranges import PageRanges

EXIF_ORIENTATION = 0x0112


def scans(content: bytes) -> list[Scan]:
    return list(Document(content).scans())


def huge_png(width: int, height: int) -> bytes:
    """Return the beginning of a PNG that claims a size."""
    header, data = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0), b"IDAT"
    chunks = (struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body)) for body in (header, data))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def a_pdf(*sizes: tuple[int, int], resolution: float = 100) -> bytes:
    """Return a PDF with a white page of each size in pixels, at so many of them an inch."""
    return as_file(*(Image.new("RGB", size, "white") for size in sizes), kind="PDF", resolution=resolution)


def test_every_page_of_a_pdf_is_drawn_with_three_hundred_pixels_an_inch() -> None:
    document = Document(a_pdf((400, 200), (100, 300)))
    assert document.pages == 2
    assert [(scan.number, scan.width, scan.height) for scan in document.scans()] == [(1, 1200, 600), (2, 300, 900)]
    (second,) = document.scans(PageRanges.parse("2"))
    assert (second.image.size, second.image.mode) == ((300, 900), "RGB")


def test_a_look_tells_a_pdf_its_first_page_and_whether_there_are_more() -> None:
    document = a_pdf((400, 200), (100, 300))
    assert look_at(document) == ("PDF", 1200, 600)
    assert [has_page(document, number) for number in (1, 2, 3)] == [True, True, False]


@pytest.mark.parametrize("content", [b"%PDF-1.7", a_pdf((40, 20))[:200]])
def test_a_broken_pdf_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(ImageUnreadable, match=r"The file is damaged or cut short .*\. Copy or scan it again\."):
        scans(content)


def test_a_heic_picture_is_a_page() -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (60, 40), "white")).save(file)
    (scan,) = scans(file.getvalue())
    assert (scan.width, scan.height) == (60, 40)
    assert min(scan.image.tobytes()) > 250
    assert look_at(file.getvalue()) == ("HEIF", 60, 40)


def test_every_page_of_a_tiff_is_a_page() -> None:
    pages = [Image.new("RGB", (60 + 10 * place, 40)) for place in range(3)]
    document = Document(as_file(*pages, kind="TIFF"))
    assert document.pages == 3
    assert [(scan.width, scan.height) for scan in document.scans()] == [(60, 40), (70, 40), (80, 40)]


def test_only_the_pages_asked_for_are_decoded() -> None:
    document = Document(as_file(*(Image.new("RGB", (60 + place, 40)) for place in range(1, 5)), kind="TIFF"))
    scans = document.scans(PageRanges.parse("4,-2"))
    assert [(scan.number, scan.width) for scan in scans] == [(1, 61), (2, 62), (4, 64)]
    with pytest.raises(NoSuchPage, match="has 4 pages, and none of those asked for"):
        next(document.scans(PageRanges.parse("5-")))


@pytest.mark.parametrize(
    ("kind", "called"), [("JPEG", "JPEG"), ("MPO", "JPEG"), ("DIB", "BMP"), ("PNG", "PNG"), ("TIFF", "TIFF")]
)
def test_a_look_tells_the_format_and_the_size_as_stored(kind: str, called: str) -> None:
    assert look_at(as_file(Image.new("RGB", (60, 40)), kind=kind)) == (called, 60, 40)


def test_a_look_is_not_afraid_of_size_and_decodes_nothing() -> None:
    assert look_at(huge_png(60_000, 60_000)) == ("PNG", 60_000, 60_000)
    with pytest.raises(ImageUnreadable):
        look_at(b"no image")


def test_whether_a_page_is_there_is_told_without_counting_them_all() -> None:
    scans = as_file(*(Image.new("L", (60, 40)) for _ in range(3)), kind="TIFF")
    assert [has_page(scans, number) for number in (1, 3, 4, MOST_PAGES + 1)] == [True, True, False, False]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_picture_is_the_page(kind: str) -> None:
    frames = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue", "green")]
    assert Document(as_file(*frames, kind=kind)).pages == 1


def test_a_photo_is_turned_as_its_exif_says() -> None:
    image = Image.new("RGB", (60, 40), "white")
    image.paste("black", (0, 0, 10, 10))
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 6
    (scan,) = scans(as_file(image, kind="PNG", exif=exif))
    assert (scan.width, scan.height) == scan.image.size == (40, 60)
    assert scan.image.getpixel((37, 3)) == (0, 0, 0)
    assert scan.image.getpixel((3, 3)) == (255, 255, 255)


def test_what_has_been_turned_is_not_turned_again() -> None:
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 6
    (scan,) = scans(as_file(Image.new("RGB", (60, 40)), kind="JPEG", exif=exif))
    assert upright(scan.image).size == scan.image.size == (40, 60)


def test_a_large_jpeg_is_decoded_smaller_but_keeps_its_size() -> None:
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = 6
    (scan,) = scans(as_file(Image.new("L", (9000, 300), 200), kind="JPEG", exif=exif))
    assert (scan.width, scan.height) == (300, 9000)
    assert scan.image.size == (133, 4000)


def test_what_is_transparent_becomes_white() -> None:
    assert upright(Image.new("RGBA", (2, 2), (0, 0, 0, 0))).getpixel((0, 0)) == (255, 255, 255)
    assert upright(Image.new("LA", (2, 2), (0, 0))).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I;16", "I", "F", "RGBX"])
def test_every_kind_of_pixels_becomes_colour(mode: str) -> None:
    assert upright(Image.new(mode, (5, 4))).mode == "RGB"


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
def test_deep_grey_keeps_its_tones(bits: int) -> None:
    top = 2**bits - 1
    deep = Image.fromarray(np.array([[0, top // 2, top]], dtype=np.uint16))
    black, middle, white = (upright(deep).getpixel((x, 0)) for x in range(3))
    assert (black, white) == ((0, 0, 0), (255, 255, 255))
    assert middle == (127, 127, 127)


def test_more_pixels_than_the_engine_takes_are_refused_in_a_sentence() -> None:
    with pytest.raises(ImageTooLarge, match=r"20,000 x 20,000 pixels; the engine takes at most 250 million"):
        scans(huge_png(20_000, 20_000))


def test_pillows_own_lower_limit_is_not_ours() -> None:
    assert Image.MAX_IMAGE_PIXELS
    limit = Image.MAX_IMAGE_PIXELS
    assert Document(huge_png(15_000, 15_000)).pages == 1
    assert limit == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("content", [b"", b"no image", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"])
def test_other_bytes_are_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(ImageUnreadable, match="cannot be decoded as an image") as refused:
        scans(content)
    assert refused.value.code == "InvalidImage"


@given(st.sampled_from(["JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP"]), st.data())
def test_damage_raises_nothing_but_our_errors(kind: str, data: st.DataObject) -> None:
    content = bytearray(as_file(Image.new("L", (40, 30), 120), kind=kind))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(EngineError):
        scans(bytes(content[: data.draw(st.integers(0, len(content)))]))
