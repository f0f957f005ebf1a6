"""Diameters of a label by the words of the definition: every pair of points, every slice.

Slow and plain, and shares nothing with the package: points of the outline voxel
by voxel, all pairs of them, chords as the part of a line inside the half planes
of Qhull's hull.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import ConvexHull, QhullError

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOLERANCE_MM = 1e-9
Point = tuple[float, float]


@dataclass(frozen=True)
class Expected:
    """What is told of one label; end points are (row, column)."""

    slice_index: int
    longest_mm: float
    short_mm: float
    start: Point
    end: Point


def outline_points(mask: NDArray[np.bool_], convention: str) -> list[Point]:
    """Return the points of the outline of one slice, in row order."""
    found = set()
    voxels = set(zip(*(axis.tolist() for axis in np.nonzero(mask)), strict=True))
    for row, column in voxels:
        if convention == "centres":
            found.add((float(row), float(column)))
        elif convention == "corners":
            for down, along in product((-0.5, 0.5), repeat=2):
                found.add((row + down, column + along))
        else:
            for down, along in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                if (row + down, column + along) not in voxels:
                    found.add((row + down / 2, column + along / 2))
    return sorted(found)


def longest_mm(points: list[Point], spacing_mm: tuple[float, float]) -> NDArray[np.float64]:
    """Return the distance of every pair of points in mm, as a square table."""
    places = np.array(points) * spacing_mm
    distances: NDArray[np.float64] = np.sqrt(
        ((places[:, None, :] - places[None, :, :]) ** 2).sum(axis=2)
    )
    return distances


def short_mm(
    points: list[Point], start: Point, end: Point, spacing_mm: tuple[float, float]
) -> float:
    """Return the longest chord of the hull of some points that is perpendicular to a line."""
    places = np.array(points) * spacing_mm
    first, last = np.array(start) * spacing_mm, np.array(end) * spacing_mm
    length = float(np.hypot(*(last - first)))
    if length == 0:
        return 0.0
    try:
        hull = ConvexHull(places)
    except QhullError:  # all points on one line
        return 0.0
    unit = (last - first) / length
    across = np.array([-unit[1], unit[0]])
    corners = (places - first) @ unit
    offsets = np.unique(np.append(np.linspace(0, length, 501), corners))
    return max(_chord(hull, first + offset * unit, across) for offset in offsets)


def _chord(hull: ConvexHull, origin: NDArray[np.float64], across: NDArray[np.float64]) -> float:
    """Return how long the part of a line inside a hull is."""
    steepness = hull.equations[:, :2] @ across
    room = -(hull.equations[:, :2] @ origin + hull.equations[:, 2])
    slanted = np.abs(steepness) > 1e-12
    ends = room[slanted] / steepness[slanted]
    is_upper = steepness[slanted] > 0
    return max(0.0, float(ends[is_upper].min() - ends[~is_upper].max()))


def expected(mask: NDArray[np.bool_], spacing_mm: tuple[float, float], convention: str) -> Expected:
    """Return the one line that counts, by the rule of ties.

    Parameters
    ----------
    mask : ndarray of bool
        One label, shape (slices, rows, columns).
    spacing_mm : tuple of float
        Distance of rows and of columns.
    convention : str
        Where a voxel ends.
    """
    planes = {
        index: outline_points(mask[index], convention)
        for index in range(len(mask))
        if mask[index].any()
    }
    tables = {index: longest_mm(points, spacing_mm) for index, points in planes.items()}
    longest = max(float(table.max()) for table in tables.values())
    lines = []
    for index, points in planes.items():
        firsts, seconds = np.nonzero(tables[index] >= longest - TOLERANCE_MM)
        for first, second in zip(firsts.tolist(), seconds.tolist(), strict=True):
            if first <= second:
                start, end = points[first], points[second]
                length = float(tables[index][first, second])
                short = short_mm(points, start, end, spacing_mm)
                lines.append(Expected(index, length, short, start, end))
    widest = max(line.short_mm for line in lines)
    able = [line for line in lines if line.short_mm >= widest - 1e-7]
    return min(able, key=lambda line: (line.slice_index, line.start, line.end))
