"""The pixels of a stack of DICOM slices, into one image, each by its own rescale."""

from __future__ import annotations

import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from recistkit.errors import ScanError
from recistkit.model.series import Series
from recistkit.scans.boundary import scan_boundary
from recistkit.scans.dicom.decoding import Decoders
from recistkit.scans.dicom.elements import inflated
from recistkit.scans.dicom.stored_frame import StoredFrame, require_same
from recistkit.scans.voxels import Room, Volume

if TYPE_CHECKING:
    import SimpleITK
    from numpy.typing import NDArray

__all__ = ["stack_image"]

_FAILURE = "its pixels cannot be decoded: damaged, cut short, or of an unknown encoding"


def stack_image(
    frames: Sequence[StoredFrame], series: Series, require_room: Room
) -> SimpleITK.Image:
    """Return the image of slices, each by its own rescale slope and intercept.

    Parameters
    ----------
    frames : sequence of StoredFrame
        One for each slice, in the order of the volume.
    series : Series
        The grid that their headers make.
    require_room : callable
        Refuses what takes too much memory.

    Returns
    -------
    SimpleITK.Image
        int16 or float32.

    Raises
    ------
    ScanError
        If a file cannot be decoded, is cut short, or is another than it was.
    """
    whole = all(frame.whole_and_small for frame in frames)
    volume = Volume(series, whole=whole, require_room=require_room)
    with Decoders() as decoders:
        native = _NativeFrames()
        compressed = decoders.each([frame for frame in frames if not frame.native])
        for index, frame in enumerate(frames):
            with scan_boundary(frame.path, _FAILURE):
                values = native.values(frame) if frame.native else next(compressed)
                volume.put(index, values, frame.slope, frame.intercept)
    with scan_boundary(frames[0].path, "cannot be placed"):
        return volume.image()


class _NativeFrames:
    """Reads slices that are stored as they are, all into the same small piece of memory."""

    def __init__(self) -> None:
        self._memory = bytearray()
        self._inflated: tuple[Path | None, bytes] = (None, b"")

    def values(self, frame: StoredFrame) -> NDArray[Any]:
        """Return stored values, shape (rows, columns); they hold until the next are asked for.

        Raises
        ------
        ScanError
            If the file ends before, or was changed since its header was read.
        """
        if len(self._memory) != frame.frame_bytes:
            self._memory = bytearray(frame.frame_bytes)
        with frame.path.open("rb", buffering=0) as file:
            require_same(frame, os.fstat(file.fileno()))
            source = io.BytesIO(self._whole_file(frame.path)) if frame.deflated else file
            source.seek(_begin(frame))
            _fill(frame, source, memoryview(self._memory))
        stored = np.frombuffer(self._memory, frame.dtype).reshape(frame.rows, frame.columns)
        return _used_bits(stored, frame)

    def _whole_file(self, path: Path) -> bytes:
        """Return a deflated file inflated; the last one is kept, for it may hold many frames."""
        if self._inflated[0] != path:
            self._inflated = (path, inflated(path))
        return self._inflated[1]


def _begin(frame: StoredFrame) -> int:
    """Return where in its file a frame begins that is stored as it is."""
    if frame.element is None:
        raise ScanError(frame.path, "holds no pixels")
    return frame.element.offset + frame.frame * frame.frame_bytes


def _fill(frame: StoredFrame, source: io.FileIO | BinaryIO, memory: memoryview) -> None:
    """Fill memory from a file.

    Raises
    ------
    ScanError
        If the file ends before.
    """
    done = 0
    while done < len(memory):
        count = source.readinto(memory[done:])  # type: ignore[union-attr]
        if not count:
            raise ScanError(frame.path, "is cut short in its pixels")
        done += count


def _used_bits(stored: NDArray[Any], frame: StoredFrame) -> NDArray[Any]:
    """Return values without what may stand in the bits above those that are used.

    Old files keep overlays there; of signed values they may not go on with the sign.
    """
    unused = frame.bits - frame.bits_stored
    if frame.is_float or not unused:
        return stored
    native = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    np.left_shift(native, unused, out=native)
    np.right_shift(native, unused, out=native)
    return native
