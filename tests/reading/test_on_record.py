"""A session goes on from what is on record, also where its drafts are no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from recistkit.errors import ReadingError
from recistkit.reading.cases import find_cases
from recistkit.reading.opening import open_journal
from recistkit.reading.paths import document_path, reads_folder
from recistkit.store.journal import Journal
from recistkit.study.assigning import unlock
from recistkit.study.folder import StudyFolder
from recistkit.study.importing.import_reads import import_reads
from tests.napari_recistkit.small_study import axes_of, opened
from tests.study.small_trial import acting_as, begin_trial, read_all, verified


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    return begin_trial(tmp_path)


def purged(trial: Path, subject: str) -> None:
    """Purge the drafts of a read of A."""
    with acting_as("A"), open_journal(trial, "A") as journal:
        assert journal.purge(subject) > 0


def document_of(trial: Path, subject: str, reader: str = "A") -> Path:
    return document_path(reads_folder(trial, reader), subject, reader)


def test_the_next_visit_follows_from_what_was_signed_before_the_purge(trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",), visits=2)
    with acting_as("A"), opened(trial, "S1", "A") as session:
        session.go_to_visit("week-8")
        before = (session.draft.lesions, session.draft.marks, session.draft.signed)
        responses = session.evaluation().responses
    purged(trial, "S1")
    document_of(trial, "S1").unlink()
    with acting_as("A"):
        (case,) = (one for one in find_cases(trial, "A") if one.subject == "S1")
        assert (case.state, case.signed) == ("draft", ("baseline", "week-8"))
        with opened(trial, "S1", "A") as session:
            assert (session.draft.lesions, session.draft.marks, session.draft.signed) == before
            assert session.visit == "week-16"
            assert session.draft.baseline == "baseline"
            session.go_to_visit("week-8")
            after = session.evaluation().responses
            assert responses is not None
            assert after is not None
            assert after.equals(responses)
        read_all(trial, "A", 0.5, ("S1",), since=2)
    assert document_of(trial, "S1").exists()
    assert verified(trial) == ()


def test_a_purged_read_is_amended_like_any_other(trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",))
    purged(trial, "S1")
    with acting_as("M"), StudyFolder.opened(trial) as study:
        unlock(study, "S1", "A", "query 7")
    with acting_as("A"), opened(trial, "S1", "A") as session:
        session.go_to_visit("week-16")
        session.amend("the wrong slice")
        session.go_to_lesion("T1")
        session.measure(*axes_of("T1", 0.4))
        session.sign("Reader A", "read again")
    with Journal.open_to_look(trial / "readers" / "A.db", "A") as journal:
        assert [one.action for one in journal.records()] == ["SIGN"] * 3 + ["AMEND", "SIGN"]
    assert verified(trial) == ()


def test_an_imported_read_is_gone_on_with_and_its_document_written(
    trial: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    elsewhere = begin_trial(tmp_path / "elsewhere")
    read_all(elsewhere, "A", 0.5, ("S1",), visits=2)
    with acting_as("M"), StudyFolder.opened(trial) as study:
        import_reads(study, [elsewhere / "readers" / "A"])
    with acting_as("A"):
        states = [(case.subject, case.state, case.notes) for case in find_cases(trial, "A")]
        assert states == [
            (
                "S1",
                "draft",
                ("its signed document is not there; opening the case writes it again",),
            ),
            ("S2", "not started", ()),
        ]
        with opened(trial, "S1", "A") as session:
            assert session.visit == "week-16"
            assert session.notices == ("S1_reader-A.json was written again from the journal",)
        read_all(trial, "A", 0.5, ("S1",), since=2)
    with Journal.open_to_look(trial / "readers" / "A.db", "A") as journal:
        assert [one.action for one in journal.records()] == ["IMPORT", "SIGN"]
    assert verified(trial) == ()


def test_a_document_that_the_study_does_not_know_is_not_gone_on_with(
    trial: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    elsewhere = begin_trial(tmp_path / "elsewhere")
    read_all(elsewhere, "A", 0.5, ("S1",))
    target = document_of(trial, "S1")
    target.parent.mkdir(parents=True)
    target.write_bytes(document_of(elsewhere, "S1").read_bytes())
    with acting_as("A"), pytest.raises(ReadingError) as raised, opened(trial, "S1", "A"):
        pass
    assert str(raised.value) == (
        "S1_reader-A.json was not signed in this study; move it away, or ask who manages the "
        "study to import it"
    )
