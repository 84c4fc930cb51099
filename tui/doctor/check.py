"""What one check found, and how something that may hang is looked into without hanging with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Thread
from typing import TypeVar

from tui.model import printable

_T = TypeVar("_T")


class Found(StrEnum):
    """What comes of a check."""

    OK = "ok"
    UNKNOWN = "unknown"
    """It could not be known, or it works and is worth a look all the same; the sentence says which."""
    WRONG = "wrong"
    """A run would fail; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the doctor's report."""

    name: str
    """What was looked at, in one or two words; scripts may go by it."""
    state: Found
    says: str
    """What was found, as sentences that are safe on a terminal and hold no key."""


def ok(name: str, says: str) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, Found.OK, printable(says))


def unknown(name: str, says: str) -> Check:
    """Return a check that could not tell, or that found something worth a look."""
    return Check(name, Found.UNKNOWN, printable(says))


def wrong(name: str, says: str) -> Check:
    """Return a check that found what a run would fail of."""
    return Check(name, Found.WRONG, printable(says))


async def aside(work: Callable[[], _T], seconds: float) -> _T:
    """Do what may block in a thread that nobody waits for at the program's end. Raises TimeoutError, or what it does.

    Threads of the loop's own pool would be waited for, however long a name server takes.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def succeed(result: _T) -> None:
        if not done.done():
            done.set_result(result)

    def fail(error: Exception) -> None:
        if not done.done():
            done.set_exception(error)

    def run() -> None:
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 (it is raised where it is waited for)
            with suppress(RuntimeError):  # the loop has been closed meanwhile
                loop.call_soon_threadsafe(fail, error)
        else:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(succeed, result)

    Thread(target=run, name="doctor", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await done
