"""Random numbers from a generator's raw bits.

Numpy keeps the raw bits of PCG64 the same for ever, but not what its
`Generator` makes of them; so the few draws needed here are made by hand.
"""

from __future__ import annotations

import hashlib

import numpy as np
from scipy import ndimage

from phantom.shapes import Array

__all__ = ["Dice", "uid"]


class Dice:
    """A seeded source of numbers, one for each named purpose."""

    def __init__(self, *purpose: str) -> None:
        seed = hashlib.sha256("/".join(purpose).encode()).digest()
        self._bits = np.random.PCG64(int.from_bytes(seed[:8], "big"))

    def between(self, low: float, high: float) -> float:
        """Return a number between two limits, every one as likely."""
        return low + (high - low) * (int(self._bits.random_raw()) >> 11) * 2.0**-53

    def normal(self) -> float:
        """Return a nearly normal number of mean 0 and standard deviation 1."""
        return sum(self.between(-1.0, 1.0) for _ in range(12)) / 2.0

    def shuffled(self, count: int) -> list[int]:
        """Return the whole numbers below `count` in a random order."""
        keys = [(int(self._bits.random_raw()), number) for number in range(count)]
        return [number for _, number in sorted(keys)]

    def noise(self, shape: tuple[int, int, int], smooth: tuple[float, float, float]) -> Array:
        """Return noise of standard deviation 1, smoothed over `smooth` voxels along each axis."""
        count = int(np.prod(shape))
        raw = np.asarray(self._bits.random_raw(count), dtype="<u8").view("<u2")
        white = raw.reshape(count, 4).sum(axis=1, dtype=np.int64).reshape(shape) - 131_070.0
        field: Array = ndimage.gaussian_filter(white, smooth, mode="wrap")
        return field / float(np.sqrt((field**2).mean()))


def uid(*purpose: str) -> str:
    """Return a DICOM UID that follows from a name (DICOM PS3.5, B.2)."""
    number = int.from_bytes(hashlib.sha256("/".join(purpose).encode()).digest()[:16], "big")
    # The shape of a random UUID, which is what the root 2.25 is for.
    number = number & ~(0xF << 76) | (0x4 << 76)
    number = number & ~(0x3 << 62) | (0x2 << 62)
    return f"2.25.{number}"
