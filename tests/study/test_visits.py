"""Visits in their order, their baseline, and the faults that only show there (C2, C3)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from recistkit.exchange.sources import TableSource
from recistkit.study.load import load_study
from tests.exchange.small_tables import (
    Row,
    faults_of,
    lesion,
    message_of,
    new_lesion,
    non_target,
    sound,
    table,
)


def visits_of(reads: TableSource, **others: TableSource) -> pl.DataFrame:
    """Return the ordered visits of faultless tables."""
    study = load_study(reads, **others)
    assert [table.faults for table in study.tables.all] == [[] for _ in study.tables.all]
    return study.visits


def order_of(reads: TableSource, **others: TableSource) -> list[tuple[Any, ...]]:
    """Return timepoint and position of the visits in their order."""
    return visits_of(reads, **others).select("timepoint", "position").rows()


def frame(**columns: list[Any]) -> pl.DataFrame:
    """Return a side table."""
    return pl.DataFrame(columns)


THREE = (lesion("W16"), lesion("BL"), lesion("W8"))


def test_visits_stand_in_order_of_their_dates_and_the_first_is_the_baseline() -> None:
    assert order_of(table(*THREE)) == [("BL", 0), ("W8", 1), ("W16", 2)]


def test_the_visit_that_is_marked_is_the_baseline_and_earlier_ones_precede_it() -> None:
    rows = table(lesion("BL"), lesion("W8", baseline="true"), lesion("W16"))
    assert order_of(rows) == [("BL", -1), ("W8", 0), ("W16", 1)]


def test_one_marked_row_marks_the_visit() -> None:
    rows = table(
        lesion("BL"),
        lesion("W8"),
        lesion("W8", "T2", baseline="true"),
        lesion("W16"),
        lesion("W16", "T2"),
    )
    assert order_of(rows) == [("BL", -1), ("W8", 0), ("W16", 1)]


@pytest.mark.parametrize(
    ("day", "positions"),
    [
        ("2010-12-31", [0, 1, 2]),
        ("2011-01-03", [0, 1, 2]),
        ("2011-02-27", [0, 1, 2]),
        ("2011-02-28", [-1, 0, 1]),
        ("2012-01-01", [-2, -1, 0]),
        (None, [0, 1, 2]),
    ],
)
def test_the_last_visit_up_to_the_reference_date_is_the_baseline(
    day: str | None, positions: list[int]
) -> None:
    subjects = frame(subject=["S1"], reference_date=[day])
    visits = visits_of(table(*THREE), subjects=subjects)
    assert visits["position"].to_list() == positions


def test_a_mark_outweighs_the_reference_date() -> None:
    rows = table(lesion("BL", baseline="true"), lesion("W8"), lesion("W16"))
    subjects = frame(subject=["S1"], reference_date=["2011-12-31"])
    assert order_of(rows, subjects=subjects) == [("BL", 0), ("W8", 1), ("W16", 2)]


def test_a_visit_that_ends_after_the_reference_date_is_not_the_baseline() -> None:
    rows = table(lesion("BL"), lesion("W8"), lesion("W8", "T2", date="2011-03-03"))
    subjects = frame(subject=["S1"], reference_date=["2011-03-01"])
    with_t2 = table(*rows.to_dicts(), lesion("BL", "T2"))
    assert order_of(with_t2, subjects=subjects) == [("BL", 0), ("W8", 1)]


def test_a_visit_holds_all_dates_of_its_rows_and_of_the_visits_table() -> None:
    rows = table(
        lesion("BL"),
        lesion("BL", "T2", date="2011-01-05"),
        lesion("W8"),
    )
    visits = frame(
        subject=["S1", "S1"],
        timepoint=["BL", "W8"],
        date_first=["2011-01-01", None],
        date_last=[None, "2011-03-02"],
    )
    assert visits_of(rows, visits=visits).select("date_first", "date_last").rows() == [
        (dt.date(2011, 1, 1), dt.date(2011, 1, 5)),
        (dt.date(2011, 2, 28), dt.date(2011, 3, 2)),
    ]


def test_visits_are_ordered_by_their_first_date() -> None:
    rows = table(
        lesion("BL"),
        lesion("W8"),
        lesion("W8", "T2", date="2011-06-01"),
        lesion("W16"),
        lesion("BL", "T2"),
    )
    assert order_of(rows) == [("BL", 0), ("W8", 1), ("W16", 2)]


def test_a_visit_may_stand_in_the_visits_table_alone() -> None:
    visits = frame(subject=["S1"], timepoint=["W24"], date_first=["2011-06-20"])
    assert order_of(sound(), visits=visits) == [("BL", 0), ("W8", 1), ("W24", 2)]


def test_a_subject_may_have_visits_only() -> None:
    visits = frame(subject=["S2"], timepoint=["BL"], date_first=["2011-06-20"])
    assert visits_of(sound(), visits=visits).select("subject", "reader").rows() == [
        ("S1", "1"),
        ("S1", "1"),
        ("S2", "1"),
    ]


def both_readers(*rows: Row) -> pl.DataFrame:
    """Return rows once for reader A and once for reader B."""
    return table(*(row | {"reader": reader} for reader in "AB" for row in rows))


def test_a_visits_row_without_a_reader_holds_for_every_reader() -> None:
    rows = both_readers(lesion("BL"), lesion("W8"))
    visits = frame(
        subject=["S1", "S1", "S1"],
        reader=[None, None, "B"],
        timepoint=["W8", "W16", "W16"],
        date_first=["2011-02-27", "2011-04-25", "2011-04-26"],
        coverage=["complete", "no chest", "complete"],
    )
    found = visits_of(rows, visits=visits)
    assert found.select("reader", "timepoint", "date_first", "coverage").rows() == [
        ("A", "BL", dt.date(2011, 1, 3), None),
        ("A", "W8", dt.date(2011, 2, 27), "complete"),
        ("A", "W16", dt.date(2011, 4, 25), "no chest"),
        ("B", "BL", dt.date(2011, 1, 3), None),
        ("B", "W8", dt.date(2011, 2, 27), "complete"),
        ("B", "W16", dt.date(2011, 4, 25), "complete"),
    ]


def test_each_read_has_its_own_baseline() -> None:
    rows = table(
        lesion("BL", reader="A"),
        lesion("W8", reader="A"),
        lesion("BL", reader="B"),
        lesion("W8", reader="B", baseline="true"),
    )
    assert visits_of(rows)["position"].to_list() == [0, 1, -1, 0]


def test_two_visits_of_a_read_that_begin_on_one_day_are_a_fault() -> None:
    rows = table(
        lesion("BL"),
        lesion("W8"),
        lesion("W16", date="2011-02-28"),
        lesion("W16", "T2", date="2011-05-01"),
        lesion("W16", subject="S2", date="2011-02-28"),
        lesion("BL", "T2"),
    )
    assert faults_of(rows) == [
        "row 3, column 'date': timepoint W16 begins on the same day as another of this read"
    ]


def test_a_visit_of_the_visits_table_may_be_the_one_too_many() -> None:
    visits = frame(subject=["S1"], timepoint=["unscheduled"], date_first=["2011-02-28"])
    text = message_of(sound(), visits=visits)
    assert "begins on the same day as another of this read" in text
    assert text.count("fault") == 1


def test_a_visit_needs_a_date() -> None:
    visits = frame(
        subject=["S1", "S1", "S1"],
        timepoint=["W8", "W16", "W24"],
        date_first=[None, None, "x"],
        comment=["fine", "no date", "a wrong date"],
    )
    assert faults_of(sound(), visits=visits) == [
        "row 2, column 'date_first': the visit has no date, here or on a lesion row",
        "row 3, column 'date_first': 'x' is not a date like 2011-03-31",
    ]


def test_a_wrong_date_of_a_lesion_row_is_told_once() -> None:
    visits = frame(subject=["S1"], timepoint=["W16"], comment=["x"])
    rows = sound(lesion("W16", date="soon"))
    assert faults_of(rows, visits=visits) == [
        "row 3, column 'date': 'soon' is not a date like 2011-03-31"
    ]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [lesion("W8", "T2")],
            ["row 3, column 'longest_mm': target T2 has no size at the baseline"],
        ),
        (
            [lesion("W8", "T2"), lesion("W16", "T2")],
            ["row 3, column 'longest_mm': target T2 has no size at the baseline"],
        ),
        (
            [lesion("BL", "T2", longest_mm=None, state="absent")],
            ["row 3, column 'longest_mm': target T2 has no size at the baseline"],
        ),
        (
            [lesion("BL", "T2", longest_mm=None, state="too-small")],
            ["row 3, column 'longest_mm': target T2 has no size at the baseline"],
        ),
        (
            [lesion("BL", "T2", state="not-evaluable", reason="artefact")],
            ["row 3, column 'longest_mm': target T2 has no size at the baseline"],
        ),
        (
            [lesion("BL", "T2", longest_mm=None, state="merged", merged_into="T1")],
            ["row 3, column 'longest_mm': target T2 has no size at the baseline"],
        ),
        ([lesion("BL", "T2", longest_mm="4.0", state="too-small")], []),
        ([lesion("BL", "T2", longest_mm=None, short_mm="4.0")], []),
        ([lesion("BL", "T2", state="split", fragment="a")], []),
    ],
)
def test_a_target_has_its_size_at_the_baseline(rows: list[Row], expected: list[str]) -> None:
    if expected:
        assert faults_of(sound(*rows)) == expected
    else:
        assert visits_of(sound(*rows)).height == 2


def test_a_target_of_earlier_visits_only_takes_part_in_nothing() -> None:
    rows = table(lesion("BL", "T9"), lesion("W8", baseline="true"), lesion("W16"))
    assert visits_of(rows).height == 3


def test_a_row_without_size_and_state_at_the_baseline_is_told_twice() -> None:
    assert faults_of(sound(lesion("BL", "T2", longest_mm=None))) == [
        "row 3, column 'longest_mm': target T2 has no size at the baseline",
        (
            "row 3, column 'state': a target without a size needs a state: "
            "nothing follows from silence"
        ),
    ]


def test_a_new_lesion_at_the_baseline_is_a_fault_and_before_it_is_not() -> None:
    assert faults_of(sound(new_lesion("BL"))) == [
        "row 3, column 'role': a new lesion stands at the baseline"
    ]
    rows = table(lesion("BL"), new_lesion("BL"), lesion("W8", baseline="true"))
    assert visits_of(rows).height == 2


def test_a_baseline_without_a_date_makes_no_other_visit_the_baseline() -> None:
    rows = table(lesion("BL", date="x"), lesion("W8"), new_lesion("W8"))
    assert faults_of(rows) == ["row 1, column 'date': 'x' is not a date like 2011-03-31"]


def statement(word: str, **columns: list[Any]) -> pl.DataFrame:
    """Return a visits table that says a word about new lesions at week 8."""
    return frame(subject=["S1"], timepoint=["W8"], new_lesions=[word], **columns)


@pytest.mark.parametrize(
    ("word", "row", "expected"),
    [
        ("none", {}, "states none, but new lesion X1 is first seen at this visit"),
        (
            "none",
            {"certainty": "equivocal"},
            "states none, but new lesion X1 is first seen at this visit",
        ),
        ("equivocal", {}, "states equivocal, but new lesion X1 is first unequivocal at this visit"),
        ("none", {"state": "absent"}, None),
        ("none", {"state": "not-evaluable", "reason": "artefact"}, None),
        ("equivocal", {"certainty": "equivocal"}, None),
        ("unequivocal", {}, None),
        ("not-assessable", {}, None),
    ],
)
def test_a_statement_does_not_contradict_the_rows(
    word: str, row: Row, expected: str | None
) -> None:
    rows = sound(new_lesion("W8", **row))
    if expected is None:
        assert visits_of(rows, visits=statement(word)).height == 2
    else:
        assert message_of(rows, visits=statement(word)) == (
            f"<frame>: 1 fault\n  row 1, column 'new_lesions': {expected}"
        )


def test_a_lesion_seen_before_is_not_new_at_a_visit_that_states_none() -> None:
    rows = sound(new_lesion("W8"), new_lesion("W16"))
    visits = frame(subject=["S1"], timepoint=["W16"], new_lesions=["none"])
    assert visits_of(rows, visits=visits).height == 3


def test_an_equivocal_lesion_that_becomes_unequivocal_contradicts_equivocal() -> None:
    rows = sound(new_lesion("W8", certainty="equivocal"), new_lesion("W16"), lesion("W16"))
    visits = frame(subject=["S1"], timepoint=["W16"], new_lesions=["equivocal"])
    assert faults_of(rows, visits=visits) == [
        (
            "row 1, column 'new_lesions': "
            "states equivocal, but new lesion X1 is first unequivocal at this visit"
        )
    ]


def test_a_shared_statement_against_two_readers_is_told_once() -> None:
    rows = both_readers(lesion("BL"), lesion("W8"), new_lesion("W8"))
    assert faults_of(rows, visits=statement("none")) == [
        "row 1, column 'new_lesions': states none, but new lesion X1 is first seen at this visit"
    ]


def test_a_wrong_certainty_is_told_once() -> None:
    rows = sound(new_lesion("W8", certainty="?"))
    assert faults_of(rows, visits=statement("equivocal")) == [
        "row 3, column 'certainty': a text of 1 character is none of equivocal, unequivocal"
    ]


def test_compartments_of_events_are_those_of_the_subject_whoever_read_them() -> None:
    rows = table(
        lesion("BL", reader="A", compartment="primary"),
        non_target("BL", reader="B", compartment="distant"),
        lesion("BL", subject="S2", reader="A", compartment="primary"),
    )
    events = frame(
        subject=["S1", "S2"],
        date=["2011-03-01"] * 2,
        event=["local-therapy"] * 2,
        compartment=["distant"] * 2,
    )
    assert faults_of(rows, events=events) == [
        "row 2, column 'compartment': distant is no compartment of this subject"
    ]


TWO_READERS = table(lesion("BL", reader="A"), lesion("BL", reader="B"))


def test_a_visits_row_of_a_reader_without_lesion_rows_is_a_fault() -> None:
    given = frame(subject=["001"], reader=["b"], timepoint=["BL"], date_first=["2020-01-01"])
    assert faults_of(TWO_READERS, visits=given) == [
        "row 1, column 'reader': b has no lesion row in the reads table"
    ]


def test_a_visits_row_without_a_reader_of_an_unread_subject_is_a_fault() -> None:
    given = frame(subject=["999"], timepoint=["BL"], date_first=["2020-01-01"])
    assert faults_of(TWO_READERS, visits=given) == [
        "row 1, column 'reader': is empty, and no lesion row says who read this subject"
    ]


def test_an_unread_subject_belongs_to_the_only_reader() -> None:
    given = frame(subject=["999"], timepoint=["BL"], date_first=["2020-01-01"])
    visits = visits_of(table(lesion("BL", reader="A")), visits=given)
    assert visits.filter(subject="999")["reader"].to_list() == ["A"]
