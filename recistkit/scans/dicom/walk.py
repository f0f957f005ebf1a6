"""A walk through the elements of a plain DICOM file, up to its pixels.

Pydicom reads any file; this reads most, in a tenth of the time, which is what
the headers of a series of hundreds of files take. Structure: DICOM PS3.5, 7.1;
PS3.10, 7.1.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = [
    "NAMES",
    "PIXELS",
    "PIXEL_KINDS",
    "PREAMBLE",
    "SEQUENCES",
    "UNDEFINED",
    "NotPlainError",
    "PixelElement",
    "Values",
    "syntax_of",
    "walked",
]

_TEXTS: Final = {
    0x00080008: "ImageType",
    0x00080016: "SOPClassUID",
    0x00080018: "SOPInstanceUID",
    0x00080020: "StudyDate",
    0x00080021: "SeriesDate",
    0x00080022: "AcquisitionDate",
    0x0008002A: "AcquisitionDateTime",
    0x00080060: "Modality",
    0x00180010: "ContrastBolusAgent",
    0x00180050: "SliceThickness",
    0x00180081: "EchoTime",
    0x00180082: "InversionTime",
    0x00181040: "ContrastBolusRoute",
    0x00181060: "TriggerTime",
    0x0020000E: "SeriesInstanceUID",
    0x00200012: "AcquisitionNumber",
    0x00200013: "InstanceNumber",
    0x00200032: "ImagePositionPatient",
    0x00200037: "ImageOrientationPatient",
    0x00200052: "FrameOfReferenceUID",
    0x00200100: "TemporalPositionIdentifier",
    0x00280004: "PhotometricInterpretation",
    0x00280008: "NumberOfFrames",
    0x00280030: "PixelSpacing",
    0x00281052: "RescaleIntercept",
    0x00281053: "RescaleSlope",
    0x00282110: "LossyImageCompression",
}
_WHOLE: Final = {
    0x00280002: "SamplesPerPixel",
    0x00280010: "Rows",
    0x00280011: "Columns",
    0x00280100: "BitsAllocated",
    0x00280101: "BitsStored",
    0x00280103: "PixelRepresentation",
}
_DOUBLES: Final = {0x00189087: "DiffusionBValue"}
SEQUENCES: Final = {
    0x00283000: "ModalityLUTSequence",
    0x52009230: "PerFrameFunctionalGroupsSequence",
}
NAMES: Final = {**_TEXTS, **_WHOLE, **_DOUBLES, **SEQUENCES}
_NUMBERS: Final = {**dict.fromkeys(_WHOLE, (b"US", "H")), **dict.fromkeys(_DOUBLES, (b"FD", "d"))}
_TEXT_KINDS: Final = frozenset({b"CS", b"DA", b"DS", b"DT", b"IS", b"LO", b"UI"})

PIXELS: Final = {0x7FE00008: "float", 0x7FE00009: "double", 0x7FE00010: "whole"}
PIXEL_KINDS: Final = frozenset({b"OB", b"OD", b"OF", b"OW", b"UN"})
"""Kinds (VR) that pixels may have."""
_LONG: Final = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
_SHORT: Final = frozenset(
    {
        *(b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO"),
        *(b"LT", b"PN", b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US"),
    }
)
_TAG: Final = struct.Struct("<HH")
_TAG_AND_KIND: Final = struct.Struct("<HH2sH")
_LENGTH: Final = struct.Struct("<I")
_SHORT_HEADER, _LONG_HEADER = 8, 12
UNDEFINED: Final = 0xFFFFFFFF
PREAMBLE: Final = 128
_DEEPEST: Final = 16
_SYNTAX: Final = 0x00020010
_META_GROUP, _ITEM_GROUP = 0x0002, 0xFFFE
_ITEM, _END_OF_ITEM, _END_OF_ITEMS = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD


class NotPlainError(Exception):
    """The file needs more than a walk: pydicom is asked."""


@dataclass(frozen=True, slots=True)
class PixelElement:
    """Where the pixels stand.

    Parameters
    ----------
    offset : int
        Of the first byte of the value in the file, or in what it holds once inflated.
    length : int or None
        In bytes as stated; None where it is not stated, as for encapsulated frames.
    kind : str
        ``"whole"`` numbers, ``"float"`` (32 bits) or ``"double"``.
    """

    offset: int
    length: int | None
    kind: str


Values = Mapping[str, tuple[str, ...]]
"""Keyword to values as text; of a sequence one empty text if it has items."""


def syntax_of(data: bytes) -> tuple[str, int]:
    """Return the transfer syntax and where the data set begins; "" and 0 if that is not plain."""
    if data[PREAMBLE : PREAMBLE + 4] != b"DICM":
        return "", 0
    syntax, at = "", PREAMBLE + 4
    try:
        while _TAG.unpack_from(data, at)[0] == _META_GROUP:
            tag, _, length, value_at = _element(data, at, implicit=False)
            at = value_at + length
            if tag == _SYNTAX:
                (syntax,) = _text(data[value_at:at])
    except (NotPlainError, ValueError, struct.error):
        return "", 0
    return (syntax, at) if syntax else ("", 0)


def walked(data: bytes, at: int, *, implicit: bool) -> tuple[Values, PixelElement | None]:
    """Return what a data set says, up to its pixels.

    Raises
    ------
    NotPlainError
        If pydicom is to read it.
    struct.error
        If the bytes end before the pixels do begin.
    """
    values: dict[str, tuple[str, ...]] = {}
    before = 0
    unpack, short = _TAG_AND_KIND.unpack_from, frozenset() if implicit else _SHORT
    while True:
        group, number, kind, length = unpack(data, at)
        if kind in short:  # most are, and a call for each would double the time
            tag, value_at = group << 16 | number, at + _SHORT_HEADER
        else:
            tag, kind, length, value_at = _element(data, at, implicit=implicit)
        if tag <= before:
            raise NotPlainError
        before = tag
        if tag in PIXELS:
            if implicit and data[at + 4 : at + 6] in PIXEL_KINDS:
                raise NotPlainError
            stated = None if length == UNDEFINED else length
            return values, PixelElement(value_at, stated, PIXELS[tag])
        if length == UNDEFINED:
            at = _after_items(data, value_at, implicit=implicit)
        else:
            at = value_at + length
        if tag in NAMES:
            if at > len(data):
                raise struct.error
            values[NAMES[tag]] = _value(tag, kind, data[value_at:at])


def _element(data: bytes, at: int, *, implicit: bool) -> tuple[int, bytes, int, int]:
    """Return tag, kind (VR; empty if not stated), length and place of the value of an element.

    Raises
    ------
    NotPlainError
        If it is none of explicit or implicit little endian.
    struct.error
        If the bytes end within.
    """
    group, number, kind, length = _TAG_AND_KIND.unpack_from(data, at)
    tag = group << 16 | number
    if implicit or group == _ITEM_GROUP:
        return tag, b"", _LENGTH.unpack_from(data, at + 4)[0], at + _SHORT_HEADER
    if kind in _SHORT:
        return tag, kind, length, at + _SHORT_HEADER
    if kind not in _LONG:
        raise NotPlainError
    return tag, kind, _LENGTH.unpack_from(data, at + 8)[0], at + _LONG_HEADER


def _after_items(data: bytes, at: int, *, implicit: bool, depth: int = 0) -> int:
    """Return where a sequence of undefined length ends.

    Raises
    ------
    NotPlainError, struct.error
        As for `_element`.
    """
    if depth > _DEEPEST:
        raise NotPlainError
    while True:
        tag, _, length, at = _element(data, at, implicit=implicit)
        if tag == _END_OF_ITEMS:
            return at
        if tag != _ITEM:
            raise NotPlainError
        if length != UNDEFINED:
            at += length
            continue
        while tag != _END_OF_ITEM:
            tag, _, length, at = _element(data, at, implicit=implicit)
            if length == UNDEFINED:
                at = _after_items(data, at, implicit=implicit, depth=depth + 1)
            else:
                at += length


def _value(tag: int, kind: bytes, value: bytes) -> tuple[str, ...]:
    """Return the values of an element as text.

    Raises
    ------
    NotPlainError
        If it is of another kind than it has to be.
    """
    if tag in SEQUENCES:
        return ("",) if value else ()
    if tag not in _NUMBERS:
        if kind not in _TEXT_KINDS and kind:
            raise NotPlainError
        return _text(value)
    stated, code = _NUMBERS[tag]
    if kind not in {stated, b""} or len(value) % struct.calcsize(code):
        raise NotPlainError
    count = len(value) // struct.calcsize(code)
    return tuple(map(str, struct.unpack(f"<{count}{code}", value)))


def _text(value: bytes) -> tuple[str, ...]:
    """Return the values of a text, without the blanks about them."""
    text = value.decode("latin-1").strip("\0 ")
    if "\\" in text:
        return tuple(part.strip("\0 ") for part in text.split("\\"))
    return (text,) if text else ()
