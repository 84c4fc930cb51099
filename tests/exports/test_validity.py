"""What keeps an invalid file from being written: each thing that other programs reject, done to a file of ours."""

from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest

from tests.exports.pages import complaints, letter
from tui.exports import ExportError, Options
from tui.exports import alto as alto_format
from tui.exports import hocr as hocr_format
from tui.exports import page as page_format
from tui.exports.document import Which
from tui.exports.scribe import Scribe
from tui.exports.validity import Rules, check, faults, written

Change = Callable[[ET.Element], object]
SIZE = (1000, 1400)


def an_alto(version: str = "4.4") -> ET.Element:
    document = letter(Which.BOTH)
    options = Options(alto_version=version, language="en-GB")  # type: ignore[arg-type]
    return alto_format.tree(document, document.pages[0], options, Scribe(options))


def a_page() -> ET.Element:
    document = letter(Which.BOTH)
    return page_format.tree(document, document.pages[0], Options(), Scribe(Options()))


def an_hocr() -> ET.Element:
    options = Options(polygons=True)
    return hocr_format.tree(letter(), options, Scribe(options))


def first(root: ET.Element, name: str) -> ET.Element:
    found = root if root.tag == name else root.find(f".//{name}")
    assert found is not None
    return found


def given(name: str, attribute: str, value: str) -> Change:
    return lambda root: first(root, name).set(attribute, value)


def without(name: str, attribute: str) -> Change:
    return lambda root: first(root, name).attrib.pop(attribute)


def said(name: str, text: str) -> Change:
    def change(root: ET.Element) -> None:
        first(root, name).text = text

    return change


def taken_out(parent: str, name: str) -> Change:
    def change(root: ET.Element) -> None:
        element = first(root, parent)
        for child in element.findall(name):
            element.remove(child)

    return change


def put_in(parent: str, name: str, place: int = 0, **attributes: str) -> Change:
    return lambda root: first(root, parent).insert(place, ET.Element(name, attributes))


def swapped(parent: str, one: int, other: int) -> Change:
    def change(root: ET.Element) -> None:
        element = first(root, parent)
        element[one], element[other] = element[other], element[one]

    return change


ALTO_REJECTED: dict[str, Change] = {
    "an ID that begins with a digit": given("TextBlock", "ID", "1"),
    "an ID that is a bare UUID": given("TextBlock", "ID", "3f2b0c4e-91aa-4c5e-8f6e-2f1d5d0a7b11"),
    "an ID that stands twice": given("TextBlock", "ID", "p1"),
    "a reference to nothing": given("TextLine", "TAGREFS", "nope"),
    "a page without an ID": without("Page", "ID"),
    "a page without a number": without("Page", "PHYSICAL_IMG_NR"),
    "a language with an underscore": given("Page", "LANG", "en_GB"),
    "a line without a string": taken_out("TextLine", "String"),
    "two blanks in a row": put_in("TextLine", "SP", 2),
    "a confidence in percent": given("String", "WC", "98"),
    "a confidence of a line": given("TextLine", "WC", "0.98"),
    "no unit of measurement": taken_out("Description", "MeasurementUnit"),
    "a shape that does not come first": lambda root: first(root, "TextLine").append(ET.Element("Shape")),
    "a description after the layout": swapped("alto", 0, -1),
    "a string without a text": without("String", "CONTENT"),
    "a private element": put_in("Page", "HandreadMetadata"),
    "a time that is none": said("processingDateTime", "yesterday"),
    "an order of nothing": taken_out("OrderedGroup", "ElementRef"),
}
PAGE_REJECTED: dict[str, Change] = {
    "an ID that begins with a digit": given("TextRegion", "id", "1"),
    "an ID that stands twice": given("TextRegion", "id", "p1_l0"),
    "a reference to nothing": given("RegionRefIndexed", "regionRef", "nope"),
    "no time of the last change": taken_out("Metadata", "LastChange"),
    "metadata in another order": swapped("Metadata", 0, 1),
    "a private element": put_in("Metadata", "TranskribusMetadata", 3),
    "a width that is no whole number": given("Page", "imageWidth", "2480.0"),
    "an empty order of reading": taken_out("ReadingOrder", "OrderedGroup"),
    "a text before the words": lambda root: first(root, "TextLine").insert(
        2, ET.fromstring("<TextEquiv index='5'><Unicode/></TextEquiv>")
    ),
    "points that are no whole numbers": given("Coords", "points", "0.5,0 10,0 10,10 0,10"),
    "points below zero": given("Coords", "points", "-1,0 10,0 10,10 0,10"),
    "points two blanks apart": given("Coords", "points", "0,0  10,0 10,10 0,10"),
    "a baseline of one point": given("Baseline", "points", "10,10"),
    "a confidence in percent": given("TextEquiv", "conf", "98"),
    "a language by its tag": given("Page", "primaryLanguage", "en"),
    "no picture": without("Page", "imageFilename"),
    "a text without its element": taken_out("TextEquiv", "Unicode"),
    "a line without a place": taken_out("TextLine", "Coords"),
}
"""What the schemas reject as well, references included."""

