"""What it takes to review 300 real lines: `python -m tests.bench.reviewer [--keep FOLDER]`.

A scripted reviewer (tests/reviewer.py) works through the sample pages in the real program, in a terminal of 80x24 with
256 colours. It knows what is written there, and decides line after line. The engine carried along has read each page
three times: with its language, then literally, then with care; so that from the 118th line on all pages are such whose
words were accepted and corrected before, as in a long notebook of one hand. Told is for each kind of decision

    keys          all of them, and how many of these are letters typed into the field
    keys a line   without the letters
    within        how many of the lines take at most one key where they are right or no text, two for each word taken
                  from the advice, three and the letters where they are corrected
    bytes a line  what the program wrote to the terminal, uncompressed
    key           milliseconds from a key that is not typed into the field until the screen is at rest with what came of
                  it (ink, advice and notices included), by the clock: on a busy machine it says little

A line that was read where there is none is rejected; what the engine has not seen at all is not reviewed. The pages are
read once where a folder is named to keep that in. --quick works through a dozen drawn lines instead.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from rapidfuzz.distance import Levenshtein

from tests.engine.measures import SAMPLES
from tests.reviewer import DRAWN, Deed, ScriptedReviewer, Task, read_into, review, table, tasks_of
from tui.model import Line, State, text_of
from tui.store import Store

LINES = 300
PAGES = ("dag", "clara", "letter")
"""How the files of the sample pages begin, the easiest first; their names would not fit into a heading."""
WAYS = {"language": "", "literal": 'language = "literal"\n', "careful": "careful = true\n"}
"""Each way to read, and what its profile says."""
ALIKE = 0.35
"""So alike, as a share of letters, are a line read and one written at least to be taken for the same by that alone."""


# -- what was read ----------------------------------------------------------------------------------------------------


def read_pages(folder: Path) -> Path:
    """Have the program read the sample pages in each way, where that has not been done; returns the queue file."""
    queue, settings = folder / "queue.db", folder / "config" / "handread" / "config.toml"
    settings.parent.mkdir(parents=True, exist_ok=True)
    profiles = (f'[services.{way}]\ndialect = "read-3.2"\nendpoint = "local:"\n{more}' for way, more in WAYS.items())
    settings.write_text("".join(profiles))
    home = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "CACHE", "DATA")}
    for way in WAYS:
        command = [sys.executable, "-m", "tui", "run", "--queue", str(queue), "--service", way]
        subprocess.run(
            [*command, *copies(folder, way)], env={**os.environ, **home}, stdout=subprocess.DEVNULL, check=True
        )
    return queue


def copies(folder: Path, way: str) -> Iterator[str]:
    """Yield copies of the pages for one way to read them.

    Their bytes differ behind the picture's end, so that what was read in one way is not offered in another as what a
    second service has read.
    """
    for name in PAGES:
        (image,) = SAMPLES.glob(f"{name}*.jpg")
        copy = folder / f"{name}-{way}.jpg"
        copy.write_bytes(image.read_bytes() + way.encode())
        yield str(copy)


# -- what is written --------------------------------------------------------------------------------------------------


def right_lines(read: Sequence[Line], written: Sequence[str]) -> list[str | None]:
    """Return for each line that was read which of those written it is, each at most once; None where it is none.

    The most alike go together first, wherever they stand. Of the others those go together that stand between the same
    two neighbours, where there are as many of them on both sides.
    """
    alike = [[Levenshtein.normalized_similarity(line.text, text) for text in written] for line in read]
    pairs = sorted(((share, i, j) for i, row in enumerate(alike) for j, share in enumerate(row)), reverse=True)
    found: dict[int, int] = {}
    for share, i, j in pairs:
        if share >= ALIKE and i not in found and j not in found.values():
            found[i] = j
    for start, end in gaps(len(read), found):
        before, after = found.get(start - 1, -1), found.get(end, len(written))
        between = [j for j in range(before + 1, after) if j not in found.values()]
        if len(between) == end - start:
            found |= dict(zip(range(start, end), between, strict=True))
    return [written[found[i]] if i in found else None for i in range(len(read))]


def gaps(count: int, found: dict[int, int]) -> list[tuple[int, int]]:
    """Return start and end of each run of places that are not found."""
    missing = [place for place in range(count) if place not in found]
    starts = [place for place in missing if place - 1 not in missing]
    return [(start, next(end for end in range(start, count + 1) if end not in missing)) for start in starts]


def tasks_in(queue: Path) -> dict[tuple[str, int], Task]:
    """Return what is known of each line in a queue of sample pages, in the order of the queue."""
    truths = {name: next(SAMPLES.glob(f"{name}*.txt")) for name in PAGES}
    tasks: dict[tuple[str, int], Task] = {}
    with Store(queue) as store:
        for item in store.window(0, 100):
            assert item.state is State.DONE, item.failure
            name = Path(item.source).name
            lines = [line for page in store.pages(item.id) for line in page.lines]
            written = [
                " ".join(line.split()) for line in truths[name.partition("-")[0]].read_text("utf-8").splitlines()
            ]
            right = right_lines(lines, list(filter(None, written)))
            tasks |= {(name, number): Task(*both) for number, both in enumerate(zip(lines, right, strict=True), 1)}
    return tasks


def as_written(queue: Path, tasks: dict[tuple[str, int], Task], deeds: Sequence[Deed]) -> int:
    """Return how many of the lines that were decided say what is written there."""
    said: dict[tuple[str, int], str] = {}
    with Store(queue) as store:
        for item in store.window(0, 100):
            decisions = store.decisions(item.id)
            keyed = [both for page in store.pages(item.id) for both in zip(page.keys, page.lines, strict=True)]
            said |= {
                (Path(item.source).name, number): "" if decision.text is None and kind == "rejected" else text
                for number, (key, line) in enumerate(keyed, 1)
                if (decision := decisions.get(key))
                for kind, text in [(decision.verdict.value, text_of(line, decision))]
            }
    return sum(said.get(deed.place, " ").split() == (tasks[deed.place].right or "").split() for deed in deeds)


# -- the work ---------------------------------------------------------------------------------------------------------


def work(queue: Path, folder: Path, tasks: dict[tuple[str, int], Task], lines: int) -> None:
    """Work through a queue and print what it took: in all, and page by page."""
    with review(queue, folder) as terminal:
        deeds = ScriptedReviewer(terminal, tasks).work(lines)
    print(*table(deeds), sep="\n")
    print(f"{as_written(queue, tasks, deeds)} of {len(deeds)} lines say what is written there.")
    for name in dict.fromkeys(deed.place[0] for deed in deeds):
        print(f"\n{name}", *list(table([deed for deed in deeds if deed.place[0] == name]))[1:], sep="\n")


def copied(queue: Path, folder: Path) -> Path:
    """Copy a queue file, so that nothing is decided in the one that is kept."""
    copy = folder / "work.db"
    with closing(sqlite3.connect(queue)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return copy


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the bench from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reviewer", description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, help="the folder that what was read is kept in")
    parser.add_argument("--lines", type=int, default=LINES, help="how many lines are reviewed")
    parser.add_argument("--quick", action="store_true", help="a dozen drawn lines")
    given = parser.parse_args(arguments)
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if given.quick:
            pages = read_into(folder / "queue.db", folder, DRAWN)
            work(folder / "queue.db", folder, tasks_of(pages, DRAWN), given.lines)
            return
        queue = read_pages(given.keep or folder)
        tasks = tasks_in(queue)
        work(copied(queue, folder), folder, tasks, given.lines)


if __name__ == "__main__":
    if SAMPLES.is_dir() or "--quick" in sys.argv:
        main()
    else:
        print(f"There are no sample pages in {SAMPLES}.")
