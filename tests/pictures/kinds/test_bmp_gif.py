"""BMP and GIF, which old scanners and old web pages left behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.pictures.test_source import is_alike, saved, upright
from tui.pictures.source import PictureError, measure, open_page


@pytest.mark.parametrize(("name", "kind"), [("page.bmp", "BMP"), ("page.dib", "DIB"), ("page.gif", "GIF")])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_every_depth_is_the_same_grey_page(tmp_path: Path, name: str, kind: str, mode: str) -> None:
    drawn = upright().convert(mode)
    path = saved(drawn, tmp_path / name)
    facts = measure(path)
    assert (facts.format, facts.page_sizes) == (kind, ((64, 40),))
    assert is_alike(open_page(path, 1).image, drawn.convert("L"), 8)


def test_of_a_gif_that_moves_the_first_picture_is_the_page(tmp_path: Path) -> None:
    frames = [Image.new("L", (30, 20), shade) for shade in (10, 240)]
    path = saved(frames[0], tmp_path / "moves.gif", save_all=True, append_images=frames[1:])
    assert measure(path).page_sizes == ((30, 20),)
    assert open_page(path, 1).image.getextrema() == (10, 10)


@pytest.mark.parametrize("name", ["cut.bmp", "cut.gif"])
def test_one_that_is_cut_short_is_refused(tmp_path: Path, name: str) -> None:
    path = saved(Image.effect_noise((90, 90), 90), tmp_path / name)
    path.write_bytes(path.read_bytes()[:1500])
    with pytest.raises(PictureError, match=r"cut\.\w+ is damaged or cut short"):
        open_page(path, 1)