OURS_ALTO: dict[str, Change] = {
    "no file name": taken_out("sourceImageInformation", "fileName"),
    "a place outside the page": given("String", "WIDTH", "5000"),
    "points outside the page": given("Polygon", "POINTS", "0,0 10,0 10,1401 0,10"),
    "a coordinate below zero": given("String", "HPOS", "-1"),
    "a character that XML forbids": given("String", "CONTENT", "a\x07b"),
    "a lone surrogate": given("String", "CONTENT", "a\udcffb"),
    "a character that is none": said("fileName", "a\uffff.jpg"),
}
OURS_PAGE: dict[str, Change] = {
    "two texts of one index": given("TextLine/TextEquiv[@index='1']", "index", "0"),
    "a time without its zone": said("Created", "2026-11-22T10:00:00"),
    "points outside the page": given("Coords", "points", "0,0 1001,0 10,10 0,10"),
    "a character that XML forbids": said("Unicode", "a\x00b"),
}
"""What the schemas let pass, or what cannot even be read, and other programs trip over."""


def found(root: ET.Element, rules: Rules) -> list[str]:
    return list(faults(root, rules, SIZE))


@pytest.mark.parametrize("version", ["4.4", "4.2"])
def test_an_alto_of_ours_has_no_faults(version: str) -> None:
    assert found(an_alto(version), alto_format.rules(version)) == []


def test_a_page_of_ours_has_no_faults() -> None:
    assert found(a_page(), page_format.RULES) == []


@pytest.mark.parametrize("name", [*ALTO_REJECTED, *OURS_ALTO])
def test_alto_is_not_written_with(name: str) -> None:
    root = an_alto()
    (ALTO_REJECTED | OURS_ALTO)[name](root)
    assert found(root, alto_format.rules("4.4"))
    with pytest.raises(ExportError, match=r"^ALTO 4\.4: .* Nothing was written"):
        check("ALTO 4.4", root, alto_format.rules("4.4"), SIZE)


@pytest.mark.parametrize("name", [*PAGE_REJECTED, *OURS_PAGE])
def test_page_is_not_written_with(name: str) -> None:
    root = a_page()
    (PAGE_REJECTED | OURS_PAGE)[name](root)
    assert found(root, page_format.RULES)


@pytest.mark.parametrize("name", ALTO_REJECTED)
def test_the_schema_of_alto_rejects_just_that_too(name: str) -> None:
    root = an_alto()
    ALTO_REJECTED[name](root)
    assert complaints("alto-4-4.xsd", written(root))


@pytest.mark.parametrize("name", PAGE_REJECTED)
def test_the_schema_of_page_rejects_just_that_too(name: str) -> None:
    root = a_page()
    PAGE_REJECTED[name](root)
    assert complaints("page-2019-07-15.xsd", written(root))


NEWER: dict[str, Change] = {
    "an order of reading": lambda root: root.insert(2, first(an_alto(), "ReadingOrder")),
    "a direction": given("TextLine", "BASEDIRECTION", "rtl"),
    "a language of the page": given("Page", "LANG", "en"),
    "a turn of the page": given("Page", "ROTATION", "90"),
}


@pytest.mark.parametrize("name", NEWER)
def test_what_only_newer_alto_knows_is_not_written_as_older(name: str) -> None:
    root = an_alto("4.2")
    NEWER[name](root)
    assert found(root, alto_format.rules("4.2"))
    assert complaints("alto-4-2.xsd", written(root))


def meta(root: ET.Element, name: str) -> ET.Element:
    return next(one for one in root.iter("meta") if one.get("name") == name)


def part(root: ET.Element, name: str) -> ET.Element:
    return next(one for one in root.iter() if one.get("class") == name)


HOCR_REJECTED: dict[str, Change] = {
    "no system": lambda root: first(root, "head").remove(meta(root, "ocr-system")),
    "two systems": lambda root: first(root, "head").append(meta(root, "ocr-system")),
    "no capabilities": lambda root: first(root, "head").remove(meta(root, "ocr-capabilities")),
    "an element that is not listed": lambda root: meta(root, "ocr-capabilities").set("content", "ocr_page"),
    "no page": lambda root: first(root, "body").clear(),
    "a line without a box": lambda root: part(root, "ocr_line").set("title", "baseline 0 -4"),
    "a box of width and height": lambda root: part(root, "ocr_line").set("title", "bbox 900 100 200 30"),
    "a box below zero": lambda root: part(root, "ocrx_word").set("title", "bbox -1 0 10 10"),
    "a box of fractions": lambda root: part(root, "ocrx_word").set("title", "bbox 0.5 0 10 10"),
    "a box outside the page": lambda root: part(root, "ocrx_word").set("title", "bbox 0 0 10 1401"),
    "a confidence beyond all": lambda root: part(root, "ocrx_word").set("title", "bbox 0 0 10 10; x_wconf 101"),
    "a confidence of a share": lambda root: part(root, "ocrx_word").set("title", "bbox 0 0 10 10; x_wconf 0.98"),
    "an image without its marks": lambda root: part(root, "ocr_page").set("title", "image a.jpg; bbox 0 0 9 9"),
    "a word outside a line": lambda root: part(root, "ocr_line").set("class", "ocrx_word"),
    "an ID that stands twice": lambda root: part(root, "ocrx_word").set("id", "p1"),
    "a property that is not listed": lambda root: meta(root, "ocr-capabilities").set(
        "content", (meta(root, "ocr-capabilities").get("content") or "").replace("ocrp_poly", "")
    ),
    "a private element": put_in("body", "script"),
}


def test_an_hocr_of_ours_has_no_faults() -> None:
    hocr_format.check_tree(an_hocr())


@pytest.mark.parametrize("name", HOCR_REJECTED)
def test_hocr_is_not_written_with(name: str) -> None:
    root = an_hocr()
    HOCR_REJECTED[name](root)
    with pytest.raises(ExportError, match=r"^hOCR: .* Nothing was written"):
        hocr_format.check_tree(root)
