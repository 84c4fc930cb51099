"""What the plays of the pains share."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from tests.fake_service import Step, succeeded
from tests.runner.desk import Desk
from tui.model import ImageFacts, Item
from tui.runner import Outcome
from tui.view.wording import details

Tell = Callable[[str, str, str], None]
"""Notes a row: the pain, what was played, what Handread did."""

BOX = [10, 10, 60, 10, 60, 30, 10, 30]


def line(text: str, box: list[float] | list[int] = BOX, **more: Any) -> dict[str, Any]:
    """Return a line of one word, as Read writes it."""
    return {"text": text, "boundingBox": box, "words": [{"text": text, "boundingBox": box, **more}]}


def read_result(*lines: Mapping[str, Any], **page: Any) -> dict[str, Any]:
    """Return one page, as Read writes it."""
    return {"page": 1, "angle": 0, "width": 100, "height": 50, "unit": "pixel", "lines": list(lines), **page}


def read(*pages: Mapping[str, Any], **more: Any) -> Step:
    """Answer a poll with the pages of Read 3.2."""
    return succeeded({"analyzeResult": {"version": "3.2.0", "readResults": list(pages), **more}}, "succeeded")


def shown(desk: Desk, number: int = 1) -> str:
    """Return what the screens say of an item just now: its state, and the words beside it."""
    item = desk.item(number)
    words = details(item, desk.time.now, "vision")
    return f"{item.state.value}: {words}" if words else item.state.value


def watching(desk: Desk, look: Callable[[], object]) -> Callable[[float], Awaitable[object]]:
    """Return a sleep in which one looks around first."""

    async def sleep(seconds: float) -> None:
        look()
        await desk.time.sleep(seconds)

    return sleep


async def run_until_polled(desk: Desk, number: int) -> Outcome:
    """Run until an item's operation has been asked after and has not ended, and then stop, as Esc or a restart does."""

    def look() -> None:
        if desk.item(number).polls:
            runner.stop()

    runner = desk.runner(sleep=watching(desk, look))
    return await runner.run()


def ended(desk: Desk) -> list[Item]:
    """Return the items; each must have ended."""
    items = desk.items()
    assert all(item.ended_at for item in items), items
    return items


class Detour(httpx.AsyncHTTPTransport):
    """A real way to a server on this machine that stands for another host; where it leads nowhere, it really does."""

    def __init__(self, url: str, leads_there: Callable[[], bool] = lambda: True) -> None:
        super().__init__()
        self._there = httpx.URL(url)
        self._leads_there = leads_there

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        port = self._there.port if self._leads_there() else 1  # where nobody listens
        url = request.url.copy_with(scheme="http", host=self._there.host, port=port)
        stream = request.stream
        return await super().handle_async_request(
            httpx.Request(request.method, url, headers=request.headers, stream=stream, extensions=request.extensions)
        )


def picture(size: tuple[int, int], form: str = "PNG", **more: Any) -> bytes:
    """Return an image file in a light grey."""
    out = io.BytesIO()
    Image.new("L", size, 230).save(out, form, **more)
    return out.getvalue()


def sized(width: int, height: int) -> Callable[[Path], ImageFacts]:
    """Return what measures every file as one page of that size."""

    def measure(path: Path) -> ImageFacts:
        content = path.read_bytes()
        return ImageFacts(hashlib.sha256(content).hexdigest(), len(content), "PNG", ((width, height),))

    return measure
