"""What a review costs on a line: `python -m tests.bench.line [--size 80x24] [--peers] [--slow]`.

The real program runs in a terminal of 256 colours as over SSH (no COLORTERM), on a queue of many images. Told is for
each act how many bytes the program writes, and how many of them `ssh -C` would send; beside it the same of other
programs, where they are installed and --peers is given. Acts are

    start         until the queue is on the screen
    move          one row down in the queue, or in the list of the peer
    scroll        one row down at the lower edge
    page          one page down
    review        open the review of an image
    accept        decide a line and show the next one with its ink
    step          to the next line, which shows its ink
    word, edit    correct one word, and a whole line in the field, from the first key to the next line
    idle, running bytes a second while nothing happens, and while operations run

With --slow lines are reviewed one after the other over a line of 300 kbit/s, 150 ms and 5 % loss (tests/slow_line.py),
and the time is told as a multiple of what as many round trips take over the same line: with and without compression.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from tests.engine.measures import RECORDED, SAMPLES
from tests.fake_service import FakeService, running, state, submission
from tests.reviewer import read_into, seen
from tests.terminal import KEYS, NotShown, Terminal
from tui.model import Line, Page, Polygon, Word
from tui.pictures.source import measure
from tui.store import NewItem, Store

HANDREAD = (sys.executable, "-m", "tui")
OVER_SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22", "COLORTERM": "", "TERM": "xterm-256color"}
TEXTS = tuple(f"the qvick brown fox number {number}" for number in range(1, 41))
IMAGES = 60
PATIENCE = 60.0
QUIET = 0.3


@dataclass(frozen=True, slots=True)
class Cost:
    """What an act cost."""

    act: str
    bytes: float
    deflated: float
    """As `ssh -C` would send it."""


class WeighedTerminal(Terminal):
    """A terminal that keeps what the program wrote, and knows when the last of it came."""

    written = b""
    came_at = 0.0

    def _pieces(self, seconds: float) -> Iterator[bytes]:
        for data in super()._pieces(seconds):
            self.written += data
            self.came_at = time.perf_counter()
            yield data


class Scales:
    """Weighs acts in a terminal."""

    def __init__(self, terminal: WeighedTerminal) -> None:
        self._terminal = terminal
        self._deflate = zlib.compressobj(6)

    def weigh(self, act: str, *keys: str, times: int = 1, until: str = "", answers: bool = True) -> Cost:
        """Press keys, each time until the screen is at rest; not all of them need an answer."""
        for _ in range(times):
            before = len(self._terminal.written)
            for key in keys:
                self._terminal.send(key) if key in KEYS or len(key) == 1 else self._terminal.type(key)
            if keys and answers:
                self._terminal.wait_for(partial(self._has_answered, before), PATIENCE)
            self._terminal.settle(QUIET, PATIENCE)
        if until:
            self._terminal.wait_for(until, PATIENCE)
            self._terminal.settle(QUIET, PATIENCE)
        return self._cost(act, times)

    def wait(self, act: str, seconds: float) -> Cost:
        """Do nothing for a while; the cost is that of a second."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._terminal.settle(left, left)
        return self._cost(act, seconds)

    def _has_answered(self, before: int, _: Terminal) -> bool:
        return len(self._terminal.written) > before

    def _cost(self, act: str, share: float) -> Cost:
        written, self._terminal.written = self._terminal.written, b""
        deflated = self._deflate.compress(written) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        return Cost(act, len(written) / share, len(deflated) / share)


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of somebody who works over SSH, and whose files are in a folder."""
    folders = {f"XDG_{name}_HOME": str(folder / name) for name in ("DATA", "CONFIG", "CACHE")}
    return {"HOME": str(folder), "USER": "ada", "HANDREAD_QUEUE": str(folder / "queue.db"), **folders, **OVER_SSH}


def make_queue(folder: Path, images: int = IMAGES) -> None:
    """Put images into a queue file, each of them read already."""
    if RECORDED.exists() and (image := next(SAMPLES.glob("dag*.jpg"), None)):
        copy = shutil.copy(image, folder / "dag.jpg")
        with Store(folder / "queue.db") as store:
            item = store.add([NewItem(str(copy), "local", measure(Path(copy)))])[0].item_id
            store.claim("local")
            store.sent(item, "local:1")
            store.done(item, b"{}", [recorded_page(Path(copy))])
    read_into(folder / "queue.db", folder, {f"{number:03}.png": [f"{number}", *TEXTS] for number in range(images)})


def recorded_page(image: Path) -> Page:
    """Return the cloud's own answer for the notebook page."""
    answer = json.loads(RECORDED.read_text("utf-8"))["analyzeResult"]["readResults"][0]
    with Image.open(image) as opened:
        width, height = opened.size
    scale = width / answer["width"]
    lines = tuple(
        Line(
            line["text"],
            Polygon.from_numbers(line["boundingBox"]).scaled(scale, scale),
            tuple(
                Word(word["text"], Polygon.from_numbers(word["boundingBox"]).scaled(scale, scale), word["confidence"])
                for word in line["words"]
            ),
        )
        for line in answer["lines"]
    )
    return Page(1, width, height, 0.0, lines)


