"""Pages to be given away: in all their pixels and their own colours, upright."""

from pathlib import Path

import pytest
from PIL import Image

from tui.pictures.leaves import check_unchanged, open_leaf, stored_jpeg
from tui.pictures.source import PictureError, measure, open_page


def corner(mode: str = "RGB", size: tuple[int, int] = (300, 200)) -> Image.Image:
    """White paper with a dark red patch in its upper left corner."""
    image = Image.new("RGB", size, "white")
    image.paste((150, 0, 0), (0, 0, 60, 60))
    return image.convert(mode)


@pytest.mark.parametrize(
    ("mode", "name", "kept"),
    [
        ("RGB", "a.png", "RGB"),
        ("L", "a.png", "L"),
        ("1", "a.tif", "1"),
        ("P", "a.gif", "RGB"),
        ("CMYK", "a.jpg", "RGB"),
    ],
)
def test_a_page_keeps_its_pixels_and_its_colours(tmp_path: Path, mode: str, name: str, kept: str) -> None:
    corner(mode).save(tmp_path / name)
    leaf = open_leaf(tmp_path / name, 1)
    assert (leaf.image.mode, leaf.image.size) == (kept, (300, 200))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_lies_as_the_reviewer_saw_it(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    corner().save(tmp_path / "a.jpg", exif=exif, quality=95, dpi=(300, 150))
    leaf, seen = open_leaf(tmp_path / "a.jpg", 1), open_page(tmp_path / "a.jpg", 1)
    assert leaf.image.size == seen.size
    assert leaf.dots == pytest.approx((150, 300) if orientation >= 5 else (300, 150))
    assert [leaf.image.convert("L").getpixel(spot) for spot in ((9, 9), (-9, 9))] == pytest.approx(
        [seen.image.getpixel(spot) for spot in ((9, 9), (-9, 9))], abs=3
    )


def test_what_is_transparent_is_white(tmp_path: Path) -> None:
    image = corner("RGBA")
    image.putalpha(0)
    image.save(tmp_path / "a.png")
    assert open_leaf(tmp_path / "a.png", 1).image.getextrema() == ((255, 255),) * 3


def test_each_page_of_several_is_opened_by_its_number(tmp_path: Path) -> None:
    corner().save(tmp_path / "a.tif", save_all=True, append_images=[corner("L", (40, 30))])
    assert open_leaf(tmp_path / "a.tif", 2).image.size == (40, 30)
    with pytest.raises(PictureError, match="has 2 pages, and no page 3"):
        open_leaf(tmp_path / "a.tif", 3)


def test_a_page_of_a_pdf_is_drawn_with_its_colours(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2")
    corner().save(tmp_path / "a.pdf", resolution=300)
    leaf = open_leaf(tmp_path / "a.pdf", 1)
    assert leaf.image.size == open_page(tmp_path / "a.pdf", 1).size
    red, green, _ = leaf.image.getpixel((9, 9))  # type: ignore[misc]
    assert red > 100 > green
    assert leaf.dots == pytest.approx((300, 300), abs=1)


def test_a_damaged_file_is_told_as_ever(tmp_path: Path) -> None:
    corner().save(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:200])
    with pytest.raises(PictureError, match=r"a\.png is damaged or cut short"):
        open_leaf(tmp_path / "a.png", 1)


def test_a_jpeg_is_passed_on_as_it_is_unless_it_is_cut_short_or_in_four_colours(tmp_path: Path) -> None:
    corner().save(tmp_path / "a.jpg", quality=95)
    content = (tmp_path / "a.jpg").read_bytes()
    stored = stored_jpeg(tmp_path / "a.jpg")
    assert stored is not None
    assert (stored.content, stored.size, stored.is_grey, stored.orientation) == (content, (300, 200), False, 1)
    (tmp_path / "cut.jpg").write_bytes(content[: len(content) // 2])
    corner("CMYK").save(tmp_path / "four.jpg")
    corner().save(tmp_path / "a.png")
    assert [stored_jpeg(tmp_path / name) for name in ("cut.jpg", "four.jpg", "a.png", "none")] == [None] * 4


def test_a_file_is_the_one_that_was_added(tmp_path: Path) -> None:
    corner().save(tmp_path / "a.png")
    sha256 = measure(tmp_path / "a.png").sha256
    check_unchanged(tmp_path / "a.png", sha256)
    check_unchanged(tmp_path / "a.png", "")
    corner("L").save(tmp_path / "a.png")
    with pytest.raises(PictureError, match="has changed since it was added"):
        check_unchanged(tmp_path / "a.png", sha256)
