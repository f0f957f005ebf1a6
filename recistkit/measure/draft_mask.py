"""A draft of a lesion's outline, grown from its two axes: for its volume, never for its diameter.

In the slice of the ruler it is the ellipse of the two axes, whatever the image
shows: the ruler is the measurement. In the other slices each voxel is asked
whether its grey value is rather one of the lesion or of what surrounds it, and
how far out it lies; none lies further out than the long axis is long.

Method: likelihood of grey values and a prior by an ellipsoid, as in Bayesian
segmentation. Against real masks it gives a median Dice coefficient of
0.79 where the bare ellipsoid gives 0.73, and a median error of the volume of
5 % instead of 20 % (seven masks, the axes taken from the masks themselves;
0.23 on one of many lobes): a draft to be corrected.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from recistkit.errors import GeometryError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["MAX_BOX_VOXELS", "DraftMask", "IndexLine", "draft_mask"]

Index = tuple[float, float, float]
IndexLine = tuple[Index, Index]
"""Two places as (slice, row, column), with fractions; whole numbers are centres of voxels."""

MAX_BOX_VOXELS: Final = 2**25
"""What is looked at holds no more; some twenty bytes of memory are needed for each."""

_REACH: Final = 2.0
"""How far out is looked, in radii: the surroundings lie between `_SURROUNDINGS` and this."""
_SURROUNDINGS: Final = 1.3
_CORE: Final = 0.5
"""Grey values of the lesion are those in the middle, and in the key slice up to `_KEY_CORE`."""
_KEY_CORE: Final = 0.8
_OUTERMOST: Final = 1.5
"""No voxel further out is of the lesion, whatever its grey value."""
_PRIOR: Final = 4.0
"""Log odds that a voxel in the middle is of the lesion; none on the ellipsoid, less outside."""
_STRONGEST: Final = 3.0
"""Log odds that a grey value may add at most: one that was never seen decides nothing."""
_BINS: Final = 64
_BIN_BLUR: Final = 2.0
_FLOOR: Final = 0.05 / _BINS
_RANGE_PERCENT: Final = (0.5, 99.5)
_BLUR_MM: Final = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class DraftMask:
    """A mask in a box of a volume.

    Attributes
    ----------
    start : tuple of int
        Slice, row and column of the box's first voxel in the volume.
    voxels : ndarray of bool
        Shape (slices, rows, columns) of the box.
    """

    start: tuple[int, int, int]
    voxels: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Ellipsoid:
    """Centre and half axes in mm from the centre of the first voxel: (slice, row, column).

    `along` is the direction of the long axis in its slice, (row, column). The
    third half axis, which no ruler tells, is the mean of the two others.
    """

    centre_mm: NDArray[np.float64]
    along: NDArray[np.float64]
    half_long_mm: float
    half_short_mm: float

    @property
    def half_deep_mm(self) -> float:
        return (self.half_long_mm + self.half_short_mm) / 2


def draft_mask(
    voxels: NDArray[Any],
    spacing_mm: tuple[float, float, float],
    longest: IndexLine,
    short: IndexLine,
) -> DraftMask:
    """Return a draft of the lesion that two axes span.

    Parameters
    ----------
    voxels : ndarray
        Grey values, shape (slices, rows, columns); slices are those of the
        plane that the axes were drawn in.
    spacing_mm : tuple of float
        Distance of neighbouring slices, rows and columns.
    longest, short : IndexLine
        The two axes, in one slice and at right angles to each other.

    Returns
    -------
    DraftMask
        One piece, without holes in its slices. In the slice of the axes it is
        their ellipse; where the grey values tell nothing it is the ellipsoid.

    Raises
    ------
    GeometryError
        If the axes have no length or do not lie in the volume, or if there is
        more to look at than `MAX_BOX_VOXELS`; no memory is taken then.
    """
    ellipsoid = _ellipsoid(np.array(spacing_mm), longest, short)
    box = _box(voxels.shape, spacing_mm, ellipsoid)
    start = (box[0].start, box[1].start, box[2].start)
    key = min(round(ellipsoid.centre_mm[0] / spacing_mm[0]), box[0].stop - 1) - start[0]
    flat, out, within = _radii(box, spacing_mm, ellipsoid)
    grey = _grey_values(voxels[box])
    core = out <= _CORE
    core[key] |= flat <= _KEY_CORE
    odds = _log_odds(grey, core, (out > _SURROUNDINGS) & (out <= _REACH), spacing_mm)
    odds += _PRIOR * (1 - out)
    mask = (odds > 0) & (out <= _OUTERMOST) & within
    mask[key] = flat <= max(1.0, flat.min())  # of a lesion between voxels the nearest one
    return DraftMask(start, _one_piece(mask, key))


def _ellipsoid(spacing: NDArray[np.float64], longest: IndexLine, short: IndexLine) -> _Ellipsoid:
    """Return the ellipsoid of two axes: long as they are, and where they lie across each other.

    Raises
    ------
    GeometryError
        If one of them has no length.
    """
    (start, end), (first, last) = (np.array(line) * spacing for line in (longest, short))
    long_mm, short_mm = (math.hypot(*step[1:]) for step in (end - start, last - first))
    if not (long_mm > 0 and short_mm > 0):
        raise GeometryError("an axis without a length spans no lesion")
    along = (end - start)[1:] / long_mm
    across = np.array([-along[1], along[0]])
    centre = (start + end) / 2
    centre[1:] += across * (((first + last) / 2 - centre)[1:] @ across)
    return _Ellipsoid(centre, along, long_mm / 2, short_mm / 2)


def _box(
    shape: tuple[int, ...], spacing_mm: tuple[float, float, float], ellipsoid: _Ellipsoid
) -> tuple[slice, slice, slice]:
    """Return the part of a volume that is looked at.

    Raises
    ------
    GeometryError
        If the ellipsoid does not begin in the volume, or that is too much.
    """
    long_mm = ellipsoid.half_long_mm
    reaches_mm = [_REACH * half for half in (ellipsoid.half_deep_mm, long_mm, long_mm)]
    centre = ellipsoid.centre_mm / spacing_mm
    middle = (np.array(shape) - 1) / 2
    if (abs(centre - middle) > np.array(shape) / 2).any():
        raise GeometryError("the axes do not lie in the volume")
    low = [
        max(0, math.floor(at - reach / step))
        for at, reach, step in zip(centre, reaches_mm, spacing_mm, strict=True)
    ]
    high = [
        min(count, math.ceil(at + reach / step) + 1)
        for at, reach, step, count in zip(centre, reaches_mm, spacing_mm, shape, strict=True)
    ]
    number = math.prod(last - first for first, last in zip(low, high, strict=True))
    if number > MAX_BOX_VOXELS:
        message = f"the lesion has {number} voxels around it; a draft is made of {MAX_BOX_VOXELS}"
        raise GeometryError(message)
    return (slice(low[0], high[0]), slice(low[1], high[1]), slice(low[2], high[2]))


def _radii(
    box: tuple[slice, slice, slice], spacing_mm: tuple[float, float, float], ellipsoid: _Ellipsoid
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Return how far out each voxel of a box lies, 1 being on the ellipsoid.

    Returns
    -------
    flat : ndarray
        Within its slice, shape (rows, columns): 1 is the ellipse of the axes.
    out : ndarray
        In space, shape (slices, rows, columns).
    within : ndarray of bool
        Whether it lies in the circle that has the long axis as its diameter,
        shape (rows, columns).
    """
    deep, down, right = (
        (np.arange(part.start, part.stop, dtype=np.float32) * step - centre).astype(np.float32)
        for part, step, centre in zip(box, spacing_mm, ellipsoid.centre_mm, strict=True)
    )
    down, right = down[:, None], right[None, :]
    row, column = ellipsoid.along
    along, across = down * row + right * column, right * row - down * column
    flat = np.hypot(along / ellipsoid.half_long_mm, across / ellipsoid.half_short_mm)
    out = np.hypot(flat, deep[:, None, None] / ellipsoid.half_deep_mm)
    within = np.hypot(down, right) <= ellipsoid.half_long_mm
    return flat.astype(np.float32), out.astype(np.float32), within


