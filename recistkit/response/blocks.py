"""Blocks of whole reads: independent of each other, and small enough for the processor's cache."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from recistkit.model.batch import Indices, Layout, Observations

__all__ = ["Block", "blocks", "cut_out"]

READS_PER_BLOCK = 16384


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Where some reads stand in a batch.

    Attributes
    ----------
    reads, rows, cells : slice
        Among those of the layout.
    entries : slice or ndarray of int64
        Among the observations.
    """

    reads: slice
    rows: slice
    cells: slice
    entries: slice | Indices


def blocks(observations: Observations, layout: Layout) -> list[Block]:
    """Return the blocks of a batch, in the order of its reads."""
    firsts = np.arange(0, layout.n_reads, READS_PER_BLOCK)
    reads = np.append(firsts, layout.n_reads)
    rows = np.searchsorted(layout.read_of_row, reads)
    cells = layout.cell_start[rows]
    entries = _entries(observations, layout, len(firsts))
    parts = zip(_slices(reads), _slices(rows), _slices(cells), entries, strict=True)
    return [
        Block(reads=reads, rows=rows, cells=cells, entries=entries)
        for reads, rows, cells, entries in parts
    ]


def _entries(
    observations: Observations, layout: Layout, n_blocks: int
) -> Sequence[slice | Indices]:
    """Return the observations of each block; they are put in order only where they are not."""
    if n_blocks == 1:
        return [slice(None)]
    block = layout.read_of_row[observations.row] // READS_PER_BLOCK
    starts = np.append(0, np.cumsum(np.bincount(block, minlength=n_blocks)))
    if (np.diff(block) >= 0).all():
        return _slices(starts)
    return np.split(np.argsort(block, kind="stable"), starts[1:-1])


def _slices(starts: Indices) -> list[slice]:
    return [slice(int(first), int(stop)) for first, stop in pairwise(starts)]


def cut_out(
    block: Block, observations: Observations, layout: Layout
) -> tuple[Observations, Layout]:
    """Return a block as a batch of its own, whose reads, rows and lesions are counted from 0."""
    part = observations.take(block.entries)
    lesion = part.lesion.min(initial=np.iinfo(np.int64).max)
    return (
        replace(
            part,
            row=part.row - block.rows.start,
            lesion=part.lesion - lesion,
            holder=np.where(part.holder < 0, part.holder, part.holder - lesion),
        ),
        layout.part(block.reads, block.rows),
    )
