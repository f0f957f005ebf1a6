"""Whether a drag is meant as the short axis of a long one that is there; no napari, no Qt."""

from __future__ import annotations

import math
from typing import Final

from recistkit.measure.ruler import off_perpendicular_degrees, ruler_length_mm
from recistkit.model.mark import Ruler
from recistkit.model.series import Vector, cross, dot

__all__ = ["crosses", "meets", "plane_normal"]

STEEPEST_DEGREES: Final = 30.0
"""A drag within this of the perpendicular can be the short axis."""

STEEPEST_EXPECTED_DEGREES: Final = 45.0
"""The same where a short axis is expected: more across than along."""

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
    if ruler_length_mm(drawn) > ruler_length_mm(long_axis):
        return False
    return _meets(drawn, long_axis, STEEPEST_DEGREES)


def meets(drawn: Ruler, long_axis: Ruler) -> bool:
    """Tell whether a drag can be the short axis that is expected of a long one.

    It must meet the long axis between its ends in the same plane, and go more
    across it than along it. A longer one may be: then it is the long axis.

    Examples
    --------
    >>> long = Ruler(start_mm=(0.0, 0.0, 0.0), end_mm=(20.0, 0.0, 0.0))
    >>> meets(Ruler(start_mm=(9.0, -15.0, 0.0), end_mm=(10.0, 16.0, 0.0)), long)
    True
    >>> meets(Ruler(start_mm=(9.0, 45.0, 0.0), end_mm=(10.0, 65.0, 0.0)), long)
    False
    """
    return _meets(drawn, long_axis, STEEPEST_EXPECTED_DEGREES)


def _meets(drawn: Ruler, long_axis: Ruler, steepest_degrees: float) -> bool:
    length = ruler_length_mm(long_axis)
    if not (length > 0 and ruler_length_mm(drawn) > 0):
        return False
    if off_perpendicular_degrees(long_axis, drawn) > steepest_degrees:
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
