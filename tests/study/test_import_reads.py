"""Documents made elsewhere become signed reads, all of them or none, and are told from others."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from recistkit.errors import DocumentError, JournalError, OptionError, RoleError, TableError
from recistkit.exchange.read_document import (
    load_read_document,
    read_document_text,
    save_read_document,
)
from recistkit.model.read import CriteriaReference, Read, content_hash
from recistkit.store.anchoring import signed_text
from recistkit.store.bodies import ImportBody
from recistkit.store.chain import Entry
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.study.adding.key_file import default_key_file
from recistkit.study.assigning import assign
from recistkit.study.classify import classify
from recistkit.study.folder import StudyFolder
from recistkit.study.importing.import_reads import ImportedReads, import_reads
from recistkit.study.progress import progress
from tests.study.small_trial import acting_as, begin_trial, copy_key, read_all, verified

CHANGED = "does not fit the document: its content is not what was signed"
ORIGINAL_SERIES = {"S1": "1.2.1", "S2": "1.2.4"}
"""What the scan of each baseline was called where it came from."""


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents of both readers, made in another copy of the trial."""
    folder = tmp_path_factory.mktemp("pilot")
    trial = begin_trial(folder)
    for reader, share in (("A", 0.5), ("B", 0.9)):
        read_all(trial, reader, share)
    documents = folder / "documents"
    documents.mkdir()
    for path in sorted((trial / "readers").glob("*/*.json")):
        save_read_document(on_series(load_read_document(path)), documents / path.name)
    return documents


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    trial = begin_trial(tmp_path)
    copy_key(trial)
    return trial


def on_series(read: Read) -> Read:
    """Return a document whose marks of the baseline name the original series."""
    series = ORIGINAL_SERIES[read.subject]
    return resigned(
        read,
        marks=tuple(
            mark.model_copy(update={"image": mark.image.model_copy(update={"series": series})})
            if mark.timepoint == "baseline" and mark.image
            else mark
            for mark in read.marks
        ),
    )


def resigned(read: Read, **changed: Any) -> Read:  # noqa: ANN401  fields of a read
    """Return a document otherwise, signed by the same with the hash that it has then."""
    read = read.model_copy(update=changed)
    if read.signature is None:
        return read
    signature = read.signature.model_copy(update={"hash": content_hash(read)})
    return read.model_copy(update={"signature": signature})


def changed(path: Path, folder: Path, **values: Any) -> Path:  # noqa: ANN401  fields of a read
    """Write a document otherwise; return where."""
    read = resigned(load_read_document(path), **values)
    target = folder / path.name
    target.write_text(read_document_text(read), encoding="utf-8")
    return target


def imported(trial: Path, *documents: Path, person: str = "M", **options: Any) -> ImportedReads:  # noqa: ANN401
    with acting_as(person), StudyFolder.opened(trial) as study:
        return import_reads(study, documents, **options)


def faults_of(trial: Path, *documents: Path, **options: Any) -> list[str]:  # noqa: ANN401
    """Return what is said of documents that are refused; nothing was written."""
    with pytest.raises(DocumentError) as raised:
        imported(trial, *documents, **options)
    assert not (trial / "readers").exists() or not list((trial / "readers").glob("*.db"))
    return [f"{fault.column}: {fault.message}" for fault in raised.value.faults]


def test_documents_become_signed_reads_that_give_the_same_responses(
    trial: Path, pilot: Path
) -> None:
    done = imported(trial, pilot)
    assert [(one.subject, one.reader, one.timepoint) for one in done.added] == [
        ("S1", "A", "week-16"),
        ("S1", "B", "week-16"),
        ("S2", "A", "week-16"),
        ("S2", "B", "week-16"),
    ]
    with acting_as("M"):
        of_study, of_documents = classify(trial), classify(pilot)
    assert of_study.responses.equals(of_documents.responses)
    assert of_study.best.equals(of_documents.best)
    assert verified(trial) == ()


