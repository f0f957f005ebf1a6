"""Where the pixels of one slice stand and how they are stored, as its header says.

Native pixels: DICOM PS3.5, 8.1; transfer syntaxes: PS3.5, 10 and A.4.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from recistkit.errors import ScanError
from recistkit.scans.dicom.elements import DEFLATED
from recistkit.scans.dicom.walk import PixelElement

__all__ = ["BIG_ENDIAN", "StoredFrame", "require_same"]

BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
_NATIVE: Final = frozenset({"", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", BIG_ENDIAN, DEFLATED})
_WHOLE_BITS: Final = (8, 16, 32)
_PADDING: Final = 2
_FLOAT_BITS: Final = {"float": 32, "double": 64}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFrame:
    """The pixels of one slice, not yet read.

    Parameters
    ----------
    path : Path
        The file.
    file_bytes, changed_ns : int
        By which it is known again.
    syntax : str
        Transfer syntax UID.
    element : PixelElement or None
        Of all the frames of the file; None where it holds no pixels.
    frame, frames : int
        Which one this is, from 0, and how many there are.
    rows, columns, bits, bits_stored : int
        As stated; `bits` are those that one value takes up.
    signed : bool
        Whether values may be below zero.
    slope, intercept : float
        Of this slice alone.
    """

    path: Path
    file_bytes: int
    changed_ns: int
    syntax: str
    element: PixelElement | None
    frame: int
    frames: int
    rows: int
    columns: int
    bits: int
    bits_stored: int
    signed: bool
    slope: float
    intercept: float

    @property
    def native(self) -> bool:
        """Whether the values stand there as they are."""
        return self.syntax in _NATIVE

    @property
    def deflated(self) -> bool:
        """Whether the whole file is deflated."""
        return self.syntax == DEFLATED

    @property
    def frame_bytes(self) -> int:
        """What the values take, decoded."""
        return self.rows * self.columns * self.bits // 8

    @property
    def dtype(self) -> str:
        """Type of the values in the file, in the words of numpy."""
        order = ">" if self.syntax == BIG_ENDIAN else "<"
        kind = "f" if self.is_float else "i" if self.signed else "u"
        return f"{order}{kind}{self.bits // 8}"

    @property
    def is_float(self) -> bool:
        """Whether the values are floating-point numbers."""
        return self.element is not None and self.element.kind in _FLOAT_BITS

    @property
    def whole_and_small(self) -> bool:
        """Whether every grey value is a whole number that may fit into 16 bits."""
        rescale = self.slope, self.intercept
        return not self.is_float and all(float(number).is_integer() for number in rescale)

    def fault(self) -> str | None:
        """Return what is wrong with how the pixels are stored; None if nothing is seen."""
        if self.element is None:
            return "holds no pixels"
        stated = _FLOAT_BITS.get(self.element.kind)
        if self.bits not in _WHOLE_BITS if stated is None else self.bits != stated:
            return f"stores its pixels in {self.bits} bits, which cannot be loaded"
        if not 1 <= self.bits_stored <= self.bits:
            return "states a number of stored bits that cannot be"
        return self._length_fault(self.element) if self.native else None

    def _length_fault(self, element: PixelElement) -> str | None:
        """Return what is wrong with the length of pixels that stand there as they are."""
        if element.length is None:
            return "does not state the length of its pixels"
        expected = self.frames * self.frame_bytes
        if expected > element.length:
            return "holds fewer pixels than its header states"
        if element.length - expected >= max(self.columns * self.bits // 8, _PADDING):
            return "holds more pixels than its header states"
        cut = not self.deflated and element.offset + element.length > self.file_bytes
        return "is cut short in its pixels" if cut else None


def require_same(frame: StoredFrame, about: os.stat_result) -> None:
    """Refuse a file that is another than the one whose header was read.

    Raises
    ------
    ScanError
    """
    if (about.st_size, about.st_mtime_ns) != (frame.file_bytes, frame.changed_ns):
        raise ScanError(frame.path, "was changed since its header was read")
