"""How well a page was read: error rates against what is written there, and boxes against other boxes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tui.model import Page, Polygon
from tui.quality import edits

SHARED = Path(__file__).parents[2].parent / "shared"
SAMPLES = SHARED / "samples" / "pages"
RECORDED = SHARED / "recorded" / "v3.0__handprint-glaser-0029.json"


def text_of(page: Page) -> str:
    """Return a page's whole text with single spaces between words and lines."""
    return " ".join(" ".join(line.text for line in page.lines).split())


def truth_of(image: Path) -> str:
    """Return what is written on a sample page, with single spaces."""
    return " ".join(image.with_suffix(".txt").read_text("utf-8").split())


def error_rate(truth: Sequence[str], read: Sequence[str]) -> float:
    """Return the edit distance as a share of the truth: of characters for strings, of words for lists."""
    return edits(truth, read).rate


def overlap(one: Polygon, other: Polygon) -> float:
    """Return the intersection of two upright bounds as a share of their union."""
    a, b = one.bounds, other.bounds
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    shared = max(0.0, width) * max(0.0, height)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return shared / (areas - shared) if areas > shared else 0.0


def recorded_words(width: float) -> list[Polygon]:
    """Return the word boxes of the cloud's own answer for the notebook page, on a page of that width."""
    answer: dict[str, Any] = json.loads(RECORDED.read_text("utf-8"))
    page = answer["analyzeResult"]["readResults"][0]
    scale = width / page["width"]
    words = (word for line in page["lines"] for word in line["words"])
    return [Polygon.from_numbers(word["boundingBox"]).scaled(scale, scale) for word in words]


def share_found(wanted: Sequence[Polygon], page: Page) -> float:
    """Return the share of boxes that some word of the page overlaps by more than half."""
    found = [word.polygon for line in page.lines for word in line.words if word.polygon]
    return sum(any(overlap(box, word) > 0.5 for word in found) for box in wanted) / len(wanted)
