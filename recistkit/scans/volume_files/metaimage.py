"""MetaImage files (.mha) as series and voxels: three axes in mm in the patient, in one file.

Format: itk.org/Wiki/ITK/MetaIO/Documentation. Nine numbers of
`TransformMatrix` are the directions of columns, rows and slices, one after the
other; places are LPS in mm, as ITK has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from recistkit.errors import ScanError
from recistkit.model.series import Series
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.volume_files.header import numbers_of, placed_series

if TYPE_CHECKING:
    import SimpleITK

    from recistkit.scans.volume_files.slices import StoredVolume
    from recistkit.scans.voxels import Room

__all__ = ["is_metaimage", "metaimage_image", "metaimage_series"]

_FAILURE: Final = "cannot be understood as MetaImage: damaged, or cut short"
_HEADER_BYTES: Final = 2**16
_AXES: Final = 3
_PLACE: Final = (
    ("TransformMatrix", "Rotation", "Orientation"),
    ("Offset", "Position", "Origin"),
    ("ElementSpacing",),
)
_TYPES: Final[Mapping[str, str]] = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}


def is_metaimage(path: Path) -> bool:
    """Tell whether a file calls itself MetaImage."""
    return path.suffix.lower() == ".mha"


def metaimage_series(path: Path) -> Series:
    """Return what the header of a MetaImage file, and the JSON file beside it, say.

    Raises
    ------
    ScanError
        If it is no single volume, or does not say where it lies.
    """
    with scan_boundary(path, _FAILURE):
        fields, _ = _fields(path)
        size = numbers_of(fields.get("DimSize", ""))
        if fields.get("NDims") != str(_AXES) or len(size) != _AXES:
            raise ScanError(path, "does not hold one volume of three axes")
        found = [next((name for name in names if name in fields), None) for names in _PLACE]
        matrix, origin, spacing = (numbers_of(fields.get(name or "", "")) for name in found)
        if (len(matrix), len(origin), len(spacing)) != (_AXES * _AXES, _AXES, _AXES):
            wanted = "TransformMatrix, Offset, ElementSpacing"
            raise ScanError(path, f"does not say where it lies in the patient ({wanted})")
        axes = [matrix[first : first + _AXES] for first in (0, 3, 6)]
        steps = [[step * x for x in axis] for step, axis in zip(spacing, axes, strict=True)]
        return placed_series(path, size, steps, origin)


def metaimage_image(path: Path, series: Series, require_room: Room) -> SimpleITK.Image:
    """Return the image of a MetaImage file, int16 or float32.

    Raises
    ------
    ScanError
        If it cannot be decoded, is cut short, or too large.
    """
    from recistkit.scans.volume_files.slices import volume_image

    with scan_boundary(path, _FAILURE):
        return volume_image(_stored(path), series, require_room)


def _fields(path: Path) -> tuple[dict[str, str], int]:
    """Return the fields of a header, and where the voxels begin.

    Raises
    ------
    ScanError
        If it has no end, or names other files.
    """
    fields: dict[str, str] = {}
    with path.open("rb") as file:
        data = file.read(_HEADER_BYTES)
    begin = 0
    while "ElementDataFile" not in fields:
        end = data.find(b"\n", begin)
        name, equals, value = data[begin:end].decode("ascii", errors="replace").partition("=")
        if end < 0 or not equals:
            raise ScanError(path, "is no MetaImage file")
        fields[name.strip()] = value.strip()
        begin = end + 1
    if fields["ElementDataFile"] != "LOCAL":
        raise ScanError(path, "keeps its voxels in another file; expected one file")
    return fields, begin


def _stored(path: Path) -> StoredVolume:
    """Return how the voxels are stored.

    Raises
    ------
    ScanError
        If in a way that cannot be loaded.
    """
    import numpy as np

    from recistkit.scans.volume_files.slices import StoredVolume

    fields, begin = _fields(path)
    kind = _TYPES.get(fields.get("ElementType", ""))
    if (
        kind is None
        or not _yes(fields, "BinaryData")
        or fields.get("ElementNumberOfChannels", "1") != "1"
        or fields.get("HeaderSize", "0") != "0"
    ):
        raise ScanError(path, "stores its voxels in a way that cannot be loaded (ElementType)")
    big = _yes(fields, "BinaryDataByteOrderMSB") or _yes(fields, "ElementByteOrderMSB")
    return StoredVolume(
        path=path,
        begin=begin,
        dtype=np.dtype((">" if big else "<") + kind),
        packing="zlib" if _yes(fields, "CompressedData") else "raw",
    )


def _yes(fields: Mapping[str, str], name: str) -> bool:
    """Tell whether a field says yes."""
    return fields.get(name, "").upper() in {"TRUE", "1"}
