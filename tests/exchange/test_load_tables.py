"""The tables of a study at the door: all faults of all files at once, each under its name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recistkit.errors import Fault, TableError
from recistkit.exchange.load_tables import load_decisions, load_tables, raise_faults
from recistkit.study.classify import classify
from tests.exchange.small_tables import (
    faults_of,
    lesion,
    message_of,
    new_lesion,
    non_target,
    sound,
    table,
)

MANY_ROWS = (
    lesion("BL"),
    lesion("W8"),
    lesion("W8", "T2", role="tarrget"),
    lesion("BL", "T3"),
    lesion("W8", "T3", date="2011-02-30"),
    lesion("BL", "T4", baseline="true"),
    lesion("W8", "T4", baseline="true"),
    lesion("BL", "T5", longest_mm="fifty"),
    lesion("W8", "T5", longest_mm="-4.0"),
    lesion("BL", "T6", longest_mm="12.0", short_mm="14.0"),
    lesion("W8", "T6", longest_mm="12.3456"),
    lesion("BL", "T7"),
    lesion("BL", "T7"),
    lesion("W8", "T8"),
    lesion("BL", "T9"),
    lesion("W8", "T9", longest_mm=None, state="merged", merged_into="T99"),
    lesion("BL", "T10"),
    lesion("W8", "T10", state="absent"),
    lesion("BL", "T11"),
    non_target("W8", "T11"),
    lesion("BL", "T12", nodal="true"),
    lesion("W8", "T12", nodal="false"),
    lesion("BL", "T13"),
    lesion("W8", "T13", longest_mm=None, state="measured"),
    lesion("BL", "T14"),
    lesion("W8", "T14", longest_mm="0", state="measured"),
    lesion("BL", "T15"),
    lesion("W8", "T15", longest_mm=None, state="not-evaluable"),
    lesion("BL", "T16"),
    lesion("W8", "T16", state="progressed"),
    lesion("BL", "T17", compartment="overall"),
    lesion("BL", "T\x0718"),
    lesion("W16", "T1", date="2011-02-28"),
    new_lesion("BL"),
    new_lesion("W8", "X2", fragment="a"),
    lesion("BL", "T20"),
    lesion("W8", "T20", state="split"),
    lesion("BL", "T21"),
    lesion("W8", "T21", longest_mm=None),
    lesion("BL", "T22", longest_mm="1000.5"),
    non_target("BL", "N3", state=None),
    non_target("BL", "N4", nodal="yes"),
    new_lesion("W8", "X3", certainty="maybe"),
    new_lesion("W8", "X4", kind="node"),
    lesion("W8", "T23", date="1811-01-01"),
    lesion("BL", "T24", subject=None),
    lesion("BL", "T25", timepoint=None),
    lesion("BL", None),
    lesion("BL", "=T26"),
    lesion("BL", "T27", x_mm="left"),
)
MANY_FAULTS = """\
reads.csv: 36 faults
  row 3, column 'date': timepoint W8 begins on the same day as another of this read
  row 4, column 'role': 'tarrget' is none of target, non-target, new
  row 6, column 'date': '2011-02-30' is not a date like 2011-03-31
  row 8, column 'baseline': timepoint W8 is a second baseline of this read
  row 9, column 'longest_mm': 'fifty' is not a number
  row 10, column 'longest_mm': '-4.0' is negative
  row 11, column 'short_mm': the short axis is longer than the longest diameter
  row 12, column 'longest_mm': '12.3456' has more than 3 decimals
  row 14, column 'lesion': lesion T7 has more than one row at this timepoint
  row 15, column 'longest_mm': target T8 has no size at the baseline
  row 17, column 'merged_into': T99 is no other target of this read and timepoint
  row 19, column 'longest_mm': an absent lesion cannot have a size
  row 21, column 'role': lesion T11 was target and is now non-target; it never changes within a read
  row 23, column 'nodal': lesion T12 was true and is now false; it never changes within a read
  row 25, column 'longest_mm': measured without any size
  row 27, column 'longest_mm': measured with a size of 0; a lesion that is gone is absent
  row 29, column 'reason': not-evaluable needs a reason
  row 31, column 'state': progressed is no state of a target; expected one of measured, \
too-small, absent, not-evaluable, split, merged
  row 32, column 'compartment': 'overall' is reserved for the whole patient
  row 32, column 'compartment': is given, unlike in most rows; compartments are given for all \
rows or none
  row 33, column 'lesion': is not usable as a name: control characters, or begins \
