"""Nodes: short axis in the sum, and normal below 10 mm (Eisenhauer 2009, 4.2 and 4.3.1)."""

from __future__ import annotations

import polars as pl
import pytest

import recistkit
from tests.response.patients import course, day, reads_frame


def test_a_node_counts_by_its_short_axis_and_another_lesion_by_its_longest_diameter() -> None:
    text = """
        L1 30x20 28x18
        T1 30x20 28x18
    """
    assert course(text, "sum", "baseline_sum") == [(46.0, 50.0)]


def test_in_recist_1_0_a_node_counts_by_its_longest_diameter() -> None:
    assert course("L1 30x20 28x18", "sum", "baseline_sum", criteria="recist-1.0") == [(28.0, 30.0)]


@pytest.mark.parametrize(
    ("short", "expected"), [("9.999", "CR"), ("10", "PR"), ("10.001", "PR"), ("3", "CR")]
)
def test_a_node_is_normal_below_10_mm_and_not_at_10_mm(short: str, expected: str) -> None:
    rows = course(f"L1 25x20 15x{short}", "target", "sum")
    assert rows == [(expected, float(short))]


def test_cr_with_a_sum_above_zero_when_nodes_are_normal() -> None:
    text = """
        L1 25x20 x9
        T1 40    gone
    """
    assert course(text, "target", "response", "sum") == [("CR", "CR", 9.0)]


def test_a_normal_node_stays_in_the_sum() -> None:
    text = """
        L1 25x20 x8
        T1 40    20
    """
    assert course(text, "target", "sum") == [("PR", 28.0)]


def test_cr_by_normal_nodes_outranks_the_growth_of_their_sum() -> None:
    # From 2 + 2 to 9 + 9 mm is more than 20 % and 5 mm, but every node is normal.
    text = """
        L1 x20 x2 x9
        L2 x20 x2 x9
    """
    assert course(text, "target", "response") == [("CR", "CR"), ("CR", "CR")]


def test_a_node_that_grows_to_10_mm_again_is_progression() -> None:
    assert course("L1 x20 x6 x11", "target") == ["CR", "PD"]


def test_another_lesion_below_10_mm_is_no_cr() -> None:
    assert course("T1 20 3", "target") == ["PR"]


def test_a_node_that_is_gone_counts_zero() -> None:
    assert course("L1 x20 gone", "target", "sum") == [("CR", 0.0)]


def test_in_recist_1_0_a_small_node_is_disease() -> None:
    assert course("L1 25x20 15x9", "target", criteria="recist-1.0") == ["PR"]
    assert course("L1 25x20 gone", "target", criteria="recist-1.0") == ["CR"]


@pytest.mark.parametrize("name", ["who-1979", "zhu-2013"])
def test_of_products_a_small_node_is_disease(name: str) -> None:
    assert course("L1 25x20 8x5", "target", "sum", criteria=name) == [("PR", 40.0)]


def test_a_node_without_its_short_axis_is_not_evaluable() -> None:
    assert course("L1 25x20 15", "target", "reason") == [
        ("NE", "targets not all evaluated: L1 (no-perpendicular)")
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("seen:12x9.999", "CR"),
        ("seen:12x10", "NON-CR/NON-PD"),
        ("seen", "NON-CR/NON-PD"),
        ("seen:9", "NON-CR/NON-PD"),
        ("more:12x9", "NON-CR/NON-PD"),
        ("gone", "CR"),
        ("worse:12x9", "PD"),
        ("NE:artefact:12x9", "NE"),
    ],
)
def test_a_non_target_node_below_10_mm_counts_as_gone(cell: str, expected: str) -> None:
    assert course(f"K1 seen:15x12 {cell}", "non_target") == [expected]


def test_only_a_node_is_gone_when_it_is_small() -> None:
    assert course("X1 seen:15x12 seen:9x8", "non_target") == ["NON-CR/NON-PD"]


@pytest.mark.parametrize(("baseline", "expected"), [("9.999", "NON-CR/NON-PD"), ("10", "CR")])
def test_a_non_target_node_that_was_small_at_baseline_is_not_gone(
    baseline: str, expected: str
) -> None:
    assert course(f"K1 seen:12x{baseline} seen:12x9", "non_target") == [expected]


def test_in_recist_1_0_a_small_non_target_node_persists() -> None:
    assert course("K1 seen:15x12 seen:9x8", "non_target", criteria="recist-1.0") == [
        "NON-CR/NON-PD"
    ]


def test_disease_in_a_split_node_after_cr_is_dated_by_its_earliest_fragment() -> None:
    # 9 to 1 + 10 mm is no progression by size; the larger fragment shows the node abnormal.
    reads = reads_frame("L1 x20 x9 x1+x10@60")
    earlier = pl.when(pl.col("fragment") == "1").then(pl.lit(day(57))).otherwise("date")
    result = recistkit.classify(reads.with_columns(date=earlier))
    assert result.responses["rule"].to_list()[-1] == "reappearance-after-cr"
    assert result.best["progression_date"].to_list() == [day(57)]


def test_a_split_node_says_nothing_of_another_lesion() -> None:
    # The whole node is normal on day 57: what the fragments show is theirs alone.
    reads = reads_frame("L1 x20 x9 x1+x10@60\nL2 x20 x4 x4@57")
    result = recistkit.classify(reads)
    assert result.best["progression_date"].to_list() == [day(60)]
