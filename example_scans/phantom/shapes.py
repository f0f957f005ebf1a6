"""Shapes as distances: how far inside a body a place lies, in mm, positive inside.

Every distance is a first-order one: right near the surface, where it makes the
soft edge of the partial volume, and only a sign further away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = [
    "Array",
    "Distance",
    "Point",
    "Shape",
    "column",
    "ellipsoid",
    "in_front_of",
    "joined",
    "mirrored",
    "tube",
    "within",
    "without",
]

Array: TypeAlias = npt.NDArray[np.float64]
Point: TypeAlias = tuple[float, float, float]
Distance: TypeAlias = Callable[[Array, Array, Array], Array]

_TINY = 1e-9


@dataclass(frozen=True)
class Shape:
    """A body: its distance, and a box (mm) that holds it."""

    low: Point
    high: Point
    distance: Distance


def _frame(turn_degrees: Point) -> Array:
    """Return the rows of a rotation by angles about x, then y, then z."""
    a, b, c = np.radians(turn_degrees)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return np.asarray((about_z @ about_y @ about_x).T, dtype=np.float64)


def ellipsoid(
    centre: Point, radii: Point, turn: Point = (0.0, 0.0, 0.0), axes: Array | None = None
) -> Shape:
    """Return an ellipsoid.

    Parameters
    ----------
    centre, radii : Point
        In mm.
    turn : Point
        Angles about x, y, z in degrees.
    axes : array, shape (3, 3), optional
        Rows are the unit vectors of the radii; in place of `turn`.
    """
    rows = _frame(turn) if axes is None else axes
    reach = np.sqrt(((rows * np.array(radii)[:, None]) ** 2).sum(axis=0))

    def distance(x: Array, y: Array, z: Array) -> Array:
        dx, dy, dz = x - centre[0], y - centre[1], z - centre[2]
        square = np.zeros(np.broadcast(x, y, z).shape)
        slope = np.zeros_like(square)
        for row, radius in zip(rows, radii, strict=True):
            along = (row[0] * dx + row[1] * dy + row[2] * dz) / radius
            square += along**2
            slope += (along / radius) ** 2
        rho = np.sqrt(square)
        inward: Array = (1 - rho) * rho / np.maximum(np.sqrt(slope), _TINY)
        inward[square < _TINY] = min(radii)
        return inward

    low, high = np.array(centre) - reach, np.array(centre) + reach
    return Shape(_point(low), _point(high), distance)


def tube(points: Sequence[Point], radii: Sequence[float]) -> list[Shape]:
    """Return the segments of a tube whose radius changes evenly between its points."""
    ends = zip(pairwise(points), pairwise(radii), strict=True)
    return [_segment(first, second, r1, r2) for (first, second), (r1, r2) in ends]


def _segment(first: Point, second: Point, r1: float, r2: float) -> Shape:
    """Return one segment of a tube, round at both ends."""
    start = np.array(first)
    step = np.array(second) - start
    square = max(float(step @ step), _TINY)

    def distance(x: Array, y: Array, z: Array) -> Array:
        dx, dy, dz = x - start[0], y - start[1], z - start[2]
        along = np.clip((dx * step[0] + dy * step[1] + dz * step[2]) / square, 0.0, 1.0)
        away = (dx - along * step[0]) ** 2 + (dy - along * step[1]) ** 2
        away = away + (dz - along * step[2]) ** 2
        inward: Array = r1 + (r2 - r1) * along - np.sqrt(away)
        return inward

    radius = max(r1, r2)
    low = np.minimum(start, start + step) - radius
    high = np.maximum(start, start + step) + radius
    return Shape(_point(low), _point(high), distance)


def column(
    centre: tuple[float, float], radii: tuple[float, float], low: float, high: float
) -> Shape:
    """Return an upright elliptic cylinder between two heights."""
    (cx, cy), (rx, ry) = centre, radii

    def distance(x: Array, y: Array, z: Array) -> Array:
        u, v = (x - cx) / rx, (y - cy) / ry
        rho = np.sqrt(u**2 + v**2)
        slope = np.sqrt((u / rx) ** 2 + (v / ry) ** 2)
        across = (1 - rho) * rho / np.maximum(slope, _TINY)
        inward: Array = np.minimum(across, np.minimum(z - low, high - z))
        return inward

    return Shape((cx - rx, cy - ry, low), (cx + rx, cy + ry, high), distance)


def joined(first: Shape, second: Shape, blend_mm: float) -> Shape:
    """Return two bodies grown together over a soft seam."""

    def distance(x: Array, y: Array, z: Array) -> Array:
        a, b = first.distance(x, y, z), second.distance(x, y, z)
        share = np.clip(0.5 + 0.5 * (a - b) / blend_mm, 0.0, 1.0)
        inward: Array = b + (a - b) * share + blend_mm * share * (1 - share)
        return inward

    low, high = np.minimum(first.low, second.low), np.maximum(first.high, second.high)
    return Shape(_point(low - blend_mm / 4), _point(high + blend_mm / 4), distance)


def within(shape: Shape, limit: Distance) -> Shape:
    """Return the part of a body inside a limit."""
    return Shape(
        shape.low, shape.high, lambda x, y, z: np.minimum(shape.distance(x, y, z), limit(x, y, z))
    )


def without(shape: Shape, other: Shape) -> Shape:
    """Return a body less another one."""
    return within(shape, lambda x, y, z: -other.distance(x, y, z))


def in_front_of(level_mm: float) -> Distance:
    """Return how far in front of a level a place is: gas rises there, in a patient on the back."""

    def distance(x: Array, y: Array, z: Array) -> Array:
        inward: Array = level_mm - y + 0.0 * (x + z)
        return inward

    return distance


def mirrored(shape: Shape) -> Shape:
    """Return a body's mirror image on the other side of the patient."""
    (x0, y0, z0), (x1, y1, z1) = shape.low, shape.high
    return Shape((-x1, y0, z0), (-x0, y1, z1), lambda x, y, z: shape.distance(-x, y, z))


def _point(values: Array) -> Point:
    return (float(values[0]), float(values[1]), float(values[2]))
