"""Pages of the queue open quickly the second time, and only from the file that was read."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.pictures.test_source import saved, upright
from tui.pictures.cache import Copies, Kept, Key, Stamp
from tui.pictures.opening import LONGEST, Opener
from tui.pictures.source import PageImage, PictureError, measure

PLENTY = 100_000_000
WHITE = PageImage(Image.new("L", (10, 10), 255), (1600, 1300))
"""What is put in a copy's place, to see whether it was used."""


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    return Copies(tmp_path / "cache", PLENTY)


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """Return a page that takes long to open."""
    return saved(Image.new("L", (1600, 1300), 7), tmp_path / "slow.png")


def sum_of(path: Path) -> str:
    return measure(path).sha256


def brightness(page: PageImage) -> object:
    return page.image.getextrema()


def test_the_second_time_a_slow_page_comes_from_its_copy(slow: Path, copies: Copies) -> None:
    key = Key(sum_of(slow), 1, LONGEST)
    assert brightness(Opener(copies).open(slow, 1, key.sha256)) == (7, 7)
    assert copies.get(key) is not None
    copies.keep(key, WHITE, Stamp.of(slow))
    again = Opener(copies).open(slow, 1, key.sha256)
    assert (brightness(again), again.size) == ((255, 255), (1600, 1300))


def test_a_copy_serves_a_file_that_was_only_touched_or_moved(slow: Path, copies: Copies, tmp_path: Path) -> None:
    key = Key(sum_of(slow), 1, LONGEST)
    copies.keep(key, WHITE, Stamp.of(slow))
    os.utime(slow, (1, 1))
    assert brightness(Opener(copies).open(slow, 1, key.sha256)) == (255, 255)
    moved = Path(shutil.move(slow, tmp_path / "moved.png"))
    assert brightness(Opener(copies).open(moved, 1, key.sha256)) == (255, 255)


def test_a_jpeg_needs_no_copy(tmp_path: Path, copies: Copies) -> None:
    path = saved(Image.new("L", (1600, 1300), 7), tmp_path / "quick.jpg")
    Opener(copies).open(path, 1, sum_of(path))
    assert copies.facts().copies == 0


def test_a_large_page_is_halved_until_it_is_small_enough(tmp_path: Path) -> None:
    path = saved(Image.new("L", (4001, 300), 7), tmp_path / "long.jpg")
    page = Opener().open(path, 1)
    assert (page.size, page.image.size) == ((4001, 300), (2001, 150))
    assert Opener(longest=8000).open(path, 1).image.size == (4001, 300)


@pytest.mark.parametrize("has_copy", [False, True])
def test_a_file_that_is_another_by_now_is_not_shown(slow: Path, copies: Copies, has_copy: bool) -> None:
    opener, key = Opener(copies), Key(sum_of(slow), 1, LONGEST)
    if has_copy:
        opener.open(slow, 1, key.sha256)
    saved(upright(1600, 1300), slow)
    for one in (opener, Opener(copies)):
        with pytest.raises(PictureError, match=r"slow\.png has changed since it was added, .*\. Put the old file back"):
            one.open(slow, 1, key.sha256)


def test_a_file_whose_sum_is_not_known_is_opened(slow: Path, copies: Copies) -> None:
    assert brightness(Opener(copies).open(slow, 1)) == (7, 7)
    assert copies.facts().copies == 0


def test_a_file_that_changes_while_it_is_opened_is_not_shown(slow: Path, tmp_path: Path) -> None:
    class Meddling(Copies):
        def get(self, key: Key) -> Kept | None:
            os.utime(slow, (1, 1))
            return super().get(key)

    copies = Meddling(tmp_path / "cache", PLENTY)
    with pytest.raises(PictureError, match=r"slow\.png was changed while it was opened"):
        Opener(copies).open(slow, 1)


def test_a_file_that_has_gone_is_named_whether_there_is_a_copy_or_not(slow: Path, copies: Copies) -> None:
    opener, key = Opener(copies), sum_of(slow)
    opener.open(slow, 1, key)
    slow.unlink()
    with pytest.raises(PictureError, match=r"slow\.png is not there"):
        opener.open(slow, 1, key)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="there are no such permissions here")
