"""What a screen may know and ask of the machine that reads images: never the runner itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _nothing() -> None:
    """Do nothing: there is no machine."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine that runs the queue, or that none does."""

    service: str = ""
    """The name of the profile that runs; empty when none does."""
    description: str = "look and review only: nothing is sent"
    """Who reads, in a few words."""
    trouble: Callable[[], str] = lambda: ""
    """Returns a sentence about what keeps it from working; empty when nothing does."""
    toggle_pause: Callable[[], bool | None] = lambda: None
    """Pauses or goes on; returns whether it is paused now, None when there is nothing to pause."""
    wake: Callable[[], None] = _nothing
    """Says that there is something new to do."""
