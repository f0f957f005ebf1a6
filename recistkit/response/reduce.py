"""Lesion rows to sums and counts per cell: the last place that knows single lesions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from recistkit.criteria import Criteria
from recistkit.model.batch import NEVER, NO_LENGTH, Bools, Days, Layout, Observations
from recistkit.model.timelines import Cells, RowFacts
from recistkit.response.places import Places
from recistkit.response.single_lesions import progressed_lesions
from recistkit.response.sizes import NOT_EVALUABLE, TargetSizes, target_sizes
from recistkit.terms import CERTAINTIES, ROLES, STATES

__all__ = ["evaluable_observations", "reduce_lesions", "treated_observations"]

TARGET = ROLES.index("target")
NON_TARGET = ROLES.index("non-target")
NEW = ROLES.index("new")
ABSENT = STATES.index("absent")
PRESENT = STATES.index("present")
INCREASED = STATES.index("increased")
PROGRESSED = STATES.index("progressed")
UNEQUIVOCAL = CERTAINTIES.index("unequivocal")


def reduce_lesions(
    observations: Observations, layout: Layout, criteria: Criteria
) -> tuple[Cells, RowFacts]:
    """Add lesions up to cells, for compartments and for the whole patient.

    Parameters
    ----------
    observations : Observations
        Lesion rows, in any order.
    layout : Layout
        Reads, rows and visits.
    criteria : Criteria
        Says which size counts.

    Returns
    -------
    Cells, RowFacts
        Flat over all cells, and over all rows.
    """
    assessed = _assessed(observations, layout)
    targets, non_targets, new = (
        Places(assessed.where(assessed.role == role), layout) for role in (TARGET, NON_TARGET, NEW)
    )
    target_arrays, target_disease = _targets(targets, criteria)
    non_target_arrays, non_target_disease = _non_targets(non_targets, criteria)
    new_arrays, onset, declared = _new_lesions(new)
    cells = Cells(
        **target_arrays,
        **non_target_arrays,
        **new_arrays,
        disease_day=np.minimum(target_disease, non_target_disease),
    )
    facts = RowFacts(
        targets=targets.lesions_per_row(),
        non_targets=non_targets.lesions_per_row(),
        new_onset=onset,
        new_declared=declared,
    )
    return cells, facts


def evaluable_observations(observations: Observations, layout: Layout, criteria: Criteria) -> Bools:
    """Return which target and non-target observations tell something; for explanations."""
    assessed = _assessed(observations, layout)
    evaluable: Bools = assessed.state != NOT_EVALUABLE
    targets = assessed.role == TARGET
    evaluable[targets] = target_sizes(assessed.where(targets), criteria).evaluable
    return evaluable


def treated_observations(observations: Observations, layout: Layout) -> Bools:
    """Return which observations local therapy makes not evaluable (C21)."""
    therapy = layout.local_therapy_day[observations.row]
    visit = layout.visit_start[layout.read_of_row[observations.row]] + observations.visit
    treated: Bools = (layout.last_day[visit] > therapy) & (observations.role != NEW)
    treated &= observations.state != PROGRESSED
    return treated


def _assessed(observations: Observations, layout: Layout) -> Observations:
    """Return observations in which what cannot be told is not evaluable (C16, C21)."""
    untold = _gone_unseen(observations)
    if (layout.local_therapy_day != NEVER).any():
        untold |= treated_observations(observations, layout)
    if not untold.any():
        return observations
    state = np.where(untold, np.int8(NOT_EVALUABLE), observations.state)
    return replace(observations, state=state)


def _gone_unseen(observations: Observations) -> Bools:
    """A non-target that was never seen cannot be known to have gone (C16)."""
    non_target = observations.role == NON_TARGET
    seen = non_target & np.isin(observations.state, (PRESENT, INCREASED, PROGRESSED))
    lesions = int(observations.lesion.max(initial=-1)) + 1
    first_seen = _first_visit(lesions, observations, seen)[observations.lesion]
    gone: Bools = non_target & (observations.state == ABSENT)
    gone &= observations.visit < first_seen
    return gone


def _targets(targets: Places, criteria: Criteria) -> tuple[dict[str, Any], Days]:
    sizes = target_sizes(targets.observations, criteria)
    arrays = {
        "evaluable": targets.total(sizes.counted),
        "measured": targets.total(sizes.size),
        "imputed": targets.total(np.where(sizes.imputed & sizes.evaluable, sizes.size, 0)),
        "target_seen": targets.anywhere(sizes.seen),
    }
    return arrays | _single_lesions(targets, sizes, criteria), targets.earliest(sizes.seen)


def _single_lesions(targets: Places, sizes: TargetSizes, criteria: Criteria) -> dict[str, Any]:
    """Return which cells have a lesion that progressed by itself, and the scan that shows PD."""
    if criteria.progression.per == "sum":
        none = np.zeros(targets.layout.n_cells, bool)
        return {
            "lesion_progressed": none,
            "lesion_progressed_unimputed": none,
            "target_day": targets.earliest(sizes.evaluable),
        }
    progressed, unimputed = progressed_lesions(targets.observations, sizes, criteria)
    can_progress = criteria.imputed_progression.imputed_can_progress
    return {
        "lesion_progressed": targets.anywhere(progressed),
        "lesion_progressed_unimputed": targets.anywhere(unimputed),
        "target_day": targets.earliest(progressed if can_progress else unimputed),
    }


def _non_targets(non_targets: Places, criteria: Criteria) -> tuple[dict[str, Any], Days]:
    rows = non_targets.observations
    evaluable = rows.state != NOT_EVALUABLE
    progressed = rows.state == PROGRESSED
    gone = (rows.state == ABSENT) | _normal_node(rows, criteria)
    arrays = {
        "non_target_evaluable": non_targets.total(evaluable),
        "non_target_progressed": non_targets.total(progressed),
        "non_target_persisting": non_targets.total(evaluable & ~gone & ~progressed),
        "progressed_day": non_targets.earliest(progressed),
    }
    return arrays, non_targets.earliest(evaluable & ~gone)


def _normal_node(non_targets: Observations, criteria: Criteria) -> Bools:
    """A node that went below the normal limit counts as gone (C14)."""
    if criteria.normal_node_um is None:
        return np.zeros(len(non_targets.row), bool)
    small: Bools = non_targets.nodal & (non_targets.short_um != NO_LENGTH)
    small &= (non_targets.short_um < criteria.normal_node_um) & (non_targets.state == PRESENT)
    from_the_start = non_targets.lesion[small & (non_targets.visit == 0)]
    return small & ~np.isin(non_targets.lesion, from_the_start)


def _new_lesions(new: Places) -> tuple[dict[str, Any], Days, Days]:
    """Return arrays of cells, and per row the onset and the first unequivocal sighting (C17)."""
    rows = new.observations
    sighted = (rows.state != ABSENT) & (rows.state != NOT_EVALUABLE)
    unequivocal = sighted & (rows.certainty == UNEQUIVOCAL)
    row_of = new.row_of_lesion
    first = _first_visit(len(row_of), rows, sighted)
    declared = _first_visit(len(row_of), rows, unequivocal)
    real = declared != NEVER
    arrays = {
        "equivocal": new.anywhere(sighted & ~unequivocal),
        "new_day": new.earliest(sighted & real[rows.lesion]),
    }
    return (
        arrays,
        new.earliest_visit_of_row(first[real], row_of[real]),
        new.earliest_visit_of_row(declared[real], row_of[real]),
    )


def _first_visit(n_lesions: int, rows: Observations, mask: Bools) -> Days:
    out = np.full(n_lesions, NEVER, np.int32)
    np.minimum.at(out, rows.lesion[mask], rows.visit[mask].astype(np.int32))
    return out
