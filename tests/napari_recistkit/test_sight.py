"""Nothing that comes from seeing is stated of scans that are not there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from napari_recistkit.loading import Loaded, fault_said, load_one
from napari_recistkit.room import Room
from napari_recistkit.sight import series_said, unseen
from recistkit.errors import OutputError
from recistkit.model.series import Series
from recistkit.reading.cases import find_cases
from recistkit.reading.session import ReadSession
from recistkit.store.journal import Journal
from recistkit.study.settings import StudySettings
from tests.napari_recistkit.fake_window import FakeSight, FakeWindow
from tests.napari_recistkit.small_study import write_study
from tests.reading.grids import series_of
from tests.reading.sessions import open_session, read_baseline, sign

CT, MR = (replace(series_of(), uid=uid) for uid in ("1.2.1", "1.2.2"))


class Desk:
    """A room at a follow-up whose scans are not there."""

    def __init__(self, session: ReadSession) -> None:
        self.session, self.window = session, FakeWindow()
        self.sight = FakeSight(fault="loading")
        self.room = Room(session, StudySettings(), self.window, self.sight)

    def states(self) -> list[str | None]:
        return [row.state for row in self.session.rows()]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    session = open_session(tmp_path, journal=Journal.open(tmp_path / "A.db", "A"))
    read_baseline(session)
    sign(session)
    session.go_to_visit("month-2")
    session.go_to_lesion("T1")
    yield Desk(session)
    session.close()


@pytest.mark.parametrize(
    ("lesion", "state"),
    [("T1", "absent"), ("T1", "too-small"), ("NT1", "present"), ("NT1", "progressed")],
)
def test_a_state_from_seeing_is_refused_with_the_reason(
    desk: Desk, lesion: str, state: str
) -> None:
    desk.session.go_to_lesion(lesion)
    before = desk.session.draft
    desk.room.set_state(state)
    assert (desk.window.said, desk.session.draft) == ("month-2: loading", before)
    desk.sight.fault = ""
    desk.room.set_state(state)
    assert state in desk.states()


def test_a_non_target_is_not_gone_and_no_target_merged_unseen(desk: Desk) -> None:
    desk.session.go_to_lesion("NT1")
    desk.room.complete_response()
    assert desk.window.said == "month-2: loading"
    desk.session.go_to_lesion("T1")
    desk.window.said = ""
    desk.room.merge()
    assert (desk.window.said, desk.window.form) == ("month-2: loading", None)


def test_what_cannot_be_seen_is_not_evaluable(desk: Desk) -> None:
    desk.room.not_evaluable()
    desk.window.answer(reason="artefact")
    assert desk.states()[0] == "not-evaluable"


def test_no_statement_of_the_visit_says_that_all_is_well_unseen(desk: Desk) -> None:
    before = desk.session.draft
    for key in (desk.room.no_new_lesions, desk.room.complete_and_adequate):
        desk.window.said = ""
        key()
        assert desk.window.said == "month-2: loading"
    for said in (
        {"new_lesions": "none"},
        {"new_lesions": "equivocal"},
        {"coverage": "complete"},
        {"image_quality": "adequate"},
    ):
        desk.room.edit_statement()
        desk.window.answer(**said)
        assert desk.window.said == "month-2: loading"
        assert desk.window.form is not None  # what was written stays
    assert desk.session.draft is before
    desk.room.edit_statement()
    desk.window.answer(new_lesions="not-assessable", coverage="no scan", image_quality="inadequate")
    assert desk.session.draft.timepoints["month-2"].coverage == "no scan"


def test_what_was_stated_before_is_no_new_statement(desk: Desk) -> None:
    desk.sight.fault = ""
    desk.room.complete_and_adequate()
    desk.sight.fault = "loading"
    desk.room.edit_statement()
    desk.window.answer(comment="motion")
    assert desk.session.draft.timepoints["month-2"].comment == "motion"


# Why


def why(
    *series: Series, loaded: str = "", faulty: str = "", shown: Series = CT, loading: bool = False
) -> str:
    return unseen(
        "week-8",
        series,
        shown,
        loaded=loaded.split(),
        faulty=faulty.split(),
        is_loading=loading,
    )


def test_everything_of_a_visit_is_loaded_or_known_to_be_lost_first() -> None:
    assert why(CT, MR, loaded="1.2.1 1.2.2") == ""
    assert why(CT, MR, loaded="1.2.1", faulty="1.2.2") == ""
    assert why(CT, MR, loaded="1.2.1", loading=True) == (
        "the scans of week-8 are still being loaded"
    )
    assert why(CT, MR, loaded="1.2.1") == (
        "not all scans of week-8 are loaded; open the case again"
    )


def test_a_scan_has_to_be_on_the_screen() -> None:
    assert why(CT, MR, loaded="1.2.2", faulty="1.2.1") == (
        "this scan of week-8 cannot be loaded; look at another one (R)"
    )
    gone = (
        "no scan of week-8 can be shown; what cannot be seen is not evaluable (E), "
        "or is said in other words (D)"
    )
    assert why(CT, MR, faulty="1.2.1 1.2.2") == gone
    assert why() == gone


def test_a_series_is_called_by_what_it_states() -> None:
    bare = replace(CT, modality=None, date=None)
    assert series_said(bare) == "axial"
    dated = replace(bare, modality="PT", date=dt.date(2011, 3, 7))
    assert series_said(dated) == "PT, 2011-03-07, axial"


def test_no_name_of_a_file_is_said_of_a_scan_that_cannot_be_loaded(tmp_path: Path) -> None:
    folder = write_study(tmp_path, ("S1",)) / "S1" / "baseline"
    for suffix in (".nii.gz", ".json"):
        (folder / f"ct{suffix}").rename(folder / f"DOE_JOHN_19500101{suffix}")
    scan = folder / "DOE_JOHN_19500101.nii.gz"
    scan.write_bytes(scan.read_bytes()[:2000])
    (case,) = find_cases(tmp_path, "A")
    found = next(one for one in case.visits[0].series if one.modality == "CT")
    grid, fault = load_one(found)
    said = fault_said(case, Loaded(found.series, grid, fault))
    assert said.startswith("baseline, CT, 2011-01-03, axial: cannot be loaded: ")
    assert "DOE" not in said
    assert all("DOE" not in note for note in (*case.faults, *case.notes))


def test_a_document_and_images_that_are_not_written_are_said_in_one_sentence(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_given: object) -> None:
        raise OutputError("RK-001_reader-A.json: no space left")

    desk.sight.fault = ""
    for lesion in ("T1", "T2", "NT1"):
        desk.session.go_to_lesion(lesion)
        desk.room.set_state("absent")
    desk.room.no_new_lesions()
    desk.room.complete_and_adequate()
    desk.room.sign()
    monkeypatch.setattr("recistkit.reading.signing.save_read_document", no_space)
    desk.window.not_written = ["these key images are not written: T1: no space left"]
    desk.window.answer()
    assert desk.window.said == (
        "month-2 is signed, but RK-001_reader-A.json: no space left; the document is written when "
        "the case is opened again; these key images are not written: T1: no space left"
    )
    assert desk.session.notices == (
        "the signed document is not on disk: RK-001_reader-A.json: no space left",
    )