def test_a_file_that_may_not_be_read_is_named(slow: Path) -> None:
    key = sum_of(slow)
    slow.chmod(0)
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        with pytest.raises(PictureError, match=r"slow\.png may not be read"):
            Opener().open(slow, 1, key)
    finally:
        os.seteuid(user)


def test_each_page_of_a_document_has_its_copy(tmp_path: Path, copies: Copies) -> None:
    pages = [Image.new("L", (1600, 1300), shade) for shade in (7, 77)]
    path = saved(pages[0], tmp_path / "two.tif", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    key = sum_of(path)
    for opener in (Opener(copies), Opener(copies)):
        assert [brightness(opener.open(path, number, key)) for number in (1, 2)] == [(7, 7), (77, 77)]
    assert copies.facts().copies == 2


@pytest.mark.parametrize("name", ["ink.png", "ink.pdf"])
def test_colours_are_kept_beside_the_greys(tmp_path: Path, copies: Copies, name: str) -> None:
    if name.endswith(".pdf"):
        pytest.importorskip("pypdfium2")
    path = saved(Image.new("RGB", (1600, 1300), (200, 0, 0)), tmp_path / name)
    opener, key = Opener(copies), sum_of(path)
    page = opener.open(path, 1, key)
    for one in (opener, Opener(copies)):
        coloured = one.colours(path, 1, page, key)
        assert coloured is not None
        red, green, blue = coloured.image.getpixel((9, 9))  # type: ignore[misc]
        assert (red > 180, green < 30, blue < 30) == (True, True, True)
        assert coloured.size == page.size
    assert copies.facts().copies == 2


@pytest.mark.parametrize("has_copy", [False, True])
def test_a_file_that_is_another_by_now_gives_no_colours(tmp_path: Path, copies: Copies, has_copy: bool) -> None:
    path = saved(Image.new("RGB", (1600, 1300), (200, 0, 0)), tmp_path / "ink.png")
    opener, key = Opener(copies), sum_of(path)
    page = opener.open(path, 1, key)
    if has_copy:
        assert opener.colours(path, 1, page, key) is not None
    saved(Image.new("RGB", (1600, 1300), (0, 0, 200)), path)
    for one in (opener, Opener(copies)):
        assert one.colours(path, 1, page, key) is None


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="there are no such permissions here")
def test_a_file_that_could_not_be_read_is_compared_when_it_can_be(slow: Path) -> None:
    opener, key = Opener(), sum_of(slow)
    saved(upright(1600, 1300), slow)
    slow.chmod(0)
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        with pytest.raises(PictureError, match="may not be read"):
            opener.open(slow, 1, key)
    finally:
        os.seteuid(user)
    slow.chmod(0o600)
    with pytest.raises(PictureError, match="has changed since it was added"):
        opener.open(slow, 1, key)


LEAFING = """
import sys
from pathlib import Path
from tui.pictures.opening import Opener

def taken():
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) // 1024

opener, path = Opener(), Path(sys.argv[1])
opener.open(path, 1)
before, pages = taken(), []
for turn in range(4):
    pages = [*pages, opener.open(path, 1)][-2:]
print(taken() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="this system does not say what is taken")
@pytest.mark.parametrize("name", ["page.jpg", "page.png"])
def test_leafing_takes_no_more_than_the_pages_that_are_kept(tmp_path: Path, name: str) -> None:
    path = saved(Image.new("RGB", (3000, 3000), "white"), tmp_path / name)
    done = subprocess.run([sys.executable, "-c", LEAFING, str(path)], capture_output=True, text=True, check=True)
    kept = 2 * 3000 * 3000 / 2**20
    assert int(done.stdout) < kept * 1.3


def test_without_a_file_there_are_no_colours(tmp_path: Path) -> None:
    assert Opener().colours(tmp_path / "gone.png", 1, WHITE) is None
