"""Whatever is done to a file behind the program's back, verify names it."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from recistkit.store.bodies import AmendBody
from recistkit.store.chain import Entry, Record, first_hash, record_hash
from recistkit.store.journal import Journal, event_checksum
from recistkit.store.verify import verify_reader_file, verify_study_file
from tests.store.flips import flip_bytes, problems_of, study_with_reads
from tests.store.studies import READERS, STUDY, journal_of

FLIPS = 60
"""Of each file in a short run; `python -m tests.store.faults` makes more."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return study_with_reads(tmp_path)


def change(path: Path, *statements: str) -> None:
    """Change a file as somebody would who knows SQLite."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for name in ("update", "delete"):
            trigger = f"record_no_{name}"
            made = "SELECT sql FROM sqlite_master WHERE name = ?"
            (sql,) = connection.execute(made, (trigger,)).fetchone()
            connection.execute(f"DROP TRIGGER {trigger}")
            statements = (*statements, sql)
        for statement in statements:
            connection.execute(statement)


def test_a_sound_study_has_no_problem(folder: Path) -> None:
    assert problems_of(folder) == ()


STUDY_CHANGES = {
    "a record": (
        "UPDATE record SET login = 'other' WHERE revision = 2",
        ["chain 'study', revision 2: was changed: it does not have its hash"],
    ),
    "the body of a record": (
        "UPDATE record SET body = replace(body, 'S001', 'S003') WHERE action = 'ASSIGN'",
        ["chain 'study', revision 3: was changed: it does not have its hash"],
    ),
    "the end of the chain": (
        "DELETE FROM record WHERE action = 'ADJUDICATE'",
        [
            "records: the last one is not the last that was given a number",
            "table adjudication: is not what follows from the chain; rebuild it",
        ],
    ),
    "a record in the middle": (
        "DELETE FROM record WHERE revision = 3",
        [
            "records: number 3 was expected where 4 stands",
            "chain 'study', revision 4: revision 3 was expected",
            "chain 'study', revision 4: does not follow from the record before it",
        ],
    ),
    "an assignment": (
        "DELETE FROM assignment WHERE reader = 'B'",
        ["table assignment: is not what follows from the chain; rebuild it"],
    ),
    "a scan": (
        "UPDATE scan SET slice_thickness_mm = 2.0 WHERE timepoint = 'visit-1'",
        ["table scan: is not what follows from the chain; rebuild it"],
    ),
    "another chain": (
        "UPDATE record SET chain = 'x' WHERE action = 'ADJUDICATE'",
        [
            "chain 'x', revision 8: revision 1 was expected",
            "chain 'x', revision 8: does not follow from the record before it",
            "chain 'x', revision 8: was changed: it does not have its hash",
            "chain 'x': does not belong here",
        ],
    ),
    "the charter of a record": (
        "UPDATE record SET charter = 2 WHERE action = 'ADJUDICATE'",
        [
            "chain 'study', revision 8: was changed: it does not have its hash",
            "chain 'study', revision 8: names charter 2",
        ],
    ),
    "whose study it is": (
        "UPDATE meta SET study = 'OTHER'",
        [
            "chain 'study', revision 1: does not follow from the record before it",
            "chain 'study': was begun for another study",
        ],
    ),
    "all records": (
        "DELETE FROM record",
        ["records: the last one is not the last that was given a number"],
    ),
    "a table more": (
        "CREATE TABLE extra (a)",
        ["table extra: does not belong here, or was changed"],
    ),
    "an index more": (
        "CREATE INDEX extra ON record (login)",
        ["index extra: does not belong here, or was changed"],
    ),
    "an action": (
        "UPDATE record SET action = 'KING' WHERE action = 'ASSIGN'",
        [
            "chain 'study', revision 3: was changed: it does not have its hash",
            "chain 'study', revision 3: there is no action 'KING'",
        ],
    ),
    "a subject": (
        "DELETE FROM subject WHERE subject = 'S002'",
        ["table timepoint: row 3 names a subject that is not there"],
    ),
}


@pytest.mark.parametrize("name", STUDY_CHANGES)
def test_a_change_of_the_studys_file_is_named(folder: Path, name: str) -> None:
    statement, expected = STUDY_CHANGES[name]
    change(folder / "study.db", statement)
    found = verify_study_file(folder / "study.db")
    assert found[: len(expected)] == tuple(f"study.db: {problem}" for problem in expected)


READER_CHANGES = {
    "an event": (
        "UPDATE event SET body = replace(body, '12.3', '12.8')",
        ["event 1: was changed"],
    ),
    "an event that is gone": (
        "DELETE FROM event WHERE number = 1",
        ["event 2: is not the one that follows in its read"],
    ),
    "the record of an event": (
        "UPDATE event SET record = 9 WHERE record = 2",
        ["event 3: was saved with a record that is not there"],
    ),
    "the last record": (
        "DELETE FROM record WHERE number = 2",
        [
            "records: the last one is not the last that was given a number",
            "chain 'read:S002', revision 1: is anchored in the study and is not there",
            "event 3: was saved with a record that is not there",
        ],
    ),
}


@pytest.mark.parametrize("name", READER_CHANGES)
def test_a_change_of_a_readers_file_is_named(folder: Path, name: str) -> None:
    statement, expected = READER_CHANGES[name]
    path = folder / "readers" / "A.db"
    with closing(sqlite3.connect(path)) as connection:
        made = "SELECT sql FROM sqlite_master WHERE name LIKE 'event_no_%'"
        triggers = [row[0] for row in connection.execute(made)]
    drop = ("DROP TRIGGER event_no_update", "DROP TRIGGER event_no_delete")
    change(path, *drop, statement, *triggers)
    assert problems_of(folder) == tuple(f"A.db: {problem}" for problem in expected)


@pytest.mark.parametrize("file", ["study.db", "readers/A.db"])
def test_a_trigger_that_was_taken_away_or_weakened_is_named(folder: Path, file: str) -> None:
    path = folder / file
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER record_no_update")
        connection.execute("DROP TRIGGER record_no_delete")
        connection.execute(
            "CREATE TRIGGER record_no_delete BEFORE DELETE ON record WHEN 0 "
            "BEGIN SELECT RAISE(ABORT, 'a record of a chain never changes'); END"
        )
    assert problems_of(folder) == (
        f"{path.name}: trigger record_no_delete: is missing, or is not as this program makes it",
        f"{path.name}: trigger record_no_update: is missing, or is not as this program makes it",
        f"{path.name}: trigger record_no_delete: does not belong here, or was changed",
    )


def rewritten(path: Path, change_one: Callable[[Record], Record]) -> None:
    """Write a reader's chain anew with all hashes right, as one would who has the file alone."""
    with Journal.open_to_look(path, "A") as journal:
        records = journal.records("read:S001")
    previous, statements = first_hash(STUDY, "A", "read:S001"), []
    for record in map(change_one, records):
        record = replace(record, previous_hash=previous)  # noqa: PLW2901
        previous = record_hash(record)
        statements.append((record.body, record.previous_hash, previous, record.number))
    with closing(sqlite3.connect(path)) as connection, connection:
        made = "SELECT sql FROM sqlite_master WHERE name = 'record_no_update'"
        (sql,) = connection.execute(made).fetchone()
        connection.execute("DROP TRIGGER record_no_update")
        update = "UPDATE record SET body = ?, previous_hash = ?, hash = ? WHERE number = ?"
        connection.executemany(update, statements)
        connection.execute(sql)


