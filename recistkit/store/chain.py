"""Chain: records that are only ever added, each bound to all before it by its hash.

A hash is the SHA-256 of the canonical JSON array of every column but the hash
itself and the number of the row. The first record is bound to what the chain
is of, so that no chain can be passed off as another one. A chain shows that
nothing was changed, left out or put in; that its end was cut off is shown by
what names its last hash: an anchor in the study, an export.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Final

import sqlalchemy as sa

from recistkit.errors import RevisionTakenError, StoreError
from recistkit.store.actor import Actor
from recistkit.store.bodies import Body, accepted, body_text
from recistkit.store.schema import RECORD
from recistkit.terms import REASONED_ACTIONS

__all__ = [
    "Entry",
    "Record",
    "append",
    "canonical_hash",
    "check_chain",
    "first_hash",
    "read_chain",
    "record_hash",
]

_FORMAT: Final = "recistkit-chain-1"
_HASHED: Final = tuple(column.name for column in RECORD.c if column.name not in {"number", "hash"})
_LONGEST_REASON: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a chain, as it stands in the file.

    Attributes
    ----------
    number : int
        Over all chains of the file, in order of saving.
    chain : str
        ``"study"``, or ``"read:"`` and the subject.
    revision : int
        Of the chain, from 1.
    at_utc : str
        ISO 8601.
    login, host, role : str
        Who did it; see `Actor`.
    action : str
        A word of `recistkit.terms.ACTIONS`.
    reason : str or None
    charter : int
        Version of the charter in force; 0 where the study has none.
    body : str
        The exact text; see `recistkit.store.bodies`.
    previous_hash, hash : str
        In hexadecimal digits.
    """

    number: int
    chain: str
    revision: int
    at_utc: str
    login: str
    host: str
    role: str
    action: str
    reason: str | None
    charter: int
    body: str
    previous_hash: str
    hash: str

    def content(self) -> Body:
        """Return the body as its model.

        Raises
        ------
        StoreError
            If it is none of its action.
        """
        return accepted(self.action, self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What is to be added to a chain.

    Attributes
    ----------
    actor : Actor
    body : Body
        Its model names the action.
    charter : int
        Version of the charter in force.
    reason : str or None
        Text, expected for the actions of `recistkit.terms.REASONED_ACTIONS`.
    expected_revision : int or None
        The revision that this is to be; None where any will do.
    """

    actor: Actor
    body: Body
    charter: int
    reason: str | None = None
    expected_revision: int | None = None


def read_chain(subject: str) -> str:
    """Return the name of the chain of a subject's read, in its reader's file."""
    return f"read:{subject}"


def canonical_hash(values: Iterable[object]) -> str:
    """Return the SHA-256 of values as a canonical JSON array in UTF-8."""
    text = json.dumps(
        list(values), separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=repr
    )
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def first_hash(study: str, owner: str, chain: str) -> str:
    """Return what the first record of a chain is bound to.

    Parameters
    ----------
    study : str
        Id of the study.
    owner : str
        Whose file the chain is in: a reader's id, empty for the study's own.
    chain : str
    """
    return canonical_hash([_FORMAT, study, owner, chain])


def record_hash(record: Record) -> str:
    """Return the hash that a record must have, over every column but number and hash."""
    return canonical_hash(getattr(record, name) for name in _HASHED)


def check_chain(records: Iterable[Record], first: str) -> tuple[str, ...]:
    """Return what is wrong with the records of one chain, in their order; nothing if it is sound.

    Parameters
    ----------
    records : iterable of Record
    first : str
        What the first record must be bound to; see `first_hash`.
    """
    problems, previous = [], first
    for revision, record in enumerate(records, start=1):
        where = f"chain {record.chain!r}, revision {record.revision!r}"
        if record.revision != revision:
            problems.append(f"{where}: revision {revision} was expected")
        if record.previous_hash != previous:
            problems.append(f"{where}: does not follow from the record before it")
        if record.hash != record_hash(record):
            problems.append(f"{where}: was changed: it does not have its hash")
        if record.action in REASONED_ACTIONS and not (record.reason or "").strip():
            problems.append(f"{where}: {record.action} has no reason")
        problems += _body_problems(where, record)
        previous = record.hash
    return tuple(problems)


def append(
    connection: sa.Connection, entry: Entry, *, chain: str, first: str, at_utc: str
) -> Record:
    """Add a record to a chain, in a transaction that the caller keeps or undoes.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        In a transaction that writes.
    entry : Entry
    chain : str
    first : str
        See `first_hash`; used for the first record of the chain.
    at_utc : str
        ISO 8601.

    Raises
    ------
    RevisionTakenError
        If somebody else has the revision that was expected.
    StoreError
        If a reason is missing, or a revision is expected that would leave a gap.
    """
    last = _last(connection, chain)
    revision = 1 if last is None else last.revision + 1
    _require_revision(connection, chain, entry.expected_revision, revision)
    values = {
        "chain": chain,
        "revision": revision,
        "at_utc": at_utc,
        **asdict(entry.actor),
        "action": entry.body.action,
        "reason": _required_reason(entry),
        "charter": entry.charter,
        "body": body_text(entry.body),
        "previous_hash": first if last is None else last.hash,
    }
    record = Record(number=0, hash="", **values)
    values["hash"] = record_hash(record)
    number = connection.execute(sa.insert(RECORD).values(values)).inserted_primary_key
    assert number is not None  # noqa: S101  an insert of one row has one
    return Record(number=number[0], **values)


def _last(connection: sa.Connection, chain: str) -> sa.Row[int, str] | None:
    """Return the revision and hash of the last record of a chain."""
    query = sa.select(RECORD.c.revision, RECORD.c.hash).where(RECORD.c.chain == chain)
    return connection.execute(query.order_by(RECORD.c.revision.desc()).limit(1)).first()


def _require_revision(
    connection: sa.Connection, chain: str, expected: int | None, following: int
) -> None:
    """Refuse a revision that is not the one that follows."""
    if expected is None or expected == following:
        return
    who = (RECORD.c.login, RECORD.c.host, RECORD.c.role, RECORD.c.at_utc)
    query = sa.select(*who).where(RECORD.c.chain == chain, RECORD.c.revision == expected)
    taken = connection.execute(query).mappings().first()
    if taken is None:
        raise StoreError(f"NOT saved: revision {expected} does not follow; {following} does")
    raise RevisionTakenError(expected, **taken)


def _required_reason(entry: Entry) -> str | None:
    """Return the reason of an entry, None where there is none and none is needed."""
    reason = (entry.reason or "").strip() or None
    if reason is None and entry.body.action in REASONED_ACTIONS:
        raise StoreError(f"NOT saved: why? {entry.body.action} needs a reason")
    if reason is not None and (len(reason) > _LONGEST_REASON or "\0" in reason):
        raise StoreError(f"NOT saved: a reason has at most {_LONGEST_REASON} characters")
    return reason


def _body_problems(where: str, record: Record) -> list[str]:
    """Return whether the body of a record is none of its action."""
    try:
        record.content()
    except StoreError as error:
        return [f"{where}: {error}"]
    return []
