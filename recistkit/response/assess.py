"""The arrow from lesion rows to responses and best responses."""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import chain
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from recistkit.criteria import Criteria
from recistkit.model.batch import NEVER, Bools, Codes, Days, Indices, Layout, Lengths, Observations
from recistkit.model.timelines import Timelines
from recistkit.response.best import Best, Course, best_response, stable_from
from recistkit.response.blocks import Block, blocks, cut_out
from recistkit.response.bucket import cells_of_rows, timelines
from recistkit.response.codes import PD, UNSET
from recistkit.response.flags import After, flag_bits
from recistkit.response.limits import UNREACHABLE
from recistkit.response.margin import NO_MARGIN, margins
from recistkit.response.new_lesion import assess_new_lesions
from recistkit.response.non_target import assess_non_targets
from recistkit.response.options import ResponseOptions
from recistkit.response.overall import Overall, assess_overall
from recistkit.response.reduce import reduce_lesions
from recistkit.response.target import assess_targets

__all__ = ["Assessment", "Visits", "assess", "assess_timelines"]

NO_SUM = np.int64(-1)
Laid = TypeVar("Laid", "Visits", Best)
Places = slice | Indices
Part = tuple[Places, Places, "Assessment"]
"""Where the cells and the rows of an assessment stand in a larger one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visits:
    """Responses of visits, flat over all cells or ``[row, visit]``.

    Attributes
    ----------
    response, target, non_target, new_lesion : ndarray of int8
        Codes of ``terms.RESPONSES`` and ``terms.NEW_LESION_STATEMENTS``; -1
        at the baseline.
    table_row : ndarray of int8
        Row of the overall table that answered.
    reappeared : ndarray of bool
        Disease after a CR made the PD instead.
    sum, baseline_sum, nadir_sum : ndarray of int64
        Engine steps; -1 where incomplete or where there is none.
    margin : ndarray of int64
        Engine steps; ``margin.NO_MARGIN`` where there is none.
    flags : ndarray of int32
        Bits of ``flags.FLAGS``.
    """

    response: Codes
    target: Codes
    non_target: Codes
    new_lesion: Codes
    table_row: Codes
    reappeared: Bools
    sum: Lengths
    baseline_sum: Lengths
    nadir_sum: Lengths
    margin: Lengths
    flags: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """Responses of a batch.

    Attributes
    ----------
    visits : Visits
        Flat over all cells of the layout.
    best : Best
        One entry per row of the layout.
    progression_day : ndarray of int32, shape (n_rows,)
        Earliest scan that shows the PD that counts, else `NEVER`.
    """

    visits: Visits
    best: Best
    progression_day: Days


def assess(
    observations: Observations,
    layout: Layout,
    criteria: Criteria,
    options: ResponseOptions | None = None,
) -> Assessment:
    """Return responses and best responses of many reads.

    Parameters
    ----------
    observations : Observations
        Lesion rows, in any order.
    layout : Layout
        Reads, rows and visits.
    criteria : Criteria
        The rule set.
    options : ResponseOptions, optional
        Conventions that trials settle differently.

    Notes
    -----
    The work grows in proportion to the number of lesion rows; there is no
    loop over subjects. Blocks of reads are worked on side by side.
    """
    options = options or ResponseOptions()
    parts = blocks(observations, layout)
    if len(parts) == 1:
        return _assess_block(observations, layout, criteria, options)

    def work(block: Block) -> Part:
        part = cut_out(block, observations, layout)
        return block.cells, block.rows, _assess_block(*part, criteria, options)

    with ThreadPoolExecutor(os.cpu_count()) as workers:
        return _put_together(workers.map(work, parts), layout)


def _assess_block(
    observations: Observations, layout: Layout, criteria: Criteria, options: ResponseOptions
) -> Assessment:
    cells, facts = reduce_lesions(observations, layout, criteria)
    parts = (
        (_cells(layout, reads), reads.rows, assess_timelines(reads, criteria, options))
        for reads in timelines(cells, facts, layout)
    )
    return _put_together(parts, layout)


def assess_timelines(reads: Timelines, criteria: Criteria, options: ResponseOptions) -> Assessment:
    """Return responses and best responses of timelines; arrays ``[row, visit]``."""
    targets = assess_targets(reads, criteria)
    non_targets = assess_non_targets(reads, criteria)
    new = assess_new_lesions(reads)
    overall = assess_overall(
        reads, targets, non_targets, new, criteria, sustain_pr=options.sustain_pr
    )
    after = _after(reads, overall, options)
    best = _best(reads, overall, after, criteria, options)
    no_nadir = targets.smallest == UNREACHABLE
    visits = Visits(
        response=overall.response,
        target=overall.target,
        non_target=non_targets.response,
        new_lesion=new.word,
        table_row=overall.table_row,
        reappeared=overall.reappeared,
        sum=np.where(targets.complete, reads.cells.measured, NO_SUM),
        baseline_sum=np.broadcast_to(targets.baseline, targets.smallest.shape),
        nadir_sum=np.where(no_nadir, NO_SUM, targets.smallest),
        margin=margins(reads, targets, non_targets, new, overall, criteria),
        flags=flag_bits(reads, targets, non_targets, new, overall, after),
    )
    rows = np.arange(len(reads.rows))
    day = overall.progression_day[rows, best.progression_visit]
    return Assessment(
        visits=_without_baseline(visits),
        best=best,
        progression_day=np.where(best.progression_visit < 0, NEVER, day).astype(np.int32),
    )


def _after(reads: Timelines, overall: Overall, options: ResponseOptions) -> After:
    """Return which visits lie later than what ends the assessment (C24)."""
    visit = np.arange(overall.response.shape[1])
    progressed = (overall.response == PD) & (visit > 0)
    stop = np.where(progressed.any(axis=1), progressed.argmax(axis=1), len(visit))
    if options.compartment_stop == "first":
        stop = np.minimum(stop, stop[reads.overall])
    return After(
        progression=visit > stop[:, None],
        new_therapy=reads.last_day > reads.new_therapy_day[:, None],
        local_therapy=reads.last_day > reads.local_therapy_day[:, None],
    )


def _best(
    reads: Timelines,
    overall: Overall,
    after: After,
    criteria: Criteria,
    options: ResponseOptions,
) -> Best:
    counts = ~(after.progression | after.new_therapy | after.local_therapy)
    counts[:, 0] = False
    minimum_days = options.min_sd_days
    if minimum_days is None:
        minimum_days = criteria.best_response.minimum_stable_days
    start = reads.reference_day if options.sd_from == "reference" else reads.last_day[:, 0]
    confirmation_days = options.confirmation_days
    if confirmation_days is None:
        confirmation_days = criteria.best_response.confirmation_days
    course = Course(
        response=overall.response,
        sustained=overall.sustained,
        counts=counts,
        day=reads.last_day,
        stable_from=stable_from(start, minimum_days),
        has_targets=reads.facts.targets > 0,
        has_disease=(reads.facts.targets > 0) | (reads.facts.non_targets > 0),
    )
    return best_response(course, options, confirmation_days)


def _without_baseline(visits: Visits) -> Visits:
    """Blank what a baseline does not have."""
    for words in (visits.response, visits.target, visits.non_target, visits.new_lesion):
        words[:, 0] = UNSET
    visits.table_row[:, 0] = UNSET
    visits.margin[:, 0] = NO_MARGIN
    return visits


def _cells(layout: Layout, reads: Timelines) -> Indices:
    return cells_of_rows(layout, reads.rows, reads.last_day.shape[1])


def _put_together(parts: Iterable[Part], layout: Layout) -> Assessment:
    """Return the assessment of a layout from parts of it, each let go once it is copied."""
    parts = iter(parts)
    first = next(parts)
    whole = Assessment(
        visits=_empty_like(first[2].visits, layout.n_cells),
        best=_empty_like(first[2].best, layout.n_rows),
        progression_day=np.empty(layout.n_rows, first[2].progression_day.dtype),
    )
    for cells, rows, part in chain([first], parts):
        _fill(whole.visits, cells, part.visits)
        _fill(whole.best, rows, part.best)
        whole.progression_day[rows] = part.progression_day
    return whole


def _empty_like(part: Laid, length: int) -> Laid:
    kinds = {f.name: getattr(part, f.name).dtype for f in fields(part)}
    return type(part)(**{name: np.empty(length, kind) for name, kind in kinds.items()})


def _fill(whole: Laid, places: Places, part: Laid) -> None:
    for f in fields(part):
        getattr(whole, f.name)[places] = getattr(part, f.name)
