"""Work that a screen has done beside it, such as a picture being drawn: what takes its place ends it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any

from textual.screen import Screen
from textual.worker import WorkType


def begin_instead(
    screen: Screen[Any], group: str, work: Callable[..., Coroutine[Any, Any, None]], *about: object
) -> None:
    """Do something in place of what is still done for the same group."""
    begin: WorkType[None] = partial(work, *about)  # begun later, or never where something else takes its place
    # Without a description Textual makes one of all that it is about, line by line.
    screen.run_worker(begin, group=group, description=group, exclusive=True, exit_on_error=False)
