"""Opening the pages of the queue for review: the file that was read and no other, and quickly the second time.

The boxes of an answer lie on the picture that was sent. Should its file be another by now, they would lie on ink that
they were not read from, which nobody might notice; so it is compared with the sum that was taken when it was added.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from pathlib import Path
from typing import Final

from tui.model import printable
from tui.pictures import colour
from tui.pictures.cache import Copies, Key, Stamp
from tui.pictures.source import PageImage, PictureError, open_page

LONGEST: Final = 4000
"""Pixels that the longer side of a page has at most, where cells are drawn of it: a line of writing is fifty high."""
_REMEMBERED: Final = 64
"""For how many files it is remembered that they are what they were."""


class Opener:
    """Opens pages, from any thread, with so many pixels on the longer side at most."""

    def __init__(self, copies: Copies | None = None, *, longest: int = LONGEST) -> None:
        self._copies = copies
        self._longest = longest
        self._compared: OrderedDict[Path, tuple[Stamp, str]] = OrderedDict()

    def open(self, path: Path, number: int, sha256: str = "") -> PageImage:
        """Return page `number` (from 1), reduced to what a review needs; raises PictureError.

        `sha256` is the sum of the bytes that were added to the queue; empty where it is not known.
        """
        stamp = _stamp(path)
        if stamp is None:
            return open_page(path, number)  # which says what is wrong
        key = Key(sha256, number, self._longest)
        kept = self._copies.get(key) if self._copies else None
        if kept is not None and kept.stamp == stamp:
            return kept.page
        if sha256:
            self._compare(path, stamp, sha256)
        if kept is not None:
            return kept.page
        page = open_page(path, number, at_most=(self._longest, self._longest), by_halves=True)
        if _stamp(path) != stamp:
            raise PictureError(f"{printable(str(path))} was changed while it was opened. Open it again.")
        if page.is_slow and self._copies:
            self._copies.keep(key, page, stamp)
        return page

    def colours(self, path: Path, number: int, page: PageImage, sha256: str = "") -> PageImage | None:
        """Return a small copy in colour of a page that was opened; None where that is not to be had."""
        stamp = _stamp(path)
        if stamp is None:
            return None
        key = Key(sha256, number, colour.LONGEST, in_colour=True)
        kept = self._copies.get(key) if self._copies else None
        if kept is not None and kept.stamp == stamp:
            return kept.page
        if sha256 and not self._is_what_it_was(path, stamp, sha256):
            return None
        if kept is not None:
            return kept.page
        coloured = colour.open_colours(path, number, page.size)
        if coloured is None or _stamp(path) != stamp:
            return None
        if page.is_slow and self._copies:
            self._copies.keep(key, coloured, stamp)
        return coloured

    def _compare(self, path: Path, stamp: Stamp, sha256: str) -> None:
        """Raise PictureError for a file that is not the one that was added."""
        if not self._is_what_it_was(path, stamp, sha256):
            raise PictureError(
                f"{printable(str(path))} has changed since it was added, so its lines would be shown on another "
                f"picture. Put the old file back, or add the new one."
            )

    def _is_what_it_was(self, path: Path, stamp: Stamp, sha256: str) -> bool:
        """Whether a file's bytes have that sum, or cannot be read; one that was compared is not read again."""
        if self._compared.get(path) == (stamp, sha256):
            return True
        now = _sum_of(path)
        if now != sha256:
            return not now
        self._compared[path] = (stamp, sha256)
        while len(self._compared) > _REMEMBERED:
            self._compared.popitem(last=False)
        return True


def _stamp(path: Path) -> Stamp | None:
    """Return a file's stamp; None where there is no regular file to open."""
    try:
        return Stamp.of(path) if path.is_file() else None
    except (OSError, ValueError):
        return None


def _sum_of(path: Path) -> str:
    """Return the sum of a file's bytes; empty where it cannot be read, which opening it says better."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""
