"""Adjudication rate and adjudications won, against published intervals and figures by hand."""

from __future__ import annotations

import polars as pl
import pytest
from scipy.stats import binomtest

from recistkit.reconciliation import reconcile
from recistkit.reconciliation.adjudication import ADJUDICATION_SCHEMA
from tests.reconciliation.tables import NO_RESPONSES, best_table, decisions_table


def best_of(discordant: int, agreed: int, alone: int = 0) -> pl.DataFrame:
    """Return a best table of so many subjects: D0 ..., G0 ..., O0 ..."""
    lines = []
    for n in range(discordant):
        lines += [f"D{n} A overall PR", f"D{n} B overall SD"]
    for n in range(agreed):
        lines += [f"G{n} A overall PR", f"G{n} B overall PR"]
    lines += [f"O{n} A overall PR" for n in range(alone)]
    return best_table("\n".join(lines))


def decided(**accepted: str) -> pl.DataFrame:
    return decisions_table(
        "\n".join(f"{subject} {who} X 2020-07-01 clear" for subject, who in accepted.items())
    )


def table_of(best: pl.DataFrame, decisions: pl.DataFrame | None = None) -> pl.DataFrame:
    return reconcile(
        best, NO_RESPONSES, readers=("A", "B"), compare=["best_response"], decisions=decisions
    ).adjudication


def test_cases_and_wins_are_counted_per_reader() -> None:
    decisions = decided(D0="A", D1="A", D2="B", D3="neither", O0="A")
    table = table_of(best_of(5, 3, 1), decisions)
    assert table.schema == pl.Schema(ADJUDICATION_SCHEMA)
    counts = ["reader", "subjects", "one_reader_only", "discordant", "discordant_percent"]
    assert table.select(counts).rows() == [("A", 8, 1, 5, 62.5), ("B", 8, 1, 5, 62.5)]
    shares = ["open", "neither", "adjudicated", "won", "won_percent"]
    assert table.select(shares).rows() == [(1, 1, 3, 2, 66.666667), (1, 1, 3, 1, 33.333333)]


# Clopper-Pearson intervals of 22 and of 16 in 32.
PUBLISHED = {22: (49.99, 83.88), 16: (31.89, 68.11)}


@pytest.mark.parametrize("count", PUBLISHED)
def test_intervals_are_those_of_clopper_and_pearson(count: int) -> None:
    row = table_of(best_of(count, 32 - count)).row(0, named=True)
    interval = (row["discordant_percent_lower"], row["discordant_percent_upper"])
    assert interval == pytest.approx(PUBLISHED[count], abs=0.005)


@pytest.mark.parametrize("count", range(7))
def test_intervals_are_those_of_another_library(count: int) -> None:
    row = table_of(best_of(count, 6 - count)).row(0, named=True)
    other = binomtest(count, 6).proportion_ci(0.95, method="exact")
    interval = (row["discordant_percent_lower"], row["discordant_percent_upper"])
    assert interval == pytest.approx((100 * other.low, 100 * other.high), abs=1e-5)


def test_a_share_of_nothing_is_empty() -> None:
    row = table_of(best_of(0, 0, 1).vstack(best_table("O1 B overall PR"))).row(0, named=True)
    assert (row["subjects"], row["one_reader_only"], row["adjudicated"]) == (0, 2, 0)
    shares = [f"{name}_percent" for name in ("discordant", "won")]
    assert [row[f"{name}{end}"] for name in shares for end in ("", "_lower", "_upper")] == (
        [None] * 6
    )


def test_without_decisions_every_case_is_open() -> None:
    row = table_of(best_of(2, 1)).row(0, named=True)
    assert (row["open"], row["neither"], row["adjudicated"], row["won"]) == (2, 0, 0, 0)


def test_a_decision_on_reads_that_agree_is_not_counted() -> None:
    row = table_of(best_of(1, 1), decided(G0="B", D0="A")).row(1, named=True)
    assert (row["adjudicated"], row["won"]) == (1, 0)
