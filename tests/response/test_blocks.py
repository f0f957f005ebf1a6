"""Reads are worked on in blocks, by their number of visits; the answers do not show it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from recistkit.model.batch import Indices, Layout, Observations
from recistkit.model.timelines import Cells, RowFacts
from recistkit.response import blocks as blocks_module
from recistkit.response.blocks import Block, blocks, cut_out
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


def observations(row: Indices) -> Observations:
    """Return entries of lesions 10, 11, ...; every other one is held by itself."""
    place = np.arange(len(row))
    code = np.zeros(len(row), np.int8)
    return Observations(
        row=row,
        visit=np.zeros(len(row), np.int64),
        lesion=place + 10,
        role=code,
        state=code,
        certainty=code,
        nodal=code.astype(bool),
        longest_um=row,
        short_um=row,
        holder=np.where(place % 2, place + 10, -1),
        day=place.astype(np.int32),
    )


def numbered_facts(count: int) -> RowFacts:
    numbers: Any = np.arange(count)
    return RowFacts(**dict.fromkeys(RowFacts.__dataclass_fields__, numbers))


@pytest.mark.parametrize("reads_per_block", [1, 2, 3, 5, 100])
def test_blocks_change_no_answer(monkeypatch: pytest.MonkeyPatch, reads_per_block: int) -> None:
    patients = {f"S{number}": text for number, text in enumerate(TEXTS)}
    whole = assess(patients)
    monkeypatch.setattr(blocks_module, "READS_PER_BLOCK", reads_per_block)
    parts = assess(patients)
    assert parts.responses.equals(whole.responses)
    assert parts.best.equals(whole.best)


def in_blocks(
    monkeypatch: pytest.MonkeyPatch, read_of_entry: list[int]
) -> list[tuple[Block, Observations, Layout]]:
    """Return blocks of two reads of a study with lesions 10, 11, ... in the order given."""
    monkeypatch.setattr(blocks_module, "READS_PER_BLOCK", 2)
    reads = layout((2, 1), (3, 0), (2, 0), (2, 2), (2, 1))
    entries = observations(reads.overall_row[np.searchsorted(reads.read_of_row, read_of_entry)])
    return [(block, *cut_out(block, entries, reads)) for block in blocks(entries, reads)]


def test_a_block_holds_whole_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    found = in_blocks(monkeypatch, [0, 1, 1, 2, 4])
    assert [(b.reads, b.rows, b.cells) for b, _, _ in found] == [
        (slice(0, 2), slice(0, 3), slice(0, 7)),
        (slice(2, 4), slice(3, 7), slice(7, 15)),
        (slice(4, 5), slice(7, 9), slice(15, 19)),
    ]
    assert [part.n_visits.tolist() for _, _, part in found] == [[2, 3], [2, 2], [2]]
    assert [part.read_of_row.tolist() for _, _, part in found] == [
        [0, 0, 1],
        [0, 1, 1, 1],
        [0, 0],
    ]
    assert [part.first_day.tolist() for _, _, part in found] == [
        [0, 1, 2, 3, 4],
        [5, 6, 7, 8],
        [9, 10],
    ]


@pytest.mark.parametrize("read_of_entry", [[0, 1, 2, 3, 4], [3, 0, 4, 2, 1], [4, 4, 1, 0, 0]])
def test_a_block_counts_rows_and_lesions_from_zero(
    monkeypatch: pytest.MonkeyPatch, read_of_entry: list[int]
) -> None:
    for number, (block, entries, part) in enumerate(in_blocks(monkeypatch, read_of_entry)):
        places = [at for at, read in enumerate(read_of_entry) if read // 2 == number]
        assert entries.day.tolist() == places
        assert (entries.row + block.rows.start).tolist() == entries.longest_um.tolist()
        assert (part.read_of_row[entries.row] + block.reads.start).tolist() == [
            read_of_entry[at] for at in places
        ]
        first = min(places, default=0)
        assert entries.lesion.tolist() == [at - first for at in places]
        assert entries.holder.tolist() == [at - first if at % 2 else -1 for at in places]


def test_sixteen_thousand_reads_make_a_block() -> None:
    assert blocks_module.READS_PER_BLOCK == 2**14


def test_rows_are_gathered_by_the_visits_of_their_reads() -> None:
    reads = layout((2, 1), (3, 0), (2, 0), (2, 2), (2, 1), (2, 0), (3, 1))
    found = list(timelines(numbered_cells(reads.n_cells), numbered_facts(reads.n_rows), reads))
    assert [part.rows.tolist() for part in found] == [
        [0, 1, 3, 4, 5, 6, 7, 8, 9],
        [2, 10, 11],
    ]
    assert [part.overall.tolist() for part in found] == [
        [1, 1, 2, 5, 5, 5, 7, 7, 8],
        [0, 2, 2],
    ]


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
