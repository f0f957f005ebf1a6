"""Files that hold one volume each, by how their names end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recistkit.model.series import Series
from recistkit.scans.volume_files.metaimage import is_metaimage, metaimage_image, metaimage_series
from recistkit.scans.volume_files.nifti import is_nifti, nifti_image, nifti_series
from recistkit.scans.volume_files.nrrd import is_nrrd, nrrd_image, nrrd_series

if TYPE_CHECKING:
    import SimpleITK

    from recistkit.scans.voxels import Room

__all__ = ["is_volume_file", "volume_file_image", "volume_file_series"]

_KINDS: Final = (
    (is_nifti, nifti_series, nifti_image),
    (is_nrrd, nrrd_series, nrrd_image),
    (is_metaimage, metaimage_series, metaimage_image),
)


def is_volume_file(path: Path) -> bool:
    """Tell whether a file calls itself NIfTI, NRRD or MetaImage."""
    return any(is_kind(path) for is_kind, _, _ in _KINDS)


def volume_file_series(path: Path) -> Series:
    """Return what the header of a volume file, and the JSON file beside it, say.

    Raises
    ------
    ScanError
        If it is no single volume, or does not say where it lies in the patient.
    """
    series_of: Callable[[Path], Series] = next(of for is_kind, of, _ in _KINDS if is_kind(path))
    return series_of(path)


def volume_file_image(path: Path, series: Series, require_room: Room) -> SimpleITK.Image:
    """Return the image of a volume file, int16 or float32.

    Raises
    ------
    ScanError
        If it cannot be decoded, is cut short, or too large.
    """
    image_of = next(of for is_kind, _, of in _KINDS if is_kind(path))
    return image_of(path, series, require_room)
