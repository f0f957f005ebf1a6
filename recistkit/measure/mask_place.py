"""Where the voxels of a label volume lie in the patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from recistkit.errors import GeometryError, MaskError

if TYPE_CHECKING:
    import SimpleITK
    from numpy.typing import NDArray

__all__ = ["MaskGrid", "image_grid"]

_AXES: Final = 3
_SKEW_TOLERANCE: Final = 1e-3
"""Up to here the cosine between a row and a column is rounding, and none of a slant."""
_FLAT_TOLERANCE: Final = 1e-6
_EQUAL_SPACINGS: Final = 1.01
"""Spacings whose ratio is no larger are equal."""


@dataclass(frozen=True, slots=True)
class MaskGrid:
    """A grid of voxels in the patient (LPS, mm).

    Parameters
    ----------
    origin_mm : ndarray
        Centre of the voxel (0, 0, 0), shape (3,).
    steps_mm : ndarray
        Steps to the next slice, the next row and the next column, shape (3, 3),
        one a line. Slices may lie aslant to their rows and columns, as with a
        tilted gantry: lines within a slice are as long as ever.

    Raises
    ------
    GeometryError
        If that is no grid, or its rows and columns are not at right angles.
    """

    origin_mm: NDArray[np.float64]
    steps_mm: NDArray[np.float64]

    def __post_init__(self) -> None:
        if not np.isfinite(self.steps_mm).all() or not np.isfinite(self.origin_mm).all():
            raise GeometryError("the geometry holds something that is no number")
        lengths = np.sqrt((self.steps_mm**2).sum(axis=1))
        if lengths.min() <= 0:
            raise GeometryError("the spacing of the voxels is not above zero")
        units = self.steps_mm / lengths[:, None]
        if abs(np.linalg.det(units)) < _FLAT_TOLERANCE:
            raise GeometryError("the directions of the image lie in one plane")
        if abs(units[1] @ units[2]) > _SKEW_TOLERANCE:
            raise GeometryError("has rows and columns that are not at right angles (sheared)")

    @classmethod
    def upright(cls, spacing_mm: Sequence[float]) -> MaskGrid:
        """Return a grid along the axes of the patient.

        Parameters
        ----------
        spacing_mm : sequence of float
            Distance of neighbouring slices, rows and columns.

        Raises
        ------
        GeometryError
            If that are not three lengths above zero.
        """
        if len(spacing_mm) != _AXES or not all(step > 0 for step in spacing_mm):
            stated = ", ".join(map(str, spacing_mm))
            raise GeometryError(f"spacing_mm is ({stated}); expected slice, row, column above zero")
        slice_mm, row_mm, column_mm = map(float, spacing_mm)
        steps = [[0.0, 0.0, slice_mm], [0.0, row_mm, 0.0], [column_mm, 0.0, 0.0]]
        return cls(np.zeros(_AXES), np.array(steps))

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance of neighbouring slices, rows and columns."""
        slice_mm, row_mm, column_mm = np.sqrt((self.steps_mm**2).sum(axis=1)).tolist()
        return (slice_mm, row_mm, column_mm)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be noted of the grid: that its slices may not be those that were acquired.

        Acquired slices have square pixels. Where a volume was turned, rows or
        columns run from slice to slice: the pixels are then not square, and
        larger than the step to the next slice.
        """
        slice_mm, row_mm, column_mm = self.spacing_mm
        low, high = sorted((row_mm, column_mm))
        if high <= low * _EQUAL_SPACINGS or high <= slice_mm * _EQUAL_SPACINGS:
            return ()
        steps = f"{row_mm:.3g} x {column_mm:.3g} mm, and {slice_mm:.3g} mm to the next slice"
        return (f"its slices may not be those that were acquired: their pixels are {steps}",)

    @property
    def voxel_mm3(self) -> float:
        """Volume of a voxel."""
        slice_step, row_step, column_step = self.steps_mm
        return abs(float(slice_step @ np.cross(row_step, column_step)))

    def patient_mm(
        self, slice_index: NDArray[Any], row: NDArray[Any], column: NDArray[Any]
    ) -> NDArray[np.float64]:
        """Return places in the patient (LPS, mm), shape (places, 3), of indices with fractions."""
        index = np.stack([slice_index, row, column], axis=1)
        places: NDArray[np.float64] = self.origin_mm + index @ self.steps_mm
        return places


def image_grid(image: SimpleITK.Image) -> tuple[NDArray[Any], MaskGrid]:
    """Return a view of an image's voxels, which lives as long as the image, and its grid.

    Raises
    ------
    MaskError
        If it is no volume with one value a voxel.
    GeometryError
        If its geometry cannot be.
    """
    import SimpleITK

    if image.GetDimension() != _AXES:
        raise MaskError(f"has {image.GetDimension()} axes; expected three")
    if image.GetNumberOfComponentsPerPixel() != 1:
        number = image.GetNumberOfComponentsPerPixel()
        raise MaskError(f"holds {number} values a voxel; expected one label")
    directions = np.array(image.GetDirection()).reshape(_AXES, _AXES)
    steps = (directions * np.array(image.GetSpacing())).T
    grid = MaskGrid(np.array(image.GetOrigin()), np.ascontiguousarray(steps[::-1]))
    return SimpleITK.GetArrayViewFromImage(image), grid
