"""JPEG 2000, in which libraries keep their masters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, features

from tests.pictures.test_source import is_alike, saved, upright
from tui.pictures.source import PictureError, loaded, measure, open_page

pytestmark = pytest.mark.skipif(not features.check("jpg_2000"), reason="this Pillow has no JPEG 2000")


@pytest.mark.parametrize("name", ["page.jp2", "page.j2k"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize(
    ("options", "tolerance"), [({}, 1), ({"quality_layers": [20], "irreversible": True}, 60)], ids=str
)
def test_a_master_is_a_grey_page(tmp_path: Path, name: str, mode: str, options: dict[str, Any], tolerance: int) -> None:
    path = saved(upright(128, 80).convert(mode), tmp_path / name, **options)
    assert (measure(path).format, measure(path).page_sizes) == ("JPEG2000", ((128, 80),))
    assert is_alike(open_page(path, 1).image, upright(128, 80), tolerance)


@pytest.mark.parametrize("size", [(640, 400), (641, 401), (643, 399), (1001, 1403)])
@pytest.mark.parametrize("share", [1, 2, 3, 4, 9])
def test_a_master_of_any_size_is_reduced_to_any_other(tmp_path: Path, size: tuple[int, int], share: int) -> None:
    path = saved(upright(*size).convert("RGB"), tmp_path / "page.jp2")
    room = size[0] // share, size[1] // share
    page = open_page(path, 1, at_most=room)
    assert (page.size, max(page.image.width - room[0], page.image.height - room[1])) == (size, 0)
    seen, drawn = (one.resize((8, 4), Image.Resampling.BOX) for one in (page.image, upright(*size)))
    assert is_alike(seen, drawn, 12)


@pytest.mark.parametrize(
    ("size", "wanted", "got"),
    [
        ((640, 400), (160, 100), (160, 100)),
        ((640, 400), (159, 99), (160, 100)),
        ((640, 400), (161, 101), (320, 200)),
        ((641, 400), (320, 200), (321, 200)),
        ((641, 401), (80, 50), (321, 201)),  # a quarter is no whole number, and Pillow asks for another than it gets
    ],
)
def test_no_more_of_a_master_is_decoded_than_is_wanted(
    tmp_path: Path, size: tuple[int, int], wanted: tuple[int, int], got: tuple[int, int]
) -> None:
    path = saved(upright(*size), tmp_path / "page.jp2")
    with Image.open(path) as image:
        picture, box = loaded(image, wanted, "L")
        assert (picture.size, box) == (got, None)


def test_a_master_with_few_wavelets_is_decoded_whole(tmp_path: Path) -> None:
    path = saved(upright(640, 400), tmp_path / "page.jp2", num_resolutions=1)
    page = open_page(path, 1, at_most=(320, 200), by_halves=True)
    assert is_alike(page.image, upright(320, 200), 8)


def test_a_large_master_keeps_a_copy_all_the_same(tmp_path: Path) -> None:
    path = saved(Image.new("L", (1600, 1300), 9), tmp_path / "page.jp2")
    assert open_page(path, 1, at_most=(800, 800), by_halves=True).is_slow


def test_sixteen_bits_are_scaled(tmp_path: Path) -> None:
    path = saved(Image.new("I;16", (32, 32), 65535 // 2), tmp_path / "deep.jp2")
    assert open_page(path, 1).image.getpixel((9, 9)) == pytest.approx(127, abs=1)


def test_one_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = saved(Image.effect_noise((128, 128), 90), tmp_path / "cut.jp2")
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(PictureError, match=r"cut\.jp2 is "):
        open_page(path, 1)
