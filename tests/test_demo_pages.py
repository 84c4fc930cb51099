"""The pages that `handread demo` opens, and the program that draws them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageFont

from tui.demo import draw, pages, truth_file
from tui.demo.paper import Sheet
from tui.demo.pen import FontMissing, Fonts, Hand

NAMES = [page.name for page in pages()]
TRUTH: dict[str, list[list[str]]] = json.loads(truth_file().read_text("utf-8"))
LETTERS = ("caveat", "cedarville-cursive", "dawning-of-a-new-day", "la-belle-aurore", "nothing-you-could-do")
FONTS = (*LETTERS, "over-the-rainbow", "reenie-beanie", "zeyada")


def page(name: str) -> Path:
    return next(file for file in pages() if file.name == name)


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Fonts:
    """The font that Pillow carries, under the names of the fonts that the pages are written with."""
    folder = tmp_path_factory.mktemp("fonts")
    carried = ImageFont.load_default(20)
    assert isinstance(carried, ImageFont.FreeTypeFont)
    for name in FONTS:
        (folder / f"{name}-latin-400-normal.woff").write_bytes(carried.font_bytes)
    return Fonts(folder)


class TestThePages:
    def test_come_in_the_order_of_their_numbers(self) -> None:
        assert [name[:2] for name in NAMES] == [f"{number:02}" for number in range(1, 11)]

    def test_are_the_ones_that_are_drawn(self) -> None:
        assert list(draw.PAGES) == NAMES

    def test_are_small(self) -> None:
        sizes = [file.stat().st_size for file in pages()]
        assert max(sizes) < 155_000
        assert sum(sizes) < 1_000_000

    @pytest.mark.parametrize("name", NAMES)
    def test_can_be_opened(self, name: str) -> None:
        with Image.open(page(name)) as image:
            image.load()
            assert min(image.size) > 700

    @pytest.mark.parametrize("name", NAMES)
    def test_have_as_many_frames_as_their_truth(self, name: str) -> None:
        with Image.open(page(name)) as image:
            assert getattr(image, "n_frames", 1) == len(TRUTH[name])

    def test_begin_with_the_sentences_of_the_quickstarts(self) -> None:
        text = " ".join(TRUTH[NAMES[0]][0])
        assert text.startswith("The quick brown fox jumps over the lazy dog. Pack my box with five dozen liquor jugs.")

    def test_have_a_photo_that_is_stored_sideways(self) -> None:
        with Image.open(page("03-phone-photo.jpg")) as image:
            assert image.getexif()[0x0112] == 6
            assert image.width > image.height

    def test_have_a_letter_of_two_pages(self) -> None:
        assert [len(lines) > 10 for lines in TRUTH["05-letter.tif"]] == [True, True]

    def test_have_a_dense_letter(self) -> None:
        assert len(TRUTH["07-dense-letter.jpg"][0]) >= 25

    def test_have_a_drawing_without_a_word(self) -> None:
        assert TRUTH["08-leaf.jpg"] == [[]]

    def test_are_found_without_loading_an_image_library(self) -> None:
        program = "import sys, tui.demo; tui.demo.pages(); raise SystemExit('PIL' in sys.modules)"
        assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


class TestDrawing:
    def test_gives_the_same_page_twice(self, fonts: Fonts) -> None:
        first, second = (draw.recipe(fonts, Random("same")).frames[0].tobytes() for _ in range(2))
        assert first == second

    @pytest.mark.parametrize("name", NAMES)
    def test_notes_what_it_writes(self, fonts: Fonts, name: str) -> None:
        drawn = draw.PAGES[name](fonts, Random(name))
        assert [list(lines) for lines in drawn.truth] == TRUTH[name]

    def test_leaves_ink_on_the_page(self, fonts: Fonts) -> None:
        page = draw.quick_fox(fonts, Random("ink")).frames[0].convert("L")
        assert sum(page.histogram()[:110]) > 1000

    def test_says_where_a_missing_font_comes_from(self, tmp_path: Path) -> None:
        with pytest.raises(FontMissing, match="npm package @fontsource/caveat"):
            Fonts(tmp_path).of("caveat", 20)

    def test_ends_with_that_sentence_on_the_command_line(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert draw.main(["--fonts", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
        assert "unpack that package there" in capsys.readouterr().err

    def test_needs_no_font_for_print(self, tmp_path: Path) -> None:
        assert Fonts(tmp_path).of("print", 20).getlength("label") > 20

    def test_never_writes_a_word_the_same_way_twice(self, fonts: Fonts) -> None:
        paper = Image.new("RGB", (500, 120), "white")
        sheet = Sheet(paper, fonts, Random("word"))
        sheet.write(Hand("caveat", 60), "plum plum", 10, 80)
        inked = sheet.dried().convert("L")
        assert inked.crop((0, 0, 200, 120)).tobytes() != inked.crop((200, 0, 400, 120)).tobytes()
