"""A queue with pages that were read, and the program on it, without a machine that runs."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.pilot import Pilot

from tui.model import Failure, Line, Page, Polygon, Word
from tui.pictures.source import measure
from tui.settings import Settings
from tui.store import NewItem, Store
from tui.view.app import HandreadApp

TEXTS = ("The qvick brown fox", "jumps over", "the lazy dog")
NOW = 1_000_000.0

Opens = Callable[..., AbstractAsyncContextManager[Pilot[None]]]


def draw_page(path: Path, texts: tuple[str, ...] = TEXTS, *, legible: bool = True) -> Page:
    """Draw a page with a line a text, and return it as a service would have read it.

    What need not be legible is drawn as strokes, which look the same whatever draws fonts on this machine.
    """
    image = Image.new("L", (640, 80 + 70 * len(texts)), 235)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(36)
    lines = []
    for number, text in enumerate(texts):
        top = 40 + 70 * number
        words, left = [], 30.0
        for word in text.split():
            if legible:
                width = draw.textlength(word, font=font)
                draw.text((left, top), word, font=font, fill=30)
            else:
                width = 20.0 * len(word)
                strokes(draw, word, left, top)
            confidence = 0.31 if word == "qvick" else 0.97
            words.append(Word(word, Polygon.from_bounds(left, top, left + width, top + 44), confidence))
            left += width + 14
        lines.append(Line(text, Polygon.from_bounds(30, top, left, top + 44), tuple(words)))
    image.save(path)
    return Page(1, *image.size, 0.0, tuple(lines))


def strokes(draw: ImageDraw.ImageDraw, word: str, left: float, top: float) -> None:
    """Draw each letter as an upright stroke of its own height, with a bar across."""
    for place, letter in enumerate(word):
        x = left + 20 * place
        draw.rectangle((x, top + ord(letter) % 20, x + 4, top + 40), fill=30)
        draw.rectangle((x, top + 20 + ord(letter) % 12, x + 14, top + 24 + ord(letter) % 12), fill=30)


@pytest.fixture(autouse=True, scope="session")
def _styles_are_parsed_once() -> Iterator[None]:
    """Have one program take the styles that another has parsed: they are the same, and hundreds are opened."""
    parse, parsed = Stylesheet._parse_rules, dict[object, list[RuleSet]]()

    def look_up(sheet: Stylesheet, css: str, *arguments: Any, **more: Any) -> list[RuleSet]:
        where = (frozenset(sheet._variables.items()), css, arguments, *sorted(more.items()))
        if where not in parsed:
            parsed[where] = parse(sheet, css, *arguments, **more)
        return parsed[where]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Stylesheet, "_parse_rules", look_up)
        yield


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    return tmp_path / "queue.db"


@pytest.fixture
def store(queue: Path) -> Iterator[Store]:
    with Store(queue, clock=lambda: NOW) as opened:
        yield opened


@pytest.fixture
def read(store: Store, tmp_path: Path) -> Callable[..., int]:
    """Return a function that puts a page into the queue that was read already."""

    def add(name: str, texts: tuple[str, ...] = ()) -> int:
        return add_read(store, tmp_path / name, texts)

    return add


def add_read(store: Store, path: Path, texts: tuple[str, ...] = ()) -> int:
    """Draw a page and put it into a queue as one that was read."""
    page = draw_page(path, texts or (*TEXTS[:2], path.name), legible=False)  # no two images have the same bytes
    item_id = store.add([NewItem(str(path), "local", measure(path))])[0].item_id
    store.claim("local")
    store.sent(item_id, "local:1")
    store.done(item_id, b"{}", [page])
    return item_id


@pytest.fixture
def failed(store: Store) -> Callable[[str], int]:
    """Return a function that puts an image into the queue that cannot be read."""

    def add(name: str) -> int:
        return add_failed(store, name)

    return add


def add_failed(store: Store, name: str) -> int:
    """Put an image into a queue that cannot be read."""
    failure = Failure("unreadable", f"{name} is empty. Copy it again.")
    return store.add([NewItem(f"/scans/{name}", "local", failure=failure)])[0].item_id


@pytest.fixture
def opened(queue: Path) -> Opens:
    """Return a context manager that opens the program on the queue."""

    @asynccontextmanager
    async def on_screen(size: tuple[int, int] = (80, 24), **settings: str) -> AsyncIterator[Pilot[None]]:
        app = HandreadApp(Settings(queue=queue, reviewer="ada", glyphs="quadrants", **settings), clock=lambda: NOW)  # type: ignore[arg-type]
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            yield pilot

    return on_screen


def screen_text(pilot: Pilot[None]) -> str:
    """Return what the terminal shows, without colours."""
    width, _ = pilot.app.size
    rows = pilot.app.screen._compositor.render_strips(pilot.app.size)
    return "\n".join("".join(segment.text for segment in row).ljust(width).rstrip() for row in rows)
