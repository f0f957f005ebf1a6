"""NIfTI files as series and voxels; right-anterior-superior becomes LPS.

A JSON file of the same name beside it (BIDS) may tell what NIfTI cannot:
`SeriesInstanceUID`, `FrameOfReferenceUID`, `Modality`, `AcquisitionDate`
(ISO or DICOM), `SliceThickness` (mm).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
import re
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recistkit.errors import ScanError
from recistkit.model.series import Series, Vector, dot
from recistkit.scans.boundary import scan_boundary

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "is_nifti",
    "nifti_series",
    "nifti_sidecar",
    "nifti_voxels",
    "opened_nifti",
    "sidecar_path",
]

_SUFFIXES: Final = (".nii.gz", ".nii")
_MAX_SIDECAR_BYTES: Final = 1024**2
_MAX_UID: Final = 64
_SHEAR_TOLERANCE: Final = 1e-3
_FAILURE: Final = "cannot be understood as NIfTI: damaged, or cut short"
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
        sidecar = nifti_sidecar(path)
        axes, spacing, origin = _grid(path, header.get_best_affine().tolist())
        columns, rows, slices = (int(count) for count in _shape(header))
        return Series(
            uid=_uid(path, sidecar, "SeriesInstanceUID") or _content_uid(path),
            modality=_modality(path, sidecar),
            date=_date(path, sidecar),
            columns=columns,
            rows=rows,
            slices=slices,
            column_spacing_mm=spacing[0],
            row_spacing_mm=spacing[1],
            slice_spacing_mm=spacing[2],
            slice_thickness_mm=_thickness(path, sidecar),
            frame_of_reference=_uid(path, sidecar, "FrameOfReferenceUID"),
            origin_mm=origin,
            row_direction=axes[0],
            column_direction=axes[1],
            slice_direction=axes[2],
        )


def nifti_voxels(path: Path) -> NDArray[Any]:
    """Return the grey values of a NIfTI file, shape (slices, rows, columns), int16 or float32.

    Raises
    ------
    ScanError
        If they cannot be decoded, or the file is cut short.
    """
    import numpy as np

    from recistkit.scans.voxels import rescaled

    with scan_boundary(path, _FAILURE):
        image = opened_nifti(path)
        stored = np.asarray(image.dataobj.get_unscaled()).reshape(_shape(image.header))
        if not np.isrealobj(stored) or stored.dtype.names:
            raise ScanError(path, "holds colours or complex numbers, not grey values")
        slope, intercept = image.dataobj.slope, image.dataobj.inter
        return np.ascontiguousarray(rescaled(stored.transpose(2, 1, 0), slope, intercept))


def opened_nifti(path: Path) -> Any:  # noqa: ANN401  nibabel has no types
    """Return the file as nibabel has it, voxels not loaded."""
    import nibabel as nib

    return nib.load(path)


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


def _grid(
    path: Path, affine: list[list[float]]
) -> tuple[tuple[Vector, Vector, Vector], Vector, Vector]:
    """Return axes (unit vectors, LPS), spacing and origin (LPS, mm) of an RAS affine.

    Raises
    ------
    ScanError
        If the axes are not at right angles: lengths along them would be wrong.
    """
    signs = (-1.0, -1.0, 1.0)
    columns = [
        tuple(sign * line[k] for sign, line in zip(signs, affine[:3], strict=True))
        for k in range(4)
    ]
    steps = [math.hypot(*column) for column in columns[:3]]
    if not all(math.isfinite(value) for column in columns for value in column) or min(steps) <= 0:
        raise ScanError(path, "states a geometry that cannot be: a spacing of zero, or no number")
    first, second, third = (
        (x / step, y / step, z / step) for (x, y, z), step in zip(columns[:3], steps, strict=True)
    )
    angles = (dot(first, second), dot(first, third), dot(second, third))
    if max(map(abs, angles)) > _SHEAR_TOLERANCE:
        raise ScanError(path, "has axes that are not at right angles (sheared)")
    x, y, z = columns[3]
    return (first, second, third), (steps[0], steps[1], steps[2]), (x, y, z)


def sidecar_path(path: Path) -> Path:
    """Return where the JSON file of a NIfTI file is, if there is one.

    Examples
    --------
    >>> sidecar_path(Path("mri.nii.gz")).name
    'mri.json'
    """
    stem = next(path.name[: -len(end)] for end in _SUFFIXES if path.name.lower().endswith(end))
    return path.with_name(stem + ".json")


def nifti_sidecar(path: Path) -> dict[str, Any]:
    """Return the JSON file beside a NIfTI file, empty if there is none.

    Raises
    ------
    ScanError
        If it is no JSON object, or too large to be one of these.
    """
    sidecar = sidecar_path(path)
    if not sidecar.is_file():
        return {}
    if sidecar.stat().st_size > _MAX_SIDECAR_BYTES:
        raise ScanError(sidecar, "is too large for the description of a scan")
    with scan_boundary(sidecar, "is not JSON"):
        content = json.loads(sidecar.read_text(encoding="utf-8-sig"))
    if not isinstance(content, dict):
        raise ScanError(sidecar, "is no JSON object")
    return content


def _uid(path: Path, sidecar: dict[str, Any], name: str) -> str | None:
    """Return a UID of the JSON file.

    Raises
    ------
    ScanError
        If it is none.
    """
    value = sidecar.get(name)
    if value is None:
        return None
    if (
        not isinstance(value, str)
        or not re.fullmatch(r"[0-9]+(\.[0-9]+)*", value)
        or len(value) > _MAX_UID
    ):
        raise ScanError(path, f"its JSON file states a {name} that is no UID")
    return value


def _content_uid(path: Path) -> str:
    """Return a UID that follows from the bytes of a file (DICOM PS3.5, B.2)."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def _modality(path: Path, sidecar: dict[str, Any]) -> str | None:
    """Return the modality of the JSON file.

    Raises
    ------
    ScanError
        If it is no DICOM code.
    """
    value = sidecar.get("Modality")
    if value is not None and not (isinstance(value, str) and re.fullmatch(r"[A-Z]{2,16}", value)):
        raise ScanError(path, "its JSON file states a Modality that is no DICOM code, such as MR")
    return value


def _date(path: Path, sidecar: dict[str, Any]) -> dt.date | None:
    """Return the date of the JSON file.

    Raises
    ------
    ScanError
        If it is none.
    """
    value = sidecar.get("AcquisitionDate")
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        message = "its JSON file states an AcquisitionDate that is no date, such as 2011-03-04"
        raise ScanError(path, message) from None


def _thickness(path: Path, sidecar: dict[str, Any]) -> float | None:
    """Return the slice thickness of the JSON file in mm.

    Raises
    ------
    ScanError
        If it is no length above zero.
    """
    value = sidecar.get("SliceThickness")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ScanError(path, "its JSON file states a SliceThickness that is no length above zero")
    return float(value)
