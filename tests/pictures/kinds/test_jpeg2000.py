"""JPEG 2000, in which libraries keep their masters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, features

from tests.pictures.test_source import is_alike, saved, upright
from tui.pictures.source import PictureError, measure, open_page

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


def test_sixteen_bits_are_scaled(tmp_path: Path) -> None:
    path = saved(Image.new("I;16", (32, 32), 65535 // 2), tmp_path / "deep.jp2")
    assert open_page(path, 1).image.getpixel((9, 9)) == pytest.approx(127, abs=1)


def test_one_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = saved(Image.effect_noise((128, 128), 90), tmp_path / "cut.jp2")
    path.write_bytes(path.read_bytes()[:150])
    with pytest.raises(PictureError, match=r"cut\.jp2 is "):
        open_page(path, 1)
