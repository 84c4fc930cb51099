"""What the carried engine costs and gives, with a language and without: `python -m tests.bench.engine [FOLDER]`.

The folder holds page images, each beside a text file of the same name that says what is written there, line by line.
Rates are over the whole page's text with its lines joined by single spaces; the boxes are held against the cloud's
recorded answer where there is one. Each page is read three times in one process: greedily, then with its language, then
with its language and with care, for which unsure lines are looked at three times. Of the latter two it is also told

    AUC       how often a right word is surer than a wrong one
    nine %    for how many of the words that greedy gets wrong the truth is among the alternatives there
    broken    how many of the words that greedy gets right are wrong with the language, of how many
    low       how many of the wrong words a service without numbers marks as `Low`, and how many of the right ones, in %

At the end come figures, codes, names and abbreviations, drawn badly, of which a language is to keep its hands off.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from tests.engine import drawn, worn
from tests.engine.measures import (
    RECORDED,
    SAMPLES,
    error_rate,
    overlap,
    recorded_words,
    share_found,
    text_of,
    truth_of,
)
from tui.engine.answers.common import LOW_BELOW
from tui.engine.reading import AUTO, LITERAL, Reading
from tui.engine.worker import Worker
from tui.model import Page, Polygon, Word

NOTEBOOK = "dag-304-DAG_1_1_8_0029"
HEAD = (
    f"{'page':32} {'read':8} {'lines':>5} {'CER %':>6} {'WER %':>6} {'s':>6} {'ms/line':>7} {'boxes %':>7}"
    f" {'peak MB':>7} {'AUC':>5} {'nine %':>6} {'broken':>8} {'low':>9}"
)
SEEDS = range(3)


@dataclass(frozen=True, slots=True)
class Row:
    """What one page cost and gave."""

    name: str
    reading: Reading
    truth: str
    seconds: float
    boxes: float | None
    peak: int
    """The most memory that the process has taken so far, in MB."""
    is_careful: bool = False

    @property
    def page(self) -> Page:
        """The page as it was read."""
        return self.reading.page

    def __str__(self) -> str:
        lines = len(self.page.lines)
        text = text_of(self.page)
        characters = f"{100 * error_rate(self.truth, text):6.1f}" if self.truth else f"{'-':>6}"
        words = f"{100 * error_rate(self.truth.split(), text.split()):6.1f}" if self.truth else f"{'-':>6}"
        boxes = f"{'-':>7}" if self.boxes is None else f"{100 * self.boxes:7.1f}"
        each = 1000 * self.seconds / max(1, lines)
        language = f"{self.reading.language or 'greedily'}{' care' if self.is_careful else ''}"
        return (
            f"{self.name[:32]:32} {language:8} {lines:5} {characters} {words} {self.seconds:6.2f} {each:7.0f} {boxes}"
            f" {self.peak:7}"
        )


async def measured(worker: Worker, image: Path, content: bytes, language: str, *, is_careful: bool = False) -> Row:
    """Read one page and hold the result against what is known of it."""
    begun = time.perf_counter()
    reading = (await worker.readings(content, language=language, is_careful=is_careful))[0]
    seconds = time.perf_counter() - begun
    truth = truth_of(image) if image.with_suffix(".txt").exists() else ""
    known = image.stem == NOTEBOOK and RECORDED.exists()
    boxes = share_found(recorded_words(reading.page.width), reading.page) if known else None
    return Row(image.stem, reading, truth, seconds, boxes, peak_memory(worker), is_careful)


def words_of(page: Page) -> list[Word]:
    """Return a page's words in order."""
    return [word for line in page.lines for word in line.words]


def places(truth: list[str], read: list[str], kind: str) -> list[tuple[int, int]]:
    """Return which words of the truth and of what was read answer each other: "equal" ones or "replace"d ones.

    Only where as many words were read as there are is it known which one a wrong one should have been.
    """
    return [
        (wanted + step, found + step)
        for tag, wanted, wanted_end, found, found_end in SequenceMatcher(None, truth, read, False).get_opcodes()
        if tag == kind and wanted_end - wanted == found_end - found
        for step in range(wanted_end - wanted)
    ]


