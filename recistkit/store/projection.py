"""Projection: the tables of a study as they follow from its chain, record by record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, cast

import sqlalchemy as sa

from recistkit.store.bodies import (
    AddScansBody,
    AdjudicateBody,
    AnchorBody,
    AssignBody,
    Body,
    CharterBody,
    CreateBody,
    ImportBody,
    RereadBody,
    UnlockBody,
    VisitOfSubject,
)
from recistkit.store.chain import Record
from recistkit.store.schema import (
    ADJUDICATION,
    ANCHOR,
    ASSIGNMENT,
    CHARTER,
    PROJECTION,
    REREAD,
    SCAN,
    SUBJECT,
    TIMEPOINT,
    UNLOCK,
)

__all__ = ["project", "rebuild"]

Row = dict[str, Any]
Step = tuple[sa.Executable, list[Row]]
"""A statement, and the rows that it is carried out for."""

_OF: Final[sa.BindParameter[str]] = sa.bindparam("of")
_BY: Final[sa.BindParameter[str]] = sa.bindparam("by")
_NOW: Final[sa.BindParameter[str]] = sa.bindparam("now")

_INTO_CHARTER: Final = sa.insert(CHARTER)
_INTO_SUBJECT: Final = sa.insert(SUBJECT)
_INTO_TIMEPOINT: Final = sa.insert(TIMEPOINT)
_INTO_SCAN: Final = sa.insert(SCAN)
_INTO_ASSIGNMENT: Final = sa.insert(ASSIGNMENT)
_INTO_ANCHOR: Final = sa.insert(ANCHOR)
_INTO_UNLOCK: Final = sa.insert(UNLOCK)
_INTO_REREAD: Final = sa.insert(REREAD)
_INTO_ADJUDICATION: Final = sa.insert(ADJUDICATION)
_FORMER_VISIT: Final = sa.delete(TIMEPOINT).where(
    TIMEPOINT.c.subject == _OF, TIMEPOINT.c.label == sa.bindparam("named")
)
_FORMER_ASSIGNMENT: Final = sa.delete(ASSIGNMENT).where(
    ASSIGNMENT.c.subject == _OF, ASSIGNMENT.c.reader == _BY
)
_FORMER_ANCHORS: Final = (
    sa.update(ANCHOR)
    .where(ANCHOR.c.subject == _OF, ANCHOR.c.reader == _BY, ANCHOR.c.superseded == 0)
    .values(superseded=1)
)
_FORMER_DECISIONS: Final = (
    sa.update(ADJUDICATION)
    .where(ADJUDICATION.c.subject == _OF, ADJUDICATION.c.superseded == 0)
    .values(superseded=1)
)
_DECISIONS_ON_ANOTHER: Final = (
    sa.update(ADJUDICATION)
    .where(
        ADJUDICATION.c.subject == _OF,
        ADJUDICATION.c.superseded == 0,
        sa.or_(
            sa.and_(ADJUDICATION.c.reader_1 == _BY, ADJUDICATION.c.document_1 != _NOW),
            sa.and_(ADJUDICATION.c.reader_2 == _BY, ADJUDICATION.c.document_2 != _NOW),
        ),
    )
    .values(reopened=1)
)
"""Decisions, one of whose two reads has another document now."""


def project(record: Record) -> tuple[Step, ...]:
    """Return what a record changes in the tables of the study; this depends on nothing else.

    Raises
    ------
    StoreError
        If the body is none of its action.
    """
    step = _STEPS.get(record.action)
    if step is None:
        return ()
    return tuple((statement, rows) for statement, rows in step(record, record.content()) if rows)


def rebuild(connection: sa.Connection, records: Iterable[Record]) -> None:
    """Make the tables of a study anew, in a transaction that the caller keeps or undoes."""
    for table in reversed(PROJECTION):
        connection.execute(sa.delete(table))
    for record in records:
        for statement, rows in project(record):
            connection.execute(statement, rows)


def _charter(record: Record, body: Body) -> Iterable[Step]:
    stated = cast("CreateBody | CharterBody", body)
    row = {
        "version": record.charter,
        "revision": record.revision,
        "at_utc": record.at_utc,
        "text": stated.text,
        "sha256": stated.sha256,
        "reason": record.reason,
    }
    yield _INTO_CHARTER, [row]


def _subjects(record: Record, names: Iterable[str], visits: Iterable[VisitOfSubject]) -> list[Step]:
    """Return what adds subjects, and puts visits in their place of the order."""
    subjects = [{"subject": name, "added_revision": record.revision} for name in names]
    rows = [visit.model_dump() for visit in visits]
    former = [{"of": row["subject"], "named": row["label"]} for row in rows]
    return [
        (_INTO_SUBJECT, subjects),
        (_FORMER_VISIT, former),
        (_INTO_TIMEPOINT, rows),
    ]


def _add_scans(record: Record, body: Body) -> Iterable[Step]:
    stated = cast("AddScansBody", body)
    yield from _subjects(record, stated.subjects, stated.timepoints)
    scans = [one.model_dump(mode="json") | {"revision": record.revision} for one in stated.scans]
    yield _INTO_SCAN, scans


def _import(record: Record, body: Body) -> Iterable[Step]:
    stated = cast("ImportBody", body)
    yield from _subjects(record, stated.subjects, stated.timepoints)


def _assign(record: Record, body: Body) -> Iterable[Step]:
    stated = cast("AssignBody", body)
    yield (
        _FORMER_ASSIGNMENT,
        [{"of": one.subject, "by": one.reader} for one in stated.reads],
    )
    if not stated.withdrawn:
        said = {"revision": record.revision, "at_utc": record.at_utc}
        yield _INTO_ASSIGNMENT, [one.model_dump() | said for one in stated.reads]


def _anchor(_record: Record, body: Body) -> Iterable[Step]:
    stated = cast("AnchorBody", body)
    row = stated.model_dump()
    yield _FORMER_ANCHORS, [{"of": stated.subject, "by": stated.reader}]
    yield _INTO_ANCHOR, [row | {"superseded": 0}]
    now = {"of": stated.subject, "by": stated.reader, "now": stated.document_hash}
    yield _DECISIONS_ON_ANOTHER, [now]


def _unlock(record: Record, body: Body) -> Iterable[Step]:
    row = cast("UnlockBody", body).model_dump()
    said = {"revision": record.revision, "at_utc": record.at_utc, "reason": record.reason}
    yield _INTO_UNLOCK, [row | said]


def _reread(record: Record, body: Body) -> Iterable[Step]:
    row = cast("RereadBody", body).model_dump()
    yield _INTO_REREAD, [row | {"revision": record.revision, "at_utc": record.at_utc}]


def _adjudicate(record: Record, body: Body) -> Iterable[Step]:
    stated = cast("AdjudicateBody", body)
    first, second = stated.reads
    yield _FORMER_DECISIONS, [{"of": stated.subject}]
    row = {
        "revision": record.revision,
        "subject": stated.subject,
        "adjudicator": stated.adjudicator,
        "accepted_reader": stated.accepted_reader,
        "reader_1": first.reader,
        "document_1": first.document_hash,
        "reader_2": second.reader,
        "document_2": second.document_hash,
        "reason": record.reason,
        "at_utc": record.at_utc,
        "superseded": 0,
        "reopened": 0,
    }
    yield _INTO_ADJUDICATION, [row]


_STEPS: Final[dict[str, Callable[[Record, Body], Iterable[Step]]]] = {
    "CREATE": _charter,
    "CHARTER": _charter,
    "ADD-SCANS": _add_scans,
    "IMPORT": _import,
    "ASSIGN": _assign,
    "ANCHOR": _anchor,
    "UNLOCK": _unlock,
    "REREAD": _reread,
    "ADJUDICATE": _adjudicate,
}
