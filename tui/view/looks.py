"""How a person wants pictures to look: chosen by keys, remembered while the program runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields

THE_PAGE = 0
"""The zoom that shows the whole page."""
ITS_WIDTH = 1
"""The zoom that shows the page's whole width; each one above is twice as large, up to pixel by pixel."""
THE_BOX = -1
"""The zoom that shows the box under the cursor as large as the map allows."""
MOST_CONTEXT = 2
"""How many lines above and below a line are shown at most."""
MOST_ZOOM = 12
"""More doublings of its width than any page has."""
CONTRASTS = ("as drawn", "strong", "black and white")
"""How contrasts are called, the weakest first."""


@dataclass(frozen=True, slots=True)
class Tones:
    """How shades of ink become colours; changing them draws nothing anew."""

    inverted: bool = False
    """Light ink on dark paper, for dark terminals."""
    contrast: int = 0
    """Which of the contrasts."""


@dataclass(frozen=True, slots=True)
class Looks:
    """Everything about pictures that a person can choose."""

    tones: Tones = field(default_factory=Tones)
    in_colour: bool = False
    """Whether ink has its own colour, or is grey."""
    context: int = 0
    """How many lines above and below a line are shown with it."""
    zoom: int = THE_PAGE
    """How much of the page the map shows."""
    with_text: bool = False
    """Whether the map shows what was read over its place."""
    with_boxes: bool = True
    """Whether the map shows where the lines are."""
    down_the_page: bool = False
    """Whether lines are in the order they stand on the page, and not in the service's."""


def looks_to_text(looks: Looks) -> str:
    """Return looks as a queue file keeps them."""
    return json.dumps(asdict(looks))


def looks_from_text(text: str) -> Looks:
    """Return the looks that looks_to_text wrote; what cannot be understood looks as at first."""
    try:
        data = json.loads(text)
        looks = Looks(**{**data, "tones": Tones(**data["tones"])})
    except (ValueError, TypeError, KeyError):
        return Looks()
    return looks if _can_be(looks) else Looks()


def _can_be(looks: Looks) -> bool:
    """Whether each part of looks is of the kind and size that there are."""
    like = Looks()
    same = all(type(getattr(looks, one.name)) is type(getattr(like, one.name)) for one in fields(Looks))
    return (
        same
        and isinstance(looks.tones.inverted, bool)
        and looks.tones.contrast in range(len(CONTRASTS))
        and looks.context in range(MOST_CONTEXT + 1)
        and THE_BOX <= looks.zoom <= MOST_ZOOM
    )


class Remembered:
    """Keeps the looks from one review to the next."""

    def __init__(self, looks: Looks | None = None, keep: Callable[[Looks], None] | None = None) -> None:
        """Begin with looks; `keep` is told of others, and does not wait for a disk."""
        self._looks = looks or Looks()
        self._keep = keep

    @property
    def looks(self) -> Looks:
        """How pictures look now."""
        return self._looks

    @looks.setter
    def looks(self, looks: Looks) -> None:
        if looks != self._looks:
            self._looks = looks
            if self._keep is not None:
                self._keep(looks)
