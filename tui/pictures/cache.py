"""Reduced copies of pages that take long to open, kept in the cache folder so that they take long only once.

A JPEG can be decoded at a fraction of its size. Most others cannot: a large PNG, TIFF or page of a PDF takes a second
each time. What is kept of such a page is a grey JPEG, and once its colours were asked for, a smaller one of those.

A copy can always be made again, so nothing that happens to one is an error: where none can be written there is none,
and one that is damaged is thrown away. Beside the copies, in the folder itself, lie the pictures that were fetched for
URLs. Those are the only ones there are: they are counted, but thrown away only when a person says so.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image

from tui.pictures.source import PageImage

FOLDER: Final = "pages"
"""The folder of the copies, within the cache folder; nobody but its owner may look into it."""
QUALITY: Final = 85
"""Of a copy's JPEG: cells show nothing of what it loses."""
ABANDONED: Final = 3600.0
"""Seconds after which a copy that was never finished has been left behind by a program that ended."""

_MARK: Final = b"Handread page 1\n"
_HEAD: Final = struct.Struct(">IIQQI")
"""Width and height of the page, the length and the time of its file, and the sum of the JPEG that follows."""
_COPY: Final = re.compile(r"[0-9a-f]{64}-\d+-\d+(-colour)?\.page")
_UNFINISHED: Final = re.compile(r"\..*\.new")
_FETCHED: Final = re.compile(r"[0-9a-f]{64}\.img")
_SUM: Final = re.compile(r"[0-9a-f]{64}")


class Stamp(NamedTuple):
    """What tells a file that has not been touched."""

    bytes: int
    changed: int
    """When, in nanoseconds since 1970."""

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """Return a file's stamp as it is now; raises OSError."""
        facts = path.stat()
        return cls(facts.st_size, max(0, facts.st_mtime_ns))


class Key(NamedTuple):
    """Which page a copy is of, and how large it may be."""

    sha256: str
    """Of the file's bytes."""
    number: int
    longest: int
    """How many pixels its longer side may have."""
    in_colour: bool = False

    @property
    def name(self) -> str:
        """The name of the copy's file."""
        return f"{self.sha256}-{self.number}-{self.longest}{'-colour' if self.in_colour else ''}.page"


class Kept(NamedTuple):
    """A copy that was found."""

    page: PageImage
    stamp: Stamp
    """The stamp that its file had."""


@dataclass(frozen=True, slots=True)
class CacheFacts:
    """What lies in the cache folder."""

    folder: Path
    copies: int
    copy_bytes: int
    most_bytes: int
    """How many bytes the copies may have together."""
    fetched: int
    """How many pictures of URLs there are."""
    fetched_bytes: int


class Copies:
    """The reduced copies in a cache folder; several programs may use it at once."""

    def __init__(self, cache: Path, most_bytes: int) -> None:
        self._cache = cache
        self._folder = cache / FOLDER
        self._most_bytes = most_bytes

    def get(self, key: Key) -> Kept | None:
        """Return a copy, if there is a sound one; from now on it is the one that was used last."""
        path = self._folder / key.name
        try:
            if not _SUM.fullmatch(key.sha256) or not _is_ours(self._folder):
                return None
            kept = _unpacked(path.read_bytes())
        except OSError:
            return None
        if kept is None:
            _remove(path)
            return None
        with suppress(OSError):
            os.utime(path)
        return kept

    def keep(self, key: Key, page: PageImage, stamp: Stamp) -> None:
        """Keep a copy of a page where that can be done, and throw away those not used for longest."""
        if not _SUM.fullmatch(key.sha256):
            return
        packed = _packed(page, stamp)
        if len(packed) > self._most_bytes:
            return
        with suppress(OSError):
            _make_private(self._folder)
            _write(self._folder / key.name, packed)
            self._make_room()

    def facts(self) -> CacheFacts:
        """Count what there is."""
        copies = [entry.bytes for entry in _entries(self._folder, _COPY)]
        fetched = [entry.bytes for entry in _entries(self._cache, _FETCHED)]
        return CacheFacts(self._cache, len(copies), sum(copies), self._most_bytes, len(fetched), sum(fetched))

    def clear(self, *, fetched: bool = False) -> None:
        """Throw away every copy, and where it is said so the pictures of URLs too."""
        for pattern in (_COPY, _UNFINISHED):
            for entry in _entries(self._folder, pattern):
                _remove(entry.path)
        if fetched:
            for entry in _entries(self._cache, _FETCHED):
                _remove(entry.path)

    def _make_room(self) -> None:
        copies = sorted(_entries(self._folder, _COPY), key=lambda entry: entry.used)
        excess = sum(entry.bytes for entry in copies) - self._most_bytes
        for entry in copies:
            if excess <= 0:
                break
            _remove(entry.path)
            excess -= entry.bytes
        for entry in _entries(self._folder, _UNFINISHED):
            if time.time() - entry.used > ABANDONED:
                _remove(entry.path)


# -- the folder --------------------------------------------------------------------------------------------------------


class _Entry(NamedTuple):
    path: Path
    bytes: int
    used: float
    """When, in seconds since 1970."""


def _entries(folder: Path, pattern: re.Pattern[str]) -> Iterator[_Entry]:
    """Return the regular files of a folder whose names are ours; none where it cannot be looked into."""
    try:
        names = [name for name in os.listdir(folder) if pattern.fullmatch(name)]  # noqa: PTH208 (paths cost time)
    except OSError:
        return
    for name in names:
        path = folder / name
        with suppress(OSError):  # another program may have thrown it away just now
            facts = path.lstat()
            if stat.S_ISREG(facts.st_mode):
                yield _Entry(path, facts.st_size, facts.st_mtime)


def _is_ours(folder: Path) -> bool:
    """Whether a folder is one, and belongs to who runs this; raises OSError."""
    facts = folder.lstat()
    return stat.S_ISDIR(facts.st_mode) and (not hasattr(os, "geteuid") or facts.st_uid == os.geteuid())


def _make_private(folder: Path) -> None:
    """Make a folder that nobody else may look into; raises OSError, also where somebody else has made it."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if not _is_ours(folder):
        raise PermissionError(f"{folder} belongs to somebody else")
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def _write(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all, that its owner alone may read; raises OSError."""
    handle, name = tempfile.mkstemp(prefix=".", suffix=".new", dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        unfinished.replace(path)
    except OSError:
        _remove(unfinished)
        raise


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


# -- a copy ------------------------------------------------------------------------------------------------------------


def _packed(page: PageImage, stamp: Stamp) -> bytes:
    out = BytesIO()
    page.image.save(out, "JPEG", quality=QUALITY)
    picture = out.getvalue()
    return _MARK + _HEAD.pack(*page.size, *stamp, zlib.crc32(picture)) + picture


def _unpacked(content: bytes) -> Kept | None:
    """Return the copy that a file holds; None where it is damaged."""
    begins = len(_MARK) + _HEAD.size
    if len(content) <= begins or not content.startswith(_MARK):
        return None
    width, height, length, changed, told = _HEAD.unpack_from(content, len(_MARK))
    picture = content[begins:]
    if not (width and height) or zlib.crc32(picture) != told:
        return None
    try:
        with Image.open(BytesIO(picture), formats=("JPEG",)) as image:
            picture_of_page = image.convert(image.mode)  # which decodes it
    except Exception:  # noqa: BLE001 - Pillow's decoders raise nearly anything, and a copy is no loss
        return None
    return Kept(PageImage(picture_of_page, (width, height), is_slow=True), Stamp(length, changed))
