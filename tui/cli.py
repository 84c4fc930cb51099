"""The commands. Each imports what it needs when it runs, so that `handread --help` and the first paint come at once."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tui import __version__
from tui.exits import DONE, INTERRUPTED, SOME_FAILED, WRONG_USAGE

if TYPE_CHECKING:
    from tui.model import Polygon
    from tui.pictures.ansi import Colours
    from tui.runner import Runner
    from tui.settings import Service, Settings

_WITH_VALUE = {"--queue", "--service", "--glyphs", "--theme"}
"""Options that may stand before a command's name."""


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
        return super().parse_args(ctx, _command_first(args, self.commands))

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's own shape)
        """Name the commands in the order in which a newcomer meets them."""
        return list(self.commands)


def _command_first(args: list[str], commands: Mapping[str, click.Command]) -> list[str]:
    if args and args[0] in {"-h", "--help", "--version"}:
        return args
    place = 0
    while place < len(args) and args[place].startswith("--") and args[place] != "--":
        place += 2 if args[place] in _WITH_VALUE else 1
    if place < len(args) and args[place] in commands:
        return [args[place], *args[:place], *args[place + 1 :]]
    return ["open", *args]


def _with_queue(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--queue",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="The queue file; else $HANDREAD_QUEUE, else one in your data folder.",
    )(command)


def _with_service(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--service",
        metavar="NAME",
        help="Who reads: a profile of your settings, `local` (the engine carried along), or `none` to only review.",
    )(command)


