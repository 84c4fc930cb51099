"""`handread serve`: the carried engine on a port, for scripts written for the cloud's services."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import click

from tui.cli.group import handread
from tui.exits import DONE, INTERRUPTED


@handread.command(short_help="Put the engine on a port, for scripts written for the cloud.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Where to listen.")
@click.option("--port", default=5000, show_default=True, type=click.IntRange(0, 65535), help="0 for any that is free.")
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The key that requests must carry, in a file that you alone can read; else $HANDREAD_SERVE_KEY.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where results are kept for 48 hours; else in your data folder.",
)
@click.option(
    "--allow-url",
    "allowed_hosts",
    multiple=True,
    metavar="HOST",
    help="Fetch images that are named by a URL at this host; `*` for any public one. May be given again.",
)
@click.option(
    "--public-url",
    default="",
    metavar="URL",
    help="What clients call this server where a proxy (with TLS) stands before it; else as their requests do.",
)
@click.option(
    "--grace",
    default=30.0,
    show_default=True,
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    help="How long the document being read has to end when the server is stopped.",
)
@click.option(
    "--language",
    default="auto",
    show_default=True,
    metavar="CODE",
    help="In which language to read where a request does not say: en, de, ...; literal for none at all.",
)
@click.option(
    "--words",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Names, places and terms to reckon with, one a line; read anew when it changes.",
)
@click.option("--careful", "is_careful", is_flag=True, help="Look at unsure lines three times, for more work.")
@click.option("--quiet", "is_quiet", is_flag=True, help="Log no requests on stderr.")
def serve(
    host: str,
    port: int,
    key_file: Path | None,
    keep: Path | None,
    allowed_hosts: tuple[str, ...],
    public_url: str,
    grace: float,
    language: str,
    words: Path | None,
    is_careful: bool,
    is_quiet: bool,
) -> None:
    """Put the engine on a port, where scripts written for the cloud's services find it.

    It speaks Recognize Text, Read, Image Analysis 4.0, Form Recognizer and Document Intelligence. Beyond this machine
    it listens only with a key, which requests then carry as Ocp-Apim-Subscription-Key.

    \b
    Example: handread serve --port 5000
             handread serve --host 0.0.0.0 --key-file serve.key --public-url https://ocr.example.org

    Written: results, for 48 hours, into the folder --keep; a line a request on stderr, without --quiet.

    Exit codes: 0 stopped with nothing under way, 2 wrong usage, 130 stopped before all that was under way had ended.
    """
    _refuse_without_server()
    from tui.serving.server import Plan, serve

    plan = Plan(host, port, key_file, keep, allowed_hosts, public_url, grace, is_quiet, language, words, is_careful)
    ended_in_peace = serve(plan, click.echo, _log)
    sys.exit(DONE if ended_in_peace else INTERRUPTED)


def _log(line: str) -> None:
    """Write a line to stderr; that nobody reads it is no reason to stop serving."""
    with contextlib.suppress(OSError):
        click.echo(line, err=True)


def _refuse_without_server() -> None:
    """Say what is missing before it is imported."""
    from importlib.util import find_spec

    from tui.cli.group import Sentence
    from tui.engine import missing_sentence

    missing = [name for name in ("uvicorn", "starlette") if find_spec(name) is None]
    if missing:
        raise Sentence(missing_sentence(" and ".join(missing)))
