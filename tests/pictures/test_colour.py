"""Ink has the hue that it has on paper, however thin its strokes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from tui.pictures.colour import GREY, HUES, LONGEST, hues, open_colours

PAPER = (226, 217, 195)
INKS = {
    "grey": (40, 38, 36),
    "red": (196, 30, 40),
    "green": (20, 110, 40),
    "blue": (30, 50, 180),
    "purple": (130, 20, 130),
}


def stroke(colour: tuple[int, int, int], thickness: int) -> Image.Image:
    """A stroke across yellowish paper, in the upper of two rows of cells."""
    page = Image.new("RGB", (160, 80), PAPER)
    ImageDraw.Draw(page).rectangle((0, 18, 159, 17 + thickness), fill=colour)
    return page


@pytest.mark.parametrize("thickness", [5, 12, 30])
@pytest.mark.parametrize("name", INKS)
def test_a_stroke_has_its_hue_however_thin(name: str, thickness: int) -> None:
    upper, lower = hues(stroke(INKS[name], thickness), 8, 2)
    assert {HUES[hue] for hue in upper} == {name}
    assert set(lower) <= {GREY, HUES.index(name)}


def test_yellow_paper_and_its_stains_have_no_hue() -> None:
    page = Image.new("RGB", (160, 80), PAPER)
    page.paste((214, 204, 180), (40, 0, 80, 80))
    assert set(b"".join(hues(page, 16, 4))) == {GREY}


def test_black_and_red_on_one_line_are_told_apart() -> None:
    page = Image.new("RGB", (160, 20), PAPER)
    page.paste(INKS["grey"], (5, 5, 70, 12))
    page.paste(INKS["red"], (90, 5, 155, 12))
    [row] = hues(page, 8, 1)
    assert [HUES[hue] for hue in row] == ["grey"] * 4 + ["red"] * 4


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 90), st.integers(-1, 40), st.binary(min_size=3))
def test_any_picture_has_a_hue_for_each_cell(width: int, height: int, columns: int, rows: int, bytes_: bytes) -> None:
    size = width * height * 3
    page = Image.frombytes("RGB", (width, height), (bytes_ * (size // len(bytes_) + 1))[:size])
    found = hues(page, columns, rows)
    assert [len(row) for row in found] == [max(1, columns)] * max(1, rows)
    assert max(max(row) for row in found) < len(HUES)


def test_a_large_page_is_opened_small(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (4000, 3000), INKS["red"]).save(path)
    page = open_colours(path, 1, (4000, 3000))
    assert page is not None
    assert (page.image.mode, page.image.size, page.size) == ("RGB", (LONGEST, LONGEST * 3 // 4), (4000, 3000))


def test_a_photo_lies_as_it_is_seen(tmp_path: Path) -> None:
    path, exif = tmp_path / "a.jpg", Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (200, 100), INKS["red"]).save(path, exif=exif)
    page = open_colours(path, 1, (100, 200))
    assert page is not None
    assert page.image.size == (100, 200)


def test_clear_parts_are_white(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", (20, 20), (200, 0, 0, 0)).save(path)
    page = open_colours(path, 1, (20, 20))
    assert page is not None
    assert page.image.getpixel((3, 3)) == (255, 255, 255)


def test_of_several_pictures_of_a_phone_the_main_one_has_the_colours(tmp_path: Path) -> None:
    pillow_heif = pytest.importorskip("pillow_heif", reason="the extra heic is not installed")
    several = pillow_heif.HeifFile()
    for name in ("green", "red"):
        several.add_from_pillow(Image.new("RGB", (64, 64), INKS[name]))
    several.save(tmp_path / "several.heic", primary_index=1, quality=95)
    page = open_colours(tmp_path / "several.heic", 1, (64, 64))
    assert page is not None
    red, green, _ = page.image.getpixel((9, 9))  # type: ignore[misc]
    assert red > green


@pytest.mark.parametrize("ending", ["tif", "pdf"])
def test_each_page_of_a_document_has_its_own_colours(tmp_path: Path, ending: str) -> None:
    if ending == "pdf":
        pytest.importorskip("pypdfium2", reason="the extra pdf is not installed")
    pages = [stroke(INKS[name], 30) for name in ("red", "blue")]
    path = tmp_path / f"pages.{ending}"
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=300, quality=95)
    found = [open_colours(path, number, (160, 80)) for number in (1, 2, 3)]
    assert [page and HUES[hues(page.image, 8, 2)[0][4]] for page in found] == ["red", "blue", None]


def test_a_large_page_of_a_document_is_drawn_small(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="the extra pdf is not installed")
    path = tmp_path / "page.pdf"
    Image.new("RGB", (200, 300), INKS["red"]).save(path, resolution=20)
    page = open_colours(path, 1, (2667, 4000))
    assert page is not None
    assert (page.image.mode, page.image.size, page.size) == ("RGB", (1200, LONGEST), (2667, 4000))
    assert open_colours(path, 1, (4000, 2667)) is None


def test_what_has_no_colours_to_give_gives_none(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    assert open_colours(path, 1, (20, 20)) is None
    path.write_bytes(b"no picture")
    assert open_colours(path, 1, (20, 20)) is None
    Image.new("RGB", (20, 20)).save(path)
    assert open_colours(path, 1, (30, 20)) is None
    assert open_colours(path, 7, (20, 20)) is None
