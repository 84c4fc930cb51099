"""Two rows that say how far the machine and the person are."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui.model import State
from tui.store import Tally as Count
from tui.view.wording import duration, fit

FEW = 20
"""While more images than these are under way, how many they are is told once a second at most."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the two rows say."""

    queue: str
    """The queue file's name."""
    service: str
    """Who reads, such as `local · read-3.2`."""
    count: Count
    per_minute: float = 0.0
    """How many images are read a minute; 0 while that is not known."""
    trouble: str = ""
    """A sentence about what keeps the machine from working; empty when nothing does."""


class Tally(Widget):
    """Shows a Progress."""

    DEFAULT_CSS = "Tally { height: 2; }"

    def __init__(self, *, clock: Callable[[], float] = time.time, id: str) -> None:  # noqa: A002 (Textual's own name)
        super().__init__(id=id)
        self._progress: Progress | None = None
        self._clock = clock
        self._shown_at = float("-inf")

    def show(self, progress: Progress) -> None:
        """Show a progress, of many that run the last of each second; what reads the same is not drawn again."""
        before = self._progress
        if before is not None and _words(progress) == _words(before):
            return
        now, changes = self._clock(), before is None or bool(progress.trouble) != bool(before.trouble)
        if _under_way(progress.count) <= FEW or changes or not 0 <= now - self._shown_at < 1:
            self._progress, self._shown_at = progress, now
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw the first or the second row."""
        style, width = self.rich_style, self.size.width
        if self._progress is None:
            return Strip.blank(width, style)
        if y == 1 and self._progress.trouble:
            style += Style(bold=True)
        return Strip([Segment(fit(_spread(*_words(self._progress)[y], width), width), style)], width)


def _words(progress: Progress) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return what stands at the left and at the right of each row."""
    return (
        (f" handread · {progress.queue}", machine_words(progress.count)),
        (" " + (progress.trouble or _pace(progress)), person_words(progress.count)),
    )


def _spread(left: str, right: str, width: int) -> str:
    right += " "
    return fit(left, max(0, width - len(right) - 1)) + " " + right


def machine_words(count: Count) -> str:
    """Return the items' states: `waiting 84   running 6   done 312   failed 2`."""
    items = count.items
    return (
        f"waiting {items[State.WAITING]:,}   running {_under_way(count):,}   done {items[State.DONE]:,}"
        f"   failed {items[State.FAILED]:,}"
    )


def _under_way(count: Count) -> int:
    return count.items[State.SENDING] + count.items[State.SENT]


def person_words(count: Count) -> str:
    """Return how many lines are decided: `1,204 of 9,360 lines decided, 13 %`."""
    share = f", {100 * count.decided // count.read} %" if count.read else ""
    return f"{count.decided:,} of {count.read:,} lines decided{share}"


def _pace(progress: Progress) -> str:
    words = [progress.service]
    if progress.per_minute and progress.count.unfinished:
        left = duration(60 * progress.count.unfinished / progress.per_minute)
        words.append(f"{progress.per_minute:.0f} images/min, {left} left")
    return "   ".join(words)
