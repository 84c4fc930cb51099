"""How a person steers the program: their keys, and what they typed after `:`. One for all screens."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.view.keymap import Keymap


@dataclass(slots=True)
class Controls:
    """Shared by all screens while the program runs."""

    keymap: Keymap = field(default_factory=Keymap)
    typed: list[str] = field(default_factory=list)
    """What was typed after `:`, the oldest first."""
