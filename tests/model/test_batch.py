"""Reads as arrays: rows, visits and cells, and how compartments join the whole patient."""

from __future__ import annotations

import numpy as np

from recistkit.model.batch import NEVER, NO_LENGTH, Observations
from tests.model.layouts import layout


def observations(visits: list[int]) -> Observations:
    """Return one observation for each visit, of one lesion."""
    count = len(visits)
    whole = np.arange(count, dtype=np.int64)
    codes = np.zeros(count, np.int8)
    return Observations(
        row=whole * 0,
        visit=np.array(visits, np.int64),
        lesion=whole * 0,
        role=codes,
        state=codes,
        certainty=codes,
        nodal=np.zeros(count, bool),
        longest_um=whole + 10,
        short_um=whole * 0 + NO_LENGTH,
        holder=whole * 0 - 1,
        day=whole.astype(np.int32),
    )


def test_rows_of_a_read_stand_together_with_overall_last() -> None:
    two = layout((3, 2), (2, 0))
    assert two.n_rows == 4
    assert two.overall_row.tolist() == [2, 2, 2, 3]
    inner, outer = two.compartment_rows
    assert (inner.tolist(), outer.tolist()) == ([0, 1], [2, 2])


def test_cells_stand_row_after_row() -> None:
    two = layout((3, 2), (2, 0))
    assert two.visits_of_row.tolist() == [3, 3, 3, 2]
    assert two.cell_start.tolist() == [0, 3, 6, 9, 11]
    assert two.n_cells == 11
    assert two.visit_start.tolist() == [0, 3, 5]


def test_each_cell_of_a_compartment_knows_that_of_the_patient() -> None:
    three = layout((2, 1), (1, 0), (3, 2))
    inner, outer = three.compartment_cells
    assert inner.tolist() == [0, 1, 5, 6, 7, 8, 9, 10]
    assert outer.tolist() == [2, 3, 11, 12, 13, 11, 12, 13]


def test_without_compartments_nothing_is_below_the_patient() -> None:
    one = layout((2, 0))
    assert [part.tolist() for part in (*one.compartment_rows, *one.compartment_cells)] == [[]] * 4


def test_observations_are_chosen_by_a_mask() -> None:
    given = observations([0, 1, 2])
    chosen = given.where(np.array([True, False, True]))
    assert chosen.visit.tolist() == [0, 2]
    assert chosen.longest_um.tolist() == [10, 12]
    assert chosen.day.tolist() == [0, 2]


def test_all_observations_are_the_same_observations() -> None:
    given = observations([0, 1])
    assert given.where(np.array([True, True])) is given


def test_no_length_and_no_day_lie_outside_what_can_be() -> None:
    assert NO_LENGTH < 0
    assert np.iinfo(np.int32).max == NEVER
