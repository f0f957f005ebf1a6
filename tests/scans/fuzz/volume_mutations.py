"""How NIfTI, NRRD and MetaImage files are damaged by somebody who knows them."""

from __future__ import annotations

import random
import struct
from typing import Final

from tests.scans.fuzz.mutations import ANY_FILE, Mutation, gzip_changed, of_integer
from tests.scans.planted import SECRET

__all__ = ["NIFTI", "NRRD"]

_NIFTI_2: Final = 540
_FIELDS: Final = {
    # Place and layout in NIfTI-1 (348 bytes), place and layout in NIfTI-2 (540 bytes).
    "size of the header": ((0, "<i"), (0, "<i")),
    **{f"dim {n}": ((40 + 2 * n, "<h"), (16 + 8 * n, "<q")) for n in range(8)},
    "datatype": ((70, "<h"), (12, "<h")),
    "bitpix": ((72, "<h"), (14, "<h")),
    **{f"pixdim {n}": ((76 + 4 * n, "<f"), (104 + 8 * n, "<d")) for n in range(8)},
    "vox_offset": ((108, "<f"), (168, "<q")),
    "scl_slope": ((112, "<f"), (176, "<d")),
    "scl_inter": ((116, "<f"), (184, "<d")),
    "xyzt_units": ((123, "<b"), (500, "<i")),
    "qform_code": ((252, "<h"), (344, "<i")),
    "sform_code": ((254, "<h"), (348, "<i")),
    **{f"quatern {n}": ((256 + 4 * n, "<f"), (352 + 8 * n, "<d")) for n in range(6)},
    **{f"srow {n}": ((280 + 4 * n, "<f"), (400 + 8 * n, "<d")) for n in range(12)},
    "magic": ((344, "<i"), (4, "<i")),
    "extension": ((348, "<i"), (540, "<i")),
}
_FLOATS: Final = (0.0, -1.0, 1e-40, 1e38, float("nan"), float("inf"), 352.0, 1e9, 0.5)
_TYPES: Final = (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2304)
_LINES: Final = (
    *("dimension: 0", "dimension: 16", "dimension: 2", "dimension: 99999", "sizes: 8 6", "type: x"),
    *("sizes: 0 0 0", "sizes: -1 6 3", "sizes: 4294967295 4294967295 4294967295", "type: block"),
    *("sizes: 2000 2000 2000", "type: double", "encoding: gzip", "encoding: raw", "encoding: hex"),
    *("encoding: bzip2", "encoding: ascii", "data file: /etc/hostname", "data file: LIST 2"),
    *("data file: scan%d.raw 1 3 1 2", "line skip: -1", "line skip: 99999999", "byte skip: -1"),
    *("byte skip: 4294967295", "endian: big", "block size: 4294967295", f"content: {SECRET}"),
    *("space: scanner-xyz", "space: LPS", "space dimension: 3", 'space units: "cm" "cm" "cm"'),
    *("space origin: (nan,0,0)", "space directions: none none none", "space origin: (0,0)"),
    *("space directions: (0,0,0) (0,0,0) (0,0,0)", "space directions: (1e308,0,0) (0,1,0) (0,0,1)"),
    *("kinds: vector domain domain", "measurement frame: (1,0,0)", f"{SECRET}:={SECRET}"),
    *(
        "NDims = 2",
        "NDims = 99999",
        "DimSize = 0 0 0",
        "DimSize = -1 6 3",
        "DimSize = 2000 2000 2000",
    ),
    *("DimSize = 4294967295 4294967295 4294967295", "ElementType = MET_DOUBLE", "ElementType = X"),
    *(
        "ElementNumberOfChannels = 3",
        "ElementNumberOfChannels = 4294967295",
        "CompressedData = True",
    ),
    *("CompressedData = False", "CompressedDataSize = 4294967295", "BinaryDataByteOrderMSB = True"),
    *(
        "ElementDataFile = /etc/hostname",
        "ElementDataFile = LIST",
        "HeaderSize = -1",
        "Offset = nan 0 0",
    ),
    *("ElementSpacing = 0 0 0", "ElementSpacing = nan 1 1", "TransformMatrix = 0 0 0 0 0 0 0 0 0"),
)


def field_set(data: bytes, chance: random.Random) -> bytes:
    """Set a field of a NIfTI header."""
    first, second = _FIELDS[chance.choice(list(_FIELDS))]
    at, layout = second if data[:4] == struct.pack("<i", _NIFTI_2) else first
    if layout[1] in "fd":
        number = struct.pack(layout, chance.choice(_FLOATS))
    else:
        value = chance.choice(_TYPES) if chance.random() < 0.3 else of_integer(chance)
        limit = 256 ** struct.calcsize(layout)
        number = (value % limit).to_bytes(struct.calcsize(layout), "little")
    return data[:at] + number + data[at + len(number) :]


def line_set(data: bytes, chance: random.Random) -> bytes:
    """Set a line of an NRRD or MetaImage header, add one, or leave one out."""
    end = data.find(b"\n\n") if data.startswith(b"NRRD") else data.find(b"ElementDataFile")
    if end < 0:
        return chance.choice(ANY_FILE)(data, chance)
    lines = data[:end].split(b"\n")
    of_kind = [line for line in _LINES if (" = " in line) != data.startswith(b"NRRD")]
    at, new = chance.randrange(1, len(lines)), chance.choice(of_kind).encode()
    name = new.partition(b"=" if b" = " in new else b":")[0]
    same = [place for place, line in enumerate(lines) if line.startswith(name)]
    if same:
        lines[same[0]] = new
    elif chance.random() < 0.8:
        lines.insert(at, new)
    else:
        del lines[at]
    return b"\n".join(lines) + data[end:]


_OF_FIELDS: Final[tuple[Mutation, ...]] = (*ANY_FILE, field_set, field_set, field_set, field_set)
NIFTI: Final[tuple[Mutation, ...]] = (
    *(gzip_changed(_OF_FIELDS),) * 3,
    *_OF_FIELDS,
)
"""Fields of the header, what gzip says of itself, and any bytes."""
NRRD: Final[tuple[Mutation, ...]] = (*ANY_FILE, *(line_set,) * 7)
"""Lines of the header, and any bytes."""
