"""Label volumes of files: NIfTI, NRRD and DICOM segmentations, on their grid in the patient.

A slice counts from 0 along the stored third axis; the planes of a DICOM
segmentation, which has none, from the first along the normal of its image,
like those of a DICOM series.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from recistkit.errors import ScanError
from recistkit.measure.mask_place import MaskGrid, image_grid
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.dicom_header import is_dicom, opened_dataset
from recistkit.scans.load import MAX_VOLUME_BYTES
from recistkit.scans.nifti import is_nifti, nifti_series, opened_nifti

if TYPE_CHECKING:
    import highdicom
    from numpy.typing import NDArray

__all__ = ["Labels", "label_volumes"]

Labels = tuple["NDArray[Any]", MaskGrid]
"""Voxels, shape (slices, rows, columns), and where they lie."""

_NRRD: Final = ".nrrd"
_AXES: Final = 3
_SEGMENTATIONS: Final = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_EXACT: Final = 2**53
_HEADER_BYTES: Final = 2**16
_SPACES: Final = (
    *("left-posterior-superior", "right-anterior-superior", "left-anterior-superior"),
    *("lps", "ras", "las"),
)
"""Spaces of a patient that SimpleITK turns into LPS; it takes any other as LPS too."""
_FAILURE: Final = "cannot be understood as a label volume: damaged, or cut short"
_EXPECTED: Final = "expected NIfTI (.nii, .nii.gz), NRRD (.nrrd) or a DICOM segmentation"


def label_volumes(path: Path | str, *, max_bytes: int = MAX_VOLUME_BYTES) -> Iterator[Labels]:
    """Yield the label volumes of a file: one, but of segments that overlap one each.

    Parameters
    ----------
    path : Path or str
        The file.
    max_bytes : int
        What the voxels of one volume may take in memory.

    Raises
    ------
    ScanError
        If it is none, does not say where it lies, is too large, or is damaged.
    """
    path = Path(path)
    with scan_boundary(path, _FAILURE):
        if not path.is_file():
            raise ScanError(path, "there is no such file")
        if is_nifti(path):
            yield _nifti_labels(path, max_bytes)
        elif path.suffix.lower() == _NRRD:
            yield _nrrd_labels(path, max_bytes)
        elif is_dicom(path):
            yield from _segmentation_labels(path, max_bytes)
        else:
            raise ScanError(path, f"is no label volume; {_EXPECTED}")


def _require_room(path: Path, size: Sequence[int], voxel_bytes: int, max_bytes: int) -> None:
    """Refuse a volume that is too large, before memory is taken for it.

    Raises
    ------
    ScanError
    """
    if math.prod(size) * voxel_bytes > max_bytes:
        counts = " x ".join(map(str, size))
        limit = f"the limit is {max_bytes // 1024**2} MiB"
        raise ScanError(path, f"is too large: {counts} voxels of {voxel_bytes} bytes, and {limit}")


def _whole(path: Path, voxels: NDArray[Any]) -> NDArray[Any]:
    """Return labels that are stored as floats as whole numbers; others as they are.

    Raises
    ------
    ScanError
        If one is no whole number, or they are no numbers at all.
    """
    if voxels.dtype.kind in "biu":
        return voxels
    if voxels.dtype.kind != "f":
        raise ScanError(path, "holds colours or complex numbers, not labels")
    largest = float(np.abs(voxels).max(initial=0.0))
    if not largest < _EXACT or (voxels != np.trunc(voxels)).any():
        raise ScanError(path, "holds values that are no whole numbers; expected labels")
    return voxels.astype(np.int32 if largest <= np.iinfo(np.int32).max else np.int64)


def _nifti_labels(path: Path, max_bytes: int) -> Labels:
    """Return the labels of a NIfTI file."""
    series = nifti_series(path)
    image = opened_nifti(path)
    stored_type = image.header.get_data_dtype()
    _require_room(path, series.size, stored_type.itemsize, max_bytes)
    stored = np.asarray(image.dataobj.get_unscaled()).reshape(series.size)
    slope, intercept = image.dataobj.slope, image.dataobj.inter
    if (slope, intercept) != (1.0, 0.0) and stored.dtype.kind in "biuf":
        _require_room(path, series.size, np.dtype(float).itemsize, max_bytes)
        stored = stored * float(slope) + float(intercept)
    axes = (series.slice_direction, series.column_direction, series.row_direction)
    steps = np.array(axes) * np.array(series.spacing_mm)[::-1, None]
    grid = MaskGrid(np.array(series.origin_mm), steps)
    return _whole(path, stored.transpose(2, 1, 0)), grid


def _nrrd_labels(path: Path, max_bytes: int) -> Labels:
    """Return the labels of an NRRD file."""
    import SimpleITK

    file: Any = SimpleITK.ImageFileReader()
    file.SetFileName(str(path))
    file.SetImageIO("NrrdImageIO")
    file.ReadImageInformation()
    if file.GetNumberOfComponents() != 1:
        number = file.GetNumberOfComponents()
        raise ScanError(path, f"holds {number} values a voxel; expected one label")
    if file.GetDimension() != _AXES:
        raise ScanError(path, f"holds {file.GetDimension()} axes and not one volume of three")
    _require_patient_space(path)
    voxel_bytes = SimpleITK.Image([1, 1, 1], file.GetPixelID()).GetSizeOfPixelComponent()
    _require_room(path, file.GetSize(), voxel_bytes, max_bytes)
    image = file.Execute()
    voxels, grid = image_grid(image)
    # The view is of the image's memory, which ends with it.
    return _whole(path, voxels.copy()), grid


def _require_patient_space(path: Path) -> None:
    """Refuse an NRRD file whose places are not in mm in the patient: SimpleITK takes them so.

    Raises
    ------
    ScanError
    """
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES).split(b"\n\n")[0].replace(b"\r", b"")
    lines = header.decode("ascii", errors="replace").splitlines()
    fields = {
        name.strip().lower(): value.strip().lower()
        for name, colon, value in (line.partition(":") for line in lines)
        if colon and not value.startswith("=")
    }
    if fields.get("space") not in _SPACES:
        raise ScanError(path, "does not say where it lies in the patient (no space)")
    units = set(fields.get("space units", "").replace('"', " ").split())
    if units - {"mm"}:
        raise ScanError(path, "is not in mm (space units)")
    if "none" in fields.get("space directions", "none"):
        raise ScanError(path, "does not say how far apart its voxels are (space directions)")


def _segmentation_labels(path: Path, max_bytes: int) -> Iterator[Labels]:
    """Yield the labels of a DICOM segmentation; its segments keep their numbers."""
    header = opened_dataset(path, header_only=True, tags=("SOPClassUID", "SegmentationType"))
    if header.get("SOPClassUID") not in _SEGMENTATIONS:
        raise ScanError(path, f"is DICOM and no segmentation; {_EXPECTED}")
    if header.get("SegmentationType") == "FRACTIONAL":
        raise ScanError(path, "is a segmentation of fractions; expected whole voxels (BINARY)")
    file = _segmentation(path)
    if not _states_steps(file):
        reason = "does not say how far apart its planes are (Spacing Between Slices)"
        raise ScanError(path, reason)
    geometry = file.get_volume_geometry()
    if geometry is None:
        raise ScanError(path, "its planes do not make a volume: not parallel, or not evenly spaced")
    numbers = [number for number in file.segment_numbers if number > 0]
    itemsize = np.min_scalar_type(max(numbers, default=1)).itemsize
    _require_room(path, geometry.spatial_shape[::-1], itemsize, max_bytes)
    try:
        yield _placed(file.get_volume(combine_segments=True))
    except RuntimeError:  # segments overlap: each is a volume of its own
        file = _segmentation(path)  # the one at hand is of no more use after the refusal
        for number in numbers:
            voxels, grid = _placed(file.get_volume(segment_numbers=[number]))
            yield voxels.astype(np.min_scalar_type(number)) * number, grid


def _segmentation(path: Path) -> highdicom.seg.Segmentation:
    """Return a DICOM segmentation, its voxels not decoded."""
    from highdicom.seg import Segmentation

    return Segmentation.from_dataset(opened_dataset(path, header_only=False), copy=False)


def _states_steps(file: Any) -> bool:  # noqa: ANN401  any DICOM dataset
    """Return whether a segmentation states the step between planes, which else is guessed."""
    groups = [*file.SharedFunctionalGroupsSequence, *file.PerFrameFunctionalGroupsSequence[:1]]
    measures = [one for group in groups for one in group.get("PixelMeasuresSequence", ())]
    return any(one.get("SpacingBetweenSlices") for one in measures)


def _placed(volume: highdicom.Volume) -> Labels:
    """Return voxels and grid of a volume of highdicom, its slices along the image's normal."""
    steps = volume.affine[:_AXES, :_AXES].T
    origin = volume.affine[:_AXES, _AXES]
    voxels = volume.array.reshape(volume.spatial_shape)
    # Steps are of slice, row and column; the normal is that of dicom_stack.
    if np.dot(steps[0], np.cross(steps[2], steps[1])) < 0:
        origin = origin + steps[0] * (len(voxels) - 1)
        steps, voxels = np.stack([-steps[0], steps[1], steps[2]]), voxels[::-1]
    return voxels, MaskGrid(origin, steps)
