"""What is exported of an item, before any format has its say: which lines, which text of each, and where it comes from.

Nothing of it depends on the clock or on what else is in the queue file, so the same item gives the same bytes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from tui.arrangement import tied_words, ties
from tui.filters import Filter, matches, rows_of
from tui.model import Decision, Failure, Item, Line, LineKey, Page, Polygon, State, Verdict, Word, text_of


class Which(StrEnum):
    """Which text of a line is exported."""

    REVIEWED = "reviewed"
    """As it now stands: corrected where a person corrected it."""
    ENGINE = "engine"
    """As it was read."""
    BOTH = "both"
    """As it now stands, and beside it what was read, in the formats that can say both; elsewhere as REVIEWED."""


class Lines(StrEnum):
    """Which lines are exported."""

    ALL = "all"
    DECIDED = "decided"
    """Those that a person has settled one way or the other: accepted, corrected, flagged, rejected."""
    SETTLED = "settled"
    """Those whose text a person vouches for: accepted and corrected."""


FARTHEST = 1e7
"""No page reaches so many pixels, and a box that does is none."""
SETTLED = frozenset({Verdict.ACCEPTED, Verdict.CORRECTED})
_VERDICTS: Mapping[Lines, frozenset[Verdict]] = {
    Lines.ALL: frozenset(Verdict),
    Lines.DECIDED: SETTLED | {Verdict.FLAGGED, Verdict.REJECTED},
    Lines.SETTLED: SETTLED,
}


@dataclass(frozen=True, slots=True)
class ExportedLine:
    """One line as it is exported."""

    key: LineKey
    text: str
    """The text that is exported, as it stands in the queue file: formats clean it (see tui.exports.characters)."""
    engine_text: str
    """What was read there."""
    verdict: Verdict = Verdict.UNDECIDED
    reason: str = ""
    """Why it was flagged."""
    reviewer: str = ""
    """Who decided it; empty where nobody has."""
    at: float = 0.0
    """When it was decided, in seconds since 1970; 0 where it has not been."""
    handwritten: bool | None = None
    """None where the service does not say."""
    confidence: float | None = None
    """0..1 of what was read; None where the service does not say."""
    polygon: Polygon | None = None
    """In pixels of the file's page, unturned; it may reach beyond the page."""
    words: tuple[Word, ...] = ()
    """The words of `text`, each in the box of what was read there; one that was changed has no confidence."""
    unseen: bool = False
    """Whether it was decided with its page, and nobody had looked at the line itself."""
    is_reviewed: bool = False
    """Whether a person vouches for `text`: accepted or corrected, and not the engine's text of a corrected line."""
    engine_words: tuple[Word, ...] = ()
    """The words as they were read."""

    @property
    def originals(self) -> tuple[str, ...]:
        """For each word what was read in its place, "" where nothing was; joined they are all words read, in order."""
        if not self.words:
            return ()
        read: list[list[str]] = [[] for _ in self.words]
        for tie in ties(Line(self.engine_text, None, self.engine_words), self.text).ties:
            place = tie.start if tie.start < tie.end else max(0, tie.start - 1)
            read[place] += [word.text for word in self.engine_words[tie.first : tie.last]]
        return tuple(" ".join(words) for words in read)

    @property
    def is_rejected(self) -> bool:
        """Whether a person said that no line stands there."""
        return self.verdict is Verdict.REJECTED

    @property
    def blanks(self) -> tuple[bool, ...]:
        """For each word whether a blank stands before it: words touch where they were read so, as in Chinese."""
        found, at = [], 0
        for word in self.words:
            place = self.text.find(word.text, at)
            found.append(place > at > 0)
            at = place + len(word.text) if place >= 0 else at
        return tuple(found)


@dataclass(frozen=True, slots=True)
class ExportedPage:
    """One page as it is exported."""

    number: int
    """From 1, as in the file."""
    width: int
    """Pixels of the page's picture, upright and unturned, at least 1."""
    height: int
    angle: float = 0.0
    """Degrees clockwise by which its text is turned."""
    lines: tuple[ExportedLine, ...] = ()
    turn: int = 0
    """Quarter turns clockwise by which a reviewer has it shown, 0 to 3: by so many its writing stands upright."""

    @property
    def texts(self) -> tuple[ExportedLine, ...]:
        """The lines without those rejected: what formats hold that are read as text, and cannot show a verdict."""
        return tuple(line for line in self.lines if not line.is_rejected)


@dataclass(frozen=True, slots=True)
class Document:
    """One item as it is exported."""

    source: str
    """The file's path (bytes that are no UTF-8 kept as surrogates) or the http(s) URL."""
    name: str
    """The last part of it."""
    sha256: str = ""
    """Of the file's bytes; empty while unknown."""
    service: str = ""
    """The name of the service profile it was read by."""
    dialect: str = ""
    model: str = ""
    """Which model the service says has read it; empty where it does not say."""
    added_at: float = 0.0
    """Seconds since 1970, here and below; 0 while unknown."""
    ended_at: float = 0.0
    """When it was read."""
    state: State = State.DONE
    pages: tuple[ExportedPage, ...] = ()
    picture: str = ""
    """The path of the file that holds its picture; empty where there is none on this machine."""
    failure: Failure | None = None
    which_text: Which = Which.REVIEWED
    which_lines: Lines = Lines.ALL
    written_as: str = ""
    """What its files' names begin with; empty while it has not been given a name (tui.exports.naming)."""

    @property
    def lines(self) -> Iterator[ExportedLine]:
        """All its lines, page by page."""
        return (line for page in self.pages for line in page.lines)

    @property
    def stem(self) -> str:
        """Its name without the last suffix."""
        stem, dot, _ = self.name.rpartition(".")
        return stem if dot and stem else self.name

    @property
    def reviewers(self) -> tuple[str, ...]:
        """Who has decided any of its exported lines, in the order of the alphabet."""
        return tuple(sorted({line.reviewer for line in self.lines if line.reviewer}))

    @property
    def reviewed_at(self) -> float:
        """When the last of its exported lines was decided, in seconds since 1970; 0 where none has been."""
        return max((line.at for line in self.lines), default=0.0)


