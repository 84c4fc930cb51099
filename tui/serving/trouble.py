"""Why the engine cannot be put on a port."""

from __future__ import annotations

from tui.model import Trouble


class ServingError(Trouble):
    """The server cannot start; its text says why, and what to do."""
