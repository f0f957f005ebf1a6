"""Which records of a reader's file sign, without the documents that they sign.

A study of a thousand subjects has many thousand of them: who only asks what is signed
has none of it taken apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from recistkit.errors import JournalError
from recistkit.store.chain import read_chain
from recistkit.store.file import DAMAGED
from recistkit.store.journal import Journal
from recistkit.store.schema import RECORD
from recistkit.terms import SIGNING_ACTIONS

__all__ = ["last_revisions", "last_signatures", "signatures"]


def signatures(journal: Journal) -> tuple[tuple[str, int, str], ...]:
    """Return subject, revision and hash of each signature, in order of saving.

    Raises
    ------
    JournalError
        If the file cannot be read.
    """
    query = sa.select(RECORD.c.chain, RECORD.c.revision, RECORD.c.hash)
    return tuple(_selected(journal, query.order_by(RECORD.c.number)))


def last_signatures(journal: Journal) -> dict[str, int]:
    """Return the revision of the last signature of each read by subject.

    Raises
    ------
    JournalError
        If the file cannot be read.
    """
    query = sa.select(RECORD.c.chain, sa.func.max(RECORD.c.revision))
    return dict(_selected(journal, query.group_by(RECORD.c.chain)))


def last_revisions(journal: Journal) -> dict[str, int]:
    """Return the last revision of each read by subject, whatever it is: from an index alone.

    Raises
    ------
    JournalError
        If the file cannot be read.
    """
    query = sa.select(RECORD.c.chain, sa.func.max(RECORD.c.revision)).group_by(RECORD.c.chain)
    return dict(_named(journal, query))


def _selected(journal: Journal, query: sa.Select[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield what a query selects of signatures; see `_named`."""
    return _named(journal, query.where(RECORD.c.action.in_(SIGNING_ACTIONS)))


def _named(journal: Journal, query: sa.Select[Any]) -> Iterator[tuple[Any, ...]]:
    """Yield what a query selects, with the subject in the place of the chain."""
    with journal.looking() as connection:
        rows = connection.execute(query).all()
    for chain, *others in rows:
        if not isinstance(chain, str):
            raise JournalError(f"{journal.path.name}: {DAMAGED}")
        yield chain.removeprefix(read_chain("")), *others
