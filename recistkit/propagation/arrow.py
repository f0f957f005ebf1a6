"""propagate: lesions of a baseline -> where each is to be looked for in a follow-up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from recistkit.errors import RegistrationError
from recistkit.propagation.confidence import reasons_against, reasons_against_return
from recistkit.propagation.global_step import GlobalStep, global_step
from recistkit.propagation.lesion_box import core_radius_mm
from recistkit.propagation.local_step import LocalMatch, local_step
from recistkit.propagation.proposal import LesionPlace, Proposal, SearchBox
from recistkit.propagation.rigid_motion import RigidMotion

if TYPE_CHECKING:
    import SimpleITK

    from recistkit.model.series import Series, Vector

__all__ = ["Scan", "propagate"]

Scan: TypeAlias = "tuple[Series, SimpleITK.Image]"
"""A series and its image, as loaded."""

_SURE_BOX_MM: Final = 10.0
_UNSURE_BOX_MM: Final = 30.0
"""How far the box reaches to every side, beyond the lesion's own half."""

_PLACE_DECIMALS: Final = 1
_SIMILARITY_DECIMALS: Final = 3
"""No place is known better. Sums of several threads differ in the last bits of what is computed."""

_GLOBAL_SHARE: Final = 0.4
"""Of the progress that is told."""


def propagate(
    baseline: Scan,
    follow_up: Scan,
    lesions: Sequence[LesionPlace],
    *,
    step: GlobalStep | None = None,
    on_step: Callable[[float], None] = lambda _: None,
) -> tuple[Proposal, ...]:
    """Return where lesions of a baseline are to be looked for in a follow-up.

    First one rigid step for the whole scan, then one about each lesion. Never
    a diameter, and no place without how sure it is.

    Parameters
    ----------
    baseline, follow_up : tuple of Series and SimpleITK.Image
        As loaded.
    lesions : sequence of LesionPlace
        In the baseline.
    step : GlobalStep, optional
        Of these two scans, where it is known already.
    on_step : callable
        Called often, with the share that is done, 0 to 1; what it raises ends
        the work, and leaves nothing behind.

    Returns
    -------
    tuple of Proposal
        One for each lesion, in their order. The same scans give the same, whatever
        the number of processors.

    Raises
    ------
    RegistrationError
        If the scans are of two modalities or have no common ground, or the
        step is one of other scans.
    """
    begun = 0.0
    if step is None:
        step = global_step(baseline, follow_up, on_step=lambda at: on_step(at * _GLOBAL_SHARE))
        begun = _GLOBAL_SHARE
    elif (step.baseline, step.follow_up) != (baseline[0].uid, follow_up[0].uid):
        raise RegistrationError("the global step is one of other scans")
    proposals = []
    for number, lesion in enumerate(lesions):
        share = begun + (1 - begun) * number / len(lesions)
        proposals.append(_proposed(baseline, follow_up, lesion, step, lambda: on_step(share)))  # noqa: B023  called in this turn only
    on_step(1.0)
    return tuple(proposals)


def _proposed(
    baseline: Scan,
    follow_up: Scan,
    lesion: LesionPlace,
    step: GlobalStep,
    on_step: Callable[[], None],
) -> Proposal:
    """Return where one lesion is to be looked for."""
    on_step()
    core_mm = core_radius_mm(lesion.longest_mm)
    rough_mm = step.point_mm(lesion.point_mm)
    for scan, place, name in (
        (baseline[0], lesion.point_mm, "baseline"),
        (follow_up[0], rough_mm, "follow-up"),
    ):
        if not _shows(scan, place):
            return _proposal(rough_mm, lesion, (f"outside the {name} scan",))
    match = _found(baseline, follow_up, lesion.point_mm, step.motion, core_mm, on_step)
    if match is None:
        return _proposal(rough_mm, lesion, ("nothing around it can be compared",))
    reasons = reasons_against(match)
    if not _shows(follow_up[0], match.point_mm):
        reasons = ("outside the follow-up scan", *reasons)
    if not reasons:  # else the way back costs as much time, and changes nothing
        inverse = step.motion.inverse()
        back = _found(follow_up, baseline, match.point_mm, inverse, core_mm, on_step)
        reasons = reasons_against_return(back, lesion.point_mm)
    return _proposal(match.point_mm, lesion, reasons, match.similarity)


def _found(
    fixed: Scan,
    moving: Scan,
    point_mm: Vector,
    start: RigidMotion,
    core_mm: float,
    on_step: Callable[[], None],
) -> LocalMatch | None:
    modality = fixed[0].modality or moving[0].modality
    return local_step(
        fixed[1], moving[1], point_mm, start, modality=modality, core_mm=core_mm, on_step=on_step
    )


def _proposal(
    point_mm: Vector, lesion: LesionPlace, reasons: tuple[str, ...], similarity: float = 0.0
) -> Proposal:
    """Return a place, rounded to what it can be known to; unsure where anything is against it."""
    x, y, z = (round(value, _PLACE_DECIMALS) for value in point_mm)
    reach_mm = _UNSURE_BOX_MM if reasons else _SURE_BOX_MM
    return Proposal(
        point_mm=(x, y, z),
        box=SearchBox.about((x, y, z), _half(lesion) + reach_mm),
        confidence="low" if reasons else "high",
        reasons=reasons,
        similarity=round(similarity, _SIMILARITY_DECIMALS),
    )


def _half(lesion: LesionPlace) -> float:
    return (lesion.longest_mm or 0.0) / 2


def _shows(series: Series, point_mm: Vector) -> bool:
    """Tell whether a place lies in the voxels of a series."""
    places = zip(series.index(point_mm), series.size, strict=True)
    return all(abs(index - (count - 1) / 2) <= count / 2 for index, count in places)
