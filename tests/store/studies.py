"""A small study to try the store on: two subjects, two readers, an adjudicator."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Final

from recistkit.model.scan_record import ScanRecord
from recistkit.store.actor import Actor
from recistkit.store.bodies import (
    AddScansBody,
    AdjudicateBody,
    AssignBody,
    AssignedRead,
    ComparedRead,
    SignBody,
    VisitOfSubject,
    text_hash,
)
from recistkit.store.chain import Entry, Record
from recistkit.store.journal import Journal
from recistkit.store.study_file import StudyFile

__all__ = [
    "CHARTER",
    "MANAGER",
    "READERS",
    "STUDY",
    "adjudicated",
    "document",
    "journal_of",
    "new_study",
    "scan",
    "signed",
    "ticking",
]

STUDY: Final = "STUDY-1"
CHARTER: Final = 'id = "STUDY-1"\n'
MANAGER: Final = Actor("mona", "desk", "manager")
READERS: Final = {name: Actor(f"login-{name}", "room", "reader") for name in ("A", "B")}
ADJUDICATOR: Final = Actor("judy", "room", "adjudicator")
NOON: Final = dt.datetime(2011, 1, 10, 12, 0, tzinfo=dt.UTC)


def ticking() -> Callable[[], dt.datetime]:
    """Return a clock that is a second later each time."""
    seconds = itertools.count()
    return lambda: NOON + dt.timedelta(seconds=next(seconds))


def scan(subject: str, timepoint: str, number: int = 1) -> ScanRecord:
    """Return a scan; another one for each subject, timepoint and number."""
    name = f"{subject}/{timepoint}/{number}"
    return ScanRecord(
        subject=subject,
        timepoint=timepoint,
        series_uid=f"2.25.{int(text_hash(name)[:12], 16)}",
        path=f"scans/{name}",
        files=40,
        bytes=21_000_000,
        sha256=text_hash(f"files of {name}"),
        pixels_sha256=text_hash(f"pixels of {name}"),
        modality="CT",
        date=dt.date(2011, 3, number),
        slices=40,
        slice_thickness_mm=2.5,
        frame_of_reference="2.25.7",
    )


def new_study(folder: Path, subjects: tuple[str, ...] = ("S001", "S002")) -> StudyFile:
    """Make a study of subjects with two visits each, given to both readers."""
    study = StudyFile.create(
        folder / "study.db", STUDY, charter=CHARTER, actor=MANAGER, clock=ticking()
    )
    labels = [(name, label) for name in subjects for label in ("visit-1", "visit-2")]
    visits = [
        VisitOfSubject(subject=name, label=label, position=int(label[-1])) for name, label in labels
    ]
    scans = tuple(scan(name, label) for name, label in labels)
    body = AddScansBody(subjects=subjects, timepoints=tuple(visits), scans=scans)
    study.append(MANAGER, body)
    reads = [AssignedRead(subject=name, reader=reader) for name in subjects for reader in READERS]
    study.append(MANAGER, AssignBody(reads=tuple(reads)))
    return study


def journal_of(folder: Path, reader: str) -> Journal:
    """Open the file of a reader of the study."""
    return Journal.open(folder / "readers" / f"{reader}.db", reader, study=STUDY, clock=ticking())


def document(subject: str, reader: str, word: str = "first") -> str:
    """Return the text of a document, as far as the store looks into it: not at all."""
    return f'{{"subject":"{subject}","reader":"{reader}","said":"{word} – ä"}}\n'


def signed(journal: Journal, subject: str, word: str = "first") -> Record:
    """Sign a read in its reader's file; the study does not know of it yet."""
    reader = journal.reader
    body = SignBody.of(
        subject=subject,
        reader=reader,
        timepoint="visit-1",
        document=document(subject, reader, word),
    )
    events = journal.events(subject)
    entry = Entry(actor=READERS[reader], body=body, charter=1)
    said = {"said": word}
    record = journal.append(subject, len(events) + 1, "sign", said, {"slice": 4}, record=entry)
    assert record is not None
    return record


def adjudicated(
    study: StudyFile,
    subject: str,
    accepted: str | None,
    word: str = "first",
    reason: str = "a new node in the liver hilum",
) -> Record:
    """Decide between the two reads of a subject."""
    reads = [
        ComparedRead(reader=name, document_hash=text_hash(document(subject, name, word)))
        for name in READERS
    ]
    body = AdjudicateBody(
        subject=subject, adjudicator="J", accepted_reader=accepted, reads=(reads[0], reads[1])
    )
    return study.append(ADJUDICATOR, body, reason=reason)
