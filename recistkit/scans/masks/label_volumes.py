"""Label volumes of files: NIfTI, NRRD and DICOM segmentations, on their grid in the patient.

A slice counts from 0 along the stored third axis. A DICOM segmentation has
none: it stores the planes that hold a segment, mostly, and in any order. Its planes
are put in order along the normal of its image, like those of a DICOM series.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from recistkit.errors import ScanError
from recistkit.measure.mask_place import MaskGrid, image_grid
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.dicom.header import is_dicom, opened_dataset
from recistkit.scans.load import MAX_VOLUME_BYTES
from recistkit.scans.volume_files.nifti import is_nifti, nifti_grid, opened_nifti
from recistkit.scans.volume_files.nrrd import require_whole_nrrd

if TYPE_CHECKING:
    import highdicom
    from numpy.typing import NDArray

__all__ = ["NO_SUCH_FILE", "Labels", "has_stored_slices", "label_volumes"]

Labels = tuple["NDArray[Any]", MaskGrid]
"""Voxels, shape (slices, rows, columns), and where they lie."""

_NRRD: Final = ".nrrd"
_AXES: Final = 3
_SEGMENTATIONS: Final = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_PACKED: Final = ".gz"
_PIECE_BYTES: Final = 2**20
_FLOAT_BYTES: Final = (2, 4, 8)
_FAILURE: Final = (
    "cannot be understood as a label volume: damaged, cut short, or of a kind that is not supported"
)
NO_SUCH_FILE: Final = "there is no such file"
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
            raise ScanError(path, NO_SUCH_FILE)
        if is_nifti(path):
            yield _nifti_labels(path, max_bytes)
        elif path.suffix.lower() == _NRRD:
            yield _nrrd_labels(path, max_bytes)
        elif is_dicom(path):
            yield from _segmentation_labels(path, max_bytes)
        else:
            raise ScanError(path, f"is no label volume; {_EXPECTED}")


def has_stored_slices(path: Path) -> bool:
    """Return whether a file of label volumes has a third axis by which its slices are known."""
    return is_nifti(path) or path.suffix.lower() == _NRRD


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

    The whole numbers take the place of the floats in memory, if that may be written.

    Raises
    ------
    ScanError
        If one is no whole number, or they are no numbers at all.
    """
    if voxels.dtype.kind in "biu":
        return voxels
    if voxels.dtype.kind != "f":
        raise ScanError(path, "holds colours or complex numbers, not labels")
    if voxels.itemsize not in _FLOAT_BYTES:
        raise ScanError(path, f"holds values of type {voxels.dtype}; expected whole numbers")
    kind = np.dtype(f"{voxels.dtype.byteorder}i{voxels.itemsize}")
    whole = voxels.view(kind) if voxels.flags.writeable else np.empty(voxels.shape, kind)
    most = 2.0 ** (np.finfo(voxels.dtype).nmant + 1)
    for plane, numbers in zip(voxels, whole, strict=True):
        if not (plane == np.trunc(plane)).all() or not (np.abs(plane) < most).all():
            raise ScanError(path, "holds values that are no exact whole numbers; expected labels")
        numbers[...] = plane.astype(kind)
    return whole


def _nifti_labels(path: Path, max_bytes: int) -> Labels:
    """Return the labels of a NIfTI file."""
    size, directions, spacing_mm, origin_mm = nifti_grid(path)
    image = opened_nifti(path)
    _require_room(path, size, image.header.get_data_dtype().itemsize, max_bytes)
    stored = _stored_voxels(path, image).reshape(size, order="F")
    slope, intercept = image.dataobj.slope, image.dataobj.inter
    if (slope, intercept) != (1.0, 0.0) and stored.dtype.kind in "biuf":
        _require_room(path, size, np.dtype(float).itemsize, max_bytes)
        stored = stored.astype(float)
        stored *= float(slope)
        stored += float(intercept)
    steps = np.array(directions[::-1]) * np.array(spacing_mm)[::-1, None]
    return _whole(path, stored.transpose(2, 1, 0)), MaskGrid(np.array(origin_mm), steps)


