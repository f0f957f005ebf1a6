"""The journal keeps what was saved, refuses what it cannot keep, and knows whose it is."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from recistkit.errors import JournalError
from recistkit.store.journal import Event, Journal, event_checksum

NO_JSON = {"subject": "S1", "revision": 1, "at_utc": "", "command": "add", "body": "{"}
NOON = dt.datetime(2011, 1, 10, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "readers" / "A.db"


def opened(path: Path, reader: str = "A") -> Journal:
    return Journal.open(path, reader, clock=lambda: NOON)


def message_of(path: Path, reader: str = "A") -> str:
    with pytest.raises(JournalError) as raised:
        opened(path, reader)
    return str(raised.value)


def test_events_come_back_in_order_per_subject(path: Path) -> None:
    journal = opened(path)
    journal.append("S1", 1, "add", {"number": 1})
    journal.append("S2", 1, "add", {"number": 2})
    journal.append("S1", 2, "undo", {"word": "ä"})
    at = NOON.isoformat()
    assert opened(path).events("S1") == (
        Event(number=1, subject="S1", revision=1, at_utc=at, command="add", body={"number": 1}),
        Event(number=3, subject="S1", revision=2, at_utc=at, command="undo", body={"word": "ä"}),
    )


def test_commands_are_found_by_subject_and_events_by_command(path: Path) -> None:
    journal = opened(path)
    journal.append("S1", 1, "add", {"number": 1})
    journal.append("S2", 1, "sign", {"number": 2})
    journal.append("S1", 2, "sign", {"number": 3})
    journal.append("S1", 3, "add", {"number": 4})
    assert journal.commands() == {"S1": frozenset({"add", "sign"}), "S2": frozenset({"sign"})}
    assert journal.commands("S2") == {"S2": frozenset({"sign"})}
    assert [event.body["number"] for event in journal.events_of({"sign"})] == [2, 3]
    assert [event.body["number"] for event in journal.events_of({"add", "sign"}, "S1")] == [1, 3, 4]


def test_a_place_takes_the_place_of_the_one_before(path: Path) -> None:
    journal = opened(path)
    assert journal.place("S1") is None
    journal.save_place("S1", {"slice": 1})
    journal.append("S1", 1, "add", {}, {"slice": 2})
    assert opened(path).place("S1") == {"slice": 2}


@pytest.mark.parametrize("revision", [1, 3])
def test_a_revision_that_is_taken_or_leaves_a_gap_is_refused(path: Path, revision: int) -> None:
    journal = opened(path)
    journal.append("S1", 1, "add", {})
    with pytest.raises(JournalError) as raised:
        journal.append("S1", revision, "add", {}, {"slice": 2})
    assert str(raised.value) == (
        "NOT saved: this read was changed in another window or on another machine; "
        "close this one and open the case again"
    )
    assert len(journal.events("S1")) == 1
    assert journal.place("S1") is None


@pytest.mark.parametrize("statement", ["UPDATE event SET body = '{}'", "DELETE FROM event"])
def test_the_database_itself_refuses_to_change_an_event(path: Path, statement: str) -> None:
    journal = opened(path)
    journal.append("S1", 1, "add", {"number": 1})
    refused = pytest.raises(sqlite3.IntegrityError, match="an event of a journal never changes")
    with closing(sqlite3.connect(path)) as other, refused:
        other.execute(statement)
    assert journal.events("S1")[0].body == {"number": 1}


def test_what_is_said_to_be_saved_is_on_disk(path: Path) -> None:
    journal = opened(path)
    with journal._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 3


def test_a_disk_on_which_nothing_can_be_kept_safely_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recistkit.store.connection._EXTRA", 4)
    assert message_of(path) == (
        "A.db: cannot be opened as a journal: this folder cannot keep a journal safely"
    )


def test_an_event_that_was_changed_is_not_loaded(path: Path) -> None:
    journal = opened(path)
    journal.append("S1", 1, "add", {"length": "12.3"})
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("DROP TRIGGER event_no_update")
        other.execute("UPDATE event SET body = replace(body, '12.3', '12.8')")
    with pytest.raises(JournalError, match=r"^A\.db: is damaged: event 1 changed$"):
        journal.events("S1")


def test_a_full_disk_is_said_and_keeps_what_was_there(path: Path) -> None:
    journal = opened(path)
    journal.append("S1", 1, "add", {"number": 1})
    with journal._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalError) as raised:
        journal.append("S1", 2, "add", {"text": "x" * 100_000})
    assert str(raised.value) == "A.db: NOT saved: database or disk is full"
    assert [event.revision for event in opened(path).events("S1")] == [1]
    journal.append("S1", 2, "add", {"number": 2})


def test_another_writer_is_waited_for_and_then_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recistkit.store.connection._WAIT_SECONDS", 0.1)
    journal = opened(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match=r"^A\.db: NOT saved: database is locked$"):
            journal.append("S1", 1, "add", {})
        assert journal.events("S1") == ()
    journal.append("S1", 1, "add", {})


def test_a_file_that_is_no_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"subject,reader\n" * 400)
    assert message_of(path) == "A.db: cannot be opened as a journal: file is not a database"
    assert path.read_bytes() == b"subject,reader\n" * 400


def test_a_database_of_something_else_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE patient (name)")
    before = path.read_bytes()
    assert message_of(path) == (
        "A.db: cannot be opened as a journal: it is a database of something else"
    )
    assert path.read_bytes() == before


def test_the_journal_of_another_reader_is_refused(path: Path) -> None:
    opened(path).close()
    assert message_of(path, "B") == "A.db: is the journal of another reader"


def test_a_journal_of_a_newer_program_is_refused(path: Path) -> None:
    opened(path).close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE meta SET schema_version = 3")
    assert message_of(path) == "A.db: was made by a newer recistkit; update this one"


def test_a_damaged_journal_is_refused(path: Path) -> None:
    journal = opened(path)
    for revision in range(1, 200):
        journal.append("S1", revision, "add", {"text": "x" * 200})
    journal.close()
    content = bytearray(path.read_bytes())
    half = len(content) // 2
    content[half : half + 4096] = b"\xff" * 4096
    path.write_bytes(bytes(content))
    assert message_of(path) in {
        "A.db: is damaged; restore it from the last copy",
        "A.db: cannot be opened as a journal: database disk image is malformed",
    }


def test_a_journal_without_an_event_says_so(path: Path) -> None:
    journal = opened(path)
    journal.append("S1", 1, "add", {})
    journal.append("S1", 2, "add", {})
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("DROP TRIGGER event_no_delete")
        other.execute("DELETE FROM event WHERE revision = 1")
    with pytest.raises(JournalError) as raised:
        journal.events("S1")
    assert str(raised.value) == "A.db: is damaged: an event is missing"


def test_an_event_that_is_no_json_says_so(path: Path) -> None:
    opened(path).close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(
            "INSERT INTO event (subject, revision, at_utc, command, body, checksum) "
            "VALUES ('S1', 1, '', 'add', '{', ?)",
            (event_checksum(NO_JSON),),
        )
    with pytest.raises(JournalError) as raised:
        opened(path).events("S1")
    assert str(raised.value) == "A.db: is damaged: an event is no JSON"


def test_of_many_who_save_the_same_revision_one_wins(path: Path) -> None:
    opened(path).close()
    ready = threading.Barrier(8)

    def save(number: int) -> str:
        journal = opened(path)
        ready.wait()
        try:
            journal.append("S1", 1, "add", {"number": number})
        except JournalError as error:
            return str(error)
        finally:
            journal.close()
        return "saved"

    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(save, range(8)))
    assert said.count("saved") == 1
    assert sum("changed in another window" in one for one in said) == 7
    winner = said.index("saved")
    assert [event.body for event in opened(path).events("S1")] == [{"number": winner}]


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readers").write_text("no folder", encoding="utf-8")
    assert message_of(tmp_path / "readers" / "A.db").startswith(
        "A.db: cannot be opened as a journal: "
    )


def test_an_empty_file_becomes_a_journal(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    opened(path).append("S1", 1, "add", {})
    assert len(opened(path).events("S1")) == 1


def test_nothing_lies_beside_a_journal_that_is_open(path: Path) -> None:
    journal = opened(path)
    journal.append("S1", 1, "add", {})
    assert [one.name for one in path.parent.iterdir()] == ["A.db"]


def test_a_journal_with_a_write_ahead_log_is_taken_over_without_one(path: Path) -> None:
    journal = opened(path)
    journal.append("S1", 1, "add", {})
    journal.close()
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    journal = opened(path)
    journal.append("S1", 2, "add", {})
    with journal._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
    assert len(journal.events("S1")) == 2


def test_what_a_reader_wrote_stands_in_no_error(path: Path) -> None:
    opened(path).close()
    with closing(sqlite3.connect(path)) as other, other:
        other.execute(
            "CREATE TRIGGER full BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    journal, name = opened(path), " ".join(part.title() for part in ("roe", "jane"))
    with pytest.raises(JournalError) as raised:
        journal.append("S1", 1, "comment", {"text": name})
    assert str(raised.value) == "A.db: NOT saved: full"
    assert name not in "".join(traceback.format_exception(raised.value))


def test_a_number_that_is_none_is_not_saved(path: Path) -> None:
    journal = opened(path)
    for save in (journal.save_place, lambda name, body: journal.append(name, 1, "add", body)):
        with pytest.raises(JournalError, match=r"^NOT saved: one of its numbers is not finite$"):
            save("S1", {"level": float("nan")})
    assert journal.place("S1") is None
    assert journal.events("S1") == ()


@pytest.mark.parametrize("body", ["{", "3", ""])
def test_a_place_that_cannot_be_understood_counts_as_none(path: Path, body: str) -> None:
    journal = opened(path)
    journal.save_place("S1", {"slice": 1})
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE place SET body = ?", (body,))
    assert journal.place("S1") is None


class TestLooking:
    def test_a_journal_is_looked_at_without_a_change(self, path: Path) -> None:
        journal = opened(path)
        journal.append("S1", 1, "add", {"number": 1})
        journal.close()
        before = path.read_bytes()
        looking = Journal.open_to_look(path, "A")
        assert looking.commands() == {"S1": frozenset({"add"})}
        with pytest.raises(JournalError, match=r"^A\.db: NOT saved: attempt to write a readonly"):
            looking.append("S1", 2, "add", {})
        looking.close()
        assert path.read_bytes() == before

    def test_it_goes_on_while_another_window_writes(self, path: Path) -> None:
        opened(path).append("S1", 1, "add", {})
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert Journal.open_to_look(path, "A").commands() == {"S1": frozenset({"add"})}

    def test_the_journal_of_another_reader_is_refused(self, path: Path) -> None:
        opened(path).close()
        with pytest.raises(JournalError, match=r"^A\.db: is the journal of another reader$"):
            Journal.open_to_look(path, "B")

    def test_no_journal_is_made_of_a_file_that_is_none(self, path: Path) -> None:
        path.parent.mkdir()
        path.touch()
        message = "A.db: cannot be opened as a journal: it is a database of something else"
        with pytest.raises(JournalError) as raised:
            Journal.open_to_look(path, "A")
        assert str(raised.value) == message
        assert path.read_bytes() == b""
