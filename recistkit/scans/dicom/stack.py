"""Slices to a stack: sorted by position along the normal, or refused with the reason.

Order and geometry come from ImagePositionPatient and ImageOrientationPatient
alone (DICOM PS3.3, C.7.6.2.1.1), never from file names or instance numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from recistkit.model.series import Series, Vector, cross, dot
from recistkit.model.series_finding import SeriesFinding
from recistkit.scans.dicom.findings import findings_of
from recistkit.scans.dicom.header import SliceHeader
from recistkit.scans.dicom.refusals import StackError, near, refuse_mixtures, refuse_slice

__all__ = [
    "DUPLICATE_MM",
    "STEP_TOLERANCE",
    "Stack",
    "places_along_normal",
    "stacked",
]

STEP_TOLERANCE: Final = 0.01
"""How far a step between slices may be from the others: 1 % of it, at least `STEP_TOLERANCE_MM`."""
STEP_TOLERANCE_MM: Final = 0.02
DRIFT_TOLERANCE: Final = 0.1
"""How far a slice may be from where even spacing puts it, in steps."""
_SMALLEST_DRIFT: Final = 3
DUPLICATE_MM: Final = 0.01
"""Slices nearer than this lie at one position."""
SHIFT_TOLERANCE: Final = 0.1
"""How far slices may stray sideways from one straight line over the stack, in pixels."""
STEEPEST_TILT_DEGREES: Final = 45.0
"""No gantry tilts further: a stack that seems to is none."""
_ANGLE_TOLERANCE: Final = 1e-3
_MISSING_FROM: Final = 1.5


@dataclass(frozen=True, slots=True)
class Stack:
    """Slices that make a grid.

    Parameters
    ----------
    headers : list of SliceHeader
        By position along the normal, row direction x column direction.
    series : Series
        The grid, LPS in mm. Its slice direction is the one from slice to
        slice, which a gantry tilt turns away from the normal.
    findings : tuple of SeriesFinding
        What is to be known of it.
    """

    headers: list[SliceHeader]
    series: Series
    findings: tuple[SeriesFinding, ...]


def stacked(headers: Sequence[SliceHeader]) -> Stack:
    """Return the slices of one series in order of position, and the series that they make.

    Parameters
    ----------
    headers : sequence of SliceHeader
        All of one series UID, in any order; at least one.

    Raises
    ------
    StackError
        If the slices cannot be placed honestly.
    """
    for header in headers:
        refuse_slice(header)
    refuse_mixtures(headers)
    row, column, normal = _axes(headers[0].orientation)
    placed = sorted(zip(places_along_normal(headers), headers, strict=True), key=_place)
    places, order = [place for place, _ in placed], [header for _, header in placed]
    _refuse_steps(places)
    direction, spacing_mm = _slice_step(order, normal)
    _refuse_shift(order, direction, places)
    tilt_degrees = _tilt_degrees(direction, normal, order, spacing_mm)
    if len(order) > 1 and not tilt_degrees:
        direction, spacing_mm = normal, (places[-1] - places[0]) / (len(order) - 1)
    first = order[0]
    series = Series(
        uid=first.series_uid,
        modality=first.modality,
        date=min((header.date for header in order if header.date), default=None),
        columns=first.columns,
        rows=first.rows,
        slices=len(order),
        column_spacing_mm=first.pixel_spacing_mm[1],
        row_spacing_mm=first.pixel_spacing_mm[0],
        slice_spacing_mm=spacing_mm,
        slice_thickness_mm=max(header.thickness_mm or 0.0 for header in order) or None,
        frame_of_reference=first.frame_of_reference,
        contrast=first.contrast,
        origin_mm=_position(first),
        row_direction=row,
        column_direction=column,
        slice_direction=direction,
    )
    return Stack(order, series, findings_of(order, tilt_degrees))


def _axes(orientation: Sequence[float]) -> tuple[Vector, Vector, Vector]:
    """Return the unit vectors of rows, columns and slices.

    The column direction is made exactly perpendicular to the row direction,
    which rounding in headers leaves a little off.

    Raises
    ------
    StackError
        If the two directions are no unit vectors at a right angle.
    """
    a, b, c, d, e, f = orientation
    row, column = (a, b, c), (d, e, f)
    lengths = math.hypot(*row), math.hypot(*column)
    if not near(lengths, (1.0, 1.0), _ANGLE_TOLERANCE) or abs(dot(row, column)) > _ANGLE_TOLERANCE:
        raise StackError("states row and column directions that are not at right angles")
    row = _unit(row)
    normal = _unit(cross(row, column))
    return row, cross(normal, row), normal


def _refuse_steps(places: Sequence[float]) -> None:
    """Refuse missing, doubled and unevenly spaced slices.

    Parameters
    ----------
    places : sequence of float
        Ascending positions along the normal, in mm.

    Raises
    ------
    StackError
        Saying where.
    """
    steps = [after - before for before, after in pairwise(places)]
    doubled = sum(step < DUPLICATE_MM for step in steps)
    if doubled:
        raise StackError(
            f"has {doubled + 1 if doubled == 1 else f'{doubled} pairs of'} slices at one position: "
            "several phases, echoes or copies in one series"
        )
    usual = median(steps) if steps else 0.0
    tolerance = max(STEP_TOLERANCE * usual, STEP_TOLERANCE_MM)
    odd = [index for index, step in enumerate(steps) if abs(step - usual) > tolerance]
    if not odd:
        _refuse_drift(places)
        return
    step = steps[odd[0]]
    where = f"between slices {odd[0] + 1} and {odd[0] + 2}"
    where = f"{where} the step is {step:.2f} mm, else {usual:.2f} mm"
    if step > _MISSING_FROM * usual:
        raise StackError(f"lacks a slice: {where}")
    raise StackError(f"has unequal slice spacing: {where}")


def _refuse_drift(places: Sequence[float]) -> None:
    """Refuse slices whose small differences add up: in an even grid some would lie elsewhere.

    Raises
    ------
    StackError
        Saying how far the farthest would be from its place.
    """
    if len(places) < _SMALLEST_DRIFT:
        return
    step = (places[-1] - places[0]) / (len(places) - 1)
    away = max(abs(place - places[0] - index * step) for index, place in enumerate(places))
    if away > DRIFT_TOLERANCE * step:
        raise StackError(
            f"has unequal slice spacing: spread evenly, slices would be up to {away:.2f} mm away "
            "from their places"
        )


def _slice_step(order: Sequence[SliceHeader], normal: Vector) -> tuple[Vector, float]:
    """Return direction (LPS) and length in mm of the mean step from slice to slice.

    Of a single slice these are its normal and its thickness.

    Raises
    ------
    StackError
        If a single slice states no thickness.
    """
    if len(order) == 1:
        if not order[0].thickness_mm:
            raise StackError("is a single slice that does not state its thickness")
        return normal, order[0].thickness_mm
    (x, y, z), (x0, y0, z0) = _position(order[-1]), _position(order[0])
    whole = (x - x0, y - y0, z - z0)
    return _unit(whole), math.hypot(*whole) / (len(order) - 1)


def _refuse_shift(order: Sequence[SliceHeader], direction: Vector, places: Sequence[float]) -> None:
    """Refuse slices that do not lie on one straight line.

    Parameters
    ----------
    order : sequence of SliceHeader
        By position.
    direction : Vector
        From the first slice to the last.
    places : sequence of float
        Positions along the normal, in mm.

    Raises
    ------
    StackError
        Saying how far slices jump sideways.
    """
    first = _position(order[0])
    length = math.dist(first, _position(order[-1]))
    whole = places[-1] - places[0]
    shifts = [
        math.dist(
            _position(header),
            [
                x + (place - places[0]) / whole * length * part
                for x, part in zip(first, direction, strict=True)
            ],
        )
        for header, place in zip(order[1:], places[1:], strict=True)
    ]
    if max(shifts, default=0.0) > SHIFT_TOLERANCE * min(order[0].pixel_spacing_mm):
        raise StackError(f"has slices that are shifted sideways by up to {max(shifts):.2f} mm")


def _tilt_degrees(
    direction: Vector, normal: Vector, order: Sequence[SliceHeader], spacing_mm: float
) -> float:
    """Return by how much slices are stacked aslant; 0 where that is less than positions tell.

    Raises
    ------
    StackError
        If it is more than any gantry tilts.
    """
    aside = math.hypot(*cross(direction, normal))
    if aside * spacing_mm * (len(order) - 1) <= SHIFT_TOLERANCE * min(order[0].pixel_spacing_mm):
        return 0.0
    degrees = math.degrees(math.asin(min(aside, 1.0)))
    if degrees > STEEPEST_TILT_DEGREES:
        raise StackError(f"is stacked aslant by {degrees:.1f} degrees, more than any gantry tilts")
    return degrees


def places_along_normal(headers: Sequence[SliceHeader]) -> list[float]:
    """Return where slices of one orientation lie along their normal, in mm.

    Raises
    ------
    StackError
        If their directions are no unit vectors at a right angle.
    """
    _, _, normal = _axes(headers[0].orientation)
    return [dot(_position(header), normal) for header in headers]


def _place(placed: tuple[float, SliceHeader]) -> float:
    """Return the place of a slice that has one."""
    return placed[0]


def _position(header: SliceHeader) -> Vector:
    """Return the centre of a slice's first voxel (LPS, mm)."""
    x, y, z = header.position_mm
    return (x, y, z)


def _unit(vector: Vector) -> Vector:
    """Return a vector of length 1."""
    length = math.hypot(*vector)
    return (vector[0] / length, vector[1] / length, vector[2] / length)
