"""Event: one command that a reader carried out, as it stands in the journal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from recistkit.store.chain import canonical_hash
from recistkit.store.schema import EVENT

__all__ = ["SHOWN", "Event", "event_checksum", "event_of"]

SHOWN: Final = (
    EVENT.c.number,
    EVENT.c.subject,
    EVENT.c.revision,
    EVENT.c.at_utc,
    EVENT.c.command,
    EVENT.c.body,
)
"""Columns of an event."""


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
    body: Mapping[str, Any]


def event_checksum(event: Mapping[Any, Any]) -> str:
    """Return what an event is checked with when it is loaded."""
    names = ("subject", "revision", "at_utc", "command", "body")
    return canonical_hash(event[name] for name in names)


def event_of(row: Mapping[Any, Any]) -> Event:
    """Return an event of its row."""
    values = {column.name: row[column.name] for column in SHOWN}
    return Event(**{**values, "body": json.loads(row["body"])})
