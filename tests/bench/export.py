"""How fast each format is written, and with how much memory: `python -m tests.bench.export [--quick]`.

Two queues are made and exported format by format, each in a process of its own: a few large pages, and very many small
ones. Of each format it is told

    pages/s  pages that a second of the processor writes (what is written is brought to the disk; that is not counted)
    start    MiB that the program takes before it has exported anything
    half     the most it has taken, in MiB, when half of the pages were done
    peak     the most it has taken at the end: about as much, or memory grows with the pages
    out      MiB that were written

Pages are JPEGs, a file each, and in the last table one TIFF of all. `--pages N` and `--size WxH` export N pages of
a size instead, `--formats pdf,txt` some of the formats.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from PIL import Image, ImageDraw

from tests.bench.opening import memory
from tui.exporting import Progress, Request, export_queue, formats_named
from tui.exports import EXPORTS
from tui.exports.writing import Fate
from tui.model import Decision, ImageFacts, Line, Page, Polygon, Verdict, Word
from tui.store import NewItem, Store

LARGE, SMALL = (5000, 7000), (500, 700)
FEW, MANY = 20, 10_000
QUICK_SIZE, QUICK_PAGES = (200, 280), 3
LINES: Final = 30
TEXT: Final = ("the", "quick", "brown", "fox", "jumps", "over", "it")
_BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Figures:
    """What an export took."""

    pages: int
    seconds: float
    """Of the processor."""
    start: float
    """MiB, here and below."""
    half: float
    peak: float
    out: float

    @property
    def row(self) -> str:
        """The figures as they stand in the table."""
        speed = self.pages / max(self.seconds, 1e-9)
        return f"{speed:10.1f}{self.start:9.0f}{self.half:9.0f}{self.peak:9.0f}{self.out:9.1f}"


# -- what is exported -------------------------------------------------------------------------------------------------


def lines_on(size: tuple[int, int]) -> tuple[Line, ...]:
    """Return lines one below the other, down a page of some size."""
    step, unit = size[1] / (LINES + 2), size[0] / (len(" ".join(TEXT)) + 4)
    lines = []
    for number in range(LINES):
        top, at, words = step * (number + 1), 2 * unit, []
        for word in TEXT:
            end = at + unit * len(word)
            words.append(Word(word, Polygon.from_bounds(at, top, end, top + 0.7 * step), 0.9))
            at = end + unit
        lines.append(
            Line(" ".join(TEXT), Polygon.from_bounds(2 * unit, top, at - unit, top + 0.7 * step), tuple(words))
        )
    return tuple(lines)


def sheet(size: tuple[int, int]) -> Image.Image:
    """Draw a page with grain, as scans have it."""
    grain = Image.effect_noise(size, 12).point(lambda value: min(255, value + 90))
    page = Image.merge("RGB", (grain, grain, grain.point(lambda value: value * 9 // 10)))
    draw = ImageDraw.Draw(page)
    for line in lines_on(size):
        for word in line.words:
            if word.polygon:
                left, top, right, bottom = word.polygon.bounds
                draw.line([(left, bottom), ((left + right) / 2, top), (right, bottom)], fill="navy", width=3)
    return page


def numbered(jpeg: bytes, number: int) -> bytes:
    """Return a JPEG with a number in a comment (ITU T.81, B.2.4.5): no two files of a queue are the same."""
    return jpeg[:2] + b"\xff\xfe\x00\x06" + number.to_bytes(4, "big") + jpeg[2:]


def fill(folder: Path, count: int, size: tuple[int, int]) -> Path:
    """Make a queue of pages that were read, a JPEG each, of which two lines are accepted; returns its file."""
    buffer = BytesIO()
    sheet(size).save(buffer, "JPEG", quality=85)
    page = Page(1, *size, 0.0, lines_on(size))
    with Store(folder / "queue.db") as store:
        for first in range(0, count, _BATCH):
            _add(store, folder, buffer.getvalue(), range(first, min(count, first + _BATCH)), page)
    return folder / "queue.db"


def _add(store: Store, folder: Path, jpeg: bytes, numbers: Sequence[int], page: Page) -> None:
    new = []
    for number in numbers:
        content = numbered(jpeg, number)
        path = folder / f"page{number:05}.jpg"
        path.write_bytes(content)
        facts = ImageFacts(sha256(content).hexdigest(), len(content), "JPEG", ((int(page.width), int(page.height)),))
        new.append(NewItem(str(path), "local", facts))
    for added in store.add(new):
        _done(store, added.item_id, (page,))


def _done(store: Store, item_id: int, pages: Sequence[Page]) -> None:
    store.done(item_id, b"{}", pages)
    store.decide(*(Decision(item_id, key, Verdict.ACCEPTED, reviewer="ada") for page in pages for key in page.keys[:2]))


def fill_with_one(folder: Path, count: int, size: tuple[int, int]) -> Path:
    """Make a queue of one document of many pages; returns its file."""
    from tui.pictures.source import measure

    page, path = sheet(size), folder / "book.tif"
    page.save(path, save_all=True, append_images=[page] * (count - 1), compression="jpeg", quality=85)
    with Store(folder / "queue.db") as store:
        added = store.add([NewItem(str(path), "local", measure(path))])[0]
        _done(store, added.item_id, [Page(number, *size, 0.0, lines_on(size)) for number in range(1, count + 1)])
    return folder / "queue.db"


# -- what it takes ----------------------------------------------------------------------------------------------------


def measured(queue: Path, name: str) -> Figures:
    """Export a queue in one format, in a process of its own."""
    with TemporaryDirectory() as out:
        command = [sys.executable, "-m", "tests.bench.export", "--queue", str(queue), "--out", out, "--formats", name]
        done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
        told: dict[str, Any] = json.loads(done.stdout)
        written = sum(path.stat().st_size for path in Path(out).iterdir())
    return Figures(**told, out=written / 2**20)


def export(queue: Path, out: Path, name: str) -> dict[str, float]:
    """Export a queue in this process, and return what that took."""
    start, half = memory()["VmRSS"], float("nan")

    def look(progress: Progress) -> None:
        nonlocal half
        if math.isnan(half) and progress.done * 2 >= progress.total:
            half = memory()["VmHWM"]

    with Store(queue, create=False) as store:
        begin = time.process_time()
        outcome = export_queue(store, Request(formats_named(name), out), progress=look)
        seconds, peak = time.process_time() - begin, memory()["VmHWM"]
    if not (outcome.is_whole and outcome.files[Fate.WRITTEN]):
        raise SystemExit(" ".join(outcome.sentences))
    with Store(queue, create=False) as store:
        pages = sum(max(1, item.pages_read) for item in store.window(0, 1_000_000))
    return {"pages": pages, "seconds": seconds, "start": start, "half": half, "peak": peak}


def report(title: str, queue: Path, names: Sequence[str]) -> None:
    """Print the table of a queue."""
    print(f"\n{title}\n{'':10}{'pages/s':>10}{'start':>9}{'half':>9}{'peak':>9}{'out':>9}")
    for name in names:
        print(f"{name:10}{measured(queue, name).row}", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.split(":")[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="a few tiny pages, to see that it runs")
    parser.add_argument("--pages", type=int)
    parser.add_argument("--size", default=f"{LARGE[0]}x{LARGE[1]}")
    parser.add_argument(
        "--formats", default=",".join(name for name in EXPORTS if name != "pdf" or find_spec("pikepdf"))
    )
    parser.add_argument("--queue", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.queue:
        print(json.dumps(export(asked.queue, asked.out, asked.formats)))
        return
    names, (width, height) = asked.formats.split(","), map(int, asked.size.split("x"))
    runs = [(FEW, LARGE), (MANY, SMALL)]
    if asked.pages:
        runs = [(asked.pages, (width, height))]
    if asked.quick:
        runs = [(QUICK_PAGES, QUICK_SIZE)]
    for make, what in ((fill, "pages"), (fill_with_one, "pages in one file")):
        for count, size in runs if make is fill else runs[:1]:
            with TemporaryDirectory() as folder:
                queue = make(Path(folder), count, size)
                kinds = names if make is fill else [name for name in names if EXPORTS[name].needs_picture]
                title = f"{count:,} {what} of {size[0]} x {size[1]} pixels, {LINES} lines each; MiB"
                report(title, queue, kinds)


if __name__ == "__main__":
    main()
