"""A queue file as large as is wanted, with answers as the Read API gives them and a share of it decided.

The pages are made up of a vocabulary whose words are as frequent as those of a language are (Zipf), and come again and
again, for making them up takes longer than writing them.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from itertools import accumulate
from pathlib import Path

from tui.line_index import put
from tui.migrations import STEPS
from tui.model import Line, Page, Polygon, Verdict, Word
from tui.packing import packed_answer, packed_pages
from tui.store import APPLICATION_ID

LINES = 30
"""How many lines an image has."""
WORDS = (6, 7, 7)
"""How many words a line has."""
DIFFERENT = 1000
"""How many different pages there are."""
SYLLABLES = (
    "the",
    "and",
    "ing",
    "her",
    "ha",
    "re",
    "wea",
    "ver",
    "mar",
    "ner",
    "si",
    "las",
    "lan",
    "tern",
    "yard",
    "ra",
)
KNOWN = "Here lived Silas the Weaver of Raveloe in 1861"
"""A line that stands in one image alone, near the end."""
VERDICTS = ((Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.FLAGGED), (80, 19, 1))


def write_queue(path: Path, images: int, decided: float = 0.1) -> None:
    """Write a queue file whose first images are decided: that share of them."""
    chance = random.Random(1)
    pages = made_up_pages(chance, min(images, DIFFERENT))
    kept = [(packed_answer(json.dumps(answer(page)).encode()), packed_pages([page])) for page in pages]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("".join(STEPS))
        connection.executescript(
            f"pragma application_id = {APPLICATION_ID}; pragma user_version = {len(STEPS)};"
            " pragma synchronous = off; pragma journal_mode = off; pragma cache_size = -400000; begin"
        )
        for item_id in range(1, images + 1):
            place = item_id % len(pages)
            page, blobs = pages[place], kept[place]
            if item_id == max(1, images - 3):
                page = Page(1, 2480, 3508, 0, (Line(KNOWN), *page.lines[1:]))
                blobs = (blobs[0], packed_pages([page]))
            write_item(connection, item_id, page, blobs)
            put(connection, item_id, [(1, [(number, line.text, line) for number, line in enumerate(page.lines)])])
            if item_id <= images * decided:
                decide_all(connection, item_id, page, chance)
        connection.execute("commit")
        connection.execute("pragma journal_mode = wal")


def made_up_pages(chance: random.Random, count: int) -> list[Page]:
    """Return pages that nobody has written."""
    vocabulary = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 3))) for _ in range(20_000)]
    weights = list(accumulate(1 / rank for rank in range(3, 20_003)))
    return [made_up_page(chance, vocabulary, weights) for _ in range(count)]


def made_up_page(chance: random.Random, vocabulary: Sequence[str], weights: Sequence[float]) -> Page:
    """Return a page; `weights` are summed up, one for each word of the vocabulary."""
    lines = []
    for down in range(200, 200 + LINES * 95, 95):
        words, across = [], 200
        for text in chance.choices(vocabulary, cum_weights=weights, k=chance.choice(WORDS)):
            right, below = across + 20 * len(text), down + 60
            corners = (across, down, right, down, right, below, across, below)
            polygon = Polygon.from_numbers([number + chance.randint(-4, 4) for number in corners])
            words.append(Word(text, polygon, round(chance.betavariate(8, 1), 3)))
            across += 20 * len(text) + 20
        box = Polygon.from_bounds(200, down, across, down + 60)
        lines.append(Line(" ".join(word.text for word in words).capitalize(), box, tuple(words), handwritten=True))
    return Page(1, 2480, 3508, 0.3, tuple(lines))


def write_item(connection: sqlite3.Connection, item_id: int, page: Page, blobs: tuple[bytes, bytes]) -> None:
    """Write an image that was read, with its answer and its pages as the store packs them."""
    doubtful = sum(line.doubtful for line in page.lines)
    connection.execute(
        "insert into item (id, source, service, state, sha256, bytes, page_sizes, added_at, ended_at, lines, doubtful,"
        " doubtful_left, page_lines, polls, dialect, model, revision)"
        " values (?, ?, 'azure', 'done', ?, 3000000, '[[2480, 3508]]', 1, ?, ?, ?, ?, ?, 3, 'read-3.2', '2022-04', 1)",
        (
            item_id,
            f"/scans/parish/{item_id:06}.jpg".encode(),
            random.Random(item_id).randbytes(32).hex(),
            item_id,
            len(page.lines),
            doubtful,
            doubtful,
            json.dumps([[1, len(page.lines)]]),
        ),
    )
    connection.execute("insert into result values (?, ?, ?)", (item_id, *blobs))


def answer(page: Page) -> object:
    """Return what the Read API answers for a page."""
    lines = [
        {
            "boundingBox": line.polygon and [round(number) for number in line.polygon.numbers],
            "text": line.text,
            "appearance": {"style": {"name": "handwriting", "confidence": 0.9}},
            "words": [
                {
                    "boundingBox": word.polygon and [round(number) for number in word.polygon.numbers],
                    "text": word.text,
                    "confidence": word.confidence,
                }
                for word in line.words
            ],
        }
        for line in page.lines
    ]
    result = {"page": 1, "angle": 0.3, "width": 2480, "height": 3508, "unit": "pixel", "lines": lines}
    return {"status": "succeeded", "analyzeResult": {"version": "3.2.0", "readResults": [result]}}


def decide_all(connection: sqlite3.Connection, item_id: int, page: Page, chance: random.Random) -> None:
    """Decide every line of an image, as one person does line after line."""
    for number, line in enumerate(page.lines):
        verdict = chance.choices(*VERDICTS)[0]
        text = f"{line.text} and" if verdict is Verdict.CORRECTED else None
        act = connection.execute(
            "insert into decision (item_id, act, page, line, verdict, text, reason, reviewer, at, engine_text, shown)"
            " values (?, 'decide', 1, ?, ?, ?, ?, 'ada', 1, ?, ?)",
            (item_id, number, verdict, text, "blot" if verdict is Verdict.FLAGGED else "", line.text, line.text),
        ).lastrowid
        connection.execute("update decision set step = id where id = ?", (act,))
        connection.execute("insert into standing values (?, 'ada')", (act,))
        connection.execute("insert into verdict values (?, 1, ?, ?, ?)", (item_id, number, act, verdict))
    connection.execute("update item set decided = lines, pages_decided = 1, doubtful_left = 0 where id = ?", (item_id,))
