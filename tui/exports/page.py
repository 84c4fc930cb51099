"""PAGE of 2019-07-15, a file a page (schema: PRImA-Research-Lab/PAGE-XML, gts/pagecontent/2019-07-15/pagecontent.xsd).

A line's TextEquiv of index 0 is the text that counts; where both texts are asked for and a person has decided the line,
index 1 is what was read, with its confidence. `comments` says which is which. Verdicts stand in `custom`, as private
elements are not valid. Rejected lines are left out. Coordinates are those of the file's picture, and `orientation` says
by how much it has to be turned to stand upright.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from tui.arrangement.characters import runs_leftwards
from tui.exports import Options, Part
from tui.exports.document import Document, ExportedLine, ExportedPage, Which
from tui.exports.places import (
    Box,
    baseline_of,
    box_of,
    box_round,
    line_polygon,
    ring_of,
    ring_round,
    upright_by,
    whole,
)
from tui.exports.scribe import Scribe, line_id, moment, moment_or, page_id, page_suffix, provenance, word_id
from tui.exports.validity import (
    ANY,
    ID,
    NUMBER,
    POINTS,
    POSITIVE,
    REFERENCE,
    SHARE,
    UTC,
    WHOLE,
    Rule,
    Rules,
    check,
    one_of,
    written,
)
from tui.model import Verdict, Word

NAMESPACE = "http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15"
BY_PERSON, BY_ENGINE = "reviewed", "engine"
"""What `comments` says of a text: whether a person vouches for it, or it is as it was read."""


def write(document: Document, options: Options) -> Iterator[Part]:
    """Give each page of a document as PAGE; raises ExportError rather than give one that is not valid."""
    for page in document.pages:
        scribe = Scribe(options)
        root = tree(document, page, options, scribe)
        check("PAGE", root, RULES, (page.width, page.height))
        yield Part(page_suffix(document, page, ".page.xml"), written(root), scribe.report)


def tree(document: Document, page: ExportedPage, options: Options, scribe: Scribe) -> ET.Element:
    """Return a page as the tree of its file; what had to be changed for it stands in the scribe's report."""
    root = ET.Element(
        "PcGts",
        {
            "xmlns": NAMESPACE,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": f"{NAMESPACE} {NAMESPACE}/pagecontent.xsd",
            "pcGtsId": f"{page_id(page)}_file",
        },
    )
    _metadata(root, document, page, options, scribe)
    facts = {
        "imageFilename": scribe.again(document.name),
        "imageWidth": str(page.width),
        "imageHeight": str(page.height),
    }
    if upright_by(page):
        facts["orientation"] = f"{upright_by(page):g}"
    element = ET.SubElement(root, "Page", facts)
    if page.texts:
        order = ET.SubElement(ET.SubElement(element, "ReadingOrder"), "OrderedGroup", id="order")
        ET.SubElement(order, "RegionRefIndexed", index="0", regionRef=_region_id(page))
        _region(element, document, page, scribe)
    return root


def _metadata(root: ET.Element, document: Document, page: ExportedPage, options: Options, scribe: Scribe) -> None:
    metadata = ET.SubElement(root, "Metadata")
    created = moment_or(document.ended_at or document.added_at, options)
    changed = max(created, moment(document.reviewed_at))
    for name, text in (("Creator", f"handread {options.version}"), ("Created", created), ("LastChange", changed)):
        ET.SubElement(metadata, name).text = text
    known = provenance(document, options)
    facts = [("imageProperties", name, known.get(name, "")) for name in ("source", "sha256")]
    facts += [("imageProperties", "page", str(page.number))]
    facts += [("processingStep", name, known.get(name, "")) for name in ("service", "dialect", "model", "read")]
    facts += [("author", "reviewer", reviewer) for reviewer in document.reviewers]
    facts += [("other", name, known[name]) for name in ("text", "lines")]
    for kind, name, value in facts:
        if value:
            ET.SubElement(metadata, "MetadataItem", type=kind, name=name, value=scribe.text(value))


def _region_id(page: ExportedPage) -> str:
    return f"{page_id(page)}_r0"


def _region(element: ET.Element, document: Document, page: ExportedPage, scribe: Scribe) -> None:
    region = ET.SubElement(element, "TextRegion", id=_region_id(page), custom=_in_order(0))
    boxes = [box_of(page, word.polygon) for line in page.texts for word in line.words]
    boxes += [_box(page, line) for line in page.texts]
    _coords(region, ring_round(box_round(boxes) or whole(page)))
    for place, line in enumerate(page.texts):
        _line(region, document, page, line, place, scribe)


def _line(
    region: ET.Element, document: Document, page: ExportedPage, line: ExportedLine, place: int, scribe: Scribe
) -> None:
    text = scribe.line(page, line)
    facts = {"id": line_id(line), "custom": _in_order(place) + _verdict(line, scribe)}
    if line.reason:
        facts["comments"] = scribe.text(line.reason, line.key)
    if line.handwritten is not None:
        facts["production"] = "handwritten-cursive" if line.handwritten else "printed"
    if runs_leftwards(text):
        facts["readingDirection"] = "right-to-left"
    element = ET.SubElement(region, "TextLine", facts)
    polygon = line_polygon(line)
    _coords(element, ring_of(page, polygon) or ring_round(whole(page)))
    baseline = baseline_of(page, polygon)
    if baseline is not None:
        ET.SubElement(element, "Baseline", points=_points(baseline))
    for number, word in enumerate(line.words):
        _word(element, page, line, number, word, scribe)
    _texts(element, document, line, text, scribe)


