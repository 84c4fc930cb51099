"""The group of commands, and how a command line without a command is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from tui import __version__
from tui.exits import WRONG_USAGE

_WITH_VALUE = {"--queue", "--service", "--glyphs", "--theme", "--max-calls"}
"""Options that may stand before a command's name."""
_ORDER = (
    "open",
    "demo",
    "run",
    "review",
    "add",
    "import",
    "status",
    "export",
    "score",
    "show",
    "serve",
    "doctor",
    "cache",
)


class Sentence(click.ClickException):
    """Something a person has to know before anything can run."""

    exit_code = WRONG_USAGE

    def show(self, file: Any = None) -> None:  # noqa: ARG002 (click's own shape)
        """Print it on stderr, under the program's name."""
        click.echo(f"handread: {self.message}", err=True)


class Commands(click.Group):
    """A group where names of files may stand in place of a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command first, wherever it stands among the options; without one it is `open`."""
        return super().parse_args(ctx, command_first(args, self.commands))

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's own shape)
        """Name the commands in the order in which a newcomer meets them."""
        return sorted(self.commands, key=_ORDER.index)


def command_first(args: list[str], commands: Mapping[str, click.Command]) -> list[str]:
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
    Exit codes: 0 all done, 1 some images failed, 2 wrong usage, 3 as many images were sent as may be,
    4 the service refused the key, 130 interrupted.
    """
