"""Work that may block for as long as it likes, done in a thread that nobody waits for when the program ends.

The interpreter waits at its end for the threads of an event loop's own pool, however long a page, a name server or a
sign-in may take; it does not wait for daemon threads.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

_T = TypeVar("_T")


async def aside(work: Callable[[], _T], seconds: float | None = None) -> _T:
    """Await work that blocks; raises what it raises, or TimeoutError after so many seconds."""
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
            post(loop, fail, error)
        else:
            post(loop, succeed, result)

    Thread(target=run, name="handread-aside", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await done


def post(loop: asyncio.AbstractEventLoop, call: Callable[..., object], *arguments: object) -> None:
    """Have something called in a loop, from another thread; a loop that has been closed no longer needs it."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(call, *arguments)
