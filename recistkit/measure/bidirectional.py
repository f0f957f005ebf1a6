"""The bidirectional ruler: a long axis and the short axis perpendicular to it, in patient mm.

The short axis is the longest line perpendicular to the long one, in the plane
of the image (Eisenhauer 2009, 3.1; Miller 1981). What is drawn first is the
long axis; a short axis is proposed, corrected by a second drag, and either
is pulled at its ends. Nothing here rounds: a length follows from end points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from recistkit.errors import GeometryError
from recistkit.measure.ruler import ruler_length_mm
from recistkit.model.mark import Ruler
from recistkit.model.series import Vector, cross, dot

__all__ = ["Axes", "Axis", "End", "corrected", "ordered", "proposed", "pulled"]

Axis = Literal["longest", "short"]
End = Literal["start", "end"]

PROPOSED_SHARE: Final = 0.5
"""How long a proposed short axis is, as a share of the long one."""


@dataclass(frozen=True, slots=True)
class Axes:
    """Two rulers that cross at a right angle.

    While an end is being pulled the short one may be the longer; see `ordered`.
    """

    longest: Ruler
    short: Ruler


def proposed(longest: Ruler, normal: Vector) -> Axes:
    """Return a long axis with a short axis through its middle, half as long.

    Parameters
    ----------
    longest : Ruler
        As drawn (LPS, mm).
    normal : Vector
        Unit normal of the drawing plane (LPS).

    Raises
    ------
    GeometryError
        If the ends coincide, or the ruler stands upright on the plane.

    Examples
    --------
    >>> long = Ruler(start_mm=(0.0, 0.0, 0.0), end_mm=(8.0, 0.0, 0.0))
    >>> proposed(long, (0.0, 0.0, 1.0)).short
    Ruler(start_mm=(4.0, -2.0, 0.0), end_mm=(4.0, 2.0, 0.0))
    """
    across = _across(longest, normal)
    half = ruler_length_mm(longest) * PROPOSED_SHARE / 2
    middle = _between(longest.start_mm, longest.end_mm, 0.5)
    return Axes(longest, _ruler(_moved(middle, across, -half), _moved(middle, across, half)))


def corrected(longest: Ruler, drawn: Ruler, normal: Vector) -> Axes:
    """Return a long axis with the short axis that a second drag means.

    The drag counts for its part perpendicular to the long axis. A drag beside
    the long axis is moved, without changing its length, until it meets it.

    Parameters
    ----------
    longest, drawn : Ruler
        The long axis, and the second drag in the same plane (LPS, mm).
    normal : Vector
        Unit normal of the drawing plane (LPS).

    Raises
    ------
    GeometryError
        If the ends of the long axis coincide.
    """
    across = _across(longest, normal)
    first, second = (_height(longest, across, end) for end in (drawn.start_mm, drawn.end_mm))
    shift = -_nearest_to_zero(first, second)
    along = _share(longest, _between(drawn.start_mm, drawn.end_mm, 0.5))
    foot = _between(longest.start_mm, longest.end_mm, along)
    ends = (_moved(foot, across, first + shift), _moved(foot, across, second + shift))
    return Axes(longest, _ruler(*ends))


def pulled(axes: Axes, axis: Axis, end: End, to_mm: Vector, normal: Vector) -> Axes:
    """Return the axes after one end was pulled to a new place.

    The long axis follows in any direction of the plane and carries the short
    one along: that keeps its length and its place as a share of the long
    axis. The short axis follows perpendicular to the long one, and its end
    stops where the two meet.

    Parameters
    ----------
    axes : Axes
        Before the pull.
    axis, end : str
        Which end of which ruler.
    to_mm : Vector
        Where to (LPS, mm); what is off the plane of the rulers is left out.
    normal : Vector
        Unit normal of the drawing plane (LPS).

    Raises
    ------
    GeometryError
        If the ends of the long axis would coincide.
    """
    to_mm = _in_plane(axes.longest.start_mm, normal, to_mm)
    if axis == "longest":
        return _longest_pulled(axes, end, to_mm, normal)
    across = _across(axes.longest, normal)
    start, stop = (
        _height(axes.longest, across, point) for point in (axes.short.start_mm, axes.short.end_mm)
    )
    height = _height(axes.longest, across, to_mm)
    fixed, before = (stop, start) if end == "start" else (start, stop)
    # Which side the end belongs on follows from the other end, which does not move.
    side = math.copysign(1.0, -fixed if fixed else before)
    height = side * max(0.0, side * height)
    fixed_mm = axes.short.end_mm if end == "start" else axes.short.start_mm
    moved_mm = _moved(fixed_mm, across, height - fixed)
    short = _ruler(moved_mm, fixed_mm) if end == "start" else _ruler(fixed_mm, moved_mm)
    return Axes(axes.longest, short)


def ordered(axes: Axes) -> Axes:
    """Return the axes with the longer one as the long axis.

    Examples
    --------
    >>> first = Ruler(start_mm=(0.0, 0.0, 0.0), end_mm=(4.0, 0.0, 0.0))
    >>> second = Ruler(start_mm=(2.0, -3.0, 0.0), end_mm=(2.0, 3.0, 0.0))
    >>> ordered(Axes(first, second)).longest == second
    True
    """
    if ruler_length_mm(axes.short) > ruler_length_mm(axes.longest):
        return Axes(axes.short, axes.longest)
    return axes


def _longest_pulled(axes: Axes, end: End, to_mm: Vector, normal: Vector) -> Axes:
    """Return the axes after an end of the long one was pulled within the plane."""
    before = axes.longest
    ends = (to_mm, before.end_mm) if end == "start" else (before.start_mm, to_mm)
    longest = _ruler(*ends)
    old_across, new_across = _across(before, normal), _across(longest, normal)
    along = _share(before, _between(axes.short.start_mm, axes.short.end_mm, 0.5))
    foot = _between(longest.start_mm, longest.end_mm, along)
    short = _ruler(
        _moved(foot, new_across, _height(before, old_across, axes.short.start_mm)),
        _moved(foot, new_across, _height(before, old_across, axes.short.end_mm)),
    )
    return Axes(longest, short)


def _across(longest: Ruler, normal: Vector) -> Vector:
    """Return the unit vector of the plane that is perpendicular to the long axis.

    Raises
    ------
    GeometryError
        If the long axis has no direction in the plane.
    """
    x, y, z = cross(normal, _difference(longest.end_mm, longest.start_mm))
    length = math.hypot(x, y, z)
    if not length > 0:
        raise GeometryError("a ruler whose ends coincide has no direction")
    return (x / length, y / length, z / length)


def _height(longest: Ruler, across: Vector, point_mm: Vector) -> float:
    """Return how far a place lies from the line of the long axis, in mm, with its sign."""
    return dot(_difference(point_mm, longest.start_mm), across)


def _share(longest: Ruler, point_mm: Vector) -> float:
    """Return how far along the long axis a place lies: 0 at its start, 1 at its end."""
    step = _difference(longest.end_mm, longest.start_mm)
    share = dot(_difference(point_mm, longest.start_mm), step) / dot(step, step)
    return min(1.0, max(0.0, share))


def _nearest_to_zero(first: float, second: float) -> float:
    """Return the number between two that is nearest to zero."""
    low, high = min(first, second), max(first, second)
    return min(max(0.0, low), high)


def _in_plane(origin_mm: Vector, normal: Vector, point_mm: Vector) -> Vector:
    """Return a place moved along the normal into the plane through another."""
    return _moved(point_mm, normal, -dot(_difference(point_mm, origin_mm), normal))


def _between(start_mm: Vector, end_mm: Vector, share: float) -> Vector:
    """Return the place at a share of the way between two."""
    return _moved(start_mm, _difference(end_mm, start_mm), share)


def _moved(point_mm: Vector, direction: Vector, distance: float) -> Vector:
    """Return a place moved along a direction."""
    (x, y, z), (a, b, c) = point_mm, direction
    return (x + a * distance, y + b * distance, z + c * distance)


def _difference(end_mm: Vector, start_mm: Vector) -> Vector:
    """Return the step from one place to another, in mm."""
    (x, y, z), (a, b, c) = end_mm, start_mm
    return (x - a, y - b, z - c)


def _ruler(start_mm: Vector, end_mm: Vector) -> Ruler:
    """Return the ruler between two places."""
    return Ruler(start_mm=start_mm, end_mm=end_mm)
