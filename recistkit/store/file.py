"""StoreFile: what a reader's file and the study's file do alike: open, transact, keep chains.

A file of an older version is brought up to date when it is opened to be written,
in one transaction; opened to look it stays as it is, and a copy in memory is
brought up to date instead.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from recistkit.errors import StoreError
from recistkit.store.chain import Record
from recistkit.store.connection import store_engine
from recistkit.store.schema import RECORD, FileKind

__all__ = ["DAMAGED", "Clock", "Meta", "StoreFile", "now", "records_of"]

Clock = Callable[[], dt.datetime]
Meta = dict[str, Any]
"""What a file says of itself."""

DAMAGED: Final = "is damaged; restore it from the last copy"
_NOT_UTF_8: Final = "Could not decode to UTF-8"
_MOST_AT_ONCE: Final = 400
"""Of pairs in a query; SQLite has taken 999 values since its beginnings."""
_SAID: Final = {
    "FOREIGN KEY constraint failed": "it names a subject or visit that the study does not have",
    "UNIQUE constraint failed: scan.series_uid": "a scan is in the study already",
    "UNIQUE constraint failed: scan.pixels_sha256": "a scan is in the study already",
}
"""What SQLite says, in our words where they help."""


def now() -> dt.datetime:
    """Return the time in UTC."""
    return dt.datetime.now(dt.UTC)


class StoreFile(ABC):
    """A file of the store that is open; see `Journal` and `StudyFile`.

    Attributes
    ----------
    path : Path
    """

    kind: ClassVar[FileKind]
    error: ClassVar[type[StoreError]] = StoreError

    def __init__(self, path: Path, *, to_look: bool, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._engine = store_engine(path, self.kind, to_look=to_look)

    def close(self) -> None:
        """Close the file; nothing can be done with it any more."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def records(self, chain: str | None = None) -> tuple[Record, ...]:
        """Return the records of a chain, or of all, in order of saving.

        Raises
        ------
        StoreError
            If the file cannot be read.
        """
        with self.looking() as connection:
            return records_of(connection, chain)

    def records_at(self, places: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Record]:
        """Return the records of some chains and revisions, without those that are not there.

        Raises
        ------
        StoreError
            If the file cannot be read.
        """
        wanted, found = sorted(places), list[Record]()
        place = sa.tuple_(RECORD.c.chain, RECORD.c.revision)
        with self.looking() as connection:
            for begin in range(0, len(wanted), _MOST_AT_ONCE):
                some = wanted[begin : begin + _MOST_AT_ONCE]
                query = sa.select(RECORD).where(place.in_(some))
                found += [_record(row) for row in connection.execute(query).mappings()]
        return {(one.chain, one.revision): one for one in found}

    def looking(self) -> AbstractContextManager[sa.Connection]:
        """Give a connection that sees one state of the file, for modules of the store."""
        return self._transaction("cannot be read", write=False)

    def writing(self, failed: str) -> AbstractContextManager[sa.Connection]:
        """Give a connection whose changes are kept whole or not at all, for modules of the store.

        Parameters
        ----------
        failed : str
            What an error says was not done.
        """
        return self._transaction(failed)

    def _open(
        self, first: Callable[[sa.Connection], None] | None = None, *, must_be_new: bool = False
    ) -> Self:
        """Return the file when it was checked to be sound; one that is refused is closed.

        Parameters
        ----------
        first : callable or None
            Makes the first rows of an empty file; None refuses one.
        must_be_new : bool
            Whether a file that is not empty is refused.
        """
        failed = f"cannot be opened as a {self.kind.noun}"
        try:
            with self._transaction(failed) as connection:
                self._make(connection, first, must_be_new=must_be_new)
                self._check(self._meta(connection))
                self._bring_up_to_date(connection)
                self._settle(connection)
            with self._transaction(failed, write=False) as connection:
                if connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
                    raise self._refusal(DAMAGED)
            self._remove_former_copies()
        except StoreError:
            self.close()
            raise
        return self

    def _open_to_look(self) -> Self:
        """Return the file when it was checked; nothing is made or changed."""
        try:
            with self._transaction(
                f"cannot be opened as a {self.kind.noun}", write=False
            ) as connection:
                found = self._meta(connection)
                self._check(found)
            if found["schema_version"] < self.kind.version:
                self._look_at_new_copy()
        except StoreError:
            self.close()
            raise
        return self

    @abstractmethod
    def _check(self, found: Meta) -> None:
        """Take over what the file says of itself, or refuse it."""

    @abstractmethod
    def _settle(self, connection: sa.Connection) -> None:
        """Write what opening the file settles, if it settles anything."""

    def _make(
        self,
        connection: sa.Connection,
        first: Callable[[sa.Connection], None] | None,
        *,
        must_be_new: bool,
    ) -> None:
        """Make the tables of an empty file."""
        if sa.inspect(connection).get_table_names():
            if must_be_new:
                raise self._refusal(f"there is a {self.kind.noun} already")
            return
        if first is None:
            raise self._refusal(f"cannot be opened as a {self.kind.noun}: it is empty")
        self.kind.make(connection)
        first(connection)

    def _meta(self, connection: sa.Connection) -> Meta:
        """Return what the file says of itself; refuse one that a newer program made."""
        found = connection.exec_driver_sql("SELECT * FROM meta").mappings().all()
        meta = dict(found[0]) if len(found) == 1 else {}
        version = meta.get("schema_version")
        if not isinstance(version, int) or version < 1:
            raise self._refusal(DAMAGED)
        if version > self.kind.version:
            raise self._refusal("was made by a newer recistkit; update this one")
        return meta

    def _bring_up_to_date(self, connection: sa.Connection) -> None:
        """Migrate an older file, of which a copy is kept until that has succeeded."""
        version = self._meta(connection)["schema_version"]
        if version == self.kind.version:
            return
        from recistkit.store.migrate import migrate

        copy = self._former_copy(version)
        copy.unlink(missing_ok=True)  # what a crash left of one is no copy
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(copy)) as kept:
            source.backup(kept)
        self._migrated(lambda: migrate(connection, self.kind, version))

    def _migrated(self, carry_out: Callable[[], None]) -> None:
        """Carry a migration out; whatever goes wrong in it is said as one error."""
        try:
            carry_out()
        except (SQLAlchemyError, sqlite3.Error, ValueError, TypeError) as error:
            message = f"cannot be brought up to date and stays as it was: {_reason(error)}"
            raise self._refusal(message) from error

    def _look_at_new_copy(self) -> None:
        """Look at a copy in memory from now on, which is brought up to date."""
        from recistkit.store.migrate import migrated_copy

        former = self._engine
        self._migrated(lambda: setattr(self, "_engine", migrated_copy(self.path, self.kind)))
        former.dispose()

    def _former_copy(self, version: int) -> Path:
        """Return where the copy of a file of an older version is kept."""
        return self.path.with_name(f"{self.path.name}.version-{version}")

    def _remove_former_copies(self) -> None:
        """Remove the copies that a migration kept, or one that a crash interrupted."""
        for version in range(1, self.kind.version):
            self._former_copy(version).unlink(missing_ok=True)

    @contextmanager
    def _transaction(self, failed: str, *, write: bool = True) -> Iterator[sa.Connection]:
        """Give a connection in a transaction that is kept whole or not at all."""
        try:
            options = self._engine.execution_options(write=write)
            with options.begin() as connection:
                yield connection
        except (SQLAlchemyError, sqlite3.Error, UnicodeDecodeError) as error:
            raise self._refusal(f"{failed}: {_reason(error)}") from error

    def _refusal(self, message: str) -> StoreError:
        """Return an error that names the file."""
        return self.error(f"{self.path.name}: {message}")


