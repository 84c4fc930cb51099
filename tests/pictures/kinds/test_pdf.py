"""PDF (extra `pdf`): each page drawn as it is seen, in pixels that follow from its size on paper."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.pictures.test_source import is_alike, upright
from tui.model import Limits, Line, Page, Polygon, Word, mapped_back
from tui.pdf import Pdf, PdfTrouble, pixels_of
from tui.pictures.boxes import orientation
from tui.pictures.source import SUFFIXES, PictureError, measure, open_page
from tui.pictures.upload import shipment

pytest.importorskip("pypdfium2", reason="the extra pdf is not installed")

LOCK = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> >>"
"""A way of locking, with a password that nobody knows."""


def written(box: str, *, more: str = "", lock: bytes = b"", ink: str = "0 0 0 rg 0 150 50 50 re f") -> bytes:
    """Return a PDF of one page, whose black square is at the top left of a page of 200 points."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox {box} /Contents 4 0 R {more} >>".encode(),
        f"<< /Length {len(ink)} >>\nstream\n{ink}\nendstream".encode(),
    ]
    if lock:
        objects.append(lock)
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    begins = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    encrypt = b"/Encrypt 5 0 R /ID [<00> <00>] " if lock else b""
    out += b"trailer << /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, encrypt, begins)
    return bytes(out)


def file(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "letter.pdf"
    path.write_bytes(content)
    return path


def scanned(*pages: Image.Image, resolution: float = 100) -> bytes:
    """Return a PDF such as a scanner makes: each page a picture."""
    out = BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=resolution, quality=95)
    return out.getvalue()


def test_every_page_is_measured_with_three_hundred_pixels_an_inch(tmp_path: Path) -> None:
    path = file(tmp_path, scanned(upright(400, 200), upright(100, 300)))
    facts = measure(path)
    assert (facts.format, facts.page_sizes) == ("PDF", ((1200, 600), (300, 900)))
    assert facts.bytes == path.stat().st_size
    assert path.suffix in SUFFIXES


def test_a_scan_is_drawn_as_it_was_scanned(tmp_path: Path) -> None:
    page = open_page(file(tmp_path, scanned(upright(400, 200), upright(600, 300))), 2)
    assert page.size == page.image.size == (1800, 900)
    assert is_alike(
        page.image.resize((60, 30), Image.Resampling.BOX), upright(600, 300).resize((60, 30), Image.Resampling.BOX), 40
    )
    assert page.is_slow


def test_a_page_is_drawn_no_larger_than_there_is_room_for(tmp_path: Path) -> None:
    page = open_page(file(tmp_path, written("[0 0 200 200]")), 1, at_most=(100, 100))
    assert (page.size, page.image.size) == ((833, 833), (100, 100))
    assert [page.image.getpixel(place) for place in ((5, 5), (50, 5), (5, 50))] == [0, 255, 255]


@pytest.mark.parametrize(
    ("more", "dark"),
    [
        ("/Rotate 90", "top right"),
        ("/Rotate 180", "bottom right"),
        ("/Rotate 270", "bottom left"),
        ("/Rotate -90", "bottom left"),
        ("/Rotate 0", "top left"),
    ],
)
def test_a_turned_page_is_drawn_as_it_is_seen(tmp_path: Path, more: str, dark: str) -> None:
    path = file(tmp_path, written("[0 0 200 200]", more=more))
    page = open_page(path, 1, at_most=(100, 100)).image
    corners = {"top left": (5, 5), "top right": (95, 5), "bottom left": (5, 95), "bottom right": (95, 95)}
    assert [name for name, place in corners.items() if page.getpixel(place) == 0] == [dark]


def test_a_page_on_its_side_is_measured_as_it_is_seen(tmp_path: Path) -> None:
    assert measure(file(tmp_path, written("[0 0 144 72]", more="/Rotate 90"))).page_sizes == ((300, 600),)


def test_what_was_cropped_away_is_not_shown(tmp_path: Path) -> None:
    path = file(tmp_path, written("[0 0 200 200]", more="/CropBox [0 128 72 200]"))
    assert measure(path).page_sizes == ((300, 300),)
    assert open_page(path, 1).image.getpixel((5, 5)) == 0


