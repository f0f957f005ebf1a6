"""The tables of a journal."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

__all__ = ["EVENT", "META", "PLACE", "SCHEMA_VERSION", "TRIGGERS", "metadata"]

SCHEMA_VERSION: Final = 1

metadata: Final = sa.MetaData()

META: Final = sa.Table(
    "meta",
    metadata,
    sa.Column("schema_version", sa.Integer, nullable=False),
    sa.Column("reader", sa.String, nullable=False),
)
EVENT: Final = sa.Table(
    "event",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("at_utc", sa.String, nullable=False),
    sa.Column("command", sa.String, nullable=False),
    sa.Column("body", sa.String, nullable=False),
    sa.UniqueConstraint("subject", "revision"),
    sqlite_autoincrement=True,
)
PLACE: Final = sa.Table(
    "place",
    metadata,
    sa.Column("subject", sa.String, primary_key=True),
    sa.Column("body", sa.String, nullable=False),
)
TRIGGERS: Final = tuple(
    f"CREATE TRIGGER event_no_{action.lower()} BEFORE {action} ON event "
    "BEGIN SELECT RAISE(ABORT, 'an event of a journal never changes'); END"
    for action in ("UPDATE", "DELETE")
)
