"""What speaks against a document that is to be a signed read of a study."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from recistkit.errors import Fault
from recistkit.exchange.read_tables import reads_table, visits_table
from recistkit.model.read import Read
from recistkit.store.rows import Assignment
from recistkit.study.charter import Charter, ReadRules
from recistkit.study.folder import StudyFolder
from recistkit.study.load import load_study

__all__ = ["Expected", "document_faults", "table_faults"]

_PATHS = {
    "study": "study",
    "criteria": "criteria.id",
    "criteria hash": "criteria.hash",
    "resolution_mm": "resolution_mm",
}
"""Where a document states each of the rules that it was made under."""

Days = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What a study expects of its reads.

    Attributes
    ----------
    charter : Charter
    readers : frozenset of str
    assigned : frozenset of tuple
        Subject and reader of every read that is to be made.
    visits : mapping of str to mapping of str to tuple of date
        By subject and label, in order: first and last date of the scans.
    """

    charter: Charter
    readers: frozenset[str]
    assigned: frozenset[tuple[str, str]]
    visits: Mapping[str, Mapping[str, Days]]

    @classmethod
    def of(cls, study: StudyFolder) -> Expected:
        """Return what a study expects.

        Raises
        ------
        StoreError, CriteriaError
            If it cannot be told.
        """
        days: dict[tuple[str, str], list[dt.date]] = {}
        for scan in study.file.scans():
            if scan.date is not None:
                days.setdefault((scan.subject, scan.timepoint), []).append(scan.date)
        return cls(
            charter=study.settings.charter(study.path),
            readers=frozenset(study.reader_ids),
            assigned=frozenset(
                (one.subject, one.reader) for one in study.file.rows(Assignment, role="reader")
            ),
            visits={
                subject: {
                    label: (min(found), max(found))
                    for label in labels
                    if (found := days.get((subject, label)))
                }
                for subject, labels in study.visits().items()
            },
        )


def document_faults(read: Read, expected: Expected) -> list[Fault]:
    """Return what speaks against a document as a read of a study, but for the scans it names.

    Parameters
    ----------
    read : Read
        Under the study's names.
    expected : Expected
    """
    found = [*_person_faults(read, expected), *_rule_faults(read, expected.charter)]
    if read.subject in expected.visits:
        found += _visit_faults(read, expected.visits[read.subject])
    if read.state != "signed":
        found.append(("state", "expected a signed document"))
    return [Fault(0, path, message) for path, message in found]


def table_faults(reads: Sequence[Read]) -> Iterator[tuple[int, Fault]]:
    """Yield what the batch commands would refuse, with the number of the read.

    Parameters
    ----------
    reads : sequence of Read
        No two of one subject and reader.
    """
    ordered = sorted(range(len(reads)), key=lambda one: (reads[one].subject, reads[one].reader))
    tables = load_study(reads_table(reads), visits=visits_table(reads)).tables
    for kind, table in (("marks", tables.reads), ("timepoints", tables.visits)):
        places = [
            (number, f"{kind}.{index}")
            for number in ordered
            for index in range(len(getattr(reads[number], kind)))
        ]
        for fault in () if table is None else table.faults:
            number, path = places[fault.row - 1] if fault.row else (ordered[0], kind)
            yield number, Fault(0, f"{path}.{fault.column}".rstrip("."), fault.message)


def _person_faults(read: Read, expected: Expected) -> Iterator[tuple[str, str]]:
    """Yield whether subject or reader are none of the study's."""
    if read.subject not in expected.visits:
        yield "subject", "the study has no such subject"
    if read.reader not in expected.readers:
        yield "reader", "the charter names no such reader"
    elif (read.subject, read.reader) not in expected.assigned and read.subject in expected.visits:
        yield "reader", f"{read.subject} is not assigned to reader {read.reader}"


def _rule_faults(read: Read, charter: Charter) -> Iterator[tuple[str, str]]:
    """Yield what the document was made under that the charter has otherwise."""
    stated = charter.rules.to_json() | {"criteria hash": charter.criteria.content_hash}
    for name in charter.rules.differences(ReadRules.of_read(read)):
        yield _PATHS[name], f"expected {stated[name]}, as the charter has it"
    for index, lesion in enumerate(read.lesions):
        if lesion.compartment not in (charter.compartments or (None,)):
            words = ", ".join(charter.compartments)
            message = f"expected one of {words}" if words else "the charter has no compartments"
            yield f"lesions.{index}.compartment", message


def _visit_faults(read: Read, visits: Mapping[str, Days]) -> Iterator[tuple[str, str]]:
    """Yield how the visits of a document differ from those that the scans of the study show."""
    labels, known = [item.label for item in read.timepoints], list(visits)
    if not labels or {*labels} != {*known[: len(labels)]}:
        those = f"{', '.join(known) or 'none'}, which are the visits in the study"
        yield "timepoints", f"expected {those}, or the first of them"
    for index, item in enumerate(read.timepoints):
        days = visits.get(item.label)
        if days is not None and (item.date_first, item.date_last) != days:
            first, last = days
            yield f"timepoints.{index}", f"expected {first} to {last}, the dates of its scans"
