"""NIfTI files as series and voxels; right-anterior-superior becomes LPS."""

from __future__ import annotations

import contextlib
import gzip
import struct
import zlib
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recistkit.errors import ScanError
from recistkit.model.series import Series, Vector
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.volume_files.header import grid_of_steps, placed_series

if TYPE_CHECKING:
    import SimpleITK

    from recistkit.scans.voxels import Room

__all__ = [
    "is_nifti",
    "nifti_grid",
    "nifti_image",
    "nifti_series",
    "opened_nifti",
]

_PACKED: Final = ".nii.gz"
_SUFFIXES: Final = (_PACKED, ".nii")
_FAILURE: Final = "cannot be understood as NIfTI: damaged, or cut short"
_VOXEL_OFFSETS: Final = {348: (108, "f"), 540: (168, "q")}
"""Length of a header (NIfTI-1, NIfTI-2): where it says where its voxels begin, and how."""
_SHORTEST_EXTENSION: Final = 16
_LONGEST_HEADER: Final = 64 * 1024**2
_MOST_EXTENSIONS: Final = 1000
_FORMS_APART_MM: Final = 0.1
_MILLIMETRES: Final = frozenset({"mm", "unknown"})


def is_nifti(path: Path) -> bool:
    """Tell whether a file calls itself NIfTI."""
    return path.name.lower().endswith(_SUFFIXES)


def nifti_series(path: Path) -> Series:
    """Return what the header of a NIfTI file, and the JSON file beside it, say.

    Without a `SeriesInstanceUID` in the JSON file the UID follows from the
    content of the file, so that the same file always has the same one.

    Raises
    ------
    ScanError
        If it is no single volume, or does not say where it lies in the patient.
    """
    with scan_boundary(path, _FAILURE):
        header = opened_nifti(path).header
        _refuse_header(path, header)
        steps, origin = _steps(header)
        return placed_series(path, _shape(header), steps, origin)


def nifti_grid(
    path: Path,
) -> tuple[tuple[int, ...], tuple[Vector, Vector, Vector], Vector, Vector]:
    """Return where the voxels of a NIfTI file lie, by nothing but its own header.

    Whoever calls it does so inside of a `scan_boundary`.

    Returns
    -------
    size, directions, spacing_mm, origin_mm
        Along columns (x), rows (y) and slices (z); directions are unit vectors (LPS).

    Raises
    ------
    ScanError
        If it is no single volume, or does not say where it lies in the patient.
    """
    header = opened_nifti(path).header
    _refuse_header(path, header)
    return _shape(header), *grid_of_steps(path, *_steps(header))


def nifti_image(path: Path, series: Series, require_room: Room) -> SimpleITK.Image:
    """Return the image of a NIfTI file, int16 or float32.

    Parameters
    ----------
    path : Path
        The file.
    series : Series
        What its header says.
    require_room : callable
        Refuses what takes too much memory.

    Raises
    ------
    ScanError
        If it cannot be decoded, or the file is cut short.
    """
    from recistkit.scans.volume_files.slices import StoredVolume, volume_image

    with scan_boundary(path, _FAILURE):
        image = opened_nifti(path)
        packed = path.name.lower().endswith(_PACKED)
        offset = int(image.dataobj.offset)
        stored = StoredVolume(
            path=path,
            begin=0 if packed else offset,
            skipped=offset if packed else 0,
            dtype=image.header.get_data_dtype(),
            packing="gzip" if packed else "raw",
            slope=float(image.dataobj.slope),
            intercept=float(image.dataobj.inter),
        )
        return volume_image(stored, series, require_room)


def opened_nifti(path: Path) -> Any:  # noqa: ANN401  nibabel has no types
    """Return the file as nibabel has it, voxels not loaded.

    Raises
    ------
    ScanError
        If an extension of its header would not fit into it. Other faults are
        the caller's to catch.
    """
    import nibabel as nib

    _refuse_extensions(path)
    return nib.load(path)


