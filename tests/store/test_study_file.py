"""The study's file: its chain, and the tables that follow from it and from nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from recistkit.errors import StoreError
from recistkit.store.anchoring import catch_up
from recistkit.store.bodies import (
    AddScansBody,
    AdjudicateBody,
    AnchorBody,
    AssignBody,
    AssignedRead,
    Body,
    CharterBody,
    ExportBody,
    ExportedFile,
    ImportBody,
    ImportedRead,
    MergeBody,
    RereadBody,
    UnlockBody,
    VisitOfSubject,
    text_hash,
)
from recistkit.store.rows import (
    Adjudication,
    Anchor,
    Assignment,
    CharterVersion,
    Reread,
    Subject,
    Timepoint,
    Unlock,
)
from recistkit.store.schema import PROJECTION
from recistkit.store.study_file import StudyFile
from tests.store.studies import (
    CHARTER,
    MANAGER,
    READERS,
    STUDY,
    adjudicated,
    document,
    journal_of,
    new_study,
    scan,
    signed,
)

Content = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def study(tmp_path: Path) -> StudyFile:
    return new_study(tmp_path)


def content(study: StudyFile) -> Content:
    """Return every table that follows from the chain."""
    with study.looking() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key))
            ]
            for table in PROJECTION
        }


class TestOpening:
    def test_a_study_is_what_was_created(self, study: StudyFile) -> None:
        study.close()
        with StudyFile.open(study.path) as again:
            assert again.study == STUDY
            assert again.charter() == CharterVersion(
                version=1,
                revision=1,
                at_utc="2011-01-10T12:00:00+00:00",
                text=CHARTER,
                sha256=text_hash(CHARTER),
                reason=None,
            )
            assert again.revision == 3
            assert again.head() == again.records()[-1]

    def test_what_is_said_to_be_saved_is_on_disk(self, study: StudyFile) -> None:
        with study._engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 3
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1

    def test_a_study_is_created_once(self, study: StudyFile, tmp_path: Path) -> None:
        before = content(study)
        with pytest.raises(StoreError, match=r"^study\.db: there is a study already$"):
            new_study(tmp_path)
        assert content(study) == before

    def test_no_study_is_made_where_there_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "study.db"
        with pytest.raises(StoreError, match=r"^study\.db: there is no study here$"):
            StudyFile.open(path)
        assert not path.exists()
        path.touch()
        with pytest.raises(StoreError) as raised:
            StudyFile.open(path)
        assert str(raised.value) == "study.db: cannot be opened as a study: it is empty"
        assert path.read_bytes() == b""

    @pytest.mark.parametrize("to_look", [True, False])
    def test_a_journal_is_no_study_and_a_study_no_journal(
        self, study: StudyFile, tmp_path: Path, to_look: bool
    ) -> None:
        journal = journal_of(tmp_path, "A")
        with pytest.raises(StoreError) as raised:
            StudyFile.open(journal.path, to_look=to_look)
        assert str(raised.value) == (
            "A.db: cannot be opened as a study: it is a database of something else"
        )
        study.close()
        study.path.replace(tmp_path / "readers" / "B.db")
        with pytest.raises(StoreError) as raised:
            journal_of(tmp_path, "B")
        assert str(raised.value) == (
            "B.db: cannot be opened as a journal: it is a database of something else"
        )

    def test_a_study_of_a_newer_program_is_refused_untouched(self, study: StudyFile) -> None:
        study.close()
        with closing(sqlite3.connect(study.path)) as other, other:
            other.execute("UPDATE meta SET schema_version = 2")
        before = study.path.read_bytes()
        for to_look in (True, False):
            with pytest.raises(StoreError) as raised:
                StudyFile.open(study.path, to_look=to_look)
            assert str(raised.value) == "study.db: was made by a newer recistkit; update this one"
        assert study.path.read_bytes() == before

    def test_a_study_that_does_not_say_whose_it_is_is_damaged(self, study: StudyFile) -> None:
        study.close()
        with closing(sqlite3.connect(study.path)) as other, other:
            other.execute("DELETE FROM meta")
        with pytest.raises(StoreError) as raised:
            StudyFile.open(study.path)
        assert str(raised.value) == "study.db: is damaged; restore it from the last copy"

    def test_looking_changes_nothing(self, study: StudyFile) -> None:
        study.close()
        before = study.path.read_bytes()
        with StudyFile.open(study.path, to_look=True) as looking:
            assert len(looking.rows(Subject)) == 2
            with pytest.raises(StoreError, match=r"^study\.db: NOT saved: attempt to write a rea"):
                adjudicated(looking, "S001", "A")
        assert study.path.read_bytes() == before

    def test_a_chain_without_a_record_is_damaged(self, study: StudyFile) -> None:
        with closing(sqlite3.connect(study.path)) as other, other:
            other.execute("DROP TRIGGER record_no_delete")
            other.execute("DELETE FROM record")
        with pytest.raises(StoreError, match=r"^study\.db: is damaged: its chain is empty$"):
            study.head()
        assert study.revision == 0


class TestTables:
    def test_scans_come_with_subjects_and_visits(self, study: StudyFile) -> None:
        assert study.rows(Subject) == (
            Subject(subject="S001", added_revision=2),
            Subject(subject="S002", added_revision=2),
        )
        assert study.rows(Timepoint, subject="S002") == (
            Timepoint(subject="S002", label="visit-1", position=1),
            Timepoint(subject="S002", label="visit-2", position=2),
        )
        assert study.scans(subject="S001") == (scan("S001", "visit-1"), scan("S001", "visit-2"))
        assert len(study.scans()) == 4

    def test_a_visit_between_two_moves_the_later_one(self, study: StudyFile) -> None:
        places = {"visit-1": 1, "visit-1b": 2, "visit-2": 3}
        visits = [
            VisitOfSubject(subject="S001", label=label, position=place)
            for label, place in places.items()
        ]
        study.append(
            MANAGER, AddScansBody(timepoints=tuple(visits), scans=(scan("S001", "visit-1b"),))
        )
        found = study.rows(Timepoint, subject="S001")
        assert {one.label: one.position for one in found} == places
        assert len(study.scans(subject="S001")) == 3

    def test_an_assignment_is_given_changed_and_withdrawn(self, study: StudyFile) -> None:
        given_to = AssignedRead(subject="S001", reader="A", role="adjudicator")
        study.append(MANAGER, AssignBody(reads=(given_to,)))
        assert study.rows(Assignment, subject="S001", reader="A") == (
            Assignment(
                subject="S001",
                reader="A",
                role="adjudicator",
                revision=4,
                at_utc="2011-01-10T12:00:03+00:00",
            ),
        )
        study.append(MANAGER, AssignBody(reads=(given_to,), withdrawn=True))
        assert study.rows(Assignment, subject="S001", reader="A") == ()
        assert len(study.rows(Assignment)) == 3

    def test_each_record_names_the_charter_in_force(self, study: StudyFile) -> None:
        study.append(MANAGER, CharterBody.of("id = 2"), reason="windows were too narrow")
        study.append(MANAGER, UnlockBody(subject="S001", reader="A"), reason="wrong node")
        assert [record.charter for record in study.records()] == [1, 1, 1, 2, 2]
        assert study.charter().version == 2
        assert study.charter().reason == "windows were too narrow"

    def test_a_leave_is_good_until_the_study_knows_a_later_signature(
        self, study: StudyFile, tmp_path: Path
    ) -> None:
        journals = {reader: journal_of(tmp_path, reader) for reader in READERS}

        def tell(reader: str, subject: str) -> None:
            signed(journals[reader], subject)
            catch_up(journals[reader], study, READERS[reader])

        def give(reader: str) -> int:
            body = UnlockBody(subject="S001", reader=reader)
            return study.append(MANAGER, body, reason="wrong node").revision

        assert study.leaves() == ()
        tell("A", "S001")
        first = give("A")
        tell("B", "S001")
        tell("A", "S002")
        second = give("B")
        assert [one.revision for one in study.leaves()] == [first, second]
        assert [one.revision for one in study.leaves(reader="A")] == [first]
        tell("A", "S001")
        assert [one.revision for one in study.leaves()] == [second]
        assert study.leaves(subject="S001", reader="A") == ()
        third = give("A")
        assert [one.revision for one in study.leaves()] == [second, third]
        study.restrict_to(["A"])
        assert [(one.reader, one.revision) for one in study.leaves()] == [("A", 0)]
        assert study.leaves(reader="B") == ()

    def test_leaves_of_a_damaged_chain_are_not_told(self, study: StudyFile, tmp_path: Path) -> None:
        study.append(MANAGER, UnlockBody(subject="S001", reader="A"), reason="wrong node")
        journal = journal_of(tmp_path, "A")
        signed(journal, "S001")
        catch_up(journal, study, READERS["A"])
        with closing(sqlite3.connect(study.path)) as other, other:
            other.execute("DROP TRIGGER record_no_update")
            other.execute("UPDATE record SET body = '{' WHERE action = 'ANCHOR'")
        with pytest.raises(StoreError, match=r"^study\.db: is damaged; restore it from the last"):
            study.leaves()

    def test_what_is_anchored_together_has_one_time(self, study: StudyFile, tmp_path: Path) -> None:
        journal = journal_of(tmp_path, "A")
        for subject in ("S001", "S002"):
            signed(journal, subject)
        records = catch_up(journal, study, READERS["A"])
        assert len({one.at_utc for one in records}) == 1
        signed(journal, "S001", "again")
        (later,) = catch_up(journal, study, READERS["A"])
        assert later.at_utc > records[0].at_utc

    def test_unlocking_and_a_second_read_are_known(self, study: StudyFile) -> None:
        study.append(
            MANAGER, UnlockBody(subject="S001", reader="A", timepoint="visit-2"), reason="x"
        )
        study.append(MANAGER, RereadBody(subject="S001", reader="A", shown_as="S900"))
        assert study.rows(Unlock) == (
            Unlock(
                revision=4,
                subject="S001",
                reader="A",
                timepoint="visit-2",
                at_utc="2011-01-10T12:00:03+00:00",
                reason="x",
            ),
        )
        assert study.rows(Reread) == (
            Reread(
                reader="A",
                shown_as="S900",
                subject="S001",
                revision=5,
                at_utc="2011-01-10T12:00:04+00:00",
            ),
        )

    def test_documents_from_elsewhere_bring_their_subjects(self, study: StudyFile) -> None:
        visit = VisitOfSubject(subject="S900", label="visit-1", position=1)
        read = ImportedRead(subject="S900", reader="A", document_hash=text_hash("{}"))
        study.append(MANAGER, ImportBody(subjects=("S900",), timepoints=(visit,), reads=(read,)))
        assert study.rows(Timepoint, subject="S900")[0].label == "visit-1"

    def test_a_later_signature_supersedes_the_one_before(
        self, study: StudyFile, tmp_path: Path
    ) -> None:
        journal = journal_of(tmp_path, "A")
        first, second = signed(journal, "S001"), signed(journal, "S001", "second")
        catch_up(journal, study, READERS["A"])
        found = study.rows(Anchor)
        assert [(one.revision, one.hash, one.superseded) for one in found] == [
            (1, first.hash, True),
            (2, second.hash, False),
        ]
        assert found[1].document_hash == text_hash(document("S001", "A", "second"))
        assert (found[1].timepoint, found[1].at_utc) == ("visit-1", second.at_utc)

    def test_a_read_that_changed_opens_the_decision_again(
        self, study: StudyFile, tmp_path: Path
    ) -> None:
        journal = journal_of(tmp_path, "B")
        signed(journal, "S001")
        catch_up(journal, study, READERS["B"])
        adjudicated(study, "S001", "A")
        adjudicated(study, "S002", None)
        signed(journal, "S001", "first")
        catch_up(journal, study, READERS["B"])
        assert [one.reopened for one in study.rows(Adjudication)] == [False, False]
        signed(journal, "S001", "second")
        catch_up(journal, study, READERS["B"])
        first, other = study.rows(Adjudication)
        assert (first.reopened, first.superseded, first.accepted_reader) == (True, False, "A")
        assert (other.reopened, other.accepted_reader) == (False, None)
        adjudicated(study, "S001", "B", "second")
        again = study.rows(Adjudication, subject="S001")
        assert [(one.superseded, one.reopened) for one in again] == [(True, True), (False, False)]
        assert again[1].reason == "a new node in the liver hilum"

    def test_what_only_is_recorded_changes_no_table(self, study: StudyFile) -> None:
        before = content(study)
        export = ExportBody(files=(ExportedFile(name="reads.zip", sha256=text_hash("")),))
        study.append(MANAGER, export)
        study.append(MANAGER, MergeBody(reader="A", file_sha256=text_hash(""), records=0))
        assert content(study) == before
        assert study.revision == 5


REFUSED = {
    "a subject that is not there": (
        AssignBody(reads=(AssignedRead(subject="S009", reader="A"),)),
        "it names a subject or visit that the study does not have",
    ),
    "a visit that is not there": (
        AddScansBody(scans=(scan("S001", "visit-9"),)),
        "it names a subject or visit that the study does not have",
    ),
    "a scan that is there": (
        AddScansBody(scans=(scan("S001", "visit-1"),)),
        "a scan is in the study already",
    ),
    "grey values that are there": (
        AddScansBody(
            scans=(
                scan("S001", "visit-1").model_copy(
                    update={"series_uid": "2.25.1", "path": "scans/S001/visit-1/2"}
                ),
            )
        ),
        "a scan is in the study already",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_record_is_saved_with_what_it_changes_or_not_at_all(study: StudyFile, name: str) -> None:
    body, message = REFUSED[name]
    before, records = content(study), study.records()
    with pytest.raises(StoreError) as raised:
        study.append(MANAGER, body)
    assert str(raised.value) == f"study.db: NOT saved: {message}"
    assert (content(study), study.records()) == (before, records)


def test_a_table_that_was_changed_is_made_anew(study: StudyFile) -> None:
    before = content(study)
    with closing(sqlite3.connect(study.path)) as other, other:
        other.execute("UPDATE assignment SET reader = 'C' WHERE reader = 'A'")
        other.execute("DELETE FROM scan")
    assert content(study) != before
    study.rebuild()
    assert content(study) == before


SUBJECTS = ("S001", "S002")
READER = st.sampled_from(("A", "B"))
SUBJECT = st.sampled_from(SUBJECTS)
HASH = st.sampled_from([text_hash(word) for word in ("first", "second", "third")])


def bodies() -> st.SearchStrategy[Body]:
    """Return bodies that this small study takes."""
    assigned = st.builds(
        AssignedRead,
        subject=SUBJECT,
        reader=READER,
        role=st.sampled_from(("reader", "adjudicator")),
    )
    compared = st.tuples(HASH, HASH)
    return st.one_of(
        st.builds(
            AssignBody,
            reads=st.lists(
                assigned, min_size=1, max_size=3, unique_by=lambda one: (one.subject, one.reader)
            ).map(tuple),
            withdrawn=st.booleans(),
        ),
        st.builds(UnlockBody, subject=SUBJECT, reader=READER),
        st.builds(CharterBody.of, st.text("ab", min_size=1, max_size=3)),
        st.builds(adjudicate, SUBJECT, st.sampled_from((None, "A", "B")), compared),
        st.builds(moved_visit, SUBJECT, st.integers(1, 5)),
    )


def adjudicate(subject: str, accepted: str | None, hashes: tuple[str, str]) -> AdjudicateBody:
    reads = [{"reader": name, "document_hash": one} for name, one in zip("AB", hashes, strict=True)]
    said = {"subject": subject, "adjudicator": "J", "accepted_reader": accepted}
    return AdjudicateBody.model_validate(said | {"reads": tuple(reads)})


def moved_visit(subject: str, position: int) -> AddScansBody:
    visit = VisitOfSubject(subject=subject, label=f"visit-{position}", position=position)
    return AddScansBody(timepoints=(visit,))


@settings(max_examples=30)
@given(st.lists(bodies(), max_size=12))
def test_tables_that_are_made_anew_equal_those_that_were_kept(
    tmp_path_factory: pytest.TempPathFactory, said: list[Body]
) -> None:
    with new_study(tmp_path_factory.mktemp("study")) as study:
        for number, body in enumerate(said):
            study.append(MANAGER, body, reason="why")
            if number % 3 == 0:
                anchor = next_anchor(study, "A", SUBJECTS[number % 2], text_hash(str(number % 5)))
                study.anchor(READERS["A"], [anchor])
        kept = content(study)
        study.rebuild()
        assert content(study) == kept


def next_anchor(study: StudyFile, reader: str, subject: str, document_hash: str) -> AnchorBody:
    """Return the anchor of the next signature of a read, made up."""
    revision = len(study.rows(Anchor, reader=reader, subject=subject)) + 1
    return AnchorBody(
        subject=subject,
        reader=reader,
        timepoint=None,
        revision=revision,
        hash=text_hash(f"{reader}{subject}{revision}"),
        at_utc="2011-01-10T12:00:00+00:00",
        document_hash=document_hash,
    )


def test_records_that_belong_together_are_saved_together_or_not_at_all(study: StudyFile) -> None:
    visit = VisitOfSubject(subject="S009", label="baseline", position=1)
    new = AddScansBody(subjects=("S009",), timepoints=(visit,))
    again = RereadBody(subject="S001", reader="A", shown_as="S009")
    nobody = RereadBody(subject="S777", reader="A", shown_as="S010")
    before = content(study), study.records()
    with pytest.raises(StoreError, match="a subject or visit that the study does not have"):
        study.append_all(MANAGER, [new, again, nobody], reason="drawn")
    assert (content(study), study.records()) == before
    first, second = study.append_all(MANAGER, [new, again], reason="drawn")
    assert (second.revision, second.previous_hash) == (first.revision + 1, first.hash)
    assert [one.reason for one in (first, second)] == ["drawn", "drawn"]
    assert [one.shown_as for one in study.rows(Reread)] == ["S009"]
