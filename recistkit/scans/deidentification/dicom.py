"""One DICOM slice as it goes into a study: its place and its grey values, and no patient.

A new file is made of what `kept_tags.toml` names (it says why a list of what
is kept and not of what is removed). The pixels are decoded and written plainly:
what may hide in comments of a compressed image, behind its end, in unused bits
or in overlays is not copied, because nothing is copied.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recistkit.errors import ScanError
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.deidentification.identity import SCAN_CLASSES
from recistkit.scans.deidentification.kept_tags import kept_elements
from recistkit.scans.deidentification.pseudonyms import Pseudonyms
from recistkit.scans.dicom.decoding import Decoders
from recistkit.scans.dicom.header import opened_dataset, rescale, slice_headers

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom import Dataset

__all__ = ["MAX_SLICE_BYTES", "CleanFile", "clean_slice"]

MAX_SLICE_BYTES: Final = 256 * 1024**2
"""What the pixels of one slice may take, checked before they are decoded."""

_FAILURE: Final = "its pixels cannot be decoded: damaged, cut short, or of an unknown encoding"
_EXPLICIT_LITTLE: Final = "1.2.840.10008.1.2.1"
_IMPLEMENTATION: Final = "2.25.161166371107263346866419424612862385741"
_METHOD: Final = "recistkit: list of kept elements, version 1"
_METHOD_CODES: Final = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
)
_EMPTY: Final = (
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
    "PatientBirthDate",
    "PatientSex",
    "StudyID",
    "Manufacturer",
    "SeriesNumber",
    "AcquisitionNumber",
    "InstanceNumber",
    "PositionReferenceIndicator",
)
"""Elements that a valid image has even where they say nothing (type 2)."""
_GREY: Final = frozenset({"MONOCHROME1", "MONOCHROME2"})
_PIXEL_NAMES: Final = ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit")


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanFile:
    """A file as it goes into a study.

    Attributes
    ----------
    data : bytes
        All of it.
    pixels_sha256 : str
        Of its stored grey values and their shape.
    """

    data: bytes
    pixels_sha256: str


def clean_slice(
    path: Path,
    subject: str,
    pseudonyms: Pseudonyms,
    decoders: Decoders,
    *,
    series_uid: str | None = None,
) -> CleanFile:
    """Return a DICOM slice as it goes into a study.

    Parameters
    ----------
    path : Path
        One slice, with or without compression.
    subject : str
        The study's own id; it becomes the patient's name and id.
    pseudonyms : Pseudonyms
        For the UIDs and for free texts.
    decoders : Decoders
        For pixels that are compressed.
    series_uid : str, optional
        Of the stack that it belongs to, where its series UID holds several:
        in a study each is a series of its own.

    Raises
    ------
    ScanError
        If its pixels cannot be decoded, or are no grey values. Only its
        ``reason`` is free of names: the file's own name may hold one.
    """
    with scan_boundary(path, _FAILURE):
        dataset = opened_dataset(path, header_only=False)
        _refuse_pixels(path, dataset)
        stored = _decoded(path, dataset, decoders)
        clean = _header(dataset, subject, pseudonyms)
        if series_uid is not None:
            clean.SeriesInstanceUID = pseudonyms.uid(series_uid)
        if rescale(clean) != rescale(dataset):
            raise ScanError(path, "states a rescale slope or intercept that cannot be")
        _put_pixels(clean, dataset, stored)
        return CleanFile(data=_written(clean), pixels_sha256=_pixel_hash(stored))


def _refuse_pixels(path: Path, dataset: Dataset) -> None:
    """Refuse, before anything is decoded, what are no grey values of one slice.

    Raises
    ------
    ScanError
        Saying what they are.
    """
    if str(dataset.get("SOPClassUID")) not in SCAN_CLASSES:
        raise ScanError(path, "is no CT, MR or PET slice")
    numbers = [dataset.get(name) for name in _PIXEL_NAMES]
    if not all(isinstance(number, int) and number >= 0 for number in numbers):
        raise ScanError(path, "does not say how its pixels are stored")
    rows, columns, allocated, stored, high = (int(number) for number in numbers)
    if dataset.get("PhotometricInterpretation") not in _GREY:
        raise ScanError(path, "does not hold grey values (photometric interpretation)")
    if rows * columns * allocated > 8 * MAX_SLICE_BYTES:
        raise ScanError(path, f"has a slice above {MAX_SLICE_BYTES // 1024**2} MiB")
    if high != stored - 1:
        raise ScanError(path, "stores its grey values in other than the lowest bits")


def _decoded(path: Path, dataset: Dataset, decoders: Decoders) -> NDArray[Any]:
    """Return the stored values of a slice, unused bits set right.

    Raises
    ------
    ScanError
        If they are not what the header says.
    """
    frame = slice_headers(path)[0].stored
    stored: NDArray[Any] = dataset.pixel_array if frame.native else decoders.values(frame)
    if stored.shape != (dataset.Rows, dataset.Columns) or stored.dtype.kind not in "iu":
        raise ScanError(path, "its pixels are not of the size that its header states")
    return stored


def _header(dataset: Dataset, subject: str, pseudonyms: Pseudonyms) -> Dataset:
    """Return a new header of what is kept, and of what says that the rest was not."""
    from pydicom.dataset import Dataset as Header
    from pydicom.sr.coding import Code

    clean = Header()
    clean.SpecificCharacterSet = "ISO_IR 192"
    clean.SOPClassUID = str(dataset.SOPClassUID)
    clean.PatientName = clean.PatientID = subject
    clean.LongitudinalTemporalInformationModified = "UNMODIFIED"
    for name in _EMPTY:
        setattr(clean, name, "")
    for name, values in kept_elements(dataset, pseudonyms).items():
        setattr(clean, name, values if len(values) > 1 else values[0])
    clean.PatientIdentityRemoved = "YES"
    clean.DeidentificationMethod = _METHOD
    clean.DeidentificationMethodCodeSequence = [
        _coded(Header(), Code(value, "DCM", meaning)) for value, meaning in _METHOD_CODES
    ]
    return clean


def _coded(item: Dataset, code: Any) -> Dataset:  # noqa: ANN401  a tuple of pydicom
    """Return an item of a code sequence (PS3.3, 8.8)."""
    item.CodeValue, item.CodingSchemeDesignator = code.value, code.scheme_designator
    item.CodeMeaning = code.meaning
    return item


def _put_pixels(clean: Dataset, dataset: Dataset, stored: NDArray[Any]) -> None:
    """Put the grey values into a new header, plainly: little endian, no compression."""
    import numpy as np

    clean.SamplesPerPixel = 1
    clean.PhotometricInterpretation = str(dataset.PhotometricInterpretation)
    clean.Rows, clean.Columns = stored.shape
    clean.BitsAllocated = 8 * stored.dtype.itemsize
    clean.BitsStored = int(dataset.BitsStored)
    clean.HighBit = clean.BitsStored - 1
    clean.PixelRepresentation = int(stored.dtype.kind == "i")
    data = stored.astype(stored.dtype.newbyteorder("<")).tobytes()
    clean.PixelData = data + b"\0" * (len(data) % 2)
    clean["PixelData"].VR = "OB" if stored.dtype.itemsize == 1 else "OW"
    padding = dataset.get("PixelPaddingValue")
    if (
        isinstance(padding, int)
        and np.iinfo(stored.dtype).min <= padding <= np.iinfo(stored.dtype).max
    ):
        clean.add_new("PixelPaddingValue", "SS" if stored.dtype.kind == "i" else "US", padding)


def _written(clean: Dataset) -> bytes:
    """Return the file, with a preamble of zeros and a file header of our own."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.uid import UID

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = clean.SOPClassUID
    meta.MediaStorageSOPInstanceUID = clean.SOPInstanceUID
    meta.TransferSyntaxUID = UID(_EXPLICIT_LITTLE)
    meta.ImplementationClassUID = UID(_IMPLEMENTATION)
    meta.ImplementationVersionName = "RECISTKIT"
    clean.file_meta, clean.preamble = meta, bytes(128)
    buffer = io.BytesIO()
    clean.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _pixel_hash(stored: NDArray[Any]) -> str:
    """Return the SHA-256 of grey values: the same for the same values, however they are encoded."""
    import numpy as np

    shape = ",".join(map(str, stored.shape))
    content = np.ascontiguousarray(stored, dtype="<i8").tobytes()
    return hashlib.sha256(shape.encode() + b";" + content).hexdigest()