def _refuse_extensions(path: Path) -> None:
    """Refuse extensions of the header that go on beyond it: nibabel reads what they claim, at once.

    Source: NIfTI-1.1 and NIfTI-2, extended header data.

    Raises
    ------
    ScanError
    """
    packed = path.name.lower().endswith(_PACKED)
    with (
        contextlib.suppress(OSError, EOFError, zlib.error),
        gzip.open(path) if packed else path.open("rb") as file,
    ):
        head = file.read(max(_VOXEL_OFFSETS) + 4)
        order = "<" if head[:4] in {size.to_bytes(4, "little") for size in _VOXEL_OFFSETS} else ">"
        size = int.from_bytes(head[:4], "little" if order == "<" else "big")
        if size not in _VOXEL_OFFSETS or len(head) < size + 4 or not head[size]:
            return
        place, kind = _VOXEL_OFFSETS[size]
        (voxels,) = struct.unpack_from(order + kind, head, place)
        at = size + 4
        for _ in range(_MOST_EXTENSIONS):
            if not at + _SHORTEST_EXTENSION <= voxels:
                return
            file.seek(at)
            (length,) = struct.unpack(f"{order}i", file.read(4))
            if length < _SHORTEST_EXTENSION or not at + length <= min(voxels, _LONGEST_HEADER):
                break
            at += length
        raise ScanError(path, "states an extension of its header that cannot be")


def _shape(header: Any) -> tuple[int, ...]:  # noqa: ANN401  nibabel has no types
    """Return columns, rows and slices, without trailing axes of length 1."""
    shape = tuple(header.get_data_shape())
    while len(shape) > 3 and shape[-1] == 1:  # noqa: PLR2004  three axes are a volume
        shape = shape[:-1]
    return shape


def _refuse_header(path: Path, header: Any) -> None:  # noqa: ANN401  nibabel has no types
    """Refuse what is no single volume in patient space.

    Raises
    ------
    ScanError
        Saying what it is.
    """
    shape = _shape(header)
    if len(shape) != 3:  # noqa: PLR2004  three axes are a volume
        raise ScanError(path, f"holds {len(shape)} axes and not one volume of three")
    if not int(header["sform_code"]) and not int(header["qform_code"]):
        raise ScanError(path, "does not say where it lies in the patient (no sform and no qform)")
    if header.get_xyzt_units()[0] not in _MILLIMETRES:
        raise ScanError(path, f"is in units of {header.get_xyzt_units()[0]} and not of mm")
    _refuse_two_places(path, header)


def _refuse_two_places(path: Path, header: Any) -> None:  # noqa: ANN401  nibabel has no types
    """Refuse a volume that its two transforms put at two places: programs differ in which they use.

    Raises
    ------
    ScanError
        Saying how far apart the places are.
    """
    import numpy as np

    if not int(header["sform_code"]) or not int(header["qform_code"]):
        return
    edges = [(0, count - 1) for count in _shape(header)]
    corners = np.array([(*corner, 1) for corner in product(*edges)], dtype=float).T
    apart = ((header.get_sform() - header.get_qform()) @ corners)[:3]
    most = float(np.max(np.hypot.reduce(apart, axis=0)))
    if not most <= _FORMS_APART_MM:  # no number is no place either
        reason = f"its sform and its qform place it up to {most:.1f} mm apart"
        raise ScanError(path, f"{reason}; expected at most {_FORMS_APART_MM} mm")


def _steps(header: Any) -> tuple[list[list[float]], list[float]]:  # noqa: ANN401  nibabel has no types
    """Return the steps from voxel to voxel along each axis, and the origin, in LPS."""
    signs = (-1.0, -1.0, 1.0)
    affine = header.get_best_affine().tolist()
    columns = [
        [sign * line[k] for sign, line in zip(signs, affine[:3], strict=True)] for k in range(4)
    ]
    return columns[:3], columns[3]
