"""How well something was read, as figures: error rates, lines laid side by side, confusions, and how sure all that is.

Everything here is pure: texts and boxes go in, frozen records come out. Where the texts come from, and how the figures
are shown, is told in tui.scoring.
"""

from tui.quality.confusions import Confusion, confusions_of, counted
from tui.quality.interval import Interval, interval_of
from tui.quality.matching import Pair, Pairing, Written, paired
from tui.quality.rates import Edits, Measure, Measured, Rates, edits, measured, rates, raw, relaxed
from tui.quality.scores import BINS, Bin, LineScore, PageScore, Score, page_score

__all__ = [
    "BINS",
    "Bin",
    "Confusion",
    "Edits",
    "Interval",
    "LineScore",
    "Measure",
    "Measured",
    "PageScore",
    "Pair",
    "Pairing",
    "Rates",
    "Score",
    "Written",
    "confusions_of",
    "counted",
    "edits",
    "interval_of",
    "measured",
    "page_score",
    "paired",
    "rates",
    "raw",
    "relaxed",
]
