"""Series: what the header of one image series says, without pixels and without the patient.

Places are DICOM patient coordinates (LPS) in mm. An index is (column, row,
slice), each from 0; whole numbers are the centres of voxels.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Final, Literal

from recistkit.errors import GeometryError

__all__ = ["PLANE_TOLERANCE_DEGREES", "Contrast", "Plane", "Series", "Vector", "cross", "dot"]

Plane = Literal["axial", "coronal", "sagittal", "oblique"]
Contrast = Literal["given", "enteral", "none", "not-stated"]
"""What a header says of a contrast agent; ``enteral`` is one by mouth or rectum alone."""
Vector = tuple[float, float, float]

PLANE_TOLERANCE_DEGREES: Final = 10.0
"""A stack tilted further than this out of every body plane is oblique."""

_SINGULAR: Final = 1e-6


def dot(first: Vector, second: Vector) -> float:
    """Return the scalar product of two vectors."""
    return math.fsum(a * b for a, b in zip(first, second, strict=True))


def cross(first: Vector, second: Vector) -> Vector:
    """Return the vector product of two vectors.

    Examples
    --------
    >>> cross((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
    (0.0, 0.0, 1.0)
    """
    (a, b, c), (d, e, f) = first, second
    return (b * f - c * e, c * d - a * f, a * e - b * d)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One image series as a grid in the patient.

    Parameters
    ----------
    uid : str
        Series instance UID; where that holds several stacks, one of each stack
        that follows from it.
    modality : str or None
        DICOM modality, such as ``"CT"``.
    date : datetime.date or None
        Of the acquisition.
    columns, rows, slices : int
        Number of voxels along each axis of the grid.
    column_spacing_mm, row_spacing_mm, slice_spacing_mm : float
        Distance between the centres of neighbouring columns, rows, slices.
    slice_thickness_mm : float or None
        As stated; it may differ from the spacing of the slices.
    frame_of_reference : str or None
        Frame of reference UID: places are comparable within one.
    contrast : str or None
        What its header says of a contrast agent; None where a file cannot say it.
    origin_mm : Vector
        Centre of the voxel (0, 0, 0), LPS.
    row_direction, column_direction, slice_direction : Vector
        Unit vectors (LPS): along a row (columns count up), along a column
        (rows count up), and from slice to slice.

    Raises
    ------
    GeometryError
        If that is no grid: no voxels, no spacing, or directions in one plane.
    """

    uid: str
    columns: int
    rows: int
    slices: int
    column_spacing_mm: float
    row_spacing_mm: float
    slice_spacing_mm: float
    origin_mm: Vector
    row_direction: Vector
    column_direction: Vector
    slice_direction: Vector
    modality: str | None = None
    date: dt.date | None = None
    slice_thickness_mm: float | None = None
    frame_of_reference: str | None = None
    contrast: Contrast | None = None

    def __post_init__(self) -> None:
        numbers = (*self.spacing_mm, *self.origin_mm, *self.direction)
        if not all(map(math.isfinite, numbers)):
            raise GeometryError("the geometry holds something that is no number")
        if min(self.size) < 1:
            raise GeometryError("the image has no voxels")
        if min(self.spacing_mm) <= 0:
            raise GeometryError("the spacing of the voxels is not above zero")
        if abs(self._determinant()) < _SINGULAR:
            raise GeometryError("the directions of the image lie in one plane")

    @property
    def size(self) -> tuple[int, int, int]:
        """Number of columns, rows and slices, the order of `SimpleITK.Image.GetSize`."""
        return (self.columns, self.rows, self.slices)

    @property
    def spacing_mm(self) -> Vector:
        """Spacing of columns, rows and slices, the order of `SimpleITK.Image.GetSpacing`."""
        return (self.column_spacing_mm, self.row_spacing_mm, self.slice_spacing_mm)

    @property
    def direction(self) -> tuple[float, ...]:
        """Nine direction cosines row by row, as `SimpleITK.Image.GetDirection` has them."""
        axes = (self.row_direction, self.column_direction, self.slice_direction)
        return tuple(value for line in zip(*axes, strict=True) for value in line)

    @property
    def normal(self) -> Vector:
        """Unit vector (LPS) perpendicular to the slices."""
        across = cross(self.row_direction, self.column_direction)
        length = math.hypot(*across)
        return (across[0] / length, across[1] / length, across[2] / length)

    @property
    def plane(self) -> Plane:
        """The body plane of the slices, within `PLANE_TOLERANCE_DEGREES`."""
        sagittal, coronal, axial = map(abs, self.normal)
        limit = math.cos(math.radians(PLANE_TOLERANCE_DEGREES))
        if axial >= limit:
            return "axial"
        if coronal >= limit:
            return "coronal"
        return "sagittal" if sagittal >= limit else "oblique"

    def point_mm(self, index: Vector) -> Vector:
        """Return the place (LPS, mm) of an index (column, row, slice)."""
        steps = [count * step for count, step in zip(index, self.spacing_mm, strict=True)]
        axes = zip(self.row_direction, self.column_direction, self.slice_direction, strict=True)
        x, y, z = (
            math.fsum((start, *(step * part for step, part in zip(steps, line, strict=True))))
            for start, line in zip(self.origin_mm, axes, strict=True)
        )
        return (x, y, z)

    def index(self, point_mm: Vector) -> Vector:
        """Return the index (column, row, slice), with fractions, of a place (LPS, mm)."""
        (x, y, z), (x0, y0, z0) = point_mm, self.origin_mm
        offset = (x - x0, y - y0, z - z0)
        first, second, third = self.row_direction, self.column_direction, self.slice_direction
        determinant = self._determinant()
        return (
            dot(offset, cross(second, third)) / determinant / self.column_spacing_mm,
            dot(offset, cross(third, first)) / determinant / self.row_spacing_mm,
            dot(offset, cross(first, second)) / determinant / self.slice_spacing_mm,
        )

    def _determinant(self) -> float:
        """Return the determinant of the three directions: 1 or -1 for perpendicular ones."""
        return dot(cross(self.row_direction, self.column_direction), self.slice_direction)
