"""What `handread score` does: it finds what is to be compared, has it measured, and shows the figures.

The figures themselves are made in tui.quality; here stands where the texts come from (a file of truth, the reviewed
text of the queue, or another service), and how the score looks in a terminal and as JSON.
"""

from tui.scoring.against_review import against_review
from tui.scoring.against_service import against_service
from tui.scoring.against_truth import against_truth
from tui.scoring.chosen import Chosen, Finding, Remark
from tui.scoring.report import score_object
from tui.scoring.sheet import PER, Per, print_sheet

__all__ = [
    "PER",
    "Chosen",
    "Finding",
    "Per",
    "Remark",
    "against_review",
    "against_service",
    "against_truth",
    "print_sheet",
    "score_object",
]
