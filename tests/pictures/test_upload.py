"""What is sent lies upright in itself, and is within what the service takes."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from tui.model import Limits, Line, Page, Polygon, SentPage, Shipment, Word, mapped_back
from tui.pictures.source import PictureError
from tui.pictures.upload import STEP, shipment

ORIENTATION = 0x0112
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
LIMITS = Limits("Read 9", frozenset({"JPEG", "PNG", "BMP", "TIFF", "PDF"}), 4_000_000, 50, 1000, 100)
FREE = replace(LIMITS, service="the free tier of Read 9", most_pages=2, reads_the_first=True)
PICTURES_ONLY = replace(
    LIMITS, service="Recognize Text 9", formats=frozenset({"JPEG", "PNG", "BMP"}), most_pages=1, reads_the_first=True
)

STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How an upright picture is laid so that the EXIF orientation makes it upright again."""


def picture(form: str, orientation: int | None) -> bytes:
    """Return a picture of 30 x 20 pixels, dark in its stored top left corner."""
    image = Image.new("L", (30, 20), 255)
    image.paste(0, (0, 0, 10, 10))
    exif = Image.Exif()
    if orientation:
        exif[ORIENTATION] = orientation
    return saved(image, form, exif=exif)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def page(width: int = 240, height: int = 120, mode: str = "RGB") -> Image.Image:
    """Return a page with its top left quarter dark and its bottom right quarter grey."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width // 2 - 1, height // 2 - 1), "black")
    draw.rectangle((width // 2, height // 2, width, height), (120, 120, 120))
    return image.convert(mode)


@cache
def noise(width: int = 400, height: int = 300, mode: str = "RGB", seed: int = 0) -> Image.Image:
    """Return a page that hardly compresses."""
    return Image.frombytes(
        mode, (width, height), random.Random(seed).randbytes(width * height * (3 if mode == "RGB" else 1))
    )


def tiff(pages: Sequence[Image.Image]) -> bytes:
    first, *others = pages
    return saved(first, "TIFF", save_all=True, append_images=others)


def opened(shipped: Shipment, number: int = 0) -> Image.Image:
    image = Image.open(io.BytesIO(shipped.content))
    image.seek(number)
    image.load()
    return image


def quarters(image: Image.Image) -> list[int]:
    """Return the shades of the four quarters: top left, top right, bottom left, bottom right."""
    grey = image.convert("L")
    width, height = grey.size
    pixels = grey.tobytes()
    return [pixels[y * width + x] for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]


def is_the_page(image: Image.Image) -> bool:
    return all(abs(found - shade) < 12 for found, shade in zip(quarters(image), (0, 255, 255, 120), strict=True))


# -- as it is ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["JPEG", "PNG", "BMP", "TIFF"])
def test_a_file_that_fits_is_sent_byte_for_byte(form: str) -> None:
    content = saved(page(), form)
    shipped = shipment(content, LIMITS)
    assert shipped.content is content
    assert (shipped.pages, shipped.remark) == ((), "")


def test_what_just_fits_fits() -> None:
    content = saved(noise(), "PNG")
    assert shipment(content, replace(LIMITS, most_bytes=len(content))).content is content
    assert shipment(content, replace(LIMITS, most_bytes=len(content) - 1)).content is not content


@given(st.binary())
def test_what_is_no_picture_is_left_to_the_service(content: bytes) -> None:
    assert shipment(content, LIMITS) == Shipment(content)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF"])
def test_a_file_cut_short_is_left_to_the_service(form: str) -> None:
    content = saved(noise(1200, 300), form)[:-50_000]
    assert shipment(content, LIMITS) == Shipment(content)


def test_a_broken_file_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(PictureError, match=r"has 3001 bytes; Read 9 takes at most 3000 bytes"):
        shipment(b"x" * 3001, replace(LIMITS, most_bytes=3000))


def test_a_pdf_is_sent_as_it_is() -> None:
    content = b"\n%PDF-1.7\n..."
    assert shipment(content, LIMITS) == Shipment(content)
    with pytest.raises(PictureError, match=r"Read 9 takes at most 5 bytes"):
        shipment(content, replace(LIMITS, most_bytes=5))
    with pytest.raises(PictureError, match=r"^Recognize Text 9 takes no PDF documents"):
        shipment(content, PICTURES_ONLY)


# -- upright -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("orientation", STORED)
def test_every_turn_is_baked_in(form: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = page().transpose(STORED[orientation])
    shipped = shipment(saved(stored, form, exif=exif, dpi=(300, 150), icc_profile=SRGB), LIMITS)
    sent = opened(shipped)
    assert (sent.format, sent.size, sent.getexif().get(ORIENTATION, 1)) == (form, (240, 120), 1)
    assert is_the_page(sent)
    assert (shipped.pages, shipped.remark) == ((), "")
    assert sent.info["icc_profile"] == SRGB
    dots = (150, 300) if orientation >= 5 else (300, 150)
    assert sent.info["dpi"] == pytest.approx(dots, rel=0.001)


@pytest.mark.parametrize("compression", [None, "jpeg", "tiff_lzw"])
def test_the_pages_of_a_tiff_are_turned_each(compression: str | None) -> None:
    stored = [page(), page().transpose(STORED[6]), page().transpose(STORED[3])]
    shipped = shipment(turned_tiff(stored, (1, 6, 3), compression), LIMITS)
    assert (shipped.pages, shipped.remark) == ((), "")
    for number in range(3):
        sent = opened(shipped, number)
        assert (sent.format, sent.size, sent.getexif().get(ORIENTATION, 1)) == ("TIFF", (240, 120), 1)
        assert is_the_page(sent)
        assert sent.info["dpi"] == (300, 300)
        assert sent.info["icc_profile"] == SRGB


def turned_tiff(pages: Sequence[Image.Image], orientations: Sequence[int], compression: str | None = None) -> bytes:
    """Return a TIFF whose pages are stored as their orientations say."""
    from PIL.TiffImagePlugin import AppendingTiffWriter

    out = io.BytesIO()
    with AppendingTiffWriter(out, new=True) as writer:
        for image, orientation in zip(pages, orientations, strict=True):
            image.save(
                writer,
                "TIFF",
                compression=compression,
                tiffinfo={ORIENTATION: orientation},
                dpi=(300, 300),
                icc_profile=SRGB,
            )
            writer.newFrame()
    return out.getvalue()


# -- formats -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "options", "becomes"),
    [
        ("GIF", {}, "PNG"),
        ("PPM", {}, "PNG"),
        ("DIB", {}, "PNG"),
        ("JPEG2000", {}, "PNG"),
        ("WEBP", {"lossless": True}, "PNG"),
        ("WEBP", {"quality": 90}, "JPEG"),
        ("AVIF", {}, "JPEG"),
    ],
)
def test_a_format_that_is_not_taken_becomes_one_that_is(form: str, options: dict[str, Any], becomes: str) -> None:
    shipped = shipment(saved(page(), form, **options), LIMITS)
    assert opened(shipped).format == becomes
    assert is_the_page(opened(shipped))
    assert shipped.pages == ()
    assert shipped.remark == f"sent as {becomes}: Read 9 takes no {form}"


def test_a_format_that_one_service_takes_is_sent_as_it_is() -> None:
    content = saved(page(), "WEBP")
    assert shipment(content, replace(LIMITS, formats=LIMITS.formats | {"WEBP"})).content is content


def test_of_a_phones_jpeg_with_more_behind_it_the_first_is_sent() -> None:
    content = saved(page(), "MPO", save_all=True, append_images=[page(60, 30)])
    shipped = shipment(content, LIMITS)
    assert opened(shipped).format == "JPEG"
    assert is_the_page(opened(shipped))
    assert shipped.remark == "sent as JPEG: Read 9 takes no MPO"


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_of_an_animation_the_first_picture_is_sent(form: str) -> None:
    content = saved(
        page(), form, save_all=True, append_images=[noise(240, 120), noise(240, 120, seed=1)], lossless=True
    )
    shipped = shipment(content, LIMITS)
    assert is_the_page(opened(shipped))
    assert shipped.remark.endswith(f"takes no {form}; only the first of its 3 pictures is sent")


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F", "LAB", "YCbCr"])
@pytest.mark.parametrize("most_bytes", [4_000_000, 6000])
def test_every_kind_of_pixel_can_be_sent(mode: str, most_bytes: int) -> None:
    limits = replace(LIMITS, most_bytes=most_bytes, longest_side=200)
    if mode == "LAB":
        image = Image.merge("LAB", [page(mode="L"), *[Image.new("L", (240, 120), 128)] * 2])
    elif mode == "I;16":
        image = page(mode="I").point(lambda value: value * 257).convert("I;16")
    else:
        image = page(mode=mode)
    sent = opened(shipment(saved(image, "TIFF"), replace(limits, formats=PICTURES_ONLY.formats)))
    assert sent.size == (200, 100)
    few = mode in ("1", "P")  # in which the grey quarter is made of dots
    assert is_the_page(sent) or (few and quarters(sent)[:3] == [0, 255, 255])
    as_tiff = opened(shipment(saved(image, "TIFF"), limits))
    assert (as_tiff.format, as_tiff.size) == ("TIFF", (200, 100))
    assert is_the_page(as_tiff) or (few and quarters(as_tiff)[:3] == [0, 255, 255])


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_what_is_transparent_becomes_white_paper(mode: str) -> None:
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))
    image.paste(noise(100, 200).convert("RGBA"))
    content = saved(image.convert(mode), "PNG")
    sent = opened(shipment(content, replace(LIMITS, most_bytes=12_000)))
    assert sent.format == "JPEG"
    assert quarters(sent)[1] > 240


# -- sides -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["JPEG", "PNG", "BMP", "TIFF"])
def test_too_many_pixels_are_reduced_to_what_is_taken(form: str) -> None:
    shipped = shipment(saved(page(3000, 1501), form, dpi=(600, 600)), LIMITS)
    sent = opened(shipped)
    assert (sent.format, sent.size) == ("PNG" if form == "BMP" else form, (1000, 500))
    assert is_the_page(sent)
    assert shipped.pages == (SentPage(1000, 500, 1000 / 3000, 500 / 1501),)
    assert shipped.remark == (
        "sent at 1000 x 500 instead of 3000 x 1501 pixels (33 %): Read 9 takes at most 1000 a side"
    )
    assert sent.info["dpi"] == pytest.approx((200, 200), rel=0.01)


def test_a_turned_photo_is_reduced_in_its_upright_shape() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    content = saved(page(3000, 1500).transpose(STORED[6]), "JPEG", exif=exif, dpi=(300, 150))
    shipped = shipment(content, LIMITS)
    assert opened(shipped).size == (1000, 500)
    assert is_the_page(opened(shipped))
    assert opened(shipped).info["dpi"] == (50, 100)


def test_a_service_that_takes_no_tiff_gets_its_first_page() -> None:
    content = tiff([page(), noise(240, 120), noise(240, 120, seed=1)])
    shipped = shipment(content, PICTURES_ONLY)
    assert opened(shipped).format == "PNG"
    assert is_the_page(opened(shipped))
    assert shipped.remark == (
        "sent as PNG: Recognize Text 9 takes no TIFF; Recognize Text 9 reads only the first of 3 pages"
    )


def test_what_is_too_small_gets_white_at_the_right_and_at_the_bottom() -> None:
    for form in ("JPEG", "PNG", "TIFF"):
        shipped = shipment(saved(page(40, 20), form), LIMITS)
        sent = opened(shipped)
        assert sent.size == (50, 50)
        assert is_the_page(sent.crop((0, 0, 40, 20)))
        assert sent.convert("L").crop((41, 0, 50, 50)).getextrema()[0] > 240  # type: ignore[operator]
        assert shipped.pages == (SentPage(50, 50, 1.0, 1.0),)
        assert shipped.remark == "filled up with white to 50 x 50 pixels: Read 9 takes no side below 50"


def test_a_bilevel_page_that_is_too_small_stays_bilevel() -> None:
    sent = opened(shipment(saved(page(40, 20, "1"), "PNG"), LIMITS))
    assert (sent.mode, sent.size) == ("1", (50, 50))
    assert sent.getpixel((45, 45)) == 255


@pytest.mark.parametrize("size", [(20_000, 300), (300, 20_000), (1200, 20)])
def test_a_strip_that_would_become_too_thin_is_not_sent(size: tuple[int, int]) -> None:
    with pytest.raises(PictureError, match=r"takes at most 1000 a side; .* only \d+ thin\. Cut it into pieces"):
        shipment(saved(page(*size, "1"), "PNG"), LIMITS)


# -- bytes -------------------------------------------------------------------------------------------------------------


def test_a_jpeg_that_is_too_long_is_compressed_before_it_is_reduced() -> None:
    content = saved(noise(), "JPEG", quality=100)
    shipped = shipment(content, replace(LIMITS, most_bytes=130_000))
    assert opened(shipped).size == (400, 300)
    assert len(shipped.content) <= 130_000
    assert shipped.pages == ()
    assert shipped.remark == "compressed as JPEG of quality 90: Read 9 takes at most 130000 bytes"


def test_a_png_that_is_too_long_becomes_a_jpeg() -> None:
    shipped = shipment(saved(noise(), "PNG"), replace(LIMITS, most_bytes=300_000))
    assert opened(shipped).format == "JPEG"
    assert shipped.remark == "compressed as JPEG of quality 95: Read 9 takes at most 300000 bytes"


def test_a_bitmap_that_is_too_long_becomes_a_png_which_loses_nothing() -> None:
    shipped = shipment(saved(page(), "BMP"), replace(LIMITS, most_bytes=10_000))
    sent = opened(shipped)
    assert sent.format == "PNG"
    assert sent.tobytes() == page().tobytes()
    assert shipped.remark == ""


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("most_bytes", [40_000, 20_000, 7000])
def test_pixels_are_given_up_last_and_no_more_than_need_be(form: str, most_bytes: int) -> None:
    limits = replace(LIMITS, most_bytes=most_bytes)
    shipped = shipment(saved(noise(), form, **({"quality": 100} if form == "JPEG" else {})), limits)
    (sent,) = shipped.pages
    assert len(shipped.content) <= most_bytes
    assert opened(shipped).size == (sent.width, sent.height) == (round(400 * sent.across), round(300 * sent.down))
    assert shipped.remark == (
        f"sent at {sent.width} x {sent.height} instead of 400 x 300 pixels ({100 * sent.width / 400:.0f} %): "
        f"Read 9 takes at most {most_bytes} bytes"
    )
    larger = noise().resize((round(sent.width * STEP * STEP), round(sent.height * STEP * STEP)), 1)
    assert len(saved(larger, "JPEG", quality=75)) > most_bytes


def test_both_reasons_are_told() -> None:
    shipped = shipment(saved(noise(), "JPEG"), replace(LIMITS, longest_side=300, most_bytes=20_000))
    assert max(opened(shipped).size) < 300
    assert shipped.remark.endswith(": Read 9 takes at most 300 a side and 20000 bytes")
    assert shipped.remark.startswith("sent at ")


def test_what_no_compression_can_help_is_not_sent() -> None:
    with pytest.raises(PictureError, match=r"does not fit into the 300 bytes that Read 9 takes\. Cut it"):
        shipment(saved(noise(), "JPEG"), replace(LIMITS, most_bytes=300))


def test_megabytes_are_told_as_such() -> None:
    limits = replace(LIMITS, most_bytes=4 * 1024 * 1024 - 1, longest_side=10_000)
    shipped = shipment(saved(noise(2000, 1500), "PNG", compress_level=0), limits)
    assert shipped.remark == "compressed as JPEG of quality 90: Read 9 takes at most 4 MB"
    with pytest.raises(PictureError, match=r"has 4\.05 MB; Read 9 takes at most 4 MB\."):
        shipment(b"%PDF-" + bytes(4_250_000), limits)


# -- documents ---------------------------------------------------------------------------------------------------------


def test_a_long_tiff_is_first_compressed_without_loss() -> None:
    pages = [page(), page(mode="L"), page(mode="1")]
    content = tiff(pages)
    shipped = shipment(content, replace(LIMITS, most_bytes=len(content) // 10))
    assert (shipped.pages, shipped.remark) == ((), "")
    for number, image in enumerate(pages):
        sent = opened(shipped, number)
        assert (sent.mode, sent.tobytes()) == (image.mode, image.tobytes())
    assert opened(shipped, 2).info["compression"] == "group4"


def test_a_longer_one_becomes_jpegs_in_a_tiff() -> None:
    shipped = shipment(tiff([noise(), noise(seed=1), page(mode="1")]), replace(LIMITS, most_bytes=330_000))
    assert shipped.pages == ()
    assert "compressed as JPEG of quality" in shipped.remark
    assert [opened(shipped, number).info["compression"] for number in range(3)] == ["jpeg", "jpeg", "group4"]
    assert opened(shipped, 2).tobytes() == page(mode="1").tobytes()


def test_a_still_longer_one_is_reduced_each_page_by_as_much() -> None:
    content = tiff([noise(), noise(200, 300, seed=1), noise(1200, 300, seed=2)])
    shipped = shipment(content, replace(LIMITS, most_bytes=100_000))
    first, second, third = shipped.pages
    assert first.across == pytest.approx(second.across, rel=0.01)
    assert third.across == pytest.approx(first.across * 1000 / 1200, rel=0.01)
    for number, sent in enumerate(shipped.pages):
        assert opened(shipped, number).size == (sent.width, sent.height)
    assert shipped.remark.startswith("sent with 3 of 3 pages made smaller, page 1 to ")
    assert shipped.remark.endswith(" %): Read 9 takes at most 1000 a side and 100000 bytes")


def test_a_black_and_white_page_stays_so_however_it_is_reduced() -> None:
    shipped = shipment(saved(page(3000, 1500, "1"), "TIFF"), LIMITS)
    sent = opened(shipped)
    assert (sent.mode, sent.size, sent.info["compression"]) == ("1", (1000, 500), "group4")
    assert quarters(sent)[:3] == [0, 255, 255]


def test_a_document_that_cannot_be_made_to_fit_is_not_sent() -> None:
    with pytest.raises(PictureError, match=r"the 2 pages do not fit into the 900 bytes .* Split the document"):
        shipment(tiff([noise(), noise(seed=1)]), replace(LIMITS, most_bytes=900))


def test_the_free_tier_reads_the_first_pages_and_says_so() -> None:
    content = tiff([page()] * 7)
    shipped = shipment(content, FREE)
    assert shipped.content is content
    assert shipped.remark == "the free tier of Read 9 reads only the first 2 of 7 pages"


def test_pages_that_are_not_read_are_not_sent_where_room_is_scarce() -> None:
    shipped = shipment(tiff([page(1200, 600), page(), noise(1200, 900)]), FREE)
    assert opened(shipped).n_frames == 2  # type: ignore[attr-defined]
    assert shipped.pages == (SentPage(1000, 500, 1000 / 1200, 500 / 600), SentPage(240, 120, 1.0, 1.0))
    assert shipped.remark == (
        "sent with 1 of 2 pages made smaller, page 1 to 1000 x 500 instead of 1200 x 600 pixels (83 %): the free tier "
        "of Read 9 takes at most 1000 a side; the free tier of Read 9 reads only the first 2 of 7 pages"
    ).replace("of 7", "of 3")


def test_more_pages_than_are_read_are_not_sent() -> None:
    with pytest.raises(PictureError, match=r"has 4 pages, more than the 3 that Read 9 reads\. Split it"):
        shipment(tiff([page()] * 4), replace(LIMITS, most_pages=3))


@pytest.mark.parametrize("side", [17_000, 30_000, 200_000])
def test_a_picture_that_would_fill_the_memory_is_not_opened(side: int) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    content = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100)))
    with pytest.raises(PictureError, match="more than the 250 million pixels"):
        shipment(content, LIMITS)


# -- the way back ------------------------------------------------------------------------------------------------------


def answer(width: float, height: float, box: Polygon) -> Page:
    return Page(1, width, height, 3.0, (Line("a b", box, (Word("a", box), Word("b"))),))


def test_boxes_are_mapped_back_whatever_the_service_says_of_the_size() -> None:
    sent = SentPage(500, 250, 0.5, 0.25)
    whole = Polygon.from_bounds(0, 0, 1000, 1000)
    for unit in (1.0, 0.5, 1 / 96):  # pixels as sent, the service's own reduction, inches
        read = answer(500 * unit, 250 * unit, Polygon.from_bounds(0, 0, 500 * unit, 250 * unit))
        back = mapped_back(read, (1000, 1000), sent)
        (line,) = back.lines
        assert (back.width, back.height, back.angle) == (1000, 1000, 3.0)
        assert line.polygon is not None
        assert line.polygon.numbers == pytest.approx(whole.numbers)
        assert line.words[0].polygon == line.polygon
        assert line.words[1].polygon is None
    unsized = mapped_back(answer(0, 0, Polygon.from_bounds(0, 0, 500, 250)), (1000, 1000), sent)
    assert unsized.lines[0].polygon == whole
    assert unsized.width == 1000


def test_white_that_was_added_moves_no_box() -> None:
    ink = Polygon.from_bounds(5, 5, 30, 15)
    back = mapped_back(answer(50, 50, ink), (40, 20), SentPage(50, 50, 1.0, 1.0))
    assert back.lines[0].polygon == ink
    assert (back.width, back.height) == (40, 20)


def test_a_page_sent_as_it_is_is_only_fitted() -> None:
    read = answer(8.5, 11, Polygon.from_bounds(1, 1, 2, 2))
    assert mapped_back(read, (850, 1100)) == read.fitted(850, 1100)


def painted(width: int, height: int, mode: str) -> Image.Image:
    image = noise(width, height, "L", width * 7 + height)
    return image.convert(mode)


def in_a_file(form: str, image: Image.Image, orientation: int) -> bytes:
    if form == "TIFF":
        return turned_tiff([image, image.transpose(Image.Transpose.ROTATE_90)], (orientation, orientation))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return saved(image, form, **({} if form in ("BMP", "GIF") else {"exif": exif}))


sides = st.integers(1, 300)


@settings(deadline=None)
@given(
    form=st.sampled_from(["JPEG", "PNG", "BMP", "TIFF", "GIF", "WEBP"]),
    mode=st.sampled_from(["1", "L", "RGB", "P", "RGBA"]),
    width=sides,
    height=sides,
    orientation=st.sampled_from([1, 3, 6]),
    has_tiff=st.booleans(),
    most_bytes=st.integers(1000, 200_000),
    shortest=st.integers(1, 60),
    longest=st.integers(60, 400),
    most_pages=st.integers(1, 3),
    reads_the_first=st.booleans(),
)
def test_what_is_sent_is_within_the_limits_and_its_corners_are_the_pages(
    *,
    form: str,
    mode: str,
    width: int,
    height: int,
    orientation: int,
    has_tiff: bool,
    most_bytes: int,
    shortest: int,
    longest: int,
    most_pages: int,
    reads_the_first: bool,
) -> None:
    formats = frozenset({"JPEG", "PNG", "BMP"} | ({"TIFF"} if has_tiff else set()))
    limits = Limits("Read 9", formats, most_bytes, shortest, longest, most_pages, reads_the_first)
    image = painted(width, height, mode)
    if form == "JPEG":
        image = image.convert("RGB")
    content = in_a_file(form, image, orientation)
    try:
        shipped = shipment(content, limits)
    except PictureError:
        return
    assert len(shipped.content) <= most_bytes
    with Image.open(io.BytesIO(content)) as original, Image.open(io.BytesIO(shipped.content)) as sent:
        assert sent.format in formats
        for number in range(min(2, most_pages) if sent.format == "TIFF" else 1):
            original.seek(number)
            sent.seek(number)
            assert shortest <= min(sent.size) <= max(sent.size) <= longest
            is_on_side = orientation == 6 and form not in ("BMP", "GIF", "TIFF")  # Pillow turns a TIFF itself
            size = original.size[::-1] if is_on_side else original.size
            check_corners(shipped.pages[number] if shipped.pages else None, sent.size, (size[0], size[1]))


def check_corners(sent: SentPage | None, size: tuple[int, int], original: tuple[int, int]) -> None:
    """Assert that the corners of what was sent, without the white, are those of the page."""
    if sent is None:
        assert size == original
        return
    assert size == (sent.width, sent.height)
    inside = round(original[0] * sent.across), round(original[1] * sent.down)
    assert inside[0] <= size[0]
    assert inside[1] <= size[1]
    for unit in (0.0, 1.0, 0.37):
        scale = unit or 1.0
        corners = Polygon.from_bounds(0, 0, inside[0] * scale, inside[1] * scale)
        back = mapped_back(answer(size[0] * unit, size[1] * unit, corners), original, sent)
        polygon = back.lines[0].polygon
        assert polygon is not None
        assert polygon.numbers == pytest.approx(Polygon.from_bounds(0, 0, *original).numbers, abs=1e-6)
