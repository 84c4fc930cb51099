"""The cells of the screen, as what Textual writes leaves them.

A frame of Textual's is text that begins somewhere: `ESC [ row ; column H`, then stretches of text, each with its look
before it and a reset behind it. Laid out on a sheet it can be compared with what the terminal shows already. A frame
that says anything else is told of as such, and has to reach the terminal as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from rich.cells import cell_len

from tui.pictures.placeholder import PLACEHOLDER
from tui.view.pen import PLAIN, Look, look_of

_PLACE: Final = re.compile(r"\x1b\[(\d+);(\d+)H")
_STRETCH: Final = re.compile(r"\x1b\[([\d;]*)m|([^\x00-\x1f\x7f-\x9f]+)|\n\Z")
_MARK: Final = re.compile(r"[\U00100000-\U0010fffd]")
_JOINER: Final = "\N{ZERO WIDTH JOINER}"
PLAIN_TEXT, BLANK, UNSURE = range(3)


class Cell(NamedTuple):
    """What one cell shows."""

    text: str
    """Its character and what combines with it; empty in the right half of a wide one."""
    look: Look
    kind: int = PLAIN_TEXT
    """BLANK where nothing but paper is seen; UNSURE where terminals may not agree on how wide it is."""


Row = list[Cell | None]
"""A row of the screen; None for a cell of which nothing is known."""


class Stretch(NamedTuple):
    """Cells that are written side by side."""

    x: int
    y: int
    cells: tuple[Cell, ...]


class Frame(NamedTuple):
    """What Textual writes at once."""

    stretches: tuple[Stretch, ...]
    cursor: tuple[int, int] | None
    """Column and row, from 0, where it leaves the cursor; None where it leaves it behind its text."""


class Sheet:
    """The cells of a screen."""

    def __init__(self, columns: int, lines: int) -> None:
        self.columns, self.lines = columns, lines
        self.rows: list[Row] = [[None] * columns for _ in range(lines)]

    @property
    def size(self) -> tuple[int, int]:
        """How many columns and lines it has."""
        return self.columns, self.lines

    def forget(self) -> None:
        """Take nothing for known any more."""
        self.rows = [[None] * self.columns for _ in range(self.lines)]

    def put(self, stretch: Stretch) -> None:
        """Write cells; what does not fit is cut off, and a wide character of which a half is written over is gone."""
        if not (0 <= stretch.y < self.lines and 0 <= stretch.x < self.columns):
            return
        row, cells = self.rows[stretch.y], stretch.cells[: self.columns - stretch.x]
        end = stretch.x + len(cells)
        if _is_right_half(row[stretch.x]):
            _blank(row, stretch.x - 1)
        if end < self.columns and _is_right_half(row[end]):
            _blank(row, end)
        row[stretch.x : end] = cells
        if end == self.columns and cells and cells[-1].kind == UNSURE and cell_len(cells[-1].text) > 1:
            _blank(row, end - 1)  # half of it is cut off


def frame_of(data: str) -> Frame | None:
    """Return what a frame writes; None where it is not made of text in places alone."""
    parts = _PLACE.split(data)
    if parts[0] or len(parts) < 4:
        return None
    stretches = []
    for y, x, text in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        cells = _cells_in(text)
        if cells is None:
            return None
        if cells:
            stretches.append(Stretch(int(x) - 1, int(y) - 1, cells))
    cursor = (int(parts[-2]) - 1, int(parts[-3]) - 1) if not parts[-1] else None
    return Frame(tuple(stretches), cursor)


def is_picture(cell: Cell | None) -> bool:
    """Whether a cell stands for a part of a picture that is painted over it (see tui/view/painter.py)."""
    return cell is not None and _MARK.fullmatch(cell.text) is not None


@lru_cache(512)
def _cells_in(text: str) -> tuple[Cell, ...] | None:
    """Return the cells that text with its looks makes; None where it is more than that."""
    cells: list[Cell] = []
    look, place = PLAIN, 0
    for token in _STRETCH.finditer(text):
        if token.start() != place:
            return None
        place = token.end()
        if token[2]:
            more = tuple(_Cells.of(look).cells(token[2]))
            if len(more) != cell_len(token[2]):
                return None  # it begins with what belongs to the cell before
            cells += more
        elif token[1] is not None:
            found = look_of(token[1])
            if found is None or PLAIN not in (look, found):
                return None
            look = found
    return tuple(cells) if place == len(text) else None


class _Cells(dict[str, Cell]):
    """The cells of one look, by their characters: made once, so that those alike are quickly seen to be so."""

    def __init__(self, look: Look) -> None:
        self._look = look

    @staticmethod
    @lru_cache(4096)
    def of(look: Look) -> _Cells:
        """Return those of a look."""
        return _Cells(look)

    def __missing__(self, text: str) -> Cell:
        cell = Cell(text, self._look, _kind(text, self._look))
        self[text] = cell = cell._replace(look=self._look.of_blanks) if text == " " else cell
        return cell

    def cells(self, text: str) -> Iterator[Cell]:
        """Return the cells that text makes."""
        return map(self.__getitem__, text) if _is_narrow(text) else self._clusters(text)

    def _clusters(self, text: str) -> Iterator[Cell]:
        for cluster in _clusters(text):
            yield self[cluster]
            yield from (Cell("", self._look, UNSURE) for _ in range(cell_len(cluster) - 1))


@lru_cache(4096)
def _is_narrow(text: str) -> bool:
    return text.isascii() or (len(text) == cell_len(text) and all(map(cell_len, text)))


def _clusters(text: str) -> Iterator[str]:
    """Yield characters, each with those behind it that have no width or are joined to it."""
    cluster = ""
    for character in text:
        if cluster and cell_len(character) and not cluster.endswith(_JOINER):
            yield cluster
            cluster = ""
        cluster += character
    if cluster:
        yield cluster


def _kind(text: str, look: Look) -> int:
    if text == " ":
        return PLAIN_TEXT if look.shows_on_blanks else BLANK
    return PLAIN_TEXT if _is_sure(text) else UNSURE


def _is_sure(text: str) -> bool:
    """Whether every terminal takes one cell for it, and draws it where it stands."""
    if text[0] == PLACEHOLDER:
        return True
    return (
        len(text) == 1
        and cell_len(text) == 1
        and unicodedata.east_asian_width(text) not in "WF"
        and unicodedata.category(text) not in ("Mn", "Me", "Mc", "Cf", "Cn")
        and unicodedata.bidirectional(text) not in ("R", "AL", "AN")
    ) or text in _NEWER


_NEWER: Final = frozenset(map(chr, (*range(0x1FB00, 0x1FBB0), *range(0x1CD00, 0x1CDE6))))
"""Sextants, octants and their like, of which this Python's tables may not have heard."""


def _is_right_half(cell: Cell | None) -> bool:
    return cell is not None and not cell.text


def _blank(row: Row, x: int) -> None:
    cell = row[x]
    row[x] = None if cell is None else _Cells.of(cell.look)[" "]