def test_a_chain_that_was_written_anew_does_not_fit_its_anchor(folder: Path) -> None:
    path = folder / "readers" / "A.db"
    rewritten(path, lambda record: replace(record, body=record.body.replace("visit-1", "visit-2")))
    assert problems_of(folder) == (
        "A.db: chain 'read:S001', revision 1: is anchored in the study with another hash",
    )


def test_a_record_of_another_subject_is_named(folder: Path) -> None:
    path = folder / "readers" / "A.db"
    rewritten(
        path,
        lambda record: replace(
            record, body=record.body.replace('"subject":"S001","time', '"subject":"S002","time')
        ),
    )
    assert problems_of(folder)[0] == "A.db: chain 'read:S001', revision 1: is of another subject"


def test_a_record_of_another_reader_is_named(folder: Path) -> None:
    with journal_of(folder, "A") as journal:
        body = AmendBody(subject="S001", reader="B", timepoint="visit-1")
        entry = Entry(actor=READERS["B"], body=body, charter=1, reason="x")
        journal.append_record("S001", entry)
    assert problems_of(folder) == ("A.db: chain 'read:S001', revision 2: is of another reader",)


def test_a_chain_of_no_read_is_named(folder: Path) -> None:
    path = folder / "readers" / "A.db"
    change(path, "UPDATE record SET chain = 'study' WHERE number = 2")
    assert "A.db: chain 'study', revision 1: is the chain of no read" in problems_of(folder)


def test_an_event_that_is_no_json_is_named(folder: Path) -> None:
    event = {"subject": "S9", "revision": 1, "at_utc": "", "command": "add", "body": "{"}
    insert = (
        "INSERT INTO event (subject, revision, at_utc, command, body, checksum) "
        "VALUES ('S9', 1, '', 'add', '{', ?)"
    )
    with closing(sqlite3.connect(folder / "readers" / "A.db")) as other, other:
        other.execute(insert, (event_checksum(event),))
    assert problems_of(folder) == ("A.db: event 4: was changed",)


def test_a_schema_that_is_damaged_is_named(folder: Path) -> None:
    path = folder / "readers" / "A.db"
    content = path.read_bytes()
    place = content.index(b"CREATE TABLE event")
    path.write_bytes(content[: place + 13] + b"\xac" + content[place + 14 :])
    (problem,) = problems_of(folder)
    assert problem.startswith("A.db: cannot be opened as a journal: ")


def test_the_file_of_another_reader_or_study_is_named(folder: Path) -> None:
    path = folder / "readers" / "A.db"
    path.replace(folder / "readers" / "C.db")
    path = folder / "readers" / "C.db"
    assert verify_reader_file(path, "C") == ("C.db: is the journal of another reader",)
    assert verify_reader_file(path, "A", study="X") == ("C.db: is the journal of another study",)


@pytest.mark.parametrize("file", ["study.db", "readers/A.db"])
def test_a_file_that_was_cut_off_is_named(folder: Path, file: str) -> None:
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(content[: len(content) - 4096])
    assert problems_of(folder) != ()


def test_a_text_that_is_damaged_is_not_repeated(folder: Path) -> None:
    path = folder / "readers" / "A.db"
    content = path.read_bytes()
    place = content.index(b"12.3")
    path.write_bytes(content[:place] + b"\xff" + content[place + 1 :])
    assert problems_of(folder) == ("A.db: cannot be read: a text in it is damaged",)


def test_each_byte_that_is_changed_is_found_or_alters_nothing(tmp_path: Path) -> None:
    found = flip_bytes(tmp_path, FLIPS, random.Random(6))
    assert {file: FLIPS / 3 < number < FLIPS for file, number in found.items()} == {
        "study.db": True,
        "readers/A.db": True,
    }


def test_an_event_is_checked_by_all_that_it_says() -> None:
    event = {"subject": "S1", "revision": 1, "at_utc": "t", "command": "add", "body": "{}"}
    for name in event:
        assert event_checksum(event | {name: "x"}) != event_checksum(event)
