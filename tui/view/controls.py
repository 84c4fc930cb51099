"""How a person steers the program, and what it says to that. One for all screens."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tui.view.keymap import Keymap


@dataclass(frozen=True, slots=True)
class Remark:
    """A short sentence in answer to a key. It stands in the row of the keys for a while, on whichever screen."""

    text: str = ""
    until: float = 0.0
    """In seconds of the monotonic clock."""

    @classmethod
    def for_seconds(cls, text: str, seconds: float) -> Remark:
        """Make one that ends so many seconds from now."""
        return cls(text, time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """How many seconds it still stands; nothing or less once it is over."""
        return self.until - time.monotonic() if self.text else 0.0


@dataclass(slots=True)
class Controls:
    """Shared by all screens while the program runs."""

    keymap: Keymap = field(default_factory=Keymap)
    typed: list[str] = field(default_factory=list)
    """What was typed after `:`, the oldest first."""
    remark: Remark = field(default_factory=Remark)
    """What was said last."""
