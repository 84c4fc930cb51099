"""Gets a queue read: the loop that takes items up, the way each goes, and what all of them share."""

from tui.runner.ground import Closure
from tui.runner.loop import Outcome, Runner

__all__ = ["Closure", "Outcome", "Runner"]
