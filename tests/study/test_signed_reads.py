"""Signed reads are those that the study knows: what it does not know is said, never counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recistkit.errors import StoreError
from recistkit.exchange.read_document import parse_read_document, read_document_text
from recistkit.model.read import sign_read
from recistkit.store.actor import Actor
from recistkit.store.anchoring import anchor_of, catch_up, signed_text
from recistkit.store.bodies import AnchorBody, Body, ImportBody, ImportedRead, SignBody, text_hash
from recistkit.store.chain import Entry, read_chain
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.signatures import last_signatures
from recistkit.study.begin import amend_charter
from recistkit.study.classify import classify
from recistkit.study.folder import StudyFolder
from recistkit.study.signed_reads import signed_reads
from recistkit.study.unknown_signatures import unknown_signatures
from tests.napari_recistkit.small_study import opened
from tests.reading.sessions import SIGNED_AT
from tests.study.small_trial import CHARTER, acting_as, begin_trial, read_all, read_visit, verified

ANNA = Actor("anna", "room", "reader")


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    """A trial in which A has signed S1."""
    trial = begin_trial(tmp_path)
    read_all(trial, "A", 0.5, ("S1",))
    return trial


def unknown(trial: Path) -> tuple[str, ...]:
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        return unknown_signatures(study)


def without_telling(trial: Path, read: Callable[[], None]) -> None:
    """Read while the study learns nothing of it."""
    before = (trial / "study.db").read_bytes()
    read()
    (trial / "study.db").write_bytes(before)


SAID = (
    "the study does not know the last signature of A S2, B S1, which does not count; "
    "opening the case as its reader tells it"
)


def test_a_signature_that_the_study_does_not_know_is_said(
    trial: Path,
) -> None:
    assert unknown(trial) == ()
    without_telling(trial, lambda: read_all(trial, "A", 0.5, ("S2",), visits=1))
    without_telling(trial, lambda: read_all(trial, "B", 0.5, ("S1",), visits=1))
    assert unknown(trial) == (SAID,)
    with acting_as("M"):
        assert SAID in classify(trial).warnings
    for reader, subject in (("A", "S2"), ("B", "S1")):
        with acting_as(reader), opened(trial, subject, reader):
            pass
    assert unknown(trial) == ()


def test_an_amended_read_of_which_the_study_knows_the_former_is_said(trial: Path) -> None:
    without_telling(trial, lambda: read_all(trial, "A", 0.5, ("S2",), visits=1))
    with Journal.open(trial / "readers" / "A.db", "A") as journal, acting_as("A"):
        assert last_signatures(journal) == {"S1": 3, "S2": 1}
        with StudyFolder.opened(trial) as study:
            catch_up(journal, study.file, ANNA)
    without_telling(trial, lambda: read_all(trial, "A", 0.5, ("S2",), since=1, visits=2))
    assert unknown(trial)[0].startswith("the study does not know the last signature of A S2, ")


def test_of_many_unknown_signatures_the_first_are_named(trial: Path) -> None:
    with Journal.open(trial / "readers" / "B.db", "B", study="TRIAL") as journal:
        for number in range(1, 8):
            body = SignBody.of(subject=f"P{number}", reader="B", document="{}")
            journal.append_record(f"P{number}", Entry(actor=ANNA, body=body, charter=1))
    assert unknown(trial)[0].startswith(
        "the study does not know the last signature of B P1, B P2, B P3, B P4, B P5 and 2 more, "
    )


def test_a_readers_file_that_cannot_be_read_is_said(trial: Path) -> None:
    (trial / "readers" / "B.db").write_bytes(b"no database")
    said = (
        "what reader B has signed cannot be told: B.db: cannot be opened as a journal: "
        "file is not a database"
    )
    assert unknown(trial) == (said,)
    with acting_as("M"):
        assert said in classify(trial).warnings


def test_a_signature_is_saved_whatever_is_wrong_with_the_charter(trial: Path) -> None:
    own = trial / "own.toml"
    own.write_text(
        'id = "own"\nversion = "1"\ntitle = "own"\ncitation = "x"\nbased_on = "recist-1.1"\n',
        encoding="utf-8",
    )
    text = f'criteria = "own.toml"\n{CHARTER}'
    with acting_as("M"), StudyFolder.opened(trial) as study:
        amend_charter(study, text, "x")
    (trial / "study.toml").write_text(text, encoding="utf-8", newline="\n")
    with acting_as("A"), opened(trial, "S2") as session:
        session.go_to_visit("baseline")
        read_visit(session, 0, 1.0)
        own.rename(trial / "own.gone")
        session.sign("Reader A", "read")
        assert session.document.exists()
        (notice,) = session.notices
        assert notice.startswith(
            "the study does not know of the last signature yet: the study's charter: not usable\n"
            "  criteria: there are none 'own.toml'; known are "
        )
    (trial / "own.gone").rename(own)
    assert unknown(trial)[0].startswith("the study does not know the last signature of A S2, ")


def of_import(text: str, subject: str, reader: str) -> ImportBody:
    read = ImportedRead(
        subject=subject,
        reader=reader,
        timepoint="week-16",
        document=text,
        document_hash=text_hash(text),
    )
    return ImportBody(reads=(read,))


def of_reader_b(text: str) -> str:
    read = parse_read_document(text.encode("utf-8"), "document")
    other = {"subject": "S2", "reader": "B", "state": "draft", "signature": None}
    draft = read.model_copy(update=other)
    return read_document_text(
        sign_read(draft, name="Reader B", meaning="read", signed_at=SIGNED_AT)
    )


BODIES: dict[str, Callable[[str], Body]] = {
    "document of another subject": lambda text: SignBody.of(
        subject="S2", reader="A", document=text, timepoint="week-16"
    ),
    "record of another subject": lambda text: SignBody.of(
        subject="S1", reader="A", document=text.replace("S1", "S2"), timepoint="week-16"
    ),
    "document of another reader": lambda text: SignBody.of(
        subject="S2",
        reader="A",
        document=of_reader_b(text),
        timepoint="week-16",
    ),
    "import of another subject": lambda text: of_import(text.replace('"S1"', '"S2"'), "S1", "A"),
    "import of another reader": lambda text: of_import(text.replace('"S1"', '"S2"'), "S2", "B"),
    "import of a document of another subject": lambda text: of_import(text, "S2", "A"),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_read_of_somebody_else_is_no_signed_read(trial: Path, name: str) -> None:
    with Journal.open(trial / "readers" / "A.db", "A") as journal:
        text = signed_text(journal.records(read_chain("S1"))[-1]) or ""
        record = journal.append_record("S2", Entry(actor=ANNA, body=BODIES[name](text), charter=1))
        anchor = anchor_of(record, "A")
        assert isinstance(anchor, AnchorBody)
        with StudyFolder.opened(trial) as study:
            study.file.anchor(ANNA, [anchor])
    with acting_as("M"), StudyFolder.opened(trial, to_look=True) as study:
        assert len(study.file.rows(Anchor, subject="S2")) == 1
        for ask in (lambda: signed_reads(study), lambda: classify(trial)):
            with pytest.raises(StoreError) as raised:
                ask()
            assert str(raised.value) == (
                "reader A, subject S2: the signed document is of another subject or reader; "
                "run verify"
            )
    assert any("S2" in one for one in verified(trial))
