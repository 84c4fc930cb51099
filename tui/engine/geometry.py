"""The plane geometry of the engine: hulls, smallest rectangles, perspective and bilinear reduction.

A library for computer vision would bring all of this along, with .4 s more to import and 50 MB more memory; the few
functions that are needed are short.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Shape (n, 2): x and y."""
Quad = NDArray[np.float64]
"""Shape (4, 2): the corners in cyclic order."""
Matrix = NDArray[np.float64]
"""Shape (3, 3): a perspective map of homogeneous points."""
Pixels = NDArray[np.uint8]
"""Shape (height, width, 3): red, green, blue."""


def hull(points: Points) -> Points:
    """Return the corners of the convex hull, without collinear ones (Andrew's monotone chain)."""
    ordered = sorted({(float(x), float(y)) for x, y in points})
    if len(ordered) < 3:
        return np.array(ordered, dtype=np.float64).reshape(-1, 2)
    return np.array(_half_hull(ordered)[:-1] + _half_hull(ordered[::-1])[:-1])


def _half_hull(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
    chain: list[tuple[float, float]] = []
    for point in ordered:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def smallest_rectangle(points: Points) -> Quad:
    """Return the rectangle of least area round the points: one of its sides lies on a side of their hull.

    Points on one line give a rectangle without area, a single point four equal corners.
    """
    corners = hull(points)
    sides = np.roll(corners, -1, axis=0) - corners
    lengths = np.hypot(sides[:, 0], sides[:, 1])
    if not (lengths > 0).any():
        return np.repeat(corners[:1], 4, axis=0)
    along = sides[lengths > 0] / lengths[lengths > 0, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    u, v = corners @ along.T, corners @ across.T
    areas = np.ptp(u, axis=0) * np.ptp(v, axis=0)
    best = int(np.argmin(areas))
    left, right = u[:, best].min(), u[:, best].max()
    top, bottom = v[:, best].min(), v[:, best].max()
    in_its_frame = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    return np.asarray(in_its_frame @ np.stack([along[best], across[best]]))


def short_side(quad: Quad) -> float:
    """Return the length of the shorter of a rectangle's sides."""
    return float(min(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[3] - quad[0])))


def clockwise(quad: Quad) -> Quad:
    """Return the corners as top left, top right, bottom right, bottom left."""
    by_x = quad[np.argsort(quad[:, 0], kind="stable")]
    left = by_x[:2][np.argsort(by_x[:2, 1], kind="stable")]
    right = by_x[2:][np.argsort(by_x[2:, 1], kind="stable")]
    return np.array([left[0], right[0], right[1], left[1]])


def sizes(quad: Quad) -> tuple[float, float]:
    """Return width and height of a quad: the longer of each two opposite sides, at least 1."""
    top, right, bottom, left = (float(np.linalg.norm(quad[i] - quad[(i + 1) % 4])) for i in range(4))
    return max(1.0, top, bottom), max(1.0, left, right)


def homography(width: float, height: float, quad: Quad) -> Matrix:
    """Return the perspective map that takes the upright rectangle (0, 0) to (width, height) onto a quad."""
    rows, values = [], []
    for (x, y), (u, v) in zip([(0, 0), (width, 0), (width, height), (0, height)], quad, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        values += [u, v]
    return np.append(np.linalg.solve(np.array(rows, dtype=np.float64), np.array(values)), 1.0).reshape(3, 3)


def mapped(matrix: Matrix, points: Points) -> Points:
    """Return where a perspective map takes points."""
    homogeneous = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(homogeneous[:, :2] / homogeneous[:, 2:])


def resized(pixels: Pixels, width: int, height: int) -> Pixels:
    """Resize with pixel-centre bilinear interpolation and no smoothing, as the models were trained on.

    Pillow's own BILINEAR averages when it reduces, which costs up to eleven points of the character error rate.
    """
    rows, columns = pixels.shape[:2]
    if (columns, rows) == (width, height):
        return pixels
    left, right, across = _neighbours(columns, width)
    top, bottom, down = _neighbours(rows, height)

    def blended_columns(of: Pixels) -> NDArray[np.float32]:
        first = of[:, left].astype(np.float32)
        first += (of[:, right].astype(np.float32) - first) * across[None, :, None]
        return first

    if height <= rows:
        upper, lower = blended_columns(pixels[top]), blended_columns(pixels[bottom])
    else:
        whole = blended_columns(pixels)
        upper, lower = whole[top], whole[bottom]
    lower -= upper
    lower *= down[:, None, None]
    upper += lower
    upper += 0.5
    return upper.astype(np.uint8)


def _neighbours(old: int, new: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]:
    """Return for each new position the old ones before and after it, and how near it is to the latter (0..1)."""
    position = (np.arange(new) + 0.5) * (old / new) - 0.5
    before = np.floor(position)
    share = (position - before).astype(np.float32)
    share[(before < 0) | (before >= old - 1)] = 0
    first = before.astype(np.int64)
    return np.clip(first, 0, old - 1), np.clip(first + 1, 0, old - 1), share
