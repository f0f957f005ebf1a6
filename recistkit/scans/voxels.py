"""Stored values to grey values, and arrays to images in patient space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from recistkit.model.series import Series

if TYPE_CHECKING:
    import SimpleITK
    from numpy.typing import NDArray

__all__ = ["VoxelBuffer", "image_of", "rescaled"]

_INT16: Final = np.iinfo(np.int16)


def rescaled(
    stored: NDArray[Any], slope: float, intercept: float
) -> NDArray[np.int16 | np.float32]:
    """Return grey values: stored value x slope + intercept (DICOM PS3.3, C.11.1.1.2).

    Parameters
    ----------
    stored : ndarray
        Integers or floats, any shape.
    slope, intercept : float
        Of this slice alone.

    Returns
    -------
    ndarray
        int16 where the values are whole numbers that fit, else float32.
    """
    whole = (
        stored.dtype.kind in "iu" and float(slope).is_integer() and float(intercept).is_integer()
    )
    if not whole:
        return (stored.astype(np.float64) * slope + intercept).astype(np.float32)
    low, high = (int(value) * int(slope) + int(intercept) for value in (stored.min(), stored.max()))
    if min(low, high) < _INT16.min or max(low, high) > _INT16.max:
        return (stored.astype(np.float64) * slope + intercept).astype(np.float32)
    return (stored.astype(np.int64) * int(slope) + int(intercept)).astype(np.int16)


class VoxelBuffer:
    """A volume that is filled slice by slice: int16 until a slice asks for float32.

    Parameters
    ----------
    slices, rows, columns : int
        Shape of the volume.
    """

    def __init__(self, slices: int, rows: int, columns: int) -> None:
        self.array: NDArray[Any] = np.zeros((slices, rows, columns), dtype=np.int16)

    def put(self, index: int, values: NDArray[np.int16 | np.float32]) -> None:
        """Put the grey values of a slice, shape (rows, columns)."""
        if values.dtype == np.float32 and self.array.dtype == np.int16:
            self.array = self.array.astype(np.float32)
        self.array[index] = values


def image_of(voxels: NDArray[Any], series: Series) -> SimpleITK.Image:
    """Return an image in patient space.

    Parameters
    ----------
    voxels : ndarray
        Shape (slices, rows, columns), int16 or float32.
    series : Series
        The grid, LPS in mm.
    """
    import SimpleITK

    image = SimpleITK.GetImageFromArray(voxels)
    placed: Any = image
    placed.SetOrigin(series.origin_mm)
    placed.SetSpacing(series.spacing_mm)
    placed.SetDirection(series.direction)
    return image
