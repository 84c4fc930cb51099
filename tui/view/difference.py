"""The shortest way from what the terminal shows to what it is to show.

Nothing is written that stands there already, but where walking over it takes fewer bytes than going around. Text that
moved up or down is scrolled there, blanks are erased, and looks change by what is different in them. Where terminals
may not agree on how wide a character is (emoji, combining and joining ones, scripts from right to left), a row is
written anew as a whole, and after each such character the cursor is put where it should be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tui.view.pen import PLAIN, Look, turn, turn_for_blanks
from tui.view.sheet import BLANK, PLAIN_TEXT, UNSURE, Cell, Row, Sheet, is_picture

_ERASES: Final = re.compile(r"(xterm|rxvt|putty|linux|konsole|vte|alacritty|foot|wezterm|mintty|mlterm|iterm|nsterm).*")
"""Values of TERM whose terminals erase with the colour of the paper (terminfo's `bce`); multiplexers do not."""
_NEAR: Final = 4
"""So many cells at most are walked over by writing them again."""
_FEWEST_ROWS: Final = 3
"""So many rows have to be saved at least by scrolling."""
_FARTHEST: Final = 12
"""How many rows text is looked for above and below where it was."""
_SHORTEST_ERASURE: Final = 9
"""So many blanks within a row take more bytes than erasing and stepping over them."""


@dataclass(frozen=True, slots=True)
class Abilities:
    """What may be counted on."""

    erases: bool = False
    """Whether what is erased has the colour of the paper."""
    scrolls: bool = True
    """Whether a part of the screen may be scrolled."""
    steps: bool = True
    """Whether the cursor may be moved from where it is; if not, its place is said always."""


PAINTED: Final = Abilities(erases=False, scrolls=False, steps=False)
"""What may be counted on where a painter reads what is written, to paint pictures over it (see painter.py)."""


def abilities_of(environment: Mapping[str, str]) -> Abilities:
    """Return what the terminal can by whose environment this is."""
    is_within = any(environment.get(name) for name in ("TMUX", "STY"))
    return Abilities(erases=not is_within and _ERASES.fullmatch(environment.get("TERM", "")) is not None)


def difference(shown: Sheet, wanted: Sheet, abilities: Abilities) -> str:
    """Return what makes a terminal that shows one sheet show another of the same size; `shown` is it from then on.

    It begins with whatever look and wherever the cursor is. Cells of which nothing is known in `wanted` stay.
    """
    way = _Way(wanted.columns, abilities)
    if abilities.scrolls:
        way.scroll(shown, wanted)
    for y, (old, new) in enumerate(zip(shown.rows, wanted.rows, strict=True)):
        if old != new:
            way.write_row(y, old, new)
            shown.rows[y] = [before if cell is None else cell for before, cell in zip(old, new, strict=True)]
    return "".join(way.written)


class _Way:
    """What is written, and where that leaves the cursor."""

    def __init__(self, columns: int, abilities: Abilities) -> None:
        self.written: list[str] = []
        self._columns, self._abilities = columns, abilities
        self._look: Look | None = None
        self._at: tuple[int, int] | None = None
        """Column and row; None where terminals differ."""
        self._picture: tuple[int, Look] | None = None
        """How much had been written behind the last cell of a picture, and its look."""

    def scroll(self, shown: Sheet, wanted: Sheet) -> None:
        """Move rows that are to stand higher or lower, where that saves writing some of them."""
        found = _shift(shown.rows, wanted.rows)
        if found is None:
            return
        top, bottom, by = found
        line, steps = (bottom, "\x1bD" * by) if by > 0 else (top, "\x1bM" * -by)
        self.written.append(f"\x1b[m\x1b[{top + 1};{bottom + 1}r\x1b[{line + 1}H{steps}\x1b[r")
        self._look, self._at = PLAIN, None
        blank: list[Row] = [[None] * shown.columns for _ in range(abs(by))]
        part = shown.rows[top : bottom + 1]
        shown.rows[top : bottom + 1] = part[by:] + blank if by > 0 else blank + part[:by]

    def write_row(self, y: int, old: Row, new: Row) -> None:
        """Write what is different in a row."""
        if any(cell is not None and cell.kind == UNSURE for row in (old, new) for cell in row):
            spans = _known(new)
        else:
            spans = _different(old, new)
        for start, end in spans:
            if self._write_span(y, start, end, new):
                return

    def _write_span(self, y: int, start: int, end: int, row: Row) -> bool:
        """Write cells; return whether the row has been erased from some of them to its end, and is done."""
        x = start
        while x < end:
            cell = row[x]
            assert cell is not None
            if cell.kind == BLANK:
                stop = _run_end(row, x, self._columns)
                if stop == self._columns and stop - x > 3 and self._abilities.erases:
                    self._go(x, y)
                    self._blank(cell.look, "\x1b[K")
                    return True
                stop = min(stop, end)
                self._write_blanks(x, y, stop - x, cell.look)
                x = stop
            else:
                self._write_cell(x, y, cell)
                x += 1
        return False

    def _write_blanks(self, x: int, y: int, count: int, look: Look) -> None:
        self._go(x, y)
        if self._abilities.erases and count >= _SHORTEST_ERASURE:
            self._blank(look, f"\x1b[{count}X")
        else:
            self._blank(look, " " * count)
            self._step(x + count, y)

    def _blank(self, look: Look, sequence: str) -> None:
        turned, self._look = turn_for_blanks(self._look, look)
        self.written += (turned, sequence)

    def _write_cell(self, x: int, y: int, cell: Cell) -> None:
        if not cell.text:
            return  # the left half has written it
        self._go(x, y)
        if is_picture(cell):
            self._write_picture(cell)
        else:
            self.written += (turn(self._look, cell.look), cell.text)
            self._look = cell.look
        if cell.kind == UNSURE:
            self._at = None
        else:
            self._step(x + 1, y)

    def _write_picture(self, cell: Cell) -> None:
        """Write a cell of a picture; its painter looks for the whole look before it, and leaves another one behind."""
        if self._picture != (len(self.written), cell.look):
            self.written += ("\x1b[m", turn(PLAIN, cell.look))
        self.written.append(cell.text)
        self._look, self._picture = None, (len(self.written), cell.look)

    def _step(self, x: int, y: int) -> None:
        """Note where the cursor is after writing; behind the last column terminals differ."""
        self._at = (x, y) if x < self._columns else None

    def _go(self, x: int, y: int) -> None:
        """Put the cursor somewhere."""
        if self._at == (x, y):
            return
        if self._at is not None and self._at[1] == y and self._abilities.steps:
            by = x - self._at[0]
            count = "" if abs(by) == 1 else abs(by)
            self.written.append("\r" if x == 0 else f"\x1b[{count}{'C' if by > 0 else 'D'}")
        else:
            self.written.append(f"\x1b[{y + 1};{x + 1}H" if x or not self._abilities.steps else f"\x1b[{y + 1}H")
        self._at = (x, y)


def _known(row: Row) -> list[tuple[int, int]]:
    """Return the stretches of a row of which it is known what they are to show."""
    return _spans([x for x, cell in enumerate(row) if cell is not None])


def _different(old: Row, new: Row) -> list[tuple[int, int]]:
    """Return the stretches of a row that are to be written."""
    changed = [
        x
        for x, (before, cell) in enumerate(zip(old, new, strict=True))
        if cell is not before and cell is not None and cell != before
    ]
    spans: list[tuple[int, int]] = []
    for start, end in _spans(changed):
        if spans and _is_worth_writing(new, spans[-1][1], start):
            spans[-1] = spans[-1][0], end
        else:
            spans.append((start, end))
    return spans


def _spans(places: list[int]) -> list[tuple[int, int]]:
    """Return start and end of each run of places."""
    spans: list[tuple[int, int]] = []
    for x in places:
        if spans and spans[-1][1] == x:
            spans[-1] = spans[-1][0], x + 1
        else:
            spans.append((x, x + 1))
    return spans


def _is_worth_writing(row: Row, start: int, end: int) -> bool:
    """Whether cells that stand there already are written again rather than stepped over."""
    if end - start > _NEAR:
        return False
    before, after = row[start - 1], row[end]
    assert before is not None
    assert after is not None
    bytes_of_text = 0
    for cell in row[start:end]:
        if cell is None or not (_goes_with(cell, before) or _goes_with(cell, after)):
            return False
        bytes_of_text += len(cell.text.encode())
    return bytes_of_text <= _NEAR


def _goes_with(cell: Cell, other: Cell) -> bool:
    """Whether a cell is written in the look of another."""
    if cell.kind == BLANK:
        return cell.look == other.look.of_blanks
    return cell.look == other.look


def _run_end(row: Row, x: int, end: int) -> int:
    """Return where cells end that are just as the one at `x`."""
    cell, stop = row[x], x + 1
    while stop < end and (row[stop] is cell or row[stop] == cell):
        stop += 1
    return stop


def _shift(old: list[Row], new: list[Row]) -> tuple[int, int, int] | None:
    """Return first and last row of what is to be scrolled, and by how many rows up; None where that is no use."""
    changed = [y for y, (before, row) in enumerate(zip(old, new, strict=True)) if before != row]
    if len(changed) < _FEWEST_ROWS:
        return None
    top, bottom = changed[0], changed[-1]
    best, most = None, _FEWEST_ROWS - 1
    for by in sorted(range(-_FARTHEST, _FARTHEST + 1), key=abs):
        first, last = max(top, top - by), min(bottom, bottom - by)
        saved = sum(_saves(old[y + by], new[y], old[y]) for y in range(first, last + 1)) if by else 0
        if saved > most:
            best, most = (top, bottom, by), saved
    return best


def _saves(moved: Row, wanted: Row, there: Row) -> bool:
    """Whether a row is right once it is moved, and is not so already."""
    return moved == wanted and there != wanted and any(cell is not None and cell.kind == PLAIN_TEXT for cell in wanted)
