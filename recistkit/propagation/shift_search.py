"""The best shift of one grid over another, by trying all of them at once (Padfield 2012)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from recistkit.propagation.sampling import inside

if TYPE_CHECKING:
    import SimpleITK
    from numpy.typing import NDArray

    from recistkit.model.series import Vector
    from recistkit.propagation.grey_window import GreyWindow

__all__ = ["BestShift", "best_shift"]

_APART_MM: Final = 12.0
"""A second place nearer than this is the same one, seen broadly."""


@dataclass(frozen=True, slots=True)
class BestShift:
    """What was found.

    Parameters
    ----------
    shift_mm : Vector
        From places of the template to places of the searched grid.
    similarity : float
        Correlation there, -1 to 1.
    second : float
        The best correlation further than a peak is broad from there; -1 where
        there is no such place.
    """

    shift_mm: Vector
    similarity: float
    second: float


def best_shift(
    template: SimpleITK.Image,
    searched: SimpleITK.Image,
    window: GreyWindow,
    *,
    least_overlap: float,
    within_mm: float | None = None,
) -> BestShift | None:
    """Return the shift with the best correlation of all that are both grids can see.

    Source: Padfield, Masked object registration in the Fourier domain, IEEE
    Trans Image Process 2012;21:2706.

    Parameters
    ----------
    template, searched : SimpleITK.Image
        From `sampled`, with one spacing and no rotation.
    window : tuple of float
        The grey values that are told apart.
    least_overlap : float
        Share of the greatest possible overlap that a shift must keep.
    within_mm : float, optional
        No shift is longer along any axis.

    Returns
    -------
    BestShift or None
        None where no shift keeps enough, or nothing there has any contrast.
    """
    import SimpleITK

    correlated: Any = SimpleITK.MaskedFFTNormalizedCorrelation  # its types lack an argument
    scores: NDArray[np.float32] = SimpleITK.GetArrayFromImage(
        correlated(
            *(_windowed(one, window) for one in (searched, template)),
            *(_mask(one) for one in (searched, template)),
            0,
            least_overlap,
        )
    )
    step_mm = template.GetSpacing()[0]
    offset = np.subtract(searched.GetOrigin(), template.GetOrigin())
    first = np.asarray(template.GetSize()) - 1
    places = [
        (np.arange(size) - start) * step_mm + begin
        for size, start, begin in zip(scores.shape[::-1], first, offset, strict=True)
    ]
    if within_mm is not None:
        scores, places = _within(scores, places, within_mm)
    if not scores.size or scores.max() <= 0:
        return None
    k, j, i = np.unravel_index(int(scores.argmax()), scores.shape)
    shift = (float(places[0][i]), float(places[1][j]), float(places[2][k]))
    return BestShift(shift, float(scores[k, j, i]), _second(scores, places, shift))


def _windowed(image: SimpleITK.Image, window: GreyWindow) -> SimpleITK.Image:
    """Return the grey values without a place: the filter refuses two grids that differ in it."""
    import SimpleITK

    return SimpleITK.GetImageFromArray(SimpleITK.GetArrayViewFromImage(image).clip(*window))


def _mask(image: SimpleITK.Image) -> SimpleITK.Image:
    import SimpleITK

    seen = inside(SimpleITK.GetArrayViewFromImage(image))
    return SimpleITK.GetImageFromArray(seen.astype(np.float32))


def _within(
    scores: NDArray[np.float32], places: list[NDArray[np.float64]], within_mm: float
) -> tuple[NDArray[np.float32], list[NDArray[np.float64]]]:
    """Keep the shifts that are not too long along any axis."""
    kept = [np.abs(axis) <= within_mm + 1e-6 for axis in places]
    return scores[np.ix_(kept[2], kept[1], kept[0])], [
        axis[keep] for axis, keep in zip(places, kept, strict=True)
    ]


def _second(scores: NDArray[np.float32], places: list[NDArray[np.float64]], best: Vector) -> float:
    """Return the best score away from the best place."""
    x, y, z = ((axis - value) ** 2 for axis, value in zip(places, best, strict=True))
    apart = z[:, None, None] + y[None, :, None] + x[None, None, :] > _APART_MM**2
    return float(scores[apart].max()) if apart.any() else -1.0
