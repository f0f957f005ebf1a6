"""Which read is accepted, and what is written about it."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from recistkit.reconciliation import Reconciliation, reconcile
from recistkit.terms import DEFAULT_COMPARED
from tests.reconciliation.tables import NO_RESPONSES, best_table, decisions_table, responses_table

BOTH = ("A", "B")

# S1 agrees; S2 differs in one compartment only; S3 was read by A alone.
BEST = best_table("""
S2 B overall PR 2020-03-02 PR 2020-03-02 2020-04-02 - 2020-06-01
S2 B primary SD -          SD -          -          - 2020-06-01
S2 A overall PR 2020-03-02 PR 2020-03-02 2020-04-02 - 2020-06-01
S2 A primary PR 2020-03-01 PR 2020-03-01 2020-04-02 - 2020-06-01
S1 A primary CR 2020-02-01 CR 2020-02-01 2020-03-01 - 2020-06-01
S1 A overall PR 2020-02-01 PR 2020-02-01 2020-03-01 - 2020-06-01
S1 B primary CR 2020-02-01 CR 2020-02-01 2020-03-01 - 2020-06-01
S1 B overall PR 2020-02-01 PR 2020-02-01 2020-03-01 - 2020-06-01
S3 A overall SD -          SD -          -          - 2020-06-01
S1 C overall PD -          PD -          -          2020-02-01 2020-02-01
""")
RESPONSES = responses_table("""
S1 A overall base 2020-01-01
S1 A overall m1   2020-02-01 PR NA none PR
S1 B overall base 2020-01-01
S1 B overall m1   2020-02-01 PR NA none PR
S1 C overall m1   2020-02-01 PD NA none PD
S2 A overall m2   2020-03-02 PR NA none PR
S2 B overall m2   2020-03-02 PR NA none PR
S3 A overall m2   2020-03-02 SD NA none SD
""")


def decided(accepted: str) -> pl.DataFrame:
    """Return one decision on S2."""
    return decisions_table(f"S2 {accepted} X 2020-07-01 clearer")


def settled(result: Reconciliation) -> list[tuple[str | None, ...]]:
    """Return subject, compartment, variable, status, accepted reader and value of each row."""
    columns = ["subject", "compartment", "variable", "status", "accepted_reader", "accepted_value"]
    return result.reconciled.select(columns).rows()


def reads_of(frame: pl.DataFrame) -> list[tuple[str, str]]:
    """Return the reads that a table has rows of."""
    return frame.select("subject", "reader").unique().sort("subject", "reader").rows()


def test_each_subject_compartment_and_variable_is_one_row_in_order() -> None:
    result = reconcile(BEST, RESPONSES, readers=BOTH)
    assert result.reconciled.select("subject", "compartment", "variable").rows() == [
        (subject, compartment, variable)
        for subject, compartments in (
            ("S1", ("primary", "overall")),
            ("S2", ("primary", "overall")),
            ("S3", ("overall",)),
        )
        for compartment in compartments
        for variable in DEFAULT_COMPARED
    ]


def test_a_row_shows_both_values_as_text_and_both_readers() -> None:
    result = reconcile(BEST, RESPONSES, readers=BOTH, compare=["response_date"])
    row = result.reconciled.row(2, named=True)
    assert row == {
        "subject": "S2",
        "compartment": "primary",
        "variable": "response_date",
        "reader_1": "A",
        "value_1": "2020-03-01",
        "reader_2": "B",
        "value_2": None,
        "status": "adjudication-needed",
        "accepted_reader": None,
        "accepted_value": None,
        "cause": "undetermined",
    }


def test_when_both_agree_the_first_named_reader_is_accepted() -> None:
    result = reconcile(BEST, RESPONSES, readers=("B", "A"), compare=["best_response"])
    assert settled(result)[:2] == [
        ("S1", "primary", "best_response", "agreed", "B", "CR"),
        ("S1", "overall", "best_response", "agreed", "B", "PR"),
    ]
    assert reads_of(result.accepted_best) == [("S1", "B")]


def test_when_both_agree_the_other_reader_is_accepted_if_named() -> None:
    result = reconcile(BEST, RESPONSES, readers=BOTH, when_agreed="B", compare=["best_response"])
    assert settled(result)[0] == ("S1", "primary", "best_response", "agreed", "B", "CR")
    assert reads_of(result.accepted_responses) == [("S1", "B")]


def test_without_a_decision_nothing_of_the_subject_is_accepted() -> None:
    result = reconcile(BEST, RESPONSES, readers=BOTH, compare=["best_response"])
    assert settled(result)[2:4] == [
        ("S2", "primary", "best_response", "adjudication-needed", None, None),
        ("S2", "overall", "best_response", "agreed", None, None),
    ]
    assert reads_of(result.accepted_best) == [("S1", "A")]


def test_a_decision_accepts_one_whole_read_for_all_compartments() -> None:
    result = reconcile(
        BEST, RESPONSES, readers=BOTH, compare=["best_response"], decisions=decided("B")
    )
    assert settled(result)[2:4] == [
        ("S2", "primary", "best_response", "adjudicated", "B", "SD"),
        ("S2", "overall", "best_response", "agreed", "B", "PR"),
    ]
    assert reads_of(result.accepted_best) == [("S1", "A"), ("S2", "B")]


def test_an_accepted_empty_value_is_empty() -> None:
    result = reconcile(
        BEST, RESPONSES, readers=BOTH, compare=["response_date"], decisions=decided("B")
    )
    assert settled(result)[2] == ("S2", "primary", "response_date", "adjudicated", "B", None)


def test_the_decision_neither_leaves_the_subject_to_a_third_read() -> None:
    result = reconcile(
        BEST, RESPONSES, readers=BOTH, compare=["best_response"], decisions=decided("neither")
    )
    assert settled(result)[2:4] == [
        ("S2", "primary", "best_response", "adjudication-needed", None, None),
        ("S2", "overall", "best_response", "agreed", None, None),
    ]
    assert reads_of(result.accepted_best) == [("S1", "A")]


def test_a_subject_with_one_read_needs_adjudication() -> None:
    result = reconcile(BEST, RESPONSES, readers=BOTH)
    rows = result.reconciled.filter(pl.col("subject") == "S3")
    assert rows.select("variable", "value_1", "value_2", "status", "cause").rows() == [
        ("best_response", "SD", None, "adjudication-needed", "undetermined"),
        ("best_response_confirmed", "SD", None, "adjudication-needed", "undetermined"),
        ("response_date", None, None, "adjudication-needed", "undetermined"),
        ("progression_date", None, None, "adjudication-needed", "undetermined"),
    ]
    assert "S3" not in result.accepted_best["subject"]


def test_the_only_read_can_be_accepted_by_a_decision() -> None:
    decisions = decisions_table("S3 A X 2020-07-01 sole")
    result = reconcile(
        BEST, RESPONSES, readers=BOTH, compare=["best_response"], decisions=decisions
    )
    assert settled(result)[4] == ("S3", "overall", "best_response", "adjudicated", "A", "SD")


def test_a_compartment_that_one_read_lacks_needs_adjudication() -> None:
    best = best_table("""
    S1 A overall PR
    S1 B overall PR
    S1 A spleen  -
    """)
    result = reconcile(best, NO_RESPONSES, readers=BOTH, compare=["best_response"])
    assert settled(result) == [
        ("S1", "spleen", "best_response", "adjudication-needed", None, None),
        ("S1", "overall", "best_response", "agreed", None, None),
    ]


def test_accepted_tables_are_whole_rows_of_the_accepted_reads_in_their_order() -> None:
    result = reconcile(BEST, RESPONSES, readers=BOTH, decisions=decided("A"))
    accepted = [("S2", "A"), ("S1", "A")]
    assert result.accepted_best.equals(BEST[[2, 3, 4, 5]])
    assert list(dict.fromkeys(result.accepted_best.select("subject", "reader").rows())) == accepted
    assert result.accepted_responses.equals(RESPONSES[[0, 1, 5]])


def test_readers_who_are_not_named_change_nothing() -> None:
    without = reconcile(
        BEST.filter(pl.col("reader") != "C"),
        RESPONSES.filter(pl.col("reader") != "C"),
        readers=BOTH,
    )
    result = reconcile(BEST, RESPONSES, readers=BOTH)
    assert result.reconciled.equals(without.reconciled)
    assert result.agreement.equals(without.agreement)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_changes_no_result(seed: int) -> None:
    result = reconcile(BEST, RESPONSES, readers=BOTH, decisions=decided("A"))
    shuffled = reconcile(
        BEST.sample(fraction=1, shuffle=True, seed=seed),
        RESPONSES.sample(fraction=1, shuffle=True, seed=seed),
        readers=BOTH,
        decisions=decided("A"),
    )
    assert shuffled.reconciled.equals(result.reconciled)
    assert shuffled.agreement.equals(result.agreement)


def test_dates_are_compared_as_dates_and_shown_in_iso_form() -> None:
    result = reconcile(BEST, RESPONSES, readers=BOTH, compare=["confirmed_on"])
    assert result.reconciled["value_1"][0] == dt.date(2020, 3, 1).isoformat()
