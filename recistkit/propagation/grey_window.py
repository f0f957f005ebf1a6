"""Which grey values are compared: what lies beyond shows something else than tissue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BODY", "GreyWindow", "around_lesion", "whole_scan"]

GreyWindow = tuple[float, float]
"""Lowest and highest grey value that are told apart."""

BODY: Final[GreyWindow] = (-500.0, 500.0)
SOFT_TISSUE: Final[GreyWindow] = (-160.0, 240.0)
LUNG: Final[GreyWindow] = (-1000.0, 200.0)
"""Hounsfield units. A lesion in the lung is compared with its vessels, others without the air."""

_AROUND_IT: Final = 100.0
_MOSTLY_AIR: Final = -400.0
_SHARES: Final = (0.5, 99.5)


def whole_scan(voxels: NDArray[np.float32], modality: str | None) -> GreyWindow:
    """Return the window in which whole scans are compared."""
    return BODY if modality == "CT" else _own(voxels)


def around_lesion(voxels: NDArray[np.float32], lesion: float, modality: str | None) -> GreyWindow:
    """Return the window for what is around a lesion; in CT by what most of it is.

    Parameters
    ----------
    voxels : ndarray
        Those around it that the scan shows; at least one.
    lesion : float
        Grey value of its middle: one in bone is seen too.
    modality : str or None
    """
    if modality != "CT":
        return _own(voxels)
    lowest, highest = LUNG if float(np.median(voxels)) < _MOSTLY_AIR else SOFT_TISSUE
    return (min(lowest, lesion - _AROUND_IT), max(highest, lesion + _AROUND_IT))


def _own(voxels: NDArray[np.float32]) -> GreyWindow:
    """Return a window from the grey values themselves, where they have no common scale."""
    lowest, highest = np.percentile(voxels, _SHARES)
    return float(lowest), float(highest)
