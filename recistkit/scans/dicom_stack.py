"""Slices to a stack: sorted by position along the normal, or refused with the reason.

Order and geometry come from ImagePositionPatient and ImageOrientationPatient
alone (DICOM PS3.3, C.7.6.2.1.1), never from file names or instance numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from recistkit.model.series import Series, Vector, cross, dot
from recistkit.scans.dicom_header import SliceHeader

__all__ = ["DUPLICATE_MM", "STEP_TOLERANCE", "StackError", "stacked"]

STEP_TOLERANCE: Final = 0.01
"""How far a step between slices may be from the others: 1 % of it, at least `STEP_TOLERANCE_MM`."""
STEP_TOLERANCE_MM: Final = 0.02
DUPLICATE_MM: Final = 0.01
"""Slices nearer than this lie at one position."""
SHIFT_TOLERANCE: Final = 0.1
"""How far slices may stray sideways from their normal over the stack, in pixels."""
_ANGLE_TOLERANCE: Final = 1e-3
_PARALLEL_TOLERANCE: Final = 1e-4
_SPACING_TOLERANCE: Final = 1e-4
_MISSING_FROM: Final = 1.5


class StackError(ValueError):
    """Slices that make no stack; the text says why."""


def stacked(headers: Sequence[SliceHeader]) -> tuple[list[SliceHeader], Series]:
    """Return the slices of one series in order of position, and the series that they make.

    Parameters
    ----------
    headers : sequence of SliceHeader
        All of one series UID, in any order; at least one.

    Returns
    -------
    headers : list of SliceHeader
        By position along the normal, row direction x column direction.
    series : Series
        The grid, LPS in mm.

    Raises
    ------
    StackError
        If the slices cannot be placed honestly.
    """
    for header in headers:
        _refuse_slice(header)
    _refuse_mixtures(headers)
    row, column, normal = _axes(headers[0].orientation)
    order = sorted(headers, key=lambda header: dot(_position(header), normal))
    places = [dot(_position(header), normal) for header in order]
    _refuse_steps(places)
    spacing_mm = _slice_spacing(order, places)
    _refuse_shift(order, normal, places)
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
        origin_mm=_position(first),
        row_direction=row,
        column_direction=column,
        slice_direction=normal,
    )
    return order, series


def _refuse_slice(header: SliceHeader) -> None:
    """Refuse what is no slice of a scan, or does not say where it lies.

    Raises
    ------
    StackError
        Saying what it is, or what is missing.
    """
    kind = f" (modality {header.modality})" if header.modality else ""
    if header.segmentation:
        raise StackError("is a segmentation, not a scan")
    if header.rows < 1 or header.columns < 1:
        raise StackError(f"is no image{kind}")
    if "LOCALIZER" in header.image_type:
        raise StackError("is a localizer (scout), not a stack of slices to measure on")
    if header.samples != 1:
        raise StackError("is a colour picture, not a scan")
    if header.frames != 1:
        raise StackError("is a multi-frame image, which cannot be loaded yet")
    if header.lookup_table:
        raise StackError("states its grey values by a lookup table, which cannot be loaded yet")
    counts = (len(header.position_mm), len(header.orientation), len(header.pixel_spacing_mm))
    if counts != (3, 6, 2):
        names = ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing")
        wrong = [name for name, n, k in zip(names, counts, (3, 6, 2), strict=True) if n != k]
        raise StackError(f"does not say where its slices lie in the patient: {', '.join(wrong)}")
    numbers = (*header.position_mm, *header.orientation, *header.pixel_spacing_mm)
    if not all(map(math.isfinite, numbers)) or min(header.pixel_spacing_mm) <= 0:
        raise StackError("states a position or pixel spacing that cannot be")
    if not math.isfinite(header.slope) or not header.slope or not math.isfinite(header.intercept):
        raise StackError("states a rescale slope or intercept that cannot be")


def _refuse_mixtures(headers: Sequence[SliceHeader]) -> None:
    """Refuse slices that cannot be of one grid.

    Raises
    ------
    StackError
        Naming what is mixed.
    """
    _refuse_mixed(headers, "modalities", lambda header: header.modality)
    _refuse_mixed(headers, "frames of reference", lambda header: header.frame_of_reference)
    first = headers[0]
    sizes = sorted({(header.columns, header.rows) for header in headers})
    if len(sizes) > 1:
        texts = " and ".join(f"{columns} x {rows}" for columns, rows in sizes)
        raise StackError(f"mixes matrix sizes: {texts}")
    for header in headers:
        if not _near(header.orientation, first.orientation, _PARALLEL_TOLERANCE):
            raise StackError("mixes image orientations: its slices are not parallel")
        scale = _SPACING_TOLERANCE * min(first.pixel_spacing_mm)
        if not _near(header.pixel_spacing_mm, first.pixel_spacing_mm, scale):
            raise StackError("mixes pixel spacings")


def _refuse_mixed(
    headers: Sequence[SliceHeader], what: str, value: Callable[[SliceHeader], Hashable]
) -> None:
    """Refuse slices that do not agree on a value.

    Raises
    ------
    StackError
        With the number of different values; the values may be UIDs and say nothing.
    """
    count = len({value(header) for header in headers})
    if count > 1:
        raise StackError(f"mixes {count} {what}")


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
    if not _near(lengths, (1.0, 1.0), _ANGLE_TOLERANCE) or abs(dot(row, column)) > _ANGLE_TOLERANCE:
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
        return
    step = steps[odd[0]]
    where = f"between slices {odd[0] + 1} and {odd[0] + 2}"
    where = f"{where} the step is {step:.2f} mm, else {usual:.2f} mm"
    if step > _MISSING_FROM * usual:
        raise StackError(f"lacks a slice: {where}")
    raise StackError(f"has unequal slice spacing: {where}")


def _slice_spacing(headers: Sequence[SliceHeader], places: Sequence[float]) -> float:
    """Return the mean step; of a single slice its thickness.

    Raises
    ------
    StackError
        If a single slice states no thickness.
    """
    if len(places) > 1:
        return (places[-1] - places[0]) / (len(places) - 1)
    if not headers[0].thickness_mm:
        raise StackError("is a single slice that does not state its thickness")
    return headers[0].thickness_mm


def _refuse_shift(order: Sequence[SliceHeader], normal: Vector, places: Sequence[float]) -> None:
    """Refuse slices that are not stacked straight along their normal.

    Raises
    ------
    StackError
        With the angle of a gantry tilt, or for slices that jump sideways.
    """
    first = _position(order[0])
    shifts = [
        math.dist(
            _position(header),
            [x + (place - places[0]) * n for x, n in zip(first, normal, strict=True)],
        )
        for header, place in zip(order, places, strict=True)
    ]
    if max(shifts) <= SHIFT_TOLERANCE * min(order[0].pixel_spacing_mm):
        return
    length = places[-1] - places[0]
    if math.isclose(shifts[-1], max(shifts)) and shifts[-1] > 0:
        angle = math.degrees(math.atan2(shifts[-1], length))
        raise StackError(
            f"was acquired with a gantry tilt of {angle:.1f} degrees: its slices are not stacked "
            "along their normal, which cannot be loaded yet"
        )
    raise StackError(f"has slices that are shifted sideways by up to {max(shifts):.2f} mm")


def _position(header: SliceHeader) -> Vector:
    """Return the centre of a slice's first voxel (LPS, mm)."""
    x, y, z = header.position_mm
    return (x, y, z)


def _unit(vector: Vector) -> Vector:
    """Return a vector of length 1."""
    length = math.hypot(*vector)
    return (vector[0] / length, vector[1] / length, vector[2] / length)


def _near(first: Sequence[float], second: Sequence[float], tolerance: float) -> bool:
    """Tell whether numbers agree one by one."""
    return all(abs(a - b) <= tolerance for a, b in zip(first, second, strict=True))
