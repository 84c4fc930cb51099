"""A run without a screen: add, recognise, print what was read in the order it was asked for, and say how it went."""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TextIO

from tui.exits import BUDGET_REACHED, DONE, INTERRUPTED, KEY_REFUSED, SOME_FAILED
from tui.exports.json import item_line
from tui.exports.text import outline, plain_text
from tui.intake import Arrived, take_in
from tui.model import Item, State, Verdict, printable
from tui.quote import quote_of
from tui.runner import Closure
from tui.settings import Service, Settings
from tui.store import Store, Tally

if TYPE_CHECKING:
    from rich.progress import Progress

    from tui.runner import Outcome, Runner

GLANCE = 0.1
"""How many seconds pass between two looks into the queue file while it is run."""


_ENDS = {Closure.KEY: KEY_REFUSED, Closure.BUDGET: BUDGET_REACHED}

MakeRunner = Callable[[Collection[int] | None], "Runner"]
"""Makes a runner for these items, or for all that wait."""


def run_batch(
    settings: Settings,
    service: Service,
    make_runner: MakeRunner,
    names: tuple[str, ...],
    form: str,
    *,
    retry: bool = False,
    agree: Callable[[str], bool] = lambda _: True,
    quiet: bool = False,
) -> int:
    """Run a queue until nothing is left to do; prints each item in a form. Returns the exit code.

    The forms are `text`, `json` and `outline`; with `retry` what failed is sent again. `agree` is told what would be
    paid for, and says whether to go on; `quiet` says nothing but what went wrong.
    """
    named, problems = _named(settings, service, names, quiet=quiet)
    only = named if names else None
    runner = make_runner(only)
    with Store(settings.queue) as store:
        quote = quote_of(store, service, only, with_failed=retry)
        if service.is_paid and quote.calls and not agree(quote.sentence):
            _say("Nothing was sent.")
            return INTERRUPTED
        if retry:
            _send_again(store, service, only)
        wanted = named if names else _unread(store, service)
        printer = _Printer(store, settings, wanted, form, quiet=quiet)
        interrupted, outcome = asyncio.run(_run(runner, store, printer, _Bar(store, quiet=quiet)))
        printer.write(printer.take_ready())
        if runner.trouble and not printer.has_said(runner.trouble):
            _say(runner.trouble)
        if printer.failed:
            _say("`handread run --retry` sends again what failed; with a PATH, only that.")
        if interrupted and printer.left:
            images, them = ("image", "it") if printer.left == 1 else ("images", "them")
            _say(f"Interrupted with {printer.left} {images} left. `handread run` goes on with {them}.")
            return INTERRUPTED
        if outcome.closure in _ENDS:
            return _ENDS[outcome.closure]
        return SOME_FAILED if problems or printer.failed or printer.left else DONE


def _named(settings: Settings, service: Service, names: tuple[str, ...], *, quiet: bool) -> tuple[list[int], int]:
    """Add what is named, and return the items to print and the number of problems."""
    wanted: dict[int, None] = {}
    problems = 0
    for arrival in take_in(settings.queue, names, service.name):
        problem = arrival.problem if isinstance(arrival, Arrived) else arrival.sentence
        if isinstance(arrival, Arrived) and (arrival.new or not problem):
            wanted[arrival.item_id] = None  # one that cannot be read says so when its turn comes
        elif problem:
            problems += 1
            _say(problem)
        if isinstance(arrival, Arrived) and arrival.is_another_name and not quiet:
            _say(arrival.remark)
    return list(wanted), problems


def _unread(store: Store, service: Service) -> list[int]:
    return [item.id for item in _every_item(store) if _is_unread(item) and item.service == service.name]


def _send_again(store: Store, service: Service, wanted: list[int] | None) -> None:
    """Put what failed back into the queue: of the items named, or of all."""
    for item in _every_item(store):
        if item.failure and item.service == service.name and (wanted is None or item.id in wanted):
            store.retry(item.id)


def _every_item(store: Store, batch: int = 500) -> Iterator[Item]:
    start = 0
    while items := store.window(start, batch):
        yield from items
        start += batch


def _is_unread(item: Item) -> bool:
    return item.state in {State.WAITING, State.SENDING, State.SENT}


async def _run(runner: Runner, store: Store, printer: _Printer, bar: _Bar) -> tuple[bool, Outcome]:
    interrupted = False

    def interrupt() -> None:
        nonlocal interrupted
        interrupted = True
        runner.stop()

    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):  # a system that has no such signals ends as it always does
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, interrupt)
    running = asyncio.create_task(runner.run(until_idle=True))
    with bar:
        while not running.done():
            await asyncio.wait([running], timeout=GLANCE)
            if ready := printer.take_ready():
                with bar.aside():
                    await asyncio.to_thread(printer.write, ready)  # who reads slowly does not hold up the polls
            bar.advance(store.tally(), runner.trouble)
    return interrupted, running.result()


class Printout(NamedTuple):
    """What is printed of an item."""

    remark: str
    text: bytes


