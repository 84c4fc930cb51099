"""hOCR 1.2 (kba/hocr-spec, 1.2/spec.md), all pages in one file of XHTML that parses as XML and as HTML.

hOCR knows one text a line. Where it comes from stands in `data-` attributes: the verdict, who gave it and when, and
where both texts are asked for what was read. Rejected lines are left out, and a document without pages has no file.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

from tui.arrangement.characters import runs_leftwards
from tui.exports import ExportError, Options, Part
from tui.exports.document import Document, ExportedLine, ExportedPage, Which
from tui.exports.places import Box, box_of, box_round, feet, line_polygon, ring_of, whole
from tui.exports.scribe import Scribe, line_id, moment, page_id, provenance, word_id
from tui.exports.validity import ANY, ID, LANGUAGE, UTC, Rule, Rules, check, one_of, written
from tui.model import Verdict, Word

NAMESPACE = "http://www.w3.org/1999/xhtml"
_DOCTYPE = "<!DOCTYPE html>\n"


def write(document: Document, options: Options) -> Iterator[Part]:
    """Give a document as hOCR; raises ExportError rather than give what is not valid."""
    if not document.pages:
        return
    scribe = Scribe(options)
    root = tree(document, options, scribe)
    check_tree(root)
    yield Part(".hocr", written(root, _DOCTYPE, indented=False), scribe.report)


def tree(document: Document, options: Options, scribe: Scribe) -> ET.Element:
    """Return a document as the tree of its file; what had to be changed for it stands in the scribe's report."""
    return _Writer(document, options, scribe).root()


class _Writer:
    """Builds one document. What is used is remembered, for it has to be listed among the capabilities."""

    def __init__(self, document: Document, options: Options, scribe: Scribe) -> None:
        self._document = document
        self._options = options
        self._scribe = scribe
        self._used: set[str] = set()

    def root(self) -> ET.Element:
        facts = {"xmlns": NAMESPACE}
        if self._options.language:
            facts |= {"lang": self._options.language, "xml:lang": self._options.language}
            self._used.add("ocrp_lang")
        root = ET.Element("html", facts)
        head = _under(root, "head", {})
        body = _under(root, "body", {})
        for place, page in enumerate(self._document.pages):
            self._page(body, page, place)
        self._head(head)
        return root

    def _head(self, head: ET.Element) -> None:
        known = provenance(self._document, self._options)
        system = " ".join(known[name] for name in ("service", "model") if name in known) or "unknown"
        _under(head, "meta", {"charset": "utf-8"})
        _under(head, "title", {}).text = self._scribe.text(self._document.name)
        self._meta(head, "ocr-system", f"{system}, {known['program']}")
        self._meta(head, "ocr-capabilities", " ".join(sorted(self._used)))
        self._meta(head, "ocr-number-of-pages", str(len(self._document.pages)))
        if self._options.language:
            self._meta(head, "ocr-langs", self._options.language)
        for name, fact in known.items():
            self._meta(head, f"handread-{name}", fact)

    def _meta(self, head: ET.Element, name: str, content: str) -> None:
        _under(head, "meta", {"name": name, "content": self._scribe.text(content)})

    # -- the pages ----------------------------------------------------------------------------------------------------

    def _page(self, body: ET.Element, page: ExportedPage, place: int) -> None:
        properties = [
            f'image "{_quoted(self._scribe.again(self._document.name))}"',
            _bbox(whole(page)),
            f"ppageno {place}",
        ]
        element = self._part(body, "div", "ocr_page", page_id(page), properties)
        if not page.texts:
            element.text = "\n"  # an empty element would be written as XML alone takes it
            return
        box = _bbox(box_round(_box(page, line) for line in page.texts) or whole(page))
        area = self._part(element, "div", "ocr_carea", f"{page_id(page)}_block", [box])
        paragraph = self._part(area, "p", "ocr_par", f"{page_id(page)}_par", [box])
        for line in page.texts:
            self._line(paragraph, page, line)

    def _line(self, paragraph: ET.Element, page: ExportedPage, line: ExportedLine) -> None:
        text = self._scribe.line(page, line)
        polygon = line_polygon(line)
        box = _box(page, line)
        properties = [_bbox(box), *_baseline(line, box)]
        ring = ring_of(page, polygon) if self._options.polygons else None
        if ring is not None:
            properties.append("poly " + " ".join(f"{x} {y}" for x, y in ring))
            self._used.add("ocrp_poly")
        element = self._part(paragraph, "span", "ocr_line", line_id(line), properties)
        if runs_leftwards(text):
            element.set("dir", "rtl")
            self._used.add("ocrp_dir")
        self._review(element, line)
        element.text = "" if line.words else " "
        for place, (word, has_blank) in enumerate(zip(line.words, line.blanks, strict=True)):
            if has_blank:
                element[-1].tail = " "
            self._word(element, page, line, place, word)

    def _review(self, element: ET.Element, line: ExportedLine) -> None:
        facts = {}
        if line.verdict is not Verdict.UNDECIDED:
            facts = {"verdict": line.verdict.value, "reason": line.reason, "reviewer": line.reviewer}
            facts["reviewed-at"] = moment(line.at)
        if self._document.which_text is Which.BOTH and line.text != line.engine_text:
            facts["engine-text"] = line.engine_text
        for name, fact in facts.items():
            if fact:
                element.set(f"data-{name}", self._scribe.text(fact, line.key))

    def _word(self, element: ET.Element, page: ExportedPage, line: ExportedLine, place: int, word: Word) -> None:
        properties = [_bbox(box_of(page, word.polygon) or _box(page, line))]
        if word.confidence is not None:
            properties.append(f"x_wconf {round(word.confidence * 100)}")
            self._used.add("ocrp_wconf")
        child = ET.SubElement(element, "span", self._facts("ocrx_word", word_id(line, place), properties))
        child.text = self._scribe.again(word.text)

    def _part(self, parent: ET.Element, tag: str, name: str, part_id: str, properties: Sequence[str]) -> ET.Element:
        return _under(parent, tag, self._facts(name, part_id, properties))

    def _facts(self, name: str, part_id: str, properties: Sequence[str]) -> dict[str, str]:
        self._used.add(name)
        return {"class": name, "id": part_id, "title": "; ".join(properties)}


