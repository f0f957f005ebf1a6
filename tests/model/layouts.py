"""Layouts for tests: reads by their number of visits and compartments."""

from __future__ import annotations

import numpy as np

from recistkit.model.batch import NEVER, Layout


def layout(*reads: tuple[int, int]) -> Layout:
    """Return the layout of reads, each with (visits, compartments); visits are a day apart."""
    n_visits = np.array([visits for visits, _ in reads], np.int64)
    rows = [
        (number, place == inner)
        for number, (_, inner) in enumerate(reads)
        for place in range(inner + 1)
    ]
    total = int(n_visits.sum())
    return Layout(
        read_of_row=np.array([read for read, _ in rows], np.int64),
        is_overall=np.array([is_overall for _, is_overall in rows]),
        n_visits=n_visits,
        first_day=np.arange(total, dtype=np.int32),
        last_day=np.arange(total, dtype=np.int32) + 1000,
        marker=np.full(total, -1, np.int8),
        statement=np.full(total, -1, np.int8),
        coverage_incomplete=np.zeros(total, bool),
        reference_day=np.full(len(reads), NEVER, np.int32),
        new_therapy_day=np.full(len(reads), NEVER, np.int32),
        local_therapy_day=np.full(len(rows), NEVER, np.int32),
    )
