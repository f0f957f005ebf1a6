"""A session: where it opens, what it remembers, who hears of a change, who may write."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from recistkit.errors import JournalError, ReadingError
from recistkit.reading.draft import Draft
from recistkit.reading.place import Beside, Place
from recistkit.reading.session import ReadSession
from recistkit.reading.visits import VisitFacts
from recistkit.study.example_study import example_folder
from tests.reading.sessions import (
    SUBJECT,
    complete_visit,
    facts,
    line,
    open_session,
    read_baseline,
    sign,
)


@pytest.fixture
def session(tmp_path: Path) -> ReadSession:
    return open_session(tmp_path)


def visit(label: str, month: int, *, days: int = 0) -> VisitFacts:
    first = dt.date(2011, month, 10)
    return VisitFacts(label=label, date_first=first, date_last=first + dt.timedelta(days=days))


SEEN = Place(
    series="1.2.3",
    slice=12,
    point_mm=(1.5, -2.5, 300.0),
    zoom=3.25,
    window=(40.0, 400.0),
    link_offset_mm=(0.0, 0.0, -7.5),
    is_linked=False,
    comparison="nadir",
    plane="coronal",
    beside=Beside(series="1.2.4", point_mm=(1.5, -2.5, 295.0), zoom=2.5, window=(60.0, 160.0)),
)


class TestOpening:
    def test_a_new_case_opens_at_its_baseline(self, session: ReadSession) -> None:
        assert (session.visit, session.baseline, session.lesion) == ("baseline", "baseline", None)
        assert (session.locked, session.is_finished, session.prior) == (False, False, None)
        assert session.draft.timepoints["baseline"].baseline

    def test_visits_stand_in_order_of_their_dates(self, tmp_path: Path) -> None:
        visits = [visit("c", 3), visit("a", 2), visit("b", 1)]
        session = open_session(tmp_path, visits=visits)
        assert session.visits == ("b", "a", "c")

    def test_it_opens_where_the_reader_stopped(self, session: ReadSession, tmp_path: Path) -> None:
        read_baseline(session)
        session.go_to_lesion("T2")
        session.remember(SEEN)
        again = open_session(tmp_path)
        kept = SEEN.model_copy(update={"visit": "baseline", "lesion": "T2"})
        assert (again.place, again.draft) == (kept, session.draft)

    def test_it_opens_at_the_first_visit_to_be_read_where_none_is_remembered(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        read_baseline(session)
        sign(session)
        session._journal.save_place(SUBJECT, {})
        assert open_session(tmp_path).visit == "month-2"

    def test_after_a_signature_it_opens_at_the_next_visit_with_nothing_of_the_signed_one(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        read_baseline(session)
        session.go_to_lesion("T2")
        session.remember(SEEN)
        sign(session)
        assert session.visit == "baseline"
        kept = Place(visit="month-2", comparison="nadir", plane="coronal")
        assert open_session(tmp_path).place == kept

    def test_after_a_look_at_a_signed_visit_it_opens_at_the_unread_one(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        read_baseline(session)
        sign(session)
        session.go_to_visit("month-2")
        session.go_to_visit("baseline")
        session.go_to_lesion("T1")
        again = open_session(tmp_path)
        assert (again.visit, again.lesion) == ("month-2", None)

    def test_inside_a_visit_that_is_not_signed_it_opens_just_there(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        read_baseline(session)
        sign(session)
        for label in ("month-2", "month-4"):
            session.go_to_visit(label)
            session.go_to_lesion("T2")
            session.remember(SEEN)
            again = open_session(tmp_path)
            kept = SEEN.model_copy(update={"visit": label, "lesion": "T2"})
            assert again.place == kept

    def test_an_amended_visit_is_one_to_be_signed(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        read_baseline(session)
        sign(session)
        session.amend("a second look")
        assert open_session(tmp_path).visit == "baseline"

    def test_where_every_visit_is_signed_it_opens_where_the_reader_stopped(
        self, tmp_path: Path
    ) -> None:
        visits = facts(("baseline", "month-2"))
        session = open_session(tmp_path, visits=visits)
        for label in session.visits:
            session.go_to_visit(label)
            complete_visit(session)
            sign(session)
        session.go_to_visit("baseline")
        session.go_to_lesion("T1")
        session.remember(SEEN)
        again = open_session(tmp_path, visits=visits)
        assert again.place == SEEN.model_copy(update={"visit": "baseline", "lesion": "T1"})

    @pytest.mark.parametrize(
        "nonsense",
        [
            {"zoom": 0.0},
            {"zoom": -2.0},
            {"zoom": 1e300},
            {"zoom": "near"},
            {"point_mm": [1.0, 2.0]},
            {"point_mm": [1e9, 0.0, 0.0]},
            {"window": [40.0, 0.0]},
            {"is_linked": "maybe"},
            {"beside": 7},
            {"beside": {"series": "1.2.3", "point_mm": [0.0, 0.0, 0.0], "zoom": -1.0}},
            {"colour": "red", "slice": -1},
        ],
    )
    def test_of_a_place_only_the_nonsense_is_lost(
        self, session: ReadSession, tmp_path: Path, nonsense: dict[str, object]
    ) -> None:
        read_baseline(session)
        session._journal.save_place(
            SUBJECT, {"visit": "baseline", "lesion": "T2", "plane": "coronal"} | nonsense
        )
        again = open_session(tmp_path)
        assert again.place == Place(visit="baseline", lesion="T2", plane="coronal")

    @pytest.mark.parametrize("place", [{"slice": -1}, {"colour": "red"}, {"visit": 3}])
    def test_a_place_that_cannot_be_understood_does_not_keep_it_from_opening(
        self, session: ReadSession, tmp_path: Path, place: dict[str, object]
    ) -> None:
        read_baseline(session)
        session._journal.save_place(SUBJECT, place)
        again = open_session(tmp_path)
        assert (again.visit, again.lesion, again.draft) == ("baseline", None, session.draft)

    def test_a_place_that_cannot_be_saved_is_refused_and_not_taken_over(
        self, session: ReadSession
    ) -> None:
        before = session.place
        with pytest.raises(JournalError, match=r"^NOT saved: one of its numbers is not finite$"):
            session.remember(Place().model_copy(update={"window": (float("nan"), 400.0)}))
        assert session.place == before

    def test_a_case_without_visits_can_be_opened_and_nothing_else(self, tmp_path: Path) -> None:
        session = open_session(tmp_path, visits=[])
        assert (session.visit, session.visits, session.is_finished) == (None, (), False)
        with pytest.raises(ReadingError, match=r"^this case has no visit that can be read$"):
            session.add_lesion("target", longest=line(30))

    def test_the_documents_of_the_example_are_taken_over(self, tmp_path: Path) -> None:
        folder = example_folder()
        reads = tmp_path / "reads"
        reads.mkdir()
        name = "RK-001_reader-A.json"
        (reads / name).write_bytes((folder / "reads" / name).read_bytes())
        session = open_session(tmp_path, visits=[])
        assert session.is_finished
        assert session.visits == ("baseline", "month-2", "month-3", "month-5")
        assert session.missing_to_sign() == ()
        assert session.notices == tuple(
            f"the scans of {label} are not there" for label in session.visits
        )


class TestVisitsThatComeLater:
    def test_a_later_visit_is_read_next(self, session: ReadSession, tmp_path: Path) -> None:
        read_baseline(session)
        sign(session)
        visits = [*facts(), visit("month-6", 7)]
        again = open_session(tmp_path, visits=visits)
        assert again.visits[-1] == "month-6"
        assert again.notices == ()

    def test_one_before_a_signed_visit_is_left_out_and_said(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        read_baseline(session)
        sign(session)
        again = open_session(tmp_path, visits=[*facts(), visit("extra", 1)])
        assert again.visits == ("baseline", "month-2", "month-4")
        assert again.notices == ("extra lies before a visit that is signed, and is left out",)

    def test_one_found_before_the_baseline_moves_no_baseline(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        read_baseline(session)
        early = VisitFacts(
            label="screening", date_first=dt.date(2010, 12, 1), date_last=dt.date(2010, 12, 1)
        )
        again = open_session(tmp_path, visits=[*facts(), early])
        assert again.baseline == "baseline"
        assert again.visits == ("baseline", "month-2", "month-4")
        complete_visit(again)
        sign(again)

    def test_other_dates_of_a_signed_visit_are_said(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        read_baseline(session)
        sign(session)
        again = open_session(tmp_path, visits=[visit("baseline", 1, days=3), *facts()[1:]])
        assert again.notices == ("baseline is signed with other scan dates than are found now",)
        assert again.draft.timepoints["baseline"].date_last == dt.date(2011, 1, 10)

    def test_other_dates_of_an_open_visit_are_taken_over(
        self, session: ReadSession, tmp_path: Path
    ) -> None:
        read_baseline(session)
        again = open_session(tmp_path, visits=[visit("baseline", 1, days=3), *facts()[1:]])
        assert again.draft.timepoints["baseline"].date_last == dt.date(2011, 1, 13)
        assert again.draft.timepoints["baseline"].coverage == "complete"


class TestNavigation:
    def test_lesions_follow_each_other_around_the_end(self, session: ReadSession) -> None:
        read_baseline(session)
        session.go_to_lesion("T1")
        assert [session.next_lesion() for _ in range(3)] == ["T2", "NT1", "T1"]
        assert session.next_lesion(-1) == "NT1"
        session.go_to_lesion(None)
        assert session.next_lesion() == "T1"
        session.go_to_lesion(None)
        assert session.next_lesion(-1) == "NT1"

    def test_the_next_lesion_without_a_state_comes_after_this_one_first(
        self, session: ReadSession
    ) -> None:
        read_baseline(session)
        sign(session)
        session.go_to_visit("month-2")
        session.go_to_lesion("T2")
        assert session.next_unstated() == "NT1"
        session.set_state("present")
        assert session.next_unstated() == "T1"
        session.set_state("absent")
        assert session.next_unstated() == "T2"
        session.set_state("absent")
        assert session.next_unstated() is None
        assert session.lesion == "T2"

    def test_a_new_lesion_can_be_seen_in_retrospect_at_an_open_earlier_visit(
        self, session: ReadSession
    ) -> None:
        read_baseline(session)
        sign(session)
        session.go_to_visit("month-2")
        complete_visit(session)
        sign(session)
        session.go_to_visit("month-4")
        session.add_lesion("new", longest=line(12), certainty="unequivocal")
        session.set_organ("lung")
        complete_visit(session)
        sign(session)
        session.go_to_visit("month-2")
        with pytest.raises(ReadingError, match=r"^there is no lesion N1 at this visit$"):
            session.go_to_lesion("N1")
        session.amend("seen in retrospect")
        row = session.rows()[-1]
        assert (row.lesion.id, row.state, row.missing) == ("N1", None, ())
        assert session.missing_to_sign() == ()
        assert session.next_unstated() is None
        session.go_to_lesion("N1")
        session.set_state("present", certainty="equivocal")
        complete_visit(session)
        sign(session)
        session.go_to_visit("baseline")
        session.amend("once more")
        with pytest.raises(ReadingError, match=r"^there is no lesion N1 at this visit$"):
            session.go_to_lesion("N1")

    def test_what_is_not_there_cannot_be_gone_to(self, session: ReadSession) -> None:
        with pytest.raises(ReadingError, match=r"^there is no visit month-9$"):
            session.go_to_visit("month-9")
        with pytest.raises(ReadingError, match=r"^there is no lesion T9 at this visit$"):
            session.go_to_lesion("T9")

    def test_without_lesions_there_is_no_next_one(self, session: ReadSession) -> None:
        assert (session.next_lesion(), session.next_unstated()) == (None, None)

    def test_going_somewhere_is_no_command(self, session: ReadSession) -> None:
        revision = session.revision
        session.go_to_visit("month-2")
        session.remember(Place(slice=3))
        assert (session.revision, session.can_undo) == (revision, False)


class TestListeners:
    def test_they_hear_of_commands_and_places_until_disconnected(
        self, session: ReadSession
    ) -> None:
        heard: list[tuple[int, str | None]] = []
        disconnect = session.on_change(lambda: heard.append((session.revision, session.lesion)))
        session.add_lesion("target", longest=line(30))
        session.go_to_lesion(None)
        session.undo()
        disconnect()
        disconnect()
        session.redo()
        assert heard == [(2, "T1"), (2, None), (3, None)]

    def test_what_changes_nothing_is_no_event(self, session: ReadSession) -> None:
        session.state_visit(coverage="complete")
        revision = session.revision
        heard: list[int] = []
        session.on_change(lambda: heard.append(session.revision))
        session.state_visit(coverage="complete")
        session.go_to_visit("baseline")
        assert (session.revision, heard) == (revision, [])


class TestTwoWindows:
    def test_the_first_to_write_wins_and_the_other_is_told(self, tmp_path: Path) -> None:
        first, second = open_session(tmp_path), open_session(tmp_path)
        first.add_lesion("target", longest=line(30))
        with pytest.raises(JournalError, match=r"^NOT saved: this read was changed in another"):
            second.add_lesion("target", longest=line(40))
        assert second.draft.lesions == {}
        assert first.add_lesion("target", longest=line(20)) == "T2"
        assert list(open_session(tmp_path).draft.lesions) == ["T1", "T2"]


class TestFullDisk:
    def test_nothing_changes_and_it_is_said(self, session: ReadSession, tmp_path: Path) -> None:
        read_baseline(session)
        with session._journal._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        before, place, message, heard = fill(session)
        assert message == "A.db: NOT saved: database or disk is full"
        assert (session.draft, session.place, heard) == (before, place, 0)
        assert open_session(tmp_path).draft == before


def fill(session: ReadSession) -> tuple[Draft, Place, str, int]:
    """Comment until the disk is full; return what was there before the comment that failed."""
    heard: list[int] = []
    session.on_change(lambda: heard.append(session.revision))
    for number in range(100):
        before, place = session.draft, session.place
        heard.clear()
        try:
            session.state_visit(comment=f"{number} {'x' * 9_000}")
        except JournalError as error:
            return before, place, str(error), len(heard)
    raise AssertionError("the disk was never full")


class TestSummary:
    def test_it_says_what_will_be_signed(self, session: ReadSession) -> None:
        read_baseline(session)
        sign(session)
        session.go_to_visit("month-2")
        assert session.summary().splitlines() == [
            "month-2, scan of 2011-03-11",
            "T1 liver: no state",
            "T2 mesorectal lymph node: no state",
            "NT1 lung: no state",
            f"criteria: {session.charter.criteria.reference}",
        ]
        session.go_to_lesion("T1")
        session.measure(line(30), line(20, upright=True))
        session.next_unstated()
        session.set_state("too-small")
        session.next_unstated()
        session.set_state("not-evaluable", reason="artefact")
        session.state_visit(coverage="complete", image_quality="adequate", new_lesions="none")
        assert session.summary().splitlines()[1:] == [
            "T1 liver: measured 30.0 x 20.0 mm",
            "T2 mesorectal lymph node: too-small",
            "NT1 lung: not-evaluable (artefact)",
            "new lesions: none",
            "coverage: complete",
            "image quality: adequate",
            "overall: PR (targets shrank enough)",
            f"criteria: {session.charter.criteria.reference}",
        ]

    def test_a_visit_of_several_days_says_so(self, tmp_path: Path) -> None:
        session = open_session(tmp_path, visits=[visit("baseline", 1, days=2)])
        assert session.summary().startswith("baseline, scans of 2011-01-10 to 2011-01-12\n")


class TestDamage:
    def test_an_event_that_does_not_fit_is_said(self, session: ReadSession, tmp_path: Path) -> None:
        session._journal.append(SUBJECT, 2, "measure", {"changes": [{"part": "spleen"}]})
        with pytest.raises(JournalError) as raised:
            open_session(tmp_path)
        assert str(raised.value) == ("the journal is damaged: event 2 does not fit those before it")

    def test_nothing_to_undo_or_redo_is_said(self, session: ReadSession) -> None:
        with pytest.raises(ReadingError, match=r"^there is nothing to undo since"):
            session.undo()
        with pytest.raises(ReadingError, match=r"^there is nothing to redo$"):
            session.redo()