def _with_looks(command: Callable[..., Any]) -> Callable[..., Any]:
    glyphs = click.option(
        "--glyphs", metavar="SET", help="Draw ink with octants, sextants, quadrants, halves, braille or ascii."
    )
    theme = click.option(
        "--theme", metavar="NAME", help="A theme of Textual, such as textual-dark, textual-light, ansi-dark."
    )
    return glyphs(theme(command))


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
    single keys. `handread demo` does so with pages it brings along. `handread` alone opens the queue again.

    \b
    Exit codes: 0 all done, 1 some images failed, 2 wrong usage, 4 the service refused the key, 130 interrupted.
    """


@handread.command("open", short_help="Add images, recognise and review them: needs not be named.")
@click.argument("names", nargs=-1, metavar="[PATH|GLOB|URL]...", type=click.Path())
@_with_queue
@_with_service
@_with_looks
def open_queue(
    names: tuple[str, ...], queue: Path | None, service: str | None, glyphs: str | None, theme: str | None
) -> None:
    """Add images, recognise and review them on the screen.

    The name of this command may be left out. Without a PATH the queue is opened as it is.

    \b
    Example: handread --queue box3.db scans/
    """
    settings = _settings(queue=queue, glyphs=glyphs, theme=theme)
    if not _is_terminal():
        raise Sentence(
            "the screens need a terminal, and this is none. `handread run PATH...` recognises and prints without one."
        )
    names = _from_stdin(names)
    _refuse_if_nothing_is_there(names)
    profile = _profile(settings, service) if names else _service(settings, service)
    _show_screens(settings, profile, names)


@handread.command(short_help="Review the pages that Handread brings along.")
@_with_queue
@_with_looks
def demo(queue: Path | None, glyphs: str | None, theme: str | None) -> None:
    """Review the pages that Handread brings along, read by its own engine.

    They have a queue of their own, so that what you try does no harm. Without a terminal the text is printed as a tree.
    """
    from tui.demo import pages
    from tui.settings import LOCAL, data_folder

    settings = _settings(queue=queue or data_folder() / "demo.db", glyphs=glyphs, theme=theme)
    names = tuple(str(page) for page in pages())
    if _is_terminal():
        _show_screens(settings, _service(settings, LOCAL), names, opens_review=True)
    else:
        _run(settings, _profile(settings, LOCAL), names, "outline")


@handread.command(short_help="Recognise without a screen and print the text.")
@click.argument("names", nargs=-1, metavar="[PATH|GLOB|URL|-]...", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line and image instead of text.")
@_with_queue
@_with_service
@click.option("--retry", is_flag=True, help="Send again what failed, of the images named or of all.")
def run(names: tuple[str, ...], as_json: bool, retry: bool, queue: Path | None, service: str | None) -> None:
    """Recognise images without a screen and print their text, in the order given.

    Without a PATH everything that waits in the queue is read. Progress is shown where stdout and stderr are a terminal.
    `-` takes names from stdin, a line each.

    \b
    Example: handread run --json scans/*.jpg > scans.jsonl
    """
    settings = _settings(queue=queue)
    profile = _profile(settings, service)
    given = _from_stdin(names)
    if given or not names:  # a `-` with nothing behind it means nothing, and not everything
        _run(settings, profile, given, "json" if as_json else "text", retry=retry)


@handread.command(short_help="Put images into the queue.")
@click.argument("names", nargs=-1, required=True, metavar="PATH|GLOB|URL|-...", type=click.Path())
@_with_queue
@_with_service
def add(names: tuple[str, ...], queue: Path | None, service: str | None) -> None:
    """Put images into the queue and recognise nothing yet.

    \b
    Example: find /archive -name '*.tif' | handread add -
    """
    from tui.intake import Arrived, take_in

    settings = _settings(queue=queue)
    profile = _profile(settings, service)
    new = problems = 0
    for arrival in take_in(settings.queue, _from_stdin(names), profile.name):
        problem = arrival.problem if isinstance(arrival, Arrived) else arrival.sentence
        remark = arrival.remark if isinstance(arrival, Arrived) else ""
        new += isinstance(arrival, Arrived) and arrival.new
        problems += bool(problem)
        if problem or remark:
            click.echo(problem or remark, err=True)
    click.echo(f"{new} added to {settings.queue}.", err=True)
    sys.exit(SOME_FAILED if problems else DONE)


@handread.command(short_help="Say how far the queue is.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_with_queue
def status(as_json: bool, queue: Path | None) -> None:
    """Say how far the queue is: images by state, lines by decision, and what failed."""
    from tui.batch import status_object, status_text
    from tui.store import Store

    settings = _settings(queue=queue)
    with Store(settings.queue, create=False) as store:
        click.echo(json.dumps(status_object(store)) if as_json else status_text(store), nl=as_json)


@handread.command(short_help="Draw a page, or one box of it, on stdout.")
@click.argument("image", type=click.Path())
@click.option("--page", default=1, show_default=True, metavar="N", help="Which page of the file.")
@click.option("--polygon", metavar="X1,Y1,...X4,Y4", help="Only what lies in this box, in pixels, turned level.")
@click.option(
    "--size", default="80x24", show_default=True, metavar="WxH", help="How many columns and rows it may take."
)
@click.option("--glyphs", metavar="SET", help="octants, sextants, quadrants, halves, braille or ascii.")
@click.option("--colours", type=click.Choice(["truecolor", "256", "16", "none"]), help="Else what the terminal has.")
@click.option("--json", "as_json", is_flag=True, help="Print the pieces as JSON.")
def show(
    image: str, page: int, polygon: str | None, size: str, glyphs: str | None, colours: Colours | None, as_json: bool
) -> None:
    """Draw a page, or one box of it, on stdout.

    A long line is folded into pieces, one below the other.

    \b
    Example: handread show letter.jpg --polygon 212,1630,1980,1630,1980,1679,212,1679 --size 100x12
    """
    from tui.pictures.ansi import ansi
    from tui.pictures.crop import upright_crop
    from tui.pictures.drawing import pieces
    from tui.pictures.glyphs import GLYPH_SETS
    from tui.pictures.source import open_page
    from tui.pictures.terminal import guess

    terminal = guess(os.environ)
    depth = colours or terminal.colours
    columns, rows = _size(size)
    opened = open_page(Path(image), page)
    picture = upright_crop(opened, _polygon(polygon, opened.size)) if polygon else opened.image
    drawings = pieces(
        picture, columns, rows, GLYPH_SETS[_known_glyphs(glyphs or terminal.glyphs)], mono=depth == "none"
    )
    shown = [{"columns": one.columns, "rows": one.rows, "ansi": ansi(one.cells, depth)} for one in drawings]
    if as_json:
        click.echo(json.dumps({"pieces": shown}))
    else:
        for piece in shown:
            click.echo(piece["ansi"], nl=False, color=True)


def _size(text: str) -> tuple[int, int]:
    columns, _, rows = text.partition("x")
    if not (columns.isdecimal() and rows.isdecimal() and 0 < int(columns) <= 1000 and 0 < int(rows) <= 1000):
        raise Sentence(f"--size {text!r} is no size. It looks like 80x24: columns, then rows.")
    return int(columns), int(rows)


def _polygon(text: str, page: tuple[int, int]) -> Polygon:
    from tui.model import Polygon

    try:
        polygon = Polygon.from_numbers([float(number) for number in text.split(",")])
    except ValueError:
        raise Sentence(
            f"--polygon {text!r} is no box. It has four corners, clockwise: X1,Y1,X2,Y2,X3,Y3,X4,Y4."
        ) from None
    left, top, right, bottom = polygon.bounds
    if right < 0 or bottom < 0 or left > page[0] or top > page[1]:
        raise Sentence(f"--polygon {text!r} lies outside the page, which is {page[0]} x {page[1]} pixels.")
    return polygon


# -- what the commands share ------------------------------------------------------------------------------------------


def _settings(*, queue: Path | None = None, glyphs: str | None = None, theme: str | None = None) -> Settings:
    from tui.settings import load

    settings = load()
    return replace(
        settings,
        queue=queue or settings.queue,
        glyphs=_known_glyphs(glyphs or settings.glyphs),
        theme=theme or settings.theme,
    )


def _known_glyphs(name: str) -> str:
    if name:
        from tui.pictures.glyphs import GLYPH_SETS

        if name not in GLYPH_SETS:
            raise Sentence(f"there is no glyph set {name!r}. Known are: {', '.join(GLYPH_SETS)}.")
    return name


def _profile(settings: Settings, name: str | None) -> Service:
    service = _service(settings, name)
    if service is None:
        raise Sentence("images are read by a service: name one with --service, or leave that out.")
    return service


def _service(settings: Settings, name: str | None) -> Service | None:
    """Return the profile to run, or None to run nothing; refuses one that cannot run."""
    from tui.settings import NO_SERVICE

    name = name or settings.service
    if name == NO_SERVICE:
        return None
    service = settings.named(name)
    if service.is_local:
        _refuse_without_engine()
    elif service.key_variable and not service.key():
        raise Sentence(
            f"the service {name} needs its key in the environment variable {service.key_variable}, which is empty. "
            f"Set it, or use --service none to review only."
        )
    return service


def _refuse_without_engine() -> None:
    from tui.engine import EngineMissing, require

    try:
        require()
    except EngineMissing as error:
        raise Sentence(f"{error} Or review only, with --service none.") from error


def _from_stdin(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names with `-` replaced by the lines of stdin."""
    if "-" not in names:
        return tuple(names)
    lines = sys.stdin.buffer.read().split(b"\n")
    given = [os.fsdecode(line) for line in lines if line]
    return tuple(source for name in names for source in (given if name == "-" else [name]))


def _refuse_if_nothing_is_there(names: Sequence[str]) -> None:
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


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def _run(settings: Settings, service: Service, names: tuple[str, ...], form: str, *, retry: bool = False) -> None:
    from tui.assembly import make_runner
    from tui.batch import run_batch

    def runner(only: Collection[int] | None) -> Runner:
        return make_runner(settings, service, only)

    sys.exit(run_batch(settings, service, runner, names, form, retry=retry))


def _show_screens(
    settings: Settings, service: Service | None, names: tuple[str, ...], *, opens_review: bool = False
) -> None:
    os.environ.setdefault("ESCDELAY", "25")  # read when textual is imported: a bare Esc need not wait 100 ms
    from tui.store import Store

    Store(settings.queue).close()  # what is wrong with the queue file is said before a screen opens
    from tui.assembly import make_runner
    from tui.pictures.terminal import guess
    from tui.view.app import HandreadApp

    settings = replace(settings, glyphs=settings.glyphs or guess(os.environ).glyphs)
    runner = make_runner(settings, service) if service else None
    app = HandreadApp(settings, service=service, runner=runner, names=names, opens_review=opens_review)
    if settings.theme and settings.theme not in app.available_themes:
        known = ", ".join(sorted(app.available_themes))
        raise Sentence(f"there is no theme {settings.theme!r}. Known are: {known}.")
    with _terminal_for_the_screens_alone():
        app.run()
    sys.exit(app.return_code or DONE)


@contextmanager
def _terminal_for_the_screens_alone() -> Iterator[None]:
    """Keep libraries written in C from the terminal: libtiff prints on stderr what it thinks of a broken file.

    The screens are drawn where stdout goes, which is the terminal even when stderr is not.
    """
    stderr, real = os.dup(2), (sys.stderr, sys.__stderr__)
    with (
        os.fdopen(os.dup(1), "w", encoding="utf-8", errors="replace") as terminal,
        Path(os.devnull).open("w") as nothing,
    ):
        os.dup2(nothing.fileno(), 2)
        sys.stderr = sys.__stderr__ = terminal  # type: ignore[misc]
        try:
            yield
        finally:
            terminal.flush()
            os.dup2(stderr, 2)
            os.close(stderr)
            sys.stderr, sys.__stderr__ = real  # type: ignore[misc]


def main() -> NoReturn:
    """Run the command line; what cannot be done is said in one sentence."""
    from tui.model import Trouble

    try:
        handread(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(INTERRUPTED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except Trouble as error:
        click.echo(f"handread: {error}", err=True)
        sys.exit(WRONG_USAGE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        click.echo(f"handread: the output cannot be written: {error.strerror or error}.", err=True)
        sys.exit(SOME_FAILED)
    sys.exit(DONE)
