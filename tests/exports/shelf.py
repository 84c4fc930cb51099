"""A queue of pages that were read, for exports: each line is a dark bar of its own shade, so that crops differ."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from tui.exports.document import Document, document_of
from tui.model import Decision, Item, Line, LineKey, Page, Polygon, State, Verdict, Word
from tui.pictures.source import measure
from tui.store import NewItem, Store

WIDTH, HEIGHT, TOP, STEP, INK = 640, 400, 40, 60, 40
LETTER, BLANK = 14, 10


def shade(number: int) -> int:
    """The grey of a line's bar."""
    return 20 + 30 * number


def lines_of(texts: Sequence[str], *, leftwards: bool = False) -> tuple[Line, ...]:
    """Lines one below the other; each word's box is as wide as it is long, from the right in lines that run so."""
    lines = []
    for number, text in enumerate(texts):
        top, at, words = TOP + STEP * number, 30, []
        for word in text.split():
            width = LETTER * len(word)
            left = WIDTH - at - width if leftwards else at
            words.append(Word(word, Polygon.from_bounds(left, top, left + width, top + INK), 0.9))
            at += width + BLANK
        ends = (WIDTH - at, WIDTH - 30) if leftwards else (30, at)
        lines.append(Line(text, Polygon.from_bounds(ends[0], top, ends[1], top + INK), tuple(words)))
    return tuple(lines)


def picture(lines: Sequence[Line], mode: str = "L") -> Image.Image:
    image = Image.new(mode, (WIDTH, HEIGHT), "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        assert line.polygon
        grey = 0 if mode == "1" else shade(number) if mode == "L" else (shade(number), 0, 0)
        draw.rectangle(line.polygon.bounds, fill=grey)
    return image


def draw(path: Path, texts: Sequence[str], **save: object) -> Page:
    """Draw a page into a file and return it as a service would have read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = lines_of(texts)
    image = picture(lines)
    for place, byte in enumerate(f"{path.parent.name}/{path.name}".encode()):
        image.putpixel((place, HEIGHT - 1), byte)  # no two files are the same
    image.save(path, **save)  # type: ignore[arg-type]
    return Page(1, WIDTH, HEIGHT, 0.0, lines)


def document(
    path: Path, page: Page, decisions: Sequence[Decision] = (), *more: Page, written_as: str = "", **wanted: object
) -> Document:
    """The document of a file with one page, or some."""
    from dataclasses import replace

    facts = measure(path)
    item = Item(1, str(path), "local", State.DONE, sha256=facts.sha256, page_sizes=facts.page_sizes, ended_at=86_400.0)
    made = document_of(item, (page, *more), {one.key: one for one in decisions}, **wanted)  # type: ignore[arg-type]
    return replace(made, written_as=written_as)


def decided(line: int, verdict: Verdict, text: str | None = None, *, page: int = 1, item_id: int = 1) -> Decision:
    return Decision(item_id, LineKey(page, line), verdict, text, reviewer="ada", at=90_000.0)


def shelve(store: Store, path: Path, texts: Sequence[str] = ("one two", "three"), **save: object) -> int:
    """Put a page into a queue as it is when it has been read; returns its number."""
    page = draw(path, texts, **save)
    item_id = store.add([NewItem(str(path), "local", measure(path))])[0].item_id
    store.claim("local")
    store.sent(item_id, f"local:{item_id}")
    store.done(item_id, b"{}", [page])
    return item_id
