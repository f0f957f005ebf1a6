"""How a DICOM file is damaged by somebody who knows DICOM."""

from __future__ import annotations

import io
import random
import struct
import warnings
from typing import Any, Final

import pydicom
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.sequence import Sequence
from pydicom.uid import UID, AllTransferSyntaxes

from tests.scans.fuzz.mutations import Mutation, bytes_changed, of_integer
from tests.scans.planted import SECRET

__all__ = ["DICOM"]

_NUMBER_TEXTS: Final = ("DS", "IS")
_LONG: Final = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "UC", "UN", "UR", "UT"})
_MOST_ITEMS: Final = 40
_NO_LENGTH: Final = 2**32 - 1
_OPEN_SQ: Final = b"SQ" + struct.pack("<HI", 0, _NO_LENGTH)
_ITEM: Final = struct.pack("<HHI", 0xFFFE, 0xE000, _NO_LENGTH)
_ITEM_END: Final = struct.pack("<HHI", 0xFFFE, 0xE00D, 0)
_SEQUENCE_END: Final = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
_CLASSES: Final = (
    "1.2.840.10008.5.1.4.1.1.2",
    "1.2.840.10008.5.1.4.1.1.2.1",
    "1.2.840.10008.5.1.4.1.1.4",
    "1.2.840.10008.5.1.4.1.1.4.1",
    "1.2.840.10008.5.1.4.1.1.66.4",
    "1.2.840.10008.5.1.4.1.1.66.7",
    "1.2.840.10008.5.1.4.1.1.128",
)
_TEXTS: Final = ("", " ", SECRET, f"{SECRET}\\{SECRET}", "\x00", "\\", "..", "9" * 64, "\x1b[31m")
_NUMBERS: Final = (
    *("0", "-1", "1e308", "1e-308", "nan", "inf", "-inf", "1e999", "0.0000001", "2147483648"),
    *("0.7\\0.9", "1\\0\\0\\0\\1\\0", "1\\0\\0\\1\\0\\0", "0\\0\\0", "1\\2\\3\\4\\5\\6\\7", SECRET),
)
_VALUES: Final[dict[str, tuple[Any, ...]]] = {
    "BitsAllocated": (0, 1, 7, 8, 12, 16, 32, 64, 65_535),
    "BitsStored": (0, 1, 12, 16, 17, 65_535),
    "HighBit": (0, 15, 65_535),
    "PhotometricInterpretation": ("MONOCHROME1", "RGB", "PALETTE COLOR", "YBR_FULL_422", SECRET),
    "PixelRepresentation": (0, 1, 2, 65_535),
    "PlanarConfiguration": (0, 1, 65_535),
    "SOPClassUID": _CLASSES,
    "SamplesPerPixel": (0, 1, 3, 4, 65_535),
    "SegmentationType": ("BINARY", "FRACTIONAL", "LABELMAP", SECRET),
}
_KEYWORDS: Final = (
    *("AcquisitionDate", "AcquisitionNumber", "Columns", "ContentDate", "EchoTime"),
    *("FrameOfReferenceUID", "FrameIncrementPointer", "ImageOrientationPatient"),
    *("ImagePositionPatient", "ImageType", "InstanceNumber", "Modality", "ModalityLUTSequence"),
    *("NumberOfFrames", "PerFrameFunctionalGroupsSequence", "PixelSpacing", "RescaleIntercept"),
    *("RescaleSlope", "Rows", "SOPInstanceUID", "SegmentSequence", "SeriesDate"),
    *("SeriesInstanceUID", "SharedFunctionalGroupsSequence", "SliceThickness"),
    *("SpacingBetweenSlices", "SpecificCharacterSet", "StudyDate", "TemporalPositionIdentifier"),
    *_VALUES,
)


def length_set(data: bytes, chance: random.Random) -> bytes:
    """Set the length of an element to something else, such as 4 GB."""
    dataset = _read(data)
    elements = [dataset.get_item(tag) for tag in sorted(dataset.keys())]
    places = [(one.value_tell, str(one.VR)) for one in elements if hasattr(one, "value_tell")]
    if not places:
        return bytes_changed(data, chance)
    at, vr = chance.choice(places)
    explicit = not dataset.original_encoding[0]
    layout = "<H" if explicit and vr not in _LONG else "<I"
    start = at - struct.calcsize(layout)
    if not 0 < start < len(data) - 4:
        return bytes_changed(data, chance)
    number = of_integer(chance) % 256 ** struct.calcsize(layout)
    return data[:start] + struct.pack(layout, number) + data[at:]


