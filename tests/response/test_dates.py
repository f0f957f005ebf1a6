"""Dates: a response by the last scan, a progression by the earliest that shows it (C23)."""

from __future__ import annotations

import pytest

from tests.response.patients import best, course


def test_a_response_is_dated_by_the_last_scan_of_its_visit() -> None:
    text = """
        T1 100 60@28 60@60
        T2 10  10@31 10@66
    """
    columns = ("response_date", "confirmed_response_date", "confirmed_on", "last_date")
    assert best(text, *columns) == (31, 31, 66, 66)


def test_progression_of_targets_is_dated_by_the_earliest_target_scan() -> None:
    text = """
        T1 50   90@33
        T2 10   10@31
        T3 10   NE@29
        X1 seen seen@28
    """
    assert best(text, "progression_date", "last_date") == (31, 33)


def test_progression_of_non_targets_is_dated_by_the_earliest_that_progressed() -> None:
    text = """
        T1 50   50@28
        X1 seen worse@33
        X2 seen worse@31
        X3 seen seen@29
    """
    assert best(text, "progression_date") == 31


def test_progression_of_single_lesions_is_dated_by_a_lesion_that_progressed() -> None:
    text = """
        T1 10x10 20x10@33
        T2 10x10 10x10@30
        T3 10x10 20x10@35
    """
    assert best(text, "progression_date", criteria="who-1979") == 33
    assert best(text, "progression_date", criteria="recist-1.1") == 30


def test_progression_of_merged_lesions_is_dated_by_the_earliest_of_them() -> None:
    text = """
        T1 10x10 30x20@33
        T2 10x10 >T1@31
        T3 10x10 10x10@30
    """
    assert best(text, "progression_date", criteria="who-1979") == 31


def test_a_new_lesion_is_dated_by_its_earliest_scan() -> None:
    text = """
        T1 50 50@28
        N1 .  new@33
        N2 .  new@31
        N3 .  maybe@29
    """
    assert best(text, "progression_date") == 31


def test_a_new_lesion_that_is_only_stated_is_dated_by_the_first_scan() -> None:
    text = """
        T1 50 50@30
        X1 seen seen@29
        stated . unequivocal
        last 0 40
    """
    assert best(text, "progression_date", "last_date") == (28, 40)


def test_a_progression_that_was_dated_back_is_dated_by_the_first_sighting() -> None:
    text = """
        T1 50 50@30    50@60
        N1 .  maybe@33 new@61
    """
    assert best(text, "progression_date") == 33


def test_a_reappearance_is_dated_by_the_earliest_scan_that_shows_disease() -> None:
    text = """
        T1 50   gone gone@56
        T2 50   gone 2@60
        L1 x20  x9   x9@57
        X1 seen gone seen@59
    """
    assert best(text, "progression_date") == 59
    assert best(text.replace("seen@59", "gone@59"), "progression_date") == 60


@pytest.mark.parametrize(
    ("target", "non_target", "new", "expected"),
    [
        ("90@31", "worse@32", "new@33", 31),
        ("90@33", "worse@31", "new@32", 31),
        ("90@33", "worse@32", "new@31", 31),
        ("50@30", "worse@32", "new@33", 32),
        ("50@30", "seen@31", "new@33", 33),
    ],
)
def test_of_several_causes_the_earliest_counts(
    target: str, non_target: str, new: str, expected: int
) -> None:
    text = f"""
        T1 50   {target}
        X1 seen {non_target}
        N1 .    {new}
    """
    assert best(text, "progression_date") == expected


def test_of_a_reappearance_and_growth_the_earlier_counts() -> None:
    text = """
        T1 50   gone 40@60
        X1 seen gone seen@58
    """
    assert course(text, "rule")[1] == "target-pd"
    assert best(text, "progression_date") == 58


def test_a_merged_node_shows_the_disease_of_its_holder_on_its_own_scan() -> None:
    text = """
        L1 25x20 x9 12x10@60
        L2 25x20 x9 >L1@58
        L3 25x20 x9 x9@57
    """
    assert course(text, "response", "flags")[1] == ("PD", "reappeared")
    assert best(text, "progression_date") == 58


def test_each_row_has_its_own_date() -> None:
    text = """
        T1/primary 50 90@35
        N1/distant .  new@31
    """
    found = {of: best(text, "progression_date", of=of) for of in ("primary", "distant", "overall")}
    assert found == {"primary": 35, "distant": 31, "overall": 31}


def test_the_visits_table_may_widen_a_visit() -> None:
    text = """
        days 0 28 60
        T1 100 60@30 60@62
        last 2 35 70
    """
    assert best(text, "response_date", "confirmed_on", "last_date") == (35, 70, 70)


def test_later_dates_of_the_progression_play_no_part() -> None:
    text = """
        T1 50 90@28 95@56
        N1 .  .     new@50
    """
    assert best(text, "progression_date") == 28
