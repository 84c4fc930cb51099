"""What a person does to the lines of a page, kept as a list: the page is always made anew from the service's answer.

The service's lines are numbered from 0; lines that a person makes get numbers from there on, and none is used twice,
so that a number tells for ever which line is meant. A page as it now stands is the service's page and the
rearrangements in force, one after the other. To undo one is to leave it out; what then has nothing to work on any more
is left out with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tui.arrangement.boxes import turned_polygon
from tui.arrangement.lines import added, merge, split
from tui.arrangement.ties import tied_words
from tui.model import Line, Page, Polygon, Trouble


@dataclass(frozen=True, slots=True)
class MadeLine:
    """A line that a person made."""

    number: int
    """Its number on the page, for ever."""
    line: Line


@dataclass(frozen=True, slots=True)
class Rearrangement:
    """One thing a person did to the lines of a page; raises ValueError where it contradicts itself.

    All boxes lie in the page as it is in the file, however it is shown.
    """

    page: int
    """The page's number."""
    taken: tuple[int, ...] = ()
    """The numbers of lines that are no more."""
    made: tuple[MadeLine, ...] = ()
    """Lines in the place of the first that was taken, or after the line `after` where none was."""
    moved: tuple[int, ...] = ()
    """The numbers of lines that stand after the line `after` from now on, in this order."""
    after: int | None = None
    """None is the start of the page."""
    turn: int = 0
    """Quarter turns, clockwise, by which the page is shown turned further: 0 to 3."""

    def __post_init__(self) -> None:
        named = [*self.taken, *self.moved, *(one.number for one in self.made)]
        if len(set(named)) != len(named) or self.after in named:
            raise ValueError("a rearrangement names a line once")
        if min([self.page, *named, self.after or 0]) < 0 or not 0 <= self.turn <= 3:
            raise ValueError("a rearrangement's numbers count from 0, and its turn to 3")


def arranged(page: Page, rearrangements: Iterable[Rearrangement]) -> Page:
    """Return a page, given as the service read it, as it stands after rearrangements, in order.

    Those of other pages are passed over. One is left out whole when a line that it takes or moves is not there, or a
    number that it makes was used before. A line that is added after one which was replaced since stands after what
    replaced it, and after all others when nothing did: what a person wrote is not lost because of what another took
    back. Where nothing is changed it is the very page.
    """
    desk = _Desk(page)
    for rearrangement in rearrangements:
        if rearrangement.page == page.number:
            desk.take(rearrangement)
    return desk.result()


