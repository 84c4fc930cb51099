"""One engine for the whole program: reached from any thread, ended with its last client."""

from __future__ import annotations

import asyncio
import threading

import pytest
from starlette.applications import Starlette

from tests.engine import drawn
from tests.engine.served import BYTES, READ, ended
from tui.dialects.asking import Place, alternatives_in
from tui.engine.service import local_service
from tui.engine.worker import Worker
from tui.model import Polygon
from tui.resident import ResidentEngine

pytestmark = pytest.mark.xdist_group("reading")

IMAGE = drawn.as_file(drawn.page([drawn.FIRST, drawn.SECOND]))
SECOND_LINE = Place(1, Polygon.from_bounds(20, 130, 760, 210))


async def test_two_threads_share_one_process_which_ends_with_the_last_of_them() -> None:
    workers: list[Worker] = []

    def make() -> Starlette:
        workers.append(Worker())
        return local_service(workers[-1])

    engine = ResidentEngine(make)
    texts: list[str] = []

    async def read() -> None:
        async with engine.client() as http:
            taken = await http.post(READ, content=IMAGE, headers=BYTES)
            page = (await ended(http, taken.headers["Operation-Location"])).json()["analyzeResult"]["readResults"][0]
            texts.extend(line["text"] for line in page["lines"])

    async with engine.client() as http:
        thread = threading.Thread(target=lambda: asyncio.run(read()))
        thread.start()
        box = await alternatives_in(http, IMAGE, SECOND_LINE, language="en")
        await asyncio.to_thread(thread.join)
        assert box.line.text == drawn.SECOND
        assert texts == [drawn.FIRST, drawn.SECOND]
        assert len(workers) == 1
        running = workers[0].pid
    assert running
    assert workers[0].pid is None
    async with engine.client() as http:
        assert (await http.get("/ready")).json()["ready"]
    assert len(workers) == 2


async def test_closing_a_client_twice_lets_go_once() -> None:
    engine = ResidentEngine(local_service)
    first, second = engine.client(), engine.client()
    await first._transport.aclose()
    await first.aclose()
    assert (await second.get("/health")).status_code == 200
    await second.aclose()


async def test_a_call_that_is_given_up_is_given_up_in_the_engine_too() -> None:
    engine = ResidentEngine(local_service)
    async with engine.client() as http:
        asking = asyncio.create_task(alternatives_in(http, IMAGE, SECOND_LINE))
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert (await http.get("/health")).json()["queue"] == 0
