"""A file of an older version is brought up to date whole, or stays as it is."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from recistkit.errors import JournalError
from recistkit.store.journal import Journal
from recistkit.store.verify import verify_reader_file
from tests.store.studies import STUDY, signed

FILES = Path(__file__).parent / "files"
EVENTS = [
    ("S001", 1, "2011-01-10T12:00:00+00:00", "visits"),
    ("S001", 2, "2011-01-10T12:00:02+00:00", "add-lesion"),
    ("S001", 3, "2011-01-10T12:00:03+00:00", "sign"),
]
SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Path of a journal that recistkit 0.1 made, before there were chains."""
    (tmp_path / "readers").mkdir()
    return Path(shutil.copy(FILES / "journal-version-1.db", tmp_path / "readers" / "A.db"))


def assert_events_are_there(journal: Journal) -> None:
    found = journal.events("S001")
    assert [(one.subject, one.revision, one.at_utc, one.command) for one in found] == EVENTS
    assert [one.number for one in found] == [1, 3, 4]
    assert found[1].body["changes"][0]["after"] == {"id": "T1", "organ": "Leber, rechts – ä"}
    assert journal.place("S001") == {"slice": 17}
    assert len(journal.events("S002")) == 1


def names_beside(path: Path) -> list[str]:
    return sorted(one.name for one in path.parent.iterdir())


def schema_of(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(SCHEMA).fetchall()


def test_an_older_journal_keeps_all_its_events_and_goes_on(path: Path) -> None:
    with Journal.open(path, "A", study=STUDY) as journal:
        assert_events_are_there(journal)
        journal.append("S001", 4, "measure", {})
        signed(journal, "S002")
    assert names_beside(path) == ["A.db"]
    assert verify_reader_file(path, "A", study=STUDY) == ()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT schema_version, study FROM meta").fetchall() == [
            (2, STUDY)
        ]


def test_it_is_word_for_word_one_that_was_made_today(path: Path, tmp_path: Path) -> None:
    Journal.open(path, "A").close()
    Journal.open(tmp_path / "new.db", "A").close()
    assert schema_of(path) == schema_of(tmp_path / "new.db")


def test_an_older_journal_is_looked_at_without_a_change(path: Path) -> None:
    before = path.read_bytes()
    with Journal.open_to_look(path, "A") as journal:
        assert_events_are_there(journal)
        assert journal.commands("S001") == {"S001": frozenset({"visits", "add-lesion", "sign"})}
        assert [one.number for one in journal.events_of({"sign"})] == [4]
        assert journal.records() == ()
        with pytest.raises(JournalError, match=r"^A\.db: NOT saved: attempt to write a readonly"):
            journal.append("S001", 4, "measure", {})
    assert path.read_bytes() == before
    assert names_beside(path) == ["A.db"]


def test_the_older_journal_of_another_reader_stays_as_it_is(path: Path) -> None:
    before = path.read_bytes()
    for opened in (Journal.open, Journal.open_to_look):
        with pytest.raises(JournalError, match=r"^A\.db: is the journal of another reader$"):
            opened(path, "B")
    assert path.read_bytes() == before


def test_what_cannot_be_brought_up_to_date_stays_with_its_copy(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE record (stands_in_the_way)")
    before = path.read_bytes()
    for opened in (Journal.open_to_look, Journal.open):
        with pytest.raises(JournalError) as raised:
            opened(path, "A")
        assert str(raised.value) == (
            "A.db: cannot be brought up to date and stays as it was: table record already exists"
        )
    assert path.read_bytes() == before
    assert names_beside(path) == ["A.db", "A.db.version-1"]
    with closing(sqlite3.connect(path.with_name("A.db.version-1"))) as kept:
        assert kept.execute("SELECT count(*) FROM event").fetchone() == (4,)


def test_a_copy_that_a_crash_left_is_in_no_way(path: Path) -> None:
    copy = path.with_name("A.db.version-1")
    copy.write_bytes(b"half a copy")
    with Journal.open(path, "A") as journal:
        assert_events_are_there(journal)
    assert not copy.exists()
    copy.write_bytes(b"left after all had succeeded")
    Journal.open(path, "A").close()
    assert not copy.exists()


@pytest.mark.parametrize(("older", "expected"), [(False, False), (True, True)])
def test_alembic_is_loaded_only_where_it_is_needed(path: Path, older: bool, expected: bool) -> None:
    name = path if older else path.with_name("new.db")
    code = (
        "import sys\nfrom pathlib import Path\nfrom recistkit.store.journal import Journal\n"
        f"Journal.open(Path({str(name)!r}), 'A').close()\nprint('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{expected}\n"
