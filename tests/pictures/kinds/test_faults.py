"""Whatever is wrong with a file of whatever kind is told in a sentence that names it; what is right is not refused."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.pictures.kinds.every_kind import GREY_KINDS, KINDS, absurd
from tests.pictures.test_source import upright
from tui.pictures.cache import Copies, Kept, Key
from tui.pictures.colour import HUES, hues
from tui.pictures.opening import Opener
from tui.pictures.source import PageImage, PictureError, measure, open_page

PIXELS = sorted(kind for kind in KINDS if kind != "pdf")
"""The kinds that are made of pixels, and say of how many."""
FORMATS = {"ppm": "PPM", "jp2": "JPEG2000", "heic": "HEIF", "pdf": "PDF"}
ENDINGS = (".jpg", ".pdf", ".heic", "")


def coloured() -> Image.Image:
    """Grey, darker at the top left, with a red bar at the bottom: no turn, flip or channel looks like another."""
    page = upright().convert("RGB")
    page.paste((200, 20, 30), (0, 30, 64, 40))
    return page


def noisy() -> Image.Image:
    """Return a picture whose file is long enough to be cut short in its midst."""
    return Image.merge("RGB", [Image.effect_noise((120, 90), 80)] * 3)


def page_of(tmp_path: Path, kind: str, image: Image.Image, ending: str = ".page") -> Path:
    path = tmp_path / f"{kind}{ending}"
    path.write_bytes(KINDS[kind](image))
    return path


def assert_told(refusal: pytest.ExceptionInfo[PictureError], path: Path) -> None:
    said = str(refusal.value)
    assert said.startswith(str(path))
    assert said.endswith(".")
    assert said.isprintable()


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_what_it_holds_whatever_it_is_called(tmp_path: Path, kind: str, ending: str) -> None:
    path = page_of(tmp_path, kind, coloured(), ending)
    family = kind.split("-", maxsplit=1)[0]
    facts = measure(path)
    assert (facts.format, facts.page_sizes[0]) == (FORMATS.get(family, family.upper()), (64, 40))
    page = open_page(path, 1, at_most=(32, 32), by_halves=True)
    assert (page.size, page.image.size, page.image.mode) == ((64, 40), (32, 20), "L")
    greys = page.image.tobytes()
    assert (greys[2 * 32 + 3] < 60, greys[10 * 32 + 20] > 120) == (True, True)


@pytest.mark.parametrize("kind", PIXELS)
def test_absurd_sizes_are_refused_before_anything_is_decoded(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"absurd-{kind}"
    path.write_bytes(absurd(kind, KINDS[kind](coloured())))
    looks: list[Callable[[Path], object]] = [
        lambda path: open_page(path, 1),
        lambda path: open_page(path, 1, at_most=(9, 9)),
    ]
    if kind != "heic":  # whose size is told in two places; libheif compares them when it decodes
        looks.append(measure)
    for look in looks:
        with pytest.raises(PictureError, match=r"is too large: |is damaged") as refusal:
            look(path)
        assert_told(refusal, path)


def is_refused(path: Path, at_most: tuple[int, int] | None) -> bool:
    try:
        open_page(path, 1, at_most=at_most, by_halves=True)
    except PictureError as error:
        return str(error).startswith(str(path))
    return False


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_short_is_refused_or_shown_never_more(tmp_path: Path, kind: str) -> None:
    path = page_of(tmp_path, kind, noisy())
    whole, refused = path.read_bytes(), 0
    for parts in range(1, 10):
        path.write_bytes(whole[: len(whole) * parts // 10])
        for at_most in (None, (60, 60)):
            refused += is_refused(path, at_most)
        with suppress(PictureError):
            measure(path)
    assert refused >= 9  # a document may be read without its end, and so may a second picture be missing


def test_a_variant_that_is_not_known_is_told_by_its_kind(tmp_path: Path) -> None:
    path = page_of(tmp_path, "tiff", coloured())
    content = path.read_bytes()
    path.write_bytes(content.replace(b"\x06\x01\x03\0\x01\0\0\0\x02", b"\x06\x01\x03\0\x01\0\0\0\x63"))
    with pytest.raises(PictureError, match=r"is damaged, or TIFF of a variant .* save it as JPEG or PNG\.") as refusal:
        measure(path)
    assert_told(refusal, path)


@pytest.mark.parametrize("kind", KINDS)
def test_more_bytes_behind_a_picture_do_no_harm(tmp_path: Path, kind: str) -> None:
    path = page_of(tmp_path, kind, coloured())
    with path.open("ab") as file:
        file.write(b"\0" * 700)
    assert open_page(path, 1).size == (64, 40)


class Meddling(Copies):
    """Lets something happen to a file after it was looked at and before it is opened."""

    def __init__(self, folder: Path, meddle: object) -> None:
        super().__init__(folder, 10**6)
        self._meddle = meddle

    def get(self, key: Key) -> Kept | None:
        assert callable(self._meddle)
        self._meddle()
        return super().get(key)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_vanishes_while_it_is_opened_is_told(tmp_path: Path, kind: str) -> None:
    path = page_of(tmp_path, kind, coloured())
    opener = Opener(Meddling(tmp_path / "cache", path.unlink))
    with pytest.raises(PictureError, match="is not there") as refusal:
        opener.open(path, 1, hashlib.sha256(path.read_bytes()).hexdigest())
    assert_told(refusal, path)


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_in_a_files_place_is_told(tmp_path: Path, kind: str) -> None:
    path = page_of(tmp_path, kind, coloured())

    def replace() -> None:
        path.unlink()
        path.mkdir()

    with pytest.raises(PictureError, match="is a folder") as refusal:
        Opener(Meddling(tmp_path / "cache", replace)).open(path, 1)
    assert_told(refusal, path)


@pytest.mark.parametrize("knows_sum", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_shrinks_while_it_is_opened_is_not_shown(tmp_path: Path, kind: str, knows_sum: bool) -> None:
    path = page_of(tmp_path, kind, noisy())
    length, digest = path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest()
    opener = Opener(Meddling(tmp_path / "cache", lambda: os.truncate(path, length // 2)))
    with pytest.raises(PictureError, match=r"has changed|was changed|is damaged|is not an image") as refusal:
        opener.open(path, 1, digest if knows_sum else "")
    assert_told(refusal, path)


@pytest.mark.parametrize("kind", KINDS)
def test_another_file_in_its_place_is_not_shown(tmp_path: Path, kind: str) -> None:
    path, other = page_of(tmp_path, kind, coloured()), page_of(tmp_path, kind, noisy(), ".other")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    opener = Opener()
    page = opener.open(path, 1, digest)
    shutil.move(other, path)
    os.utime(path, (1, 1))
    with pytest.raises(PictureError, match="has changed since it was added"):
        opener.open(path, 1, digest)
    assert opener.colours(path, 1, page, digest) is None


@pytest.mark.parametrize("kind", KINDS)
def test_red_ink_is_red_on_every_kind_of_page(tmp_path: Path, kind: str) -> None:
    path = page_of(tmp_path, kind, coloured())
    opener = Opener()
    colours = opener.colours(path, 1, opener.open(path, 1))
    assert colours is not None
    assert (colours.image.mode, colours.size) == ("RGB", (64, 40))
    [*_, top], [*_, bottom] = hues(colours.image, 4, 4)[1], hues(colours.image, 4, 4)[3]
    assert HUES[top] == "grey"
    assert HUES[bottom] == ("grey" if kind in GREY_KINDS else "red")


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_whose_file_vanishes_stays_grey(tmp_path: Path, kind: str) -> None:
    path = page_of(tmp_path, kind, coloured())
    page = open_page(path, 1)
    for meddle in (path.unlink, path.mkdir):
        assert Opener(Meddling(tmp_path / "cache", meddle)).colours(path, 1, page) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_whose_file_shrinks_stays_grey(tmp_path: Path, kind: str) -> None:
    path = page_of(tmp_path, kind, noisy())
    page, length = open_page(path, 1), path.stat().st_size
    opener = Opener(Meddling(tmp_path / "cache", lambda: os.truncate(path, length // 2)))
    assert opener.colours(path, 1, page) is None


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"pdf"}))
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_damaged_file_opens_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, kind: str, data: st.DataObject
) -> None:
    content = bytearray(KINDS[kind](coloured()))
    for place in data.draw(st.lists(st.integers(0, min(len(content), 600) - 1), min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.getbasetemp() / f"damaged-{kind}"
    path.write_bytes(content)
    for look in (measure, lambda path: open_page(path, 1), lambda path: open_page(path, 1, at_most=(9, 9))):
        with suppress(PictureError):
            look(path)
    Opener().colours(path, 1, PageImage(Image.new("L", (64, 40)), (64, 40)))
