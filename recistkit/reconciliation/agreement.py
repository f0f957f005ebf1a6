"""How far two readers agree: per cent and kappa, per compartment and variable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from recistkit.reconciliation.kappa import Kappa, cohens_kappa
from recistkit.reconciliation.pairs import compartment_rank, paired_visits
from recistkit.terms import DATE_VARIABLES

__all__ = ["AGREEMENT_SCHEMA", "VISIT_RESPONSE", "agreement", "paired_words"]

ORDERED: Final = ("CR", "PR", "SD", "PD")
"""The words that weights are given to; WHO's NC stands at the place of SD."""

VISIT_RESPONSE: Final = "response"
"""The variable of the rows that count visits, not subjects."""

NOT_APPLICABLE: Final = "not applicable"
_DIGITS = 6

AGREEMENT_SCHEMA: Final = {
    "compartment": pl.String,
    "variable": pl.String,
    "reader_1": pl.String,
    "reader_2": pl.String,
    "unit": pl.String,
    "compared": pl.Int64,
    "one_reader_only": pl.Int64,
    "agreed": pl.Int64,
    "agreed_percent": pl.Float64,
    "kappa": pl.Float64,
    "kappa_lower": pl.Float64,
    "kappa_upper": pl.Float64,
    "kappa_status": pl.String,
    "weighted_compared": pl.Int64,
    "weighted_left_out": pl.Int64,
    "weighted_kappa": pl.Float64,
    "weighted_kappa_lower": pl.Float64,
    "weighted_kappa_upper": pl.Float64,
    "weighted_kappa_status": pl.String,
}
"""Columns of the agreement table; `agreement` says what they hold."""


def agreement(
    values: pl.DataFrame, responses: pl.DataFrame, readers: Sequence[str]
) -> pl.DataFrame:
    """Return how far two readers agree.

    Parameters
    ----------
    values : polars.DataFrame
        As `recistkit.reconciliation.pairs.paired_values` returns it.
    responses : polars.DataFrame
        Responses table, for the agreement on the response of each visit.
    readers : sequence of str
        The two readers.

    Returns
    -------
    polars.DataFrame
        One row per compartment and compared variable, and one with the
        variable ``response`` for the visits. ``unit`` is ``subjects`` or
        ``visits``; ``compared`` is how many of them both readers have, and
        ``one_reader_only`` how many only one has. ``agreed`` and
        ``agreed_percent`` of those compared have the same value (two empty
        dates are the same). ``kappa`` with its 95 % interval is unweighted,
        over all words that occur; the weighted one is linear over CR, PR, SD,
        PD, and ``weighted_left_out`` have another word from one reader at
        least (NE, NON-CR/NON-PD, NA). ``kappa_status`` and
        ``weighted_kappa_status`` say ``estimated``, ``interval not
        estimable``, ``not estimable``, or ``not applicable`` for dates.
        Visits of one subject are not independent: the interval of
        ``response`` is too narrow.
    """
    groups = paired_words(values, responses, readers).partition_by(
        "compartment", "variable", maintain_order=True
    )
    rows = [_row(group, readers) for group in groups]
    table = pl.DataFrame(rows, schema=AGREEMENT_SCHEMA)
    return table.sort(compartment_rank(), "compartment", maintain_order=True)


def paired_words(
    values: pl.DataFrame, responses: pl.DataFrame, readers: Sequence[str]
) -> pl.DataFrame:
    """Return the pairs of words that `agreement` is made of; parameters as there.

    Returns
    -------
    polars.DataFrame
        ``subject, compartment, variable, value_1, value_2, has_1, has_2``.
    """
    visits = paired_visits(responses, readers).select(
        "subject",
        "compartment",
        variable=pl.lit(VISIT_RESPONSE),
        value_1="response_1",
        value_2="response_2",
        has_1=pl.col("response_1").is_not_null(),
        has_2=pl.col("response_2").is_not_null(),
    )
    return pl.concat([values.select(visits.columns), visits])


def _row(group: pl.DataFrame, readers: Sequence[str]) -> dict[str, Any]:
    """Return the row of one compartment and variable."""
    compartment, variable = group["compartment"][0], group["variable"][0]
    both = group.filter(pl.col("has_1") & pl.col("has_2"))
    agreed = both.filter(pl.col("value_1").eq_missing(pl.col("value_2"))).height
    row: dict[str, Any] = {
        "compartment": compartment,
        "variable": variable,
        "reader_1": readers[0],
        "reader_2": readers[1],
        "unit": "visits" if variable == VISIT_RESPONSE else "subjects",
        "compared": both.height,
        "one_reader_only": group.height - both.height,
        "agreed": agreed,
        "agreed_percent": round(100 * agreed / both.height, _DIGITS) if both.height else None,
    }
    if variable in DATE_VARIABLES:
        return row | {"kappa_status": NOT_APPLICABLE, "weighted_kappa_status": NOT_APPLICABLE}
    return row | _kappas(both)


def _kappas(both: pl.DataFrame) -> dict[str, Any]:
    """Return both kappas of two columns of words."""
    words = both.select(pl.col("value_1", "value_2").fill_null("").replace("NC", "SD"))
    occurring = sorted({*words["value_1"], *words["value_2"]})
    ordered = words.filter(pl.all_horizontal(pl.col("value_1", "value_2").is_in(ORDERED)))
    weighted = cohens_kappa(_counts(ordered, ORDERED), weighted=True)
    return {
        **_columns("kappa", cohens_kappa(_counts(words, occurring))),
        "weighted_compared": ordered.height,
        "weighted_left_out": words.height - ordered.height,
        **_columns("weighted_kappa", weighted),
    }


def _columns(name: str, kappa: Kappa) -> dict[str, Any]:
    return {
        name: kappa.value,
        f"{name}_lower": kappa.lower,
        f"{name}_upper": kappa.upper,
        f"{name}_status": kappa.status,
    }


def _counts(words: pl.DataFrame, categories: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return how often each pair of words occurs, shape (categories, categories)."""
    counts = np.zeros((len(categories), len(categories)), dtype=np.int64)
    for first, second, count in words.group_by("value_1", "value_2").len().iter_rows():
        counts[categories.index(first), categories.index(second)] = count
    return counts
