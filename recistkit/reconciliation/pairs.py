"""Two readers' tables side by side: one row per compared value, one per visit."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from recistkit.terms import OVERALL

__all__ = ["compartment_rank", "paired_values", "paired_visits"]


def compartment_rank() -> pl.Expr:
    """Return the order of a compartment: primary, distant, the others by name, overall."""
    ranks = {"primary": 0, "distant": 1, OVERALL: 3}
    return pl.col("compartment").replace_strict(ranks, default=2, return_dtype=pl.Int8)


def paired_values(
    best: pl.DataFrame, readers: Sequence[str], variables: Sequence[str]
) -> pl.DataFrame:
    """Return both readers' values of each variable, as text.

    Parameters
    ----------
    best : polars.DataFrame
        Best table; readers other than the two are left out.
    readers : sequence of str
        The two readers.
    variables : sequence of str
        Columns of the best table.

    Returns
    -------
    polars.DataFrame
        ``subject, compartment, variable, value_1, value_2, has_1, has_2,
        differs``: ``has_1`` is whether the first reader has such a row at
        all. Two empty values agree; a value that only one reader could give
        does not. By subject, compartment and variable in the order asked for.
    """
    index = ["subject", "compartment"]
    sides = []
    for number, reader in enumerate(readers, start=1):
        values = best.filter(pl.col("reader") == reader).select(
            *index, *(pl.col(name).cast(pl.String) for name in variables)
        )
        long = values.unpivot(index=index, value_name=f"value_{number}")
        sides.append(long.with_columns(pl.lit(value=True).alias(f"has_{number}")))
    both = sides[0].join(sides[1], on=[*index, "variable"], how="full", coalesce=True)
    has = pl.col("has_1", "has_2").fill_null(value=False)
    order = pl.col("variable").replace_strict(
        list(variables), list(range(len(variables))), return_dtype=pl.Int64
    )
    return (
        both.with_columns(has)
        .with_columns(
            differs=pl.col("value_1").ne_missing(pl.col("value_2"))
            | ~pl.col("has_1")
            | ~pl.col("has_2")
        )
        .sort("subject", compartment_rank(), "compartment", order)
        .select(*index, "variable", "value_1", "value_2", "has_1", "has_2", "differs")
    )


_COMPONENTS = ("response", "target", "non_target", "date_first", "date_last")


def paired_visits(responses: pl.DataFrame, readers: Sequence[str]) -> pl.DataFrame:
    """Return both readers' rows of each visit that has a response.

    Returns
    -------
    polars.DataFrame
        ``subject, compartment, timepoint`` and, for each reader,
        ``response, target, non_target, date_first, date_last``, ``new``
        (an unequivocal new lesion) and ``counts`` (the visit does not come
        after the end of the assessment), with the suffixes ``_1`` and ``_2``.
        What one reader has no row for is null.
    """
    index = ["subject", "compartment", "timepoint"]
    sides = []
    for number, reader in enumerate(readers, start=1):
        rows = responses.filter((pl.col("reader") == reader) & pl.col("response").is_not_null())
        sides.append(
            rows.select(
                *index,
                *(pl.col(name).alias(f"{name}_{number}") for name in _COMPONENTS),
                (pl.col("new_lesion").fill_null("none") == "unequivocal").alias(f"new_{number}"),
                (~pl.col("flags").fill_null("").str.contains("after-", literal=True)).alias(
                    f"counts_{number}"
                ),
            )
        )
    return sides[0].join(sides[1], on=index, how="full", coalesce=True)
