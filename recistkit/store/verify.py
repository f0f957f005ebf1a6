"""Verify: everything about the files of a study that can be found to be wrong, all at once.

Nothing is changed. What is looked at: SQLite's own structures, tables and
triggers word for word, numbers and hashes of all records, bodies, checksums of
events, the tables that follow from the chain, and anchors.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from recistkit.errors import StoreError
from recistkit.store.anchoring import anchor_of, signed_text
from recistkit.store.bodies import Body, CharterBody, CreateBody, ImportBody
from recistkit.store.chain import Record, check_chain, first_hash
from recistkit.store.file import records_of
from recistkit.store.journal import Journal, event_checksum
from recistkit.store.projection import rebuild
from recistkit.store.rows import Anchor
from recistkit.store.schema import EVENT, PROJECTION, RECORD, STUDY_FILE, FileKind
from recistkit.store.study_file import STUDY_CHAIN, StudyFile

__all__ = ["verify_reader_file", "verify_study_file"]

_ODD_VALUES: Final = (ValueError, TypeError, ArithmeticError, LookupError, AttributeError)
"""What can come of values that no program of ours wrote."""
_SCHEMA: Final = "SELECT type, name, tbl_name, sql FROM sqlite_master"


def verify_study_file(path: Path) -> tuple[str, ...]:
    """Return what is wrong with the file of a study; nothing if it is sound."""

    def problems() -> Iterator[str]:
        with StudyFile.open(path, to_look=True) as study, study.looking() as connection:
            yield from _file_problems(connection, study.kind)
            records = records_of(connection)
            yield from _record_problems(records, study.study, "")
            yield from _study_problems(study.study, records)
            yield from _projection_problems(connection, records)

    return _collected(path, problems)


def verify_reader_file(
    path: Path, reader: str, *, study: str | None = None, anchors: Sequence[Anchor] = ()
) -> tuple[str, ...]:
    """Return what is wrong with the file of a reader; nothing if it is sound.

    Parameters
    ----------
    path : Path
    reader : str
        Whose file it must be.
    study : str, optional
        Id of the study that it must belong to.
    anchors : sequence of Anchor
        What the study knows of this reader's signatures; those of others are left out.
    """

    def problems() -> Iterator[str]:
        opened = Journal.open_to_look(path, reader, study=study)
        with opened as journal, journal.looking() as connection:
            yield from _file_problems(connection, journal.kind)
            records = records_of(connection)
            yield from _record_problems(records, journal.study or "", reader)
            yield from _reader_problems(records, reader)
            yield from _anchor_problems(records, [one for one in anchors if one.reader == reader])
            yield from _event_problems(connection, records)

    return _collected(path, problems)


def _collected(path: Path, problems: Callable[[], Iterable[str]]) -> tuple[str, ...]:
    """Return problems with the name of the file; what ends the search is one of them."""
    found: list[str] = []
    try:
        for problem in problems():
            found.append(f"{path.name}: {problem}")  # noqa: PERF401  kept if one later raises
    except StoreError as error:
        found.append(str(error))
    except _ODD_VALUES:
        found.append(f"{path.name}: is damaged: a value is not of its kind")
    return tuple(found)


def _file_problems(connection: sa.Connection, kind: FileKind) -> Iterator[str]:
    """Yield what is wrong with the database itself, and with tables and triggers."""
    for row in connection.exec_driver_sql("PRAGMA integrity_check"):
        if row[0] != "ok":
            yield f"database: {row[0]}"
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        yield f"table {row[0]}: row {row[1]} names a {row[2]} that is not there"
    yield from _sequence_problems(connection)
    yield from _schema_problems(connection, kind)


def _schema_problems(connection: sa.Connection, kind: FileKind) -> Iterator[str]:
    """Yield the tables and triggers that are not word for word what this program makes."""
    found = {tuple(row) for row in connection.exec_driver_sql(_SCHEMA)}
    expected = _schema_of(kind)
    for sort, name, *_ in sorted(expected - found, key=repr):
        yield f"{sort} {name}: is missing, or is not as this program makes it"
    for sort, name, *_ in sorted(found - expected, key=repr):
        yield f"{sort} {name}: does not belong here, or was changed"


@cache
def _schema_of(kind: FileKind) -> frozenset[tuple[Any, ...]]:
    """Return the schema of a file of a kind, as this program makes it."""
    with _new_file(kind) as connection:
        return frozenset(tuple(row) for row in connection.exec_driver_sql(_SCHEMA))


@contextmanager
def _new_file(kind: FileKind) -> Iterator[sa.Connection]:
    """Give a connection to a new file of a kind, in memory."""
    engine = sa.create_engine("sqlite://")
    try:
        with engine.begin() as connection:
            kind.make(connection)
            yield connection
    finally:
        engine.dispose()


def _sequence_problems(connection: sa.Connection) -> Iterator[str]:
    """Yield whether records were taken from the end: SQLite remembers the last number given."""
    given = "SELECT seq FROM sqlite_sequence WHERE name = 'record'"
    last = connection.execute(sa.select(sa.func.max(RECORD.c.number))).scalar() or 0
    if (connection.exec_driver_sql(given).scalar() or 0) != last:
        yield "records: the last one is not the last that was given a number"


def _record_problems(records: Sequence[Record], study: str, owner: str) -> Iterator[str]:
    """Yield what is wrong with the numbers of records, and with each chain."""
    for expected, record in enumerate(records, start=1):
        if record.number != expected:
            yield f"records: number {expected} was expected where {record.number!r} stands"
            break
    chains: dict[str, list[Record]] = {}
    for record in records:
        chains.setdefault(record.chain, []).append(record)
    for chain, members in chains.items():
        yield from check_chain(members, first_hash(study, owner, chain))


def _study_problems(study: str, records: Sequence[Record]) -> Iterator[str]:
    """Yield what a study's chain must have beside being a chain."""
    first = records[0] if records else None
    if first is None or first.action != "CREATE":
        yield "chain 'study': does not begin with CREATE"
    elif getattr(first.content(), "study", None) != study:
        yield "chain 'study': was begun for another study"
    version = 0
    for record in records:
        if record.chain != STUDY_CHAIN:
            yield f"chain {record.chain!r}: does not belong here"
        version += record.action in {CreateBody.action, CharterBody.action}
        if record.charter != version:
            yield f"chain 'study', revision {record.revision}: names charter {record.charter}"


