"""Gets a queue read: the loop that takes items up, and the way each of them goes."""

from tui.runner.loop import Outcome, Runner

__all__ = ["Outcome", "Runner"]
