"""The margin: the smallest change of a sum that alters the response (conventions C22)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.criteria.files import BASED, load_text, table
from tests.response.patients import course


@pytest.mark.parametrize(
    ("sizes", "response", "margin"),
    [
        ("100 75", "SD", -5.0),
        ("100 70", "PR", 0.001),
        ("100 70.001", "SD", -0.001),
        ("100 119", "SD", 1.0),
        ("100 119.999", "SD", 0.001),
        ("100 120", "PD", -0.001),
        ("100 150", "PD", -30.001),
        ("20 20", "SD", 5.0),
        ("100 94", "SD", -24.0),
        ("100 96", "SD", 24.0),
        ("100 95", "SD", 25.0),
        ("10 13", "SD", 2.0),
        ("100 1", "PR", 69.001),
        ("21.8 18.3", "SD", -3.04),
    ],
)
def test_the_margin_is_the_nearest_other_response(sizes: str, response: str, margin: float) -> None:
    assert course(f"T1 {sizes}", "response", "margin") == [(response, margin)]


def test_the_margin_uses_the_smallest_sum() -> None:
    # Smallest sum 50: PD from 60 on, PR up to 70 lies above it.
    assert course("T1 100 50 58", "response", "margin")[1] == ("PR", 2.0)
    assert course("T1 100 50 60", "response", "margin")[1] == ("PD", -0.001)


def test_pd_falls_to_pr_where_the_limits_overlap() -> None:
    # PD from 60 on, PR up to 70: 59.999 would be PR, with no SD between.
    assert course("T1 100 50 65", "response", "margin")[1] == ("PD", -5.001)


def test_of_two_changes_of_one_step_the_increase_is_given() -> None:
    # PR up to 70, PD from 1.2 x 58.335 = 70.002 on.
    assert course("T1 100 58.335 70.001", "response", "margin")[1] == ("SD", 0.001)


def test_pd_over_a_nadir_falls_to_sd() -> None:
    assert course("T1 100 80 96", "response", "margin")[1] == ("PD", -0.001)
    assert course("T1 100 80 100", "response", "margin")[1] == ("PD", -4.001)


def test_cr_does_not_hang_on_the_sum() -> None:
    assert course("T1 50 gone", "response", "margin") == [("CR", None)]
    assert course("L1 x20 x9.9", "response", "margin") == [("CR", None)]


def test_without_targets_there_is_no_margin() -> None:
    assert course("X1 seen seen", "margin") == [None]
    text = """
        T1/primary 50   50
        X1/distant seen seen
    """
    assert course(text, "margin", of="distant") == [None]


def test_pd_by_something_else_does_not_hang_on_the_sum() -> None:
    for cause in ("N1 . new", "X1 seen worse"):
        assert course(f"T1 50 30\n{cause}", "response", "margin") == [("PD", None)]
    assert course("T1 50 gone 2", "response", "margin")[1] == ("PD", None)


def test_pd_by_the_sum_and_something_else_does_not_hang_on_the_sum() -> None:
    assert course("T1 50 90\nN1 . new", "margin") == [None]
    assert course("T1 50 gone 90", "response", "margin")[1] == ("PD", None)


def test_a_partial_sum_can_only_become_pd() -> None:
    text = """
        T1 30 {}
        T2 20 NE
    """
    assert course(text.format("40"), "response", "margin") == [("NE", 20.0)]
    assert course(text.format("60"), "response", "margin") == [("PD", -0.001)]
    assert course(text.format("70"), "response", "margin") == [("PD", -10.001)]


def test_a_visit_without_any_target_measured_has_the_whole_limit_as_margin() -> None:
    assert course("T1 50 NE", "response", "margin") == [("NE", 60.0)]


def test_with_an_incomplete_baseline_only_pd_can_change() -> None:
    rows = course("T1 20x20 20x20\nT2 20 10x10", "response", "margin", criteria="zhu-2013")
    assert rows == [("NE", None)]
    later = course(
        "T1 20x20 20x20 20x20\nT2 20 10x10 10x10", "response", "margin", criteria="zhu-2013"
    )
    assert later == [("NE", None), ("NE", 100.0)]


def test_the_sum_does_not_go_below_zero() -> None:
    # PR would need the sum at 0.7 of nothing.
    assert course("T1 4 6", "response", "margin") == [("SD", 3.0)]
    assert course("T1 0.001 0.001", "response", "margin") == [("SD", -0.001)]


def test_products_are_counted_in_steps_of_their_own() -> None:
    rows = {
        cell: course(f"T1 10x10 {cell}", "response", "margin", criteria="zhu-2013")
        for cell in ("10x7", "10x8", "12x10", "11.999x10")
    }
    assert rows == {
        "10x7": [("PR", 0.000001)],
        "10x8": [("SD", -10.0)],
        "12x10": [("PD", -0.000001)],
        "11.999x10": [("SD", 0.01)],
    }


def test_recist_1_0_needs_no_5_mm() -> None:
    assert course("T1 10 11", "response", "margin", criteria="recist-1.0") == [("SD", 1.0)]


def test_with_single_lesions_only_pr_hangs_on_the_sum() -> None:
    who: dict[str, Any] = {"criteria": "who-1979"}
    assert course("T1 10x10 10x6", "response", "margin", **who) == [("NC", -10.0)]
    assert course("T1 10x10 10x5", "response", "margin", **who) == [("PR", 0.000001)]
    assert course("T1 10x10 10x3", "response", "margin", **who) == [("PR", 20.000001)]
    assert course("T1 10x10 13x10", "response", "margin", **who) == [("PD", None)]
    assert course("T1 10x10 NE", "response", "margin", **who) == [("NE", None)]


def test_a_persisting_non_target_joins_cr_and_pr() -> None:
    # Below 70 the response is PR, as it is for targets that are gone.
    text = """
        T1 100  80
        X1 seen seen
    """
    assert course(text, "response", "margin") == [("SD", -10.0)]


def test_a_sustained_pr_reaches_to_pd() -> None:
    options: dict[str, Any] = {"sustain_pr": True}
    assert course("T1 100 60 71.5", "response", "margin", **options)[1] == ("PR", 0.5)
    assert course("T1 100 60 71.5", "response", "margin")[1] == ("SD", 0.5)
    assert course("T1 100 60 71", "response", "margin")[1] == ("SD", 1.0)
    assert course("T1 100 60 70.2", "response", "margin")[1] == ("SD", -0.2)
    assert course("T1 100 60 70.2", "response", "margin", **options)[1] == ("PR", 1.8)
    assert course("T1 100 60 69", "response", "margin", **options)[1] == ("PR", 3.0)
    assert course("T1 100 60 69", "response", "margin")[1] == ("PR", 1.001)


def test_without_a_pr_before_nothing_is_sustained() -> None:
    assert course("T1 100 75", "response", "margin", sustain_pr=True) == [("SD", -5.0)]


def test_imputed_sizes_are_part_of_the_sum() -> None:
    text = """
        T1 30 26
        T2 20 small
    """
    assert course(text, "sum", "response", "margin") == [(31.0, "PR", 4.001)]


def test_where_imputed_sizes_cannot_progress_pd_is_farther(tmp_path: Path) -> None:
    never = table("imputed_progression", imputed_can_progress="false")
    rules = load_text(tmp_path, BASED + never)
    text = """
        T1 30 50
        T2 20 small
    """
    assert course(text, "response", "margin") == [("SD", 5.0)]
    assert course(text, "response", "margin", criteria=rules) == [("SD", 10.0)]


def test_each_compartment_has_its_own_margin() -> None:
    text = """
        T1/primary 100 75
        T2/distant 20  20
    """
    found = {of: course(text, "margin", of=of)[0] for of in ("primary", "distant", "overall")}
    assert found == {"primary": -5.0, "distant": 5.0, "overall": -11.0}
