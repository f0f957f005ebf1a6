"""Flags: what a reader of the table should know besides the response."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from recistkit.response.flags import FLAGS, flag_text
from tests.criteria.files import BASED, load_text, table
from tests.response.patients import assess, course

IMPUTED = "progression-by-imputed-size"


def test_flags_stand_in_one_order() -> None:
    assert FLAGS == (
        "pre-baseline",
        "sustained",
        "back-dated",
        "progression-by-imputed-size",
        "partial-sum-progression",
        "reappeared",
        "marker-not-normal",
        "compartment-progression",
        "new-lesion-not-placed",
        "new-lesions-not-assessable",
        "coverage-incomplete",
        "after-progression",
        "after-new-therapy",
        "after-local-therapy",
    )
    assert flag_text(0) == ""
    assert flag_text((1 << len(FLAGS)) - 1) == ";".join(FLAGS)
    assert [flag_text(1 << number) for number in range(len(FLAGS))] == list(FLAGS)


def test_a_visit_without_anything_to_tell_has_no_flag() -> None:
    assert course("T1 50 50", "flags") == [None]


def test_incomplete_coverage_is_told_at_the_baseline_too() -> None:
    text = """
        T1 50 50 50 50
        coverage abdomen pelvis complete .
    """
    table = assess(text).responses
    assert table["flags"].to_list() == ["coverage-incomplete", "coverage-incomplete", None, None]
    assert table["response"].to_list() == [None, "SD", "SD", "SD"]


def test_the_baseline_carries_no_other_flag() -> None:
    text = """
        T1/primary 50 50
        stated not-assessable .
        marker elevated elevated
    """
    assert assess(text).responses["flags"].to_list() == [None, None, None, "marker-not-normal"]


def test_a_compartment_that_progressed_alone_is_told_on_the_patient() -> None:
    text = """
        T1/primary 100 60
        T2/distant 20  30
    """
    found = {
        of: course(text, "response", "flags", of=of)[0] for of in ("primary", "distant", "overall")
    }
    assert found == {
        "primary": ("PR", None),
        "distant": ("PD", None),
        "overall": ("SD", "compartment-progression"),
    }


def test_a_compartment_is_not_told_where_the_patient_progressed_too() -> None:
    text = """
        T1/primary 100 60
        N1/distant .   new
    """
    assert course(text, "response", "flags") == [("PD", None)]


def test_the_compartment_of_one_reader_is_not_told_on_another() -> None:
    texts = {
        "S1": "T1/primary 100 60\nT2/distant 20 30",
        "S2": "T1/primary 100 60\nT2/distant 20 20",
    }
    rows = assess(texts).responses.filter(pl.col("compartment") == "overall")
    assert rows["flags"].to_list() == [None, "compartment-progression", None, None]


def test_progression_that_measured_sizes_show_by_themselves_is_not_flagged() -> None:
    text = """
        T1 20   gone small
        T2 20   5    12
        X1 seen seen seen
    """
    assert course(text, "target", "sum", "flags")[1] == ("PD", 17.0, None)


@pytest.mark.parametrize(
    ("other", "response", "flag"),
    [("5", "PD", IMPUTED), ("9.999", "PD", IMPUTED), ("10", "PD", None), ("4.999", "PR", None)],
)
def test_progression_only_by_an_imputed_size_is_flagged(
    other: str, response: str, flag: str | None
) -> None:
    # Smallest sum 5: PD from 10 on; the stand-in adds 5.
    text = f"""
        T1 20   gone small
        T2 20   5    {other}
        X1 seen seen seen
    """
    assert course(text, "response", "flags")[1] == (response, flag)


def test_a_trial_may_not_count_imputed_sizes_as_progression(tmp_path: Path) -> None:
    never = table("imputed_progression", imputed_can_progress="false")
    rules = load_text(tmp_path, BASED + never)
    for other, response in (("5", "PR"), ("9.999", "PR"), ("10", "PD")):
        text = f"""
            T1 20   gone small
            T2 20   5    {other}
            X1 seen seen seen
        """
        assert course(text, "response", "flags", criteria=rules)[1] == (response, None)


def test_a_stand_in_that_was_measured_is_not_imputed() -> None:
    text = """
        T1 20   gone small:5
        X1 seen seen seen
    """
    assert course(text, "response", "flags")[1] == ("PD", None)


def test_several_flags_stand_in_their_order() -> None:
    text = """
        T1/primary 100 100 200
        T2/primary 50  50  NE
        coverage complete complete abdomen
        stated . unequivocal not-assessable
    """
    assert course(text, "flags", events="new-therapy@40")[1] == (
        "partial-sum-progression;new-lesions-not-assessable;coverage-incomplete;"
        "after-progression;after-new-therapy"
    )


@pytest.mark.parametrize(
    ("sizes", "flags"),
    [
        ("100 69 75", [None, "sustained"]),
        ("100 gone 75", [None, None]),
        ("100 69 85", [None, None]),
        ("100 69 69 75 75", [None, None, "sustained", "sustained"]),
        ("100 75 69 75", [None, None, "sustained"]),
        ("100 50 NE 58 71 75", [None, None, None, None, "after-progression"]),
    ],
)
def test_sustained_pr(sizes: str, flags: list[str | None]) -> None:
    assert course(f"T1 {sizes}", "flags", sustain_pr=True) == flags


def test_sustained_pr_is_a_label_of_target_and_response() -> None:
    columns = ("target", "response", "rule", "flags")
    assert course("T1 100 70 70 80 80", *columns, sustain_pr=True) == [
        ("PR", "PR", "target-pr", None),
        ("PR", "PR", "target-pr", None),
        ("PR", "PR", "target-pr", "sustained"),
        ("PR", "PR", "target-pr", "sustained"),
    ]
    assert course("T1 100 70 70 80 80", "response") == ["PR", "PR", "SD", "SD"]


def test_sustained_pr_begins_after_a_cr_of_the_targets_too() -> None:
    text = """
        L1 x12  x9   x10
        X1 seen seen seen
    """
    columns = ("target", "response", "flags")
    assert course(text, *columns) == [("CR", "PR", None), ("SD", "SD", None)]
    assert course(text, *columns, sustain_pr=True) == [
        ("CR", "PR", None),
        ("PR", "PR", "sustained"),
    ]


def test_a_new_lesion_ends_what_can_be_sustained() -> None:
    text = """
        T1 100 69 75 75
        N1 .   .  new .
    """
    rows = course(text, "target", "flags", sustain_pr=True)
    assert rows == [("PR", None), ("PR", "sustained"), ("SD", "after-progression")]


def test_a_pr_after_progression_can_be_sustained_again() -> None:
    text = """
        T1 100 69 75   69   75
        X1 seen seen worse seen seen
    """
    rows = course(text, "target", "flags", sustain_pr=True)
    assert rows == [
        ("PR", None),
        ("PR", "sustained"),
        ("PR", "after-progression"),
        ("PR", "sustained;after-progression"),
    ]


def test_a_response_at_the_visit_of_the_progression_can_be_sustained() -> None:
    # The visit itself is PR of the targets and PD of the patient.
    text = """
        T1 100  69    75
        X1 seen worse seen
    """
    rows = course(text, "target", "flags", sustain_pr=True)
    assert rows == [("PR", None), ("PR", "sustained;after-progression")]
