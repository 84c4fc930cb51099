"""The commands, a file for each kind: each imports what it needs when it runs, so that all of them start at once."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

import click

from tui.cli.group import handread
from tui.exits import DONE, INTERRUPTED, SOME_FAILED, WRONG_USAGE

__all__ = ["handread", "main"]

COMPLETION = "_HANDREAD_COMPLETE"
"""The variable of the environment by which a shell asks, as click has it for a program of this name."""


def main() -> NoReturn:
    """Run the command line; what cannot be done is said in one sentence."""
    from tui.model import Trouble

    if COMPLETION in os.environ:
        from tui.cli.completion import teach

        teach(handread)
    try:
        handread(standalone_mode=False, complete_var=COMPLETION)
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
