"""The formats a reviewed item leaves the queue in, one a file; none of them reads or writes anything by itself.

    document_of(item, pages, decisions)  ->  Document  ->  EXPORTS[name].write(document, options)  ->  Part, Part, ...

A part is a file's bytes and how its name goes on after the document's stem. A format has been checked before its parts
are given out: one that breaks its own rules raises ExportError, and nothing of it is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from tui import __version__
from tui.model import LineKey, Trouble, printable

if TYPE_CHECKING:
    from tui.exports.document import Document


class ExportError(Trouble):
    """An item that cannot be exported; its text is a sentence."""


AltoVersion = Literal["4.4", "4.2"]
PictureKind = Literal["png", "jpg"]
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True)
class Options:
    """How a format is written. What a format does not know it passes over."""

    alto_version: AltoVersion = "4.4"
    """4.2 is for older readers: it says neither the order of reading nor its direction."""
    spreadsheet_safe: bool = True
    """Whether cells that a spreadsheet would run as formulas are defused."""
    nfc: bool = True
    """Whether texts are composed (Unicode's form NFC); otherwise they are written as they are. JSON always is."""
    with_marks: bool = False
    """Whether plain text and Markdown show what is flagged."""
    with_head: bool = False
    """Whether plain text begins with where it comes from, as Markdown always does."""
    words: bool = False
    """Whether tables have a row for each word, and not for each line."""
    polygons: bool = False
    """Whether hOCR has the corners of a line beside the rectangle round it."""
    language: str = ""
    """The language of the texts as a BCP 47 tag ("de", "en-GB"); empty while unknown."""
    when: float = 0.0
    """Seconds since 1970: stands where a format demands a time and the queue has none."""
    unreviewed_pairs: bool = False
    """Whether pairs for training are cut of lines too that nobody has accepted or corrected."""
    eval_share: float = 0.1
    """Which share of the pages is kept from training, to see by them what it has come to; 0 to 1."""
    shortest_pair: int = 0
    """Lines less high than so many pixels become no pair."""
    picture_kind: PictureKind = "png"
    """What annotated pages are written as."""
    font: str = ""
    """The file of the font that texts are drawn with on annotated pages; empty for the one that Pillow carries."""
    version: str = __version__
    """This program's."""

    def __post_init__(self) -> None:
        if self.language and not _LANGUAGE.fullmatch(self.language):
            raise ExportError(
                f"{printable(self.language)!r} is no tag of a language: write it as in de, en-GB or zh-Hant."
            )


@dataclass(frozen=True, slots=True)
class Report:
    """What had to be changed to make a format's rules hold; reports are added up."""

    characters: int = 0
    """Characters that are forbidden and stand as U+FFFD now."""
    in_lines: tuple[LineKey, ...] = ()
    """The lines that had any."""
    corners: int = 0
    """Corners of boxes that lay outside the page and were moved to its edge."""

    def __add__(self, other: Report) -> Report:
        lines = tuple(dict.fromkeys(self.in_lines + other.in_lines))
        return Report(self.characters + other.characters, lines, self.corners + other.corners)

    @property
    def sentence(self) -> str:
        """What a person is told; empty when there is nothing to tell."""
        parts = []
        if self.characters:
            named = ", ".join(f"page {key.page} line {key.line + 1}" for key in self.in_lines[:3])
            more = f" and {len(self.in_lines) - 3:,} more" if len(self.in_lines) > 3 else ""
            where = f" ({named}{more})" if named else ""
            parts.append(f"{_counted(self.characters, 'forbidden character')} replaced by U+FFFD{where}")
        if self.corners:
            parts.append(f"{_counted(self.corners, 'corner')} outside the page moved to its edge")
        return "; ".join(parts)


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a format."""

    suffix: str
    """How its name goes on after the document's stem: ".txt", "_0002.page.xml"; it may lie in a folder."""
    content: bytes
    report: Report = Report()
    pieces: Iterable[bytes] = ()
    """What follows the content, in a file that may be larger than memory; they can be asked for once."""


Write = Callable[["Document", Options], Iterable[Part]]
Gather = Callable[[Iterable["Document"], Options], Iterator[Part]]


@dataclass(frozen=True, slots=True)
class Format:
    """A format that a document can be written in."""

    name: str
    suffix: str
    """Of its files, with the dot."""
    help: str
    """What it is, in a few words without a full stop."""
    needs_picture: bool = False
    """Whether it opens the document's picture."""
    write: Write = field(repr=False, default=lambda _document, _options: ())
    """Gives the files of one document; raises ExportError, and no file is to be kept then."""
    gather: Gather | None = field(repr=False, default=None)
    """Gives the pieces, in order, of one file of many documents, where there is one: a table, a stream of lines."""
    beside: Mapping[str, Gather] = field(repr=False, default_factory=dict)
    """Further files of many documents, by their names: lists that grow document by document, and have no head."""


def _late(module: str, name: str) -> Callable[..., Any]:
    """Return a function that imports the one it stands for when it is called: a format loads nothing before its use."""

    def call(*given: object) -> Any:
        return getattr(import_module(f"tui.exports.{module}"), name)(*given)

    return call


_FORMATS = (
    Format("txt", ".txt", "the text alone, a line a row, pages divided by a form feed", write=_late("text", "write")),
    Format(
        "md",
        ".md",
        "the text as Markdown, with a head that says where it comes from",
        write=_late("text", "write_markdown"),
    ),
    Format("json", ".json", "everything known, one object a file", write=_late("data", "write")),
    Format(
        "jsonl",
        ".jsonl",
        "everything known, one object a line",
        write=_late("data", "write_line"),
        gather=_late("data", "gather_lines"),
    ),
    Format(
        "csv",
        ".csv",
        "a table of lines, commas between cells",
        write=_late("tables", "write"),
        gather=_late("tables", "gather"),
    ),
    Format(
        "tsv",
        ".tsv",
        "a table of lines, tabs between cells",
        write=_late("tables", "write_tabbed"),
        gather=_late("tables", "gather_tabbed"),
    ),
    Format("hocr", ".hocr", "hOCR 1.2: XHTML with a box round each word", write=_late("hocr", "write")),
    Format("alto", ".alto.xml", "ALTO 4.4, a file a page (4.2 for older readers)", write=_late("alto", "write")),
    Format("page", ".page.xml", "PAGE 2019-07-15, a file a page", write=_late("page", "write")),
    Format(
        "pdf",
        ".pdf",
        "the pictures as a PDF, their text under them to be searched and copied",
        needs_picture=True,
        write=_late("searchable_pdf", "write"),
    ),
    Format(
        "picture",
        ".annotated.png",
        "each page with its boxes, texts and verdicts drawn on it",
        needs_picture=True,
        write=_late("annotated", "write"),
    ),
    Format(
        "pairs",
        ".png",
        "reviewed lines cut out, each with its text, to train Tesseract, kraken or Calamari",
        needs_picture=True,
        write=_late("crops", "write"),
        beside={
            "manifest.jsonl": _late("crops", "gather_manifest"),
            "train.txt": _late("crops", "gather_training"),
            "eval.txt": _late("crops", "gather_evaluation"),
        },
    ),
)

EXPORTS: Mapping[str, Format] = {one.name: one for one in _FORMATS}
"""Every format by its name."""
