"""What is known of the terminals that Handread was used in, so that none is asked twice a day.

A small JSON file in the cache folder: for each terminal, told by its environment, what it answered and which glyph set
the person found best. It is a cache: one that cannot be read or written is no error, and garbage in it is passed over.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from tui.pictures.capabilities import Answers, from_json, to_json
from tui.pictures.glyphs import GLYPH_SETS

FILE: Final = "terminals.json"
"""The name of that file."""
FRESH: Final = 86400.0
"""How many seconds answers are trusted: a day, after which the terminal may have been updated."""
MOST: Final = 40
"""How many terminals are remembered."""
_NAMED = (
    "TERM",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "COLORTERM",
    "LC_TERMINAL",
    "LC_TERMINAL_VERSION",
    "VTE_VERSION",
    "KONSOLE_VERSION",
)
"""Variables that tell terminals apart by what they say."""
_PRESENT = (
    "SSH_CONNECTION",
    "TMUX",
    "STY",
    "KITTY_WINDOW_ID",
    "ALACRITTY_WINDOW_ID",
    "GHOSTTY_RESOURCES_DIR",
    "WT_SESSION",
)
"""Variables that tell terminals apart by being there; what they say changes from window to window."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a terminal."""

    asked: float = 0.0
    """When it was asked, in seconds of the epoch."""
    answers: Answers | None = None
    """What it said; None where it kept silent, or was not asked."""
    picked: str = ""
    """The glyph set that the person has picked; empty where they have not."""


class TerminalMemory:
    """Remembers one terminal: the one whose environment this is."""

    def __init__(self, file: Path, environment: Mapping[str, str], clock: Callable[[], float] = time.time) -> None:
        self._file = file
        self._key = key_of(environment)
        self._clock = clock

    def recall(self) -> Known:
        """Return what is known of the terminal."""
        return _known(_read(self._file).get(self._key))

    def is_fresh(self, known: Known) -> bool:
        """Whether it was asked so lately that it need not be asked again."""
        return 0 <= self._clock() - known.asked < FRESH

    def heard(self, answers: Answers | None) -> None:
        """Keep what the terminal answered; None where it kept silent."""
        self._keep(replace(self.recall(), asked=self._clock(), answers=answers))

    def picked(self, glyphs: str) -> None:
        """Keep the glyph set that the person has picked."""
        self._keep(replace(self.recall(), picked=glyphs))

    def _keep(self, known: Known) -> None:
        table = _read(self._file)
        table.pop(self._key, None)
        table[self._key] = {
            "asked": known.asked,
            "answers": known.answers and to_json(known.answers),
            "picked": known.picked,
        }
        _write(self._file, dict(list(table.items())[-MOST:]))


def key_of(environment: Mapping[str, str]) -> str:
    """Return what tells a terminal from others; where it is, or who uses it, is no part of that."""
    named = [f"{name}={environment[name][:100]}" for name in _NAMED if environment.get(name)]
    return " ".join([*named, *(name for name in _PRESENT if environment.get(name))])


def _known(kept: object) -> Known:
    if not isinstance(kept, dict):
        return Known()
    asked, picked = kept.get("asked"), kept.get("picked")
    return Known(
        float(asked) if isinstance(asked, int | float) and abs(asked) < 1e12 else 0.0,
        from_json(kept.get("answers")),
        picked if isinstance(picked, str) and picked in GLYPH_SETS else "",
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        table = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return table if isinstance(table, dict) else {}


def _write(file: Path, table: dict[str, Any]) -> None:
    """Replace the file as a whole, so that two programs at once leave one of both; a full disk is no matter."""
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(table, indent=1), "utf-8")
        beside.replace(file)
