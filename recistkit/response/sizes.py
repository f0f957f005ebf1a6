"""The size of a target at a visit: from its state and axes to a number of engine steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recistkit.criteria import Criteria
from recistkit.model.batch import NO_LENGTH, Bools, Indices, Lengths, Observations
from recistkit.terms import STATES

__all__ = ["TargetSizes", "target_sizes"]

TOO_SMALL = STATES.index("too-small")
ABSENT = STATES.index("absent")
NOT_EVALUABLE = STATES.index("not-evaluable")
SPLIT = STATES.index("split")
MERGED = STATES.index("merged")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetSizes:
    """Sizes of target observations, entry by entry.

    Attributes
    ----------
    size : ndarray of int64
        Engine steps; 0 where not evaluable.
    evaluable : ndarray of bool
    counted : ndarray of int64
        1 for an evaluable lesion, on one entry only if it is in fragments.
    imputed : ndarray of bool
        The size is the stand-in of a lesion too small to measure.
    seen : ndarray of bool
        Shows disease: there, and not known to be a normal node.
    """

    size: Lengths
    evaluable: Bools
    counted: Indices
    imputed: Bools
    seen: Bools


def target_sizes(targets: Observations, criteria: Criteria) -> TargetSizes:
    """Return the size of every target observation.

    References
    ----------
    Eisenhauer 2009, 4.2 and 4.3.2; conventions C5 to C9.
    """
    node = _counts_as_node(targets)
    wanted, stand_in = _wanted_size(targets, node, criteria)
    missing = wanted == NO_LENGTH
    imputed = (targets.state == TOO_SMALL) & missing
    zero = (targets.state == ABSENT) | (targets.state == MERGED)
    size = np.where(imputed, stand_in, np.where(zero, 0, wanted))
    evaluable = (targets.state != NOT_EVALUABLE) & (zero | imputed | ~missing)
    counted = evaluable.astype(np.int64)
    if (targets.state == SPLIT).any():
        _judge_fragments_together(targets, evaluable, counted)
    seen = _shows_disease(targets, node, imputed, criteria)
    return TargetSizes(
        size=np.where(evaluable, size, 0),
        evaluable=evaluable,
        counted=counted,
        imputed=imputed,
        seen=seen,
    )


def _wanted_size(targets: Observations, node: Bools, criteria: Criteria) -> tuple[Lengths, int]:
    """Return the size that the criteria want (`NO_LENGTH` if missing) and the stand-in."""
    if criteria.size.measure == "product":
        missing = (targets.longest_um == NO_LENGTH) | (targets.short_um == NO_LENGTH)
        wanted = np.where(missing, NO_LENGTH, targets.longest_um * targets.short_um)
        return wanted, criteria.too_small_um**2
    if criteria.size.nodes == "short":
        return np.where(node, targets.short_um, targets.longest_um), criteria.too_small_um
    return targets.longest_um, criteria.too_small_um


def _key(targets: Observations, lesion: Indices) -> Indices:
    """Return one number per lesion and visit."""
    visits = int(targets.visit.max(initial=0)) + 1
    return lesion * visits + targets.visit


def _counts_as_node(targets: Observations) -> Bools:
    """A common lesion is nodal only if all its parts are (C8)."""
    other_parts = (targets.state == MERGED) & ~targets.nodal
    if not other_parts.any():
        return targets.nodal
    mixed = np.isin(_key(targets, targets.lesion), _key(targets, targets.holder)[other_parts])
    return targets.nodal & ~mixed


def _judge_fragments_together(targets: Observations, evaluable: Bools, counted: Indices) -> None:
    """One fragment without a size makes the lesion not evaluable; it counts once (C7)."""
    split = np.flatnonzero(targets.state == SPLIT)
    _, first, group = np.unique(
        _key(targets, targets.lesion)[split], return_index=True, return_inverse=True
    )
    whole = np.ones(len(first), bool)
    np.logical_and.at(whole, group, evaluable[split])
    evaluable[split] = whole[group]
    counted[split] = 0
    counted[split[first]] = whole


def _show_fragments_together(targets: Observations, abnormal: Bools) -> None:
    """The largest fragment answers for all of a node (C7)."""
    split = np.flatnonzero(targets.state == SPLIT)
    keys, group = np.unique(_key(targets, targets.lesion)[split], return_inverse=True)
    shown = np.zeros(len(keys), bool)
    np.logical_or.at(shown, group, abnormal[split])
    abnormal[split] = shown[group]


def _shows_disease(targets: Observations, node: Bools, imputed: Bools, criteria: Criteria) -> Bools:
    there: Bools = (targets.state != ABSENT) & (targets.state != NOT_EVALUABLE)
    limit = criteria.normal_node_um
    if limit is None:
        return there
    short = np.where(imputed, criteria.too_small_um, targets.short_um)
    abnormal: Bools = there & (~node | (short >= limit))
    _show_fragments_together(targets, abnormal)
    merged_nodes = (targets.state == MERGED) & targets.nodal
    if merged_nodes.any():
        ill = np.unique(_key(targets, targets.lesion)[abnormal & (targets.state != MERGED)])
        abnormal[merged_nodes] = np.isin(_key(targets, targets.holder)[merged_nodes], ill)
    return abnormal
