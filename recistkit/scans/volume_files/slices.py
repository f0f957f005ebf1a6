"""The slices of a volume file one by one, raw or inflated as they are asked for.

Nothing is taken on trust: what is inflated is asked for in pieces of known
length, so that a few kB that claim to be 4 GB take no memory, and a stream
that ends before, or goes on after, what the header states is refused.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from recistkit.errors import ScanError

if TYPE_CHECKING:
    import SimpleITK
    from numpy.typing import NDArray

    from recistkit.model.series import Series
    from recistkit.scans.voxels import Room

__all__ = ["StoredVolume", "volume_image"]

Packing = Literal["raw", "gzip", "zlib"]

_WINDOW_BITS: Final = {"gzip": zlib.MAX_WBITS + 16, "zlib": zlib.MAX_WBITS}
_PIECE: Final = 256 * 1024
_MOST_RATIO: Final = 1032
"""Deflate cannot pack better than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVolume:
    """How the voxels of a file are stored: column by column, then row by row, then slice by slice.

    Parameters
    ----------
    path : Path
        The file.
    begin : int
        Where in the file the voxels, or what is packed, begin.
    skipped : int
        Bytes before the voxels in what is packed.
    dtype : numpy.dtype
        Of the stored values, with their byte order.
    packing : str
        How the bytes are packed.
    slope, intercept : float
        Stored value to grey value.
    """

    path: Path
    begin: int
    dtype: np.dtype[Any]
    packing: Packing = "raw"
    skipped: int = 0
    slope: float = 1.0
    intercept: float = 0.0


def volume_image(stored: StoredVolume, series: Series, require_room: Room) -> SimpleITK.Image:
    """Return the image of a volume file, int16 or float32.

    Parameters
    ----------
    stored : StoredVolume
    series : Series
        Its grid.
    require_room : callable
        Refuses what takes too much memory.

    Raises
    ------
    ScanError
        If the file holds less than its header states, or, packed, more.
    """
    from recistkit.scans.voxels import Volume

    if stored.dtype.kind not in "iuf":
        raise ScanError(stored.path, "holds colours or complex numbers, not grey values")
    whole = stored.dtype.kind in "iu" and all(
        float(number).is_integer() for number in (stored.slope, stored.intercept)
    )
    volume = Volume(series, whole=whole, require_room=require_room)
    try:
        for index, values in enumerate(_slices(stored, series.size)):
            volume.put(index, values, stored.slope, stored.intercept)
    except (zlib.error, EOFError):
        raise ScanError(stored.path, "cannot be unpacked: damaged, or cut short") from None
    return volume.image()


def _slices(stored: StoredVolume, size: tuple[int, int, int]) -> Iterator[NDArray[Any]]:
    """Yield the stored values of each slice, shape (rows, columns), all in the same memory.

    Raises
    ------
    ScanError
        If there are too few, or too many.
    """
    columns, rows, slices = size
    slice_bytes = columns * rows * stored.dtype.itemsize
    _require_enough(stored, slices * slice_bytes)
    with stored.path.open("rb", buffering=0) as file:
        file.seek(stored.begin)
        source = file if stored.packing == "raw" else _Inflating(file, stored.packing)
        for begin in range(0, stored.skipped, _PIECE):
            _fill(stored.path, source, bytearray(min(_PIECE, stored.skipped - begin)))
        memory = bytearray(slice_bytes)
        values = np.frombuffer(memory, stored.dtype).reshape(rows, columns)
        for _ in range(slices):
            _fill(stored.path, source, memory)
            yield values
        _refuse_more(stored.path, source, columns * stored.dtype.itemsize)


def _require_enough(stored: StoredVolume, voxel_bytes: int) -> None:
    """Refuse a file that is too short for its voxels, before anything is read.

    Raises
    ------
    ScanError
    """
    there = stored.path.stat().st_size - stored.begin
    most = there if stored.packing == "raw" else there * _MOST_RATIO
    if stored.skipped + voxel_bytes > most:
        raise ScanError(stored.path, "is cut short in its voxels")


def _fill(path: Path, source: io.FileIO | _Inflating, memory: bytearray) -> None:
    """Fill memory.

    Raises
    ------
    ScanError
        If there is not enough.
    """
    done = 0
    while done < len(memory):
        count = source.readinto(memoryview(memory)[done:])
        if not count:
            raise ScanError(path, "is cut short in its voxels")
        done += count


def _refuse_more(path: Path, source: io.FileIO | _Inflating, row_bytes: int) -> None:
    """Refuse a file that goes on for a row of voxels or more: its size may be stated wrong.

    What is packed is read to its end, where its checksum stands.

    Raises
    ------
    ScanError
    """
    more, left = 0, memoryview(bytearray(row_bytes))
    while more < row_bytes and (count := source.readinto(left[more:])):
        more += count
    if more >= row_bytes:
        raise ScanError(path, "holds more voxels than its header states")


class _Inflating:
    """Reads what is packed; never more of it than is asked for."""

    def __init__(self, file: io.FileIO, packing: str) -> None:
        self._file = file
        self._bits = _WINDOW_BITS[packing]
        self._members = packing == "gzip"
        self._inflater = zlib.decompressobj(self._bits)
        self._packed = b""

    def readinto(self, memory: memoryview) -> int:
        """Put the next bytes into memory, and return how many; none where all is read.

        Raises
        ------
        zlib.error
            If it is damaged.
        EOFError
            If it ends within.
        """
        while True:
            if self._inflater.eof and not self._begin_next():
                return 0
            data = self._inflater.decompress(self._packed, len(memory))
            self._packed = self._inflater.unconsumed_tail
            if data:
                memory[: len(data)] = data
                return len(data)
            if not self._inflater.eof and not self._packed:
                self._packed = self._file.read(_PIECE)
                if not self._packed:
                    raise EOFError

    def _begin_next(self) -> bool:
        """Begin the next of several gzip streams, if there is one."""
        rest = self._inflater.unused_data or self._file.read(_PIECE)
        if not self._members or not rest.strip(b"\0"):
            return False
        self._inflater = zlib.decompressobj(self._bits)
        self._packed = rest
        return True
