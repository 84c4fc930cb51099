"""The score of lines, of pages, and of all of them together.

Every page is measured twice. Its text is compared as a whole, line after line in the order of each side: a line that
was read in the wrong place counts twice there, as it would for whoever copies the text. Its lines are compared one by
one with their partners, whatever the order; a missing line counts as deleted whole, an invented one as inserted whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import add

from tui.quality.confusions import Confusion, confusions_of, counted
from tui.quality.interval import Interval, interval_of
from tui.quality.matching import By, Pairing, Written
from tui.quality.rates import Edits, Measure, Measured, Rates, as_compared, measured

BINS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
"""The character error rates of lines up to which each bar of the histogram reaches; the last has all beyond."""


@dataclass(frozen=True, slots=True)
class LineScore:
    """One line, and what was read for it."""

    number: int
    """Its place on the page from 1: in the truth, or, for an invented one, among the lines that were read."""
    truth: str | None
    """None where nothing is written: the line is invented."""
    read: str | None
    """None where nothing was read: the line is missing."""
    measured: Measured

    @property
    def is_missing(self) -> bool:
        """Whether it is written and was not read."""
        return self.read is None

    @property
    def is_invented(self) -> bool:
        """Whether it was read and is not written."""
        return self.truth is None


@dataclass(frozen=True, slots=True)
class PageScore:
    """One page."""

    name: str
    """Of its image."""
    number: int
    """Of the page in the image, from 1."""
    text: Measured
    """The whole text, in the order of each side."""
    lines: tuple[LineScore, ...]
    """In the order of the truth; then those invented."""
    by: By
    """How its lines were matched."""

    @property
    def by_line(self) -> Measured:
        """The lines' own figures together."""
        return _together([line.measured for line in self.lines])

    @property
    def missing(self) -> int:
        """How many lines were not read."""
        return sum(line.is_missing for line in self.lines)

    @property
    def invented(self) -> int:
        """How many lines were read and are not written."""
        return sum(line.is_invented for line in self.lines)


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of the histogram."""

    above: float
    """The character error rates of its lines are above this; the first bar's are 0."""
    upto: float | None
    """And not above this; None for the last."""
    lines: int


@dataclass(frozen=True, slots=True)
class Score:
    """All pages that were compared."""

    pages: tuple[PageScore, ...] = field(default=())

    @property
    def text(self) -> Measured:
        """The pages' whole texts together: all errors by all characters, so that long pages weigh more."""
        return _together([page.text for page in self.pages])

    @property
    def by_line(self) -> Measured:
        """The lines' own figures together."""
        return _together([page.by_line for page in self.pages])

    @property
    def lines(self) -> int:
        """How many lines were compared, with those missing and invented."""
        return sum(len(page.lines) for page in self.pages)

    @property
    def missing(self) -> int:
        """How many lines were not read."""
        return sum(page.missing for page in self.pages)

    @property
    def invented(self) -> int:
        """How many lines were read and are not written."""
        return sum(page.invented for page in self.pages)

    def cer_interval(self, measure: Measure) -> Interval | None:
        """Return the 95 % interval of the whole texts' CER; None for a single page."""
        return self._interval(measure, lambda rates: rates.characters)

    def wer_interval(self, measure: Measure) -> Interval | None:
        """Return the 95 % interval of the whole texts' WER; None for a single page."""
        return self._interval(measure, lambda rates: rates.words)

    def _interval(self, measure: Measure, of: Callable[[Rates], Edits]) -> Interval | None:
        return interval_of([of(page.text.by(measure)) for page in self.pages])

    def histogram(self, measure: Measure) -> tuple[Bin, ...]:
        """Return how many lines have which character error rate; those missing have 1, those invented are left out."""
        values = [line.measured.by(measure).cer for page in self.pages for line in page.lines if not line.is_invented]
        ends: list[float | None] = [*BINS, None]
        starts = (0.0, *BINS)
        return tuple(
            Bin(start, end, sum(_is_within(value, start, end) for value in values))
            for start, end in zip(starts, ends, strict=True)
        )

    def confusions(self, measure: Measure) -> tuple[Confusion, ...]:
        """Return what was read for what in lines that have a partner, the most frequent first."""
        return counted(
            pair
            for page in self.pages
            for line in page.lines
            if line.truth is not None and line.read is not None
            for pair in confusions_of(as_compared(line.truth, measure), as_compared(line.read, measure))
        )

    def worst(self, measure: Measure, most: int | None = None) -> list[tuple[PageScore, LineScore]]:
        """Return the lines with errors, those with the highest rate first, those invented last."""
        wrong = [
            (page, line)
            for page in self.pages
            for line in page.lines
            if line.measured.by(measure).characters.errors or line.is_invented
        ]
        wrong.sort(key=lambda one: _badness(one[1], measure), reverse=True)
        return wrong[:most]


def page_score(
    name: str, number: int, truth: Sequence[Written], read: Sequence[Written], pairing: Pairing
) -> PageScore:
    """Score the lines of a page that a pairing names; those it leaves out count nowhere."""
    ours = sorted(place for pair in pairing.pairs for place in pair.truth)
    theirs = sorted(place for pair in pairing.pairs for place in pair.read)
    text = measured(_joined(truth, ours), _joined(read, theirs))
    lines = (
        _line_score(
            (pair.truth or pair.read)[0] + 1,
            _joined(truth, pair.truth) if pair.truth else None,
            _joined(read, pair.read) if pair.read else None,
        )
        for pair in pairing.pairs
    )
    return PageScore(name, number, text, tuple(lines), pairing.by)


def _joined(lines: Sequence[Written], places: Sequence[int]) -> str:
    return " ".join(lines[place].text for place in places)


def _line_score(number: int, truth: str | None, read: str | None) -> LineScore:
    return LineScore(number, truth, read, measured(truth or "", read or ""))


def _together(measured: Sequence[Measured]) -> Measured:
    return reduce(add, measured, Measured())


def _is_within(value: float, above: float, upto: float | None) -> bool:
    return (value > above or upto == 0.0) and (upto is None or value <= upto)


def _badness(line: LineScore, measure: Measure) -> tuple[float, int]:
    rates = line.measured.by(measure)
    return -1.0 if line.is_invented else rates.cer, rates.characters.errors
