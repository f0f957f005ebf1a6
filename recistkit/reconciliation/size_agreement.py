"""How far the sizes of two readers agree: sums, and the axes of matched lesions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import polars as pl

from recistkit.reconciliation.bland_altman import Interval, limits_of_agreement
from recistkit.reconciliation.intraclass import Intraclass, absolute_agreement, consistency
from recistkit.reconciliation.pairs import compartment_rank
from recistkit.reconciliation.selection import in_compartments

__all__ = ["SIZE_AGREEMENT_SCHEMA", "paired_sizes", "size_agreement"]

_VARIABLES: Final = ("baseline_sum", "sum", "longest_mm", "short_mm")

SIZE_AGREEMENT_SCHEMA: Final = {
    "compartment": pl.String,
    "variable": pl.String,
    "reader_1": pl.String,
    "reader_2": pl.String,
    "unit": pl.String,
    "subjects": pl.Int64,
    "compared": pl.Int64,
    **{
        f"{name}{end}": pl.Float64
        for name in ("mean_difference", "lower_limit", "upper_limit")
        for end in ("", "_lower", "_upper")
    },
    "deviation": pl.Float64,
    "limits_status": pl.String,
    **{
        name: pl.String if name.endswith("status") else pl.Float64
        for icc in ("icc_2_1", "icc_3_1")
        for name in (icc, f"{icc}_lower", f"{icc}_upper", f"{icc}_status")
    },
}
"""Columns of the table of size agreement; `size_agreement` says what they hold."""


def size_agreement(
    responses: pl.DataFrame, matched: pl.DataFrame, readers: Sequence[str]
) -> pl.DataFrame:
    """Return how far the sizes of two readers agree.

    Parameters
    ----------
    responses : polars.DataFrame
        Responses table, for the sums.
    matched : polars.DataFrame
        As `recistkit.reconciliation.sizes.matched_lesions` returns them.
    readers : sequence of str
        The two readers, or the names of two reads of one reader.

    Returns
    -------
    polars.DataFrame
        One row per compartment and variable: ``baseline_sum`` (one per
        subject), ``sum`` (of every visit at which both are complete, the
        baseline included), ``longest_mm`` of targets that are matched and not
        nodal, ``short_mm`` of those that are nodal (at every visit at which
        both have it). ``compared`` is how many pairs there are, of how many
        ``subjects``. Differences are the first reader's value minus the
        second's (`recistkit.reconciliation.bland_altman`); correlations are
        for absolute agreement (``icc_2_1``) and consistency (``icc_3_1``;
        `recistkit.reconciliation.intraclass`). Visits and lesions of one
        subject are not independent: all intervals but those of
        ``baseline_sum`` are too narrow.
    """
    values = paired_sizes(responses, matched, readers)
    groups = values.partition_by("compartment", "variable", maintain_order=True)
    rows = [_row(group.drop_nulls(["value_1", "value_2"]), group, readers) for group in groups]
    order = pl.col("variable").replace_strict(
        list(_VARIABLES), list(range(len(_VARIABLES))), return_dtype=pl.Int8
    )
    table = pl.DataFrame(rows, schema=SIZE_AGREEMENT_SCHEMA)
    return table.sort(compartment_rank(), "compartment", order)


def paired_sizes(
    responses: pl.DataFrame, matched: pl.DataFrame, readers: Sequence[str]
) -> pl.DataFrame:
    """Return the pairs of sizes that `size_agreement` is made of; parameters as there.

    Returns
    -------
    polars.DataFrame
        ``subject, compartment, unit, value_1, value_2, variable``; a value is
        empty where one read has none.
    """
    return pl.concat([*_sums(responses, readers), *_axes(matched)])


def _sums(responses: pl.DataFrame, readers: Sequence[str]) -> list[pl.DataFrame]:
    """Return both readers' sums of each visit that both have."""
    sums = responses.filter(pl.col("reason").ne_missing("pre-baseline")).with_columns(
        at_baseline=pl.col("reason").eq_missing("baseline")
    )
    index = ["subject", "compartment", "timepoint"]
    sides = [
        sums.filter(reader=reader).select(
            *index, "unit", "at_baseline", pl.col("sum").alias(f"value_{number}")
        )
        for number, reader in enumerate(readers, start=1)
    ]
    both = sides[0].join(sides[1].drop("unit"), on=index, suffix="_2")
    columns = ["subject", "compartment", "timepoint", "unit", "value_1", "value_2"]
    first = both.filter(pl.col("at_baseline") & pl.col("at_baseline_2"))
    return [
        _named(rows.sort(columns), name) for name, rows in (("baseline_sum", first), ("sum", both))
    ]


def _axes(matched: pl.DataFrame) -> list[pl.DataFrame]:
    """Return both readers' axes of the targets that are matched."""
    targets = in_compartments(matched.filter(role_1="target", role_2="target"))
    return [
        _named(
            targets.filter(nodal=nodal).with_columns(
                unit=pl.lit("mm"), value_1=f"{name}_1", value_2=f"{name}_2"
            ),
            name,
        )
        for name, nodal in (("longest_mm", False), ("short_mm", True))
    ]


def _named(rows: pl.DataFrame, variable: str) -> pl.DataFrame:
    """Return the columns that a row of the result is made of."""
    return rows.select(
        "subject", "compartment", "unit", "value_1", "value_2", variable=pl.lit(variable)
    )


def _row(both: pl.DataFrame, group: pl.DataFrame, readers: Sequence[str]) -> dict[str, Any]:
    """Return the row of one compartment and variable."""
    values = both.select("value_1", "value_2").to_numpy()
    limits = limits_of_agreement(values[:, 0] - values[:, 1])
    return {
        "compartment": group["compartment"][0],
        "variable": group["variable"][0],
        "reader_1": readers[0],
        "reader_2": readers[1],
        "unit": group["unit"][0],
        "subjects": both["subject"].n_unique(),
        "compared": both.height,
        **_with_interval("mean_difference", limits.mean, limits.mean_interval),
        **_with_interval("lower_limit", limits.lower, limits.lower_interval),
        **_with_interval("upper_limit", limits.upper, limits.upper_interval),
        "deviation": limits.deviation,
        "limits_status": limits.status,
        **_correlation("icc_2_1", absolute_agreement(values)),
        **_correlation("icc_3_1", consistency(values)),
    }


def _with_interval(name: str, value: float | None, ends: Interval | None) -> dict[str, Any]:
    lower, upper = ends or (None, None)
    return {name: value, f"{name}_lower": lower, f"{name}_upper": upper}


def _correlation(name: str, found: Intraclass) -> dict[str, Any]:
    return {
        name: found.value,
        f"{name}_lower": found.lower,
        f"{name}_upper": found.upper,
        f"{name}_status": found.status,
    }
