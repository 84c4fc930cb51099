"""Who writes a part: puts texts and boxes as a format may hold them, and remembers what had to be changed for it."""

from __future__ import annotations

from datetime import UTC, datetime

from tui.exports import Options, Report
from tui.exports.characters import cleaned
from tui.exports.document import Document, ExportedLine, ExportedPage
from tui.exports.places import line_polygon, moved_corners
from tui.model import LineKey


class Scribe:
    """Cleans the texts of one part and counts what it replaced."""

    def __init__(self, options: Options) -> None:
        self._nfc = options.nfc
        self.report = Report()

    def line(self, page: ExportedPage, line: ExportedLine) -> str:
        """Return a line's text as it is written, and count what is changed in it and in its box."""
        corners = moved_corners(page, line_polygon(line))
        self.report += Report(corners=corners)
        return self.text(line.text, line.key)

    def text(self, text: str, key: LineKey | None = None) -> str:
        """Return a text as it is written, and count what is replaced; `key` is the line it belongs to."""
        clean, replaced = cleaned(text, nfc=self._nfc)
        if replaced:
            self.report += Report(replaced, () if key is None else (key,))
        return clean

    def again(self, text: str) -> str:
        """Return a text that has been counted already, such as a word of a line."""
        return cleaned(text, nfc=self._nfc)[0]


def moment(seconds: float) -> str:
    """Return a time as ISO 8601 in UTC, to the second; empty while unknown."""
    if seconds <= 0:
        return ""
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError, ValueError):  # beyond the year 9999, or what the system knows
        return ""


def moment_or(seconds: float, options: Options) -> str:
    """Return a time where a format demands one."""
    return moment(seconds) or moment(options.when) or "1970-01-01T00:00:00Z"


def provenance(document: Document, options: Options) -> dict[str, str]:
    """Return where a document comes from, what is known of it: names as every format has them, and texts."""
    known = {
        "source": document.source,
        "sha256": document.sha256,
        "service": document.service,
        "dialect": document.dialect,
        "model": document.model,
        "read": moment(document.ended_at),
        "reviewers": ", ".join(document.reviewers),
        "reviewed": moment(document.reviewed_at),
        "text": document.which_text.value,
        "lines": document.which_lines.value,
        "program": f"handread {options.version}",
    }
    return {name: text for name, text in known.items() if text}


def page_suffix(document: Document, page: ExportedPage, suffix: str) -> str:
    """Return how the name of a page's file goes on after the document's stem."""
    return suffix if len(document.pages) == 1 else f"_{page.number:04d}{suffix}"


def page_id(page: ExportedPage) -> str:
    """Return a page's ID, the same in every format."""
    return f"p{page.number}"


def line_id(line: ExportedLine) -> str:
    """Return a line's ID, the same in every format: page and number never change, whatever is exported with it."""
    return f"p{line.key.page}_l{line.key.line}"


def word_id(line: ExportedLine, place: int) -> str:
    """Return the ID of a line's word, counted from 0."""
    return f"{line_id(line)}_w{place}"
