"""Target response: CR, PD, NE, PR, SD at their limits (Eisenhauer 2009, 4.3.1; Therasse 2000)."""

from __future__ import annotations

import pytest

from tests.response.patients import assess, course

FOUR = ("recist-1.1", "recist-1.0", "who-1979", "zhu-2013")


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ("100 70", "PR"),
        ("100 70.001", "SD"),
        ("100 70.05", "SD"),
        ("100 69.999", "PR"),
        ("100 119.999", "SD"),
        ("100 120", "PD"),
        ("20 24", "SD"),
        ("20 24.999", "SD"),
        ("20 25", "PD"),
        ("25 29.999", "SD"),
        ("25 30", "PD"),
        ("26 31", "SD"),
        ("26 31.199", "SD"),
        ("26 31.2", "PD"),
        ("100 105", "SD"),
        ("50 20", "PR"),
        ("50 100", "PD"),
    ],
)
def test_pr_at_minus_30_percent_and_pd_at_20_percent_and_5_mm(sizes: str, expected: str) -> None:
    assert course(f"T1 {sizes}", "target") == [expected]


def test_exactly_minus_30_percent_of_a_sum_of_decimals_is_pr() -> None:
    text = """
        T1 21.8 18.3
        T2 42.5 24.9
        T3 17.7 14.2
    """
    assert course(text, "target", "sum", "change_from_baseline_percent") == [("PR", 57.4, -30.0)]


def test_exactly_plus_20_percent_of_a_sum_of_decimals_is_pd() -> None:
    text = """
        T1 12.3 14.5
        T2 24.0 15.4
        T3 27.2 46.3
    """
    assert course(text, "target", "sum") == [("PD", 76.2)]


def test_exactly_5_mm_of_a_sum_of_decimals_is_pd() -> None:
    text = """
        T1 4.0 7.4
        T2 8.4 10.0
    """
    assert course(text, "target", "sum") == [("PD", 17.4)]


def test_a_percentage_is_not_rounded_before_it_is_compared() -> None:
    rows = course("T1 100 70.05 84.0", "target", "change_from_baseline_percent")
    assert [word for word, _ in rows] == ["SD", "SD"]
    assert [percent for _, percent in rows] == pytest.approx([-29.95, -16.0])


def test_growth_is_measured_from_the_smallest_sum_not_from_the_baseline() -> None:
    rows = course("T1 100 50 60", "target", "nadir_sum", "change_from_nadir_percent")
    assert rows == [("PR", 100.0, -50.0), ("PD", 50.0, 20.0)]


def test_the_baseline_takes_part_in_the_smallest_sum() -> None:
    assert course("T1 50 55 60", "target", "nadir_sum") == [("SD", 50.0), ("PD", 50.0)]


def test_the_smallest_sum_is_that_before_the_visit() -> None:
    assert course("T1 100 80 60 65", "nadir_sum") == [100.0, 80.0, 60.0]


def test_pd_outranks_pr() -> None:
    assert course("T1 100 40 60", "target") == ["PR", "PD"]


def test_pr_is_measured_from_the_baseline() -> None:
    assert course("T1 100 80 75 70", "target") == ["SD", "SD", "PR"]


def test_pr_continues_after_a_small_increase() -> None:
    assert course("T1 165 63 65", "target") == ["PR", "PR"]


def test_a_response_is_judged_on_the_sum_not_on_single_lesions() -> None:
    text = """
        T1 50 20
        T2 50 60
    """
    assert course(text, "target") == ["SD"]


def test_a_target_that_is_gone_is_cr() -> None:
    assert course("T1 50 gone", "target", "sum") == [("CR", 0.0)]


def test_one_target_left_is_no_cr() -> None:
    text = """
        T1 50 gone
        T2 50 10
    """
    assert course(text, "target", "sum") == [("PR", 10.0)]


def test_cr_needs_every_target_evaluated() -> None:
    text = """
        T1 50 gone
        T2 50 NE
    """
    assert course(text, "target", "sum") == [("NE", None)]


@pytest.mark.parametrize(
    ("after", "expected"), [("3", "PR"), ("4.999", "PR"), ("5", "PD"), ("20", "PD")]
)
def test_over_a_smallest_sum_of_zero_5_mm_are_needed(after: str, expected: str) -> None:
    # The non-target persists, so that no overall CR came before.
    text = f"""
        T1 20   gone gone
        T2 20   gone {after}
        X1 seen seen seen
    """
    rows = course(text, "target", "response", "nadir_sum", "change_from_nadir_percent")
    assert rows == [("CR", "PR", 40.0, -100.0), (expected, expected, 0.0, None)]


@pytest.mark.parametrize("name", ["recist-1.0", "who-1979", "zhu-2013"])
def test_zero_after_zero_is_no_progression_without_a_5_mm_rule(name: str) -> None:
    text = """
        T1 20x10 gone  gone
        X1 seen  seen  seen
    """
    assert course(text, "target", "response", criteria=name) == [("CR", "PR"), ("CR", "PR")]


@pytest.mark.parametrize("name", ["recist-1.0", "who-1979", "zhu-2013"])
def test_anything_over_zero_is_progression_without_a_5_mm_rule(name: str) -> None:
    text = """
        T1 20x10 gone  0.1x0.1
        X1 seen  seen  seen
    """
    assert course(text, "target", criteria=name) == ["CR", "PD"]


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [("20 24", "PD"), ("20 23.999", "SD"), ("5 6", "PD"), ("100 70", "PR"), ("100 70.001", "SD")],
)
def test_recist_1_0_has_no_5_mm_rule(sizes: str, expected: str) -> None:
    assert course(f"T1 {sizes}", "target", criteria="recist-1.0") == [expected]


