"""From the numbers of a volume file's header to the series that it is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from recistkit.errors import ScanError
from recistkit.model.series import Series, Vector, dot
from recistkit.scans.volume_files.sidecar import described

__all__ = ["grid_of_steps", "numbers_of", "placed_series"]

_SHEAR_TOLERANCE: Final = 1e-3
_LONGEST: Final = 2**31


def numbers_of(text: str) -> list[float]:
    """Return numbers that stand between commas or blanks; none where one is no number.

    Examples
    --------
    >>> numbers_of("1.5, -2 3")
    [1.5, -2.0, 3.0]
    >>> numbers_of("1 x")
    []
    """
    try:
        return [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        return []


def placed_series(
    path: Path,
    size: Sequence[float],
    steps: Sequence[Sequence[float]],
    origin: Sequence[float],
) -> Series:
    """Return the series of a volume file.

    Parameters
    ----------
    path : Path
        The file.
    size : sequence of float
        Columns, rows and slices, as stated.
    steps : sequence of sequence of float
        From one column, row and slice to the next (LPS, mm).
    origin : sequence of float
        Centre of the first voxel (LPS, mm).

    Raises
    ------
    ScanError
        If that is no grid.
    """
    if not all(1 <= count < _LONGEST and count.is_integer() for count in map(float, size)):
        raise ScanError(path, "states a size that cannot be")
    columns, rows, slices = map(int, size)
    axes, spacing, place = grid_of_steps(path, steps, origin)
    said = described(path)
    return Series(
        uid=said.uid,
        modality=said.modality,
        date=said.date,
        columns=columns,
        rows=rows,
        slices=slices,
        column_spacing_mm=spacing[0],
        row_spacing_mm=spacing[1],
        slice_spacing_mm=spacing[2],
        slice_thickness_mm=said.slice_thickness_mm,
        frame_of_reference=said.frame_of_reference,
        origin_mm=place,
        row_direction=axes[0],
        column_direction=axes[1],
        slice_direction=axes[2],
    )


def grid_of_steps(
    path: Path, steps: Sequence[Sequence[float]], origin: Sequence[float]
) -> tuple[tuple[Vector, Vector, Vector], Vector, Vector]:
    """Return directions (unit vectors, LPS), spacing and origin (LPS, mm) of a grid.

    Raises
    ------
    ScanError
        If the axes are not at right angles: lengths along them would be wrong.
    """
    lengths = [math.hypot(*step) for step in steps]
    if not all(map(math.isfinite, (*lengths, *origin))) or min(lengths) <= 0:
        raise ScanError(path, "states a geometry that cannot be: a spacing of zero, or no number")
    first, second, third = (
        (x / length, y / length, z / length)
        for (x, y, z), length in zip(steps, lengths, strict=True)
    )
    angles = (dot(first, second), dot(first, third), dot(second, third))
    if max(map(abs, angles)) > _SHEAR_TOLERANCE:
        raise ScanError(path, "has axes that are not at right angles (sheared)")
    x, y, z = origin
    return (first, second, third), (lengths[0], lengths[1], lengths[2]), (x, y, z)