def _projection_problems(connection: sa.Connection, records: Sequence[Record]) -> Iterator[str]:
    """Yield the tables that are not what follows from the chain."""
    with _new_file(STUDY_FILE) as made:
        rebuild(made, records)
        expected = [_content(made, table) for table in PROJECTION]
    for table, rows in zip(PROJECTION, expected, strict=True):
        if _content(connection, table) != rows:
            yield f"table {table.name}: is not what follows from the chain; rebuild it"


def _content(connection: sa.Connection, table: sa.Table) -> list[tuple[Any, ...]]:
    """Return the rows of a table in the order of its key."""
    query = sa.select(table).order_by(*table.primary_key)
    return [tuple(row) for row in connection.execute(query)]


def _reader_problems(records: Sequence[Record], reader: str) -> Iterator[str]:
    """Yield records that do not belong into a file of this reader."""
    for record in records:
        where = f"chain {record.chain!r}, revision {record.revision}"
        subject = record.chain.removeprefix("read:")
        content = record.content()
        if subject == record.chain:
            yield f"{where}: is the chain of no read"
            continue
        subjects, readers = _stated(record, content)
        if subjects - {subject}:
            yield f"{where}: is of another subject"
        elif readers - {reader}:
            yield f"{where}: is of another reader"


def _stated(record: Record, content: Body) -> tuple[set[str], set[str]]:
    """Return the subjects and the readers that a record names, and the document in it."""
    parts: list[object] = [content, *(content.reads if isinstance(content, ImportBody) else ())]
    stated = [{name: getattr(one, name, None) for name in ("subject", "reader")} for one in parts]
    text = signed_text(record)
    if text is not None:
        document = _json_of(text)  # what else it says is checked where documents are read
        stated.append({name: document.get(name) for name in ("subject", "reader")})
    subjects, readers = (
        {str(one[name]) for one in stated if one[name]} for name in ("subject", "reader")
    )
    return subjects, readers


def _anchor_problems(records: Sequence[Record], anchors: Sequence[Anchor]) -> Iterator[str]:
    """Yield the signatures that the study knows and that are not there, or otherwise."""
    signed = {(record.chain, record.revision): record for record in records}
    for anchor in anchors:
        where = f"chain 'read:{anchor.subject}', revision {anchor.revision}"
        record = signed.get((f"read:{anchor.subject}", anchor.revision))
        if record is None:
            yield f"{where}: is anchored in the study and is not there"
            continue
        known = anchor_of(record, anchor.reader)
        if known is None or (known.hash, known.document_hash) != (
            anchor.hash,
            anchor.document_hash,
        ):
            yield f"{where}: is anchored in the study with another hash"


def _event_problems(connection: sa.Connection, records: Sequence[Record]) -> Iterator[str]:
    """Yield what is wrong with the events, which are no chain but have a checksum each."""
    numbers = {record.number for record in records}
    revisions: dict[str, int] = {}
    query = sa.select(EVENT).order_by(EVENT.c.subject, EVENT.c.revision)
    for row in connection.execute(query).mappings():
        where = f"event {row['number']}"
        revisions[row["subject"]] = revisions.get(row["subject"], 0) + 1
        if row["revision"] != revisions[row["subject"]]:
            yield f"{where}: is not the one that follows in its read"
        if row["checksum"] != event_checksum(row) or not _is_json(row["body"]):
            yield f"{where}: was changed"
        if row["record"] is not None and row["record"] not in numbers:
            yield f"{where}: was saved with a record that is not there"


def _is_json(text: str) -> bool:
    """Return whether a text is JSON."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _json_of(text: str) -> dict[str, Any]:
    """Return the JSON object of a text; an empty one where it holds none."""
    found = json.loads(text) if _is_json(text) else None
    return found if isinstance(found, dict) else {}
