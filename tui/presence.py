"""Who has which image open: a program says so in the queue file, and is no longer believed once it must be gone.

A program that was killed says no more. On this machine it is asked of the system whether its process is there still;
of a program on another machine it is only known when it was seen last.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BEAT = 20.0
"""How many seconds pass between two signs of life."""
SILENCE = 120.0
"""After so many seconds without one a program is gone, wherever it runs."""
_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Program:
    """A running program, as others can tell it from the rest."""

    name: str
    """Its own, that no other has."""
    machine: str
    """On which machine it runs; within a container, in which."""
    process: int
    started: str
    """When its process began, as the system counts: a number that is given again belongs to another. Empty unknown."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An image that a program has open."""

    item_id: int
    reviewer: str
    program: Program
    seen: float
    """When it gave the last sign of life, in seconds since 1970."""


def this_program() -> Program:
    """Return this program under a name of its own; another each time it is asked for."""
    import uuid

    process = os.getpid()
    return Program(uuid.uuid4().hex, this_machine(), process, _started(process) or "")


@cache
def this_machine() -> str:
    """Return what tells this machine from others and from its own last start; processes are known to one only."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    except (OSError, ValueError, NotImplementedError):
        import platform

        return platform.node()


def is_there(opened: Opened, now: float) -> bool:
    """Whether a program still has its image open."""
    if now - opened.seen > SILENCE:
        return False
    return opened.program.machine != this_machine() or runs(opened.program)


def runs(program: Program) -> bool:
    """Whether a program of this machine runs; where the system does not tell, it is taken to."""
    if os.name != "posix":
        return True  # a signal would end it, instead of asking
    started = _started(program.process)
    if started is not None:
        return started != "ended" and program.started in {started, ""}
    try:
        os.kill(program.process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it is another person's
    return True


def _started(process: int) -> str | None:
    """Return when a process began, `ended` for one that has and waits to be buried; None where nothing tells."""
    try:
        fields = (_PROC / str(process) / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return None
    if len(fields) < 20:
        return None
    return "ended" if fields[0] in {b"Z", b"X"} else fields[19].decode("ascii", "replace")