@pytest.mark.parametrize(
    ("box", "size"),
    [
        ("[0 0 595 842]", (2479, 3508)),
        ("[0 0 14400 14400]", (4000, 4000)),
        ("[0 0 1440000 72]", (4000, 1)),
        ("[0 0 0.01 0.01]", None),
        ("[0 0 -72 -72]", (300, 300)),
        ("[0 0 0 0]", None),
        ("[0 0 99999999999999999999 7]", None),
        ("(no box)", None),
    ],
)
def test_no_page_is_too_large_or_too_small_to_be_drawn(tmp_path: Path, box: str, size: tuple[int, int] | None) -> None:
    path = file(tmp_path, written(box))
    page = open_page(path, 1)
    assert page.image.size == page.size == measure(path).page_sizes[0]
    assert page.size == (size or page.size)
    assert max(page.size) <= 4000


def test_what_was_filled_in_is_drawn(tmp_path: Path) -> None:
    look = "<< /Type /Annot /Subtype /Square /Rect [100 0 200 100] /IC [0 0 0] /C [0 0 0] /AP << /N 4 0 R >> >>"
    path = file(tmp_path, written("[0 0 200 200]", more=f"/Annots [{look}]"))
    with_mark = open_page(path, 1, at_most=(100, 100)).image
    assert with_mark.getextrema() == (0, 255)


def test_a_locked_document_is_said_to_be_locked(tmp_path: Path) -> None:
    path = file(tmp_path, written("[0 0 200 200]", lock=LOCK))
    for look in (measure, lambda path: open_page(path, 1)):
        with pytest.raises(PictureError, match=r"letter\.pdf is a PDF document locked with a password\. Save a copy"):
            look(path)


@pytest.mark.parametrize("content", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"x" * 5000, scanned(upright())[:400]])
def test_a_broken_document_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(PictureError, match=r"letter\.pdf is damaged or cut short \(.*\)\. Copy or scan it again\."):
        measure(file(tmp_path, content))


@pytest.mark.parametrize("number", [-1, 0, 2])
def test_a_page_that_is_not_there_is_named(tmp_path: Path, number: int) -> None:
    path = file(tmp_path, written("[0 0 200 200]"))
    with pytest.raises(PictureError, match=rf"letter\.pdf has one page, and no page {number}"):
        open_page(path, number)


def test_pages_are_drawn_in_many_threads_at_once(tmp_path: Path) -> None:
    path = file(tmp_path, scanned(*(upright(40 + number, 30) for number in range(8))))
    with ThreadPoolExecutor(4) as threads:
        widths = list(threads.map(lambda number: open_page(path, number).size[0], [*range(1, 9)] * 3))
    assert widths == [3 * (40 + number) for number in range(8)] * 3


def test_boxes_in_inches_are_laid_on_the_pixels_of_the_page(tmp_path: Path) -> None:
    (size,) = measure(file(tmp_path, written("[0 0 612 792]"))).page_sizes
    word = Word("ink", Polygon.from_bounds(1.0, 2.0, 3.0, 2.5))
    page = mapped_back(Page(1, 8.5, 11.0, 0.0, (Line("ink", word.polygon, (word,)),)), size)
    assert page.lines[0].polygon == Polygon.from_bounds(300.0, 600.0, 900.0, 750.0)


def test_a_document_is_sent_as_it_is_where_it_is_taken(tmp_path: Path) -> None:
    content = file(tmp_path, scanned(upright())).read_bytes()
    read = Limits("Read", frozenset({"JPEG", "PNG", "PDF"}), 10**6, 50, 10_000, 2000)
    assert shipment(content, read).content == content
    with pytest.raises(PictureError, match="takes no PDF documents"):
        shipment(content, Limits("Recognize Text", frozenset({"JPEG", "PNG"}), 10**6, 50, 4200, 1))


def test_a_document_lies_as_it_is_seen(tmp_path: Path) -> None:
    assert orientation(file(tmp_path, written("[0 0 144 72]", more="/Rotate 90")), "PDF") == 1


def test_a_closed_document_may_be_closed_again() -> None:
    document = Pdf(written("[0 0 200 200]"))
    document.close()
    document.close()


@given(st.floats(0.01, 1e6), st.floats(0.01, 1e6))
def test_every_size_on_paper_is_some_pixels(width: float, height: float) -> None:
    pixels = pixels_of((width, height))
    assert 1 <= min(pixels) <= max(pixels) <= 4000


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damage_raises_nothing_but_what_is_told(data: st.DataObject) -> None:
    content = bytearray(written("[0 0 20 20]"))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(9, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(PdfTrouble), Pdf(bytes(content)) as document:
        for number in range(1, min(3, document.pages) + 1):
            document.picture(number, "L", (20, 20))
