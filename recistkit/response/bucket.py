"""Flat cells to timelines: reads are gathered by their number of visits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recistkit.model.batch import Indices, Layout
from recistkit.model.timelines import Cells, RowFacts, Timelines

__all__ = ["cells_of_rows", "timelines"]


def timelines(cells: Cells, facts: RowFacts, layout: Layout) -> Iterator[Timelines]:
    """Return `Timelines` for each number of visits that occurs."""
    for n_visits in np.unique(layout.n_visits):
        rows = np.flatnonzero(layout.visits_of_row == n_visits)
        read = layout.read_of_row[rows]
        visits = layout.visit_start[read][:, None] + np.arange(n_visits)
        yield Timelines(
            rows=rows,
            cells=cells.take(cells_of_rows(layout, rows, n_visits)),
            facts=facts.take(rows),
            is_overall=layout.is_overall[rows],
            overall=np.searchsorted(rows, layout.overall_row[rows]),
            first_day=layout.first_day[visits],
            last_day=layout.last_day[visits],
            marker=layout.marker[visits],
            statement=layout.statement[visits],
            coverage_incomplete=layout.coverage_incomplete[visits],
            reference_day=layout.reference_day[read],
            new_therapy_day=layout.new_therapy_day[read],
            local_therapy_day=layout.local_therapy_day[rows],
        )


def cells_of_rows(layout: Layout, rows: Indices, n_visits: int) -> Indices:
    """Return the cell numbers of rows that have the same number of visits, ``[row, visit]``."""
    return layout.cell_start[rows][:, None] + np.arange(n_visits)
