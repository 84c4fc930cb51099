"""`handread watch`: folders into which scanners and other programs put images, queued and read as they come."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.group import handread
from tui.cli.run import agreed, warn_of_end
from tui.cli.shared import (
    Teller,
    json_line,
    profile_of,
    settings_for,
    with_budget,
    with_queue,
    with_quiet,
    with_service,
    within_budget,
)
from tui.exits import INTERRUPTED

if TYPE_CHECKING:
    from tui.intake import Arrived
    from tui.model import Item
    from tui.runner import Runner
    from tui.settings import Service, Settings
    from tui.watching import Ending, News


@handread.command(short_help="Watch folders: queue and recognise what is put there.")
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    metavar="DIR...",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
)
@click.option(
    "--queue-only", is_flag=True, help="Queue what comes and recognise nothing: another Handread does, or later."
)
@click.option("--once", is_flag=True, help="End when everything is done with that is there.")
@click.option(
    "--settle",
    default=5.0,
    show_default=True,
    type=click.FloatRange(0, 86_400),
    metavar="SECONDS",
    help="How long a file must not have changed.",
)
@click.option(
    "--every",
    default=2.0,
    show_default=True,
    type=click.FloatRange(0.05, 86_400),
    metavar="SECONDS",
    help="How long to rest between two looks; longer where looking takes long.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line and event.")
@with_quiet
@with_queue
@with_service
@with_budget
@click.option("--yes", is_flag=True, help="Do not ask before images are sent that cost something.")
def watch(
    folders: tuple[Path, ...],
    queue_only: bool,
    once: bool,
    settle: float,
    every: float,
    as_json: bool,
    quiet: bool,
    yes: bool,
    max_calls: int | None,
    queue: Path | None,
    service: str | None,
) -> None:
    """Watch folders: images that are put there, or below, are queued and recognised; what waits in the queue, too.

    A folder is looked through every two seconds. A file is taken when its size and its times have not changed for five:
    what is still being copied is left alone, as are empty files, hidden ones, and those whose names end in .part, .tmp
    and the like (scan.part.jpg, too). Files that are there at the beginning are taken as well. One that is moved keeps
    its place in the queue; one that is replaced by another picture is queued anew. Links to folders are not followed.

    While another Handread runs the same queue, that one recognises what is queued here. It goes on until SIGINT
    (ctrl+c) or SIGTERM ends it; nothing is lost by that, nor by being killed: the same command goes on.

    With --json stdout has one object a line: `event` is queued, problem, read, failed, remark, and at last ended.

    \b
    Example: handread watch /scanner/out
             handread watch --service vision --max-calls 1000 --json /scanner/out >> events.jsonl
             handread watch --once --queue-only /scanner/out

    Written: the queue file. The images stay where they are.

    Exit codes: 0 ended, and everything is read, 1 some images failed, 2 wrong usage, 3 as many images were sent as may
    be, 4 the service refused the key, 130 ended while images were left to read.
    """
    settings = settings_for(queue=queue)
    profile = within_budget(profile_of(settings, service), max_calls)
    if not queue_only:
        warn_of_end(profile)
        _refuse_to_pay_unasked(settings, profile, yes=yes, quiet=quiet)
    with Teller(quiet=quiet) as teller:
        reporter = _Reporter(teller, as_json=as_json)
        ending = asyncio.run(_watch(settings, profile, folders, reporter, queue_only, once, settle, every))
        reporter.end(ending, " ".join(str(folder) for folder in folders))
    sys.exit(ending.code)


def _refuse_to_pay_unasked(settings: Settings, service: Service, *, yes: bool, quiet: bool) -> None:
    from tui.quote import quote_of
    from tui.store import Store

    if not service.is_paid:
        return
    with Store(settings.queue) as store:
        quote = quote_of(store, service)
    waiting = f"{quote.sentence} wait; " if quote.images else ""
    most = "" if service.max_calls is None else f", up to {service.max_calls:,} calls in all"
    if not agreed(service, f"{waiting}every image that comes is a paid call{most}", yes=yes, quiet=quiet):
        click.echo("Nothing was sent.", err=True)
        sys.exit(INTERRUPTED)


async def _watch(
    settings: Settings,
    service: Service,
    folders: tuple[Path, ...],
    reporter: _Reporter,
    queue_only: bool,
    once: bool,
    settle: float,
    every: float,
) -> Ending:
    from tui.assembly import make_engine, make_runner
    from tui.watching import Plan, Watch

    engine = make_engine(settings, service) if service.is_local and not queue_only else None

    def runner() -> Runner:
        return make_runner(settings, service, engine=engine)

    if not queue_only:
        runner()  # what is wrong with the profile is said before anything comes
    plan = Plan(
        folders,
        settings.queue,
        service.name,
        None if queue_only else runner,
        settle,
        every,
        once,
    )
    watching = Watch(plan, reporter.tell)
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError, RuntimeError):  # where there are no signals, or another thread has them
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, watching.stop)
    if engine is None:
        return await watching.run()
    async with engine.client():  # so that the engine is not started anew for every image
        return await watching.run()


class _Reporter:
    """Says what happens: in sentences on stderr, or in objects on stdout."""

    def __init__(self, teller: Teller, *, as_json: bool) -> None:
        self._teller = teller
        self._as_json = as_json

    def tell(self, news: News) -> None:
        """Say one thing."""
        from tui.intake import Arrived
        from tui.watching import Finished, Remark

        if isinstance(news, Arrived):
            self._tell_of_arrival(news)
        elif isinstance(news, Finished):
            self._tell_of_end(news.item)
        elif isinstance(news, Remark):
            self._print("remark", sentence=news.sentence)
            self._teller.complain(news.sentence)

    def _tell_of_arrival(self, arrival: Arrived) -> None:
        event = "problem" if arrival.problem else "queued"
        sentence = arrival.problem or arrival.remark
        about = {"source": arrival.source, "item": arrival.item_id, "new": arrival.new}
        self._print(event, **about, sentence=sentence or None)
        if arrival.problem:
            self._teller.complain(arrival.problem)
        else:
            self._teller.say(sentence or f"{arrival.source}: queued.")

    def _tell_of_end(self, item: Item) -> None:
        about = {"source": item.source, "item": item.id}
        if item.failure is not None:
            self._print("failed", **about, code=item.failure.code, sentence=item.failure.sentence)
            self._teller.complain(item.complaint)
        else:
            self._print("read", **about, lines=item.lines, doubtful=item.doubtful)
            lines = f"{item.lines:,} line{'' if item.lines == 1 else 's'}"
            self._teller.say(f"{item.source}: read, {lines}, {item.doubtful:,} doubtful.")

    def end(self, ending: Ending, folders: str) -> None:
        """Say how it ended, and how to go on."""
        about = {"new": ending.new, "read": ending.read, "failed": ending.failed, "left": ending.left}
        self._print("ended", **about, code=ending.code)
        self._teller.say(f"{ending.new:,} queued, {ending.read:,} read, {ending.failed:,} failed.")
        if ending.left:
            images = "1 image" if ending.left == 1 else f"{ending.left:,} images"
            self._teller.complain(
                f"Ended with {images} left. `handread watch {folders}` goes on with them, and so does `handread run`."
            )
        elif ending.is_stopped:
            self._teller.say(f"`handread watch {folders}` goes on.")

    def _print(self, event: str, **about: object) -> None:
        if self._as_json:
            self._teller.print(json_line({"event": event, **about}))
