"""Progression of single lesions over their own smallest size (WHO; conventions C12)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recistkit.criteria import Criteria
from recistkit.model.batch import Bools, Indices, Lengths, Observations
from recistkit.response.limits import UNREACHABLE, progression_limit
from recistkit.response.sizes import MERGED, TargetSizes

__all__ = ["progressed_lesions"]


@dataclass(frozen=True, slots=True)
class _Table:
    """Sizes of the lesions as ``[visit, lesion]``; lesions renumbered from 0."""

    lesion: Indices
    size: Lengths
    imputed: Lengths
    evaluable: Bools
    holder: Indices


def progressed_lesions(
    targets: Observations, sizes: TargetSizes, criteria: Criteria
) -> tuple[Bools, Bools]:
    """Return which observations belong to a lesion that progressed, with and without stand-ins.

    Parameters
    ----------
    targets : Observations
        Target observations.
    sizes : TargetSizes
        Their sizes, entry by entry.
    criteria : Criteria
        With ``progression.per = "lesion"``.

    Returns
    -------
    progressed, progressed_unimputed : ndarray of bool
        One entry per observation; merged lesions share the verdict of the
        lesion that holds them.
    """
    table = _tabulate(targets, sizes)
    verdicts = np.zeros((2, *table.size.shape), bool)
    for visit in range(1, len(table.size)):
        reference = _smallest_earlier(table, visit)
        limit = progression_limit(reference, criteria)
        common = _common_sizes(table, visit)
        verdicts[0, visit] = common[0] >= limit
        verdicts[1, visit] = common[0] - common[1] >= limit
    at = verdicts[:, targets.visit, table.lesion] & sizes.evaluable
    return at[0], at[1]


def _tabulate(targets: Observations, sizes: TargetSizes) -> _Table:
    numbers, lesion = np.unique(targets.lesion, return_inverse=True)
    shape = int(targets.visit.max(initial=0)) + 1, len(numbers)
    size, imputed = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    evaluable = np.zeros(shape, bool)
    at = targets.visit, lesion
    np.add.at(size, at, sizes.size)
    np.add.at(imputed, at, np.where(sizes.imputed, sizes.size, 0))
    evaluable[at] = sizes.evaluable
    holder = np.broadcast_to(np.arange(len(numbers)), shape).copy()
    merged = targets.state == MERGED
    holder[targets.visit[merged], lesion[merged]] = np.searchsorted(numbers, targets.holder[merged])
    return _Table(lesion, size, imputed, evaluable, holder)


def _common_sizes(table: _Table, visit: int) -> tuple[Lengths, Lengths]:
    """Return size and stand-in part of the lesion that holds each lesion at a visit."""
    holder = table.holder[visit]
    return table.size[visit][holder], table.imputed[visit][holder]


def _smallest_earlier(table: _Table, visit: int) -> Lengths:
    """Return the smallest earlier size of each lesion, or of the lesions merged with it.

    A visit tells nothing where one of them was merged into yet another lesion.
    """
    holder = table.holder[visit]
    smallest = np.full(len(holder), UNREACHABLE)
    for earlier in range(visit):
        together = np.zeros(len(holder), np.int64)
        known = np.ones(len(holder), bool)
        np.add.at(together, holder, table.size[earlier])
        within = holder[table.holder[earlier]] == holder
        np.logical_and.at(known, holder, table.evaluable[earlier] & within)
        np.minimum(smallest, np.where(known, together, UNREACHABLE), out=smallest)
    reference: Lengths = smallest[holder]
    return reference
