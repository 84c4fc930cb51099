"""Makes the README's pictures: runs the real `handread demo` in a terminal, presses keys, and draws what it shows.

    python screenshots/make.py [--out FOLDER] [NAME]...

Every shot begins with a queue, a configuration and a cache of its own that are empty and vanish with it, so that the
pictures show what somebody sees who starts the program for the first time.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "screenshots")]

from raster import FontMissing, picture  # noqa: E402

from tests.terminal import NotShown, Terminal  # noqa: E402

PATIENCE = 120.0
"""Seconds that a step may take: the carried engine reads ten pages in less, even on a slow machine."""


@dataclass(frozen=True, slots=True)
class Step:
    """What to wait for, and then what to press."""

    until: str
    """A regular expression that the screen must show first."""
    keys: tuple[str, ...] = ()
    """Names and characters, as tests/terminal.py knows them."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: what is on the screen when the last step's text has appeared and nothing moves any more."""

    name: str
    size: tuple[int, int]
    steps: tuple[Step, ...]
    is_still: bool = True
    """Whether to wait until nothing moves; a picture of polling must not."""


TO_QUEUE = Step(r"jpg   line 1 of", ("q",))
"""The demo begins with its first page."""
ALL_READ = Step(r"done 10\b")
REVIEWED = (
    TO_QUEUE,
    Step(ALL_READ.until, ("g", "enter")),
    Step(r"line 1 of", ("a",)),
    Step(r"line 2 of", ("a",)),
    Step(r"line 3 of"),
)

SHOTS = (
    Shot("queue-80x24", (80, 24), (TO_QUEUE, ALL_READ)),
    Shot("queue-120x36", (120, 36), (TO_QUEUE, ALL_READ)),
    Shot("polling-80x24", (80, 24), (TO_QUEUE, Step(r"running [1-9] +done [2-9]\b")), is_still=False),
    Shot("polling-120x36", (120, 36), (TO_QUEUE, Step(r"running [1-9] +done [2-9]\b")), is_still=False),
    Shot("review-80x24", (80, 24), REVIEWED),
    Shot("review-120x36", (120, 36), REVIEWED),
    Shot("review-200x50", (200, 50), REVIEWED),
)


def taken(shot: Shot, out: Path) -> Path:
    """Run the program up to a shot and write its picture; raises NotShown and FontMissing."""
    with tempfile.TemporaryDirectory() as home:
        program = [sys.executable, "-m", "tui", "demo", "--glyphs", "octants"]
        with Terminal(program, shot.size, _environment(Path(home)), cwd=ROOT) as terminal:
            for step in shot.steps:
                terminal.wait_for(step.until, PATIENCE)
                terminal.send(*step.keys)
            if shot.is_still:
                terminal.settle(0.8)
            file = out / f"{shot.name}.png"
            picture(terminal.display.screen).save(file, optimize=True)
            return file


def _environment(home: Path) -> dict[str, str]:
    """Return the settings of somebody who starts the program for the first time."""
    folders = {f"XDG_{kind}_HOME": str(home / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE", "STATE")}
    queue = {"HANDREAD_QUEUE": str(home / "queue.db")}
    return {**folders, **queue, "USER": "you", "PYTHONPATH": os.fspath(ROOT)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the pictures that the command line names, or all."""
    parser = argparse.ArgumentParser(description="Make the pictures of the README.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(shot.name for shot in SHOTS))
    parser.add_argument("--out", type=Path, default=ROOT / "screenshots", help="where the pictures are put")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.names) - {shot.name for shot in SHOTS}
    if unknown:
        parser.error(f"there is no shot named {', '.join(sorted(unknown))}")
    chosen.out.mkdir(parents=True, exist_ok=True)
    return max([_told(shot, chosen.out) for shot in SHOTS if not chosen.names or shot.name in chosen.names])


def _told(shot: Shot, out: Path) -> int:
    """Take a shot and say how that went: 0 well, 1 not."""
    try:
        file = taken(shot, out)
    except (NotShown, FontMissing) as problem:
        sys.stderr.write(f"{shot.name}: {problem}\n")
        return 1
    print(f"{file.name}: {file.stat().st_size // 1000} kB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