class _Printer:
    """Prints items in the order they were asked for, each as soon as it and those before it are done."""

    def __init__(self, store: Store, settings: Settings, wanted: list[int], form: str, *, quiet: bool) -> None:
        self._quiet = quiet
        self._store = store
        self._settings = settings
        self._waiting = deque(wanted)
        self._form = form
        self._several = len(wanted) > 1
        self._printed = 0
        self._said: list[str] = []
        self.failed = 0

    @property
    def left(self) -> int:
        """How many have not been printed."""
        return len(self._waiting)

    def has_said(self, trouble: str) -> bool:
        """Whether an item's own complaint was just this."""
        return any(sentence in trouble for sentence in self._said)

    def take_ready(self) -> list[Printout]:
        """Return the next ones as far as they are read or failed, in their order."""
        ready = []
        while self._waiting and not _is_unread(item := self._store.item(self._waiting[0])):
            self._waiting.popleft()
            ready.append(self._printout(item))
        return ready

    def _printout(self, item: Item) -> Printout:
        remark = item.complaint
        self.failed += bool(item.failure)
        self._said += [item.failure.sentence] if item.failure else []
        if not remark and self._form == "text" and not item.lines and not self._quiet:
            remark = f"{printable(item.source)}: no text found."
        return Printout(remark, self._formed(item))

    @staticmethod
    def write(printouts: list[Printout]) -> None:
        """Write texts to stdout, and what is to be said of them to stderr."""
        for printout in printouts:
            if printout.remark:
                _say(printout.remark)
            sys.stdout.buffer.write(printout.text)
        sys.stdout.buffer.flush()

    def _formed(self, item: Item) -> bytes:
        pages, decisions = self._store.pages(item.id), self._store.decisions(item.id)
        if self._form == "json":
            profile = self._settings.services.get(item.service)
            dialect = item.dialect or (profile.dialect if profile else "")
            return item_line(item, dialect, pages, decisions)
        if self._form == "outline":
            return outline(item, pages, decisions).encode("utf-8", "replace")
        if item.failure:
            return b""
        return (self._headline(item) + plain_text(pages, decisions)).encode("utf-8", "replace")

    def _headline(self, item: Item) -> str:
        """Return what tells the text of one image from that of the next, as `head` and `tail` do."""
        if not self._several:
            return ""
        self._printed += 1
        return ("\n" if self._printed > 1 else "") + f"==> {printable(item.source)} <==\n"


class _Bar:
    """Shows on stderr how far a run is, where a person sees it, and no other program draws there what it is piped."""

    def __init__(self, store: Store, *, quiet: bool) -> None:
        self._is_shown = not quiet and sys.stderr.isatty() and (sys.stdout.isatty() or _is_file(sys.stdout))
        self._before = store.tally().unfinished
        self._progress: Progress | None = None
        self._is_held_up = False

    def __enter__(self) -> Self:
        if self._is_shown:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._progress = Progress(*columns, console=Console(stderr=True), transient=True)
            self._task = self._progress.add_task("recognising", total=max(1, self._before))
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def advance(self, tally: Tally, trouble: str) -> None:
        """Show how far a queue is and what holds it up; where there is no bar, say the latter once as it begins."""
        if self._progress is None:
            if trouble and not self._is_held_up:
                _say(trouble)
            self._is_held_up = bool(trouble)
        else:
            from rich.markup import escape

            words = f"recognising, {tally.items[State.SENDING] + tally.items[State.SENT]} under way"
            words += f", {tally.items[State.FAILED]} failed" if tally.items[State.FAILED] else ""
            words += f"; {printable(trouble)[:100]}" if trouble else ""
            self._progress.update(self._task, description=escape(words), completed=self._before - tally.unfinished)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Take the bar away while something is printed on the same terminal."""
        if self._progress is None:
            yield
            return
        self._progress.stop()
        yield
        self._progress.start()


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # one that is closed, or is none of the system's
        return False


def _say(sentence: str) -> None:
    print(printable(sentence), file=sys.stderr)  # noqa: T201 (what a person has to know, beside the text on stdout)


def status_object(store: Store) -> dict[str, Any]:
    """Return how far a queue is, in the versioned schema of `status --json`; `calls` where any were made."""
    tally, calls = store.tally(), store.calls_by_service()
    return {
        "schema": 1,
        "items": {state.value: tally.items[state] for state in State},
        "lines": {verdict.value: tally.lines[verdict] for verdict in Verdict},
        **({"calls": calls} if calls else {}),
    }


def status_text(store: Store) -> str:
    """Return how far a queue is, for a person."""
    tally = store.tally()
    rows = [printable(str(store.path))]
    rows += ["images  " + "  ".join(f"{state.value} {tally.items[state]:,}" for state in State)]
    rows += ["lines   " + "  ".join(f"{verdict.value} {tally.lines[verdict]:,}" for verdict in Verdict)]
    if calls := store.calls_by_service():
        rows += ["sent    " + "  ".join(f"to {printable(name)} {made:,}" for name, made in calls.items())]
    if tally.items[State.FAILED]:
        failed = (item for item in _every_item(store) if item.failure)
        rows += [f"failed  {item.complaint}" for item in failed]
    return "\n".join(rows) + "\n"
