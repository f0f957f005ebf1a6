"""The arrow of ``check``: the same tables in, findings out."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import recistkit
from recistkit.errors import CriteriaError, TableError
from recistkit.study.check import check, reads_of
from recistkit.study.load import load_study
from tests.exchange.small_tables import lesion, sound, table


def codes(findings: pl.DataFrame) -> list[tuple[str | None, str | None, str]]:
    """Return timepoint, lesion and code of every finding."""
    return findings.select("timepoint", "lesion", "code").rows()


def test_ordinary_reads_have_no_finding_but_the_header() -> None:
    findings = check(sound())
    assert findings.rows() == []
    assert findings.columns == ["subject", "reader", "timepoint", "lesion", "code", "message"]


def test_findings_follow_the_limits_of_the_criteria() -> None:
    rows = [lesion("BL", f"T{number}", organ=f"organ {number}") for number in range(1, 7)]
    assert [code for _, _, code in codes(check(table(*rows)))] == ["too-many-targets"]
    assert codes(check(table(*rows), criteria="recist-1.0")) == []


def test_a_small_node_and_a_small_lesion_are_found() -> None:
    rows = table(
        lesion("BL", "T1", longest_mm="9.9"),
        lesion("BL", "T2", nodal="true", longest_mm="20.0", short_mm="14.9"),
    )
    assert codes(check(rows)) == [
        ("BL", "T1", "below-minimum-size"),
        ("BL", "T2", "node-below-15"),
        ("BL", "T2", "node-without-stated-compartment"),
    ]


def test_findings_take_visits_subjects_and_events(tmp_path: Path) -> None:
    pl.DataFrame({"subject": ["S1"], "reference_date": ["2011-02-01"]}).write_csv(
        tmp_path / "subjects.csv"
    )
    visits = pl.DataFrame({"subject": ["S1"], "timepoint": ["BL"], "coverage": ["complete"]})
    events = pl.DataFrame({"subject": ["S1"], "date": ["2011-03-01"], "event": ["death"]})
    findings = check(sound(), visits=visits, subjects=tmp_path / "subjects.csv", events=events)
    assert codes(findings) == [("BL", None, "baseline-too-early")]


def test_a_table_with_faults_has_no_findings() -> None:
    with pytest.raises(TableError) as raised:
        check(sound(lesion("BL", "T2", longest_mm="x")), subjects=pl.DataFrame({"a": [1]}))
    assert str(raised.value) == (
        "<frame>: 1 fault\n  row 3, column 'longest_mm': 'x' is not a number\n"
        "<frame>: 1 fault\n  column 'subject': this required column is missing"
    )


def test_unknown_criteria_are_refused() -> None:
    with pytest.raises(CriteriaError):
        check(sound(), criteria="recist-9")


def test_the_reads_that_are_checked_have_their_words_as_text() -> None:
    reads = reads_of(load_study(sound()).tables)
    assert {reads.schema[name] for name in ("role", "state", "certainty", "kind")} == {pl.String}


def test_the_library_offers_it() -> None:
    assert recistkit.check is check
