"""A trial from its charter to its export: who may do and see what, and what stands on record."""

from __future__ import annotations

from pathlib import Path

import pytest

from recistkit.errors import OptionError, ReadingError, RoleError, StoreError
from recistkit.exchange.on_disk import settle_folder, write_to_disk
from recistkit.reading.cases import find_cases
from recistkit.store.rows import Anchor
from recistkit.study.adjudicating import Choice, adjudicate, case_to_adjudicate, decisions_of
from recistkit.study.assigning import assign, unlock
from recistkit.study.begin import amend_charter
from recistkit.study.classify import classify
from recistkit.study.exporting import export_study
from recistkit.study.folder import StudyFolder
from recistkit.study.interim_reads import interim_warnings
from recistkit.study.progress import progress
from recistkit.study.reconcile import reconcile
from tests.napari_recistkit.small_study import opened
from tests.study.small_trial import CHARTER, acting_as, begin_trial, read_all, verified

OWN_CRITERIA = """\
id = "own"
version = "1"
title = "Own"
citation = "Protocol, version 2"
based_on = "recist-1.1"

[best_response]
confirmation_days = 90
source = "protocol, 7.3"
"""


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    return begin_trial(tmp_path)


def states(trial: Path, person: str) -> list[tuple[str, str, str]]:
    with acting_as(person), StudyFolder.opened(trial, to_look=True) as study:
        return [(row["subject"], row["reader"], row["state"]) for row in progress(study).to_dicts()]


def test_two_blind_reads_an_adjudication_and_an_export(trial: Path, tmp_path: Path) -> None:
    read_all(trial, "A", 0.5)
    assert states(trial, "A") == [("S1", "A", "complete"), ("S2", "A", "complete")]
    assert states(trial, "B") == [("S1", "B", "not-started"), ("S2", "B", "not-started")]
    assert [one[2] for one in states(trial, "J")] == ["waiting", "waiting"]
    with (
        acting_as("J"),
        StudyFolder.opened(trial) as study,
        pytest.raises(OptionError, match="S1 waits: its two reads are not both complete"),
    ):
        case_to_adjudicate(study, "S1")
    read_all(trial, "B", 0.9)
    assert [one[2] for one in states(trial, "J")] == ["open", "open"]
    with acting_as("J"), StudyFolder.opened(trial) as study:
        for subject in ("S1", "S2"):
            case = case_to_adjudicate(study, subject)
            choice: Choice = "A" if case.a.anchor.reader == "B" else "B"
            adjudicate(study, case, choice, "the edge of T1 is where B drew it")
        decided = decisions_of(study)
    assert decided is not None
    assert decided["accepted_reader"].to_list() == ["B", "B"]
    with acting_as("M"):
        best = classify(trial).best.filter(compartment="overall")
        assert dict(zip(best["reader"], best["best_response"], strict=False)) == {
            "A": "PR",
            "B": "SD",
        }
        accepted = reconcile(trial, readers=["A", "B"]).accepted_best
        assert accepted["reader"].to_list() == ["B", "B"]
        with StudyFolder.opened(trial) as study:
            files = [one.name for one in export_study(study, tmp_path / "export")]
    assert files == [
        "audit.csv",
        "charter.toml",
        "decisions.csv",
        "reads.csv",
        "reads/S1_reader-A.json",
        "reads/S1_reader-B.json",
        "reads/S2_reader-A.json",
        "reads/S2_reader-B.json",
        "visits.csv",
    ]
    audit = (tmp_path / "export" / "audit.csv").read_text(encoding="utf-8")
    assert [audit.count(f",{word},") for word in ("CREATE", "SIGN", "ANCHOR", "ADJUDICATE")] == [
        1,
        12,
        12,
        2,
    ]
    assert verified(trial) == ()


