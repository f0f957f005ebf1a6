"""Decisions that cannot be followed: every fault, with its row."""

from __future__ import annotations

import pytest

from recistkit.errors import TableError
from recistkit.reconciliation import reconcile
from tests.reconciliation.tables import NO_RESPONSES, best_table, decisions_table

BEST = best_table("""
S1 A overall PR
S1 B overall PR
S2 A overall PR
S2 B overall SD
S3 A overall PR
S4 C overall PR
""")


def faults_of(text: str) -> list[str]:
    """Return the faults of the decisions, as text."""
    with pytest.raises(TableError) as caught:
        reconcile(
            BEST,
            NO_RESPONSES,
            readers=("A", "B"),
            compare=["best_response"],
            decisions=decisions_table(text),
            decisions_source="decisions.csv",
        )
    assert caught.value.source == "decisions.csv"
    return [str(fault) for fault in caught.value.faults]


FAULTS = {
    "an unknown subject": (
        "S9 A X 2020-07-01 clearer",
        ["row 2, column 'subject': 'S9' has no read by A or B"],
    ),
    "a subject that only another reader has read": (
        "S4 A X 2020-07-01 clearer",
        ["row 2, column 'subject': 'S4' has no read by A or B"],
    ),
    "another reader": (
        "S2 C X 2020-07-01 clearer",
        ["row 2, column 'accepted_reader': 'C' stands there; expected A, B or neither"],
    ),
    "a reader without a read of the subject": (
        "S3 B X 2020-07-01 clearer",
        ["row 2, column 'accepted_reader': B has no read of 'S3'"],
    ),
    "two decisions on one subject": (
        "S2 A X 2020-07-01 clearer\nS2 A X 2020-07-01 clearer",
        ["row 3, column 'subject': a second decision on 'S2'; the first is in row 2"],
    ),
    "an adjudicator who is one of the readers": (
        "S2 A b 2020-07-01 clearer",
        ["row 2, column 'adjudicator': 'b' is one of the two readers; expected someone else"],
    ),
    "nothing stated but the subject": (
        "S2",
        [
            "row 2, column 'accepted_reader': is empty; expected the reader whose read is accepted",
            "row 2, column 'adjudicator': is empty; expected who decided",
            "row 2, column 'decided_on': is empty; expected the date of the decision",
            "row 2, column 'reason': is empty; expected why this read was accepted",
        ],
    ),
    "no subject": (
        "- A X 2020-07-01 clearer",
        ["row 2, column 'subject': is empty; expected the subject's id"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_decision_that_cannot_be_followed_is_a_fault(name: str) -> None:
    text, faults = FAULTS[name]
    assert faults_of(text) == faults


def test_all_faults_of_the_table_are_named_at_once() -> None:
    text = "S1 C A 2020-07-01 clearer\nS2 A X 2020-07-01 clearer\nS9 C X - clearer"
    assert faults_of(text) == [
        "row 2, column 'accepted_reader': 'C' stands there; expected A, B or neither",
        "row 2, column 'adjudicator': 'A' is one of the two readers; expected someone else",
        "row 4, column 'accepted_reader': 'C' stands there; expected A, B or neither",
        "row 4, column 'decided_on': is empty; expected the date of the decision",
        "row 4, column 'subject': 'S9' has no read by A or B",
    ]


def test_a_decision_on_agreed_reads_is_not_used_and_said_so() -> None:
    result = reconcile(
        BEST,
        NO_RESPONSES,
        readers=("A", "B"),
        compare=["best_response"],
        decisions=decisions_table("S1 B X 2020-07-01 clearer\nS2 B X 2020-07-01 clearer"),
        decisions_source="decisions.csv",
    )
    said = "the readers agree on 'S1' (best_response); this decision is not used"
    assert result.warnings == (f"decisions.csv: row 2: {said}",)
    accepted = dict(result.accepted_best.select("subject", "reader").unique().rows())
    assert (accepted["S1"], accepted["S2"]) == ("A", "B")
