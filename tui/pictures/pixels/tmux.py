"""What makes tmux hand a picture on to the terminal it is seen in, where its option allow-passthrough is on."""

from __future__ import annotations

import re
from typing import Final

_SEQUENCE: Final = re.compile(r"\x1b_[^\x1b]*\x1b\\")
"""What kitty's protocol is made of."""


def through_tmux(sequences: str) -> str:
    """Return sequences as tmux passes them on."""
    return _SEQUENCE.sub(lambda found: "\x1bPtmux;" + found[0].replace("\x1b", "\x1b\x1b") + "\x1b\\", sequences)
