"""Which lesions of a visit a place can be proposed for, and from which scan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recistkit.propagation import LesionPlace
from recistkit.reading.completeness import lesions_at

if TYPE_CHECKING:
    from recistkit.model.mark import Mark
    from recistkit.reading.draft import Draft

__all__ = ["WantedPlace", "wanted_places"]


@dataclass(frozen=True, slots=True)
class WantedPlace:
    """A lesion that has no mark at a visit yet, and where it was seen last.

    Parameters
    ----------
    lesion : str
    series : str
        UID of the scan on which it was marked.
    place : LesionPlace
        In that scan.
    """

    lesion: str
    series: str
    place: LesionPlace


def wanted_places(draft: Draft, visit: str | None, first: str | None) -> tuple[WantedPlace, ...]:
    """Return the lesions that are still to be marked at a visit, with where they were.

    Each from the last visit before that has a place of it: what lies nearest
    in time differs least, and since every place is the reader's own, nothing
    that was proposed is handed on.

    Parameters
    ----------
    draft : Draft
    visit : str or None
        Label; none are wanted at the baseline, and at a visit that is signed.
    first : str or None
        The lesion that is needed first.
    """
    if visit is None or visit in draft.signed:
        return ()
    wanted = [
        one
        for lesion in lesions_at(draft, visit)
        if not draft.marks_of(lesion.id, visit)
        and (one := _last_place(draft, visit, lesion.id)) is not None
    ]
    return tuple(sorted(wanted, key=lambda one: one.lesion != first))


def _last_place(draft: Draft, visit: str, lesion: str) -> WantedPlace | None:
    """Return where a lesion was marked last before a visit; None if nowhere on a scan."""
    for label in reversed(draft.visits_before(visit)):
        for mark in draft.marks_of(lesion, label):
            if (one := _place_of(lesion, mark)) is not None:
                return one
    return None


def _place_of(lesion: str, mark: Mark) -> WantedPlace | None:
    point_mm = mark.place_mm()
    series = mark.image.series if mark.image is not None else None
    if point_mm is None or series is None:
        return None
    longest_mm = None if mark.longest_mm is None else float(mark.longest_mm)
    return WantedPlace(lesion, series, LesionPlace(point_mm=point_mm, longest_mm=longest_mm))
