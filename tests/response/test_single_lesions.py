"""WHO: progression of one or more lesions over their own smallest size (Miller 1981; C12)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.criteria.files import HEAD, load_text, table
from tests.response.patients import assess, course

WHO: dict[str, Any] = {"criteria": "who-1979"}
BASED_ON_WHO = f'{HEAD}based_on = "who-1979"\n'


def test_one_lesion_progresses_although_the_sum_falls() -> None:
    text = """
        T1 40x40 20x20
        T2 10x10 12.5x10
    """
    assert course(text, "target", "sum", **WHO) == [("PD", 525.0)]


def test_a_growing_sum_without_a_growing_lesion_is_no_change() -> None:
    text = """
        T1 10x10 12.4x10
        T2 10x10 12.4x10
    """
    assert course(text, "target", **WHO) == ["NC"]


@pytest.mark.parametrize(("after", "expected"), [("12.5x10", "PD"), ("12.499x10", "NC")])
def test_a_lesion_progresses_from_25_percent_on(after: str, expected: str) -> None:
    assert course(f"T1 10x10 {after}", "target", **WHO) == [expected]


def test_a_lesion_is_held_to_its_own_smallest_size() -> None:
    text = """
        T1 10x10 10x6 10x7.5
        T2 10x10 10x8 10x8
        T3 40x40 40x40 40x40
    """
    assert course(text, "target", "nadir_sum", **WHO) == [("NC", 1800.0), ("PD", 1740.0)]


def test_the_smallest_size_may_come_from_an_incomplete_visit() -> None:
    text = """
        T1 10x10 10x5 10x6.25
        T2 10x10 NE   10x10
    """
    assert course(text, "target", **WHO) == ["NE", "PD"]


def test_a_lesion_that_was_not_evaluated_has_no_smallest_size_there() -> None:
    text = """
        T1 10x10 NE:artefact:1x1 12x10
        T2 40x40 40x40 40x40
    """
    assert course(text, "target", **WHO) == ["NE", "NC"]


def test_one_lesion_progresses_though_another_was_not_evaluated() -> None:
    text = """
        T1 10x10 13x10
        T2 40x40 NE
    """
    assert course(text, "target", "flags", **WHO) == [("PD", "partial-sum-progression")]


def test_pd_of_one_lesion_outranks_pr_of_the_sum() -> None:
    text = """
        T1 40x40 10x10
        T2 2x2   3x2
    """
    assert course(text, "target", "response", **WHO) == [("PD", "PD")]


def test_a_lesion_that_comes_back_progresses() -> None:
    text = """
        T1 10x10 gone  2x2
        T2 40x40 40x40 40x40
    """
    assert course(text, "target", **WHO) == ["NC", "PD"]


def test_what_is_gone_stays_gone() -> None:
    text = """
        T1 10x10 gone  gone
        T2 40x40 40x40 40x40
    """
    assert course(text, "target", **WHO) == ["NC", "NC"]


def test_all_lesions_gone_is_cr() -> None:
    assert course("T1 10x10 gone", "target", "response", **WHO) == [("CR", "CR")]


def test_fragments_are_judged_by_their_sum() -> None:
    assert course("T1 10x10 10x5+10x7.5", "target", **WHO) == ["PD"]
    assert course("T1 10x10 10x5+10x7.4", "target", **WHO) == ["NC"]
    assert course("T1 10x10 5x5+5x5 10x6.25", "target", **WHO) == ["PR", "PD"]


def test_an_imputed_size_can_make_progression_and_is_flagged() -> None:
    text = """
        T1 10x10 gone  small
        T2 40x40 40x40 40x40
    """
    assert course(text, "target", "sum", "flags", **WHO)[1] == (
        "PD",
        1625.0,
        "progression-by-imputed-size",
    )


def test_a_measured_lesion_beside_an_imputed_one_needs_no_flag() -> None:
    text = """
        T1 10x10 gone  small
        T2 10x10 10x10 13x10
    """
    assert course(text, "target", "flags", **WHO)[1] == ("PD", None)


def test_a_trial_may_not_let_imputed_sizes_progress(tmp_path: Path) -> None:
    never = table("imputed_progression", imputed_can_progress="false")
    rules = load_text(tmp_path, BASED_ON_WHO + never)
    text = """
        T1 10x10 gone  small
        T2 40x40 40x40 40x40
    """
    assert course(text, "target", "flags", criteria=rules)[1] == ("NC", None)
    measured = text.replace("small", "5x5")
    assert course(measured, "target", "flags", criteria=rules)[1] == ("PD", None)


def test_a_trial_may_ask_for_a_smallest_increase(tmp_path: Path) -> None:
    growth = table(
        "progression",
        increase_percent=25,
        minimum_increase=100,
        from_='"smallest-sum"',
        per='"lesion"',
    )
    rules = load_text(tmp_path, BASED_ON_WHO + growth)
    assert course("T1 10x10 19.9x10", "target", criteria=rules) == ["NC"]
    assert course("T1 10x10 20x10", "target", criteria=rules) == ["PD"]


def test_a_trial_may_judge_who_by_the_sum(tmp_path: Path) -> None:
    growth = table("progression", increase_percent=25, from_='"smallest-sum"', per='"sum"')
    rules = load_text(tmp_path, BASED_ON_WHO + growth)
    text = """
        T1 10x10 13x10   12.5x10
        T2 10x10 10x10   12.5x10
    """
    assert course(text, "target", criteria=rules) == ["NC", "PD"]


def test_lesions_that_merged_are_judged_together() -> None:
    # 10x10 + 10x10 = 200 mm2 before; 250 mm2 is 25 % more.
    for common, expected in (("25x10", "PD"), ("24.9x10", "NC")):
        text = f"""
            T1 10x10 {common}
            T2 10x10 >T1
            T3 40x40 40x40
        """
        assert course(text, "target", **WHO) == [expected]


def test_merged_lesions_are_held_to_their_smallest_common_sum() -> None:
    text = """
        T1 10x10 10x5  10x10 12.5x10
        T2 10x10 10x10 10x2  >T1
        T3 40x40 40x40 40x40 40x40
    """
    # 150 and 120 mm2 before: the reference is 120, and 125 is only 4 % more.
    assert course(text, "target", **WHO)[2] == "NC"
    assert course(text.replace("12.5x10", "15x10"), "target", **WHO)[2] == "PD"


def test_a_visit_where_one_of_the_merged_was_not_evaluated_tells_nothing() -> None:
    text = """
        T1 10x10 10x5 20x10
        T2 10x10 NE   >T1
        T3 40x40 40x40 40x40
    """
    assert course(text, "target", **WHO) == ["NE", "NC"]


def test_a_visit_where_one_of_them_was_part_of_another_lesion_tells_nothing() -> None:
    # At the first follow-up T2 was part of T3, so T1 and T2 have no common size there.
    text = """
        T1 10x10 10x5  20x10
        T2 10x10 >T3   >T1
        T3 40x40 40x40 40x40
    """
    assert course(text, "target", **WHO) == ["NC", "NC"]


def test_a_visit_where_they_were_merged_otherwise_still_tells_their_sum() -> None:
    text = """
        T1 10x10 >T2   25x10
        T2 10x10 10x10 >T1
        T3 40x40 40x40 40x40
    """
    # Held by T2 at first, by T1 then: 100 mm2 together, and 250 are PD.
    assert course(text, "target", **WHO) == ["NC", "PD"]


def test_lesions_that_part_again_are_judged_alone() -> None:
    text = """
        T1 10x10 20x10 12x10
        T2 10x10 >T1   12x10
        T3 40x40 40x40 40x40
    """
    assert course(text, "target", **WHO) == ["NC", "NC"]
    grown = text.replace("12x10\n        T3", "12.5x10\n        T3")
    assert course(grown, "target", **WHO) == ["NC", "PD"]


def test_a_lesion_that_was_merged_away_had_no_size_of_its_own_then() -> None:
    text = """
        T1 10x10 20x10 10x10
        T2 10x10 >T1   10x2
        T3 40x40 40x40 40x40
    """
    assert course(text, "target", **WHO) == ["NC", "NC"]


def test_several_patients_do_not_share_their_lesions() -> None:
    text = "T1 10x10 10x5 10x6\nT2 40x40 40x40 40x40"
    other = "T1 10x10 10x10 12x10\nT2 20x20 20x20 20x20 NE"
    table = assess({"S1": text, "S2": other, "S3": text}, **WHO).responses
    assert table["response"].to_list() == [
        None,
        "NC",
        "NC",
        None,
        "NC",
        "NC",
        "NE",
        None,
        "NC",
        "NC",
    ]
