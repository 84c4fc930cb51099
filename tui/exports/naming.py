"""What exported files are called: after their images, whatever those are called.

A name in the queue was given by whoever sent the file, or is the end of a URL. What is made of it names a file in the
folder that was asked for and nowhere else, on every system, and no other image's. It holds no dot, so that it ends
where the format's own part of a file's name begins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePath, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

from tui.model import Item, is_url

LONGEST: Final = 120
"""How many bytes of UTF-8 a name has at most; every file system takes 255, some of them with a few of their own."""
_NAMELESS: Final = "image"
_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"}
)
"""What Windows takes for a device, whatever stands behind a dot."""
_UNSAFE: Final = re.compile(r"""[<>:"'`/\\|?*$&;!%#{}()\[\]~^=,+@.\s]+""")
"""What some file system, shell or makefile reads as more than a letter; a dot or a blank is where a name would end."""
_HYPHENS: Final = re.compile("-{2,}")
_PAGE: Final = re.compile(r"(.+)_\d{4,}", re.ASCII)
"""What a page's file of several is called."""


class Names:
    """Gives each image a name that no other has, in capitals or not.

    The first to come has its own name, the next of that name its folder's before it, and then a number. So an image
    keeps its name however the queue grows, if all of it is named in its order. The second page of `box` is written as
    `box_0002`: where there is a `box` of several pages, no image is called so.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        """Begin with names that no image may have."""
        self._taken: set[str] = set(map(_alike, reserved))
        self._bundles: set[str] = set()
        self._numbered: set[str] = set()

    def name(self, item: Item) -> str:
        """Return a name without a suffix that was not returned before."""
        stem, folder = _stem_and_folder(item.source)
        own = safe_name(stem)
        with_folder = safe_name(f"{safe_name(folder)}_{own}" if folder else own)
        is_bundle = max(len(item.page_sizes), item.pages_read) > 1
        name, number = own, 1
        while not self._is_free(_alike(name), is_bundle=is_bundle):
            name = with_folder if number == 1 else f"{with_folder}-{number}"
            number += 1
        self._take(_alike(name), is_bundle=is_bundle)
        return name

    def _is_free(self, name: str, *, is_bundle: bool) -> bool:
        numbered = _PAGE.fullmatch(name)
        return not (
            name in self._taken
            or (numbered and numbered.group(1) in self._bundles)
            or (is_bundle and name in self._numbered)
        )

    def _take(self, name: str, *, is_bundle: bool) -> None:
        self._taken.add(name)
        if is_bundle:
            self._bundles.add(name)
        if numbered := _PAGE.fullmatch(name):
            self._numbered.add(numbered.group(1))


def safe_name(text: str) -> str:
    """Return a text as the stem of a file's name: letters and digits of any script, hyphens and underscores."""
    shown = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    plain = "".join(letter if letter.isprintable() else "_" for letter in shown)
    joined = _HYPHENS.sub("-", _UNSAFE.sub("_", plain)).strip("-_")
    name = _cut(joined, LONGEST).rstrip("-_") or _NAMELESS
    return f"{_NAMELESS}_{name}" if name.casefold() in _RESERVED else name


def _cut(text: str, most: int) -> str:
    """Return as much of a text as has no more than so many bytes."""
    return text.encode()[:most].decode(errors="ignore")


def _alike(name: str) -> str:
    """Return what two names share that some file system takes for one."""
    return unicodedata.normalize("NFKC", name).casefold()


def _stem_and_folder(source: str) -> tuple[str, str]:
    if is_url(source):
        path = PurePosixPath(unquote(urlsplit(source).path))
        return path.stem, path.parent.name
    local = PurePath(source)
    return local.stem, local.parent.name
