"""The step about one lesion: what is around it is found again, and its place with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from recistkit.errors import RegistrationError
from recistkit.propagation.lesion_box import HALF_MM, STEP_MM, Change, LesionBox, image_mask
from recistkit.propagation.rigid_motion import RigidMotion
from recistkit.propagation.rigid_search import Level, best_motion
from recistkit.propagation.sampling import cube_about, inside, sampled
from recistkit.propagation.shift_search import BestShift, best_shift

if TYPE_CHECKING:
    import SimpleITK

    from recistkit.model.series import Vector

__all__ = ["LocalMatch", "local_step"]

_SEARCH_MM: Final = 24.0
"""How far a lesion is looked for from where the step before says, along each axis."""

_COARSE_MM: Final = 4.0
_LEAST_OVERLAP: Final = 0.5

_NEAR_MM: Final = 30.0
_NEAR_CORE_MM: Final = 10.0
"""The last search compares a ball: so large, or so much larger than the lesion."""

_LEVEL: Final = Level(
    metric="correlation", first_step_mm=1.0, last_step_mm=0.02, most_samples=60_000
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalMatch:
    """What was found about one lesion.

    Parameters
    ----------
    point_mm : Vector
        Its place in the other scan (LPS, mm).
    similarity, core_similarity : float
        Correlation of the box around it, and of the lesion with its rim.
    change : Change
        How far the lesion itself differs.
    second : float
        The best correlation of the box anywhere else.
    moved_mm : float
        How far the place is from where the step before says.
    is_at_end : bool
        Whether the best place is at the end of what was searched.
    seen : float
        Share of the box around the lesion that both scans show.
    """

    point_mm: Vector
    similarity: float
    core_similarity: float
    change: Change
    second: float
    moved_mm: float
    is_at_end: bool
    seen: float


def local_step(
    fixed: SimpleITK.Image,
    moving: SimpleITK.Image,
    point_mm: Vector,
    start: RigidMotion,
    *,
    modality: str | None,
    core_mm: float,
    on_step: Callable[[], None] = lambda: None,
) -> LocalMatch | None:
    """Return where a place of one scan is in another one.

    All shifts about the start are tried, then the best one is turned and
    moved until the box around the place correlates best, and then the nearer
    surroundings of the lesion.

    Parameters
    ----------
    fixed, moving : SimpleITK.Image
        The scan that the place is of, and the other one.
    point_mm : Vector
        LPS, mm.
    start : RigidMotion
        From places of the first to places of the other one.
    modality : str or None
        Of both.
    core_mm : float
        Radius about the place within which the lesion itself is compared.
    on_step : callable
        What it raises ends the work.

    Returns
    -------
    LocalMatch or None
        None where too little of the box is in both scans, or it is without
        any contrast.
    """
    box = LesionBox.of(fixed, point_mm, core_mm, modality)
    if box is None:
        return None
    on_step()
    shift = best_shift(
        sampled(fixed, cube_about(point_mm, HALF_MM, _COARSE_MM)),
        sampled(moving, cube_about(point_mm, HALF_MM + _SEARCH_MM, _COARSE_MM), start),
        box.window,
        least_overlap=_LEAST_OVERLAP,
        within_mm=_SEARCH_MM,
    )
    if shift is None:
        return None
    on_step()
    searched = sampled(moving, cube_about(point_mm, HALF_MM + _SEARCH_MM, STEP_MM), start)
    near_mm = max(_NEAR_MM, core_mm + _NEAR_CORE_MM)
    motion = _turned(box, searched, RigidMotion(shift_mm=shift.shift_mm), 2 * HALF_MM, on_step)
    motion = _turned(box, searched, motion, near_mm, on_step)
    return _match(box, moving, point_mm, start, motion, shift)


def _turned(
    box: LesionBox,
    searched: SimpleITK.Image,
    begin: RigidMotion,
    radius_mm: float,
    on_step: Callable[[], None],
) -> RigidMotion:
    """Return the best rigid motion near one that is known; that one where there is none better."""
    import SimpleITK

    mine, its = (
        SimpleITK.Clamp(one, SimpleITK.sitkFloat32, *box.window) for one in (box.image, searched)
    )
    shown = inside(SimpleITK.GetArrayViewFromImage(searched))
    masks = (box.ball(radius_mm), image_mask(searched, shown))
    try:
        motion, _ = best_motion(mine, its, begin, _LEVEL, masks=masks, on_step=on_step)
    except RegistrationError:
        return begin
    return motion


def _match(
    box: LesionBox,
    moving: SimpleITK.Image,
    point_mm: Vector,
    start: RigidMotion,
    motion: RigidMotion,
    shift: BestShift,
) -> LocalMatch:
    """Return what a motion that was found comes to."""
    final = start.after(motion)
    found = sampled(moving, box.image, final)
    moved = np.subtract(motion.point_mm(point_mm), point_mm)
    return LocalMatch(
        point_mm=final.point_mm(point_mm),
        similarity=box.correlation(found, 2 * HALF_MM),
        core_similarity=box.correlation(found, box.core_mm),
        change=box.change(found),
        second=shift.second,
        moved_mm=float(np.linalg.norm(moved)),
        is_at_end=max(map(abs, shift.shift_mm)) > _SEARCH_MM - 1.5 * _COARSE_MM,
        seen=box.seen(found),
    )
