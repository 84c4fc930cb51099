"""The group of commands, and how a command line without a command is read."""

from __future__ import annotations

import signal
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Any

import click

from tui import __version__
from tui.exits import INTERRUPTED, WRONG_USAGE

_WITH_VALUE = {"--queue", "--service", "--glyphs", "--theme", "--max-calls"}
"""Options that may stand before a command's name."""
_FILES = {
    "open": "screens",
    "demo": "screens",
    "run": "run",
    "review": "review",
    "decide": "decide",
    "add": "queue",
    "watch": "watch",
    "import": "saved_answers",
    "status": "queue",
    "export": "export",
    "score": "score",
    "second": "second",
    "show": "show",
    "serve": "serve",
    "doctor": "doctor",
    "cache": "cache",
    "compact": "compact",
    "completion": "completion",
}
"""The commands in the order in which a newcomer meets them, and which file of this folder each is in."""
_GOES_ON = {
    "run": "What was sent stays sent, and what was read is kept: the same command goes on with the rest.",
    "decide": "What was decided is kept: the same command goes on, and leaves alone what stands so already.",
    "add": "What was added stays in the queue: the same command goes on.",
    "watch": "What is in the queue stays there: the same command goes on.",
    "import": "What was taken in stays in the queue: the same command goes on.",
    "status": "Nothing was changed.",
    "export": "The same command goes on: files that are there are not written again.",
    "score": "Nothing was changed: the same command begins anew.",
}
"""How to go on with a command for pipelines, where a signal ended it; the screens have ways of their own."""
_NAME = "tui.cli.group.name"


class Sentence(click.ClickException):
    """Something a person has to know before anything can run."""

    exit_code = WRONG_USAGE

    def show(self, file: Any = None) -> None:  # noqa: ARG002 (click's own shape)
        """Print it on stderr, under the program's name."""
        click.echo(f"handread: {self.message}", err=True)


class Commands(click.Group):
    """A group where names of files may stand in place of a command; a command is imported when it is asked for."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command first, wherever it stands among the options; without one it is `open`."""
        first = command_first(args, _FILES)
        ctx.meta[_NAME] = first[0]
        return super().parse_args(ctx, first)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; where SIGINT or SIGTERM ends it, say how to go on."""
        words = _GOES_ON.get(ctx.meta[_NAME])
        if words is None:
            return super().invoke(ctx)
        try:
            with _ended_by_sigterm():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo(f"handread: interrupted. {words}", err=True)
            sys.exit(INTERRUPTED)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's own shape)
        """Name the commands in the order in which a newcomer meets them."""
        return list(_FILES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a name; its file puts it into the group."""
        if cmd_name in _FILES:
            import_module(f"tui.cli.{_FILES[cmd_name]}")
        return super().get_command(ctx, cmd_name)

    def all_commands(self) -> Mapping[str, click.Command]:
        """Return every command by its name, in the order in which a newcomer meets them."""
        for file in _FILES.values():
            import_module(f"tui.cli.{file}")
        return {name: self.commands[name] for name in _FILES}


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Have SIGTERM end what runs as SIGINT does, so that what is open is closed; commands may do otherwise within."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, end)
    except ValueError:  # signals belong to the main thread, and this is another
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def command_first(args: list[str], commands: Collection[str]) -> list[str]:
    """Return the arguments with the command's name in front; `open` where none is named."""
    if args and args[0] in {"-h", "--help", "--version"}:
        return args
    place = 0
    while place < len(args) and args[place].startswith("--") and args[place] != "--":
        place += 2 if args[place] in _WITH_VALUE else 1
    if place < len(args) and args[place] in commands:
        return [args[place], *args[:place], *args[place + 1 :]]
    return ["open", *args]


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    options_metavar="[OPTIONS]",
    subcommand_metavar="[COMMAND | PATH|GLOB|URL...]",
    invoke_without_command=True,
)
@click.version_option(__version__, prog_name="handread")
def handread() -> None:
    """Recognise piles of handwritten pages and review them in the terminal.

    `handread scans/` puts the images into the queue, has them read while you watch, and lets you review them with
    single keys. `handread demo` does so with pages it brings along. `handread` alone opens the queue again. On
    every screen `?` shows the keys; they can be changed in the settings.

    \b
    Example: handread scans/ letter.tif
             find /archive -name '*.tif' -print0 | handread add -0 - && handread run > archive.txt
             handread decide accept --where 'conf>=.95' && handread export --format alto --out alto

    Written: the queue file, queue.db in your data folder, or the one that --queue or $HANDREAD_QUEUE names;
    the images themselves never.

    Exit codes: 0 all done, 1 some images failed, 2 wrong usage, 3 as many images were sent as may be,
    4 the service refused the key, 130 interrupted.
    """
