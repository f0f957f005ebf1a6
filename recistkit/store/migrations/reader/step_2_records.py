"""Version 2: chains of records beside the events, checksums of events, the id of the study.

The tables are made anew and filled, rather than altered: so they are word for
word those of a file that was made today, which `verify` relies upon.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "2"
down_revision: Final = "1"

_HASHED: Final = ("subject", "revision", "at_utc", "command", "body")


def upgrade() -> None:
    """Make the tables anew with what was in them."""
    _meta()
    _events()
    _records()


def _meta() -> None:
    """Add the study, which nobody has named yet."""
    op.rename_table("meta", "former_meta")
    op.create_table(
        "meta",
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("reader", sa.String, nullable=False),
        sa.Column("study", sa.String, nullable=True),
    )
    op.execute("INSERT INTO meta SELECT schema_version, reader, NULL FROM former_meta")
    op.drop_table("former_meta")


def _events() -> None:
    """Add to each event its checksum, and room for the record that it was saved with."""
    op.execute("DROP TRIGGER event_no_update")
    op.execute("DROP TRIGGER event_no_delete")
    op.rename_table("event", "former_event")
    event = op.create_table(
        "event",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("at_utc", sa.String, nullable=False),
        sa.Column("command", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("record", sa.Integer, nullable=True),
        sa.Column("checksum", sa.String, nullable=False),
        sa.UniqueConstraint("subject", "revision"),
        sqlite_autoincrement=True,
    )
    former = sa.text("SELECT * FROM former_event ORDER BY number")
    for row in op.get_bind().execute(former).mappings():
        values = {**row, "record": None, "checksum": _checksum([row[name] for name in _HASHED])}
        op.get_bind().execute(sa.insert(event).values(values))
    op.drop_table("former_event")
    _keep("event", "an event of a journal")


def _checksum(values: list[object]) -> str:
    """Return what the events of this version are checked with."""
    text = json.dumps(values, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _records() -> None:
    """Make the table of chains."""
    op.create_table(
        "record",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("chain", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("at_utc", sa.String, nullable=False),
        sa.Column("login", sa.String, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=True),
        sa.Column("charter", sa.Integer, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("previous_hash", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
        sa.UniqueConstraint("chain", "revision"),
        sqlite_autoincrement=True,
    )
    _keep("record", "a record of a chain")


def _keep(table: str, noun: str) -> None:
    """Refuse that a row of a table is changed or deleted."""
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{noun} never changes'); END"
        )
