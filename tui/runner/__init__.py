"""Gets a queue read: the loop that takes items up, the way each goes, and what all of them share."""

from tui.runner.ground import Closure
from tui.runner.loop import GRACE, Outcome, Runner

__all__ = ["GRACE", "Closure", "Outcome", "Runner"]
