"""How long a page takes to open, by kind of file, and how much memory leafing through a pile of them takes.

Of each kind it is told, in milliseconds of the processor,

    map      opening the file just large enough for a map of the page, and drawing that
    review   opening it as the review does, fine enough to cut lines out of
    again    the same once more, from the reduced copy that is kept of what opens slowly
    next     asking for the page that comes next, which was opened ahead

and, in MiB beyond what the program takes before it has opened anything,

    peak     the most that leafing through six such pages took
    held     what was still held after the last, with one page ahead: two pages are what is needed
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, features

from tests.bench.times import milliseconds
from tui.model import Item
from tui.pictures.ansi import ansi
from tui.pictures.cache import Copies
from tui.pictures.cells import draw
from tui.pictures.glyphs import OCTANTS, GlyphSet
from tui.pictures.opening import Opener
from tui.pictures.source import open_page
from tui.pictures.terminal import Colours

PAGES = 6
FINER = 2
"""For a map a page is opened with so many pixels, across and down, for each part of a cell."""
_ROOM = 10**9
"""Bytes that copies may take."""


def map_from_file(path: Path, columns: int, rows: int, glyphs: GlyphSet, colours: Colours = "256") -> str:
    """Open a page and draw its map, as text for the terminal."""
    room = columns * glyphs.columns * FINER, rows * glyphs.rows * FINER
    page = open_page(path, 1, at_most=room).image
    return ansi(draw(page, columns, rows, glyphs, mono=colours == "none"), colours)


def kinds(page: Image.Image, folder: Path) -> Iterator[Path]:
    """Write a page as a file of every kind that can be written here."""
    writers: dict[str, Callable[[Path], object]] = {
        "JPEG.jpg": lambda path: page.save(path, quality=85),
        "JPEG, progressive.jpg": lambda path: page.save(path, quality=85, progressive=True),
        "PNG.png": lambda path: page.save(path, compress_level=3),
        "TIFF, LZW.tif": lambda path: page.save(path, compression="tiff_lzw"),
        "TIFF, JPEG.tif": lambda path: page.convert("YCbCr").save(path, compression="jpeg", quality=85),
        "TIFF, G4.tif": lambda path: page.convert("1", dither=Image.Dither.NONE).save(path, compression="group4"),
    }
    if features.check("jpg_2000"):
        writers["JPEG 2000.jp2"] = lambda path: page.save(path, quality_layers=[20], irreversible=True)
    if find_spec("pypdfium2"):
        writers["PDF.pdf"] = lambda path: page.save(path, quality=85, resolution=600)
    if find_spec("pillow_heif"):
        writers["HEIC.heic"] = lambda path: _save_heic(page, path)
    for name, write in writers.items():
        write(folder / name)
        yield folder / name


def _save_heic(page: Image.Image, path: Path) -> None:
    import pillow_heif

    pillow_heif.from_pillow(page).save(path, quality=60, enc_params={"preset": "ultrafast"})


def report(page: Image.Image, folder: Path, repeats: int, *, leafs: bool = True) -> None:
    """Print the table; unless it leafs, without the last three columns."""
    print(f"\nopening a page of {page.width} x {page.height} pixels, ms and MiB")
    print(f"{'':24}{'map':>8}{'review':>8}{'again':>8}{'next':>8}{'peak':>8}{'held':>8}")
    for path in kinds(page, folder):
        print(f"{path.stem:24}{times(path, repeats)}{leafing(path) if leafs else ''}", flush=True)
        path.unlink()


def times(path: Path, repeats: int) -> str:
    """Measure how long one kind of file takes to open."""
    digest = sha256(path.read_bytes()).hexdigest()
    mapped = milliseconds(lambda: map_from_file(path, 100, 45, OCTANTS), repeats)
    first = milliseconds(lambda: Opener().open(path, 1, digest), repeats)
    with TemporaryDirectory() as cache:
        copies = Copies(Path(cache), _ROOM)
        Opener(copies).open(path, 1, digest)
        again = milliseconds(lambda: Opener(copies).open(path, 1, digest), repeats)
    return "".join(f"{value:8.1f}" for value in (mapped, first, again))


def leafing(path: Path) -> str:
    """Leaf through a pile of one page in a process of its own, and return what that took."""
    command = [sys.executable, "-m", "tests.bench.opening", str(path)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return f"{told['next']:8.3f}{told['peak']:8.0f}{told['held']:8.0f}"


async def leaf(paths: list[Path]) -> dict[str, float]:
    """Look at one page after another as the review does, with the next opened ahead."""
    from tui.view.darkroom import Darkroom

    before = memory()["VmRSS"]
    room = Darkroom(OCTANTS)
    items = [Item(number, str(path), "") for number, path in enumerate(paths)]
    asked = []
    await room.open(items[0], 1)
    for item, following in zip(items, items[1:] + items[:1], strict=True):
        begin = time.process_time()
        assert room.page(item.id, 1) is not None
        asked.append((time.process_time() - begin) * 1e3)
        await room.open_ahead(following, 1)
    now = memory()
    return {"next": statistics.median(asked), "peak": now["VmHWM"] - before, "held": now["VmRSS"] - before}


def memory() -> dict[str, float]:
    """Return the memory that this process takes and the most it took, in MiB; nan where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        lines = []
    found = {line.split(":")[0]: float(line.split()[1]) / 1024 for line in lines if line.startswith("Vm")}
    return {"VmRSS": float("nan"), "VmHWM": float("nan")} | found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(leaf([Path(sys.argv[1])] * PAGES))))
