"""The lines of an item as the service read them, whatever a person has done to them since."""

from __future__ import annotations

import json

from tui.dialects import ServiceError
from tui.dialects.shapes import recognised
from tui.model import Item, Line, Page, mapped_back
from tui.quality import Written
from tui.store import Store


def as_read(store: Store, item: Item) -> tuple[Page, ...] | None:
    """Return an item's pages as the service read them; None where that cannot be known any more.

    Where no line was split, joined, added or moved the queue's pages are just that. Otherwise the service's answer,
    which the queue keeps as it came, is read once more.
    """
    pages = store.pages(item.id)
    if not any(page.numbers for page in pages):
        return pages
    anew = {page.number: page for page in _read_anew(store, item)}
    if any(page.numbers and page.number not in anew for page in pages):
        return None
    return tuple(anew[page.number] if page.numbers else page for page in pages)


def _read_anew(store: Store, item: Item) -> tuple[Page, ...]:
    try:
        pages = recognised(json.loads(store.answer(item.id) or b"")).pages
    except (ServiceError, ValueError, RecursionError):
        return ()
    sizes, sent = dict(enumerate(item.page_sizes, 1)), dict(enumerate(item.shipped, 1))
    return tuple(
        mapped_back(page, sizes[page.number], sent.get(page.number)) if page.number in sizes else page for page in pages
    )


def written(line: Line) -> Written:
    """Return a line for comparison."""
    return Written(line.text, line.polygon.corners if line.polygon else ())
