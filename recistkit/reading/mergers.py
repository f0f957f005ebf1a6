"""Merged lesions: which lesion may hold the common size, and which parts it holds."""

from __future__ import annotations

from collections.abc import Mapping

from recistkit.model.mark import Mark
from recistkit.model.read import Lesion
from recistkit.reading.draft import Draft, MarkKey

__all__ = ["holder_fault", "merged_into"]


def merged_into(draft: Draft, name: str, visit: str | None = None) -> tuple[str, ...]:
    """Return the lesions that are merged into one, at a visit or at any."""
    return tuple(
        dict.fromkeys(
            mark.lesion
            for mark in draft.marks.values()
            if mark.merged_into == name and visit in {None, mark.timepoint}
        )
    )


def holder_fault(
    lesions: Mapping[str, Lesion], marks: Mapping[MarkKey, Mark], mark: Mark
) -> str | None:
    """Return why the lesion that a mark names cannot hold the common size; None if it can."""
    name = mark.merged_into
    holder = lesions.get(name) if name is not None else None
    if holder is None or holder.role != "target" or name == mark.lesion:
        return "a merged lesion needs another target that holds the common size"
    if holder.compartment != lesions[mark.lesion].compartment:
        return f"{mark.lesion} and {name} lie in different compartments and cannot merge"
    there = marks.get((holder.id, mark.timepoint, None))
    if there is not None and there.state in {"absent", "merged"}:
        return f"{name} is {there.state} at this visit and holds no size"
    return None
