"""Other programs that show long lists in a terminal, to measure beside: those that are installed.

Each gets a list of its own kind, as long as the queue is: less and VisiData lines of a file, tig commits, mc files and
neomutt mails of these 10,000 at most, and a Textual DataTable rows.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAILS = 10_000
"""So many mails and files at most: longer lists of them nobody has."""
HELLO = (
    "from textual.app import App\nfrom textual.widgets import Label\n"
    "class Hello(App[None]):\n    BINDINGS = [('q', 'quit', 'Quit')]\n"
    "    def compose(self):\n        yield Label('hello')\nHello().run()\n"
)
TABLE = (
    "import sys\nfrom textual.app import App\nfrom textual.widgets import DataTable\n"
    "class Table(App[None]):\n    BINDINGS = [('q', 'quit', 'Quit')]\n"
    "    def compose(self):\n        yield DataTable(cursor_type='row')\n"
    "    def on_mount(self):\n        table = self.query_one(DataTable)\n"
    "        table.add_columns('image', 'state', 'how it fares', 'lines', 'doubtful')\n"
    "        table.add_rows((f'parish/{n:06}.tif', 'done', 'read in 3 s', f'{n % 31}/30 lines', f'{n % 7} doubtful')\n"
    "                       for n in range(int(sys.argv[1])))\nTable().run()\n"
)


@dataclass(frozen=True, slots=True)
class LongList:
    """A program with a list of its own kind."""

    name: str
    argv: tuple[str, ...]
    first: str
    """A regular expression for what is on the screen once it is there."""
    down: str = ""
    """The key for one row down; empty where there are no rows."""
    cwd: Path | None = None


def long_lists(folder: Path, rows: int) -> Iterator[LongList]:
    """Yield the programs that are here, each with its list made ready in the folder."""
    yield LongList("textual, hello", (sys.executable, "-c", HELLO), "hello")
    yield LongList("textual, DataTable", (sys.executable, "-c", TABLE, str(rows)), r"parish/000001", "down")
    text = folder / "rows.txt"
    text.write_text("".join(f"row {number} of a long list of things\n" for number in range(1, rows + 1)))
    if shutil.which("less"):
        yield LongList("less", ("less", str(text)), "row 1 ", "j")
    if shutil.which("neomutt"):
        box = folder / "mails.mbox"
        box.write_text("".join(_mail(number) for number in range(min(MAILS, rows))))
        options = ("-n", "-F", "/dev/null", "-e", f"set folder={folder}", "-R", "-f", str(box))
        yield LongList("neomutt", ("neomutt", *options), "subject 0", "j")
    if shutil.which("mc"):
        files = folder / "files"
        files.mkdir()
        for number in range(min(MAILS, rows)):
            (files / f"file{number:05}.txt").touch()
        yield LongList("mc", ("mc", "-u", str(files), str(files)), "file00000", "\x0e")
    if shutil.which("tig") and shutil.which("git"):
        yield LongList("tig", ("tig",), f"change {rows - 1}", "j", _commits(folder / "commits", rows))
    if shutil.which("vd"):
        yield LongList("visidata", ("vd", "-f", "txt", str(text)), "row 2 ", "j")


def _mail(number: int) -> str:
    date = f"Mon, 1 Jan 2024 00:{number // 60 % 60:02}:{number % 60:02} +0000"
    return (
        f"From a@b Mon Jan  1 00:00:00 2024\nFrom: a@b\nDate: {date}\nSubject: subject {number}\n"
        f"Message-ID: <{number}@b>\n\nText {number}\n\n"
    )


def _commits(folder: Path, count: int) -> Path:
    """Make a repository of so many commits."""
    subprocess.run(["git", "init", "--quiet", "--initial-branch", "main", str(folder)], check=True)
    commits = "".join(
        f"commit refs/heads/main\ncommitter A <a@b> {1_700_000_000 + number} +0000\n"
        f"data {len(f'change {number}')}\nchange {number}\n"
        for number in range(count)
    )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=folder, input=commits, text=True, check=True)
    return folder
