"""The header of one DICOM file: the few fields that place its slices, and no patient.

Fields: DICOM PS3.3, C.7.6.2 (image plane), C.7.6.3 (image pixel), C.11.1 (rescale).
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recistkit.errors import ScanError
from recistkit.model.series import Contrast
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.dicom.contrast import contrast_of
from recistkit.scans.dicom.elements import (
    Elements,
    dataset_of,
    elements,
    texts_of,
)
from recistkit.scans.dicom.frames import frame_values
from recistkit.scans.dicom.stored_frame import StoredFrame
from recistkit.scans.modalities import known_modality

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = [
    "DISTINCTIONS",
    "SliceHeader",
    "is_dicom",
    "opened_dataset",
    "rescale",
    "slice_headers",
    "values_of",
]

DISTINCTIONS: Final[Mapping[str, str]] = {
    "AcquisitionNumber": "acquisition",
    "EchoTime": "echo time",
    "TemporalPositionIdentifier": "temporal position",
    "ImageType": "image type",
    "DiffusionBValue": "b-value",
    "TriggerTime": "trigger time",
    "InversionTime": "inversion time",
    "StackID": "stack",
}
"""What may tell slices at one place apart, and its name in messages; the first is tried first."""

_DICOM_SUFFIXES: Final = frozenset({".dcm", ".dicom", ".ima"})
_SEGMENTATIONS: Final = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
_PREAMBLE: Final = 128
_DATES: Final = ("AcquisitionDate", "SeriesDate", "StudyDate")
_DATES_OF_FRAMES: Final = ("AcquisitionDateTime", *_DATES)

_Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceHeader:
    """What a file says about one slice; empty tuples and None where it says nothing.

    `pixel_spacing_mm` is (between rows, between columns), the order of DICOM.
    `frames` is above 1 where a file holds several and does not place each.
    `distinctions` are texts in the order of `DISTINCTIONS`.
    """

    path: Path
    series_uid: str
    sop_uid: str | None
    instance_number: int | None
    modality: str | None
    image_type: tuple[str, ...]
    segmentation: bool
    frames: int
    colour: bool
    lookup_table: bool
    rows: int
    columns: int
    pixel_spacing_mm: tuple[float, ...]
    orientation: tuple[float, ...]
    position_mm: tuple[float, ...]
    thickness_mm: float | None
    frame_of_reference: str | None
    date: dt.date | None
    slope: float
    intercept: float
    contrast: Contrast
    lossy: bool
    distinctions: tuple[str, ...]
    stored: StoredFrame


def is_dicom(path: Path) -> bool:
    """Tell whether a file is, or calls itself, a DICOM file.

    Raises
    ------
    ScanError
        If it cannot be opened.
    """
    if path.suffix.lower() in _DICOM_SUFFIXES:
        return True
    with scan_boundary(path, "cannot be opened"), path.open("rb") as file:
        return file.read(_PREAMBLE + 4)[_PREAMBLE:] == b"DICM"


def slice_headers(path: Path) -> list[SliceHeader]:
    """Return the headers of the slices of a DICOM file, without decoding its pixels.

    Returns
    -------
    list of SliceHeader
        One; of a multi-frame image that places its frames, one for each.

    Raises
    ------
    ScanError
        If it is no DICOM file, is cut short, or names no series.
    """
    with scan_boundary(path, "its header cannot be understood"):
        found = elements(path)
        values = found.values
        uid = _first(values, "SeriesInstanceUID")
        if uid is None:
            raise ScanError(path, "names no series: it is no image, or it is cut short")
        if not re.fullmatch(r"[0-9.]{1,64}", uid):
            raise ScanError(path, "its series UID is none: digits and dots are expected")
        frames = int(_number(values, "NumberOfFrames") or 1)
        placed = "PerFrameFunctionalGroupsSequence" in values
        if not placed or _first(values, "SOPClassUID") in _SEGMENTATIONS:
            return [_slice_header(path, found, values, 0, frames, placed=False)]
        return [
            _slice_header(path, found, {**values, **frame}, index, frames, placed=True)
            for index, frame in enumerate(frame_values(path, frames))
        ]


def _slice_header(
    path: Path, found: Elements, values: _Values, frame: int, frames: int, *, placed: bool
) -> SliceHeader:
    """Return the header of one slice."""
    instance = _number(values, "InstanceNumber")
    stored = _stored(path, found, values, frame, frames)
    return SliceHeader(
        path=path,
        series_uid=values["SeriesInstanceUID"][0],
        sop_uid=_first(values, "SOPInstanceUID"),
        instance_number=None if instance is None or placed else int(instance),
        modality=known_modality(_first(values, "Modality")),
        image_type=tuple(word.upper() for word in values.get("ImageType", ())),
        segmentation=_first(values, "SOPClassUID") in _SEGMENTATIONS,
        frames=1 if placed else frames,
        colour=_is_colour(values),
        lookup_table="ModalityLUTSequence" in values,
        rows=stored.rows,
        columns=stored.columns,
        pixel_spacing_mm=_numbers(values, "PixelSpacing"),
        orientation=_numbers(values, "ImageOrientationPatient"),
        position_mm=_numbers(values, "ImagePositionPatient"),
        thickness_mm=_number(values, "SliceThickness") or None,
        frame_of_reference=_first(values, "FrameOfReferenceUID"),
        date=_date(values, _DATES_OF_FRAMES if placed else _DATES),
        slope=stored.slope,
        intercept=stored.intercept,
        contrast=contrast_of(
            values.get("ContrastBolusAgent", ()), values.get("ContrastBolusRoute", ())
        ),
        lossy=_first(values, "LossyImageCompression") == "01",
        distinctions=tuple(_distinction(values.get(name, ())) for name in DISTINCTIONS),
        stored=stored,
    )


def _is_colour(values: _Values) -> bool:
    """Tell whether pixels are no grey values: several samples, or numbers of a palette."""
    meaning = _first(values, "PhotometricInterpretation") or "MONOCHROME2"
    return not meaning.startswith("MONOCHROME") or (_number(values, "SamplesPerPixel") or 1) != 1


def _stored(path: Path, found: Elements, values: _Values, frame: int, frames: int) -> StoredFrame:
    """Return where the pixels of a slice stand."""
    slope, intercept = _rescale(values)
    bits = int(_number(values, "BitsAllocated") or 0)
    return StoredFrame(
        path=path,
        file_bytes=found.file_bytes,
        changed_ns=found.changed_ns,
        syntax=found.syntax,
        element=found.pixels,
        frame=frame,
        frames=frames,
        rows=int(_number(values, "Rows") or 0),
        columns=int(_number(values, "Columns") or 0),
        bits=bits,
        bits_stored=int(_number(values, "BitsStored") or bits),
        signed=_number(values, "PixelRepresentation") == 1,
        slope=slope,
        intercept=intercept,
    )


def opened_dataset(path: Path, *, header_only: bool, tags: Sequence[str] = ()) -> Dataset:
    """Return the data set of a DICOM file; of its header alone no more than `tags`.

    A deflated file is inflated before, up to a limit.

    Raises
    ------
    ScanError
        If the file is too large. Other faults are the caller's to catch.
    """
    return dataset_of(path, tags if header_only else None)


def rescale(dataset: Dataset) -> tuple[float, float]:
    """Return slope and intercept of one slice; 1 and 0 where it states none."""
    names = ("RescaleSlope", "RescaleIntercept")
    return _rescale({name: texts_of(dataset, name) for name in names})


def values_of(dataset: Dataset, name: str) -> list[Any]:
    """Return the values of an element, empty where it has none."""
    value = dataset.get(name)
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, MutableSequence) else [value]


def _rescale(values: _Values) -> tuple[float, float]:
    """Return slope and intercept; 1 and 0 where none is stated."""
    slopes, intercepts = _numbers(values, "RescaleSlope"), _numbers(values, "RescaleIntercept")
    return (slopes[0] if slopes else 1.0), (intercepts[0] if intercepts else 0.0)


def _distinction(texts: Sequence[str]) -> str:
    """Return values as one text, the same for equal numbers however they are written."""
    try:
        return "\\".join(f"{float(text):.9g}" for text in texts)
    except ValueError:
        return "\\".join(texts)


def _first(values: _Values, name: str) -> str | None:
    """Return the first value of an element."""
    texts = values.get(name)
    return texts[0] or None if texts else None


def _numbers(values: _Values, name: str) -> tuple[float, ...]:
    """Return the values of an element as numbers."""
    return tuple(map(float, values.get(name, ())))


def _number(values: _Values, name: str) -> float | None:
    """Return the first value of an element as a finite number."""
    numbers = _numbers(values, name)
    return numbers[0] if numbers and math.isfinite(numbers[0]) else None


def _date(values: _Values, names: Sequence[str]) -> dt.date | None:
    """Return the first date that is stated: of acquisition, else of the series, of the study."""
    for name in names:
        match = re.match(
            r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{2}|$)", _first(values, name) or ""
        )
        if match:
            year, month, day = map(int, match.groups())
            return dt.date(year, month, day)
    return None
