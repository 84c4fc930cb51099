"""The text alone: what `run` prints, the outline that `demo` prints where there is no terminal, and files of text.

A line is a row. Rejected lines are left out, and pages are divided by a form feed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from tui.exports import Options, Part
from tui.exports.document import Document, ExportedLine, ExportedPage
from tui.exports.scribe import Scribe, provenance
from tui.model import Decision, Item, LineKey, Page, Polygon, Verdict, printable, text_of


def plain_text(pages: Sequence[Page], decisions: Mapping[LineKey, Decision]) -> str:
    """Return an item's text for a terminal, line by line; rejected lines are left out."""
    return "\f".join(_page_text(page, decisions) for page in pages)


def _page_text(page: Page, decisions: Mapping[LineKey, Decision]) -> str:
    lines = []
    for key, line in zip(page.keys, page.lines, strict=True):
        decision = decisions.get(key)
        if decision is None or decision.verdict is not Verdict.REJECTED:
            lines.append(printable(text_of(line, decision)) + "\n")
    return "".join(lines)


def outline(item: Item, pages: Sequence[Page], decisions: Mapping[LineKey, Decision]) -> str:
    """Return an item as a tree of pages, lines and words, with confidence and the corners of each box in pixels."""
    return "\n".join(_outline_rows(item, pages, decisions)) + "\n"


def _outline_rows(item: Item, pages: Sequence[Page], decisions: Mapping[LineKey, Decision]) -> Iterator[str]:
    name = printable(item.source)
    if item.failure:
        yield f"{item.complaint} (failed)"
        return
    if not any(page.lines for page in pages):
        yield f"{name}: no text found"
        return
    yield name
    for page in pages:
        yield f"├─ page {page.number}, {page.width:.0f} x {page.height:.0f} pixels"
        for key, line in zip(page.keys, page.lines, strict=True):
            text = text_of(line, decisions.get(key))
            yield f"│  ├─ {printable(text)}{_figures(line.confidence, line.polygon)}"
            for word in line.words:
                yield f"│  │  · {printable(word.text)}{_figures(word.confidence, word.polygon)}"


def _figures(confidence: float | None, polygon: Polygon | None) -> str:
    sure = "" if confidence is None else f"  {confidence:.2f}"
    where = "" if polygon is None else "  " + " ".join(f"{x:.0f},{y:.0f}" for x, y in polygon.corners)
    return sure + where


# -- a file of text ---------------------------------------------------------------------------------------------------


def write(document: Document, options: Options) -> Iterator[Part]:
    """Give a document's text as UTF-8, a line a row, pages divided by a form feed."""
    scribe = Scribe(options)
    head = [f"# {name}: {scribe.text(fact)}\n" for name, fact in provenance(document, options).items()]
    pages = ["".join(f"{_row(scribe, page, line, options)}\n" for line in page.texts) for page in document.pages]
    text = ("".join(head) if options.with_head else "") + "\f".join(pages)
    yield Part(".txt", text.encode(), scribe.report)


def _row(scribe: Scribe, page: ExportedPage, line: ExportedLine, options: Options) -> str:
    text = scribe.line(page, line)
    mark = _mark(scribe, line) if options.with_marks else ""
    return f"{text} {mark}" if text and mark else text + mark


def _mark(scribe: Scribe, line: ExportedLine) -> str:
    if line.verdict is not Verdict.FLAGGED:
        return ""
    return f"[flagged: {scribe.text(line.reason, line.key)}]" if line.reason else "[flagged]"


# -- Markdown ---------------------------------------------------------------------------------------------------------

_MEANS_SOMETHING = re.compile(r"[\\`*_\[\]<>#|~&$^:]")
"""Characters that Markdown, or a common dialect of it, takes for more than themselves anywhere in a line."""
_BEGINS_SOMETHING = re.compile(r"^(\d*)([-+=.)!%])")
"""What begins a list, a heading or a rule at the start of a line."""


def write_markdown(document: Document, options: Options) -> Iterator[Part]:
    """Give a document's text as Markdown: a head in YAML that says where it comes from, and a heading a page.

    Lines end where they end on the page. What Markdown would take for more than text is written with a backslash.
    """
    scribe = Scribe(options)
    head = {name: scribe.text(fact) for name, fact in provenance(document, options).items()}
    blocks = ["---\n" + "".join(f"{name}: {json.dumps(fact, ensure_ascii=False)}\n" for name, fact in head.items())]
    blocks[0] += "---\n"
    for page in document.pages:
        blocks += [f"## Page {page.number}\n"] if len(document.pages) > 1 else []
        rows = [_markdown_row(scribe, page, line, options) for line in page.texts]
        blocks += [_paragraphs(rows)] if any(rows) else []
    yield Part(".md", "\n".join(blocks).encode(), scribe.report)


def _markdown_row(scribe: Scribe, page: ExportedPage, line: ExportedLine, options: Options) -> str:
    return _literally(_row(scribe, page, line, options).strip())


def _literally(text: str) -> str:
    """Return a line as Markdown that shows just that."""
    escaped = _MEANS_SOMETHING.sub(r"\\\g<0>", text)
    return _BEGINS_SOMETHING.sub(r"\1\\\2", escaped)


def _paragraphs(rows: Sequence[str]) -> str:
    """Put rows under each other with hard breaks between them; empty ones part paragraphs."""
    followed = [bool(row and after) for row, after in zip(rows, [*rows[1:], ""], strict=True)]
    return "".join(f"{row}\\\n" if goes_on else f"{row}\n" for row, goes_on in zip(rows, followed, strict=True))
