"""Where operations are kept once they have ended: in memory, or in a folder that outlives the server.

A file holds one operation and is named after it. Its time of change is the moment from which it may go, so that a
sweep need not open any. Nothing but a UUID is ever looked for on the disk, and nobody but the owner may look there.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import re
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tui.engine.operations import Operation, Order, Status
from tui.engine.reading import Alternative, Reading
from tui.model import page_from_data, page_to_data

SWEEP_EVERY = 60.0
"""Seconds between two sweeps of the folder."""
FORM = 1
"""Which form the files have; others are not read."""
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)


MOST_IN_MEMORY = 64
"""How many operations are kept in memory that have ended, the newest: whoever polls has long had the others."""


class Memory:
    """Keeps the newest operations as long as the process lives."""

    def __init__(self) -> None:
        self._known: dict[str, Operation] = {}

    async def put(self, operation: Operation) -> None:
        """Keep an operation."""
        self._known.pop(operation.id, None)
        self._known[operation.id] = operation
        while len(self._known) > MOST_IN_MEMORY:
            del self._known[next(iter(self._known))]

    async def get(self, operation_id: str) -> Operation | None:
        """Return an operation, or None."""
        return self._known.get(operation_id)

    async def drop(self, operation_id: str) -> None:
        """Forget an operation."""
        self._known.pop(operation_id, None)

    async def sweep(self, now: float) -> None:
        """Forget what need not be kept any longer."""
        for operation in tuple(self._known.values()):
            if operation.until <= now:
                del self._known[operation.id]


class Folder:
    """Keeps operations as files (0600) in a folder of its own (0700) within another.

    Raises OSError where there can be no such folder, or where it is someone else's.
    """

    def __init__(self, within: Path, complain: Callable[[str], None] = lambda _: None) -> None:
        self._folder = within / "operations"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        about = self._folder.lstat()
        if not stat.S_ISDIR(about.st_mode) or (sys.platform != "win32" and about.st_uid != os.getuid()):
            raise PermissionError(errno.EACCES, "what is there belongs to someone else")
        self._folder.chmod(0o700)
        self._complain = complain
        self._next_sweep = 0.0

    async def put(self, operation: Operation) -> None:
        """Keep an operation; raises OSError, and complains, where the disk does not take it."""
        try:
            await asyncio.to_thread(_write, self._path(operation.id), operation)
        except OSError as error:
            self._complain(
                f"a result cannot be kept in {self._folder} ({error.strerror or error}), and lasts only until the "
                f"server ends. Free some space there."
            )
            raise

    async def get(self, operation_id: str) -> Operation | None:
        """Return an operation; None where there is none, the name is no UUID or the file is damaged."""
        if not _UUID.fullmatch(operation_id):
            return None
        return await asyncio.to_thread(_read, self._path(operation_id))

    async def drop(self, operation_id: str) -> None:
        """Forget an operation."""
        if _UUID.fullmatch(operation_id):
            self._path(operation_id).unlink(missing_ok=True)

    async def sweep(self, now: float) -> None:
        """Delete what need not be kept any longer, once a minute."""
        if abs(now - self._next_sweep) > SWEEP_EVERY or now >= self._next_sweep:
            self._next_sweep = now + SWEEP_EVERY
            await asyncio.to_thread(_sweep, self._folder, now)

    def _path(self, operation_id: str) -> Path:
        return self._folder / f"{operation_id}.json"


def _write(path: Path, operation: Operation) -> None:
    """Write a file whole or not at all."""
    number, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)  # which is 0600 from the first
    part = Path(name)
    try:
        with os.fdopen(number, "w", encoding="utf-8") as file:
            json.dump(_data_of(operation), file, ensure_ascii=False)
        os.utime(part, (operation.until, operation.until))
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _read(path: Path) -> Operation | None:
    try:
        return _parsed(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return None  # not ours, or broken: for whoever asks it is not there


def _parsed(text: str) -> Operation | None:
    try:
        return _operation_of(json.loads(text))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
        return None


def _sweep(folder: Path, now: float) -> None:
    try:
        paths = list(folder.iterdir())
    except OSError:
        return  # it may come back
    for path in paths:
        is_ours = _UUID.fullmatch(path.stem) and path.suffix == ".json"
        is_left_over = path.name.startswith(".") and path.suffix == ".part"
        with contextlib.suppress(OSError):
            changed = path.stat().st_mtime
            if (is_ours and changed <= now) or (is_left_over and changed <= now - 3600):
                path.unlink()


def _data_of(operation: Operation) -> dict[str, Any]:
    return {
        "form": FORM,
        "id": operation.id,
        "kind": operation.order.kind,
        "options": dict(operation.order.options),
        "kept": operation.order.kept,
        "is_pdf": operation.order.is_pdf,
        "created": operation.created,
        "updated": operation.updated,
        "status": str(operation.status),
        "reason": operation.reason,
        "code": operation.code,
        "pages": [page_to_data(page) for page in operation.pages],
        "beside": [_beside(reading) for reading in operation.readings],
    }


def _beside(reading: Reading) -> dict[str, Any]:
    """Return what is known of a page beside its text."""
    others = [[[(one.text, one.share) for one in word] for word in line] for line in reading.alternatives]
    return {"language": reading.language, "alternatives": others}


def _readings(pages: list[dict[str, Any]], beside: list[dict[str, Any]] | None) -> tuple[Reading, ...]:
    """Return pages with what was noted beside them; an older Handread noted nothing."""
    noted = [{} for _ in pages] if beside is None else beside
    return tuple(_reading(*both) for both in zip(pages, noted, strict=True))


def _reading(page: dict[str, Any], beside: dict[str, Any]) -> Reading:
    others = beside.get("alternatives", ())
    return Reading(
        page_from_data(page),
        tuple(tuple(tuple(Alternative(*one) for one in word) for word in line) for line in others),
        str(beside.get("language", "")),
    )


def _operation_of(data: dict[str, Any]) -> Operation | None:
    if data["form"] != FORM:
        return None
    return Operation(
        data["id"],
        float(data["created"]),
        float(data["updated"]),
        Status(data["status"]),
        readings=_readings(data["pages"], data.get("beside")),
        reason=data["reason"],
        code=data["code"],
        order=Order(
            kind=data["kind"],
            options=data["options"],
            kept=float(data["kept"]),
            is_pdf=bool(data.get("is_pdf")),  # which an older Handread did not note
        ),
    )
