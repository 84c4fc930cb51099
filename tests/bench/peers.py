"""Other programs and libraries that draw pictures in terminal cells, to be measured beside ours in the same run.

None of them is needed, and none is installed for the project: programs are looked for on the path, libraries in
whatever Python the bench is told of. That Python runs this very file, which therefore imports nothing of the project:

    PYTHON tests/bench/peers.py

reads a request a line (JSON, see `Libraries`) and writes an answer a line, after a first line with the names it has.
"""

from __future__ import annotations

import io
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Protocol

ENVIRONMENT = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": "200", "LINES": "100"}
REPEATS = 5
"""How often a library draws a picture; a program, which takes far longer to start, draws it once."""


class Shot(NamedTuple):
    """A picture as a peer has drawn it."""

    ansi: str
    milliseconds: float
    """Of the processor; a program's with its start and the decoding of the picture."""


class Peer(Protocol):
    """What draws a picture from a file."""

    name: str

    def draw(self, picture: Path, columns: int, rows: int, *, from_file: bool = False) -> Shot:
        """Draw a picture into cells; `from_file` says that decoding it is to be measured too."""


class Program:
    """A program on the path."""

    def __init__(self, name: str, command: tuple[str, ...]) -> None:
        self.name = name
        self._command = command

    def draw(self, picture: Path, columns: int, rows: int, *, from_file: bool = False) -> Shot:
        """Draw a picture; raises OSError and subprocess.SubprocessError."""
        del from_file  # it always is
        command = [part.format(picture=picture, columns=columns, rows=rows) for part in self._command]
        before = _of_children()
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, env=ENVIRONMENT, check=True, timeout=60
        )
        return Shot(done.stdout.decode("utf-8", "replace"), (_of_children() - before) * 1e3)


def _of_children() -> float:
    """Return how many seconds of the processor ended children have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


_CHAFA = ("chafa", "-f", "symbols", "--stretch", "--animate", "off", "-s", "{columns}x{rows}")
_TIMG = ("timg", "-U", "-g", "{columns}x{rows}")


def programs() -> Iterator[Peer]:
    """Yield the programs that are installed, each as it comes and as it draws ink best."""
    if shutil.which("chafa"):
        yield Program("chafa", (*_CHAFA, "{picture}"))
        best = "octant" if _chafa_version() >= (1, 16) else "sextant"
        for colours, name in (("full", ""), ("256", ", 256 colours")):
            more = ("--symbols", f"block+border+{best}+space", "-w", "9", "-c", colours)
            yield Program(f"chafa, {best}s{name}", (*_CHAFA, *more, "{picture}"))
    if shutil.which("timg"):
        for option, name in (("q", "quarters"), ("h", "half blocks")):
            yield Program(f"timg, {name}", (*_TIMG, "-p", option, "{picture}"))


def _chafa_version() -> tuple[int, ...]:
    told = subprocess.run(["chafa", "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, re.findall(r"\d+", told)[:2]))


class Library:
    """A library in another Python."""

    def __init__(self, name: str, ask: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        self.name = name
        self._ask = ask

    def draw(self, picture: Path, columns: int, rows: int, *, from_file: bool = False) -> Shot:
        """Draw a picture; raises RuntimeError with what the library raised."""
        told = self._ask(
            {"name": self.name, "picture": str(picture), "columns": columns, "rows": rows, "from_file": from_file}
        )
        if "error" in told:
            raise RuntimeError(f"{self.name}: {told['error']}")
        return Shot(told["ansi"], told["milliseconds"])


@contextmanager
def libraries(python: str) -> Iterator[list[Library]]:
    """Start a Python and return the libraries it has; with the block it ends."""
    command = [python, __file__]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=ENVIRONMENT, text=True
    ) as worker:
        asked, told = worker.stdin, worker.stdout
        assert asked is not None
        assert told is not None

        def ask(request: dict[str, Any]) -> dict[str, Any]:
            asked.write(json.dumps(request) + "\n")
            asked.flush()
            answer: dict[str, Any] = json.loads(told.readline())
            return answer

        first = told.readline()
        yield [Library(name, ask) for name in (json.loads(first) if first else [])]
        asked.close()


# -- what runs in the other Python -------------------------------------------------------------------------------------


def _printed(renderable: object, columns: int, rows: int) -> str:
    console_of = import_module("rich.console").Console
    out = io.StringIO()
    console = console_of(
        file=out,
        force_terminal=True,
        color_system="truecolor",
        width=columns,
        height=rows + 2,
        legacy_windows=False,
    )
    console.print(renderable, end="")
    return out.getvalue()


def _rich_pixels(image: Any, columns: int, rows: int) -> str:
    pixels = import_module("rich_pixels").Pixels
    return _printed(pixels.from_image(image, resize=(columns, 2 * rows)), columns, rows)


def _textual_image(image: Any, columns: int, rows: int) -> str:
    half_cells = import_module("textual_image.renderable.halfcell").Image
    return _printed(half_cells(image, width=columns, height=rows), columns, rows)


def _term_image(image: Any, columns: int, rows: int) -> str:
    block_image = import_module("term_image.image").BlockImage
    return str(block_image(image, width=columns, height=rows))


def _chafa_py(image: Any, columns: int, rows: int) -> str:
    chafa = import_module("chafa")
    config = chafa.CanvasConfig()
    config.width, config.height = columns, rows
    config.canvas_mode = chafa.CanvasMode.CHAFA_CANVAS_MODE_TRUECOLOR
    canvas = chafa.Canvas(config)
    rgb = chafa.PixelType.CHAFA_PIXEL_RGB8
    canvas.draw_all_pixels(rgb, image.tobytes(), image.width, image.height, image.width * 3)
    text = canvas.print(chafa.TermDb().detect())
    return str(text.decode())


LIBRARIES: dict[str, tuple[str, Callable[[Any, int, int], str]]] = {
    "chafa.py": ("chafa", _chafa_py),
    "textual-image, half blocks": ("textual_image", _textual_image),
    "rich-pixels": ("rich_pixels", _rich_pixels),
    "term-image": ("term_image", _term_image),
}
"""The module of each library, and how it draws a picture of mode 'RGB'."""


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    from PIL import Image

    path, size = request["picture"], (request["columns"], request["rows"])
    draw = LIBRARIES[request["name"]][1]

    def opened() -> Any:
        with Image.open(path) as image:
            return image.convert("RGB")

    image, times, text = opened(), [], ""
    for _ in range(1 if request["from_file"] else REPEATS):
        begin = time.process_time()
        text = draw(opened() if request["from_file"] else image, *size)
        times.append((time.process_time() - begin) * 1e3)
    return {"ansi": text, "milliseconds": statistics.median(times)}


def _serve() -> None:
    names = [name for name, (module, _) in LIBRARIES.items() if find_spec("PIL") and find_spec(module)]
    print(json.dumps(names), flush=True)
    for line in sys.stdin:
        try:
            told = _answer(json.loads(line))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the answer
            told = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    sys.path.pop(0)  # this folder, whose names are not theirs
    _serve()
