"""The marks of a visit as rulers on the scan that is shown; no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from napari_recistkit.lesion_layer import Kind, ShownRuler
from napari_recistkit.mark_name import MarkName, mark_text
from napari_recistkit.mark_place import is_on_series
from recistkit.reading.sizes import counted_axes

if TYPE_CHECKING:
    from recistkit.measure.bidirectional import Axis
    from recistkit.model.mark import Mark, Ruler
    from recistkit.model.read import Lesion
    from recistkit.reading.session import ReadSession

__all__ = ["shown_rulers"]


def shown_rulers(
    session: ReadSession, visit: str, series: str, *, pullable: bool
) -> Iterator[ShownRuler]:
    """Yield the rulers of a visit that were drawn on one series.

    Parameters
    ----------
    session : ReadSession
    visit : str
        Label of the timepoint.
    series : str
        UID of the series that is shown.
    pullable : bool
        Whether their ends may be pulled.
    """
    for lesion in session.draft.followed:
        for mark in session.draft.marks_of(lesion.id, visit):
            if is_on_series(mark, series):
                yield from _rulers_of(session, lesion, mark, pullable=pullable)


def _rulers_of(
    session: ReadSession, lesion: Lesion, mark: Mark, *, pullable: bool
) -> Iterator[ShownRuler]:
    """Yield the axes of a mark; the first bears the label."""
    counted = counted_axes(session.draft, session.charter.criteria, mark.timepoint, lesion)
    axes: tuple[tuple[Axis, Ruler | None], ...] = (("longest", mark.longest), ("short", mark.short))
    label = _label(mark)
    for axis, ruler in axes:
        if ruler is not None:
            yield ShownRuler(
                key=MarkName(lesion.id, mark.fragment),
                axis=axis,
                ruler=ruler,
                kind=_kind(lesion),
                counted=axis in counted,
                current=lesion.id == session.lesion,
                label=label,
                pullable=pullable,
            )
            label = ""


def _label(mark: Mark) -> str:
    """Return what stands beside a mark: its lesion, fragment and committed lengths."""
    lengths = [str(length) for length in (mark.longest_mm, mark.short_mm) if length is not None]
    return f"{mark_text(mark)}  {' × '.join(lengths)} mm"


def _kind(lesion: Lesion) -> Kind:
    if lesion.role == "target":
        return "node" if lesion.nodal else "target"
    return lesion.role
