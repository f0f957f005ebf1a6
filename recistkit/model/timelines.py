"""Timelines: reads with the same number of visits, as arrays ``[row, visit]``."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from recistkit.model.batch import Bools, Codes, Days, Indices, Lengths

__all__ = ["Cells", "RowFacts", "Timelines"]

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """What the lesions of one row add up to at one visit.

    Flat over all cells of a `Layout`, or ``[row, visit]`` inside `Timelines`.

    Attributes
    ----------
    evaluable : ndarray of int64
        Number of targets with a known size.
    measured : ndarray of int64
        Sum of the known sizes in engine steps (0.001 mm, or 1e-6 mm2).
    imputed : ndarray of int64
        The part of `measured` that is stand-in sizes.
    target_seen : ndarray of bool
        A target shows disease: neither gone nor a normal node.
    lesion_progressed, lesion_progressed_unimputed : ndarray of bool
        A single target progressed over its own smallest size (WHO), with
        and without stand-in sizes.
    non_target_evaluable, non_target_progressed, non_target_persisting : ndarray of int64
        Numbers of non-targets.
    equivocal : ndarray of bool
        An equivocal new lesion is seen.
    target_day, progressed_day, new_day, disease_day : ndarray of int32
        Earliest scans that show an evaluable target (or the single target
        that progressed, WHO), a progressed non-target, a new lesion, and any
        target or non-target disease.
    """

    evaluable: Counts
    measured: Lengths
    imputed: Lengths
    target_seen: Bools
    lesion_progressed: Bools
    lesion_progressed_unimputed: Bools
    non_target_evaluable: Counts
    non_target_progressed: Counts
    non_target_persisting: Counts
    equivocal: Bools
    target_day: Days
    progressed_day: Days
    new_day: Days
    disease_day: Days

    def take(self, cells: Indices) -> Cells:
        """Return the cells of an index array, in its shape."""
        return Cells(**{f.name: getattr(self, f.name)[cells] for f in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFacts:
    """What holds for a row at all its visits.

    Attributes
    ----------
    targets, non_targets : ndarray of int64, shape (n_rows,)
        Number of lesions followed.
    new_onset, new_declared : ndarray of int32, shape (n_rows,)
        Visit of the first sighting of a new lesion that is unequivocal
        sooner or later, and visit of the first unequivocal sighting; `NEVER`
        without one. Later than the onset when it was equivocal at first.
    """

    targets: Counts
    non_targets: Counts
    new_onset: Days
    new_declared: Days

    def take(self, rows: Indices) -> RowFacts:
        """Return the rows of an index array."""
        return RowFacts(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Timelines:
    """Rows of reads that have the same number of visits.

    Attributes
    ----------
    rows : ndarray of int64, shape (n_rows,)
        Their numbers in the `Layout`.
    cells : Cells
        Arrays of shape (n_rows, n_visits).
    facts : RowFacts
        Arrays of shape (n_rows,).
    is_overall : ndarray of bool, shape (n_rows,)
    overall : ndarray of int64, shape (n_rows,)
        Position, among these rows, of the overall row of the same read.
    first_day, last_day, marker, statement, coverage_incomplete
        Of the read's visits, shape (n_rows, n_visits).
    reference_day, new_therapy_day, local_therapy_day
        Shape (n_rows,).
    """

    rows: Indices
    cells: Cells
    facts: RowFacts
    is_overall: Bools
    overall: Indices
    first_day: Days
    last_day: Days
    marker: Codes
    statement: Codes
    coverage_incomplete: Bools
    reference_day: Days
    new_therapy_day: Days
    local_therapy_day: Days