@pytest.mark.parametrize(
    ("after", "expected"),
    [("10x7", "PR"), ("10x7.001", "SD"), ("12x10", "PD"), ("11.999x10", "SD"), ("10x10", "SD")],
)
def test_the_trial_has_the_thresholds_of_recist_on_the_sum_of_products(
    after: str, expected: str
) -> None:
    assert course(f"T1 10x10 {after}", "target", criteria="zhu-2013") == [expected]


@pytest.mark.parametrize(
    ("after", "expected"),
    [("10x5", "PR"), ("10x5.001", "NC"), ("12.5x10", "PD"), ("12.499x10", "NC"), ("12x10", "NC")],
)
def test_who_has_50_and_25_percent(after: str, expected: str) -> None:
    assert course(f"T1 10x10 {after}", "target", criteria="who-1979") == [expected]


def test_the_same_patient_is_pr_in_the_trial_and_sd_in_recist() -> None:
    text = "T1 40x40 33x33"
    found = {name: course(text, "target", criteria=name)[0] for name in FOUR}
    assert found == {
        "recist-1.1": "SD",
        "recist-1.0": "SD",
        "who-1979": "NC",
        "zhu-2013": "PR",
    }


def test_sums_are_in_the_unit_of_the_criteria() -> None:
    text = """
        T1 10.5x4.2 10x4
        T2 20x10    20x9.5
    """
    sums = {
        name: assess(text, criteria=name).responses.select("sum", "unit", "baseline_sum").rows()
        for name in FOUR
    }
    millimetres = [(30.5, "mm", 30.5), (30.0, "mm", 30.5)]
    products = [(244.1, "mm2", 244.1), (230.0, "mm2", 244.1)]
    assert sums == {
        "recist-1.1": millimetres,
        "recist-1.0": millimetres,
        "who-1979": products,
        "zhu-2013": products,
    }


def test_the_baseline_has_no_response_but_its_sum() -> None:
    row = assess("T1 50 35").responses.row(0, named=True)
    empty = ("target", "non_target", "new_lesion", "response", "rule", "margin", "flags")
    assert [row[name] for name in empty] == [None] * 7
    assert (row["reason"], row["sum"], row["baseline_sum"], row["nadir_sum"]) == (
        "baseline",
        50.0,
        50.0,
        None,
    )
    assert row["change_from_baseline_percent"] is row["change_from_nadir_percent"] is None


def test_a_missing_target_is_not_a_target_of_size_zero() -> None:
    for missing in (".", "NE", "NE:resected", "NE:artefact:10"):
        text = f"""
            T1 50 50
            T2 50 {missing}
        """
        assert course(text, "target", "sum", "change_from_baseline_percent") == [("NE", None, None)]


def test_no_target_measured_is_not_evaluable() -> None:
    text = """
        T1 50 NE 50
        X1 seen seen seen
    """
    assert course(text, "target", "response", "sum")[0] == ("NE", "NE", None)


def test_a_partial_sum_that_is_already_progression_is_pd() -> None:
    text = """
        T1 20 40
        T2 20 40
        T3 10 NE
    """
    assert course(text, "target", "response", "sum", "flags") == [
        ("PD", "PD", None, "partial-sum-progression")
    ]


@pytest.mark.parametrize(("size", "expected"), [("59.999", "NE"), ("60", "PD")])
def test_a_partial_sum_is_pd_from_the_limit_on(size: str, expected: str) -> None:
    text = f"""
        T1 30 {size}
        T2 20 NE
    """
    assert course(text, "target") == [expected]


def test_a_partial_sum_is_never_pr_or_sd() -> None:
    text = """
        T1 50 10 50
        T2 50 NE .
    """
    assert course(text, "target") == ["NE", "NE"]


def test_a_partial_sum_is_never_the_smallest_sum() -> None:
    text = """
        T1 50 50 60
        T2 50 NE 50
    """
    assert course(text, "target", "nadir_sum") == [("NE", 100.0), ("SD", 100.0)]


def test_a_baseline_that_is_incomplete_has_neither_pr_nor_sd() -> None:
    # The first visit after it with a complete sum is what growth is measured from.
    text = """
        T1 50x40 20x20 20x20 30x30 gone
        T2 50    20x20 20x20 20x20 gone
    """
    rows = course(text, "target", "sum", "baseline_sum", "nadir_sum", criteria="zhu-2013")
    assert rows == [
        ("NE", 800.0, None, None),
        ("NE", 800.0, None, 800.0),
        ("PD", 1300.0, None, 800.0),
        ("CR", 0.0, None, 800.0),
    ]


def test_without_targets_the_target_response_does_not_apply() -> None:
    rows = course("X1 seen seen", "target", "sum", "baseline_sum", "nadir_sum", "margin")
    assert rows == [("NA", None, None, None, None)]


def test_a_visit_after_progression_is_still_assessed() -> None:
    assert course("T1 50 70 30", "target", "flags") == [
        ("PD", None),
        ("PR", "after-progression"),
    ]


def test_a_target_added_after_the_baseline_is_a_fault() -> None:
    text = """
        T1 50 50
        T2 .  20
    """
    with pytest.raises(ValueError, match="target T2 has no size at the baseline"):
        course(text)
