"""Connections to a file of the store: safe ones that save, and ones that only look."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from recistkit.store.schema import FileKind

__all__ = ["store_engine"]

_EXTRA: Final = 3
"""What SQLite answers when ``synchronous`` is EXTRA."""
_SAFE_MODE: Final = "delete"
"""No write-ahead log: its shared memory is unsafe on a drive that several machines use."""
_WAIT_SECONDS: Final = 10
_OTHER: Final = "it is a database of something else"


def store_engine(path: Path, kind: FileKind, *, to_look: bool) -> sa.Engine:
    """Return what opens the file when it is first used.

    Parameters
    ----------
    path : Path
    kind : FileKind
        A file of any other kind is refused.
    to_look : bool
        Whether nothing may be made or changed.
    """
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        pool_size=1,
        max_overflow=0,
        connect_args={"timeout": _WAIT_SECONDS},
        hide_parameters=True,  # what readers write has no place in an error
    )
    sa.event.listen(engine, "connect", _prepared_to_look(kind) if to_look else _prepared(kind))
    sa.event.listen(engine, "begin", _begin)
    return engine


def _prepared(kind: FileKind) -> Callable[[sqlite3.Connection, object], None]:
    """Return what makes a connection safe: nothing is said to be saved before it is on disk."""

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        if not _is_of_kind(connection, kind, or_empty=True):
            raise sqlite3.DatabaseError(_OTHER)
        mode = connection.execute(f"PRAGMA journal_mode = {_SAFE_MODE}").fetchone()[0]
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute("PRAGMA foreign_keys = ON")
        synchronous = connection.execute("PRAGMA synchronous").fetchone()[0]
        if mode != _SAFE_MODE or synchronous != _EXTRA:
            raise sqlite3.OperationalError(f"this folder cannot keep a {kind.noun} safely")

    return prepare


def _prepared_to_look(kind: FileKind) -> Callable[[sqlite3.Connection, object], None]:
    """Return what makes a connection one that only looks."""

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        if not _is_of_kind(connection, kind, or_empty=False):
            raise sqlite3.DatabaseError(_OTHER)
        connection.execute("PRAGMA query_only = ON")

    return prepare


def _is_of_kind(connection: sqlite3.Connection, kind: FileKind, *, or_empty: bool) -> bool:
    """Return whether the file has the tables of its kind, or none yet."""
    connection.isolation_level = None  # transactions begin where `_begin` says so
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    return names >= kind.tables or (or_empty and not names)


def _begin(connection: sa.Connection) -> None:
    """Begin a transaction; one that writes takes its turn at once, not in its middle."""
    write = connection.get_execution_options().get("write", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
