"""How a person wants pictures to look: chosen by keys, remembered while the program runs."""

from __future__ import annotations

from dataclasses import dataclass, field

THE_PAGE = 0
"""The zoom that shows the whole page."""
ITS_WIDTH = 1
"""The zoom that shows the page's whole width; each one above is twice as large, up to pixel by pixel."""
THE_BOX = -1
"""The zoom that shows the box under the cursor as large as the map allows."""
MOST_CONTEXT = 2
"""How many lines above and below a line are shown at most."""
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


class Remembered:
    """Keeps the looks from one review to the next."""

    def __init__(self) -> None:
        self.looks = Looks()
