"""The journal of one reader: events that are only ever added, and where the reader stopped.

One SQLite file per reader, so that no reader's program ever opens another
reader's work. An event is on disk (``synchronous = EXTRA``) when `append`
returns; SQLite undoes whatever a crash left half written.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import SQLAlchemyError

from recistkit.errors import JournalError
from recistkit.store.connection import journal_engine
from recistkit.store.schema import EVENT, META, PLACE, SCHEMA_VERSION, TRIGGERS, metadata

__all__ = ["Event", "Journal"]

_CANNOT_OPEN: Final = "cannot be opened as a journal"

Body = Mapping[str, Any]


def _now() -> dt.datetime:
    """Return the time in UTC."""
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One command that was carried out, as it stands in the journal.

    Attributes
    ----------
    number : int
        Over all subjects of the journal, in order of saving.
    subject : str
    revision : int
        Of the subject's read, from 1.
    at_utc : str
        When it was saved, ISO 8601.
    command : str
    body : mapping
        JSON: what changed, with before and after.
    """

    number: int
    subject: str
    revision: int
    at_utc: str
    command: str
    body: Body


class Journal:
    """The journal file of one reader; see `Journal.open`.

    Attributes
    ----------
    path : Path
    reader : str
    """

    def __init__(
        self, path: Path, reader: str, engine: sa.Engine, clock: Callable[[], dt.datetime]
    ) -> None:
        self.path = path
        self.reader = reader
        self._engine = engine
        self._clock = clock

    @classmethod
    def open_to_look(cls, path: Path, reader: str) -> Journal:
        """Open a journal that is there, to look at it only: nothing is made or changed.

        Raises
        ------
        JournalError
            If it is no journal, another reader's, or made by a newer recistkit.
        """
        engine = journal_engine(path, to_look=True)
        return cls._checked(cls(path, reader, engine, _now), _check, write=False)

    @classmethod
    def open(cls, path: Path, reader: str, *, clock: Callable[[], dt.datetime] = _now) -> Journal:
        """Open a reader's journal; a file that is not there is made.

        Parameters
        ----------
        path : Path
            Such as ``readers/A.db``.
        reader : str
            Whose journal it is.
        clock : callable
            The time in UTC.

        Raises
        ------
        JournalError
            If it is no journal, damaged, another reader's, made by a newer
            recistkit, or not to be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise JournalError(f"{path.name}: {_CANNOT_OPEN}: {error.strerror}") from None
        engine = journal_engine(path, to_look=False)
        return cls._checked(cls(path, reader, engine, clock), _make_and_check, write=True)

    @staticmethod
    def _checked(
        journal: Journal, check: Callable[[sa.Connection, Journal], None], *, write: bool
    ) -> Journal:
        """Return a journal that was checked; one that is refused is closed."""
        try:
            with journal._transaction(_CANNOT_OPEN, write=write) as connection:
                check(connection, journal)
        except JournalError:
            journal.close()
            raise
        return journal

    def close(self) -> None:
        """Close the file; the journal cannot be used any more."""
        self._engine.dispose()

    def append(
        self, subject: str, revision: int, command: str, body: Body, place: Body | None = None
    ) -> None:
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

        Raises
        ------
        JournalError
            If it was not saved: the revision is taken, since the read was
            changed elsewhere, or the file cannot be written.
        """
        event = {"subject": subject, "revision": revision, "command": command}
        event |= {"at_utc": self._clock().isoformat(), "body": _text(body)}
        with self._transaction("NOT saved") as connection:
            if _last_revision(connection, subject) != revision - 1:
                message = (
                    "NOT saved: this read was changed in another window or on another machine; "
                    "close this one and open the case again"
                )
                raise JournalError(message)
            connection.execute(sa.insert(EVENT).values(event))
            if place is not None:
                connection.execute(_placed(subject, place))

    def events(self, subject: str) -> tuple[Event, ...]:
        """Return the events of a subject in order.

        Raises
        ------
        JournalError
            If the file cannot be read, or an event is missing.
        """
        query = sa.select(EVENT).where(EVENT.c.subject == subject).order_by(EVENT.c.revision)
        found = self._selected(query)
        if [event.revision for event in found] != list(range(1, len(found) + 1)):
            raise JournalError(f"{self.path.name}: is damaged: an event is missing")
        return found

    def _selected(self, query: sa.Select[Any]) -> tuple[Event, ...]:
        """Return the events that a query selects."""
        with self._transaction("cannot be read", write=False) as connection:
            rows = connection.execute(query).mappings().all()
        try:
            return tuple(Event(**{**row, "body": json.loads(row["body"])}) for row in rows)
        except ValueError:
            raise JournalError(f"{self.path.name}: is damaged: an event is no JSON") from None

    def commands(self, subject: str | None = None) -> dict[str, frozenset[str]]:
        """Return which commands there are of each subject, or of one."""
        query = sa.select(EVENT.c.subject, EVENT.c.command).distinct()
        query = query if subject is None else query.where(EVENT.c.subject == subject)
        found: dict[str, set[str]] = {}
        with self._transaction("cannot be read", write=False) as connection:
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
        query = sa.select(EVENT).where(EVENT.c.command.in_(commands)).order_by(EVENT.c.number)
        query = query if subject is None else query.where(EVENT.c.subject == subject)
        return self._selected(query)

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
        with self._transaction("cannot be read", write=False) as connection:
            body = connection.execute(query).scalar_one_or_none()
        try:
            return None if body is None else dict(json.loads(body))
        except (ValueError, TypeError):
            return None  # a place is a convenience, and never keeps a case from being opened

    @contextmanager
    def _transaction(self, failed: str, *, write: bool = True) -> Iterator[sa.Connection]:
        """Give a connection in a transaction that is kept whole or not at all."""
        try:
            options = self._engine.execution_options(write=write)
            with options.begin() as connection:
                yield connection
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise JournalError(f"{self.path.name}: {failed}: {_reason(error)}") from error


def _make_and_check(connection: sa.Connection, journal: Journal) -> None:
    """Make the tables of a new journal; refuse one that is damaged or not this reader's."""
    if not sa.inspect(connection).get_table_names():
        metadata.create_all(connection, checkfirst=False)
        for trigger in TRIGGERS:
            connection.exec_driver_sql(trigger)
        first = {"schema_version": SCHEMA_VERSION, "reader": journal.reader}
        connection.execute(sa.insert(META).values(first))
    _check(connection, journal)
    if connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
        raise JournalError(f"{journal.path.name}: is damaged; restore it from the last copy")


def _check(connection: sa.Connection, journal: Journal) -> None:
    """Refuse a journal that a newer program made, or that is not this reader's."""
    found = connection.execute(sa.select(META)).mappings().one()
    if found["schema_version"] > SCHEMA_VERSION:
        raise JournalError(f"{journal.path.name}: was made by a newer recistkit; update this one")
    if found["reader"] != journal.reader:
        raise JournalError(f"{journal.path.name}: is the journal of another reader")


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


def _reason(error: Exception) -> str:
    """Return what SQLite said, without the statement and what stood in it."""
    return str(getattr(error, "orig", None) or error)
