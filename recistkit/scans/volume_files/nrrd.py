"""NRRD files as series and voxels: three axes in mm in the patient, in one file.

Format: NRRD 5 (teem.sourceforge.net/nrrd/format.html). Its space directions
are of the axes from the fastest: columns, rows, slices.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from recistkit.errors import ScanError
from recistkit.model.series import Series, Vector
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.volume_files.header import numbers_of, placed_series

if TYPE_CHECKING:
    import SimpleITK

    from recistkit.scans.volume_files.slices import StoredVolume
    from recistkit.scans.voxels import Room

__all__ = ["is_nrrd", "nrrd_image", "nrrd_series", "require_whole_nrrd"]

_FAILURE: Final = "cannot be understood as NRRD: damaged, or cut short"
_HEADER_BYTES: Final = 2**16
_AXES: Final = 3
_SIGNS: Final[Mapping[str, Vector]] = {
    "left-posterior-superior": (1.0, 1.0, 1.0),
    "right-anterior-superior": (-1.0, -1.0, 1.0),
    "left-anterior-superior": (1.0, -1.0, 1.0),
    "lps": (1.0, 1.0, 1.0),
    "ras": (-1.0, -1.0, 1.0),
    "las": (1.0, -1.0, 1.0),
}
"""Spaces of a patient, and what turns them into LPS."""
_TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("signed char", "int8", "int8_t"), "i1"),
    **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "u1"),
    **dict.fromkeys(("short", "short int", "signed short", "int16", "int16_t"), "i2"),
    **dict.fromkeys(("ushort", "unsigned short", "uint16", "uint16_t"), "u2"),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "i4"),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "u4"),
    **dict.fromkeys(("longlong", "long long", "int64", "int64_t"), "i8"),
    **dict.fromkeys(("ulonglong", "unsigned long long", "uint64", "uint64_t"), "u8"),
    "float": "f4",
    "double": "f8",
}
_PACKINGS: Final = {"raw": "raw", "gzip": "gzip", "gz": "gzip"}
_ORDERS: Final = {"little": "<", "big": ">"}


def is_nrrd(path: Path) -> bool:
    """Tell whether a file calls itself NRRD."""
    return path.suffix.lower() == ".nrrd"


def nrrd_series(path: Path) -> Series:
    """Return what the header of an NRRD file, and the JSON file beside it, say.

    Raises
    ------
    ScanError
        If it is no single volume, or does not say where it lies in the patient.
    """
    with scan_boundary(path, _FAILURE):
        fields = require_whole_nrrd(path)
        sizes = numbers_of(fields.get("sizes", ""))
        if fields.get("dimension") != str(_AXES) or len(sizes) != _AXES:
            raise ScanError(path, "does not hold one volume of three axes")
        directions = re.findall(r"\(([^()]*)\)", fields.get("space directions", ""))
        origin = numbers_of(fields.get("space origin", "").strip("()"))
        steps = [numbers_of(text) for text in directions]
        if [len(step) for step in steps] != [_AXES] * _AXES or len(origin) != _AXES:
            raise ScanError(path, "does not say where it lies in the patient (space origin)")
        signs = _SIGNS[fields["space"]]
        turned = [[s * x for s, x in zip(signs, one, strict=True)] for one in (*steps, origin)]
        return placed_series(path, sizes, turned[:_AXES], turned[_AXES])


def nrrd_image(path: Path, series: Series, require_room: Room) -> SimpleITK.Image:
    """Return the image of an NRRD file, int16 or float32.

    Raises
    ------
    ScanError
        If it cannot be decoded, is cut short, or too large.
    """
    from recistkit.scans.volume_files.slices import volume_image

    with scan_boundary(path, _FAILURE):
        return volume_image(_stored(path), series, require_room)


def require_whole_nrrd(path: Path) -> dict[str, str]:
    """Return the fields of a header; refuse one that is not in mm in the patient, in one file.

    SimpleITK takes any for such, and would open files that another one names.

    Raises
    ------
    ScanError
    """
    fields, _ = _fields(path)
    if {"data file", "datafile"} & set(fields):
        raise ScanError(path, "keeps its voxels in another file (data file); expected one file")
    if fields.get("space") not in _SIGNS:
        raise ScanError(path, "does not say where it lies in the patient (no space)")
    units = set(fields.get("space units", "").replace('"', " ").split())
    if units - {"mm"}:
        raise ScanError(path, "is not in mm (space units)")
    if "none" in fields.get("space directions", "none"):
        raise ScanError(path, "does not say how far apart its voxels are (space directions)")
    return fields


def _fields(path: Path) -> tuple[dict[str, str], int]:
    """Return the fields of a header in lower case, and where the voxels begin."""
    with path.open("rb") as file:
        data = file.read(_HEADER_BYTES)
    end = re.search(rb"\r?\n\r?\n", data)
    header = data[: end.start()] if end else data
    lines = header.replace(b"\r", b"").decode("ascii", errors="replace").splitlines()
    fields = {
        name.strip().lower(): value.strip().lower()
        for name, colon, value in (line.partition(":") for line in lines)
        if colon and not value.startswith("=")
    }
    return fields, end.end() if end else len(data)


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
    kind, packing = _TYPES.get(fields.get("type", "")), _PACKINGS.get(fields.get("encoding", ""))
    order = _ORDERS.get(fields.get("endian", "little"))
    skips = {"line skip", "lineskip", "byte skip", "byteskip"} & set(fields)
    if kind is None or packing is None or order is None or skips:
        raise ScanError(path, "stores its voxels in a way that cannot be loaded (type, encoding)")
    packed: Any = packing
    return StoredVolume(path=path, begin=begin, dtype=np.dtype(order + kind), packing=packed)
