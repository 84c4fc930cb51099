"""The table of what was played, printed at the end of the run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

PROPERTY = "pain"
"""Under this name a test's report carries its row, also from a worker to the process that prints."""
WIDTHS = (2, 44, 46, 120)
"""Cells of the columns: the pain's number, the pain, what was played, what Handread did."""
_IS_SHOWN = pytest.StashKey[bool]()


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table of what was played; with xdist the rows come in the reports of the workers."""
    rows = sorted(_rows(terminalreporter.stats))
    if not rows or config.stash.get(_IS_SHOWN, False):
        return
    config.stash[_IS_SHOWN] = True
    terminalreporter.write_sep("=", "what users of these services run into, and what Handread did")
    for number, pain, played, did, outcome in rows:
        cells = [
            _cut(text, width).ljust(width) for text, width in zip((number, pain, played, did), WIDTHS, strict=True)
        ]
        mark = " " if outcome == "passed" else "✗"
        terminalreporter.write_line(f"{mark} {'  '.join(cells).rstrip()}", red=outcome != "passed")


def _rows(stats: dict[str, list[Any]]) -> Iterator[tuple[str, str, str, str, str]]:
    for report in (report for reports in stats.values() for report in reports):
        if getattr(report, "when", "") == "call":
            for name, row in report.user_properties:
                if name == PROPERTY:
                    number, pain, played, did = row
                    yield number, pain, played, did, report.outcome


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
