"""Whether a drag is meant as the short axis of a long one that is there; no napari, no Qt."""

from __future__ import annotations

import math
from typing import Final

from recistkit.measure.ruler import off_perpendicular_degrees, ruler_length_mm
from recistkit.model.mark import Ruler
from recistkit.model.series import Vector, cross, dot

__all__ = ["crosses", "plane_normal"]

STEEPEST_DEGREES: Final = 30.0
"""A drag within this of the perpendicular can be the short axis."""

SAME_PLANE_MM: Final = 1.0
"""Rulers further apart than this do not meet."""


def crosses(drawn: Ruler, long_axis: Ruler) -> bool:
    """Tell whether a drag cuts across a long axis, as a short axis does.

    It must be no longer, nearly perpendicular, and meet the long axis between
    its ends in the same plane.

    Examples
    --------
    >>> long = Ruler(start_mm=(0.0, 0.0, 0.0), end_mm=(20.0, 0.0, 0.0))
    >>> crosses(Ruler(start_mm=(9.0, -5.0, 0.0), end_mm=(10.0, 6.0, 0.0)), long)
    True
    >>> crosses(Ruler(start_mm=(9.0, 5.0, 0.0), end_mm=(10.0, 16.0, 0.0)), long)
    False
    """
    length = ruler_length_mm(long_axis)
    if not 0 < ruler_length_mm(drawn) <= length:
        return False
    if off_perpendicular_degrees(long_axis, drawn) > STEEPEST_DEGREES:
        return False
    step = _difference(long_axis.end_mm, long_axis.start_mm)
    ends = (drawn.start_mm, drawn.end_mm)
    shares = [dot(_difference(end, long_axis.start_mm), step) / length**2 for end in ends]
    if not all(0 <= share <= 1 for share in shares):
        return False
    first, second = (_off_line(long_axis, step, end) for end in ends)
    between = math.hypot(*_difference(second, first))
    apart = abs(dot(first, plane_normal(drawn, long_axis)))
    short_of_it = math.hypot(*first) + math.hypot(*second) - between
    return max(apart, short_of_it) < SAME_PLANE_MM


def plane_normal(drawn: Ruler, long_axis: Ruler) -> Vector:
    """Return the unit normal of the plane that two crossing rulers span."""
    normal = cross(
        _difference(long_axis.end_mm, long_axis.start_mm),
        _difference(drawn.end_mm, drawn.start_mm),
    )
    x, y, z = normal
    length = math.hypot(x, y, z)
    return (x / length, y / length, z / length)


def _off_line(long_axis: Ruler, step: Vector, point_mm: Vector) -> Vector:
    """Return the step from the line of the long axis to a place."""
    offset = _difference(point_mm, long_axis.start_mm)
    share = dot(offset, step) / dot(step, step)
    return _difference(offset, (step[0] * share, step[1] * share, step[2] * share))


def _difference(end_mm: Vector, start_mm: Vector) -> Vector:
    (x, y, z), (a, b, c) = end_mm, start_mm
    return (x - a, y - b, z - c)
