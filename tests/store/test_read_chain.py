"""The chain of a read: signed with its event or not at all, anchored in the study, never purged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from recistkit.errors import JournalError, RevisionTakenError, StoreError
from recistkit.store.anchoring import anchor_of, catch_up, unanchored
from recistkit.store.bodies import (
    AmendBody,
    AnchorBody,
    ImportBody,
    ImportedRead,
    SignBody,
    text_hash,
)
from recistkit.store.chain import Entry, check_chain, first_hash, read_chain
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.signatures import last_revisions, last_signatures, signatures
from recistkit.store.study_file import StudyFile
from tests.store.studies import READERS, STUDY, document, journal_of, new_study, signed

A = READERS["A"]
AMENDED = AmendBody(subject="S001", reader="A", timepoint="visit-1")


@pytest.fixture
def study(tmp_path: Path) -> StudyFile:
    return new_study(tmp_path)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return journal_of(tmp_path, "A")


def imported(*subjects: str) -> Entry:
    reads = [
        ImportedRead(
            subject=one,
            reader="A",
            document=document(one, "A"),
            document_hash=text_hash(document(one, "A")),
        )
        for one in subjects
    ]
    return Entry(actor=A, body=ImportBody(reads=tuple(reads)), charter=1)


class TestSigning:
    def test_event_place_and_record_are_saved_together(self, journal: Journal) -> None:
        record = signed(journal, "S001")
        assert [event.command for event in journal.events("S001")] == ["sign"]
        assert journal.place("S001") == {"slice": 4}
        assert journal.records() == (record,)
        content = record.content()
        assert isinstance(content, SignBody)
        assert content.document == document("S001", "A")
        assert record.at_utc == journal.events("S001")[0].at_utc

    def test_each_read_has_a_chain_of_its_own(self, journal: Journal) -> None:
        signed(journal, "S001")
        signed(journal, "S002")
        reason = "the wrong node"
        journal.append_record("S001", Entry(actor=A, body=AMENDED, charter=1, reason=reason))
        chain = journal.records(read_chain("S001"))
        assert [(one.number, one.revision, one.action) for one in chain] == [
            (1, 1, "SIGN"),
            (3, 2, "AMEND"),
        ]
        assert check_chain(chain, first_hash(STUDY, "A", "read:S001")) == ()

    def test_without_its_record_no_event_is_saved(self, journal: Journal) -> None:
        entry = Entry(actor=A, body=AMENDED, charter=1)
        with pytest.raises(JournalError, match=r"^NOT saved: why\? AMEND needs a reason$"):
            journal.append("S001", 1, "amend", {}, {"slice": 1}, record=entry)
        assert journal.events("S001") == ()
        assert journal.place("S001") is None
        assert journal.records() == ()

    def test_without_its_event_no_record_is_saved(self, journal: Journal) -> None:
        signed(journal, "S001")
        entry = Entry(actor=A, body=AMENDED, charter=1, reason="x")
        with pytest.raises(JournalError, match=r"^NOT saved: this read was changed in another"):
            journal.append("S001", 1, "amend", {}, record=entry)
        assert len(journal.records()) == 1

    def test_a_revision_that_is_taken_says_whose_it_is(self, journal: Journal) -> None:
        record = signed(journal, "S001")
        entry = Entry(actor=A, body=AMENDED, charter=1, reason="x", expected_revision=1)
        with pytest.raises(RevisionTakenError) as raised:
            journal.append_record("S001", entry)
        assert str(raised.value) == (
            f"NOT saved: revision 1 was saved by login-A on room (reader) at {record.at_utc}; "
            "look at it first, then do yours again"
        )

    def test_a_journal_of_no_study_has_no_chain(self, tmp_path: Path) -> None:
        journal = Journal.open(tmp_path / "A.db", "A")
        with pytest.raises(JournalError, match=r"^NOT saved: this journal belongs to no study$"):
            journal.append_record("S001", imported("S001"))

    @pytest.mark.parametrize("statement", ["UPDATE record SET body = '{}'", "DELETE FROM record"])
    def test_the_database_itself_refuses_to_change_a_record(
        self, journal: Journal, statement: str
    ) -> None:
        signed(journal, "S001")
        refused = pytest.raises(sqlite3.IntegrityError, match="a record of a chain never changes")
        with closing(sqlite3.connect(journal.path)) as other, refused:
            other.execute(statement)


class TestBelonging:
    def test_a_journal_belongs_to_the_first_study_that_opens_it(self, tmp_path: Path) -> None:
        path = tmp_path / "A.db"
        Journal.open(path, "A").close()
        assert Journal.open(path, "A").study is None
        Journal.open(path, "A", study=STUDY).close()
        assert Journal.open(path, "A").study == STUDY
        for opened in (Journal.open, Journal.open_to_look):
            with pytest.raises(JournalError, match=r"^A\.db: is the journal of another study$"):
                opened(path, "A", study="OTHER")

    def test_opening_a_journal_of_its_study_writes_nothing(self, journal: Journal) -> None:
        journal.close()
        before = journal.path.read_bytes()
        Journal.open(journal.path, "A", study=STUDY).close()
        assert journal.path.read_bytes() == before


class TestAnchoring:
    def test_a_signature_is_anchored_once(self, journal: Journal, study: StudyFile) -> None:
        record = signed(journal, "S001")
        (body,) = unanchored(journal, study)
        assert body == AnchorBody(
            subject="S001",
            reader="A",
            timepoint="visit-1",
            revision=1,
            hash=record.hash,
            at_utc=record.at_utc,
            document_hash=text_hash(document("S001", "A")),
        )
        (anchored,) = catch_up(journal, study, A)
        assert anchored.content() == body
        assert unanchored(journal, study) == ()
        assert catch_up(journal, study, A) == ()
        assert study.anchor(A, [body]) == ()
        assert len(study.rows(Anchor)) == 1

    def test_what_a_crash_kept_from_the_study_is_caught_up(
        self, journal: Journal, study: StudyFile
    ) -> None:
        for subject in ("S001", "S002", "S001"):
            signed(journal, subject)
            if subject == "S002":
                catch_up(journal, study, A)
        found = [(one.subject, one.revision) for one in unanchored(journal, study)]
        assert found == [("S001", 2)]
        catch_up(journal, study, A)
        assert [(one.subject, one.revision) for one in study.rows(Anchor)] == [
            ("S001", 1),
            ("S001", 2),
            ("S002", 1),
        ]

    def test_a_read_that_is_not_the_one_anchored_is_refused(
        self, journal: Journal, study: StudyFile, tmp_path: Path
    ) -> None:
        signed(journal, "S001")
        catch_up(journal, study, A)
        journal.close()
        journal.path.unlink()
        again = journal_of(tmp_path, "A")
        signed(again, "S001", "other")
        with pytest.raises(StoreError) as raised:
            catch_up(again, study, A)
        assert str(raised.value) == (
            "NOT saved: reader A, subject S001: revision 1 of the read is not the one that the "
            "study knows; run verify"
        )

    def test_a_document_from_elsewhere_is_anchored_too(
        self, journal: Journal, study: StudyFile
    ) -> None:
        journal.append_record("S001", imported("S001"))
        catch_up(journal, study, A)
        assert study.rows(Anchor)[0].document_hash == text_hash(document("S001", "A"))

    def test_an_import_of_several_documents_is_no_read(self, journal: Journal) -> None:
        record = journal.append_record("S001", imported("S001", "S002"))
        with pytest.raises(StoreError, match=r"^read:S001: revision 1 is not one signed read$"):
            anchor_of(record, "A")

    def test_a_journal_of_another_study_is_not_anchored(
        self, study: StudyFile, tmp_path: Path
    ) -> None:
        other = Journal.open(tmp_path / "B.db", "B", study="OTHER")
        with pytest.raises(StoreError, match=r"^B\.db: does not belong to this study$"):
            catch_up(other, study, READERS["B"])

    def test_what_signs_nothing_is_not_anchored(self, journal: Journal, study: StudyFile) -> None:
        entry = Entry(actor=A, body=AMENDED, charter=1, reason="x")
        journal.append("S001", 1, "amend", {}, record=entry)
        assert unanchored(journal, study) == ()


class TestPurging:
    def test_drafts_go_and_the_chain_stays(self, journal: Journal) -> None:
        journal.append("S002", 1, "measure", {"secret": "0123456789" * 1000})
        journal.append("S001", 1, "measure", {"secret": "abcdefghij" * 1000})
        record = signed(journal, "S001")
        assert journal.purge("S001") == 2
        assert journal.events("S001") == ()
        assert len(journal.events("S002")) == 1
        assert journal.records() == (record,)
        journal.close()
        content = journal.path.read_bytes()
        assert b"abcdefghij" not in content
        assert b"0123456789" in content

    def test_events_are_guarded_as_before(self, journal: Journal) -> None:
        signed(journal, "S001")
        journal.purge("S001")
        journal.append("S001", 1, "measure", {})
        with closing(sqlite3.connect(journal.path)) as other:
            with pytest.raises(sqlite3.IntegrityError):
                other.execute("DELETE FROM event")
            triggers = other.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger'")
            assert {row[0] for row in triggers} == set(Journal.kind.triggers)

    @pytest.mark.parametrize("after", ["nothing", "measure", "amend"])
    def test_what_is_not_signed_now_is_not_purged(self, journal: Journal, after: str) -> None:
        if after == "nothing":
            journal.append("S001", 1, "measure", {})
        else:
            signed(journal, "S001")
            entry = Entry(actor=A, body=AMENDED, charter=1, reason="x")
            journal.append("S001", 2, after, {}, record=entry if after == "amend" else None)
        events = journal.events("S001")
        with pytest.raises(JournalError) as raised:
            journal.purge("S001")
        assert str(raised.value) == (
            "was NOT purged: only what is signed, and unchanged since, can be"
        )
        assert journal.events("S001") == events

    @pytest.mark.parametrize("again", [1, 0])
    def test_a_window_is_told_though_there_are_as_many_events_again(
        self, journal: Journal, again: int
    ) -> None:
        other = Journal.open(journal.path, "A")
        if again:
            signed(journal, "S001")
        seen = len(other.events("S001"))
        if not again:
            signed(journal, "S001")
        journal.purge("S001")
        if again:
            journal.append("S001", 1, "import", {})
        assert len(journal.events("S001")) == seen
        with pytest.raises(JournalError, match=r"^NOT saved: this read was changed in another"):
            other.append("S001", seen + 1, "measure", {})
        assert len(other.events("S001")) == seen
        other.append("S001", seen + 1, "measure", {})

    def test_the_last_signatures_are_known_without_their_texts(self, journal: Journal) -> None:
        assert last_signatures(journal) == {}
        for subject in ("S001", "S002", "S001"):
            signed(journal, subject)
        journal.append_record("S002", Entry(actor=A, body=AMENDED, charter=1, reason="x"))
        assert last_signatures(journal) == {"S001": 2, "S002": 1}
        assert last_revisions(journal) == {"S001": 2, "S002": 2}
        assert signatures(journal) == tuple(
            (one.chain.removeprefix("read:"), one.revision, one.hash)
            for one in journal.records()[:3]
        )

    def test_a_chain_without_a_name_is_no_readers(self, journal: Journal) -> None:
        signed(journal, "S001")
        with closing(sqlite3.connect(journal.path)) as other, other:
            other.execute("DROP TRIGGER record_no_update")
            other.execute("UPDATE record SET chain = x'00'")
        for ask in (signatures, last_signatures, last_revisions):
            with pytest.raises(JournalError, match=r"^A\.db: is damaged; restore it from the last"):
                ask(journal)

    def test_a_window_that_still_has_the_case_open_is_told(self, journal: Journal) -> None:
        signed(journal, "S001")
        other = Journal.open(journal.path, "A")
        journal.purge("S001")
        with pytest.raises(JournalError, match=r"^NOT saved: this read was changed in another"):
            other.append("S001", 2, "measure", {})
