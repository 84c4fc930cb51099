"""ALTO, PAGE and hOCR: what they say beside the text, and what their own checkers make of them."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.exports.pages import DECISIONS, ITEM, LETTER, complaints, content, decided, letter, parts
from tui.exports import ExportError, Options
from tui.exports.alto import NAMESPACE as ALTO
from tui.exports.document import Document, Lines, Which, document_of
from tui.exports.page import NAMESPACE as PAGE
from tui.model import Line, Page, Polygon, Verdict, Word

XML = {"a": ALTO, "p": PAGE, "h": "http://www.w3.org/1999/xhtml"}


def tree(form: str, document: Document, options: Options | None = None) -> ET.Element:
    return ET.fromstring(content(form, document, options))


def attribute(root: ET.Element, path: str, name: str) -> list[str | None]:
    return [element.get(name) for element in root.findall(path, XML)]


@pytest.mark.parametrize("which_lines", Lines)
@pytest.mark.parametrize("which_text", Which)
def test_a_letter_is_valid_however_it_is_asked_for(which_text: Which, which_lines: Lines) -> None:
    document = letter(which_text, which_lines)
    for version in ("4.4", "4.2"):
        options = Options(alto_version=version, language="en-GB")
        assert complaints(f"alto-{version.replace('.', '-')}.xsd", content("alto", document, options).encode()) == []
    assert complaints("page-2019-07-15.xsd", content("page", document).encode()) == []


@pytest.mark.parametrize("form", ["alto", "page"])
def test_each_page_of_a_document_is_a_file(form: str) -> None:
    document = document_of(ITEM, (LETTER, replace(LETTER, number=2), Page(3, 10, 10)), {})
    suffix = f".{form}.xml"
    assert [part.suffix for part in parts(form, document)] == [f"_0001{suffix}", f"_0002{suffix}", f"_0003{suffix}"]
    assert [part.suffix for part in parts(form, letter())] == [suffix]


def test_a_document_without_pages_has_no_files_of_markup() -> None:
    nothing = document_of(ITEM, (), {})
    assert [parts(form, nothing) for form in ("alto", "page", "hocr")] == [[], [], []]


def test_a_language_that_is_none_is_refused_before_anything_is_written() -> None:
    with pytest.raises(ExportError, match=r"'en_GB' is no tag of a language"):
        Options(language="en_GB")


# -- ALTO -------------------------------------------------------------------------------------------------------------


def test_alto_says_which_lines_a_person_vouches_for_and_who() -> None:
    root = tree("alto", letter())
    assert attribute(root, ".//a:TextLine", "CS") == ["true", "true", None, None, None, None]
    assert attribute(root, ".//a:TextBlock", "CS") == [None]
    who = {one.get("ID"): one.findtext("a:processingAgency", "", XML) for one in root.findall(".//a:Processing", XML)}
    assert [who.get(step or "") for step in attribute(root, ".//a:TextLine", "PROCESSINGREFS")[:2]] == [
        "ada",
        "ben; {b}",
    ]


def test_alto_says_it_of_the_block_where_all_lines_are_so() -> None:
    root = tree("alto", letter(which_lines=Lines.SETTLED))
    assert attribute(root, ".//a:TextBlock", "CS") == ["true"]
    assert attribute(root, ".//a:TextLine", "CS") == [None, None]


def test_alto_tags_what_is_flagged_with_its_reason() -> None:
    root = tree("alto", letter())
    tags = {tag.get("ID"): (tag.get("LABEL"), tag.get("DESCRIPTION")) for tag in root.findall(".//a:OtherTag", XML)}
    (tag,) = [one.get("TAGREFS") for one in root.findall(".//a:TextLine", XML) if one.get("ID") == "p1_l2"]
    assert tags[tag] == ("flagged", "a sum?")


def test_alto_has_what_was_read_beside_a_word_where_both_are_asked_for() -> None:
    assert [one.text for one in tree("alto", letter(Which.BOTH)).findall(".//a:ALTERNATIVE", XML)] == ["Silns"]
    assert tree("alto", letter()).findall(".//a:ALTERNATIVE", XML) == []
    assert attribute(tree("alto", letter(Which.ENGINE)), ".//a:String", "CONTENT")[:2] == ["Dear", "Silns"]


def test_alto_keeps_the_confidence_of_words_that_were_not_changed_alone() -> None:
    assert attribute(tree("alto", letter()), ".//a:String", "WC")[:2] == ["0.980", None]


def test_alto_says_where_it_comes_from() -> None:
    root = tree("alto", letter())
    assert root.findtext(".//a:fileName", "", XML) == 'a "letter"; 3.jpg'
    assert root.findtext(".//a:fileIdentifier", "", XML) == f"sha256:{ITEM.sha256}"
    read = root.find(".//a:Processing[@ID='read']", XML)
    assert read is not None
    assert read.findtext("a:processingDateTime", "", XML) == "2025-10-09T08:54:20Z"
    assert read.findtext(".//a:softwareVersion", "", XML) == "2022-04-30"


def test_only_newer_alto_says_the_order_and_direction() -> None:
    for version, directions in (("4.4", ["rtl"]), ("4.2", [])):
        root = tree("alto", letter(), Options(alto_version=version))  # type: ignore[arg-type]
        assert [one for one in attribute(root, ".//a:TextLine", "BASEDIRECTION") if one] == directions
        assert bool(root.findall("a:ReadingOrder", XML)) == bool(directions)


def test_words_that_touch_have_no_blank_between_them() -> None:
    page = Page(1, 90, 90, 0, (Line("你好 世界", None, (Word("你"), Word("好"), Word("世界"))),))
    line = tree("alto", document_of(ITEM, (page,), {})).find(".//a:TextLine", XML)
    assert line is not None
    assert [child.tag.partition("}")[2] for child in line if child.get("ID") or not child.attrib][1:] == [
        *("String", "String", "SP", "String")
    ]


# -- PAGE -------------------------------------------------------------------------------------------------------------


def test_page_has_both_texts_in_order_where_both_are_asked_for() -> None:
    line = tree("page", letter(Which.BOTH)).find(".//p:TextLine", XML)
    assert line is not None
    told = [
        (one.get("index"), one.get("conf"), one.get("comments"), one[0].text)
        for one in line.findall("p:TextEquiv", XML)
    ]
    assert told == [("0", None, "reviewed", "Dear Silas,"), ("1", "0.663", "engine", "Dear Silns")]


def test_page_has_the_text_alone_where_one_is_asked_for() -> None:
    for which, comments in ((Which.REVIEWED, "reviewed"), (Which.ENGINE, "engine")):
        line = tree("page", letter(which)).find(".//p:TextLine", XML)
        assert line is not None
        assert [one.get("comments") for one in line.findall("p:TextEquiv", XML)] == [comments]


def test_page_says_the_verdict_as_readers_of_custom_take_it() -> None:
    customs = attribute(tree("page", letter()), ".//p:TextLine", "custom")
    assert customs[1] == (
        r"readingOrder {index:1;} "
        r"review {verdict:accepted;reviewer:ben\u003b \u007bb\u007d;at:2025-10-10T08\u003a53\u003a21Z;}"
    )
    assert customs[3] == "readingOrder {index:3;}"


def test_page_says_how_a_page_has_to_be_turned_and_leaves_its_boxes() -> None:
    turned = document_of(ITEM, (replace(LETTER, turn=3, angle=0.0),), DECISIONS)
    level = document_of(ITEM, (replace(LETTER, angle=0.0),), DECISIONS)
    assert attribute(tree("page", turned), "p:Page", "orientation") == ["-90"]
    assert attribute(tree("page", turned), ".//p:Coords", "points") == attribute(
        tree("page", level), ".//p:Coords", "points"
    )
    assert attribute(tree("alto", turned), ".//a:Page", "ROTATION") == ["-90"]


def test_a_region_holds_all_its_lines_and_words() -> None:
    page = Page(
        1,
        500,
        500,
        0,
        (Line("a b", Polygon.from_bounds(10, 10, 20, 20), (Word("a b", Polygon.from_bounds(5, 5, 400, 60)),)),),
    )
    region = tree("page", document_of(ITEM, (page,), {})).find(".//p:TextRegion/p:Coords", XML)
    assert region is not None
    assert region.get("points") == "5,5 400,5 400,60 5,60"


def test_page_knows_when_it_was_read_and_last_changed_and_says_some_time_where_nobody_knows() -> None:
    root = tree("page", letter())
    assert root.findtext(".//p:Created", "", XML) == "2025-10-09T08:54:20Z"
    assert root.findtext(".//p:LastChange", "", XML) == "2025-10-10T08:53:23Z"
    timeless = replace(ITEM, added_at=0.0, ended_at=0.0)
    unknown = tree("page", document_of(timeless, (LETTER,), {}), Options(when=1_790_000_000))
    assert unknown.findtext(".//p:Created", "", XML) == "2026-09-21T14:13:20Z"


def test_page_has_no_order_of_reading_where_there_is_nothing_to_read() -> None:
    empty = document_of(ITEM, (Page(1, 10, 10),), {})
    assert complaints("page-2019-07-15.xsd", content("page", empty).encode()) == []
    assert complaints("alto-4-4.xsd", content("alto", empty).encode()) == []
    assert "ReadingOrder" not in content("page", empty)


# -- hOCR -------------------------------------------------------------------------------------------------------------


def test_hocr_has_all_pages_in_one_file() -> None:
    document = document_of(ITEM, (LETTER, Page(2, 10, 10), replace(LETTER, number=3)), {})
    (part,) = parts("hocr", document)
    assert part.suffix == ".hocr"
    pages: list[str] = re.findall(r'title="(image [^"]*)"', part.content.decode())
    assert [title.rpartition("; ")[2] for title in pages] == ["ppageno 0", "ppageno 1", "ppageno 2"]


def test_hocr_names_the_image_so_that_nothing_ends_its_name_early() -> None:
    assert "image &quot;a %22letter%22%3B 3.jpg&quot;; bbox 0 0 1000 1400; " in content("hocr", letter())


def test_hocr_says_who_decided_a_line_and_what_was_read_there() -> None:
    line = tree("hocr", letter(Which.BOTH)).find(".//h:span[@id='p1_l0']", XML)
    assert line is not None
    assert {name: text for name, text in line.attrib.items() if name.startswith("data-")} == {
        "data-verdict": "corrected",
        "data-reviewer": "ada",
        "data-reviewed-at": "2025-10-10T08:53:20Z",
        "data-engine-text": "Dear Silns",
    }


def test_hocr_gives_confidence_in_percent_and_baselines_from_the_corner_of_the_box() -> None:
    titles = attribute(tree("hocr", letter()), ".//h:span", "title")
    assert titles[:2] == ["bbox 100 100 200 130; baseline 0 -4", "bbox 100 100 140 130; x_wconf 98"]
    tilted = Line("a", Polygon(((100, 100), (300, 120), (300, 150), (100, 130))))
    title = attribute(tree("hocr", document_of(ITEM, (Page(1, 900, 900, 0, (tilted,)),), {})), ".//h:span", "title")[0]
    assert title == "bbox 100 100 300 150; baseline 0.1 -24"


def test_hocr_says_the_direction_of_a_line_and_lists_that_it_does() -> None:
    root = tree("hocr", letter())
    assert attribute(root, ".//h:span[@id='p1_l4']", "dir") == ["rtl"]
    (listed,) = attribute(root, ".//h:meta[@name='ocr-capabilities']", "content")
    assert listed == "ocr_carea ocr_line ocr_page ocr_par ocrp_dir ocrp_wconf ocrx_word"


@pytest.mark.parametrize("options", [Options(), Options(polygons=True, language="he")], ids=["plain", "with all"])
def test_the_specifications_own_checker_takes_an_hocr(tmp_path: Path, options: Options) -> None:
    checker = shutil.which("hocr-spec", path=str(Path(sys.executable).parent))
    if checker is None:
        pytest.skip("hocr-spec is not installed")
    path = tmp_path / "letter.hocr"
    path.write_bytes(parts("hocr", letter(Which.BOTH), options)[0].content)
    done = subprocess.run([checker, "--profile", "standard", str(path)], capture_output=True, text=True, check=False)
    assert "Document is valid" in done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("form", ["alto", "page", "hocr"])
def test_rejected_lines_are_in_no_markup(form: str) -> None:
    assert "smudge" not in content(form, letter())
    nothing_left = {key: decided(key.line, Verdict.REJECTED) for key in LETTER.keys}
    assert content(form, document_of(ITEM, (LETTER,), nothing_left))
