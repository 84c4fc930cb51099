"""The terminal: what it can draw, by which signs that is known, and how large it is."""

from __future__ import annotations

import os
from collections.abc import Mapping

from tui.doctor.check import Check, ok, unknown, wrong
from tui.model import printable
from tui.pictures.glyphs import GLYPH_SETS
from tui.pictures.terminal import terminal_of
from tui.terminal_memory import Known

SIGNS = (
    "TERM",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "COLORTERM",
    "VTE_VERSION",
    "KONSOLE_VERSION",
    "KITTY_WINDOW_ID",
    "ALACRITTY_WINDOW_ID",
    "GHOSTTY_RESOURCES_DIR",
    "WT_SESSION",
    "NO_COLOR",
)
"""The variables that tell one terminal from another."""
NOTHING = Known()
SMALLEST = (60, 16)
"""Columns and rows below which the screens show little."""
_LOCALES = ("LC_ALL", "LC_CTYPE", "LANG")


def screen_checks(
    environment: Mapping[str, str], size: tuple[int, int] | None, glyphs: str = "", known: Known = NOTHING
) -> tuple[Check, ...]:
    """Say how the screens will look; `size` is None where stdout is no terminal, `glyphs` what the settings say."""
    return _terminal(environment, size), _drawing(environment, glyphs, known), _locale(environment)


def size_of_stdout() -> tuple[int, int] | None:
    """Return the columns and rows of the terminal on stdout; None where there is none."""
    try:
        columns, rows = os.get_terminal_size(1)
    except OSError:
        return None
    return columns, rows


def _terminal(environment: Mapping[str, str], size: tuple[int, int] | None) -> Check:
    if size is None:
        return unknown("terminal", "The output goes to none, so the screens would not open; run, add and status work.")
    if environment.get("TERM") == "dumb":
        return wrong("terminal", "TERM is dumb, on which no screen opens. Set it to what the terminal is.")
    columns, rows = size
    says = f"{columns} columns and {rows} rows{_through(environment)}."
    if columns < SMALLEST[0] or rows < SMALLEST[1]:
        return unknown("terminal", f"{says} Make it larger, to see more than a few lines.")
    return ok("terminal", says)


def _through(environment: Mapping[str, str]) -> str:
    """Return what lies between this program and the person's eyes."""
    found = []
    if environment.get("TMUX"):
        found.append("tmux")
    elif environment.get("STY"):
        found.append("screen")
    if any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")):
        found.append("SSH")
    return f", through {' and '.join(found)}" if found else ""


def _drawing(environment: Mapping[str, str], glyphs: str, known: Known) -> Check:
    guessed = terminal_of(environment, known.answers)
    signs = ", ".join(f"{name}={environment[name]}" for name in SIGNS if environment.get(name)) or "nothing"
    if known.answers is not None and known.answers.name:
        numbers = ".".join(map(str, known.answers.version))
        signs = f"its answer, {printable(known.answers.name)} {numbers}".rstrip() + f", and {signs}"
    if glyphs and glyphs not in GLYPH_SETS:
        return wrong("drawing", f"The settings say {glyphs!r}. Known are: {', '.join(GLYPH_SETS)}.")
    picked = f"{known.picked}, as you have picked," if known.picked else guessed.glyphs
    drawn = f"{glyphs}, as the settings say" if glyphs else picked
    colours = {"none": "no colours", "truecolor": "all colours"}.get(guessed.colours, f"{guessed.colours} colours")
    says = f"Ink is drawn with {drawn} and in {colours}, to judge by {signs}."
    if guessed.graphics != "none":
        says += " Pictures are shown pixel by pixel, unless --graphics none is given."
    if glyphs or known.picked or guessed.glyphs != "ascii":
        return ok("drawing", f"{says} --glyphs SET overrules it; `handread doctor --glyphs` shows all sets.")
    return unknown("drawing", f"{says} That is the coarsest there is: see what is wrong with them.")


def _locale(environment: Mapping[str, str]) -> Check:
    name = next((name for name in _LOCALES if environment.get(name)), "")
    value = environment.get(name, "")
    if not name or value in {"C", "POSIX"}:
        says = f"{name}={value}" if name else "None is set"
        return ok("locale", f"{says}, which says nothing: UTF-8 is assumed.")
    if "utf-8" in value.lower() or "utf8" in value.lower():
        return ok("locale", f"{name}={value}.")
    return unknown("locale", f"{name}={value} is not UTF-8, so ink is drawn with ASCII. Set LANG=C.UTF-8, for example.")
