"""The engine carried along, one for the whole program: in a thread and an event loop of its own.

The machine that works the queue off runs in one thread, the screens in another, and both want the engine; two of them
would take twice the memory and each half the processor. A client may be opened in any event loop. The engine's process
starts with the first page or box, and ends when the last client is closed.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import httpx
from starlette.applications import Starlette

from tui.dialects import open_client

ENDPOINT = "local:"


class ResidentEngine:
    """Opens clients of one engine; may be used from any thread."""

    def __init__(self, make_service: Callable[[], Starlette]) -> None:
        self._make_service = make_service
        self._lock = threading.Lock()
        self._house: _House | None = None
        self._clients = 0

    def client(self) -> httpx.AsyncClient:
        """Return a client of the engine, which speaks as `handread serve` does; whoever opens it closes it."""
        with self._lock:
            if self._house is None:
                self._house = _House(self._make_service())
            self._clients += 1
            return open_client(ENDPOINT, "", _Across(self._house, self._left))

    async def _left(self) -> None:
        """End the engine when its last client has gone."""
        with self._lock:
            self._clients -= 1
            house = self._house
            if self._clients or house is None:
                return
            self._house = None
        await house.close()


class _House:
    """The thread in which one service lives."""

    def __init__(self, app: Starlette) -> None:
        self._app = app
        self._inner = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="handread-resident", daemon=True)
        self._thread.start()

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Have a request answered, from another loop."""
        asked = httpx.Request(request.method, request.url, headers=request.headers, content=await request.aread())
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._answer(asked), self._loop))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        return httpx.Response(response.status_code, headers=response.headers, content=body)

    async def close(self) -> None:
        """End the service and the thread, from another loop."""
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._app.state.close(), self._loop))
        self._loop.call_soon_threadsafe(self._loop.stop)


class _Across(httpx.AsyncBaseTransport):
    """Takes the requests of one client across to the engine's own loop."""

    def __init__(self, house: _House, left: Callable[[], object]) -> None:
        self._house = house
        self._left = left
        self._is_open = True

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        return await self._house.answer(request)

    async def aclose(self) -> None:
        """Let go of the engine, once."""
        if self._is_open:
            self._is_open = False
            left = self._left()
            assert asyncio.iscoroutine(left)
            await left
