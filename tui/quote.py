"""What a run would cost, said before it starts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tui.settings import Service
from tui.store import Store


@dataclass(frozen=True, slots=True)
class Quote:
    """How much would be sent to a service, and what it would cost at most."""

    images: int
    """How many wait to be sent."""
    pages: int
    """How many pages they have, as far as that is known: services charge by the page."""
    calls: int
    """How many images may be sent at most, which is fewer where the budget is smaller."""
    made: int
    """How many images were sent before, which the budget counts."""
    cost: float | None
    """In the money of the profile's price; None where the profile names none."""

    @property
    def sentence(self) -> str:
        """Say it in one line: `342 images, at most 342 paid calls, about 0.51`."""
        images = _counted(self.images, "image") + ("" if self.pages == self.images else f" ({self.pages:,} pages)")
        calls = f"at most {_counted(self.calls, 'paid call')}"
        if self.calls < self.images:
            calls += f" ({self.made:,} made before)" if self.made else ""
        cost = "" if self.cost is None else f", about {self.cost:,.2f}"
        return f"{images}, {calls}{cost}"


def quote_of(store: Store, service: Service, only: Collection[int] | None = None) -> Quote:
    """Return what is left to send to a service, of these items or of all; raises StoreError."""
    images, pages = store.unsent(service.name, only)
    made = store.calls(service.name)
    calls = images if service.max_calls is None else min(images, max(0, service.max_calls - made))
    paid_pages = pages if calls == images else round(pages * calls / images)
    return Quote(images, pages, calls, made, service.cost_of(paid_pages))


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
