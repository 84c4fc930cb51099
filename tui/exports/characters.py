"""What is done to a text before it is written into a file: one line of characters that every format may hold.

JSON alone is written with the text as it is.
"""

from __future__ import annotations

import re
import unicodedata

REPLACEMENT = "\ufffd"
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]")
"""Tabs and ends of lines, which a line has none of within it."""
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}-{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)
"""What XML 1.0 forbids (W3C Recommendation, production 2) or discourages, and what a terminal would obey."""


def cleaned(text: str, *, nfc: bool = True) -> tuple[str, int]:
    """Return a text as one line of characters that every format may hold, and how many of them had to be replaced.

    Control characters, lone surrogates and what is no character become U+FFFD; tabs and line ends become blanks, and
    are not counted. With `nfc` the text is composed; never is anything replaced that merely looks like another.
    """
    clean, replaced = _FORBIDDEN.subn(REPLACEMENT, _BREAKS.sub(" ", text))
    return (unicodedata.normalize("NFC", clean) if nfc else clean), replaced


def is_clean(text: str) -> bool:
    """Whether a text holds nothing that is forbidden."""
    return _FORBIDDEN.search(text) is None
