"""What is exported is read by the programs that it is for: by their own code, where it is installed.

poppler's pdftotext reads our PDFs in test_searchable_pdf. OCRmyPDF and kraken are too large for the developers' extra:
give HANDREAD_READERS the Python of an environment that has them (`pip install ocrmypdf`; for kraken's files
`pip install --no-deps kraken`, then lxml, numpy, regex, scipy, shapely, scikit-image and iso639-lang), or they
are skipped.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.exports import readers
from tests.exports.pages import BOX, ITEM, letter, parts, read_line
from tests.exports.shelf import HEIGHT, WIDTH, decided, document, draw, lines_of, picture, shelve
from tui.exporting import Request, export_queue, formats_named
from tui.exports import Options
from tui.exports.document import Document, Which, document_of
from tui.exports.searchable_pdf import write
from tui.model import Line, Page, Verdict
from tui.store import Store

PYTHON = os.environ.get("HANDREAD_READERS", sys.executable)


@cache
def _has(package: str) -> bool:
    asked = f"import sys, importlib.util; sys.exit(importlib.util.find_spec({package!r}) is None)"
    return subprocess.run([PYTHON, "-c", asked], check=False, capture_output=True).returncode == 0


def read_by(reader: str, *files: Path) -> list[Any]:
    """Return what another program reads in files; skips where it is not installed."""
    if not _has(reader.partition("-")[0]):
        pytest.skip(f"{reader.partition('-')[0]} is not installed; HANDREAD_READERS names a Python that has it")
    command = [PYTHON, str(Path(readers.__file__)), reader, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    read: list[Any] = json.loads(done.stdout)
    return read


def written(folder: Path, form: str, made: Document) -> Path:
    (part,) = parts(form, made, Options(language="de"))
    path = folder / f"a{part.suffix}"
    path.write_bytes(part.content)
    return path


def of_lines(*lines: Line) -> Document:
    return document_of(ITEM, (Page(1, 1000, 1400, 0, lines),), {})


# hOCR


def test_ocrmypdf_reads_the_words_their_places_and_their_direction(tmp_path: Path) -> None:
    (read,) = read_by("ocrmypdf", written(tmp_path, "hocr", letter()))
    assert [line["words"] for line in read] == [
        ["Dear", "Silas,"],
        ["the", "weather", "&", "<mud>"],
        ["=2+2"],
        ["שלום", "עולם"],
        ["no", "words,", "no", "box"],
    ]
    assert [line["direction"] for line in read] == [None, None, None, "rtl", None]
    assert read[0]["boxes"] == [[100, 100, 140, 130], [150, 100, 200, 130]]
    assert read[0]["confidences"] == [0.98, None]
    assert read[0]["baseline"] == [0, -4]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
def test_the_pdf_that_ocrmypdf_makes_of_it_says_the_same(tmp_path: Path) -> None:
    """But for long s and the like: OCRmyPDF reads all hOCR in the form NFKC."""
    texts = ("The quick brown fox", "Waſſer iſt geſund", "漢字です", "naïve Straße")
    lines = [
        read_line(100 + 50 * row, *((word, 0.9) for word in text.split()), left=100) for row, text in enumerate(texts)
    ]
    hocr = written(tmp_path, "hocr", of_lines(*lines, Line("added by hand", BOX(100, 400, 400, 430))))
    (pdf,) = read_by("ocrmypdf-pdf", hocr)
    said = subprocess.run(["pdftotext", "-enc", "UTF-8", pdf, "-"], capture_output=True, check=True).stdout.decode()
    expected = [unicodedata.normalize("NFKC", text) for text in (*texts, "added by hand")]
    assert [row for row in said.replace("\f", "\n").split("\n") if row] == expected


# ALTO and PAGE


@pytest.mark.parametrize("form", ["alto", "page"])
def test_kraken_reads_the_lines_that_have_a_place(tmp_path: Path, form: str) -> None:
    (read,) = read_by("kraken", written(tmp_path, form, letter(Which.BOTH)))
    assert read["image"] == 'a "letter"; 3.jpg'
    assert read["size"] == [1000, 1400]
    assert [line["text"].strip() for line in read["lines"]] == [
        "Dear Silas,",
        "the weather & <mud>",
        "=2+2",
        "שלום עולם",
        "",
    ]
    first = read["lines"][0]
    assert first["baseline"] == [[100, 126], [200, 126]]
    assert first["boundary"] == [[100, 100], [200, 100], [200, 130], [100, 130]]
    assert [line["direction"] for line in read["lines"]] == [None, None, None, "R", None]


@pytest.mark.parametrize("form", ["alto", "page"])
def test_kraken_finds_the_order_of_the_lines_and_their_verdicts(tmp_path: Path, form: str) -> None:
    (read,) = read_by("kraken", written(tmp_path, form, letter()))
    names = [line["id"] for line in read["lines"]]
    assert names == ["p1_l0", "p1_l1", "p1_l2", "p1_l4", "p1_l6"]
    assert all(order == names for order in read["orders"].values())
    told = [
        line["review"] and (line["review"][0].get("verdict") or line["review"][0]["type"]) for line in read["lines"]
    ]
    assert told == ["corrected", "accepted", "flagged", None, None]


# Pairs


def _cut(tmp_path: Path, *names: str) -> Path:
    """Export the pairs of pages that are called so."""
    with Store(tmp_path / "queue.db") as store:
        for name in names:
            item_id = shelve(store, tmp_path / name / "a b.c.png", ("one two", "Waſſer: groſz"))
            store.decide(*(decided(line, Verdict.ACCEPTED, item_id=item_id) for line in (0, 1)))
        assert export_queue(store, Request(formats_named("pairs"), tmp_path / "out")).is_whole
    return tmp_path / "out"


def test_kraken_reads_pairs_by_their_names(tmp_path: Path) -> None:
    pictures = sorted(_cut(tmp_path, "box").glob("*.png"))
    read = read_by("kraken-pairs", *pictures)
    assert [pair["text"] for pair in read] == ["one two", "Waſſer: groſz"]
    assert all(pair["box"][2] > pair["box"][3] > 0 for pair in read)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_finds_the_picture_of_every_text_as_tesstrain_has_it_do(tmp_path: Path) -> None:
    """Its rules go by the suffix, and no blank, colon, dollar or hash sign may stand in a name."""
    out = _cut(tmp_path, "box $1: 50%", "#2;", "l'été")
    rules = "all: $(patsubst %.gt.txt,%.box,$(wildcard *.gt.txt))\n%.box: %.png %.gt.txt\n\tcat $*.gt.txt > $@\n"
    (out / "Makefile").write_text(rules)
    done = subprocess.run(["make", "-s"], cwd=out, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(list(out.glob("*.box"))) == len(list(out.glob("*.png"))) == 6


def test_every_text_of_a_pair_is_what_tesstrain_takes(tmp_path: Path) -> None:
    """One line, not empty, composed, ended once, in UTF-8 without a mark; the name up to the first dot is its own."""
    out = _cut(tmp_path, "one", "other")
    stems = set()
    for path in out.glob("*.gt.txt"):
        text = path.read_bytes().decode("utf-8")
        assert text.strip()
        assert text == f"{text.strip()}\n" == unicodedata.normalize("NFC", text)
        assert len(text.splitlines()) == 1
        assert not text.startswith("\ufeff")
        stems.add(path.name.partition(".")[0])
        assert (out / f"{path.name.partition('.')[0]}.png").exists()
    assert len(stems) == 4


# PDF


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
@pytest.mark.parametrize("mode", [(), ("-layout",), ("-raw",)])
def test_poppler_finds_each_word_once_in_order_whichever_way_it_is_asked(tmp_path: Path, mode: tuple[str, ...]) -> None:
    pytest.importorskip("pikepdf")
    texts = ("The quick brown fox", "jumps over a", "lazy dog; Waſſer")
    (part,) = write(document(tmp_path / "a.png", draw(tmp_path / "a.png", texts)), Options())
    done = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", *mode, "-", "-"], input=b"".join(part.pieces), capture_output=True, check=True
    )
    assert done.stdout.decode().split() == " ".join(texts).split()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
@pytest.mark.parametrize(
    ("text", "leftwards"), [("Waſſer iſt naïve", False), ("שלום עולם זה מבחן", True), ("مرحبا بالعالم", True)]
)
def test_poppler_finds_the_place_of_every_word(tmp_path: Path, text: str, leftwards: bool) -> None:
    """With -bbox it gives words from the left, whatever runs to the left letter by letter as it stands on paper."""
    pytest.importorskip("pikepdf")
    lines, path = lines_of((text,), leftwards=leftwards), tmp_path / "a.png"
    picture(lines).save(path)
    (part,) = write(document(path, Page(1, WIDTH, HEIGHT, 0.0, lines)), Options())
    done = subprocess.run(
        ["pdftotext", "-enc", "UTF-8", "-bbox", "-", "-"], input=b"".join(part.pieces), capture_output=True, check=True
    )
    found = re.findall(r'<word xMin="(.+?)".*?xMax="(.+?)".*?>(.+?)</word>', done.stdout.decode())
    expected = sorted(
        (word.polygon.bounds[0], word.polygon.bounds[2], word.text) for word in lines[0].words if word.polygon
    )
    dots = 300 / 72
    for (left, right, said), (begins, ends, word) in zip(found, expected, strict=True):
        assert (float(left) * dots, float(right) * dots) == pytest.approx((begins, ends), abs=1.5)
        assert said in ({word, word[::-1]} if leftwards else {word})
