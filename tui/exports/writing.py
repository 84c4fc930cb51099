"""Files that are there whole or not at all, and that replace nothing unless that is asked for.

Everything is written under another name in the same folder, brought to the disk, and only then given its name. So the
power may fail, the disk be full or the export be stopped: whatever bears a name is whole. A file that is there already
with the very same bytes is left alone, which is why an export that was stopped goes on by being asked for again.

What a killed program leaves under such other names is swept away when somebody exports into the folder again. A file
that is being written is locked by who writes it, and locks end with their program: so one that can be locked, that this
user has begun on this machine, is nobody's any more. Others are left alone, as are all files where there are no locks.
"""

from __future__ import annotations

import errno
import os
import platform
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from functools import cache
from hashlib import blake2s
from pathlib import Path
from typing import BinaryIO, Final

from tui.model import Trouble, printable

UNFINISHED: Final = ".unfinished"
"""How the name of a file ends that is being written."""
_AT_ONCE: Final = 1 << 20
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK, errno.EACCES})
"""What a file system says that knows no second name for a file."""


class WriteError(Trouble):
    """Nothing more can be written; its text says where, why and what to do."""


class Fate(StrEnum):
    """What became of a file that was to be written."""

    WRITTEN = "written"
    SAME = "same"
    """It was there, with the same bytes, and was left alone."""
    KEPT = "kept"
    """It was there with other bytes, and may not be replaced."""


class Folder:
    """The folder that is exported into. Every method raises WriteError, and nothing else, when it cannot be used."""

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        """Make the folder where it is not there; with `overwrite` files in it may be replaced."""
        self.path = path
        self._overwrite = overwrite
        with _told(path):
            path.mkdir(parents=True, exist_ok=True)

    def sweep(self) -> int:
        """Remove what was begun here by programs of this user on this machine that ended in the midst; say how many."""
        with _told(self.path):
            begun = [path for path in self.path.iterdir() if _is_begun_here(path.name)]
        return sum(map(_removed, begun))

    def write(self, name: str, content: Iterable[bytes]) -> Fate:
        """Write a file whole; its content is asked for piece by piece, and may raise what it likes."""
        with self.draft(name) as draft:
            for piece in content:
                draft.add(piece)
            return draft.keep()

    @contextmanager
    def draft(self, name: str) -> Iterator[Draft]:
        """Begin a file that is written bit by bit; unless it is kept in the end, nothing is left of it."""
        if not name or name != Path(name).name or name in {".", ".."}:
            raise WriteError(f"{printable(name)!r} is no name for a file in a folder. Report this as a mistake.")
        target = self.path / name
        draft = Draft(target, overwrite=self._overwrite)
        try:
            yield draft
        finally:
            draft.close()

    def settle(self) -> None:
        """Bring the names of what was written to the disk."""
        if os.name == "nt":  # which opens no folders, and needs no such thing
            return
        with _told(self.path):
            folder = os.open(self.path, os.O_RDONLY)
            try:
                with suppress(OSError):  # some network file systems have no such thing either
                    os.fsync(folder)
            finally:
                os.close(folder)


class Draft:
    """A file that is being written under another name."""

    def __init__(self, target: Path, *, overwrite: bool) -> None:
        self._target = target
        self._overwrite = overwrite
        self._is_open = True
        with _told(target):
            self._beside, self._file = _begun(target.parent)

    def add(self, piece: bytes) -> None:
        """Write some more."""
        with _told(self._target):
            self._file.write(piece)

    def keep(self) -> Fate:
        """Give the file its name, if it may have it."""
        with _told(self._target):
            self._file.flush()
            if _is_same(self._beside, self._target):
                return Fate.SAME
            if not self._overwrite and os.path.lexists(self._target):
                return Fate.KEPT
            os.fsync(self._file.fileno())
            self._file.close()
            return self._named()

    def _named(self) -> Fate:
        if self._overwrite:
            self._beside.replace(self._target)
            return Fate.WRITTEN
        try:
            os.link(self._beside, self._target)  # which, unlike a renaming, fails where somebody was quicker
        except FileExistsError:
            return Fate.KEPT
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            self._beside.rename(self._target)
        return Fate.WRITTEN

    def close(self) -> None:
        """Let go of the file; what was not kept is gone."""
        if self._is_open:
            self._is_open = False
            with suppress(OSError):
                self._file.close()
            with suppress(OSError):
                self._beside.unlink(missing_ok=True)


# -- files that are being written -------------------------------------------------------------------------------------


@cache
def _machine() -> str:
    """Return what is said of this machine in the names of files: a folder may be shared with others."""
    return blake2s(platform.node().encode("utf-8", "surrogateescape"), digest_size=4).hexdigest()


def _begun(folder: Path) -> tuple[Path, BinaryIO]:
    """Begin a file under a name that says who has, and lock it."""
    for is_last in (False, False, False, True):
        path = folder / f".{_machine()}-{secrets.token_hex(8)}{UNFINISHED}"
        file = path.open("xb")
        if (_is_locked(file.fileno()) is not False and path.exists()) or is_last:
            break
        file.close()  # somebody who sweeps here was quicker than the lock, and has it or has taken the file away
        path.unlink(missing_ok=True)
    return path, file


def _is_begun_here(name: str) -> bool:
    return re.fullmatch(rf"\.{_machine()}-[0-9a-f]{{16}}{re.escape(UNFINISHED)}", name) is not None


def _is_locked(file: int) -> bool | None:
    """Lock a file for as long as it is open: whether that could be done, None where there are no locks."""
    try:
        import fcntl
    except ImportError:  # Windows, which removes no file that is open
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _removed(path: Path) -> bool:
    """Remove a file that nobody is writing any more, and only such a one; whatever goes wrong, it stays."""
    try:
        file = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return False
    try:
        if os.name == "nt":
            os.close(file)
            path.unlink()  # which fails while anybody has it open
            return True
        told = os.fstat(file)
        if not stat.S_ISREG(told.st_mode) or told.st_uid != os.geteuid() or not _is_locked(file):
            return False
        path.unlink()
    except OSError:
        return False
    finally:
        with suppress(OSError):
            os.close(file)
    return True


def _is_same(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes; a link or a folder is no such file."""
    if other.is_symlink() or not other.is_file() or one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as left, other.open("rb") as right:
        while piece := left.read(_AT_ONCE):
            if piece != right.read(_AT_ONCE):
                return False
    return True


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Turn what the system says into a sentence."""
    try:
        yield
    except OSError as error:
        raise WriteError(_sentence(path, error)) from error


def _sentence(path: Path, error: OSError) -> str:
    name = printable(str(path))
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return f"The disk is full: {name} could not be written. Make room, and export again: it goes on from there."
    if error.errno == errno.EROFS or isinstance(error, PermissionError):
        return f"{name} may not be written. Give yourself the permission, or name another folder with --out."
    if isinstance(error, IsADirectoryError):
        return f"{name} is a folder, and a file of that name was to be written. Name another folder with --out."
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return f"{name} is no folder. Name another one with --out."
    return f"{name} cannot be written: {error.strerror or error}. Check the disk, or name another folder with --out."
