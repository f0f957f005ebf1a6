"""The journal of one reader: events that are only ever added, and where the reader stopped.

One SQLite file per reader, so that no reader's program ever opens another
reader's work. An event is on disk (``synchronous = EXTRA``) when `append`
returns; SQLite undoes whatever a crash left half written. Beside the events,
which are drafts, stand the chains of what was signed: one per subject.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from recistkit.errors import JournalError, StoreError
from recistkit.store.chain import Entry, Record, append, first_hash, read_chain
from recistkit.store.event import SHOWN, Event, event_checksum, event_of
from recistkit.store.file import Clock, Meta, StoreFile, now
from recistkit.store.schema import EVENT, PLACE, READER_FILE, READER_META, RECORD, FileKind

__all__ = ["Event", "Journal", "event_checksum"]

_TAKEN: Final = (
    "NOT saved: this read was changed in another window or on another machine; "
    "close this one and open the case again"
)

Body = Mapping[str, Any]


class _End(NamedTuple):
    """Where a read ends: the last revision and number of its events, and of its chain.

    Revisions begin anew when events were purged, numbers never do.
    """

    revision: int
    number: int
    signed: int


class Journal(StoreFile):
    """The journal file of one reader; see `Journal.open`.

    Attributes
    ----------
    path : Path
    reader : str
    study : str or None
        Id of the study that its chains belong to; None while nobody has named one.
    """

    kind: ClassVar[FileKind] = READER_FILE
    error: ClassVar[type[StoreError]] = JournalError

    def __init__(
        self, path: Path, reader: str, study: str | None, *, to_look: bool, clock: Clock
    ) -> None:
        super().__init__(path, to_look=to_look, clock=clock)
        self.reader = reader
        self.study = study
        self._seen: dict[str, _End] = {}

    @classmethod
    def open_to_look(cls, path: Path, reader: str, *, study: str | None = None) -> Journal:
        """Open a journal that is there, to look at it only: nothing is made or changed.

        Raises
        ------
        JournalError
            If it is no journal, another reader's or study's, or made by a newer recistkit.
        """
        journal = cls(path, reader, study, to_look=True, clock=now)
        return journal._open_to_look()

    @classmethod
    def open(
        cls, path: Path, reader: str, *, study: str | None = None, clock: Clock = now
    ) -> Journal:
        """Open a reader's journal; a file that is not there is made.

        Parameters
        ----------
        path : Path
            Such as ``readers/A.db``.
        reader : str
            Whose journal it is.
        study : str, optional
            Id of the study, which a journal without one belongs to from now on.
        clock : callable
            The time in UTC.

        Raises
        ------
        JournalError
            If it is no journal, damaged, another reader's or study's, made by a
            newer recistkit, or not to be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise JournalError(
                f"{path.name}: cannot be opened as a journal: {error.strerror}"
            ) from None
        journal = cls(path, reader, study, to_look=False, clock=clock)
        return journal._open(journal._make_meta)

    def append(
        self,
        subject: str,
        revision: int,
        command: str,
        body: Body,
        place: Body | None = None,
        *,
        record: Entry | None = None,
    ) -> Record | None:
        """Save an event; it is on disk when this returns.

        Parameters
        ----------
        subject : str
        revision : int
            The one after the subject's last.
        command : str
        body : mapping
            JSON.
        place : mapping, optional
            Where the reader is now, saved with the event or not at all.
        record : Entry, optional
            What is added to the chain of the read, with the event or not at all.

        Returns
        -------
        Record or None
            The one that was added.

        Raises
        ------
        JournalError
            If it was not saved: the revision is taken, since the read was
            changed elsewhere, or the file cannot be written.
        """
        event = {"subject": subject, "revision": revision, "command": command}
        event |= {"at_utc": self._clock().isoformat(), "body": _text(body)}
        with self._transaction("NOT saved") as connection:
            end = _end(connection, subject)
            if end.revision != revision - 1 or end != self._seen.get(subject, end):
                raise JournalError(_TAKEN)
            added = None
            if record is not None:
                added = self._chained(connection, subject, record, str(event["at_utc"]))
            event |= {"record": added and added.number, "checksum": event_checksum(event)}
            number = connection.execute(sa.insert(EVENT).values(event)).inserted_primary_key
            assert number is not None  # noqa: S101  an insert of one row has one
            if place is not None:
                connection.execute(_placed(subject, place))
        signed = end.signed if added is None else added.revision
        self._seen[subject] = _End(revision, number[0], signed)
        return added

    def append_record(self, subject: str, record: Entry) -> Record:
        """Add a record to the chain of a read, without an event; it is on disk then.

        Raises
        ------
        JournalError
            If it was not saved; `RevisionTakenError`, which is one, says who was first.
        """
        with self._transaction("NOT saved") as connection:
            added = self._chained(connection, subject, record, self._clock().isoformat())
        self._seen.pop(subject, None)
        return added

    def append_first_records(self, records: Mapping[str, Entry]) -> tuple[Record, ...]:
        """Begin the chains of several reads, all of them or none.

        Parameters
        ----------
        records : mapping of str to Entry
            By subject.

        Raises
        ------
        JournalError
            If it was not saved: one was begun before, or the file cannot be written.
        """
        with self._transaction("NOT saved") as connection:
            begun = [one for one in records if _last_revision(connection, one)]
            if begun:
                raise JournalError(f"NOT saved: the read of {', '.join(begun)} was begun before")
            at_utc = self._clock().isoformat()
            return tuple(
                self._chained(connection, subject, replace(entry, expected_revision=1), at_utc)
                for subject, entry in records.items()
            )

    def events(self, subject: str) -> tuple[Event, ...]:
        """Return the events of a subject in order.

        Raises
        ------
        JournalError
            If the file cannot be read, or an event is missing.
        """
        query = (
            sa.select(*SHOWN, EVENT.c.checksum)
            .where(EVENT.c.subject == subject)
            .order_by(EVENT.c.revision)
        )
        with self.looking() as connection:
            rows = connection.execute(query).mappings().all()
            end = _end(connection, subject)
        found = self._events(rows)
        if [event.revision for event in found] != list(range(1, len(found) + 1)):
            raise JournalError(f"{self.path.name}: is damaged: an event is missing")
        self._seen[subject] = end
        return found

    def _events(self, rows: Sequence[Mapping[Any, Any]]) -> tuple[Event, ...]:
        """Return the events of rows that were selected."""
        changed = next((row for row in rows if row["checksum"] != event_checksum(row)), None)
        if changed is not None:
            raise JournalError(f"{self.path.name}: is damaged: event {changed['number']} changed")
        try:
            return tuple(event_of(row) for row in rows)
        except ValueError:
            raise JournalError(f"{self.path.name}: is damaged: an event is no JSON") from None

    def commands(self, subject: str | None = None) -> dict[str, frozenset[str]]:
        """Return which commands there are of each subject, or of one."""
        query = sa.select(EVENT.c.subject, EVENT.c.command).distinct()
        query = query if subject is None else query.where(EVENT.c.subject == subject)
        found: dict[str, set[str]] = {}
        with self.looking() as connection:
            for row in connection.execute(query):
                found.setdefault(row.subject, set()).add(row.command)
        return {name: frozenset(commands) for name, commands in found.items()}

    def events_of(self, commands: Collection[str], subject: str | None = None) -> tuple[Event, ...]:
        """Return the events of some commands in order of saving, of all subjects or of one.

        Raises
        ------
        JournalError
            If the file cannot be read.
        """
        query = sa.select(*SHOWN, EVENT.c.checksum).order_by(EVENT.c.number)
        query = query.where(EVENT.c.command.in_(commands))
        query = query if subject is None else query.where(EVENT.c.subject == subject)
        with self.looking() as connection:
            rows = connection.execute(query).mappings().all()
        return self._events(rows)

    def save_place(self, subject: str, place: Body) -> None:
        """Save where the reader is now; it takes the place of what was saved before.

        Raises
        ------
        JournalError
            If it was not saved.
        """
        with self._transaction("the place was NOT saved") as connection:
            connection.execute(_placed(subject, place))

    def place(self, subject: str) -> Body | None:
        """Return where the reader stopped; None where nothing is saved, or what is, is no JSON."""
        query = sa.select(PLACE.c.body).where(PLACE.c.subject == subject)
        with self.looking() as connection:
            body = connection.execute(query).scalar_one_or_none()
        try:
            return None if body is None else dict(json.loads(body))
        except (ValueError, TypeError):
            return None  # a place is a convenience, and never keeps a case from being opened

    def purge(self, subject: str) -> int:
        """Delete the events of a read whose last one signed it; its chain stays as it is.

        The trigger that forbids it is taken away and put back in the one
        transaction that deletes, so that at no moment anybody finds the file
        without it, and a crash leaves all events or none. What was deleted is
        overwritten on disk.

        Returns
        -------
        int
            How many events there were.

        Raises
        ------
        JournalError
            If the read has no signature, or was worked on since; nothing was deleted.
        """
        with self._transaction("was NOT purged") as connection:
            connection.exec_driver_sql("PRAGMA secure_delete = ON")
            if not _ends_signed(connection, subject):
                raise JournalError(
                    "was NOT purged: only what is signed, and unchanged since, can be"
                )
            deleted = self.delete_events(connection, subject)
        self._seen.pop(subject, None)
        return deleted

    def delete_events(self, connection: sa.Connection, subject: str) -> int:
        """Delete the events of a read, for modules of the store; return how many there were."""
        trigger = next(one for one in self.kind.triggers if " event_no_delete " in one)
        connection.exec_driver_sql("DROP TRIGGER event_no_delete")
        deleted = connection.execute(sa.delete(EVENT).where(EVENT.c.subject == subject))
        connection.exec_driver_sql(trigger)
        return deleted.rowcount

    def _chained(
        self, connection: sa.Connection, subject: str, record: Entry, at_utc: str
    ) -> Record:
        """Add a record to the chain of a subject's read."""
        if self.study is None:
            raise JournalError("NOT saved: this journal belongs to no study")
        chain = read_chain(subject)
        first = first_hash(self.study, self.reader, chain)
        try:
            return append(connection, record, chain=chain, first=first, at_utc=at_utc)
        except JournalError:
            raise
        except StoreError as error:
            raise JournalError(str(error)) from None

    def _make_meta(self, connection: sa.Connection) -> None:
        """Say whose journal it is."""
        first = {"schema_version": self.kind.version, "reader": self.reader, "study": self.study}
        connection.execute(sa.insert(READER_META).values(first))

    def _check(self, found: Meta) -> None:
        """Refuse the journal of another reader, or of another study."""
        if found.get("reader") != self.reader:
            raise self._refusal("is the journal of another reader")
        study = found.get("study")  # version 1 knew no study
        if None not in {study, self.study} and study != self.study:
            raise self._refusal("is the journal of another study")
        self.study = study or self.study

    def _settle(self, connection: sa.Connection) -> None:
        """Let the journal belong to the study from now on, if it did to none."""
        if self.study != connection.execute(sa.select(READER_META.c.study)).scalar():
            connection.execute(sa.update(READER_META).values(study=self.study))


