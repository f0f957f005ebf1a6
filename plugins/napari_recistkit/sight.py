"""What the reader can have seen of a visit: nothing is said of scans that are not there; no Qt."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from recistkit.model.series import Series

__all__ = ["Sight", "series_said", "unseen"]


class Sight(Protocol):
    """What the room needs to know of the views."""

    def unseen(self, visit: str | None) -> str:
        """Why what is to be seen at a visit cannot be stated now; empty where it can."""

    def never_shown(self, visit: str | None) -> tuple[str, ...]:
        """Name the series of a visit that were not on the screen since the case was opened."""


def unseen(
    visit: str | None,
    series: Sequence[Series],
    shown: Series | None,
    *,
    loaded: Collection[str],
    faulty: Collection[str],
    is_loading: bool,
) -> str:
    """Return why what is to be seen at a visit cannot be stated now; empty where it can.

    Parameters
    ----------
    visit : str or None
        Its label.
    series : sequence of Series
        All that the visit has.
    shown : Series or None
        The one that its view shows.
    loaded, faulty : collection of str
        Which series are there, and which cannot be loaded.
    is_loading : bool
        The others are still to come.
    """
    if any(one.uid not in loaded and one.uid not in faulty for one in series):
        if is_loading:
            return f"the scans of {visit} are still being loaded"
        return f"not all scans of {visit} are loaded; open the case again"
    if all(one.uid in faulty for one in series):
        return (
            f"no scan of {visit} can be shown; what cannot be seen is not evaluable (E), "
            "or is said in other words (D)"
        )
    if shown is not None and shown.uid in faulty:
        return f"this scan of {visit} cannot be loaded; look at another one (R)"
    return ""


def series_said(series: Series) -> str:
    """Return what a series is called on the screen, such as ``CT, 2011-01-03, axial``."""
    return ", ".join(str(one) for one in (series.modality, series.date, series.plane) if one)
