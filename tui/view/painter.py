"""Paints pictures over the cells where the screens have written their placeholders, on the way to the terminal.

For protocols that paint a picture once, where the cursor stands, and know nothing of it afterwards: sixels and iTerm2's
inline images. Textual puts a screen together from pieces of text, cuts them wherever another widget begins, and sends
no more than what may have changed. So a picture is text to it: a character of the private area for each of its cells,
whose colour is the picture's number, as with kitty's placeholders. What Textual then writes says just which cells of
which picture are to be seen, and where. The characters become blanks, which wipe out what was painted there before, and
what they stood for is painted over the blanks; cells that show it already are stepped over. Whatever else is written
over a picture, be it a dialog, wipes out its part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from rich.cells import cell_len
from rich.color import Color

from tui.pictures.pixels import PAINTERS, Patch, Pixels, PixelTerminal

Tint = tuple[int, int, int]
WIPE: Final = "\x1b7\x1b[0m\x1b[2J\x1b8"
"""Makes the whole screen blank, and so wipes out every picture."""
_FIRST: Final = 0x100000
"""The first placeholder; they end where the private area does."""
_TOKEN: Final = re.compile(
    r"\x1b\[(?P<y>\d+);(?P<x>\d+)H"
    r"|\x1b\[(?P<style>[\d;]*)m(?P<cells>[\U00100000-\U0010fffd]+)"
    r"|(?P<erasure>\x1b\[(?:[\d;]*[JK]|\?1049[hl]))"
    r"|\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\r\n]"
    r"|(?P<text>[^\x1b\r\n\U00100000-\U0010fffd]+)"
    r"|(?P<stray>[\U00100000-\U0010fffd]+)"
    r"|\x1b[^\U00100000-\U0010fffd]?",
)
_PLACEHOLDER: Final = re.compile("[\U00100000-\U0010fffd]")
_INK: Final = re.compile(r"(?:^|;)38;(?:2;(\d+);(\d+);(\d+)|5;(\d+))")
_PAPER: Final = re.compile(r"(?:^|;)(48;(?:2;(\d+);(\d+);(\d+)|5;(\d+)))")
_LONGEST: Final = 1000
"""Pixels across or down that xterm shows of a picture; a longer one is painted in parts."""


class _Spot(NamedTuple):
    """What a cell of the screen shows: a cell of a picture, on paper of a colour."""

    picture: Pixels
    row: int
    column: int
    paper: Tint


class _Cell(NamedTuple):
    """A cell of the screen that is to be painted."""

    x: int
    y: int
    spot: _Spot


@dataclass(frozen=True, slots=True)
class _Run:
    """Cells of a picture that stand side by side in a row of the screen."""

    x: int
    y: int
    first: _Spot
    papers: tuple[Tint, ...]

    @property
    def stands(self) -> tuple[object, ...]:
        """What it has in common with the runs above and below it that belong to the same patch."""
        return self.first.picture, self.first.column, len(self.papers), self.x, self.y - self.first.row


class Painter:
    """Turns what Textual writes into what the terminal is to get."""

    def __init__(self, terminal: PixelTerminal) -> None:
        self._terminal = terminal
        self._cell = terminal.cell
        self._shown: dict[int, dict[int, _Spot]] = {}
        """What is painted on the screen now: by row and column."""

    def forget(self) -> None:
        """Take nothing for painted any more, since the terminal has shown another screen or has another size."""
        self._shown.clear()

    def painted(self, frame: str, pictures: Mapping[int, Pixels]) -> str:
        """Return a frame with blanks in place of placeholders, and behind it what paints over them.

        Pictures are told by their numbers. A frame that has nothing to do with pictures is returned as it is.
        """
        if not self._shown and not _PLACEHOLDER.search(frame):
            return frame
        self._measure()
        written: list[str] = []
        bare: list[_Cell] = []
        for x, y, token in _places(frame):
            if token["cells"]:
                spots = _spots(token["style"], token["cells"], pictures)
                written += self._bared(x, y, token["style"], spots, bare)
            else:
                self._overwrite(x, y, token)
                written.append(" " * len(token[0]) if token["stray"] else token[0])
        return "".join(written) + self._paintings(bare)

    def _measure(self) -> None:
        """Paint everything anew where the font has changed, or where tmux lies between, which may have cleared all."""
        cell = self._terminal.cell_now() or self._terminal.cell
        if cell != self._cell or self._terminal.is_in_tmux:
            self._cell = cell
            self.forget()

    def _overwrite(self, x: int, y: int, token: re.Match[str]) -> None:
        """Take what text is written over for wiped out."""
        if token["erasure"]:
            self.forget()
        row = self._shown.get(y)
        if row:
            for column in range(x, x + _width(token)):
                row.pop(column, None)

    def _bared(self, x: int, y: int, style: str, spots: list[_Spot | None], bare: list[_Cell]) -> Iterator[str]:
        """Yield blanks for the cells that are to be painted, from the first that shows something else to the last.

        Cells before and behind them are stepped over. What is to be painted is added to `bare`.
        """
        row = self._shown.setdefault(y, {})
        changed = [place for place, spot in enumerate(spots) if spot is None or row.get(x + place) != spot]
        first, end = (changed[0], changed[-1] + 1) if changed else (len(spots), len(spots))
        yield _step(first)
        yield f"\x1b[{_paper_alone(style)}m{' ' * (end - first)}" if changed else ""
        yield _step(len(spots) - end)
        yield "" if changed else f"\x1b[{_paper_alone(style)}m"
        for place in range(first, end):
            spot = spots[place]
            if spot is None:
                row.pop(x + place, None)
            else:
                row[x + place] = spot
                bare.append(_Cell(x + place, y, spot))

    def _paintings(self, bare: list[_Cell]) -> str:
        painted = [
            f"\x1b[{y + 1};{x + 1}H{_painting(self._terminal.protocol, patch, self._cell)}"
            for whole_x, whole_y, whole in _patches(_runs(bare))
            for x, y, patch in _parts(whole_x, whole_y, whole, self._cell)
        ]
        if not painted:
            return ""
        return "".join(("\x1b7", *painted, "\x1b8"))


def placeholders(row: int, columns: int) -> tuple[str, ...]:
    """Return the characters that stand for a row of a picture with so many columns, one a cell."""
    start = _FIRST + row * columns
    return tuple(map(chr, range(start, start + columns)))


@lru_cache(64)
def _painting(protocol: str, patch: Patch, cell: tuple[int, int]) -> str:
    return PAINTERS[protocol](patch, cell)


def _places(frame: str) -> Iterator[tuple[int, int, re.Match[str]]]:
    """Yield what a frame is made of, and the column and the row where that begins."""
    x = y = 0
    for token in _TOKEN.finditer(frame):
        if token["y"]:
            x, y = int(token["x"]) - 1, int(token["y"]) - 1
        yield x, y, token
        x += _width(token)


def _width(token: re.Match[str]) -> int:
    return cell_len(token["text"] or token["cells"] or token["stray"] or "")


def _spots(style: str, cells: str, pictures: Mapping[int, Pixels]) -> list[_Spot | None]:
    """Return what each of the cells of a style stands for; None for those that stand for nothing that is known."""
    picture = pictures.get(_number(style))
    if picture is None:
        return [None] * len(cells)
    paper, most = _paper(style), picture.columns * picture.rows
    numbers = (ord(cell) - _FIRST for cell in cells)
    return [_Spot(picture, *divmod(number, picture.columns), paper) if number < most else None for number in numbers]


def _step(cells: int) -> str:
    return f"\x1b[{cells}C" if cells else ""


def _runs(cells: list[_Cell]) -> Iterator[_Run]:
    """Yield the runs that cells make up, on whatever paper."""
    run: list[_Cell] = []
    for cell in cells:
        if run and not _follows(run[-1], cell):
            yield _run(run)
            run = []
        run.append(cell)
    if run:
        yield _run(run)


def _run(cells: list[_Cell]) -> _Run:
    return _Run(cells[0].x, cells[0].y, cells[0].spot, tuple(cell.spot.paper for cell in cells))


def _follows(before: _Cell, cell: _Cell) -> bool:
    """Whether a cell stands to the right of another both on the screen and in their picture."""
    spot = before.spot
    beside = spot.picture, spot.row, spot.column + 1, before.x + 1, before.y
    return beside == (cell.spot.picture, cell.spot.row, cell.spot.column, cell.x, cell.y)


def _patches(runs: Iterator[_Run]) -> Iterator[tuple[int, int, Patch]]:
    """Yield where patches are to be painted, as large as the runs allow, and the patches."""
    stacks: dict[tuple[object, ...], list[_Run]] = {}
    for run in runs:
        stack = stacks.setdefault(run.stands, [])
        if stack and run.first.row != stack[-1].first.row + 1:
            yield _patch(stack)
            stack.clear()
        stack.append(run)
    yield from map(_patch, stacks.values())


def _patch(runs: list[_Run]) -> tuple[int, int, Patch]:
    first = runs[0].first
    papers = tuple(run.papers for run in runs)
    return runs[0].x, runs[0].y, Patch(first.picture, first.column, first.row, papers)


def _parts(x: int, y: int, patch: Patch, cell: tuple[int, int]) -> Iterator[tuple[int, int, Patch]]:
    """Yield a patch in parts that are not longer than every terminal shows them."""
    wide, high = max(1, _LONGEST // cell[0]), max(1, _LONGEST // cell[1])
    for top in range(0, patch.rows, high):
        for left in range(0, patch.columns, wide):
            papers = tuple(row[left : left + wide] for row in patch.papers[top : top + high])
            yield x + left, y + top, Patch(patch.picture, patch.left + left, patch.top + top, papers)


def _number(style: str) -> int:
    """Return the number of a picture, which is the colour of its placeholders; -1 where they have none."""
    found = _INK.search(style)
    if found is None:
        return -1
    red, green, blue, entry = (int(value or 0) for value in found.groups())
    return entry or red << 16 | green << 8 | blue


def _paper(style: str) -> Tint:
    found = _PAPER.search(style)
    if found is None:
        return 255, 255, 255
    if found[5]:
        red, green, blue = Color.from_ansi(min(255, int(found[5]))).get_truecolor()
        return red, green, blue
    return int(found[2]), int(found[3]), int(found[4])


def _paper_alone(style: str) -> str:
    found = _PAPER.search(style)
    return found[1] if found else ""
