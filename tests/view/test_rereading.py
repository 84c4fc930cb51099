"""Lines read again with care: the person goes on meanwhile, and takes what was read with one key."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from textual.pilot import Pilot

from tests.view.conftest import NOW
from tests.view.test_review_screen import Reads, begin, settled
from tui.assembly import Rereading
from tui.model import LineKey, Verdict
from tui.resident import ResidentEngine
from tui.settings import Settings
from tui.store import Store
from tui.view.app import HandreadApp


def engine(text: str, may_answer: threading.Event | None = None) -> Rereading:
    """Return an engine that reads every box as one text, once it may answer."""

    async def box(request: Request) -> JSONResponse:
        left, top, right, *_ = (float(number) for number in request.query_params["polygon"].split(","))
        if may_answer is not None:
            await asyncio.to_thread(may_answer.wait)
        words = text.split()
        step = (right - left) / len(words)
        corners = [[left + at * step, top, left + (at + 1) * step, top] for at in range(len(words))]
        return JSONResponse(
            {
                "text": text,
                "boundingBox": [left, top, right, top, right, top + 44, left, top + 44],
                "words": [
                    {
                        "text": word,
                        "boundingBox": [*corner, corner[2], top + 44, corner[0], top + 44],
                        "confidence": 0.9,
                        "x-handread": {"alternatives": [[word, 0.6], ["quack", 0.2]]},
                    }
                    for word, corner in zip(words, corners, strict=True)
                ],
            }
        )

    async def close() -> None:
        """Nothing runs that could be ended."""

    app = Starlette(routes=[Route("/handread/box", box, methods=["POST"])])
    app.state.close = close
    resident = ResidentEngine(lambda: app)
    return Rereading(lambda: resident)


@asynccontextmanager
async def opened(queue: Path, rereading: Rereading | None) -> AsyncIterator[Pilot[None]]:
    app = HandreadApp(Settings(queue=queue, reviewer="ada", glyphs="quadrants"), clock=lambda: NOW, rereading=rereading)
    async with app.run_test(size=(110, 30), notifications=True) as pilot:
        await pilot.pause()
        yield pilot


async def test_a_line_is_read_again_and_the_same_key_takes_what_was_read(
    read: Reads, queue: Path, store: Store
) -> None:
    item = read("a.png", ("The qvick fox", "jumps"))
    async with opened(queue, engine("The quick fox")) as pilot:
        await begin(pilot)
        await pilot.press("r")
        text = await settled(pilot)
        assert "Read again: The quick fox" in text
        assert "~quick" in text
        assert store.decisions(item) == {}
        await pilot.press("r")
        await settled(pilot)
    assert store.decisions(item)[LineKey(1, 0)].text == "The quick fox"


async def test_one_goes_on_while_lines_are_read(read: Reads, queue: Path, store: Store) -> None:
    item, may_answer = read("a.png", ("The qvick fox", "a qvick dog", "jumps")), threading.Event()
    async with opened(queue, engine("something else", may_answer)) as pilot:
        await begin(pilot)
        await pilot.press("R", "a")
        await pilot.pause(0.3)
        assert store.decisions(item)[LineKey(1, 0)].verdict is Verdict.ACCEPTED
        may_answer.set()
        text = await settled(pilot)
    assert "2 of 2 lines read otherwise" in " ".join(text.split())


async def test_where_the_same_is_read_again_that_is_said(read: Reads, queue: Path) -> None:
    read("a.png", ("The qvick fox", "jumps"))
    async with opened(queue, engine("The qvick fox")) as pilot:
        await begin(pilot)
        await pilot.press("r")
        assert "Read the same again." in await settled(pilot)


async def test_without_an_engine_it_is_said_what_it_takes(read: Reads, queue: Path) -> None:
    read("a.png")
    async with opened(queue, None) as pilot:
        await begin(pilot)
        await pilot.press("r")
        assert "pip install" in await settled(pilot)


async def test_a_box_that_was_changed_is_read_at_once(read: Reads, queue: Path) -> None:
    read("a.png", ("The qvick fox", "jumps"))
    async with opened(queue, engine("The quick brown fox")) as pilot:
        await begin(pilot)
        await pilot.press("B", "L", "enter")
        assert "Read again: The quick brown fox" in await settled(pilot)
