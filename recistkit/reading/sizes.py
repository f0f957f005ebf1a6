"""The size of a target as the criteria count it, exactly as the engine does.

`recistkit.response.sizes` does the same for arrays of many reads; the tests
hold both together.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from recistkit.criteria import Criteria
from recistkit.model.mark import Mark
from recistkit.model.read import Lesion
from recistkit.reading.draft import Draft

__all__ = ["Axis", "counted_axes", "counted_size"]

Axis = Literal["longest", "short"]

_ZERO = Decimal(0)


def counted_axes(draft: Draft, criteria: Criteria, visit: str, lesion: Lesion) -> tuple[Axis, ...]:
    """Return the axes whose length, or product, counts for a lesion at a visit.

    A common lesion is nodal only if all its parts are (C8).
    """
    if criteria.size.measure == "product":
        return ("longest", "short")
    if criteria.size.nodes != "short" or not lesion.nodal:
        return ("longest",)
    parts = {
        mark.lesion
        for mark in draft.marks.values()
        if (mark.merged_into, mark.timepoint) == (lesion.id, visit)
    }
    others = any(not draft.lesions[name].nodal for name in parts)
    return ("longest",) if others else ("short",)


def counted_size(draft: Draft, criteria: Criteria, visit: str, lesion: Lesion) -> Decimal | None:
    """Return what a target adds to the sum at a visit; None where it is not evaluable.

    In the unit of the criteria (mm, or mm2 for products).
    """
    marks = draft.marks_of(lesion.id, visit)
    if lesion.role != "target" or not marks or marks[0].state == "not-evaluable":
        return None
    if marks[0].state in {"absent", "merged"}:
        return _ZERO
    axes = counted_axes(draft, criteria, visit, lesion)
    sizes = [_size(mark, axes, criteria) for mark in marks]
    return None if None in sizes else sum((size for size in sizes if size is not None), _ZERO)


def _size(mark: Mark, axes: Sequence[Axis], criteria: Criteria) -> Decimal | None:
    """Return the size of one mark; the stand-in where it is too small to have one."""
    lengths = [mark.longest_mm if axis == "longest" else mark.short_mm for axis in axes]
    if None in lengths:
        if mark.state != "too-small":
            return None
        return criteria.too_small.diameter_mm ** len(axes)
    size = Decimal(1)
    for length in lengths:
        size *= length if length is not None else 1
    return size
