"""A proposed place as a box on the scan that is shown: where to look, and no ruler; no Qt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from napari_recistkit.lesion_layer import ShownRuler
from recistkit.model.mark import Ruler
from recistkit.reading.grid import PLANE_AXES

if TYPE_CHECKING:
    from recistkit.model.series import Vector
    from recistkit.reading.grid import BodyPlane, ViewGrid
    from recistkit.reading.proposed import ShownProposal

__all__ = ["shown_proposal"]


def shown_proposal(
    grid: ViewGrid, plane: BodyPlane, proposal: ShownProposal, lesion: str | None
) -> Iterator[ShownRuler]:
    """Yield the four sides of a proposal's search box, in the slice of its middle.

    Nothing where the reader took it off, on another scan, or where the place
    lies outside of the scan.

    Parameters
    ----------
    grid, plane
        What is shown.
    proposal : ShownProposal
    lesion : str or None
        Whose it is.
    """
    is_here = proposal.series == grid.series.uid and grid.contains(proposal.aim_mm)
    if proposal.is_hidden or not is_here:
        return
    corners = _corners(grid, plane, proposal)
    label = f"{lesion} proposed, {proposal.place.confidence}"
    for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
        yield ShownRuler(
            key=("proposed", lesion),
            axis="longest",
            ruler=Ruler(start_mm=start, end_mm=end),
            kind="proposed",
            counted=False,
            label=label,
            pullable=False,
        )
        label = ""


def _corners(grid: ViewGrid, plane: BodyPlane, proposal: ShownProposal) -> tuple[Vector, ...]:
    """Return the corners (LPS, mm) of a box about a place, held within the scan."""
    scrolled, rows, columns = PLANE_AXES[plane]
    middle = grid.display_index(proposal.aim_mm)
    half_mm = (proposal.made.box.highest_mm[0] - proposal.made.box.lowest_mm[0]) / 2

    def corner(down: int, right: int) -> Vector:
        index = list(middle)
        index[scrolled] = round(middle[scrolled])
        for axis, side in ((rows, down), (columns, right)):
            at = middle[axis] + side * half_mm / grid.spacing_mm[axis]
            index[axis] = min(max(at, 0.0), grid.shape[axis] - 1.0)
        return grid.patient_mm((index[0], index[1], index[2]))

    return (corner(-1, -1), corner(-1, 1), corner(1, 1), corner(1, -1))
