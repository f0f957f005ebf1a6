"""A reader's file from elsewhere is added to the one here, or refused and nothing written."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from recistkit.errors import JournalError, ReadingError, RoleError, StoreError
from recistkit.exchange.read_document import read_document_text
from recistkit.model.read import Read, sign_read
from recistkit.reading.merging import MergedFile, merge_reader_files
from recistkit.reading.opening import open_journal
from recistkit.store.actor import Actor
from recistkit.store.anchoring import signed_text
from recistkit.store.bodies import SignBody
from recistkit.store.chain import Entry, read_chain
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.study.assigning import assign, unlock
from recistkit.study.begin import amend_charter
from recistkit.study.folder import StudyFolder
from tests.napari_recistkit.small_study import axes_of, opened
from tests.reading.sessions import SIGNED_AT
from tests.study.small_trial import CHARTER, acting_as, begin_trial, read_all, verified

ANNA = Actor("anna", "laptop", "reader")


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trial in which A has signed the baseline of S1."""
    trial = begin_trial(tmp_path_factory.mktemp("begun"))
    read_all(trial, "A", 0.5, ("S1",), visits=1)
    return trial


@pytest.fixture(scope="module")
def gone_on(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of it in which A has signed a visit more of S1, and all of S2."""
    trial = Path(shutil.copytree(begun, tmp_path_factory.mktemp("gone-on") / "trial"))
    read_all(trial, "A", 0.5, ("S1",), since=1, visits=2)
    read_all(trial, "A", 0.5, ("S2",))
    return trial


@pytest.fixture
def trial(begun: Path, tmp_path: Path) -> Path:
    """The study."""
    return Path(shutil.copytree(begun, tmp_path / "trial"))


@pytest.fixture
def laptop(begun: Path, tmp_path: Path) -> Path:
    """A copy of it elsewhere, in which nothing was done yet."""
    return Path(shutil.copytree(begun, tmp_path / "laptop"))


@pytest.fixture
def ahead(gone_on: Path, tmp_path: Path) -> Path:
    """A copy of it elsewhere, in which A has read on."""
    return Path(shutil.copytree(gone_on, tmp_path / "ahead"))


def merged(trial: Path, *files: Path, person: str = "M") -> tuple[MergedFile, ...]:
    with acting_as(person), StudyFolder.opened(trial) as study:
        return merge_reader_files(study, files)


def file_of(folder: Path, reader: str = "A") -> Path:
    return folder / "readers" / f"{reader}.db"


def refusal(trial: Path, *files: Path) -> str:
    """Return why files are refused; the study is as before."""
    before = {path: path.read_bytes() for path in trial.rglob("*") if path.is_file()}
    with pytest.raises(StoreError) as raised:
        merged(trial, *files)
    assert before == {path: path.read_bytes() for path in trial.rglob("*") if path.is_file()}
    return str(raised.value)


def signed_on(laptop: Path, change: Callable[[str], str], timepoint: str = "baseline") -> None:
    """Add a signature to the read of S1 that no reading room would have given."""
    with Journal.open(file_of(laptop), "A") as journal:
        text = signed_text(journal.records(read_chain("S1"))[-1]) or ""
        body = SignBody.of(subject="S1", reader="A", document=change(text), timepoint=timepoint)
        journal.append_record("S1", Entry(actor=ANNA, body=body, charter=1))


def test_what_was_read_elsewhere_is_on_record_and_gone_on_with(trial: Path, ahead: Path) -> None:
    assert merged(trial, file_of(ahead)) == (
        MergedFile(reader="A", subjects=("S1", "S2"), records=4),
    )
    with acting_as("M"), StudyFolder.opened(trial) as study:
        anchors = study.file.rows(Anchor, superseded=0)
        assert [(one.subject, one.timepoint) for one in anchors] == [
            ("S1", "week-8"),
            ("S2", "week-16"),
        ]
        assert [one.action for one in study.file.records()][-1] == "MERGE"
    for name in ("S1_reader-A.json", "S2_reader-A.json"):
        here, there = (folder / "readers" / "A" / name for folder in (trial, ahead))
        assert here.read_bytes() == there.read_bytes()
    assert verified(trial) == ()
    read_all(trial, "A", 0.5, ("S1",), since=2)
    assert verified(trial) == ()


def test_merging_again_changes_nothing(trial: Path, ahead: Path) -> None:
    merged(trial, file_of(ahead))
    before = file_of(trial).read_bytes()
    assert merged(trial, file_of(ahead)) == (MergedFile(reader="A", subjects=(), records=0),)
    assert file_of(trial).read_bytes() == before


def test_a_file_that_the_study_does_not_have_yet_is_taken_over(trial: Path, laptop: Path) -> None:
    read_all(laptop, "B", 0.9, ("S2",), visits=1)
    merged(trial, file_of(laptop, "B"))
    assert verified(trial) == ()
    with acting_as("B"), opened(trial, "S2", "B") as session:
        assert session.visit == "week-8"


def test_a_draft_comes_with_it_and_what_is_open_here_is_told_so(trial: Path, laptop: Path) -> None:
    read_all(laptop, "A", 0.5, ("S1",), since=1, visits=2, sign=False)
    with acting_as("A"), opened(trial, "S1", "A") as here:
        merged(trial, file_of(laptop))
        with pytest.raises(JournalError, match="was changed in another window"):
            here.state_visit(coverage="complete")
    with acting_as("A"), opened(trial, "S1", "A") as session:
        session.go_to_visit("week-8")
        assert session.missing() == ()
    assert verified(trial) == ()


def test_a_draft_here_is_never_lost(trial: Path, laptop: Path, ahead: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",), since=1, visits=2, sign=False)
    assert refusal(trial, file_of(ahead)) == (
        "nothing was merged:\n"
        "  A.db: S1: the draft in this study is not the one that it goes on from"
    )
    read_all(laptop, "A", 0.5, ("S2",), visits=1)
    merged(trial, file_of(laptop))
    with acting_as("A"), opened(trial, "S1", "A") as session:
        session.go_to_visit("week-8")
        assert session.missing() == ()


def test_a_case_that_was_only_opened_here_keeps_nothing_back(trial: Path, ahead: Path) -> None:
    with acting_as("A"), opened(trial, "S2", "A"):
        pass
    merged(trial, file_of(ahead))
    with acting_as("A"), opened(trial, "S2", "A") as session:
        assert session.is_finished
    assert verified(trial) == ()


def test_what_was_purged_elsewhere_is_still_read_here(trial: Path, ahead: Path) -> None:
    with acting_as("A"), open_journal(ahead, "A") as journal:
        journal.purge("S1")
    merged(trial, file_of(ahead))
    with acting_as("A"), opened(trial, "S1", "A") as session:
        assert session.visit == "week-16"
    assert verified(trial) == ()


def test_records_that_are_here_and_not_there_are_named(trial: Path, ahead: Path) -> None:
    read_all(trial, "A", 0.5, ("S1",), since=1, visits=2)
    assert refusal(trial, file_of(ahead)) == (
        "nothing was merged:\n  A.db: S1: revision 2 of the read is not the one of this study"
    )


def test_a_file_that_was_changed_is_refused(trial: Path, ahead: Path) -> None:
    with closing(sqlite3.connect(file_of(ahead))) as other, other:
        other.execute("DROP TRIGGER record_no_update")
        other.execute("UPDATE record SET login = 'eve' WHERE number = 3")
    said = refusal(trial, file_of(ahead))
    assert said.startswith("nothing was merged:\n  A.db: trigger record_no_update: is missing")
    assert "chain 'read:S2', revision 1: was changed: it does not have its hash" in said


def test_a_file_of_another_study_or_of_nobody_is_refused(trial: Path, tmp_path: Path) -> None:
    Journal.open(tmp_path / "A.db", "A", study="OTHER").close()
    Journal.open(tmp_path / "C.db", "C", study="TRIAL").close()
    Journal.open(tmp_path / "J.db", "B", study="TRIAL").close()
    shutil.copy(tmp_path / "J.db", tmp_path / "B.db")
    assert refusal(
        trial, *(tmp_path / name for name in ("A.db", "C.db", "B.db", "B.db", "no.db"))
    ) == (
        "nothing was merged:\n"
        "  A.db: is the journal of another study\n"
        "  C.db: expected a file named by a reader of the charter, as A.db\n"
        "  no.db: expected a file named by a reader of the charter, as A.db\n"
        "  B.db: stands twice"
    )
    shutil.copy(tmp_path / "J.db", tmp_path / "A.db")
    assert refusal(trial, tmp_path / "A.db") == (
        "nothing was merged:\n  A.db: is the journal of another reader"
    )


def test_what_is_not_assigned_is_refused(trial: Path, ahead: Path) -> None:
    with acting_as("M"), StudyFolder.opened(trial) as study:
        assign(study, ["A"], ["S2"], withdrawn=True)
    assert refusal(trial, file_of(ahead)).splitlines() == [
        "nothing was merged:",
        *(
            f"  A.db: S2, revision {revision}: column 'reader': S2 is not assigned to reader A"
            for revision in (1, 2, 3)
        ),
    ]


def amended(folder: Path) -> None:
    """Amend the baseline of S1 as A."""
    with acting_as("A"), opened(folder, "S1", "A") as session:
        session.go_to_visit("baseline")
        session.amend("the wrong slice")
        session.go_to_lesion("T1")
        session.measure(*axes_of("T1", 0.9))
        session.sign("Reader A", "read again")


def test_an_amendment_needs_the_leave_of_this_study(trial: Path, laptop: Path) -> None:
    with acting_as("M"), StudyFolder.opened(laptop) as study:
        unlock(study, "S1", "A", "query 7")
    amended(laptop)
    assert refusal(trial, file_of(laptop)) == (
        "nothing was merged:\n"
        "  A.db: S1, revision 2: baseline was amended without this study's leave"
    )


def give_leave(*folders: Path) -> None:
    for folder in folders:
        with acting_as("M"), StudyFolder.opened(folder) as study:
            unlock(study, "S1", "A", "query 7")


def test_an_amendment_with_leave_is_merged(trial: Path, tmp_path: Path) -> None:
    give_leave(trial)
    laptop = Path(shutil.copytree(trial, tmp_path / "laptop"))
    amended(laptop)
    assert merged(trial, file_of(laptop))[0].records == 2
    assert verified(trial) == ()
    with pytest.raises(ReadingError, match="ask who manages the study to unlock it first"):
        amended(trial)


def test_one_leave_serves_one_merged_amendment(trial: Path, laptop: Path) -> None:
    give_leave(trial)
    for _ in range(2):
        give_leave(laptop)
        amended(laptop)
    assert refusal(trial, file_of(laptop)) == (
        "nothing was merged:\n"
        "  A.db: S1, revision 4: baseline was amended without this study's leave"
    )
    give_leave(trial)
    merged(trial, file_of(laptop))
    assert verified(trial) == ()


def test_what_was_signed_elsewhere_before_an_amendment_takes_no_leave(
    trial: Path, laptop: Path
) -> None:
    give_leave(trial)
    read_all(laptop, "A", 0.5, ("S1",), since=1, visits=2)
    give_leave(laptop)
    amended(laptop)
    assert merged(trial, file_of(laptop))[0].records == 3
    assert verified(trial) == ()


def test_an_amendment_is_merged_once_the_charter_asks_for_no_leave(
    trial: Path, laptop: Path
) -> None:
    free = f'reading_order = "free"\n{CHARTER}'
    for folder in (trial, laptop):
        change_charter(folder, free)
    amended(laptop)
    copy = Path(shutil.copytree(trial, trial.with_name("strict")))
    change_charter(copy, CHARTER)
    assert refusal(copy, file_of(laptop)) == (
        "nothing was merged:\n"
        "  A.db: S1, revision 2: baseline was amended without this study's leave"
    )
    merged(trial, file_of(laptop))
    assert verified(trial) == ()


def change_charter(folder: Path, text: str) -> None:
    with acting_as("M"), StudyFolder.opened(folder) as study:
        amend_charter(study, text, "as agreed")
    (folder / "study.toml").write_text(text, encoding="utf-8", newline="\n")


def test_a_read_under_another_charter_of_the_same_number_is_refused(
    trial: Path, laptop: Path
) -> None:
    change_charter(trial, f"{CHARTER}# here\n")
    change_charter(laptop, f"{CHARTER}# there\n")
    read_all(laptop, "A", 0.5, ("S1",), since=1, visits=2)
    assert refusal(trial, file_of(laptop)) == (
        "nothing was merged:\n"
        "  A.db: S1, revision 2: names charter 2, which is another one in this study"
    )


def test_criteria_of_a_former_charter_need_not_be_there(trial: Path, laptop: Path) -> None:
    own = trial / "own.toml"
    own.write_text(
        'id = "own"\nversion = "1"\ntitle = "own"\ncitation = "x"\nbased_on = "recist-1.1"\n',
        encoding="utf-8",
    )
    change_charter(trial, f'criteria = "own.toml"\n{CHARTER}')
    change_charter(trial, CHARTER)
    own.unlink()
    read_all(laptop, "A", 0.5, ("S1",), since=1, visits=2)
    assert merged(trial, file_of(laptop))[0].records == 1
    assert verified(trial) == ()


def test_a_visit_that_no_room_would_have_signed_yet_is_refused(
    trial: Path, laptop: Path, gone_on: Path
) -> None:
    with Journal.open_to_look(file_of(gone_on), "A") as journal:
        (_, last) = journal.records(read_chain("S1"))
    read = Read.model_validate_json(signed_text(last) or "")
    bare = read.timepoints[1].model_copy(update={"new_lesions": None, "image_quality": None})
    marks = tuple(one for one in read.marks if (one.lesion, one.timepoint) != ("T2", bare.label))
    draft = read.model_copy(
        update={
            "state": "draft",
            "signature": None,
            "timepoints": (read.timepoints[0], bare),
            "marks": marks,
        }
    )
    signed = sign_read(draft, name="Reader A", meaning="read", signed_at=SIGNED_AT)
    signed_on(laptop, lambda _: read_document_text(signed), "week-8")
    assert refusal(trial, file_of(laptop)).splitlines() == [
        "nothing was merged:",
        *(
            f"  A.db: S1, revision 2: week-8 cannot be signed yet: week-8{what}"
            for what in (
                ", T2: what is its state?",
                ": are there new lesions?",
                ": is the image quality adequate?",
            )
        ),
    ]


@pytest.mark.parametrize(
    ("timepoint", "said"),
    [
        ("baseline", "baseline was signed already, and not amended"),
        ("week-16", "is no signature of baseline, the last visit of its document"),
    ],
)
def test_a_signature_that_no_room_would_have_given_is_refused(
    trial: Path, laptop: Path, timepoint: str, said: str
) -> None:
    signed_on(laptop, str, timepoint)
    assert refusal(trial, file_of(laptop)) == (
        f"nothing was merged:\n  A.db: S1, revision 2: {said}"
    )


def test_what_is_signed_and_fixed_stays_as_it_was(trial: Path, laptop: Path, gone_on: Path) -> None:
    with Journal.open_to_look(file_of(gone_on), "A") as journal:
        (_, last) = journal.records(read_chain("S1"))
    read = Read.model_validate_json(signed_text(last) or "")
    otherwise = read.timepoints[0].model_copy(update={"image_quality": "limited"})
    draft = read.model_copy(
        update={
            "state": "draft",
            "signature": None,
            "timepoints": (otherwise, *read.timepoints[1:]),
        }
    )
    signed = sign_read(draft, name="Reader A", meaning="read", signed_at=SIGNED_AT)
    signed_on(laptop, lambda _: read_document_text(signed), "week-8")
    assert refusal(trial, file_of(laptop)) == (
        "nothing was merged:\n  A.db: S1, revision 2: baseline was changed and not amended"
    )


def test_what_is_signed_of_a_lesion_stays_as_it_was(
    trial: Path, laptop: Path, gone_on: Path
) -> None:
    with Journal.open_to_look(file_of(gone_on), "A") as journal:
        (_, last) = journal.records(read_chain("S1"))
    read = Read.model_validate_json(signed_text(last) or "")
    first = read.lesions[0].model_copy(update={"nodal": True})
    draft = read.model_copy(
        update={"state": "draft", "signature": None, "lesions": (first, *read.lesions[1:])}
    )
    signed = sign_read(draft, name="Reader A", meaning="read", signed_at=SIGNED_AT)
    signed_on(laptop, lambda _: read_document_text(signed), "week-8")
    assert refusal(trial, file_of(laptop)) == (
        "nothing was merged:\n  A.db: S1, revision 2: baseline was changed and not amended"
    )


def test_a_document_of_one_subject_is_no_read_of_another(trial: Path, laptop: Path) -> None:
    with Journal.open(file_of(laptop), "A") as journal:
        text = signed_text(journal.records(read_chain("S1"))[-1]) or ""
        body = SignBody.of(subject="S2", reader="A", document=text, timepoint="baseline")
        journal.append_record("S2", Entry(actor=ANNA, body=body, charter=1))
    assert refusal(trial, file_of(laptop)) == (
        "nothing was merged:\n  A.db: chain 'read:S2', revision 1: is of another subject"
    )


def test_a_draft_that_cannot_be_gone_on_with_is_refused(trial: Path, laptop: Path) -> None:
    with Journal.open(file_of(laptop), "A") as journal:
        revision = len(journal.events("S1")) + 1
        journal.append("S1", revision, "measure", {})
    assert "the journal is damaged: event" in refusal(trial, file_of(laptop))


def test_a_draft_that_opens_what_is_signed_is_refused(trial: Path, laptop: Path) -> None:
    with Journal.open(file_of(laptop), "A") as journal:
        events = journal.events("S1")
        signed = next(
            change for one in events if one.command == "sign" for change in one.body["changes"]
        )
        back = {"part": signed["part"], "before": signed["after"], "after": None}
        journal.append("S1", len(events) + 1, "amend", {"changes": [back]})
    assert refusal(trial, file_of(laptop)) == (
        "nothing was merged:\n  A.db: S1: the draft opens baseline again, signed and not amended"
    )


def test_a_read_that_cannot_be_classified_is_refused(trial: Path, laptop: Path) -> None:
    with Journal.open(file_of(laptop), "A") as journal:
        text = signed_text(journal.records(read_chain("S1"))[-1]) or ""
        read = Read.model_validate_json(text)
        bare = read.marks[0].model_copy(
            update={
                "state": "not-evaluable",
                "reason": "artefact",
                **dict.fromkeys(("longest", "short", "longest_mm", "short_mm")),
            }
        )
        images = [mark.model_copy(update={"image": None}) for mark in (bare, *read.marks[1:])]
        draft = read.model_copy(
            update={"subject": "S2", "state": "draft", "signature": None, "marks": tuple(images)}
        )
        signed = sign_read(draft, name="Reader A", meaning="read", signed_at=SIGNED_AT)
        document = read_document_text(signed)
        body = SignBody.of(subject="S2", reader="A", document=document, timepoint="baseline")
        journal.append_record("S2", Entry(actor=ANNA, body=body, charter=1))
    assert "target T1 has no size at the baseline" in refusal(trial, file_of(laptop))


def test_a_document_in_other_words_than_ours_is_refused(trial: Path, laptop: Path) -> None:
    signed_on(laptop, lambda text: text + "\n", "baseline")
    assert "S1, revision 2: holds a document in other words than this program writes" in (
        refusal(trial, file_of(laptop))
    )


def test_visits_are_signed_in_their_order(trial: Path, laptop: Path, gone_on: Path) -> None:
    with Journal.open_to_look(file_of(gone_on), "A") as journal:
        texts = [signed_text(one) or "" for one in journal.records(read_chain("S2"))]
    visits = ("week-16", "baseline", "week-16")
    with Journal.open(file_of(laptop), "A") as journal:
        for text, visit in zip((texts[2], texts[0], texts[2]), visits, strict=True):
            body = SignBody.of(subject="S2", reader="A", document=text, timepoint=visit)
            journal.append_record("S2", Entry(actor=ANNA, body=body, charter=1))
    assert refusal(trial, file_of(laptop)) == (
        "nothing was merged:\n"
        "  A.db: S2, revision 1: week-16 is signed before baseline\n"
        "  A.db: S2, revision 2: does not follow week-16, which was signed before it\n"
        "  A.db: S2, revision 2: week-8, week-16 was changed and not amended\n"
        "  A.db: S2, revision 3: does not follow baseline, which was signed before it"
    )


def test_a_login_that_may_not_sign_is_refused(trial: Path, laptop: Path) -> None:
    with Journal.open(file_of(laptop), "A") as journal:
        text = signed_text(journal.records(read_chain("S1"))[-1]) or ""
        body = SignBody.of(subject="S1", reader="A", document=text, timepoint="baseline")
        for actor, charter in ((Actor("eve", "laptop", "reader"), 1), (ANNA, 2)):
            journal.append_record("S1", Entry(actor=actor, body=body, charter=charter))
    again = "baseline was signed already, and not amended"
    assert refusal(trial, file_of(laptop)) == (
        "nothing was merged:\n"
        "  A.db: S1, revision 2: was made by a login that may not do so\n"
        f"  A.db: S1, revision 2: {again}\n"
        "  A.db: S1, revision 3: names charter 2, which this study does not have\n"
        f"  A.db: S1, revision 3: {again}"
    )


def test_an_anchored_signature_that_is_in_no_file_is_missed(ahead: Path, laptop: Path) -> None:
    file_of(ahead).unlink()
    assert refusal(ahead, file_of(laptop)).splitlines() == [
        "nothing was merged:",
        *(
            f"  A.db: chain 'read:{name}', revision {revision}: is anchored in the study and is "
            "not there"
            for name, revision in (("S1", 2), ("S2", 1), ("S2", 2), ("S2", 3))
        ),
    ]


def test_what_was_merged_and_not_anchored_is_made_up_for(
    trial: Path, ahead: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StoreError("study.db: NOT saved: database is locked")

    with monkeypatch.context() as broken:
        broken.setattr("recistkit.reading.merging.catch_up", fails)
        with pytest.raises(StoreError, match="database is locked"):
            merged(trial, file_of(ahead))
    merged(trial, file_of(ahead))
    with acting_as("M"), StudyFolder.opened(trial) as study:
        assert len(study.file.rows(Anchor, subject="S2")) == 3
        assert [one.action for one in study.file.records()].count("MERGE") == 1
    assert verified(trial) == ()


def test_a_document_that_was_not_signed_here_is_not_written_over(trial: Path, ahead: Path) -> None:
    documents = trial / "readers" / "A"
    other = (ahead / "readers" / "A" / "S2_reader-A.json").read_text(encoding="utf-8")
    document, unsound = documents / "S1_reader-A.json", documents / "S2_reader-A.json"
    document.write_text(other, encoding="utf-8")
    unsound.write_bytes(b"")
    (done,) = merged(trial, file_of(ahead))
    assert done.faults == (
        "S1_reader-A.json is not the document that was signed here; it is left as it is",
    )
    assert document.read_text(encoding="utf-8") == other
    assert unsound.read_text(encoding="utf-8") == other


def test_only_the_manager_merges(trial: Path, laptop: Path) -> None:
    for person in ("A", "J"):
        with pytest.raises(RoleError):
            merged(trial, file_of(laptop), person=person)
