"""The queue file and the folders: whether they can be written, what lies in them, and who else has them open."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

from tui.doctor.check import Check, ok, unknown, wrong
from tui.migrations import STEPS
from tui.model import State
from tui.store import APPLICATION_ID, Store, StoreError

NEEDED_MB = 100
"""Free disk space below which a run soon ends."""
FEW_MB = 1000
"""And below which that is worth a look."""
FAR_AWAY = frozenset(
    {"9p", "afpfs", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "drvfs", "glusterfs", "gpfs", "lustre", "ncpfs"}
    | {"nfs", "nfs4", "prl_fs", "smb2", "smb3", "smbfs", "vboxsf", "vmhgfs", "virtiofs", "webdav"}
)
"""File systems that lie on another machine, or in that which a virtual one runs on."""
FAR_AWAY_FUSE = re.compile(r"fuse\.(sshfs|rclone|gcsfuse|s3fs|davfs2?|ceph|glusterfs|curlftpfs|smbnetfs|vmhgfs.*)")

_HEADER = 100
_MAGIC = b"SQLite format 3\0"
_MB = 1024 * 1024
_OCTAL = re.compile(r"\\([0-7]{3})")


class Mount(NamedTuple):
    """A place where a file system hangs."""

    place: str
    kind: str


def queue_checks(queue: Path) -> tuple[Check, ...]:
    """Look into a queue file without changing it, and at the folder it lies in."""
    return *_queue(queue), _room(queue), _file_system(queue)


def calls_of(queue: Path, service: str) -> int | None:
    """Return how many images were ever sent to a service from a queue; None where the queue cannot be asked."""
    try:
        if not queue.exists():
            return 0
        if _is_older(queue):
            return None
        with Store(queue, create=False) as store:
            return store.calls(service)
    except (StoreError, OSError):
        return None


# -- the file ---------------------------------------------------------------------------------------------------------


def _queue(queue: Path) -> tuple[Check, ...]:
    try:
        if not queue.exists():
            return (_none_yet(queue),)
        if _is_older(queue):
            return (_older(queue),)
        with Store(queue, create=False) as store:
            return _open(store, queue), _runner(store)
    except StoreError as error:
        return (wrong("queue", str(error)),)
    except OSError as error:
        return (wrong("queue", f"{queue} cannot be looked at: {error.strerror}. Name another file with --queue."),)


def _none_yet(queue: Path) -> Check:
    folder = nearest(queue.parent)
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK):
        return ok("queue", f"There is no {queue} yet. The first image that is added makes it.")
    return wrong("queue", f"There is no {queue}, and none can be made: {folder} cannot be written. Make it writable.")


def _is_older(queue: Path) -> bool:
    """Whether opening a queue would change its form, which is not for a doctor to do. Raises OSError.

    With a journal beside it the file itself may be behind: then opening it is all that tells.
    """
    if not queue.is_file():
        return False
    journal = queue.with_name(queue.name + "-wal")
    if journal.exists() and journal.stat().st_size:
        return False
    with queue.open("rb") as file:
        header = file.read(_HEADER)
    application, version = (int.from_bytes(header[start : start + 4]) for start in (68, 60))
    return header.startswith(_MAGIC) and application == APPLICATION_ID and version < len(STEPS)


def _older(queue: Path) -> Check:
    return unknown(
        "queue",
        f"{queue} was written by an older Handread. This one brings it up to date when it opens it, after which the "
        f"older one cannot read it. Copy it first, if you want to go back.",
    )


def _open(store: Store, queue: Path) -> Check:
    items = store.tally().items
    counted = ", ".join(f"{items[state]:,} {state}" for state in State if items[state]) or "no images"
    return ok("queue", f"{queue} (form {len(STEPS)}, {_size(queue)}): {counted}.")


def _runner(store: Store) -> Check:
    with store.lease() as is_mine:
        if is_mine:
            return ok("runner", "Nobody else has this queue read.")
        return unknown(
            "runner",
            f"Another Handread, process {store.lease_holder()}, has this queue read. A second one only looks at it, "
            f"until that one ends.",
        )


def _size(queue: Path) -> str:
    files = (queue.with_name(queue.name + end) for end in ("", "-wal"))
    return f"{sum(file.stat().st_size for file in files if file.exists()) / _MB:.1f} MB"


# -- the folder -------------------------------------------------------------------------------------------------------


def nearest(folder: Path) -> Path:
    """Return a folder, or the nearest above it that there is."""
    return next((one for one in (folder, *folder.parents) if _is_there(one)), Path(folder.anchor or "."))


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (OSError, ValueError):  # nor can it be used where we may not look
        return False
    return True


def _room(queue: Path) -> Check:
    folder = nearest(queue.parent)
    try:
        free = shutil.disk_usage(folder).free / _MB
    except OSError as error:
        return unknown("disk", f"How much is free in {folder} is not told: {error.strerror}.")
    says = f"{free / 1024:,.1f} GB are free in {folder}."
    if free < NEEDED_MB:
        return wrong("disk", f"{says} Make room.")
    return unknown("disk", f"{says} That may not last for a large pile.") if free < FEW_MB else ok("disk", says)


def _file_system(queue: Path, mounts: Path = Path("/proc/mounts")) -> Check:
    try:
        table = mounts.read_text("utf-8", "surrogateescape")
    except OSError:
        return unknown("file system", "This system does not tell. A queue must not lie on a network drive.")
    found = mount_of(os.path.realpath(nearest(queue.parent)), table)
    if found is None:
        return unknown("file system", "Its kind is not told. A queue must not lie on a network drive.")
    if found.kind in FAR_AWAY or FAR_AWAY_FUSE.fullmatch(found.kind):
        return unknown(
            "file system",
            f"{found.place} is of the kind {found.kind}, which lies on another machine, or on the host of this one. "
            f"Locks may not hold there, and a queue be damaged: keep it on a disk of this machine (--queue FILE); "
            f"the images may stay where they are.",
        )
    return ok("file system", f"{found.kind}, on this machine.")


def mount_of(path: str, table: str) -> Mount | None:
    """Return where the file system of a path hangs, by the text of /proc/mounts; None where no line fits."""
    fitting = [mount for mount in _mounts(table) if _holds(mount.place, path)]
    # Of two in one place the later lies above the other.
    return max(reversed(fitting), key=lambda mount: len(mount.place), default=None)


def _mounts(table: str) -> list[Mount]:
    fields = (line.split(" ") for line in table.split("\n"))
    return [Mount(_unescaped(entry[1]), entry[2]) for entry in fields if len(entry) > 2]


def _unescaped(text: str) -> str:
    """Return a place with the spaces that the table writes as \\040."""
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), text)


def _holds(place: str, path: str) -> bool:
    return path == place or path.startswith(place.rstrip("/") + "/")


def cache_check(cache: Path) -> Check:
    """Say whether images that are named by a URL can be kept."""
    folder = nearest(cache)
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        says = f"{folder} cannot be written ({error.strerror}), where images named by a URL are kept. Make it writable."
        return wrong("cache", says)
    return ok("cache", f"{cache} can be written.")