def document_of(
    item: Item,
    pages: Sequence[Page],
    decisions: Mapping[LineKey, Decision],
    *,
    which_text: Which = Which.REVIEWED,
    which_lines: Lines = Lines.ALL,
    filter: Filter | None = None,  # noqa: A002 (the word of the domain)
    now: float | None = None,
    is_marked: bool = False,
    dialect: str = "",
) -> Document:
    """Return an item as it is exported, with the lines that are asked for.

    A page stays when none of its lines does. Rejected lines are among those of ALL and DECIDED: formats that show a
    verdict show them, the others leave them out (`ExportedPage.texts`). `now` and `is_marked` are for a filter that
    asks for ages or marks; `dialect` is what the profile says, for an item that does not know.
    """
    wanted = _wanted(item, pages, decisions, filter, now=now, is_marked=is_marked)
    verdicts = _VERDICTS[which_lines]
    exported = []
    for page in pages:
        lines = [
            _line(key, line, decisions.get(key), which_text)
            for key, line in zip(page.keys, page.lines, strict=True)
            if wanted is None or key in wanted
        ]
        width, height = _size(item, page)
        kept = tuple(line for line in lines if line.verdict in verdicts)
        exported.append(ExportedPage(page.number, width, height, page.angle, kept, page.turn))
    return Document(
        source=item.source,
        name=_name(item),
        sha256=item.sha256,
        service=item.service,
        dialect=item.dialect or dialect,
        model=item.model,
        added_at=item.added_at,
        ended_at=item.ended_at,
        state=item.state,
        pages=tuple(exported),
        picture=item.picture,
        failure=item.failure,
        which_text=which_text,
        which_lines=which_lines,
    )


def _wanted(
    item: Item,
    pages: Sequence[Page],
    decisions: Mapping[LineKey, Decision],
    filter: Filter | None,  # noqa: A002 (the word of the domain)
    *,
    now: float | None,
    is_marked: bool,
) -> frozenset[LineKey] | None:
    """Return the keys of the lines that a filter lets through; None for all."""
    keys = [key for page in pages for key in page.keys]
    if filter is None or not keys:
        return None
    # Rows are counted along the page: a line's own number is not its place where a reviewer has moved lines.
    counted = [replace(page, numbers=()) for page in pages]
    places = [key for page in counted for key in page.keys]
    decided = {place: decisions[key] for place, key in zip(places, keys, strict=True) if key in decisions}
    rows = rows_of(item, counted, decided, is_marked=is_marked)
    return frozenset(key for key, row in zip(keys, rows, strict=True) if matches(filter, row, now=now))


def _line(key: LineKey, line: Line, decision: Decision | None, which: Which) -> ExportedLine:
    line = _sound(line)
    text = line.text if which is Which.ENGINE else text_of(line, decision)
    exported = ExportedLine(
        key=key,
        text=text,
        engine_text=line.text,
        handwritten=line.handwritten,
        confidence=_share(line.confidence),
        polygon=line.polygon,
        words=tied_words(line, text),
        engine_words=line.words,
    )
    if decision is None:
        return exported
    return replace(
        exported,
        verdict=decision.verdict,
        reason=decision.reason,
        reviewer=decision.reviewer,
        at=decision.at,
        unseen=decision.unseen,
        is_reviewed=decision.verdict in SETTLED and text == text_of(line, decision),
    )


def _sound(line: Line) -> Line:
    """Return a line whose boxes and confidences are numbers that every format may hold, or unknown."""
    words = tuple(
        replace(word, confidence=_share(word.confidence), polygon=_finite(word.polygon)) for word in line.words
    )
    return replace(line, words=words, polygon=_finite(line.polygon))


def _finite(polygon: Polygon | None) -> Polygon | None:
    return polygon if polygon is not None and all(abs(number) < FARTHEST for number in polygon.numbers) else None


def _share(confidence: float | None) -> float | None:
    """Return a confidence within 0..1, to three places; what is no number is unknown."""
    if confidence is None or not math.isfinite(confidence):
        return None
    return round(min(1.0, max(0.0, confidence)), 3)


def _size(item: Item, page: Page) -> tuple[int, int]:
    """Return a page's width and height in whole pixels, from the answer, the file, or as far as its boxes reach."""
    width, height = page.width, page.height
    if not (width > 0 and height > 0) and 0 < page.number <= len(item.page_sizes):
        width, height = item.page_sizes[page.number - 1]
    if not (width > 0 and height > 0):
        bounds = [polygon.bounds for line in page.lines if (polygon := _finite(line.polygon))]
        width = max((right for _, _, right, _ in bounds), default=1)
        height = max((bottom for *_, bottom in bounds), default=1)
    return max(1, math.ceil(min(width, FARTHEST))), max(1, math.ceil(min(height, FARTHEST)))


def _name(item: Item) -> str:
    """Return the last part of a path or a URL, which is never blank."""
    path = unquote(urlsplit(item.source).path) if item.is_url else item.source.replace("\\", "/")
    name = path.rstrip("/").rpartition("/")[2]
    return name if name.strip() else "image"
