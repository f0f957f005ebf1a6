"""Responses while reading: the same bytes as the tables give, shown only when they may be."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Final

import polars as pl
import pytest

import recistkit
from recistkit.criteria import load, shipped
from recistkit.errors import TableError
from recistkit.exchange.write_results import write_tables
from recistkit.model.mark import ImagePlace
from recistkit.reading.evaluation import SideTables
from recistkit.reading.session import ReadSession
from recistkit.study.classify import Classification
from tests.reading.sessions import (
    SUBJECT,
    charter,
    complete_statements,
    complete_visit,
    line,
    open_session,
    read_baseline,
    sign,
)

READS: Final = """\
subject,reader,timepoint,lesion,role,date,compartment,organ,nodal,longest_mm,short_mm,state,fragment,merged_into,certainty,reason
RK-001,A,baseline,T1,target,2011-01-10,primary,rectum,false,50.0,30.0,measured,,,,
RK-001,A,baseline,T2,target,2011-01-10,primary,mesorectal lymph node,true,30.0,20.0,measured,,,,
RK-001,A,baseline,T3,target,2011-01-10,distant,liver,false,25.5,20.0,measured,,,,
RK-001,A,baseline,NT1,non-target,2011-01-10,distant,lung,false,,,present,,,,
RK-001,A,month-2,T1,target,2011-03-11,primary,rectum,false,31.4,20.1,measured,,,,
RK-001,A,month-2,T2,target,2011-03-11,primary,mesorectal lymph node,true,,,too-small,,,,
RK-001,A,month-2,T3,target,2011-03-11,distant,liver,false,10.0,8.0,split,a,,,
RK-001,A,month-2,T3,target,2011-03-11,distant,liver,false,6.2,5.0,split,b,,,
RK-001,A,month-2,NT1,non-target,2011-03-11,distant,lung,false,,,not-evaluable,,,,artefact
RK-001,A,month-4,T1,target,2011-05-10,primary,rectum,false,,,merged,,T2,,
RK-001,A,month-4,T2,target,2011-05-10,primary,mesorectal lymph node,true,41.0,22.0,measured,,,,
RK-001,A,month-4,T3,target,2011-05-10,distant,liver,false,,,absent,,,,
RK-001,A,month-4,NT1,non-target,2011-05-10,distant,lung,false,,,absent,,,,
RK-001,A,month-4,N1,new,2011-05-10,distant,liver,false,12.0,,present,,,equivocal,
"""
VISITS: Final = """\
subject,reader,timepoint,date_first,date_last,new_lesions,coverage,image_quality,tumour_marker
RK-001,A,baseline,2011-01-10,2011-01-10,,complete,adequate,elevated
RK-001,A,month-2,2011-03-11,2011-03-11,none,complete,adequate,normal
RK-001,A,month-4,2011-05-10,2011-05-10,equivocal,no pelvis,adequate,
"""


SUBJECTS: Final = "subject,reference_date\nRK-001,2011-01-17\n"


def read_all(session: ReadSession) -> None:
    """Make the read of the tables above, with the keys and drags of a reader."""
    session.add_lesion("target", longest=line(50), short=line(30, upright=True))
    session.set_organ("rectum", "primary")
    session.add_lesion("target", nodal=True, longest=line(30), short=line(20, upright=True))
    session.set_organ("mesorectal lymph node", "primary")
    session.add_lesion("target", longest=line(25.5), short=line(20, upright=True))
    session.set_organ("liver", "distant")
    session.add_lesion("non-target", position_mm=(0.0, 0.0, 0.0))
    session.set_organ("lung", "distant")
    session.state_visit(coverage="complete", image_quality="adequate", tumour_marker="elevated")
    sign(session)
    session.go_to_visit("month-2")
    session.next_unstated()
    session.measure(line(31.4), line(20.1, upright=True))
    session.next_unstated()
    session.set_state("too-small")
    session.next_unstated()
    session.add_fragment(line(10), line(8, upright=True))
    session.add_fragment(line(6.2), line(5, upright=True))
    session.next_unstated()
    session.set_state("not-evaluable", reason="artefact")
    session.state_visit(coverage="complete", image_quality="adequate", tumour_marker="normal")
    session.state_new_lesions("none")
    sign(session)
    session.go_to_visit("month-4")
    session.go_to_lesion("T1")
    session.set_state("merged", merged_into="T2")
    session.go_to_lesion("T2")
    session.measure(line(41), line(22, upright=True))
    session.go_to_lesion("T3")
    session.set_state("absent")
    session.next_unstated()
    session.set_state("absent")
    session.add_lesion("new", longest=line(12), certainty="equivocal")
    session.set_organ("liver", "distant")
    session.state_visit(coverage="no pelvis", image_quality="adequate", new_lesions="equivocal")
    sign(session)


@pytest.mark.parametrize("criteria", shipped())
def test_session_document_and_tables_give_the_same_bytes(tmp_path: Path, criteria: str) -> None:
    for name, text in {"reads": READS, "visits": VISITS, "subjects": SUBJECTS}.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    subjects = tmp_path / "subjects.csv"
    session = open_session(
        tmp_path,
        charter(criteria, compartments=("primary", "distant")),
        side=SideTables.of(SUBJECT, subjects, None),
    )
    read_all(session)
    shown = session.shown_evaluation()
    assert shown is not None
    assert shown.classification is not None
    results = {
        "session": shown.classification,
        "documents": recistkit.classify(tmp_path / "reads", criteria=criteria, subjects=subjects),
        "tables": recistkit.classify(
            tmp_path / "reads.csv",
            criteria=criteria,
            visits=tmp_path / "visits.csv",
            subjects=subjects,
        ),
    }
    written = {name: files_of(result, tmp_path / name) for name, result in results.items()}
    assert sorted(written["tables"]) == ["best.csv", "responses.csv"]
    assert written["session"] == written["tables"]
    assert written["documents"] == written["tables"]


def files_of(result: Classification, folder: Path) -> dict[str, bytes]:
    """Write responses and best responses, and return the files' bytes."""
    write_tables(folder, {"responses": result.responses, "best": result.best})
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def seen(session: ReadSession) -> tuple[str, object]:
    """Return the last command, and whether the reader had seen the visit's response before it."""
    event = session._journal.events(SUBJECT)[-1]
    return (event.command, event.body["response_shown"])


