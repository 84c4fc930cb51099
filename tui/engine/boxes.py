"""From the detector's map to the boxes of lines.

The post-processing of Differentiable Binarization (Liao et al. 2020): threshold the map, take each connected patch's
smallest rectangle, drop the weak ones and widen the rest, because the network is trained on shrunken lines. The exact
roundings matter: without the integer corners and round joins of the original a page of cursive loses three points.

Where lines are written close together the widened boxes reach into each other, and what the recogniser then sees of a
line is small, between the tails of the one above and the heads of the one below: such boxes are made lower until they
meet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tui.engine.geometry import Points, Quad, clockwise, short_side, sizes, smallest_rectangle

Map = NDArray[np.float32]
"""Shape (height, width): how surely each point lies in the middle of a line, 0..1."""
Mask = NDArray[np.bool_]

INK_ABOVE = 0.3
LINE_ABOVE = 0.5
WIDENED_BY = 1.6
LEAST_SIDE = 3.0
"""In points of the map; a line whose core is thinner is a speck."""
LEAST_WIDENED_SIDE = 5.0
SAME_ROW = 0.4
"""Boxes whose middles are closer than this share of their height, across the text, stand beside each other."""
ABOVE_EACH_OTHER = 0.5
"""Boxes that share at least so much of the shorter one's length stand one above the other."""
FEWEST_PITCHES = 4
"""So many boxes must stand above others before it is known how far apart the lines of a page are."""

_TURNS = np.linspace(0, 2 * np.pi, 64, endpoint=False)
_CIRCLE = np.stack([np.cos(_TURNS), np.sin(_TURNS)], axis=1)


def line_boxes(probability: Map, width: int, height: int) -> list[Quad]:
    """Return the boxes of lines, clockwise from the top left, in pixels of a page of that size, top ones first."""
    scale = np.array([width / probability.shape[1], height / probability.shape[0]])
    found = []
    for points in components(thickened(probability > INK_ABOVE)):
        core = smallest_rectangle(points)
        if short_side(core) < LEAST_SIDE or mean_inside(probability, core) < LINE_ABOVE:
            continue
        box = widened(core)
        if short_side(box) < LEAST_WIDENED_SIDE:
            continue
        corners = np.trunc(np.clip(np.round(box * scale), 0, [width, height]))
        corners = np.clip(clockwise(corners), 0, [width - 1, height - 1])
        if min(np.linalg.norm(corners[0] - corners[1]), np.linalg.norm(corners[0] - corners[3])) >= LEAST_SIDE + 1:
            found.append(corners)
    return apart(sorted(found, key=lambda corners: float(corners[:, 1].mean())))


def apart(boxes: Sequence[Quad]) -> list[Quad]:
    """Return the boxes of a page's lines, made lower about their middles where they reach into each other.

    None is made lower than the lines of the page are apart, so that a word put in between two lines costs them nothing;
    and none that stands on end, for those are read turned.
    """
    lying = [box for box in boxes if _lies(box)]
    rooms = [_room(box, lying) if _lies(box) else (math.inf, math.inf) for box in boxes]
    pitches = [pitch for pitch, _ in rooms if pitch < math.inf]
    if len(pitches) < FEWEST_PITCHES:
        return list(boxes)
    usual = float(np.median(pitches))
    return [_lowered(box, max(usual, room)) for box, (_, room) in zip(boxes, rooms, strict=True)]


def _lies(box: Quad) -> bool:
    width, height = sizes(box)
    return width > height


def _room(box: Quad, others: Sequence[Quad]) -> tuple[float, float]:
    """Return how far below a box the next one's middle lies, and how high the box can be without meeting another.

    Both are infinite where there is none. Two that meet give way in proportion to their heights.
    """
    (width, height), middle = sizes(box), box.mean(axis=0)
    along = (box[1] - box[0]) / max(1e-6, float(np.linalg.norm(box[1] - box[0])))
    start, down = float((box @ along).min()), np.array([-along[1], along[0]])
    pitch = room = math.inf
    for other in others:
        away = float((other.mean(axis=0) - middle) @ down)
        places = other @ along - start
        shared = min(width, float(places.max())) - max(0.0, float(places.min()))
        if abs(away) <= SAME_ROW * height or shared < ABOVE_EACH_OTHER * min(width, float(np.ptp(places))):
            continue
        pitch = min(pitch, away) if away > 0 else pitch
        room = min(room, 2 * abs(away) * height / (height + sizes(other)[1]))
    return pitch, room