def acts(folder: Path, size: tuple[int, int], times: int = 5) -> Iterator[Cost]:
    """Yield what each act costs in a terminal of that size."""
    with WeighedTerminal((*HANDREAD, "--service", "none"), size, environment(folder)) as terminal:
        scales = Scales(terminal)
        yield scales.weigh("start", until="lines decided|done")
        yield scales.weigh("move", "j", times=times)
        scales.weigh("down", *["j"] * (size[1] - 8), answers=False)
        yield scales.weigh("scroll", "j", times=times, answers=False)
        yield scales.weigh("page", "pagedown", answers=False)
        scales.weigh("top", "home", answers=False)
        yield scales.weigh("review", "enter", until=r"line \d+ of \d+")
        yield scales.weigh("accept", "a", times=times)
        yield scales.weigh("step", "j", times=times)
        yield scales.weigh("word", "c", "quick", "enter", times=2)
        yield scales.weigh("edit", "e", "end", " and more", "enter", times=2)
        if times > 1:
            scales.wait("until notices have gone", 6)
        yield scales.wait("idle", 1 if times < 3 else 3)


def running_costs(folder: Path, size: tuple[int, int], seconds: float) -> Cost:
    """Return what a second costs while twenty operations run."""
    from tests.view.conftest import draw_page

    home = environment(folder)
    settings = Path(home["XDG_CONFIG_HOME"]) / "handread" / "config.toml"
    settings.parent.mkdir(parents=True)
    pages = [folder / f"{number}.png" for number in range(20)]
    for page in pages:
        draw_page(page, (page.name,))
    slow = submission(state("notStarted"), *[running()] * 5000)
    with FakeService([slow], key="s3cret") as service:
        settings.write_text(
            f'service = "cloud"\n[services.cloud]\ndialect = "read-3.2"\nendpoint = "{service.url}"\n'
            'key_variable = "CLOUD_KEY"\n'
        )
        argv = (*HANDREAD, *map(str, pages))
        with WeighedTerminal(argv, size, {**home, "CLOUD_KEY": "s3cret"}) as terminal:
            terminal.wait_for(r"running +Running", PATIENCE)
            scales = Scales(terminal)
            scales.wait("", 1)
            return scales.wait("running", seconds)


# -- a slow line ------------------------------------------------------------------------------------------------------


def behind(line: Sequence[str], *program: str) -> tuple[str, ...]:
    """Return what runs a program behind a slow line."""
    return (sys.executable, "-m", "tests.slow_line", *line, "--", *program)


ECHO = r"""
import os, tty
tty.setraw(0)
os.write(1, b"+")
while True:
    os.write(1, b"\r" + os.read(0, 99)[-1:])
"""


def round_trips(line: Sequence[str], count: int) -> float:
    """Return the seconds of so many round trips over a line, with nothing at its other end that takes time."""
    with WeighedTerminal(behind(line, sys.executable, "-c", ECHO)) as terminal:
        terminal.wait_for(r"^\+", PATIENCE)
        keys = [chr(ord("a") + number % 26) for number in range(count)]
        return sum(answered(terminal, key, f"^{key}") for key in keys)


def answered(terminal: WeighedTerminal, key: str, until: str | Callable[[Terminal], bool]) -> float:
    """Return the seconds from a key to the last byte that was needed; what showing it here takes does not count."""
    start = time.perf_counter()
    terminal.send(key)
    terminal.wait_for(until, PATIENCE)
    return terminal.came_at - start


def slow_review(folder: Path, line: Sequence[str], lines: int) -> float:
    """Return the seconds in which so many lines are accepted, each once its ink and its row have come."""
    argv = behind(line, *HANDREAD, "--service", "none")
    with WeighedTerminal(argv, (80, 24), environment(folder)) as terminal:
        terminal.wait_for("lines decided|done", PATIENCE)
        terminal.send("enter")
        terminal.wait_for(partial(_has_gone_on, None), PATIENCE)
        terminal.settle(1)
        return sum(answered(terminal, "a", partial(_has_gone_on, _place(terminal))) for _ in range(lines))


def _place(terminal: Terminal) -> tuple[str, int] | None:
    now = seen(terminal.rows)
    return now.place if now is not None else None


