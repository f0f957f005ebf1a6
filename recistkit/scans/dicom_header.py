"""The header of one DICOM file: the few fields that place its slice, and no patient.

Fields: DICOM PS3.3, C.7.6.2 (image plane), C.7.6.3 (image pixel), C.11.1 (rescale).
"""

from __future__ import annotations

import datetime as dt
import math
import re
import zlib
from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recistkit.errors import ScanError
from recistkit.scans.boundary import scan_boundary

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = [
    "MAX_FILE_BYTES",
    "SliceHeader",
    "is_dicom",
    "opened_dataset",
    "rescale",
    "slice_header",
    "values_of",
]

MAX_FILE_BYTES: Final = 1024**3
"""A single file above this, also after inflating it, is refused."""

_TAGS: Final = (
    "AcquisitionDate",
    "Columns",
    "FrameOfReferenceUID",
    "ImageOrientationPatient",
    "ImagePositionPatient",
    "ImageType",
    "Modality",
    "ModalityLUTSequence",
    "NumberOfFrames",
    "PixelSpacing",
    "RescaleIntercept",
    "RescaleSlope",
    "Rows",
    "SOPClassUID",
    "SamplesPerPixel",
    "SeriesDate",
    "SeriesInstanceUID",
    "SliceThickness",
    "StudyDate",
)
_DICOM_SUFFIXES: Final = frozenset({".dcm", ".dicom", ".ima"})
_SEGMENTATION: Final = "1.2.840.10008.5.1.4.1.1.66.4"
_DEFLATED: Final = "1.2.840.10008.1.2.1.99"
_PREAMBLE: Final = 128
_GROUP_LENGTH_BYTES: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceHeader:
    """What one file says about its slice; empty tuples and None where it says nothing.

    `pixel_spacing_mm` is (between rows, between columns), the order of DICOM.
    """

    path: Path
    series_uid: str
    modality: str | None
    image_type: tuple[str, ...]
    segmentation: bool
    frames: int
    samples: int
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


def slice_header(path: Path) -> SliceHeader:
    """Return the header of a DICOM file, without decoding its pixels.

    Raises
    ------
    ScanError
        If it is no DICOM file, is cut short, or names no series.
    """
    with scan_boundary(path, "its header cannot be understood"):
        dataset = opened_dataset(path, header_only=True)
        uid = _text(dataset, "SeriesInstanceUID")
        if uid is None:
            raise ScanError(path, "names no series: it is no image, or it is cut short")
        if not re.fullmatch(r"[0-9.]{1,64}", uid):
            raise ScanError(path, "its series UID is none: digits and dots are expected")
        slope, intercept = rescale(dataset)
        return SliceHeader(
            path=path,
            series_uid=uid,
            modality=_code(dataset, "Modality"),
            image_type=tuple(str(word).upper() for word in values_of(dataset, "ImageType")),
            segmentation=_text(dataset, "SOPClassUID") == _SEGMENTATION,
            frames=int(_number(dataset, "NumberOfFrames") or 1),
            samples=int(_number(dataset, "SamplesPerPixel") or 1),
            lookup_table=bool(dataset.get("ModalityLUTSequence")),
            rows=int(_number(dataset, "Rows") or 0),
            columns=int(_number(dataset, "Columns") or 0),
            pixel_spacing_mm=_numbers(dataset, "PixelSpacing"),
            orientation=_numbers(dataset, "ImageOrientationPatient"),
            position_mm=_numbers(dataset, "ImagePositionPatient"),
            thickness_mm=_number(dataset, "SliceThickness") or None,
            frame_of_reference=_text(dataset, "FrameOfReferenceUID"),
            date=_date(dataset),
            slope=slope,
            intercept=intercept,
        )


def opened_dataset(path: Path, *, header_only: bool, tags: Sequence[str] = _TAGS) -> Dataset:
    """Return the data set of a DICOM file; of its header alone no more than `tags`.

    A deflated file is inflated here, up to `MAX_FILE_BYTES`: a few kB of it
    could otherwise fill the memory.

    Raises
    ------
    ScanError
        If the file is too large. Other faults are the caller's to catch.
    """
    import pydicom

    if path.stat().st_size > MAX_FILE_BYTES:
        raise ScanError(path, f"is larger than {MAX_FILE_BYTES // 1024**2} MiB")
    meta = pydicom.filereader.read_file_meta_info(path)
    if str(meta.get("TransferSyntaxUID", "")) == _DEFLATED:
        _refuse_bomb(path, meta)
    if header_only:
        return pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(tags))
    return pydicom.dcmread(path)


def rescale(dataset: Dataset) -> tuple[float, float]:
    """Return slope and intercept of one slice; 1 and 0 where it states none."""
    slopes, intercepts = _numbers(dataset, "RescaleSlope"), _numbers(dataset, "RescaleIntercept")
    return (slopes[0] if slopes else 1.0), (intercepts[0] if intercepts else 0.0)


def _refuse_bomb(path: Path, meta: Dataset) -> None:
    """Refuse a deflated file that holds more than a file may hold.

    Raises
    ------
    ScanError
        If it does.
    """
    start = _PREAMBLE + 4 + _GROUP_LENGTH_BYTES + int(meta["FileMetaInformationGroupLength"].value)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflater.decompress(path.read_bytes()[start:], MAX_FILE_BYTES)
    if inflater.unconsumed_tail:
        raise ScanError(path, f"is larger than {MAX_FILE_BYTES // 1024**2} MiB when inflated")


def values_of(dataset: Dataset, name: str) -> list[Any]:
    """Return the values of an element, empty where it has none."""
    value = dataset.get(name)
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, MutableSequence) else [value]


def _text(dataset: Dataset, name: str) -> str | None:
    """Return the first value of an element as text."""
    values = values_of(dataset, name)
    return str(values[0]).strip() or None if values else None


def _code(dataset: Dataset, name: str) -> str | None:
    """Return a code string, or None where it is not of the form that DICOM asks for."""
    text = _text(dataset, name)
    return text if text and re.fullmatch(r"[A-Z0-9_ ]{1,16}", text) else None


def _numbers(dataset: Dataset, name: str) -> tuple[float, ...]:
    """Return the values of an element as numbers."""
    return tuple(float(value) for value in values_of(dataset, name))


def _number(dataset: Dataset, name: str) -> float | None:
    """Return the first value of an element as a finite number."""
    values = _numbers(dataset, name)
    return values[0] if values and math.isfinite(values[0]) else None


def _date(dataset: Dataset) -> dt.date | None:
    """Return the date of acquisition, else of the series, else of the study."""
    for name in ("AcquisitionDate", "SeriesDate", "StudyDate"):
        text = _text(dataset, name)
        if text and re.fullmatch(r"[0-9]{8}", text):
            return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    return None
