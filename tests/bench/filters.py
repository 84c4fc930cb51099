"""How soon the first hits of a filter are there in a large queue, and how many bytes a line takes in its file.

    python -m tests.bench.filters [--images 10000] [--keep FILE]

Writes a queue of 30 lines an image, with answers as the Read API gives them, and prints for each filter the
milliseconds to its first 100 lines and images, and to the count of all images. With FILE, one that is there is used.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

from tests.bench.queue_file import LINES, write_queue
from tui.filters import Filter, parse
from tui.line_index import ItemsMatching, Order, lines_matching

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
            write_queue(path, arguments.images, decided=0.5)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            report_sizes(connection)
            report_times(connection)


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
