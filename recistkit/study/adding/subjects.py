"""Which subject each scan is of: by the mapping, by the key file, or the next free id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from recistkit.model.scan_record import ScanRecord
from recistkit.scans.deidentification.identity import Patient
from recistkit.study.adding.key_file import KeyDocument
from recistkit.study.adding.mapping import MappingRow, matching_rows
from recistkit.study.adding.problems import Problem
from recistkit.study.adding.search import FoundScan

__all__ = ["SubjectScan", "birth_of", "subject_problems", "subject_scans"]

_TELLING: Final = 4
"""A number or name of this length tells who it is also as a part of another word."""


@dataclass(frozen=True, slots=True)
class SubjectScan:
    """A scan with its subject.

    Attributes
    ----------
    scan : FoundScan
    subject : str
    timepoint : str or None
        As the mapping says; None where it follows from the dates.
    """

    scan: FoundScan
    subject: str
    timepoint: str | None


def subject_scans(
    scans: Sequence[FoundScan],
    mapping: Sequence[MappingRow] | None,
    key: KeyDocument,
    existing: Sequence[ScanRecord],
) -> tuple[list[SubjectScan], list[Problem]]:
    """Return every scan with its subject, and why others have none.

    Parameters
    ----------
    scans : sequence of FoundScan
    mapping : sequence of MappingRow or None
        None for subjects by patient.
    key : KeyDocument
        Which patients are subjects already.
    existing : sequence of ScanRecord
        The scans that the study has.
    """
    if mapping is None:
        return _by_patient(scans, key, existing)
    return _by_mapping(scans, mapping)


def subject_problems(
    named: Sequence[SubjectScan],
    key: KeyDocument,
    existing: Sequence[ScanRecord],
    *,
    mapped: bool,
    rereads: Collection[str] = (),
) -> Iterator[Problem]:
    """Yield where subjects, patients and their names do not go together.

    Parameters
    ----------
    named : sequence of SubjectScan
    key : KeyDocument
    existing : sequence of ScanRecord
    mapped : bool
        Whether people named the subjects; ids of our own tell nothing.
    rereads : collection of str
        Ids under which readers read subjects once more: no patient can have one.
    """
    yield from _two_subjects(named, key)
    yield from _two_people(named, key)
    yield from _telling_names(named) if mapped else ()
    spelt = {record.subject.casefold(): record.subject for record in existing}
    for one in named:
        if one.subject in rereads:
            reason = f"{one.subject} is the id of a re-read: give its patient another one"
            yield one.scan.problem(reason)
        if spelt.get(one.subject.casefold(), one.subject) != one.subject:
            reason = "its subject is in the study, spelt with other capital letters"
            yield one.scan.problem(reason)


def birth_of(scan: FoundScan, key: KeyDocument) -> str:
    """Return the stand-in of a birth date; empty where none is stated."""
    date = scan.identity.birth_date
    return key.pseudonyms.token("birth date", date) if date else ""


def _by_mapping(
    scans: Sequence[FoundScan], mapping: Sequence[MappingRow]
) -> tuple[list[SubjectScan], list[Problem]]:
    """Return the scans that one row names, and the others and the rows that name none."""
    named: list[SubjectScan] = []
    problems: list[Problem] = []
    used: set[int] = set()
    for scan in scans:
        rows = matching_rows(scan, mapping)
        used |= {row.number for row in rows}
        if len(rows) != 1:
            numbers = " and ".join(str(row.number) for row in rows)
            reason = f"is named by rows {numbers} of the mapping" if rows else "no row names it"
            problems.append(scan.problem(reason))
        elif rows[0].holds_part(scan):
            problems.append(scan.problem(f"lies partly outside the folder of row {rows[0].number}"))
        else:
            named.append(SubjectScan(scan, rows[0].subject, rows[0].timepoint))
    problems += [
        Problem(where=row.where, reason="names no scan that can be added")
        for row in mapping
        if row.number not in used
    ]
    return named, problems


def _by_patient(
    scans: Sequence[FoundScan], key: KeyDocument, existing: Sequence[ScanRecord]
) -> tuple[list[SubjectScan], list[Problem]]:
    """Return the scans under the subjects of their patients; new patients get the next free id."""
    known = {Patient(link.patient_id, link.issuer): link.subject for link in key.patients}
    taken = {record.subject.casefold() for record in existing}
    free = _free_ids(taken | {subject.casefold() for subject in known.values()})
    named: list[SubjectScan] = []
    problems: list[Problem] = []
    for scan in scans:
        if scan.patient is None:
            problems.append(
                scan.problem("states no patient id: name its subject in a mapping file")
            )
            continue
        if scan.patient not in known:
            known[scan.patient] = next(free)
        named.append(SubjectScan(scan, known[scan.patient], None))
    return named, problems


def _free_ids(taken: set[str]) -> Iterator[str]:
    """Yield ids S001, S002, ... that no subject has."""
    number = 0
    while True:
        number += 1
        name = f"S{number:03d}"
        if name.casefold() not in taken:
            yield name


def _two_subjects(named: Sequence[SubjectScan], key: KeyDocument) -> Iterator[Problem]:
    """Yield patients who are under two subjects."""
    known = {Patient(link.patient_id, link.issuer): link.subject for link in key.patients}
    for one in named:
        patient = one.scan.patient
        if patient and known.setdefault(patient, one.subject) != one.subject:
            reason = f"its patient is subject {known[patient]} already, not {one.subject}"
            yield one.scan.problem(reason)


def _two_people(named: Sequence[SubjectScan], key: KeyDocument) -> Iterator[Problem]:
    """Yield scans whose birth date is another than that of their patient or subject."""
    births: dict[Patient | str, str] = {}
    for link in key.patients:
        if link.birth:
            births[Patient(link.patient_id, link.issuer)] = births[link.subject] = link.birth
    for one in named:
        birth, patient = birth_of(one.scan, key), one.scan.patient
        if not birth:
            continue
        if patient and births.setdefault(patient, birth) != birth:
            yield one.scan.problem("states another birth date than other scans of its patient id")
        elif births.setdefault(one.subject, birth) != birth:
            reason = f"states another birth date than other scans of subject {one.subject}"
            yield one.scan.problem(reason)


def _telling_names(named: Sequence[SubjectScan]) -> Iterator[Problem]:
    """Yield scans whose subject or timepoint in the mapping is called like the patient."""
    terms: dict[str, set[str]] = defaultdict(set)
    for one in named:
        terms[one.subject] |= one.scan.identity.terms
    for one in named:
        for noun, name in (("subject", one.subject), ("timepoint", one.timepoint)):
            if name and _tells(name.casefold(), terms[one.subject]):
                reason = (
                    f"its {noun} would hold the patient's name, a number or date of theirs; only a "
                    "scan that says that identities were removed (Patient Identity Removed) may"
                )
                yield one.scan.problem(reason)


def _tells(name: str, terms: set[str]) -> bool:
    """Return whether a name is one of the terms, or holds one that is long enough to tell."""
    return any(term == name or (len(term) >= _TELLING and term in name) for term in terms)
