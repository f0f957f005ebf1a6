"""Which series of each visit is shown; no napari, no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from napari_recistkit.viewed import Viewed
    from recistkit.model.series import Series
    from recistkit.reading.case import Case

__all__ = ["SeriesChoice", "alike"]


class SeriesChoice:
    """The series of a case, and which of them is to be seen.

    Parameters
    ----------
    session : Viewed
    case : Case
        Its visits with their series.
    """

    def __init__(self, session: Viewed, case: Case) -> None:
        self._session = session
        self._series = _series_of(case)
        self._chosen: dict[str, str] = {}
        self._last: dict[str, str] = {}

    def choose(self, visit: str | None, uid: str | None, beside: str | None = None) -> None:
        """Show a series of a visit until `forget`, and its like of the visit beside it."""
        found = self._series.get(visit or "", ())
        wanted = next((one for one in found if one.uid == uid), None)
        if visit is None or wanted is None:
            return
        self._chosen[visit] = wanted.uid
        like = [one for one in self._series.get(beside or "", ()) if alike(one, wanted)]
        if beside is not None and like:
            self._chosen[beside] = like[0].uid

    def choose_next(self, visit: str, beside: str | None) -> bool:
        """Show the series after the one that is shown; tell whether there is another."""
        found, shown = self._series.get(visit, ()), self.of(visit)
        if shown is None or len(found) < 2:  # noqa: PLR2004  one cannot be switched
            return False
        self.choose(visit, found[(found.index(shown) + 1) % len(found)].uid, beside)
        return True

    def forget(self) -> None:
        """Let the lesions say again which series is shown."""
        self._chosen.clear()

    def all_of(self, visit: str | None) -> tuple[Series, ...]:
        """Return every series of a visit."""
        return self._series.get(visit or "", ())

    def of(self, visit: str | None) -> Series | None:
        """Return the series that is to be shown of a visit.

        The one that the reader chose; else that of the current lesion there;
        else one like that on which the lesion was measured before. Without a
        lesion it is the one that was shown last.
        """
        found = self._series.get(visit or "", ())
        if not found or visit is None:
            return None
        by_uid = {one.uid: one for one in found}
        if self._chosen.get(visit) in by_uid:
            shown = by_uid[self._chosen[visit]]
        elif (used := self._of_lesion(visit)) is not None:
            like = (one for one in found if alike(one, used))
            shown = by_uid.get(used.uid) or next(like, found[0])
        else:
            shown = by_uid.get(self._last.get(visit, ""), found[0])
        self._last[visit] = shown.uid
        return shown

    def _of_lesion(self, visit: str) -> Series | None:
        """Return the series on which the lesion was measured here, else where it was last."""
        session = self._session
        if session.lesion is None:
            return None
        known = {one.uid: one for found in self._series.values() for one in found}
        before = session.visits_before(session.visit or "")
        for label in (visit, *reversed(before)):
            for mark in session.marks_of(session.lesion, label):
                if mark.image is not None and mark.image.series in known:
                    return known[mark.image.series]
        return None


def alike(first: Series, second: Series) -> bool:
    """Tell whether two series are of one kind: modality and plane."""
    return (first.modality, first.plane) == (second.modality, second.plane)


def _series_of(case: Case) -> Mapping[str, tuple[Series, ...]]:
    return {
        visit.label: tuple(found.series for found in visit.series if found.series is not None)
        for visit in case.visits
    }
