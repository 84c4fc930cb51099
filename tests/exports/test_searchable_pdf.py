"""PDFs of the pages as they were scanned, with their text under the picture."""

import io
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from tests.exports.shelf import HEIGHT, INK, LETTER, TOP, WIDTH, decided, document, lines_of, picture
from tui.exports import ExportError, Options
from tui.exports.glyphless import font_file
from tui.exports.searchable_pdf import write
from tui.exports.visual_order import from_the_left, seen, words_from_the_left
from tui.model import Page, Polygon, Verdict
from tui.pdf import Pdf
from tui.pictures.source import PictureError

pikepdf = pytest.importorskip("pikepdf")

_INVISIBLE = re.compile("[\u202a-\u202e]")
"""Signs of direction that pdftotext puts round what runs to the left."""


def made(path: Path, page: Page, options: Options | None = None, *more: Page, **wanted: Any) -> bytes:
    (part,) = write(document(path, page, (), *more, **wanted), options or Options())
    return part.content + b"".join(part.pieces)


def page_of(path: Path, texts: Sequence[str], *, leftwards: bool = False) -> Page:
    lines = lines_of(texts, leftwards=leftwards)
    picture(lines).save(path)
    return Page(1, WIDTH, HEIGHT, 0.0, lines)


def said(pdf: bytes, *options: str) -> list[str]:
    """What pdftotext reads, line by line."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    done = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", *options, "-", "-"], input=pdf, capture_output=True, check=True
    )
    assert not done.stderr
    text = _INVISIBLE.sub("", done.stdout.decode())
    return [row.strip() for row in text.replace("\f", "\n").split("\n") if row.strip()]


def said_by_pdfium(pdf: bytes) -> list[str]:
    import pypdfium2

    opened = pypdfium2.PdfDocument(pdf)
    try:
        page = opened[0]
        layer = page.get_textpage()
        text: str = layer.get_text_range()
        layer.close()
        page.close()
    finally:
        opened.close()
    return [row.strip() for row in text.split("\r\n") if row.strip()]


@pytest.mark.parametrize(
    ("texts", "leftwards"),
    [
        (("The quick brown fox", "jumps over a", "I am X", "don't — “quoted” end-"), False),
        (("Waſſer iſt geſund, ſagt ſie", "des Weſens", "groſz"), False),
        (("uͤber Straße naïve", "Ωmega ≈ façade", "𐌰𐌱 and 👍🏽 too"), False),
        (("שלום עולם זה מבחן", "עוד שורה אחת", "שָׁלוֹם עֲלֵיכֶם"), True),
        (("مرحبا بالعالم", "هذا نص عربي"), True),
        (("漢字 かな 交じり文", "第一章"), False),
    ],
)
def test_the_same_words_are_read_in_the_same_order(tmp_path: Path, texts: tuple[str, ...], leftwards: bool) -> None:
    path = tmp_path / "a.png"
    pdf = made(path, page_of(path, texts, leftwards=leftwards))
    assert said(pdf) == list(texts)
    read = [unicodedata.normalize("NFC", row) for row in said_by_pdfium(pdf)]  # it has marks in an order of its own
    assert read == list(texts)


def test_words_without_boxes_are_spread_over_their_line(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    page = page_of(path, ("The quick brown fox", "jumps over"))
    bare = replace(page, lines=tuple(replace(line, words=()) for line in page.lines))
    assert said(made(path, bare)) == ["The quick brown fox", "jumps over"]
    lost = replace(page, lines=tuple(replace(line, words=(), polygon=None) for line in page.lines))
    assert said(made(path, lost)) == ["The quick brown fox", "jumps over"]


def test_the_reviewed_text_is_under_the_picture_and_no_rejected_line(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    page = page_of(path, ("The qvick fox", "dirt", "jumps"))
    decisions = (decided(0, Verdict.CORRECTED, "The quick brown fox"), decided(1, Verdict.REJECTED))
    (part,) = write(document(path, page, decisions), Options())
    assert said(b"".join(part.pieces)) == ["The quick brown fox", "jumps"]


def test_each_word_lies_under_its_ink(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    pdf = made(path, page_of(path, ("The quick", "fox")))
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    found = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, text=False, check=True)
    boxes = re.findall(r'xMin="(.+?)" yMin="(.+?)" xMax="(.+?)" yMax="(.+?)">(.+?)<', found.stdout.decode())
    dots = 300 / 72
    placed = {word: [float(number) * dots for number in box] for *box, word in boxes}
    left = 30 + 3 * LETTER + 10
    for word, corner, wide, top in (("The", 30, 3, TOP), ("quick", left, 5, TOP), ("fox", 30, 3, TOP + 60)):
        expected = (corner, top, corner + wide * LETTER, top + INK)
        assert placed[word] == pytest.approx(expected, abs=1.5), word


def test_text_that_climbs_is_set_along_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    page = page_of(path, ("the quick brown fox",))
    (line,) = page.lines

    def risen(polygon: Polygon | None) -> Polygon | None:
        assert polygon
        a, b, c, d = ((x, y + 100 - 0.1 * x) for x, y in polygon.corners)
        return Polygon((a, b, c, d))

    words = tuple(replace(word, polygon=risen(word.polygon)) for word in line.words)
    slanted = replace(page, lines=(replace(line, polygon=risen(line.polygon), words=words),))
    pdf = made(path, slanted)
    # In the order it thinks of itself, pdftotext tears lines to pieces that climb more than their height.
    assert said(pdf, "-raw") == ["the quick brown fox"]
    assert said_by_pdfium(pdf) == ["the quick brown fox"]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        matrices = [
            [float(value) for value in operands]
            for operands, operator in pikepdf.parse_content_stream(opened.pages[0])
            if str(operator) == "Tm"
        ]
    assert all(b / a == pytest.approx(0.1, abs=0.01) for a, b, *_ in matrices)


def test_the_picture_is_seen_and_the_text_is_not(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    page = page_of(path, ("The quick brown fox", "jumps"))
    with Pdf(made(path, page)) as pdf, Image.open(path) as image:
        shown = pdf.picture(1, "L", image.size)
        assert max(ImageChops.difference(shown, image.convert("L")).histogram()[60:], default=0) == 0


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_passed_on_as_it_is_and_seen_upright(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "a.jpg"
    image = Image.new("L", (640, 480), 255)
    image.paste(0, (0, 0, 160, 120))  # one dark corner, and a greyer one beside it
    image.paste(120, (480, 0, 640, 120))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(path, quality=95, exif=exif)
    width, height = (480, 640) if orientation >= 5 else (640, 480)
    pdf = made(path, Page(1, width, height))
    assert path.read_bytes() in pdf
    from tui.pictures.source import open_page

    upright = open_page(path, 1).image.reduce(20)
    with Pdf(pdf) as opened:
        shown = opened.picture(1, "L", (width, height)).reduce(20)
    assert shown.size == upright.size
    assert sum(ImageChops.difference(shown, upright).histogram()[40:]) == 0


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "CMYK", "P", "I;16"])
def test_a_picture_of_any_kind_is_shown(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("a.tif" if mode in {"CMYK", "I;16"} else "a.png")
    grey = picture(lines_of(("one two", "three")), "L")
    (Image.new("I;16", grey.size, 65535) if mode == "I;16" else grey.convert(mode)).save(path)
    with Pdf(made(path, Page(1, *grey.size))) as pdf:
        assert pdf.picture(1, "L").getpixel((2, 2)) in range(250, 256)


def test_a_page_that_a_reviewer_has_turned_is_shown_turned(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    page = replace(page_of(path, ("one two", "three")), turn=1)
    with pikepdf.open(io.BytesIO(made(path, page))) as opened:
        assert opened.pages[0].Rotate == 90


def test_the_same_document_gives_the_same_sound_bytes_without_a_date_of_today(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    page = page_of(path, ("one two", "three"))
    pdf = made(path, page, Options(language="de"))
    assert pdf == made(path, page, Options(language="de"))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.check_pdf_syntax() == [] if hasattr(opened, "check_pdf_syntax") else opened.check() == []
        assert str(opened.docinfo["/CreationDate"]) == "D:19700102000000Z"
        assert str(opened.docinfo["/Title"]) == "a.png"
        assert str(opened.Root.Lang) == "de"


def test_a_long_document_is_bound_of_parts_and_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.tif"
    page = page_of(path, ("one two", "three"))
    pages = tuple(replace(page, number=number, lines=lines_of((f"page {number}",))) for number in range(2, 7))
    with Image.open(path) as image:
        image.save(path, save_all=True, append_images=[image.copy() for _ in pages])
    monkeypatch.setattr("tui.exports.searchable_pdf._HELD", 1)
    pdf = made(path, page, None, *pages)
    assert pdf == made(path, page, None, *pages)
    assert said(pdf) == ["one two", "three", *(f"page {number}" for number in range(2, 7))]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 6


def test_what_stands_in_the_way_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    page = page_of(path, ("one",))
    read = document(path, page)
    with pytest.raises(ExportError, match="no picture on this machine"):
        list(write(replace(read, picture=""), Options()))
    path.unlink()
    with pytest.raises(PictureError, match="is not there"):
        [list(part.pieces) for part in write(read, Options())]
    monkeypatch.setattr("tui.exports.searchable_pdf.find_spec", lambda _: None)
    with pytest.raises(ExportError, match=r"pip install 'handread\[pdf\]'"):
        list(write(read, Options()))


def test_the_font_is_one_that_readers_of_fonts_take() -> None:
    from PIL import ImageFont

    font = ImageFont.truetype(io.BytesIO(font_file()), 20)
    assert font.getname() == ("HandreadGlyphless", "Regular")
    assert font_file() == font_file()


# What stands where


def test_letters_that_run_to_the_left_stand_from_the_right_and_digits_do_not() -> None:
    assert "".join(seen("שלום", leftwards=True)) == "םולש"
    assert "".join(seen("ב1923", leftwards=True)) == "1923ב"
    assert "".join(seen("fox", leftwards=True)) == "fox"
    assert "".join(seen("(פה)", leftwards=True)) == ")הפ("


def test_words_of_the_other_direction_stand_in_their_own_order() -> None:
    assert words_from_the_left(("עברית", "with", "English", "שוב"), leftwards=True) == (3, 1, 2, 0)
    assert words_from_the_left(("a", "אחת", "שתיים", "b"), leftwards=False) == (0, 2, 1, 3)
    assert words_from_the_left(("בשנת", "1923", "5"), leftwards=True) == (2, 1, 0)
    assert words_from_the_left((), leftwards=True) == ()


@given(st.lists(st.sampled_from(["ab", "שת", "12", "-", ".", "👍", "é"]), max_size=8), st.booleans())
def test_every_piece_stands_somewhere_once(pieces: list[str], leftwards: bool) -> None:
    assert sorted(from_the_left(pieces, leftwards=leftwards)) == list(range(len(pieces)))


@settings(max_examples=15)
@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=30))
def test_whatever_the_text_the_file_is_sound(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("pdf") / "a.png"
    page = page_of(path, ("one",))
    wild = replace(page, lines=(replace(page.lines[0], text=text, words=()),))
    with pikepdf.open(io.BytesIO(made(path, wild))) as opened:
        assert len(opened.pages) == 1


def test_a_folder_for_temporary_files_that_cannot_be_used_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    read = document(path, page_of(path, ("one",)))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(ExportError, match=r"No such file or directory\. Make room there, or name another .* TMPDIR"):
        [list(part.pieces) for part in write(read, Options())]


def test_what_is_put_aside_while_it_is_put_together_has_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So nothing is left of it when the program is killed in the midst."""
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(aside))
    monkeypatch.setattr("tui.exports.searchable_pdf._HELD", 1)
    path = tmp_path / "a.png"
    (part,) = write(document(path, page_of(path, ("one",))), Options())
    pieces = iter(part.pieces)
    seen = [(bool(piece), sorted(aside.iterdir())) for piece in pieces]
    assert [is_content for is_content, _ in seen] == [False, True]
    assert all(names == [] for _, names in seen)
