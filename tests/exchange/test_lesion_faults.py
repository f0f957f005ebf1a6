"""Faults of lesion rows, each alone, with its row, its column and its exact text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from recistkit.exchange.load_tables import load_tables
from tests.exchange.small_tables import (
    Row,
    faults_of,
    lesion,
    new_lesion,
    non_target,
    sound,
    table,
)

if TYPE_CHECKING:
    import polars as pl

TARGET_WORDS = "expected one of measured, too-small, absent, not-evaluable, split, merged"
OTHER_WORDS = "expected one of present, absent, progressed, increased, not-evaluable"

# A target at baseline and at week 8 stands in rows 1 and 2; the case adds rows from 3 on.
STATES: dict[str, tuple[list[Row], list[str]]] = {
    "a target says nothing": (
        [lesion("BL", "T2"), lesion("W8", "T2", longest_mm=None)],
        [
            (
                "row 4, column 'state': a target without a size needs a state: "
                "nothing follows from silence"
            )
        ],
    ),
    "a non-target says nothing": (
        [non_target("BL", state=None)],
        ["row 3, column 'state': a non-target needs a state: nothing follows from silence"],
    ),
    "a non-target with a size says nothing": (
        [non_target("BL", state=None, longest_mm="20.0")],
        ["row 3, column 'state': a non-target needs a state: nothing follows from silence"],
    ),
    "a target has the state of a non-target": (
        [lesion("BL", "T2"), lesion("W8", "T2", state="present")],
        [f"row 4, column 'state': present is no state of a target; {TARGET_WORDS}"],
    ),
    "a target has the state of a non-target at baseline": (
        [lesion("BL", "T2", state="progressed")],
        [f"row 3, column 'state': progressed is no state of a target; {TARGET_WORDS}"],
    ),
    "a non-target is measured": (
        [non_target("BL", state="measured")],
        [f"row 3, column 'state': measured is no state of a non-target; {OTHER_WORDS}"],
    ),
    "a non-target is split": (
        [non_target("BL", state="split", fragment="a")],
        [f"row 3, column 'state': split is no state of a non-target; {OTHER_WORDS}"],
    ),
    "a non-target is merged": (
        [non_target("BL", state="merged")],
        [f"row 3, column 'state': merged is no state of a non-target; {OTHER_WORDS}"],
    ),
    "a new lesion is too small": (
        [new_lesion("W8", state="too-small")],
        [f"row 3, column 'state': too-small is no state of a new lesion; {OTHER_WORDS}"],
    ),
    "a new target has progressed": (
        [new_lesion("W8", kind="target", state="progressed")],
        [f"row 3, column 'state': progressed is no state of a new target; {TARGET_WORDS}, present"],
    ),
    "an unknown state": (
        [lesion("BL", "T2"), lesion("W8", "T2", state="gone")],
        [
            (
                "row 4, column 'state': 'gone' is none of measured, too-small, absent, "
                "not-evaluable, split, merged, present, progressed, increased"
            )
        ],
    ),
    "an unknown kind of a new lesion": (
        [new_lesion("W8", kind="node", state="measured", longest_mm="9.0")],
        ["row 3, column 'kind': 'node' is none of non-target, target"],
    ),
    "an unknown certainty": (
        [new_lesion("W8", certainty="perhaps")],
        ["row 3, column 'certainty': 'perhaps' is none of equivocal, unequivocal"],
    ),
    "an unknown role": (
        [lesion("BL", "T2", role="Target")],
        ["row 3, column 'role': a text of 6 characters is none of target, non-target, new"],
    ),
    "no reason why not": (
        [non_target("BL"), non_target("W8", state="not-evaluable")],
        ["row 4, column 'reason': not-evaluable needs a reason"],
    ),
}

SIZES: dict[str, tuple[list[Row], list[str]]] = {
    "measured without a size": (
        [lesion("BL", "T2"), lesion("W8", "T2", state="measured", longest_mm=None)],
        ["row 4, column 'longest_mm': measured without any size"],
    ),
    "measured without a size at baseline": (
        [lesion("BL", "T2", state="measured", longest_mm=None)],
        ["row 3, column 'longest_mm': measured without any size"],
    ),
    "a fragment without a size": (
        [
            lesion("BL", "T2"),
            lesion("W8", "T2", state="split", fragment="a"),
            lesion("W8", "T2", state="split", fragment="b", longest_mm=None),
        ],
        ["row 5, column 'longest_mm': split without any size"],
    ),
    "measured with 0": (
        [lesion("BL", "T2"), lesion("W8", "T2", longest_mm="0")],
        ["row 4, column 'longest_mm': measured with a size of 0; a lesion that is gone is absent"],
    ),
    "a short axis of 0": (
        [lesion("BL", "T2"), lesion("W8", "T2", short_mm="0.0")],
        ["row 4, column 'longest_mm': measured with a size of 0; a lesion that is gone is absent"],
    ),
    "too small with 0": (
        [lesion("BL", "T2"), lesion("W8", "T2", longest_mm="0.0", state="too-small")],
        ["row 4, column 'longest_mm': too-small with a size of 0; a lesion that is gone is absent"],
    ),
    "a size of 0 at baseline": (
        [lesion("BL", "T2", longest_mm="0")],
        ["row 3, column 'longest_mm': measured with a size of 0; a lesion that is gone is absent"],
    ),
    "absent with a size": (
        [lesion("BL", "T2"), lesion("W8", "T2", state="absent")],
        ["row 4, column 'longest_mm': an absent lesion cannot have a size"],
    ),
    "an absent non-target with a size": (
        [non_target("BL"), non_target("W8", state="absent", short_mm="4.0")],
        ["row 4, column 'longest_mm': an absent lesion cannot have a size"],
    ),
    "short above long": (
        [lesion("BL", "T2", short_mm="50.001")],
        ["row 3, column 'short_mm': the short axis is longer than the longest diameter"],
    ),
    "short above long in a non-target": (
        [non_target("BL", longest_mm="10.0", short_mm="11.0")],
        ["row 3, column 'short_mm': the short axis is longer than the longest diameter"],
    ),
    "text in a number": (
        [lesion("BL", "T2", longest_mm="fifty")],
        ["row 3, column 'longest_mm': 'fifty' is not a number"],
    ),
    "text in the short axis": (
        [lesion("BL", "T2", short_mm="20 mm")],
        ["row 3, column 'short_mm': a text of 5 characters is not a number"],
    ),
    "negative": (
        [lesion("BL", "T2", longest_mm="-50.0")],
        ["row 3, column 'longest_mm': '-50.0' is negative"],
    ),
    "four decimals": (
        [lesion("BL", "T2"), lesion("W8", "T2", longest_mm="12.3456")],
        ["row 4, column 'longest_mm': '12.3456' has more than 3 decimals"],
    ),
    "larger than anybody": (
        [lesion("BL", "T2", longest_mm="1000.5")],
        ["row 3, column 'longest_mm': '1000.5' is above 1000 mm"],
    ),
}

LESIONS: dict[str, tuple[list[Row], list[str]]] = {
    "the same row twice": (
        [lesion("BL", "T2"), lesion("BL", "T2")],
        ["row 4, column 'lesion': lesion T2 has more than one row at this timepoint"],
    ),
    "the same row three times": (
        [lesion("BL", "T2"), lesion("BL", "T2", longest_mm="51.0"), lesion("BL", "T2")],
        [
            "row 4, column 'lesion': lesion T2 has more than one row at this timepoint",
            "row 5, column 'lesion': lesion T2 has more than one row at this timepoint",
        ],
    ),
    "the same fragment twice": (
        [
            lesion("BL", "T2"),
            lesion("W8", "T2", state="split", fragment="a"),
            lesion("W8", "T2", state="split", fragment="a"),
        ],
        ["row 5, column 'lesion': lesion T2 has more than one row at this timepoint"],
    ),
    "a fragment of a whole lesion": (
        [lesion("BL", "T2", fragment="a")],
        ["row 3, column 'fragment': belongs to a lesion whose state is split"],
    ),
    "fragments without names": (
        [
            lesion("BL", "T2"),
            lesion("W8", "T2", state="split"),
            lesion("W8", "T2", state="split"),
        ],
        [
            "row 4, column 'fragment': a split lesion needs one for each row",
            "row 5, column 'fragment': a split lesion needs one for each row",
        ],
    ),
    "a fragment and the whole": (
        [
            lesion("BL", "T2"),
            lesion("W8", "T2", state="split", fragment="a"),
            lesion("W8", "T2"),
        ],
        ["row 5, column 'state': the lesion is split at this timepoint: all its rows say split"],
    ),
    "a changed role": (
        [lesion("BL", "T2"), non_target("W8", "T2")],
        [
            (
                "row 4, column 'role': lesion T2 was target and is now non-target; "
                "it never changes within a read"
            )
        ],
    ),
    "a changed nodal flag": (
        [lesion("BL", "T2", nodal="true"), lesion("W8", "T2", nodal="false")],
        [
            (
                "row 4, column 'nodal': lesion T2 was true and is now false; "
                "it never changes within a read"
            )
        ],
    ),
    "control characters in a lesion's id": (
        [lesion("BL", "T2\x07")],
        [
            (
                "row 3, column 'lesion': is not usable as a name: "
                "control characters, or begins like a formula"
            )
        ],
    ),
    "an id that a spreadsheet would run": (
        [lesion("BL", "=2+5")],
        [
            (
                "row 3, column 'lesion': is not usable as a name: "
                "control characters, or begins like a formula"
            )
        ],
    ),
    "two lesions without a name": (
        [lesion("BL", None), new_lesion("W8", ""), lesion("W8", None)],
        [
            "row 3, column 'lesion': is empty",
            "row 4, column 'lesion': is empty",
            "row 5, column 'lesion': is empty",
        ],
    ),
    "no subject, timepoint, role or date": (
        [
            lesion("BL", "T2", subject=None),
            lesion("BL", "T3", timepoint=""),
            lesion("BL", "T3", timepoint=None),
            lesion("BL", "T4", role=None),
            lesion("BL", "T5", date=None),
        ],
        [
            "row 3, column 'subject': is empty",
            "row 4, column 'timepoint': is empty",
            "row 5, column 'timepoint': is empty",
            "row 6, column 'role': is empty",
            "row 7, column 'date': is empty",
        ],
    ),
    "no such date": (
        [lesion("BL", "T2", date="2011-02-30")],
        ["row 3, column 'date': '2011-02-30' is not a date like 2011-03-31"],
    ),
    "neither nodal nor not": (
        [lesion("BL", "T2", nodal="N")],
        ["row 3, column 'nodal': a text of 1 character is neither true nor false"],
    ),
    "a place that is none": (
        [lesion("BL", "T2", x_mm="left", slice_thickness_mm="thin")],
        [
            "row 3, column 'slice_thickness_mm': 'thin' is not a number",
            "row 3, column 'x_mm': 'left' is not a number",
        ],
    ),
}


def merged(name: str, into: str | None, **cells: object) -> Row:
    """Return the row of a lesion that is merged at week 8."""
    return lesion("W8", name, longest_mm=None, state="merged", merged_into=into) | cells


NOWHERE = "is no other target of this read and timepoint"
MERGED: dict[str, tuple[list[Row], list[str]]] = {
    "no holder": (
        [lesion("BL", "T2"), merged("T2", None)],
        ["row 4, column 'merged_into': a merged lesion needs one"],
    ),
    "a holder that is not there": (
        [lesion("BL", "T2"), merged("T2", "T9")],
        [f"row 4, column 'merged_into': T9 {NOWHERE}"],
    ),
    "itself": (
        [lesion("BL", "T2"), merged("T2", "T2")],
        [f"row 4, column 'merged_into': T2 {NOWHERE}"],
    ),
    "a non-target": (
        [lesion("BL", "T2"), merged("T2", "N1"), non_target("W8")],
        [f"row 4, column 'merged_into': N1 {NOWHERE}"],
    ),
    "a holder of another visit": (
        [lesion("BL", "T2"), lesion("BL", "T3"), merged("T2", "T3")],
        [f"row 5, column 'merged_into': T3 {NOWHERE}"],
    ),
    "an absent holder": (
        [
            lesion("BL", "T2"),
            lesion("BL", "T3"),
            lesion("W8", "T3", longest_mm=None, state="absent"),
            merged("T2", "T3"),
        ],
        [
            (
                "row 6, column 'merged_into': T3 is absent; "
                "the lesion that holds the common size has one"
            )
        ],
    ),
    "two merged into each other": (
        [lesion("BL", "T2"), lesion("BL", "T3"), merged("T2", "T3"), merged("T3", "T2")],
        [
            (
                "row 5, column 'merged_into': T3 is merged; "
                "the lesion that holds the common size has one"
            ),
            (
                "row 6, column 'merged_into': T2 is merged; "
                "the lesion that holds the common size has one"
            ),
        ],
    ),
    "a holder of a lesion that is not merged": (
        [lesion("BL", "T2", merged_into="T1")],
        ["row 3, column 'merged_into': belongs to a lesion whose state is merged"],
    ),
    "a holder whose name is no name": (
        [lesion("BL", "T2"), merged("T2", "+T1")],
        [
            (
                "row 4, column 'merged_into': is not usable as a name: "
                "control characters, or begins like a formula"
            )
        ],
    ),
    "a holder whose own row has a fault": (
        [lesion("BL", "T2"), lesion("BL", "T3"), lesion("W8", "T3", role="x"), merged("T2", "T3")],
        ["row 5, column 'role': 'x' is none of target, non-target, new"],
    ),
    "a non-target that points": (
        [non_target("W8", state="merged", merged_into="T9")],
        [f"row 3, column 'state': merged is no state of a non-target; {OTHER_WORDS}"],
    ),
}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [*STATES.values(), *SIZES.values(), *LESIONS.values(), *MERGED.values()],
    ids=[*STATES, *SIZES, *LESIONS, *MERGED],
)
def test_a_fault_alone_gives_one_message(rows: list[Row], expected: list[str]) -> None:
    assert faults_of(sound(*rows)) == expected


@pytest.mark.parametrize(
    "rows",
    [
        [lesion("BL", "T2"), merged("T2", "T1")],
        [lesion("BL", "T2"), merged("T2", "T1", longest_mm="9.0")],
        [
            lesion("BL", "T2"),
            lesion("W8", "T2", state="split", fragment="a"),
            lesion("W8", "T2", state="split", fragment="b"),
        ],
        [lesion("BL", "T2", short_mm="50.0")],
        [lesion("BL", "T2", longest_mm=None, short_mm="20.0")],
        [lesion("BL", "T2"), lesion("W8", "T2", longest_mm=None, state="too-small")],
        [lesion("BL", "T2"), lesion("W8", "T2", state="not-evaluable", reason="artefact")],
        [non_target("BL", longest_mm="20.0"), non_target("W8", state="increased")],
        [new_lesion("W8"), new_lesion("W8", "X2", certainty="equivocal", kind="target")],
        [new_lesion("W8", kind="target", state="measured", longest_mm="12.0")],
        [lesion("BL", "T1", subject="S2"), lesion("BL", "T1", subject="S3", nodal="true")],
        [lesion("BL", "T2", nodal="true"), lesion("W8", "T2")],
    ],
)
def test_what_is_allowed_has_no_fault(rows: list[Row]) -> None:
    assert load_tables(sound(*rows)).reads.faults == []


def with_compartments(*compartments: str | None) -> pl.DataFrame:
    """Return one target for each compartment."""
    rows = [lesion("BL", f"T{number}") for number in range(len(compartments))]
    return table(
        *(row | {"compartment": name} for row, name in zip(rows, compartments, strict=True))
    )


def test_compartments_are_given_for_all_rows_or_none() -> None:
    ending = "compartments are given for all rows or none"
    assert faults_of(with_compartments("primary", None, "distant")) == [
        f"row 2, column 'compartment': is empty, unlike in most rows; {ending}"
    ]
    assert faults_of(with_compartments(None, None, "distant")) == [
        f"row 3, column 'compartment': is given, unlike in most rows; {ending}"
    ]


@pytest.mark.parametrize("name", ["overall", "Overall", "OVERALL"])
def test_overall_is_no_compartment(name: str) -> None:
    assert faults_of(with_compartments("primary", name)) == [
        "row 2, column 'compartment': 'overall' is reserved for the whole patient"
    ]


def test_a_lesion_stays_in_its_compartment() -> None:
    rows = table(lesion("BL", compartment="primary"), lesion("W8", compartment="distant"))
    assert faults_of(rows) == [
        (
            "row 2, column 'compartment': lesion T1 was primary and is now distant; "
            "it never changes within a read"
        )
    ]


def test_lesions_merge_within_their_compartment() -> None:
    rows = table(
        lesion("BL", compartment="primary"),
        lesion("W8", compartment="primary"),
        lesion("BL", "T2", compartment="distant"),
        merged("T2", "T1", compartment="distant"),
    )
    assert faults_of(rows) == ["row 4, column 'merged_into': T1 lies in another compartment"]


def test_a_read_has_one_baseline() -> None:
    rows = table(
        lesion("BL", baseline="true"),
        lesion("W8", baseline="true"),
        lesion("W16", baseline="true"),
        lesion("BL", baseline="true", subject="S2"),
    )
    assert faults_of(rows) == [
        "row 2, column 'baseline': timepoint W8 is a second baseline of this read",
        "row 3, column 'baseline': timepoint W16 is a second baseline of this read",
    ]


def test_the_rows_of_a_timepoint_do_not_contradict_each_other_about_baseline() -> None:
    rows = table(
        lesion("BL", baseline="true"),
        lesion("BL", "T2", baseline="false"),
        lesion("BL", "T3"),
        lesion("W8", baseline="false"),
    )
    assert faults_of(rows) == [
        "row 2, column 'baseline': is false where another row of the timepoint says true"
    ]


def test_a_baseline_of_an_unnamed_timepoint_is_one_fault() -> None:
    rows = table(
        lesion("BL", baseline="true"),
        lesion("W8", timepoint=None, baseline="true"),
        lesion("W8", timepoint=None, baseline="true"),
    )
    assert faults_of(rows) == [
        "row 2, column 'timepoint': is empty",
        "row 3, column 'timepoint': is empty",
    ]


def test_faults_belong_to_one_reader_only() -> None:
    rows = table(
        lesion("BL", reader="A"),
        lesion("BL", reader="B", nodal="true"),
        lesion("W8", reader="A", nodal="false"),
        lesion("W8", reader="B", nodal="false"),
    )
    assert faults_of(rows) == [
        "row 4, column 'nodal': lesion T1 was true and is now false; it never changes within a read"
    ]
