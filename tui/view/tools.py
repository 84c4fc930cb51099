"""What the screens share: the queue file, those who write to it and learn from it, and how pictures are drawn."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tui.company import Company
from tui.store import Store
from tui.view.adviser import Adviser
from tui.view.desk import Desk
from tui.view.looks import Remembered
from tui.view.machine import Machine

if TYPE_CHECKING:
    from tui.pictures.opening import Opener
    from tui.pictures.terminal import Colours
    from tui.view.easel import Easel
    from tui.view.widgets.place_list import Place


@dataclass(slots=True)
class Found:
    """What was looked for last, on whichever screen: the next hit can be gone to from all of them."""

    wanted: str = ""
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of the person at the terminal."""

    store: Store
    """Asked on the screen's own thread; it writes nothing."""
    desk: Desk
    """Writes, in a thread of its own."""
    adviser: Adviser
    """Makes suggestions, in a thread of its own."""
    reviewer: str
    """The name that stands beside each decision."""
    glyphs: str
    """The glyph set ink is drawn with."""
    company: Company = field(default_factory=Company)
    """The colleagues at the same queue."""
    machine: Machine = field(default_factory=Machine)
    opener: Callable[[], Opener | None] = lambda: None
    """Returns what opens pages, always the same; it is made when the first is opened."""
    easel: Easel | None = None
    """Where pictures hang that are shown pixel by pixel; None where the terminal shows none."""
    colours: Colours = "truecolor"
    """How many colours the terminal has, or may cost."""
    remembered: Remembered = field(default_factory=Remembered)
    """How pictures look."""
    found: Found = field(default_factory=Found)
    clock: Callable[[], float] = time.time
