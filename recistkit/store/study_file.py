"""StudyFile: the chain of a study, and the tables that follow from it.

A record and what it changes in the tables are saved in one transaction.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar, Final, TypeVar

import sqlalchemy as sa

from recistkit.errors import StoreError
from recistkit.model.scan_record import ScanRecord
from recistkit.store.actor import Actor
from recistkit.store.bodies import AnchorBody, Body, CharterBody, CreateBody, text_hash
from recistkit.store.chain import Entry, Record, append, first_hash
from recistkit.store.file import DAMAGED, Clock, Meta, StoreFile, now, records_of
from recistkit.store.projection import project, rebuild
from recistkit.store.rows import TABLES, CharterVersion, Unlock
from recistkit.store.schema import (
    ADJUDICATION,
    ANCHOR,
    CHARTER,
    RECORD,
    REREAD,
    SCAN,
    STUDY_FILE,
    STUDY_META,
    UNLOCK,
    FileKind,
)

__all__ = ["STUDY_CHAIN", "StudyFile"]

STUDY_CHAIN: Final = "study"
"""The one chain of a study's file."""

_OF_NO_READER: Final = (ADJUDICATION, REREAD)
"""Tables that nobody who reads is given a row of."""
_FLAGS: Final = ("superseded", "reopened")

RowT = TypeVar("RowT")


