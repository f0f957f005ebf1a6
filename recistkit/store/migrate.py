"""Migrations: an older file becomes one of today, by the steps of Alembic's scripts.

Alembic takes a good part of a second to import, so that this module is imported
only where a migration is due. The version of a file stands in its own table
``meta``; Alembic orders the steps and gives them their operations.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from recistkit.store.schema import FileKind

__all__ = ["migrate", "migrated_copy"]

_STEPS: Final = Path(__file__).parent / "migrations"


def migrate(connection: sa.Connection, kind: FileKind, version: int) -> None:
    """Bring a file up to date, in a transaction that the caller keeps or undoes.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction that writes.
    kind : FileKind
    version : int
        Of the file.
    """
    folder = _STEPS / kind.name
    scripts = ScriptDirectory(str(folder), version_locations=[str(folder)])
    steps = list(scripts.iterate_revisions(str(kind.version), str(version)))
    with Operations.context(MigrationContext.configure(connection)):
        for step in reversed(steps):
            step.module.upgrade()
            connection.exec_driver_sql("UPDATE meta SET schema_version = ?", (int(step.revision),))


def migrated_copy(path: Path, kind: FileKind) -> sa.Engine:
    """Return an engine on a copy of a file in memory that is brought up to date."""
    memory = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    with closing(sqlite3.connect(path)) as source:
        source.backup(memory)
    engine = sa.create_engine(
        "sqlite://", creator=lambda: memory, poolclass=sa.pool.StaticPool, hide_parameters=True
    )
    sa.event.listen(engine, "begin", lambda one: one.exec_driver_sql("BEGIN"))
    with engine.begin() as connection:
        version = connection.exec_driver_sql("SELECT schema_version FROM meta").scalar_one()
        migrate(connection, kind, version)
    memory.execute("PRAGMA query_only = ON")
    return engine
