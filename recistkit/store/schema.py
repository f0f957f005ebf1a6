"""The tables of a reader's file and of a study's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

__all__ = [
    "ADJUDICATION",
    "ANCHOR",
    "ASSIGNMENT",
    "CHARTER",
    "EVENT",
    "PLACE",
    "PROJECTION",
    "READER_FILE",
    "READER_META",
    "RECORD",
    "REREAD",
    "SCAN",
    "STUDY_FILE",
    "STUDY_META",
    "SUBJECT",
    "TIMEPOINT",
    "UNLOCK",
    "FileKind",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKind:
    """What files of one kind have in common.

    Attributes
    ----------
    name : {"reader", "study"}
        Also the folder of its migrations.
    noun : str
        In messages.
    version : int
        Of the schema, as this program makes it.
    tables : frozenset of str
        That a file of any version has.
    metadata : sqlalchemy.MetaData
    triggers : tuple of str
    """

    name: str
    noun: str
    version: int
    tables: frozenset[str]
    metadata: sa.MetaData
    triggers: tuple[str, ...]

    def make(self, connection: sa.Connection) -> None:
        """Make tables and triggers in an empty file."""
        self.metadata.create_all(connection, checkfirst=False)
        for trigger in self.triggers:
            connection.exec_driver_sql(trigger)


def _text(name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=primary_key, nullable=nullable)


def _whole(name: str, *, primary_key: bool = False, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=primary_key, nullable=nullable)


def _record_table(metadata: sa.MetaData) -> sa.Table:
    """Return the table of chains, which is the same in every kind of file."""
    return sa.Table(
        "record",
        metadata,
        _whole("number", primary_key=True),
        _text("chain"),
        _whole("revision"),
        _text("at_utc"),
        _text("login"),
        _text("host"),
        _text("role"),
        _text("action"),
        _text("reason", nullable=True),
        _whole("charter"),
        _text("body"),
        _text("previous_hash"),
        _text("hash"),
        sa.UniqueConstraint("chain", "revision"),
        sqlite_autoincrement=True,
    )


def _kept(table: str, noun: str) -> tuple[str, ...]:
    """Return the triggers that keep the rows of a table as they are."""
    return tuple(
        f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{noun} never changes'); END"
        for action in ("UPDATE", "DELETE")
    )


_reader = sa.MetaData()

READER_META: Final = sa.Table(
    "meta",
    _reader,
    _whole("schema_version"),
    _text("reader"),
    _text("study", nullable=True),
)
EVENT: Final = sa.Table(
    "event",
    _reader,
    _whole("number", primary_key=True),
    _text("subject"),
    _whole("revision"),
    _text("at_utc"),
    _text("command"),
    _text("body"),
    _whole("record", nullable=True),  # the record of a chain that was saved with it
    _text("checksum"),
    sa.UniqueConstraint("subject", "revision"),
    sqlite_autoincrement=True,
)
PLACE: Final = sa.Table("place", _reader, _text("subject", primary_key=True), _text("body"))
RECORD: Final = _record_table(_reader)

READER_FILE: Final = FileKind(
    name="reader",
    noun="journal",
    version=2,
    tables=frozenset({"meta", "event", "place"}),
    metadata=_reader,
    triggers=(*_kept("event", "an event of a journal"), *_kept("record", "a record of a chain")),
)

_study = sa.MetaData()

STUDY_META: Final = sa.Table("meta", _study, _whole("schema_version"), _text("study"))
_record_table(_study)

CHARTER: Final = sa.Table(
    "charter",
    _study,
    _whole("version", primary_key=True),
    _whole("revision"),
    _text("at_utc"),
    _text("text"),
    _text("sha256"),
    _text("reason", nullable=True),
)
SUBJECT: Final = sa.Table(
    "subject", _study, _text("subject", primary_key=True), _whole("added_revision")
)


def _of_subject(*, primary_key: bool = False) -> sa.Column[str]:
    """Return the column of a subject that the study must know when the transaction ends."""
    known = sa.ForeignKey("subject.subject", deferrable=True, initially="DEFERRED")
    return sa.Column("subject", sa.String, known, primary_key=primary_key, nullable=False)


TIMEPOINT: Final = sa.Table(
    "timepoint",
    _study,
    _of_subject(primary_key=True),
    _text("label", primary_key=True),
    _whole("position"),
)
SCAN: Final = sa.Table(
    "scan",
    _study,
    _text("series_uid", primary_key=True),
    _text("subject"),
    _text("timepoint"),
    _text("path"),
    _whole("files"),
    _whole("bytes"),
    _text("sha256"),
    _text("pixels_sha256"),
    _text("modality", nullable=True),
    _text("date", nullable=True),
    _whole("slices"),
    sa.Column("slice_thickness_mm", sa.Float, nullable=True),
    _text("frame_of_reference", nullable=True),
    _whole("revision"),
    sa.UniqueConstraint("path"),
    sa.UniqueConstraint("pixels_sha256"),
    sa.ForeignKeyConstraint(
        ["subject", "timepoint"],
        ["timepoint.subject", "timepoint.label"],
        deferrable=True,
        initially="DEFERRED",
    ),
)
ASSIGNMENT: Final = sa.Table(
    "assignment",
    _study,
    _of_subject(primary_key=True),
    _text("reader", primary_key=True),
    _text("role"),
    _whole("revision"),
    _text("at_utc"),
)
ANCHOR: Final = sa.Table(
    "anchor",
    _study,
    _text("reader", primary_key=True),
    _of_subject(primary_key=True),
    _whole("revision", primary_key=True),
    _text("hash"),
    _text("at_utc"),
    _text("timepoint", nullable=True),
    _text("document_hash"),
    _whole("superseded"),
)
UNLOCK: Final = sa.Table(
    "unlock",
    _study,
    _whole("revision", primary_key=True),
    _of_subject(),
    _text("reader"),
    _text("timepoint", nullable=True),
    _text("at_utc"),
    _text("reason"),
)
REREAD: Final = sa.Table(
    "reread",
    _study,
    _text("reader", primary_key=True),
    _text("shown_as", primary_key=True),
    _of_subject(),
    _whole("revision"),
    _text("at_utc"),
)
ADJUDICATION: Final = sa.Table(
    "adjudication",
    _study,
    _whole("revision", primary_key=True),
    _of_subject(),
    _text("adjudicator"),
    _text("accepted_reader", nullable=True),
    _text("reader_1"),
    _text("document_1"),
    _text("reader_2"),
    _text("document_2"),
    _text("reason"),
    _text("at_utc"),
    _whole("superseded"),
    _whole("reopened"),
)
PROJECTION: Final = (
    CHARTER,
    SUBJECT,
    TIMEPOINT,
    SCAN,
    ASSIGNMENT,
    ANCHOR,
    UNLOCK,
    REREAD,
    ADJUDICATION,
)
"""The tables that follow from the chain, and can be made anew from it."""

STUDY_FILE: Final = FileKind(
    name="study",
    noun="study",
    version=1,
    tables=frozenset(_study.tables),
    metadata=_study,
    triggers=_kept("record", "a record of a chain"),
)
