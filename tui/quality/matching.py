"""Which line that was read is which line that is written.

By place, where both sides have boxes in the same page: the pairs that cover each other best, each line once. By text
otherwise: lines are laid side by side in order so that their letters differ the least; then those that found nobody, or
only somebody with little in common, are looked for elsewhere on the page, for a service may read the columns in another
order than the person did. What then has no partner
may be a piece of a line beside it, which a service has cut in two; else it is a missing line, or an invented one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal, NamedTuple

from rapidfuzz.distance import Levenshtein

from tui.model import Point
from tui.quality.rates import relaxed

MOST_PAIRS = 1_000_000
"""So many pairs of lines are compared at most; beyond that, only lines at about the same height of the text."""
_GAP = 0.6
"""What a character costs whose line has no partner; more than half, so that a badly read line keeps its own."""
_ALIKE = 0.5
"""From this likeness on a line is recognised wherever it stands."""
_NOTHING_IN_COMMON = 0.2
"""Below this likeness two lines are not the same line badly read: any two lines share some letters."""
_LACKED = 0.5
"""Which share of a piece's characters a line must lack for the piece to be part of it."""
_NEAR = 2
"""By how many places a piece may stand from the rest of its line."""
_SAME_ROW = 0.5
"""Which share of the lower box's height two lines have in common."""
_SAME_STRETCH = 0.5
"""Which share of the shorter box's width they have in common."""

By = Literal["place", "text", "line"]
"""How lines were matched: `line` is by their own numbers, where both sides come from the same answer."""


@dataclass(frozen=True, slots=True)
class Written:
    """A line as it is written, or as it was read."""

    text: str
    corners: tuple[Point, ...] = ()
    """Corners of its box or outline, in pixels of the page image, from the text's own top left; empty if unknown."""


class Pair(NamedTuple):
    """A line that is written beside what was read for it, as places among the lines of either side.

    There is one place on each side, as a rule; none where the line is missing or invented; several where a service has
    read a line in pieces, or has run lines together.
    """

    truth: tuple[int, ...]
    read: tuple[int, ...]


class Pairing(NamedTuple):
    """All lines of a page side by side: those written in order, then those invented."""

    pairs: tuple[Pair, ...]
    by: By


def paired(truth: Sequence[Written], read: Sequence[Written]) -> Pairing:
    """Lay the lines of a page side by side: by place where all have one and the places agree, by text otherwise.

    Lines without a letter are none.
    """
    ours, theirs = ([place for place, line in enumerate(lines) if line.text.strip()] for lines in (truth, read))
    found, by = _found([truth[place] for place in ours], [read[place] for place in theirs])
    texts = [relaxed(truth[place].text) for place in ours], [relaxed(read[place].text) for place in theirs]
    pairs = (
        Pair(tuple(ours[i] for i in one.truth), tuple(theirs[j] for j in one.read))
        for one in with_pieces(_completed(found, len(ours), len(theirs)), *texts)
    )
    return Pairing(tuple(sorted(pairs, key=lambda pair: (not pair.truth, pair))), by)


def _completed(found: dict[int, int], truth: int, read: int) -> list[Pair]:
    taken = set(found.values())
    written = [Pair((place,), (found[place],) if place in found else ()) for place in range(truth)]
    return [*written, *(Pair((), (place,)) for place in range(read) if place not in taken)]


def _found(truth: Sequence[Written], read: Sequence[Written]) -> tuple[dict[int, int], By]:
    if all(line.corners for line in (*truth, *read)):
        found = _by_place(truth, read)
        if 2 * len(found) >= min(len(truth), len(read)):
            return found, "place"
    return _by_text(truth, read), "text"


# -- pieces ---------------------------------------------------------------------------------------------------------


def with_pieces(pairs: Sequence[Pair], truth: Sequence[str], read: Sequence[str]) -> list[Pair]:
    """Give lines without a partner to the pair beside them that lacks them: lines read in pieces, or run together.

    The texts are given as they are compared, by place.
    """
    joined = _joined(pairs, truth, read)
    turned = _joined([Pair(pair.read, pair.truth) for pair in joined], read, truth)
    return [Pair(pair.read, pair.truth) for pair in turned]


