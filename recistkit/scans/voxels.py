"""Stored values to grey values, straight into the memory of an image in patient space."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from recistkit.model.series import Series

if TYPE_CHECKING:
    import SimpleITK
    from numpy.typing import NDArray

__all__ = ["Room", "Volume", "voxel_bytes"]

Room = Callable[[int], None]
"""Called with the bytes that a voxel is to take before memory is taken; may refuse."""

_INT16: Final = np.iinfo(np.int16)
_SHORT_BYTES, _FLOAT_BYTES = 2, 4


def voxel_bytes(*, whole: bool) -> int:
    """Return the bytes that a voxel takes: of whole numbers that may fit int16, and of others."""
    return _SHORT_BYTES if whole else _FLOAT_BYTES


class Volume:
    """An image that is filled slice by slice: int16 until a slice asks for float32.

    Memory is taken with the first slice, so that a series of which nothing
    can be decoded takes none.

    Parameters
    ----------
    series : Series
        The grid, LPS in mm.
    whole : bool
        Whether all grey values may be whole numbers that fit int16. If some
        turn out not to, what is there already becomes float32 too.
    require_room : callable
        See `Room`.
    """

    def __init__(self, series: Series, *, whole: bool, require_room: Room) -> None:
        self._series = series
        self._whole = whole
        self._require_room = require_room
        require_room(voxel_bytes(whole=whole))
        self._image: SimpleITK.Image | None = None
        self._voxels: NDArray[Any] = np.empty(0)

    def put(self, index: int, stored: NDArray[Any], slope: float, intercept: float) -> None:
        """Put the grey values of a slice: stored x slope + intercept (DICOM PS3.3, C.11.1.1.2).

        Parameters
        ----------
        index : int
            Of the slice.
        stored : ndarray
            Shape (rows, columns), integers or floats.
        slope, intercept : float
            Of this slice alone.
        """
        if self._image is None:
            self._take_memory()
        if self._whole and not _put_whole(self._voxels[index], stored, slope, intercept):
            self._become_float(index)
        if not self._whole:
            self._voxels[index] = stored.astype(np.float64) * slope + intercept

    def image(self) -> SimpleITK.Image:
        """Return the image, in its place; LPS, mm; axes column, row, slice."""
        if self._image is None:
            self._take_memory()
        placed: Any = self._image
        placed.SetOrigin(self._series.origin_mm)
        placed.SetSpacing(self._series.spacing_mm)
        placed.SetDirection(self._series.direction)
        self._voxels = np.empty(0)
        image: SimpleITK.Image = placed
        return image

    def _take_memory(self) -> None:
        import SimpleITK

        kind = SimpleITK.sitkInt16 if self._whole else SimpleITK.sitkFloat32
        self._image = SimpleITK.Image(list(self._series.size), kind)
        self._voxels = np.asarray(_ImageMemory(self._image))

    def _become_float(self, slices: int) -> None:
        """Go on as float32 with the slices that are there."""
        self._require_room(voxel_bytes(whole=False))
        former = self._voxels  # keeps the former image
        self._whole = False
        self._take_memory()
        self._voxels[:slices] = former[:slices]


class _ImageMemory:
    """The memory of a new image, to be written to; the image lives as long as any array on it.

    SimpleITK itself gives a view to look at only, and copies what an array
    holds: of a volume that would be the same memory once more.
    """

    def __init__(self, image: SimpleITK.Image) -> None:
        import SimpleITK

        self.image = image
        described = SimpleITK.GetArrayViewFromImage(image).__array_interface__
        address, _ = described["data"]
        self.__array_interface__ = {**described, "data": (address, False)}


def _put_whole(
    target: NDArray[np.int16], stored: NDArray[Any], slope: float, intercept: float
) -> bool:
    """Put the grey values of a slice into int16, and return whether they fit; else nothing is put.

    Parameters
    ----------
    target, stored : ndarray
        Shape (rows, columns).
    """
    if stored.dtype.kind not in "iu":
        return False
    if not (float(slope).is_integer() and float(intercept).is_integer()):
        return False
    factor, start = int(slope), int(intercept)
    low, high = int(stored.min()), int(stored.max())
    ends = low * factor + start, high * factor + start
    if min(ends) < _INT16.min or max(ends) > _INT16.max:
        return False
    if factor == 1 and _short(low, high, start):
        np.add(stored, np.int16(start), out=target, dtype=np.int16, casting="unsafe")
    else:
        target[...] = stored.astype(np.int64) * factor + start
    return True


def _short(*numbers: int) -> bool:
    """Tell whether numbers fit int16, so that nothing overflows on the way to a sum that fits."""
    return all(_INT16.min <= number <= _INT16.max for number in numbers)
