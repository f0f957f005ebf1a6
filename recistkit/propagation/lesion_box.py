"""LesionBox: what one scan shows around a lesion, and how alike another scan is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from recistkit.propagation.grey_window import GreyWindow, around_lesion
from recistkit.propagation.sampling import cube_about, inside, sampled

if TYPE_CHECKING:
    import SimpleITK
    from numpy.typing import NDArray

    from recistkit.model.series import Vector

__all__ = ["HALF_MM", "STEP_MM", "Change", "LesionBox", "core_radius_mm", "image_mask"]

HALF_MM: Final = 35.0
"""Half of the box around a lesion that is compared."""

STEP_MM: Final = 2.0

_LEAST_SEEN: Final = 0.2
"""Share of the box that the lesion's own scan must show."""

_SMALLEST_CORE_MM: Final = 10.0
_CORE_SHARE: Final = 0.75
"""Of the diameter: the lesion itself, which is half of it, and its rim."""

_MIDDLE_MM: Final = 2.0
_MIDDLE_SHARE: Final = 0.2
"""Of the core: what is still lesion where its diameter has halved."""

_RIM_MM: Final = 10.0
"""How far around the core it is looked for what differs anyway."""

_LESION_SHARE: Final = 2 / 3
"""Of the core: the lesion without its rim."""

_MOST_LIKE_IT: Final = 0.25
"""A lesion between two tissues stands out from one of them anyway."""

_SPREAD_OF_MEDIAN: Final = 1.4826
"""From the median of absolute differences to the standard deviation of a normal distribution."""

_LEAST_SPREAD: Final = 0.01
"""Of the window: what two scans differ by at least."""


def core_radius_mm(longest_mm: float | None) -> float:
    """Return the radius about a lesion's middle within which it is compared by itself."""
    return max(_SMALLEST_CORE_MM, _CORE_SHARE * (longest_mm or 0.0))


def image_mask(image: SimpleITK.Image, where: NDArray[np.bool_]) -> SimpleITK.Image:
    """Return some voxels of an image as its mask."""
    import SimpleITK

    mask = SimpleITK.GetImageFromArray(where.astype(np.uint8))
    mask.CopyInformation(image)
    return mask


class Change(NamedTuple):
    """How far a lesion's own grey value has moved away from that of what is around it.

    Parameters
    ----------
    spreads : float
        In standard deviations of the differences around it.
    share : float
        Of its own contrast to the quarter of its surroundings that is most
        like it: about 1 where it is gone.
    """

    spreads: float
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class LesionBox:
    """A cube about a lesion on an even grid.

    Parameters
    ----------
    image : SimpleITK.Image
        From `sampled`.
    voxels : ndarray
        Its memory; shape (slices, rows, columns).
    distances_mm : ndarray
        Of each voxel from the lesion's middle.
    core_mm : float
        Radius of the lesion with its rim.
    window : tuple of float
        The grey values that are told apart.
    """

    image: SimpleITK.Image
    voxels: NDArray[np.float32]
    distances_mm: NDArray[np.float64]
    core_mm: float
    window: GreyWindow

    @classmethod
    def of(
        cls, scan: SimpleITK.Image, point_mm: Vector, core_mm: float, modality: str | None
    ) -> LesionBox | None:
        """Return what a scan shows around a place; None where that is too little."""
        image = sampled(scan, cube_about(point_mm, HALF_MM, STEP_MM))
        voxels = _voxels(image)
        seen, distances = inside(voxels), _distances_mm(image, point_mm)
        middle = seen & (distances <= _middle_mm(core_mm))
        if seen.mean() < _LEAST_SEEN or not middle.any():
            return None
        window = around_lesion(voxels[seen], float(voxels[middle].mean()), modality)
        return cls(image, voxels, distances, core_mm, window)

    def ball(self, radius_mm: float) -> SimpleITK.Image:
        """Return what the scan shows within a radius, as a mask."""
        return image_mask(self.image, inside(self.voxels) & (self.distances_mm <= radius_mm))

    def seen(self, other: SimpleITK.Image) -> float:
        """Return the share of the box that this scan and the other one show."""
        return float(self._both(other).mean())

    def correlation(self, other: SimpleITK.Image, radius_mm: float) -> float:
        """Return the correlation within a radius, -1 to 1; 0 where nothing differs.

        Parameters
        ----------
        other : SimpleITK.Image
            On the grid of this box.
        radius_mm : float
        """
        both = self._both(other) & (self.distances_mm <= radius_mm)
        mine, its = self.voxels[both].clip(*self.window), _voxels(other)[both].clip(*self.window)
        if not mine.size or np.ptp(mine) == 0 or np.ptp(its) == 0:
            return 0.0
        return float(np.corrcoef(mine, its)[0, 1])

    def change(self, other: SimpleITK.Image) -> Change:
        """Return how much the middle of the lesion differs beyond what all around it does.

        A lesion that is gone leaves its surroundings as they were: they
        correlate well, and it does not. A contrast phase that shifts all of it
        is no change.
        """
        around = self._both(other) & (self.distances_mm <= self.core_mm + _RIM_MM)
        middle = around & (self.distances_mm <= _middle_mm(self.core_mm))
        if not middle.any():
            return Change(0.0, 0.0)
        mine, its = (one.clip(*self.window) for one in (self.voxels, _voxels(other)))
        differences = mine - its
        usual = float(np.median(differences[around]))
        lost = abs(float(differences[middle].mean()) - usual)
        spread = float(np.median(np.abs(differences[around] - usual))) * _SPREAD_OF_MEDIAN
        shell = around & (self.distances_mm > self.core_mm * _LESION_SHARE)
        apart = np.abs(mine[shell] - mine[middle].mean())
        contrast = float(np.quantile(apart, _MOST_LIKE_IT)) if apart.size else 0.0
        least = _LEAST_SPREAD * (self.window[1] - self.window[0])
        return Change(lost / max(spread, least), lost / max(contrast, least))

    def _both(self, other: SimpleITK.Image) -> NDArray[np.bool_]:
        return inside(self.voxels) & inside(_voxels(other))


def _middle_mm(core_mm: float) -> float:
    return max(_MIDDLE_MM, _MIDDLE_SHARE * core_mm)


def _voxels(image: SimpleITK.Image) -> NDArray[np.float32]:
    import SimpleITK

    voxels: NDArray[np.float32] = SimpleITK.GetArrayViewFromImage(image)
    return voxels


def _distances_mm(image: SimpleITK.Image, point_mm: Vector) -> NDArray[np.float64]:
    """Return how far each voxel of a cube is from a place."""
    x, y, z = (
        (np.arange(size) * step + first - value) ** 2
        for size, step, first, value in zip(
            image.GetSize(), image.GetSpacing(), image.GetOrigin(), point_mm, strict=True
        )
    )
    distances: NDArray[np.float64] = np.sqrt(z[:, None, None] + y[None, :, None] + x[None, None, :])
    return distances