def records_of(
    connection: sa.Connection, chain: str | None = None, *, last: bool = False
) -> tuple[Record, ...]:
    """Return the records of a chain, or of all, in order of saving; or the last one only."""
    query = sa.select(RECORD).order_by(RECORD.c.number)
    query = sa.select(RECORD).order_by(RECORD.c.number.desc()).limit(1) if last else query
    query = query if chain is None else query.where(RECORD.c.chain == chain)
    return tuple(_record(row) for row in connection.execute(query).mappings())


def _record(row: Mapping[Any, Any]) -> Record:
    """Return a record of its row.

    Raises
    ------
    sqlite3.DatabaseError
        If a value in it is damaged: SQLite itself keeps values of any kind in any column.
    """
    for column in RECORD.c:
        kinds = (column.type.python_type, *([type(None)] if column.nullable else []))
        if not isinstance(row[column.name], kinds):
            raise sqlite3.DatabaseError("a value in it is damaged")
    return Record(**row)


def _reason(error: Exception) -> str:
    """Return what SQLite said, without the statement and what stood in it."""
    said = str(getattr(error, "orig", None) or error)
    if isinstance(error, UnicodeDecodeError) or said.startswith(_NOT_UTF_8):
        return "a text in it is damaged"  # SQLite goes on with the text itself
    return _SAID.get(said, said)
