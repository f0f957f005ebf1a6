"""The response of a visit: the criteria's overall table, and disease that comes back after CR."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recistkit.criteria import Criteria
from recistkit.model.batch import NEVER, Bools, Codes, Days
from recistkit.model.timelines import Timelines
from recistkit.response.codes import CR, PD, PR, SD
from recistkit.response.new_lesion import NewLesions
from recistkit.response.non_target import NonTargets
from recistkit.response.target import Targets

__all__ = ["Overall", "assess_overall", "sustainable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """Responses; arrays ``[row, visit]``.

    Attributes
    ----------
    response, target : ndarray of int8
        `target` is the target response with sustained PR.
    table_row : ndarray of int8
        Row of the overall table that answered.
    after_complete : ndarray of bool
        Disease shows after a CR: PD whatever the table says.
    reappeared : ndarray of bool
        That made the PD, not the table.
    may_sustain, sustained : ndarray of bool
        An SD would be, and is, called PR.
    progression_day : ndarray of int32
        Earliest scan that shows a PD, `NEVER` where there is none.
    """

    response: Codes
    target: Codes
    table_row: npt.NDArray[np.int8]
    after_complete: Bools
    reappeared: Bools
    may_sustain: Bools
    sustained: Bools
    progression_day: Days


def assess_overall(
    reads: Timelines,
    targets: Targets,
    non_targets: NonTargets,
    new: NewLesions,
    criteria: Criteria,
    *,
    sustain_pr: bool,
) -> Overall:
    """Return the response of every visit.

    References
    ----------
    Eisenhauer 2009, Tables 1 and 2; Table 3, footnote (reappearance);
    conventions C13, C20 and C23.
    """
    table = criteria.overall_table
    is_new = new.unequivocal.astype(np.int8)
    literal_row = table.row[targets.response, non_targets.response, is_new]
    literal = table.response[literal_row]
    back = _reappeared(reads, literal, criteria)
    progressed = back | (literal == PD)
    may_sustain = sustainable(targets.response, progressed)
    if not sustain_pr:
        may_sustain = np.zeros_like(may_sustain)
    sustained = may_sustain & (targets.response == SD)
    target = np.where(sustained, np.int8(PR), targets.response)
    table_row = table.row[target, non_targets.response, is_new]
    response = np.where(back, np.int8(PD), table.response[table_row])
    return Overall(
        response=response,
        target=target,
        table_row=table_row,
        after_complete=back,
        reappeared=back & (table.response[table_row] != PD),
        may_sustain=may_sustain,
        sustained=sustained,
        progression_day=_progression_day(reads, target, non_targets, new, back),
    )


def _earlier(mask: Bools) -> Bools:
    """Return whether `mask` holds at any earlier visit."""
    out = np.zeros_like(mask)
    np.logical_or.accumulate(mask[:, :-1], axis=1, out=out[:, 1:])
    return out


def _reappeared(reads: Timelines, response: Codes, criteria: Criteria) -> Bools:
    if not criteria.reappearance.after_complete_response:
        return np.zeros(response.shape, bool)
    follow_up = np.arange(response.shape[1]) > 0
    back: Bools = _earlier((response == CR) & follow_up) & (reads.cells.disease_day != NEVER)
    return back


def sustainable(target: Codes, progressed: Bools) -> Bools:
    """Return where an SD follows a PR or CR of the targets without a PD between (C13)."""
    visit = np.arange(target.shape[1])
    responded = (target == PR) | (target == CR)
    last_response = np.maximum.accumulate(np.where(responded, visit, -1), axis=1)
    last_pd = np.maximum.accumulate(np.where(progressed, visit, -1), axis=1)
    out = np.zeros(target.shape, bool)
    out[:, 1:] = (last_response[:, :-1] > 0) & (last_response[:, :-1] >= last_pd[:, :-1])
    return out


def _progression_day(
    reads: Timelines, target: Codes, non_targets: NonTargets, new: NewLesions, back: Bools
) -> Days:
    """Return the earliest scan of the causes that hold (C23)."""
    cells = reads.cells
    causes = (
        (target == PD, cells.target_day),
        (non_targets.response == PD, cells.progressed_day),
        (new.unequivocal, new.day),
        (back, cells.disease_day),
    )
    days = [np.where(holds, day, NEVER) for holds, day in causes]
    earliest: Days = np.minimum.reduce(days).astype(np.int32)
    return earliest
