"""Non-target response: the reader's judgement and the tumour marker (Eisenhauer 2009, 4.3.3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.criteria.files import BASED, load_text, table
from tests.response.patients import course


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("gone", "CR"),
        ("seen", "NON-CR/NON-PD"),
        ("more", "NON-CR/NON-PD"),
        ("worse", "PD"),
        ("NE", "NE"),
        (".", "NE"),
    ],
)
def test_one_non_target_answers_by_its_state(cell: str, expected: str) -> None:
    text = f"""
        T1 50   50
        X1 seen {cell}
    """
    assert course(text, "non_target") == [expected]
    assert course(f"days 0 28\nX1 seen {cell if cell != '.' else 'NE'}", "response") == [expected]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("gone", "gone", "CR"),
        ("gone", "seen", "NON-CR/NON-PD"),
        ("gone", "NE", "NE"),
        ("seen", "NE", "NE"),
        ("worse", "NE", "PD"),
        ("worse", "gone", "PD"),
        ("worse", "seen", "PD"),
        ("worse", ".", "PD"),
    ],
)
def test_several_non_targets_make_one_answer(one: str, other: str, expected: str) -> None:
    text = f"""
        X1 seen {one}
        X2 seen {other}
    """
    assert course(text, "non_target", "response") == [(expected, expected)]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("seen", "NE", "NON-CR/NON-PD"),
        ("seen", "seen", "NON-CR/NON-PD"),
        ("gone", "NE", "NE"),
        ("NE", "NE", "NE"),
        ("gone", "gone", "CR"),
        ("worse", "NE", "PD"),
    ],
)
def test_a_trial_may_let_one_persisting_lesion_decide(
    tmp_path: Path, one: str, other: str, expected: str
) -> None:
    rules = load_text(tmp_path, BASED + table("non_target", not_all_evaluated='"NON-CR/NON-PD"'))
    text = f"""
        X1 seen {one}
        X2 seen {other}
    """
    assert course(text, "non_target", criteria=rules) == [expected]


def test_sizes_of_non_targets_make_neither_sums_nor_progression() -> None:
    text = """
        T1 50         50
        X1 seen:20x20 seen:90x90
    """
    assert course(text, "sum", "non_target", "response") == [(50.0, "NON-CR/NON-PD", "SD")]


def test_the_number_of_non_targets_makes_no_progression() -> None:
    text = """
        T1 50   50
        X1 seen seen
        X2 .    seen
        X3 .    seen
    """
    assert course(text, "non_target") == ["NON-CR/NON-PD"]


def test_a_non_target_first_recorded_later_was_not_evaluable_before() -> None:
    text = """
        T1 50   50   50   50
        X1 seen gone gone gone
        X2 .    .    seen gone
    """
    assert course(text, "non_target") == ["NE", "NON-CR/NON-PD", "CR"]


@pytest.mark.parametrize("cell", ["seen", "more", "worse"])
def test_a_non_target_is_gone_only_after_it_was_seen(cell: str) -> None:
    text = f"""
        T1 50   50   50   50
        X1 seen gone gone gone
        X2 NE   gone {cell} gone
    """
    middle = "PD" if cell == "worse" else "NON-CR/NON-PD"
    assert course(text, "non_target") == ["NE", middle, "CR"]


def test_without_non_targets_the_answer_does_not_apply() -> None:
    assert course("T1 50 50", "non_target") == ["NA"]


def test_progression_of_non_targets_is_pd_whatever_the_targets() -> None:
    for size, target in (("gone", "CR"), ("20", "PR"), ("50", "SD"), ("NE", "NE")):
        text = f"""
            T1 50   {size}
            X1 seen worse
        """
        assert course(text, "target", "response", "rule") == [(target, "PD", "non-target-pd")]


@pytest.mark.parametrize(
    ("marker", "expected", "flag"),
    [
        ("normal", ("CR", "CR"), None),
        ("elevated", ("NON-CR/NON-PD", "PR"), "marker-not-normal"),
        ("not-done", ("NE", "PR"), "marker-not-normal"),
        (".", ("NE", "PR"), "marker-not-normal"),
    ],
)
@pytest.mark.parametrize("non_target", ["X1 seen gone", ""])
def test_an_elevated_marker_must_be_normal_again_for_cr(
    marker: str, expected: tuple[str, str], flag: str | None, non_target: str
) -> None:
    text = f"""
        T1 50 gone
        {non_target}
        marker elevated {marker}
    """
    assert course(text, "non_target", "response", "flags") == [(*expected, flag)]


@pytest.mark.parametrize("baseline", ["normal", "not-done", "."])
def test_a_marker_that_was_not_elevated_at_baseline_plays_no_part(baseline: str) -> None:
    for lesions, non_target in (("T1 50 gone", "NA"), ("T1 50 gone\nX1 seen gone", "CR")):
        text = f"{lesions}\nmarker {baseline} elevated"
        assert course(text, "non_target", "response", "flags") == [(non_target, "CR", None)]


@pytest.mark.parametrize(
    ("cell", "expected"), [("seen", "NON-CR/NON-PD"), ("worse", "PD"), ("NE", "NE")]
)
def test_the_marker_changes_nothing_but_cr(cell: str, expected: str) -> None:
    text = f"""
        T1 50 gone
        X1 seen {cell}
        marker elevated elevated
    """
    assert course(text, "non_target", "flags") == [(expected, None)]


def test_the_marker_is_nothing_by_itself() -> None:
    # Neither progression nor disease: SD and PR of targets stand as they are.
    text = """
        T1 50 50 30
        marker elevated elevated normal
    """
    assert course(text, "target", "non_target", "response") == [
        ("SD", "NON-CR/NON-PD", "SD"),
        ("PR", "CR", "PR"),
    ]


def test_of_non_targets_alone_the_marker_joins_their_answer() -> None:
    text = """
        X1 seen gone gone gone
        marker elevated elevated normal .
    """
    assert course(text, "response") == ["NON-CR/NON-PD", "CR", "NE"]


def test_a_trial_may_leave_the_marker_out(tmp_path: Path) -> None:
    rules = load_text(tmp_path, BASED + table("tumour_marker", must_normalise="false"))
    text = """
        T1 50 gone
        X1 seen gone
        marker elevated elevated
    """
    assert course(text, "non_target", "response", "flags", criteria=rules) == [("CR", "CR", None)]


def test_the_marker_stands_in_for_non_targets_on_the_whole_patient_only() -> None:
    text = """
        T1/primary 50 gone
        T2/distant 50 gone
        marker elevated elevated
    """
    assert course(text, "non_target", "response", "flags") == [
        ("NON-CR/NON-PD", "PR", "marker-not-normal")
    ]
    for compartment in ("primary", "distant"):
        rows = course(text, "non_target", "response", "flags", of=compartment)
        assert rows == [("NA", "CR", None)]


def test_a_compartment_with_non_targets_answers_to_the_marker() -> None:
    text = """
        T1/primary 50   gone
        X1/distant seen gone
        marker elevated elevated
    """
    rows = {of: course(text, "non_target", "response", of=of) for of in ("primary", "distant")}
    assert rows == {"primary": [("NA", "CR")], "distant": [("NON-CR/NON-PD", "NON-CR/NON-PD")]}


def test_a_patient_without_any_disease_here_has_no_marker_answer() -> None:
    text = """
        X1/primary seen seen
        N1/distant .    new
        marker elevated elevated
    """
    assert course(text, "target", "non_target", "response", of="distant") == [("NA", "NA", "PD")]
