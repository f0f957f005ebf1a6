"""Adding up over cells: where an observation lies, and how a patient is the sum of compartments."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from recistkit.model.batch import NEVER, Bools, Days, Indices, Layout, Observations

__all__ = ["Places"]


class Places:
    """Observations placed in the cells of a layout.

    Parameters
    ----------
    observations : Observations
        Entries of one role, in any order.
    layout : Layout
        Reads, rows and visits.
    """

    def __init__(self, observations: Observations, layout: Layout) -> None:
        self.observations = observations
        self.layout = layout
        self._cell = layout.cell_start[observations.row] + observations.visit

    def total(self, values: npt.NDArray[np.int64] | Bools) -> npt.NDArray[np.int64]:
        """Return the sum of `values` in every cell, compartments and overall."""
        out = np.zeros(self.layout.n_cells, np.int64)
        np.add.at(out, self._cell, values.astype(np.int64, copy=False))
        inner, outer = self.layout.compartment_cells
        np.add.at(out, outer, out[inner])
        return out

    def anywhere(self, mask: Bools) -> Bools:
        """Return whether `mask` holds for any observation of each cell."""
        out = np.zeros(self.layout.n_cells, bool)
        out[self._cell[mask]] = True
        inner, outer = self.layout.compartment_cells
        out[outer[out[inner]]] = True
        return out

    def earliest(self, mask: Bools) -> Days:
        """Return the earliest scan of the observations for which `mask` holds, in every cell."""
        out = np.full(self.layout.n_cells, NEVER, np.int32)
        np.minimum.at(out, self._cell[mask], self.observations.day[mask])
        inner, outer = self.layout.compartment_cells
        np.minimum.at(out, outer, out[inner])
        return out

    def lesions_per_row(self) -> npt.NDArray[np.int64]:
        """Return the number of lesions of each row."""
        row_of = self.row_of_lesion
        out = np.bincount(row_of[row_of >= 0], minlength=self.layout.n_rows).astype(np.int64)
        inner, outer = self.layout.compartment_rows
        np.add.at(out, outer, out[inner])
        return out

    @property
    def row_of_lesion(self) -> Indices:
        """Row of each lesion number, -1 for numbers that are not among the observations."""
        lesion = self.observations.lesion
        out = np.full(int(lesion.max(initial=-1)) + 1, -1, np.int64)
        out[lesion] = self.observations.row
        return out

    def earliest_visit_of_row(self, visit: Days, row: Indices) -> Days:
        """Return the earliest of `visit` for every row, compartments and overall."""
        out = np.full(self.layout.n_rows, NEVER, np.int32)
        np.minimum.at(out, row, visit)
        inner, outer = self.layout.compartment_rows
        np.minimum.at(out, outer, out[inner])
        return out
