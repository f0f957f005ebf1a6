"""Reads are gathered by their number of visits, a block at a time; the answers do not show it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recistkit.model.timelines import Cells, RowFacts
from recistkit.response import bucket
from recistkit.response.bucket import cells_of_rows, timelines
from tests.model.layouts import layout
from tests.response.patients import assess

TEXTS = [
    "T1/primary 50 30 20\nT2/distant 50 60 90",
    "T1/primary 50 30\nT2/distant 50 60",
    "T1/primary 50 60 30\nT2/distant 50 10 gone",
    "T1/primary 50",
    "T1/primary 50 20 40\nN1/distant . new .",
    "T1/primary 50 20 20\nX1/distant seen gone gone",
    "T1/primary 50 gone\nX1/distant seen seen",
    "T1/primary 50 70 20\nX1/distant seen gone worse",
    "T1/primary 50 40 20\nX1/distant seen gone gone",
]


def numbered_cells(count: int) -> Cells:
    """Return cells whose every value is their number."""
    numbers: Any = np.arange(count)
    return Cells(**dict.fromkeys(Cells.__dataclass_fields__, numbers))


def numbered_facts(count: int) -> RowFacts:
    numbers: Any = np.arange(count)
    return RowFacts(**dict.fromkeys(RowFacts.__dataclass_fields__, numbers))


@pytest.mark.parametrize("reads_per_block", [1, 2, 3, 100])
def test_blocks_change_no_answer(monkeypatch: pytest.MonkeyPatch, reads_per_block: int) -> None:
    patients = {f"S{number}": text for number, text in enumerate(TEXTS)}
    whole = assess(patients)
    monkeypatch.setattr(bucket, "READS_PER_BLOCK", reads_per_block)
    parts = assess(patients)
    assert parts.responses.equals(whole.responses)
    assert parts.best.equals(whole.best)


@pytest.mark.parametrize(
    ("reads_per_block", "rows", "overall"),
    [
        (
            2,
            [[0, 1, 3], [4, 5, 6, 7, 8], [9], [2, 10, 11]],
            [[1, 1, 2], [2, 2, 2, 4, 4], [0], [0, 2, 2]],
        ),
        (
            3,
            [[0, 1, 3, 4, 5, 6], [7, 8, 9], [2, 10, 11]],
            [[1, 1, 2, 5, 5, 5], [1, 1, 2], [0, 2, 2]],
        ),
    ],
)
def test_a_block_holds_whole_reads_with_the_same_number_of_visits(
    monkeypatch: pytest.MonkeyPatch,
    reads_per_block: int,
    rows: list[list[int]],
    overall: list[list[int]],
) -> None:
    monkeypatch.setattr(bucket, "READS_PER_BLOCK", reads_per_block)
    reads = layout((2, 1), (3, 0), (2, 0), (2, 2), (2, 1), (2, 0), (3, 1))
    found = list(timelines(numbered_cells(reads.n_cells), numbered_facts(reads.n_rows), reads))
    assert [part.rows.tolist() for part in found] == rows
    assert [part.overall.tolist() for part in found] == overall


def test_sixteen_thousand_reads_make_a_block() -> None:
    assert bucket.READS_PER_BLOCK == 2**14


def test_timelines_hold_the_cells_visits_and_facts_of_their_rows() -> None:
    reads = layout((2, 1), (3, 0), (2, 0))
    two, three = timelines(numbered_cells(reads.n_cells), numbered_facts(reads.n_rows), reads)
    assert two.cells.measured.tolist() == [[0, 1], [2, 3], [7, 8]]
    assert three.cells.measured.tolist() == [[4, 5, 6]]
    assert (two.facts.targets.tolist(), three.facts.targets.tolist()) == ([0, 1, 3], [2])
    assert two.first_day.tolist() == [[0, 1], [0, 1], [5, 6]]
    assert two.last_day.tolist() == [[1000, 1001], [1000, 1001], [1005, 1006]]
    assert two.is_overall.tolist() == [False, True, True]


def test_cells_of_rows_are_counted_from_the_start_of_each_row() -> None:
    reads = layout((2, 1), (3, 0), (2, 0))
    assert cells_of_rows(reads, np.array([0, 3]), 2).tolist() == [[0, 1], [7, 8]]
