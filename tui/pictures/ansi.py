"""Shades as colours, and drawings as text with escape sequences.

A picture's paper stays light and its ink dark on any terminal, as on the desk, unless `dark` asks for the reverse. The
256 colours' ramp of greys reads as well as true colours do and takes two thirds of the bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from tui.pictures.cells import LEVELS, Cells, Run
from tui.pictures.terminal import Colours

_BLACK, _WHITE, _FIRST_GREY = 16, 231, 232
_RESET: Final = "\x1b[0m"
_FOUR_GREYS: Final = ((0, 30), (127, 90), (229, 37), (255, 97))
"""The greys among the 16 colours as xterm shows them, each with the number that makes it the ink's colour."""


def grey(level: int, levels: int = LEVELS, *, dark: bool = False) -> int:
    """Return the brightness of a shade, 0 to 255: 255 for paper and 0 for full ink, or the reverse where it is dark."""
    darkness = round(level * 255 / (levels - 1))
    return darkness if dark else 255 - darkness


def grey256(level: int, levels: int = LEVELS, *, dark: bool = False) -> int:
    """Return the number, among the 256 colours, of the grey nearest to a shade."""
    value = grey(level, levels, dark=dark)
    greys = {_BLACK: 0, _WHITE: 255} | {_FIRST_GREY + step: 8 + 10 * step for step in range(24)}
    return min(greys, key=lambda index: abs(greys[index] - value))


def ansi(cells: Cells, colours: Colours = "256", *, dark: bool = False) -> str:
    """Return a drawing as lines of text for a terminal; each ends with the colours reset and a newline."""
    if colours == "none":
        return cells.text + "\n"
    inks, papers = _codes(colours, dark=dark)
    return "".join("".join(_written(row, inks, papers)) + _RESET + "\n" for row in cells.rows)


def _written(row: tuple[Run, ...], inks: tuple[str, ...], papers: tuple[str, ...]) -> Iterator[str]:
    """Write a row, naming only the colour that changes."""
    ink = paper = -1
    for run in row:
        changed = [inks[run.ink]] * (run.ink != ink) + [papers[run.paper]] * (run.paper != paper)
        ink, paper = run.ink, run.paper
        yield f"\x1b[{';'.join(changed)}m{run.text}"


@lru_cache
def _codes(colours: Colours, *, dark: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the parameters that set each shade as the ink's and as the paper's colour."""
    code = _CODES[colours]
    inks = tuple(code(level, dark, 0) for level in range(LEVELS))
    return inks, tuple(code(level, dark, 10) for level in range(LEVELS))


def _true_code(level: int, dark: bool, ground: int) -> str:
    value = grey(level, dark=dark)
    return f"{38 + ground};2;{value};{value};{value}"


def _code_of_256(level: int, dark: bool, ground: int) -> str:
    return f"{38 + ground};5;{grey256(level, dark=dark)}"


def _code_of_16(level: int, dark: bool, ground: int) -> str:
    value = grey(level, dark=dark)
    return str(min(_FOUR_GREYS, key=lambda entry: abs(entry[0] - value))[1] + ground)


_CODES: Final[dict[Colours, Callable[[int, bool, int], str]]] = {
    "truecolor": _true_code,
    "256": _code_of_256,
    "16": _code_of_16,
}
