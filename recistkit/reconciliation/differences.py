"""What each disagreement comes from: one row per lesion, or pair of lesions, that is concerned.

Where no lesion can be named, as for a date, one row says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import polars as pl

from recistkit.reconciliation.concerned import concerned_lesions
from recistkit.reconciliation.difference_text import Row, lesion_text, text_without_lesions
from recistkit.reconciliation.sizes import in_millimetres

__all__ = ["DIFFERENCES_SCHEMA", "differences"]

DIFFERENCES_SCHEMA: Final = {
    "subject": pl.String,
    "compartment": pl.String,
    "variable": pl.String,
    "cause": pl.String,
    "timepoint": pl.String,
    "reader_1": pl.String,
    "lesion_1": pl.String,
    "longest_mm_1": pl.Float64,
    "short_mm_1": pl.Float64,
    "reader_2": pl.String,
    "lesion_2": pl.String,
    "longest_mm_2": pl.Float64,
    "short_mm_2": pl.Float64,
    "text": pl.String,
}
"""Columns of the table of differences; `differences` says what they hold."""

_CASE: Final = ("subject", "compartment", "variable")


def differences(
    differing: pl.DataFrame,
    found: pl.DataFrame,
    responses: pl.DataFrame,
    readers: Sequence[str],
    lesions: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return what each disagreement comes from, with the lesions named.

    Parameters
    ----------
    differing : polars.DataFrame
        Rows of `recistkit.reconciliation.pairs.paired_values` that differ.
    found : polars.DataFrame
        As `recistkit.reconciliation.cause.causes` returns it for them.
    responses : polars.DataFrame
        Responses table, for the baselines.
    readers : sequence of str
        The two readers.
    lesions : polars.DataFrame or None
        As `recistkit.reconciliation.side_by_side.side_by_side` returns them;
        without them no lesion is named.

    Returns
    -------
    polars.DataFrame
        One row per subject, compartment, variable and lesion or pair, in the
        order of `differing` and of the lesions' names. ``timepoint`` is the
        visit that shows the cause, and the sizes are those of that visit (a
        split lesion: all fragments together); what is empty one reader does
        not have. ``text`` says it in words.
    """
    cases = differing.with_row_index("case").join(found, on=_CASE, how="left")
    rows = [_with_text(_with_visits(cases, responses, readers), text_without_lesions, readers)]
    if lesions is not None:
        keys = cases.select("case", *_CASE, "cause", "timepoint")
        concerned = concerned_lesions(keys, lesions, responses, readers)
        named = _with_text(concerned.with_columns(in_millimetres()), lesion_text, readers)
        rows = [rows[0].join(named, on="case", how="anti"), named]
    empty = pl.DataFrame(schema={"case": pl.UInt32, **DIFFERENCES_SCHEMA})
    kept = [row.select(name for name in row.columns if name in empty.columns) for row in rows]
    return (
        pl.concat([empty, *kept], how="diagonal")
        .with_columns(reader_1=pl.lit(readers[0]), reader_2=pl.lit(readers[1]))
        .sort("case", "lesion_1", "lesion_2", nulls_last=True)
        .select(*DIFFERENCES_SCHEMA)
    )


def _with_visits(
    cases: pl.DataFrame, responses: pl.DataFrame, readers: Sequence[str]
) -> pl.DataFrame:
    """Add ``visit_1`` and ``visit_2``: whether each read has a response at the visit of a case."""
    visit = ["subject", "compartment", "timepoint"]
    given = responses.filter(pl.col("response").is_not_null())
    for side, reader in enumerate(readers, start=1):
        there = given.filter(reader=reader).select(visit).unique()
        name = f"visit_{side}"
        cases = cases.join(
            there.with_columns(pl.lit(value=True).alias(name)),
            on=visit,
            how="left",
            maintain_order="left",
        ).with_columns(pl.col(name).fill_null(value=False))
    return cases


def _with_text(
    rows: pl.DataFrame, say: Callable[[Row, Sequence[str]], str], readers: Sequence[str]
) -> pl.DataFrame:
    """Return rows with what is said of each."""
    texts = [say(row, readers) for row in rows.iter_rows(named=True)]
    return rows.with_columns(pl.Series("text", texts, dtype=pl.String))
