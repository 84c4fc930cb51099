"""Every kind of image opens as an upright grey page; every fault is told as a sentence that names the file."""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, features

from tui.pictures.source import PIXEL_LIMIT, SUFFIXES, PictureError, measure, open_page

TURNED_BACK = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How an upright picture is laid so that the EXIF orientation makes it upright again."""


def upright(width: int = 64, height: int = 40) -> Image.Image:
    """Grey, with a dark bar at the top and a darker block at the top left: no turn or flip looks the same."""
    image = Image.new("L", (width, height), 220)
    image.paste(120, (0, 0, width, height // 4))
    image.paste(20, (0, 0, width // 4, height // 4))
    return image


def is_alike(one: Image.Image, other: Image.Image, tolerance: int = 0) -> bool:
    assert one.mode == other.mode == "L"
    assert one.size == other.size
    return max(ImageChops.difference(one, other).tobytes()) <= tolerance


def saved(image: Image.Image, path: Path, **options: Any) -> Path:
    image.save(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "mode", "options", "tolerance"),
    [
        ("baseline.jpg", "RGB", {"quality": 95}, 12),
        ("progressive.jpg", "L", {"quality": 95, "progressive": True}, 12),
        ("cmyk.jpg", "CMYK", {"quality": 95}, 14),
        ("grey.png", "L", {}, 0),
        ("palette.png", "P", {}, 2),
        ("none.tif", "L", {}, 0),
        ("lzw.tif", "RGB", {"compression": "tiff_lzw"}, 0),
        ("cmyk.tif", "CMYK", {}, 2),
        ("lab.tif", "LAB", {}, 255),
        ("plain.bmp", "RGB", {}, 0),
        ("plain.gif", "P", {}, 2),
        ("plain.webp", "RGB", {"lossless": True}, 1),
        ("plain.pgm", "L", {}, 0),
    ],
)
def test_an_image_of_any_kind_opens_as_the_same_grey_page(
    tmp_path: Path, name: str, mode: str, options: dict[str, Any], tolerance: int
) -> None:
    image = upright() if mode != "LAB" else Image.merge("LAB", [upright(), *[Image.new("L", (64, 40), 128)] * 2])
    path = saved(image if mode == "LAB" else image.convert(mode), tmp_path / name, **options)
    page = open_page(path, 1)
    assert is_alike(page.image, upright(), tolerance)
    assert (page.size, page.scale) == ((64, 40), (1.0, 1.0))
    assert measure(path).page_sizes == ((64, 40),)


@pytest.mark.parametrize(("suffix", "codec"), [(".avif", "avif"), (".jp2", "jpg_2000"), (".webp", "webp")])
def test_formats_of_a_codec_of_their_own_open_where_it_is_built_in(tmp_path: Path, suffix: str, codec: str) -> None:
    if not features.check(codec):
        pytest.skip(f"this Pillow has no {codec}")
    path = saved(upright().convert("RGB"), tmp_path / f"page{suffix}")
    assert is_alike(open_page(path, 1).image, upright(), 40)
    assert suffix in SUFFIXES


@pytest.mark.parametrize("options", [{"name": "g4.tif", "compression": "group4"}, {"name": "one_bit.png"}])
def test_one_bit_stays_black_on_white_and_is_reduced_to_greys(tmp_path: Path, options: dict[str, str]) -> None:
    stripes = Image.new("1", (64, 64), 1)
    for x in range(0, 64, 2):
        stripes.paste(0, (x, 0, x + 1, 64))
    path = saved(stripes, tmp_path / options.pop("name"), **options)
    whole, half = open_page(path, 1).image, open_page(path, 1, at_most=(32, 32)).image
    assert [whole.getpixel((x, 5)) for x in range(2)] == [0, 255]
    assert half.getpixel((10, 10)) in (127, 128)


@pytest.mark.parametrize("name", ["deep.png", "deep.tif"])
def test_sixteen_bits_are_scaled_and_not_clipped(tmp_path: Path, name: str) -> None:
    deep = Image.new("I;16", (2, 1))
    deep.putpixel((0, 0), 65535)
    deep.putpixel((1, 0), 65535 // 4)
    page = open_page(saved(deep, tmp_path / name), 1).image
    assert [page.getpixel((x, 0)) for x in range(2)] == [255, pytest.approx(64, abs=1)]


@pytest.mark.parametrize(
    ("low", "high", "dark", "light"), [(0.0, 1.0, 0, 255), (-5.0, 5.0, 0, 255), (0.0, 255.0, 0, 255)]
)
def test_fractions_are_scaled_to_the_white_they_are_counted_to(
    tmp_path: Path, low: float, high: float, dark: int, light: int
) -> None:
    deep = Image.new("F", (2, 1), high)
    deep.putpixel((0, 0), low)
    page = open_page(saved(deep, tmp_path / "deep.tif"), 1).image
    assert [page.getpixel((x, 0)) for x in range(2)] == [dark, light]


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_what_is_transparent_is_white(tmp_path: Path, mode: str) -> None:
    picture = Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    picture.putpixel((1, 0), (0, 0, 0, 255))
    page = open_page(saved(picture.convert(mode), tmp_path / "clear.png"), 1).image
    assert [page.getpixel((x, 0)) for x in range(2)] == [255, 0]


@pytest.mark.parametrize("orientation", TURNED_BACK)
@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("at_most", [None, (32, 32)])
def test_a_page_that_lies_on_its_side_is_stood_up(
    tmp_path: Path, orientation: int, suffix: str, at_most: tuple[int, int] | None
) -> None:
    turn = TURNED_BACK[orientation]
    stored = upright() if turn is None else upright().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(stored.convert("RGB"), tmp_path / f"lies.{suffix}", exif=exif, quality=95)
    page = open_page(path, 1, at_most=at_most)
    assert measure(path).page_sizes == (page.size,) == ((64, 40),)
    assert page.image.size == ((32, 20) if at_most else (64, 40))
    assert is_alike(page.image, upright().resize(page.image.size, Image.Resampling.BOX), 30)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_leaves_a_page_as_it_was_stored(tmp_path: Path) -> None:
    path = saved(upright(), tmp_path / "odd.jpg", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff")
    assert open_page(path, 1).size == measure(path).page_sizes[0] == (64, 40)


def test_each_frame_of_a_tiff_is_a_page_of_its_own_size(tmp_path: Path) -> None:
    frames = [Image.new("L", (30, 20), 10), Image.new("L", (20, 50), 200), Image.new("1", (8, 9), 1)]
    path = saved(frames[0], tmp_path / "three.tif", save_all=True, append_images=frames[1:])
    assert measure(path).page_sizes == ((30, 20), (20, 50), (8, 9))
    assert [open_page(path, number).image.getpixel((1, 1)) for number in (1, 2, 3)] == [10, 200, 255]


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_an_animation_is_its_first_picture(tmp_path: Path, suffix: str) -> None:
    frames = [Image.new("RGB", (16, 16), shade) for shade in ("black", "white")]
    path = saved(frames[0], tmp_path / f"moves.{suffix}", save_all=True, append_images=frames[1:], lossless=True)
    assert measure(path).page_sizes == ((16, 16),)
    assert open_page(path, 1).image.getextrema() == (0, 0)


def test_facts_are_the_sum_and_the_length_of_the_bytes(tmp_path: Path) -> None:
    path = saved(upright(), tmp_path / "page.png")
    facts = measure(path)
    assert facts.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (facts.bytes, facts.format) == (path.stat().st_size, "PNG")


def test_a_phones_picture_with_another_behind_it_is_a_jpeg_of_one_page(tmp_path: Path) -> None:
    path = saved(upright(), tmp_path / "phone.jpg", format="MPO", save_all=True, append_images=[upright(32, 20)])
    facts = measure(path)
    assert (facts.format, facts.page_sizes) == ("JPEG", ((64, 40),))


@pytest.mark.parametrize("name", ["large.jpg", "large.png"])
def test_a_reduced_page_knows_its_whole_size(tmp_path: Path, name: str) -> None:
    page = open_page(saved(upright(1001, 777), tmp_path / name), 1, at_most=(120, 120))
    assert (page.size, page.image.size) == ((1001, 777), (120, 93))
    assert page.scale == (120 / 1001, 93 / 777)


def test_a_small_page_is_not_enlarged(tmp_path: Path) -> None:
    assert open_page(saved(upright(), tmp_path / "small.png"), 1, at_most=(500, 500)).image.size == (64, 40)


def test_pages_are_opened_in_many_threads_at_once(tmp_path: Path) -> None:
    paths = [saved(upright(40 + number, 30), tmp_path / f"{number}.png") for number in range(12)]
    with ThreadPoolExecutor(6) as threads:
        sizes = list(threads.map(lambda path: open_page(path, 1).size, paths))
    assert sizes == [(40 + number, 30) for number in range(12)]


def png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b""))
    )


def bytes_of(kind: str) -> bytes:
    out = BytesIO()
    Image.effect_noise((64, 64), 90).save(out, kind)
    return out.getvalue()


FAULTS = {
    "empty.png": (b"", "is empty"),
    "letter.jpg": (b"Dear Clara, it rains.", "is not an image"),
    "letter.pdf": (b"%PDF-1.7\n", "is damaged or cut short"),
    "cut.jpg": (bytes_of("JPEG")[:-900], "is damaged or cut short"),
    "cut.png": (bytes_of("PNG")[:-900], "is damaged or cut short"),
    "cut.tif": (bytes_of("TIFF")[:1000], "is "),
    "bomb.png": (png_header(30_000, 30_000), "is too large"),
    "larger.png": (png_header(18_000, 18_000), "is too large"),
    "nothing.png": (png_header(0, 10), "is "),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_file_is_refused_with_its_name_and_the_reason(tmp_path: Path, name: str) -> None:
    content, reason = FAULTS[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(PictureError) as refusal:
        open_page(path, 1)
    assert f"{name} {reason}" in str(refusal.value)
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize("name", ["empty.png", "letter.jpg", "bomb.png", "larger.png"])
def test_measuring_refuses_what_its_header_gives_away(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(FAULTS[name][0])
    with pytest.raises(PictureError, match=name):
        measure(path)


def test_a_page_at_the_limit_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "drum_scan.png"
    path.write_bytes(png_header(PIXEL_LIMIT // 10_000, 10_000))
    assert measure(path).page_sizes == ((25_000, 10_000),)


@pytest.mark.parametrize("number", [-1, 0, 2])
def test_a_page_that_is_not_there_is_named(tmp_path: Path, number: int) -> None:
    path = saved(upright(), tmp_path / "one.png")
    with pytest.raises(PictureError, match=rf"one\.png has one page, and no page {number}"):
        open_page(path, number)


def test_a_file_that_has_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"gone\.png is not there"):
        open_page(tmp_path / "gone.png", 1)


def test_a_folder_is_no_image(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="is a folder"):
        measure(tmp_path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes here")
def test_a_pipe_is_refused_before_it_blocks(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(PictureError, match="is no regular file"):
        measure(tmp_path / "pipe.png")


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="there are no such permissions here")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = saved(upright(), tmp_path / "secret.png")
    path.chmod(0)
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        with pytest.raises(PictureError, match=r"secret\.png may not be read"):
            open_page(path, 1)
    finally:
        os.seteuid(user)


def test_a_name_is_told_without_its_control_characters(tmp_path: Path) -> None:
    path = tmp_path / "red\x1b[31m.png"
    path.write_bytes(b"no image")
    with pytest.raises(PictureError) as refusal:
        measure(path)
    assert "\x1b" not in str(refusal.value)


@settings(max_examples=150, deadline=None)
@given(kind=st.sampled_from(["JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP"]), data=st.data())
def test_a_damaged_file_opens_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    content = bytearray(bytes_of(kind))
    for place in data.draw(st.lists(st.integers(0, min(len(content), 600) - 1), min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / "damaged"
    path.write_bytes(content)
    for look in (measure, lambda path: open_page(path, 1)):
        with suppress(PictureError):
            look(path)