def _joined(pairs: Sequence[Pair], whole: Sequence[str], pieces: Sequence[str]) -> list[Pair]:
    """Join the pieces that have nobody with those whose whole they complete."""
    groups = {number: pair for number, pair in enumerate(pairs) if pair.truth}
    for lonely in (pair for pair in pairs if not pair.truth):
        (piece,) = lonely.read
        beside = (
            (_gain(pair, piece, whole, pieces), number)
            for number, pair in groups.items()
            if any(abs(piece - one) <= _NEAR for one in pair.read)
        )
        gain, number = max(beside, default=(0.0, len(pairs)))
        if gain >= _LACKED * len(pieces[piece]) > 0:
            groups[number] = Pair(groups[number].truth, tuple(sorted((*groups[number].read, piece))))
        else:
            groups[len(pairs) + piece] = lonely
    return list(groups.values())


def _gain(pair: Pair, piece: int, whole: Sequence[str], pieces: Sequence[str]) -> float:
    """Return how many characters fewer are wrong in a pair when a piece is joined to it."""
    text = " ".join(whole[place] for place in pair.truth)
    now = " ".join(pieces[place] for place in pair.read)
    then = " ".join(pieces[place] for place in sorted((*pair.read, piece)))
    return Levenshtein.distance(text, now) - Levenshtein.distance(text, then)


# -- by place ---------------------------------------------------------------------------------------------------------


class _Box(NamedTuple):
    """Bounds of a line on a page whose text was turned level."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return max(self.right - self.left, 1e-9)

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, 1e-9)


def _by_place(truth: Sequence[Written], read: Sequence[Written]) -> dict[int, int]:
    slope = median(_slope(line) for line in read) if read else 0.0
    ours, theirs = ([_level(line.corners, slope) for line in lines] for lines in (truth, read))
    close = [
        (closeness, i, j)
        for i, box in enumerate(ours)
        for j, other in enumerate(theirs)
        if box.top < other.bottom and other.top < box.bottom and (closeness := _closeness(box, other)) > 0
    ]
    return _best_first(close)


def _best_first(likely: list[tuple[float, int, int]]) -> dict[int, int]:
    """Return pairs of which each line is in one: the likeliest, then the likeliest of what is left."""
    found: dict[int, int] = {}
    taken = set[int]()
    for _, i, j in sorted(likely, key=lambda one: (-one[0], abs(one[1] - one[2]), one[1])):
        if i not in found and j not in taken:
            found[i] = j
            taken.add(j)
    return found


def _slope(line: Written) -> float:
    """Return the direction of a line's text in radians, clockwise from level."""
    (ax, ay), (bx, by) = line.corners[0], line.corners[min(1, len(line.corners) - 1)]
    return math.atan2(by - ay, bx - ax)


def _level(corners: Sequence[Point], slope: float) -> _Box:
    cos, sin = math.cos(slope), math.sin(slope)
    xs = [x * cos + y * sin for x, y in corners]
    ys = [y * cos - x * sin for x, y in corners]
    return _Box(min(xs), min(ys), max(xs), max(ys))