def baseline_and_month_2(session: ReadSession) -> None:
    read_baseline(session)
    sign(session)
    session.go_to_visit("month-2")


class TestWhenResponsesAreShown:
    def test_only_lengths_until_states_and_statements_are_made(self, tmp_path: Path) -> None:
        session = open_session(tmp_path)
        baseline_and_month_2(session)
        for name in ("T1", "T2"):
            session.go_to_lesion(name)
            session.measure(line(20), line(12, upright=True))
        session.go_to_lesion("NT1")
        session.set_state("present")
        assert session.shown_evaluation() is None
        complete_statements(session)
        shown = session.shown_evaluation()
        assert shown is not None
        assert [(row["compartment"], row["response"]) for row in shown.at("month-2")] == [
            ("overall", "PR")
        ]

    def test_a_ruler_changed_afterwards_is_recorded_with_before_and_after(
        self, tmp_path: Path
    ) -> None:
        session = open_session(tmp_path)
        baseline_and_month_2(session)
        complete_visit(session)
        session.go_to_lesion("T1")
        session.measure(line(34.9))
        event = session._journal.events(SUBJECT)[-1]
        (change,) = event.body["changes"]
        assert (event.command, event.body["response_shown"]) == ("measure", True)
        assert (change["before"]["longest_mm"], change["after"]["longest_mm"]) == ("30.0", "34.9")

    def test_a_response_hidden_again_counts_as_seen(self, tmp_path: Path) -> None:
        session = open_session(tmp_path)
        baseline_and_month_2(session)
        complete_visit(session)
        session.state_visit(image_quality=None)
        session.go_to_lesion("T1")
        assert session.shown_evaluation() is None
        session.measure(line(34.9))
        assert seen(session) == ("measure", True)

    def test_a_response_hidden_by_undo_counts_as_seen_on_another_day_too(
        self, tmp_path: Path
    ) -> None:
        session = open_session(tmp_path)
        baseline_and_month_2(session)
        complete_visit(session)
        assert seen(session) == ("state-visit", False)
        session.undo()
        assert seen(session) == ("undo", True)
        session.close()
        session = open_session(tmp_path)
        session.go_to_lesion("T1")
        session.measure(line(34.9))
        assert seen(session) == ("measure", True)

    def test_a_response_shown_by_the_last_command_before_another_visit_counts_as_seen(
        self, tmp_path: Path
    ) -> None:
        session = open_session(tmp_path)
        baseline_and_month_2(session)
        complete_visit(session)
        session.go_to_visit("baseline")
        session.amend("a target was missed")
        session.add_lesion("target", longest=line(12))
        session.go_to_visit("month-2")
        assert session.shown_evaluation() is None
        session.go_to_lesion("T1")
        session.measure(line(34.9))
        assert seen(session) == ("measure", True)

    def test_a_response_that_is_never_shown_is_never_seen(self, tmp_path: Path) -> None:
        session = open_session(tmp_path, charter(show_response="never"))
        baseline_and_month_2(session)
        complete_visit(session)
        session.go_to_lesion("T1")
        session.measure(line(34.9))
        assert seen(session) == ("measure", False)

    def test_always(self, tmp_path: Path) -> None:
        session = open_session(tmp_path, charter(show_response="always"))
        baseline_and_month_2(session)
        shown = session.shown_evaluation()
        assert shown is not None
        assert [row["response"] for row in shown.at("month-2")] == ["NE"]

    def test_never(self, tmp_path: Path) -> None:
        session = open_session(tmp_path, charter(show_response="never"))
        baseline_and_month_2(session)
        complete_visit(session)
        assert session.shown_evaluation() is None
        assert session.missing_to_sign() == ()


