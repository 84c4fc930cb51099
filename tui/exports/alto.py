"""ALTO 4.4, a file a page, and 4.2 for older readers (schemas: altoxml/schema, v4/alto-4-4.xsd and alto-4-2.xsd).

A line that a person accepted or corrected has CS="true" and refers to who did it and when; what was flagged has a tag.
Where both texts are asked for, ALTERNATIVE PURPOSE="engine-original" holds what was read in a word's place: ALTO has no
element for that, and this one is read by none as the text itself. Rejected lines are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.etree import ElementTree as ET

from tui.arrangement.characters import runs_leftwards
from tui.exports import Options, Part
from tui.exports.document import Document, ExportedLine, ExportedPage, Which
from tui.exports.places import (
    Box,
    Ring,
    baseline_of,
    box_of,
    box_round,
    line_polygon,
    ring_of,
    ring_round,
    upright_by,
    whole,
)
from tui.exports.scribe import Scribe, line_id, moment, page_id, page_suffix, provenance, word_id
from tui.exports.validity import (
    ANY,
    ID,
    LANGUAGE,
    NUMBER,
    POINTS,
    POSITIVE,
    REFERENCES,
    SHARE,
    TRUE,
    UTC,
    WHOLE,
    Rule,
    Rules,
    check,
    one_of,
    written,
)
from tui.model import Verdict, Word

NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_SCHEMA_AT = "http://www.loc.gov/standards/alto/v4/alto-{}.xsd"
_READING = "read"
"""The ID of the processing step that read the page."""


def write(document: Document, options: Options) -> Iterator[Part]:
    """Give each page of a document as ALTO; raises ExportError rather than give one that is not valid."""
    for page in document.pages:
        scribe = Scribe(options)
        root = tree(document, page, options, scribe)
        check(f"ALTO {options.alto_version}", root, rules(options.alto_version), (page.width, page.height))
        yield Part(page_suffix(document, page, ".alto.xml"), written(root), scribe.report)


def tree(document: Document, page: ExportedPage, options: Options, scribe: Scribe) -> ET.Element:
    """Return a page as the tree of its file; what had to be changed for it stands in the scribe's report."""
    return _Writer(document, page, options, scribe).root()


