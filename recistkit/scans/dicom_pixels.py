"""The pixels of a stack of DICOM slices, decoded and rescaled slice by slice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recistkit.errors import ScanError
from recistkit.model.series import Series
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.dicom_header import opened_dataset, rescale
from recistkit.scans.voxels import VoxelBuffer, rescaled

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["stack_voxels"]


def stack_voxels(paths: Sequence[Path], series: Series) -> NDArray[Any]:
    """Return the grey values of slices, each by its own rescale slope and intercept.

    Parameters
    ----------
    paths : sequence of Path
        One file per slice, in the order of the volume.
    series : Series
        The grid that their headers make.

    Returns
    -------
    ndarray
        Shape (slices, rows, columns), int16 or float32.

    Raises
    ------
    ScanError
        If a file cannot be decoded, or is cut short.
    """
    shape = (series.rows, series.columns)
    buffer = VoxelBuffer(len(paths), *shape)
    for index, path in enumerate(paths):
        failure = "its pixels cannot be decoded: damaged, cut short, or of an unknown encoding"
        with scan_boundary(path, failure):
            dataset = opened_dataset(path, header_only=False)
            stored = dataset.pixel_array
            if stored.shape != shape:
                raise ScanError(path, "its pixels are not of the size that its header states")
            buffer.put(index, rescaled(stored, *rescale(dataset)))
    return buffer.array