def _closeness(one: _Box, other: _Box) -> float:
    """Return how well two boxes cover each other, 0..1; 0 where they are not in one row or not above each other."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    if across < _SAME_STRETCH * min(one.width, other.width) or down < _SAME_ROW * min(one.height, other.height):
        return 0.0
    apart = abs(one.top + one.bottom - other.top - other.bottom) / 2
    return max(0.0, 1 - apart / max(one.height, other.height)) * across / max(one.width, other.width)


# -- by text ----------------------------------------------------------------------------------------------------------


def _by_text(truth: Sequence[Written], read: Sequence[Written]) -> dict[int, int]:
    ours, theirs = ([relaxed(line.text) for line in lines] for lines in (truth, read))
    in_order = dict(_in_order(ours, theirs))
    sure = {i: j for i, j in in_order.items() if _likeness(ours[i], theirs[j]) >= _ALIKE}
    elsewhere = _elsewhere(ours, theirs, sure)
    found, taken = sure | elsewhere, {*sure.values(), *elsewhere.values()}
    badly_read = {
        i: j
        for i, j in in_order.items()
        if i not in found and j not in taken and _likeness(ours[i], theirs[j]) >= _NOTHING_IN_COMMON
    }
    return found | badly_read


def _likeness(one: str, other: str) -> float:
    return Levenshtein.normalized_similarity(one, other)


def _elsewhere(ours: Sequence[str], theirs: Sequence[str], sure: dict[int, int]) -> dict[int, int]:
    """Find lines that are left over among those left over on the other side, in whatever order."""
    taken = set(sure.values())
    lost = [place for place in range(len(ours)) if place not in sure]
    free = [place for place in range(len(theirs)) if place not in taken]
    most = max(1, MOST_PAIRS // max(1, len(lost)))
    return _best_first(
        [
            (likeness, i, j)
            for i in lost
            for j in free[:most]
            if (likeness := Levenshtein.normalized_similarity(ours[i], theirs[j], score_cutoff=_ALIKE)) >= _ALIKE
        ]
    )


def _in_order(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield which lines stand beside each other when both sides are read in order, at the least cost."""
    start = _alike(ours, theirs)
    end = _alike(ours[start:][::-1], theirs[start:][::-1])
    yield from ((place, place) for place in range(start))
    yield from ((len(ours) - place, len(theirs) - place) for place in range(1, end + 1))
    middle = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    yield from ((i + start, j + start) for i, j in _way_back(_steps(*middle), *map(len, middle)))


def _alike(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """Return with how many lines both begin alike."""
    pairs = zip(ours, theirs, strict=False)
    return next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(ours), len(theirs)))


_BESIDE, _ALONE, _INVENTED = range(3)


class _Row(NamedTuple):
    """The cheapest last steps to a stretch of cells of one row; what lies outside it is not looked at."""

    first: int
    steps: bytearray


def _steps(ours: Sequence[str], theirs: Sequence[str]) -> list[_Row]:
    """Return for each i and j the last step of the cheapest way to lay the first i lines beside the first j."""
    above = [0.0]
    for other in theirs:
        above.append(above[-1] + _GAP * len(other))
    rows = [_Row(0, bytearray([_BESIDE] + [_INVENTED] * len(theirs)))]
    for i, line in enumerate(ours, 1):
        first, last = _band(i, len(ours), len(theirs))
        costs, steps = [math.inf] * (len(theirs) + 1), bytearray(last - first + 1)
        for j in range(first, last + 1):
            alone = above[j] + _GAP * len(line)
            invented = costs[j - 1] + _GAP * len(theirs[j - 1]) if j else math.inf
            beside = above[j - 1] + Levenshtein.distance(line, theirs[j - 1]) if j else math.inf
            costs[j] = min(beside, alone, invented)
            steps[j - first] = (beside, alone, invented).index(costs[j])
        rows.append(_Row(first, steps))
        above = costs
    return rows


def _band(i: int, ours: int, theirs: int) -> tuple[int, int]:
    """Return the first and the last j that are looked at for an i: all, unless there are too many pairs."""
    if ours * theirs <= MOST_PAIRS:
        return 0, theirs
    middle, half = i * theirs // ours, max(MOST_PAIRS // ours // 2, theirs // ours + 2)
    return max(0, middle - half), min(theirs, middle + half)


def _way_back(rows: list[_Row], i: int, j: int) -> Iterator[tuple[int, int]]:
    while i or j:
        first, steps = rows[i]
        step = steps[j - first]
        if step == _BESIDE:
            yield i - 1, j - 1
        i, j = i - (step != _INVENTED), j - (step != _ALONE)
