"""Faults of a disk, at every place of a save where one can be."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from recistkit.errors import StoreError
from recistkit.store.anchoring import catch_up
from recistkit.store.file import StoreFile
from recistkit.store.journal import Journal
from recistkit.store.rows import Anchor
from recistkit.store.schema import EVENT, PLACE, PROJECTION
from recistkit.store.study_file import StudyFile
from recistkit.store.verify import verify_reader_file, verify_study_file
from tests.store.elsewhere import imported, merged
from tests.store.studies import READERS, STUDY, adjudicated, journal_of, new_study, signed, ticking

__all__ = ["FAULTS", "SAVES", "Sweep", "prepared", "sweep"]

State = tuple[object, ...]
Save = Callable[[StudyFile, Journal], None]
Fault = Callable[[StudyFile, Journal, int], AbstractContextManager[None]]
"""Makes the n-th fault of its kind; the higher the number, the later it comes."""

_PAGE: Final = 4096
_PLACES: Final = (0, 1, 512, 513, 1024, *range(_PAGE, 256 * _PAGE, _PAGE))
_BIG: Final = "x" * 3 * _PAGE


@dataclass
class Sweep:
    """What the faults of one kind at every place of one save came to."""

    faults: int = 0
    before: int = 0
    signed_only: int = 0

    def add(self, states: dict[str, State], state: State, *, saved: bool) -> None:
        """Take one fault in: what was said not to be saved is not there, all else is."""
        if saved:
            assert state == states["after"]
            return
        self.faults += 1
        signed_only = state == states.get("signed only")
        assert signed_only or state == states["before"]
        self.signed_only += signed_only
        self.before += not signed_only


def prepared(folder: Path) -> Path:
    """Make a study that somebody works on."""
    with new_study(folder) as study, journal_of(folder, "A") as journal:
        journal.append("S001", 1, "measure", {"said": _BIG}, {"slice": 1})
        signed(journal, "S001")
        catch_up(journal, study, READERS["A"])
    return folder


def state_of(folder: Path) -> State:
    """Return all that the files of a study hold."""
    with (
        StudyFile.open(folder / "study.db") as study,
        Journal.open(folder / "readers" / "A.db", "A") as journal,
    ):
        return (*_rows(study, *PROJECTION), study.records(), *_reader_state(journal))


def _reader_state(journal: Journal) -> State:
    return (*_rows(journal, EVENT, PLACE), journal.records())


def _rows(file: StoreFile, *tables: sa.Table) -> Iterator[object]:
    with file.looking() as connection:
        for table in tables:
            yield [tuple(row) for row in connection.execute(sa.select(table))]


def draft(_study: StudyFile, journal: Journal) -> None:
    journal.append("S002", 1, "measure", {"said": _BIG}, {"slice": 7})


def sign_only(_study: StudyFile, journal: Journal) -> None:
    signed(journal, "S001", _BIG)


def sign(study: StudyFile, journal: Journal) -> None:
    signed(journal, "S001", _BIG)
    catch_up(journal, study, READERS["A"])


def purge(_study: StudyFile, journal: Journal) -> None:
    journal.purge("S001")


def adjudicate(study: StudyFile, _journal: Journal) -> None:
    adjudicated(study, "S001", "A", reason=_BIG[:9000])


def rebuild(study: StudyFile, _journal: Journal) -> None:
    study.rebuild()


SAVES: Final[dict[str, Save]] = {
    "draft": draft,
    "sign": sign,
    "purge": purge,
    "adjudicate": adjudicate,
    "rebuild": rebuild,
    "import": imported,
    "merge": merged,
}


@contextmanager
def failing_statement(study: StudyFile, journal: Journal, number: int) -> Iterator[None]:
    """Fail at the n-th statement or commit, as if the disk had."""
    left = itertools.count(number, -1)

    def fail(*_: object) -> None:
        if next(left) == 0:
            raise sqlite3.OperationalError("disk I/O error")

    for file in (study, journal):
        for name in ("before_cursor_execute", "commit"):
            sa.event.listen(file._engine, name, fail)
    yield


@contextmanager
def full_disk(study: StudyFile, journal: Journal, number: int) -> Iterator[None]:
    """Let the files grow by no more than n pages, which SQLite takes for a full disk."""
    for file in (study, journal):
        with file._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar() or 0
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + number}")
    yield


@contextmanager
def failing_write(_study: StudyFile, _journal: Journal, number: int) -> Iterator[None]:
    """Let every write beyond the n-th place of any file fail, of rollback journals too."""
    if sys.platform == "win32":
        raise NotImplementedError
    import resource

    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_PLACES[number], former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)


FAULTS: Final[dict[str, Fault]] = {
    "statement": failing_statement,
    "full disk": full_disk,
    **({} if sys.platform == "win32" else {"write": failing_write}),
}


def sweep(folder: Path, fault: str, save: str, *, stride: int = 1) -> Sweep:
    """Make faults at every place of a save, until one is behind its end.

    Parameters
    ----------
    folder : Path
        Empty.
    fault, save : str
        Keys of `FAULTS` and `SAVES`.
    stride : int
        1 for every place; more leaves some out.
    """
    found, states = Sweep(), expected_states(folder, save)
    for number in itertools.count(step=stride):
        saved, state = one_fault(folder, FAULTS[fault], SAVES[save], number)
        found.add(states, state, saved=saved)
        if saved:
            return found
    raise AssertionError


def expected_states(folder: Path, save: str) -> dict[str, State]:
    """Return what the files may hold: before, after, and between the two files of a signature."""
    states = {"before": state_of(prepared(_made(folder / "sound")))}
    ways: dict[str, Save] = {"after": SAVES[save]}
    ways |= {"signed only": sign_only} if save == "sign" else {}
    for name, way in ways.items():
        with copied(folder) as (study, journal):
            way(study, journal)
        states[name] = state_of(folder / "work")
    return states


def one_fault(folder: Path, fault: Fault, save: Save, number: int) -> tuple[bool, State]:
    """Make one fault, and return whether it was saved all the same, and what there is then."""
    saved = False
    with (
        copied(folder) as (study, journal),
        contextlib.suppress(StoreError),
        fault(study, journal, number),
    ):
        save(study, journal)
        saved = True
    work = folder / "work"
    state = state_of(work)
    with StudyFile.open(work / "study.db", to_look=True) as study:
        anchors = study.rows(Anchor)
    assert verify_study_file(work / "study.db") == ()
    assert verify_reader_file(work / "readers" / "A.db", "A", study=STUDY, anchors=anchors) == ()
    return saved, state


@contextmanager
def copied(folder: Path) -> Iterator[tuple[StudyFile, Journal]]:
    """Open a fresh copy of the sound study."""
    shutil.rmtree(folder / "work", ignore_errors=True)
    shutil.copytree(folder / "sound", folder / "work")
    path = folder / "work" / "study.db"
    with StudyFile.open(path, clock=ticking()) as study, journal_of(path.parent, "A") as journal:
        yield study, journal


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
