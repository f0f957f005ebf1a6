"""A large trial as a study, by the store's own records, and how quickly it is looked at."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Final

from recistkit.criteria import load
from recistkit.exchange.read_document import read_document_text
from recistkit.model.mark import Mark
from recistkit.model.read import CriteriaReference, Lesion, Read, Timepoint, sign_read
from recistkit.store.actor import Actor, account_name
from recistkit.store.anchoring import anchor_of
from recistkit.store.bodies import (
    AddScansBody,
    AnchorBody,
    AssignBody,
    AssignedRead,
    SignBody,
    VisitOfSubject,
)
from recistkit.store.chain import Entry
from recistkit.store.journal import Journal
from recistkit.store.study_file import StudyFile
from recistkit.study.exporting import export_study
from recistkit.study.folder import StudyFolder

__all__ = ["build_trial", "export_tables"]

READERS: Final = ("A", "B")
TARGETS: Final = 3
FIRST_DAY: Final = dt.date(2011, 1, 3)
DAYS_BETWEEN: Final = 56
SIGNED_AT: Final = dt.datetime(2014, 1, 6, tzinfo=dt.UTC)
_CRITERIA: Final = "recist-1.1"


def build_trial(folder: Path, *, subjects: int, visits: int) -> Path:
    """Make a study in which both readers have signed each visit of every subject.

    Every record is one that the library makes, each file in one transaction.
    """
    folder.mkdir(parents=True)
    names = [f"S{number + 1:04d}" for number in range(subjects)]
    labels = [f"visit-{number + 1}" for number in range(visits)]
    manager = Actor.here("manager")
    charter = f'id = "TRIAL"\n[[people]]\nid = "M"\nlogin = "{account_name()}"\nrole = "manager"\n'
    charter += '[[people]]\nid = "J"\nlogin = "login-J"\nrole = "adjudicator"\n'
    charter += "".join(
        f'[[people]]\nid = "{name}"\nlogin = "login-{name}"\nrole = "reader"\n' for name in READERS
    )
    (folder / "study.toml").write_text(charter, encoding="utf-8", newline="\n")
    places = itertools.product(names, enumerate(labels, start=1))
    timepoints = tuple(
        VisitOfSubject(subject=name, label=label, position=number)
        for name, (number, label) in places
    )
    given = tuple(
        AssignedRead(subject=name, reader=reader, role="adjudicator" if reader == "J" else "reader")
        for name in names
        for reader in (*READERS, "J")
    )
    with StudyFile.create(folder / "study.db", "TRIAL", charter=charter, actor=manager) as study:
        study.append(manager, AddScansBody(subjects=tuple(names), timepoints=timepoints))
        study.append(manager, AssignBody(reads=given))
        for reader in READERS:
            study.anchor(Actor.here("reader"), sign_all(folder, reader, names, labels))
    return folder


def export_tables(trial: Path) -> tuple[Path, Path]:
    """Export a study, and return its reads and visits tables."""
    export = trial.with_name("export")
    with StudyFolder.opened(trial) as study:
        export_study(study, export)
    return export / "reads.csv", export / "visits.csv"


def sign_all(folder: Path, reader: str, names: list[str], labels: list[str]) -> list[AnchorBody]:
    """Sign every visit of every subject in a reader's file, and return what the study is told."""
    actor, found = Actor.here("reader"), []
    path = folder / "readers" / f"{reader}.db"
    with (
        Journal.open(path, reader, study="TRIAL") as journal,
        journal.writing("NOT saved") as connection,
    ):
        for number, name in enumerate(names):
            for body in signatures_of(name, reader, number, labels):
                entry = Entry(actor=actor, body=body, charter=1)
                record = journal._chained(connection, name, entry, SIGNED_AT.isoformat())
                anchor = anchor_of(record, reader)
                assert anchor is not None
                found.append(anchor)
    return found


def signatures_of(name: str, reader: str, number: int, labels: list[str]) -> Iterator[SignBody]:
    """Yield what is signed of a subject, visit by visit."""
    rules = load(_CRITERIA)
    days = [FIRST_DAY + dt.timedelta(days=DAYS_BETWEEN * place) for place in range(len(labels))]
    timepoints = [
        Timepoint(
            label=label,
            date_first=day,
            date_last=day,
            baseline=label == labels[0],
            new_lesions=None if label == labels[0] else "none",
            coverage="complete",
        )
        for label, day in zip(labels, days, strict=True)
    ]
    lesions = tuple(
        Lesion(id=f"T{place + 1}", role="target", organ="liver", nodal=False)
        for place in range(TARGETS)
    )
    marks = [
        Mark(
            lesion=lesion.id,
            timepoint=visit.label,
            date=visit.date_first,
            state="measured",
            longest_mm=Decimal(200 + (number * 7 + place * 13 + ord(reader)) % 150) / 10,
            short_mm=Decimal(150) / 10,
        )
        for place, visit in enumerate(timepoints)
        for lesion in lesions
    ]
    for count, visit in enumerate(timepoints, start=1):
        read = Read(
            schema_version="1",
            study="TRIAL",
            subject=name,
            reader=reader,
            criteria=CriteriaReference(id=rules.id, hash=rules.content_hash),
            state="draft",
            timepoints=tuple(timepoints[:count]),
            lesions=lesions,
            marks=tuple(marks[: count * TARGETS]),
        )
        signed = sign_read(read, name=f"Reader {reader}", meaning="read", signed_at=SIGNED_AT)
        yield SignBody.of(
            subject=name, reader=reader, document=read_document_text(signed), timepoint=visit.label
        )
