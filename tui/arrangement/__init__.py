"""The lines of a page as a person arranges them, and their words, which stay tied to their boxes whatever is done.

Nothing here changes what a service read. Lines are cut, run together, added, moved and their page turned by
rearrangements (see tui.arrangement.rearrangement), and a corrected text is aligned with the words that were read (see
tui.arrangement.ties).
"""

from tui.arrangement.boxes import turned_back, turned_polygon
from tui.arrangement.journal import from_data, to_data
from tui.arrangement.lines import added, merge, split
from tui.arrangement.rearrangement import (
    MadeLine,
    Rearrangement,
    added_line,
    arranged,
    beside,
    merged,
    numbered_from,
    reboxed,
    reordered,
    split_at,
    turned,
    turned_by,
)
from tui.arrangement.ties import Tie, Ties, tied_words, ties

__all__ = [
    "MadeLine",
    "Rearrangement",
    "Tie",
    "Ties",
    "added",
    "added_line",
    "arranged",
    "beside",
    "from_data",
    "merge",
    "merged",
    "numbered_from",
    "reboxed",
    "reordered",
    "split",
    "split_at",
    "tied_words",
    "ties",
    "to_data",
    "turned",
    "turned_back",
    "turned_by",
    "turned_polygon",
]
