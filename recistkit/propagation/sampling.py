"""Parts of scans as even grids along the axes of the patient: what the steps compare."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from recistkit.propagation.rigid_motion import RigidMotion

if TYPE_CHECKING:
    import SimpleITK
    from numpy.typing import NDArray

    from recistkit.model.series import Vector

__all__ = ["OUTSIDE", "cube_about", "even_grid", "inside", "sampled", "shrunk", "smoothed"]

OUTSIDE: Final = -1e30
"""The grey value of what no scan shows."""

_NOT_OUTSIDE: Final = -1e29
_SMOOTHING: Final = 0.5
"""Standard deviation of the smoothing, in steps of the grid that follows."""

_FEWEST_TO_SMOOTH: Final = 4
"""What the recursive filter needs along an axis."""

_MARGIN: Final = 4
"""Voxels around a part, so that smoothing sees what is beyond its end."""


def shrunk(image: SimpleITK.Image, step_mm: float) -> SimpleITK.Image:
    """Return a scan with whole blocks of voxels averaged, none longer than a step.

    A large scan is never copied at its own size. Slices thicker than the step
    stay as they are.
    """
    import SimpleITK

    factors = [max(1, int(step_mm / spacing)) for spacing in image.GetSpacing()]
    factors = [min(factor, size) for factor, size in zip(factors, image.GetSize(), strict=True)]
    small: SimpleITK.Image = SimpleITK.Cast(
        SimpleITK.BinShrink(image, factors), SimpleITK.sitkFloat32
    )
    return small


def cube_about(centre_mm: Vector, half_mm: float, step_mm: float) -> SimpleITK.Image:
    """Return an empty cube along the axes of the patient, its middle voxel at a place."""
    import SimpleITK

    reach = math.ceil(half_mm / step_mm)
    grid = SimpleITK.Image([2 * reach + 1] * 3, SimpleITK.sitkUInt8)
    grid.SetSpacing([step_mm] * 3)
    grid.SetOrigin([value - reach * step_mm for value in centre_mm])
    return grid


def even_grid(image: SimpleITK.Image, step_mm: float) -> SimpleITK.Image:
    """Return an empty grid along the axes of the patient that holds a whole scan."""
    import SimpleITK

    corners = _corners(image)
    lowest, highest = corners.min(axis=0), corners.max(axis=0)
    size = np.ceil((highest - lowest) / step_mm).astype(int) + 1
    grid = SimpleITK.Image([int(count) for count in size], SimpleITK.sitkUInt8)
    grid.SetSpacing([step_mm] * 3)
    grid.SetOrigin([float(value) for value in lowest])
    return grid


def sampled(
    image: SimpleITK.Image, grid: SimpleITK.Image, motion: RigidMotion | None = None
) -> SimpleITK.Image:
    """Return a scan on a grid, as float32; `OUTSIDE` where the scan does not reach.

    Only the part that the grid needs is smoothed, by half a step, so that
    noise between the points of the grid is averaged and not picked.

    Parameters
    ----------
    image : SimpleITK.Image
        The scan.
    grid : SimpleITK.Image
        Its voxels are of no account.
    motion : RigidMotion, optional
        Takes places of the grid to places of the scan.
    """
    import SimpleITK

    motion = motion or RigidMotion()
    part = _part(image, np.array([motion.point_mm(corner) for corner in _corners(grid).tolist()]))
    if part is None:
        empty: SimpleITK.Image = SimpleITK.Cast(grid, SimpleITK.sitkFloat32) * 0.0 + OUTSIDE
        return empty
    step_mm = grid.GetSpacing()[0]
    smooth = smoothed(part, _SMOOTHING * step_mm, above_mm=step_mm)
    middle = grid.TransformContinuousIndexToPhysicalPoint([n / 2 for n in grid.GetSize()])
    found: SimpleITK.Image = SimpleITK.Resample(
        smooth, grid, motion.transform(middle), SimpleITK.sitkLinear, OUTSIDE, SimpleITK.sitkFloat32
    )
    return found


def smoothed(
    image: SimpleITK.Image, deviation_mm: float, *, above_mm: float = math.inf
) -> SimpleITK.Image:
    """Return a scan smoothed along the axes whose spacing lies below a limit.

    An axis of very few voxels is left as it is.
    """
    import SimpleITK

    for axis, (size, spacing) in enumerate(zip(image.GetSize(), image.GetSpacing(), strict=True)):
        if spacing < above_mm and size >= _FEWEST_TO_SMOOTH:
            image = SimpleITK.RecursiveGaussian(image, sigma=deviation_mm, direction=axis)
    return image


def inside(voxels: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which voxels of a sampled grid the scan shows."""
    return voxels > _NOT_OUTSIDE


def _corners(image: SimpleITK.Image) -> NDArray[np.float64]:
    """Return the centres of the eight outermost voxels, shape (8, 3), LPS in mm."""
    ends = [(0, size - 1) for size in image.GetSize()]
    places = [(i, j, k) for i in ends[0] for j in ends[1] for k in ends[2]]
    return np.array([image.TransformIndexToPhysicalPoint(place) for place in places])


def _part(image: SimpleITK.Image, corners_mm: NDArray[np.float64]) -> SimpleITK.Image | None:
    """Return the part of a scan that holds some corners, with a margin; None where none does."""
    import SimpleITK

    indices = np.array(
        [image.TransformPhysicalPointToContinuousIndex(corner) for corner in corners_mm.tolist()]
    )
    lowest = np.floor(indices.min(axis=0)).astype(int) - _MARGIN
    highest = np.ceil(indices.max(axis=0)).astype(int) + _MARGIN
    first = np.clip(lowest, 0, None)
    size = np.minimum(highest, np.asarray(image.GetSize()) - 1) - first + 1
    if np.any(size < 1):
        return None
    part = SimpleITK.RegionOfInterest(image, [int(n) for n in size], [int(n) for n in first])
    cast: SimpleITK.Image = SimpleITK.Cast(part, SimpleITK.sitkFloat32)
    return cast
