"""Re-reads as second reads of their subjects: under the ids, days and UIDs of the first ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from recistkit.exchange.read_tables import reads_table, visits_table
from recistkit.exchange.sources import RawTable
from recistkit.store.rows import Reread
from recistkit.study.folder import StudyFolder
from recistkit.study.signed_reads import SignedRead, signed_reads, signed_rereads

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from recistkit.model.read import Read
    from recistkit.model.scan_record import ScanRecord

__all__ = ["SECOND", "SecondReads", "second_reads"]

SECOND: Final = "/re-read"
"""Behind a reader's id it names the second reads; no id of a reader has a stroke in it."""

_DATES: Final = ("date", "date_first", "date_last")
_UIDS: Final = ("series", "frame_of_reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondReads:
    """First and second reads of subjects that their readers read twice.

    Attributes
    ----------
    reads, visits : RawTable
        A second read stands under the subject of the first one, with
        ``/re-read`` behind its reader, and with the days, series and frames of
        reference of the first one's scans.
    readers : tuple of str
        Who has read twice.
    """

    reads: RawTable
    visits: RawTable
    readers: tuple[str, ...]


def second_reads(study: StudyFolder) -> SecondReads | None:
    """Return the re-reads that are signed to their last visits, each beside its first read.

    Returns
    -------
    SecondReads or None
        None where there is none.

    Raises
    ------
    RoleError
        If this login manages nothing here.
    StoreError
        If a signed document is not the one that the study knows.
    """
    study.acting("manager")
    known = {(one.shown_as, one.reader): one.subject for one in study.file.rows(Reread)}
    last = {subject: labels[-1] for subject, labels in study.visits().items()}
    again = [
        one
        for one in (signed_rereads(study) if known else ())
        if one.anchor.timepoint in {None, last.get(one.anchor.subject)}
    ]
    if not again:
        return None
    subjects = {one.anchor.subject: known[one.anchor.subject, one.anchor.reader] for one in again}
    pairs = {
        (subjects[one.anchor.subject], one.anchor.reader): {
            item.label for item in one.read.timepoints
        }
        for one in again
    }
    first = signed_reads(study, subjects=sorted(set(subjects.values())))
    mine = [
        _at(one.read, pairs[key])
        for one in first
        if (key := (one.anchor.subject, one.anchor.reader)) in pairs
    ]
    scans = study.file.scans()
    made = [
        pl.concat(
            [table(mine), *(_as_second(table([one.read]), one, subjects, scans) for one in again)]
        )
        for table in (reads_table, visits_table)
    ]
    reads, visits = (RawTable("re-reads", table, 1, is_checked=True) for table in made)
    readers = tuple(sorted({reader for _, reader in pairs}))
    return SecondReads(reads=reads, visits=visits, readers=readers)


def _at(read: Read, labels: Collection[str]) -> Read:
    """Return a first read at the visits that its re-read has: scans may have come since."""
    timepoints = tuple(item for item in read.timepoints if item.label in labels)
    marks = tuple(mark for mark in read.marks if mark.timepoint in labels)
    return read.model_copy(update={"timepoints": timepoints, "marks": marks})


def _as_second(
    table: pl.DataFrame, one: SignedRead, subjects: dict[str, str], scans: Sequence[ScanRecord]
) -> pl.DataFrame:
    """Return a table of a re-read as one of the subject that it is of."""
    subject, reader = subjects[one.anchor.subject], one.anchor.reader
    twins = _twins(one.anchor.subject, subject, scans)
    names = {copy.series_uid: first.series_uid for copy, first in twins}
    names |= {
        copy.frame_of_reference: first.frame_of_reference
        for copy, first in twins
        if copy.frame_of_reference and first.frame_of_reference
    }
    days = _days_between(twins)
    return table.with_columns(
        pl.lit(subject).alias("subject"),
        pl.lit(reader + SECOND).alias("reader"),
        *(_later(name, days) for name in _DATES if name in table.columns),
        *(pl.col(name).replace(names) for name in _UIDS if name in table.columns),
    )


def _twins(
    shown_as: str, subject: str, scans: Sequence[ScanRecord]
) -> list[tuple[ScanRecord, ScanRecord]]:
    """Return each copy with the scan that it is of: they have one place below their subjects."""
    first = {scan.path.split("/", 2)[2]: scan for scan in scans if scan.subject == subject}
    return [
        (scan, first[place])
        for scan in scans
        if scan.subject == shown_as and (place := scan.path.split("/", 2)[2]) in first
    ]


def _days_between(twins: Sequence[tuple[ScanRecord, ScanRecord]]) -> int:
    """Return by how many days copies are dated earlier: all alike, 0 where no scan has a date."""
    apart = ((first.date - copy.date).days for copy, first in twins if first.date and copy.date)
    return next(apart, 0)


def _later(name: str, days: int) -> pl.Expr:
    """Return a column of dates some days later, as text."""
    return (pl.col(name).str.to_date() + pl.duration(days=days)).cast(pl.String).alias(name)