def test_the_record_says_who_imported_it_and_from_which_file(trial: Path, pilot: Path) -> None:
    document = pilot / "S1_reader-A.json"
    imported(trial, document)
    with Journal.open_to_look(trial / "readers" / "A.db", "A") as journal:
        (record,) = journal.records()
    content = record.content()
    assert (record.action, record.role, record.login) == ("IMPORT", "manager", "mona")
    assert isinstance(content, ImportBody)
    assert content.reads[0].original_sha256 == hashlib.sha256(document.read_bytes()).hexdigest()


def test_series_are_called_as_the_study_calls_them_and_the_hash_is_made_anew(
    trial: Path, pilot: Path
) -> None:
    imported(trial, pilot / "S1_reader-A.json")
    with acting_as("M"), StudyFolder.opened(trial) as study:
        (scan,) = study.file.scans(subject="S1", timepoint="baseline")
    with Journal.open_to_look(trial / "readers" / "A.db", "A") as journal:
        text = signed_text(journal.records()[0]) or ""
    assert "1.2.1" not in text
    read, original = (
        Read.model_validate_json(one)
        for one in (text, (pilot / "S1_reader-A.json").read_text(encoding="utf-8"))
    )
    assert {mark.image.series for mark in read.marks if mark.image} == {scan.series_uid}
    assert read.signature is not None
    assert original.signature is not None
    assert read.signature.hash == content_hash(read) != original.signature.hash
    assert read.signature.signed_at == original.signature.signed_at


def test_without_the_key_file_the_former_series_are_not_known(trial: Path, pilot: Path) -> None:
    default_key_file(trial).unlink()
    said = faults_of(trial, pilot / "S1_reader-A.json")
    assert said == [
        f"S1_reader-A.json: marks.{number}.image.series: "
        "the study has no such series of this subject"
        for number in range(3)
    ]


def test_what_was_imported_before_is_left_as_it_is(trial: Path, pilot: Path) -> None:
    imported(trial, pilot / "S1_reader-A.json")
    again = imported(trial, pilot)
    assert ([one.subject for one in again.added], again.known) == (["S1", "S2", "S2"], 1)
    third = imported(trial, pilot)
    assert (third.added, third.known) == ((), 4)


def test_another_document_of_a_read_that_is_signed_is_refused(
    trial: Path, pilot: Path, tmp_path: Path
) -> None:
    imported(trial, pilot / "S1_reader-A.json")
    text = (pilot / "S1_reader-A.json").read_text(encoding="utf-8")
    other = tmp_path / "S1_reader-A.json"
    other.write_text(text.replace("Reader A", "Reader X"), encoding="utf-8")
    with pytest.raises(DocumentError) as raised:
        imported(trial, other)
    assert str(raised.value) == (
        "documents: 1 fault\n  column 'S1_reader-A.json': reader A has signed S1 already"
    )


def test_a_case_that_its_reader_has_opened_is_not_taken_from_him(trial: Path, pilot: Path) -> None:
    read_all(trial, "A", 0.5, ("S2",))
    with pytest.raises(DocumentError) as raised:
        imported(trial, pilot)
    assert [fault.message for fault in raised.value.faults] == ["reader A has signed S2 already"]
    with acting_as("M"), StudyFolder.opened(trial) as study:
        assert {(one.subject, one.reader) for one in study.file.rows(Anchor)} == {("S2", "A")}
    assert not (trial / "readers" / "B.db").exists()


def test_every_fault_of_every_document_is_said_at_once(
    trial: Path, pilot: Path, tmp_path: Path
) -> None:
    one, two, three, four = sorted(pilot.glob("*.json"))
    read = load_read_document(one)
    earlier = read.timepoints[0].model_copy(update={"date_first": dt.date(2011, 1, 2)})
    with acting_as("M"), StudyFolder.opened(trial) as study:
        assign(study, ["B"], ["S2"], withdrawn=True)
    documents = [
        changed(one, tmp_path, study="OTHER", timepoints=(earlier, *read.timepoints[1:])),
        changed(two, tmp_path, reader="C"),
        changed(three, tmp_path, state="draft", signature=None),
        four,
    ]
    text = one.read_text(encoding="utf-8")
    twice, tampered = tmp_path / "twice.json", tmp_path / "tampered.json"
    twice.write_text(text.replace("Reader A", "Reader X"), encoding="utf-8")
    tampered.write_text(text.replace("adequate", "limited", 1), encoding="utf-8")
    documents += [twice, tampered, tmp_path / "no.json"]
    assert faults_of(trial, *documents) == [
        "S1_reader-A.json: study: expected TRIAL, as the charter has it",
        "S1_reader-A.json: timepoints.0: expected 2011-01-03 to 2011-01-03, the dates of its scans",
        "S1_reader-B.json: reader: the charter names no such reader",
        "S2_reader-A.json: state: expected a signed document",
        "S2_reader-B.json: reader: S2 is not assigned to reader B",
        "no.json: cannot be opened: No such file or directory",
        f"tampered.json: signature.hash: {CHANGED}",
        "twice.json: is of subject S1 and reader A, as is S1_reader-A.json",
    ]


