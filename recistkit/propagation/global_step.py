"""GlobalStep: one rigid motion of the whole scan, found once and used by all lesions of a visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from recistkit.errors import RegistrationError
from recistkit.propagation.grey_window import GreyWindow, whole_scan
from recistkit.propagation.rigid_motion import RigidMotion
from recistkit.propagation.rigid_search import Level, best_motion
from recistkit.propagation.sampling import even_grid, inside, sampled, shrunk, smoothed
from recistkit.propagation.shift_search import best_shift

if TYPE_CHECKING:
    import SimpleITK

    from recistkit.model.series import Series, Vector

__all__ = ["GlobalStep", "global_step"]

_FINEST_MM: Final = 2.0
_COARSE_MM: Final = 8.0
_LEAST_OVERLAP: Final = 0.25
_MOST_SAMPLES: Final = 40_000


@dataclass(frozen=True, slots=True)
class _Round:
    """One round of the search: how coarse the scans are, and how far its steps go."""

    shrink: int
    smooth_mm: float
    level: Level


def _level(first_step_mm: float, last_step_mm: float) -> Level:
    return Level(
        metric="mutual-information",
        first_step_mm=first_step_mm,
        last_step_mm=last_step_mm,
        most_samples=_MOST_SAMPLES,
    )


_ROUNDS: Final = (
    _Round(4, 4.0, _level(4.0, 0.1)),
    _Round(2, 2.0, _level(1.0, 0.05)),
    _Round(1, 0.0, _level(0.5, 0.01)),
)
"""Of the scan at `_FINEST_MM`. From coarse to fine, as in any rigid registration of scans."""


@dataclass(frozen=True, slots=True)
class GlobalStep:
    """How the whole follow-up lies to the whole baseline.

    Parameters
    ----------
    motion : RigidMotion
        From places of the baseline to places of the follow-up (LPS, mm).
    baseline, follow_up : str
        UIDs of both series: it holds for them only.
    likeness : float
        Mutual information of both, in nats, times the share that overlaps.
    """

    motion: RigidMotion
    baseline: str
    follow_up: str
    likeness: float

    def point_mm(self, point_mm: Vector) -> Vector:
        """Return where a place of the baseline is in the follow-up by this step alone."""
        return self.motion.point_mm(point_mm)


def global_step(
    baseline: tuple[Series, SimpleITK.Image],
    follow_up: tuple[Series, SimpleITK.Image],
    *,
    on_step: Callable[[float], None] = lambda _: None,
) -> GlobalStep:
    """Return how a follow-up lies to a baseline.

    Begun from several alignments: where both scans have one frame of
    reference, from that; else, and besides, with the middles of both on each
    other, with the middles of what they show, and from the best of all shifts.

    Parameters
    ----------
    baseline, follow_up : tuple of Series and SimpleITK.Image
        As loaded. Whole scans: they are worked on at about 2 mm.
    on_step : callable
        Called often, with the share that is done; what it raises ends the work.

    Raises
    ------
    RegistrationError
        If they are of two modalities, or have no common ground.
    """
    _require_one_modality(baseline[0], follow_up[0])
    fixed, moving = (_Prepared.of(*scan) for scan in (baseline, follow_up))
    starts = _starts(baseline[0], follow_up[0], fixed, moving)
    count = len(starts) + len(_ROUNDS) - 1
    done = 0

    def told(motion: RigidMotion, one: _Round) -> tuple[RigidMotion, float]:
        nonlocal done
        found = _rounded(fixed, moving, motion, one, lambda: on_step(done / count))
        done += 1
        return found

    found = [told(start, _ROUNDS[0]) for start in starts]
    motion, likeness = max(found, key=lambda one: one[1])
    if likeness <= 0:
        raise RegistrationError("the two scans show nothing in common")
    for one in _ROUNDS[1:]:
        motion, likeness = told(motion, one)
    on_step(1.0)
    return GlobalStep(motion, baseline[0].uid, follow_up[0].uid, likeness)


@dataclass(frozen=True, slots=True, eq=False)
class _Prepared:
    """A scan at about 2 mm, and the grey values that are compared."""

    image: SimpleITK.Image
    window: GreyWindow

    @classmethod
    def of(cls, series: Series, image: SimpleITK.Image) -> _Prepared:
        import SimpleITK

        small = shrunk(image, _FINEST_MM)
        window = whole_scan(SimpleITK.GetArrayViewFromImage(small), series.modality)
        return cls(SimpleITK.Clamp(small, SimpleITK.sitkFloat32, *window), window)

    def at(self, one: _Round) -> SimpleITK.Image:
        """Return it as a round compares it."""
        import SimpleITK

        image = self.image
        if one.smooth_mm:
            image = smoothed(image, one.smooth_mm)
        spacings = zip(image.GetSpacing(), image.GetSize(), strict=True)
        wanted = _FINEST_MM * one.shrink
        small: SimpleITK.Image = SimpleITK.Shrink(
            image, [max(1, min(round(wanted / step), size // 4)) for step, size in spacings]
        )
        return small


def _require_one_modality(baseline: Series, follow_up: Series) -> None:
    stated = {baseline.modality, follow_up.modality} - {None}
    if len(stated) > 1:
        raise RegistrationError(
            f"a place is not carried from {baseline.modality} to {follow_up.modality}"
        )


def _starts(
    baseline: Series, follow_up: Series, fixed: _Prepared, moving: _Prepared
) -> list[RigidMotion]:
    """Return where the search begins."""
    import SimpleITK

    starts = []
    if baseline.frame_of_reference and baseline.frame_of_reference == follow_up.frame_of_reference:
        starts.append(RigidMotion())
    transform = SimpleITK.Euler3DTransform()
    initial = SimpleITK.CenteredTransformInitializerFilter
    for kind in (initial.GEOMETRY, initial.MOMENTS):
        begin = SimpleITK.CenteredTransformInitializer(
            _above_zero(fixed), _above_zero(moving), transform, kind
        )
        starts.append(RigidMotion.of(SimpleITK.Euler3DTransform(begin)))
    first, second = (
        sampled(one.image, even_grid(one.image, _COARSE_MM)) for one in (fixed, moving)
    )
    shift = best_shift(first, second, fixed.window, least_overlap=_LEAST_OVERLAP)
    if shift is not None:
        starts.append(RigidMotion(shift_mm=shift.shift_mm))
    return starts


def _above_zero(one: _Prepared) -> SimpleITK.Image:
    """Return a scan whose air weighs nothing: moments take grey values for weights."""
    weights: SimpleITK.Image = one.image - one.window[0]
    return weights


def _rounded(
    fixed: _Prepared,
    moving: _Prepared,
    start: RigidMotion,
    one: _Round,
    on_step: Callable[[], None],
) -> tuple[RigidMotion, float]:
    """Return the motion that a round finds, and its likeness; 0 where there is no overlap."""
    images = fixed.at(one), moving.at(one)
    on_step()
    try:
        motion, information = best_motion(*images, start, one.level, on_step=on_step)
    except RegistrationError:
        return start, 0.0
    return motion, information * _overlap(fixed, moving, motion)


def _overlap(fixed: _Prepared, moving: _Prepared, motion: RigidMotion) -> float:
    """Return the share of the first scan that the other one shows."""
    import SimpleITK

    grid = even_grid(fixed.image, _COARSE_MM)
    both = [
        inside(SimpleITK.GetArrayViewFromImage(image))
        for image in (sampled(fixed.image, grid), sampled(moving.image, grid, motion))
    ]
    return float(np.logical_and(*both).sum() / both[0].sum())
