"""Between which bounds a rate lies, judged by how much the pages differ among themselves.

A bootstrap over pages (Efron 1979, percentiles): the pages are drawn anew with replacement, again and again, and the
rate of each such pile is reckoned; the middle 95 of 100 of those rates are the interval. Pages are drawn and not
lines, because the lines of a page share a hand, a pen and a light. The seed is fixed: the same pages give the same.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tui.quality.rates import Edits

FEWEST_PAGES = 2
"""A single page says nothing of how pages differ."""
DRAWN = 2000
"""How many piles are drawn, where there are few pages."""
MOST_PAGES_DRAWN = 1_000_000
"""So many pages are drawn at most in all, so that a thousand pages take half a second."""
FEWEST_DRAWN = 400
_SEED = 1979


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a rate lies in 95 of 100 cases."""

    low: float
    high: float


def interval_of(pages: Sequence[Edits]) -> Interval | None:
    """Return the 95 % interval of the rate over all pages; None for fewer than two pages."""
    if len(pages) < FEWEST_PAGES:
        return None
    figures = [(page.errors, page.length) for page in pages]
    piles = max(FEWEST_DRAWN, min(DRAWN, MOST_PAGES_DRAWN // len(pages)))
    chance = random.Random(_SEED)  # noqa: S311 (a drawing that anyone can repeat, and nothing secret)
    drawn = sorted(_rate(chance.choices(figures, k=len(figures))) for _ in range(piles))
    beyond = round(0.025 * (piles - 1))
    return Interval(drawn[beyond], drawn[-1 - beyond])


def _rate(figures: Sequence[tuple[int, int]]) -> float:
    return sum(errors for errors, _ in figures) / max(1, sum(length for _, length in figures))
