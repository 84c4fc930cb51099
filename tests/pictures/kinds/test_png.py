"""PNG: of every depth, with a palette, transparent, interlaced."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.pictures.test_source import is_alike, saved, upright
from tui.pictures.source import PictureError, measure, open_page


@pytest.mark.parametrize(("mode", "tolerance"), [("L", 0), ("P", 2), ("RGB", 0), ("LA", 0), ("RGBA", 0)])
def test_every_png_is_the_same_grey_page(tmp_path: Path, mode: str, tolerance: int) -> None:
    path = saved(upright().convert(mode), tmp_path / "page.png")
    assert (measure(path).format, measure(path).page_sizes) == ("PNG", ((64, 40),))
    assert is_alike(open_page(path, 1).image, upright(), tolerance)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_a_palette_of_a_few_bits_is_read(tmp_path: Path, bits: int) -> None:
    page = Image.new("P", (16, 8), 0)
    page.putpalette([0, 0, 0, 255, 255, 255])
    page.paste(1, (8, 0, 16, 8))
    opened = open_page(saved(page, tmp_path / "few.png", bits=bits), 1).image
    assert [opened.getpixel((x, 4)) for x in (2, 12)] == [0, 255]


def test_sixteen_bits_are_halved_and_not_clipped(tmp_path: Path) -> None:
    deep = Image.new("I;16", (64, 64), 65535 // 2)
    page = open_page(saved(deep, tmp_path / "deep.png"), 1, at_most=(32, 32), by_halves=True)
    assert (page.image.size, page.image.mode) == ((32, 32), "L")
    assert page.image.getpixel((5, 5)) == pytest.approx(127, abs=1)


def test_a_large_png_is_slow_to_open(tmp_path: Path) -> None:
    small, large = Image.new("1", (1000, 1000)), Image.new("1", (2000, 1001))
    paths = saved(small, tmp_path / "small.png"), saved(large, tmp_path / "large.png")
    assert [open_page(path, 1).is_slow for path in paths] == [False, True]


def test_a_png_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = saved(Image.effect_noise((100, 100), 80), tmp_path / "cut.png")
    path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(PictureError, match=r"cut\.png is damaged or cut short"):
        open_page(path, 1)