class _Writer:
    """Builds one page."""

    def __init__(self, document: Document, page: ExportedPage, options: Options, scribe: Scribe) -> None:
        self._document = document
        self._page = page
        self._options = options
        self._scribe = scribe
        self._is_new = options.alto_version == "4.4"
        self._lines = page.texts
        self._tags = _numbered("tag", ((line.verdict.value, line.reason) for line in self._lines if _is_told(line)))
        self._reviewers = _numbered("review", sorted((line.reviewer, "") for line in self._lines if line.is_reviewed))

    def root(self) -> ET.Element:
        version = self._options.alto_version
        root = ET.Element(
            "alto",
            {
                "xmlns": NAMESPACE,
                "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
                "xsi:schemaLocation": f"{NAMESPACE} {_SCHEMA_AT.format(version.replace('.', '-'))}",
                "SCHEMAVERSION": version,
            },
        )
        self._describe(root)
        self._tag(root)
        if self._is_new and self._lines:
            group = ET.SubElement(ET.SubElement(root, "ReadingOrder"), "OrderedGroup", ID="order")
            for line in self._lines:
                ET.SubElement(group, "ElementRef", ID=f"order_{line_id(line)}", REF=line_id(line))
        self._lay_out(root)
        return root

    # -- where it comes from ------------------------------------------------------------------------------------------

    def _describe(self, root: ET.Element) -> None:
        document, say = self._document, self._scribe.text
        description = ET.SubElement(root, "Description")
        _texts(description, MeasurementUnit="pixel")
        image = ET.SubElement(description, "sourceImageInformation")
        _texts(image, fileName=say(document.name), fileIdentifier=document.sha256 and f"sha256:{document.sha256}")
        _texts(image, documentIdentifier=self._scribe.again(document.source))
        self._step(
            description,
            _READING,
            category="contentGeneration",
            time=document.ended_at,
            name=say(document.service),
            version=say(document.model),
            about=say(document.dialect),
        )
        for (reviewer, _), step in self._reviewers.items():
            last = max(line.at for line in self._lines if line.is_reviewed and line.reviewer == reviewer)
            self._step(
                description,
                step,
                category="contentModification",
                time=last,
                agency=say(reviewer),
                step="lines accepted or corrected by a person",
                name="handread",
                version=self._options.version,
            )
        facts = provenance(document, self._options)
        settings = f"text: {facts['text']}; lines: {facts['lines']}"
        self._step(
            description,
            "export",
            category="other",
            step="written as ALTO",
            settings=settings,
            name="handread",
            version=self._options.version,
        )

    def _step(self, description: ET.Element, step_id: str, *, category: str, time: float = 0.0, **told: str) -> None:
        step = ET.SubElement(description, "Processing", ID=step_id)
        _texts(
            step,
            processingCategory=category,
            processingDateTime=moment(time),
            processingAgency=told.get("agency", ""),
            processingStepDescription=told.get("step", ""),
            processingStepSettings=told.get("settings", ""),
        )
        software = ET.SubElement(step, "processingSoftware")
        _texts(
            software,
            softwareName=told["name"] or "unknown",
            softwareVersion=told.get("version", ""),
            applicationDescription=told.get("about", ""),
        )

    def _tag(self, root: ET.Element) -> None:
        if not self._tags:
            return
        tags = ET.SubElement(root, "Tags")
        for (verdict, reason), tag in self._tags.items():
            described = {"DESCRIPTION": self._scribe.text(reason)} if reason else {}
            ET.SubElement(tags, "OtherTag", {"ID": tag, "TYPE": "review", "LABEL": verdict, **described})

    # -- the page -----------------------------------------------------------------------------------------------------

    def _lay_out(self, root: ET.Element) -> None:
        page = self._page
        facts = {
            "ID": page_id(page),
            "PHYSICAL_IMG_NR": str(page.number),
            "WIDTH": str(page.width),
            "HEIGHT": str(page.height),
            "PROCESSINGREFS": _READING,
        }
        if self._is_new and upright_by(page):
            facts["ROTATION"] = f"{upright_by(page):g}"  # counter-clockwise, as clockwise it has to be turned back
        if self._is_new and self._options.language:
            facts["LANG"] = self._options.language
        element = ET.SubElement(ET.SubElement(root, "Layout"), "Page", facts)
        space = ET.SubElement(element, "PrintSpace", {"ID": f"{page_id(page)}_space", **_rectangle(whole(page))})
        if self._lines:
            self._block(space)

    def _block(self, space: ET.Element) -> None:
        page, lines = self._page, self._lines
        box = box_round(self._box(line) for line in lines) or whole(page)
        facts = {"ID": f"{page_id(page)}_block", **_rectangle(box)}
        is_reviewed = all(line.is_reviewed for line in lines)
        if is_reviewed:
            facts["CS"] = "true"
        if self._options.language:
            facts["LANG"] = self._options.language
        block = ET.SubElement(space, "TextBlock", facts)
        for line in lines:
            self._line(block, line, says_reviewed=line.is_reviewed and not is_reviewed)

    def _line(self, block: ET.Element, line: ExportedLine, *, says_reviewed: bool) -> None:
        text = self._scribe.line(self._page, line)
        facts = {"ID": line_id(line), **_rectangle(self._box(line))}
        baseline = baseline_of(self._page, line_polygon(line))
        if baseline is not None:
            facts["BASELINE"] = _points(baseline)
        if says_reviewed:
            facts["CS"] = "true"
        if self._is_new and runs_leftwards(text):
            facts["BASEDIRECTION"] = "rtl"
        if _is_told(line):
            facts["TAGREFS"] = self._tags[line.verdict.value, line.reason]
        if line.is_reviewed:
            facts["PROCESSINGREFS"] = self._reviewers[line.reviewer, ""]
        element = ET.SubElement(block, "TextLine", facts)
        _shape(element, ring_of(self._page, line_polygon(line)) or ring_round(whole(self._page)))
        originals = line.originals if self._document.which_text is Which.BOTH else ("",) * len(line.words)
        for place, (word, has_blank) in enumerate(zip(line.words, line.blanks, strict=True)):
            if has_blank:
                ET.SubElement(element, "SP")
            self._word(element, line, place, word, originals[place])
        if not line.words:
            string = ET.SubElement(element, "String", {"CONTENT": "", **_rectangle(self._box(line))})
            if self._document.which_text is Which.BOTH:
                self._original(string, line, line.engine_text)

    def _word(self, element: ET.Element, line: ExportedLine, place: int, word: Word, original: str) -> None:
        box = box_of(self._page, word.polygon) or self._box(line)
        facts = {"ID": word_id(line, place), "CONTENT": self._scribe.again(word.text), **_rectangle(box)}
        if word.confidence is not None:
            facts["WC"] = f"{word.confidence:.3f}"
        string = ET.SubElement(element, "String", facts)
        ring = ring_of(self._page, word.polygon)
        if ring is not None:
            _shape(string, ring)
        if original != word.text:
            self._original(string, line, original)

    def _original(self, string: ET.Element, line: ExportedLine, original: str) -> None:
        """Say what was read in the place of a word, or of a line that was emptied; nothing where nothing was."""
        if original.strip():
            alternative = ET.SubElement(string, "ALTERNATIVE", PURPOSE="engine-original")
            alternative.text = self._scribe.text(original, line.key)

    def _box(self, line: ExportedLine) -> Box:
        return box_of(self._page, line_polygon(line)) or whole(self._page)


def _is_told(line: ExportedLine) -> bool:
    return line.verdict is not Verdict.UNDECIDED


