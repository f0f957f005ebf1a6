"""Many reads as plain arrays: what the rules work on.

A *row* is what gets a response of its own: one compartment of one read, or
the whole patient (``overall``). A *cell* is one row at one visit. Cells are
kept flat, row after row, because reads differ in their number of visits.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["NEVER", "NO_LENGTH", "Bools", "Codes", "Days", "Layout", "Lengths", "Observations"]

Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
Days = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int64]
Lengths = npt.NDArray[np.int64]

NO_LENGTH: Final = -1
"""A length that was not recorded."""
NEVER: Final = np.iinfo(np.int32).max
"""A day that does not come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observations:
    """Lesion rows of many reads, one entry per lesion and visit (fragments apart), in any order.

    Attributes
    ----------
    row : ndarray of int64
        Row (see `Layout`) of the lesion's compartment; the overall row where
        compartments are not in use.
    visit : ndarray of int64
        Visit within the read, 0 is the baseline; earlier visits are left out.
    lesion : ndarray of int64
        Number of the lesion, unique over the batch.
    role, state, certainty : ndarray of int8
        Codes of ``terms.ROLES``, ``terms.STATES``, ``terms.CERTAINTIES``.
    nodal : ndarray of bool
    longest_um, short_um : ndarray of int64
        Axes in micrometres, `NO_LENGTH` where not recorded.
    holder : ndarray of int64
        Lesion that now holds the common size of a merged one, else -1.
    day : ndarray of int32
        Date of the scan, in days since 1970-01-01.
    """

    row: Indices
    visit: Indices
    lesion: Indices
    role: Codes
    state: Codes
    certainty: Codes
    nodal: Bools
    longest_um: Lengths
    short_um: Lengths
    holder: Indices
    day: Days

    def where(self, mask: Bools) -> Observations:
        """Return the entries for which `mask` is true."""
        return self if mask.all() else self.take(mask)

    def take(self, entries: slice | Indices | Bools) -> Observations:
        """Return some entries."""
        return Observations(**{f.name: getattr(self, f.name)[entries] for f in fields(self)})


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Reads, their rows and their visits.

    The rows of a read stand together, compartments first, ``overall`` last;
    reads and visits are in their final order.

    Attributes
    ----------
    read_of_row : ndarray of int64, shape (n_rows,)
    is_overall : ndarray of bool, shape (n_rows,)
    n_visits : ndarray of int64, shape (n_reads,)
        Baseline and later visits of each read.
    first_day, last_day : ndarray of int32, shape (n_read_visits,)
        Dates of each read's visits, read after read.
    marker, statement : ndarray of int8, shape (n_read_visits,)
        Codes of ``terms.TUMOUR_MARKERS`` and ``terms.NEW_LESION_STATEMENTS``;
        -1 where not stated.
    coverage_incomplete : ndarray of bool, shape (n_read_visits,)
    reference_day : ndarray of int32, shape (n_reads,)
        Start from which stable disease is counted, `NEVER` where unknown.
    new_therapy_day : ndarray of int32, shape (n_reads,)
        First new therapy after the baseline, else `NEVER`.
    local_therapy_day : ndarray of int32, shape (n_rows,)
        First local therapy after the baseline that ends the row, else `NEVER`.
    """

    read_of_row: Indices
    is_overall: Bools
    n_visits: Indices
    first_day: Days
    last_day: Days
    marker: Codes
    statement: Codes
    coverage_incomplete: Bools
    reference_day: Days
    new_therapy_day: Days
    local_therapy_day: Days

    @cached_property
    def visits_of_row(self) -> Indices:
        """Number of visits of each row."""
        return self.n_visits[self.read_of_row]

    @cached_property
    def cell_start(self) -> Indices:
        """First cell of each row; one more entry than rows."""
        return _starts(self.visits_of_row)

    @cached_property
    def visit_start(self) -> Indices:
        """First entry of each read in the arrays of read visits."""
        return _starts(self.n_visits)

    @cached_property
    def overall_row(self) -> Indices:
        """The overall row of each row's read."""
        return np.flatnonzero(self.is_overall)[self.read_of_row]

    @cached_property
    def compartment_rows(self) -> tuple[Indices, Indices]:
        """Rows of compartments, and the overall row of each."""
        inner = np.flatnonzero(~self.is_overall)
        return inner, self.overall_row[inner]

    @cached_property
    def compartment_cells(self) -> tuple[Indices, Indices]:
        """Cells of compartments, and the overall cell of each."""
        inner = np.flatnonzero(np.repeat(~self.is_overall, self.visits_of_row))
        row = np.repeat(np.arange(self.n_rows), self.visits_of_row)[inner]
        return inner, inner + (self.cell_start[self.overall_row] - self.cell_start[:-1])[row]

    def part(self, reads: slice, rows: slice) -> Layout:
        """Return some reads and their rows, counted from 0."""
        visits = slice(int(self.visit_start[reads.start]), int(self.visit_start[reads.stop]))
        return Layout(
            read_of_row=self.read_of_row[rows] - reads.start,
            is_overall=self.is_overall[rows],
            n_visits=self.n_visits[reads],
            first_day=self.first_day[visits],
            last_day=self.last_day[visits],
            marker=self.marker[visits],
            statement=self.statement[visits],
            coverage_incomplete=self.coverage_incomplete[visits],
            reference_day=self.reference_day[reads],
            new_therapy_day=self.new_therapy_day[reads],
            local_therapy_day=self.local_therapy_day[rows],
        )

    @property
    def n_reads(self) -> int:
        """Number of reads."""
        return len(self.n_visits)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.read_of_row)

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self.cell_start[-1])


def _starts(counts: Indices) -> Indices:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