def test_what_differs_from_the_scans_and_the_charter_is_said_where_it_stands(
    trial: Path, pilot: Path, tmp_path: Path
) -> None:
    path = pilot / "S1_reader-A.json"
    read = load_read_document(path)
    image = read.marks[0].image
    assert image is not None
    places: tuple[dict[str, object], ...] = (
        {"series": "1.2.2"},
        {"series": "1.2.4"},
        {"slice": 24, "frame_of_reference": "1.2.3"},
    )
    marks = [
        mark.model_copy(update={"image": image.model_copy(update=place)})
        for mark, place in zip(read.marks, places, strict=False)
    ]
    lesions = [one.model_copy(update={"compartment": "distant"}) for one in read.lesions]
    document = changed(
        path,
        tmp_path,
        marks=(*marks, *read.marks[3:]),
        lesions=tuple(lesions),
        criteria=CriteriaReference(id="who-1979"),
        resolution_mm=Decimal(1),
    )
    assert faults_of(trial, document) == [
        f"S1_reader-A.json: {one}"
        for one in (
            "criteria.id: expected recist-1.1, as the charter has it",
            "lesions.0.compartment: the charter has no compartments",
            "lesions.1.compartment: the charter has no compartments",
            "lesions.2.compartment: the charter has no compartments",
            "marks.0.image.series: is a series of week-8 in the study",
            "marks.1.image.series: the study has no such series of this subject",
            "marks.2.image.frame_of_reference: is not the one of its series",
            "marks.2.image.slice: expected at most 23, as its series has it",
            "resolution_mm: expected 0.1, as the charter has it",
        )
    ]


def test_the_visits_of_a_document_are_the_first_of_the_study(
    trial: Path, pilot: Path, tmp_path: Path
) -> None:
    path = pilot / "S1_reader-A.json"
    read = load_read_document(path)

    def of_visits(*labels: str) -> dict[str, object]:
        return {
            "timepoints": tuple(item for item in read.timepoints if item.label in labels),
            "marks": tuple(mark for mark in read.marks if mark.timepoint in labels),
        }

    without_one = changed(path, tmp_path, **of_visits("baseline", "week-16"))
    (said,) = faults_of(trial, without_one)
    assert said == (
        "S1_reader-A.json: timepoints: expected baseline, week-8, week-16, "
        "which are the visits in the study, or the first of them"
    )
    done = imported(trial, changed(path, tmp_path, **of_visits("baseline", "week-8")))
    assert [one.timepoint for one in done.added] == ["week-8"]
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        row = progress(study).row(
            by_predicate=(pl.col("subject") == "S1") & (pl.col("reader") == "A"), named=True
        )
    assert (row["state"], row["signed"], row["visits"]) == ("in-progress", 2, 3)


def test_what_tables_would_refuse_is_refused_of_a_document(
    trial: Path, pilot: Path, tmp_path: Path
) -> None:
    path = pilot / "S1_reader-A.json"
    read = load_read_document(path)
    stated = read.timepoints[0].model_copy(update={"new_lesions": "unequivocal"})
    document = changed(path, tmp_path, timepoints=(stated, *read.timepoints[1:]))
    (said,) = faults_of(trial, document)
    assert said == (
        "S1_reader-A.json: timepoints.0.new_lesions: "
        "states unequivocal at the baseline, where nothing can be new"
    )


