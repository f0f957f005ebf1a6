"""Which timepoint each scan is of, and why a scan may not be added to it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from recistkit.model.scan_record import ScanRecord
from recistkit.scans.deidentification.identity import Patient
from recistkit.study.adding.key_file import KeyDocument
from recistkit.study.adding.problems import Problem
from recistkit.study.adding.search import FoundScan
from recistkit.study.adding.subjects import SubjectScan

__all__ = ["PlacedScan", "placed_scans", "placing_problems"]

Locked = Callable[[str, str], bool]


@dataclass(frozen=True, slots=True)
class PlacedScan:
    """A scan with its subject and timepoint."""

    scan: FoundScan
    subject: str
    timepoint: str


def placed_scans(
    named: Sequence[SubjectScan], existing: Sequence[ScanRecord], visit_days: int
) -> tuple[list[PlacedScan], list[Problem]]:
    """Return every scan with its timepoint, and why others have none.

    Without a timepoint of the mapping, scans of one study date, and those at
    most `visit_days` apart, are one visit: one that the study has already, or a
    new one, ``visit-1`` and so on.
    """
    by_subject: dict[str, list[SubjectScan]] = defaultdict(list)
    for one in named:
        by_subject[one.subject].append(one)
    placed: list[PlacedScan] = []
    problems: list[Problem] = []
    for subject, scans in by_subject.items():
        labels, faults = _labels(
            scans, [one for one in existing if one.subject == subject], visit_days
        )
        problems += faults
        for one in scans:
            label = one.timepoint or (
                labels.get(one.scan.visit_date) if one.scan.visit_date else None
            )
            if label:
                placed.append(PlacedScan(one.scan, subject, label))
    return placed, problems


def placing_problems(
    placed: Sequence[PlacedScan],
    key: KeyDocument,
    existing: Sequence[ScanRecord],
    is_locked: Locked,
) -> Iterator[Problem]:
    """Yield why scans may not be added where they would be."""
    uids = {record.series_uid for record in existing}
    spelt = {(one.subject, one.timepoint.casefold()): one.timepoint for one in existing}
    seen: set[str] = set()
    for one in placed:
        if key.pseudonyms.uid(one.scan.series.uid) in uids:
            yield one.scan.problem("is in the study already")
        if one.scan.series.uid in seen:
            yield one.scan.problem("is there twice: another scan has the same UID")
        seen.add(one.scan.series.uid)
        if spelt.get((one.subject, one.timepoint.casefold()), one.timepoint) != one.timepoint:
            reason = "its timepoint is in the study, spelt with other capital letters"
            yield one.scan.problem(reason)
    yield from _signed(placed, existing, is_locked)
    yield from _two_patients(placed, key, existing)


def _signed(
    placed: Sequence[PlacedScan], existing: Sequence[ScanRecord], is_locked: Locked
) -> Iterator[Problem]:
    """Yield scans of signed visits, and of new ones that would come before a signed visit."""
    visits = {(one.subject, one.timepoint) for one in placed}
    visits |= {(record.subject, record.timepoint) for record in existing}
    locked = {visit for visit in visits if is_locked(*visit)}
    last: dict[str, dt.date] = {}
    for record in existing:
        date = record.study_date or record.date
        if (record.subject, record.timepoint) in locked and date:
            last[record.subject] = max(date, last.get(record.subject, date))
    for one in placed:
        date = one.scan.visit_date
        if (one.subject, one.timepoint) in locked:
            reason = f"{one.timepoint} of {one.subject} is part of a signed read"
            yield one.scan.problem(reason)
        elif one.subject in last and date and date <= last[one.subject]:
            reason = f"would put a visit of {one.subject} before one that is part of a signed read"
            yield one.scan.problem(reason)


def _labels(
    scans: Sequence[SubjectScan], existing: Sequence[ScanRecord], visit_days: int
) -> tuple[dict[dt.date, str], list[Problem]]:
    """Return the timepoint of each date of a subject's scans, and why scans have none."""
    visits = _known_visits(existing)
    newest = max((date for dates in visits.values() for date in dates), default=dt.date.min)
    taken = {label.casefold() for label in visits}
    taken |= {one.timepoint.casefold() for one in scans if one.timepoint}
    labels: dict[dt.date, str] = {}
    problems: list[Problem] = []
    open_scans = [one.scan for one in scans if not one.timepoint]
    for scan in sorted(open_scans, key=lambda scan: scan.visit_date or dt.date.max):
        date = scan.visit_date
        fitting = _fitting(visits, date, visit_days) if date else []
        if date is None:
            problems.append(scan.problem("states no date: name its timepoint in a mapping file"))
        elif len(fitting) > 1:
            reason = "fits two timepoints by its date: name its own in a mapping file"
            problems.append(scan.problem(reason))
        elif not fitting and date < newest:
            reason = (
                "is older than a visit that the study has: name its timepoint in a mapping file"
            )
            problems.append(scan.problem(reason))
        else:
            labels[date] = fitting[0] if fitting else _next_label(len(visits), taken)
            visits.setdefault(labels[date], set()).add(date)
    return labels, problems


def _known_visits(existing: Sequence[ScanRecord]) -> dict[str, set[dt.date]]:
    """Return the dates of the scans of each timepoint that a subject has."""
    visits: dict[str, set[dt.date]] = {}
    for record in existing:
        date = record.study_date or record.date
        visits.setdefault(record.timepoint, set()).update({date} if date else ())
    return visits


def _fitting(visits: Mapping[str, set[dt.date]], date: dt.date, visit_days: int) -> list[str]:
    """Return the visits that a date is one of; else those that it would not make too long."""
    exact = [label for label, dates in visits.items() if date in dates]
    longest = dt.timedelta(days=visit_days)
    return exact or [
        label
        for label, dates in visits.items()
        if dates and max(date, *dates) - min(date, *dates) <= longest
    ]


def _next_label(count: int, taken: set[str]) -> str:
    """Return the label of the next visit; one that nobody uses."""
    count += 1
    while f"visit-{count}" in taken:
        count += 1
    return f"visit-{count}"


def _two_patients(
    placed: Sequence[PlacedScan], key: KeyDocument, existing: Sequence[ScanRecord]
) -> Iterator[Problem]:
    """Yield scans whose timepoint holds scans of another patient."""
    former = {link.uid: Patient(*link.patient) for link in key.series if link.patient}
    owner = {
        (record.subject, record.timepoint): former[record.series_uid]
        for record in existing
        if record.series_uid in former
    }
    for one in placed:
        patient = one.scan.patient
        visit = (one.subject, one.timepoint)
        if patient and owner.setdefault(visit, patient) != patient:
            reason = f"{one.timepoint} of {one.subject} holds scans of another patient"
            yield one.scan.problem(reason)