def _numbered(prefix: str, things: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return an ID for each of some things, counted from 1 in the order in which they first come."""
    return {thing: f"{prefix}_{number}" for number, thing in enumerate(dict.fromkeys(things), 1)}


def _texts(parent: ET.Element, **texts: str) -> None:
    """Put elements with texts under another, in order; those of an empty text are left out."""
    for name, text in texts.items():
        if text:
            ET.SubElement(parent, name).text = text


def _rectangle(box: Box) -> Mapping[str, str]:
    left, top, right, bottom = box
    return {"HPOS": str(left), "VPOS": str(top), "WIDTH": str(right - left), "HEIGHT": str(bottom - top)}


def _shape(parent: ET.Element, ring: Ring) -> None:
    ET.SubElement(ET.SubElement(parent, "Shape"), "Polygon", POINTS=_points(ring))


def _points(pixels: tuple[tuple[int, int], ...]) -> str:
    return " ".join(f"{x},{y}" for x, y in pixels)


# -- what is valid ----------------------------------------------------------------------------------------------------

_PLACE = {"HPOS": WHOLE, "VPOS": WHOLE, "WIDTH": POSITIVE, "HEIGHT": POSITIVE}
_TEXT = Rule(text=ANY)


def rules(version: str) -> Rules:
    """Return the rules of what is written here, by the version."""
    return _NEWER if version == "4.4" else _OLDER


_OLDER: Rules = {
    "alto": Rule(
        "Description (Tags )?Layout ",
        {"xmlns": one_of(NAMESPACE), "SCHEMAVERSION": one_of("4.2")},
        {"xmlns:xsi": ANY, "xsi:schemaLocation": ANY},
    ),
    # The schema asks for neither image nor file name; readers do.
    "Description": Rule("MeasurementUnit sourceImageInformation (Processing )*"),
    "MeasurementUnit": Rule(text=one_of("pixel")),
    "sourceImageInformation": Rule("fileName (fileIdentifier )?(documentIdentifier )?"),
    "fileName": _TEXT,
    "fileIdentifier": _TEXT,
    "documentIdentifier": _TEXT,
    "Processing": Rule(
        "processingCategory (processingDateTime )?(processingAgency )?(processingStepDescription )?"
        "(processingStepSettings )?processingSoftware ",
        {"ID": ID},
    ),
    "processingCategory": Rule(text=one_of("contentGeneration", "contentModification", "other")),
    "processingDateTime": Rule(text=UTC),
    "processingAgency": _TEXT,
    "processingStepDescription": _TEXT,
    "processingStepSettings": _TEXT,
    "processingSoftware": Rule("softwareName (softwareVersion )?(applicationDescription )?"),
    "softwareName": _TEXT,
    "softwareVersion": _TEXT,
    "applicationDescription": _TEXT,
    "Tags": Rule("(OtherTag )+"),
    "OtherTag": Rule("", {"ID": ID, "LABEL": ANY}, {"TYPE": ANY, "DESCRIPTION": ANY}),
    "Layout": Rule("Page "),
    "Page": Rule(
        "PrintSpace ",
        {"ID": ID, "PHYSICAL_IMG_NR": WHOLE, "WIDTH": POSITIVE, "HEIGHT": POSITIVE},
        {"PROCESSINGREFS": REFERENCES},
    ),
    "PrintSpace": Rule("(TextBlock )*", {"ID": ID, **_PLACE}),
    "TextBlock": Rule("(TextLine )+", {"ID": ID, **_PLACE}, {"CS": TRUE, "LANG": LANGUAGE}),
    "TextLine": Rule(
        "(Shape )?(String (SP )?)+",
        {"ID": ID, **_PLACE},
        {"BASELINE": POINTS, "CS": TRUE, "TAGREFS": REFERENCES, "PROCESSINGREFS": REFERENCES},
    ),
    "Shape": Rule("Polygon "),
    "Polygon": Rule("", {"POINTS": POINTS}),
    "String": Rule("(Shape )?(ALTERNATIVE )*", {"CONTENT": ANY, **_PLACE}, {"ID": ID, "WC": SHARE}),
    "SP": Rule(),
    "ALTERNATIVE": Rule("", {}, {"PURPOSE": ANY}, text=ANY),
}

_NEWER: Rules = {
    **_OLDER,
    "alto": replace(
        _OLDER["alto"],
        children="Description (Tags )?(ReadingOrder )?Layout ",
        required={"xmlns": one_of(NAMESPACE), "SCHEMAVERSION": one_of("4.4")},
    ),
    "ReadingOrder": Rule("OrderedGroup "),
    "OrderedGroup": Rule("(ElementRef )+", {"ID": ID}),
    "ElementRef": Rule("", {"ID": ID, "REF": REFERENCES}),
    "Page": replace(_OLDER["Page"], optional={**_OLDER["Page"].optional, "ROTATION": NUMBER, "LANG": LANGUAGE}),
    "TextLine": replace(
        _OLDER["TextLine"], optional={**_OLDER["TextLine"].optional, "BASEDIRECTION": one_of("ltr", "rtl")}
    ),
}