def test_subjects_of_another_name_are_mapped(trial: Path, pilot: Path, tmp_path: Path) -> None:
    document = changed(pilot / "S2_reader-A.json", tmp_path, subject="P-77", study="PILOT")
    mapping = tmp_path / "subjects.csv"
    mapping.write_text("subject,study_subject\nP-77,S2\n", encoding="utf-8")
    done = imported(trial, document, mapping=mapping, from_study="PILOT")
    assert [(one.subject, one.reader) for one in done.added] == [("S2", "A")]
    with Journal.open_to_look(trial / "readers" / "A.db", "A") as journal:
        text = signed_text(journal.records()[0]) or ""
    assert ("P-77" in text, "PILOT" in text) == (False, False)
    assert verified(trial) == ()


def test_a_subject_that_the_mapping_does_not_name_is_a_fault(
    trial: Path, pilot: Path, tmp_path: Path
) -> None:
    mapping = tmp_path / "subjects.csv"
    mapping.write_text("subject,study_subject\nP-77,S2\n", encoding="utf-8")
    with pytest.raises(DocumentError, match="the mapping does not name its subject"):
        imported(trial, pilot, mapping=mapping)


def test_a_subject_that_is_called_like_a_mapped_one_of_the_study_is_not_named_by_the_mapping(
    trial: Path, pilot: Path, tmp_path: Path
) -> None:
    named = changed(pilot / "S2_reader-A.json", tmp_path, subject="P-77")
    mapping = tmp_path / "subjects.csv"
    mapping.write_text("subject,study_subject\nP-77,S2\n", encoding="utf-8")
    assert faults_of(trial, named, pilot / "S2_reader-B.json", mapping=mapping) == [
        "S2_reader-B.json: the mapping does not name its subject"
    ]


def test_faults_of_a_mapping_are_said_at_once(trial: Path, pilot: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "subjects.csv"
    mapping.write_text(
        "subject,study_subject\nP-1,S1\nP-1,S2\nP-2,S1\n,S2\nP-3,S9\n", encoding="utf-8"
    )
    with pytest.raises(TableError) as raised:
        imported(trial, pilot, mapping=mapping)
    assert [str(fault) for fault in raised.value.faults] == [
        "row 3, column 'subject': stands in a row before",
        "row 4, column 'study_subject': S1 stands in a row before",
        "row 5, column 'subject': is missing",
        "row 6, column 'study_subject': the study has no subject S9",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("subject\nP-1\n", "row 1: expected subject and study_subject"),
        ("subject,study_subject\nP-1\n", "row 2: expected two cells"),
        ('subject,study_subject\n"P-1\n', "row 2: cannot be read as CSV"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(
    trial: Path, pilot: Path, tmp_path: Path, text: str, message: str
) -> None:
    mapping = tmp_path / "subjects.csv"
    mapping.write_text(text, encoding="utf-8")
    with pytest.raises(TableError) as raised:
        imported(trial, pilot, mapping=mapping)
    assert [str(fault) for fault in raised.value.faults] == [message]


def test_each_reader_has_all_documents_or_none_and_the_rest_is_made_up_for(
    trial: Path, pilot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise JournalError("B.db: NOT saved: database or disk is full")

    def fails_for_b(journal: Journal, records: Mapping[str, Entry]) -> object:
        if journal.reader == "B":
            fails()
        return first(journal, records)

    first = Journal.append_first_records
    for where, broken in (
        ("recistkit.store.journal.Journal.append_first_records", fails_for_b),
        ("recistkit.study.importing.import_reads.catch_up", fails),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(where, broken)
            with pytest.raises(JournalError):
                imported(trial, pilot)
        with Journal.open_to_look(trial / "readers" / "A.db", "A") as journal:
            assert len(journal.records()) == 2
    imported(trial, pilot)
    with acting_as("M"), StudyFolder.opened(trial) as study:
        assert len(study.file.rows(Anchor)) == 4
    assert verified(trial) == ()


def test_only_the_manager_imports(trial: Path, pilot: Path) -> None:
    for person in ("A", "J"):
        with pytest.raises(RoleError):
            imported(trial, pilot, person=person)


def test_a_folder_without_documents_is_refused(trial: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(OptionError, match=r"^there is no read document \(\*\.json\) to import$"):
        imported(trial, tmp_path / "empty")
