"""HEIC, as phones take pictures (extra `heic`)."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.pictures.test_source import TURNED_BACK, is_alike, upright
from tui.heic import is_heic
from tui.model import Limits
from tui.pictures.source import SUFFIXES, PictureError, measure, open_page
from tui.pictures.upload import shipment

pillow_heif = pytest.importorskip("pillow_heif", reason="the extra heic is not installed")


def heic(image: Image.Image, path: Path, **options: Any) -> Path:
    pillow_heif.from_pillow(image).save(path, **options)
    return path


def test_a_picture_of_a_phone_is_a_page(tmp_path: Path) -> None:
    path = heic(upright(256, 160).convert("RGB"), tmp_path / "IMG_0001.HEIC", quality=95)
    assert path.suffix.lower() in SUFFIXES
    assert (measure(path).format, measure(path).page_sizes) == ("HEIF", ((256, 160),))
    page = open_page(path, 1, at_most=(128, 128), by_halves=True)
    assert page.size == (256, 160)
    assert is_alike(page.image, upright(128, 80), 30)


@pytest.mark.parametrize("orientation", TURNED_BACK)
def test_a_phone_that_was_held_sideways_turns_nothing_twice(tmp_path: Path, orientation: int) -> None:
    turn = TURNED_BACK[orientation]
    stored = upright(256, 160) if turn is None else upright(256, 160).transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = heic(stored.convert("RGB"), tmp_path / "turned.heic", exif=exif.tobytes(), quality=95)
    assert measure(path).page_sizes == ((256, 160),)
    assert is_alike(open_page(path, 1).image, upright(256, 160), 40)


def test_of_several_pictures_the_main_one_is_the_page(tmp_path: Path) -> None:
    several = pillow_heif.HeifFile()
    several.add_from_pillow(Image.new("RGB", (64, 64), "black"))
    several.add_from_pillow(Image.new("RGB", (96, 64), "white"))
    several.save(tmp_path / "several.heic", primary_index=1)
    assert measure(tmp_path / "several.heic").page_sizes == ((96, 64),)
    assert open_page(tmp_path / "several.heic", 1).image.getpixel((9, 9)) > 250  # type: ignore[operator]


def test_a_service_that_takes_no_heic_is_sent_a_jpeg(tmp_path: Path) -> None:
    path = heic(upright(256, 160).convert("RGB"), tmp_path / "page.heic")
    limits = Limits("Read", frozenset({"JPEG", "PNG"}), 10**6, 50, 10_000, 1)
    sent = shipment(path.read_bytes(), limits)
    with Image.open(BytesIO(sent.content)) as image:
        assert (image.format, image.size) == ("JPEG", (256, 160))
    assert sent.remark == "sent as JPEG: Read takes no HEIF"


def test_one_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    path = heic(Image.effect_noise((128, 128), 90), tmp_path / "cut.heic")
    whole = path.read_bytes()
    for length in (60, 200, len(whole) - 200):
        path.write_bytes(whole[:length])
        with pytest.raises(PictureError, match=r"cut\.heic is damaged or cut short"):
            open_page(path, 1)


def test_a_heic_picture_is_told_by_its_brand() -> None:
    assert is_heic(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    assert is_heic(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic")
    assert not is_heic(b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif")
    assert not is_heic(b"\0\0\0\x18ftypavif\0\0\0\0")
    assert not is_heic(b"")
