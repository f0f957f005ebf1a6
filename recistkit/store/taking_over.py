"""Taking over what a reader's file from elsewhere has beyond the one here, in one transaction.

The file here is never replaced: somebody may have it open, whose next save would
be lost with it. Records and events are added to it instead, as they stand in the other
one. Their hashes do not hold the number of a row, which may be another one here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from recistkit.errors import JournalError
from recistkit.store.chain import Record, read_chain
from recistkit.store.file import records_of
from recistkit.store.journal import Journal
from recistkit.store.schema import EVENT, PLACE, RECORD
from recistkit.terms import SIGNING_ACTIONS

__all__ = ["ReaderContent", "conflicts", "content_of", "new_records", "take_over"]

Row = Mapping[str, Any]
Events = Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderContent:
    """What a reader's file holds at one moment.

    Attributes
    ----------
    records : tuple of Record
        In order of saving.
    chains : mapping of str to sequence of Record
        The same by the name of the chain.
    events : mapping of str to sequence
        Rows by subject, in order of their revisions.
    places : mapping of str to str
        By subject.
    """

    records: tuple[Record, ...] = ()
    chains: Mapping[str, Sequence[Record]] = field(default_factory=dict)
    events: Events = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


def content_of(journal: Journal) -> ReaderContent:
    """Return what a reader's file holds.

    Raises
    ------
    JournalError
        If it cannot be read.
    """
    with journal.looking() as connection:
        return _content(connection)


def conflicts(
    ours: ReaderContent, theirs: ReaderContent, *, without_work: Collection[str]
) -> Iterator[str]:
    """Yield what keeps a file from being taken over: something here that is not in it.

    Parameters
    ----------
    ours, theirs : ReaderContent
        Of the file here, and of the one from elsewhere.
    without_work : collection of str
        Commands that a reader loses nothing by.
    """
    for name, chain in sorted(ours.chains.items()):
        revision = _first_difference(chain, theirs.chains.get(name, ()))
        if revision is not None:
            subject = name.removeprefix(read_chain(""))
            yield f"{subject}: revision {revision} of the read is not the one of this study"
    for subject in sorted(ours.events):
        if _keeps(subject, ours, theirs) or not _work_after_signing(subject, ours, without_work):
            continue
        if not _is_prefix(ours.events[subject], theirs.events.get(subject, ())):
            yield f"{subject}: the draft in this study is not the one that it goes on from"


def new_records(ours: ReaderContent, theirs: ReaderContent) -> tuple[Record, ...]:
    """Return the records that are not here yet, in order of saving."""
    known = {(one.chain, one.revision) for one in ours.records}
    return tuple(one for one in theirs.records if (one.chain, one.revision) not in known)


def take_over(
    journal: Journal, theirs: ReaderContent, *, without_work: Collection[str]
) -> tuple[Record, ...]:
    """Add what a reader's file from elsewhere has beyond this one; it is on disk then.

    Parameters
    ----------
    journal : Journal
        The file here.
    theirs : ReaderContent
        Of a file that was verified.
    without_work : collection of str
        As for `conflicts`.

    Returns
    -------
    tuple of Record
        Those that are new, as they stood elsewhere.

    Raises
    ------
    JournalError
        If there is a conflict, or it was not saved; nothing was changed.
    """
    with journal.writing("was NOT merged") as connection:
        ours = _content(connection)
        found = list(conflicts(ours, theirs, without_work=without_work))
        if found:
            raise JournalError(f"{journal.path.name}: was NOT merged: {'; '.join(found)}")
        new = new_records(ours, theirs)
        for record in new:
            values = {name: value for name, value in asdict(record).items() if name != "number"}
            connection.execute(sa.insert(RECORD).values(values))
        for subject in sorted({*theirs.events, *ours.events}):
            if not _keeps(subject, ours, theirs):
                _take_events(journal, connection, subject, theirs)
        return new


def _take_events(
    journal: Journal, connection: sa.Connection, subject: str, theirs: ReaderContent
) -> None:
    """Let the draft of a subject be the one from elsewhere, with the place of its reader."""
    theirs_by_number = {one.number: (one.chain, one.revision) for one in theirs.records}
    ours_by_name = {(one.chain, one.revision): one.number for one in records_of(connection)}
    journal.delete_events(connection, subject)
    for row in theirs.events.get(subject, ()):
        values = {name: value for name, value in row.items() if name != "number"}
        if values["record"] is not None:
            values["record"] = ours_by_name[theirs_by_number[values["record"]]]
        connection.execute(sa.insert(EVENT).values(values))
    connection.execute(sa.delete(PLACE).where(PLACE.c.subject == subject))
    if subject in theirs.places:
        place = {"subject": subject, "body": theirs.places[subject]}
        connection.execute(sa.insert(PLACE).values(place))


def _content(connection: sa.Connection) -> ReaderContent:
    """Return what a connection sees."""
    events: dict[str, list[Row]] = {}
    chains: dict[str, list[Record]] = {}
    query = sa.select(EVENT).order_by(EVENT.c.subject, EVENT.c.revision)
    for row in connection.execute(query).mappings():
        events.setdefault(row["subject"], []).append(dict(row))
    records = records_of(connection)
    for record in records:
        chains.setdefault(record.chain, []).append(record)
    places = connection.execute(sa.select(PLACE)).mappings()
    return ReaderContent(
        records=records,
        chains=chains,
        events=events,
        places={row["subject"]: row["body"] for row in places},
    )


def _first_difference(ours: Sequence[Record], theirs: Sequence[Record]) -> int | None:
    """Return the first revision here that is not the same there; None if all are."""
    for place, record in enumerate(ours):
        if place >= len(theirs) or theirs[place].hash != record.hash:
            return record.revision
    return None


def _keeps(subject: str, ours: ReaderContent, theirs: ReaderContent) -> bool:
    """Return whether the draft here stays: nothing was signed elsewhere, nor gone on with."""
    chain = read_chain(subject)
    nothing_signed = len(ours.chains.get(chain, ())) == len(theirs.chains.get(chain, ()))
    return nothing_signed and _is_prefix(
        theirs.events.get(subject, ()), ours.events.get(subject, ())
    )


def _is_prefix(some: Iterable[Row], all_: Iterable[Row]) -> bool:
    """Return whether events begin with some others."""
    one, other = ([row["checksum"] for row in rows] for rows in (some, all_))
    return other[: len(one)] == one


def _work_after_signing(subject: str, ours: ReaderContent, without_work: Collection[str]) -> bool:
    """Return whether a reader did anything since the last signature."""
    signed = {one.number for one in ours.records if one.action in SIGNING_ACTIONS}
    rows = ours.events[subject]
    last = max((place for place, row in enumerate(rows) if row["record"] in signed), default=-1)
    return any(row["command"] not in without_work for row in rows[last + 1 :])