def _under(parent: ET.Element, tag: str, facts: dict[str, str]) -> ET.Element:
    """Put an element under another, on a row of its own; blanks count within lines alone."""
    parent.text = "\n"
    element = ET.SubElement(parent, tag, facts)
    element.tail = "\n"
    return element


def _box(page: ExportedPage, line: ExportedLine) -> Box:
    return box_of(page, line_polygon(line)) or whole(page)


def _bbox(box: Box) -> str:
    return "bbox " + " ".join(map(str, box))


def _baseline(line: ExportedLine, box: Box) -> Iterator[str]:
    """Yield where a line's letters stand, as a slope and a distance from the bottom left corner of its box.

    A line that runs more down the page than across it has none that could be said so.
    """
    polygon = line_polygon(line)
    if polygon is None or abs(polygon.angle) > 45:
        return
    (x, y), (u, v) = feet(polygon)
    if u - x < 1:
        return
    slope = (v - y) / (u - x)
    offset = y + slope * (box[0] - x) - box[3]
    if math.isfinite(offset) and abs(offset) <= box[3] - box[1]:
        yield f"baseline {round(slope, 3) + 0.0:g} {round(offset)}"


def _quoted(name: str) -> str:
    """Return a file's name for within quotation marks: what would end them, or the property, is percent-encoded."""
    return re.sub(r'[";%\\]', lambda found: f"%{ord(found[0]):02X}", name)


# -- what is valid ----------------------------------------------------------------------------------------------------

_TITLED = {"class": one_of("ocr_page", "ocr_carea", "ocr_par", "ocr_line", "ocrx_word"), "id": ID, "title": ANY}
_DATA = {f"data-{name}": ANY for name in ("verdict", "reason", "reviewer", "engine-text")}

