"""What is loaded of a damaged file is what other programs read in it: grey values and places.

A file that is damaged and loaded all the same must not be loaded wrongly.
Where pydicom, nibabel or SimpleITK do not read it, nothing is compared.
"""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import nibabel as nib
import numpy as np
import pydicom
import SimpleITK

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom import Dataset

    from recistkit.model.series import Series
    from recistkit.scans import FoundSeries

__all__ = ["untruths"]

_Places = Mapping[tuple[int, ...], "NDArray[Any]"]
_INTERCEPT: Final = "RescaleIntercept"
_GROUPS: Final = {
    "ImageOrientationPatient": "PlaneOrientationSequence",
    "ImagePositionPatient": "PlanePositionSequence",
    "PixelSpacing": "PixelMeasuresSequence",
    "RescaleIntercept": "PixelValueTransformationSequence",
    "RescaleSlope": "PixelValueTransformationSequence",
}
"""Where a multi-frame image has what others have for all of their pixels (PS3.3, C.7.6.16)."""
_RELATIVE: Final = 1e-5
_OF_PIXEL, _OF_STEP, _OF_LENGTH = 0.15, 0.02, 2e-3
"""How far a place may be off: what the loader allows slices to stray, and headers to round."""


def untruths(found: FoundSeries, series: Series, image: Any) -> list[str] | None:  # noqa: ANN401
    """Return what differs between a series as it was loaded and as another program reads it.

    None where no other program reads it.
    """
    voxels: NDArray[Any] = SimpleITK.GetArrayFromImage(image)
    path = found.paths[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if found.frames:
                said = _of_dicom(found, series, voxels)
            elif path.suffix in {".nrrd", ".mha"}:
                _require_sure(path)
                said = _of_image(SimpleITK.ReadImage(str(path)), series, voxels)
            else:
                said = _of_nifti(nib.load(path), series, voxels)
    except Exception:  # noqa: BLE001  the other program does not read it
        return None
    return list(dict.fromkeys(said))


def _of_dicom(found: FoundSeries, series: Series, voxels: NDArray[Any]) -> list[str]:
    """Compare with pydicom, slice by slice."""
    read = {path: pydicom.dcmread(path) for path in found.paths}
    said = []
    for index, frame in enumerate(found.frames):
        dataset = read[frame.path]
        said += _misplaced(series, _places(dataset, frame.frame, series, index))
        slope, intercept = (
            float(_value(dataset, frame.frame, name) or 0) for name in ("RescaleSlope", _INTERCEPT)
        )
        stored = dataset.pixel_array.reshape(-1, series.rows, series.columns)[frame.frame]
        said += _changed(voxels[index], stored * (slope or 1.0) + intercept)
    return said


def _places(dataset: Dataset, frame: int, series: Series, index: int) -> _Places:
    """Return where pydicom's words put three corners of a slice (PS3.3, C.7.6.2.1.1)."""
    origin = np.array(_value(dataset, frame, "ImagePositionPatient"), dtype=float)
    directions = np.array(_value(dataset, frame, "ImageOrientationPatient"), dtype=float)
    row, column = directions.reshape(2, 3)
    between_rows, between_columns = map(float, _value(dataset, frame, "PixelSpacing"))
    across, down = series.columns - 1, series.rows - 1
    return {
        (0, 0, index): origin,
        (across, 0, index): origin + row * between_columns * across,
        (0, down, index): origin + column * between_rows * down,
    }


def _value(dataset: Dataset, frame: int, name: str) -> Any:  # noqa: ANN401  any kind of value
    """Return a value of a frame: its own, that of all frames, or that of the image."""
    frames = dataset.get("PerFrameFunctionalGroupsSequence", ())
    if not frames:
        return dataset.get(name)
    for holder in (frames[frame], *dataset.get("SharedFunctionalGroupsSequence", ())):
        if group := holder.get(_GROUPS[name]):
            return group[0].get(name)
    return None


def _of_nifti(image: Any, series: Series, voxels: NDArray[Any]) -> list[str]:  # noqa: ANN401
    """Compare with nibabel."""
    corners = list(itertools.product(*((0, count - 1) for count in series.size)))
    to_lps = np.array([-1.0, -1.0, 1.0])
    places = {one: to_lps * (image.affine @ np.array((*one, 1.0)))[:3] for one in corners}
    values = np.asarray(image.dataobj).reshape(series.size, order="F")
    return _misplaced(series, places) + _changed(voxels, values.transpose(2, 1, 0))


def _require_sure(path: Path) -> None:
    """Refuse to compare where SimpleITK gives whatever stands in its memory.

    Raises
    ------
    ValueError
        If a MetaImage file does not state the length of what is packed.
    """
    lines = path.read_bytes().splitlines()
    stated = any(line.startswith(b"CompressedDataSize = ") for line in lines)
    if path.suffix == ".mha" and b"CompressedData = True" in lines and not stated:
        raise ValueError("SimpleITK does not unpack it")


def _of_image(image: Any, series: Series, voxels: NDArray[Any]) -> list[str]:  # noqa: ANN401
    """Compare with SimpleITK."""
    corners = list(itertools.product(*((0, count - 1) for count in series.size)))
    places = {one: np.array(image.TransformIndexToPhysicalPoint(one)) for one in corners}
    return _misplaced(series, places) + _changed(voxels, SimpleITK.GetArrayFromImage(image))


def _misplaced(series: Series, places: _Places) -> list[str]:
    """Return a word if a voxel is not where another program puts it."""
    columns, rows, slices = series.spacing_mm
    said = []
    for index, place in places.items():
        column, row, number = map(float, index)
        length = math.hypot(column * columns, row * rows, number * slices)
        most = _OF_PIXEL * min(columns, rows) + _OF_STEP * slices + _OF_LENGTH * length
        if not math.dist(series.point_mm((column, row, number)), place.tolist()) <= most:
            said.append("a voxel is not where another program puts it")
    return said


def _changed(voxels: NDArray[Any], others: NDArray[Any]) -> list[str]:
    """Return a word if grey values are not those of another program."""
    with np.errstate(all="ignore"):
        theirs = others.astype(np.float64).astype(np.float32)
        scale = float(np.nanmax(np.abs(theirs), initial=1.0))
        alike = voxels.shape == theirs.shape and np.allclose(
            voxels.astype(np.float32),
            theirs,
            rtol=_RELATIVE,
            atol=_RELATIVE * scale,
            equal_nan=True,
        )
    return [] if alike else ["grey values are not those that another program reads"]
