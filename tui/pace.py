"""How fast somebody reviews, for that person alone: lines today, and seconds a line while at work."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Final

LONGEST: Final = 120.0
"""Seconds after which a pause between two decisions is not work any more."""
FEWEST: Final = 5
"""Gaps that are needed to say how long a line takes."""


@dataclass(slots=True)
class Pace:
    """Counts decisions as they are made."""

    lines: int = 0
    """How many lines were decided."""
    _last: float = 0.0
    _gaps: list[float] = field(default_factory=list)

    @classmethod
    def of(cls, decided: Iterable[tuple[float, int]]) -> Pace:
        """Return the pace of decisions: the time of each, in seconds, the earliest first, and how many lines it was."""
        pace = cls()
        for at, lines in decided:
            pace.take(at, lines)
        return pace

    def take(self, at: float, lines: int = 1) -> None:
        """Count lines that were decided at a time with one key; the time they took is the first one's."""
        gap = at - self._last
        if self._last and 0 < gap <= LONGEST:
            insort(self._gaps, gap)
        self._last = at
        self.lines += lines

    @property
    def seconds_a_line(self) -> float | None:
        """The median time between two decisions, pauses left out; None while there are too few to say."""
        return median(self._gaps) if len(self._gaps) >= FEWEST else None

    @property
    def lines_an_hour(self) -> float | None:
        """How many lines an hour of work would give; None while there are too few decisions to say."""
        return 3600 * len(self._gaps) / sum(self._gaps) if len(self._gaps) >= FEWEST else None

    @property
    def sentence(self) -> str:
        """Return it in a few words: `412 today, 6.1 s a line`."""
        seconds, hourly = self.seconds_a_line, self.lines_an_hour
        words = f"{self.lines:,} today"
        if seconds is None or hourly is None:
            return words
        return f"{words}, {seconds:.1f} s a line, {hourly:,.0f} an hour"