def _lowered(box: Quad, most: float) -> Quad:
    """Return a box no higher than that, with the same middle."""
    height = sizes(box)[1]
    if height <= most:
        return box
    share = (1 - most / height) / 2
    left, right = (box[3] - box[0]) * share, (box[2] - box[1]) * share
    return np.asarray(box + np.array([left, right, -right, -left]))


def thickened(mask: Mask) -> Mask:
    """Return the mask grown by one point to the right, down and to the lower right."""
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:, 1:] |= mask[:, :-1]
    grown[1:, 1:] |= mask[:-1, :-1]
    return grown


def components(mask: Mask) -> list[Points]:
    """Return the 8-connected patches of a mask, each as the first and last point of each of its rows.

    Runs of neighbouring points are joined by union-find: a patch's hull needs no more than its rows' ends.
    """
    edges = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1] - 1
    if not len(rows):
        return []
    labels = _joined_runs(rows, starts, ends, mask.shape[1])
    by_label = np.argsort(labels, kind="stable")
    cuts = np.nonzero(np.diff(labels[by_label]))[0] + 1
    return [_row_ends(rows[runs], starts[runs], ends[runs]) for runs in np.split(by_label, cuts)]


def _joined_runs(
    rows: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], width: int
) -> NDArray[np.int64]:
    """Return a label for each run; runs that touch, also at a corner, have the same."""
    stride = width + 3
    first = np.searchsorted(rows * stride + ends, (rows - 1) * stride + starts - 1, "left")
    beyond = np.searchsorted(rows * stride + starts, (rows - 1) * stride + ends + 1, "right")
    parent = list(range(len(rows)))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = run = parent[parent[run]]
        return run

    for run, (low, high) in enumerate(zip(first.tolist(), beyond.tolist(), strict=True)):
        for above in range(low, high):
            a, b = root(run), root(above)
            parent[max(a, b)] = min(a, b)
    return np.array([root(run) for run in range(len(rows))])


def _row_ends(rows: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Points:
    new_row = np.nonzero(np.diff(rows, prepend=-1))[0]
    firsts = np.stack([np.minimum.reduceat(starts, new_row), rows[new_row]], axis=1)
    lasts = np.stack([np.maximum.reduceat(ends, new_row), rows[new_row]], axis=1)
    return np.concatenate([firsts, lasts]).astype(np.float64)


def mean_inside(probability: Map, quad: Quad) -> float:
    """Return the mean of the map inside a quad, its edges included."""
    highest = np.array([probability.shape[1] - 1, probability.shape[0] - 1])
    left, top = np.clip(np.floor(quad.min(axis=0)), 0, highest).astype(int)
    right, bottom = np.clip(np.ceil(quad.max(axis=0)), 0, highest).astype(int)
    corners = np.trunc(clockwise(quad) - [left, top])
    x, y = np.arange(right - left + 1)[None, :], np.arange(bottom - top + 1)[:, None]
    inside = np.ones((bottom - top + 1, right - left + 1), dtype=bool)
    for (ax, ay), (bx, by) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        half_a_point = 0.5 * max(abs(bx - ax), abs(by - ay), 1.0)
        inside &= (bx - ax) * (y - ay) - (by - ay) * (x - ax) >= -half_a_point
    return float(probability[top : bottom + 1, left : right + 1][inside].mean()) if inside.any() else 0.0


def widened(core: Quad) -> Quad:
    """Return the rectangle round a core that was pushed outwards, with round corners, by area * 1.6 / perimeter."""
    width, height = float(np.linalg.norm(core[1] - core[0])), float(np.linalg.norm(core[3] - core[0]))
    distance = width * height * WIDENED_BY / max(2 * (width + height), 1e-6)
    rounded = np.trunc(core)[:, None] + _CIRCLE[None] * distance
    return smallest_rectangle(np.round(rounded.reshape(-1, 2)))
