"""`handread` and `handread demo`: the screens."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui.cli.group import Sentence, handread
from tui.cli.run import run_without_screen
from tui.cli.shared import (
    is_terminal,
    names_from_stdin,
    profile_of,
    refuse_if_nothing_is_there,
    service_of,
    settings_for,
    with_budget,
    with_looks,
    with_queue,
    with_service,
    within_budget,
)
from tui.cli.sight import sight_of_terminal
from tui.exits import DONE

if TYPE_CHECKING:
    from tui.pictures.terminal import Colours
    from tui.settings import Service, Settings


@handread.command("open", short_help="Add images, recognise and review them (its name may be left out).")
@click.argument("names", nargs=-1, metavar="[PATH|GLOB|URL]...", type=click.Path())
@with_queue
@with_service
@with_budget
@with_looks
def open_queue(
    names: tuple[str, ...],
    queue: Path | None,
    service: str | None,
    max_calls: int | None,
    glyphs: str | None,
    colours: str | None,
    graphics: str | None,
    theme: str | None,
) -> None:
    """Add images, recognise and review them on the screen.

    The name of this command may be left out. Without a PATH the queue is opened as it is.

    \b
    Example: handread scans/ letter.tif https://example.org/page.jpg
             handread --queue box3.db

    Written: the queue file; copies of large pictures, and of those named by URLs, in your cache folder.

    Exit codes: 0 left, 1 none of the names stands for an image, 2 wrong usage, or no terminal for the screens.
    """
    settings = settings_for(queue=queue, glyphs=glyphs, colours=colours, graphics=graphics, theme=theme)
    if not is_terminal():
        raise Sentence(
            f"the screens need a terminal, and {_complaint()}."
            " `handread run PATH...` recognises and prints without one. `handread review --plain` reviews line by line."
        )
    names = names_from_stdin(names)
    refuse_if_nothing_is_there(names)
    profile = profile_of(settings, service) if names else service_of(settings, service)
    show_screens(settings, within_budget(profile, max_calls) if profile else None, names)


def _complaint() -> str:
    """Say why no screen opens here."""
    return "TERM says that this one is dumb" if os.environ.get("TERM") == "dumb" else "this is none"


@handread.command(short_help="Review the pages that Handread brings along.")
@with_queue
@with_looks
def demo(queue: Path | None, glyphs: str | None, colours: str | None, graphics: str | None, theme: str | None) -> None:
    """Review the pages that Handread brings along, read by its own engine.

    They have a queue of their own, so that what you try does no harm. Without a terminal the text is printed as a tree.

    \b
    Example: handread demo
             handread demo > demo.txt

    Written: a queue file of its own, demo.db in your data folder.

    Exit codes: 0 left, or all were read, 1 some failed, 2 wrong usage, 130 interrupted.
    """
    from tui.demo import pages
    from tui.settings import LOCAL, data_folder

    queue = queue or data_folder() / "demo.db"
    settings = settings_for(queue=queue, glyphs=glyphs, colours=colours, graphics=graphics, theme=theme)
    names = tuple(str(page) for page in pages())
    if is_terminal():
        show_screens(settings, service_of(settings, LOCAL), names, opens_review=True)
    else:
        run_without_screen(settings, profile_of(settings, LOCAL), names, "outline")


def show_screens(
    settings: Settings, service: Service | None, names: tuple[str, ...], *, opens_review: bool = False
) -> None:
    """Show the screens until the person leaves them; ends the program with its exit code."""
    gc.disable()  # what is imported stays, and looking through it again and again is a tenth of the start
    os.environ.setdefault("ESCDELAY", "25")  # read when textual is imported: a bare Esc need not wait 100 ms
    from tui.store import Store
    from tui.view.keymap import keymap_of

    keymap_of(settings)  # what is wrong with keys is said before a screen opens
    Store(settings.queue).close()  # what is wrong with the queue file is said before a screen opens
    with sight_of_terminal(settings) as sight:
        from tui.assembly import make_engine, make_runner, notice_for, rereading

        engine = make_engine(settings, service) if service and service.is_local else None
        runner = make_runner(settings, service, engine=engine) if service else None
        notice = notice_for(service, date.today()) if service else ""  # noqa: DTZ011 (the person's own day)
        terminal = sight.terminal()
        _tell_textual_of_colours(terminal.colours)
        from tui.view.app import HandreadApp

        app = HandreadApp(
            replace(settings, glyphs=terminal.glyphs),
            service=service,
            runner=runner,
            names=names,
            opens_review=opens_review,
            notice=notice,
            pixels=sight.pixels(terminal),
            colours=terminal.colours,
            rereading=rereading(settings, engine),
        )
        if settings.theme and settings.theme not in app.available_themes:
            known = ", ".join(sorted(app.available_themes))
            raise Sentence(f"there is no theme {settings.theme!r}. Known are: {known}.")
        sight.leave_to_the_screens()
        with _terminal_for_the_screens_alone():
            app.run()
    sys.exit(app.return_code or DONE)


def _tell_textual_of_colours(colours: Colours) -> None:
    """Set what Textual reads when it is imported, and NO_COLOR, which it obeys."""
    if colours == "none":
        os.environ["NO_COLOR"] = "1"
    else:
        os.environ.pop("NO_COLOR", None)
        os.environ["TEXTUAL_COLOR_SYSTEM"] = "standard" if colours == "16" else colours


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
