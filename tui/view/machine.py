"""What a screen may know and ask of the machine that reads images: never the runner itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from tui.model import Item, Line, Page, Polygon


def _nothing() -> None:
    """Do nothing: there is no machine."""


class ReadsAgain(Protocol):
    """Reads boxes of a page once more, with care, while the person goes on."""

    def __call__(
        self, item: Item, page: Page, polygons: Sequence[Polygon], answer: bytes | None
    ) -> AsyncIterator[tuple[int, Line]]:
        """Yield each box's place among those given and what is read there; raises Trouble.

        `page` and the polygons are as they lie in the file; `answer` is what the service answered for the image.
        """
        ...

    async def close(self) -> None:
        """Read nothing any more."""
        ...


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
    read_again: ReadsAgain | None = None
    """Reads lines once more, with care; None where nothing can."""
