"""Tables: a row a line, or a row a word, of one document or of many.

Quoted as RFC 4180 says, in TSV too, where a cell holds a quotation mark: most readers of either take one at the start
of a cell for the start of a quoted one. Cells hold neither tabs nor line ends. The text of a cell that a spreadsheet
would run as a formula gets an apostrophe before it; boxes are in pixels of the page and may reach beyond it.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from tui.exports import Options, Part
from tui.exports.document import Document, ExportedLine
from tui.exports.scribe import Scribe, line_id, moment, word_id
from tui.model import Polygon

COLUMNS = (
    *("image", "sha256", "page", "line_id", "word_id", "text", "original_text", "confidence"),
    *("x0", "y0", "x1", "y1", "x2", "y2", "x3", "y3"),
    *("state", "reason", "reviewer", "reviewed_at", "handwritten", "service", "model", "read_at"),
)
"""`word_id` is empty in rows of lines; `state` is the verdict of the line."""
_RUNS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""What a formula begins with, in the wide forms too that spreadsheets of East Asia take for the same."""
_NUMBER = re.compile(r"-\d+(\.\d+)?", re.ASCII)
"""What begins with a sign and is no formula: a corner beyond the edge of the page."""

Cells = tuple[str, ...]


def write(document: Document, options: Options) -> Iterator[Part]:
    """Give a document as comma-separated values."""
    yield _joined(_pieces([document], options, ".csv", ",", "\r\n"))


def write_tabbed(document: Document, options: Options) -> Iterator[Part]:
    """Give a document as tab-separated values."""
    yield _joined(_pieces([document], options, ".tsv", "\t", "\n"))


def gather(documents: Iterable[Document], options: Options) -> Iterator[Part]:
    """Give the pieces of one table of many documents, as comma-separated values."""
    return _pieces(documents, options, ".csv", ",", "\r\n")


def gather_tabbed(documents: Iterable[Document], options: Options) -> Iterator[Part]:
    """Give the pieces of one table of many documents, as tab-separated values."""
    return _pieces(documents, options, ".tsv", "\t", "\n")


def _joined(pieces: Iterator[Part]) -> Part:
    head, body = pieces
    return replace(body, content=head.content + body.content)


def _pieces(documents: Iterable[Document], options: Options, suffix: str, delimiter: str, end: str) -> Iterator[Part]:
    """Yield the head of a table, and the rows of each document."""
    yield Part(suffix, _encoded([COLUMNS], delimiter, end))
    for document in documents:
        scribe = Scribe(options)
        content = _encoded(_rows(document, scribe, options), delimiter, end)
        yield Part(suffix, content, scribe.report)


def _encoded(rows: Iterable[Cells], delimiter: str, end: str) -> bytes:
    table = io.StringIO()
    csv.writer(table, delimiter=delimiter, lineterminator=end).writerows(rows)
    return table.getvalue().encode()


def _rows(document: Document, scribe: Scribe, options: Options) -> Iterator[Cells]:
    """Yield a row for each line or each word; a line without words has no row of words."""
    for page in document.pages:
        for line in page.lines:
            text = scribe.text(line.text, line.key)
            before = (document.source, document.sha256, str(page.number), line_id(line))
            after = _standing(document, line)
            middles: list[Cells] = [("", text, line.engine_text, _figure(line.confidence), *_corners(line.polygon))]
            if options.words:
                middles = [_of_word(line, place, scribe) for place in range(len(line.words))]
            for middle in middles:
                yield tuple(_cell(cell, scribe, options) for cell in (*before, *middle, *after))


def _of_word(line: ExportedLine, place: int, scribe: Scribe) -> Cells:
    word, original = line.words[place], line.originals[place]
    corners = _corners(word.polygon)
    return word_id(line, place), scribe.again(word.text), original, _figure(word.confidence), *corners


def _standing(document: Document, line: ExportedLine) -> Cells:
    """Return what a person has said of a line, and who read it."""
    handwritten = "" if line.handwritten is None else str(line.handwritten).lower()
    decided = (line.verdict.value, line.reason, line.reviewer, moment(line.at))
    return *decided, handwritten, document.service, document.model, moment(document.ended_at)


def _cell(text: str, scribe: Scribe, options: Options) -> str:
    """Return a cell as it is written: a number stays one, and no text is a formula."""
    clean = scribe.again(text)
    if options.spreadsheet_safe and clean.lstrip()[:1] in _RUNS and not _NUMBER.fullmatch(clean):
        return f"'{clean}"
    return clean


def _figure(confidence: float | None) -> str:
    return "" if confidence is None else f"{confidence:.3f}"


def _corners(polygon: Polygon | None) -> Cells:
    if polygon is None:
        return ("",) * 8
    return tuple(f"{number:.1f}" if math.isfinite(number) else "" for number in polygon.numbers)
