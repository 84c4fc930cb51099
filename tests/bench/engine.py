"""What the carried engine costs and gives: `python -m tests.bench.engine [FOLDER]`.

The folder holds page images, each beside a text file of the same name that says what is written there, line by line.
Rates are over the whole page's text with its lines joined by single spaces; the boxes are held against the cloud's
recorded answer where there is one.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.engine import drawn
from tests.engine.measures import RECORDED, SAMPLES, error_rate, recorded_words, share_found, text_of, truth_of
from tui.engine.worker import Worker
from tui.model import Page

NOTEBOOK = "dag-304-DAG_1_1_8_0029"
HEAD = f"{'page':40} {'lines':>5} {'CER %':>6} {'WER %':>6} {'s':>6} {'ms/line':>7} {'boxes %':>7} {'peak MB':>7}"


@dataclass(frozen=True, slots=True)
class Row:
    """What one page cost and gave."""

    name: str
    page: Page
    truth: str
    seconds: float
    boxes: float | None
    peak: int
    """The most memory that the process has taken so far, in MB."""

    def __str__(self) -> str:
        lines = len(self.page.lines)
        text = text_of(self.page)
        characters = f"{100 * error_rate(self.truth, text):6.1f}" if self.truth else f"{'-':>6}"
        words = f"{100 * error_rate(self.truth.split(), text.split()):6.1f}" if self.truth else f"{'-':>6}"
        boxes = f"{'-':>7}" if self.boxes is None else f"{100 * self.boxes:7.1f}"
        each = 1000 * self.seconds / max(1, lines)
        return (
            f"{self.name[:40]:40} {lines:5} {characters} {words} {self.seconds:6.2f} {each:7.0f} {boxes} {self.peak:7}"
        )


async def measured(worker: Worker, image: Path, content: bytes) -> Row:
    """Read one page and hold the result against what is known of it."""
    begun = time.perf_counter()
    page = (await worker.read(content))[0]
    seconds = time.perf_counter() - begun
    truth = truth_of(image) if image.with_suffix(".txt").exists() else ""
    known = image.stem == NOTEBOOK and RECORDED.exists()
    boxes = share_found(recorded_words(page.width), page) if known else None
    return Row(image.stem, page, truth, seconds, boxes, peak_memory(worker))


def peak_memory(worker: Worker) -> int:
    """Return the most memory the engine's process has taken, in MB; 0 where the system does not say."""
    try:
        status = Path(f"/proc/{worker.pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


async def cold_start(worker: Worker, content: bytes) -> float:
    """Return the seconds from nothing to the first result of a small page."""
    begun = time.perf_counter()
    await worker.read(content)
    return time.perf_counter() - begun


async def cancel_to_next_result(worker: Worker, long: bytes, short: bytes) -> float:
    """Return the seconds from cancelling one page to the result of the next."""
    begun = asyncio.Event()
    reading = asyncio.create_task(worker.read(long, progress=lambda told: begun.set() if told.line else None))
    await begun.wait()
    reading.cancel()
    since = time.perf_counter()
    await worker.read(short)
    return time.perf_counter() - since


async def measure(images: list[tuple[Path, bytes]]) -> None:
    """Print the table, then the times of starting and cancelling."""
    short = drawn.as_file(drawn.page([drawn.FIRST]))
    worker = Worker()
    start = await cold_start(worker, short)
    print(HEAD)
    for image, content in images:
        print(await measured(worker, image, content), flush=True)
    print(f"cold start to the first result: {start:.2f} s")
    if images:
        print(f"cancel to the next result: {await cancel_to_next_result(worker, images[0][1], short):.2f} s")
    await worker.close()


def pages_in(folder: Path) -> list[tuple[Path, bytes]]:
    """Return the page images of a folder and their bytes."""
    kinds = {".jpg", ".jpeg", ".png", ".tif", ".tiff"}
    return [(file, file.read_bytes()) for file in sorted(folder.iterdir()) if file.suffix.lower() in kinds]


if __name__ == "__main__":
    asyncio.run(measure(pages_in(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)))