like a formula
  row 35, column 'role': a new lesion stands at the baseline
  row 36, column 'fragment': belongs to a lesion whose state is split
  row 38, column 'fragment': a split lesion needs one for each row
  row 40, column 'state': a target without a size needs a state: nothing follows from silence
  row 41, column 'longest_mm': '1000.5' is above 1000 mm
  row 42, column 'state': a non-target needs a state: nothing follows from silence
  row 43, column 'nodal': 'yes' is neither true nor false
  row 44, column 'certainty': 'maybe' is none of equivocal, unequivocal
  row 45, column 'kind': 'node' is none of non-target, target
  row 46, column 'date': '1811-01-01' lies outside 1900 to 2100
  row 47, column 'subject': is empty
  row 48, column 'timepoint': is empty
  row 49, column 'lesion': is empty
  row 50, column 'lesion': is not usable as a name: control characters, or begins like \
a formula
  row 51, column 'x_mm': 'left' is not a number"""


def test_a_table_with_36_faults_names_them_all_and_nothing_twice(tmp_path: Path) -> None:
    table(*MANY_ROWS).write_csv(tmp_path / "reads.csv")
    with pytest.raises(TableError) as raised:
        classify(tmp_path / "reads.csv")
    assert str(raised.value) == MANY_FAULTS


def test_the_command_tells_them_exits_1_and_writes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "reads.csv"
    table(*MANY_ROWS).write_csv(path)
    command = [sys.executable, "-m", "recistkit", "classify", str(path)]
    ran = subprocess.run(
        [*command, "--output", str(tmp_path / "out")], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert MANY_FAULTS in ran.stderr
    assert ran.stdout == ""
    assert [file.name for file in tmp_path.iterdir()] == ["reads.csv"]


def test_every_missing_column_is_named_and_nothing_else() -> None:
    frame = pl.DataFrame({"subject": ["S1"], "longest_mm": ["x"], "Timepoint": ["BL"]})
    assert faults_of(frame) == [
        "column 'date': this required column is missing",
        "column 'lesion': this required column is missing",
        "column 'role': this required column is missing",
        "column 'timepoint': this required column is missing",
        "row 1, column 'longest_mm': 'x' is not a number",
    ]


def test_a_table_without_rows_is_a_fault() -> None:
    assert message_of(sound().clear()) == "<frame>: 1 fault\n  holds no rows"
    assert message_of(table(lesion("BL")).with_columns(pl.lit(None).alias("*")).clear()) == (
        "<frame>: 1 fault\n  holds no rows"
    )


def test_nothing_in_the_place_of_the_reads_is_refused() -> None:
    nothing: Any = None
    with pytest.raises(TableError) as raised:
        classify(nothing)
    assert str(raised.value) == (
        "<frame>: 1 fault\n  NoneType is no table; expected a file, or a polars or pandas frame"
    )


@pytest.mark.parametrize("thickness", ["0", "-5", "1001"])
def test_a_slice_has_a_possible_thickness(thickness: str) -> None:
    assert faults_of(sound(lesion("BL", "T2", slice_thickness_mm=thickness))) == [
        (
            f"row 3, column 'slice_thickness_mm': '{thickness}' is no slice thickness; "
            "expected above 0 and at most 1000 mm"
        )
    ]


def test_unknown_columns_of_every_table_are_warned_of() -> None:
    tables = load_tables(
        sound(lesion("BL", "T2", colour="red")),
        subjects=pl.DataFrame({"subject": ["S1"], "Arm": ["A"]}),
    )
    assert tables.warnings == (
        "<frame>: unknown column 'colour' is ignored",
        "<frame>: unknown column 'Arm' is ignored",
    )


def test_what_is_not_said_of_a_lesion_has_its_ordinary_value() -> None:
    reads = load_tables(sound(new_lesion("W8"), non_target("BL"))).reads.frame
    assert reads["reader"].to_list() == ["1"] * 4
    assert reads["state"].to_list() == ["measured", "measured", "present", "present"]
    assert reads["longest_um"].to_list() == [50_000, 50_000, None, None]


def test_readers_are_named_for_all_rows_or_none() -> None:
    ending = "readers are given for all rows or none"
    assert faults_of(sound(lesion("W16", reader="A"))) == [
        f"row 3, column 'reader': is given, unlike in most rows; {ending}"
    ]
    rows = (lesion("BL", reader="A"), lesion("W8", reader="A"), lesion("W16"))
    assert faults_of(table(*rows)) == [
        f"row 3, column 'reader': is empty, unlike in most rows; {ending}"
    ]


def visits(*rows: dict[str, str | None]) -> pl.DataFrame:
    """Return a visits table of S1 at week 8."""
    ordinary: dict[str, str | None] = {"subject": "S1", "timepoint": "W8"}
    return pl.DataFrame([ordinary | row for row in rows])


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"subject": None}, "row 1, column 'subject': is empty"),
        ({"timepoint": None, "comment": "x"}, "row 1, column 'timepoint': is empty"),
        (
            {"reader": "@A"},
            (
                "row 1, column 'reader': is not usable as a name: "
                "control characters, or begins like a formula"
            ),
        ),
        (
            {"date_first": "1.3.2011"},
            "row 1, column 'date_first': '1.3.2011' is not a date like 2011-03-31",
        ),
        (
            {"date_last": "2111-03-01"},
            "row 1, column 'date_last': '2111-03-01' lies outside 1900 to 2100",
        ),
        (
            {"date_first": "2011-03-01", "date_last": "2011-02-28"},
            "row 1, column 'date_last': lies before date_first",
        ),
        (
            {"new_lesions": "no"},
            (
                "row 1, column 'new_lesions': 'no' is none of "
                "none, equivocal, unequivocal, not-assessable"
            ),
        ),
        (
            {"tumour_marker": "high"},
            "row 1, column 'tumour_marker': 'high' is none of normal, elevated, not-done",
        ),
    ],
)
def test_faults_of_the_visits_table(row: dict[str, str | None], expected: str) -> None:
    assert faults_of(sound(), visits=visits(row)) == [expected]


def test_a_visit_stands_once_in_the_visits_table() -> None:
    twice = visits({"reader": "1"}, {"reader": "1"}, {"reader": None}, {"reader": None})
    message = "a second row for the same subject, reader, timepoint"
    assert faults_of(sound(), visits=twice) == [
        f"row 2, column 'timepoint': {message}",
        f"row 4, column 'timepoint': {message}",
    ]
    assert faults_of(sound(), visits=visits({}, {})) == [
        "row 2, column 'timepoint': a second row for the same subject, timepoint"
    ]


def test_the_visits_table_needs_its_columns() -> None:
    assert faults_of(sound(), visits=pl.DataFrame({"reader": ["A", "A"]})) == [
        "column 'subject': this required column is missing",
        "column 'timepoint': this required column is missing",
    ]


def test_faults_of_the_subjects_table() -> None:
    subjects = pl.DataFrame(
        {
            "subject": ["S1", "S1", None, "S\n2"],
            "reference_date": ["2011-01-05", None, "2011-01-05", "5 January"],
        }
    )
    assert faults_of(sound(), subjects=subjects) == [
        "row 2, column 'subject': a second row for the same subject",
        "row 3, column 'subject': is empty",
        "row 4, column 'reference_date': a text of 9 characters is not a date like 2011-03-31",
        (
            "row 4, column 'subject': is not usable as a name: "
            "control characters, or begins like a formula"
        ),
    ]


def test_faults_of_the_events_table() -> None:
    events = pl.DataFrame(
        {
            "subject": ["S1", None, "S1", "S1", "S1", "S9"],
            "date": ["2011-03-01", "2011-03-01", None, "2011-03-32", "2011-03-01", "2011-03-01"],
            "event": ["surgery", "death", "death", "", "local-therapy", "local-therapy"],
            "compartment": [None, None, None, None, "distant", "distant"],
        }
    )
    assert faults_of(sound(), events=events) == [
        (
            "row 1, column 'event': 'surgery' is none of "
            "new-therapy, local-therapy, death, last-contact"
        ),
        "row 2, column 'subject': is empty",
        "row 3, column 'date': is empty",
        "row 4, column 'date': '2011-03-32' is not a date like 2011-03-31",
        "row 4, column 'event': is empty",
        "row 5, column 'compartment': distant is no compartment of this subject",
    ]


def test_an_event_may_concern_a_compartment_or_the_whole_patient() -> None:
    events = pl.DataFrame(
        {
            "subject": ["S1", "S1", "S1"],
            "date": ["2011-03-01"] * 3,
            "event": ["local-therapy", "local-therapy", "last-contact"],
            "compartment": ["primary", "overall", None],
        }
    )
    rows = table(lesion("BL", compartment="primary"))
    raise_faults(load_tables(rows, events=events).all)


def test_faults_of_the_decisions_table() -> None:
    decisions = pl.DataFrame(
        {
            "subject": ["S1", None],
            "accepted_reader": ["A", "=B"],
            "adjudicator": ["C", "C"],
            "decided_on": ["June", "2011-06-01"],
            "reason": ["clear", "clear"],
        }
    )
    with pytest.raises(TableError) as raised:
        raise_faults((load_decisions(decisions),))
    assert str(raised.value) == (
        "<frame>: 3 faults\n"
        "  row 1, column 'decided_on': a text of 4 characters is not a date like 2011-03-31\n"
        "  row 2, column 'accepted_reader': is not usable as a name: control characters, "
        "or begins like a formula\n"
        "  row 2, column 'subject': is empty"
    )


def test_faults_of_several_files_are_told_at_once_each_under_its_name(tmp_path: Path) -> None:
    sound(lesion("BL", "T2", longest_mm="x")).write_csv(tmp_path / "reads.csv")
    visits({"date_first": "x"}).write_csv(tmp_path / "visits.csv")
    pl.DataFrame({"subject": ["S1", "S1"]}).write_parquet(tmp_path / "subjects.parquet")
    pl.DataFrame({"subject": ["S1"], "date": ["x"]}).write_csv(tmp_path / "events.csv")
    others = {
        "visits": tmp_path / "visits.csv",
        "subjects": tmp_path / "subjects.parquet",
        "events": tmp_path / "events.csv",
    }
    assert message_of(tmp_path / "reads.csv", **others) == (
        "reads.csv: 1 fault\n"
        "  row 4, column 'longest_mm': 'x' is not a number\n"
        "visits.csv: 1 fault\n"
        "  row 2, column 'date_first': 'x' is not a date like 2011-03-31\n"
        "subjects.parquet: 1 fault\n"
        "  row 2, column 'subject': a second row for the same subject\n"
        "events.csv: 2 faults\n"
        "  column 'event': this required column is missing\n"
        "  row 2, column 'date': 'x' is not a date like 2011-03-31"
    )


def test_every_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "visits.csv").write_bytes(b"")
    with pytest.raises(TableError) as raised:
        load_tables(
            tmp_path / "reads.csv",
            visits=tmp_path / "visits.csv",
            subjects=pl.DataFrame({"subject": ["S1"]}),
            events=tmp_path / "events.parquet",
        )
    assert str(raised.value) == (
        "reads.csv: 1 fault\n  there is no such file\n"
        "visits.csv: 1 fault\n  is empty; expected a header and rows\n"
        "events.parquet: 1 fault\n  there is no such file"
    )
    assert raised.value.faults == (
        Fault(0, "", "there is no such file"),
        Fault(0, "", "is empty; expected a header and rows"),
        Fault(0, "", "there is no such file"),
    )


FILLED = {
    "reader": "A",
    "fragment": None,
    "baseline": None,
    "compartment": "primary",
    "nodal": "false",
    "short_mm": "20.0",
    "state": None,
    "merged_into": None,
    "certainty": None,
    "kind": None,
    "reason": None,
    "slice_thickness_mm": "5.0",
}
VALID = table(
    *(lesion(visit, name, **FILLED) for visit in ("BL", "W8", "W16") for name in ("T1", "T2")),
    non_target("BL", **(FILLED | {"state": "present"})),
    new_lesion("W16", **FILLED),
)
CELLS = st.one_of(
    st.none(),
    st.text(max_size=6),
    st.sampled_from(
        [
            *("", " ", "T1", "T2", "X1", "S1", "BL", "W8", "target", "new", "non-target", "true"),
            *("measured", "merged", "split", "absent", "present", "not-evaluable", "too-small"),
            *("2011-01-03", "2011-02-28", "1900-01-01", "0", "0.001", "1e5", "NaN", "-1", "1000"),
            *("overall", "distant", "equivocal", "unequivocal", "a", "\x00", "\ud7ff", "=1"),
        ]
    ),
)


def _faults_or_responses(frame: pl.DataFrame, criteria: str) -> tuple[Fault, ...]:
    """Return the faults of a table; none if it has responses."""
    try:
        result = classify(frame, criteria=criteria)
    except TableError as error:
        return error.faults
    assert result.responses.height
    return ()


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.integers(0, VALID.height - 1), st.sampled_from(VALID.columns), CELLS),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_stands_in_the_cells_the_answer_is_a_result_or_a_table_error(
    changes: list[tuple[int, str, str | None]],
) -> None:
    rows = VALID.to_dicts()
    for row, column, value in changes:
        rows[row][column] = value
    frame = pl.DataFrame(rows, schema=VALID.schema)
    for criteria in ("recist-1.1", "who-1979"):
        faults = _faults_or_responses(frame, criteria)
        assert all(fault.message and fault.row <= VALID.height for fault in faults)
        assert len(set(faults)) == len(faults)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.sampled_from(["csv", "parquet", "json"]))
def test_whatever_stands_in_a_file_it_is_a_table_error(
    tmp_path: Path, content: bytes, ending: str
) -> None:
    path = tmp_path / f"reads.{ending}"
    path.write_bytes(content)
    with pytest.raises(TableError) as raised:
        classify(path)
    assert raised.value.faults
