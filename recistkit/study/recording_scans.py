"""Scans as the study's chain knows them: what is there, what is new, what is locked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from recistkit.model.scan_record import ScanRecord
from recistkit.store.actor import Actor
from recistkit.store.bodies import AddScansBody, VisitOfSubject
from recistkit.store.rows import Anchor, Subject
from recistkit.study.adding.add_scans import StudyScans
from recistkit.study.folder import StudyFolder
from recistkit.study.reread_names import reread_names

__all__ = ["scans_of"]

_NO_DATE: Final = dt.date.max


def scans_of(study: StudyFolder) -> StudyScans:
    """Return how `recistkit.study.adding.add_scans.add_scans` asks a study for its scans.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    """
    _, actor = study.acting("manager")
    signed: set[tuple[str, str]] = set()
    visits = study.visits()
    for anchor in study.file.rows(Anchor):
        labels = visits.get(anchor.subject, ())
        end = labels.index(anchor.timepoint) + 1 if anchor.timepoint in labels else len(labels)
        signed |= {(anchor.subject, label) for label in labels[:end]}
    return StudyScans(
        existing=study.file.scans,
        record=lambda records: _record(study, actor, records),
        is_locked=lambda subject, timepoint: (subject, timepoint) in signed,
        rereads=lambda: reread_names(study),
    )


def _record(study: StudyFolder, actor: Actor, records: Sequence[ScanRecord]) -> None:
    """Add new scans to the chain, with the subjects and the order of the visits they make."""
    known = {one.subject for one in study.file.rows(Subject)}
    subjects = sorted({one.subject for one in records})
    everything = [*study.file.scans(), *records]
    body = AddScansBody(
        subjects=tuple(subject for subject in subjects if subject not in known),
        timepoints=tuple(
            VisitOfSubject(subject=subject, label=label, position=position)
            for subject in subjects
            for position, label in enumerate(_in_order(everything, subject), start=1)
        ),
        scans=tuple(records),
    )
    study.file.append(actor, body)


def _in_order(scans: Sequence[ScanRecord], subject: str) -> list[str]:
    """Return the visits of a subject by the dates of their first scans."""
    first: dict[str, dt.date] = {}
    for scan in scans:
        if scan.subject == subject:
            date = scan.date or _NO_DATE
            first[scan.timepoint] = min(date, first.get(scan.timepoint, _NO_DATE))
    return sorted(first, key=lambda label: (first[label], label))
