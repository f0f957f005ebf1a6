"""Events that end an assessment: new therapy and local therapy (conventions C21 and C24)."""

from __future__ import annotations

import polars as pl
import pytest

import recistkit
from tests.response.patients import best, course, day, reads_frame

TEXT = """
    days       0   28 56 84
    T1/primary 100 60 60 60
    T2/distant 100 60 60 60
"""


@pytest.mark.parametrize(
    ("when", "flags", "last"),
    [
        (27, ["after-new-therapy"] * 3, 0),
        (28, [None, "after-new-therapy", "after-new-therapy"], 28),
        (55, [None, "after-new-therapy", "after-new-therapy"], 28),
        (56, [None, None, "after-new-therapy"], 56),
        (84, [None, None, None], 84),
        (0, [None, None, None], 84),
        (1, ["after-new-therapy"] * 3, 0),
    ],
)
def test_visits_whose_last_scan_lies_after_new_therapy_do_not_count(
    when: int, flags: list[str | None], last: int
) -> None:
    for of in ("primary", "distant", "overall"):
        event = f"new-therapy@{when}"
        assert course(TEXT, "response", of=of, events=event) == ["PR"] * 3
        assert course(TEXT, "flags", of=of, events=event) == flags
        assert best(TEXT, "last_date", of=of, events=event) == last


def test_the_first_new_therapy_ends_the_assessment() -> None:
    events = "new-therapy@70 new-therapy@40 death@20 last-contact@20"
    assert best(TEXT, "best_response", "best_response_confirmed", "last_date", events=events) == (
        "PR",
        "SD",
        28,
    )


def test_death_and_last_contact_end_nothing() -> None:
    assert course(TEXT, "flags", events="death@30 last-contact@30") == [None] * 3
    assert best(TEXT, "last_date", events="death@30 last-contact@30") == 84


def test_progression_after_new_therapy_does_not_count() -> None:
    text = "T1 100 60 200"
    assert best(text, "best_response", "progression_date", events="new-therapy@40") == ("PR", None)


def test_local_therapy_of_a_compartment_makes_its_lesions_not_evaluable() -> None:
    rows = {
        of: course(TEXT, "response", "flags", of=of, events="local-therapy/primary@40")
        for of in ("primary", "distant", "overall")
    }
    assert rows == {
        "primary": [("PR", None), ("NE", "after-local-therapy"), ("NE", "after-local-therapy")],
        "distant": [("PR", None), ("PR", None), ("PR", None)],
        "overall": [("PR", None), ("NE", None), ("NE", None)],
    }


def test_the_reason_names_local_therapy() -> None:
    text = "T1/primary 30x20 20x10 20x10"
    rows = course(text, "reason", events="local-therapy/primary@40", of="primary")
    assert rows[1] == "targets not all evaluated: T1 (local-therapy)"


@pytest.mark.parametrize("event", ["local-therapy@40", "local-therapy/overall@40"])
def test_local_therapy_without_a_compartment_ends_the_whole_patient(event: str) -> None:
    for of in ("primary", "distant", "overall"):
        rows = course(TEXT, "response", "flags", of=of, events=event)
        assert rows == [("PR", None), ("NE", "after-local-therapy"), ("NE", "after-local-therapy")]
        assert best(TEXT, "last_date", of=of, events=event) == 28


@pytest.mark.parametrize(
    ("when", "expected"), [(55, "NE"), (56, "PR"), (1, "NE"), (0, "PR"), (-5, "PR")]
)
def test_local_therapy_counts_from_the_day_after_it_and_after_the_baseline(
    when: int, expected: str
) -> None:
    rows = course(TEXT, "response", of="primary", events=f"local-therapy/primary@{when}")
    assert rows[1] == expected


def test_the_earlier_of_two_local_therapies_counts() -> None:
    events = "local-therapy/primary@70 local-therapy@40"
    assert course(TEXT, "response", of="primary", events=events) == ["PR", "NE", "NE"]
    events = "local-therapy/primary@40 local-therapy@70"
    assert course(TEXT, "response", of="primary", events=events) == ["PR", "NE", "NE"]
    assert course(TEXT, "response", of="distant", events=events) == ["PR", "PR", "NE"]


def test_non_targets_in_progression_remain_after_local_therapy() -> None:
    text = """
        T1/primary 100  60   60   60
        X1/primary seen seen worse seen
        X2/primary seen seen seen  gone
    """
    rows = course(text, "non_target", "response", of="primary", events="local-therapy/primary@40")
    assert rows == [("NON-CR/NON-PD", "PR"), ("PD", "PD"), ("NE", "NE")]


def test_new_lesions_remain_after_local_therapy() -> None:
    text = """
        T1/primary 100 60 60
        T2/distant 100 60 60
        N1/primary .   .  new
    """
    rows = course(text, "response", "flags", of="primary", events="local-therapy/primary@40")
    assert rows[1] == ("PD", "after-local-therapy")
    assert best(text, "progression_date", of="primary", events="local-therapy/primary@40") is None
    assert best(text, "progression_date", events="local-therapy/primary@40") == 56


def test_the_patient_is_assessed_by_the_rest_after_local_therapy_of_one_compartment() -> None:
    text = """
        T1/primary 10  10  10
        T2/distant 100 100 200
    """
    rows = course(text, "response", "flags", events="local-therapy/primary@40")
    assert rows == [("SD", None), ("PD", "partial-sum-progression")]
    assert best(text, "progression_date", events="local-therapy/primary@40") == 56


def test_local_therapy_in_another_patient_changes_nothing() -> None:
    happened = pl.DataFrame(
        {"subject": ["S2"], "date": [day(10)], "event": ["local-therapy"], "compartment": [None]},
        schema_overrides={"compartment": pl.String},
    )
    reads = reads_frame({"S1": "T1 100 60", "S2": "T1 100 60", "S3": "T1 100 60 60"})
    responses = recistkit.classify(reads, events=happened).responses
    assert responses["response"].to_list() == [None, "PR", None, "NE", None, "PR", "PR"]