def element_set(data: bytes, chance: random.Random) -> bytes:
    """Set some elements to what they cannot be, or leave them out."""
    if data.count(_ITEM) > _MOST_ITEMS:
        raise ValueError("pydicom does not come to an end when it writes what is nested deep")
    dataset = _read(data)
    for _ in range(chance.choice((1, 1, 2, 3))):
        holder = chance.choice(_holders(dataset))
        keyword = chance.choice(_KEYWORDS)
        if chance.random() < 0.2:
            holder.pop(keyword, None)
        else:
            _set(holder, keyword, chance)
    return _written(dataset)


def syntax_changed(data: bytes, chance: random.Random) -> bytes:
    """Say that the pixels are encoded in another way."""
    dataset = _read(data)
    dataset.file_meta.TransferSyntaxUID = UID(str(chance.choice(AllTransferSyntaxes)))
    dataset.file_meta.pop("FileMetaInformationGroupLength", None)
    meta, body = DicomBytesIO(), data[_body(data) :]
    pydicom.filewriter.write_file_meta_info(meta, dataset.file_meta, enforce_standard=False)
    return data[:132] + meta.getvalue() + body


def pixels_changed(data: bytes, chance: random.Random) -> bytes:
    """Damage the pixels alone."""
    dataset = _read(data)
    pixels = bytearray(dataset.PixelData)
    if chance.random() < 0.3:
        pixels = pixels[: chance.randrange(len(pixels))]
    for _ in range(chance.choice((1, 4, 64))):
        if pixels:
            at = chance.randrange(min(len(pixels), chance.choice((64, 256, len(pixels)))))
            pixels[at] = chance.randrange(256)
    at = data.rfind(bytes(dataset.PixelData))
    return data[:at] + bytes(pixels) + data[at + len(dataset.PixelData) :]


def nested(data: bytes, chance: random.Random) -> bytes:
    """Put sequences in sequences, deep, sometimes without an end."""
    sequence = struct.pack("<HH", 0x0040, 0x0275)  # Request Attributes Sequence
    sequence += struct.pack("<I", _NO_LENGTH) if _read(data).original_encoding[0] else _OPEN_SQ
    depth, at = chance.choice((3, 50, 300, 3000)), _body(data)
    ends = (_ITEM_END + _SEQUENCE_END) * chance.choice((depth, depth, 0))
    return data[:at] + (sequence + _ITEM) * depth + ends + data[at:]


def _holders(dataset: Dataset) -> list[Dataset]:
    """Return a data set and the items of its sequences."""
    items = [item for element in dataset if element.VR == "SQ" for item in element.value]
    inner = [
        item for one in items for element in one if element.VR == "SQ" for item in element.value
    ]
    return [dataset, *items, *inner] if items else [dataset]


def _set(holder: Dataset, keyword: str, chance: random.Random) -> None:
    """Set an element to what it cannot be, or to what it seldom is."""
    tag = tag_for_keyword(keyword)
    assert tag is not None
    vr = dictionary_VR(tag)
    if keyword in _VALUES:
        value = chance.choice(_VALUES[keyword])
    elif vr == "SQ":
        value = Sequence([Dataset() for _ in range(chance.choice((0, 1, 3)))])
    elif vr in {"US", "AT"}:
        value = of_integer(chance) % 2**16
    elif vr == "FD":
        value = chance.choice((0.0, float("nan"), float("inf"), 1e308, -1.0))
    else:
        value = chance.choice(_NUMBERS if vr in _NUMBER_TEXTS else _TEXTS)
    # pydicom would not write a number that is none: `_written` puts the right kind over this one.
    holder.add_new(tag, "LO" if vr in _NUMBER_TEXTS else vr, value)


def _read(data: bytes) -> Dataset:
    """Return the data set of a file."""
    return pydicom.dcmread(io.BytesIO(data), force=True)


def _body(data: bytes) -> int:
    """Return where the data set begins behind the file header."""
    buffer = io.BytesIO(data)
    buffer.seek(132)
    pydicom.filereader._read_file_meta_info(buffer)
    return buffer.tell()


def _written(dataset: Dataset) -> bytes:
    """Return a file."""
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    data = buffer.getvalue()
    for keyword in _KEYWORDS:
        tag = tag_for_keyword(keyword)
        assert tag is not None
        if (vr := dictionary_VR(tag)) in _NUMBER_TEXTS:
            head = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
            data = data.replace(head + b"LO", head + vr.encode())
    return data


def _or_else_bytes(change: Mutation) -> Mutation:
    """Return a change that falls back to single bytes where pydicom does not take the file."""

    def changed(data: bytes, chance: random.Random) -> bytes:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return change(data, chance)
        except Exception:  # noqa: BLE001  a file that is damaged already
            return bytes_changed(data, chance)

    return changed


DICOM: Final = tuple(
    _or_else_bytes(change)
    for change in (length_set, element_set, element_set, syntax_changed, pixels_changed, nested)
)
"""Changes of elements, lengths, encoding and pixels."""
