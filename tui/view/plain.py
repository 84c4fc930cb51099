"""What is shown where the terminal has nothing but ASCII: each mark and line has a twin there."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

TWINS = {
    "·": ".",
    "✓": "v",
    "✎": "e",
    "⚑": "!",
    "↷": ">",
    "✗": "x",
    "↑": "^",
    "↓": "v",
    "←": "<",
    "→": ">",
    "◌": "~",
    "○": "o",
    "◐": "%",
    "▸": "+",
    "▾": "-",
    "▌": "|",
    "▶": ">",
    "…": "~",
    "∅": "0",
    "⏎": "<",
    "─": "-",
    "│": "|",
    "╭": "+",
    "╮": "+",
    "╰": "+",
    "╯": "+",
}
"""Letters of other scripts are left to the terminal; what is stored is never changed."""
_TABLE = str.maketrans({chr(block): "#" for block in range(0x2580, 0x25A0)} | TWINS)
"""Block characters are what scroll bars are made of."""


class AsciiTwins(LineFilter):
    """Takes each mark for its twin, in the last step before the terminal."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 (Textual's own shape)
        """Return a line without marks that ASCII lacks."""
        return [Segment(text.translate(_TABLE), style, control) for text, style, control in segments]
