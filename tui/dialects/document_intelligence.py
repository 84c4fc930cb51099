"""Document Intelligence, once Form Recognizer: lines and words side by side, joined by their places in one long text.

Form Recognizer 2.1 still answers as Read does. Everything later keeps a `content`, and says of lines, words and
handwriting which spans of it they are. Office documents come as pages of words without lines, places or size; there
each line of the content becomes a line.
Protocol: Azure/azure-rest-api-specs, FormRecognizer and DocumentIntelligence; the official client libraries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from tui.dialects import read
from tui.dialects.call import Counter
from tui.dialects.lines import around, numbered, page_from, polygon_of, records_of, share_of, text_of
from tui.dialects.operation import OperationDialect
from tui.dialects.protocol import Dialect, NotUnderstood, Options, given, takes
from tui.dialects.retirement import RETIREMENTS
from tui.dialects.spans import Owners, Span, Text, span_of, spans_of
from tui.model import Line, Page, Word

SUCCESSOR = "Check that the endpoint is that of a Document Intelligence resource."
_END = RETIREMENTS["form-recognizer-2.1"]
_NEWER = f"Check the endpoint, or {RETIREMENTS['document-intelligence-2023-07-31'].instead}."

MEDIA_TYPES = {
    b"%PDF": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG": "image/png",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
    b"BM": "image/bmp",
}
"""What Form Recognizer 2.1 takes, by the first bytes; unlike its successors it takes no octet streams."""
KEPT_HOURS = 24
"""How long a result is kept."""
LONGEST_GAP = 1000
"""How far apart in the text two words of one line may be."""


@takes("language", "pages", "readingOrder")
def form_recognizer_2_1(options: Options) -> Dialect:
    """Speak the layout of Form Recognizer 2.1; the options language, pages and readingOrder are passed through."""
    counter = Counter(
        "/formrecognizer/v2.1/layout/analyze",
        given(options, "language", "pages", "readingOrder"),
        url_key="source",
        media_types=MEDIA_TYPES,
        successor=f"Microsoft supports {_END.product} until {_END.day}: check the endpoint, or {_END.instead}.",
    )
    return OperationDialect("form-recognizer-2.1", counter, form_pages_of, KEPT_HOURS)


@takes("pages", "locale", "features")
def document_intelligence_2023_07_31(options: Options) -> Dialect:
    """Speak Document Intelligence 3.1, its model prebuilt-read; pages, locale and features are passed through."""
    return _prebuilt_read("2023-07-31", "formrecognizer", options, _NEWER)


@takes("pages", "locale", "features")
def document_intelligence_2024_11_30(options: Options) -> Dialect:
    """Speak Document Intelligence 4.0, its model prebuilt-read; pages, locale and features are passed through."""
    return _prebuilt_read("2024-11-30", "documentintelligence", options, SUCCESSOR)


def _prebuilt_read(version: str, folder: str, options: Options, successor: str) -> Dialect:
    counter = Counter(
        f"/{folder}/documentModels/prebuilt-read:analyze",
        {
            "api-version": version,
            "stringIndexType": "unicodeCodePoint",
            **given(options, "pages", "locale", "features"),
        },
        url_key="urlSource",
        successor=successor,
    )
    return OperationDialect(f"document-intelligence-{version}", counter, pages_of, KEPT_HOURS)


def form_pages_of(answer: Mapping[str, Any]) -> tuple[Page, ...]:
    """Return the pages of Form Recognizer 2.1, which are like those of Read; raises NotUnderstood."""
    return read.pages_of(answer, "Form Recognizer")


def pages_of(answer: Mapping[str, Any]) -> tuple[Page, ...]:
    """Return the pages of an `analyzeResult`; raises NotUnderstood when it holds none."""
    result = answer.get("analyzeResult")
    pages = result.get("pages") if isinstance(result, Mapping) else None
    if not isinstance(result, Mapping) or not isinstance(pages, list):
        raise NotUnderstood("The answer of Document Intelligence holds no analyzeResult.pages.", "not-understood")
    document = _Document(result)
    return tuple(_page(record, number, document) for number, record in numbered(pages, "pageNumber"))


class _Placed(NamedTuple):
    """A word and its place in the text."""

    word: Word
    span: Span | None


class _Document:
    """What an answer says of the whole text: its lines, its paragraphs, and what of it was written by hand."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        self._text = Text(text_of(result.get("content")), text_of(result.get("stringIndexType")))
        self._paragraphs = Owners(spans_of(one.get("spans")) for one in records_of(result.get("paragraphs")))
        styles = result.get("styles")
        self._tells_hands = isinstance(styles, list)
        by_hand = (style for style in records_of(styles) if style.get("isHandwritten") is True)
        self._hand = Owners(spans_of(style.get("spans")) for style in by_hand)

    def is_handwritten(self, spans: Iterable[Span]) -> bool | None:
        """Whether any of this was written by hand; None where the service does not say."""
        if not self._tells_hands:
            return None
        return any(self._hand.of(span) is not None for span in spans)

    def text_between(self, first: Span, last: Span) -> str:
        """Return the text from one span to the end of another, as one line."""
        return " ".join(self._text.cut(Span(first.start, last.end)).split())

    def line_ends_between(self, one: Span | None, next_: Span | None) -> bool:
        """Whether two words that follow each other are on different lines or in different paragraphs."""
        if one is None or next_ is None:
            return False
        if next_.start - one.end > LONGEST_GAP:
            return True
        between = self._text.cut(Span(one.end, max(one.end, next_.start)))
        return "\n" in between or self._paragraphs.of(one) != self._paragraphs.of(next_)