def _texts(element: ET.Element, document: Document, line: ExportedLine, text: str, scribe: Scribe) -> None:
    """Put a line's text, and where both are asked for what was read there."""
    is_persons = line.is_reviewed or line.text != line.engine_text
    _equivalent(element, text, 0, BY_PERSON if is_persons else BY_ENGINE, None if is_persons else line.confidence)
    if is_persons and document.which_text is Which.BOTH:
        _equivalent(element, scribe.text(line.engine_text, line.key), 1, BY_ENGINE, line.confidence)


def _word(element: ET.Element, page: ExportedPage, line: ExportedLine, place: int, word: Word, scribe: Scribe) -> None:
    ring = ring_of(page, word.polygon) or ring_of(page, line_polygon(line)) or ring_round(whole(page))
    child = ET.SubElement(element, "Word", id=word_id(line, place), custom=_in_order(place))
    _coords(child, ring)
    _equivalent(child, scribe.again(word.text), 0, "", None if line.is_reviewed else word.confidence)


def _equivalent(element: ET.Element, text: str, index: int, comments: str, confidence: float | None) -> None:
    facts = {"index": str(index)}
    if confidence is not None:
        facts["conf"] = f"{confidence:.3f}"
    if comments:
        facts["comments"] = comments
    ET.SubElement(ET.SubElement(element, "TextEquiv", facts), "Unicode").text = text


def _coords(element: ET.Element, ring: tuple[tuple[int, int], ...]) -> None:
    ET.SubElement(element, "Coords", points=_points(ring))


def _points(pixels: tuple[tuple[int, int], ...]) -> str:
    return " ".join(f"{x},{y}" for x, y in pixels)


def _box(page: ExportedPage, line: ExportedLine) -> Box:
    return box_of(page, line_polygon(line)) or whole(page)


def _in_order(place: int) -> str:
    return f"readingOrder {{index:{place};}}"


def _verdict(line: ExportedLine, scribe: Scribe) -> str:
    """Return who has decided a line and how, as `custom` has it; empty while nobody has."""
    if line.verdict is Verdict.UNDECIDED:
        return ""
    facts = {"verdict": line.verdict.value, "reviewer": scribe.text(line.reviewer, line.key), "at": moment(line.at)}
    return f" review {{{''.join(f'{name}:{_escaped(fact)};' for name, fact in facts.items() if fact)}}}"


def _escaped(text: str) -> str:
    """Return a text that holds nothing that means something in `custom`, written as readers of it undo it."""
    return "".join(f"\\u{ord(letter):04x}" if letter in "\\{}:;" else letter for letter in text)


# -- what is valid ----------------------------------------------------------------------------------------------------

_ORDERED = {"id": ID, "custom": ANY}

RULES: Rules = {
    "PcGts": Rule(
        "Metadata Page ",
        {"xmlns": one_of(NAMESPACE)},
        {"xmlns:xsi": ANY, "xsi:schemaLocation": ANY, "pcGtsId": ID},
    ),
    "Metadata": Rule("Creator Created LastChange (MetadataItem )*"),
    "Creator": Rule(text=ANY),
    "Created": Rule(text=UTC),
    "LastChange": Rule(text=UTC),
    "MetadataItem": Rule(
        "", {"value": ANY}, {"type": one_of("author", "imageProperties", "processingStep", "other"), "name": ANY}
    ),
    "Page": Rule(
        "(ReadingOrder TextRegion )?",
        {"imageFilename": ANY, "imageWidth": POSITIVE, "imageHeight": POSITIVE},
        {"orientation": NUMBER},
    ),
    "ReadingOrder": Rule("OrderedGroup "),
    "OrderedGroup": Rule("(RegionRefIndexed )+", {"id": ID}),
    "RegionRefIndexed": Rule("", {"index": WHOLE, "regionRef": REFERENCE}),
    "TextRegion": Rule("Coords (TextLine )+", _ORDERED),
    "TextLine": Rule(
        "Coords (Baseline )?(Word )*(TextEquiv )+",
        _ORDERED,
        {
            "comments": ANY,
            "production": one_of("handwritten-cursive", "printed"),
            "readingDirection": one_of("right-to-left"),
        },
        apart="index",  # the schema lets two pass, and readers take either
    ),
    "Word": Rule("Coords TextEquiv ", _ORDERED),
    "Coords": Rule("", {"points": POINTS}),
    "Baseline": Rule("", {"points": POINTS}),
    "TextEquiv": Rule("Unicode ", {"index": WHOLE}, {"conf": SHARE, "comments": ANY}),
    "Unicode": Rule(text=ANY),
}
