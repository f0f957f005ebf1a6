"""The rows of every read: what gets a response of its own (C4)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from recistkit.terms import OVERALL

__all__ = ["number_responses"]

FIRST = ("primary", "distant")


def number_responses(
    reads: pl.DataFrame, visits: pl.DataFrame, place: npt.NDArray[np.int64]
) -> tuple[pl.DataFrame, npt.NDArray[np.int64]]:
    """Return the rows of all reads, and the row that each lesion row belongs to.

    Parameters
    ----------
    reads : polars.DataFrame
        Lesion rows.
    visits : polars.DataFrame
        Visits in order.
    place : ndarray of int64
        Place of each lesion row's visit in `visits`.

    Returns
    -------
    rows : polars.DataFrame
        ``row, read, subject, reader, compartment``: the compartments that any
        row of the subject names, and ``overall`` last.
    row : ndarray of int64
        One entry per lesion row; the overall row where it names no compartment.
    """
    words = _in_order(reads["compartment"])
    codes = reads["compartment"].cast(pl.Enum(words)).to_physical().cast(pl.Int64)
    compartment = codes.fill_null(len(words) - 1).to_numpy()
    subject = visits["subject"].rle_id().to_numpy().astype(np.int64)
    named = np.zeros((int(subject.max(initial=-1)) + 1, len(words)), bool)
    named[subject[place], compartment] = True
    named[:, -1] = True
    read = visits["read"].to_numpy()
    first_visit = np.flatnonzero(np.diff(read, prepend=-1))
    of_reads = named[subject[first_visit]]
    number = np.cumsum(of_reads.ravel()).reshape(of_reads.shape) - 1
    read_of_row, word_of_row = np.nonzero(of_reads)
    rows = visits.select("read", "subject", "reader")[first_visit][read_of_row]
    rows = rows.with_columns(
        row=np.arange(len(read_of_row)), compartment=pl.Series(words).gather(word_of_row)
    )
    row: npt.NDArray[np.int64] = number[read[place], compartment]
    return rows, row


def _in_order(compartments: pl.Series) -> list[str]:
    names = compartments.unique().drop_nulls().to_list()
    first = [name for name in FIRST if name in names]
    return [*first, *sorted(set(names) - set(FIRST)), OVERALL]
