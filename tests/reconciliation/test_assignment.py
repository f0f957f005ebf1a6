"""The best assignment against all assignments there are."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import numpy.typing as npt
import pytest

from recistkit.reconciliation.assignment import best_assignment

Pairs = list[tuple[int, int]]


def by_brute_force(weights: npt.NDArray[np.int64]) -> tuple[int, Pairs]:
    """Return the largest sum, and of the assignments with it the one that the rule names."""
    rows, columns = weights.shape
    table = weights.tolist()
    padded = range(columns + rows)  # a column from `columns` on is no partner
    found: dict[tuple[int, ...], int] = {}
    for choice in permutations(padded, rows):
        pairs = [(row, column) for row, column in enumerate(choice) if column < columns]
        if all(table[row][column] for row, column in pairs):
            key = tuple(min(column, columns) for column in choice)
            found[key] = sum(table[row][column] for row, column in pairs)
    most = max(found.values())
    first = min(key for key, total in found.items() if total == most)
    return most, [(row, column) for row, column in enumerate(first) if column < columns]


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 4), (4, 1), (2, 3), (3, 3), (4, 3)])
@pytest.mark.parametrize("largest", [2, 1000])
def test_sum_and_choice_are_those_of_brute_force(rows: int, columns: int, largest: int) -> None:
    random = np.random.default_rng(rows * 100 + columns * 10 + largest)
    for _ in range(40):
        weights = random.integers(0, largest + 1, (rows, columns))
        weights[random.random(weights.shape) < 0.3] = 0
        most, pairs = by_brute_force(weights)
        found = best_assignment(weights)
        assert sum(int(weights[pair]) for pair in found) == most
        assert found == pairs


@pytest.mark.parametrize("size", [5, 6, 7])
def test_the_sum_is_that_of_all_permutations_up_to_seven_lesions(size: int) -> None:
    random = np.random.default_rng(size)
    orders = np.array(list(permutations(range(size))))
    for _ in range(8):
        weights = random.integers(1, 1_000_000, (size, size))
        most = int(weights[np.arange(size), orders].sum(axis=1).max())
        found = best_assignment(weights)
        assert sum(int(weights[pair]) for pair in found) == most
        assert sorted(column for _, column in found) == list(range(size))


def test_a_row_without_a_possible_column_has_no_partner() -> None:
    assert best_assignment(np.array([[0, 0], [0, 3]])) == [(1, 1)]


def test_the_weights_are_not_changed() -> None:
    weights = np.array([[1, 2], [3, 4]])
    best_assignment(weights)
    assert weights.tolist() == [[1, 2], [3, 4]]
