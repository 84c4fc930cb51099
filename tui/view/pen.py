"""How a cell of the screen looks, and the fewest codes that turn one look into another.

Codes are those of SGR (ECMA-48 8.3.117, and the indexed and true colours of ISO 8613-6 as xterm has them), which every
terminal knows that has colours at all. Textual begins each stretch of text from nothing and ends it with a reset.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

_ENDS: Final = {
    "1": "22",
    "2": "22",
    "3": "23",
    "4": "24",
    "5": "25",
    "6": "25",
    "7": "27",
    "8": "28",
    "9": "29",
    "21": "24",
    "51": "54",
    "52": "54",
    "53": "55",
}
"""For each mark the code that ends it."""
_SEEN_ON_BLANKS: Final = {"4", "7", "9", "21", "51", "52", "53"}
"""The marks that show where no ink is."""


class Look(NamedTuple):
    """How a cell looks."""

    marks: tuple[str, ...] = ()
    """The codes for bold, underlined and the like, in order."""
    ink: str = ""
    """The code for the colour of the text; empty for the terminal's own."""
    paper: str = ""
    """The code for the colour behind it."""

    @property
    def of_blanks(self) -> Look:
        """The same as far as it is to be seen where nothing stands."""
        return self if self.shows_on_blanks else Look(paper=self.paper)

    @property
    def shows_on_blanks(self) -> bool:
        """Whether a blank shows more of it than its paper."""
        return not _SEEN_ON_BLANKS.isdisjoint(self.marks)


PLAIN: Final = Look()


@lru_cache(4096)
def look_of(codes: str) -> Look | None:
    """Return the look that codes (what stands between `ESC [` and `m`) make of a plain one; None for unknown ones."""
    marks: set[str] = set()
    ink = paper = ""
    left = codes.split(";")
    while left:
        code = left.pop(0)
        if code in ("", "0"):
            marks, ink, paper = set(), "", ""
        elif code in _ENDS:
            marks.add(code)
        elif code in ("38", "48"):
            count = {"5": 2, "2": 4}.get(left[0] if left else "", 0)
            if not count or len(left) < count:
                return None
            colour = ";".join((code, *left[:count]))
            del left[:count]
            ink, paper = (colour, paper) if code == "38" else (ink, colour)
        elif code in ("39", "49"):
            ink, paper = ("", paper) if code == "39" else (ink, "")
        elif code.isdecimal() and (30 <= int(code) <= 37 or 90 <= int(code) <= 97):
            ink = code
        elif code.isdecimal() and (40 <= int(code) <= 47 or 100 <= int(code) <= 107):
            paper = code
        else:
            return None
    return Look(tuple(sorted(marks, key=int)), ink, paper)


@lru_cache(8192)
def turn(before: Look | None, after: Look) -> str:
    """Return what turns one look of what is written next into another; from None, of which nothing is known, too."""
    if before == after:
        return ""
    if after == PLAIN:
        return "\x1b[m"
    anew = ";".join(("0", *filter(None, (*after.marks, after.ink, after.paper))))
    if before is None:
        return f"\x1b[{anew}m"
    return f"\x1b[{min(_changes(before, after), anew, key=len)}m"


def turn_for_blanks(before: Look | None, after: Look) -> tuple[str, Look]:
    """Return what makes blanks look so, and the look that it leaves: their ink is not seen, and stays as it was."""
    if before is None or after.shows_on_blanks:
        return turn(before, after), after
    kept = after if before.shows_on_blanks else before._replace(paper=after.paper)
    return turn(before, kept), kept


def _changes(before: Look, after: Look) -> str:
    """Return the codes for what is different."""
    ends = {_ENDS[mark] for mark in before.marks if mark not in after.marks}
    codes = [
        *sorted(ends),
        *(mark for mark in after.marks if mark not in before.marks or _ENDS[mark] in ends),
        *([after.ink or "39"] if after.ink != before.ink else []),
        *([after.paper or "49"] if after.paper != before.paper else []),
    ]
    return ";".join(codes)
