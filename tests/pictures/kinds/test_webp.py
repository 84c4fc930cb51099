"""WebP, as web archives keep their pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, features

from tests.pictures.test_source import is_alike, saved, upright
from tui.pictures.source import PictureError, measure, open_page

pytestmark = pytest.mark.skipif(not features.check("webp"), reason="this Pillow has no WebP")


@pytest.mark.parametrize(("options", "tolerance"), [({"lossless": True}, 1), ({"quality": 95}, 30)], ids=str)
def test_a_webp_is_a_grey_page(tmp_path: Path, options: dict[str, Any], tolerance: int) -> None:
    path = saved(upright().convert("RGB"), tmp_path / "page.webp", **options)
    assert (measure(path).format, measure(path).page_sizes) == ("WEBP", ((64, 40),))
    assert is_alike(open_page(path, 1).image, upright(), tolerance)


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    path = saved(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), tmp_path / "clear.webp", lossless=True)
    assert open_page(path, 1).image.getextrema() == (255, 255)


def test_a_large_one_is_slow_to_open(tmp_path: Path) -> None:
    assert open_page(saved(Image.new("L", (1500, 1400)), tmp_path / "large.webp", method=0), 1).is_slow


def test_one_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = saved(Image.effect_noise((200, 200), 90), tmp_path / "cut.webp")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(PictureError, match=r"cut\.webp is "):
        open_page(path, 1)
