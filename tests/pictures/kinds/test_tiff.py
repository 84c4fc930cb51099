"""TIFF: of several pages, of one bit and of sixteen, in every compression that archives use."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.pictures.test_source import is_alike, saved, upright
from tui.pictures.source import PictureError, measure, open_page


@pytest.mark.parametrize(
    ("mode", "compression", "tolerance"),
    [
        ("L", "tiff_lzw", 0),
        ("RGB", "tiff_lzw", 0),
        ("L", "tiff_adobe_deflate", 0),
        ("RGB", "packbits", 0),
        ("L", "jpeg", 14),
        ("RGB", "jpeg", 14),
        ("YCbCr", "jpeg", 14),
        ("CMYK", "jpeg", 14),
        ("L", "zstd", 0),
    ],
)
def test_every_compression_is_the_same_grey_page(tmp_path: Path, mode: str, compression: str, tolerance: int) -> None:
    path = saved(upright().convert(mode), tmp_path / "page.tif", compression=compression)
    assert (measure(path).format, measure(path).page_sizes) == ("TIFF", ((64, 40),))
    assert is_alike(open_page(path, 1).image, upright(), tolerance)


@pytest.mark.parametrize("compression", ["group3", "group4", "tiff_ccitt", "raw"])
def test_one_bit_is_halved_to_greys(tmp_path: Path, compression: str) -> None:
    stripes = Image.new("1", (64, 64), 1)
    for x in range(0, 64, 2):
        stripes.paste(0, (x, 0, x + 1, 64))
    path = saved(stripes, tmp_path / "fax.tif", compression=compression)
    page = open_page(path, 1, at_most=(32, 32), by_halves=True).image
    assert page.getextrema() in {(127, 127), (128, 128)}


def test_sixteen_bits_are_scaled(tmp_path: Path) -> None:
    path = saved(Image.new("I;16", (8, 8), 65535 // 4), tmp_path / "deep.tif", compression="tiff_lzw")
    assert open_page(path, 1).image.getpixel((4, 4)) == pytest.approx(64, abs=1)


def test_pages_of_all_kinds_lie_in_one_file(tmp_path: Path) -> None:
    pages = [upright(), upright(90, 20).convert("RGB"), Image.new("1", (30, 30), 1)]
    path = saved(pages[0], tmp_path / "all.tif", save_all=True, append_images=pages[1:])
    assert measure(path).page_sizes == ((64, 40), (90, 20), (30, 30))
    assert [open_page(path, number).size for number in (3, 1, 2)] == [(30, 30), (64, 40), (90, 20)]
    assert is_alike(open_page(path, 2).image, upright(90, 20))
    with pytest.raises(PictureError, match=r"all\.tif has 3 pages, and no page 4"):
        open_page(path, 4)


def test_a_page_may_be_sound_behind_one_that_is_not(tmp_path: Path) -> None:
    noise = Image.effect_noise((64, 64), 90)
    path = saved(noise, tmp_path / "half.tif", save_all=True, append_images=[upright()], compression="tiff_lzw")
    content = bytearray(path.read_bytes())
    with Image.open(path) as image:
        begins = image.tag_v2[273][0]  # type: ignore[attr-defined]
    content[begins + 10 : begins + 800] = b"\xff" * 790
    path.write_bytes(content)
    with pytest.raises(PictureError, match=r"half\.tif is damaged"):
        open_page(path, 1)
    assert is_alike(open_page(path, 2).image, upright())