class TestUnfinishedReads:
    def test_nothing_recorded_gives_nothing(self, tmp_path: Path) -> None:
        evaluation = open_session(tmp_path).evaluation()
        assert (evaluation.responses, evaluation.best, evaluation.faults) == (None, None, ())
        assert (evaluation.findings, evaluation.at("baseline")) == ((), ())

    def test_findings_are_named_before_every_compartment_is(self, tmp_path: Path) -> None:
        session = open_session(tmp_path, charter(compartments=("primary", "distant")))
        session.add_lesion("target", longest=line(30))
        session.set_organ("rectum", "primary")
        session.add_lesion("target", nodal=True, longest=line(12), short=line(8, upright=True))
        assert [(finding.lesion, finding.code) for finding in session.open_findings()] == [
            ("T2", "node-below-15"),
            ("T2", "normal-node"),
        ]

    def test_a_lesion_on_another_scan_than_before_is_named_as_soon_as_it_is_measured(
        self, tmp_path: Path
    ) -> None:
        session = open_session(tmp_path)
        thin = ImagePlace(modality="CT", plane="axial", slice_thickness_mm=Decimal("5.0"))
        session.add_lesion("target", longest=line(12), image=thin)
        session.set_organ("liver")
        complete_statements(session)
        sign(session)
        session.go_to_visit("month-2")
        thick = thin.model_copy(
            update={"plane": "coronal", "slice_thickness_mm": Decimal("8.0"), "contrast": "given"}
        )
        assert session.open_findings() == ()
        session.measure(line(14), image=thick)
        assert [(one.timepoint, one.code, one.message) for one in session.open_findings()] == [
            ("month-2", "plane-changed", "coronal here, axial at baseline"),
            (
                "month-2",
                "thickness-changed",
                (
                    "slices of 8 mm here, 5 mm at baseline; the smallest measurable longest "
                    "diameter is 16 mm here, 10 mm at baseline; its own is 14 mm (below that) "
                    "here, 12 mm at baseline"
                ),
            ),
        ]

    def test_the_tables_of_the_study_take_part(self, tmp_path: Path) -> None:
        events = pl.DataFrame(
            {
                "subject": ["OTHER", SUBJECT],
                "date": ["2011-01-01", "2011-02-01"],
                "event": ["death", "new-therapy"],
            }
        )
        subjects = pl.DataFrame({"subject": [SUBJECT], "reference_date": ["2011-01-01"]})
        side = SideTables.of(SUBJECT, subjects, events)
        session = open_session(tmp_path, side=side)
        baseline_and_month_2(session)
        complete_visit(session)
        rows = session.evaluation().at("month-2")
        assert [row["flags"] for row in rows] == ["after-new-therapy"]
        assert [finding.code for finding in session.open_findings()] == ["baseline-after-reference"]

    def test_a_table_that_does_not_fit_is_said_and_does_not_hinder_reading(
        self, tmp_path: Path
    ) -> None:
        events = pl.DataFrame({"subject": [SUBJECT], "date": ["soon"], "event": ["death"]})
        session = open_session(tmp_path, side=SideTables.of(SUBJECT, None, events))
        baseline_and_month_2(session)
        evaluation = session.evaluation()
        assert evaluation.responses is None
        assert evaluation.faults == ("'soon' is not a date like 2011-03-31",)

    def test_a_fault_of_a_side_table_is_told_when_the_case_is_opened(self, tmp_path: Path) -> None:
        events = pl.DataFrame({"subject": [SUBJECT], "date": ["soon"], "event": ["death"]})
        session = open_session(tmp_path, side=SideTables.of(SUBJECT, None, events))
        fault = "events table: date: 'soon' is not a date like 2011-03-31"
        assert session.notices == (fault,)
        read_baseline(session)
        sign(session)
        session.amend("a target was missed")
        assert session.notices == (fault,)

    def test_a_reference_date_that_the_criteria_need_is_asked_for_at_opening(
        self, tmp_path: Path
    ) -> None:
        subjects = pl.DataFrame({"subject": [SUBJECT], "reference_date": ["2011-01-17"]})
        days = load("zhu-2013").best_response.minimum_stable_days
        said = f"subjects table: no reference_date, from which {days} days before SD count"
        without = open_session(tmp_path / "without", charter("zhu-2013"))
        assert without.notices == (said,)
        side = SideTables.of(SUBJECT, subjects, None)
        assert open_session(tmp_path / "with", charter("zhu-2013"), side=side).notices == ()

    @pytest.mark.parametrize("criteria", ["recist-1.1", "zhu-2013"])
    def test_findings_are_named_where_nothing_can_be_classified(
        self, tmp_path: Path, criteria: str
    ) -> None:
        events = pl.DataFrame({"subject": [SUBJECT], "date": ["soon"], "event": ["death"]})
        side = SideTables.of(SUBJECT, None, events)
        session = open_session(tmp_path, charter(criteria), side=side)
        session.add_lesion("target", longest=line(5), short=line(3, upright=True))
        session.set_organ("liver")
        assert session.evaluation().responses is None
        assert [(finding.lesion, finding.code) for finding in session.open_findings()] == [
            ("T1", "below-minimum-size")
        ]

    def test_events_of_the_whole_patient_count_before_every_compartment_is_given(
        self, tmp_path: Path
    ) -> None:
        events = pl.DataFrame(
            {
                "subject": [SUBJECT, SUBJECT],
                "date": ["2011-02-01", "2011-02-02"],
                "event": ["new-therapy", "local-therapy"],
                "compartment": ["", "distant"],
            }
        )
        rules = charter(compartments=("primary", "distant"), show_response="always")
        session = open_session(tmp_path, rules, side=SideTables.of(SUBJECT, None, events))
        read_baseline(session)
        complete_visit(session)
        sign(session)
        session.go_to_visit("month-2")
        complete_visit(session)
        session.add_lesion("new", longest=line(12), certainty="unequivocal")
        (row,) = session.evaluation().at("month-2")
        assert (row["compartment"], row["response"]) == ("overall", "PD")
        assert row["flags"] == "after-new-therapy"

    def test_a_table_that_is_none_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(TableError, match="there is no such file"):
            SideTables.of(SUBJECT, tmp_path / "subjects.csv", None)
