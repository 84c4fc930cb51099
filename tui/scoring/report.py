"""A score as one JSON object, in one versioned schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tui.model import printable
from tui.quality import Edits, Interval, LineScore, Measure, Measured, PageScore, Rates, Score
from tui.scoring.chosen import Remark

SCHEMA = 1
"""Rises when a field changes its meaning; a field that is added leaves it."""


def score_object(
    score: Score,
    remarks: Sequence[Remark],
    *,
    against: str,
    measure: Measure,
    with_lines: bool = False,
    as_read: Score | None = None,
) -> dict[str, Any]:
    """Return a score as JSON values; rates are shares (0.013 is 1.3 %), `null` what is not known.

    `measure` is that of the histogram and the confusions; every rate is given in both. Where the reviewed text was
    scored, `as_read` is the score of what was read, beside it.
    """
    return {
        "schema": SCHEMA,
        "scored": "engine" if as_read is None else "reviewed",
        "against": against,
        "measure": measure.value,
        "total": _total(score),
        **({} if as_read is None else {"as_read": _total(as_read)}),
        "pages": [_page(page, with_lines=with_lines) for page in score.pages],
        "histogram": [{"above": bar.above, "upto": bar.upto, "lines": bar.lines} for bar in score.histogram(measure)],
        "confusions": [{"truth": one.truth, "read": one.read, "count": one.count} for one in score.confusions(measure)],
        "remarks": [remark.sentence for remark in remarks],
    }


def _total(score: Score) -> dict[str, Any]:
    return {
        "pages": len(score.pages),
        "lines": score.lines,
        "missing": score.missing,
        "invented": score.invented,
        "text": _measured(score.text),
        "by_line": _measured(score.by_line),
        "interval": {
            each.value: {"cer": _interval(score.cer_interval(each)), "wer": _interval(score.wer_interval(each))}
            for each in Measure
        },
    }


def _page(page: PageScore, *, with_lines: bool) -> dict[str, Any]:
    return {
        "source": printable(page.name),
        "page": page.number,
        "matched_by": page.by,
        "missing": page.missing,
        "invented": page.invented,
        "text": _measured(page.text),
        "by_line": _measured(page.by_line),
        **({"lines": [_line(line) for line in page.lines]} if with_lines else {}),
    }


def _line(line: LineScore) -> dict[str, Any]:
    return {"number": line.number, "truth": line.truth, "read": line.read, **_measured(line.measured)}


def _measured(measured: Measured) -> dict[str, Any]:
    return {measure.value: _rates(measured.by(measure)) for measure in Measure}


def _rates(rates: Rates) -> dict[str, Any]:
    return {
        "cer": round(rates.cer, 6),
        "wer": round(rates.wer, 6),
        "characters": _edits(rates.characters),
        "words": _edits(rates.words),
    }


def _edits(edits: Edits) -> dict[str, int]:
    return {
        "length": edits.length,
        "substitutions": edits.substitutions,
        "deletions": edits.deletions,
        "insertions": edits.insertions,
    }


def _interval(interval: Interval | None) -> list[float] | None:
    return None if interval is None else [round(interval.low, 6), round(interval.high, 6)]