def _page(record: Mapping[str, Any], number: int, document: _Document) -> Page:
    records = tuple(records_of(record.get("lines")))
    claims = [spans_of(line.get("spans")) for line in records]
    dealt, left = _deal(tuple(_words(record.get("words"))), claims)
    lines = [
        _line(line, words, document.is_handwritten(spans))
        for line, words, spans in zip(records, dealt, claims, strict=True)
    ]
    if records:  # a word that does not say where it stands is in its line's own text all the same
        left = [word for word in left if word.span]
    lines += [_line_of_words(words, document) for words in _runs(left, document)]
    return replace(
        page_from({**record, "lines": None}, number), lines=tuple(line for line in lines if line.text or line.polygon)
    )


def _words(value: object) -> Iterator[_Placed]:
    for record in records_of(value):
        text = text_of(record.get("content"))
        if text:
            word = Word(text, polygon_of(record.get("polygon")), share_of(record.get("confidence")))
            yield _Placed(word, span_of(record.get("span")))


def _deal(words: Sequence[_Placed], claims: Sequence[Iterable[Span]]) -> tuple[list[list[Word]], list[_Placed]]:
    """Return the words of each line, and those of none."""
    owners = Owners(claims)
    dealt: list[list[Word]] = [[] for _ in claims]
    left = []
    for placed in words:
        owner = owners.of(placed.span) if placed.span else None
        if owner is None:
            left.append(placed)
        else:
            dealt[owner].append(placed.word)
    return dealt, left


def _line(record: Mapping[str, Any], words: Sequence[Word], handwritten: bool | None) -> Line:
    return Line(
        text=text_of(record.get("content")) or " ".join(word.text for word in words),
        polygon=polygon_of(record.get("polygon")) or around(words),
        words=tuple(words),
        handwritten=handwritten,
    )


def _runs(words: Iterable[_Placed], document: _Document) -> Iterator[list[_Placed]]:
    """Return words without lines as the lines that the text makes of them."""
    run: list[_Placed] = []
    for word in words:
        if run and document.line_ends_between(run[-1].span, word.span):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _line_of_words(run: Sequence[_Placed], document: _Document) -> Line:
    words = [placed.word for placed in run]
    first, last = run[0].span, run[-1].span
    text = document.text_between(first, last) if first and last else ""
    return _line({"content": text}, words, document.is_handwritten(placed.span for placed in run if placed.span))
