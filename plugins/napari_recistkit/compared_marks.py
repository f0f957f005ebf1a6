"""The marks of two reads as rulers on the scan that is shown, A's and B's told apart; no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from napari_recistkit.lesion_layer import Kind, ShownRuler
from napari_recistkit.mark_name import mark_text
from napari_recistkit.mark_place import is_on_series
from napari_recistkit.said import size_said
from recistkit.reading.compared_reads import SIDES, Side
from recistkit.reading.sizes import counted_axes

if TYPE_CHECKING:
    from recistkit.measure.bidirectional import Axis
    from recistkit.model.mark import Mark, Ruler
    from recistkit.model.read import Lesion
    from recistkit.reading.adjudication import AdjudicationSession

__all__ = ["KINDS", "compared_rulers"]

KINDS: Final[dict[Side, Kind]] = {"A": "read-a", "B": "read-b"}
"""How each read is drawn."""


def compared_rulers(session: AdjudicationSession, visit: str, series: str) -> Iterator[ShownRuler]:
    """Yield the rulers of both reads at a visit that were drawn on one series, those of A first.

    Parameters
    ----------
    session : AdjudicationSession
    visit : str
        Label of the timepoint.
    series : str
        UID of the series that is shown.
    """
    for side in SIDES:
        for pair in session.reads.pairs:
            lesion = pair.of(side)
            for mark in session.reads.marks_of(pair, side, visit):
                if lesion is not None and is_on_series(mark, series):
                    current = pair.name == session.lesion
                    yield from _rulers_of(session, side, lesion, mark, current=current)


def _rulers_of(
    session: AdjudicationSession, side: Side, lesion: Lesion, mark: Mark, *, current: bool
) -> Iterator[ShownRuler]:
    """Yield the axes of a mark; the first bears the label, which says whose it is."""
    draft = session.reads.drafts[side]
    counted = counted_axes(draft, session.criteria, mark.timepoint, lesion)
    axes: tuple[tuple[Axis, Ruler | None], ...] = (("longest", mark.longest), ("short", mark.short))
    size = size_said(mark)
    label = f"{side}: {mark_text(mark)}{f' {size} mm' if size else ''}"
    for axis, ruler in axes:
        if ruler is not None:
            yield ShownRuler(
                key=(side, lesion.id, mark.fragment),
                axis=axis,
                ruler=ruler,
                kind=KINDS[side],
                counted=axis in counted,
                current=current,
                label=label,
                pullable=False,
            )
            label = ""