def _stored_voxels(path: Path, image: Any) -> NDArray[Any]:  # noqa: ANN401  nibabel has no types
    """Return the numbers of a NIfTI file as they stand in it, one after the other.

    Those of a packed file are unpacked piece by piece: in one go they take several
    times their memory.

    Raises
    ------
    EOFError
        If the file is cut short.
    """
    if not path.name.lower().endswith(_PACKED):
        return np.asarray(image.dataobj.get_unscaled()).reshape(-1, order="F")
    header = image.header
    stored = np.empty(math.prod(header.get_data_shape()), header.get_data_dtype())
    room = stored.view(np.uint8).data
    with gzip.open(path) as file:
        file.seek(int(image.dataobj.offset))
        for begin in range(0, len(room), _PIECE_BYTES):
            piece = room[begin : begin + _PIECE_BYTES]
            if file.readinto(piece) != len(piece):
                raise EOFError
    return stored


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
    require_whole_nrrd(path)
    voxel_bytes = SimpleITK.Image([1, 1, 1], file.GetPixelID()).GetSizeOfPixelComponent()
    _require_room(path, file.GetSize(), voxel_bytes, max_bytes)
    image = file.Execute()
    voxels, grid = image_grid(image)
    whole = _whole(path, voxels)
    # A view is of the image's memory, which ends with it.
    return whole.copy() if whole is voxels else whole, grid


def _segmentation_labels(path: Path, max_bytes: int) -> Iterator[Labels]:
    """Yield the labels of a DICOM segmentation; its segments keep their numbers."""
    header = opened_dataset(path, header_only=True, tags=("SOPClassUID", "SegmentationType"))
    if header.get("SOPClassUID") not in _SEGMENTATIONS:
        raise ScanError(path, f"is DICOM and no segmentation; {_EXPECTED}")
    if header.get("SegmentationType") == "FRACTIONAL":
        raise ScanError(path, "is a segmentation of fractions; expected whole voxels (BINARY)")
    file = _segmentation(path)
    _require_places(path, file)
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


def _require_places(path: Path, file: Any) -> None:  # noqa: ANN401  any DICOM dataset
    """Refuse a segmentation that does not say where each of its planes lies.

    Raises
    ------
    ScanError
    """
    if not file.get("FrameOfReferenceUID"):
        raise ScanError(path, "does not say where it lies in the patient (Frame of Reference UID)")
    stated, described = int(file.NumberOfFrames), len(file.PerFrameFunctionalGroupsSequence)
    if stated != described:
        raise ScanError(path, f"states {stated} planes and describes {described}: damaged")
    groups = [*file.SharedFunctionalGroupsSequence, *file.PerFrameFunctionalGroupsSequence[:1]]
    measures = [one for group in groups for one in group.get("PixelMeasuresSequence", ())]
    if not any(one.get("SpacingBetweenSlices") for one in measures):  # it would be guessed
        reason = "does not say how far apart its planes are (Spacing Between Slices)"
        raise ScanError(path, reason)


def _placed(volume: highdicom.Volume) -> Labels:
    """Return voxels and grid of a volume of highdicom, its slices along the image's normal."""
    steps = volume.affine[:_AXES, :_AXES].T
    origin = volume.affine[:_AXES, _AXES]
    voxels = volume.array.reshape(volume.spatial_shape)
    # Steps are of slice, row and column; the normal is that of dicom.stack.
    if np.dot(steps[0], np.cross(steps[2], steps[1])) < 0:
        origin = origin + steps[0] * (len(voxels) - 1)
        steps, voxels = np.stack([-steps[0], steps[1], steps[2]]), voxels[::-1]
    return voxels, MaskGrid(origin, steps)