def _ends_signed(connection: sa.Connection, subject: str) -> bool:
    """Return whether the last event of a subject was saved with its last signature."""
    last = sa.select(EVENT.c.record).where(EVENT.c.subject == subject)
    record = connection.execute(last.order_by(EVENT.c.revision.desc()).limit(1)).scalar()
    mine = RECORD.c.chain == read_chain(subject)
    query = sa.select(RECORD.c.number, RECORD.c.action).where(mine)
    end = connection.execute(query.order_by(RECORD.c.revision.desc()).limit(1)).first()
    return end is not None and record == end.number and end.action == "SIGN"


def _end(connection: sa.Connection, subject: str) -> _End:
    """Return where the read of a subject ends now."""
    last = sa.select(EVENT.c.revision, EVENT.c.number).where(EVENT.c.subject == subject)
    event = connection.execute(last.order_by(EVENT.c.revision.desc()).limit(1)).first()
    mine = RECORD.c.chain == read_chain(subject)
    signed = connection.execute(sa.select(sa.func.max(RECORD.c.revision)).where(mine)).scalar()
    revision, number = (0, 0) if event is None else event
    return _End(revision, number, signed or 0)


def _last_revision(connection: sa.Connection, subject: str) -> int:
    """Return the last revision of a subject, 0 where there is none."""
    query = sa.select(sa.func.max(EVENT.c.revision)).where(EVENT.c.subject == subject)
    return connection.execute(query).scalar() or 0


def _placed(subject: str, place: Body) -> sa.Executable:
    """Return the statement that saves a place."""
    text = _text(place)
    return (
        insert(PLACE)
        .values(subject=subject, body=text)
        .on_conflict_do_update(index_elements=["subject"], set_={"body": text})
    )


def _text(body: Body) -> str:
    """Return JSON text.

    Raises
    ------
    JournalError
        If there is none, such as of a number that is infinite.
    """
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:
        raise JournalError("NOT saved: one of its numbers is not finite") from None
