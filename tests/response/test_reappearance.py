"""Disease after a CR (Eisenhauer 2009, Table 3, footnote; conventions C20)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.criteria.files import BASED, load_text, table
from tests.response.patients import course

BACK = ("PD", "reappearance-after-cr", "reappeared")


@pytest.mark.parametrize("cell", ["1", "4.9", "small", "small:0.1", "1+1"])
def test_a_target_seen_again_after_cr_is_pd_however_small(cell: str) -> None:
    assert course(f"T1 50 gone {cell}", "response", "rule", "flags")[1][0] == "PD"


def test_the_target_column_stays_numerical() -> None:
    assert course("T1 50 gone 4", "target", "response", "rule", "flags") == [
        ("CR", "CR", "complete", None),
        ("PR", *BACK),
    ]


def test_growth_that_is_pd_by_itself_is_no_reappearance() -> None:
    assert course("T1 50 gone 5", "target", "response", "rule", "flags")[1] == (
        "PD",
        "PD",
        "target-pd",
        None,
    )


def test_a_non_target_seen_again_after_cr_is_pd() -> None:
    text = """
        T1 50   gone gone
        X1 seen gone seen
    """
    assert course(text, "non_target", "response", "rule", "flags")[1] == ("NON-CR/NON-PD", *BACK)


def test_a_non_target_that_was_never_evaluated_before_is_disease_too() -> None:
    text = """
        X1 seen gone gone
        X2 seen gone more
    """
    assert course(text, "response", "flags")[1] == ("PD", "reappeared")


def test_cr_is_remembered_past_visits_that_were_not_evaluated() -> None:
    assert course("T1 50 gone NE 2", "response", "flags") == [
        ("CR", None),
        ("NE", None),
        ("PD", "reappeared"),
    ]


def test_a_cr_of_the_targets_alone_is_no_cr() -> None:
    text = """
        T1 50   gone 2
        X1 seen seen seen
    """
    assert course(text, "target", "response", "flags")[1] == ("PR", "PR", None)


def test_what_was_gone_may_stay_gone() -> None:
    assert course("T1 50 gone gone", "response") == ["CR", "CR"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("x9.999", "CR"),
        ("x10", "PD"),
        ("small", "CR"),
        ("30", "NE"),
        ("x4+x9", "CR"),
        ("x4+x10", "PD"),
    ],
)
def test_a_node_has_come_back_from_10_mm_on(cell: str, expected: str) -> None:
    assert course(f"L1 x20 x8 {cell}", "response") == ["CR", expected]


def test_a_node_is_disease_at_any_size_where_there_is_no_node_rule() -> None:
    assert course("L1 20x15 gone 2x1", "response", criteria="recist-1.0") == ["CR", "PD"]


@pytest.mark.parametrize(("cell", "expected"), [("seen:12x9", "CR"), ("seen:12x10", "PD")])
def test_a_non_target_node_has_come_back_from_10_mm_on(cell: str, expected: str) -> None:
    assert course(f"K1 seen gone {cell}", "response") == ["CR", expected]


@pytest.mark.parametrize("name", ["recist-1.1", "recist-1.0", "who-1979", "zhu-2013"])
def test_all_shipped_criteria_apply_it(name: str) -> None:
    text = """
        X1 seen gone seen
        T1 50x50 gone gone
    """
    assert course(text, "response", criteria=name) == ["CR", "PD"]


def test_a_trial_may_leave_it_out(tmp_path: Path) -> None:
    rules = load_text(tmp_path, BASED + table("reappearance", after_complete_response="false"))
    assert course("T1 50 gone 4", "response", "flags", criteria=rules) == [
        ("CR", None),
        ("PR", None),
    ]


def test_disease_remains_pd_as_long_as_it_shows() -> None:
    assert course("T1 50 gone 4 3 gone 2", "response") == ["CR", "PD", "PD", "CR", "PD"]


def test_a_tumour_marker_is_no_disease() -> None:
    text = """
        T1 50 gone gone
        marker elevated normal elevated
    """
    assert course(text, "response", "flags") == [("CR", None), ("PR", "marker-not-normal")]


def test_each_row_answers_to_its_own_cr() -> None:
    text = """
        T1/primary 50 gone 2
        T2/distant 50 40   40
    """
    found = {of: course(text, "response", of=of) for of in ("primary", "distant", "overall")}
    assert found == {
        "primary": ["CR", "PD"],
        "distant": ["SD", "SD"],
        "overall": ["PR", "PR"],
    }


def test_an_incomplete_visit_that_shows_disease_after_cr_is_pd() -> None:
    text = """
        T1 50 gone NE
        T2 50 gone 2
    """
    assert course(text, "target", "response", "reason")[1] == (
        "NE",
        "PD",
        "disease again after CR",
    )


@pytest.mark.parametrize("holder", ["20x9", "20x10"])
def test_a_merged_node_comes_back_with_its_holder(holder: str) -> None:
    text = f"""
        L1 25x20 gone {holder}
        L2 25x20 gone >L1
    """
    expected = "CR" if holder == "20x9" else "PD"
    assert course(text, "response") == ["CR", expected]


def test_a_merged_node_without_the_short_axis_of_its_holder_shows_nothing() -> None:
    text = """
        L1 25x20 gone 20
        L2 25x20 gone >L1
    """
    assert course(text, "response", "flags")[1] == ("NE", None)
