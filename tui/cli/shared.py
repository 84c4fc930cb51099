"""What the commands share: options, settings, the profile they name, names from stdin, and what is said on stderr."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import click

from tui.cli.group import Sentence
from tui.exits import SOME_FAILED

if TYPE_CHECKING:
    from tui.filters import Filter
    from tui.settings import Service, Settings

_GLANCE = 0.1
"""Seconds between two changes of what is shown on a terminal."""


def with_queue(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --queue."""
    return click.option(
        "--queue",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="The queue file; else $HANDREAD_QUEUE, else one in your data folder.",
    )(command)


def with_service(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --service."""
    return click.option(
        "--service",
        metavar="NAME",
        help="Who reads: a profile of your settings, `local` (the engine carried along), or `none` to only review.",
    )(command)


def with_budget(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --max-calls."""
    return click.option(
        "--max-calls",
        type=click.IntRange(min=0),
        metavar="N",
        help="Send no more than N images from this queue to this service, all its runs counted.",
    )(command)


def with_nul(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option -0, for the names that `-` takes from stdin."""
    return click.option(
        "-0", "--null", "nul", is_flag=True, help="The names that `-` takes from stdin end with NUL: find -print0."
    )(command)


def with_quiet(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --quiet."""
    return click.option("--quiet", is_flag=True, help="Say nothing but what went wrong.")(command)


def with_looks(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options --glyphs, --colours, --graphics and --theme."""
    glyphs = click.option(
        "--glyphs", metavar="SET", help="Draw ink with octants, sextants, quadrants, halves, braille or ascii."
    )
    colours = click.option(
        "--colours", metavar="DEPTH", help="truecolor, 256, 16 or none; else what the terminal has, and 256 over SSH."
    )
    graphics = click.option(
        "--graphics",
        metavar="PROTOCOL",
        help="Show ink pixel by pixel: kitty, iterm2, sixel, none, or auto, by what the terminal says it can.",
    )
    theme = click.option(
        "--theme", metavar="NAME", help="A theme of Textual, such as textual-dark, textual-light, ansi-dark."
    )
    return glyphs(colours(graphics(theme(command))))


def settings_for(
    *,
    queue: Path | None = None,
    glyphs: str | None = None,
    colours: str | None = None,
    graphics: str | None = None,
    theme: str | None = None,
) -> Settings:
    """Return the settings with what the command line says in their stead; raises SettingsError or Sentence."""
    from tui.settings import load

    settings = load()
    return replace(
        settings,
        queue=queue or settings.queue,
        glyphs=known_glyphs(glyphs or settings.glyphs),
        colours=known_colours(colours or settings.colours),
        graphics=known_graphics(graphics or settings.graphics),
        theme=theme or settings.theme,
    )


def known_glyphs(name: str) -> str:
    """Return the name of a glyph set, or nothing; raises Sentence where there is none of that name."""
    if name:
        from tui.pictures.glyphs import GLYPH_SETS

        if name not in GLYPH_SETS:
            raise Sentence(f"there is no glyph set {name!r}. Known are: {', '.join(GLYPH_SETS)}.")
    return name


def known_colours(depth: str) -> str:
    """Return a depth of colours, or nothing; raises Sentence where there is none of that name."""
    if depth:
        from tui.pictures.terminal import COLOURS

        if depth not in COLOURS:
            raise Sentence(f"there is no depth of colours {depth!r}. Known are: {', '.join(COLOURS)}.")
    return depth


def known_graphics(protocol: str) -> str:
    """Return the name of a protocol for pictures, `auto` or nothing; raises Sentence where there is none."""
    if protocol and protocol != "auto":
        from tui.pictures.terminal import GRAPHICS

        if protocol not in GRAPHICS:
            raise Sentence(f"pictures cannot be shown by {protocol!r}. Known are: auto, {', '.join(GRAPHICS)}.")
    return protocol


def profile_of(settings: Settings, name: str | None) -> Service:
    """Return the profile that reads; refuses `none`, and one that cannot run."""
    service = service_of(settings, name)
    if service is None:
        raise Sentence("images are read by a service: name one with --service, or leave that out.")
    return service


def within_budget(service: Service, max_calls: int | None) -> Service:
    """Return a profile with the budget of the command line, where one is given, in place of its own."""
    return service if max_calls is None else replace(service, max_calls=max_calls)


def service_of(settings: Settings, name: str | None) -> Service | None:
    """Return the profile to run, or None to run nothing; refuses one that cannot run."""
    from tui.credentials import NoKey, pass_of
    from tui.settings import NO_SERVICE

    name = name or settings.service
    if name == NO_SERVICE:
        return None
    service = settings.named(name)
    if service.is_local:
        _refuse_without_engine()
    else:
        try:
            pass_of(service)
        except NoKey as error:
            raise Sentence(f"{error} Or review only, with --service none.") from None
    return service


def _refuse_without_engine() -> None:
    from tui.engine import EngineMissing, require

    try:
        require(language=False)
    except EngineMissing as error:
        raise Sentence(f"{error} Or review only, with --service none.") from error


def names_from_stdin(names: Sequence[str], *, nul: bool = False) -> tuple[str, ...]:
    """Return the names with `-` replaced by the lines of stdin; with `nul` by names that end with NUL.

    Raises Sentence where names with NUL are expected and nothing says that they come from stdin.
    """
    if "-" not in names:
        if nul:
            raise Sentence("-0 is about names from stdin: write `-` too, as in find ... -print0 | handread add -0 -")
        return tuple(names)
    parts = stdin_bytes().read().split(b"\0" if nul else b"\n")
    given = [os.fsdecode(part) for part in parts if part]
    return tuple(source for name in names for source in (given if name == "-" else [name]))


def stdin_bytes() -> BinaryIO:
    """Return stdin as bytes; nothing where it is closed."""
    return sys.stdin.buffer if sys.stdin else BytesIO()


def filter_of(where: str) -> Filter:
    """Return the filter of --where; raises Sentence, with a caret under the place, where it cannot be understood."""
    from tui.filters import FilterError, parse

    try:
        return parse(where)
    except FilterError as error:
        raise Sentence(f"{error}\n{error.pointed}") from error


def megabytes(count: float) -> str:
    """Return so many bytes as they are told: `12.3 MB`."""
    return f"{count / 1_000_000:,.1f} MB"


def json_line(values: Mapping[str, object]) -> str:
    """Return an object of the versioned schema as one line; a name whose bytes are no UTF-8 is written with escapes."""
    return json.dumps({"schema": 1, **values})


class Teller:
    """What a command says: sentences on stderr, and on a terminal a row below them with how far it is.

    A context manager: the row is gone at its end.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._shows = not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._shown_at = 0.0
        self._row = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    def say(self, sentence: str) -> None:
        """Say something that may be left unsaid."""
        if not self._quiet:
            self.complain(sentence)

    def complain(self, sentence: str) -> None:
        """Say what a person has to know."""
        from tui.model import printable

        self._clear()
        click.echo(printable(sentence), err=True)

    def print(self, text: str) -> None:
        """Print what the command was asked for, on stdout."""
        self._clear()
        click.echo(text)

    def progress(self, words: str) -> None:
        """Show how far it is."""
        now = time.monotonic()
        if not self._shows or now - self._shown_at < _GLANCE:
            return
        self._clear()
        self._shown_at, self._row = now, words[: shutil.get_terminal_size().columns - 1]
        click.echo(self._row, nl=False, err=True)

    def _clear(self) -> None:
        if self._row:
            self._row = ""
            click.echo("\r\x1b[K", nl=False, err=True)


def refuse_if_nothing_is_there(names: Sequence[str]) -> None:
    """Say so before a screen opens, when none of the names stands for anything."""
    if not names:
        return
    from tui.intake import Notice, find

    problems = []
    for found in find(names):
        if not isinstance(found, Notice):
            return
        problems.append(found.sentence)
    for problem in problems:
        click.echo(f"handread: {problem}", err=True)
    sys.exit(SOME_FAILED)


def is_terminal() -> bool:
    """Whether screens can be shown here."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
