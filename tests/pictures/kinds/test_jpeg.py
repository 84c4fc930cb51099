"""JPEG: baseline, progressive, in four colours, turned by EXIF, with others behind it; decoded at a fraction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.pictures.test_source import TURNED_BACK, is_alike, saved, upright
from tui.pictures.source import PictureError, measure, open_page


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"optimize": True}], ids=str)
@pytest.mark.parametrize("at_most", [None, (500, 500)])
def test_every_jpeg_is_the_same_grey_page(
    tmp_path: Path, mode: str, options: dict[str, Any], at_most: tuple[int, int] | None
) -> None:
    path = saved(upright(640, 400).convert(mode), tmp_path / "page.jpg", quality=95, **options)
    page = open_page(path, 1, at_most=at_most, by_halves=True)
    assert page.size == (640, 400)
    assert page.image.size == ((320, 200) if at_most else (640, 400))
    assert is_alike(page.image, upright(*page.image.size), 25)


@pytest.mark.parametrize(
    ("size", "at_most", "halved"),
    [
        ((1000, 1400), 1400, (1000, 1400)),
        ((1000, 1400), 1399, (500, 700)),
        ((1001, 1401), 701, (501, 701)),
        ((1001, 1401), 350, (126, 176)),
        ((1000, 1400), 50, (32, 44)),
        ((3, 900), 10, (1, 8)),
    ],
)
@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_halving_ends_when_the_page_fits(
    tmp_path: Path, size: tuple[int, int], at_most: int, halved: tuple[int, int], kind: str
) -> None:
    path = saved(Image.new("L", size, 200), tmp_path / f"page.{kind}")
    page = open_page(path, 1, at_most=(at_most, at_most), by_halves=True)
    assert (page.size, page.image.size) == (size, halved)
    assert page.image.getextrema() == (200, 200)


@pytest.mark.parametrize("orientation", TURNED_BACK)
def test_a_turned_photo_is_halved_upright(tmp_path: Path, orientation: int) -> None:
    turn = TURNED_BACK[orientation]
    stored = upright(640, 400) if turn is None else upright(640, 400).transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = saved(stored, tmp_path / "photo.jpg", exif=exif, quality=95)
    page = open_page(path, 1, at_most=(320, 200), by_halves=True)
    assert page.size == (640, 400)
    assert is_alike(page.image, upright(320, 200), 25)


def test_only_what_cannot_be_decoded_at_a_fraction_is_slow(tmp_path: Path) -> None:
    large = Image.new("L", (1600, 1300), 255)
    baseline = saved(large, tmp_path / "baseline.jpg")
    progressive = saved(large, tmp_path / "progressive.jpg", progressive=True)
    assert [open_page(path, 1).is_slow for path in (baseline, progressive)] == [False, True]


def test_a_file_that_is_called_otherwise_is_what_it_holds(tmp_path: Path) -> None:
    path = saved(upright(), tmp_path / "page.png", format="JPEG")
    assert measure(path).format == "JPEG"
    assert open_page(path, 1).size == (64, 40)


def test_a_photo_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = saved(Image.effect_noise((300, 300), 80), tmp_path / "cut.jpg")
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(PictureError, match=r"cut\.jpg is damaged or cut short"):
        open_page(path, 1, at_most=(150, 150), by_halves=True)