class _Desk:
    """A page while it is being rearranged."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._order = [key.line for key in page.keys]
        self._lines = dict(zip(self._order, page.lines, strict=True))
        """Every line that ever was: a number is used once."""
        self._heirs: dict[int, int] = {}
        """For each line that was replaced the last of those in its place."""
        self._turn = page.turn

    def take(self, rearrangement: Rearrangement) -> None:
        """Do what one says, or nothing when it no longer applies."""
        if not self._applies(rearrangement):
            return
        if rearrangement.taken:
            self._replace(rearrangement.taken, rearrangement.made)
        elif rearrangement.made:
            self._put([one.number for one in rearrangement.made], rearrangement.after)
        self._lines |= {one.number: one.line for one in rearrangement.made}
        if rearrangement.moved:
            self._order = [number for number in self._order if number not in rearrangement.moved]
            self._put(rearrangement.moved, rearrangement.after)
        self._turn = (self._turn + rearrangement.turn) % 4

    def _applies(self, rearrangement: Rearrangement) -> bool:
        needed = {*rearrangement.taken, *rearrangement.moved}
        return needed.issubset(self._order) and all(one.number not in self._lines for one in rearrangement.made)

    def _replace(self, taken: Sequence[int], made: Sequence[MadeLine]) -> None:
        numbers = [one.number for one in made]
        place = self._order.index(taken[0])
        before = [number for number in self._order[:place] if number not in taken]
        after = [number for number in self._order[place:] if number not in taken]
        self._order = [*before, *numbers, *after]
        self._heirs |= {number: numbers[-1] for number in taken if numbers}

    def _put(self, numbers: Sequence[int], after: int | None) -> None:
        while after in self._heirs:
            after = self._heirs[after]
        place = 0 if after is None else self._place_after(after)
        self._order[place:place] = numbers

    def _place_after(self, number: int) -> int:
        return self._order.index(number) + 1 if number in self._order else len(self._order)

    def result(self) -> Page:
        """Return the page as it stands now."""
        if self._turn == self._page.turn and self._order == [key.line for key in self._page.keys]:
            return self._page
        lines = tuple(self._lines[number] for number in self._order)
        numbers = () if self._order == list(range(len(lines))) else tuple(self._order)
        return replace(self._page, lines=lines, numbers=numbers, turn=self._turn)


def numbered_from(rearrangement: Rearrangement, free: int) -> Rearrangement:
    """Return a rearrangement whose new lines have the numbers from `free` on."""
    made = tuple(MadeLine(number, one.line) for number, one in enumerate(rearrangement.made, free))
    return replace(rearrangement, made=made)


def turned(page: Page, quarters: int) -> Page:
    """Return a page with its boxes as they lie when it is turned clockwise by some quarters; by none the very page.

    `shown = turned(page, page.turn)` is the page as it is shown; it still says by how much it was turned, and
    `turned(shown, -shown.turn)` is how it lies in the file.
    """
    if quarters % 4 == 0:
        return page
    size = page.width, page.height
    width, height = size if quarters % 2 == 0 else (size[1], size[0])
    return replace(
        page,
        width=width,
        height=height,
        angle=_within_half_a_turn(page.angle + 90.0 * (quarters % 4)),
        lines=tuple(_turned_line(line, size, quarters) for line in page.lines),
    )


def _turned_line(line: Line, size: tuple[float, float], quarters: int) -> Line:
    def lies(polygon: Polygon | None) -> Polygon | None:
        return polygon and turned_polygon(polygon, size, quarters)

    words = tuple(replace(word, polygon=lies(word.polygon)) for word in line.words)
    return replace(line, polygon=lies(line.polygon), words=words)


def _within_half_a_turn(degrees: float) -> float:
    while degrees > 180:
        degrees -= 360
    return degrees


# -- what a person can do ---------------------------------------------------------------------------------------------
#
# Pages and boxes are given as they lie in the file. The new lines have the numbers after the page's highest, which is
# enough to look at what comes of it; whoever keeps a rearrangement gives them numbers that no line ever had.


def split_at(page: Page, number: int, text: str, at: int) -> Rearrangement:
    """Cut a line in two at a place in its text as it now reads.

    Raises Trouble where one side would be empty, and KeyError, as those below do, where the page has no such line.
    """
    first, second = split(page.line(number), text, at)
    free = _next_number(page)
    return Rearrangement(page.number, (number,), (MadeLine(free, first), MadeLine(free + 1, second)))


def merged(page: Page, numbers: tuple[int, int], texts: tuple[str, str]) -> Rearrangement:
    """Run two lines together, as they now read, in the place of the first; see `beside` for which is the next."""
    first, second = (page.line(number) for number in numbers)
    made = MadeLine(_next_number(page), merge(first, texts[0], second, texts[1]))
    return Rearrangement(page.number, numbers, (made,))


def added_line(page: Page, polygon: Polygon, after: int | None, text: str = "") -> Rearrangement:
    """Add a line that the service did not see, after another or at the start of the page."""
    return Rearrangement(page.number, made=(MadeLine(_next_number(page), added(polygon, text)),), after=after)


def reboxed(page: Page, number: int, polygon: Polygon, text: str) -> Rearrangement:
    """Put a line, as it now reads, into another box, with its words along that."""
    line = replace(page.line(number), text=text, polygon=polygon, words=())
    made = MadeLine(_next_number(page), replace(line, words=tied_words(line, text)))
    return Rearrangement(page.number, (number,), (made,))


def reordered(page: Page, number: int, step: int) -> Rearrangement:
    """Move a line down by one (step 1) or up (step -1); raises Trouble where the page ends there."""
    if beside(page, number, step) is None:
        raise Trouble(f"Nothing was moved: it is the {'last' if step > 0 else 'first'} line of the page already.")
    after = beside(page, number, 1) if step > 0 else beside(page, number, -2)
    return Rearrangement(page.number, moved=(number,), after=after)


def turned_by(page: Page, quarters: int) -> Rearrangement:
    """Show a page turned clockwise by some quarters more, or the other way where they are fewer than none."""
    return Rearrangement(page.number, turn=quarters % 4)


def beside(page: Page, number: int, step: int) -> int | None:
    """Return the number of the line that stands some lines below another, or above; None past the page's ends."""
    place = page.place(number)
    if place is None:
        raise KeyError(number)
    return page.keys[place + step].line if 0 <= place + step < len(page.lines) else None


def _next_number(page: Page) -> int:
    return max((key.line + 1 for key in page.keys), default=0)
