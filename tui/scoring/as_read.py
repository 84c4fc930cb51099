"""The lines of an item as the service read them, whatever a person has done since; and as they stand by now."""

from __future__ import annotations

import json
from dataclasses import replace

from tui.dialects import ServiceError
from tui.dialects.shapes import recognised
from tui.model import Item, Line, Page, Verdict, mapped_back, text_of
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


def as_it_stands(store: Store, item: Item) -> tuple[Page, ...]:
    """Return an item's pages with the text that their lines have by now, and without the lines that were rejected."""
    decisions = store.decisions(item.id)
    pages = []
    for page in store.pages(item.id):
        kept = [
            (key.line, replace(line, text=text_of(line, decision), words=()))
            for key, line in zip(page.keys, page.lines, strict=True)
            if (decision := decisions.get(key)) is None or decision.verdict is not Verdict.REJECTED
        ]
        numbers, lines = tuple(number for number, _ in kept), tuple(line for _, line in kept)
        pages.append(replace(page, lines=lines, numbers=numbers))
    return tuple(pages)


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