def _has_gone_on(place: tuple[str, int] | None, terminal: Terminal) -> bool:
    """Whether another line is shown than the one in that place, with its ink."""
    now = seen(terminal.rows)
    return now is not None and now.place != place and not now.waits


def slow_table(lines: int) -> Iterator[str]:
    """Tell what a review takes over a slow line, as a multiple of its round trips."""
    yield f"{lines} lines at 300 kbit/s, 150 ms, 5 % loss"
    for name, line in {"as it is": (), "compressed": ("--compress",)}.items():
        with TemporaryDirectory() as temporary:
            folder = Path(temporary)
            make_queue(folder, 1 + lines // len(TEXTS))
            bare = round_trips(line, lines)
            took = slow_review(folder, line, lines)
        yield f"{name:18}{took:8.1f} s{took / lines:8.2f} s a line{took / bare:8.2f} times the round trips"


# -- peers ------------------------------------------------------------------------------------------------------------


def peers(folder: Path) -> dict[str, tuple[Sequence[str], str]]:
    """Return other programs that show a list: their arguments, and what is on the screen once they are there."""
    text = folder / "text"
    text.write_text("".join(f"{number:06} the quick brown fox jumps over the lazy dog\n" for number in range(5000)))
    box = folder / "box"
    mail = "From a@example.org Mon Jan  1 00:00:00 2024\nFrom: a@example.org\nSubject: number {}\n\ntext\n\n"
    box.write_text("".join(mail.format(number) for number in range(500)))
    files = folder / "files"
    files.mkdir()
    for number in range(300):
        (files / f"{number:04}").touch()
    found = {
        "less": (("less", str(text)), "000003"),
        "mc": (("mc", "-d", str(files), str(files)), "0003"),
        "neomutt": (("neomutt", "-n", "-F", "/dev/null", "-e", f"set folder={folder}", "-R", "-f", str(box)), "number"),
        "tig": (("tig",), "commit|master|main"),
        "vd": (("vd", str(text)), "000003"),
    }
    return {name: peer for name, peer in found.items() if shutil.which(name)}


def peer_acts(argv: Sequence[str], ready: str, size: tuple[int, int], home: Mapping[str, str]) -> Iterator[Cost]:
    """Yield what moving in the list of another program costs."""
    with WeighedTerminal(argv, size, home, cwd=Path(__file__).parent) as terminal:
        scales = Scales(terminal)
        yield scales.weigh("start", until=ready)
        yield scales.weigh("move", "down", times=5, answers=False)
        scales.weigh("down", *["down"] * size[1], answers=False)
        yield scales.weigh("scroll", "down", times=5, answers=False)
        yield scales.weigh("page", "pagedown", answers=False)
        yield scales.wait("idle", 2)


def table(columns: Mapping[str, Sequence[Cost]]) -> Iterator[str]:
    """Tell costs: a row an act, a column a program."""
    names = list(dict.fromkeys(cost.act for costs in columns.values() for cost in costs))
    yield f"{'bytes (deflated)':18}" + "".join(f"{name:>18}" for name in columns)
    for act in names:
        cells = ({cost.act: cost for cost in costs}.get(act) for costs in columns.values())
        told = (f"{cost.bytes:,.0f} ({cost.deflated:,.0f})" if cost is not None else "" for cost in cells)
        yield f"{act:18}" + "".join(f"{cell:>18}" for cell in told)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the bench from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.line", description=__doc__.splitlines()[0])
    parser.add_argument("--size", action="append", help="columns and lines, such as 80x24")
    parser.add_argument("--peers", action="store_true", help="other programs too")
    parser.add_argument("--slow", type=int, metavar="LINES", help="review so many lines over a slow line")
    parser.add_argument("--quick", action="store_true", help="few images, each act once")
    given = parser.parse_args(arguments)
    for text in given.size or ("80x24", "200x50"):
        columns, lines = map(int, text.split("x"))
        with TemporaryDirectory() as temporary:
            queue, other, home = (Path(temporary) / name for name in ("a", "b", "c"))
            for folder in (queue, other, home):
                folder.mkdir()
            make_queue(queue, 3 if given.quick else IMAGES)
            costs = [*acts(queue, (columns, lines), 1 if given.quick else 5)]
            costs.append(running_costs(other, (columns, lines), 1 if given.quick else 5))
            shown = {"handread": costs}
            if given.peers:
                for name, peer in peers(home).items():
                    with suppress(NotShown):  # a peer that is set up otherwise here is left out
                        shown[name] = [*peer_acts(*peer, (columns, lines), environment(home))]
            print(text, *table(shown), "", sep="\n")
    if given.slow:
        print(*slow_table(given.slow), sep="\n")


if __name__ == "__main__":
    main()
