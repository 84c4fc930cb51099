"""Where a person was when the program was ended from outside, as when the line to it was cut: it begins there again."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tui.model import LineKey
from tui.review import Spot


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the cursor stood in the review."""

    item_id: int
    spot: Spot


def whereabouts_to_text(here: Whereabouts | None) -> str:
    """Return whereabouts as a queue file keeps them; nothing for those that are nowhere."""
    return json.dumps([here.item_id, *here.spot.key, here.spot.word]) if here is not None else ""


def whereabouts_from_text(text: str) -> Whereabouts | None:
    """Return the whereabouts that whereabouts_to_text wrote; None for what cannot be understood."""
    try:
        item_id, page, line, word = json.loads(text)
    except (ValueError, TypeError):
        return None
    if not all(type(number) is int for number in (item_id, page, line)) or type(word) not in (int, type(None)):
        return None
    return Whereabouts(item_id, Spot(LineKey(page, line), word))
