"""How soon the first hits of a filter are there in a large queue, and how many bytes a line takes in its file.

    python -m tests.bench.filters [--images 10000] [--keep FILE]

Writes a queue of 30 lines an image, with answers as the Read API gives them, and prints for each filter the
milliseconds to its first 100 lines and images, and to the count of all images. With FILE, one that is there is used.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import tempfile
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from functools import partial
from itertools import accumulate
from pathlib import Path

from tui.filters import Filter, parse
from tui.line_index import ItemsMatching, Order, lines_matching, put
from tui.migrations import STEPS
from tui.model import Line, Page, Polygon, Verdict, Word, page_to_data

LINES = 30
DIFFERENT = 300
"""How many different pages there are: they come again and again, for making them up takes longer than writing."""
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
FILTERS = (
    'text~"Silas the Weaver"',
    "text~wea",
    'text~"zzz"',
    "text~a",
    "text~/Sil[ae]s/",
    "text~/[0-9]{4}/",
    "conf<.6 & !flagged",
    "conf<.02",
    "undecided",
    "undecided & conf<.9 & text~wea",
    "flagged & reason~blot",
    "doubtful>=6",
    "name~9999",
    "failed",
    "by=nobody",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--keep", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.keep or Path(folder) / "queue.db"
        if not path.exists():
            write_queue(path, arguments.images)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            report_sizes(connection)
            report_times(connection)


def write_queue(path: Path, images: int) -> None:
    """Write a queue whose first half is decided."""
    chance = random.Random(1)
    vocabulary = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 3))) for _ in range(20_000)]
    weights = list(accumulate(1 / rank for rank in range(3, 20_003)))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript("".join(STEPS))
        connection.executescript("pragma journal_mode = off; pragma synchronous = off; begin")
        began = time.perf_counter()
        spent = 0.0
        pages = [made_up_page(chance, vocabulary, weights) for _ in range(DIFFERENT)]
        blobs = [(zlib.compress(json.dumps(answer(page)).encode()), packed(page_to_data(page))) for page in pages]
        for item_id in range(1, images + 1):
            page, blob = pages[item_id % DIFFERENT], blobs[item_id % DIFFERENT]
            if item_id == images - 3:
                page = Page(1, 2480, 3508, 0, (Line("Here lived Silas the Weaver of Raveloe in 1861"), *page.lines[1:]))
            write_item(connection, item_id, page, blob)
            before = time.perf_counter()
            put(connection, item_id, [(1, [(place, line.text, line) for place, line in enumerate(page.lines)])])
            spent += time.perf_counter() - before
            if item_id < images / 2:
                decide_all(connection, item_id, chance)
        connection.execute("commit")
        print(f"written in {time.perf_counter() - began:.0f} s, of which the index took {spent:.0f} s")


def made_up_page(chance: random.Random, vocabulary: list[str], weights: list[float]) -> Page:
    """Return a page of lines of eight words; `weights` are summed up, one for each word of the vocabulary."""
    lines = []
    for down in range(200, 200 + LINES * 95, 95):
        words, across = [], 200
        for text in chance.choices(vocabulary, cum_weights=weights, k=8):
            right, below = across + 20 * len(text), down + 60
            corners = (across, down, right, down, right, below, across, below)
            polygon = Polygon.from_numbers([number + chance.randint(-4, 4) for number in corners])
            words.append(Word(text, polygon, round(chance.betavariate(8, 1), 3)))
            across += 20 * len(text) + 20
        box = Polygon.from_bounds(200, down, across, down + 60)
        lines.append(Line(" ".join(word.text for word in words).capitalize(), box, tuple(words), handwritten=True))
    return Page(1, 2480, 3508, 0.3, tuple(lines))


def write_item(connection: sqlite3.Connection, item_id: int, page: Page, blob: tuple[bytes, bytes]) -> None:
    """Write an image with an answer of the size that the Read API would give, as the store does."""
    connection.execute(
        "insert into item"
        " (id, source, service, state, sha256, page_sizes, added_at, ended_at, lines, doubtful, revision)"
        " values (?, ?, 'azure', 'done', ?, '[[2480, 3508]]', 1, ?, ?, ?, 1)",
        (
            item_id,
            f"/scans/parish/{item_id:06}.jpg".encode(),
            random.Random(item_id).randbytes(32).hex(),
            item_id,
            LINES,
            sum(line.doubtful for line in page.lines),
        ),
    )
    connection.execute("insert into result values (?, ?, ?)", (item_id, *blob))


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


def packed(data: object) -> bytes:
    """Return data as the store packs them."""
    return zlib.compress(json.dumps([data], separators=(",", ":")).encode())


def decide_all(connection: sqlite3.Connection, item_id: int, chance: random.Random) -> None:
    """Decide every line of an item."""
    for line in range(LINES):
        verdict = chance.choices((Verdict.ACCEPTED, Verdict.CORRECTED, Verdict.FLAGGED), (80, 19, 1))[0]
        number = connection.execute(
            "insert into decision (item_id, act, page, line, verdict, reason, reviewer, at, engine_text)"
            " values (?, 'decide', 1, ?, ?, ?, 'ada', 1, '')",
            (item_id, line, verdict.value, "blot" if verdict is Verdict.FLAGGED else ""),
        ).lastrowid
        connection.execute("insert into verdict values (?, 1, ?, ?, ?)", (item_id, line, number, verdict.value))


def report_sizes(connection: sqlite3.Connection) -> None:
    """Print the bytes of each table and index, for an image."""
    images = connection.execute("select count(*) from item").fetchone()[0]
    print(f"{images} images of {LINES} lines; bytes an image:")
    pages, page_size = (connection.execute(f"pragma {name}").fetchone()[0] for name in ("page_count", "page_size"))
    try:
        sizes = connection.execute("select name, sum(pgsize) from dbstat group by name order by 2 desc").fetchall()
    except sqlite3.OperationalError:
        sizes = []  # this SQLite was built without dbstat
    for name, size in sizes:
        if size / images >= 1:
            print(f"    {name:30} {size / images:8.0f}")
    print(f"    {'all':30} {pages * page_size / images:8.0f}")


def report_times(connection: sqlite3.Connection) -> None:
    """Print how long each filter takes."""
    print(f"{'milliseconds to the first 100':40}{'lines':>9}{'least sure':>11}{'images':>9}{'all':>9}{'found':>9}")
    for text in FILTERS:
        wanted = parse(text)
        lines = milliseconds(partial(lines_matching, connection, wanted))
        doubt = milliseconds(partial(lines_matching, connection, wanted, order=Order.DOUBT))
        items = milliseconds(partial(first_images, connection, wanted))
        every = milliseconds(partial(all_images, connection, wanted))
        found = all_images(connection, wanted)
        print(f"{text:40}{lines:9.1f}{doubt:11.1f}{items:9.1f}{every:9.1f}{found:9}")


def first_images(connection: sqlite3.Connection, wanted: Filter) -> list[int]:
    """Return the first images of a filter."""
    return ItemsMatching(connection, wanted).window(0, 100)


def all_images(connection: sqlite3.Connection, wanted: Filter) -> int:
    """Return how many images a filter has."""
    return ItemsMatching(connection, wanted).count()


def milliseconds(work: Callable[[], object]) -> float:
    """Return the better of two runs."""
    times = []
    for _ in range(2):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return 1000 * min(times)


if __name__ == "__main__":
    main()
