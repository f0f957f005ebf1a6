"""Rows of a study's tables, as programs use them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from recistkit.store.schema import (
    ADJUDICATION,
    ANCHOR,
    ASSIGNMENT,
    CHARTER,
    REREAD,
    SUBJECT,
    TIMEPOINT,
    UNLOCK,
)

if TYPE_CHECKING:
    import sqlalchemy as sa

__all__ = [
    "TABLES",
    "Adjudication",
    "Anchor",
    "Assignment",
    "CharterVersion",
    "Reread",
    "Subject",
    "Timepoint",
    "Unlock",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CharterVersion:
    """A version of the charter with its exact text; `revision` is that of the study's chain."""

    version: int
    revision: int
    at_utc: str
    text: str
    sha256: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A participant, by the study's own id."""

    subject: str
    added_revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timepoint:
    """A visit of a subject; `position` orders them."""

    subject: str
    label: str
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who is to read a subject, or to adjudicate it."""

    subject: str
    reader: str
    role: str
    revision: int
    at_utc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A signature that the study knows of.

    Attributes
    ----------
    reader, subject : str
    revision : int
        Of the record in the chain of the read.
    hash : str
        Of that record.
    at_utc : str
        When it was signed.
    timepoint : str or None
        The visit that was signed.
    document_hash : str
        SHA-256 of the signed document's exact text.
    superseded : bool
        Whether a later signature of the same read takes its place.
    """

    reader: str
    subject: str
    revision: int
    hash: str
    at_utc: str
    timepoint: str | None
    document_hash: str
    superseded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlock:
    """A leave to change what is signed; without a timepoint, of the whole read."""

    revision: int
    subject: str
    reader: str
    timepoint: str | None
    at_utc: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """A second read of a subject by its reader, who sees it under another name."""

    reader: str
    shown_as: str
    subject: str
    revision: int
    at_utc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjudication:
    """A decision between two reads.

    Attributes
    ----------
    revision : int
        Of the study's chain.
    subject, adjudicator : str
    accepted_reader : str or None
        None: neither.
    reader_1, document_1, reader_2, document_2 : str
        The reads as they were shown as A and B, each with the hash of its document.
    reason, at_utc : str
    superseded : bool
        Whether the subject was decided again.
    reopened : bool
        Whether one of the two reads was signed again since, with another document.
    """

    revision: int
    subject: str
    adjudicator: str
    accepted_reader: str | None
    reader_1: str
    document_1: str
    reader_2: str
    document_2: str
    reason: str
    at_utc: str
    superseded: bool
    reopened: bool


TABLES: Final[dict[type, sa.Table]] = {
    CharterVersion: CHARTER,
    Subject: SUBJECT,
    Timepoint: TIMEPOINT,
    Assignment: ASSIGNMENT,
    Anchor: ANCHOR,
    Unlock: UNLOCK,
    Reread: REREAD,
    Adjudication: ADJUDICATION,
}
"""Where the rows of each class are."""
