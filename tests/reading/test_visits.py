"""Visits as the scans show them: which is the baseline, which come, go, move or wait."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import recistkit
from recistkit.errors import ReadingError
from recistkit.exchange.load_tables import load_tables
from recistkit.exchange.read_document import load_read_document, save_read_document
from recistkit.exchange.read_tables import reads_table, visits_table
from recistkit.model.read import Timepoint
from recistkit.reading.baseline import baseline_by_dates
from recistkit.reading.draft import Amendment, Draft, apply
from recistkit.reading.evaluation import SideTables
from recistkit.reading.session import ReadSession
from recistkit.reading.visits import VisitFacts, visit_changes
from recistkit.store.journal import Journal
from recistkit.study.visits import order_visits
from tests.reading.sessions import (
    SIGNED_AT,
    SUBJECT,
    charter,
    complete_statements,
    complete_visit,
    facts,
    line,
    open_session,
    read_baseline,
    sign,
)

BASELINE, MONTH_2, MONTH_4 = facts()


def visit(label: str, first: str, last: str | None = None) -> VisitFacts:
    """Return a visit of some days in 2011, such as ``01-25``."""
    return VisitFacts(
        label=label,
        date_first=dt.date.fromisoformat(f"2011-{first}"),
        date_last=dt.date.fromisoformat(f"2011-{last or first}"),
    )


def side(reference: str) -> SideTables:
    """Return the tables that state a reference date."""
    return SideTables(pl.DataFrame({"subject": [SUBJECT], "reference_date": [reference]}))


def read_visit(session: ReadSession, label: str, length_mm: float | None = None) -> None:
    """Read and sign a visit, T1 with this length."""
    session.go_to_visit(label)
    if length_mm is not None:
        session.go_to_lesion("T1")
        session.measure(line(length_mm))
    complete_visit(session)
    sign(session)


def signed_up_to(folder: Path, *labels: str) -> None:
    """Read and sign the baseline and some visits after it, and leave."""
    session = open_session(folder)
    read_baseline(session)
    sign(session)
    for label in labels:
        read_visit(session, label)
    session.close()


class TestBaselineByDates:
    def test_it_is_the_last_visit_up_to_the_reference_date_as_in_the_tables(
        self, tmp_path: Path
    ) -> None:
        visits = [visit("screening", "01-03"), visit("start", "01-25"), visit("month-2", "03-25")]
        session = open_session(tmp_path, visits=visits, side=side("2011-02-01"))
        assert session.visits == ("start", "month-2")
        assert session.draft.order == ("screening", "start", "month-2")
        assert session.notices == ("screening lies before the baseline, start, and is not read",)
        session.add_lesion("target", longest=line(60))
        session.set_organ("liver")
        complete_statements(session)
        sign(session)
        read_visit(session, "month-2", 65)
        (row,) = session.evaluation().at("month-2")
        assert row["response"] == "SD"
        read = load_read_document(session.document)
        of_tables = recistkit.classify(
            reads_table([read]).drop("baseline"),
            visits=visits_table([read]),
            subjects=side("2011-02-01").subjects,
        )
        in_the_room = session.evaluation().responses
        assert in_the_room is not None
        assert of_tables.responses.rows() == in_the_room.rows()

    def test_without_a_visit_up_to_it_the_first_is_the_baseline(self, tmp_path: Path) -> None:
        session = open_session(tmp_path, side=side("2010-06-01"))
        assert session.visits == ("baseline", "month-2", "month-4")

    @given(
        st.lists(
            st.tuples(st.integers(1, 60), st.integers(0, 3)),
            min_size=1,
            max_size=5,
            unique_by=lambda day: day[0],
        ),
        st.integers(0, 70),
    )
    def test_it_is_the_visit_that_the_tables_choose(
        self, days: list[tuple[int, int]], reference: int
    ) -> None:
        start = dt.date(2011, 1, 1)
        timepoints = [
            Timepoint(
                label=f"v{number}",
                date_first=start + dt.timedelta(days=first),
                date_last=start + dt.timedelta(days=first + length),
            )
            for number, (first, length) in enumerate(days)
        ]
        day = start + dt.timedelta(days=reference)
        rows = [
            {
                "subject": SUBJECT,
                "timepoint": item.label,
                "lesion": "T1",
                "role": "target",
                "longest_mm": "30.0",
                "date": date.isoformat(),
            }
            for item in timepoints
            for date in (item.date_first, item.date_last)
        ]
        tables = load_tables(pl.DataFrame(rows), subjects=side(day.isoformat()).subjects)
        (chosen,) = order_visits(tables).filter(pl.col("position") == 0)["timepoint"]
        assert baseline_by_dates(timepoints, day) == chosen

    def test_a_reference_date_with_a_fault_opens_no_read_that_has_no_baseline_yet(
        self, tmp_path: Path
    ) -> None:
        message = r"^the subjects table cannot say which visit of this subject is the baseline: "
        with pytest.raises(ReadingError, match=message):
            open_session(tmp_path, side=side("2011-02-31"))
        session = open_session(tmp_path)
        read_baseline(session)
        assert open_session(tmp_path, side=side("2011-02-31")).baseline == "baseline"


class TestBaselineOfAReadThatHasBegun:
    def test_opening_a_case_that_is_not_all_there_fixes_no_baseline(self, tmp_path: Path) -> None:
        open_session(tmp_path, visits=[MONTH_2]).close()
        session = open_session(tmp_path)
        assert session.visits == ("baseline", "month-2", "month-4")
        assert session.notices == ()
        assert [item.baseline for item in session.draft.timepoints.values()].count(True) == 1

    def test_the_first_mark_fixes_it_and_what_the_dates_say_is_said_loudly(
        self, tmp_path: Path
    ) -> None:
        session = open_session(tmp_path, visits=[MONTH_2])
        session.add_lesion("target", longest=line(30))
        session.close()
        again = open_session(tmp_path)
        assert again.visits == ("month-2", "month-4")
        assert again.notices == (
            (
                "by the dates known now baseline is the baseline; this read was begun with "
                "month-2, which stays: tell the study before you go on"
            ),
        )

    def test_one_that_is_found_after_the_signature_is_said_too(self, tmp_path: Path) -> None:
        signed_up_to(tmp_path)
        again = open_session(tmp_path, visits=[visit("start", "01-03"), *facts()])
        assert again.notices == (
            "start lies before a visit that is signed, and is left out",
            (
                "by the dates known now start is the baseline; this read was begun with baseline, "
                "which stays: tell the study before you go on"
            ),
        )

    def test_a_document_that_marks_none_is_read_as_the_tables_read_it(self, tmp_path: Path) -> None:
        session = open_session(tmp_path, visits=[visit("a", "01-03"), visit("b", "01-25")])
        session.add_lesion("target", longest=line(30))
        session.set_organ("liver")
        complete_statements(session)
        sign(session)
        read_visit(session, "b", 31)
        read = load_read_document(session.document)
        bare = [item.model_copy(update={"baseline": False}) for item in read.timepoints]
        draft = read.model_copy(
            update={"state": "draft", "signature": None, "timepoints": tuple(bare)}
        )
        other = tmp_path / "other"
        (other / "reads").mkdir(parents=True)
        save_read_document(draft, other / "reads" / session.document.name)
        taken = open_session(
            other, visits=[visit("a", "01-03"), visit("b", "01-25")], side=side("2011-02-01")
        )
        assert taken.baseline == "b"


class TestVisitsWhoseScansAreGone:
    def test_an_untouched_one_leaves_the_read_and_blocks_nothing(self, tmp_path: Path) -> None:
        extra = visit("extra", "02-10")
        session = open_session(tmp_path, visits=[*facts(), extra])
        read_baseline(session)
        sign(session)
        session.close()
        again = open_session(tmp_path)
        assert again.visits == ("baseline", "month-2", "month-4")
        assert again.notices == ("the scans of extra are not there any more, and it is not read",)
        read_visit(again, "month-2")
        read = load_read_document(again.document)
        assert [item.label for item in read.timepoints] == ["baseline", "month-2"]

    def test_it_is_recorded_that_it_left(self, tmp_path: Path) -> None:
        open_session(tmp_path).close()
        session = open_session(tmp_path, visits=[BASELINE, MONTH_2])
        last = session._journal.events(SUBJECT)[-1]
        (change,) = last.body["changes"]
        assert (last.command, change["before"]["label"], change["after"]) == (
            "visits",
            "month-4",
            None,
        )

    def test_a_renamed_folder_is_a_visit_under_its_new_name(self, tmp_path: Path) -> None:
        signed_up_to(tmp_path)
        week_8 = VisitFacts(
            label="week-8", date_first=MONTH_2.date_first, date_last=MONTH_2.date_last
        )
        again = open_session(tmp_path, visits=[BASELINE, week_8, MONTH_4])
        assert again.visits == ("baseline", "week-8", "month-4")
        read_visit(again, "week-8")
        read_visit(again, "month-4")
        assert again.is_finished

    def test_what_was_stated_of_one_is_kept_until_they_are_back(self, tmp_path: Path) -> None:
        signed_up_to(tmp_path)
        session = open_session(tmp_path)
        session.go_to_visit("month-2")
        session.state_visit(comment="the liver only in part")
        session.close()
        without = open_session(tmp_path, visits=[BASELINE, MONTH_4])
        assert without.visits == ("baseline", "month-4")
        assert without.visit == "month-4"
        assert without.notices == (
            "the scans of month-2 are not there; what was stated of it is kept until they are back",
        )
        without.close()
        back = open_session(tmp_path)
        assert back.visits == ("baseline", "month-2", "month-4")
        assert back.draft.timepoints["month-2"].comment == "the liver only in part"
        assert (back.draft.set_aside, back.notices) == ({}, ())

    def test_one_with_marks_stays_and_is_not_signed_without_them(self, tmp_path: Path) -> None:
        signed_up_to(tmp_path)
        session = open_session(tmp_path)
        session.go_to_visit("month-2")
        complete_visit(session)
        session.close()
        without = open_session(tmp_path, visits=[BASELINE, MONTH_4])
        assert without.notices == ("the scans of month-2 are not there",)
        with pytest.raises(ReadingError) as raised:
            sign(without)
        assert str(raised.value) == (
            "month-2 cannot be signed yet:\n  month-2: its scans are not there; put its folder back"
        )
        assert [item.what for item in without.missing_to_sign()] == ["scans"]
        without.close()
        back = open_session(tmp_path)
        sign(back)
        assert set(back.draft.signed) == {"baseline", "month-2"}

    def test_a_signed_one_stays_and_is_not_amended_without_them(self, tmp_path: Path) -> None:
        signed_up_to(tmp_path)
        session = open_session(tmp_path, visits=[MONTH_2, MONTH_4])
        assert session.visits == ("baseline", "month-2", "month-4")
        session.go_to_visit("baseline")
        with pytest.raises(ReadingError, match=r"^the scans of baseline are not there; an amend"):
            session.amend("wrong slice")
        read_visit(session, "month-2")


class TestVisitsThatMove:
    def test_one_found_late_is_left_out_while_the_later_one_is_amended(
        self, tmp_path: Path
    ) -> None:
        signed_up_to(tmp_path, "month-2", "month-4")
        session = open_session(tmp_path, visits=[*facts(), visit("month-3", "04-10")])
        session.go_to_visit("month-4")
        session.amend("a typing error")
        assert session.visits == ("baseline", "month-2", "month-4")
        session.close()
        again = open_session(tmp_path, visits=[*facts(), visit("month-3", "04-10")])
        assert again.visits == ("baseline", "month-2", "month-4")
        assert again.notices == ("month-3 lies before a visit that is signed, and is left out",)
        again.state_visit(comment="measured on the next slice")
        sign(again)
        assert again.is_finished

    def test_an_unsigned_one_does_not_move_before_a_signed_one(self, tmp_path: Path) -> None:
        signed_up_to(tmp_path, "month-2")
        early = visit("month-4", "02-20")
        again = open_session(tmp_path, visits=[BASELINE, MONTH_2, early])
        assert again.visits == ("baseline", "month-2", "month-4")
        assert again.draft.timepoints["month-4"].date_first == MONTH_4.date_first
        assert again.notices == (
            "month-4 would move past a signed visit by the dates of its scans; it keeps its own",
        )

    def test_an_amended_one_stays_in_its_place_too(self, tmp_path: Path) -> None:
        signed_up_to(tmp_path, "month-2")
        session = open_session(tmp_path, visits=[BASELINE, visit("month-2", "01-02"), MONTH_4])
        session.go_to_visit("month-2")
        session.amend("other dates")
        assert session.visits == ("baseline", "month-2", "month-4")
        assert session.draft.timepoints["month-2"].date_first == MONTH_2.date_first

    def test_two_amended_ones_move_one_after_the_other_and_never_past_each_other(
        self,
    ) -> None:
        amended = {
            label: Amendment(timepoint=label, reason="other dates") for label in ("a", "b", "c")
        }
        days = {"a": "01-10", "b": "03-10", "c": "05-10"}
        draft = Draft(
            timepoints={label: timepoint(label, day) for label, day in days.items()},
            amended=amended,
        )
        moved = {"a": "03-20", "b": "05-20", "c": "07-20"}
        assert dates_after(draft, moved) == moved
        swapped = {"a": "01-10", "b": "05-20", "c": "03-01"}
        assert dates_after(draft, swapped) == days

    def test_an_amended_one_does_not_move_past_one_that_is_not_signed_yet(self) -> None:
        days = {"a": "01-10", "b": "03-10"}
        draft = Draft(
            timepoints={label: timepoint(label, day) for label, day in days.items()},
            amended={"a": Amendment(timepoint="a", reason="other dates")},
        )
        assert dates_after(draft, {"a": "03-20", "b": "03-10"}) == days
        assert dates_after(draft, {"a": "03-20", "b": "05-10"}) == {"a": "03-20", "b": "05-10"}

    def test_one_with_marks_keeps_the_dates_of_its_marks(self, tmp_path: Path) -> None:
        signed_up_to(tmp_path)
        session = open_session(tmp_path)
        session.go_to_visit("month-2")
        complete_visit(session)
        session.close()
        again = open_session(tmp_path, visits=[BASELINE, visit("month-2", "03-20"), MONTH_4])
        assert again.draft.timepoints["month-2"].date_first == MONTH_2.date_first
        assert again.notices == (
            "month-2 has marks of other dates than its scans have now; it keeps its dates",
        )
        sign(again)


def timepoint(label: str, day: str) -> Timepoint:
    """Return a visit of one day in 2011, the baseline if it is ``a``."""
    date = dt.date.fromisoformat(f"2011-{day}")
    return Timepoint(label=label, date_first=date, date_last=date, baseline=label == "a")


def dates_after(draft: Draft, found: dict[str, str]) -> dict[str, str]:
    """Return the dates of the visits in 2011 once those found are taken over."""
    after = apply(draft, visit_changes(draft, [visit(*item) for item in found.items()]))
    return {label: item.date_first.isoformat()[5:] for label, item in after.timepoints.items()}


class TestVisitsThatCannotBeUsed:
    def test_a_known_one_closes_those_after_it_and_no_other(self, tmp_path: Path) -> None:
        open_session(tmp_path).close()
        session = open_without_month_2(tmp_path)
        assert session.notices == ("no scan of month-2 can be used; it cannot be signed as it is",)
        read_baseline(session)
        sign(session)
        session.go_to_visit("month-4")
        with pytest.raises(ReadingError, match=r"^month-4 is read after month-2 is signed$"):
            complete_visit(session)

    def test_one_of_which_no_date_is_known_is_left_out_and_said(self, tmp_path: Path) -> None:
        session = open_without_month_2(tmp_path)
        assert session.visits == ("baseline", "month-4")
        assert session.notices == (
            (
                "no scan of month-2 can be placed and has a date: it is left out, whether it is "
                "the baseline or any other visit"
            ),
        )


def open_without_month_2(folder: Path) -> ReadSession:
    """Open the case while the scans of month-2 cannot be used."""
    return ReadSession.open(
        Journal.open(folder / "readers" / "A.db", "A"),
        charter(),
        subject=SUBJECT,
        visits=[BASELINE, MONTH_4],
        unusable=["month-2"],
        reads_folder=folder / "reads",
        clock=lambda: SIGNED_AT,
    )