def test_the_study_gives_the_same_tables_as_its_exported_documents(
    trial: Path, tmp_path: Path
) -> None:
    read_all(trial, "A", 0.6)
    with acting_as("M"):
        with StudyFolder.opened(trial) as study:
            export_study(study, tmp_path / "export")
        of_study = classify(trial)
    of_documents = classify(tmp_path / "export" / "reads")
    of_table = classify(
        tmp_path / "export" / "reads.csv", visits=tmp_path / "export" / "visits.csv"
    )
    for other in (of_documents, of_table):
        assert of_study.responses.equals(other.responses)
        assert of_study.best.equals(other.best)


def test_reads_that_are_not_signed_to_the_last_visit_are_named(trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S2",))
    read_all(trial, "A", 0.5, ("S1",), visits=2)
    with acting_as("M"):
        assert classify(trial).warnings == ("1 read is not signed to the last visit: A S1",)
    read_all(trial, "B", 0.5, visits=2)
    with acting_as("M"):
        assert reconcile(trial, readers=["A", "B"]).warnings == (
            "3 reads are not signed to the last visit: A S1, B S1, B S2",
        )


def test_a_warning_of_many_interim_reads_names_the_first() -> None:
    anchors = [
        Anchor(
            reader="A",
            subject=f"S{number}",
            revision=1,
            hash="",
            at_utc="",
            timepoint="week-8",
            document_hash="",
            superseded=False,
        )
        for number in range(1, 8)
    ]
    visits = dict.fromkeys((one.subject for one in anchors), ("week-8", "week-16"))
    assert interim_warnings(anchors, visits) == (
        "7 reads are not signed to the last visit: A S1, A S2, A S3, A S4, A S5 and 2 more",
    )


def test_a_trial_confirms_after_the_days_that_its_criteria_state(trial: Path) -> None:
    (trial / "own.toml").write_text(OWN_CRITERIA, encoding="utf-8")
    with acting_as("M"), StudyFolder.opened(trial) as study:
        amend_charter(study, f'criteria = "own.toml"\n{CHARTER}', "protocol amendment")
    with StudyFolder.opened(trial, to_look=True) as study:
        criteria = study.settings.load_criteria(study.path)
    assert (criteria.id, criteria.best_response.confirmation_days) == ("own", 90)


@pytest.mark.parametrize("person", ["B", "J"])
def test_the_batch_commands_are_for_who_manages_the_study(trial: Path, person: str) -> None:
    read_all(trial, "A", 0.5, ("S1",))
    with acting_as(person), pytest.raises(RoleError, match="this needs the role manager;"):
        classify(trial)


def test_a_login_reads_under_its_own_id_only(trial: Path) -> None:
    with acting_as("A"), pytest.raises(RoleError, match="the login anna may not read as B"):
        find_cases(trial, "B")
    with acting_as("A"), pytest.raises(RoleError, match="this needs the role adjudicator"):
        find_cases(trial, "J")


def test_a_reader_sees_the_subjects_that_are_assigned(trial: Path) -> None:
    with acting_as("M"), StudyFolder.opened(trial) as study:
        changed = assign(study, ["A"], ["S2"], withdrawn=True)
        assert [(one.subject, one.reader) for one in changed] == [("S2", "A")]
    with acting_as("A"):
        assert [case.subject for case in find_cases(trial, "A")] == ["S1"]


def test_a_signed_visit_is_opened_again_only_with_leave(trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",))
    with acting_as("A"), opened(trial, "S1", "A") as session:
        session.go_to_visit("week-8")
        with pytest.raises(ReadingError, match="ask who manages the study to unlock it first"):
            session.amend("the wrong slice")
    with acting_as("M"), StudyFolder.opened(trial) as study:
        unlock(study, "S1", "A", "query 7", timepoint="week-8")
    assert states(trial, "A")[0][2] == "unlocked"
    with acting_as("A"), opened(trial, "S1", "A") as session:
        session.go_to_visit("week-8")
        session.amend("the wrong slice")
        session.sign("Reader A", "read again")
    assert states(trial, "A")[0][2] == "complete"
    assert verified(trial) == ()


def test_a_read_that_is_signed_anew_opens_its_case_again(trial: Path) -> None:
    for reader, share in (("A", 0.5), ("B", 0.9)):
        read_all(trial, reader, share, ("S1",))
    with acting_as("J"), StudyFolder.opened(trial) as study:
        adjudicate(study, case_to_adjudicate(study, "S1"), "neither", "both miss the node")
    with acting_as("M"), StudyFolder.opened(trial) as study:
        unlock(study, "S1", "A", "query 8")
    with acting_as("A"), opened(trial, "S1", "A") as session:
        session.go_to_visit("week-16")
        session.amend("one more look")
        session.sign("Reader A", "read again")
    with acting_as("J"), StudyFolder.opened(trial) as study:
        assert decisions_of(study) is None
    assert states(trial, "J")[0][2] == "open"


def test_a_signature_that_the_study_missed_is_anchored_at_the_next_opening(
    trial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StoreError("study.db: NOT saved: database is locked")

    with monkeypatch.context() as broken:
        broken.setattr("recistkit.reading.read_chain.catch_up", fails)
        read_all(trial, "A", 0.5, ("S1",))
    with acting_as("M"), StudyFolder.opened(trial) as study:
        assert study.file.rows(Anchor) == ()
    with acting_as("A"), opened(trial, "S1", "A") as session:
        assert session.notices == ()
    assert states(trial, "A")[0] == ("S1", "A", "complete")
    assert verified(trial) == ()


def test_only_the_manager_assigns_unlocks_and_exports(trial: Path, tmp_path: Path) -> None:
    for person in ("A", "J"):
        with acting_as(person), StudyFolder.opened(trial) as study:
            with pytest.raises(RoleError):
                assign(study, ["A"])
            with pytest.raises(RoleError):
                unlock(study, "S1", "A", "because")
            with pytest.raises(RoleError):
                export_study(study, tmp_path / "export")
    assert not (tmp_path / "export").exists()


def test_a_reader_verifies_his_own_file_and_learns_of_no_other(trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",))
    (trial / "readers" / "A.db").unlink()
    assert verified(trial, "B") == ()
    assert verified(trial, "J") == ()
    gone = (
        "A.db: is not there, and holds what was signed",
        "S1_reader-A.json: is not what was signed last",
    )
    assert (verified(trial), verified(trial, "A")) == (gone, gone)


def test_an_export_is_on_disk_before_the_study_says_so(
    trial: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_all(trial, "A", 0.5, ("S1",))
    output, done = tmp_path / "export", list[str]()

    def settle(folder: Path) -> None:
        done.append(f"settled {folder.name}")
        settle_folder(folder)

    def write(path: Path, data: bytes) -> None:
        done.append(f"wrote {path.name}")
        write_to_disk(path, data)

    def full(*_: object) -> None:
        assert output.is_dir()
        done.append("recorded")
        raise StoreError("study.db: NOT saved: database or disk is full")

    monkeypatch.setattr("recistkit.study.exporting.settle_folder", settle)
    monkeypatch.setattr("recistkit.study.exporting.write_to_disk", write)
    with acting_as("M"), StudyFolder.opened(trial) as study, monkeypatch.context() as broken:
        broken.setattr(study.file, "append", full)
        with pytest.raises(StoreError, match="database or disk is full"):
            export_study(study, output)
    assert [one for one in done if one.startswith("wrote")] == [
        "wrote S1_reader-A.json",
        "wrote reads.csv",
        "wrote visits.csv",
        "wrote charter.toml",
        "wrote audit.csv",
        "wrote SHA256SUMS",
    ]
    assert done[6:8] == ["settled .export.part", "settled reads"]
    assert done[8:] == [f"settled {tmp_path.name}", "recorded"]
    assert not output.exists()
    with acting_as("M"), StudyFolder.opened(trial) as study:
        assert len(export_study(study, output)) == 5


def test_an_export_is_written_outside_the_study(trial: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",))
    with (
        acting_as("M"),
        StudyFolder.opened(trial) as study,
        pytest.raises(OptionError, match="an export names all readers: expected a folder outside"),
    ):
        export_study(study, trial / "readers" / "B" / "export")
    assert not (trial / "readers" / "B").exists()
