"""An export without a screen: progress on stderr, an end when it is asked for, and how it went."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from tui.exits import DONE, INTERRUPTED, SOME_FAILED
from tui.exporting import Outcome, Progress, Request, export_file
from tui.model import printable

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

Tell = Callable[[Progress], None]


def run_export(queue: Path, request: Request, *, as_json: bool = False, quiet: bool = False) -> int:
    """Export a queue and say how it went; returns the exit code. Raises StoreError and WriteError.

    With `as_json` what became of it is printed on stdout as one object; `quiet` says nothing but what went wrong.
    """
    with _until_interrupted() as stopped, _progress(quiet=quiet) as tell:
        outcome = export_file(queue, request, progress=tell, stopped=stopped.is_set)
    if as_json:
        print(json.dumps(outcome.as_object()))  # noqa: T201 (what the command is asked for)
    _say_how_it_went(outcome, quiet=quiet)
    if outcome.stopped:
        return INTERRUPTED
    return DONE if outcome.is_whole else SOME_FAILED


def _say_how_it_went(outcome: Outcome, *, quiet: bool) -> None:
    *troubles, summary = outcome.sentences
    for sentence in troubles if not (quiet and outcome.is_whole) else ():
        _say(sentence)
    if not quiet:
        _say(summary)
    if outcome.stopped:
        left = f"{outcome.left:,} image{'' if outcome.left == 1 else 's'} left"
        _say(f"Interrupted with {left}. The same command goes on: files that are there are not written again.")


@contextmanager
def _until_interrupted() -> Iterator[threading.Event]:
    """Note when somebody wants it to end; asked a second time, the program ends as it stands."""
    stopped = threading.Event()
    before = {}

    def note(_number: int, _frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, note)
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Tell]:
    """Give what shows on stderr how far an export is, where a person sees it."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("exporting", total=None, left="")
        yield lambda progress: _show(bar, int(task), progress)


def _show(bar: Bar, task: int, progress: Progress) -> None:
    from rich.markup import escape
    from rich.progress import TaskID

    words = f"exporting {printable(progress.name)[:40]}"
    bar.update(
        TaskID(task),
        description=escape(words),
        total=max(1, progress.total),
        completed=progress.done,
        left=left_in_words(progress.seconds_left),
    )


def left_in_words(seconds: float | None) -> str:
    """Return a time that is left: `12 s left`, `3 min left`, `2 h 05 min left`; nothing where it is not known."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{round(seconds)} s left"
    minutes = round(seconds / 60)
    return f"{minutes} min left" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min left"


def _say(sentence: str) -> None:
    print(printable(sentence), file=sys.stderr)  # noqa: T201 (what a person has to know, beside what is on stdout)