RULES: Rules = {
    "html": Rule("head body ", {"xmlns": one_of(NAMESPACE)}, {"lang": LANGUAGE, "xml:lang": LANGUAGE}),
    "head": Rule("meta title (meta )+"),
    "meta": Rule("", {}, {"charset": one_of("utf-8"), "name": ANY, "content": ANY}),
    "title": Rule(text=re.compile(r".*\S.*")),
    "body": Rule("(div )+"),
    "div": Rule("(div |p )?", _TITLED),
    "p": Rule("(span )+", _TITLED),
    "span": Rule(
        "(span )*", _TITLED, {"dir": one_of("rtl"), "data-reviewed-at": UTC, **_DATA}, text=re.compile(r"\S*| ")
    ),
}
_INSIDE = {
    "ocr_page": (None,),
    "ocr_carea": ("ocr_page",),
    "ocr_par": ("ocr_carea",),
    "ocr_line": ("ocr_par",),
    "ocrx_word": ("ocr_line",),
}
"""What each element stands in."""
_PROPERTIES = {
    "image": re.compile(r'image "[^";]+"'),
    "bbox": re.compile(r"bbox( \d+){4}"),
    "ppageno": re.compile(r"ppageno \d+"),
    "baseline": re.compile(r"baseline -?\d+(\.\d+)?(e-\d+)? -?\d+"),
    "poly": re.compile(r"poly( \d+ \d+){3,}"),
    "x_wconf": re.compile(r"x_wconf (\d\d?|100)"),
}
_LISTED = {"dir": "ocrp_dir", "poly": "ocrp_poly", "x_wconf": "ocrp_wconf"}
"""What has to be listed among the capabilities beside the elements, by the attribute or property that uses it."""


def check_tree(root: ET.Element) -> None:
    """Raise ExportError when a tree is no valid hOCR."""
    check("hOCR", root, RULES, (0, 0))
    for fault in faults_of_hocr(root):
        raise ExportError(
            f"hOCR: {fault}. Nothing was written of it. This is a fault of this program: please report it."
        )


def faults_of_hocr(root: ET.Element) -> Iterator[str]:
    """Yield what is wrong with a tree beyond what its elements may hold: metadata, nesting and properties."""
    metas = [(meta.get("name", ""), meta.get("content", "")) for meta in root.iter("meta")]
    for name in ("ocr-system", "ocr-capabilities"):
        if [one for one, _ in metas].count(name) != 1:
            yield f"there is not exactly one {name}"
    listed = set(dict(metas).get("ocr-capabilities", "").split())
    used: set[str] = set()
    for page in root.iter("body"):
        yield from _of_part(page, None, (0, 0, 0, 0), used)
    if "ocr_page" not in used:
        yield "there is no page"
    if used - listed:
        yield f"used and not among the capabilities: {', '.join(sorted(used - listed))}"


def _of_part(parent: ET.Element, inside: str | None, page: Box, used: set[str]) -> Iterator[str]:
    """Yield what is wrong with the parts in another, and put down which capabilities they use."""
    for element in parent:
        name = element.get("class", "")
        properties = {one.split(" ")[0]: one for one in element.get("title", "").split("; ")}
        used |= {name, *(known for one, known in _LISTED.items() if one in properties or one in element.attrib)}
        if inside not in _INSIDE.get(name, ()):
            yield f"{name} stands in {inside or 'the body'}"
        for one, written_out in properties.items():
            if one not in _PROPERTIES or not _PROPERTIES[one].fullmatch(written_out):
                yield f"{name} has a property that is none: {written_out[:60]}"
        box = _box_in(properties.get("bbox", ""))
        here = box if box and name == "ocr_page" else page
        if box is None:
            yield f"{name} lacks its bbox"
        elif not (here[0] <= box[0] < box[2] <= here[2] and here[1] <= box[1] < box[3] <= here[3]):
            yield f"{name} lies outside the page, or holds no room: {properties['bbox'][:60]}"
        yield from _of_part(element, name, here, used)


def _box_in(text: str) -> Box | None:
    if not _PROPERTIES["bbox"].fullmatch(text):
        return None
    left, top, right, bottom = map(int, text.split(" ")[1:])
    return left, top, right, bottom
