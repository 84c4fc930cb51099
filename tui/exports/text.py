"""The text alone: what `run` prints, and the outline that `demo` prints where there is no terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tui.model import Decision, Item, LineKey, Page, Polygon, Verdict, printable, text_of


def plain_text(pages: Sequence[Page], decisions: Mapping[LineKey, Decision]) -> str:
    """Return an item's text line by line, pages divided by a form feed; rejected lines are left out."""
    return "\f".join(_page_text(page, decisions) for page in pages)


def _page_text(page: Page, decisions: Mapping[LineKey, Decision]) -> str:
    lines = []
    for place, line in enumerate(page.lines):
        decision = decisions.get(LineKey(page.number, place))
        if decision is None or decision.verdict is not Verdict.REJECTED:
            lines.append(printable(text_of(line, decision)) + "\n")
    return "".join(lines)


def outline(item: Item, pages: Sequence[Page], decisions: Mapping[LineKey, Decision]) -> str:
    """Return an item as a tree of pages, lines and words, with confidence and the corners of each box in pixels."""
    return "\n".join(_outline_rows(item, pages, decisions)) + "\n"


def _outline_rows(item: Item, pages: Sequence[Page], decisions: Mapping[LineKey, Decision]) -> Iterator[str]:
    name = printable(item.source)
    if item.failure:
        yield f"{item.complaint} (failed)"
        return
    if not any(page.lines for page in pages):
        yield f"{name}: no text found"
        return
    yield name
    for page in pages:
        yield f"├─ page {page.number}, {page.width:.0f} x {page.height:.0f} pixels"
        for place, line in enumerate(page.lines):
            text = text_of(line, decisions.get(LineKey(page.number, place)))
            yield f"│  ├─ {printable(text)}{_figures(line.confidence, line.polygon)}"
            for word in line.words:
                yield f"│  │  · {printable(word.text)}{_figures(word.confidence, word.polygon)}"


def _figures(confidence: float | None, polygon: Polygon | None) -> str:
    sure = "" if confidence is None else f"  {confidence:.2f}"
    where = "" if polygon is None else "  " + " ".join(f"{x:.0f},{y:.0f}" for x, y in polygon.corners)
    return sure + where
