"""Pages and decisions to export, and the readers of what was exported."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tui.exports import EXPORTS, Options, Part
from tui.exports.alto import NAMESPACE as ALTO
from tui.exports.document import Document, Lines, Which, document_of
from tui.exports.hocr import NAMESPACE as XHTML
from tui.exports.page import NAMESPACE as PAGE
from tui.model import Decision, Item, Line, LineKey, Page, Polygon, State, Verdict, Word

SCHEMAS = Path(__file__).parents[2] / ".." / "shared" / "schemas"

BOX = Polygon.from_bounds


def read_line(top: float, *words: tuple[str, float | None], left: float = 100, blank: str = " ") -> Line:
    """Return a line of words of 10 pixels a character, 30 pixels high."""
    boxed, at = [], left
    for text, sure in words:
        boxed.append(Word(text, BOX(at, top, at + 10 * len(text), top + 30), sure))
        at += 10 * (len(text) + len(blank))
    return Line(
        blank.join(text for text, _ in words), BOX(left, top, at - 10 * len(blank), top + 30), tuple(boxed), True
    )


LETTER = Page(
    1,
    1000,
    1400,
    0.5,
    (
        read_line(100, ("Dear", 0.98), ("Silns", 0.41)),
        read_line(150, ("the", 0.97), ("weather", 0.93), ("&", 0.5), ("<mud>", 0.6)),
        read_line(200, ("=2+2", 0.3)),
        read_line(250, ("smudge", 0.1)),
        read_line(300, ("שלום", 0.9), ("עולם", 0.8)),
        Line("no words, no box"),
        Line("", BOX(100, 400, 300, 430)),
    ),
)
ITEM = Item(
    7,
    'scans/1911/a "letter"; 3.jpg',
    "cloud",
    State.DONE,
    sha256=hashlib.sha256(b"a letter").hexdigest(),
    added_at=1_760_000_000.0,
    ended_at=1_760_000_060.5,
    dialect="read-3.2",
    model="2022-04-30",
    page_sizes=((1000, 1400),),
)


def decided(place: int, verdict: Verdict, text: str | None = None, *, page: int = 1, **more: object) -> Decision:
    facts = {"reviewer": "ada", "at": 1_760_086_400.0 + place} | more
    return Decision(7, LineKey(page, place), verdict, text, **facts)  # type: ignore[arg-type]


DECISIONS = {
    decision.key: decision
    for decision in (
        decided(0, Verdict.CORRECTED, "Dear Silas,"),
        decided(1, Verdict.ACCEPTED, reviewer="ben; {b}"),
        decided(2, Verdict.FLAGGED, reason="a sum?"),
        decided(3, Verdict.REJECTED),
    )
}


def letter(which_text: Which = Which.REVIEWED, which_lines: Lines = Lines.ALL) -> Document:
    """Return a letter with a line of each verdict, and lines without words or boxes."""
    return document_of(ITEM, (LETTER,), DECISIONS, which_text=which_text, which_lines=which_lines)


def parts(form: str, document: Document, options: Options | None = None) -> list[Part]:
    """Return what a format makes of a document."""
    return list(EXPORTS[form].write(document, options or Options()))


def content(form: str, document: Document, options: Options | None = None) -> str:
    """Return the only part that a format makes of a document, as text."""
    (part,) = parts(form, document, options)
    return part.content.decode()


# -- what other programs make of it -----------------------------------------------------------------------------------


def schema(name: str) -> object:
    """Return a schema, made once; skips where the schemas or their reader are not at hand."""
    if name not in _MADE:
        reader = pytest.importorskip("xmlschema")
        path = SCHEMAS / name
        if not path.exists():
            pytest.skip(f"{name} is not at hand")
        at = {"http://www.w3.org/1999/xlink": str(SCHEMAS / "xlink.xsd")}
        _MADE[name] = reader.XMLSchema(str(path), locations=at, allow="local")
    return _MADE[name]


_MADE: dict[str, object] = {}


def complaints(name: str, written: bytes) -> list[str]:
    """Return what a schema finds wrong with a file, IDs and references included."""
    return [str(error.reason) for error in schema(name).iter_errors(written.decode())]  # type: ignore[attr-defined]


def alto_lines(written: bytes) -> Iterator[str]:
    """Yield the text of each line, as a reader of ALTO joins it."""
    for line in ET.fromstring(written).iter(f"{{{ALTO}}}TextLine"):
        strings = [child for child in line if child.tag in {f"{{{ALTO}}}String", f"{{{ALTO}}}SP"}]
        yield "".join(child.get("CONTENT", " ") for child in strings)


def page_lines(written: bytes) -> Iterator[str]:
    """Yield the text of each line: that of the lowest index."""
    for line in ET.fromstring(written).iter(f"{{{PAGE}}}TextLine"):
        texts = sorted(line.findall(f"{{{PAGE}}}TextEquiv"), key=lambda text: int(text.get("index", "0")))
        yield texts[0].findtext(f"{{{PAGE}}}Unicode") or ""


def page_words(written: bytes) -> Iterator[list[str]]:
    """Yield the words of each line."""
    for line in ET.fromstring(written).iter(f"{{{PAGE}}}TextLine"):
        yield [word.findtext(f"{{{PAGE}}}TextEquiv/{{{PAGE}}}Unicode") or "" for word in line.iter(f"{{{PAGE}}}Word")]


def hocr_lines(written: bytes) -> Iterator[str]:
    """Yield the text of each line, as a browser shows it."""
    for span in ET.fromstring(written).iter(f"{{{XHTML}}}span"):
        if span.get("class") == "ocr_line":
            yield "".join(span.itertext()).strip()
