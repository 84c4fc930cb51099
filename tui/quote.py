"""What a run would cost, said before it starts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tui.model import is_url
from tui.seclusion import marked_folder
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
    kept: int
    """How many wait beside them and will not be sent, for they must not leave the house."""
    cost: float | None
    """In the money of the profile's price; None where the profile names none."""

    @property
    def sentence(self) -> str:
        """Say it in one line: `342 images, at most 342 paid calls, about 0.51`."""
        images = _counted(self.images, "image") + ("" if self.pages == self.images else f" ({self.pages:,} pages)")
        calls = f"at most {_counted(self.calls, 'paid call')}"
        if self.calls < self.images:
            calls += f" ({self.made:,} made before)" if self.made else ""
        kept = f"; {self.kept:,} more must not leave the house" if self.kept else ""
        return f"{images}, {calls}{_money(self.cost)}{kept}"


def quote_of(
    store: Store, service: Service, only: Collection[int] | None = None, *, with_failed: bool = False
) -> Quote:
    """Return what is left to send to a service, of these items or of all; raises StoreError.

    With `with_failed` what failed is to be sent again.
    """
    images = pages = kept = 0
    is_kept = cache(lambda folder: marked_folder(folder / "any") is not None)
    for source, count in store.unsent(service.name, only, with_failed=with_failed):
        if not service.is_in_the_house and not is_url(source) and is_kept(Path(source).parent):
            kept += 1
        else:
            images, pages = images + 1, pages + count
    made = store.calls(service.name)
    calls = images if service.max_calls is None else min(images, max(0, service.max_calls - made))
    paid_pages = pages if calls == images else round(pages * calls / max(1, images))
    return Quote(images, pages, calls, made, kept, service.cost_of(paid_pages))


def _money(cost: float | None) -> str:
    if cost is None:
        return ""
    return f", about {cost:,.2f}" if cost >= 0.005 or not cost else ", below 0.01"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
