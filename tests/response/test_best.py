"""Best response: visits that count, Table 3, minimum time of SD (Eisenhauer 2009, 4.6; C24-C28)."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from recistkit.errors import OptionError, TableError
from recistkit.response import ResponseOptions
from tests.response.patients import assess, best, course, number_of

EVERYTHING = (
    "best_response",
    "response_date",
    "best_response_confirmed",
    "confirmed_response_date",
    "confirmed_on",
    "progression_date",
    "last_date",
)


def test_every_column_of_a_confirmed_response() -> None:
    text = """
        days 0 50 100 150 200 250
        T1 100 80 60 55 90 20
    """
    assert course(text) == ["SD", "PR", "PR", "PD", "PR"]
    assert best(text, *EVERYTHING) == ("PR", 100, "PR", 100, 150, 200, 200)


def test_every_column_without_a_response() -> None:
    assert best("T1 100 90 90", *EVERYTHING) == ("SD", None, "SD", None, None, None, 56)


def test_a_baseline_alone_is_ne() -> None:
    assert best("T1 100", *EVERYTHING) == ("NE", None, "NE", None, None, None, 0)
    assert best("days 7\nX1 seen", *EVERYTHING) == ("NE", None, "NE", None, None, None, 7)


def test_a_node_that_is_normal_at_the_baseline_is_no_response() -> None:
    for sustain in (False, True):
        rows = course("L1 x9 x12", "target", "response", "flags", sustain_pr=sustain)
        assert rows == [("SD", "SD", None)]
    assert best("L1 x9 x12", *EVERYTHING) == ("SD", None, "SD", None, None, None, 28)


def test_visits_after_the_first_pd_do_not_count() -> None:
    text = "T1 100 90 120 10 gone gone"
    assert best(text, *EVERYTHING) == ("SD", None, "SD", None, None, 56, 56)
    assert course(text, "flags")[2:] == ["after-progression"] * 3


def test_pd_at_the_first_visit_is_the_best_response() -> None:
    assert best("T1 100 120 10 10", *EVERYTHING) == ("PD", None, "PD", None, None, 28, 28)


def test_ne_ranks_below_pd() -> None:
    assert best("T1 100 NE 120") == ("PD", "PD")
    assert best("T1 100 NE NE") == ("NE", "NE")


def test_a_cr_is_not_overwritten_by_an_earlier_or_later_pr() -> None:
    text = """
        T1 100 60 gone gone
        X1 seen seen gone gone
    """
    assert best(text, *EVERYTHING) == ("CR", 28, "CR", 56, 84, None, 84)


def test_a_row_without_disease_is_na_or_pd() -> None:
    text = """
        T1/primary 50 50 50
        N1/distant .  .  {}
    """
    assert best(text.format("maybe"), of="distant") == ("NA", "NA")
    assert best(text.format("new"), of="distant") == ("PD", "PD")
    assert best("T1/primary 50 50\nN1/distant . maybe\nstated . .", of="distant") == ("NA", "NA")
    rows = best("T1/primary 50\nX1/distant seen", of="distant")
    assert rows == ("NE", "NE")


def test_non_targets_only_have_non_cr_non_pd_instead_of_sd() -> None:
    assert best("X1 seen seen seen") == ("NON-CR/NON-PD", "NON-CR/NON-PD")
    assert best("X1 seen NE worse") == ("PD", "PD")
    assert best("X1 seen seen worse") == ("NON-CR/NON-PD", "NON-CR/NON-PD")


def test_an_unconfirmed_cr_of_non_targets_only_is_non_cr_non_pd() -> None:
    assert best("X1 seen gone") == ("CR", "NON-CR/NON-PD")
    assert best("X1 seen gone gone") == ("CR", "CR")


# Eisenhauer 2009, Table 3: sizes that make the words; baseline 100, the minimum time met or not.
SIZES = {"CR": "gone", "PR": "60", "SD": "90", "PD": "130", "NE": "NE"}
TABLE_3 = """
CR CR   CR  CR
CR PD   SD  PD
CR NE   SD  NE
PR CR   PR  PR
PR PR   PR  PR
PR SD   SD  SD
PR PD   SD  PD
PR NE   SD  NE
NE NE   NE  NE
NE CR   SD  SD
NE PR   SD  SD
SD PD   SD  PD
NE PD   PD  PD
SD NE   SD  NE
SD SD   SD  SD
"""


@pytest.mark.parametrize("line", TABLE_3.strip().splitlines())
def test_table_3_with_the_minimum_time_met_and_not(line: str) -> None:
    first, second, met, early = line.split()
    text = f"days 0 28 56\nT1 100 {SIZES[first]} {SIZES[second]}"
    if (first, second) == ("PR", "SD"):
        text = text.replace("90", "71.5")
    assert course(text) == [first, second]
    assert best(text, "best_response_confirmed", min_sd_days=28) == met
    # Between the two visits: only the second one is late enough.
    assert best(text, "best_response_confirmed", min_sd_days=29) == early


def test_after_a_cr_disease_is_pd_and_the_cr_comes_down_to_sd() -> None:
    text = "T1 100 gone 3"
    assert course(text) == ["CR", "PD"]
    assert best(text) == ("CR", "SD")
    assert best(text, min_sd_days=29) == ("CR", "PD")


@pytest.mark.parametrize(
    ("days", "expected"),
    [(None, "SD"), (0, "SD"), (41, "SD"), (42, "SD"), (43, "NE")],
)
def test_the_minimum_time_of_sd_is_inclusive(days: int | None, expected: str) -> None:
    text = "days 0 42\nT1 100 90"
    assert best(text, min_sd_days=days) == (expected, expected)
    assert (
        best("days 0 42\nX1 seen seen", min_sd_days=days)
        == ("NE" if expected == "NE" else "NON-CR/NON-PD",) * 2
    )


def test_sd_too_early_and_then_pd_is_pd() -> None:
    assert best("days 0 41 50\nT1 100 90 130", min_sd_days=42) == ("PD", "PD")
    assert best("days 0 42 50\nT1 100 90 130", min_sd_days=42) == ("SD", "SD")


def test_unconfirmed_cr_and_pr_need_no_minimum_time() -> None:
    assert best("days 0 14\nT1 100 60", min_sd_days=42) == ("PR", "NE")
    assert best("days 0 14\nT1 100 gone", min_sd_days=42) == ("CR", "NE")


def test_a_confirmed_response_needs_no_minimum_time() -> None:
    assert best("days 0 7 35\nT1 100 60 60", min_sd_days=200) == ("PR", "PR")


def test_the_minimum_time_counts_from_the_reference_date() -> None:
    text = "days 0 42\nT1 100 90"
    assert best(text, min_sd_days=42, reference=0) == ("SD", "SD")
    assert best(text, min_sd_days=42, reference=1) == ("NE", "NE")
    assert best(text, min_sd_days=41, reference=1) == ("SD", "SD")
    assert best(text, min_sd_days=42, reference=7, sd_from="baseline") == ("SD", "SD")


def test_the_minimum_time_counts_from_the_last_scan_of_the_baseline() -> None:
    text = """
        T1 100      90@42
        T2 20@3     20@42
    """
    assert best(text, min_sd_days=39, sd_from="baseline") == ("SD", "SD")
    assert best(text, min_sd_days=40, sd_from="baseline") == ("NE", "NE")


def test_the_last_scan_of_the_visit_counts() -> None:
    text = """
        T1 100 90@40
        T2 20  20@42
    """
    assert best(text, min_sd_days=42) == ("SD", "SD")


def test_the_trials_own_minimum_time_is_42_days() -> None:
    for day, expected in ((42, "SD"), (41, "NE")):
        text = f"days 0 {day}\nT1 10x10 10x10"
        assert best(text, criteria="zhu-2013") == (expected, expected)
        assert best(text, criteria="zhu-2013", min_sd_days=0) == ("SD", "SD")


def test_a_minimum_time_without_a_day_to_count_from_is_a_fault() -> None:
    with pytest.raises(TableError, match="S1 has no reference_date in the subjects table"):
        assess("T1 10x10 10x10", criteria="zhu-2013", sd_from="reference")


def test_the_word_of_the_criteria_is_used() -> None:
    assert best("T1 10x10 10x10", criteria="who-1979") == ("NC", "NC")


def test_response_date_is_the_first_pr_or_cr_even_if_it_is_not_confirmed() -> None:
    text = "T1 100 60 75 60 60"
    assert course(text) == ["PR", "PD", "PR", "PR"]
    text = "T1 100 69 75 65 65"
    assert course(text) == ["PR", "SD", "PR", "PR"]
    assert best(text, *EVERYTHING) == ("PR", 28, "PR", 84, 112, None, 112)


def test_a_sustained_pr_is_not_a_response_by_itself() -> None:
    text = "T1 100 69 75 75 75"
    assert best(text, *EVERYTHING, sustain_pr=True) == ("PR", 28, "SD", None, None, None, 112)


def test_a_sustained_pr_whose_response_does_not_count_is_sd() -> None:
    # The scans of the first visit end after new therapy, those of the second before it.
    text = """
        days 0 28 40
        last 0 60 45
        T1 100 69 75
    """
    given: dict[str, Any] = {"sustain_pr": True, "events": "new-therapy@50"}
    assert course(text, "response", "flags", **given) == [
        ("PR", "after-new-therapy"),
        ("PR", "sustained"),
    ]
    assert best(text, *EVERYTHING, **given) == ("SD", None, "SD", None, None, None, 45)


def test_the_best_of_a_confirmed_pr_and_an_unconfirmed_cr_is_pr() -> None:
    assert best("T1 100 60 60 gone") == ("CR", "PR")


@pytest.mark.parametrize(
    ("stop", "expected"),
    [("first", ("PR", 28, "SD", None, 56)), ("own", ("PR", 28, "PR", None, 84))],
)
def test_the_first_pd_of_the_patient_may_end_each_compartment(
    stop: str, expected: tuple[object, ...]
) -> None:
    text = """
        T1/primary 100 60 NE   60
        T2/distant 100 90 200  200
    """
    columns = (
        "best_response",
        "response_date",
        "best_response_confirmed",
        "progression_date",
        "last_date",
    )
    assert course(text) == ["SD", "PD", "PD"]
    assert best(text, *columns, of="primary", compartment_stop=stop) == expected
    flags = course(text, "flags", of="primary", compartment_stop=stop)
    assert flags == [None, None, "after-progression" if stop == "first" else None]


def test_the_pd_of_one_patient_does_not_end_another() -> None:
    table = assess(
        {
            "S1": "T1/primary 100 60 60\nT2/distant 100 200 200",
            "S2": "T1/primary 100 60 60\nT2/distant 100 100 100",
        }
    ).best.filter(pl.col("compartment") == "primary")
    assert table["best_response_confirmed"].to_list() == ["SD", "PR"]
    assert [number_of(day) for day in table["last_date"]] == [28, 56]


def test_a_compartment_ends_at_its_own_pd_with_either_option() -> None:
    text = """
        T1/primary 20  30   5
        T2/distant 200 150  150
    """
    for stop in ("first", "own"):
        assert best(
            text, "best_response", "progression_date", of="primary", compartment_stop=stop
        ) == ("PD", 28)
        assert best(text, "best_response", "progression_date", compartment_stop=stop) == (
            "SD",
            None,
        )


def test_a_later_pd_of_the_patient_does_not_lengthen_a_compartment() -> None:
    text = """
        T1/primary 20  30  5   5
        T2/distant 200 200 200 300
    """
    assert best(text, "last_date", of="primary") == 28


def test_the_convention_in_force_stands_beside_the_answer() -> None:
    assert best("T1 50 50", "convention") == (
        "confirmation-days=28; max-intervening-ne=1; accept-sd-between=no; sustain-pr=no; "
        "compartment-stop=first; min-sd-days=none; sd-from=baseline"
    )
    others = best(
        "T1 50 50",
        "convention",
        confirmation_days=0,
        max_intervening_ne=2,
        accept_sd_between=True,
        sustain_pr=True,
        compartment_stop="own",
        min_sd_days=49,
    )
    assert others == (
        "confirmation-days=0; max-intervening-ne=2; accept-sd-between=yes; sustain-pr=yes; "
        "compartment-stop=own; min-sd-days=49; sd-from=baseline"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"confirmation_days": -1}, "confirmation_days is -1; expected 0 to 3650"),
        ({"confirmation_days": 3651}, "confirmation_days is 3651; expected 0 to 3650"),
        ({"max_intervening_ne": -1}, "max_intervening_ne is -1; expected 0 to 3650"),
        ({"min_sd_days": -1}, "min_sd_days is -1; expected 0 to 3650"),
        ({"compartment_stop": "last"}, "compartment_stop is 'last'; expected 'first' or 'own'"),
        (
            {"confirmation_days": "28"},
            "confirmation_days is '28'; expected a whole number from 0 to 3650",
        ),
        (
            {"confirmation_days": 28.0},
            "confirmation_days is 28.0; expected a whole number from 0 to 3650",
        ),
        ({"min_sd_days": True}, "min_sd_days is True; expected a whole number from 0 to 3650"),
        (
            {"max_intervening_ne": None},
            "max_intervening_ne is None; expected a whole number from 0 to 3650",
        ),
        ({"accept_sd_between": "no"}, "accept_sd_between is 'no'; expected True or False"),
        ({"sustain_pr": 1}, "sustain_pr is 1; expected True or False"),
        ({"sd_from": "birth"}, "sd_from is 'birth'; expected 'reference' or 'baseline'"),
    ],
)
def test_an_option_out_of_range_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError) as caught:
        ResponseOptions(**options)
    assert str(caught.value) == message


def test_options_at_the_ends_of_their_ranges_are_accepted() -> None:
    for value in (0, 3650):
        options = ResponseOptions(
            confirmation_days=value, max_intervening_ne=value, min_sd_days=value
        )
        assert options.confirmation_days == value


def test_options_unless_given() -> None:
    assert ResponseOptions() == ResponseOptions(
        confirmation_days=None,
        max_intervening_ne=1,
        accept_sd_between=False,
        sustain_pr=False,
        compartment_stop="first",
        min_sd_days=None,
        sd_from="reference",
    )