def sureness(truth: list[str], page: Page) -> float:
    """Return how often a right word is surer than a wrong one; those as sure as each other count half."""
    words = words_of(page)
    right = {found for _, found in places(truth, [word.text for word in words], "equal")}
    sure = [word.confidence or 0.0 for place, word in enumerate(words) if place in right]
    unsure = [word.confidence or 0.0 for place, word in enumerate(words) if place not in right]
    pairs = [(a > b) + (a == b) / 2 for a in sure for b in unsure]
    return sum(pairs) / len(pairs) if pairs else float("nan")


def marked_low(truth: list[str], page: Page) -> tuple[float, float]:
    """Return which share of the wrong words is marked as doubtful, and which of the right ones."""
    words = words_of(page)
    right = {found for _, found in places(truth, [word.text for word in words], "equal")}
    low = [(word.confidence or 0.0) < LOW_BELOW for word in words]
    of_right = [is_low for place, is_low in enumerate(low) if place in right]
    of_wrong = [is_low for place, is_low in enumerate(low) if place not in right]
    return sum(of_wrong) / max(1, len(of_wrong)), sum(of_right) / max(1, len(of_right))


def among_alternatives(truth: list[str], greedy: Page, reading: Reading) -> tuple[int, int]:
    """Return for how many of greedy's wrong words the truth is among the alternatives there, and of how many."""
    words = words_of(greedy)
    wrong = places(truth, [word.text for word in words], "replace")
    found = sum(truth[wanted] in alternatives_at(words[place].polygon, reading) for wanted, place in wrong)
    return found, len(wrong)


def alternatives_at(box: Polygon | None, reading: Reading) -> set[str]:
    """Return the alternatives of the word that covers most of a box."""
    at = [
        (overlap(box, word.polygon), [one.text for one in others])
        for line, known in zip(reading.page.lines, reading.alternatives, strict=True)
        for word, others in zip(line.words, known, strict=True)
        if box and word.polygon
    ]
    return set(max(at, key=lambda one: one[0], default=(0.0, []))[1])


def broken(truth: list[str], greedy: Page, page: Page) -> tuple[int, int]:
    """Return how many words that greedy has right are wrong on the other page, and how many it has right."""
    before, after = (
        {wanted for wanted, _ in places(truth, [word.text for word in words_of(one)], "equal")}
        for one in (greedy, page)
    )
    return len(before - after), len(before)


def compared(greedy: Row, other: Row) -> str:
    """Return what the language has changed, as the last columns of the table."""
    truth = greedy.truth.split()
    among, wrong = among_alternatives(truth, greedy.page, other.reading)
    lost, right = broken(truth, greedy.page, other.page)
    low = " /".join(f"{100 * share:3.0f}" for share in marked_low(truth, other.page))
    return f" {sureness(truth, other.page):5.2f} {100 * among / max(1, wrong):6.0f} {lost:3} /{right:3} {low:>9}"


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


async def kept_figures(worker: Worker) -> str:
    """Return how many words of badly drawn figures, codes and names stay right, and how many become right."""
    kept, right, repaired = 0, 0, 0
    for seed in SEEDS:
        for start in range(0, len(worn.LINES), 10):
            lines = worn.LINES[start : start + 10]
            content, truth = drawn.as_file(worn.page(lines, seed)), " ".join(lines).split()
            greedy, page = [(await worker.read(content, language=language))[0] for language in (LITERAL, "en")]
            lost, before = broken(truth, greedy, page)
            kept, right = kept + before - lost, right + before
            repaired += broken(truth, page, greedy)[0]
    return f"figures, codes and names: {kept} of {right} right words kept, {repaired} repaired"


async def measure(images: list[tuple[Path, bytes]]) -> None:
    """Print the table, then the times of starting and cancelling."""
    short = drawn.as_file(drawn.page([drawn.FIRST], size=(800, 400)))
    worker = Worker()
    start = await cold_start(worker, short)
    print(HEAD)
    for image, content in images:
        greedy = await measured(worker, image, content, LITERAL)
        print(greedy, flush=True)
        for is_careful in (False, True):
            other = await measured(worker, image, content, AUTO, is_careful=is_careful)
            print(f"{other}{compared(greedy, other) if greedy.truth else ''}", flush=True)
    print(await kept_figures(worker))
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