def _grey_values(voxels: NDArray[Any]) -> NDArray[np.float32]:
    """Return grey values as numbers; what is none of them is the smallest of the others."""
    grey = voxels.astype(np.float32)
    known = np.isfinite(grey)
    if known.all():
        return grey
    lowest = grey[known].min() if known.any() else 0.0
    return np.where(known, grey, np.float32(lowest))


def _log_odds(
    grey: NDArray[np.float32],
    core: NDArray[np.bool_],
    surroundings: NDArray[np.bool_],
    spacing_mm: tuple[float, float, float],
) -> NDArray[np.float32]:
    """Return how much rather each grey value is one of the core than of the surroundings.

    Natural logarithm of the ratio of two smoothed histograms, at most
    `_STRONGEST` either way, blurred over `_BLUR_MM`.
    """
    from scipy import ndimage

    low, high = map(float, np.percentile(grey, _RANGE_PERCENT))
    scale = _BINS / (high - low) if high > low else 0.0
    bins = np.clip((grey - low) * scale, 0, _BINS - 1).astype(np.uint8)
    shares = []
    for place in (core, surroundings):
        counts = np.bincount(bins[place], minlength=_BINS).astype(np.float64)
        counts = ndimage.gaussian_filter1d(counts, _BIN_BLUR, mode="nearest")
        shares.append(counts / max(counts.sum(), 1.0) + _FLOOR)
    odds = np.clip(np.log(shares[0] / shares[1]), -_STRONGEST, _STRONGEST).astype(np.float32)
    blurred: NDArray[np.float32] = ndimage.gaussian_filter(
        odds[bins], [_BLUR_MM / step for step in spacing_mm]
    )
    return blurred


def _one_piece(mask: NDArray[np.bool_], key: int) -> NDArray[np.bool_]:
    """Return what hangs together with the key slice, with its holes filled slice by slice."""
    from scipy import ndimage

    filled = np.stack([ndimage.binary_fill_holes(one) for one in mask])
    pieces, _ = ndimage.label(filled)
    own = np.unique(pieces[key][mask[key]])
    kept: NDArray[np.bool_] = np.isin(pieces, own)
    return kept
