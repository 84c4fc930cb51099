"""Keys are done one after the other, each wholly before the next.

Textual hands a key to whatever has the focus when the key arrives, not when its turn comes. On a slow line several keys
arrive at once: `e x` would open the field and then, not yet having the focus there, take `x` for the command that
rejects a line. Here a key waits until the one before has gone all its way, decision on the disk and focus included.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from textual import events
from textual.app import App
from textual.message_pump import MessagePump

ROUNDS = 2
"""A key goes up from the focus to the app; a message that it led to (the text to keep) goes up once more."""
PATIENCE = 65.0
"""How many seconds a key may take before the next is done all the same: longer than a queue file may be locked."""


class KeyOrder:
    """Takes keys in the order they were typed; each is done when `is_done` of the one before has come."""

    def __init__(self, app: App[None], do: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app = app
        self._do = do
        self._typed: asyncio.Queue[events.Event] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    def add(self, event: events.Event) -> None:
        """Do a key or a paste once its turn has come."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="keys in their order")
        self._typed.put_nowait(event)

    def close(self) -> None:
        """Do no more keys."""
        if self._task is not None:
            self._task.cancel()

    async def _work(self) -> None:
        while True:
            await self._do(await self._typed.get())
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    for _ in range(ROUNDS):
                        for pump in self._way():
                            await _caught_up(pump)

    def _way(self) -> list[MessagePump]:
        """Return what a key passes: what has the focus, what that lies in, the screen, the app."""
        focus = self._app.focused or self._app.screen
        return [*focus.ancestors_with_self] if self._app.screen_stack else [self._app]


async def _caught_up(pump: MessagePump) -> None:
    """Wait until a widget has done all the messages it has now."""
    done = asyncio.Event()
    if pump.post_message(events.Callback(callback=done.set)):  # as call_later does, but for a look at its parameters
        await done.wait()