class StudyFile(StoreFile):
    """The file of a study; see `StudyFile.create` and `StudyFile.open`.

    Attributes
    ----------
    path : Path
    study : str
        Id of the study.
    """

    kind: ClassVar[FileKind] = STUDY_FILE
    study: str
    _only: frozenset[str] | None = None

    @classmethod
    def create(
        cls, path: Path, study: str, *, charter: str, actor: Actor, clock: Clock = now
    ) -> StudyFile:
        """Make the file of a new study.

        Parameters
        ----------
        path : Path
            Such as ``study.db``; nothing may be there.
        study : str
            Its id.
        charter : str
            The exact text of its charter.
        actor : Actor
        clock : callable
            The time in UTC.

        Raises
        ------
        StoreError
            If there is a file already, or it cannot be written.
        """
        body = CreateBody(study=study, text=charter, sha256=text_hash(charter))
        entry = Entry(actor=actor, body=body, charter=1, expected_revision=1)
        file = cls(path, to_look=False, clock=clock)

        def begin(connection: sa.Connection) -> None:
            first = {"schema_version": cls.kind.version, "study": study}
            connection.execute(sa.insert(STUDY_META).values(first))
            file.study = study
            file._added(connection, entry)

        return file._open(begin, must_be_new=True)

    @classmethod
    def open(cls, path: Path, *, to_look: bool = False, clock: Clock = now) -> StudyFile:
        """Open the file of a study.

        Parameters
        ----------
        path : Path
        to_look : bool
            Whether nothing may be made or changed.
        clock : callable
            The time in UTC.

        Raises
        ------
        StoreError
            If it is not there, no study's, damaged, made by a newer recistkit,
            or not to be written.
        """
        if not path.is_file():
            raise StoreError(f"{path.name}: there is no study here")
        file = cls(path, to_look=to_look, clock=clock)
        return file._open_to_look() if to_look else file._open()

    def append(
        self,
        actor: Actor,
        body: Body,
        *,
        reason: str | None = None,
        expected_revision: int | None = None,
    ) -> Record:
        """Add a record, and carry out what it changes; both are on disk when this returns.

        Parameters
        ----------
        actor : Actor
        body : Body
            Its model names the action.
        reason : str, optional
        expected_revision : int, optional
            The revision that this is to be, by one who looked at the last one.

        Raises
        ------
        RevisionTakenError
            If somebody else has the revision that was expected.
        StoreError
            If it was not saved.
        """
        with self._transaction("NOT saved") as connection:
            version = self._charter_version(connection) + isinstance(body, CharterBody)
            entry = Entry(
                actor=actor,
                body=body,
                charter=version,
                reason=reason,
                expected_revision=expected_revision,
            )
            return self._added(connection, entry)

    def append_all(
        self, actor: Actor, bodies: Sequence[Body], *, reason: str | None = None
    ) -> tuple[Record, ...]:
        """Add records that belong together, with one reason: all of them or none.

        Raises
        ------
        StoreError
            If they were not saved.
        """
        with self._transaction("NOT saved") as connection:
            version = self._charter_version(connection)
            return tuple(
                self._added(
                    connection, Entry(actor=actor, body=body, charter=version, reason=reason)
                )
                for body in bodies
            )

    def anchor(self, actor: Actor, bodies: Sequence[AnchorBody]) -> tuple[Record, ...]:
        """Anchor signatures; those that are anchored already are left as they are.

        What is anchored together has one time, by which it is known as such.

        Raises
        ------
        StoreError
            If one was anchored with another hash: the read was changed since.
        """
        with self._transaction("NOT saved") as connection:
            version = self._charter_version(connection)
            fresh = [body for body in bodies if not _is_anchored(connection, body)]
            entries = [Entry(actor=actor, body=body, charter=version) for body in fresh]
            at_utc = self._clock().isoformat()
            return tuple(self._added(connection, entry, at_utc) for entry in entries)

    def restrict_to(self, readers: Collection[str]) -> None:
        """Give out from now on nothing but what concerns these readers, and what all may know."""
        self._only = frozenset(readers)

    def looking(self) -> AbstractContextManager[sa.Connection]:
        """Give a connection that sees all of one state of the file, for modules of the store.

        Raises
        ------
        StoreError
            If the file gives out what concerns some readers only.
        """
        if self._only is not None:
            raise self._refusal("its chain is not for who reads in this study")
        return super().looking()

    @property
    def revision(self) -> int:
        """The last revision of the chain."""
        with self.looking() as connection:
            return connection.execute(sa.select(sa.func.max(RECORD.c.revision))).scalar() or 0

    def head(self) -> Record:
        """Return the last record, whose hash stands for the whole chain.

        Raises
        ------
        StoreError
            If the file cannot be read, or has none.
        """
        with self.looking() as connection:
            last = records_of(connection, STUDY_CHAIN, last=True)
        if not last:
            raise self._refusal("is damaged: its chain is empty")
        return last[0]

    def charter(self) -> CharterVersion:
        """Return the charter in force.

        Raises
        ------
        StoreError
            If the file cannot be read.
        """
        return self.rows(CharterVersion)[-1]

    def rows(self, row: type[RowT], **equal: object) -> tuple[RowT, ...]:
        """Return the rows of a table in the order of its key.

        Parameters
        ----------
        row : type
            A class of `recistkit.store.rows`, which names the table.
        **equal
            What columns must be, such as ``subject="S001"``.

        Raises
        ------
        StoreError
            If the file cannot be read.
        """
        return self._handed(row, self._selected(TABLES[row], equal))

    def leaves(self, **equal: object) -> tuple[Unlock, ...]:
        """Return the leaves to amend that no signature of their read has come after; see `rows`.

        What came first is the order of the study's own chain, in which leaves are
        given and signatures anchored. The times of two machines are no order.

        Raises
        ------
        StoreError
            If the file cannot be read.
        """
        given = self._selected(UNLOCK, equal)
        if not given:
            return ()
        first = min(values["revision"] for values in given)
        anchored = (RECORD.c.action == AnchorBody.action, RECORD.c.revision > first)
        query = sa.select(RECORD.c.revision, RECORD.c.body).where(*anchored)
        with super().looking() as connection:
            rows = connection.execute(query.order_by(RECORD.c.revision)).all()
        try:
            last = {_read_of(json.loads(body)): revision for revision, body in rows}
        except (ValueError, LookupError, TypeError):
            raise self._refusal(DAMAGED) from None
        left = [one for one in given if one["revision"] > last.get(_read_of(one), 0)]
        return self._handed(Unlock, left)

    def scans(self, **equal: object) -> tuple[ScanRecord, ...]:
        """Return the scans, in order of subject, timepoint and path; see `rows`.

        Raises
        ------
        StoreError
            If the file cannot be read.
        """
        found = self._selected(SCAN, equal, SCAN.c.subject, SCAN.c.timepoint, SCAN.c.path)
        try:
            for values in found:
                del values["revision"]
                values["date"] = values["date"] and dt.date.fromisoformat(values["date"])
            return tuple(ScanRecord(**values) for values in found)
        except (ValueError, TypeError):
            raise self._refusal(DAMAGED) from None

    def rebuild(self) -> None:
        """Make the tables anew from the chain.

        Raises
        ------
        StoreError
            If that cannot be done; the tables are as before.
        """
        with self._transaction("was NOT rebuilt") as connection:
            rebuild(connection, records_of(connection, STUDY_CHAIN))

    def _selected(
        self, table: sa.Table, equal: dict[str, object], *order: sa.Column[Any]
    ) -> list[dict[str, Any]]:
        """Return rows of a table as mappings."""
        query = sa.select(table).order_by(*order, *table.primary_key)
        query = query.where(*(table.c[name] == value for name, value in equal.items()))
        with super().looking() as connection:
            result = connection.execute(query)
            names = tuple(result.keys())  # once: a mapping of SQLAlchemy's asks for each row
            return [dict(zip(names, row, strict=True)) for row in result]

    def _handed(self, row: type[RowT], found: list[dict[str, Any]]) -> tuple[RowT, ...]:
        """Return rows of a table, and of those only what this file gives out."""
        if self._only is not None:
            found = [self._given(TABLES[row], one) for one in found if self._concerns(row, one)]
        flags = [name for name in _FLAGS if name in TABLES[row].c]
        for values in found:
            values.update({name: bool(values[name]) for name in flags})
        return tuple(row(**values) for values in found)

    def _concerns(self, row: type[object], values: dict[str, Any]) -> bool:
        """Return whether a row concerns nobody, or one of those that this may be given to."""
        known = {None, *(self._only or ())}
        return TABLES[row] not in _OF_NO_READER and values.get("reader") in known

    def _given(self, table: sa.Table, values: dict[str, Any]) -> dict[str, Any]:
        """Return a row without its place in the chain, which counts what others have done."""
        places = () if table is ANCHOR else ("revision", "added_revision")
        return {name: 0 if name in places else value for name, value in values.items()}

    def _added(self, connection: sa.Connection, entry: Entry, at_utc: str | None = None) -> Record:
        """Add a record with what it changes, in a transaction of the caller."""
        record = append(
            connection,
            entry,
            chain=STUDY_CHAIN,
            first=first_hash(self.study, "", STUDY_CHAIN),
            at_utc=at_utc or self._clock().isoformat(),
        )
        for statement, rows in project(record):
            connection.execute(statement, rows)
        return record

    def _charter_version(self, connection: sa.Connection) -> int:
        """Return the version of the charter in force."""
        return connection.execute(sa.select(sa.func.max(CHARTER.c.version))).scalar() or 0

    def _settle(self, _connection: sa.Connection) -> None:
        """Write nothing: a study is whole from its beginning."""

    def _check(self, found: Meta) -> None:
        """Take over what the file says of itself."""
        if not isinstance(found.get("study"), str):
            raise self._refusal(DAMAGED)
        self.study = found["study"]


def _read_of(values: Mapping[str, Any]) -> tuple[str, str]:
    """Return which read a row, or the body of a record, is of."""
    return values["subject"], values["reader"]


def _is_anchored(connection: sa.Connection, body: AnchorBody) -> bool:
    """Return whether a signature is anchored already.

    Raises
    ------
    StoreError
        If it is, with another hash.
    """
    same = (
        ANCHOR.c.reader == body.reader,
        ANCHOR.c.subject == body.subject,
        ANCHOR.c.revision == body.revision,
    )
    known = connection.execute(sa.select(ANCHOR.c.hash).where(*same)).scalar()
    if known not in {None, body.hash}:
        raise StoreError(
            f"NOT saved: reader {body.reader}, subject {body.subject}: revision {body.revision} "
            "of the read is not the one that the study knows; run verify"
        )
    return known is not None
