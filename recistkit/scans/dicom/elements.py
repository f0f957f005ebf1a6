"""The few elements of a DICOM file that we use, as text, and where its pixels stand.

Plain files are walked through; the others (no file header, big endian,
encodings that do not fit what they say) are read by pydicom, with the same
outcome.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import MutableSequence, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from recistkit.errors import ScanError
from recistkit.scans.dicom.walk import (
    NAMES,
    PIXEL_KINDS,
    PIXELS,
    PREAMBLE,
    SEQUENCES,
    UNDEFINED,
    NotPlainError,
    PixelElement,
    Values,
    syntax_of,
    walked,
)

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = [
    "DEFLATED",
    "MAX_FILE_BYTES",
    "Elements",
    "dataset_of",
    "elements",
    "inflated",
    "require_file_size",
    "texts_of",
]

MAX_FILE_BYTES: Final = 1024**3
"""A single file above this, also after inflating it, is refused."""

DEFLATED: Final = "1.2.840.10008.1.2.1.99"
_IMPLICIT: Final = "1.2.840.10008.1.2"
_BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
_FIRST_BYTES: Final = 16 * 1024
_MOST_HEADER_BYTES: Final = 1024**2
_SHORT_HEADER, _LONG_HEADER = 8, 12
_PLAIN_FILE: Final = (
    bytes(PREAMBLE) + b"DICM" + b"\x02\x00\x10\x00UI\x14\x00" + b"1.2.840.10008.1.2.1\0"
)
"""What a data set in explicit little endian needs before it to be a file."""


@dataclass(frozen=True, slots=True)
class Elements:
    """What a DICOM file says, as far as it is used.

    Parameters
    ----------
    values : mapping
        Keyword to its values as text; of a sequence one empty text if it has items.
    syntax : str
        Transfer syntax UID; empty if not stated.
    pixels : PixelElement or None
        None where there are none.
    file_bytes, changed_ns : int
        Length and time of last change of the file, by which it is known again.
    """

    values: Values
    syntax: str
    pixels: PixelElement | None
    file_bytes: int
    changed_ns: int


def elements(path: Path) -> Elements:
    """Return the elements of a DICOM file; its pixels are not touched.

    Raises
    ------
    ScanError
        If the file is too large, also when inflated. Other faults are the
        caller's to catch.
    """
    with path.open("rb", buffering=0) as file:
        about = os.fstat(file.fileno())
        require_file_size(path, about.st_size)
        first = file.read(_FIRST_BYTES)
        syntax, start = syntax_of(first)
        if syntax == DEFLATED:
            found = _found(io.BytesIO(inflated(path)), b"", len(_PLAIN_FILE), implicit=False)
        elif start and syntax != _BIG_ENDIAN:
            found = _found(file, first, start, implicit=syntax == _IMPLICIT)
        else:
            found = _by_pydicom(file)
    return Elements(found[0], syntax, found[1], about.st_size, about.st_mtime_ns)


def require_file_size(path: Path, file_bytes: int) -> None:
    """Refuse a file that is larger than any slice, or volume, has reason to be.

    Raises
    ------
    ScanError
    """
    if file_bytes > MAX_FILE_BYTES:
        raise ScanError(path, f"is larger than {MAX_FILE_BYTES // 1024**2} MiB")


def inflated(path: Path) -> bytes:
    """Return a deflated file as it would be without deflating; its file header says no more.

    A few kB of it could otherwise fill the memory.

    Raises
    ------
    ScanError
        If it holds more than a file may hold.
    """
    require_file_size(path, path.stat().st_size)
    data = path.read_bytes()
    _, start = syntax_of(data)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    content = inflater.decompress(data[start:], MAX_FILE_BYTES)
    if inflater.unconsumed_tail:
        raise ScanError(path, f"is larger than {MAX_FILE_BYTES // 1024**2} MiB when inflated")
    return _PLAIN_FILE + content


def _found(
    file: io.FileIO | io.BytesIO, data: bytes, start: int, *, implicit: bool
) -> tuple[Values, PixelElement | None]:
    """Return what a file says; more of it is read where its first bytes do not suffice."""
    while True:
        try:
            return walked(data, start, implicit=implicit)
        except (NotPlainError, struct.error) as error:
            is_short = isinstance(error, struct.error) and len(data) < _MOST_HEADER_BYTES
            more = file.read(max(len(data), _FIRST_BYTES)) if is_short else b""
            if not more:
                return _by_pydicom(file)
            data += more


class _BoundedReader(io.BufferedReader):
    """A file of which no more is asked for than it has: memory is taken for what is asked for."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes, as many as there are."""
        left = os.fstat(self.fileno()).st_size - self.tell()
        return super().read(left if size is None or size < 0 else max(0, min(size, left)))


def dataset_of(path: Path, names: Sequence[str] | None = None) -> Dataset:
    """Return a file as pydicom has it.

    Parameters
    ----------
    path : Path
        A DICOM file; a deflated one is inflated, up to a limit.
    names : sequence of str, optional
        The only elements that are wanted, none of them after the pixels; all
        elements, with the pixels, if not given.

    Raises
    ------
    ScanError
        If the file is too large, also when inflated. Other faults are the
        caller's to catch.
    """
    import pydicom

    with path.open("rb", buffering=0) as file:
        require_file_size(path, os.fstat(file.fileno()).st_size)
        deflated = syntax_of(file.read(_FIRST_BYTES))[0] == DEFLATED
        file.seek(0)
        with io.BytesIO(inflated(path)) if deflated else _BoundedReader(file) as reader:
            if names is None:
                return pydicom.dcmread(reader)
            return pydicom.dcmread(reader, stop_before_pixels=True, specific_tags=list(names))


def _by_pydicom(file: io.FileIO | io.BytesIO) -> tuple[Values, PixelElement | None]:
    """Return what a file says, in the reading of pydicom."""
    import pydicom

    file.seek(0)
    reader = file if isinstance(file, io.BytesIO) else _BoundedReader(file)
    try:
        names = list(NAMES.values())
        dataset = pydicom.dcmread(reader, stop_before_pixels=True, specific_tags=names)
        values = {name: texts for name in names if (texts := texts_of(dataset, name))}
        return values, _pixels_at(reader, dataset)
    finally:
        if isinstance(reader, _BoundedReader):
            reader.detach()


def texts_of(dataset: Dataset, name: str) -> tuple[str, ...]:
    """Return the values of an element as text; none where there is none."""
    value: Any = dataset.get(name)
    if name in SEQUENCES.values():
        return ("",) if value else ()
    if value is None or value == "":
        return ()
    several = value if isinstance(value, MutableSequence) else [value]
    return tuple(str(one).strip("\0 ") for one in several)


def _pixels_at(file: BinaryIO, dataset: Dataset) -> PixelElement | None:
    """Return where the pixels stand; the file is where pydicom stopped before them."""
    implicit, little = dataset.original_encoding
    header, at = file.read(_LONG_HEADER), file.tell()
    order = "<" if little else ">"
    # A length is even; these letters, taken for one, are not: pydicom looks at each element, too.
    implicit = implicit and header[4:6] not in PIXEL_KINDS
    if len(header) < (_SHORT_HEADER if implicit else _LONG_HEADER):
        return None
    group, number = struct.unpack_from(f"{order}HH", header)
    kind = PIXELS.get(group << 16 | number)
    if kind is None:
        return None
    (length,) = struct.unpack_from(f"{order}I", header, 4 if implicit else 8)
    start = at - len(header) + (_SHORT_HEADER if implicit else _LONG_HEADER)
    return PixelElement(start, None if length == UNDEFINED else length, kind)
